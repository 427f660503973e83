// The gap ledger in SQLite: which sequences of a stream are covered, and which of those are covered by a loss only.
import FleetContract
import SQLite

/// Prepared statements over the tables `coverage` and `loss`. Belongs to the connection's thread.
///
/// Runs of a stream never overlap, so the only one that begins before a sequence and may hold it is the last of those:
/// every search is one step into the index, however many runs there are.
final class Ledger {
  private typealias Loss = (range: ClosedRange<Int64>, reason: String, time: String, received: Int64)

  private let selectRuns: Statement
  private let selectFirstRuns: Statement
  private let selectLastRuns: Statement
  private let deleteRuns: Statement
  private let insertRun: Statement
  private let selectLosses: Statement
  private let deleteLosses: Statement
  private let insertLoss: Statement

  init(_ c: Connection) throws(SQLiteError) {
    func overlapping(_ columns: String, _ table: String) -> String {
      """
      SELECT \(columns) FROM \(table) WHERE stream = ?1 AND last >= ?2 AND first <= ?3 AND first >=
        coalesce((SELECT max(first) FROM \(table) WHERE stream = ?1 AND first <= ?2), ?2) ORDER BY first
      """
    }
    selectRuns = try c.prepare(overlapping("first, last", "coverage"))
    selectFirstRuns = try c.prepare("SELECT first, last FROM coverage WHERE stream = ?1 ORDER BY first LIMIT ?2")
    selectLastRuns = try c.prepare("SELECT first, last FROM coverage WHERE stream = ?1 ORDER BY first DESC LIMIT ?2")
    deleteRuns = try c.prepare("DELETE FROM coverage WHERE stream = ?1 AND first BETWEEN ?2 AND ?3")
    insertRun = try c.prepare("INSERT INTO coverage (stream, first, last) VALUES (?1, ?2, ?3)")
    selectLosses = try c.prepare(overlapping("first, last, reason, time, received", "loss"))
    deleteLosses = try c.prepare("DELETE FROM loss WHERE stream = ?1 AND first BETWEEN ?2 AND ?3")
    insertLoss = try c.prepare(
      "INSERT INTO loss (stream, first, last, reason, time, received) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
  }

  // MARK: Coverage.

  /// The covered runs that overlap with `span`, ascending.
  func runs(of stream: Int64, touching span: ClosedRange<Int64>) throws(SQLiteError) -> [ClosedRange<Int64>] {
    try bind(selectRuns, stream, span)
    return try ranges(from: selectRuns)
  }

  /// The first `limit` covered runs, ascending.
  func firstRuns(of stream: Int64, limit: Int) throws(SQLiteError) -> [ClosedRange<Int64>] {
    try selectFirstRuns.bind(stream, at: 1)
    try selectFirstRuns.bind(limit, at: 2)
    return try ranges(from: selectFirstRuns)
  }

  /// The last `limit` covered runs, ascending.
  func lastRuns(of stream: Int64, limit: Int) throws(SQLiteError) -> [ClosedRange<Int64>] {
    try selectLastRuns.bind(stream, at: 1)
    try selectLastRuns.bind(limit, at: 2)
    return try ranges(from: selectLastRuns).reversed()
  }

  /// Adds a run, joined with those that it overlaps or adjoins.
  func cover(_ run: ClosedRange<Int64>, stream: Int64) throws(SQLiteError) {
    let neighbours = try runs(of: stream, touching: run.lowerBound - 1...run.upperBound + 1)
    let first = min(run.lowerBound, neighbours.first?.lowerBound ?? run.lowerBound)
    let last = max(run.upperBound, neighbours.last?.upperBound ?? run.upperBound)
    if neighbours == [first...last] { return }
    if !neighbours.isEmpty {
      try bind(deleteRuns, stream, first...last)
      try deleteRuns.run()
    }
    try bind(insertRun, stream, first...last)
    try insertRun.run()
  }

  // MARK: Losses.

  /// Covers what `range` holds beyond the covered runs as lost; how many sequences those are. The time that it takes
  /// follows the runs that are there, not the range.
  func lose(
    _ range: ClosedRange<Int64>, stream: Int64, reason: String, time: String, received: Int64
  ) throws(SQLiteError) -> Int64 {
    var lost: Int64 = 0
    var next = range.lowerBound
    func lose(to last: Int64) throws(SQLiteError) {
      guard next <= last else { return }
      try insert((next...last, reason, time, received), stream)
      lost += last - next + 1
    }
    for run in try runs(of: stream, touching: range) {
      try lose(to: run.lowerBound - 1)
      next = max(next, run.upperBound + 1)
    }
    try lose(to: range.upperBound)
    try cover(range, stream: stream)
    return lost
  }

  /// Takes back what `run` holds of losses, because it has come after all; how many sequences those are.
  func recover(_ run: ClosedRange<Int64>, stream: Int64) throws(SQLiteError) -> Int64 {
    try bind(selectLosses, stream, run)
    var losses: [Loss] = []
    while try selectLosses.step() {
      guard let range = range(from: selectLosses) else { continue }
      losses.append((range, selectLosses.text(2), selectLosses.text(3), selectLosses.int64(4)))
    }
    guard let first = losses.first, let last = losses.last else { return 0 }
    try bind(deleteLosses, stream, first.range.lowerBound...last.range.lowerBound)
    try deleteLosses.run()
    if first.range.lowerBound < run.lowerBound {
      try insert((first.range.lowerBound...run.lowerBound - 1, first.reason, first.time, first.received), stream)
    }
    if last.range.upperBound > run.upperBound {
      try insert((run.upperBound + 1...last.range.upperBound, last.reason, last.time, last.received), stream)
    }
    return losses.reduce(0) { $0 + Int64($1.range.clamped(to: run).count) }
  }

  private func insert(_ loss: Loss, _ stream: Int64) throws(SQLiteError) {
    try bind(insertLoss, stream, loss.range)
    try insertLoss.bind(loss.reason, at: 4)
    try insertLoss.bind(loss.time, at: 5)
    try insertLoss.bind(loss.received, at: 6)
    try insertLoss.run()
  }

  private func bind(_ statement: Statement, _ stream: Int64, _ range: ClosedRange<Int64>) throws(SQLiteError) {
    try statement.bind(stream, at: 1)
    try statement.bind(range.lowerBound, at: 2)
    try statement.bind(range.upperBound, at: 3)
  }

  private func ranges(from select: Statement) throws(SQLiteError) -> [ClosedRange<Int64>] {
    defer { select.reset() }
    var found: [ClosedRange<Int64>] = []
    while try select.step() {
      if let range = range(from: select) { found.append(range) }
    }
    return found
  }

  private func range(from select: Statement) -> ClosedRange<Int64>? { sequences(select.int64(0), select.int64(1)) }
}

/// Nil for what a damaged row holds: it must not trap, and acknowledges nothing.
func sequences(_ first: Int64, _ last: Int64) -> ClosedRange<Int64>? {
  1 <= first && first <= last && last <= CloudEvent.sequenceLimit ? first...last : nil
}
