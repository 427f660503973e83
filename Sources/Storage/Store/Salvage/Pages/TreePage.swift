// One page of SQLite's B-trees (sqlite.org/fileformat2.html), read so that no byte in it can do harm.
import SQLite

struct TreePage {
  enum Kind: UInt8 {
    case indexInterior = 2
    case tableInterior = 5
    case indexLeaf = 10
    case tableLeaf = 13
  }

  /// A row as it lies in a tree.
  struct Cell {
    /// In a table's tree the row's number; nil in an index's.
    var number: Int64?
    var record: [Value]
  }

  let kind: Kind
  private let bytes: [UInt8]
  /// Where the cells begin.
  private let cells: [Int]
  private let rightmost: Int

  /// Bytes of a row beyond which its size is not believed.
  private static let largest: UInt64 = 16 << 20

  /// Nil when the page is none of a tree.
  init?(_ number: Int, of file: PageFile) {
    guard let bytes = file.page(number) else { return nil }
    let start = number == 1 ? 100 : 0
    guard let kind = Kind(rawValue: bytes[start]) else { return nil }
    let isLeaf = kind == .indexLeaf || kind == .tableLeaf
    let header = start + (isLeaf ? 8 : 12)
    let count = bytes.half(start + 3)
    guard header + 2 * count <= bytes.count else { return nil }
    self.kind = kind
    self.bytes = bytes
    cells = (0..<count).map { bytes.half(header + 2 * $0) }
    rightmost = isLeaf ? 0 : Int(bytes.word(start + 8))
  }

  /// Children of an interior page in their order; `last` is the highest row number below one, in a table's tree.
  var children: [(page: Int, last: Int64)] {
    switch kind {
    case .indexLeaf, .tableLeaf: return []
    case .indexInterior, .tableInterior: break
    }
    var children: [(page: Int, last: Int64)] = []
    for cell in cells where cell + 4 <= bytes.count {
      var offset = cell + 4
      let last = kind == .tableInterior ? Int64(bitPattern: varint(&offset) ?? 0) : .max
      children.append((Int(bytes.word(cell)), last))
    }
    return children + [(rightmost, .max)]
  }

  /// Cells of the page, readable or not.
  var cellCount: Int { kind == .tableInterior ? 0 : cells.count }

  /// The rows of the page, but those of which the file does not have all bytes. An index's interior page has rows too.
  func rows(of file: PageFile) -> [Cell] {
    kind == .tableInterior ? [] : cells.compactMap { row(at: $0, file) }
  }

  private func row(at cell: Int, _ file: PageFile) -> Cell? {
    var offset = kind == .indexInterior ? cell + 4 : cell
    guard let size = varint(&offset), size <= TreePage.largest else { return nil }
    var number: Int64?
    if kind == .tableLeaf {
      guard let value = varint(&offset) else { return nil }
      number = Int64(bitPattern: value)
    }
    return payload(Int(size), at: offset, file).flatMap(Record.values).map { Cell(number: number, record: $0) }
  }

  /// A payload, of which what does not fit lies on pages that point to each other.
  private func payload(_ size: Int, at offset: Int, _ file: PageFile) -> [UInt8]? {
    let usable = PageFile.pageSize
    let most = kind == .tableLeaf ? usable - 35 : (usable - 12) * 64 / 255 - 23
    guard size > most else { return offset + size <= bytes.count ? Array(bytes[offset..<offset + size]) : nil }
    let least = (usable - 12) * 32 / 255 - 23
    let even = least + (size - least) % (usable - 4)
    let local = even <= most ? even : least
    guard offset + local + 4 <= bytes.count else { return nil }
    var payload = Array(bytes[offset..<offset + local])
    var next = Int(bytes.word(offset + local))
    while payload.count < size {
      guard let page = file.page(next) else { return nil }
      next = Int(page.word(0))
      payload += page[4..<4 + min(usable - 4, size - payload.count)]
    }
    return payload
  }

  private func varint(_ offset: inout Int) -> UInt64? { Record.varint(bytes, &offset) }
}
