// Goes over JSON text byte by byte (RFC 8259, strictly), and says where and why it is none.
import Vocabulary

/// What a reader of JSON throws can be made from a place and a reason.
public protocol JSONFailure: Error {
  /// - Parameter offset: of the byte that is wrong.
  init(notJSON reason: String, at offset: Int)
}

/// A place in a JSON text. Nothing is taken for granted: strangers' text costs no more memory than it is long.
public struct JSONCursor<Failure: JSONFailure> {
  private let text: [UInt8]
  public private(set) var position = 0

  /// - Throws: for text that is not UTF-8.
  public init(_ text: [UInt8]) throws(Failure) {
    do {
      _ = try UTF8Span(validating: text.span)
    } catch {
      throw Failure(notJSON: "not UTF-8", at: error.byteOffsets.lowerBound)
    }
    self.text = text
  }

  /// The byte here; nil at the end.
  public var next: UInt8? { position < text.count ? text[position] : nil }

  public mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  /// Goes behind `byte` if it is here.
  public mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  public mutating func expect(_ byte: UInt8, _ reason: StaticString) throws(Failure) {
    guard take(byte) else { throw malformed(reason) }
  }

  public func malformed(_ reason: StaticString) -> Failure { Failure(notJSON: "\(reason)", at: position) }

  // MARK: Values

  /// The text of the string that begins here; a part of the whole text unless it has escapes.
  public mutating func string() throws(Failure) -> ArraySlice<UInt8> {
    try expect(UInt8(ascii: "\""), "a string is expected")
    let start = position
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return text[start..<position - 1]
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case 0..<0x20: throw malformed("a control character in a string")
      default: position += 1
      }
    }
    throw malformed("a string without its end")
  }

  private mutating func escapedString(from start: Int) throws(Failure) -> ArraySlice<UInt8> {
    var bytes = Array(text[start..<position])
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return bytes[...]
      case UInt8(ascii: "\\"): bytes += UTF8.encode(try escape()) ?? UTF8.encodedReplacementCharacter
      case 0..<0x20: throw malformed("a control character in a string")
      default:
        bytes.append(byte)
        position += 1
      }
    }
    throw malformed("a string without its end")
  }

  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    position += 1
    let simple: Unicode.Scalar? =
      switch next {
      case UInt8(ascii: "\""): "\""
      case UInt8(ascii: "\\"): "\\"
      case UInt8(ascii: "/"): "/"
      case UInt8(ascii: "b"): "\u{08}"
      case UInt8(ascii: "f"): "\u{0C}"
      case UInt8(ascii: "n"): "\n"
      case UInt8(ascii: "r"): "\r"
      case UInt8(ascii: "t"): "\t"
      default: nil
      }
    if let simple {
      position += 1
      return simple
    }
    try expect(UInt8(ascii: "u"), "an unknown escape in a string")
    let unit = try hexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    // Beyond the first plane a character is two escapes, the upper half first.
    guard unit < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw malformed("half of a character in a string")
    }
    let low = try hexadecimal()
    guard 0xDC00...0xDFFF ~= low, let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) else {
      throw malformed("half of a character in a string")
    }
    return scalar
  }

  private mutating func hexadecimal() throws(Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = next.flatMap(hexDigit) else { throw malformed("an escape without its four hexadecimal digits") }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  /// The number that begins here, correctly rounded.
  public mutating func number() throws(Failure) -> Double {
    let start = position
    let isNegative = take(UInt8(ascii: "-"))
    var digits = Decimal()
    if !take(UInt8(ascii: "0")) { try takeDigits { digits.append($0) } }
    if take(UInt8(ascii: ".")) { try takeDigits { digits.appendFraction($0) } }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      let isSmall = take(UInt8(ascii: "-"))
      if !isSmall { _ = take(UInt8(ascii: "+")) }
      var exponent = 0
      // Where an exponent ends to matter: it needs no more digits than that.
      try takeDigits { exponent = min(exponent * 10 + Int($0), 1_000_000) }
      digits.exponent += isSmall ? -exponent : exponent
    }
    let magnitude = digits.exactValue.map { isNegative ? -$0 : $0 }
    guard let value = magnitude ?? Double(String(decoding: text[start..<position], as: UTF8.self)), value.isFinite
    else { throw Failure(notJSON: "a number beyond the greatest double", at: start) }
    return value
  }

  private mutating func takeDigits(_ take: (UInt8) -> Void) throws(Failure) {
    let start = position
    while let byte = next, 0x30...0x39 ~= byte {
      take(byte & 0x0F)
      position += 1
    }
    guard position > start else { throw malformed("a digit is expected") }
  }

  public mutating func truth() throws(Failure) -> Bool {
    if next == UInt8(ascii: "f") {
      try skipWord("false")
      return false
    }
    try skipWord("true")
    return true
  }

  private mutating func skipWord(_ word: StaticString) throws(Failure) {
    let isHere = word.withUTF8Buffer { text[position...].starts(with: $0) }
    guard isHere else { throw malformed("true, false, null or another value is expected") }
    position += word.utf8CodeUnitCount
  }

  /// Goes behind the value that begins here, whatever it is.
  /// - Parameter depth: how many arrays and objects it may be deep.
  public mutating func skipValue(depth: Int) throws(Failure) {
    switch next {
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "-")?, (0x30...0x39)?: _ = try number()
    case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try truth()
    case UInt8(ascii: "n"): try skipWord("null")
    case UInt8(ascii: "["):
      guard depth > 0 else { throw malformed("nested too deep") }
      try elements { cursor throws(Failure) in try cursor.skipValue(depth: depth - 1) }
    case UInt8(ascii: "{"):
      guard depth > 0 else { throw malformed("nested too deep") }
      try members { cursor, _ throws(Failure) in try cursor.skipValue(depth: depth - 1) }
    default: throw malformed("a value is expected")
    }
  }

  // MARK: Structures

  /// Walks over an array; `element` goes behind each of its values.
  public mutating func elements(
    _ element: (inout JSONCursor) throws(Failure) -> Void
  ) throws(Failure) {
    try expect(UInt8(ascii: "["), "an array is expected")
    skipSpace()
    if take(UInt8(ascii: "]")) { return }
    while true {
      try element(&self)
      skipSpace()
      if take(UInt8(ascii: "]")) { return }
      try expect(UInt8(ascii: ","), "a comma or ] is expected")
      skipSpace()
    }
  }

  /// Walks over an object; `member` gets each name and goes behind the value.
  public mutating func members(
    _ member: (inout JSONCursor, ArraySlice<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    try expect(UInt8(ascii: "{"), "an object is expected")
    skipSpace()
    if take(UInt8(ascii: "}")) { return }
    while true {
      let name = try string()
      skipSpace()
      try expect(UInt8(ascii: ":"), "a colon is expected")
      skipSpace()
      try member(&self, name)
      skipSpace()
      if take(UInt8(ascii: "}")) { return }
      try expect(UInt8(ascii: ","), "a comma or } is expected")
      skipSpace()
    }
  }
}

/// The digits of a number, as far as they make a double exactly.
private struct Decimal {
  private var digits: UInt64 = 0
  private var isExact = true
  /// Of ten, that the digits are multiplied by.
  var exponent = 0

  mutating func append(_ digit: UInt8) {
    guard digits < 1 << 53 else { return isExact = false }
    digits = digits * 10 + UInt64(digit)
  }

  mutating func appendFraction(_ digit: UInt8) {
    append(digit)
    exponent -= 1
  }

  /// Nil where one operation on two exact doubles does not give it, so that it would not be rounded correctly.
  var exactValue: Double? {
    guard isExact, digits <= 1 << 53, abs(exponent) < Decimal.powers.count else { return nil }
    let value = Double(digits)
    return exponent < 0 ? value / Decimal.powers[-exponent] : value * Decimal.powers[exponent]
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
}
