// The receiver's reading side in SQLite: what the fleet API and the page show, from a read-only connection of its own.
import SQLite
import Vocabulary

/// Answers questions about the fleet. An actor, because a connection serves one at a time.
actor SQLiteReader: FleetReader {
  /// Epochs named of one vehicle at most, the newest; sums are of all.
  static let epochsListed = 100

  let connection: Connection

  init(path: String) throws(ReceiverError) {
    do throws(SQLiteError) {
      connection = try Connection(path: path, mode: .readOnly)
    } catch { throw .database(error.receiversLine) }
  }

  func vehicles(after name: String, limit: Int) throws(StorageError) -> Page<FleetVehicle> {
    try reading { () throws(SQLiteError) in
      var page = Page(read: try vehicles("name > ?1 ORDER BY name LIMIT ?2", name, limit + 1), limit: limit)
      for i in page.items.indices { try sumUp(&page.items[i]) }
      return page
    }
  }

  func vehicle(_ name: String) throws(StorageError) -> FleetVehicle? {
    try reading { () throws(SQLiteError) in
      guard var vehicle = try vehicles("name = ?1 LIMIT ?2", name, 1).first else { return nil }
      try sumUp(&vehicle)
      return vehicle
    }
  }

  /// Without their epochs and sums.
  private func vehicles(_ condition: String, _ name: String, _ limit: Int) throws(SQLiteError) -> [FleetVehicle] {
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
    return found
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

  // MARK: Ledgers.

  func ledgers(of vehicle: Int64, _ stretch: Stretch, runs: Int) throws(StorageError) -> Page<StreamLedger> {
    try reading { () throws(SQLiteError) in
      let page = try streams(of: vehicle, stretch)
      let ledger = try Ledger(connection)
      var found = Page<StreamLedger>(read: [], limit: 0)
      found.hasMore = page.hasMore
      for var stream in page.items {
        stream.ledger.missingRuns = gaps(
          between: try ledger.firstRuns(of: stream.ledger.number, limit: runs + 1), given: stream.given, limit: runs)
        found.items.append(stream.ledger)
      }
      return found
    }
  }

  private struct Stream: Sendable {
    var ledger: StreamLedger
    /// The last sequence, as a successor says.
    var given: Int64?
  }

  private func streams(of vehicle: Int64, _ stretch: Stretch) throws(SQLiteError) -> Page<Stream> {
    let select = try connection.prepare(
      """
      SELECT s.id, s.epoch, lane, duplicates, conflicts, malformed, min(given, \(EpochBeginning.lastBelieved)),
        coalesce(min(c.first), 0), coalesce(max(c.last), 0), coalesce(sum(c.last - c.first + 1), 0), count(c.first),
        coalesce(max(CASE WHEN c.first = 1 THEN c.last END), 0),
        (SELECT coalesce(sum(l.last - l.first + 1), 0) FROM loss l WHERE l.stream = s.id),
        EXISTS (SELECT 1 FROM epoch e WHERE e.vehicle = s.vehicle AND e.predecessor = s.epoch),
        o.reason, o.predecessor
      FROM stream s LEFT JOIN coverage c ON c.stream = s.id
        LEFT JOIN epoch o ON o.vehicle = s.vehicle AND o.epoch = s.epoch
      WHERE s.vehicle = ?1 AND s.id > ?2 AND s.id < ?3 GROUP BY s.id ORDER BY s.id \(stretch.order) LIMIT ?4
      """)
    try select.bind(vehicle, stretch)
    var found: [Stream] = []
    while try select.step() {
      guard let lane = Lane(rawValue: UInt8(clamping: select.int64(2))) else { continue }
      let given = select.optionalInt64(6)
      let (first, last, covered, lost) = (select.int64(7), select.int64(8), select.int64(9), select.int64(12))
      let origin =
        select.isNull(14)
        ? nil : EpochOrigin(reason: select.text(14), predecessor: select.isNull(15) ? nil : select.text(15))
      found.append(
        Stream(
          ledger: StreamLedger(
            number: select.int64(0), epoch: select.text(1), origin: origin, lane: lane, first: first,
            last: max(last, given ?? 0), contiguous: select.int64(11), received: covered - lost, lost: lost,
            duplicates: select.int64(3), conflicts: select.int64(4), malformed: select.int64(5),
            gaps: select.int64(10) - (first == 1 ? 1 : 0) + (given ?? 0 > last ? 1 : 0),
            isClosed: select.int64(13) != 0), given: given))
    }
    return Page(read: found, limit: stretch.limit, isBackward: stretch.isBackward)
  }

  // MARK: Sums.

  private func sumUp(_ vehicle: inout FleetVehicle) throws(SQLiteError) {
    let select = try connection.prepare(
      "SELECT epoch FROM stream WHERE vehicle = ?1 GROUP BY epoch ORDER BY min(id) DESC LIMIT ?2")
    try select.bind(vehicle.id, at: 1)
    try select.bind(SQLiteReader.epochsListed, at: 2)
    while try select.step() { vehicle.epochs.append(select.text(0)) }
    vehicle.epochs.reverse()
    vehicle.lanes = try laneTotals(of: vehicle.id)
  }

  /// Sums over all streams of a vehicle, or of the fleet. SQL sums up each stream; the rest is added here, because what
  /// hostile vehicles claim overflows SQL's sums.
  private func laneTotals(of vehicle: Int64?) throws(SQLiteError) -> [LaneTotals] {
    let select = try connection.prepare(
      """
      SELECT lane, duplicates, conflicts, malformed, min(coalesce(given, 0), \(EpochBeginning.lastBelieved)),
        coalesce(max(c.last), 0), coalesce(min(c.first), 0), count(c.first), coalesce(sum(c.last - c.first + 1), 0),
        (SELECT coalesce(sum(l.last - l.first + 1), 0) FROM loss l WHERE l.stream = s.id)
      FROM stream s LEFT JOIN coverage c ON c.stream = s.id
      \(vehicle == nil ? "" : "WHERE s.vehicle = ?1") GROUP BY s.id
      """)
    if let vehicle { try select.bind(vehicle, at: 1) }
    var totals = Lane.allCases.map { _ in LaneTotals() }
    while try select.step() {
      let lane = Int(select.int64(0))
      guard totals.indices.contains(lane) else { continue }
      let (given, last, covered, lost) = (select.int64(4), select.int64(5), select.int64(8), select.int64(9))
      totals[lane].add(
        LaneTotals(
          received: covered - lost, lost: lost, missing: max(given, last) - covered,
          gaps: select.int64(7) - (select.int64(6) == 1 ? 1 : 0) + (given > last ? 1 : 0),
          duplicates: select.int64(1), conflicts: select.int64(2), malformed: select.int64(3)))
    }
    return totals
  }

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
      totals.lanes = try laneTotals(of: nil)
      let pages = Int64(try connection.pragma("page_count") ?? "") ?? 0
      totals.databaseBytes = pages * (Int64(try connection.pragma("page_size") ?? "") ?? 0)
      return totals
    }
  }

  func reading<Result>(_ body: () throws(SQLiteError) -> Result) throws(StorageError) -> Result {
    do throws(SQLiteError) { return try body() } catch { throw StorageError(error) }
  }
}

extension Stretch {
  /// The direction in which it is read.
  var order: String { isBackward ? "DESC" : "ASC" }
}

extension Statement {
  /// Binds a vehicle's stretch to ?1 to ?4, with one item more than its limit, which tells whether there are more.
  func bind(_ vehicle: Int64, _ stretch: Stretch) throws(SQLiteError) {
    try bind(vehicle, at: 1)
    try bind(stretch.above, at: 2)
    try bind(stretch.below, at: 3)
    try bind(stretch.limit + 1, at: 4)
  }

  func optionalInt64(_ column: Int) -> Int64? { isNull(column) ? nil : int64(column) }
}
