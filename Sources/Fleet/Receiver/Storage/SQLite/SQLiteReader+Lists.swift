// Records, conflicts and losses of a vehicle, page by page.
import SQLite
import Vocabulary

extension SQLiteReader {
  /// A page ends when its data have so many bytes: a record may have a quarter of a megabyte, and a thousand of them
  /// are nothing to hold at once.
  static let pageBytes = 8 * 1024 * 1024

  func records(
    of vehicle: Int64, _ selection: RecordSelection, _ stretch: Stretch
  ) throws(StorageError) -> Page<FleetRecord> {
    try reading { () throws(SQLiteError) in
      let select = try connection.prepare(
        """
        SELECT r.number, event_id, type, subject, time, epoch, r.lane, sequence, received, data, typeof(data) = 'blob',
          quality, m.reason
        FROM record r JOIN stream s ON s.id = r.stream
          LEFT JOIN malformed m ON m.vehicle = r.vehicle AND m.number = r.number
        WHERE r.vehicle = ?1 AND r.number > ?2 AND r.number < ?3 AND \(selection.condition)
        ORDER BY r.number \(stretch.order) LIMIT ?4
        """)
      try select.bind(vehicle, stretch)
      return try page(from: select, stretch, size: \.event.data.size) { row in
        FleetRecord(
          event: row.event, clockQuality: ClockQuality(rawValue: UInt8(clamping: row.int64(11))) ?? .none,
          malformation: row.isNull(12) ? nil : row.text(12))
      }
    }
  }

  func conflicts(of vehicle: Int64, _ stretch: Stretch) throws(StorageError) -> Page<FleetConflict> {
    try reading { () throws(SQLiteError) in
      let select = try connection.prepare(
        """
        SELECT c.id, event_id, type, subject, time, epoch, s.lane, sequence, received, data, typeof(data) = 'blob',
          coalesce((SELECT number FROM record r WHERE r.stream = c.stream AND r.sequence = c.sequence),
            (SELECT number FROM record r WHERE r.vehicle = c.vehicle AND r.event_id = c.event_id))
        FROM conflict c JOIN stream s ON s.id = c.stream WHERE c.vehicle = ?1 AND c.id > ?2 AND c.id < ?3
        ORDER BY c.id \(stretch.order) LIMIT ?4
        """)
      try select.bind(vehicle, stretch)
      return try page(from: select, stretch, size: \.event.data.size) { row in
        FleetConflict(event: row.event, holder: row.optionalInt64(11))
      }
    }
  }

  func losses(of vehicle: Int64, after place: FleetLoss.Place, limit: Int) throws(StorageError) -> Page<FleetLoss> {
    try reading { () throws(SQLiteError) in
      let select = try connection.prepare(
        """
        SELECT l.stream, epoch, lane, first, last, reason, time, received FROM loss l JOIN stream s ON s.id = l.stream
        WHERE l.stream IN (SELECT id FROM stream WHERE vehicle = ?1) AND (l.stream, l.first) > (?2, ?3)
        ORDER BY l.stream, l.first LIMIT ?4
        """)
      try select.bind(vehicle, at: 1)
      try select.bind(place.stream, at: 2)
      try select.bind(place.first, at: 3)
      try select.bind(limit + 1, at: 4)
      var found: [FleetLoss] = []
      while try select.step() {
        guard let range = sequences(select.int64(3), select.int64(4)) else { continue }
        found.append(
          FleetLoss(
            stream: select.int64(0), epoch: select.text(1),
            lane: Lane(rawValue: UInt8(clamping: select.int64(2))) ?? .events, range: range, reason: select.text(5),
            time: select.text(6), received: select.int64(7)))
      }
      return Page(read: found, limit: limit)
    }
  }

  private func page<Item>(
    from select: Statement, _ stretch: Stretch, size: (Item) -> Int, _ item: (Statement) -> Item
  ) throws(SQLiteError) -> Page<Item> {
    var (found, bytes): ([Item], Int) = ([], 0)
    defer { select.reset() }
    while try select.step() {
      let next = item(select)
      bytes += size(next)
      found.append(next)
      // The last one is left for the next page, but a page has at least one.
      if bytes > SQLiteReader.pageBytes && found.count > 1 {
        return Page(read: found, limit: min(stretch.limit, found.count - 1), isBackward: stretch.isBackward)
      }
    }
    return Page(read: found, limit: stretch.limit, isBackward: stretch.isBackward)
  }
}

extension RecordSelection {
  fileprivate var condition: String {
    switch self {
    case .lane(let lane): "r.lane = \(lane.rawValue)"
    case .trips: "type IN ('trip.started', 'trip.ended')"
    case .malformed: "r.number IN (SELECT number FROM malformed WHERE vehicle = ?1 AND number > ?2 AND number < ?3)"
    case .openAlerts:
      "r.number IN (SELECT max(number) FROM record WHERE vehicle = ?1 AND lane = 0 AND type LIKE 'alert.%'"
        + " GROUP BY subject) AND type <> 'alert.resolved'"
    }
  }
}

extension Statement {
  /// The first eleven columns: number, id, type, subject, time, epoch, lane, sequence, received, data, whether a frame.
  fileprivate var event: ReceivedEvent {
    ReceivedEvent(
      number: int64(0), id: text(1), type: text(2), subject: isNull(3) ? nil : text(3), time: text(4), epoch: text(5),
      lane: Lane(rawValue: UInt8(clamping: int64(6))) ?? .events, sequence: int64(7), received: int64(8),
      data: int64(10) == 0 ? .json(blob(9)) : .frame(blob(9)))
  }
}
