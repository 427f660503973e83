// What the store's thread has written to the disk, as the kernel counts it.
import Glibc

/// Flash wears by what reaches it, and that is more than the rows: whole pages, twice in WAL mode. The kernel counts it for
/// each thread, in the pages that a write made dirty; the file system's own journal is not in it.
enum WrittenBytes {
  /// Bytes since the calling thread began; nil where the kernel does not count them.
  static var ofThisThread: Int? {
    let descriptor = open("/proc/thread-self/io", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 512)
    let count = read(descriptor, &text, text.count)
    guard count > 0 else { return nil }
    for line in text[..<count].split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "))
      guard words.count == 2, words[0].elementsEqual("write_bytes:".utf8) else { continue }
      return Int(String(decoding: words[1], as: UTF8.self))
    }
    return nil
  }
}
