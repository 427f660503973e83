// Which identifiers carry diagnostic messages over ISO-TP, and who speaks there to whom.

import Vocabulary

/// What an identifier is for (ISO 15765-4, SAE J1979, ISO 15765-2 normal and normal fixed addressing).
enum ISOTPAddress: BitwiseCopyable {
  /// 7E0...7E7: to one unit, which answers eight higher.
  case request
  /// 7DF and 18DBxxxx: to all units.
  case functional
  /// 7E8...7EF.
  case reply
  /// Of those whom the caller named.
  case named
  /// 18DATTSS, from SS to TT: which of the two is the tester is told by what it says.
  case pair
  /// Another one of 700...7FF.
  case open

  /// Who says a message, and whom its flow control comes from.
  struct Speaker: BitwiseCopyable {
    var isRequest: Bool
    /// The unit that replies, or will; nil when all units are asked.
    var unit: ControlUnit?
    /// Nil where it is not known.
    var partner: CANID?
    /// The request that is told now that its answer came.
    var request: RecentRequests.Request?
  }

  /// Nil for an identifier, not of the caller's, that carries no diagnosis.
  @inline(__always) init?(_ id: CANID) {
    guard ISOTPListener.isCandidate(id) else { return nil }
    if id.isExtended {
      self = id.rawValue & 0x0001_0000 == 0 ? .pair : .functional
      return
    }
    switch id.value {
    case 0x7DF: self = .functional
    case 0x7E0...0x7E7: self = .request
    case 0x7E8...0x7EF: self = .reply
    default: self = .open
    }
  }

  /// The same pair in the other direction: 18DATTSS becomes 18DASSTT.
  static func reversed(_ id: CANID) -> CANID {
    CANID(extended: id.value & 0x1FFF_0000 | (id.value & 0xFF) &<< 8 | id.value &>> 8 & 0xFF)
  }

  /// For all but `open` and `named`: nil for a message that cannot come on this identifier.
  func speaker(of beginning: ISOTPBeginning, _ id: CANID, bus: UInt8) -> Speaker? {
    switch self {
    case .request:
      guard beginning.isRequest else { return nil }
      let answer = CANID(standard: id.value + 8)
      return Speaker(isRequest: true, unit: ControlUnit(bus: bus, answersOn: answer), partner: answer)
    case .functional:
      return beginning.isRequest ? Speaker(isRequest: true) : nil
    case .reply:
      guard beginning.isReply else { return nil }
      let tester = CANID(standard: id.value - 8)
      return Speaker(isRequest: false, unit: ControlUnit(bus: bus, answersOn: id), partner: tester)
    case .pair:
      // F1 is always a tester; others are what they show themselves to be.
      let (target, source) = (id.value &>> 8 & 0xFF, id.value & 0xFF)
      let reverse = ISOTPAddress.reversed(id)
      if beginning.isRequest && target != 0xF1 {
        return Speaker(isRequest: true, unit: ControlUnit(bus: bus, answersOn: reverse), partner: reverse)
      }
      guard beginning.isReply && source != 0xF1 else { return nil }
      return Speaker(isRequest: false, unit: ControlUnit(bus: bus, answersOn: id), partner: reverse)
    case .named, .open:
      return nil
    }
  }
}

/// Identifiers of replies that the caller named.
struct NamedIdentifiers: Sendable {
  private struct Entry: BitwiseCopyable {
    var key: UInt32
    /// Nil: every bus.
    var bus: UInt8?
  }

  private let entries: [Entry]
  /// A bit for each 11-bit identifier, so that a frame of another one costs no search.
  private let standard: InlineArray<32, UInt64>
  private let hasExtended: Bool

  init(_ named: [(id: CANID, bus: UInt8?)]) {
    entries = named.map { Entry(key: $0.id.key, bus: $0.bus) }
    hasExtended = named.contains { $0.id.isExtended }
    var standard = InlineArray<32, UInt64>(repeating: 0)
    for (id, _) in named where !id.isExtended { standard[Int(id.value &>> 6)] |= 1 &<< UInt64(id.value & 63) }
    self.standard = standard
  }

  /// Bytes of memory beside the value itself.
  var memoryBytes: Int { 32 + entries.capacity * MemoryLayout<Entry>.stride }

  /// On any bus.
  @inline(__always) func contains(_ id: CANID) -> Bool {
    if id.isExtended { return hasExtended && entries.contains { $0.key == id.key } }
    return standard[Int(id.value &>> 6)] &>> UInt64(id.value & 63) & 1 == 1
  }

  func contains(_ id: CANID, on bus: UInt8) -> Bool {
    contains(id) && entries.contains { $0.key == id.key && ($0.bus == nil || $0.bus == bus) }
  }
}
