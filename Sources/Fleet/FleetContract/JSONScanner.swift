// Goes over JSON text value by value: the grammar of RFC 8259, with a counter in place of recursion.
import Vocabulary

struct JSONScanner {
  private let text: [UInt8]
  private(set) var position: Int

  init(_ text: [UInt8], at position: Int = 0) {
    self.text = text
    self.position = position
  }

  private var next: UInt8? { position < text.count ? text[position] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  /// Space, commas and colons, for text that has been checked.
  mutating func skipPunctuation() {
    while let byte = next, byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") { position += 1 }
  }

  /// The range of the value that begins here, for text that has been checked.
  mutating func nextRange() -> Range<Int>? {
    let start = position
    do throws(JSONError) { try skipValue(depthLimit: JSONSlice.depthLimit) } catch { return nil }
    return start..<position
  }

  /// Goes behind the value that begins here.
  mutating func skipValue(depthLimit: Int) throws(JSONError) {
    // Bit n tells whether level n is an object; 64 levels fit a word.
    var kinds: UInt64 = 0
    var depth = 0
    while true {
      // One value, or the opening of one.
      skipSpace()
      switch next {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        let isObject = next == UInt8(ascii: "{")
        guard depth < min(depthLimit, 64) else { throw .tooDeep(limit: depthLimit) }
        kinds = isObject ? kinds | 1 << UInt64(depth) : kinds & ~(1 << UInt64(depth))
        depth += 1
        position += 1
        skipSpace()
        if next == UInt8(ascii: isObject ? "}" : "]") {
          position += 1
          depth -= 1
        } else {
          if isObject { try skipKey() }
          continue
        }
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: "t"): try skipWord("true")
      case UInt8(ascii: "f"): try skipWord("false")
      case UInt8(ascii: "n"): try skipWord("null")
      default: try skipNumber()
      }
      // Behind a value: close levels until one goes on.
      while true {
        if depth == 0 { return }
        let isObject = kinds >> UInt64(depth - 1) & 1 == 1
        skipSpace()
        if next == UInt8(ascii: ",") {
          position += 1
          if isObject {
            skipSpace()
            try skipKey()
          }
          break
        }
        guard next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { throw .malformed(offset: position) }
        position += 1
        depth -= 1
      }
    }
  }

  private mutating func skipKey() throws(JSONError) {
    guard next == UInt8(ascii: "\"") else { throw .malformed(offset: position) }
    try skipString()
    skipSpace()
    guard next == UInt8(ascii: ":") else { throw .malformed(offset: position) }
    position += 1
  }

  private mutating func skipString() throws(JSONError) {
    position += 1
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"):
        position += 1
        switch next {
        case UInt8(ascii: "u"):
          guard position + 4 < text.count, text[position + 1...position + 4].allSatisfy({ hexDigit($0) != nil }) else {
            throw .malformed(offset: position)
          }
          position += 5
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
          UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
          position += 1
        default: throw .malformed(offset: position)
        }
      case 0..<0x20: throw .malformed(offset: position)
      default: position += 1
      }
    }
    throw .malformed(offset: position)
  }

  private mutating func skipWord(_ word: StaticString) throws(JSONError) {
    let length = word.utf8CodeUnitCount
    let matches = word.withUTF8Buffer { text.count - position >= length && text[position...].starts(with: $0) }
    guard matches else { throw .malformed(offset: position) }
    position += length
  }

  private mutating func skipNumber() throws(JSONError) {
    if next == UInt8(ascii: "-") { position += 1 }
    if next == UInt8(ascii: "0") { position += 1 } else { try skipDigits() }
    if next == UInt8(ascii: ".") {
      position += 1
      try skipDigits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      try skipDigits()
    }
  }

  private mutating func skipDigits() throws(JSONError) {
    let start = position
    while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
    guard position > start else { throw .malformed(offset: position) }
  }
}
