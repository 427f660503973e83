// What a trouble code's number says: the system that it belongs to, and how much that system matters.
import Vocabulary

/// Systems of SAE J2012 (ISO 15031-6), as far as the first digits of a code tell them.
enum TroubleCodeGroup: UInt8, CaseIterable {
  /// P00xx to P02xx.
  case fuelAndAir = 0
  /// P03xx.
  case ignition = 1
  /// P04xx.
  case exhaustTreatment = 2
  /// P05xx.
  case speedAndIdle = 3
  /// P06xx.
  case controlUnit = 4
  /// P07xx to P09xx.
  case transmission = 5
  /// P0Axx to P0Fxx.
  case hybrid = 6
  /// P1xxx and P30xx to P33xx: the maker's own.
  case makerPowertrain = 7
  /// P2xxx and P34xx on.
  case morePowertrain = 8
  /// C0xxx.
  case chassis = 9
  /// C1xxx to C3xxx.
  case makerChassis = 10
  /// B00xx.
  case restraints = 11
  /// Other B.
  case body = 12
  /// U.
  case network = 13
  /// SAE J1939 with the red stop lamp.
  case stopping = 14
  /// Other codes of SAE J1939: its numbers tell no system.
  case suspectParameter = 15

  init(_ code: TroubleCode, _ lamps: WarningLamps?) {
    guard let base = code.base else {
      self = lamps.isStop ? .stopping : .suspectParameter
      return
    }
    let digits = base & 0x3FFF
    switch base &>> 14 {
    case 0:
      switch digits {
      case 0x0000..<0x0300: self = .fuelAndAir
      case 0x0300..<0x0400: self = .ignition
      case 0x0400..<0x0500: self = .exhaustTreatment
      case 0x0500..<0x0600: self = .speedAndIdle
      case 0x0600..<0x0700: self = .controlUnit
      case 0x0700..<0x0A00: self = .transmission
      case 0x0A00..<0x1000: self = .hybrid
      case 0x1000..<0x2000, 0x3000..<0x3400: self = .makerPowertrain
      default: self = .morePowertrain
      }
    case 1: self = digits < 0x1000 ? .chassis : .makerChassis
    case 2: self = digits < 0x0100 ? .restraints : .body
    default: self = .network
    }
  }
}

/// What a trouble code is about.
enum TroubleCodeSeverity {
  case safety
  /// The drive as well: what makes the malfunction lamp shine.
  case emissions
  case comfort

  /// - Parameter lamps: that came with the list; for J1939, whose numbers tell no system, all that there is to go by.
  init(_ code: TroubleCode, _ lamps: WarningLamps?) {
    guard let base = code.base else {
      let isComfort = lamps.map { !$0[.malfunction].isOn && !$0[.amberWarning].isOn } ?? false
      self = lamps.isStop ? .safety : isComfort ? .comfort : .emissions
      return
    }
    let digits = base & 0x3FFF
    switch base &>> 14 {
    case 0: self = TroubleCodeSeverity.ofPowertrain(digits)
    // Brakes, stability, steering, suspension.
    case 1: self = .safety
    // Airbags and belts; doors, seats and the rest.
    case 2: self = digits < 0x0100 ? .safety : .comfort
    default: self = TroubleCodeSeverity.ofNetwork(digits)
    }
  }

  private static func ofPowertrain(_ digits: UInt16) -> TroubleCodeSeverity {
    switch digits {
    // Engine or transmission too hot, engine overspeed, oil pressure, brake switch.
    case 0x0217...0x0219, 0x0520...0x0524, 0x0571...0x0573: .safety
    // Throttle and pedal disagree.
    case 0x2135...0x2140: .safety
    // High voltage.
    case 0x0A00..<0x0E00: .safety
    // Air conditioning.
    case 0x0530...0x0534, 0x0645...0x0648: .comfort
    default: .emissions
    }
  }

  private static func ofNetwork(_ digits: UInt16) -> TroubleCodeSeverity {
    switch digits {
    // Communication lost with brakes, stability, steering, restraints.
    case 0x0121...0x0123, 0x0125...0x0126, 0x0128...0x0131, 0x0151...0x0154: .safety
    // The bus itself; engine, transmission and other units of the powertrain.
    case 0x0000...0x011F: .emissions
    default: .comfort
    }
  }
}

extension WarningLamps.State? {
  fileprivate var isOn: Bool { self != nil && self != .off }
}

extension WarningLamps? {
  fileprivate var isStop: Bool { self.map { $0[.redStop].isOn } ?? false }
}
