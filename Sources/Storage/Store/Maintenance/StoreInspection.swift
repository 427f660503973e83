// Looks at all of a file, without changing it: what it holds, and whether all of it is as it was written.
import SQLite

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
    do throws(SQLiteError) {
      // Not `readOnly`: a reader of a WAL database must be able to write its shared-memory index.
      let connection = try Connection(path: path, mode: .readWrite)
      try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -256")
      schema = try connection.userVersion
      guard schema == Schema.version else {
        throw SQLiteError(
          code: .mismatch, message: "schema \(schema), this version reads \(Schema.version): start the daemon once", path: path)
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
    } catch {
      throw StoreError(opening: error)
    }
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
    let select = try connection.prepare(
      """
      SELECT epoch, lane, last, (SELECT count(*) FROM outbox WHERE outbox.epoch = lane.epoch AND outbox.lane = lane.lane),
        (SELECT coalesce(max(sequence), 0) FROM outbox WHERE outbox.epoch = lane.epoch AND outbox.lane = lane.lane)
      FROM lane ORDER BY epoch, lane
      """)
    while try select.step() {
      let epoch = epochs[select.int64(0)]?.description ?? "unknown"
      let (last, highest) = (select.int64(2), select.int64(4))
      if highest > last {
        problems.append("the outbox holds sequence \(highest) of lane \(select.int64(1)), of which \(last) were given")
      }
      streams.append(
        Stream(epoch: epoch, lane: Int(select.int64(1)), last: last, waiting: Int(select.int64(3))))
    }
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
