// Texts by number, kept as one text so that they cost neither compile time nor memory until somebody looks.

/// Lines of a number and its text, in ascending order: `110 Engine coolant temperature`. A line may stand for several
/// numbers, `651-674 Injector, cylinder #`: the sign is replaced by 1 for the first of them, 2 for the second and so
/// on, or counted from another number, `2000-2255=0 Control unit at address #`.
struct NumberedTexts {
  var lines: String

  /// Nil where no line has the number. Reads the lines from the first on, some ten microseconds for a thousand of them:
  /// for people, not for each frame.
  subscript(number: UInt32) -> String? {
    let bytes = lines.utf8.span
    var start = 0
    while start < bytes.count {
      let line = Line(bytes, from: start)
      start = line.end + 1
      guard let numbers = line.numbers else { continue }
      if number < numbers.first { return nil }
      if number <= numbers.last { return text(bytes, of: line, number: numbers.start &+ (number - numbers.first)) }
    }
    return nil
  }

  private func text(_ bytes: Span<UInt8>, of line: Line, number: UInt32) -> String {
    var text = ""
    for i in line.text..<line.end {
      if bytes[i] == UInt8(ascii: "#") {
        text += String(number)
      } else {
        text.unicodeScalars.append(Unicode.Scalar(bytes[i]))
      }
    }
    return text
  }

  /// One line of the text.
  struct Line {
    /// The numbers that it is for, and what replaces the sign of the first one's text; nil where it does not begin with
    /// `NUMBER`, `NUMBER-NUMBER` or `NUMBER-NUMBER=NUMBER` and a blank.
    var numbers: (first: UInt32, last: UInt32, start: UInt32)?
    /// Where its text begins.
    var text: Int
    /// Where its line feed is, or the end of all.
    var end: Int

    init(_ bytes: Span<UInt8>, from start: Int) {
      text = start
      let first = Line.number(bytes, &text)
      var (last, sign) = (first, UInt32(1) as UInt32?)
      if Line.skip("-", bytes, &text) {
        last = Line.number(bytes, &text)
        if Line.skip("=", bytes, &text) { sign = Line.number(bytes, &text) }
      }
      if Line.skip(" ", bytes, &text), let first, let last, let sign, first <= last { numbers = (first, last, sign) }
      end = text
      while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    }

    private static func number(_ bytes: Span<UInt8>, _ i: inout Int) -> UInt32? {
      let start = i
      var number: UInt32 = 0
      while i < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[i] {
        number = number &* 10 &+ UInt32(bytes[i] - UInt8(ascii: "0"))
        i += 1
      }
      return i > start ? number : nil
    }

    private static func skip(_ sign: Unicode.Scalar, _ bytes: Span<UInt8>, _ i: inout Int) -> Bool {
      guard i < bytes.count, bytes[i] == UInt8(ascii: sign) else { return false }
      i += 1
      return true
    }
  }
}
