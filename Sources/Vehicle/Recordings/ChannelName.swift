// The name of a channel without memory of its own.

/// At most 15 bytes (an interface name: IFNAMSIZ less its zero) in two words, so that comparing one costs nothing.
struct ChannelName: Equatable, BitwiseCopyable {
  private(set) var low: UInt64 = 0
  private(set) var high: UInt64 = 0
  private(set) var count = 0
  static let capacity = 15

  /// The only bus of a format that does not number them.
  static let one = ChannelName(UInt8(ascii: "1"))

  init() {}

  init(_ byte: UInt8) { append(byte) }

  /// Bytes beyond the fifteenth are dropped.
  mutating func append(_ byte: UInt8) {
    guard count < ChannelName.capacity else { return }
    if count < 8 {
      low |= UInt64(byte) << UInt64(count * 8)
    } else {
      high |= UInt64(byte) << UInt64((count - 8) * 8)
    }
    count += 1
  }

  /// Allocates: only for a channel that is seen for the first time.
  var text: String {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: ($0 < 8 ? low : high) >> UInt64($0 % 8 * 8)) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
