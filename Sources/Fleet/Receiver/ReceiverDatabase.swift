// The receiver's storage, writing side: one transaction for each batch, idempotent whatever arrives again.
import FleetContract
import SQLite
import Vocabulary

/// The one writer of a receiver's database. Belongs to the ingest thread.
final class ReceiverDatabase {
  /// Conflicting contents kept for each stream; more are counted and dropped.
  static let conflictsKept = 100

  private struct StreamKey: Hashable {
    var outbox: OutboxKey
    var lane: Lane
  }

  private let connection: Connection
  private let statements: Statements
  // Ids that are known to be committed or are being made in the running transaction.
  private var vehicles: [VehicleID: Int64] = [:]
  private var streams: [StreamKey: Int64] = [:]

  /// Opens the file at `path`, or makes it.
  init(path: String) throws(ReceiverError) {
    do throws(SQLiteError) { connection = try Connection(path: path) } catch { throw .database(error.description) }
    try Schema.prepare(connection)
    do throws(SQLiteError) { statements = try Statements(connection) } catch { throw .database(error.description) }
  }

  /// Commits a batch as one transaction; nothing of it when it throws.
  func commit(_ batch: Batch) throws(SQLiteError) -> CommitOutcome {
    do throws(SQLiteError) {
      return try connection.transaction { () throws(SQLiteError) in try store(batch) }
    } catch {
      // Rows that the caches point at may have been rolled back.
      vehicles.removeAll()
      streams.removeAll()
      throw error
    }
  }

  /// The committed runs of a lane that touch `span`, ascending.
  func committed(_ outbox: OutboxKey, _ lane: Lane, in span: ClosedRange<Int64>) throws(SQLiteError)
    -> [ClosedRange<Int64>]
  {
    guard let stream = try existingStream(outbox, lane) else { return [] }
    return try statements.runs(of: stream, touching: span)
  }

  /// The last `limit` committed runs of a lane, ascending.
  func lastCommitted(_ outbox: OutboxKey, _ lane: Lane, limit: Int) throws(SQLiteError) -> [ClosedRange<Int64>] {
    guard let stream = try existingStream(outbox, lane) else { return [] }
    return try statements.lastRuns(of: stream, limit: limit)
  }

  // MARK: Within the transaction.

  private func store(_ batch: Batch) throws(SQLiteError) -> CommitOutcome {
    var outcome = CommitOutcome()
    var arrived: [Int64: [Int64]] = [:]
    for arrival in batch.arrivals {
      let event = arrival.event
      let vehicle = try vehicleID(event.vehicle, arrival.received)
      let stream = try streamID(event, vehicle)
      let insert = statements.insertRecord
      try statements.bind(arrival, stream: stream, vehicle: vehicle)
      try insert.run()
      if connection.changes == 1 {
        outcome.stored += 1
        arrived[stream, default: []].append(event.sequence)
      } else if try statements.holds(event, stream: stream) {
        outcome.duplicates += 1
        try statements.count(duplicates: 1, conflicts: 0, stream: stream)
      } else {
        outcome.conflicts += 1
        // Kept aside is committed too: the vehicle need not send it for ever.
        if try statements.keepAside(arrival, stream: stream) { arrived[stream, default: []].append(event.sequence) }
        try statements.count(duplicates: 0, conflicts: 1, stream: stream)
      }
      outcome.touch(event)
      try statements.saw(vehicle, at: arrival.received)
    }
    for (stream, sequences) in arrived {
      for run in runs(of: sequences) { try statements.cover(run, stream: stream) }
    }
    for (name, status) in batch.statuses {
      let vehicle = try vehicleID(name, status.document.received)
      try statements.setStatus(status.document, isOnline: status.isOnline, vehicle: vehicle)
      if !status.document.isRetained { try statements.saw(vehicle, at: status.document.received) }
    }
    for (name, document) in batch.healths {
      let vehicle = try vehicleID(name, document.received)
      try statements.setHealth(document, vehicle: vehicle)
      if !document.isRetained { try statements.saw(vehicle, at: document.received) }
    }
    return outcome
  }

  private func vehicleID(_ name: VehicleID, _ received: Int64) throws(SQLiteError) -> Int64 {
    if let known = vehicles[name] { return known }
    let id = try statements.vehicle(name, firstSeen: received)
    vehicles[name] = id
    return id
  }

  private func streamID(_ event: CloudEvent, _ vehicle: Int64) throws(SQLiteError) -> Int64 {
    let key = StreamKey(outbox: OutboxKey(vehicle: event.vehicle, epoch: event.epoch), lane: event.lane)
    if let known = streams[key] { return known }
    let id = try statements.stream(vehicle, event.epoch, event.lane)
    streams[key] = id
    return id
  }

  private func existingStream(_ outbox: OutboxKey, _ lane: Lane) throws(SQLiteError) -> Int64? {
    let key = StreamKey(outbox: outbox, lane: lane)
    if let known = streams[key] { return known }
    let found = try statements.existingStream(outbox, lane)
    if let found { streams[key] = found }
    return found
  }
}
