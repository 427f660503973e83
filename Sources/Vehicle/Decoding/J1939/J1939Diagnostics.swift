// What control units on a J1939 bus say of themselves: which messages that are, and what each of them tells.

public import Vocabulary

/// Takes whole diagnostic messages of SAE J1939-73, -71 and -81 apart.
///
/// It remembers which lists somebody asked for lately, since a list that nobody asked for proves little: a single
/// forged or damaged frame makes one. That memory is fixed, about 600 bytes, and no message allocates.
public struct J1939Diagnostics: Sendable {
  /// The parameter groups that are decoded.
  public enum Group: UInt32, CaseIterable, Sendable {
    /// DM1.
    case activeCodes = 0xFECA
    /// DM2.
    case previouslyActiveCodes = 0xFECB
    /// DM4.
    case freezeFrames = 0xFECD
    /// DM5.
    case readiness = 0xFECE
    /// DM6: pending codes that are related to emissions.
    case pendingCodes = 0xFECF
    /// DM12: confirmed codes that are related to emissions and light the malfunction lamp.
    case confirmedCodes = 0xFED4
    /// DM19.
    case calibrations = 0xD300
    /// DM23: codes related to emissions that lit the malfunction lamp once.
    case previouslyConfirmedCodes = 0xFDB5
    /// DM25.
    case expandedFreezeFrames = 0xFDB7
    /// DM27: pending codes, related to emissions or not.
    case allPendingCodes = 0xFD82
    /// DM28.
    case permanentCodes = 0xFD80
    /// DM29: how many codes the other lists have.
    case codeCounts = 0x9E00
    case vehicleIdentification = 0xFEEC
    case componentIdentification = 0xFEEB
    case softwareIdentification = 0xFEDA
    case controlUnitIdentification = 0xFDC5
    case addressClaimed = 0xEE00
    case acknowledgement = 0xE800
    case request = 0xEA00
  }

  private var requests = Requests()

  public init() {}

  /// Whether `decode` has any business with a message. Cheap, for the way of every frame.
  @inline(__always) public static func isDiagnostic(_ parameterGroup: UInt32) -> Bool {
    Group(rawValue: parameterGroup) != nil
  }

  /// Decodes one whole message, of a frame or of a transport session.
  ///
  /// - `isBroadcast` of a list is false only where a request for it was seen in the last 20 s. Readiness, counts of
  ///   codes and acknowledgements of clearing are told only then.
  /// - Once DM11 is acknowledged the unit has cleared its codes; DM3 clears no more than the previously active ones,
  ///   and is told as their list, empty. Requests that were denied or not supported, whatever for, are not told: ISO
  ///   14229 has no reason to name for them.
  /// - Messages from the addresses 254 and 255, which no control unit has, tell nothing.
  ///
  /// - Parameter parameterGroup: as `CANID.parameterGroup`.
  /// - Returns: False where the message contradicts the standard; it told nothing then. True for other parameter
  ///   groups.
  public mutating func decode(
    _ message: Span<UInt8>, parameterGroup: UInt32, from unit: ControlUnit, at time: Instant,
    _ emit: (DiagnosticFact) -> Void
  ) -> Bool {
    guard let group = Group(rawValue: parameterGroup) else { return true }
    if group == .request {
      guard message.count >= 3 else { return false }
      requests.note(message.number(at: 0, bytes: 3), bus: unit.bus, at: time)
      return true
    }
    guard unit.address < 254 else {
      // An address that could not be claimed is told from 254 with the NAME of who wanted it.
      return group == .addressClaimed && message.count >= 8
    }
    let wasRequested = requests.contains(parameterGroup, bus: unit.bus, at: time)
    func tell(_ content: DiagnosticFact.Content) { emit(DiagnosticFact(time: time, unit: unit, content)) }

    switch group {
    case .activeCodes:
      return Self.codes(message, .active, isBroadcast: true, tell)
    case .previouslyActiveCodes:
      return Self.codes(message, .previouslyActive, isBroadcast: !wasRequested, tell)
    case .pendingCodes, .allPendingCodes:
      // DM6 leaves out what has nothing to do with emissions, so that by the letter its silence proves nothing about
      // such a code of DM27. Few units have DM27; for the others DM6 must be able to say that a code has healed.
      return Self.codes(message, .pending, isBroadcast: !wasRequested, tell)
    case .confirmedCodes:
      return Self.codes(message, .confirmed, isBroadcast: !wasRequested, tell)
    case .previouslyConfirmedCodes:
      return Self.codes(message, .previouslyConfirmed, isBroadcast: !wasRequested, tell)
    case .permanentCodes:
      return Self.codes(message, .permanent, isBroadcast: !wasRequested, tell)
    case .codeCounts:
      return Self.codeCounts(message, isTold: wasRequested, tell)
    case .freezeFrames:
      return Self.freezeFrames(message, hasStandardValues: true, tell)
    case .expandedFreezeFrames:
      return Self.freezeFrames(message, hasStandardValues: false, tell)
    case .readiness:
      return Self.readiness(message, isTold: wasRequested, tell)
    case .calibrations:
      return Self.calibrations(message, tell)
    case .vehicleIdentification:
      return Self.vehicleIdentification(message, tell)
    case .componentIdentification:
      return Self.texts(message, from: 0, as: Self.component, tell)
    case .softwareIdentification:
      // The first byte counts the texts; not every unit counts right, and nothing depends on it.
      return Self.texts(message, from: 1, as: Self.software, tell)
    case .controlUnitIdentification:
      return Self.texts(message, from: 0, as: Self.controlUnit, tell)
    case .addressClaimed:
      return Self.addressClaimed(message, tell)
    case .acknowledgement:
      guard message.count >= 8 else { return false }
      let acknowledged = message.number(at: 5, bytes: 3)
      guard message[0] == 0, requests.contains(acknowledged, bus: unit.bus, at: time) else { return true }
      switch acknowledged {
      case Requests.clearAll:
        tell(.cleared)
      case Requests.clearPreviouslyActive:
        tell(.listBegan(lamps: nil, isBroadcast: false))
        tell(.listEnded(complete: .previouslyActive, notation: .j1939))
      default: break
      }
      return true
    case .request:
      return true
    }
  }

  /// Address claims of SAE J1939-81.
  private static func addressClaimed(_ message: Span<UInt8>, _ tell: (DiagnosticFact.Content) -> Void) -> Bool {
    guard message.count >= 8 else { return false }
    var name: UInt64 = 0
    for i in 0..<8 { name |= UInt64(message[i]) &<< UInt64(8 * i) }
    // All ones says that there is no NAME, as everywhere in J1939.
    guard name != .max else { return false }
    tell(.addressClaimed(name: name))
    return true
  }
}

extension J1939Diagnostics {
  /// When each of the messages whose meaning depends on it was asked for last.
  private struct Requests: Sendable {
    // The two that clear have no data of their own: the request for them is the command.
    /// DM3.
    static let clearPreviouslyActive: UInt32 = 0xFECC
    /// DM11.
    static let clearAll: UInt32 = 0xFED3

    // A list of 1785 bytes that is broadcast takes 13 s.
    private static let nanoseconds: Int64 = 20_000_000_000
    // Eight buses apart; others share a place, which costs no more than a list that is believed at once. The smallest
    // number: never.
    private var times = InlineArray<80, Int64>(repeating: .min)

    mutating func note(_ group: UInt32, bus: UInt8, at time: Instant) {
      if let place = Self.place(of: group, bus: bus) { times[place] = time.nanoseconds }
    }

    func contains(_ group: UInt32, bus: UInt8, at time: Instant) -> Bool {
      guard let place = Self.place(of: group, bus: bus), times[place] != .min else { return false }
      let (elapsed, isBeyond) = time.nanoseconds.subtractingReportingOverflow(times[place])
      return !isBeyond && 0...Self.nanoseconds ~= elapsed
    }

    private static func place(of group: UInt32, bus: UInt8) -> Int? {
      let row: Int
      switch group {
      case Group.previouslyActiveCodes.rawValue: row = 0
      case Group.readiness.rawValue: row = 1
      case Group.pendingCodes.rawValue: row = 2
      case Group.confirmedCodes.rawValue: row = 3
      case Group.previouslyConfirmedCodes.rawValue: row = 4
      case Group.allPendingCodes.rawValue: row = 5
      case Group.permanentCodes.rawValue: row = 6
      case Group.codeCounts.rawValue: row = 7
      case clearPreviouslyActive: row = 8
      case clearAll: row = 9
      default: return nil
      }
      return row &* 8 &+ Int(bus & 7)
    }
  }
}

extension Span<UInt8> {
  /// Up to four bytes from `start` on, the lowest first, as everywhere in J1939. The caller has checked the length.
  func number(at start: Int, bytes: Int) -> UInt32 {
    var number: UInt32 = 0
    for i in 0..<bytes { number |= UInt32(self[start + i]) &<< UInt32(8 * i) }
    return number
  }
}
