// The SQL of the receiver's writing side, prepared once.
import FleetContract
import SQLite
import Vocabulary

/// Prepared statements with the values they take. Belongs to the connection's thread.
final class Statements {
  let insertRecord: Statement
  private let selectRecord: Statement
  private let insertVehicle: Statement
  private let selectVehicle: Statement
  private let insertStream: Statement
  private let selectStream: Statement
  private let findStream: Statement
  private let updateCounts: Statement
  private let insertConflict: Statement
  private let selectConflict: Statement
  private let updateSeen: Statement
  private let updateStatus: Statement
  private let updateHealth: Statement
  private let selectRuns: Statement
  private let selectLastRuns: Statement
  private let deleteRuns: Statement
  private let insertRun: Statement

  init(_ c: Connection) throws(SQLiteError) {
    insertRecord = try c.prepare(
      """
      INSERT INTO record (stream, sequence, vehicle, lane, event_id, type, subject, time, boot, uptime, quality,
        received, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING
      """)
    selectRecord = try c.prepare(
      "SELECT event_id, type, subject, time, data FROM record WHERE stream = ?1 AND sequence = ?2")
    insertVehicle = try c.prepare("INSERT INTO vehicle (name, first_seen) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
    selectVehicle = try c.prepare("SELECT id FROM vehicle WHERE name = ?1")
    insertStream = try c.prepare("INSERT INTO stream (vehicle, epoch, lane) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
    selectStream = try c.prepare("SELECT id FROM stream WHERE vehicle = ?1 AND epoch = ?2 AND lane = ?3")
    findStream = try c.prepare(
      """
      SELECT stream.id FROM stream JOIN vehicle ON vehicle.id = stream.vehicle
      WHERE vehicle.name = ?1 AND epoch = ?2 AND lane = ?3
      """)
    updateCounts = try c.prepare(
      "UPDATE stream SET duplicates = duplicates + ?2, conflicts = conflicts + ?3 WHERE id = ?1")
    insertConflict = try c.prepare(
      """
      INSERT INTO conflict (stream, sequence, event_id, type, subject, time, received, data)
      SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
      WHERE (SELECT count(*) FROM conflict WHERE stream = ?1) < \(ReceiverDatabase.conflictsKept)
      """)
    selectConflict = try c.prepare(
      """
      SELECT 1 FROM conflict WHERE stream = ?1 AND sequence = ?2 AND event_id = ?3 AND type = ?4
        AND subject IS ?5 AND time = ?6 AND data = ?7
      """)
    updateSeen = try c.prepare("UPDATE vehicle SET last_seen = ?2 WHERE id = ?1")
    updateStatus = try c.prepare("UPDATE vehicle SET status = ?2, status_at = ?3, online = ?4 WHERE id = ?1")
    updateHealth = try c.prepare("UPDATE vehicle SET health = ?2, health_at = ?3 WHERE id = ?1")
    selectRuns = try c.prepare(
      "SELECT first, last FROM coverage WHERE stream = ?1 AND first <= ?3 AND last >= ?2 ORDER BY first")
    selectLastRuns = try c.prepare(
      "SELECT first, last FROM coverage WHERE stream = ?1 ORDER BY first DESC LIMIT ?2")
    deleteRuns = try c.prepare("DELETE FROM coverage WHERE stream = ?1 AND first BETWEEN ?2 AND ?3")
    insertRun = try c.prepare("INSERT INTO coverage (stream, first, last) VALUES (?1, ?2, ?3)")
  }

  // MARK: Records.

  func bind(_ arrival: Batch.Arrival, stream: Int64, vehicle: Int64) throws(SQLiteError) {
    let event = arrival.event
    let s = insertRecord
    try s.bind(stream, at: 1)
    try s.bind(event.sequence, at: 2)
    try s.bind(vehicle, at: 3)
    try s.bind(Int64(event.lane.rawValue), at: 4)
    try s.bind(event.id, at: 5)
    try s.bind(event.type, at: 6)
    try s.bind(event.subject, at: 7)
    try s.bind(event.time, at: 8)
    try s.bind(event.boot, at: 9)
    try s.bind(event.uptime, at: 10)
    try s.bind(Int64(event.clockQuality.rawValue), at: 11)
    try s.bind(arrival.received, at: 12)
    try s.bind(event.json, at: 13)
  }

  /// Whether this very event is stored under its key. Content is compared as it is, not by a digest.
  func holds(_ event: CloudEvent, stream: Int64) throws(SQLiteError) -> Bool {
    let s = selectRecord
    try s.bind(stream, at: 1)
    try s.bind(event.sequence, at: 2)
    defer { s.reset() }
    guard try s.step() else { return false }
    return s.text(0) == event.id && s.text(1) == event.type && (s.isNull(2) ? nil : s.text(2)) == event.subject
      && s.text(3) == event.time && s.text(4) == event.json
  }

  /// Keeps a conflicting content once; whether it is kept.
  func keepAside(_ arrival: Batch.Arrival, stream: Int64) throws(SQLiteError) -> Bool {
    let event = arrival.event
    let find = selectConflict
    try find.bind(stream, at: 1)
    try find.bind(event.sequence, at: 2)
    try find.bind(event.id, at: 3)
    try find.bind(event.type, at: 4)
    try find.bind(event.subject, at: 5)
    try find.bind(event.time, at: 6)
    try find.bind(event.json, at: 7)
    defer { find.reset() }
    if try find.step() { return true }
    let insert = insertConflict
    try insert.bind(stream, at: 1)
    try insert.bind(event.sequence, at: 2)
    try insert.bind(event.id, at: 3)
    try insert.bind(event.type, at: 4)
    try insert.bind(event.subject, at: 5)
    try insert.bind(event.time, at: 6)
    try insert.bind(arrival.received, at: 7)
    try insert.bind(event.json, at: 8)
    try insert.run()
    return try find.step()
  }

  // MARK: Vehicles and streams.

  func vehicle(_ name: VehicleID, firstSeen: Int64) throws(SQLiteError) -> Int64 {
    try insertVehicle.bind(name.description, at: 1)
    try insertVehicle.bind(firstSeen, at: 2)
    try insertVehicle.run()
    try selectVehicle.bind(name.description, at: 1)
    return try id(from: selectVehicle) ?? 0
  }

  func stream(_ vehicle: Int64, _ epoch: String, _ lane: Lane) throws(SQLiteError) -> Int64 {
    for s in [insertStream, selectStream] {
      try s.bind(vehicle, at: 1)
      try s.bind(epoch, at: 2)
      try s.bind(Int64(lane.rawValue), at: 3)
    }
    try insertStream.run()
    return try id(from: selectStream) ?? 0
  }

  func existingStream(_ outbox: OutboxKey, _ lane: Lane) throws(SQLiteError) -> Int64? {
    try findStream.bind(outbox.vehicle.description, at: 1)
    try findStream.bind(outbox.epoch, at: 2)
    try findStream.bind(Int64(lane.rawValue), at: 3)
    return try id(from: findStream)
  }

  private func id(from select: Statement) throws(SQLiteError) -> Int64? {
    defer { select.reset() }
    return try select.step() ? select.int64(0) : nil
  }

  func count(duplicates: Int, conflicts: Int, stream: Int64) throws(SQLiteError) {
    try updateCounts.bind(stream, at: 1)
    try updateCounts.bind(duplicates, at: 2)
    try updateCounts.bind(conflicts, at: 3)
    try updateCounts.run()
  }

  func saw(_ vehicle: Int64, at received: Int64) throws(SQLiteError) {
    try updateSeen.bind(vehicle, at: 1)
    try updateSeen.bind(received, at: 2)
    try updateSeen.run()
  }

  func setStatus(_ document: Batch.Document, isOnline: Bool, vehicle: Int64) throws(SQLiteError) {
    try updateStatus.bind(vehicle, at: 1)
    try updateStatus.bind(String(decoding: document.json, as: UTF8.self), at: 2)
    try updateStatus.bind(document.received, at: 3)
    try updateStatus.bind(isOnline ? 1 : 0, at: 4)
    try updateStatus.run()
  }

  func setHealth(_ document: Batch.Document, vehicle: Int64) throws(SQLiteError) {
    try updateHealth.bind(vehicle, at: 1)
    try updateHealth.bind(String(decoding: document.json, as: UTF8.self), at: 2)
    try updateHealth.bind(document.received, at: 3)
    try updateHealth.run()
  }

  // MARK: The gap ledger.

  func runs(of stream: Int64, touching span: ClosedRange<Int64>) throws(SQLiteError) -> [ClosedRange<Int64>] {
    try selectRuns.bind(stream, at: 1)
    try selectRuns.bind(span.lowerBound, at: 2)
    try selectRuns.bind(span.upperBound, at: 3)
    return try ranges(from: selectRuns)
  }

  func lastRuns(of stream: Int64, limit: Int) throws(SQLiteError) -> [ClosedRange<Int64>] {
    try selectLastRuns.bind(stream, at: 1)
    try selectLastRuns.bind(limit, at: 2)
    return try ranges(from: selectLastRuns).reversed()
  }

  private func ranges(from select: Statement) throws(SQLiteError) -> [ClosedRange<Int64>] {
    defer { select.reset() }
    var found: [ClosedRange<Int64>] = []
    while try select.step() {
      // A damaged row must not trap; it acknowledges nothing.
      if select.int64(0) <= select.int64(1) { found.append(select.int64(0)...select.int64(1)) }
    }
    return found
  }

  /// Adds a run, joined with those that it overlaps or adjoins.
  func cover(_ run: ClosedRange<Int64>, stream: Int64) throws(SQLiteError) {
    let neighbours = try runs(of: stream, touching: run.lowerBound - 1...run.upperBound + 1)
    let first = min(run.lowerBound, neighbours.first?.lowerBound ?? run.lowerBound)
    let last = max(run.upperBound, neighbours.last?.upperBound ?? run.upperBound)
    try deleteRuns.bind(stream, at: 1)
    try deleteRuns.bind(first, at: 2)
    try deleteRuns.bind(last, at: 3)
    try deleteRuns.run()
    try insertRun.bind(stream, at: 1)
    try insertRun.bind(first, at: 2)
    try insertRun.bind(last, at: 3)
    try insertRun.run()
  }
}

extension CloudEvent {
  /// The data as text; decoding has checked that it is UTF-8.
  var json: String { String(decoding: data, as: UTF8.self) }
}
