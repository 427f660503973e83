// A number as people and loggers write it: decimal commas, grouped digits, a unit glued to it.

/// What one field of a table says.
public enum MeasuredNumber: Equatable, Sendable {
  case value(Double)
  /// Nothing was measured: empty, or one of the words for that.
  case missing
  /// Something that is no number, such as a date or a name.
  case text

  public init(_ field: ArraySlice<UInt8>) {
    if field.isEmpty || Self.wordsForNothing.contains(String(decoding: field, as: UTF8.self).lowercased()) {
      self = .missing
    } else {
      self = Self.number(in: field).map { .value($0) } ?? .text
    }
  }

  private static let wordsForNothing: Set<String> = ["na", "n/a", "nan", "null", "none", "-", "--", "–", "?"]

  private static func number(in field: ArraySlice<UInt8>) -> Double? {
    // Most fields are plain, and this is the quick way.
    if field.allSatisfy(isPlain), let plain = Double(String(decoding: field, as: UTF8.self)) {
      return abs(plain) < largest ? plain : nil
    }
    var end = field.startIndex
    var marks: [(byte: UInt8, index: Int)] = []
    var text = ""
    func isDigit(_ i: Int) -> Bool { i < field.endIndex && 0x30...0x39 ~= field[i] }
    func isSign(_ i: Int) -> Bool {
      i < field.endIndex && (field[i] == UInt8(ascii: "-") || field[i] == UInt8(ascii: "+"))
    }
    if isSign(end) { end += 1 }
    let digits = end
    while end < field.endIndex {
      let isMark = field[end] == UInt8(ascii: ".") || field[end] == UInt8(ascii: ",")
      guard isDigit(end) || isMark else { break }
      if isMark { marks.append((field[end], end)) }
      end += 1
    }
    guard field[digits..<end].contains(where: { 0x30...0x39 ~= $0 }) else { return nil }
    // The last mark is the decimal one unless the same one stands there twice: then all group digits, by three.
    let isGroupingOnly = marks.count > 1 && marks.allSatisfy { $0.byte == marks[0].byte }
    let decimal = isGroupingOnly ? nil : marks.last?.index
    let groups = isGroupingOnly ? marks[...] : marks.dropLast()
    let ends = marks.dropFirst().map(\.index) + [end]
    guard zip(groups, ends).allSatisfy({ $0.byte == marks[0].byte && $1 - $0.index == 4 }),
      isGroupingOnly || groups.allSatisfy({ $0.byte != marks.last?.byte })
    else { return nil }
    for i in field.startIndex..<end {
      if i == decimal {
        text += "."
      } else if !marks.contains(where: { $0.index == i }) {
        text.unicodeScalars.append(Unicode.Scalar(field[i]))
      }
    }
    if end < field.endIndex, field[end] | 0x20 == UInt8(ascii: "e") {
      let power = end + 1 + (isSign(end + 1) ? 1 : 0)
      if isDigit(power) {
        var last = power
        while isDigit(last) { last += 1 }
        text += String(decoding: field[end..<last], as: UTF8.self)
        end = last
      }
    }
    if text.hasSuffix(".") { text.removeLast() }
    guard isUnit(field[end...]), let number = Double(text), abs(number) < largest else { return nil }
    return number
  }

  /// Nothing that wears is measured in larger numbers, and sums of squares of these are finite.
  private static let largest = 1e100

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"): true
    default: byte | 0x20 == UInt8(ascii: "e")
    }
  }

  /// Whether what follows a number is nothing or its unit, and not the rest of a date, a time or a part number. Digits
  /// in units are powers.
  private static func isUnit(_ rest: ArraySlice<UInt8>) -> Bool {
    guard let first = rest.first(where: { $0 != 0x20 }) else { return true }
    let isLetter = 0x61...0x7A ~= first | 0x20
    return (isLetter || first == UInt8(ascii: "%") || first >= 0x80)
      && !rest.dropLast().contains { 0x30...0x39 ~= $0 }
  }
}
