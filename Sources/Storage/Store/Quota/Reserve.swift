// A file that holds room on the disk for alerts, and is given up when they need it.
import Glibc

/// `telltale.reserve` beside the database.
struct Reserve {
  let path: String
  private let folder: String
  /// 0: none is kept.
  let bytes: Int

  init(besides database: String, bytes: Int) {
    folder = database.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    path = folder + "/telltale.reserve"
    self.bytes = bytes
  }

  /// Whether there is as much of it as there should be.
  var isWhole: Bool {
    var status = stat()
    return bytes == 0 || stat(path, &status) == 0 && Int(status.st_size) == bytes
  }

  /// Whether the disk has room for more than the reserve.
  var hasRoomBeyond: Bool {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return true }
    return Int(clamping: status.f_bavail) * Int(clamping: status.f_frsize) >= 2 * bytes
  }

  /// Makes the file, unless that would take the disk's last room. A file system that cannot reserve is used without.
  func make() {
    guard bytes > 0 else {
      unlink(path)
      return
    }
    guard !isWhole, hasRoomBeyond else { return }
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { return }
    if posix_fallocate(descriptor, 0, off_t(bytes)) != 0 { unlink(path) }
    close(descriptor)
  }

  /// Gives the room to whoever needs it; whether there was any.
  func release() -> Bool { bytes > 0 && unlink(path) == 0 }
}
