// Trouble codes as people write them.

public import Vocabulary

extension TroubleCode {
  /// Reads what `name` writes: `P0301`, `P0301-1C`, `SPN 110 FMI 0`. Small letters will do, and in a code of J1939
  /// there may be blanks, dashes or nothing between its parts: `SPN110-FMI0`. Nil for anything else, and for numbers
  /// beyond the 19 bits of an SPN and the 5 of an FMI.
  public init?(name: String) {
    let text = name.uppercased()
    if text.hasPrefix("SPN") {
      self.init(parameter: text.utf8.dropFirst(3))
    } else {
      self.init(digits: Array(text.utf8))
    }
  }

  /// ` 110 FMI 0`
  private init?(parameter text: Substring.UTF8View) {
    var rest = text
    guard let spn = TroubleCode.number(&rest), rest.starts(with: "FMI".utf8) else { return nil }
    rest = rest.dropFirst(3)
    guard let fmi = TroubleCode.number(&rest), rest.isEmpty, spn <= 0x7FFFF, fmi <= 0x1F else { return nil }
    self.init(spn: spn, fmi: UInt8(fmi))
  }

  /// A decimal number of at most six digits with blanks and dashes before and behind it.
  private static func number(_ text: inout Substring.UTF8View) -> UInt32? {
    let isSeparator = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") }
    text = text.drop(while: isSeparator)
    let digits = text.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard digits.count <= 6, let value = UInt32(Substring(digits)) else { return nil }
    text = text.dropFirst(digits.count).drop(while: isSeparator)
    return value
  }

  /// `P0301` or `P0301-1C`
  private init?(digits text: [UInt8]) {
    guard text.count == 5 || text.count == 8 && text[5] == UInt8(ascii: "-") else { return nil }
    let system: UInt32
    switch text[0] {
    case UInt8(ascii: "P"): system = 0
    case UInt8(ascii: "C"): system = 1
    case UInt8(ascii: "B"): system = 2
    case UInt8(ascii: "U"): system = 3
    default: return nil
    }
    guard let base = TroubleCode.hexadecimalNumber(text[1..<5]), base <= 0x3FFF else { return nil }
    if text.count == 5 {
      self.init(obd: UInt16(system &<< 14 | base))
    } else {
      guard let type = TroubleCode.hexadecimalNumber(text[6..<8]) else { return nil }
      self.init(uds: system &<< 22 | base &<< 8 | type)
    }
  }

  private static func hexadecimalNumber(_ digits: ArraySlice<UInt8>) -> UInt32? {
    var value: UInt32 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value &<< 4 | UInt32(digit - UInt8(ascii: "0"))
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value &<< 4 | UInt32(digit - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return value
  }
}
