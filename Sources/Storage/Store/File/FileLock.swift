// A lock on the database as a whole, so that two daemons never count one car twice.
import Glibc

/// Held while it lives. flock(2) does not meet SQLite's own locks, which are of the other family (fcntl), and leaves no
/// lock file behind.
final class FileLock {
  private let descriptor: Int32
  /// Whether somebody else held it at first: what was seen of the file before may have changed since.
  let hasWaited: Bool

  /// Hundredths of a second that it waits for a holder who may be about to let go: one that is ending, or a child that
  /// some process has just begun to start and that still has all its descriptors.
  static let patience = 100

  /// - Parameter pause: waits a hundredth of a second.
  /// - Throws: `StoreError`, `.inUse` when another process holds it and keeps it.
  init(_ path: String, pause: () -> Void = FileLock.pause) throws(StoreError) {
    descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      throw StoreError(kind: .unwritable, path: path, reason: "cannot be opened: \(String(cString: strerror(errno)))")
    }
    var left = FileLock.patience
    // A file system without locks is used without one.
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
      guard left > 0 else {
        close(descriptor)
        throw StoreError(
          kind: .inUse, path: path,
          reason: "another telltaled uses this state; stop it, or give this one a `state:` folder of its own")
      }
      left -= 1
      pause()
    }
    hasWaited = left < FileLock.patience
  }

  private static func pause() {
    var time = timespec(tv_sec: 0, tv_nsec: 10_000_000)
    nanosleep(&time, nil)
  }

  deinit { close(descriptor) }
}
