// The part of XML that KCD files are made of: elements, attributes, text, entities, comments, CDATA. No DTD.

/// Reads a document from its beginning to its end. It holds no tree and checks no nesting, so that neither depth nor
/// damage of a file matters; what stands at a place where nothing is understood is passed over.
struct XMLReader {
  enum Event {
    /// `<name a="1">`; followed by its `.end` also when written `<name a="1"/>`.
    case start(Element)
    case end(name: String)
    case text(String)
    /// A `<` that begins nothing known.
    case damage(line: Int)
    case finished
  }

  /// Names without namespace prefix.
  struct Element {
    var name: String
    var attributes: [String: String]
    var line: Int
  }

  private var scanner: TextScanner
  private var emptyElement: String?

  init(_ bytes: [UInt8]) { scanner = TextScanner(bytes) }

  var line: Int { scanner.line }

  mutating func next() -> Event {
    if let name = emptyElement {
      emptyElement = nil
      return .end(name: name)
    }
    while !scanner.isAtEnd {
      if scanner.next != UInt8(ascii: "<") { return .text(characters()) }
      if scanner.isAt("<!--") {
        skip(past: "-->")
      } else if scanner.isAt("<![CDATA[") {
        skip(past: "[")
        skip(past: "[")
        let start = scanner.position
        skip(past: "]]>")
        return .text(text(scanner.bytes[start..<max(start, scanner.position - 3)]))
      } else if scanner.isAt("<?") {
        skip(past: "?>")
      } else if scanner.isAt("<!") {
        skip(past: ">")
      } else {
        return tag()
      }
    }
    return .finished
  }

  /// `<name ...>`, `<name .../>` or `</name>`.
  private mutating func tag() -> Event {
    let line = scanner.line
    scanner.advance()
    let isEnd = scanner.next == UInt8(ascii: "/")
    if isEnd { scanner.advance() }
    guard let name = name() else { return .damage(line: line) }
    var element = Element(name: name, attributes: [:], line: line)
    while true {
      scanner.skipSpace()
      switch scanner.next {
      case UInt8(ascii: ">"):
        scanner.advance()
        return isEnd ? .end(name: name) : .start(element)
      case UInt8(ascii: "/"):
        scanner.advance()
        guard scanner.next == UInt8(ascii: ">") else { return .damage(line: line) }
        scanner.advance()
        emptyElement = name
        return .start(element)
      default:
        guard let attribute = self.name(), let value = value() else { return .damage(line: line) }
        element.attributes[attribute] = value
      }
    }
  }

  /// Behind the prefix, if there is one. Nil where no name stands.
  private mutating func name() -> String? {
    let found = scanner.word(stops: "<>/=\"'")
    guard !found.isEmpty, found.count <= TextScanner.longestName else { return nil }
    return text(found.lastIndex(of: UInt8(ascii: ":")).map { found[($0 + 1)...] } ?? found)
  }

  /// `= "..."` or `= '...'`.
  private mutating func value() -> String? {
    scanner.skipSpace()
    guard scanner.next == UInt8(ascii: "=") else { return nil }
    scanner.advance()
    scanner.skipSpace()
    let mark = scanner.next
    guard mark == quote || mark == UInt8(ascii: "'") else { return nil }
    scanner.advance()
    let start = scanner.position
    while !scanner.isAtEnd && scanner.next != mark {
      // A quote that is missing must not take the rest of the file.
      guard scanner.next != UInt8(ascii: "<"), scanner.position - start < TextScanner.longestText else { return nil }
      scanner.advance()
    }
    guard !scanner.isAtEnd else { return nil }
    let found = scanner.bytes[start..<scanner.position]
    scanner.advance()
    return XMLReader.resolved(text(found))
  }

  private mutating func characters() -> String {
    let start = scanner.position
    while !scanner.isAtEnd && scanner.next != UInt8(ascii: "<") { scanner.advance() }
    return XMLReader.resolved(text(scanner.bytes[start..<scanner.position]))
  }

  private mutating func skip(past end: StaticString) {
    while !scanner.isAtEnd && !scanner.isAt(end) { scanner.advance() }
    for _ in 0..<end.utf8CodeUnitCount { scanner.advance() }
  }

  /// The five entities of XML and character references. Others stay as they stand.
  private static func resolved(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    var result = ""
    var rest = text[...]
    while let ampersand = rest.firstIndex(of: "&") {
      result += rest[..<ampersand]
      rest = rest[ampersand...]
      // None of them is longer.
      if let end = rest.prefix(12).firstIndex(of: ";"), let character = character(rest[..<end].dropFirst()) {
        result.append(character)
        rest = rest[end...].dropFirst()
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result + rest
  }

  private static func character(_ entity: Substring) -> Character? {
    switch entity {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard entity.first == "#" else { return nil }
      let digits = entity.dropFirst()
      let number = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return number.flatMap(Unicode.Scalar.init).map(Character.init)
    }
  }
}
