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
  /// Whether the log beside the file is another file's, which SQLite would not notice. Its pages are left out.
  let isLogForeign: Bool

  /// A file that cannot be read has no pages.
  init(_ path: String) {
    self.path = path
    file = open(path, O_RDONLY | O_CLOEXEC)
    log = open(path + "-wal", O_RDONLY | O_CLOEXEC)
    let found = PageLog(log)
    isLogForeign = PageFile.isForeign(found, besides: PageFile.read(file, 0, PageFile.pageSize), log)
    logged = isLogForeign ? [:] : found.pages
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

  static func read(_ descriptor: Int32, _ offset: Int, _ count: Int) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
    }
    return bytes.count == count ? bytes : nil
  }

  // MARK: Another file's log.

  /// Only where the file itself is one of ours can it be said of the log that it is not.
  private static func isForeign(_ found: PageLog, besides first: [UInt8]?, _ log: Int32) -> Bool {
    guard let first, isOurs(first, 1...Int64(Schema.version)), let pageSize = found.pageSize else { return false }
    guard pageSize == PageFile.pageSize else { return true }
    // That of a newer version is its own, and a reason to leave the file alone.
    guard let offset = found.pages[1], let logged = read(log, offset, pageSize) else { return false }
    return !isOurs(logged, 1...Int64(Schema.absurd) - 1)
  }

  /// Whether a first page says that its file has our pages and one of `versions`.
  private static func isOurs(_ page: [UInt8], _ versions: ClosedRange<Int64>) -> Bool {
    page.starts(with: "SQLite format 3\0".utf8) && page.half(16) == pageSize && versions.contains(Int64(page.word(60)))
  }
}

extension RandomAccessCollection<UInt8> where Index == Int {
  /// Two bytes, the high one first.
  func half(_ offset: Int) -> Int { Int(self[offset]) << 8 | Int(self[offset + 1]) }

  /// Four bytes, the high one first.
  func word(_ offset: Int) -> UInt32 { UInt32(half(offset)) << 16 | UInt32(half(offset + 2)) }
}
