// A file system of two megabytes, to fill it.
import Glibc

/// Mounted while it lives. Nil where this process may not mount one.
final class SmallDisk {
  let path: String

  init?() {
    var template = Array("/tmp/telltale-disk-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return nil }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard mount("none", path, "tmpfs", 0, "size=2m") == 0 else {
      rmdir(path)
      return nil
    }
  }

  /// Writes a file until nothing more fits but as many bytes.
  func fill(but room: off_t = 0) {
    let file = open(path + "/ballast", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let block = [UInt8](repeating: 1, count: 4096)
    while write(file, block, block.count) > 0 {}
    ftruncate(file, max(0, lseek(file, 0, SEEK_END) - room))
    close(file)
  }

  /// Deletes what filled it.
  func empty() { unlink(path + "/ballast") }

  deinit {
    umount2(path, Int32(MNT_DETACH))
    rmdir(path)
  }
}
