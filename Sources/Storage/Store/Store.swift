// The store: everything that must survive, in one SQLite file that any power cut leaves whole.
import Glibc
import SQLite
import Vocabulary

/// The vehicle's database. Belongs to one thread, the recorder's, which is its only writer.
///
/// WAL with `synchronous=FULL`: a transaction that has returned is on the disk. Rows are visible to an `OutboxReader` only
/// after that.
public final class Store {
  public let path: String
  /// What was wrong with an earlier file and what became of it; nil when nothing was.
  public let repaired: String?
  /// Whether all pages and the whole outbox were checked at this start.
  public let checkedEverything: Bool

  let connection: Connection
  let outbox: OutboxTable
  let histories: HistoryTables
  let checkpoints: CheckpointTable
  let settings: StoreSettings
  // Below the connection and its statements, so that it goes after them: closing a file drops SQLite's locks on it.
  private let lock: FileLock
  /// Bytes that commits made the kernel write to the disk since this start, in whole pages of it, without the file
  /// system's journal. 0 where the kernel does not count them, and on a file system in memory.
  public internal(set) var bytesWritten = 0
  let sacrifice: Sacrifice
  let reserve: Reserve
  /// Commits in a row for which the disk had no room.
  var failures = 0
  /// Records since histories were cut to their retention.
  var sinceRetention = 0
  /// Rows that were given up for want of room and that no receiver will get, by `Lane.rawValue`, since this start.
  public internal(set) var dropped: InlineArray<3, Int> = InlineArray(repeating: 0)

  /// The epoch that new rows go to.
  public var epoch: Epoch { outbox.current.id }
  /// Rows in the outbox, by `Lane.rawValue`, over all epochs.
  public var queued: InlineArray<3, Int> { outbox.queued }

  /// The file within a state folder.
  public static func file(in directory: String) -> String { directory + "/telltale.sqlite" }

  /// Opens or makes the store below `directory`.
  ///
  /// The daemon always starts. A damaged file is set aside as `telltale.sqlite.damaged-N`; what is readable of it goes
  /// into a fresh one with a new epoch, which declares the rest lost. All pages and the outbox are checked when the file
  /// is small or was not closed; else only what every start needs.
  /// - Throws: `StoreError`: the folder cannot be made or written, the file belongs to another vehicle or a newer version.
  public static func open(directory: String, _ settings: StoreSettings) throws(StoreError) -> Store {
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
    try Replacement.finish(path)
    var (wasSalvaged, repaired): (Bool, String?) = (false, nil)
    while true {
      do throws(StoreError) {
        var check = FileCheck(path, checksEverything: settings.checksEverything)
        let lock = try FileLock(path)
        if lock.hasWaited { check = FileCheck(path, checksEverything: settings.checksEverything) }
        if let report = try Replacement.setForeignLogAside(path) { repaired = report }
        try check.run()
        return try Store(path, lock, settings, check, repaired, isRestored: repaired != nil && !wasSalvaged)
      } catch where error.kind == .damaged && !wasSalvaged {
        wasSalvaged = true
        let report = try Replacement.make(path, settings, because: error)
        repaired = repaired.map { "\($0); then \(report)" } ?? report
      }
    }
  }

  private init(
    _ path: String, _ lock: FileLock, _ settings: StoreSettings, _ check: FileCheck, _ repaired: String?,
    isRestored: Bool
  ) throws(StoreError) {
    self.path = path
    self.lock = lock
    self.settings = settings
    self.repaired = repaired
    checkedEverything = check.isWhole
    connection = try Store.connect(path)
    try Schema.migrate(connection)
    let identity = try Identity(of: connection)
    try identity.check(vehicle: settings.vehicle, path)
    do throws(SQLiteError) {
      outbox = try OutboxTable(connection, identity.epoch ?? OutboxEpoch(number: 0, id: .random(), isCurrent: true))
      histories = try HistoryTables(connection, settings.retention)
      checkpoints = try CheckpointTable(connection)
    } catch {
      throw StoreError(opening: error)
    }
    sacrifice = Sacrifice(connection, outbox, settings.now)
    reserve = Reserve(besides: path, bytes: settings.reserve)
    try settle(identity, isRestored)
    connection.keepsLog = false
    reserve.make()
  }

  /// Opens the file as the store's writer uses it, but for `keepsLog`: a file that turns out to be damaged stays as it is.
  static func connect(_ path: String) throws(StoreError) -> Connection {
    do throws(SQLiteError) {
      let connection = try Connection(path: path, mode: .create, keepsLog: true)
      try connection.execute(
        """
        PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -256;
        PRAGMA journal_size_limit = 1048576; PRAGMA wal_autocheckpoint = 256; PRAGMA temp_store = MEMORY;
        PRAGMA secure_delete = OFF
        """)
      return connection
    } catch {
      throw StoreError(opening: error)
    }
  }

  /// Makes the file this vehicle's on this machine: in a fresh one begins the first epoch, in a cloned one a new epoch.
  /// - Parameter isRestored: what the file's own log held is gone: its numbers must not be given twice.
  private func settle(_ identity: Identity, _ isRestored: Bool) throws(StoreError) {
    try transaction { () throws(SQLiteError) in
      if identity.vehicle == nil { try Identity.write(vehicle: settings.vehicle, on: connection) }
      guard let epoch = identity.epoch else { return try beginEpoch(.fresh) }
      if isRestored { return try beginEpoch(.restored) }
      guard let machine = settings.machine, identity.machine != machine else { return }
      if identity.machine == nil {
        try Identity.adopt(machine, for: epoch, on: connection)
      } else {
        try beginEpoch(.cloned)
      }
    }
  }

  /// Begins a new epoch: what comes from now on counts from 1 again, what is queued keeps its own.
  public func begin(_ reason: EpochReason) throws(StoreError) {
    try transaction { () throws(SQLiteError) in try beginEpoch(reason) }
  }

  private func beginEpoch(_ reason: EpochReason) throws(SQLiteError) {
    try outbox.beginEpoch(reason, machine: settings.machine, settings.now())
  }

  func put(_ record: StoreRecord) throws(SQLiteError) {
    switch record {
    case .outgoing(let lane, let type, let subject, let time, let data):
      let row = try outbox.put(lane, type, subject, time, data)
      if lane != .telemetry { try histories.put(event: row, in: outbox.current.number) }
    case .alert(let id, let state, let changed, let data):
      try histories.put(alert: id, state: state, changed: changed, data)
    case .trip(let number, let started, let data): try histories.put(trip: number, started: started, data)
    case .health(let component, let wall, let data): try histories.put(health: component, wall: wall, data)
    case .rollUps(let resolution, let start, let version, let chunk):
      try histories.put(rollUps: resolution, start: start, version: version, chunk)
    case .checkpoint(let version, let data): try checkpoints.put(version: version, data)
    case .parked(let vehicle, let version, let data): try histories.put(parked: vehicle, version: version, data)
    case .counters(let vehicle, let counters): try histories.put(counters: counters, of: vehicle)
    case .acknowledged(let range): try outbox.acknowledge(range)
    case .diagnostic(let unit, let key, let wall, let version, let block, let data):
      try histories.put(diagnostic: key, of: unit, wall: wall, version: version, block, data)
    case .diagnosticRemoved(let unit, let key): try histories.removeDiagnostic(unit, key)
    case .note(let name, let text): try histories.put(note: name, text)
    }
  }
}
