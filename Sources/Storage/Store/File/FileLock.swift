// A lock on the database as a whole, so that two daemons never count one car twice.
import Glibc

/// Held while it lives. flock(2) does not meet SQLite's own locks, which are of the other family (fcntl), and leaves no
/// lock file behind.
final class FileLock {
  private let descriptor: Int32

  /// - Throws: `StoreError`, `.inUse` when another process holds it.
  init(_ path: String) throws(StoreError) {
    descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      throw StoreError(kind: .unwritable, path: path, reason: "cannot be opened: \(String(cString: strerror(errno)))")
    }
    // A file system without locks is used without one.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
      close(descriptor)
      throw StoreError(
        kind: .inUse, path: path,
        reason: "another telltaled uses this state; stop it, or give this one a `state:` folder of its own")
    }
  }

  deinit { close(descriptor) }
}
