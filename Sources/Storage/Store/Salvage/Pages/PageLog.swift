// The write-ahead log of a database file (sqlite.org/fileformat2.html), as far as it is whole.
import Glibc

struct PageLog {
  /// Bytes of a page; nil where the log's header is not whole.
  private(set) var pageSize: Int?
  /// Where in the log the newest committed content of a page is, by page. As SQLite reads it: up to the last frame that
  /// ends a transaction, all checksums whole.
  private(set) var pages: [Int: Int] = [:]

  private static let headerSize = 32
  private static let frameHeaderSize = 24

  /// - Parameter log: the open file.
  init(_ log: Int32) {
    guard let header = PageFile.read(log, 0, PageLog.headerSize), header.word(0) & ~1 == 0x377F_0682 else { return }
    var sum = LogChecksum(isBigEndian: header.word(0) & 1 == 1)
    sum.add(header[..<24])
    guard sum.first == header.word(24), sum.second == header.word(28) else { return }
    let pageSize = Int(header.word(8))
    self.pageSize = pageSize
    // No file of ours has others.
    guard pageSize == PageFile.pageSize else { return }
    var pending: [Int: Int] = [:]
    var offset = PageLog.headerSize
    while let frame = PageFile.read(log, offset, PageLog.frameHeaderSize + pageSize) {
      guard frame[8..<16].elementsEqual(header[16..<24]) else { break }
      sum.add(frame[..<8])
      sum.add(frame[PageLog.frameHeaderSize...])
      guard sum.first == frame.word(16), sum.second == frame.word(20) else { break }
      pending[Int(frame.word(0))] = offset + PageLog.frameHeaderSize
      if frame.word(4) > 0 {
        pages.merge(pending) { $1 }
        pending = [:]
      }
      offset += PageLog.frameHeaderSize + pageSize
    }
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
