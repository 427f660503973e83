// The receiver's reading side in SQLite: what the fleet API and the page show, from a read-only connection of its own.
import SQLite
import Vocabulary

/// Answers questions about the fleet. An actor, because a connection serves one at a time.
actor SQLiteReader: FleetReader {
  /// Streams shown of one vehicle at most, the newest.
  private static let streamsListed = 300

  private let connection: Connection

  init(path: String) throws(ReceiverError) {
    do throws(SQLiteError) {
      connection = try Connection(path: path, mode: .readOnly)
    } catch { throw .database(error.description) }
  }

  func vehicles(after name: String, limit: Int) throws(StorageError) -> [FleetVehicle] {
    try reading { () throws(SQLiteError) in try vehicles("name > ?1 ORDER BY name LIMIT ?2", name, limit, runs: 0) }
  }

  func vehicle(_ name: String, runs: Int) throws(StorageError) -> FleetVehicle? {
    try reading { () throws(SQLiteError) in try vehicles("name = ?1 LIMIT ?2", name, 1, runs: runs).first }
  }

  private func vehicles(
    _ condition: String, _ name: String, _ limit: Int, runs: Int
  ) throws(SQLiteError) -> [FleetVehicle] {
    let select = try connection.prepare(
      "SELECT id, name, first_seen, last_seen, online, status_at, status_since FROM vehicle WHERE " + condition)
    try select.bind(name, at: 1)
    try select.bind(limit, at: 2)
    var found: [FleetVehicle] = []
    while try select.step() {
      found.append(
        FleetVehicle(
          id: select.int64(0), name: select.text(1), firstSeen: select.int64(2), lastSeen: select.optionalInt64(3),
          isOnline: select.optionalInt64(4).map { $0 != 0 }, statusAt: select.optionalInt64(5),
          statusSince: select.optionalInt64(6)))
    }
    for i in found.indices {
      found[i].streams = try streams(of: found[i].id, runs: runs)
      found[i].epochs = try epochs(of: found[i].id)
    }
    return found
  }

  // MARK: Ledgers.

  private func streams(of vehicle: Int64, runs: Int) throws(SQLiteError) -> [StreamLedger] {
    let select = try connection.prepare(
      """
      SELECT s.id, epoch, lane, duplicates, conflicts, given, coalesce(min(c.first), 0), coalesce(max(c.last), 0),
        coalesce(sum(c.last - c.first + 1), 0), coalesce(max(CASE WHEN c.first = 1 THEN c.last END), 0),
        (SELECT coalesce(sum(l.last - l.first + 1), 0) FROM loss l WHERE l.stream = s.id),
        EXISTS (SELECT 1 FROM epoch e WHERE e.vehicle = s.vehicle AND e.predecessor = s.epoch)
      FROM stream s LEFT JOIN coverage c ON c.stream = s.id WHERE vehicle = ?1 GROUP BY s.id ORDER BY s.id DESC
      LIMIT \(SQLiteReader.streamsListed)
      """)
    try select.bind(vehicle, at: 1)
    var found: [(id: Int64, given: Int64?, stream: StreamLedger)] = []
    while try select.step() {
      guard let lane = Lane(rawValue: UInt8(clamping: select.int64(2))) else { continue }
      let lost = select.int64(10)
      let given = select.optionalInt64(5)
      found.append(
        (
          select.int64(0), given,
          StreamLedger(
            epoch: select.text(1), lane: lane, first: select.int64(6), last: max(select.int64(7), given ?? 0),
            contiguous: select.int64(9), received: select.int64(8) - lost, lost: lost, duplicates: select.int64(3),
            conflicts: select.int64(4), isClosed: select.int64(11) != 0)
        ))
    }
    if runs > 0 {
      let ledger = try Ledger(connection)
      for i in found.indices {
        found[i].stream.missingRuns = gaps(
          between: try ledger.firstRuns(of: found[i].id, limit: runs + 1), given: found[i].given, limit: runs)
        found[i].stream.losses = try losses(of: found[i].id, limit: runs)
      }
    }
    return found.reversed().map(\.stream)
  }

  private func losses(of stream: Int64, limit: Int) throws(SQLiteError) -> [StreamLedger.Loss] {
    let select = try connection.prepare(
      "SELECT first, last, reason, time FROM loss WHERE stream = ?1 ORDER BY first LIMIT ?2")
    try select.bind(stream, at: 1)
    try select.bind(limit, at: 2)
    var found: [StreamLedger.Loss] = []
    while try select.step() {
      guard select.int64(0) <= select.int64(1) else { continue }
      found.append(
        StreamLedger.Loss(
          range: select.int64(0)...select.int64(1), reason: select.text(2), time: select.text(3)))
    }
    return found
  }

  private func epochs(of vehicle: Int64) throws(SQLiteError) -> [EpochOrigin] {
    let select = try connection.prepare(
      "SELECT epoch, reason, predecessor FROM epoch WHERE vehicle = ?1 ORDER BY received DESC LIMIT ?2")
    try select.bind(vehicle, at: 1)
    try select.bind(SQLiteReader.streamsListed, at: 2)
    var found: [EpochOrigin] = []
    while try select.step() {
      found.append(
        EpochOrigin(
          epoch: select.text(0), reason: select.text(1), predecessor: select.isNull(2) ? nil : select.text(2)))
    }
    return found.reversed()
  }

  // MARK: Records and health.

  func records(
    of vehicle: Int64, _ selection: RecordSelection, since: Int64?, limit: Int
  ) throws(StorageError) -> [FleetRecord] {
    try reading { () throws(SQLiteError) in
      let select = try connection.prepare(
        """
        SELECT number, event_id, type, subject, time, quality, epoch, r.lane, sequence, received, data,
          typeof(data) = 'blob'
        FROM record r JOIN stream s ON s.id = r.stream WHERE r.vehicle = ?1 AND \(selection.condition) AND number > ?2
        ORDER BY number \(since == nil ? "DESC" : "ASC") LIMIT ?3
        """)
      try select.bind(vehicle, at: 1)
      try select.bind(since ?? 0, at: 2)
      try select.bind(limit, at: 3)
      var found: [FleetRecord] = []
      while try select.step() { found.append(FleetRecord(from: select)) }
      return since == nil ? found.reversed() : found
    }
  }

  func health(of vehicle: Int64) throws(StorageError) -> (json: String, received: Int64)? {
    try reading { () throws(SQLiteError) in
      let select = try connection.prepare(
        "SELECT health, health_at FROM vehicle WHERE id = ?1 AND health IS NOT NULL")
      try select.bind(vehicle, at: 1)
      guard try select.step() else { return nil }
      defer { select.reset() }
      return (select.text(0), select.int64(1))
    }
  }

  // MARK: Sums.

  func totals(heardSince: Int64) throws(StorageError) -> FleetTotals {
    try reading { () throws(SQLiteError) in
      var totals = FleetTotals()
      let vehicles = try connection.prepare(
        """
        SELECT CASE WHEN online IS NULL THEN 'unknown' WHEN online = 0 THEN 'offline'
          WHEN max(coalesce(last_seen, 0), coalesce(status_at, 0)) >= ?1 THEN 'online' ELSE 'silent' END AS state,
          count(*) FROM vehicle GROUP BY state
        """)
      try vehicles.bind(heardSince, at: 1)
      while try vehicles.step() {
        if let state = Liveness(rawValue: vehicles.text(0)) { totals.vehicles[state] = vehicles.int64(1) }
      }
      let streams = try connection.prepare(
        """
        SELECT lane, duplicates, conflicts, coalesce(given, 0), coalesce(max(c.last), 0), coalesce(min(c.first), 0),
          count(c.first), coalesce(sum(c.last - c.first + 1), 0),
          (SELECT coalesce(sum(l.last - l.first + 1), 0) FROM loss l WHERE l.stream = s.id)
        FROM stream s LEFT JOIN coverage c ON c.stream = s.id GROUP BY s.id
        """)
      while try streams.step() {
        let lane = Int(streams.int64(0))
        guard totals.missing.indices.contains(lane) else { continue }
        let (given, last, covered, lost) = (streams.int64(3), streams.int64(4), streams.int64(7), streams.int64(8))
        totals.duplicates &+= streams.int64(1)
        totals.conflicts &+= streams.int64(2)
        // Hostile vehicles can make any sum overflow; it must not trap.
        totals.missing[lane] &+= max(given, last) - covered
        totals.received[lane] &+= covered - lost
        totals.lost[lane] &+= lost
        totals.gaps[lane] += streams.int64(6) - (streams.int64(5) == 1 ? 1 : 0) + (given > last ? 1 : 0)
      }
      let pages = Int64(try connection.pragma("page_count") ?? "") ?? 0
      totals.databaseBytes = pages * (Int64(try connection.pragma("page_size") ?? "") ?? 0)
      return totals
    }
  }

  private func reading<Result>(_ body: () throws(SQLiteError) -> Result) throws(StorageError) -> Result {
    do throws(SQLiteError) { return try body() } catch { throw StorageError(error) }
  }
}

extension RecordSelection {
  fileprivate var condition: String {
    switch self {
    case .lane(let lane): "r.lane = \(lane.rawValue)"
    case .trips: "type IN ('trip.started', 'trip.ended')"
    case .openAlerts:
      "number IN (SELECT max(number) FROM record WHERE vehicle = ?1 AND lane = 0 AND type LIKE 'alert.%'"
        + " GROUP BY subject) AND type <> 'alert.resolved'"
    }
  }
}

extension FleetRecord {
  fileprivate init(from row: Statement) {
    self.init(
      number: row.int64(0), eventID: row.text(1), type: row.text(2), subject: row.isNull(3) ? nil : row.text(3),
      time: row.text(4), clockQuality: ClockQuality(rawValue: UInt8(clamping: row.int64(5))) ?? .none,
      epoch: row.text(6), lane: Lane(rawValue: UInt8(clamping: row.int64(7))) ?? .events, sequence: row.int64(8),
      received: row.int64(9), data: row.int64(11) == 0 ? .json(row.blob(10)) : .frame(row.blob(10)))
  }
}

extension Statement {
  fileprivate func optionalInt64(_ column: Int) -> Int64? { isNull(column) ? nil : int64(column) }
}
