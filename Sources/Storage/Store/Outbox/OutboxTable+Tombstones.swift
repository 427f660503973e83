// Tombstones: rows that stand for a range of sequences of which the vehicle has no rows any more.
import SQLite
import Vocabulary

extension OutboxTable {
  /// A row without its content.
  struct Key {
    var sequence: Int64
    /// Of a tombstone the first sequence that it stands for, of an ordinary row its own.
    var first: Int64
    var isTombstone: Bool
    /// Of a tombstone, how many rows were dropped, if that is known.
    var count: Int64?
  }

  /// Epochs that have rows, ascending; the current one is always among them.
  func epochs() throws(SQLiteError) -> [OutboxEpoch] {
    let select = try connection.prepare(
      """
      SELECT number, id FROM epoch
      WHERE number = ?1 OR \(OutboxKey.exists(of: "number")) ORDER BY number
      """)
    try select.bind(Int64(current.number), at: 1)
    var epochs: [OutboxEpoch] = []
    while try select.step() {
      guard let id = Epoch(select.text(1)) else { continue }
      let number = Int32(clamping: select.int64(0))
      epochs.append(OutboxEpoch(number: number, id: id, isCurrent: number == current.number))
    }
    return epochs
  }

  /// An epoch by its number, whether it has rows or not; nil when the file does not know it.
  func epoch(_ number: Int32) throws(SQLiteError) -> OutboxEpoch? {
    let select = try connection.prepare("SELECT id FROM epoch WHERE number = ?1")
    try select.bind(Int64(number), at: 1)
    guard try select.step(), let id = Epoch(select.text(0)) else { return nil }
    return OutboxEpoch(number: number, id: id, isCurrent: number == current.number)
  }

  /// The stretches of `range` that neither a row nor a tombstone covers, ascending.
  func missing(
    _ lane: Lane, _ range: ClosedRange<Int64>, of epoch: Int32
  ) throws(SQLiteError) -> [ClosedRange<Int64>] {
    var missing: [ClosedRange<Int64>] = []
    var covered = range.lowerBound - 1
    while covered < range.upperBound {
      let keys = try keys(lane, of: epoch, after: covered, limit: 500)
      for key in keys where covered < range.upperBound {
        if key.first > covered + 1 { missing.append(covered + 1...min(key.first - 1, range.upperBound)) }
        covered = key.sequence
      }
      if keys.count < 500 {
        if covered < range.upperBound { missing.append(covered + 1...range.upperBound) }
        break
      }
    }
    return missing
  }

  /// At most `limit` rows of a lane after `sequence`, in order.
  func keys(_ lane: Lane, of epoch: Int32, after sequence: Int64, limit: Int) throws(SQLiteError) -> [Key] {
    let select = try connection.prepare(
      """
      SELECT sequence, coalesce(first, sequence), first IS NOT NULL, count FROM outbox
      WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3
      """)
    try select.bind(OutboxKey.of(epoch, lane, sequence), at: 1)
    try select.bind(OutboxKey.end(epoch, lane), at: 2)
    try select.bind(limit, at: 3)
    var keys: [Key] = []
    while try select.step() {
      keys.append(
        Key(
          sequence: select.int64(0), first: select.int64(1), isTombstone: select.int64(2) == 1,
          count: select.isNull(3) ? nil : select.int64(3)))
    }
    return keys
  }

  /// Whether the first row of the events lane says that the epoch began.
  func beginsEpoch(_ epoch: OutboxEpoch) throws(SQLiteError) -> Bool {
    let select = try connection.prepare("SELECT type FROM outbox WHERE key = ?1")
    try select.bind(OutboxKey.of(epoch.number, .events, 1), at: 1)
    return try select.step() && select.text(0) == OutboxTable.beginningType
  }

  /// Puts a tombstone in the place of all rows of `range`. It takes in the tombstones within and next to it; with one of
  /// them whose count is not known its own is not.
  /// - Parameter count: rows that are dropped now; nil when that is not known.
  func bury(
    _ lane: Lane, _ range: ClosedRange<Int64>, count: Int64?, of epoch: OutboxEpoch, _ time: Timestamp
  ) throws(SQLiteError) {
    let neighbours = try connection.prepare(
      """
      SELECT first, sequence, count FROM outbox
      WHERE key BETWEEN ?1 AND (SELECT coalesce(min(key), ?2) FROM outbox WHERE key > ?2 AND key < ?3)
        AND first IS NOT NULL AND first <= ?4 + 1
      """)
    try neighbours.bind(OutboxKey.of(epoch.number, lane, range.lowerBound - 1), at: 1)
    try neighbours.bind(OutboxKey.of(epoch.number, lane, range.upperBound), at: 2)
    try neighbours.bind(OutboxKey.end(epoch.number, lane), at: 3)
    try neighbours.bind(range.upperBound, at: 4)
    var (first, last, total) = (range.lowerBound, range.upperBound, count)
    while try neighbours.step() {
      first = min(first, neighbours.int64(0))
      last = max(last, neighbours.int64(1))
      total = neighbours.isNull(2) ? nil : total.map { $0 + neighbours.int64(2) }
    }
    try delete(lane, first, last, of: epoch.number)
    try insert(OutboxTable.tombstone(lane, first...last, count: total, of: epoch.id, time), count: total, in: epoch.number)
  }
}
