// Opens a store's file to look at it: nothing of it changes, whatever state it is in.
import Glibc
import SQLite

extension Store {
  /// A connection that leaves the file and its log as they are. A log that is another file's is left aside.
  static func look(at path: String) throws(SQLiteError) -> Connection {
    // Without a log nobody writes the file. Opened in the usual way it would get one.
    let isAlone = access(path + "-wal", F_OK) != 0 || PageFile(path).isLogForeign
    let connection = try Connection(path: path, mode: isAlone ? .immutable : .readOnly, keepsLog: true)
    try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -256")
    return connection
  }
}
