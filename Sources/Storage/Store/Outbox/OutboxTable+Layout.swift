// How the outbox's rows lie in the file, and the documents that the store itself writes into them.
import Documents
import SQLite
import Vocabulary

extension OutboxTable {
  static let beginningType = "epoch.began"
  static let tombstoneType = "data.dropped"

  /// What `row(in:of:_:)` reads, in its order.
  static let columns = "sequence, first, type, subject, boot, uptime, wall, quality, data"

  static func row(in statement: Statement, of epoch: Epoch, _ lane: Lane) -> OutboxRow {
    OutboxRow(
      epoch: epoch, lane: lane, sequence: statement.int64(0),
      tombstoneFrom: statement.isNull(1) ? nil : statement.int64(1), type: statement.text(2),
      subject: statement.isNull(3) ? nil : statement.text(3), time: statement.timestamp(at: 4), data: statement.blob(8))
  }

  /// The data of a row that begins an epoch.
  /// - Parameter last: the last sequences that the predecessor gave, by lane; nil where that is not known.
  static func beginning(
    _ reason: EpochReason, predecessor: Epoch?, last: [Int64?], lost: [UInt8]? = nil
  ) -> [UInt8] {
    var json = JSONText(reserving: 200)
    json.beginObject()
    json.member("reason", reason.rawValue)
    json.member("predecessor", predecessor?.description)
    if predecessor != nil {
      json.key("last")
      json.beginObject()
      for (lane, last) in zip(Lane.allCases, last) {
        json.key(lane.name)
        if let last { json.value(last) } else { json.null() }
      }
      json.endObject()
    }
    if let lost {
      json.key("lost")
      json.raw(lost)
    }
    json.endObject()
    return json.bytes
  }

  /// The row that stands for `range`.
  /// - Parameter count: rows that were dropped for want of room; nil for a range that a damaged file lost.
  static func tombstone(
    _ lane: Lane, _ range: ClosedRange<Int64>, count: Int64?, of epoch: Epoch, _ time: Timestamp
  ) -> OutboxRow {
    var json = JSONText(reserving: 120)
    json.beginObject()
    json.member("first", range.lowerBound)
    json.member("last", range.upperBound)
    json.key("count")
    if let count { json.value(count) } else { json.null() }
    json.member("reason", count == nil ? "damage" : "quota")
    json.member("lane", lane.name)
    json.endObject()
    return OutboxRow(
      epoch: epoch, lane: lane, sequence: range.upperBound, tombstoneFrom: range.lowerBound, type: tombstoneType,
      subject: nil, time: time, data: json.bytes)
  }

  // MARK: Epochs and lanes.

  static func insert(
    _ epoch: OutboxEpoch, _ machine: String?, _ began: Int64, _ reason: EpochReason, on connection: Connection
  ) throws(SQLiteError) {
    let values: [Value] = [
      .integer(Int64(epoch.number)), .text(epoch.id.description), Value(machine), .integer(began), .text(reason.rawValue),
    ]
    try SealedTable.put(values, with: SealedTable.epoch.insertion(on: connection))
  }

  static func last(of epoch: Int32, on connection: Connection) throws(SQLiteError) -> InlineArray<3, Int64> {
    var last = InlineArray<3, Int64>(repeating: 0)
    let select = try connection.prepare("SELECT \(SealedTable.lane.selection) FROM lane WHERE epoch = ?1")
    try select.bind(Int64(epoch), at: 1)
    while try select.step() {
      guard SealedTable.lane.values(in: select) != nil, let lane = Lane(rawValue: UInt8(clamping: select.int64(1)))
      else { throw SQLiteError(code: .corrupt, message: "a lane's last sequence is damaged", path: connection.path) }
      last[Int(lane.rawValue)] = select.int64(2)
    }
    return last
  }
}

extension Statement {
  /// Reads boot, uptime, wall and quality from four columns.
  func timestamp(at column: Int) -> Timestamp {
    Timestamp(
      boot: BootID(text(column)) ?? BootID(high: 0, low: 0), uptime: Instant(nanoseconds: int64(column + 1)),
      wallNanoseconds: int64(column + 2),
      quality: ClockQuality(rawValue: UInt8(clamping: int64(column + 3))) ?? .none)
  }
}
