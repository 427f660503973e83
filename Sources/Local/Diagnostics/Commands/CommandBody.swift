// The body of a command: a flat JSON object (RFC 8259) of texts and numbers, read strictly and by hand, so that the
// daemon carries no JSON reader for it.
import Vocabulary

/// Members that are taken out one by one; what is left in the end was not known.
struct CommandBody {
  enum Value: Hashable {
    case text(String)
    case number(Double)
  }

  /// What is wrong with a body.
  struct Flaw: Error, Hashable {
    var error: String
    var mend: String

    init(_ error: String, mend: String) {
      self.error = error
      self.mend = mend
    }
  }

  private(set) var members: [String: Value]
  private var known: [String] = []

  /// Reads `bytes`; none, or white space alone, is an object without members.
  init(_ bytes: [UInt8]) throws(Flaw) {
    var reader = Reader(bytes: bytes)
    members = try reader.object()
  }

  /// The member's number, nil when there is no such member.
  mutating func takeNumber(_ key: String) throws(Flaw) -> Double? {
    known.append(key)
    switch members.removeValue(forKey: key) {
    case .number(let number): return number
    case .text: throw Flaw("\"\(key)\" is a text", mend: "give a number, without quotes")
    case nil: return nil
    }
  }

  /// The member's text, nil when there is no such member.
  mutating func takeText(_ key: String) throws(Flaw) -> String? {
    known.append(key)
    switch members.removeValue(forKey: key) {
    case .text(let text): return text
    case .number: throw Flaw("\"\(key)\" is a number", mend: "give a text, in quotes")
    case nil: return nil
    }
  }

  func finish() throws(Flaw) {
    guard let unknown = members.keys.min() else { return }
    let nearest = nearestName(to: unknown, among: known).map { "did you mean \"\($0)\"?" }
    throw Flaw(
      "\"\(unknown)\" is not known here",
      mend: nearest ?? (known.isEmpty ? "send no body" : "known are: " + known.joined(separator: ", ")))
  }
}

/// Goes over the bytes once; each function leaves `position` behind what it has read.
private struct Reader {
  let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func object() throws(CommandBody.Flaw) -> [String: CommandBody.Value] {
    var members: [String: CommandBody.Value] = [:]
    skipSpace()
    guard next != nil else { return members }
    try expect(UInt8(ascii: "{"), "an object that begins with {")
    skipSpace()
    if next == UInt8(ascii: "}") {
      position += 1
    } else {
      repeat {
        skipSpace()
        let key = try text()
        guard members[key] == nil else { throw flaw("\"\(key)\" only once") }
        skipSpace()
        try expect(UInt8(ascii: ":"), "a colon")
        skipSpace()
        members[key] = try value()
        skipSpace()
      } while try !closes()
    }
    skipSpace()
    guard next == nil else { throw flaw("nothing behind the object") }
    return members
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// After a member: true for }, false for a comma.
  private mutating func closes() throws(CommandBody.Flaw) -> Bool {
    if next == UInt8(ascii: ",") {
      position += 1
      return false
    }
    try expect(UInt8(ascii: "}"), "a comma or }")
    return true
  }

  private mutating func value() throws(CommandBody.Flaw) -> CommandBody.Value {
    switch next {
    case UInt8(ascii: "\""): .text(try text())
    case let byte? where byte == UInt8(ascii: "-") || isDigit(byte): .number(try number())
    default: throw flaw("a text or a number")
    }
  }

  private mutating func number() throws(CommandBody.Flaw) -> Double {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    // A number has no leading zeros.
    if next == UInt8(ascii: "0") { position += 1 } else { try digits() }
    if next == UInt8(ascii: ".") {
      position += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    guard let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)), number.isFinite else {
      throw flaw("a number below 1e308")
    }
    return number
  }

  private mutating func digits() throws(CommandBody.Flaw) {
    let start = position
    while let byte = next, isDigit(byte) { position += 1 }
    guard position > start else { throw flaw("a digit") }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private mutating func text() throws(CommandBody.Flaw) -> String {
    try expect(UInt8(ascii: "\""), "a text in quotes")
    var content: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else { throw flaw("UTF-8 in the text before") }
        position += 1
        return text
      case UInt8(ascii: "\\"):
        position += 1
        content += Array(String(try escaped()).utf8)
      case 0..<0x20:
        throw flaw("no control character in a text")
      default:
        content.append(byte)
        position += 1
      }
    }
    throw flaw("a closing quote")
  }

  /// What stands behind a backslash.
  private mutating func escaped() throws(CommandBody.Flaw) -> Unicode.Scalar {
    let plain: Unicode.Scalar? =
      switch next {
      case UInt8(ascii: "\""): "\""
      case UInt8(ascii: "\\"): "\\"
      case UInt8(ascii: "/"): "/"
      case UInt8(ascii: "b"): "\u{8}"
      case UInt8(ascii: "f"): "\u{C}"
      case UInt8(ascii: "n"): "\n"
      case UInt8(ascii: "r"): "\r"
      case UInt8(ascii: "t"): "\t"
      default: nil
      }
    if let plain {
      position += 1
      return plain
    }
    var code = try codeUnit()
    if (0xD800..<0xDC00).contains(code) {
      // The upper half of a pair: the lower one must follow.
      try expect(UInt8(ascii: "\\"), "the second half of a surrogate pair")
      let low = try codeUnit()
      guard (0xDC00..<0xE000).contains(low) else { throw flaw("the second half of a surrogate pair") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw flaw("a character of Unicode") }
    return scalar
  }

  /// `u` and four hexadecimal digits.
  private mutating func codeUnit() throws(CommandBody.Flaw) -> UInt32 {
    try expect(UInt8(ascii: "u"), "an escape of JSON")
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = next.flatMap({ hexDigit($0) }) else { throw flaw("four hexadecimal digits") }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }

  private mutating func expect(_ byte: UInt8, _ what: String) throws(CommandBody.Flaw) {
    guard next == byte else { throw flaw(what) }
    position += 1
  }

  private func flaw(_ wanted: String) -> CommandBody.Flaw {
    let place = position < bytes.count ? "at byte \(position + 1)" : "at its end"
    return CommandBody.Flaw(
      "the body is not as expected \(place): wanted \(wanted)",
      mend: "send an object of texts and numbers, such as {\"seconds\": 600}")
  }
}
