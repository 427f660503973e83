// Tables of numbers in text: columns between white space, commas or semicolons, one row a line.

/// A file that is of no use at all.
public struct TableError: Error, CustomStringConvertible, Equatable {
  public var description: String

  public init(_ description: String) { self.description = description }
}

/// Rows of equally many numbers. A line that is none costs nothing but itself: it is left out and told.
public struct NumberTable: Sendable {
  /// A line that was left out.
  public struct Flaw: Equatable, Sendable {
    /// From 1.
    public var line: Int
    public var reason: String
  }

  public let columns: Int
  /// All numbers, row by row.
  public private(set) var numbers: [Double] = []
  public private(set) var flaws: [Flaw] = []
  /// Whether the file seems to have lost its end: its last line is flawed or has no newline. A last line without
  /// newline is left out, since its last number may have lost digits.
  public private(set) var isCutOff = false

  public var rows: Int { numbers.count / columns }

  /// - Throws: when the file cannot be read or has not a single row.
  public init(path: String, columns: Int) throws(TableError) {
    do {
      self.init(text: try fileBytes(path: path), columns: columns)
    } catch {
      throw TableError(error.description)
    }
    guard rows > 0 else {
      let reason = flaws.first.map { "line \($0.line): \($0.reason)" } ?? "it is empty"
      throw TableError("\(path): no row of \(columns) number\(columns == 1 ? "" : "s"); \(reason)")
    }
  }

  /// - Parameters:
  ///   - text: lines of numbers. Empty lines are passed over, and so is a first line without any number: a header.
  ///   - columns: numbers that a row must have, at least 1. A table of a single column may end without newline.
  public init(text: [UInt8], columns: Int) {
    precondition(columns >= 1, "a table has a column")
    self.columns = columns
    var line = 0
    var start = 0
    while start < text.count {
      line += 1
      let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
      let fields = text[start..<end].split { Self.separators.contains($0) }
      start = end + 1
      if fields.isEmpty { continue }
      if end == text.count && columns > 1 {
        isCutOff = true
        flaws.append(Flaw(line: line, reason: "the file ends within it"))
      } else {
        isCutOff = !add(fields, line: line)
      }
    }
  }

  private static let separators: Set<UInt8> = [0x20, 0x09, 0x0D, UInt8(ascii: ","), UInt8(ascii: ";")]

  /// - Returns: whether the line is a row or a header.
  private mutating func add(_ fields: [ArraySlice<UInt8>], line: Int) -> Bool {
    let values = fields.map { Double(String(decoding: $0, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil } }
    if line == 1 && values.allSatisfy({ $0 == nil }) { return true }
    if let wrong = values.firstIndex(of: nil) {
      let text = String(decoding: fields[wrong].prefix(20), as: UTF8.self)
      flaws.append(Flaw(line: line, reason: "\"\(text)\" in column \(wrong + 1) is no number"))
    } else if values.count != columns {
      flaws.append(Flaw(line: line, reason: "\(values.count) numbers instead of \(columns)"))
    } else {
      numbers += values.compactMap { $0 }
      return true
    }
    return false
  }
}
