// What a vehicle identification number must look like, whatever protocol told it.

public import Vocabulary

/// The vehicle identification number of ISO 3779.
public enum VehicleIdentification {
  /// How many characters one has.
  public static let length = 17

  /// Whether `text` can name a vehicle: 17 characters of the standard's alphabet (digits and capital letters without I,
  /// O and Q) that are not all the same, as those of a unit whose number was never written are.
  public static func isValid(_ text: ShortText) -> Bool {
    guard text.count == length else { return false }
    var isVaried = false
    for i in 0..<length {
      guard value(of: text[i]) != nil else { return false }
      if text[i] != text[0] { isVaried = true }
    }
    return isVaried
  }

  /// Whether the ninth character is the check digit that 49 CFR 565 demands of vehicles for North America. Elsewhere
  /// the place is the maker's: false there says nothing against the number. False where `isValid` is.
  public static func hasCheckDigit(_ text: ShortText) -> Bool {
    guard isValid(text) else { return false }
    var sum = 0
    for i in 0..<length where i != 8 {
      // Weights 8...2 for the first seven, 10 for the eighth, 9...2 for those behind the check digit.
      let weight = i < 7 ? 8 - i : i == 7 ? 10 : 18 - i
      sum += weight * (value(of: text[i]) ?? 0)
    }
    let remainder = UInt8(sum % 11)
    return text[8] == (remainder == 10 ? UInt8(ascii: "X") : UInt8(ascii: "0") + remainder)
  }

  /// What a character counts in the sum of the check digit, 0...9; nil for one that is not of the alphabet.
  private static func value(of character: UInt8) -> Int? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(character - UInt8(ascii: "0"))
    case UInt8(ascii: "A")...UInt8(ascii: "H"): Int(character - UInt8(ascii: "A")) + 1
    case UInt8(ascii: "J")...UInt8(ascii: "N"): Int(character - UInt8(ascii: "J")) + 1
    case UInt8(ascii: "P"): 7
    case UInt8(ascii: "R"): 9
    case UInt8(ascii: "S")...UInt8(ascii: "Z"): Int(character - UInt8(ascii: "S")) + 2
    default: nil
    }
  }
}
