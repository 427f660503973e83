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
      guard isAllowed(text[i]) else { return false }
      if text[i] != text[0] { isVaried = true }
    }
    return isVaried
  }

  /// Digits and capital letters without I, O and Q.
  private static func isAllowed(_ character: UInt8) -> Bool {
    switch character {
    case UInt8(ascii: "I"), UInt8(ascii: "O"), UInt8(ascii: "Q"): false
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    default: false
    }
  }
}
