// Text tables as spreadsheets, loggers and people write them: fields by line, with what separates them found out.

import Glibc

/// A file of fields: separated by comma, semicolon, tab or bar, whichever the first line has most of.
///
/// RFC 4180 with what real files do besides: a byte order mark, any line end, quotes only where they are, blank lines.
/// A quoted field ends with its line at the latest, so that one stray quote costs one row and not the rest of the file.
public struct DelimitedText: Sendable {
  public struct Row: Sendable {
    /// Counted from 1 in the file.
    public let line: Int
    fileprivate let fields: [Range<Int>]
    public var count: Int { fields.count }
  }

  /// What the file is called in messages.
  public let name: String
  /// Every line with something in it, the header included where there is one.
  public let rows: [Row]
  private let bytes: [UInt8]

  public init(bytes: [UInt8], name: String) {
    self.name = name
    self.bytes = bytes
    var lines: [(number: Int, range: Range<Int>)] = []
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var number = 1
    while start < bytes.count {
      let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
      if bytes[start..<end].contains(where: { $0 != 0x20 && $0 != 0x09 }) { lines.append((number, start..<end)) }
      let isPair = end + 1 < bytes.count && bytes[end] == 0x0D && bytes[end + 1] == 0x0A
      start = end + (isPair ? 2 : 1)
      number += 1
    }
    let separator = lines.first.map { Self.separator(of: bytes[$0.range]) } ?? UInt8(ascii: ",")
    rows = lines.map { Row(line: $0.number, fields: Self.fields(in: $0.range, of: bytes, separator: separator)) }
  }

  /// Reads a whole file.
  public static func read(path: String) throws(SeriesError) -> DelimitedText {
    DelimitedText(bytes: try fileBytes(path: path), name: path)
  }

  /// The bytes of a field without its quotes and the blanks around it; empty where the row has no such field.
  public func field(_ index: Int, of row: Row) -> ArraySlice<UInt8> {
    row.fields.indices.contains(index) ? bytes[row.fields[index]] : []
  }

  public func text(_ index: Int, of row: Row) -> String { String(decoding: field(index, of: row), as: UTF8.self) }

  /// Fields up to the last one that holds something: commas that close a line are no fields.
  public func filledCount(of row: Row) -> Int { (row.fields.lastIndex { !$0.isEmpty } ?? -1) + 1 }

  private static func separator(of line: ArraySlice<UInt8>) -> UInt8 {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in line {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted { counts[byte, default: 0] += 1 }
    }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")]
    return candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? UInt8(ascii: ",")
  }

  private static func fields(in line: Range<Int>, of bytes: [UInt8], separator: UInt8) -> [Range<Int>] {
    var fields: [Range<Int>] = []
    var start = line.lowerBound
    while true {
      while start < line.upperBound, bytes[start] == 0x20 { start += 1 }
      let quote = UInt8(ascii: "\"")
      let closing = start < line.upperBound && bytes[start] == quote
        ? bytes[(start + 1)..<line.upperBound].firstIndex(of: quote) : nil
      let from = closing.map { $0 + 1 } ?? start
      let end = bytes[from..<line.upperBound].firstIndex(of: separator) ?? line.upperBound
      fields.append(trimmed(closing.map { (start + 1)..<$0 } ?? start..<end, bytes))
      if end == line.upperBound { return fields }
      start = end + 1
    }
  }

  private static func trimmed(_ range: Range<Int>, _ bytes: [UInt8]) -> Range<Int> {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    guard let first = bytes[range].firstIndex(where: { !isBlank($0) }),
      let last = bytes[range].lastIndex(where: { !isBlank($0) })
    else { return range.lowerBound..<range.lowerBound }
    return first..<(last + 1)
  }
}

/// All bytes of a file.
public func fileBytes(path: String) throws(SeriesError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw .unreadable(path: path, code: errno) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count == 0 { return bytes }
    if count < 0 {
      let code = errno
      if code == EINTR { continue }
      throw .unreadable(path: path, code: code)
    }
    bytes += chunk[..<count]
  }
}
