// Whose file stands where the receiver's should be: looked at before anything may write to it.
import Glibc
import SQLite

/// What a database file holds, by its schema number and its tables.
enum DatabaseContent: Equatable {
  /// No file, or one without any table.
  case empty
  case receivers
  /// A later version of this program wrote it.
  case later(version: Int32)
  /// It is not a receiver's; what tells.
  case strange(String)

  /// Reads the schema of the file at `path` with what its write-ahead log adds.
  init(of path: String) throws(SQLiteError) {
    guard access(path, F_OK) == 0 else {
      self = .empty
      return
    }
    try self.init(try Connection(changingNothingOf: path))
  }

  private init(_ connection: Connection) throws(SQLiteError) {
    let version = try connection.userVersion
    let columns = try DatabaseContent.columns(connection)
    guard !columns.isEmpty else {
      self = version > Schema.version ? .later(version: version) : .empty
      return
    }
    // Of a later version the tables are not known, but it began as the first one did.
    let known = version > Schema.version ? 1 : version
    guard known > 0 else {
      self = .strange("it has tables and no schema number")
      return
    }
    let model = try Connection(path: ":memory:")
    try Schema.bring(model, from: 0, to: known)
    if let missing = try DatabaseContent.columns(model).subtracting(columns).min() {
      self = .strange("'\(missing)' is not in it")
    } else {
      self = version > Schema.version ? .later(version: version) : .receivers
    }
  }

  /// Every `table.column`.
  private static func columns(_ connection: Connection) throws(SQLiteError) -> Set<String> {
    let select = try connection.prepare(
      "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'")
    var found: Set<String> = []
    while try select.step() { found.insert(select.text(0)) }
    return found
  }

  /// Lets a receiver write to the file at `path`, of which this is the content.
  /// - Throws: `ReceiverError` with the mend, when it is not its own.
  func admit(_ path: String) throws(ReceiverError) {
    switch self {
    case .empty, .receivers: return
    case .later(let version): throw .newerDatabase(path: path, found: version, known: Schema.version)
    case .strange(let sign):
      var mend = "name another file under 'storage', or set this one aside: a new one is made at the next start"
      if Connection.hasLog(path), DatabaseContent.isReceiversWithoutLog(path) {
        mend =
          "without its log it is: \(path)-wal belongs to another file; stop the receiver, move the log"
          + " away and run --check again"
      }
      throw .database("database \(path) is not a receiver's: \(sign); \(mend)")
    }
  }

  private static func isReceiversWithoutLog(_ path: String) -> Bool {
    guard let file = try? Connection(path: path, mode: .immutable) else { return false }
    return (try? DatabaseContent(file)) == .receivers
  }
}
