// Transactions: how records go in, and what gives way when there is no room for them.
import Glibc
import SQLite
import Vocabulary

extension Store {
  /// Commits `records` as one transaction; when it throws, none of them is stored.
  ///
  /// Afterwards the store is within its quota again, if there was anything to give up. On a full disk it gives up
  /// histories, and uses the reserve for alerts and for deleting what is acknowledged. The outbox stays whole: most disks
  /// are full for a while only, and what is new can wait as well as what is old. A disk that stays full takes its
  /// telemetry in the end.
  /// - Throws: `StoreError`, `.full` when all that was not enough: the records stay with the caller.
  public func commit(_ records: [StoreRecord]) throws(StoreError) {
    let before = WrittenBytes.ofThisThread
    defer { if let before, let now = WrittenBytes.ofThisThread { bytesWritten += now - before } }
    let holdsAlert = records.contains { if case .outgoing(lane: .alerts, _, _, _, _) = $0 { true } else { false } }
    let frees = records.contains { $0.isAcknowledgement }
    let mayUse = holdsAlert || frees || failures > Store.patience || reserve.isWhole || reserve.hasRoomBeyond
    guard try mayUse ? true : freeBytes > Store.roomWithin else {
      failures += 1
      throw StoreError(
        kind: .full, path: path,
        reason: "what room the disk has left is kept for alerts; free space on the file system that holds it")
    }
    do throws(StoreError) {
      try put(records)
    } catch where error.kind == .full {
      failures += 1
      try commit(records, inSpiteOf: error, holdsAlert, frees)
    }
    failures = 0
    if !reserve.isWhole {
      // While the disk is full the log must stay short: its room is all that the next alert has.
      try? checkpointLog("PASSIVE")
      reserve.make()
    }
    // The records are stored, whatever comes of this; what is wrong with the file the next commit says.
    try? keepQuota()
  }

  /// What was given up since this was asked last, for the log; nil when nothing was.
  public func takeLosses() -> StoreLosses? {
    let losses = sacrifice.takeLosses()
    return losses.isEmpty ? nil : losses
  }

  private func put(_ records: [StoreRecord]) throws(StoreError) {
    let before = sinceRetention
    do throws(StoreError) {
      try transaction { () throws(SQLiteError) in
        for record in records { try put(record) }
        sinceRetention += records.count
        if sinceRetention >= 1000 {
          sinceRetention = 0
          try histories.forget()
        }
      }
    } catch {
      sinceRetention = before
      throw error
    }
  }

  /// Deleting needs room too, for the log. The reserve gives it, not only to alerts: to what receivers have acknowledged,
  /// and to telemetry's going where the disk stays full. It is made again of what was freed.
  private func commit(
    _ records: [StoreRecord], inSpiteOf error: StoreError, _ holdsAlert: Bool, _ frees: Bool
  ) throws(StoreError) {
    let needed = 2 * records.reduce(0) { $0 + $1.bytes } + 64 << 10
    let isLasting = failures > Store.patience
    do throws(StoreError) {
      try makeRoom(needed, isLasting ? .telemetry : .histories)
      return try put(records)
    } catch where error.kind == .full {
      guard holdsAlert || frees || isLasting, reserve.release() else { throw error }
    }
    sacrifice.note(reserveWasUsed: true)
    try? checkpointLog("TRUNCATE")
    // By themselves first: once they are committed their pages are free for the others.
    if frees { do throws(StoreError) { try put(records.filter(\.isAcknowledgement)) } catch where error.kind == .full {} }
    do throws(StoreError) { return try put(records) } catch where error.kind == .full {}
    let reach: Sacrifice.Reach = holdsAlert ? .everything : isLasting ? .telemetry : .histories
    do throws(StoreError) { try makeRoom(needed, reach) } catch where error.kind == .full {}
    try put(records)
  }

  // MARK: Room.

  /// Bytes that the database's pages in use and its log take.
  var bytesInUse: Int {
    get throws(StoreError) {
      do throws(SQLiteError) {
        var status = stat()
        let log = stat(path + "-wal", &status) == 0 ? Int(status.st_size) : 0
        return try (pragma("page_count") - pragma("freelist_count")) * pragma("page_size") + log
      } catch {
        throw StoreError(error)
      }
    }
  }

  /// Commits in a row that a full disk may refuse before telemetry makes room. The caller tries about once a second.
  private static let patience = 60
  /// Bytes of free pages with which the file goes on within itself.
  private static let roomWithin = 256 << 10
  /// Transactions with which one commit may give up rows; the next goes on.
  private static let stepsOfCommit = 64

  /// Gives up rows until the store is a sixteenth below its quota, in transactions of their own.
  private func keepQuota() throws(StoreError) {
    guard try bytesInUse > settings.quota else { return }
    // The log may be large for want of a checkpoint alone.
    try checkpointLog("TRUNCATE")
    for _ in 0..<Store.stepsOfCommit where try bytesInUse > settings.quota - settings.quota / 16 {
      guard try giveUp(.everything) else { return }
      try checkpointLog("PASSIVE")
    }
  }

  /// Gives up rows until `bytes` are free within the file. Nothing is given up that would not help: where pages are free
  /// already, it is the disk that has no room.
  private func makeRoom(_ bytes: Int, _ reach: Sacrifice.Reach) throws(StoreError) {
    try checkpointLog("PASSIVE")
    while try freeBytes < bytes {
      guard try giveUp(reach) else { return }
      try checkpointLog("PASSIVE")
    }
  }

  private var freeBytes: Int {
    get throws(StoreError) {
      do throws(SQLiteError) { return try pragma("freelist_count") * pragma("page_size") } catch {
        throw StoreError(error)
      }
    }
  }

  private func giveUp(_ reach: Sacrifice.Reach) throws(StoreError) -> Bool {
    let before = sacrifice.losses
    var gaveUp = false
    try transaction { () throws(SQLiteError) in gaveUp = try sacrifice.step(reach) }
    for lane in Lane.allCases {
      dropped[Int(lane.rawValue)] += sacrifice.losses.outbox(lane) - before.outbox(lane)
    }
    return gaveUp
  }

  /// Writes the log's pages to the database. A reader in the midst of a transaction only makes it less.
  private func checkpointLog(_ mode: StaticString) throws(StoreError) {
    do throws(SQLiteError) {
      try connection.execute("PRAGMA wal_checkpoint(\(mode))")
    } catch where error.code.primary == .busy || error.code.primary == .full || error.code.primary == .locked {
      return
    } catch {
      throw StoreError(error)
    }
  }

  private func pragma(_ name: StaticString) throws(SQLiteError) -> Int {
    try connection.pragma(name).flatMap { Int($0) } ?? 0
  }

  /// One transaction on the store's tables.
  func transaction(_ body: () throws(SQLiteError) -> Void) throws(StoreError) {
    outbox.begin()
    checkpoints.begin()
    sacrifice.begin()
    do throws(SQLiteError) {
      try connection.transaction { () throws(SQLiteError) in
        try body()
        try outbox.flush()
      }
    } catch {
      outbox.rollBack()
      checkpoints.rollBack()
      sacrifice.rollBack()
      throw StoreError(error)
    }
  }
}

extension StoreRecord {
  fileprivate var isAcknowledgement: Bool { if case .acknowledged = self { true } else { false } }

  /// About as many as it takes in the file.
  fileprivate var bytes: Int {
    switch self {
    case .outgoing(_, _, _, _, let data): 2 * data.count + 300
    case .alert(_, _, _, let data), .trip(_, _, let data), .health(_, _, let data): data.count + 100
    case .rollUps(_, _, _, let chunk): chunk.count + 50
    case .checkpoint(_, let data), .parked(_, _, let data): data.count + 100
    case .counters(_, let counters): 100 * counters.count
    case .diagnostic(_, _, _, _, let block, let data): block.count + data.count + 100
    case .acknowledged, .diagnosticRemoved, .note: 100
    }
  }
}
