// Reads the table of parameters, whose text holds each value in one line.

/// The notation. A line at the margin begins a parameter: its PID, its data bytes (`1|2` where banks decide) and its
/// title. Each indented line is a value: name, place, scale and offset, unit (`-` for none), and its title; without one
/// it has the parameter's.
///
/// A place names data bytes as the standard does: `A`, `C:D` for the number in C and D, most significant first, `B.3`
/// for a bit and `B.4-7` for several, `AA` after `Z`. `-C:D` is in two's complement. `?2` behind it: only if bit 2 of
/// byte A says that the unit has the value; `!4`: not while bit 4 of byte A is set; `*`: not where all its bits are
/// set.
///
/// `1/4` is a scale, `0.1-40` a scale and an offset. `=name` in their place is a state of `OBDStates`, without a unit.
enum OBDTableReader {
  // By bytes throughout: to split a text by characters takes ten times as long.
  typealias Words = Substring.UTF8View

  /// - Parameter wanted: the one parameter to hand over; nil for all.
  static func read(_ text: String, only wanted: UInt8? = nil, _ handOver: (OBDParameter) -> Void) {
    var head: (pid: UInt8, dataBytes: Int, otherDataBytes: Int?, title: String)?
    var values: [OBDValue] = []
    func finish() {
      guard let head, !values.isEmpty else { return }
      handOver(
        OBDParameter(
          pid: head.pid, dataBytes: head.dataBytes, otherDataBytes: head.otherDataBytes, title: head.title,
          values: values))
    }
    for line in lines(text) {
      if line.first != space {
        finish()
        head = parameter(line, only: wanted)
        values = []
      } else if let head, let value = value(line, of: head.title) {
        values.append(value)
      }
    }
    finish()
  }

  static func lines(_ text: String) -> [Words] { text[...].utf8.split(separator: UInt8(ascii: "\n")) }

  /// Words between blanks; the last one holds the rest of the line.
  static func words(_ line: Words, most: Int) -> [Words] { line.split(separator: space, maxSplits: most - 1) }

  private static let space = UInt8(ascii: " ")

  /// Nil for a line that is none, and for a parameter that is not wanted.
  private static func parameter(
    _ line: Words, only wanted: UInt8?
  ) -> (pid: UInt8, dataBytes: Int, otherDataBytes: Int?, title: String)? {
    let words = words(line, most: 3)
    guard words.count == 3, let pid = UInt8(Substring(words[0]), radix: 16), pid == wanted ?? pid else { return nil }
    let lengths = words[1].split(separator: UInt8(ascii: "|")).compactMap { Int(Substring($0)) }
    guard let first = lengths.first else { return nil }
    return (pid, first, lengths.count > 1 ? lengths[1] : nil, String(Substring(words[2])))
  }

  /// Nil for a line that is none.
  private static func value(_ line: Words, of parameterTitle: String) -> OBDValue? {
    let words = words(line, most: 4)
    guard words.count >= 3, let place = Place(words[1]) else { return nil }
    var value = OBDValue(
      name: String(Substring(words[0])), title: parameterTitle, unit: "", firstByte: place.first,
      byteCount: place.byteCount, lowestBit: place.lowestBit, bitCount: place.bitCount, isSigned: place.isSigned,
      scale: 1, offset: 0, support: place.support, absence: place.absence, isAbsentAllOnes: place.isAbsentAllOnes,
      states: [])
    var title = words.count > 3 ? words[3] : nil
    if words[2].first == UInt8(ascii: "=") {
      value.states = OBDStates.named(words[2].dropFirst())
      guard !value.states.isEmpty else { return nil }
    } else {
      guard let scaling = scaling(words[2]), let rest = title else { return nil }
      (value.scale, value.offset) = scaling
      let last = self.words(rest, most: 2)
      value.unit = unit(last[0])
      title = last.count > 1 ? last[1] : nil
    }
    if let title { value.title = String(Substring(title)) }
    return value
  }

  static func unit(_ word: Words) -> String {
    word.elementsEqual("-".utf8) ? "" : String(Substring(word))
  }

  /// `100/128-100`: a scale, or a fraction, and what is added.
  static func scaling(_ word: Words) -> (scale: Double, offset: Double)? {
    let sign = word.dropFirst().lastIndex { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") } ?? word.endIndex
    let fraction = word[..<sign].split(separator: UInt8(ascii: "/")).map { Double(Substring($0)) }
    guard 1...2 ~= fraction.count, let numerator = fraction[0], let denominator = fraction.count == 2 ? fraction[1] : 1
    else { return nil }
    guard let offset = sign == word.endIndex ? 0 : Double(Substring(word[sign...])) else { return nil }
    return (numerator / denominator, offset)
  }
}

/// Where in the data bytes a value is.
private struct Place {
  var first = 0
  var byteCount = 1
  var lowestBit = 0
  var bitCount = 8
  var isSigned = false
  var support: Int?
  var absence: Int?
  var isAbsentAllOnes = false

  init?(_ text: OBDTableReader.Words) {
    var rest = text
    if rest.last == UInt8(ascii: "*") {
      isAbsentAllOnes = true
      rest = rest.dropLast()
    }
    absence = Place.bit(behind: UInt8(ascii: "!"), &rest)
    support = Place.bit(behind: UInt8(ascii: "?"), &rest)
    if rest.first == UInt8(ascii: "-") {
      isSigned = true
      rest = rest.dropFirst()
    }
    if let point = rest.firstIndex(of: UInt8(ascii: ".")) {
      let bits = rest[rest.index(after: point)...].split(separator: UInt8(ascii: "-")).compactMap { Int(Substring($0)) }
      guard let lowest = bits.first, let highest = bits.last, 0...7 ~= lowest, lowest...7 ~= highest else { return nil }
      lowestBit = lowest
      bitCount = highest - lowest + 1
      rest = rest[..<point]
    }
    let ends = rest.split(separator: UInt8(ascii: ":")).compactMap(Place.byte)
    guard let first = ends.first, let last = ends.last, 1...4 ~= last - first + 1 else { return nil }
    self.first = first
    byteCount = last - first + 1
    if byteCount > 1 { bitCount = 8 * byteCount }
  }

  /// Cuts a mark off the end, and gives the bit behind it; nil where there is none.
  private static func bit(behind mark: UInt8, _ text: inout OBDTableReader.Words) -> Int? {
    guard let place = text.lastIndex(of: mark) else { return nil }
    defer { text = text[..<place] }
    return Int(Substring(text[text.index(after: place)...]))
  }

  /// `A` is 0, `Z` 25, `AA` 26.
  private static func byte(_ name: OBDTableReader.Words) -> Int? {
    var number = 0
    for letter in name {
      guard 0x41...0x5A ~= letter else { return nil }
      number = number * 26 + Int(letter - 0x40)
    }
    return number > 0 ? number - 1 : nil
  }
}
