// Integers of more than 53 bits, which a decoded value (IEEE binary64) only comes near to.
import Decoding
import Vocabulary

/// Takes such a signal's exact value from a frame.
struct WideInteger {
  private let bits: [Int]
  private let isSigned: Bool
  private let factor: Int128
  private let offset: Int128

  /// Nil for a signal whose values a binary64 holds exactly, or that are no integers.
  init?(_ signal: NetworkDescription.Signal) {
    guard (54...64).contains(signal.length), signal.format == .unsigned || signal.format == .signed,
      let factor = Int32(exactly: signal.factor), let offset = Int64(exactly: signal.offset)
    else { return nil }
    isSigned = signal.format == .signed
    self.factor = Int128(factor)
    self.offset = Int128(offset)
    bits = WideInteger.positions(of: signal)
  }

  /// The places of its bits as DBC numbers them, the most significant one first.
  private static func positions(of signal: NetworkDescription.Signal) -> [Int] {
    if signal.byteOrder == .little { return (signal.startBit..<signal.startBit + signal.length).reversed() }
    // Down to bit 0 of a byte, then on at bit 7 of the next one.
    return sequence(first: signal.startBit) { $0 % 8 == 0 ? $0 + 15 : $0 - 1 }.prefix(signal.length).map { $0 }
  }

  func value(in frame: CANFrame) -> Int128 {
    var raw: UInt64 = 0
    for bit in bits { raw = raw << 1 | UInt64(frame[bit / 8] >> UInt8(bit % 8) & 1) }
    let unused = UInt64(64 - bits.count)
    let number = isSigned ? Int128(Int64(bitPattern: raw << unused) >> Int64(unused)) : Int128(raw)
    return number * factor + offset
  }
}

/// The first, least, largest and last of such values.
struct WideIntegerCounts {
  private(set) var first: Int128
  private(set) var min: Int128
  private(set) var max: Int128
  private(set) var last: Int128

  init(_ value: Int128) { (first, min, max, last) = (value, value, value, value) }

  mutating func add(_ value: Int128) {
    min = Swift.min(min, value)
    max = Swift.max(max, value)
    last = value
  }
}
