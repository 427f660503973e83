// Trouble codes as control units tell them: the code itself, what is said of it, and the lamps that go with it.

/// A trouble code of SAE J2012 (two bytes of OBD-II, three of UDS) or of SAE J1939-73 (SPN and FMI).
public struct TroubleCode: Hashable, BitwiseCopyable, Sendable {
  public enum Notation: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Two bytes: `P0301`.
    case obd = 0
    /// Three bytes, the last of which is the failure type: `P0301-1C`.
    case uds = 1
    /// Suspect parameter number 0...524287 and failure mode 0...31: `SPN 110 FMI 0`.
    case j1939 = 2
  }

  /// The notation above bit 24, the code's own bits below: 16, 24, or 19 of the SPN above 5 of the FMI.
  public let rawValue: UInt32

  /// As services 03, 07 and 0A give it.
  public init(obd code: UInt16) { rawValue = UInt32(code) }
  /// As service 19 gives it; higher bits than 24 are dropped.
  public init(uds code: UInt32) { rawValue = 1 << 24 | code & 0xFF_FFFF }
  /// Higher bits than 19 and 5 are dropped.
  public init(spn: UInt32, fmi: UInt8) { rawValue = 2 << 24 | (spn & 0x7FFFF) &<< 5 | UInt32(fmi & 0x1F) }

  public var notation: Notation { Notation(rawValue: UInt8(truncatingIfNeeded: rawValue &>> 24)) ?? .obd }
  /// The two bytes of SAE J2012 for OBD-II and UDS; nil for J1939.
  public var base: UInt16? {
    switch notation {
    case .obd: UInt16(truncatingIfNeeded: rawValue)
    case .uds: UInt16(truncatingIfNeeded: rawValue &>> 8)
    case .j1939: nil
    }
  }
  /// The failure type byte of UDS (ISO 15031-6, SAE J2012-DA); nil for the others.
  public var failureType: UInt8? { notation == .uds ? UInt8(truncatingIfNeeded: rawValue) : nil }
  /// Nil unless the code is one of J1939.
  public var spn: UInt32? { notation == .j1939 ? rawValue &>> 5 & 0x7FFFF : nil }
  /// Nil unless the code is one of J1939.
  public var fmi: UInt8? { notation == .j1939 ? UInt8(truncatingIfNeeded: rawValue & 0x1F) : nil }

  /// `P0301`, `P0301-1C` or `SPN 110 FMI 0`.
  public var name: String {
    switch notation {
    case .j1939:
      return "SPN " + String(rawValue &>> 5 & 0x7FFFF) + " FMI " + String(rawValue & 0x1F)
    case .obd, .uds:
      let code = base ?? 0
      let system: Character =
        switch code &>> 14 {
        case 0: "P"
        case 1: "C"
        case 2: "B"
        default: "U"
        }
      let digits = hexadecimal(UInt8(truncatingIfNeeded: code &>> 8) & 0x3F) + hexadecimal(UInt8(truncatingIfNeeded: code))
      return String(system) + digits + (failureType.map { "-" + hexadecimal($0) } ?? "")
    }
  }
}

/// What control units say of a trouble code; each is a list of its own in the services and messages that tell it.
public struct TroubleCodeStatus: OptionSet, Hashable, BitwiseCopyable, Sendable {
  public var rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The fault is there now: DM1, UDS `testFailed`.
  public static let active = TroubleCodeStatus(rawValue: 0x01)
  /// Stored as confirmed: service 03, DM12, UDS `confirmedDTC`.
  public static let confirmed = TroubleCodeStatus(rawValue: 0x02)
  /// Seen in this or the last driving cycle, not confirmed yet: service 07, DM6, DM27, UDS `pendingDTC`.
  public static let pending = TroubleCodeStatus(rawValue: 0x04)
  /// Cannot be cleared by a tool, only by the monitor that passes: service 0A, DM28.
  public static let permanent = TroubleCodeStatus(rawValue: 0x08)
  /// Was active once: DM2.
  public static let previouslyActive = TroubleCodeStatus(rawValue: 0x10)
  /// Was confirmed once, related to emissions: DM23.
  public static let previouslyConfirmed = TroubleCodeStatus(rawValue: 0x20)
  /// The code asks for a warning lamp: UDS `warningIndicatorRequested`.
  public static let lampRequested = TroubleCodeStatus(rawValue: 0x40)

  /// One name for each member, in the order of the bits.
  public var names: [String] {
    let all = [
      "active", "confirmed", "pending", "permanent", "previously-active", "previously-confirmed", "lamp-requested",
    ]
    return all.indices.filter { rawValue &>> UInt8($0) & 1 == 1 }.map { all[$0] }
  }
}

/// The four lamps of SAE J1939-73 and how they flash, as the first two bytes of DM1 say it. OBD-II has only the first.
public struct WarningLamps: Hashable, BitwiseCopyable, Sendable {
  public enum Lamp: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case malfunction = 6
    case redStop = 4
    case amberWarning = 2
    case protect = 0

    public var name: String {
      switch self {
      case .malfunction: "malfunction"
      case .redStop: "red-stop"
      case .amberWarning: "amber-warning"
      case .protect: "protect"
      }
    }
  }

  public enum State: UInt8, BitwiseCopyable, Sendable {
    case off = 0
    case on = 1
    case slowFlash = 2
    case fastFlash = 3
  }

  /// Two bits for each lamp at the lamp's raw value: 0 off, 1 on, 2 error, 3 not available.
  public var states: UInt8
  /// Likewise: 0 slow flash, 1 fast flash, 2 reserved, 3 does not flash.
  public var flashes: UInt8

  public init(states: UInt8, flashes: UInt8) {
    self.states = states
    self.flashes = flashes
  }

  /// The malfunction lamp alone, as OBD-II says it.
  public init(malfunction isOn: Bool) { self.init(states: isOn ? 0x7F : 0x3F, flashes: 0xFF) }

  /// Nil where the sender says that it has no such lamp, or that it is broken.
  public subscript(lamp: Lamp) -> State? {
    switch states &>> lamp.rawValue & 3 {
    case 0: return .off
    case 1: break
    default: return nil
    }
    switch flashes &>> lamp.rawValue & 3 {
    case 0: return .slowFlash
    case 1: return .fastFlash
    default: return .on
    }
  }
}

/// One trouble code of one control unit as it stands, with its history on this vehicle.
public struct TroubleCodeReport: BitwiseCopyable, Sendable {
  public var unit: ControlUnit
  public var code: TroubleCode
  /// Empty once the code is cleared.
  public var status: TroubleCodeStatus
  /// How often the fault came, as the control unit counts, 0...126; nil where it does not say.
  public var occurrences: UInt8?
  /// The lamps that came with the list that told it last; nil where none did.
  public var lamps: WarningLamps?
  /// When it was first told in this episode.
  public var since: Timestamp
  /// When `status` changed last.
  public var changed: Timestamp

  public init(
    unit: ControlUnit, code: TroubleCode, status: TroubleCodeStatus, occurrences: UInt8? = nil,
    lamps: WarningLamps? = nil, since: Timestamp, changed: Timestamp
  ) {
    self.unit = unit
    self.code = code
    self.status = status
    self.occurrences = occurrences
    self.lamps = lamps
    self.since = since
    self.changed = changed
  }
}

/// Two upper-case hexadecimal digits.
public func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}
