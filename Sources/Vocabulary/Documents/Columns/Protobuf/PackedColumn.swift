// A column of small numbers: packed zigzag varints in which zeros, by far the most frequent, come as counted runs.

/// A column under construction.
///
/// A zero is followed by how many further zeros come after it; zeros at the column's end are left out.
struct PackedColumnWriter {
  private(set) var bytes: [UInt8] = []
  private var zeros: Int64 = 0

  mutating func append(_ value: Int64) {
    guard value != 0 else {
      zeros += 1
      return
    }
    if zeros > 0 {
      bytes.append(0)
      appendVarint(zigzag(zeros - 1), to: &bytes)
      zeros = 0
    }
    appendVarint(zigzag(value), to: &bytes)
  }
}

/// Reads a column number by number. One that has ended goes on with zeros, so a column without content is all zeros.
struct PackedColumnReader {
  private var position: Int
  private let end: Int
  private var zeros: Int64 = 0

  /// - Parameter range: Where the column stands in the message.
  init(_ range: Range<Int>) {
    position = range.lowerBound
    end = range.upperBound
  }

  /// Whether nothing but zeros is left.
  var isOver: Bool { position == end }

  @inline(__always)
  mutating func next(_ bytes: [UInt8]) throws(ColumnError) -> Int64 {
    if zeros > 0 {
      zeros -= 1
      return 0
    }
    guard position < end else { return 0 }
    guard let value = readVarint(bytes, at: &position, end: end) else { throw .malformed(offset: position) }
    if value == 0 {
      guard let run = readVarint(bytes, at: &position, end: end), unzigzag(run) >= 0 else {
        throw .malformed(offset: position)
      }
      zeros = unzigzag(run)
    }
    return unzigzag(value)
  }
}
