// Text being made for a file: bytes, digits and fixed words into memory of its own.
import Vocabulary

/// A buffer of fixed size. Its owner makes sure before each line that there is room for the longest one.
struct TextBuffer: ~Copyable {
  private let memory: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0

  static let capacity = 65_536
  /// More than any line or header takes: 64 data bytes in up to five characters each, and what stands around them.
  static let longestLine = 1024

  init() { memory = .allocate(capacity: TextBuffer.capacity) }

  deinit { memory.deallocate() }

  var hasRoom: Bool { count + TextBuffer.longestLine <= memory.count }
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: memory[..<count])) }

  mutating func clear() { count = 0 }

  mutating func put(_ byte: UInt8) {
    memory[count] = byte
    count += 1
  }

  mutating func put(_ word: StaticString) {
    let begin = count
    let length = word.utf8CodeUnitCount
    word.withUTF8Buffer { for k in 0..<length { memory[begin + k] = $0[k] } }
    count += length
  }

  mutating func put(_ bytes: [UInt8]) {
    for byte in bytes { put(byte) }
  }

  mutating func putHex(_ value: UInt32, digits: Int) {
    for shift in stride(from: (digits - 1) * 4, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: value >> UInt32(shift)) & 0xF
      put(digit < 10 ? digit + UInt8(ascii: "0") : digit + (UInt8(ascii: "A") - 10))
    }
  }

  /// The last `digits` decimal digits, with zeros before them.
  mutating func putDecimal(_ value: Int64, digits: Int) {
    var rest = value
    for i in stride(from: count + digits - 1, through: count, by: -1) {
      memory[i] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count += digits
  }

  /// A number of 0 and above with as many digits as it needs, filled up with blanks before it to `width`.
  mutating func putNumber(_ value: Int64, width: Int = 0) {
    var digits = 1
    var rest = value
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    for _ in 0..<max(0, width - digits) { put(UInt8(ascii: " ")) }
    putDecimal(value, digits: digits)
  }

  /// `hours:minutes:seconds` of nanoseconds of 0 and above, and so many digits of the second behind `separator`.
  mutating func putTime(_ time: Int64, fractionDigits: Int = 0, separator: UInt8 = 0) {
    let seconds = time / nanosecondsPerSecond
    if seconds < 36_000 { put(UInt8(ascii: "0")) }
    putNumber(seconds / 3600)
    put(UInt8(ascii: ":"))
    putDecimal(seconds / 60 % 60, digits: 2)
    put(UInt8(ascii: ":"))
    putDecimal(seconds % 60, digits: 2)
    guard fractionDigits > 0 else { return }
    put(separator)
    var fraction = time % nanosecondsPerSecond
    for _ in fractionDigits..<9 { fraction /= 10 }
    putDecimal(fraction, digits: fractionDigits)
  }
}
