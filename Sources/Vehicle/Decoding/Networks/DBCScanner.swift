// Reads the small pieces of a DBC file: words, numbers, quoted text, punctuation.

/// Why a statement could not be read; the parser adds the line.
struct DBCSyntaxError: Error {
  var reason: String
  /// Of the piece that was wrong.
  var line: Int
}

/// A position in a file's bytes. Line ends are LF, CR LF or a lone CR.
struct DBCScanner {
  let bytes: [UInt8]
  private(set) var position = 0
  private(set) var line = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }  // Byte order mark.
  }

  var isAtEnd: Bool { position >= bytes.count }

  /// The byte to be read next, 0 at the end.
  var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

  mutating func advance() {
    guard position < bytes.count else { return }
    let byte = bytes[position]
    position += 1
    if byte == newline || byte == carriageReturn && next != newline { line += 1 }
  }

  /// Over blanks, and over `//` and the rest of its line, which editors do not write but people do.
  mutating func skipBlank() {
    while !isAtEnd {
      if isBlank(next) {
        advance()
      } else if next == slash && position + 1 < bytes.count && bytes[position + 1] == slash {
        skipLine()
      } else {
        return
      }
    }
  }

  /// To the first byte of the next line.
  mutating func skipLine() {
    let start = line
    while !isAtEnd && line == start { advance() }
  }

  /// The bytes up to a blank or one of `stops`; empty at either.
  mutating func word(stops: StaticString) -> ArraySlice<UInt8> {
    let start = position
    while !isAtEnd && !isBlank(next) && !stops.contains(next) { advance() }
    return bytes[start..<position]
  }

  /// A name: letters, digits, underscores and, since real files have them, other signs that mean nothing in DBC.
  mutating func name(_ what: StaticString) throws(DBCSyntaxError) -> String {
    skipBlank()
    let found = word(stops: ":;,|@()[]\"")
    guard !found.isEmpty else { throw expected(what) }
    return text(found)
  }

  mutating func unsigned(_ what: StaticString) throws(DBCSyntaxError) -> UInt32 {
    skipBlank()
    let start = self
    var value: UInt64 = 0
    while isDigit(next), value <= UInt64(UInt32.max) {
      value = value * 10 + UInt64(next - zero)
      advance()
    }
    guard position > start.position, !isDigit(next), let result = UInt32(exactly: value) else {
      throw start.expected(what)
    }
    return result
  }

  /// A decimal number: `1`, `-0.5`, `.25`, `5.`, `1E-05`, `+3`.
  mutating func number(_ what: StaticString) throws(DBCSyntaxError) -> Double {
    skipBlank()
    let start = self
    let found = word(stops: ",|()[]\";:@")
    // The standard library reads hexadecimal numbers, infinities and NaN too, which are none here.
    let isDecimal = found.allSatisfy { isDigit($0) || "+-.eE".utf8.contains($0) } && found.contains(where: isDigit)
    guard isDecimal, let value = Double(text(found)), value.isFinite else { throw start.expected(what) }
    return value
  }

  /// Text in quotes, which may run over several lines; `\"` stands for a quote.
  mutating func quoted(_ what: StaticString) throws(DBCSyntaxError) -> String {
    skipBlank()
    guard next == quote else { throw expected(what) }
    let start = self
    advance()
    var content: [UInt8] = []
    while next != quote {
      guard !isAtEnd else { throw DBCSyntaxError(reason: "quote is never closed", line: start.line) }
      if next == backslash && position + 1 < bytes.count && bytes[position + 1] == quote { advance() }
      content.append(next)
      advance()
    }
    advance()
    return text(content[...])
  }

  mutating func expect(_ byte: UInt8) throws(DBCSyntaxError) {
    skipBlank()
    guard next == byte else {
      throw DBCSyntaxError(reason: "expected '\(Character(Unicode.Scalar(byte)))', found \(found)", line: line)
    }
    advance()
  }

  mutating func expect(_ keyword: String) throws(DBCSyntaxError) {
    skipBlank()
    let start = self
    guard word(stops: ":;\"").elementsEqual(keyword.utf8) else {
      throw DBCSyntaxError(reason: "expected \(keyword), found \(start.found)", line: start.line)
    }
  }

  /// Takes `byte` if it comes next.
  mutating func take(_ byte: UInt8) -> Bool {
    skipBlank()
    guard next == byte else { return false }
    advance()
    return true
  }

  func expected(_ what: StaticString) -> DBCSyntaxError {
    DBCSyntaxError(reason: "expected \(what), found \(found)", line: line)
  }

  /// What stands here, for a message.
  private var found: String {
    guard !isAtEnd else { return "the end of the file" }
    var look = self
    let word = look.word(stops: "")
    return word.isEmpty ? "a blank" : "'" + text(word.prefix(40)) + "'"
  }
}

let newline = UInt8(ascii: "\n")
let carriageReturn = UInt8(ascii: "\r")
let quote = UInt8(ascii: "\"")
let backslash = UInt8(ascii: "\\")
let slash = UInt8(ascii: "/")
let underscore = UInt8(ascii: "_")
let zero = UInt8(ascii: "0")

func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

func isCapital(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5A }

/// Space, tab, line ends, and the form feeds and zero bytes that some exports hold.
func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }

extension StaticString {
  fileprivate func contains(_ byte: UInt8) -> Bool {
    withUTF8Buffer { $0.contains(byte) }
  }
}

/// UTF-8 where the bytes are valid UTF-8, else Windows-1252, which is what DBC editors write.
func text(_ bytes: ArraySlice<UInt8>) -> String {
  if let valid = String(validating: bytes, as: UTF8.self) { return valid }
  var result = ""
  for byte in bytes {
    let scalar = byte >= 0x80 && byte < 0xA0 ? windows1252[Int(byte) - 0x80] : UInt16(byte)
    result.unicodeScalars.append(Unicode.Scalar(scalar) ?? "\u{FFFD}")
  }
  return result
}

/// Bytes 0x80...0x9F; the five that Windows-1252 leaves open are control characters.
private let windows1252: [UInt16] = [
  0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D,
  0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,
  0x017E, 0x0178,
]
