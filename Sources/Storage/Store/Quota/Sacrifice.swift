// The order of sacrifice: what the store gives up first when it may not grow.
import SQLite
import Vocabulary

/// Gives up rows, a bounded step in each call, the least valuable first: histories, every other telemetry, old telemetry,
/// old events, superseded states of alerts. An alert's newest state and the beginning of an epoch are never given up.
final class Sacrifice {
  /// Since `takeLosses()`, and not rolled back.
  private(set) var losses = StoreLosses()
  private var before: (losses: StoreLosses, thinned: (epoch: Int32, sequence: Int64)) = (StoreLosses(), (0, 0))
  private let connection: Connection
  private let outbox: OutboxTable
  private let now: @Sendable () -> Timestamp
  /// Thinning has come this far; nothing before is thinned twice.
  private var thinned: (epoch: Int32, sequence: Int64) = (0, 0)

  /// Rows of one step.
  private static let step = 128
  /// Histories in the order in which they go, and how many of their newest rows stay.
  private static let histories: [(table: String, key: String, floor: Int)] = [
    ("rollup_second", "id", 0), ("rollup_minute", "id", 60), ("health", "id", 50), ("event", "id", 100),
    ("rollup_hour", "id", 24), ("trip", "number", 20),
  ]

  init(_ connection: Connection, _ outbox: OutboxTable, _ now: @escaping @Sendable () -> Timestamp) {
    self.connection = connection
    self.outbox = outbox
    self.now = now
  }

  func begin() { before = (losses, thinned) }
  func rollBack() { (losses, thinned) = before }
  func note(reserveWasUsed: Bool) { losses.reserveWasUsed = reserveWasUsed }

  func takeLosses() -> StoreLosses {
    defer { losses = StoreLosses() }
    return losses
  }

  /// How far the order of sacrifice may be gone along.
  enum Reach: Comparable {
    case histories, telemetry, everything
  }

  /// Gives up a little, within the caller's transaction. False: within `reach` there is nothing left to give up.
  func step(_ reach: Reach) throws(SQLiteError) -> Bool {
    if try cutHistories() { return true }
    guard reach >= .telemetry else { return false }
    if try thinTelemetry() { return true }
    if try drop(.telemetry) { return true }
    guard reach >= .everything else { return false }
    if try drop(.events) { return true }
    return try coalesceAlerts()
  }

  /// The oldest of the first history that has more than its floor.
  private func cutHistories() throws(SQLiteError) -> Bool {
    for (table, key, floor) in Sacrifice.histories {
      try connection.execute(
        """
        DELETE FROM \(table) WHERE \(key) IN (SELECT \(key) FROM \(table) ORDER BY \(key) LIMIT \(Sacrifice.step))
          AND \(key) <= (SELECT \(key) FROM \(table) ORDER BY \(key) DESC LIMIT 1 OFFSET \(floor))
        """)
      if connection.changes > 0 {
        losses.histories += connection.changes
        return true
      }
    }
    return false
  }

  // MARK: Telemetry.

  /// Of four rows that follow each other keeps the first, in elder epochs and in the elder half of the current one.
  private func thinTelemetry() throws(SQLiteError) -> Bool {
    for epoch in try outbox.epochs() where epoch.number >= thinned.epoch {
      if epoch.number > thinned.epoch { thinned = (epoch.number, 0) }
      if try thinTelemetry(of: epoch, before: epoch.isCurrent ? middle(of: epoch) : .max) { return true }
    }
    return false
  }

  /// The sequence half-way between the oldest and the newest row of telemetry; thinning does not move it.
  private func middle(of epoch: OutboxEpoch) throws(SQLiteError) -> Int64 {
    let ends = try connection.prepare(
      """
      SELECT coalesce(min(sequence), 0), coalesce(max(sequence), 0) FROM outbox
      WHERE key > ?1 AND key < ?2 AND first IS NULL
      """)
    try ends.bind(OutboxKey.of(epoch.number, .telemetry, 0), at: 1)
    try ends.bind(OutboxKey.end(epoch.number, .telemetry), at: 2)
    return try ends.step() ? (ends.int64(0) + ends.int64(1)) / 2 + 1 : 0
  }

  private func thinTelemetry(of epoch: OutboxEpoch, before end: Int64) throws(SQLiteError) -> Bool {
    while true {
      let rows = try outbox.keys(.telemetry, of: epoch.number, after: thinned.sequence, limit: Sacrifice.step)
        .prefix { $0.sequence < end }
      var run: [Int64] = []
      var groups = 0
      for row in rows {
        if row.isTombstone || run.last.map({ $0 + 1 != row.sequence }) == true { run = [] }
        if row.isTombstone {
          thinned.sequence = row.sequence
          continue
        }
        run.append(row.sequence)
        guard run.count == 4 else { continue }
        try outbox.bury(.telemetry, run[1]...run[3], count: 3, of: epoch, now())
        thinned.sequence = run[3]
        losses.thinned += 3
        groups += 1
        run = []
      }
      if groups > 0 { return true }
      // A page without four rows in a row: go on behind it, unless it was the last.
      guard rows.count == Sacrifice.step, let last = rows.last else { return false }
      thinned.sequence = max(thinned.sequence, last.sequence - 3)
    }
  }

  // MARK: Old rows.

  /// The oldest rows of a lane, and the tombstones among them, become one tombstone.
  private func drop(_ lane: Lane) throws(SQLiteError) -> Bool {
    for epoch in try outbox.epochs() {
      var rows = try outbox.keys(lane, of: epoch.number, after: 0, limit: Sacrifice.step)[...]
      if lane == .events, rows.first?.sequence == 1, try outbox.beginsEpoch(epoch) { rows = rows.dropFirst() }
      while rows.last?.isTombstone == true { rows.removeLast() }
      guard let first = rows.first, let last = rows.last else { continue }
      let dropped = rows.count { !$0.isTombstone }
      try outbox.bury(lane, first.first...last.sequence, count: Int64(dropped), of: epoch, now())
      if lane == .telemetry { losses.telemetry += dropped } else { losses.events += dropped }
      return true
    }
    return false
  }

  // MARK: Alerts.

  /// Of an alert's rows, all but the one that created it and the newest state become tombstones.
  private func coalesceAlerts() throws(SQLiteError) -> Bool {
    for epoch in try outbox.epochs() {
      let superseded = try connection.prepare(
        """
        SELECT sequence FROM outbox AS elder
        WHERE key > ?1 AND key < ?2 AND first IS NULL AND subject IS NOT NULL AND type <> 'alert.created'
          AND EXISTS (
            SELECT 1 FROM outbox WHERE key > elder.key AND key < ?2 AND first IS NULL AND subject = elder.subject)
        ORDER BY key LIMIT \(Sacrifice.step)
        """)
      try superseded.bind(OutboxKey.of(epoch.number, .alerts, 0), at: 1)
      try superseded.bind(OutboxKey.end(epoch.number, .alerts), at: 2)
      var sequences: [Int64] = []
      while try superseded.step() { sequences.append(superseded.int64(0)) }
      guard !sequences.isEmpty else { continue }
      for sequence in sequences { try outbox.bury(.alerts, sequence...sequence, count: 1, of: epoch, now()) }
      losses.alerts += sequences.count
      return true
    }
    return false
  }
}
