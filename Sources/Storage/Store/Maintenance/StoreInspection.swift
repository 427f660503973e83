// Looks at all of a file, without changing it: what it holds, and whether all of it is as it was written.
import SQLite
import Vocabulary

/// What a whole look at a store found.
public struct StoreInspection: Sendable {
  public struct Table: Sendable {
    public var name: String
    public var rows: Int
    /// Rows whose checksum does not hold.
    public var damaged: Int
  }

  public struct Stream: Sendable {
    /// 32 lower-case hexadecimal digits.
    public var epoch: String
    /// 0 alerts, 1 events, 2 telemetry: `Lane.rawValue`.
    public var lane: Int
    /// The last sequence that it gave.
    public var last: Int64
    /// Rows that no receiver has acknowledged yet, tombstones included.
    public var waiting: Int
    /// Sequences from the lowest that waits to the last given that no row stands for: acknowledged before the others, or
    /// lost unnoticed. The file cannot tell which, the receiver's gaps do.
    public var absent: Int64
  }

  /// The database file.
  public var path: String
  public var schema: Int32
  /// Nil in a file that no daemon has used yet.
  public var vehicle: String?
  /// On disk, the write-ahead log included.
  public var bytes: Int
  public var tables: [Table] = []
  /// By epoch, the present one last, and lane.
  public var streams: [Stream] = []
  /// Checkpoints whose checksum holds; 2 in a store that is some minutes old.
  public var checkpoints = 0
  /// One line each; empty when all is well.
  public var problems: [String] = []

  /// Reads the file from end to end. A daemon may be using it meanwhile.
  /// - Throws: `StoreError`: there is no such file, it is no store, or of another version.
  public init(path: String) throws(StoreError) {
    self.path = path
    bytes = Store.bytes(ofFileAt: path)
    let connection: Connection
    do throws(SQLiteError) {
      connection = try Store.look(at: path)
      schema = try connection.userVersion
    } catch {
      throw StoreError(error)
    }
    try Schema.expectPresent(in: connection)
    if PageFile(path).isLogForeign {
      problems.append("the log beside it, \(path)-wal, is another file's; telltaled sets it aside at its start")
    }
    look("pages") { (found: inout StoreInspection) throws(SQLiteError) in
      let pages = try connection.prepare("PRAGMA integrity_check(20)")
      while try pages.step() {
        if pages.text(0) != "ok" { found.problems.append(pages.text(0)) }
      }
    }
    look("meta") { (found: inout StoreInspection) throws(SQLiteError) in
      let owner = try connection.prepare("SELECT value FROM meta WHERE key = 'vehicle'")
      if try owner.step() { found.vehicle = owner.text(0) }
    }
    var epochs: [Int64: Epoch] = [:]
    look("epoch") { (_: inout StoreInspection) throws(SQLiteError) in epochs = try StoreInspection.epochs(of: connection) }
    for table in SealedTable.all { count(table, epochs, connection) }
    look("lane") { (found: inout StoreInspection) throws(SQLiteError) in try found.readStreams(epochs, connection) }
    look("checkpoint") { (found: inout StoreInspection) throws(SQLiteError) in try found.readCheckpoints(connection) }
  }

  /// What cannot be read is a problem, and the look goes on elsewhere.
  private mutating func look(_ what: String, _ body: (inout StoreInspection) throws(SQLiteError) -> Void) {
    do throws(SQLiteError) { try body(&self) } catch { problems.append("\(what): \(error.message)") }
  }

  /// Epochs by their number in the file.
  static func epochs(of connection: Connection) throws(SQLiteError) -> [Int64: Epoch] {
    var epochs: [Int64: Epoch] = [:]
    let select = try connection.prepare("SELECT number, id FROM epoch")
    while try select.step() { epochs[select.int64(0)] = Epoch(select.text(1)) }
    return epochs
  }

  private mutating func count(
    _ table: SealedTable, _ epochs: [Int64: Epoch], _ connection: Connection
  ) {
    var found = Table(name: table.name, rows: 0, damaged: 0)
    let isOutbox = table.name == SealedTable.outbox.name
    do throws(SQLiteError) {
      let rows = try connection.prepare("SELECT \(table.selection) FROM \(table.name)")
      while try rows.step() {
        found.rows += 1
        if table.values(in: rows, of: isOutbox ? epochs[rows.int64(0)] : nil) == nil { found.damaged += 1 }
      }
    } catch {
      // What SQLite's own check has found stops the reading of this table, not of the others.
      problems.append("table \(table.name) can be read up to row \(found.rows) only: \(error.message)")
    }
    if found.damaged > 0 { problems.append("\(found.damaged) rows of table \(table.name) are not as they were written") }
    tables.append(found)
  }

  private mutating func readStreams(_ epochs: [Int64: Epoch], _ connection: Connection) throws(SQLiteError) {
    if let problem = try FileCheck.streamProblem(of: connection) { problems.append(problem) }
    let lanes = try connection.prepare("SELECT epoch, lane, last FROM lane ORDER BY epoch, lane")
    let newestEvent = try connection.prepare("SELECT coalesce(max(sequence), 0) FROM event WHERE epoch = ?1 AND lane = ?2")
    while try lanes.step() {
      let (epoch, last) = (Int32(clamping: lanes.int64(0)), lanes.int64(2))
      guard let lane = Lane(rawValue: UInt8(clamping: lanes.int64(1))) else { continue }
      let (waiting, absent, highest) = try readRows(lane, of: epoch, last, connection)
      try newestEvent.bind(Int64(epoch), at: 1)
      try newestEvent.bind(Int64(lane.rawValue), at: 2)
      let given = try newestEvent.step() ? max(highest, newestEvent.int64(0)) : highest
      newestEvent.reset()
      if given > last {
        problems.append("the file holds sequence \(given) of lane \(lane.name), of which \(last) were given")
      }
      streams.append(
        Stream(
          epoch: epochs[Int64(epoch)]?.description ?? "unknown", lane: Int(lane.rawValue), last: last, waiting: waiting,
          absent: absent))
    }
  }

  /// The rows of a lane in their order: no sequence may have two.
  private mutating func readRows(
    _ lane: Lane, of epoch: Int32, _ last: Int64, _ connection: Connection
  ) throws(SQLiteError) -> (waiting: Int, absent: Int64, highest: Int64) {
    let rows = try connection.prepare(
      "SELECT sequence, coalesce(first, sequence) FROM outbox WHERE key > ?1 AND key < ?2 ORDER BY key")
    try rows.bind(OutboxKey.of(epoch, lane, 0), at: 1)
    try rows.bind(OutboxKey.end(epoch, lane), at: 2)
    var (waiting, absent, highest) = (0, 0 as Int64, 0 as Int64)
    while try rows.step() {
      let (sequence, first) = (rows.int64(0), rows.int64(1))
      if first <= highest {
        problems.append("sequence \(first) of lane \(lane.name) waits, and a tombstone stands for it as well")
      } else if waiting > 0 {
        absent += first - highest - 1
      }
      waiting += 1
      highest = sequence
    }
    return (waiting, waiting > 0 ? absent + max(0, last - highest) : 0, highest)
  }

  private mutating func readCheckpoints(_ connection: Connection) throws(SQLiteError) {
    let slots = try connection.prepare("SELECT slot, bytes, crc FROM checkpoint")
    while try slots.step() {
      let data = try CheckpointTable.data(ofSlot: Int(slots.int64(0)), on: connection)
      if data.count == Int(slots.int64(1)), UInt32(truncatingIfNeeded: slots.int64(2)) == crc32(data) {
        checkpoints += 1
      } else {
        problems.append("the checkpoint of slot \(slots.int64(0)) is not as it was written")
      }
    }
  }
}
