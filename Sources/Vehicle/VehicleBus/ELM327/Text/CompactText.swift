// A line in capitals without its blanks, that still knows where those stood.
import Vocabulary

struct CompactText {
  private let line: [UInt8]
  /// Of each character its place in the line.
  private var places: [Int]
  /// In capitals.
  private(set) var characters: [UInt8]

  init(_ line: [UInt8]) {
    self.line = line
    places = line.indices.filter { line[$0] != 0x20 }
    characters = places.map { capital(line[$0]) }
  }

  var isEmpty: Bool { characters.isEmpty }

  /// As it stood in the line, without blanks at both ends.
  var original: String {
    guard let first = places.first, let last = places.last else { return "" }
    return String(decoding: line[first...last], as: UTF8.self)
  }

  /// What stands before the character `end`, as digits.
  func dataLine(to end: Int) -> ELMDataLine {
    ELMDataLine(
      characters: Array(characters.prefix(end)),
      breaks: places.indices.prefix(end).dropFirst().filter { places[$0] != places[$0 - 1] + 1 })
  }

  mutating func drop(_ count: Int) {
    characters.removeFirst(count)
    places.removeFirst(count)
  }

  /// Drops dots and exclamation marks that stand before a word or behind one. A colon only before a word: in front of
  /// digits it says that the number of a line got lost.
  mutating func dropJunk() {
    drop(characters.prefix { $0 == 0x2E || $0 == 0x21 }.count)
    if characters.first == 0x3A, characters.count == 1 || hexDigit(characters[1]) == nil { drop(1) }
  }

  /// Drops `name` from the beginning if it is there.
  mutating func take(_ name: String) -> Bool {
    guard characters.starts(with: name.utf8) else { return false }
    drop(name.utf8.count)
    return true
  }

  var isHex: Bool { characters.allSatisfy(CompactText.isDigit) }

  /// Colons belong to the digits: lines of long answers are numbered `1:`.
  private static func isDigit(_ character: UInt8) -> Bool { hexDigit(character) != nil || character == 0x3A }

  /// How many digits stand before a notice; nil where it does not begin with digits, or no notice follows them.
  var endOfDigits: Int? {
    for end in characters.indices {
      if end > 0, ELMNoticeNames.canInterrupt(at: characters[end...]) { return end }
      guard CompactText.isDigit(characters[end]) else { return nil }
    }
    return nil
  }

  /// Whether the notice there says that what stands before it is damaged.
  func isDamageMark(at place: Int) -> Bool {
    switch ELMNoticeNames.notice(at: characters[place...])?.0 {
    case .dataError, .rxError: true
    default: false
    }
  }

  /// Whether these are digits among which some others got, rather than words.
  var looksLikeDigits: Bool {
    let isDecimal = { (character: UInt8) in (0x30...0x39).contains(character) }
    let beginning = characters.prefix(while: CompactText.isDigit)
    if beginning.count >= 4, beginning.contains(where: isDecimal) { return true }
    let others = characters.filter { !CompactText.isDigit($0) }.count
    return characters.count >= 4 && others * 4 <= characters.count && characters.contains(where: isDecimal)
  }

  /// `14.8V`, `12.6`, `9,87v`: at most two digits before and behind the point.
  var voltage: Double? {
    var digits = characters[...]
    if digits.last == 0x56 { digits.removeLast() }
    let parts = digits.split(omittingEmptySubsequences: false) { $0 == 0x2E || $0 == 0x2C }
    guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) }) else { return nil }
    guard digits.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2C }) else { return nil }
    let hundredths = parts[1].count == 1 ? Int(parts[1][parts[1].startIndex] & 0xF) * 10 : CompactText.number(parts[1])
    return Double(CompactText.number(parts[0]) * 100 + hundredths) / 100
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int { digits.reduce(0) { $0 * 10 + Int($1 & 0xF) } }
}
