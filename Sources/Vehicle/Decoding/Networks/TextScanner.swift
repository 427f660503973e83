// Reads the small pieces of a description file: words, numbers, quoted text, punctuation.

/// Why a statement could not be read.
struct SyntaxError: Error {
  var reason: String
  /// Of the piece that was wrong.
  var line: Int
}

/// A position in a file's bytes. Line ends are LF, CR LF or a lone CR.
struct TextScanner {
  /// Longer ones are no names, and would make messages about them endless.
  static let longestName = 1024
  static let longestText = 1 << 16

  let bytes: [UInt8]
  /// Where to stop: of `bytes`, or of a line of them.
  private(set) var end: Int
  private(set) var position = 0
  private(set) var line = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    end = bytes.count
  }

  var isAtEnd: Bool { position >= end }

  /// The byte to be read next, 0 at the end.
  var next: UInt8 { position < end ? bytes[position] : 0 }

  /// Whether these bytes come next.
  func isAt(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes[position..<end].starts(with: $0) }
  }

  mutating func advance() {
    guard position < end else { return }
    let byte = bytes[position]
    position += 1
    if byte == newline || byte == carriageReturn && next != newline { line += 1 }
  }

  /// Over blanks, and over `//` and the rest of its line, which editors do not write but people do.
  mutating func skipBlank() {
    while !isAtEnd {
      if isBlank(next) {
        advance()
      } else if isAt("//") {
        skipLine()
      } else {
        return
      }
    }
  }

  /// Over blanks alone, for formats in which `//` may mean something.
  mutating func skipSpace() {
    while !isAtEnd && isBlank(next) { advance() }
  }

  /// The rest of this line alone.
  func restOfLine() -> TextScanner {
    var rest = self
    rest.end = bytes[position..<end].firstIndex { $0 == newline || $0 == carriageReturn } ?? end
    return rest
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
  mutating func name(
    _ what: StaticString, stops: StaticString = ":;,|@()[]\""
  ) throws(SyntaxError) -> String {
    skipBlank()
    let start = self
    let found = word(stops: stops)
    guard !found.isEmpty else { throw expected(what) }
    guard found.count <= TextScanner.longestName else { throw start.expected(what) }
    return text(found)
  }

  mutating func unsigned(_ what: StaticString) throws(SyntaxError) -> UInt32 {
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
  mutating func number(_ what: StaticString) throws(SyntaxError) -> Double {
    skipBlank()
    let start = self
    guard let value = decimal(word(stops: ",|()[]\";:@")) else { throw start.expected(what) }
    return value
  }

  /// A number without fraction, however it is written.
  mutating func integer(_ what: StaticString) throws(SyntaxError) -> Int64 {
    skipBlank()
    let start = self
    let found = word(stops: ",|()[]\";:@=")
    guard let value = Int64(text(found)) ?? decimal(found).flatMap({ Int64(exactly: $0) }) else {
      throw start.expected(what)
    }
    return value
  }

  /// Text in quotes, which may run over several lines; `\"` stands for a quote.
  mutating func quoted(_ what: StaticString, limit: Int = longestText) throws(SyntaxError) -> String {
    skipBlank()
    guard next == quote else { throw expected(what) }
    let start = self
    advance()
    var content: [UInt8] = []
    while next != quote {
      guard !isAtEnd && content.count < limit else {
        throw SyntaxError(
          reason: isAtEnd ? "quote is never closed" : "text in quotes is longer than \(limit) bytes", line: start.line)
      }
      if next == UInt8(ascii: "\\") && isAt("\\\"") { advance() }
      content.append(next)
      advance()
    }
    advance()
    return text(content[...])
  }

  mutating func expect(_ byte: UInt8) throws(SyntaxError) {
    skipBlank()
    guard next == byte else {
      throw SyntaxError(reason: "expected '\(Character(Unicode.Scalar(byte)))', found \(found)", line: line)
    }
    advance()
  }

  mutating func expect(_ keyword: String) throws(SyntaxError) {
    skipBlank()
    let start = self
    guard word(stops: ":;\"").elementsEqual(keyword.utf8) else {
      throw SyntaxError(reason: "expected \(keyword), found \(start.found)", line: start.line)
    }
  }

  /// Takes `byte` if it comes next.
  mutating func take(_ byte: UInt8) -> Bool {
    skipBlank()
    guard next == byte else { return false }
    advance()
    return true
  }

  func expected(_ what: StaticString) -> SyntaxError {
    SyntaxError(reason: "expected \(what), found \(found)", line: line)
  }

  /// What stands here, for a message.
  private var found: String {
    var look = self
    look.skipSpace()
    let word = look.word(stops: "")
    return word.isEmpty ? "the end" : "'" + text(word.prefix(40)) + "'"
  }
}

let newline = UInt8(ascii: "\n")
let carriageReturn = UInt8(ascii: "\r")
let quote = UInt8(ascii: "\"")
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

/// A decimal number. The standard library reads hexadecimal numbers, infinities and NaN too, which are none here.
func decimal(_ word: some Collection<UInt8>) -> Double? {
  guard word.allSatisfy({ isDigit($0) || "+-.eE".utf8.contains($0) }), word.contains(where: isDigit),
    let value = Double(String(decoding: word, as: UTF8.self)), value.isFinite
  else { return nil }
  return value
}
