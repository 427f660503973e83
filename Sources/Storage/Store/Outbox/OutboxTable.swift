// The outbox as the store writes it: sequences, acknowledgements, epochs.
import Documents
import SQLite
import Vocabulary

/// The tables `epoch`, `lane` and `outbox`, on the store's connection and within its transactions.
final class OutboxTable {
  /// The epoch that new rows go to. Number 0: none has begun yet.
  private(set) var current: OutboxEpoch
  /// Rows by `Lane.rawValue`, over all epochs.
  private(set) var queued: InlineArray<3, Int> = InlineArray(repeating: 0)
  private var last: InlineArray<3, Int64> = InlineArray(repeating: 0)
  private var isLastDue: InlineArray<3, Bool> = InlineArray(repeating: false)
  /// As it was when the transaction began.
  private var before: (current: OutboxEpoch, queued: InlineArray<3, Int>, last: InlineArray<3, Int64>)

  let connection: Connection
  private let insertRow: Statement
  private let deleteRange: Statement
  private let putLane: Statement

  init(_ connection: Connection, _ epoch: OutboxEpoch) throws(SQLiteError) {
    self.connection = connection
    current = epoch
    before = (epoch, queued, last)
    insertRow = try SealedTable.outbox.insertion(on: connection)
    deleteRange = try connection.prepare(
      "DELETE FROM outbox WHERE key BETWEEN ?1 AND ?2 AND coalesce(first, ?3) >= ?3")
    putLane = try SealedTable.lane.insertion("REPLACE", on: connection)
    let counts = try connection.prepare("SELECT lane, count(*) FROM outbox GROUP BY lane")
    while try counts.step() {
      if let lane = Lane(rawValue: UInt8(clamping: counts.int64(0))) { queued[Int(lane.rawValue)] = Int(counts.int64(1)) }
    }
    last = try OutboxTable.last(of: epoch.number, on: connection)
  }

  // MARK: Transactions.

  /// Call at the beginning of each transaction.
  func begin() { before = (current, queued, last) }

  /// Call before the transaction's end: writes what is written once for all its rows.
  func flush() throws(SQLiteError) {
    for lane in Lane.allCases where isLastDue[Int(lane.rawValue)] {
      try put(last: last[Int(lane.rawValue)], of: lane, in: current)
      isLastDue[Int(lane.rawValue)] = false
    }
  }

  /// Call when the transaction was rolled back.
  func rollBack() {
    (current, queued, last) = before
    isLastDue = InlineArray(repeating: false)
  }

  // MARK: Rows.

  /// Adds a row to its lane.
  @discardableResult
  func put(
    _ lane: Lane, _ type: String, _ subject: String?, _ time: Timestamp, _ data: [UInt8]
  ) throws(SQLiteError) -> OutboxRow {
    let i = Int(lane.rawValue)
    last[i] += 1
    isLastDue[i] = true
    let row = OutboxRow(
      epoch: current.id, lane: lane, sequence: last[i], type: type, subject: subject, time: time, data: data)
    try insert(row, in: current.number)
    return row
  }

  /// Writes a row as it is, for example one of an elder epoch.
  /// - Parameter count: of a tombstone, how many rows were dropped; nil when that is not known.
  func insert(_ row: OutboxRow, count: Int64? = nil, in epoch: Int32) throws(SQLiteError) {
    try SealedTable.put(row.values(count: count, in: epoch), of: row.epoch, with: insertRow)
    queued[Int(row.lane.rawValue)] += 1
  }

  func acknowledge(_ range: Acknowledgement) throws(SQLiteError) {
    try delete(range.lane, range.first, range.last, of: range.epoch)
  }

  /// Deletes the rows from `first` to `last`, and the tombstones that lie within; how many they were.
  @discardableResult
  func delete(_ lane: Lane, _ first: Int64, _ last: Int64, of epoch: Int32) throws(SQLiteError) -> Int {
    try deleteRange.bind(OutboxKey.of(epoch, lane, first), at: 1)
    try deleteRange.bind(OutboxKey.of(epoch, lane, last), at: 2)
    try deleteRange.bind(first, at: 3)
    try deleteRange.run()
    let count = connection.changes
    queued[Int(lane.rawValue)] -= count
    return count
  }

  // MARK: Epochs.

  /// Begins the epoch after the current one, with the row that says so.
  /// - Parameters:
  ///   - highest: a number that the new epoch's must be above as well.
  ///   - known: the last sequences that the predecessor gave, by lane, where this table does not know them itself.
  ///   - lost: what a salvage could not save, as JSON.
  func beginEpoch(
    _ reason: EpochReason, machine: String?, _ time: Timestamp, above highest: Int32 = 0, last known: [Int64?]? = nil,
    lost: [UInt8]? = nil
  ) throws(SQLiteError) {
    try flush()
    let predecessor = current
    let known = known ?? [last[0], last[1], last[2]]
    current = OutboxEpoch(number: max(predecessor.number, highest) + 1, id: .random(), isCurrent: true)
    last = InlineArray(repeating: 0)
    try OutboxTable.insert(current, machine, time.wallNanoseconds, reason, on: connection)
    for lane in Lane.allCases { try put(last: 0, of: lane, in: current) }
    try forgetElders(but: predecessor)
    let data = OutboxTable.beginning(
      reason, predecessor: predecessor.number == 0 ? nil : predecessor.id, last: known, lost: lost)
    try put(.events, OutboxTable.beginningType, nil, time, data)
  }

  /// Epochs that nothing is left of leave the table as well.
  private func forgetElders(but predecessor: OutboxEpoch) throws(SQLiteError) {
    try connection.execute(
      """
      DELETE FROM epoch WHERE number < \(predecessor.number)
        AND NOT \(OutboxKey.exists(of: "number"));
      DELETE FROM lane WHERE epoch NOT IN (SELECT number FROM epoch)
      """)
  }

  private func put(last: Int64, of lane: Lane, in epoch: OutboxEpoch) throws(SQLiteError) {
    let values: [Value] = [.integer(Int64(epoch.number)), .integer(Int64(lane.rawValue)), .integer(last)]
    try SealedTable.put(values, with: putLane)
  }
}
