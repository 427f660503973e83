// Writes the protobuf wire format: just what the published schemas need, no reflection, no generated code.

/// A protobuf message under construction. Fields stand in the order in which they are written.
public struct ProtobufWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// A field of type `uint32`, `uint64` or an enumeration. 0 is left out: a reader takes it for a missing field.
  public mutating func field(_ number: Int, _ value: UInt64) {
    guard value != 0 else { return }
    key(number, wireType: 0)
    appendVarint(value, to: &bytes)
  }

  /// A field of type `sint64`; 0 is left out.
  public mutating func field(_ number: Int, signed value: Int64) { field(number, zigzag(value)) }

  /// A field of type `bytes`, `string`, a message, or packed numbers. Written even when it is empty.
  public mutating func field(_ number: Int, _ content: some Collection<UInt8>) {
    key(number, wireType: 2)
    appendVarint(UInt64(content.count), to: &bytes)
    bytes.append(contentsOf: content)
  }

  private mutating func key(_ number: Int, wireType: UInt64) {
    appendVarint(UInt64(number) << 3 | wireType, to: &bytes)
  }
}

/// Appends a number in groups of seven bits, the lowest first: 1 to 10 bytes.
func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
  var rest = value
  while rest >= 0x80 {
    bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
    rest >>= 7
  }
  bytes.append(UInt8(truncatingIfNeeded: rest))
}

/// Numbers near 0 of either sign as small numbers: 0, -1, 1, -2 become 0, 1, 2, 3.
func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }

/// The number that `zigzag` made this of.
func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }

/// Bytes that a number takes as a zigzag varint.
func zigzagSize(_ value: Int64) -> Int { max(1, (70 - zigzag(value).leadingZeroBitCount) / 7) }
