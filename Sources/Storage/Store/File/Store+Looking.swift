// Opens a store's file to look at it: nothing of it changes, whatever state it is in.
import SQLite

extension Store {
  /// A connection that leaves the file and its log as they are. A log that is another file's is left aside.
  static func look(at path: String) throws(SQLiteError) -> Connection {
    let isForeign = Connection.hasLog(path) && PageFile(path).isLogForeign
    let connection = try Connection(changingNothingOf: path, ignoringLog: isForeign)
    try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -256")
    return connection
  }
}
