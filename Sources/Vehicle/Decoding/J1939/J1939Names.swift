// What the numbers of J1939 are called, for people; the wording is this project's own.

/// Names for suspect parameters, failure modes, control units and their functions.
public enum J1939Names {
  /// What is wrong with a parameter, in lower case, to stand behind the parameter's name.
  /// - Parameter fmi: failure mode identifier of SAE J1939-73, 0...31; higher bits are dropped.
  public static func failureMode(_ fmi: UInt8) -> String {
    switch fmi & 0x1F {
    case 0: "too high, most severe"
    case 1: "too low, most severe"
    case 2: "erratic, intermittent or wrong"
    case 3: "voltage too high or shorted to supply"
    case 4: "voltage too low or shorted to ground"
    case 5: "current too low or circuit open"
    case 6: "current too high or circuit grounded"
    case 7: "mechanism does not respond or is out of adjustment"
    case 8: "abnormal frequency, pulse width or period"
    case 9: "abnormal update rate"
    case 10: "abnormal rate of change"
    case 11: "cause unknown"
    case 12: "device or component failed"
    case 13: "out of calibration"
    case 14: "see the maker's instructions"
    case 15: "too high, least severe"
    case 16: "too high, moderately severe"
    case 17: "too low, least severe"
    case 18: "too low, moderately severe"
    case 19: "received data in error"
    case 20: "drifted high"
    case 21: "drifted low"
    case 31: "condition exists"
    case let reserved: "reserved failure mode \(reserved)"
    }
  }

  /// A suspect parameter of SAE J1939-71 and -73; nil for those that are seldom reported and for makers' own.
  public static func parameter(spn: UInt32) -> String? {
    for table in [engine, aftertreatment, vehicle] {
      if let text = table[spn] { return text }
    }
    return nil
  }

  /// VSS unit identifier of a value that a freeze frame of DM4 holds; nil for a state and for any other parameter.
  public static func unit(spn: UInt32) -> String? {
    switch spn {
    case 84: "km/h"
    case 92: "percent"
    case 102: "kPa"
    case 110: "celsius"
    case 190: "rpm"
    default: nil
    }
  }

  /// The control unit that prefers a source address, where each industry has the same: 0...91 and 248...253.
  public static func controlUnit(address: UInt8) -> String? { addresses[UInt32(address)] }

  /// What a control unit does by its NAME; nil from 128 on, where each industry has its own.
  /// - Parameter function: as `J1939Name.function`.
  public static func function(_ function: UInt8) -> String? { functions[UInt32(function)] }
}
