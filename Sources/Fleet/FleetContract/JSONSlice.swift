// Reads JSON (RFC 8259) that a stranger sent: checked once as a whole, then walked by slices without copies or trees.
import Vocabulary

/// Why some bytes are no JSON that is taken here.
public enum JSONError: Error, Equatable, CustomStringConvertible, Sendable {
  case tooLarge(bytes: Int, limit: Int)
  case notUTF8
  case tooDeep(limit: Int)
  /// Not JSON from this byte on.
  case malformed(offset: Int)

  public var description: String {
    switch self {
    case .tooLarge(let bytes, let limit): "\(bytes) bytes, the limit is \(limit)"
    case .notUTF8: "not UTF-8"
    case .tooDeep(let limit): "nested deeper than \(limit) levels"
    case .malformed(let offset): "not JSON at byte \(offset)"
    }
  }
}

/// One value within a document that has been checked.
public struct JSONSlice: Sendable {
  public enum Kind: Sendable { case object, array, string, number, boolean, null }

  public static let depthLimit = 64

  private let document: [UInt8]
  private let range: Range<Int>

  /// Checks a whole document; time is linear in its size and no recursion follows its nesting.
  public init(_ document: [UInt8], limit: Int) throws(JSONError) {
    guard document.count <= limit else { throw .tooLarge(bytes: document.count, limit: limit) }
    guard String(validating: document, as: UTF8.self) != nil else { throw .notUTF8 }
    var scanner = JSONScanner(document)
    scanner.skipSpace()
    let start = scanner.position
    try scanner.skipValue(depthLimit: JSONSlice.depthLimit)
    let end = scanner.position
    scanner.skipSpace()
    guard scanner.position == document.count else { throw .malformed(offset: scanner.position) }
    self.document = document
    range = start..<end
  }

  private init(_ document: [UInt8], _ range: Range<Int>) {
    self.document = document
    self.range = range
  }

  /// The value's own text.
  public var bytes: [UInt8] { Array(document[range]) }

  public var kind: Kind {
    switch document[range.lowerBound] {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
    case UInt8(ascii: "n"): .null
    default: .number
    }
  }

  /// An object's members in their order, duplicates included; nil for anything but an object.
  public var members: [(key: String, value: JSONSlice)]? {
    guard kind == .object else { return nil }
    var found: [(key: String, value: JSONSlice)] = []
    walk { scanner in
      guard let key = JSONSlice(document, scanner.nextRange() ?? range).string else { return false }
      scanner.skipPunctuation()
      guard let value = scanner.nextRange() else { return false }
      found.append((key, JSONSlice(document, value)))
      return true
    }
    return found
  }

  /// An array's elements; nil for anything but an array.
  public var elements: [JSONSlice]? {
    guard kind == .array else { return nil }
    var found: [JSONSlice] = []
    walk { scanner in
      guard let element = scanner.nextRange() else { return false }
      found.append(JSONSlice(document, element))
      return true
    }
    return found
  }

  /// A member's value; nil when there is none or this is no object. The last one counts when a key stands twice.
  public subscript(key: String) -> JSONSlice? { members?.last { $0.key == key }?.value }

  /// A string with its escapes resolved; nil for anything but a string. Half a surrogate pair becomes U+FFFD.
  public var string: String? {
    guard kind == .string else { return nil }
    let inner = document[range.lowerBound + 1..<range.upperBound - 1]
    guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
    return unescaped(inner)
  }

  /// A whole number that fits 64 bits; nil for anything else, fractions and exponents included.
  public var int64: Int64? {
    kind == .number ? Int64(String(decoding: document[range], as: UTF8.self)) : nil
  }

  /// True or false; nil for anything else.
  public var boolean: Bool? { kind == .boolean ? document[range.lowerBound] == UInt8(ascii: "t") : nil }

  private func walk(_ item: (inout JSONScanner) -> Bool) {
    var scanner = JSONScanner(document, at: range.lowerBound + 1)
    while true {
      scanner.skipPunctuation()
      guard scanner.position < range.upperBound - 1, item(&scanner) else { return }
    }
  }
}

/// Resolves the escapes of a string's inside.
private func unescaped(_ text: ArraySlice<UInt8>) -> String {
  var units: [UInt16] = []
  var plain: [UInt8] = []
  var result = ""
  func hex(_ at: Int) -> UInt16 { text[at..<at + 4].reduce(0) { $0 << 4 | UInt16(hexDigit($1) ?? 0) } }
  func flush() {
    result += String(decoding: units, as: UTF16.self) + String(decoding: plain, as: UTF8.self)
    units.removeAll()
    plain.removeAll()
  }
  var i = text.startIndex
  while i < text.endIndex {
    if text[i] != UInt8(ascii: "\\") {
      if !units.isEmpty { flush() }
      plain.append(text[i])
      i += 1
      continue
    }
    if text[i + 1] == UInt8(ascii: "u") {
      if !plain.isEmpty { flush() }
      units.append(hex(i + 2))
      i += 6
      continue
    }
    if !units.isEmpty { flush() }
    switch text[i + 1] {
    case UInt8(ascii: "b"): plain.append(0x08)
    case UInt8(ascii: "f"): plain.append(0x0C)
    case UInt8(ascii: "n"): plain.append(0x0A)
    case UInt8(ascii: "r"): plain.append(0x0D)
    case UInt8(ascii: "t"): plain.append(0x09)
    default: plain.append(text[i + 1])
    }
    i += 2
  }
  flush()
  return result
}
