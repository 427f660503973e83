// Gives back to the file system what a store no longer needs.
import Glibc
import SQLite

extension Store {
  /// Writes the file anew without its free pages. It needs as much room again while it runs.
  /// - Returns: bytes on disk before and after, the write-ahead log included.
  /// - Throws: `StoreError`: there is no such file, a daemon uses it, it is damaged or of another version, or there is no
  ///   room. It is as it was then.
  public static func vacuum(path: String) throws(StoreError) -> (before: Int, after: Int) {
    guard access(path, F_OK) == 0 else {
      throw StoreError(kind: .unwritable, path: path, reason: "is not there; give the state folder of a daemon")
    }
    let lock = try FileLock(path)
    defer { withExtendedLifetime(lock) {} }
    try expectWhole(path)
    let before = bytes(ofFileAt: path)
    do throws(SQLiteError) {
      let connection = try Connection(path: path, mode: .readWrite)
      try connection.execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
    } catch {
      throw StoreError(error)
    }
    return (before, bytes(ofFileAt: path))
  }

  /// - Throws: `StoreError`: what is rewritten now could not be saved later.
  private static func expectWhole(_ path: String) throws(StoreError) {
    guard !PageFile(path).isLogForeign else {
      throw StoreError(
        kind: .damaged, path: path,
        reason: "the log beside it, \(path)-wal, is another file's; start telltaled once: it sets the log aside")
    }
    do throws(StoreError) { try FileCheck(path, checksEverything: true).run() } catch where error.kind == .damaged {
      throw StoreError(
        kind: .damaged, path: path, reason: "\(error.reason); start telltaled once: it saves what is readable")
    }
    let connection: Connection
    do throws(SQLiteError) { connection = try look(at: path) } catch { throw StoreError(error) }
    try Schema.expectPresent(in: connection)
  }
}
