// Messages of the transport protocol of J1939 that are under way: a table of fixed size.

import Vocabulary

struct J1939Sessions: ~Copyable, Sendable {
  /// Bus, source and destination as one number. A destination of 255 tells a broadcast from a connection.
  struct Route: Equatable, BitwiseCopyable {
    private var rawValue: UInt32

    /// No route: a free place.
    static let none = Route(rawValue: .max)

    private init(rawValue: UInt32) { self.rawValue = rawValue }

    private init(_ bus: UInt8, _ source: UInt8, _ destination: UInt8) {
      rawValue = UInt32(bus) &<< 16 | UInt32(source) &<< 8 | UInt32(destination)
    }

    /// That of what a frame's sender sends.
    init(_ identifier: J1939Identifier, _ bus: UInt8) { self.init(bus, identifier.source, identifier.destination) }

    /// That of what is sent to a frame's sender.
    init(to identifier: J1939Identifier, _ bus: UInt8) { self.init(bus, identifier.destination, identifier.source) }

    var isBroadcast: Bool { rawValue & 0xFF == 0xFF }
  }

  struct Session: BitwiseCopyable {
    var route = Route.none
    /// Of its newest packet, announcement or clearance.
    var time = Instant.zero
    var parameterGroup: UInt32 = 0
    var length: UInt16 = 0
    /// As announced.
    var packets: UInt8 = 0
    /// Different ones that are here.
    var received: UInt8 = 0
    /// A bit for each packet that is here; packet 1 is bit 0.
    var isHere: InlineArray<4, UInt64> = InlineArray(repeating: 0)

    /// Also when the axis jumped back: in a recording that was put together from several.
    func isSilent(at now: Instant) -> Bool { abs(now.seconds(since: time)) > J1939Listener.timeout }
  }

  /// What a new message took its place from.
  enum Displaced: BitwiseCopyable {
    case nothing
    /// A message that had not gone on for too long.
    case silent
    case running
  }

  /// What became of a packet.
  enum Outcome: BitwiseCopyable {
    case taken
    /// Now all are here.
    case last
    case outOfOrder
    /// Fewer bytes than the message needs of this packet; nothing happened.
    case cutShort
  }

  static let packetBytes = 7
  private static let largest = Int(J1939Connection.lengths.upperBound)

  private var sessions: [Session]
  private var bytes: [UInt8]

  init(count: Int) {
    sessions = Array(repeating: Session(), count: count)
    bytes = Array(repeating: 0, count: count * J1939Sessions.largest)
  }

  var memoryBytes: Int { 64 + bytes.capacity + sessions.capacity * MemoryLayout<Session>.stride }

  var running: Int { sessions.count { $0.route != Route.none } }

  subscript(index: Int) -> Session { sessions[index] }

  func index(of route: Route) -> Int? { sessions.firstIndex { $0.route == route } }

  mutating func end(_ index: Int) { sessions[index].route = Route.none }

  mutating func keepAlive(_ index: Int, at time: Instant) { sessions[index].time = time }

  /// With all places taken one that is silent for too long gives way, else one that was announced only, else the one
  /// that has been silent for longest: whoever floods the bus with announcements displaces his own.
  mutating func begin(
    _ announcement: J1939Connection.Announcement, on route: Route, at time: Instant
  ) -> Displaced {
    var displaced = Displaced.nothing
    var place = 0
    if let free = index(of: Route.none) {
      place = free
    } else {
      var best = -1.0
      for index in sessions.indices {
        let session = sessions[index]
        let silence = abs(time.seconds(since: session.time))
        // A second is more than any silence that is not too long can add to the rank of the others.
        let rank =
          session.isSilent(at: time)
          ? 2 * J1939Listener.timeout + silence : session.received == 0 ? J1939Listener.timeout + silence : silence
        if rank > best { (place, best) = (index, rank) }
      }
      displaced = sessions[place].isSilent(at: time) ? .silent : .running
    }
    sessions[place] = Session()
    sessions[place].route = route
    sessions[place].time = time
    sessions[place].parameterGroup = announcement.parameterGroup
    sessions[place].length = announcement.length
    sessions[place].packets = announcement.packets
    return displaced
  }

  /// Takes a packet in, which has a number from 1 on.
  mutating func take(_ frame: borrowing CANFrame, in index: Int) -> Outcome {
    let session = sessions[index]
    let number = Int(frame[0])
    guard number <= session.packets, !session.route.isBroadcast || number == Int(session.received) + 1 else {
      return .outOfOrder
    }
    let start = (number - 1) * J1939Sessions.packetBytes
    let count = min(J1939Sessions.packetBytes, Int(session.length) - start)
    guard count < frame.length else { return .cutShort }
    let position = index * J1939Sessions.largest + start
    for i in 0..<count { bytes[position + i] = frame[1 + i] }
    sessions[index].time = frame.time
    let (word, bit) = ((number - 1) &>> 6, UInt64(1) &<< UInt64((number - 1) & 63))
    if session.isHere[word] & bit == 0 {
      sessions[index].isHere[word] |= bit
      sessions[index].received += 1
    }
    return sessions[index].received == session.packets ? .last : .taken
  }

  func withMessage(of index: Int, _ body: (Span<UInt8>) -> Void) {
    let start = index * J1939Sessions.largest
    body(bytes.span.extracting(start..<start + Int(sessions[index].length)))
  }
}
