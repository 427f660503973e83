// The compact form that texts of trouble codes are held in, and how one is looked up in it.

/// Texts of trouble codes as lines of `first[*from-to] faults subject`.
///
/// `first` is the four digits of the first code. Each character of `faults` is one code, counted from `first` on, and
/// names a phrase that follows the subject. With `*from-to` the whole list of faults comes again for each number, or
/// letter, from...to, which takes the place of `#` in the subject: `0261*1-12 LHb Cylinder # injector` is 36 codes. SAE
/// J2012 gave its first codes decimal numbers and later ones hexadecimal: codes count decimally unless `first` has a
/// digit A...F. The lines ascend by `first`, and none spans 256 codes.
///
/// A lookup scans the lines: it is done when a person asks, and a table of its own for each code would cost memory
/// always.
struct CodeTable: Sendable {
  private let lines: String

  init(_ lines: String) { self.lines = lines }

  /// The text of a code without its letter, or nil where the table has none.
  func text(_ number: UInt16) -> String? {
    for line in lines.utf8.split(separator: UInt8(ascii: "\n")).lazy.map(Substring.init) {
      guard let first = UInt16(line.prefix(4), radix: 16), first <= number else { return nil }
      // Not worth taking apart: no line has as many codes.
      guard number - first < 0x100 else { continue }
      if let family = Family(line, first: first), let text = family.text(number) { return text }
    }
    return nil
  }

  /// One line of the table.
  private struct Family {
    let first: UInt16
    let isDecimal: Bool
    /// What takes the place of `#`, from...to: a number, or an ASCII letter.
    let placed: ClosedRange<Int>
    let isLettered: Bool
    let faults: Substring.UTF8View
    let subject: Substring

    /// Nil for a line that is not of the form.
    init?(_ line: Substring, first: UInt16) {
      let parts = line.split(separator: " ", maxSplits: 2)
      guard parts.count == 3 else { return nil }
      self.first = first
      isDecimal = parts[0].prefix(4).utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      let bounds = parts[0].dropFirst(5).split(separator: "-")
      if bounds.count != 2 {
        placed = 0...0
        isLettered = false
      } else if let from = Int(bounds[0]), let to = Int(bounds[1]), from <= to {
        placed = from...to
        isLettered = false
      } else {
        guard let from = bounds[0].utf8.first, let to = bounds[1].utf8.first, from <= to else { return nil }
        placed = Int(from)...Int(to)
        isLettered = true
      }
      faults = parts[1].utf8
      subject = parts[2]
    }

    /// The text of a code that is not below the first.
    func text(_ number: UInt16) -> String? {
      guard let index = isDecimal ? decimalDistance(to: number) : Int(number - first) else { return nil }
      let repetition = index / faults.count
      guard repetition < placed.count else { return nil }
      let fault = faults[faults.index(faults.startIndex, offsetBy: index % faults.count)]
      let place = placed.lowerBound + repetition
      var text = ""
      for character in subject.unicodeScalars {
        if character != "#" {
          text.unicodeScalars.append(character)
        } else if isLettered {
          text.unicodeScalars.append(Unicode.Scalar(UInt8(place)))
        } else {
          text += String(place)
        }
      }
      let phrase = CodeTable.phrase(fault)
      return phrase.isEmpty ? text : text + ": " + phrase
    }

    /// How many codes `number` lies behind `first` where only those with decimal digits count; nil for another.
    private func decimalDistance(to number: UInt16) -> Int? {
      guard let number = Int(String(number, radix: 16)), let first = Int(String(first, radix: 16)) else { return nil }
      return number - first
    }
  }

  /// What a character among the faults of a line says; empty where the subject says it all.
  private static func phrase(_ fault: UInt8) -> String {
    switch Character(Unicode.Scalar(fault)) {
    // A signal.
    case "c": "circuit fault"
    case "r": "signal implausible"
    case "l": "signal too low"
    case "h": "signal too high"
    case "i": "signal intermittent"
    case "n": "no signal"
    case "k": "do not agree"
    case "8": "implausibly low"
    case "9": "implausibly high"
    case "j": "responds too slowly"
    case "a": "slow from rich to lean"
    case "g": "slow from lean to rich"
    case "y": "late from rich to lean"
    case "Y": "late from lean to rich"
    case "1": "stuck lean"
    case "2": "stuck rich"
    case "U": "too many pulses"
    case "W": "too few pulses"
    case "V": "lower end stop not as expected"
    case "^": "upper end stop not as expected"
    // Something that is controlled.
    case "C": "control circuit fault"
    case "O": "control circuit open or faulty"
    case "L": "control voltage too low"
    case "H": "control voltage too high"
    case "I": "control circuit intermittent"
    case "P": "not as demanded"
    case "R": "does not perform as expected"
    case "T": "weak or stuck off"
    case "S": "stuck on"
    case "p": "stuck off"
    case "K": "stuck"
    case "s": "stuck open"
    case "t": "stuck closed"
    case "E": "electrical fault"
    case "A": "too far advanced"
    case "D": "too far retarded"
    case "F": "flow restricted"
    case "G": "leaks"
    case "&": "driver current or temperature too high"
    case "3": "primary control voltage too low"
    case "4": "primary control voltage too high"
    case "5": "secondary circuit fault"
    case "(": "exhaust valve circuit open"
    case ")": "exhaust valve not as demanded"
    case "{": "exhaust valve voltage too low"
    case "}": "exhaust valve voltage too high"
    // A line or a supply.
    case "x": "circuit open"
    case "B": "short circuit"
    case "v": "voltage too low"
    case "w": "voltage too high"
    case "J": "intermittent"
    case "6": "(+) line open"
    case "7": "(+) line too low"
    case "0": "(+) line too high"
    case "~": "(-) line open"
    case "<": "(-) line too low"
    case ">": "(-) line too high"
    case "=": "(+) and (-) lines shorted together"
    // A quantity or a function.
    case "f": "fault"
    case "[": "too low"
    case "]": "too high"
    case "u": "unstable"
    case "d": "too hot"
    case "q": "efficiency too low"
    case "Q": "overspeed"
    case "b": "uneven power contribution"
    case "e": "not learned"
    case "m": "learning at its limit"
    case "M": "fuel trim at its upper limit"
    case "N": "fuel trim at its lower limit"
    case "X": "offset learning at its lower limit"
    case "Z": "offset learning at its upper limit"
    default: ""
    }
  }
}
