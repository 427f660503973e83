// The pieces of one line of a SYM file: words, which may stand in quotes, numbers, options, a comment.

/// A position in a line.
struct SYMLine {
  private var scanner: TextScanner
  let number: Int

  /// The rest of the line at which `scanner` stands.
  init(_ scanner: TextScanner) {
    self.scanner = scanner.restOfLine()
    number = scanner.line
  }

  /// `-m`, `/u:V` or `/ln:"Oil level"`.
  struct Option {
    var key: String
    var value: String
    var line: Int

    var number: Double {
      get throws(SyntaxError) {
        guard let number = SYMLine.number(value[...]) else {
          throw SyntaxError(reason: "\(key): '\(value.prefix(40))' is no number", line: line)
        }
        return number
      }
    }
  }

  /// Takes `byte` if it comes next.
  mutating func take(_ byte: Unicode.Scalar) -> Bool {
    // Not over a comment, which belongs to the line's statement.
    scanner.skipSpace()
    return scanner.next == UInt8(ascii: byte) && scanner.take(UInt8(ascii: byte))
  }

  mutating func expect(_ byte: Unicode.Scalar) throws(SyntaxError) { try scanner.expect(UInt8(ascii: byte)) }

  /// Text in quotes, or up to a blank or one of `stops`.
  mutating func word(_ what: StaticString, stops: StaticString = " ") throws(SyntaxError) -> String {
    scanner.skipSpace()
    if scanner.next == quote { return try scanner.quoted(what, limit: TextScanner.longestName) }
    return try scanner.name(what, stops: stops)
  }

  /// A whole number, decimal or hexadecimal with `h`.
  mutating func whole(_ what: StaticString, upTo limit: Int64) throws(SyntaxError) -> Int64 {
    let start = self
    let digits = try word(what, stops: ", ")
    guard let value = SYMLine.number(digits[...]).flatMap({ Int64(exactly: $0) }), 0...limit ~= value else {
      throw start.scanner.expected(what)
    }
    return value
  }

  /// The next option; nil when there are no more.
  mutating func option() throws(SyntaxError) -> Option? {
    scanner.skipSpace()
    guard !scanner.isAtEnd, !scanner.isAt("//") else { return nil }
    let key = text(scanner.word(stops: ":"))
    guard scanner.next == UInt8(ascii: ":") else { return Option(key: key, value: "", line: number) }
    scanner.advance()
    let value =
      scanner.next == quote
      ? try scanner.quoted("a value in quotes", limit: TextScanner.longestName) : text(scanner.word(stops: ""))
    return Option(key: key, value: value, line: number)
  }

  /// What stands behind `//`.
  mutating func rest() -> String? {
    while !scanner.isAtEnd && !scanner.isAt("//") { scanner.advance() }
    return comment
  }

  /// What stands behind the `//` that comes next.
  var comment: String? {
    guard scanner.isAt("//") else { return nil }
    var look = scanner
    look.advance()
    look.advance()
    look.skipSpace()
    return look.isAtEnd ? nil : text(look.bytes[look.position..<look.end])
  }

  /// Decimal, or hexadecimal with `h`.
  static func number(_ word: Substring) -> Double? {
    guard word.last == "h" else { return decimal(word.utf8) }
    return Int64(word.dropLast(), radix: 16).map(Double.init)
  }

  static func identifier(_ word: String, line: Int) throws(SyntaxError) -> UInt32 {
    guard let value = number(word[...]).flatMap({ UInt32(exactly: $0) }) else {
      throw SyntaxError(reason: "'\(word.prefix(40))' is no identifier", line: line)
    }
    return value
  }
}
