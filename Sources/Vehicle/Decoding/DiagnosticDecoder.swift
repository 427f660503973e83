// From frames of diagnostic protocols to what they say: transport first, then OBD-II, UDS or J1939 by their content.

public import DecoderCore
public import Vocabulary

/// Listens to diagnostic traffic, whoever asked for it, and takes values and facts out of it. It sends nothing.
///
/// A list of trouble codes that nobody was heard asking for is told as a broadcast, which proves little by itself, and
/// a clearing that nobody was heard asking for is not told at all: one forged frame changes nothing.
///
/// All memory is taken at init. One thread owns it. Not copyable: two copies would share their tables, and the next frame
/// would have to allocate.
public struct DiagnosticDecoder: ~Copyable, Sendable {
  /// What to listen to and what becomes of it.
  public struct Configuration: Sendable {
    /// Which parameters of OBD-II become which signals.
    public var parameters: [OBDReplyDecoder.Mapping] = []
    /// Where those signals come from; nil for every bus.
    public var parameterBus: UInt8?
    /// Messages over ISO-TP that a network description describes: their identifier is the one that the unit answers on,
    /// their first byte the message's length, as in DBC files for logged UDS data.
    public var transported: [DecoderTable.Message] = []
    /// Identifiers beside the standards' on which control units answer.
    public var replies: [CANID] = []
    /// Whether answers count although their questions were not heard: for recordings that hold answers alone.
    public var believesUnasked = false
    /// Buses that speak SAE J1939, one bit each; no other bus is believed to.
    public var j1939Buses: UInt64 = 0

    public init() {}
  }

  public struct Counters: BitwiseCopyable, Sendable {
    public var isotp = ISOTPListener.Counters()
    public var j1939 = J1939Listener.Counters()
    public var obd = OBDReplyDecoder.Counters()
    public var uds = UDSReplyDecoder.Counters()
    /// J1939 diagnostic messages whose layout is not what the standard says.
    public var malformedGroups: UInt64 = 0
    /// Lists of trouble codes over ISO-TP that nobody was heard asking for.
    public var unaskedLists: UInt64 = 0
    /// Clearings over ISO-TP that nobody was heard asking for; they are not told.
    public var unaskedClearings: UInt64 = 0

    public init() {}
  }

  /// What a frame turned out to be.
  public enum Verdict: BitwiseCopyable, Sendable {
    /// Part of diagnostic traffic as the standards have it.
    case understood
    /// On an identifier of diagnostics, and yet none.
    case malformed
    /// Nothing of this decoder's.
    case other
  }

  private var isotp: ISOTPListener
  private var j1939: J1939Listener
  private var messages: Messages
  private let j1939Buses: UInt64

  /// What takes whole messages apart.
  fileprivate struct Messages: ~Copyable, Sendable {
    var obd: OBDReplyDecoder
    var uds = UDSReplyDecoder()
    var groups = J1939Diagnostics()
    let transported: DecoderTable
    let believesUnasked: Bool
    var asked = AskedServices()
    var malformedGroups: UInt64 = 0
    var unaskedLists: UInt64 = 0
    var unaskedClearings: UInt64 = 0
  }

  /// What is wrong with the configuration's mappings is appended to `problems`; the rest works.
  public init(_ configuration: Configuration, problems: inout [MappingProblem]) {
    let named =
      configuration.transported.map { (id: $0.id, bus: $0.bus) } + configuration.replies.map { (id: $0, bus: nil) }
    isotp = ISOTPListener(named: named)
    // Where nobody speaks it there is nothing to put together.
    j1939 = configuration.j1939Buses == 0 ? J1939Listener(sessions: 1) : J1939Listener()
    j1939Buses = configuration.j1939Buses
    var defects: [DecoderTable.Problem] = []
    messages = Messages(
      obd: OBDReplyDecoder(configuration.parameters, bus: configuration.parameterBus, problems: &problems),
      transported: DecoderTable(configuration.transported, problems: &defects),
      believesUnasked: configuration.believesUnasked)
    for defect in defects {
      let id = String(configuration.transported[defect.message].id.value, radix: 16, uppercase: true)
      problems.append(MappingProblem(subject: "message \(id) over ISO-TP", reason: "\(defect.reason)"))
    }
  }

  public var counters: Counters {
    var counters = Counters()
    counters.isotp = isotp.counters
    counters.j1939 = j1939.counters
    counters.obd = messages.obd.counters
    counters.uds = messages.uds.counters
    counters.malformedGroups = messages.malformedGroups
    counters.unaskedLists = messages.unaskedLists
    counters.unaskedClearings = messages.unaskedClearings
    return counters
  }

  /// Most samples that one frame can give beside those of the vehicle's own messages.
  public var largestMessage: Int { max(messages.obd.largestReply, messages.transported.largestMessage) }

  /// Bytes of memory that the tables and the sessions take.
  public var memoryBytes: Int {
    isotp.memoryBytes + j1939.memoryBytes + messages.obd.memoryBytes + messages.transported.memoryBytes
      + MemoryLayout<UDSReplyDecoder>.size
  }

  /// Whether `decode` has any business with a frame.
  @inline(__always) public func concerns(_ frame: borrowing CANFrame) -> Bool {
    let (id, bus) = (frame.id, frame.bus)
    return isotp.concerns(id) || id.isExtended && j1939Buses &>> UInt64(bus & 63) & 1 == 1 && isGroup(id)
  }

  /// Whether the values of a frame are those of a parameter group of SAE J1939, which several units may send.
  @inline(__always) func isFromGroup(_ frame: borrowing CANFrame) -> Bool {
    let (id, bus) = (frame.id, frame.bus)
    return id.isExtended && j1939Buses &>> UInt64(bus & 63) & 1 == 1 && !isotp.concerns(id)
  }

  private func isGroup(_ id: CANID) -> Bool {
    J1939Listener.isCandidate(id) || J1939Diagnostics.isDiagnostic(id.parameterGroup)
  }

  /// Decodes a frame for which `concerns` holds. Samples go into `out` from `start` on and facts to `emit`; samples for
  /// which `out` has no room are left out.
  /// - Parameter table: the vehicle's own messages: those of several frames by SAE J1939 are decoded with it.
  public mutating func decode(
    _ frame: borrowing CANFrame, with table: borrowing DecoderTable, into out: inout MutableSpan<Sample>,
    from start: Int, _ emit: (DiagnosticFact) -> Void
  ) -> (count: Int, verdict: Verdict) {
    if isotp.concerns(frame.id) {
      return DiagnosticDecoder.decode(frame, by: &isotp, &messages, into: &out, from: start, emit)
    }
    if J1939Listener.isCandidate(frame.id) {
      return DiagnosticDecoder.decode(frame, by: &j1939, &messages, table, into: &out, from: start, emit)
    }
    let length = min(8, Int(frame.length))
    var bytes = InlineArray<8, UInt8>(repeating: 0)
    for i in 0..<length { bytes[i] = frame[i] }
    let unit = ControlUnit(bus: frame.bus, sourceAddress: UInt8(truncatingIfNeeded: frame.id.value))
    let isWhole = messages.tell(
      bytes.span.extracting(0..<length), group: frame.id.parameterGroup, from: unit, at: frame.time, emit)
    return (0, isWhole ? .understood : .malformed)
  }

  // `self` as a whole cannot be in a closure while a part of it changes, so its parts come one by one.

  private static func decode(
    _ frame: borrowing CANFrame, by listener: inout ISOTPListener, _ messages: inout Messages,
    into out: inout MutableSpan<Sample>, from start: Int, _ emit: (DiagnosticFact) -> Void
  ) -> (count: Int, verdict: Verdict) {
    var count = 0
    var isTold = true
    let verdict = listener.take(frame) { message, bytes in
      (count, isTold) = messages.tell(message, bytes, into: &out, from: start, emit)
    }
    switch verdict {
    case .notDiagnostic: return (0, .other)
    case .malformed: return (0, .malformed)
    case .part, .message: return (count, isTold ? .understood : .malformed)
    }
  }

  private static func decode(
    _ frame: borrowing CANFrame, by listener: inout J1939Listener, _ messages: inout Messages,
    _ table: borrowing DecoderTable, into out: inout MutableSpan<Sample>, from start: Int,
    _ emit: (DiagnosticFact) -> Void
  ) -> (count: Int, verdict: Verdict) {
    var count = 0
    var isWhole = true
    let verdict = listener.take(frame) { message, bytes in
      if J1939Diagnostics.isDiagnostic(message.parameterGroup) {
        let unit = ControlUnit(bus: message.bus, sourceAddress: message.source)
        isWhole = messages.tell(bytes, group: message.parameterGroup, from: unit, at: message.time, emit)
      }
      // The table writes from the front: a frame that was a message by itself keeps its place.
      guard start == 0 else { return }
      let id = J1939Identifier(
        parameterGroup: message.parameterGroup, source: message.source, destination: message.destination)
      let whole = CANFrame(time: message.time, id: id.id, bus: message.bus, prefix: bytes)
      count = table.decode(whole, into: &out).count
    }
    switch verdict {
    case .malformed: return (0, .malformed)
    default: return (count, isWhole ? .understood : .malformed)
    }
  }
}

extension DiagnosticDecoder.Messages {
  /// A whole message over ISO-TP. Not told: one that contradicts its service.
  mutating func tell(
    _ message: ISOTPMessage, _ bytes: Span<UInt8>, into out: inout MutableSpan<Sample>, from start: Int,
    _ emit: (DiagnosticFact) -> Void
  ) -> (count: Int, isTold: Bool) {
    guard bytes.count > 0 else { return (0, true) }
    guard !message.isRequest else {
      asked.note(bytes[0], on: message.bus, at: message.time)
      uds.note(request: bytes, to: message.unit, at: message.time)
      return (0, true)
    }
    guard let unit = message.unit else { return (0, true) }
    if start == 0, transported.messageCount > 0 {
      // The byte before the message is its length, as the files have it that describe logged UDS data.
      let whole = CANFrame(
        time: message.time, id: message.id, bus: message.bus, first: UInt8(truncatingIfNeeded: bytes.count),
        prefix: bytes)
      let outcome = transported.decode(whole, into: &out)
      if outcome.count > 0 { return (outcome.count, true) }
    }
    let isParameter = bytes[0] == 0x62 && bytes.count > 1 && bytes[1] == 0xF4
    let isRefusal = bytes[0] == 0x7F && bytes.count > 1
    let service = isRefusal ? bytes[1] : bytes[0] & 0xBF
    // Values, most of all answers, are taken whether or not anybody was heard asking.
    let isValue = bytes[0] == 0x41 || bytes[0] == 0x62
    let isAsked = isValue || believesUnasked || asked.isAsked(service, on: message.bus, at: message.time)
    if isAsked && isRefusal && bytes.count == 3 && bytes[2] == 0x78 {
      asked.note(service, on: message.bus, at: message.time)
    }
    var lists: UInt64 = 0
    var clearings: UInt64 = 0
    func tell(_ fact: DiagnosticFact) {
      switch fact.content {
      case .listBegan(let lamps, _) where !isAsked:
        lists &+= 1
        emit(DiagnosticFact(time: fact.time, unit: fact.unit, .listBegan(lamps: lamps, isBroadcast: true)))
      case .cleared where !isAsked: clearings &+= 1
      default: emit(fact)
      }
    }
    defer {
      unaskedLists &+= lists
      unaskedClearings &+= clearings
    }
    if isParameter || bytes[0] < 0x50 || isRefusal && service < 0x10 {
      let reply = obd.decode(bytes, from: unit, at: message.time, into: &out, from: start, tell)
      return (reply.count, reply.verdict != .malformed)
    }
    return (0, uds.decode(bytes, from: unit, at: message.time, tell) != .malformed)
  }

  /// A whole diagnostic message of SAE J1939; false for one that contradicts the standard.
  mutating func tell(
    _ bytes: Span<UInt8>, group: UInt32, from unit: ControlUnit, at time: Instant, _ emit: (DiagnosticFact) -> Void
  ) -> Bool {
    let isWhole = groups.decode(bytes, parameterGroup: group, from: unit, at: time, emit)
    if !isWhole { malformedGroups &+= 1 }
    return isWhole
  }
}

extension CANFrame {
  /// The front of a longer message as one frame of at most 64 bytes, so that a decoder table can take it.
  fileprivate init(time: Instant, id: CANID, bus: UInt8, first: UInt8? = nil, prefix bytes: Span<UInt8>) {
    var payload = CANPayload()
    var length = 0
    if let first {
      payload[0] = first
      length = 1
    }
    let count = min(64 - length, bytes.count)
    for i in 0..<count { payload[length + i] = bytes[i] }
    self.init(time: time, id: id, bus: bus, length: UInt8(length + count), payload: payload)
  }
}
