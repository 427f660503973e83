// The SQL of the receiver's writing side, prepared once; the ledger's stands in a file of its own.
import FleetContract
import SQLite
import Vocabulary

/// Prepared statements with the values they take. Belongs to the connection's thread.
final class Statements {
  let insertRecord: Statement
  private let selectRecord: Statement
  private let insertVehicle: Statement
  private let selectVehicle: Statement
  private let selectOffline: Statement
  private let insertStream: Statement
  private let selectStream: Statement
  private let findStream: Statement
  private let selectEpoch: Statement
  private let countEpochs: Statement
  private let updateCounts: Statement
  private let insertMalformed: Statement
  private let insertConflict: Statement
  private let selectConflict: Statement
  private let updateSeen: Statement
  private let updateStatus: Statement
  private let updateHealth: Statement
  private let insertEpoch: Statement
  private let selectElder: Statement
  private let updateGiven: Statement
  private let selectGiven: Statement
  private let selectIncomplete: Statement

  init(_ c: Connection) throws(SQLiteError) {
    insertRecord = try c.prepare(
      """
      INSERT INTO record (stream, sequence, vehicle, lane, event_id, type, subject, time, boot, uptime, quality,
        received, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING
      """)
    selectRecord = try c.prepare(
      "SELECT event_id, type, subject, time, boot, uptime, quality, data FROM record"
        + " WHERE stream = ?1 AND sequence = ?2")
    insertVehicle = try c.prepare("INSERT INTO vehicle (name, first_seen) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
    selectVehicle = try c.prepare("SELECT id FROM vehicle WHERE name = ?1")
    selectOffline = try c.prepare("SELECT 1 FROM vehicle WHERE name = ?1 AND online = 0")
    insertStream = try c.prepare("INSERT INTO stream (vehicle, epoch, lane) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
    selectStream = try c.prepare("SELECT id FROM stream WHERE vehicle = ?1 AND epoch = ?2 AND lane = ?3")
    findStream = try c.prepare(
      """
      SELECT stream.id FROM stream JOIN vehicle ON vehicle.id = stream.vehicle
      WHERE vehicle.name = ?1 AND epoch = ?2 AND lane = ?3
      """)
    selectEpoch = try c.prepare("SELECT 1 FROM stream WHERE vehicle = ?1 AND epoch = ?2 LIMIT 1")
    countEpochs = try c.prepare("SELECT count(DISTINCT epoch) FROM stream WHERE vehicle = ?1")
    updateCounts = try c.prepare(
      """
      UPDATE stream SET duplicates = duplicates + ?2, conflicts = conflicts + ?3, malformed = malformed + ?4
      WHERE id = ?1
      """)
    insertMalformed = try c.prepare("INSERT INTO malformed (vehicle, number, reason) VALUES (?1, ?2, ?3)")
    insertConflict = try c.prepare(
      """
      INSERT INTO conflict (stream, sequence, event_id, type, subject, time, received, data, vehicle)
      SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, (SELECT vehicle FROM stream WHERE id = ?1)
      WHERE (SELECT count(*) FROM conflict WHERE stream = ?1) < \(SQLiteStorage.conflictsKept)
      """)
    selectConflict = try c.prepare(
      """
      SELECT 1 FROM conflict WHERE stream = ?1 AND sequence = ?2 AND event_id = ?3 AND type = ?4
        AND subject IS ?5 AND time = ?6 AND data = ?7
      """)
    updateSeen = try c.prepare("UPDATE vehicle SET last_seen = ?2 WHERE id = ?1")
    updateStatus = try c.prepare(
      """
      UPDATE vehicle SET status = ?2, status_at = ?3, online = ?4,
        status_since = CASE WHEN online IS ?4 THEN status_since ELSE ?3 END WHERE id = ?1
      """)
    updateHealth = try c.prepare("UPDATE vehicle SET health = ?2, health_at = ?3 WHERE id = ?1")
    insertEpoch = try c.prepare(
      "INSERT INTO epoch (vehicle, epoch, reason, predecessor, received) VALUES (?1, ?2, ?3, ?4, ?5)"
        + " ON CONFLICT DO NOTHING")
    // UNION lists nothing twice: it ends even where a file of an earlier version goes in a circle.
    selectElder = try c.prepare(
      """
      WITH RECURSIVE elder (epoch) AS (
        VALUES (?2) UNION SELECT predecessor FROM elder JOIN epoch e ON e.vehicle = ?1 AND e.epoch = elder.epoch
        WHERE predecessor IS NOT NULL)
      SELECT 1 FROM elder WHERE epoch = ?3
      """)
    updateGiven = try c.prepare("UPDATE stream SET given = max(coalesce(given, 0), ?2) WHERE id = ?1")
    selectGiven = try c.prepare("SELECT min(given, \(EpochBeginning.lastBelieved)) FROM stream WHERE id = ?1")
    selectIncomplete = try c.prepare(
      """
      SELECT name, epoch, lane FROM (
        SELECT s.*, row_number() OVER (PARTITION BY vehicle ORDER BY s.id DESC) AS place
        FROM stream s LEFT JOIN coverage c ON c.stream = s.id
        GROUP BY s.id HAVING count(c.first) > 1 OR min(c.first) > 1 OR coalesce(max(c.last), 0) < given) s
      JOIN vehicle v ON v.id = s.vehicle WHERE place <= ?2 ORDER BY s.id DESC LIMIT ?1
      """)
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
    try bind(dataOf: event, to: s, at: 13)
  }

  /// Whether this very event is stored under its key. Content is compared as it is, not by a digest.
  func holds(_ event: CloudEvent, stream: Int64) throws(SQLiteError) -> Bool {
    let s = selectRecord
    try s.bind(stream, at: 1)
    try s.bind(event.sequence, at: 2)
    defer { s.reset() }
    guard try s.step() else { return false }
    return s.text(0) == event.id && s.text(1) == event.type && (s.isNull(2) ? nil : s.text(2)) == event.subject
      && s.text(3) == event.time && s.text(4) == event.boot && s.int64(5) == event.uptime
      && s.int64(6) == Int64(event.clockQuality.rawValue) && s.blob(7) == event.data
  }

  /// JSON as text, so that SQLite's functions can look into it; telemetry as it is.
  private func bind(dataOf event: CloudEvent, to statement: Statement, at index: Int) throws(SQLiteError) {
    if event.lane == .telemetry {
      try statement.bind(event.data, at: index)
    } else {
      try statement.bind(String(decoding: event.data, as: UTF8.self), at: index)
    }
  }

  /// Notes that nobody can read a record.
  func mark(_ malformation: Malformation, number: Int64, vehicle: Int64) throws(SQLiteError) {
    try insertMalformed.bind(vehicle, at: 1)
    try insertMalformed.bind(number, at: 2)
    try insertMalformed.bind(malformation.reason, at: 3)
    try insertMalformed.run()
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
    try bind(dataOf: event, to: find, at: 7)
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
    try bind(dataOf: event, to: insert, at: 8)
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

  func isOffline(_ name: VehicleID) throws(SQLiteError) -> Bool {
    try selectOffline.bind(name.description, at: 1)
    return try id(from: selectOffline) != nil
  }

  func makeStream(_ vehicle: Int64, _ epoch: String, _ lane: Lane) throws(SQLiteError) -> Int64 {
    try bind(insertStream, vehicle, epoch, lane)
    try insertStream.run()
    return try existingStream(vehicle, epoch, lane) ?? 0
  }

  func existingStream(_ vehicle: Int64, _ epoch: String, _ lane: Lane) throws(SQLiteError) -> Int64? {
    try bind(selectStream, vehicle, epoch, lane)
    return try id(from: selectStream)
  }

  private func bind(
    _ statement: Statement, _ vehicle: Int64, _ epoch: String, _ lane: Lane
  ) throws(SQLiteError) {
    try statement.bind(vehicle, at: 1)
    try statement.bind(epoch, at: 2)
    try statement.bind(Int64(lane.rawValue), at: 3)
  }

  /// Whether anything of an epoch has come.
  func knows(_ epoch: String, of vehicle: Int64) throws(SQLiteError) -> Bool {
    try selectEpoch.bind(vehicle, at: 1)
    try selectEpoch.bind(epoch, at: 2)
    return try id(from: selectEpoch) != nil
  }

  func epochs(of vehicle: Int64) throws(SQLiteError) -> Int64 {
    try countEpochs.bind(vehicle, at: 1)
    return try id(from: countEpochs) ?? 0
  }

  func existingStream(_ key: StreamKey) throws(SQLiteError) -> Int64? {
    try findStream.bind(key.outbox.vehicle.description, at: 1)
    try findStream.bind(key.outbox.epoch, at: 2)
    try findStream.bind(Int64(key.lane.rawValue), at: 3)
    return try id(from: findStream)
  }

  private func id(from select: Statement) throws(SQLiteError) -> Int64? {
    defer { select.reset() }
    return try select.step() ? select.int64(0) : nil
  }

  func count(duplicates: Int = 0, conflicts: Int = 0, malformed: Int = 0, stream: Int64) throws(SQLiteError) {
    try updateCounts.bind(stream, at: 1)
    try updateCounts.bind(duplicates, at: 2)
    try updateCounts.bind(conflicts, at: 3)
    try updateCounts.bind(malformed, at: 4)
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

  // MARK: Epochs and gaps.

  func noteEpoch(
    _ epoch: String, _ origin: EpochOrigin, vehicle: Int64, received: Int64
  ) throws(SQLiteError) {
    try insertEpoch.bind(vehicle, at: 1)
    try insertEpoch.bind(epoch, at: 2)
    try insertEpoch.bind(origin.reason, at: 3)
    try insertEpoch.bind(origin.predecessor, at: 4)
    try insertEpoch.bind(received, at: 5)
    try insertEpoch.run()
  }

  /// Whether `predecessor` goes back to `epoch`, as far as is known.
  func descends(_ predecessor: String, from epoch: String, vehicle: Int64) throws(SQLiteError) -> Bool {
    try selectElder.bind(vehicle, at: 1)
    try selectElder.bind(predecessor, at: 2)
    try selectElder.bind(epoch, at: 3)
    return try id(from: selectElder) != nil
  }

  func noteGiven(_ last: Int64, stream: Int64) throws(SQLiteError) {
    try updateGiven.bind(stream, at: 1)
    try updateGiven.bind(last, at: 2)
    try updateGiven.run()
  }

  /// The last sequence that was given in a stream, if a successor said so.
  func given(_ stream: Int64) throws(SQLiteError) -> Int64? {
    try selectGiven.bind(stream, at: 1)
    defer { selectGiven.reset() }
    return try selectGiven.step() && !selectGiven.isNull(0) ? selectGiven.int64(0) : nil
  }

  func incompleteStreams(limit: Int, perVehicle: Int) throws(SQLiteError) -> [StreamKey] {
    try selectIncomplete.bind(limit, at: 1)
    try selectIncomplete.bind(perVehicle, at: 2)
    defer { selectIncomplete.reset() }
    var found: [StreamKey] = []
    while try selectIncomplete.step() {
      guard let vehicle = VehicleID(selectIncomplete.text(0)),
        let lane = Lane(rawValue: UInt8(clamping: selectIncomplete.int64(2)))
      else { continue }
      found.append(StreamKey(outbox: OutboxKey(vehicle: vehicle, epoch: selectIncomplete.text(1)), lane: lane))
    }
    return found
  }
}
