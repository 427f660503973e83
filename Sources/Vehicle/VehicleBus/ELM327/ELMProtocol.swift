// The protocols of the vehicle that an ELM327 speaks, by the digit that its commands give them.

/// `ATSP`, `ATTP` and `ATDPN` count them so. User-defined ones (B, C) are left to their owner.
public enum ELMProtocol: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  case j1850PWM = 1
  case j1850VPW = 2
  case iso9141 = 3
  /// Woken with five baud, which takes some three seconds.
  case kwpSlowInit = 4
  case kwpFastInit = 5
  /// ISO 15765-4, 11 bits, 500 kbit/s: most cars since 2008.
  case can11at500 = 6
  case can29at500 = 7
  case can11at250 = 8
  case can29at250 = 9
  /// SAE J1939 at 250 kbit/s.
  case j1939 = 10

  /// The digit of the commands: 1...9, A.
  public var digit: UInt8 { rawValue < 10 ? 0x30 + rawValue : 0x37 + rawValue }

  /// Of an answer to `ATDPN`: the digit, with a leading `A` where the adapter chose it by itself.
  public init?(digit: UInt8) {
    switch digit {
    case 0x31...0x39: self.init(rawValue: digit - 0x30)
    case 0x41, 0x61: self = .j1939
    default: return nil
    }
  }

  public var isCAN: Bool { rawValue >= 6 }
  /// Whether identifiers have 29 bits.
  public var isExtended: Bool { self == .can29at500 || self == .can29at250 || self == .j1939 }
  /// kbit/s.
  public var kilobitsPerSecond: Double {
    switch self {
    case .j1850PWM: 41.6
    case .j1850VPW, .iso9141, .kwpSlowInit, .kwpFastInit: 10.4
    case .can11at500, .can29at500: 500
    case .can11at250, .can29at250, .j1939: 250
    }
  }
  /// Whether the adapter keeps the line awake with messages of its own until the protocol is closed (ATPC).
  public var isKeptAwake: Bool { self == .iso9141 || self == .kwpSlowInit || self == .kwpFastInit }

  /// For people: `CAN, 11 bits, 500 kbit/s`.
  public var title: String {
    switch self {
    case .j1850PWM: "SAE J1850 PWM"
    case .j1850VPW: "SAE J1850 VPW"
    case .iso9141: "ISO 9141-2"
    case .kwpSlowInit: "ISO 14230-4, slow start"
    case .kwpFastInit: "ISO 14230-4, fast start"
    case .can11at500: "CAN, 11 bits, 500 kbit/s"
    case .can29at500: "CAN, 29 bits, 500 kbit/s"
    case .can11at250: "CAN, 11 bits, 250 kbit/s"
    case .can29at250: "CAN, 29 bits, 250 kbit/s"
    case .j1939: "SAE J1939, 250 kbit/s"
    }
  }
}
