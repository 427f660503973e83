// The outbox of a damaged file: its rows keep their numbers, and what is missing is declared lost.
import SQLite
import Vocabulary

extension Salvage {
  /// What the epoch that begins now must know.
  struct Stream {
    /// The newest epoch whose identity could be read.
    var epoch: OutboxEpoch?
    /// The last sequences of its lanes that were seen.
    var last: [Int64?]
    /// The highest number of an epoch that was seen: rows of one whose identity is lost must not pass as the next one's.
    var highest: Int32
  }

  /// Copies epochs, lanes and the outbox's rows, and declares what is missing of each epoch. After `copyTables`.
  mutating func copyOutbox(_ time: Timestamp) throws(SQLiteError) -> Stream {
    let epochs = try copyEpochs()
    let newest = epochs.max { $0.number < $1.number }
    let ids = Dictionary(epochs.map { (Int64($0.number), $0.id) }) { first, _ in first }
    let outbox = try OutboxTable(target, newest ?? OutboxEpoch(number: 0, id: .random(), isCurrent: true))
    let insert = try SealedTable.outbox.insertion("IGNORE", on: target)
    var saved = 0
    let reading = try read(.outbox, of: ids) { row throws(SQLiteError) in
      guard case .integer(let number) = row.values[0], case .integer(let sequence) = row.values[2],
        (1...OutboxKey.lastSequence).contains(sequence)
      else { return }
      try SealedTable.put(row.values, of: ids[number], with: insert)
      saved += target.changes
    }
    let last = try lastGiven()
    var missing = 0
    for epoch in epochs {
      for lane in Lane.allCases {
        saved -= try dropBuried(lane, of: epoch)
        missing += try declareMissing(lane, of: epoch, last[epoch.number]?[lane], outbox, time)
      }
    }
    add(SealedTable.outbox.name, reading.count(saved: saved, missing: missing))
    return Stream(
      epoch: newest, last: Lane.allCases.map { last[newest?.number ?? 0]?[$0] }, highest: last.keys.max() ?? 0)
  }

  private mutating func copyEpochs() throws(SQLiteError) -> [OutboxEpoch] {
    let insert = try SealedTable.epoch.insertion("IGNORE", on: target)
    var epochs: [OutboxEpoch] = []
    func take(_ values: [Value]) throws(SQLiteError) {
      guard case .integer(let number) = values[0], (1...Int64(OutboxKey.lastEpoch)).contains(number),
        case .text(let text) = values[1], let id = Epoch(text)
      else { return }
      try SealedTable.put(values, with: insert)
      guard target.changes > 0 else { return }
      epochs.append(OutboxEpoch(number: Int32(clamping: number), id: id, isCurrent: false))
    }
    let reading = try read(.epoch) { row throws(SQLiteError) in try take(row.values) }
    // Rows of an epoch prove its identity by their seals.
    _ = try read(RowLayout.epochIndex) { row throws(SQLiteError) in
      try take(row.values + [.null, .integer(0), .text(EpochReason.fresh.rawValue)])
    }
    _ = try read(.meta) { row throws(SQLiteError) in
      guard row.values[0] == .text("epoch") else { return }
      try take([.integer(1), row.values[1], .null, .integer(0), .text(EpochReason.fresh.rawValue)])
    }
    add(SealedTable.epoch.name, reading.count(saved: epochs.count, missing: 0))
    return epochs
  }

  /// The highest sequence of each lane that is anywhere in the file: `lane` itself may be lost, or an older one.
  private func lastGiven() throws(SQLiteError) -> [Int32: [Lane: Int64]] {
    var last: [Int32: [Lane: Int64]] = [:]
    func see(_ epoch: Int64, _ number: Int64, _ sequence: Int64) {
      guard (1..<Int64(OutboxKey.lastEpoch)).contains(epoch), let lane = Lane(rawValue: UInt8(clamping: number)),
        (0...OutboxKey.lastSequence).contains(sequence)
      else { return }
      let known = last[Int32(clamping: epoch)]?[lane] ?? 0
      last[Int32(clamping: epoch), default: [:]][lane] = max(known, sequence)
    }
    _ = read(.lane) { row in
      if case .integer(let epoch) = row.values[0], case .integer(let lane) = row.values[1],
        case .integer(let sequence) = row.values[2]
      {
        see(epoch, lane, sequence)
      }
    }
    for table in [SealedTable.event, .outbox] {
      let rows = try target.prepare("SELECT epoch, lane, max(sequence) FROM \(table.name) GROUP BY epoch, lane")
      while try rows.step() { see(rows.int64(0), rows.int64(1), rows.int64(2)) }
    }
    return last
  }

  /// Deletes rows that a tombstone of the same lane covers, which pages without a tree may have brought back; how many.
  private func dropBuried(_ lane: Lane, of epoch: OutboxEpoch) throws(SQLiteError) -> Int {
    let select = try target.prepare(
      "SELECT key, sequence, first FROM outbox WHERE key > ?1 AND key < ?2 ORDER BY key DESC")
    try select.bind(OutboxKey.of(epoch.number, lane, 0), at: 1)
    try select.bind(OutboxKey.end(epoch.number, lane), at: 2)
    var covered = Int64.max
    var buried: [Int64] = []
    while try select.step() {
      if select.int64(1) >= covered { buried.append(select.int64(0)) }
      if !select.isNull(2) { covered = min(covered, select.int64(2)) }
    }
    let delete = try target.prepare("DELETE FROM outbox WHERE key = ?1")
    for key in buried {
      try delete.bind(key, at: 1)
      try delete.run()
    }
    return buried.count
  }

  /// Tombstones for the stretches from 1 to the last sequence that neither a row nor a tombstone covers; how many
  /// sequences after the first row they declare. What is missing before it was acknowledged, for the most part.
  private func declareMissing(
    _ lane: Lane, of epoch: OutboxEpoch, _ last: Int64?, _ outbox: OutboxTable, _ time: Timestamp
  ) throws(SQLiteError) -> Int {
    let first = try target.prepare(
      "SELECT coalesce(min(coalesce(first, sequence)), 0) FROM outbox WHERE key > ?1 AND key < ?2")
    try first.bind(OutboxKey.of(epoch.number, lane, 0), at: 1)
    try first.bind(OutboxKey.end(epoch.number, lane), at: 2)
    let lowest = try first.step() ? first.int64(0) : 0
    first.reset()
    let end = last ?? 0
    let missing = end > 0 ? try outbox.missing(lane, 1...end, of: epoch.number) : []
    for range in missing { try outbox.bury(lane, range, count: nil, of: epoch, time) }
    let values: [Value] = [.integer(Int64(epoch.number)), .integer(Int64(lane.rawValue)), .integer(end)]
    try SealedTable.put(values, with: SealedTable.lane.insertion("REPLACE", on: target))
    return missing.filter { lowest > 0 && $0.lowerBound > lowest }.reduce(0) { $0 + $1.count }
  }
}
