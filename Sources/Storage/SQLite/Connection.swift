// One open database file. A connection and its statements belong to one thread.
internal import CSQLite

/// An open SQLite database, closed when the last reference to it and to its statements goes.
///
/// Not Sendable: SQLite's own mutexes are off, so a connection and everything prepared on it stay on one thread.
/// Open a second connection for a second thread.
public final class Connection {
  /// How the file is opened.
  public enum Mode: Sendable {
    /// The file must exist. A database in WAL mode still needs a writable folder unless a writer has it open.
    case readOnly
    /// The file must exist. Its write-ahead log is left aside, and no lock is taken: for a file that nobody writes.
    case immutable
    /// The file must exist.
    case readWrite
    /// The file is made when it is missing; its folder is not.
    case create
  }

  /// The file, as given.
  public let path: String
  let handle: OpaquePointer

  /// Whether the write-ahead log stays as it is when the last connection to the file closes. Otherwise its pages are
  /// written to the file and it is deleted.
  public var keepsLog: Bool { didSet { _ = telltale_sqlite_keep_log(handle, keepsLog ? 1 : 0) } }

  /// Opens the database at `path` (`:memory:` for one that lives as long as the connection).
  ///
  /// SQLite reads the file at the first statement: a damaged file shows itself there, not here.
  /// - Parameters:
  ///   - keepsLog: as the property. For a file of which it is not known yet that its log is its own.
  ///   - busyTimeout: milliseconds that a statement waits for another connection's lock.
  /// - Throws: `SQLiteError`, `.cannotOpen` for a missing file or folder.
  public init(
    path: String, mode: Mode = .create, keepsLog: Bool = false, busyTimeout: Int32 = 5_000
  ) throws(SQLiteError) {
    let access =
      switch mode {
      case .readOnly: SQLITE_OPEN_READONLY
      case .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
      case .readWrite: SQLITE_OPEN_READWRITE
      case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      }
    var opened: OpaquePointer?
    let name = mode == .immutable ? Connection.immutableName(of: path) : path
    let result = sqlite3_open_v2(name, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard result == SQLITE_OK, let opened else {
      // A handle comes back even from a failed open, to ask it for the reason.
      let error = SQLiteError(result, of: opened, path: path)
      sqlite3_close_v2(opened)
      throw error
    }
    sqlite3_busy_timeout(opened, busyTimeout)
    self.path = path
    self.keepsLog = keepsLog
    handle = opened
    _ = telltale_sqlite_keep_log(opened, keepsLog ? 1 : 0)
  }

  deinit { sqlite3_close_v2(handle) }

  /// The file's name as a URI that says that the file does not change.
  private static func immutableName(of path: String) -> String {
    var name: [UInt8] = Array("file:".utf8)
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "%"): name += "%25".utf8
      case UInt8(ascii: "?"): name += "%3f".utf8
      case UInt8(ascii: "#"): name += "%23".utf8
      default: name.append(byte)
      }
    }
    return String(decoding: name, as: UTF8.self) + "?immutable=1"
  }

  /// Runs one or more statements that take no values, separated by semicolons; rows they give are dropped.
  public func execute(_ sql: String) throws(SQLiteError) {
    let result = sqlite3_exec(handle, sql, nil, nil, nil)
    guard result == SQLITE_OK else { throw SQLiteError(result, of: handle, sql: sql, path: path) }
  }

  /// Compiles the one statement in `sql`. Keep it and run it many times: compiling costs more than most runs.
  /// - Throws: `SQLiteError`, `.misuse` when `sql` holds no statement or more than one.
  public func prepare(_ sql: String) throws(SQLiteError) -> Statement {
    var sql = sql
    var compiled: OpaquePointer?
    var isOneStatement = true
    let result = sql.withUTF8 { text in
      text.withMemoryRebound(to: CChar.self) { text in
        var tail: UnsafePointer<CChar>?
        let result = sqlite3_prepare_v3(
          handle, text.baseAddress, Int32(clamping: text.count), UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, &tail)
        if let start = text.baseAddress, let tail {
          let rest = text.suffix(from: min(max(0, tail - start), text.count))
          isOneStatement = rest.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) || $0 == 0x3B }
        }
        return result
      }
    }
    guard result == SQLITE_OK else { throw SQLiteError(result, of: handle, sql: sql, path: path) }
    guard let compiled, isOneStatement else {
      sqlite3_finalize(compiled)
      throw SQLiteError(code: .misuse, message: "exactly one statement is expected", sql: sql, path: path)
    }
    return Statement(compiled, on: self)
  }

  /// Runs `body` between `BEGIN IMMEDIATE` and `COMMIT`; when it throws, or the commit fails, rolls back and rethrows.
  ///
  /// Immediate: the write lock is taken at once, so that a transaction never fails half-way for want of it.
  /// Transactions do not nest. The closure states its error, which Swift does not infer:
  ///
  ///     try connection.transaction { () throws(SQLiteError) in
  ///       try insert.run()
  ///     }
  public func transaction<Result>(_ body: () throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
    try transaction(mapping: { $0 }, body)
  }

  /// Runs `body` in a transaction as above, for bodies with an error of their own kind.
  ///
  /// - Parameter failure: turns an error of SQLite itself (begin, commit) into the body's kind.
  public func transaction<Result, Failure: Error>(
    mapping failure: (SQLiteError) -> Failure, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    do throws(SQLiteError) { try execute("BEGIN IMMEDIATE") } catch { throw failure(error) }
    let result: Result
    do throws(Failure) { result = try body() } catch {
      rollBack()
      throw error
    }
    do throws(SQLiteError) { try execute("COMMIT") } catch {
      rollBack()
      throw failure(error)
    }
    return result
  }

  /// Ends an open transaction without its changes. After a full disk or an I/O error SQLite has already done so.
  private func rollBack() {
    if isInTransaction { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
  }

  /// True between `BEGIN` and its end.
  public var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// The row id of the latest successful insert on this connection; zero before the first.
  public var lastInsertRowID: Int64 { sqlite3_last_insert_rowid(handle) }

  /// Rows changed by the latest insert, update or delete.
  public var changes: Int { Int(sqlite3_changes64(handle)) }

  /// The schema version that an application keeps in the file's header; zero in a new file.
  public var userVersion: Int32 {
    get throws(SQLiteError) { Int32(clamping: try single("PRAGMA user_version")?.int64(0) ?? 0) }
  }

  /// Sets `userVersion`. Within a transaction it is committed or rolled back with it.
  public func setUserVersion(_ version: Int32) throws(SQLiteError) {
    try execute("PRAGMA user_version = \(version)")
  }

  /// Reads a pragma's value as text; nil when it has none. The name goes into the statement as it is.
  public func pragma(_ name: StaticString) throws(SQLiteError) -> String? {
    try single("PRAGMA \(name)").map { $0.text(0) }
  }

  /// Sets a pragma and returns what SQLite made of it, which need not be what was asked for (`journal_mode`);
  /// nil when the pragma answers nothing. Both words go into the statement as they are.
  @discardableResult
  public func pragma(_ name: StaticString, _ value: String) throws(SQLiteError) -> String? {
    try single("PRAGMA \(name) = \(value)").map { $0.text(0) }
  }

  /// The statement standing on its first row, or nil when there is none.
  private func single(_ sql: String) throws(SQLiteError) -> Statement? {
    let statement = try prepare(sql)
    return try statement.step() ? statement : nil
  }
}
