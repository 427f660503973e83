// What people call the monitors, tests and counters of services 06 and 09 (SAE J1979-DA), in our own words.

public import Vocabulary

public enum OBDNames {
  /// What an on-board monitor (OBDMID) watches; nil for a reserved one.
  public static func monitor(_ identifier: UInt8) -> String? {
    switch identifier {
    case 0x01...0x10, 0x41...0x50:
      let kind = identifier < 0x41 ? "Exhaust gas sensor" : "Exhaust gas sensor heater"
      let index = (identifier & 0x1F) - 1
      return "\(kind), bank \(index / 4 + 1) sensor \(index % 4 + 1)"
    case 0x11, 0x12: return "Exhaust gas sensor, bank \(identifier - 0x10) sensor 5"
    case 0x51, 0x52: return "Exhaust gas sensor heater, bank \(identifier - 0x50) sensor 5"
    case 0x21...0x24: return "Catalyst, bank \(identifier - 0x20)"
    case 0x31...0x34: return "Exhaust gas recirculation, bank \(identifier - 0x30)"
    case 0x35...0x38: return "Variable valve timing, bank \(identifier - 0x34)"
    case 0x39: return "Evaporative system, cap off or leak of 3.8 mm"
    case 0x3A: return "Evaporative system, leak of 2.3 mm"
    case 0x3B: return "Evaporative system, leak of 1.0 mm"
    case 0x3C: return "Evaporative system, leak of 0.5 mm"
    case 0x3D: return "Purge flow"
    case 0x61...0x64: return "Heated catalyst, bank \(identifier - 0x60)"
    case 0x71...0x74: return "Secondary air \(identifier - 0x70)"
    case 0x81...0x84: return "Fuel system, bank \(identifier - 0x80)"
    case 0x85, 0x86: return "Boost pressure control, bank \(identifier - 0x84)"
    case 0x90, 0x91: return "Nitrogen oxide adsorber, bank \(identifier - 0x8F)"
    case 0x98, 0x99: return "Nitrogen oxide catalyst, bank \(identifier - 0x97)"
    case 0xA1: return "Misfire in general"
    case 0xA2...0xB1: return "Misfire of cylinder \(identifier - 0xA1)"
    case 0xB2, 0xB3: return "Particulate filter, bank \(identifier - 0xB1)"
    case 0xE1...0xFF: return "Monitor of the maker's own"
    default: return nil
    }
  }

  /// What a test (TID) of a monitor measures; nil for a reserved one.
  public static func test(_ identifier: UInt8) -> String? {
    switch identifier {
    case 0x01: "Threshold voltage from rich to lean"
    case 0x02: "Threshold voltage from lean to rich"
    case 0x03: "Low voltage for the switching time"
    case 0x04: "High voltage for the switching time"
    case 0x05: "Switching time from rich to lean"
    case 0x06: "Switching time from lean to rich"
    case 0x07: "Lowest voltage in the test"
    case 0x08: "Highest voltage in the test"
    case 0x09: "Time between two transitions"
    case 0x0A: "Period of the sensor"
    case 0x0B: "Misfires, average of the last ten driving cycles"
    case 0x0C: "Misfires in this or the last driving cycle"
    case 0x80...0xFE: "Test of the maker's own"
    default: nil
    }
  }

  /// What counter `index` of in-use performance tracking counts (service 09, 08 for spark and 0B for compression
  /// ignition); nil beyond those that are known.
  public static func performance(_ index: UInt8, isCompressionIgnition: Bool) -> String? {
    switch index {
    case 0: return "Times that the conditions for OBD were met"
    case 1: return "Ignition cycles"
    default:
      let monitors = isCompressionIgnition ? compression : spark
      let monitor = Int(index / 2) - 1
      guard monitor < monitors.count else { return nil }
      return monitors[monitor] + (index % 2 == 0 ? ", completed" : ", conditions met")
    }
  }

  /// The control unit that by ISO 15765-4 answers on an identifier; nil where the standard leaves it to the maker.
  public static func controlUnit(answersOn id: CANID) -> String? {
    switch id.key {
    case 0x7E8, 0x98DA_F110: "Engine"
    case 0x7E9, 0x98DA_F118: "Transmission"
    default: nil
    }
  }

  private static let spark = [
    "Catalyst, bank 1", "Catalyst, bank 2", "Oxygen sensor, bank 1", "Oxygen sensor, bank 2",
    "Exhaust gas recirculation or valve timing", "Secondary air", "Evaporative system",
    "Second oxygen sensor, bank 1", "Second oxygen sensor, bank 2", "Air-fuel imbalance, bank 1",
    "Air-fuel imbalance, bank 2", "Particulate filter, bank 1", "Particulate filter, bank 2",
  ]

  private static let compression = [
    "Hydrocarbon catalyst", "Nitrogen oxide catalyst", "Nitrogen oxide adsorber", "Particulate filter",
    "Exhaust gas sensor", "Exhaust gas recirculation or valve timing", "Boost pressure", "Fuel system",
  ]
}
