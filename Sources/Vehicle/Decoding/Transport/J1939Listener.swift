// Puts messages of the transport protocol of SAE J1939-21 together as they pass by on a bus, without ever taking part.

public import Vocabulary

/// Reads the messages of 9...1785 bytes that units announce to everybody (BAM) or send to each other (RTS and CTS).
/// Frames of other parameter groups are none of its business: they are whole messages already.
///
/// A message is known by bus, source and destination. A broadcast's packets must come in order; those of a connection
/// may come again and in any order, since the receiver asks for them, and the message is complete as soon as all of
/// them were heard, acknowledged or not. Messages of more than 1785 bytes (ETP) are counted.
///
/// Memory is fixed by `init`; `take` allocates nothing. Not copyable: two copies would share their memory, and the
/// next frame would have to allocate.
public struct J1939Listener: ~Copyable, Sendable {
  /// Seconds after which a message that does not go on is given up: T2 and T3 of the standard. Broadcasts may pause
  /// for 750 ms only, but late ones are messages all the same.
  public static let timeout = 1.25

  public private(set) var counters = Counters()
  private var sessions: J1939Sessions

  /// - Parameter sessions: most messages under way at once, at least 1; each takes 1785 bytes.
  public init(sessions: Int = 32) { self.sessions = J1939Sessions(count: max(sessions, 1)) }

  /// Bytes of memory that the listener takes, from its making on.
  public var memoryBytes: Int { MemoryLayout<J1939Listener>.size + sessions.memoryBytes }

  /// Messages under way.
  public var running: Int { sessions.running }

  /// Whether an identifier is one of the transport protocols: connection management EC00, data EB00, and C800 and
  /// C700 of the extended one. False for remote requests and error frames.
  @inline(__always) public static func isCandidate(_ id: CANID) -> Bool {
    let group = id.rawValue & 0xE3FF_0000
    return group == 0x80EB_0000 || group == 0x80EC_0000 || group == 0x80C8_0000 || group == 0x80C7_0000
  }

  /// Takes a frame in, and delivers the message that it completes.
  /// - Parameter deliver: gets each message whole, without packet numbers and padding.
  public mutating func take(
    _ frame: borrowing CANFrame, _ deliver: (J1939Message, Span<UInt8>) -> Void
  ) -> Verdict {
    guard J1939Listener.isCandidate(frame.id), let identifier = J1939Identifier(frame.id) else { return .notTransport }
    guard identifier.source < J1939Identifier.nobody, identifier.destination != J1939Identifier.nobody else {
      return malformed()
    }
    switch identifier.parameterGroup {
    case 0xEB00:
      return takePacket(frame, identifier, deliver)
    case 0xEC00:
      guard let connection = J1939Connection(frame, to: identifier.destination) else { return malformed() }
      manage(connection, identifier, frame)
      return .part
    default:
      counters.extended &+= 1
      return .part
    }
  }

  private mutating func malformed() -> Verdict {
    counters.malformed &+= 1
    return .malformed
  }

  private mutating func manage(
    _ connection: J1939Connection, _ identifier: J1939Identifier, _ frame: borrowing CANFrame
  ) {
    let (sent, answered) = (J1939Sessions.Route(identifier, frame.bus), J1939Sessions.Route(to: identifier, frame.bus))
    switch connection {
    case .broadcast(let announcement):
      counters.broadcasts &+= 1
      begin(announcement, on: sent, at: frame.time)
    case .requestToSend(let announcement):
      counters.requests &+= 1
      begin(announcement, on: sent, at: frame.time)
    case .clearToSend(let group, let packets, let next):
      counters.clearances &+= 1
      guard let index = running(answered, at: frame.time), sessions[index].parameterGroup == group,
        packets == 0 || 1...sessions[index].packets ~= next
      else { return }
      sessions.keepAlive(index, at: frame.time)
    case .endOfMessage(let group):
      counters.acknowledgements &+= 1
      guard let index = running(answered, at: frame.time), sessions[index].parameterGroup == group else { return }
      counters.incomplete &+= 1
      sessions.end(index)
    case .abort(let group, let reason):
      counters.aborts &+= 1
      switch reason {
      case 1: counters.abortsBusy &+= 1
      case 2: counters.abortsResources &+= 1
      case 3: counters.abortsTimeout &+= 1
      default: counters.abortsOther &+= 1
      }
      abort(group, sent, at: frame.time)
      if answered != sent { abort(group, answered, at: frame.time) }
    }
  }

  private mutating func begin(
    _ announcement: J1939Connection.Announcement, on route: J1939Sessions.Route, at time: Instant
  ) {
    if let index = running(route, at: time) {
      counters.replaced &+= 1
      sessions.end(index)
    }
    switch sessions.begin(announcement, on: route, at: time) {
    case .nothing: break
    case .silent: counters.timeouts &+= 1
    case .running: counters.evicted &+= 1
    }
  }

  private mutating func abort(_ group: UInt32, _ route: J1939Sessions.Route, at time: Instant) {
    guard let index = running(route, at: time), sessions[index].parameterGroup == group else { return }
    counters.aborted &+= 1
    sessions.end(index)
  }

  /// The message under way on a route, unless it has been silent for too long, which ends it.
  private mutating func running(_ route: J1939Sessions.Route, at time: Instant) -> Int? {
    guard let index = sessions.index(of: route) else { return nil }
    guard sessions[index].isSilent(at: time) else { return index }
    counters.timeouts &+= 1
    sessions.end(index)
    return nil
  }

  private mutating func takePacket(
    _ frame: borrowing CANFrame, _ identifier: J1939Identifier, _ deliver: (J1939Message, Span<UInt8>) -> Void
  ) -> Verdict {
    guard frame.length >= 2, frame[0] > 0 else { return malformed() }
    let route = J1939Sessions.Route(identifier, frame.bus)
    guard let index = running(route, at: frame.time) else {
      counters.strayPackets &+= 1
      return .part
    }
    switch sessions.take(frame, in: index) {
    case .taken:
      counters.packets &+= 1
      return .part
    case .cutShort:
      return malformed()
    case .outOfOrder:
      counters.packets &+= 1
      counters.sequenceErrors &+= 1
      sessions.end(index)
      return .malformed
    case .last:
      counters.packets &+= 1
      counters.messages &+= 1
      let message = J1939Message(
        time: frame.time, bus: frame.bus, parameterGroup: sessions[index].parameterGroup, source: identifier.source,
        destination: identifier.destination)
      sessions.withMessage(of: index) { deliver(message, $0) }
      sessions.end(index)
      return .message
    }
  }
}
