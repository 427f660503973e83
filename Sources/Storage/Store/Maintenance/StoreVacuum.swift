// Gives back to the file system what a store no longer needs.
import Glibc
import SQLite

extension Store {
  /// Writes the file anew without its free pages. It needs as much room again while it runs.
  /// - Returns: bytes on disk before and after, the write-ahead log included.
  /// - Throws: `StoreError`: there is no such file, a daemon uses it, or there is no room.
  public static func vacuum(path: String) throws(StoreError) -> (before: Int, after: Int) {
    guard access(path, F_OK) == 0 else {
      throw StoreError(kind: .unwritable, path: path, reason: "is not there; give the state folder of a daemon")
    }
    let lock = try FileLock(path)
    defer { withExtendedLifetime(lock) {} }
    let before = bytes(ofFileAt: path)
    do throws(SQLiteError) {
      let connection = try Connection(path: path, mode: .readWrite)
      try connection.execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
    } catch {
      throw StoreError(error)
    }
    return (before, bytes(ofFileAt: path))
  }
}
