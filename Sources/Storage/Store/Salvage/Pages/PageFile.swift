// The pages of a database file as they lie on the disk, with those of its log in their place; nothing needs to be whole.
import Glibc

/// A file that nobody writes meanwhile.
final class PageFile {
  /// What every file of ours has, whatever a damaged header says.
  static let pageSize = 4096

  let path: String
  /// Pages, a torn one at the end left out.
  let count: Int
  private let file: Int32
  private let log: Int32
  /// Where in the log the newest committed content of a page is, by page.
  private let logged: [Int: Int]

  /// A file that cannot be read has no pages.
  init(_ path: String) {
    self.path = path
    file = open(path, O_RDONLY | O_CLOEXEC)
    log = open(path + "-wal", O_RDONLY | O_CLOEXEC)
    logged = PageFile.pages(ofLog: log)
    count = max(PageFile.size(file) / PageFile.pageSize, logged.keys.max() ?? 0)
  }

  deinit {
    close(file)
    close(log)
  }

  /// A page's bytes; nil where the file has none. The first has number 1.
  func page(_ number: Int) -> [UInt8]? {
    guard number >= 1, number <= count else { return nil }
    if let offset = logged[number] { return PageFile.read(log, offset, PageFile.pageSize) }
    return PageFile.read(file, (number - 1) * PageFile.pageSize, PageFile.pageSize)
  }

  private static func size(_ descriptor: Int32) -> Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
  }

  private static func read(_ descriptor: Int32, _ offset: Int, _ count: Int) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
    }
    return bytes.count == count ? bytes : nil
  }

  // MARK: The log.

  private static let logHeader = 32
  private static let frameHeader = 24

  /// Where the log has which page. As SQLite reads it: up to the last frame that ends a transaction, all checksums whole.
  private static func pages(ofLog log: Int32) -> [Int: Int] {
    guard let header = read(log, 0, logHeader), header.word(0) & ~1 == 0x377F_0682, header.word(8) == pageSize else {
      return [:]
    }
    var sum = LogChecksum(isBigEndian: header.word(0) & 1 == 1)
    sum.add(header[..<24])
    guard sum.first == header.word(24), sum.second == header.word(28) else { return [:] }
    var (committed, pending): ([Int: Int], [Int: Int]) = ([:], [:])
    var offset = logHeader
    while let frame = read(log, offset, frameHeader + pageSize) {
      guard frame[8..<16].elementsEqual(header[16..<24]) else { break }
      sum.add(frame[..<8])
      sum.add(frame[frameHeader...])
      guard sum.first == frame.word(16), sum.second == frame.word(20) else { break }
      pending[Int(frame.word(0))] = offset + frameHeader
      if frame.word(4) > 0 {
        committed.merge(pending) { $1 }
        pending = [:]
      }
      offset += frameHeader + pageSize
    }
    return committed
  }
}

/// The running checksum of a write-ahead log.
private struct LogChecksum {
  let isBigEndian: Bool
  var first: UInt32 = 0
  var second: UInt32 = 0

  /// - Parameter bytes: a multiple of eight.
  mutating func add(_ bytes: ArraySlice<UInt8>) {
    for offset in stride(from: bytes.startIndex, to: bytes.endIndex, by: 8) {
      let (high, low) = (word(bytes, offset), word(bytes, offset + 4))
      first = first &+ high &+ second
      second = second &+ low &+ first
    }
  }

  private func word(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> UInt32 {
    let word = bytes.word(offset)
    return isBigEndian ? word : word.byteSwapped
  }
}

extension RandomAccessCollection<UInt8> where Index == Int {
  /// Two bytes, the high one first.
  func half(_ offset: Int) -> Int { Int(self[offset]) << 8 | Int(self[offset + 1]) }

  /// Four bytes, the high one first.
  func word(_ offset: Int) -> UInt32 { UInt32(half(offset)) << 16 | UInt32(half(offset + 2)) }
}
