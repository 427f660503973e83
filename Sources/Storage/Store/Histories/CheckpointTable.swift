// Checkpoints in parts: of two slots, written in turn, only what differs from what the slot held goes to the disk.
import SQLite

/// The newest whole checkpoint of a file.
public struct StoredCheckpoint: Sendable {
  public var version: Int32
  public var data: [UInt8]
}

/// The tables `checkpoint` and `checkpoint_part`. A torn or damaged slot leaves the other whole.
final class CheckpointTable {
  /// Bytes of a part: as many as go into a page of 1 KiB, or four times into one of 4 KiB.
  static let partSize = 960

  private let connection: Connection
  private let upsertPart: Statement
  private let deleteParts: Statement
  private let upsertSlot: Statement
  private var generation: Int64
  /// A hash of each part that a slot holds, by slot.
  private var held: [[UInt64]] = [[], []]
  private var before: (generation: Int64, held: [[UInt64]])

  init(_ connection: Connection) throws(SQLiteError) {
    self.connection = connection
    upsertPart = try connection.prepare("INSERT OR REPLACE INTO checkpoint_part VALUES (?1, ?2)")
    deleteParts = try connection.prepare("DELETE FROM checkpoint_part WHERE number BETWEEN ?1 AND ?2")
    upsertSlot = try connection.prepare("INSERT OR REPLACE INTO checkpoint VALUES (?1, ?2, ?3, ?4, ?5)")
    let newest = try connection.prepare("SELECT coalesce(max(generation), 0) FROM checkpoint")
    generation = try newest.step() ? newest.int64(0) : 0
    let parts = try connection.prepare("SELECT data FROM checkpoint_part WHERE number BETWEEN ?1 AND ?2 ORDER BY number")
    for slot in 0...1 {
      try parts.bind(CheckpointTable.number(slot, 0), at: 1)
      try parts.bind(CheckpointTable.number(slot + 1, 0) - 1, at: 2)
      while try parts.step() { held[slot].append(CheckpointTable.hash(parts.blob(0)[...])) }
    }
    before = (generation, held)
  }

  func begin() { before = (generation, held) }

  /// Else the next checkpoint would go into the slot of the newest one that holds.
  func rollBack() { (generation, held) = before }

  /// Puts `data` into the slot of the elder checkpoint.
  func put(version: Int32, _ data: [UInt8]) throws(SQLiteError) {
    generation += 1
    let slot = Int(generation % 2)
    var hashes: [UInt64] = []
    for start in stride(from: 0, to: data.count, by: CheckpointTable.partSize) {
      let part = data[start..<min(start + CheckpointTable.partSize, data.count)]
      let place = hashes.count
      hashes.append(CheckpointTable.hash(part))
      if place < held[slot].count && held[slot][place] == hashes[place] { continue }
      try upsertPart.bind(CheckpointTable.number(slot, place), at: 1)
      try upsertPart.bind(Array(part), at: 2)
      try upsertPart.run()
    }
    if hashes.count < held[slot].count {
      try deleteParts.bind(CheckpointTable.number(slot, hashes.count), at: 1)
      try deleteParts.bind(CheckpointTable.number(slot + 1, 0) - 1, at: 2)
      try deleteParts.run()
    }
    held[slot] = hashes
    try upsertSlot.bind(slot, at: 1)
    try upsertSlot.bind(generation, at: 2)
    try upsertSlot.bind(Int64(version), at: 3)
    try upsertSlot.bind(data.count, at: 4)
    try upsertSlot.bind(Int64(crc32(data)), at: 5)
    try upsertSlot.run()
  }

  /// The newest checkpoint whose checksum holds.
  func newest() throws(SQLiteError) -> StoredCheckpoint? {
    let slots = try connection.prepare("SELECT slot, version, bytes, crc FROM checkpoint ORDER BY generation DESC")
    while try slots.step() {
      let data = try CheckpointTable.data(ofSlot: Int(slots.int64(0)), on: connection)
      if data.count == Int(slots.int64(2)), UInt32(truncatingIfNeeded: slots.int64(3)) == crc32(data) {
        return StoredCheckpoint(version: Int32(clamping: slots.int64(1)), data: data)
      }
    }
    return nil
  }

  /// All parts of a slot, one after the other.
  static func data(ofSlot slot: Int, on connection: Connection) throws(SQLiteError) -> [UInt8] {
    let parts = try connection.prepare("SELECT data FROM checkpoint_part WHERE number BETWEEN ?1 AND ?2 ORDER BY number")
    try parts.bind(number(slot, 0), at: 1)
    try parts.bind(number(slot + 1, 0) - 1, at: 2)
    var data: [UInt8] = []
    while try parts.step() { data += parts.blob(0) }
    return data
  }

  private static func number(_ slot: Int, _ place: Int) -> Int { slot << 16 + place }

  /// FNV-1a over words of eight bytes: two versions of a part that differ and hash alike fail the slot's checksum.
  private static func hash(_ part: ArraySlice<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(part.count)
    part.withUnsafeBytes { bytes in
      var offset = 0
      while offset + 8 <= bytes.count {
        hash = (hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x100_0000_01B3
        hash ^= hash >> 29
        offset += 8
      }
      while offset < bytes.count {
        hash = (hash ^ UInt64(bytes[offset])) &* 0x100_0000_01B3
        offset += 1
      }
    }
    return hash
  }
}
