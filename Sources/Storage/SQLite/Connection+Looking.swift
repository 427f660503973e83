// Opens a file for a look that changes nothing, whatever state it is in.
import Glibc

extension Connection {
  /// A connection that leaves the file at `path` and its write-ahead log as they are, also when it closes.
  /// - Parameter ignoringLog: what the log adds is left out. For a log that is another file's.
  /// - Throws: `SQLiteError`, `.cannotOpen` for a missing file.
  public convenience init(changingNothingOf path: String, ignoringLog: Bool = false) throws(SQLiteError) {
    // Without a log nobody has the file open, and an ordinary reader would leave an empty log behind.
    let isAlone = ignoringLog || !Connection.hasLog(path)
    try self.init(path: path, mode: isAlone ? .immutable : .readOnly, keepsLog: true)
  }

  /// Whether a write-ahead log stands beside the file: somebody has it open, or had and did not close it.
  public static func hasLog(_ path: String) -> Bool { access(path + "-wal", F_OK) == 0 }
}
