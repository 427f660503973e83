// Messages of ISO-TP that are under way: a table of fixed size.

import Vocabulary

struct ISOTPSessions: ~Copyable, Sendable {
  struct Session: BitwiseCopyable {
    /// Channel of its frames; `Session.none` for a free place.
    var channel = Session.none
    /// Channel of its flow control; `Session.none` where that is not known.
    var partner = Session.none
    var isRequest = false
    /// As `ISOTPMessage.unit`.
    var unit: ControlUnit?
    /// Of its newest frame or flow control.
    var time = Instant.zero
    /// Bytes of the whole message.
    var length: UInt32 = 0
    /// Bytes that are here.
    var received: UInt32 = 0
    /// Bytes of each frame but the last, the protocol's own included.
    var frameLength: UInt8 = 0
    /// Number of the next consecutive frame, 0...15.
    var next: UInt8 = 1

    static let none = UInt64.max

    /// Also when the axis jumped back: in a recording that was put together from several.
    func isSilent(at now: Instant) -> Bool { abs(now.seconds(since: time)) > ISOTPListener.timeout }
  }

  /// What a new message took its place from.
  enum Displaced: BitwiseCopyable {
    case nothing
    /// A message that had not gone on for too long.
    case silent
    case running
  }

  let largest: Int
  private var sessions: [Session]
  /// `largest` bytes for each session, then as many as one frame has.
  private var bytes: [UInt8]

  init(count: Int, largest: Int) {
    self.largest = largest
    sessions = Array(repeating: Session(), count: count)
    bytes = Array(repeating: 0, count: count * largest + ISOTPFrame.largestFrame)
  }

  var memoryBytes: Int { 64 + bytes.capacity + sessions.capacity * MemoryLayout<Session>.stride }

  /// Messages under way; mostly none, so that a single frame has nothing to look through.
  private(set) var running = 0

  /// A bus and an identifier as one number.
  static func channel(_ id: CANID, on bus: UInt8) -> UInt64 { UInt64(bus) &<< 32 | UInt64(id.key) }

  subscript(index: Int) -> Session { sessions[index] }

  func index(of channel: UInt64) -> Int? { running == 0 ? nil : sessions.firstIndex { $0.channel == channel } }

  /// The session whose flow control comes on `channel`.
  func index(steeredBy channel: UInt64) -> Int? { sessions.firstIndex { $0.partner == channel } }

  /// Ends a message that is under way.
  mutating func end(_ index: Int) {
    running -= 1
    sessions[index].channel = Session.none
    sessions[index].partner = Session.none
  }

  mutating func keepAlive(_ index: Int, at time: Instant) { sessions[index].time = time }

  /// Begins a message with the data of its first frame, from byte `start` on. Its length is at most `largest`, and more
  /// than the frame holds. With all places taken the message that has been silent for longest gives way.
  mutating func begin(_ session: Session, _ frame: borrowing CANFrame, dataFrom start: Int) -> Displaced {
    var displaced = Displaced.nothing
    var place = 0
    if let free = sessions.firstIndex(where: { $0.channel == Session.none }) {
      place = free
      running += 1
    } else {
      var longest = -1.0
      for index in sessions.indices {
        let silence = abs(session.time.seconds(since: sessions[index].time))
        if silence > longest { (place, longest) = (index, silence) }
      }
      displaced = sessions[place].isSilent(at: session.time) ? .silent : .running
    }
    sessions[place] = session
    append(frame, from: start, count: Int(session.frameLength) - start, to: place)
    return displaced
  }

  /// Adds a consecutive frame. False, and nothing happens, when its number is not the next one, it is too short, or it
  /// is longer than the first frame was.
  mutating func goOn(_ index: Int, _ frame: borrowing CANFrame, number: UInt8) -> Bool {
    let session = sessions[index]
    let count = min(Int(session.length - session.received), Int(session.frameLength) - 1)
    guard number == session.next, count < frame.length, frame.length <= session.frameLength else { return false }
    append(frame, from: 1, count: count, to: index)
    sessions[index].next = (number + 1) & 0xF
    sessions[index].time = frame.time
    return true
  }

  private mutating func append(_ frame: borrowing CANFrame, from start: Int, count: Int, to index: Int) {
    let position = index * largest + Int(sessions[index].received)
    for i in 0..<count { bytes[position + i] = frame[start + i] }
    sessions[index].received += UInt32(count)
  }

  func withMessage(of index: Int, _ body: (Span<UInt8>) -> Void) {
    let start = index * largest
    body(bytes.span.extracting(start..<start + Int(sessions[index].length)))
  }

  /// Bytes `start..<start + count` of one frame, as a message.
  mutating func withMessage(
    _ frame: borrowing CANFrame, from start: Int, count: Int, _ body: (Span<UInt8>) -> Void
  ) {
    let room = bytes.count - ISOTPFrame.largestFrame
    for i in 0..<count { bytes[room + i] = frame[start + i] }
    body(bytes.span.extracting(room..<room + count))
  }

  /// The bytes of a short message.
  mutating func withMessage(_ beginning: ISOTPBeginning, _ body: (Span<UInt8>) -> Void) {
    let room = bytes.count - ISOTPFrame.largestFrame
    for i in 0..<beginning.count { bytes[room + i] = beginning[i] }
    body(bytes.span.extracting(room..<room + beginning.count))
  }
}
