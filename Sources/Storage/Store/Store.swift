// The store: everything that must survive, in one SQLite file that any power cut leaves whole.
import Glibc
import SQLite
public import Vocabulary

/// The vehicle's database. Belongs to one thread, the recorder's, which is its only writer.
///
/// WAL with `synchronous=FULL`: a transaction that has returned is on the disk. Rows are visible to an `OutboxReader` only
/// after that.
public final class Store {
  public let path: String
  public let epoch: Epoch
  /// What was wrong with an earlier file and what became of it; nil when nothing was.
  public let repaired: String?

  let connection: Connection
  private let nextSequence: Statement
  private let insertOutbox: Statement
  private let insertEvent: Statement
  private let upsertAlert: Statement
  private let upsertTrip: Statement
  private let insertHealth: Statement
  private let insertRollUp: Statement
  private let upsertCheckpoint: Statement
  private let deleteOutbox: Statement
  private let upsertDiagnostic: Statement
  private let deleteDiagnostic: Statement
  private var generation: Int64
  // Below the connection and its statements, so that it goes after them: closing a file drops SQLite's locks on it.
  private let lock: FileLock
  private var sinceRetention = 0
  /// Rows in the outbox, by `Lane.rawValue`.
  public private(set) var queued: InlineArray<3, Int> = InlineArray(repeating: 0)
  private var queuedInTransaction: InlineArray<3, Int> = InlineArray(repeating: 0)

  /// How many rows of each history are kept; the oldest go first. The outbox is not history: its rows stay until a
  /// receiver acknowledges them.
  public struct Retention: Sendable {
    public var rollUps = 44_640  // a month of minutes
    public var health = 5000
    public var events = 10_000
    public var trips = 5000

    public init() {}
  }
  private let retention: Retention

  /// The file within a state folder.
  public static func file(in directory: String) -> String { directory + "/telltale.sqlite" }

  /// Opens or makes the store of `vehicle` below `directory`.
  ///
  /// A damaged file is set aside as `telltale.sqlite.damaged-N` and a fresh one with a new epoch takes its place: the
  /// daemon always starts.
  /// - Throws: `StoreError`: the folder cannot be made or written, the file belongs to another vehicle or a newer version.
  public static func open(
    directory: String, vehicle: String, catalogue: SignalCatalogue, retention: Retention = Retention()
  ) throws(StoreError) -> Store {
    guard mkdir(directory, 0o750) == 0 || errno == EEXIST else {
      let reason = String(cString: strerror(errno))
      throw StoreError(
        kind: .unwritable, path: directory,
        reason: "cannot make the state folder: \(reason); make it, or set `state:` to a folder that this user can write")
    }
    guard access(directory, W_OK | X_OK) == 0 else {
      let reason = String(cString: strerror(errno))
      throw StoreError(
        kind: .unwritable, path: directory,
        reason: "the state folder cannot be written: \(reason); set `state:` to a folder that this user can write")
    }
    let path = file(in: directory)
    do throws(StoreError) {
      return try Store(
        path, try FileLock(path), vehicle: vehicle, catalogue: catalogue, retention: retention, repaired: nil)
    } catch {
      guard error.kind == .damaged, let aside = setAside(path) else { throw error }
      return try Store(
        path, try FileLock(path), vehicle: vehicle, catalogue: catalogue, retention: retention,
        repaired: "\(error.description); it was set aside as \(aside) and a fresh store was begun")
    }
  }

  private init(
    _ path: String, _ lock: FileLock, vehicle: String, catalogue: SignalCatalogue, retention: Retention,
    repaired: String?
  ) throws(StoreError) {
    self.path = path
    self.lock = lock
    self.repaired = repaired
    self.retention = retention
    do throws(SQLiteError) {
      let connection = try Connection(path: path, mode: .create)
      self.connection = connection
      try connection.execute(
        """
        PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -256;
        PRAGMA journal_size_limit = 1048576; PRAGMA temp_store = MEMORY
        """)
      if let verdict = try connection.pragma("quick_check"), verdict != "ok" {
        throw SQLiteError(code: .corrupt, message: verdict, path: path)
      }
    } catch {
      throw StoreError(error)
    }
    try Schema.migrate(connection)
    epoch = try Store.identify(connection, vehicle: vehicle)
    do throws(SQLiteError) {
      nextSequence = try connection.prepare("UPDATE lane SET last = last + 1 WHERE lane = ?1 RETURNING last")
      insertOutbox = try connection.prepare("INSERT INTO outbox VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
      insertEvent = try connection.prepare(
        "INSERT INTO event (lane, sequence, type, subject, wall, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
      upsertAlert = try connection.prepare("INSERT OR REPLACE INTO alert VALUES (?1, ?2, ?3, ?4)")
      upsertTrip = try connection.prepare("INSERT OR REPLACE INTO trip VALUES (?1, ?2, ?3)")
      insertHealth = try connection.prepare("INSERT INTO health (component, wall, data) VALUES (?1, ?2, ?3)")
      insertRollUp = try connection.prepare("INSERT INTO rollup (start, seconds, chunk) VALUES (?1, ?2, ?3)")
      upsertCheckpoint = try connection.prepare("INSERT OR REPLACE INTO checkpoint VALUES (?1, ?2, ?3, ?4, ?5)")
      deleteOutbox = try connection.prepare("DELETE FROM outbox WHERE lane = ?1 AND sequence BETWEEN ?2 AND ?3")
      upsertDiagnostic = try connection.prepare("INSERT OR REPLACE INTO diagnostic VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
      deleteDiagnostic = try connection.prepare("DELETE FROM diagnostic WHERE unit = ?1 AND key = ?2")
      let newest = try connection.prepare("SELECT coalesce(max(generation), 0) FROM checkpoint")
      generation = try newest.step() ? newest.int64(0) : 0
      signals = try Store.register(catalogue, on: connection)
      let counts = try connection.prepare("SELECT lane, count(*) FROM outbox GROUP BY lane")
      while try counts.step() {
        if let lane = Lane(rawValue: UInt8(clamping: counts.int64(0))) { queued[Int(lane.rawValue)] = Int(counts.int64(1)) }
      }
    } catch {
      throw StoreError(error)
    }
  }

  /// The store's own number of each signal of the catalogue, which outlives the catalogue.
  private let signals: [Int64]

  /// Commits `records` as one transaction; when it throws, none of them is stored.
  public func commit(_ records: [StoreRecord]) throws(StoreError) {
    queuedInTransaction = queued
    let generationBefore = generation
    do throws(SQLiteError) {
      try connection.transaction { () throws(SQLiteError) in
        for record in records { try put(record) }
        sinceRetention += records.count
        if sinceRetention >= 1000 {
          sinceRetention = 0
          try forget()
        }
      }
      queued = queuedInTransaction
    } catch {
      // Else the next checkpoint would go into the slot of the newest one that holds.
      generation = generationBefore
      throw StoreError(error)
    }
  }

  /// The newest checkpoint whose checksum holds; nil in a fresh store.
  public func checkpoint() throws(StoreError) -> StoredCheckpoint? {
    do throws(SQLiteError) {
      let select = try connection.prepare("SELECT version, crc, data FROM checkpoint ORDER BY generation DESC")
      while try select.step() {
        let data = select.blob(2)
        if UInt32(truncatingIfNeeded: select.int64(1)) == crc32(data) {
          return StoredCheckpoint(version: Int32(clamping: select.int64(0)), data: data)
        }
      }
      return nil
    } catch {
      throw StoreError(error)
    }
  }

  /// The checkpoint of a vehicle that the gateway was taken out of, if its checksum holds; nil for one that was never here.
  public func parked(vehicle: String) throws(StoreError) -> StoredCheckpoint? {
    do throws(SQLiteError) {
      let select = try connection.prepare("SELECT version, crc, data FROM parked WHERE vehicle = ?1")
      try select.bind(vehicle, at: 1)
      guard try select.step() else { return nil }
      let data = select.blob(2)
      guard UInt32(truncatingIfNeeded: select.int64(1)) == crc32(data) else { return nil }
      return StoredCheckpoint(version: Int32(clamping: select.int64(0)), data: data)
    } catch {
      throw StoreError(error)
    }
  }

  /// What no version may forget of a vehicle's components.
  public func counters(vehicle: String) throws(StoreError) -> [StoredCounter] {
    do throws(SQLiteError) {
      let select = try connection.prepare("SELECT component, name, value FROM counter WHERE vehicle = ?1")
      try select.bind(vehicle, at: 1)
      var counters: [StoredCounter] = []
      while try select.step() {
        counters.append(StoredCounter(component: select.text(0), name: select.text(1), value: select.double(2)))
      }
      return counters
    } catch {
      throw StoreError(error)
    }
  }

  /// What control units said, in the caller's own form, and how many rows are damaged or of another version.
  public func diagnostics(version: Int32) throws(StoreError) -> (blocks: [[UInt8]], unreadable: Int) {
    do throws(SQLiteError) {
      let select = try connection.prepare("SELECT version, crc, block FROM diagnostic")
      var blocks: [[UInt8]] = []
      var unreadable = 0
      while try select.step() {
        let block = select.blob(2)
        if select.int64(0) == Int64(version), UInt32(truncatingIfNeeded: select.int64(1)) == crc32(block) {
          blocks.append(block)
        } else {
          unreadable += 1
        }
      }
      return (blocks, unreadable)
    } catch {
      throw StoreError(error)
    }
  }

  /// Alerts as they were stored, newest change first.
  public func alerts(limit: Int) throws(StoreError) -> [[UInt8]] {
    try documents("SELECT data FROM alert ORDER BY changed DESC LIMIT ?1", limit)
  }

  /// Trips as they were stored, newest first.
  public func trips(limit: Int) throws(StoreError) -> [[UInt8]] {
    try documents("SELECT data FROM trip ORDER BY number DESC LIMIT ?1", limit)
  }

  /// Bytes on disk, the write-ahead log included.
  public var bytes: Int {
    var total = 0
    for file in [path, path + "-wal"] {
      var status = stat()
      if stat(file, &status) == 0 { total += Int(status.st_size) }
    }
    return total
  }

  private func documents(_ sql: String, _ limit: Int) throws(StoreError) -> [[UInt8]] {
    do throws(SQLiteError) {
      let select = try connection.prepare(sql)
      try select.bind(limit, at: 1)
      var rows: [[UInt8]] = []
      while try select.step() { rows.append(select.blob(0)) }
      return rows
    } catch {
      throw StoreError(error)
    }
  }

  private func put(_ record: StoreRecord) throws(SQLiteError) {
    switch record {
    case .outgoing(let lane, let type, let subject, let time, let data):
      try put(lane, type, subject, time, data)
    case .alert(let id, let state, let changed, let data):
      try upsertAlert.bind(id, at: 1)
      try upsertAlert.bind(state, at: 2)
      try upsertAlert.bind(changed, at: 3)
      try upsertAlert.bind(data, at: 4)
      try upsertAlert.run()
    case .trip(let number, let started, let data):
      try upsertTrip.bind(Int64(number), at: 1)
      try upsertTrip.bind(started, at: 2)
      try upsertTrip.bind(data, at: 3)
      try upsertTrip.run()
    case .health(let component, let wall, let data):
      try insertHealth.bind(component, at: 1)
      try insertHealth.bind(wall, at: 2)
      try insertHealth.bind(data, at: 3)
      try insertHealth.run()
    case .rollUps(let start, let seconds, let rollUps):
      try insertRollUp.bind(start, at: 1)
      try insertRollUp.bind(seconds, at: 2)
      try insertRollUp.bind(chunk(rollUps), at: 3)
      try insertRollUp.run()
    case .checkpoint(let version, let data):
      generation += 1
      try upsertCheckpoint.bind(generation % 2, at: 1)
      try upsertCheckpoint.bind(generation, at: 2)
      try upsertCheckpoint.bind(Int64(version), at: 3)
      try upsertCheckpoint.bind(Int64(crc32(data)), at: 4)
      try upsertCheckpoint.bind(data, at: 5)
      try upsertCheckpoint.run()
    case .parked(let vehicle, let version, let data):
      let upsert = try connection.prepare("INSERT OR REPLACE INTO parked VALUES (?1, ?2, ?3, ?4)")
      try upsert.bind(vehicle, at: 1)
      try upsert.bind(Int64(version), at: 2)
      try upsert.bind(Int64(crc32(data)), at: 3)
      try upsert.bind(data, at: 4)
      try upsert.run()
    case .counters(let vehicle, let counters):
      let upsert = try connection.prepare("INSERT OR REPLACE INTO counter VALUES (?1, ?2, ?3, ?4)")
      for counter in counters {
        try upsert.bind(vehicle, at: 1)
        try upsert.bind(counter.component, at: 2)
        try upsert.bind(counter.name, at: 3)
        try upsert.bind(counter.value, at: 4)
        try upsert.run()
      }
    case .acknowledged(let range):
      try deleteOutbox.bind(Int64(range.lane.rawValue), at: 1)
      try deleteOutbox.bind(range.first, at: 2)
      try deleteOutbox.bind(range.last, at: 3)
      try deleteOutbox.run()
      queuedInTransaction[Int(range.lane.rawValue)] -= connection.changes
    case .diagnostic(let unit, let key, let wall, let version, let block, let data):
      try upsertDiagnostic.bind(unit, at: 1)
      try upsertDiagnostic.bind(key, at: 2)
      try upsertDiagnostic.bind(wall, at: 3)
      try upsertDiagnostic.bind(Int64(version), at: 4)
      try upsertDiagnostic.bind(Int64(crc32(block)), at: 5)
      try upsertDiagnostic.bind(block, at: 6)
      try upsertDiagnostic.bind(data, at: 7)
      try upsertDiagnostic.run()
    case .diagnosticRemoved(let unit, let key):
      try deleteDiagnostic.bind(unit, at: 1)
      try deleteDiagnostic.bind(key, at: 2)
      try deleteDiagnostic.run()
    case .note(let name, let text):
      let upsert = try connection.prepare("INSERT OR REPLACE INTO meta VALUES (?1, ?2)")
      try upsert.bind(Store.notePrefix + name, at: 1)
      try upsert.bind(text, at: 2)
      try upsert.run()
    }
  }

  /// Notes share a table with what identifies the file.
  private static let notePrefix = "note/"

  /// What was noted under `name` last; nil when nothing was.
  /// - Throws: `StoreError`: the file cannot be read.
  public func note(_ name: String) throws(StoreError) -> String? {
    do throws(SQLiteError) {
      let select = try connection.prepare("SELECT value FROM meta WHERE key = ?1")
      try select.bind(Store.notePrefix + name, at: 1)
      return try select.step() ? select.text(0) : nil
    } catch {
      throw StoreError(error)
    }
  }

  private func put(
    _ lane: Lane, _ type: String, _ subject: String?, _ time: Timestamp, _ data: [UInt8]
  ) throws(SQLiteError) {
    let laneNumber = Int64(lane.rawValue)
    nextSequence.reset()
    try nextSequence.bind(laneNumber, at: 1)
    guard try nextSequence.step() else {
      throw SQLiteError(code: .corrupt, message: "lane \(lane.name) has no sequence", path: path)
    }
    let sequence = nextSequence.int64(0)
    nextSequence.reset()
    try insertOutbox.bind(laneNumber, at: 1)
    try insertOutbox.bind(sequence, at: 2)
    try insertOutbox.bind(type, at: 3)
    try insertOutbox.bind(subject, at: 4)
    try insertOutbox.bind(time, at: 5)
    try insertOutbox.bind(data, at: 9)
    try insertOutbox.run()
    queuedInTransaction[Int(lane.rawValue)] += 1
    guard lane != .telemetry else { return }
    try insertEvent.bind(laneNumber, at: 1)
    try insertEvent.bind(sequence, at: 2)
    try insertEvent.bind(type, at: 3)
    try insertEvent.bind(subject, at: 4)
    try insertEvent.bind(time.wallNanoseconds, at: 5)
    try insertEvent.bind(data, at: 6)
    try insertEvent.run()
  }

  /// A minute as bytes: for each signal its number (UInt32), count (UInt32), then minimum, maximum, sum and last as
  /// IEEE doubles, all little-endian.
  private func chunk(_ rollUps: [RollUp]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rollUps.count * 40)
    for r in rollUps where r.signal.index < signals.count {
      append(UInt32(truncatingIfNeeded: signals[r.signal.index]), to: &bytes)
      append(r.count, to: &bytes)
      for value in [r.minimum, r.maximum, r.sum, r.last] { append(value.bitPattern, to: &bytes) }
    }
    return bytes
  }

  private func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private func forget() throws(SQLiteError) {
    for (table, keep) in [
      ("rollup", retention.rollUps), ("health", retention.health), ("event", retention.events),
    ] {
      try connection.execute("DELETE FROM \(table) WHERE id <= (SELECT max(id) FROM \(table)) - \(keep)")
    }
    try connection.execute("DELETE FROM trip WHERE number <= (SELECT max(number) FROM trip) - \(retention.trips)")
  }

  private static func identify(_ connection: Connection, vehicle: String) throws(StoreError) -> Epoch {
    do throws(SQLiteError) {
      var known: [String: String] = [:]
      let select = try connection.prepare("SELECT key, value FROM meta")
      while try select.step() { known[select.text(0)] = select.text(1) }
      if let owner = known["vehicle"], owner != vehicle {
        throw SQLiteError(
          code: .constraint,
          message: "the state belongs to vehicle \"\(owner)\", not \"\(vehicle)\"; give this vehicle a `state:` folder of "
            + "its own, or set `vehicle.id` back", path: connection.path)
      }
      if let text = known["epoch"], let epoch = Epoch(text) { return epoch }
      let epoch = Epoch.random()
      let insert = try connection.prepare("INSERT OR REPLACE INTO meta VALUES (?1, ?2)")
      try connection.transaction { () throws(SQLiteError) in
        for (key, value) in [("epoch", epoch.description), ("vehicle", vehicle)] {
          try insert.bind(key, at: 1)
          try insert.bind(value, at: 2)
          try insert.run()
        }
      }
      return epoch
    } catch {
      if case .constraint = error.code {
        throw StoreError(kind: .otherVehicle, path: error.path, reason: error.message)
      }
      throw StoreError(error)
    }
  }

  private static func register(
    _ catalogue: SignalCatalogue, on connection: Connection
  ) throws(SQLiteError) -> [Int64] {
    let insert = try connection.prepare(
      "INSERT INTO signal (path, unit) VALUES (?1, ?2) ON CONFLICT (path) DO UPDATE SET unit = excluded.unit")
    let select = try connection.prepare("SELECT id FROM signal WHERE path = ?1")
    return try connection.transaction { () throws(SQLiteError) -> [Int64] in
      var numbers: [Int64] = []
      for description in catalogue.descriptions {
        try insert.bind(description.path, at: 1)
        try insert.bind(description.unit, at: 2)
        try insert.run()
        select.reset()
        try select.bind(description.path, at: 1)
        numbers.append(try select.step() ? select.int64(0) : 0)
      }
      select.reset()
      return numbers
    }
  }

  /// A lock on the database as a whole, so that two daemons never count one car twice. flock(2) does not meet SQLite's own
  /// locks, which are of the other family (fcntl), and leaves no lock file behind.
  private final class FileLock {
    private let descriptor: Int32

    /// - Throws: `StoreError`, `.inUse` when another process holds it.
    init(_ path: String) throws(StoreError) {
      descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
      guard descriptor >= 0 else {
        throw StoreError(kind: .unwritable, path: path, reason: "cannot be opened: \(String(cString: strerror(errno)))")
      }
      // A file system without locks is used without one.
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
        close(descriptor)
        throw StoreError(
          kind: .inUse, path: path,
          reason: "another telltaled uses this state; stop it, or give this one a `state:` folder of its own")
      }
    }

    deinit { close(descriptor) }
  }

  /// Renames the file and its log out of the way; the new name, or nil when that is not possible.
  private static func setAside(_ path: String) -> String? {
    for n in 1...99 {
      let aside = path + ".damaged-\(n)"
      if access(aside, F_OK) == 0 { continue }
      guard rename(path, aside) == 0 else { return nil }
      for suffix in ["-wal", "-shm"] { rename(path + suffix, aside + suffix) }
      return aside
    }
    return nil
  }
}
