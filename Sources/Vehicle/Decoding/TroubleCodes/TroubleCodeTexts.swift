// What trouble codes mean, in plain English.

public import Vocabulary

/// Texts of the codes that SAE J2012 (ISO 15031-6) and SAE J1939 give a meaning to, in Telltale's own words. Looking
/// one up scans tables and makes strings: it is for people and documents, not for the path of frames.
public enum TroubleCodeTexts {
  /// In sentence case and without a full stop: `Misfire in cylinder 1`, `Air flow sensor A: signal too low (short
  /// circuit to ground)`, `Engine oil pressure: too low, most severe`. Nil for makers' own codes and for those unknown
  /// here.
  public static func text(of code: TroubleCode) -> String? {
    if let spn = code.spn, let fmi = code.fmi {
      guard let parameter = J1939Names.parameter(spn: spn) else { return nil }
      return parameter + ": " + J1939Names.failureMode(fmi)
    }
    guard let base = code.base, let text = text(base) else { return nil }
    guard let type = code.failureType.flatMap(failureType) else { return text }
    return text + " (" + type + ")"
  }

  /// What kind of code it is, whether or not its meaning is known: `Manufacturer's code, powertrain`.
  public static func general(_ code: TroubleCode) -> String {
    guard let base = code.base else {
      // The numbers from 520192 to 524287 are for makers to give.
      let isMakers = (520_192...524_287).contains(code.spn ?? 0)
      return (isMakers ? "Manufacturer's" : "Standard") + " code, SAE J1939"
    }
    let system =
      switch base &>> 14 {
      case 0: "powertrain"
      case 1: "chassis"
      case 2: "body"
      default: "network"
      }
    return (isManufacturers(base) ? "Manufacturer's" : "Standard") + " code, " + system
  }

  /// What the failure type byte of a code of UDS says, in lower case: `short circuit to ground`. Nil for reserved ones
  /// and for 00, which says nothing.
  public static func failureType(_ type: UInt8) -> String? { FailureTypes.text(type) }

  /// The text of the two bytes of SAE J2012, without a failure type.
  private static func text(_ base: UInt16) -> String? {
    let number = base & 0x3FFF
    switch base &>> 14 {
    case 0:
      switch number &>> 8 {
      case 0x00...0x03: return CodeTable.engine.text(number)
      case 0x04...0x06: return CodeTable.engineControl.text(number)
      case 0x07...0x09, 0x27...0x28: return CodeTable.transmission.text(number)
      case 0x0A...0x0F: return CodeTable.electricDrive.text(number)
      case 0x24...0x26: return CodeTable.auxiliary.text(number)
      default: return CodeTable.emission.text(number)
      }
    case 1: return CodeTable.chassis.text(number)
    case 2: return CodeTable.body.text(number)
    default: return CodeTable.network.text(number) ?? NetworkModules.text(number)
    }
  }

  /// Whether the maker of the vehicle gave the code its meaning. SAE J2012: the first digit is 1, or 2 but for
  /// powertrain, or 3 below P3400.
  private static func isManufacturers(_ base: UInt16) -> Bool {
    let isPowertrain = base &>> 14 == 0
    switch base &>> 12 & 3 {
    case 0: return false
    case 1: return true
    case 2: return !isPowertrain
    default: return isPowertrain && base & 0xFFF < 0x400
    }
  }
}
