// The receiver's reading side: what the fleet API and the page show, from a read-only connection of its own.
import FleetContract
import SQLite
import Vocabulary

/// Answers questions about the fleet. An actor, because a connection serves one at a time.
actor FleetReader {
  /// A stream in the gap ledger.
  struct Stream: Sendable {
    var epoch: String
    var lane: Lane
    var first: Int64
    var last: Int64
    /// Every sequence from 1 to this one is committed; 0 when 1 is missing.
    var contiguous: Int64
    var received: Int64
    var duplicates: Int64
    var conflicts: Int64
    /// Runs that are missing between 1 and `last`, ascending, the first so many.
    var missingRuns: [ClosedRange<Int64>]

    /// How many sequences are missing between 1 and `last`.
    var missing: Int64 { last - received }
  }

  struct Vehicle: Sendable {
    var id: Int64
    var name: String
    var firstSeen: Int64
    var lastSeen: Int64?
    /// Nil while no status was seen.
    var isOnline: Bool?
    var streams: [Stream]
  }

  struct Record: Sendable {
    var number: Int64
    var eventID: String
    var type: String
    var subject: String?
    var time: String
    var clockQuality: ClockQuality
    var epoch: String
    var lane: Lane
    var sequence: Int64
    var received: Int64
    /// JSON text.
    var data: String
  }

  /// Which records of a vehicle.
  enum Selection: Sendable {
    case lane(Lane)
    case trips
    /// The last word on each alert that is not resolved.
    case openAlerts
  }

  private let connection: Connection
  /// Runs listed for each stream at most.
  static let runsListed = 100

  init(path: String) throws(ReceiverError) {
    do throws(SQLiteError) {
      connection = try Connection(path: path, mode: .readOnly)
    } catch { throw .database(error.description) }
  }

  /// Vehicles by name after `name`, at most `limit`; a vehicle of that very name only when `exactly`.
  func vehicles(after name: String = "", limit: Int) throws(SQLiteError) -> [Vehicle] {
    let select = try connection.prepare(
      "SELECT id, name, first_seen, last_seen, online FROM vehicle WHERE name > ?1 ORDER BY name LIMIT ?2")
    try select.bind(name, at: 1)
    try select.bind(limit, at: 2)
    var found: [Vehicle] = []
    while try select.step() { found.append(vehicle(from: select)) }
    for i in found.indices { found[i].streams = try streams(of: found[i].id, runs: 0) }
    return found
  }

  func vehicle(_ name: String, runs: Int = 0) throws(SQLiteError) -> Vehicle? {
    let select = try connection.prepare(
      "SELECT id, name, first_seen, last_seen, online FROM vehicle WHERE name = ?1")
    try select.bind(name, at: 1)
    guard try select.step() else { return nil }
    var found = vehicle(from: select)
    select.reset()
    found.streams = try streams(of: found.id, runs: runs)
    return found
  }

  private func vehicle(from row: Statement) -> Vehicle {
    Vehicle(
      id: row.int64(0), name: row.text(1), firstSeen: row.int64(2), lastSeen: row.isNull(3) ? nil : row.int64(3),
      isOnline: row.isNull(4) ? nil : row.int64(4) != 0, streams: [])
  }

  private func streams(of vehicle: Int64, runs: Int) throws(SQLiteError) -> [Stream] {
    let select = try connection.prepare(
      """
      SELECT s.id, epoch, lane, duplicates, conflicts, coalesce(min(c.first), 0), coalesce(max(c.last), 0),
        coalesce(sum(c.last - c.first + 1), 0), coalesce(max(CASE WHEN c.first = 1 THEN c.last END), 0)
      FROM stream s LEFT JOIN coverage c ON c.stream = s.id WHERE vehicle = ?1 GROUP BY s.id ORDER BY s.id
      """)
    try select.bind(vehicle, at: 1)
    var found: [(id: Int64, stream: Stream)] = []
    while try select.step() {
      guard let lane = Lane(rawValue: UInt8(clamping: select.int64(2))) else { continue }
      found.append(
        (
          select.int64(0),
          Stream(
            epoch: select.text(1), lane: lane, first: select.int64(5), last: select.int64(6),
            contiguous: select.int64(8), received: select.int64(7), duplicates: select.int64(3),
            conflicts: select.int64(4), missingRuns: [])
        ))
    }
    guard runs > 0 else { return found.map(\.stream) }
    for i in found.indices { found[i].stream.missingRuns = try missingRuns(of: found[i].id, limit: runs) }
    return found.map(\.stream)
  }

  private func missingRuns(of stream: Int64, limit: Int) throws(SQLiteError) -> [ClosedRange<Int64>] {
    let select = try connection.prepare(
      """
      SELECT before + 1, first - 1 FROM
        (SELECT first, lag(last, 1, 0) OVER (ORDER BY first) AS before FROM coverage WHERE stream = ?1)
      WHERE first > before + 1 ORDER BY first LIMIT ?2
      """)
    try select.bind(stream, at: 1)
    try select.bind(limit, at: 2)
    var found: [ClosedRange<Int64>] = []
    while try select.step() {
      if select.int64(0) <= select.int64(1) { found.append(select.int64(0)...select.int64(1)) }
    }
    return found
  }

  /// Records by order of arrival, ascending: those after number `since`, or without it the last `limit`.
  func records(
    of vehicle: Int64, _ selection: Selection, since: Int64?, limit: Int
  ) throws(SQLiteError) -> [Record] {
    let condition =
      switch selection {
      case .lane(let lane): "r.lane = \(lane.rawValue)"
      case .trips: "type IN ('trip.started', 'trip.ended')"
      case .openAlerts:
        "number IN (SELECT max(number) FROM record WHERE vehicle = ?1 AND lane = 0 AND type LIKE 'alert.%'"
          + " GROUP BY subject) AND type <> 'alert.resolved'"
      }
    let select = try connection.prepare(
      """
      SELECT number, event_id, type, subject, time, quality, epoch, r.lane, sequence, received, data
      FROM record r JOIN stream s ON s.id = r.stream WHERE r.vehicle = ?1 AND \(condition) AND number > ?2
      ORDER BY number \(since == nil ? "DESC" : "ASC") LIMIT ?3
      """)
    try select.bind(vehicle, at: 1)
    try select.bind(since ?? 0, at: 2)
    try select.bind(limit, at: 3)
    var found: [Record] = []
    while try select.step() {
      found.append(
        Record(
          number: select.int64(0), eventID: select.text(1), type: select.text(2),
          subject: select.isNull(3) ? nil : select.text(3), time: select.text(4),
          clockQuality: ClockQuality(rawValue: UInt8(clamping: select.int64(5))) ?? .none, epoch: select.text(6),
          lane: Lane(rawValue: UInt8(clamping: select.int64(7))) ?? .events, sequence: select.int64(8),
          received: select.int64(9), data: select.text(10)))
    }
    return since == nil ? found.reversed() : found
  }

  /// The retained health as the vehicle sent it, JSON text, and when it came; nil while none did.
  func health(of vehicle: Int64) throws(SQLiteError) -> (json: String, received: Int64)? {
    let select = try connection.prepare(
      "SELECT health, health_at FROM vehicle WHERE id = ?1 AND health IS NOT NULL")
    try select.bind(vehicle, at: 1)
    guard try select.step() else { return nil }
    defer { select.reset() }
    return (select.text(0), select.int64(1))
  }

  struct Totals: Sendable {
    var vehicles: Int64 = 0
    var online: Int64 = 0
    /// By `Lane.rawValue`.
    var received: [Int64] = Lane.allCases.map { _ in 0 }
    var missing: [Int64] = Lane.allCases.map { _ in 0 }
    var duplicates: Int64 = 0
    var conflicts: Int64 = 0
  }

  func totals() throws(SQLiteError) -> Totals {
    var totals = Totals()
    let vehicles = try connection.prepare("SELECT count(*), coalesce(sum(online = 1), 0) FROM vehicle")
    if try vehicles.step() { (totals.vehicles, totals.online) = (vehicles.int64(0), vehicles.int64(1)) }
    vehicles.reset()
    let streams = try connection.prepare(
      """
      SELECT lane, max(c.last) - sum(c.last - c.first + 1), sum(c.last - c.first + 1)
      FROM stream s JOIN coverage c ON c.stream = s.id GROUP BY s.id
      """)
    while try streams.step() {
      let lane = Int(streams.int64(0))
      guard totals.received.indices.contains(lane) else { continue }
      totals.missing[lane] &+= streams.int64(1)
      totals.received[lane] &+= streams.int64(2)
    }
    let counts = try connection.prepare("SELECT coalesce(sum(duplicates), 0), coalesce(sum(conflicts), 0) FROM stream")
    if try counts.step() { (totals.duplicates, totals.conflicts) = (counts.int64(0), counts.int64(1)) }
    counts.reset()
    return totals
  }
}
