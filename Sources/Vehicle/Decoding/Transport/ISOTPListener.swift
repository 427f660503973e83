// Puts messages of ISO-TP (ISO 15765-2:2016) together as they pass by on a bus, without ever taking part.

public import Vocabulary

/// Reads the diagnostic messages that testers and control units exchange. It sends nothing, flow control included.
///
/// Looked at are 7E0...7EF and 7DF, the 29-bit 18DAxxxx and 18DBxxxx of any priority, replies on identifiers that the
/// caller names, and of the other identifiers of 700...7FF those that answer a request that was heard in the five
/// seconds before. Addressing is normal or normal fixed; frames are classic or FD. Recordings may lack requests and
/// flow control altogether.
///
/// Memory is fixed by `init`; `take` allocates nothing. Not copyable: two copies would share their memory, and the
/// next frame would have to allocate.
public struct ISOTPListener: ~Copyable, Sendable {
  /// Seconds after which a message that does not go on is given up: N_Cr and N_Bs of the standard.
  public static let timeout = 1.0

  public private(set) var counters = Counters()
  private let named: NamedIdentifiers
  private var requests = RecentRequests()
  private var sessions: ISOTPSessions

  /// - Parameters:
  ///   - named: further identifiers on which control units reply, and their buses; nil for every bus.
  ///   - sessions: most messages under way at once, at least 1.
  ///   - largest: most bytes of a message of several frames, at least 8; larger ones are counted and left out.
  public init(named: [(id: CANID, bus: UInt8?)] = [], sessions: Int = 24, largest: Int = 4095) {
    self.named = NamedIdentifiers(named)
    self.sessions = ISOTPSessions(count: max(sessions, 1), largest: max(largest, 8))
  }

  /// Bytes of memory that the listener takes, from its making on.
  public var memoryBytes: Int {
    MemoryLayout<ISOTPListener>.size + sessions.memoryBytes + named.memoryBytes + requests.memoryBytes
  }

  /// Messages under way.
  public var running: Int { sessions.running }

  /// Whether an identifier may be one of diagnosis: 700...7FF, 18DAxxxx and 18DBxxxx of any priority. False for
  /// remote requests and error frames.
  @inline(__always) public static func isCandidate(_ id: CANID) -> Bool {
    id.rawValue & ~0xFF == 0x700 || id.rawValue & 0xE3FE_0000 == 0x80DA_0000
  }

  /// `isCandidate`, or an identifier that the caller named.
  @inline(__always) public func concerns(_ id: CANID) -> Bool {
    if ISOTPListener.isCandidate(id) { return true }
    return id.rawValue & (CANID.remoteFlag | CANID.errorFlag) == 0 && named.contains(id)
  }

  /// Takes a frame in, and delivers the message that it completes.
  ///
  /// A request on another identifier than 7DF...7E7, 18DAxxxx and 18DBxxxx is only known for one by its answer: it is
  /// delivered, with its own time, when the answer's first frame is taken, if it had at most seven bytes.
  /// - Parameter deliver: gets each message whole, without the protocol's own bytes.
  public mutating func take(
    _ frame: borrowing CANFrame, _ deliver: (ISOTPMessage, Span<UInt8>) -> Void
  ) -> Verdict {
    guard concerns(frame.id) else { return .notDiagnostic }
    let isNamed = named.contains(frame.id, on: frame.bus)
    guard let address = isNamed ? .named : ISOTPAddress(frame.id) else { return .notDiagnostic }
    guard let part = ISOTPFrame(frame) else {
      if address == .open { return unsolicited() }
      counters.malformed &+= 1
      return .malformed
    }
    switch part {
    case .single(let start, let count):
      let beginning = ISOTPBeginning(frame, start: start, available: count, length: UInt32(count))
      return takeSingle(beginning, frame, from: start, count: count, address, deliver)
    case .first(let length, let start):
      let available = min(Int(frame.length), ISOTPFrame.largestFrame) - start
      let beginning = ISOTPBeginning(frame, start: start, available: available, length: length)
      return takeFirst(beginning, frame, from: start, address, deliver)
    case .consecutive(let number):
      return goOn(with: frame, number, address, deliver)
    case .flowControl(let status):
      return control(frame, status, address)
    }
  }

  // MARK: Beginnings

  private mutating func takeSingle(
    _ beginning: ISOTPBeginning, _ frame: borrowing CANFrame, from start: Int, count: Int, _ address: ISOTPAddress,
    _ deliver: (ISOTPMessage, Span<UInt8>) -> Void
  ) -> Verdict {
    guard let speaker = speaker(of: beginning, frame, address) else { return beside(address) }
    counters.singleFrames &+= 1
    counters.messages &+= 1
    overtake(frame)
    deliverRequest(of: speaker, on: frame.bus, deliver)
    let message = message(frame, isRequest: speaker.isRequest, unit: speaker.unit)
    sessions.withMessage(frame, from: start, count: count) { deliver(message, $0) }
    return .message
  }

  private mutating func takeFirst(
    _ beginning: ISOTPBeginning, _ frame: borrowing CANFrame, from start: Int, _ address: ISOTPAddress,
    _ deliver: (ISOTPMessage, Span<UInt8>) -> Void
  ) -> Verdict {
    // All units at once are asked in single frames only.
    guard address != .functional, let speaker = speaker(of: beginning, frame, address) else { return beside(address) }
    counters.firstFrames &+= 1
    overtake(frame)
    deliverRequest(of: speaker, on: frame.bus, deliver)
    guard beginning.length <= UInt32(clamping: sessions.largest) else {
      counters.tooLarge &+= 1
      return .part
    }
    var session = ISOTPSessions.Session()
    session.channel = ISOTPSessions.channel(frame.id, on: frame.bus)
    if let partner = speaker.partner { session.partner = ISOTPSessions.channel(partner, on: frame.bus) }
    session.isRequest = speaker.isRequest
    session.unit = speaker.unit
    session.time = frame.time
    session.length = beginning.length
    session.frameLength = min(frame.length, UInt8(ISOTPFrame.largestFrame))
    switch sessions.begin(session, frame, dataFrom: start) {
    case .nothing: break
    case .silent: counters.timeouts &+= 1
    case .running: counters.evicted &+= 1
    }
    return .part
  }

  /// Who says a message that begins so; nil when it is no diagnosis.
  private mutating func speaker(
    of beginning: ISOTPBeginning, _ frame: borrowing CANFrame, _ address: ISOTPAddress
  ) -> ISOTPAddress.Speaker? {
    let isStandard = !frame.id.isExtended
    guard address == .named || address == .open else {
      let speaker = address.speaker(of: beginning, frame.id, bus: frame.bus)
      if isStandard, speaker?.isRequest == true { note(beginning, frame, isDelivered: true) }
      return speaker
    }
    if address == .open, beginning.isRequest {
      if beginning.isPlausibleRequest { note(beginning, frame, isDelivered: false) }
      return nil
    }
    guard beginning.isReply else { return nil }
    let request = isStandard ? requests.answered(by: beginning, frame) : nil
    guard address == .named || request != nil else { return nil }
    return ISOTPAddress.Speaker(
      isRequest: false, unit: ControlUnit(bus: frame.bus, answersOn: frame.id),
      partner: request.map { CANID(standard: $0.identifier) }, request: request)
  }

  private mutating func note(_ beginning: ISOTPBeginning, _ frame: borrowing CANFrame, isDelivered: Bool) {
    requests.note(
      RecentRequests.Request(
        identifier: frame.id.value, bus: frame.bus, isDelivered: isDelivered, time: frame.time, beginning: beginning))
  }

  /// A message takes the place of one that has not come to its end on the same identifier.
  private mutating func overtake(_ frame: borrowing CANFrame) {
    guard let index = sessions.index(of: ISOTPSessions.channel(frame.id, on: frame.bus)) else { return }
    if sessions[index].isSilent(at: frame.time) { counters.timeouts &+= 1 } else { counters.aborted &+= 1 }
    sessions.end(index)
  }

  private mutating func deliverRequest(
    of speaker: ISOTPAddress.Speaker, on bus: UInt8, _ deliver: (ISOTPMessage, Span<UInt8>) -> Void
  ) {
    guard let request = speaker.request, !request.isDelivered, request.beginning.isWhole else { return }
    counters.lateRequests &+= 1
    let message = ISOTPMessage(
      time: request.time, bus: bus, id: CANID(standard: request.identifier), isRequest: true, unit: speaker.unit)
    sessions.withMessage(request.beginning) { deliver(message, $0) }
  }

  /// That which `frame` completes.
  private func message(_ frame: borrowing CANFrame, isRequest: Bool, unit: ControlUnit?) -> ISOTPMessage {
    ISOTPMessage(time: frame.time, bus: frame.bus, id: frame.id, isRequest: isRequest, unit: unit)
  }

  // MARK: What follows

  private mutating func goOn(
    with frame: borrowing CANFrame, _ number: UInt8, _ address: ISOTPAddress,
    _ deliver: (ISOTPMessage, Span<UInt8>) -> Void
  ) -> Verdict {
    guard let index = sessions.index(of: ISOTPSessions.channel(frame.id, on: frame.bus)) else {
      return unexpected(address)
    }
    guard !sessions[index].isSilent(at: frame.time) else {
      counters.timeouts &+= 1
      sessions.end(index)
      return unexpected(address)
    }
    counters.consecutiveFrames &+= 1
    guard sessions.goOn(index, frame, number: number) else {
      counters.sequenceErrors &+= 1
      sessions.end(index)
      return .malformed
    }
    let session = sessions[index]
    guard session.received == session.length else { return .part }
    counters.messages &+= 1
    let message = message(frame, isRequest: session.isRequest, unit: session.unit)
    sessions.withMessage(of: index) { deliver(message, $0) }
    sessions.end(index)
    return .message
  }

  private mutating func control(
    _ frame: borrowing CANFrame, _ status: ISOTPFrame.FlowStatus, _ address: ISOTPAddress
  ) -> Verdict {
    guard let index = sessions.index(steeredBy: ISOTPSessions.channel(frame.id, on: frame.bus)) else {
      return unexpected(address)
    }
    guard !sessions[index].isSilent(at: frame.time) else {
      counters.timeouts &+= 1
      sessions.end(index)
      return unexpected(address)
    }
    counters.flowControls &+= 1
    if status == .overflow {
      counters.overflows &+= 1
      sessions.end(index)
    } else {
      sessions.keepAlive(index, at: frame.time)
    }
    return .part
  }

  // MARK: What is of no use

  private mutating func unsolicited() -> Verdict {
    counters.unsolicited &+= 1
    return .notDiagnostic
  }

  private mutating func unexpected(_ address: ISOTPAddress) -> Verdict {
    if address == .open { return unsolicited() }
    counters.unexpected &+= 1
    return .notDiagnostic
  }

  private mutating func beside(_ address: ISOTPAddress) -> Verdict {
    if address == .open { return unsolicited() }
    counters.foreign &+= 1
    return .notDiagnostic
  }
}
