// The receiver's storage in SQLite, writing side: one transaction for each batch, idempotent whatever arrives again.
import FleetContract
import SQLite
import Vocabulary

/// The one writer of a receiver's SQLite file.
final class SQLiteStorage: ReceiverStorage {
  /// Conflicting contents kept for each stream; more are counted and dropped.
  static let conflictsKept = 1000
  /// Epochs of each vehicle that records are taken of; one in order begins a few in its life.
  static let epochsKept = 1000
  /// Vehicles and streams whose row ids are remembered; with more, all are looked up anew.
  private static let cacheLimit = 65_536

  private struct Tombstone {
    var arrival: Batch.Arrival
    var stream: Int64
  }

  private let connection: Connection
  private let statements: Statements
  private let ledger: Ledger
  // Ids that are known to be committed or are being made in the running transaction.
  private var vehicles: [VehicleID: Int64] = [:]
  private var streams: [StreamKey: Int64] = [:]
  /// Vehicles that have as many epochs as are taken.
  private var full: Set<Int64> = []

  /// Opens the file at `path`, or makes it. One that is not a receiver's is left as it is.
  /// - Throws: `ReceiverError` with what is wrong and the mend.
  init(path: String) throws(ReceiverError) {
    let content: DatabaseContent
    do throws(SQLiteError) { content = try DatabaseContent(of: path) } catch { throw .database(error.receiversLine) }
    try content.admit(path)
    do throws(SQLiteError) { connection = try Connection(path: path) } catch { throw .database(error.receiversLine) }
    try Schema.prepare(connection)
    do throws(SQLiteError) {
      statements = try Statements(connection)
      ledger = try Ledger(connection)
    } catch { throw .database(error.receiversLine) }
  }

  func commit(_ batch: Batch) throws(StorageError) -> CommitOutcome {
    if vehicles.count > SQLiteStorage.cacheLimit { vehicles.removeAll() }
    if streams.count > SQLiteStorage.cacheLimit { streams.removeAll() }
    if full.count > SQLiteStorage.cacheLimit { full.removeAll() }
    do throws(SQLiteError) {
      return try connection.transaction { () throws(SQLiteError) in try store(batch) }
    } catch {
      // Rows that the caches point at may have been rolled back.
      vehicles.removeAll()
      streams.removeAll()
      full.removeAll()
      throw StorageError(error)
    }
  }

  func committed(_ runs: [ClosedRange<Int64>], of stream: StreamKey) throws(StorageError) -> [ClosedRange<Int64>] {
    do throws(SQLiteError) {
      guard let stream = try existingStream(stream) else { return [] }
      var found: [ClosedRange<Int64>] = []
      for run in joined(runs) {
        for covered in try ledger.runs(of: stream, touching: run) where covered.overlaps(run) {
          found.append(covered.clamped(to: run))
        }
      }
      return found
    } catch { throw StorageError(error) }
  }

  func lastCommitted(of stream: StreamKey, limit: Int) throws(StorageError) -> [ClosedRange<Int64>] {
    do throws(SQLiteError) {
      guard let stream = try existingStream(stream) else { return [] }
      return try ledger.lastRuns(of: stream, limit: limit)
    } catch { throw StorageError(error) }
  }

  func missing(in stream: StreamKey, limit: Int) throws(StorageError) -> [ClosedRange<Int64>] {
    do throws(SQLiteError) {
      guard let stream = try existingStream(stream) else { return [] }
      let runs = try ledger.firstRuns(of: stream, limit: limit + 1)
      return gaps(between: runs, given: try statements.given(stream), limit: limit)
    } catch { throw StorageError(error) }
  }

  func incompleteStreams(limit: Int, perVehicle: Int) throws(StorageError) -> [StreamKey] {
    do throws(SQLiteError) {
      return try statements.incompleteStreams(limit: limit, perVehicle: perVehicle)
    } catch { throw StorageError(error) }
  }

  func isOffline(_ vehicle: VehicleID) throws(StorageError) -> Bool {
    do throws(SQLiteError) { return try statements.isOffline(vehicle) } catch { throw StorageError(error) }
  }

  // MARK: Within the transaction.

  private func store(_ batch: Batch) throws(SQLiteError) -> CommitOutcome {
    var outcome = CommitOutcome()
    var arrived: [Int64: [ClosedRange<Int64>]] = [:]
    var tombstones: [Tombstone] = []
    var seen: [Int64: Int64] = [:]
    for arrival in batch.arrivals {
      let event = arrival.event
      let vehicle = try vehicleID(event.vehicle, arrival.received)
      seen[vehicle] = arrival.received
      guard let stream = try streamID(event.stream, vehicle) else {
        outcome.beyondEpochs[event.vehicle, default: 0] += 1
        continue
      }
      guard event.firstSequence == nil else {
        outcome.tombstones += 1
        outcome.touch(event)
        tombstones.append(Tombstone(arrival: arrival, stream: stream))
        continue
      }
      switch try store(arrival, stream, vehicle, &outcome) {
      case .taken:
        outcome.touch(event)
        arrived[stream, default: []].append(event.range)
      case .known: outcome.touch(event)
      case .leftOut: break
      }
    }
    for (stream, ranges) in arrived {
      for run in joined(ranges) {
        outcome.recovered += try ledger.recover(run, stream: stream)
        try ledger.cover(run, stream: stream)
      }
    }
    // After the records of the batch: what came is not lost, whatever came first.
    for tombstone in tombstones {
      let event = tombstone.arrival.event
      outcome.lost += try ledger.lose(
        event.range, stream: tombstone.stream, reason: event.lossReason, time: event.time,
        received: tombstone.arrival.received)
    }
    for (name, status) in batch.statuses {
      let vehicle = try vehicleID(name, status.document.received)
      try statements.setStatus(status.document, isOnline: status.isOnline, vehicle: vehicle)
      if !status.document.isRetained { seen[vehicle] = max(seen[vehicle] ?? 0, status.document.received) }
    }
    for (name, document) in batch.healths {
      let vehicle = try vehicleID(name, document.received)
      try statements.setHealth(document, vehicle: vehicle)
      if !document.isRetained { seen[vehicle] = max(seen[vehicle] ?? 0, document.received) }
    }
    for (vehicle, received) in seen { try statements.saw(vehicle, at: received) }
    return outcome
  }

  /// What becomes of a record.
  private enum Fate {
    /// Stored, or kept aside: this content is committed.
    case taken
    /// This very content was there.
    case known
    /// A conflict for which there is no room: the vehicle keeps it.
    case leftOut
  }

  private func store(
    _ arrival: Batch.Arrival, _ stream: Int64, _ vehicle: Int64, _ outcome: inout CommitOutcome
  ) throws(SQLiteError) -> Fate {
    let event = arrival.event
    let insert = statements.insertRecord
    try statements.bind(arrival, stream: stream, vehicle: vehicle)
    try insert.run()
    if connection.changes == 1 {
      outcome.stored += 1
      let number = connection.lastInsertRowID
      var malformation = arrival.malformation
      if malformation == nil, event.lane == .events, event.sequence == 1, let beginning = try? EpochBeginning(event) {
        if let predecessor = beginning.predecessor,
          try statements.descends(predecessor, from: event.epoch, vehicle: vehicle)
        {
          malformation = .epochBeforeItself
        } else {
          try note(beginning, event, vehicle, arrival.received, &outcome)
        }
      }
      if let malformation {
        outcome.malformed[malformation.kind, default: 0] += 1
        try statements.mark(malformation, number: number, vehicle: vehicle)
        try statements.count(malformed: 1, stream: stream)
      }
      return .taken
    }
    if try statements.holds(event, stream: stream) {
      outcome.duplicates += 1
      try statements.count(duplicates: 1, stream: stream)
      return .known
    }
    outcome.conflicts += 1
    outcome.contradicting.insert(event.outbox)
    try statements.count(conflicts: 1, stream: stream)
    // Kept aside is committed too: the vehicle need not send it for ever.
    return try statements.keepAside(arrival, stream: stream) ? .taken : .leftOut
  }

  /// Closes the predecessor's streams: what it gave last is known now, even where nothing of it has come.
  private func note(
    _ beginning: EpochBeginning, _ event: CloudEvent, _ vehicle: Int64, _ received: Int64,
    _ outcome: inout CommitOutcome
  ) throws(SQLiteError) {
    let origin = EpochOrigin(reason: beginning.reason, predecessor: beginning.predecessor)
    try statements.noteEpoch(event.epoch, origin, vehicle: vehicle, received: received)
    guard let predecessor = beginning.predecessor else { return }
    for (lane, last) in beginning.last {
      let outbox = OutboxKey(vehicle: event.vehicle, epoch: predecessor)
      guard let stream = try streamID(StreamKey(outbox: outbox, lane: lane), vehicle) else {
        outcome.beyondEpochs[event.vehicle, default: 0] += 1
        return
      }
      try statements.noteGiven(last, stream: stream)
    }
  }

  private func vehicleID(_ name: VehicleID, _ received: Int64) throws(SQLiteError) -> Int64 {
    if let known = vehicles[name] { return known }
    let id = try statements.vehicle(name, firstSeen: received)
    vehicles[name] = id
    return id
  }

  /// Nil when it would be of one epoch more than is taken.
  private func streamID(_ key: StreamKey, _ vehicle: Int64) throws(SQLiteError) -> Int64? {
    if let known = streams[key] { return known }
    let (epoch, lane) = (key.outbox.epoch, key.lane)
    var id = try statements.existingStream(vehicle, epoch, lane)
    if id == nil {
      guard try isRoom(for: epoch, of: vehicle) else { return nil }
      id = try statements.makeStream(vehicle, epoch, lane)
    }
    streams[key] = id
    return id
  }

  private func isRoom(for epoch: String, of vehicle: Int64) throws(SQLiteError) -> Bool {
    if try statements.knows(epoch, of: vehicle) { return true }
    if !full.contains(vehicle), try statements.epochs(of: vehicle) < Int64(SQLiteStorage.epochsKept) { return true }
    full.insert(vehicle)
    return false
  }

  private func existingStream(_ key: StreamKey) throws(SQLiteError) -> Int64? {
    if let known = streams[key] { return known }
    let found = try statements.existingStream(key)
    if let found { streams[key] = found }
    return found
  }
}

extension StorageError {
  init(_ error: SQLiteError) { self.init(description: error.receiversLine, isDamage: error.isDamage) }
}
