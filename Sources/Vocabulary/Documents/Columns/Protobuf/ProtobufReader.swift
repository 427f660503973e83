// Reads the protobuf wire format of a message that a stranger may have sent: field by field, without copies.

/// Why some bytes are no protobuf message.
public enum ProtobufError: Error, Equatable, CustomStringConvertible, Sendable {
  /// Not the wire format from this byte on: cut short, a number of more than 64 bits, a group, or field number 0.
  case malformed(offset: Int)
  /// A field's value is of another wire type than the schema's.
  case wrongType(field: Int)

  public var description: String {
    switch self {
    case .malformed(let offset): "not a protobuf message at byte \(offset)"
    case .wrongType(let field): "field \(field) is not of the schema's type"
    }
  }
}

/// A protobuf message's fields, one after the other.
public struct ProtobufReader: Sendable {
  /// One field. What the schema does not know is passed over by its reader.
  public struct Field: Sendable {
    public let number: Int
    fileprivate let value: Value

    /// Of a field of type `uint32`, `uint64` or an enumeration.
    public func unsigned() throws(ProtobufError) -> UInt64 {
      guard case .varint(let value) = value else { throw .wrongType(field: number) }
      return value
    }

    /// Of a field of type `sint64`.
    public func signed() throws(ProtobufError) -> Int64 { unzigzag(try unsigned()) }

    /// Where the content of a field of type `bytes`, `string`, a message or packed numbers stands in the message.
    public func content() throws(ProtobufError) -> Range<Int> {
      guard case .content(let range) = value else { throw .wrongType(field: number) }
      return range
    }
  }

  fileprivate enum Value: Sendable {
    case varint(UInt64)
    case content(Range<Int>)
    case fixed
  }

  private let bytes: [UInt8]
  /// Where the next field begins.
  public private(set) var position: Int
  private let end: Int

  /// - Parameter range: Where the message stands in `bytes`; nil: all of them.
  public init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
    self.bytes = bytes
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
  }

  /// The next field; nil at the message's end.
  public mutating func next() throws(ProtobufError) -> Field? {
    guard position < end else { return nil }
    let start = position
    let key = try varint()
    guard 1..<(1 << 29) ~= key >> 3 else { throw .malformed(offset: start) }
    let value: Value
    switch key & 7 {
    case 0: value = .varint(try varint())
    case 1:
      _ = try take(8)
      value = .fixed
    case 2: value = .content(try take(try varint()))
    case 5:
      _ = try take(4)
      value = .fixed
    default: throw .malformed(offset: start)
    }
    return Field(number: Int(key >> 3), value: value)
  }

  private mutating func take(_ count: UInt64) throws(ProtobufError) -> Range<Int> {
    guard count <= UInt64(end - position) else { throw .malformed(offset: position) }
    defer { position += Int(count) }
    return position..<position + Int(count)
  }

  private mutating func varint() throws(ProtobufError) -> UInt64 {
    guard let value = readVarint(bytes, at: &position, end: end) else { throw .malformed(offset: position) }
    return value
  }
}

/// The varint at `position`, which moves behind it; nil when it is cut off at `end` or has more than 64 bits.
@inline(__always)
func readVarint(_ bytes: [UInt8], at position: inout Int, end: Int) -> UInt64? {
  guard position < end else { return nil }
  let first = bytes[position]
  if first < 0x80 {
    position += 1
    return UInt64(first)
  }
  var value = UInt64(first & 0x7F)
  var shift: UInt64 = 7
  var place = position + 1
  while place < end {
    let byte = bytes[place]
    place += 1
    guard shift < 63 || byte <= 1 else { return nil }
    value |= UInt64(byte & 0x7F) << shift
    if byte < 0x80 {
      position = place
      return value
    }
    shift += 7
  }
  return nil
}
