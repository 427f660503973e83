// What a vehicle speaks at its diagnostic plug, as an ELM327 counts it.

/// The nine protocols of OBD-II and SAE J1939, by the digit of `ATSP`.
public enum OBDProtocol: UInt8, CaseIterable, Sendable {
  case j1850PWM = 1
  case j1850VPW = 2
  case iso9141 = 3
  case kwpSlowInit = 4
  case kwpFastInit = 5
  case can11at500 = 6
  case can29at500 = 7
  case can11at250 = 8
  case can29at250 = 9
  /// Its traffic only: simulated trucks answer no requests behind an adapter.
  case j1939 = 10

  /// `1`...`9`, `A`.
  public init?(digit: UInt8) {
    switch digit {
    case 0x31...0x39: self.init(rawValue: digit - 0x30)
    case 0x41, 0x61: self = .j1939
    default: return nil
    }
  }

  public var digit: UInt8 { rawValue < 10 ? 0x30 + rawValue : 0x37 + rawValue }
  public var isCAN: Bool { rawValue >= 6 }
  public var isExtended: Bool { self == .can29at500 || self == .can29at250 || self == .j1939 }

  var isJ1850: Bool { rawValue <= 2 }
  /// One wire, which has to be woken: ISO 9141-2 and ISO 14230-4.
  var isKLine: Bool { (3...5).contains(rawValue) }
  var isKWP: Bool { self == .kwpSlowInit || self == .kwpFastInit }

  /// As `ATDP` has it.
  var title: String {
    switch self {
    case .j1850PWM: "SAE J1850 PWM"
    case .j1850VPW: "SAE J1850 VPW"
    case .iso9141: "ISO 9141-2"
    case .kwpSlowInit: "ISO 14230-4 (KWP 5BAUD)"
    case .kwpFastInit: "ISO 14230-4 (KWP FAST)"
    case .can11at500: "ISO 15765-4 (CAN 11/500)"
    case .can29at500: "ISO 15765-4 (CAN 29/500)"
    case .can11at250: "ISO 15765-4 (CAN 11/250)"
    case .can29at250: "ISO 15765-4 (CAN 29/250)"
    case .j1939: "SAE J1939 (CAN 29/250)"
    }
  }

  /// bit/s on the bus.
  var bitRate: Double {
    switch self {
    case .j1850PWM: 41_600
    case .j1850VPW, .iso9141, .kwpSlowInit, .kwpFastInit: 10_400
    case .can11at500, .can29at500: 500_000
    case .can11at250, .can29at250, .j1939: 250_000
    }
  }

  /// Nanoseconds that a message of so many bytes, its header included, is on the bus.
  func duration(bytes count: Int) -> Int64 {
    switch self {
    case _ where isCAN: Int64(Double((isExtended ? 80 : 55) + 8 * count) / bitRate * 1e9)
    case _ where isKLine: Int64(Double(10 * count) / bitRate * 1e9)
    default: Int64(Double(8 * count + 8) / bitRate * 1e9)
    }
  }

  /// The order in which an adapter looks for the vehicle's protocol.
  static let searchOrder: [OBDProtocol] = [
    .j1850PWM, .j1850VPW, .can11at500, .can29at500, .can11at250, .can29at250, .iso9141, .kwpSlowInit, .kwpFastInit,
  ]
}
