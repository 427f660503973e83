// An input's bytes, taken from the front: how the fuzzer's choices become numbers, times and identifiers.
import Vocabulary

struct InputBytes {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isOver: Bool { place >= bytes.count }

  /// 0 behind the end.
  mutating func byte() -> UInt8 {
    guard place < bytes.count else { return 0 }
    place += 1
    return bytes[place - 1]
  }

  /// Four bytes, the lowest first.
  mutating func word() -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(byte()) << (8 * $1) } }

  /// Eight bytes, the lowest first.
  mutating func doubleWord() -> UInt64 { UInt64(word()) | UInt64(word()) << 32 }

  /// The next `count` bytes, or as many as are left.
  mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    let start = place
    place = min(place + count, bytes.count)
    return bytes[start..<place]
  }

  mutating func choose<Element>(_ choices: [Element]) -> Element { choices[Int(byte()) % choices.count] }

  /// Seconds from one thing to the next: nothing, a frame's time, the times that budgets and pauses are made of.
  mutating func step() -> Double { choose([0, 0.001, 0.02, 0.1, 0.11, 0.3, 1, 2, 5.1, 10, 20]) }
}
