// Messages put together again from a simulated bus, as strictly as the standards allow: what does not fit is a fault.
import Vocabulary

/// A whole message on a simulated bus.
struct Message {
  /// Of its last frame, nanoseconds.
  var time: Int64
  var id: UInt32
  var bytes: [UInt8]
}

/// ISO 15765-2 on the diagnostic identifiers of cars.
struct StrictISOTP {
  private(set) var messages: [Message] = []
  private(set) var faults: [String] = []
  private(set) var longMessages = 0

  private struct Session {
    var bytes: [UInt8]
    var length: Int
    var next: UInt8
    /// Frames that may come before the next flow control.
    var allowed = 0
    var time: Int64
  }

  /// By the identifier of the sender, and by that of who controls its flow.
  private var sessions: [UInt32: Session] = [:]

  static func isDiagnostic(_ id: CANID) -> Bool {
    if !id.isExtended { return (0x7DF...0x7EF).contains(id.value) }
    return id.value >> 16 == 0x18DA || id.value >> 16 == 0x18DB
  }

  private static func partner(of id: UInt32) -> UInt32 {
    if id < 0x800 { return id < 0x7E8 ? id + 8 : id - 8 }
    return id & 0xFFFF_0000 | (id & 0xFF) << 8 | id >> 8 & 0xFF
  }

  mutating func take(_ frame: CANFrame) {
    guard StrictISOTP.isDiagnostic(frame.id) else { return }
    let id = frame.id.value
    let bytes = (0..<8).map { frame[$0] }
    func complain(_ text: String, _ faults: inout [String]) {
      faults.append("\(String(id, radix: 16)) at \(frame.time.nanoseconds): \(text)")
    }
    if frame.length != 8 { complain("not filled", &faults) }
    switch bytes[0] >> 4 {
    case 0:
      if sessions[id] != nil { complain("a single frame in the midst of a message", &faults) }
      let length = Int(bytes[0])
      guard (1...7).contains(length) else { return complain("length \(length)", &faults) }
      messages.append(Message(time: frame.time.nanoseconds, id: id, bytes: Array(bytes[1...length])))
    case 1:
      if sessions[id] != nil { complain("a first frame in the midst of a message", &faults) }
      let length = Int(bytes[0] & 0xF) << 8 | Int(bytes[1])
      if length < 8 { complain("a long message of \(length)", &faults) }
      sessions[id] = Session(
        bytes: Array(bytes[2...]), length: length, next: 1, time: frame.time.nanoseconds)
    case 2:
      guard var session = sessions[id] else { return complain("nothing to continue", &faults) }
      if session.allowed == 0 { complain("no flow control", &faults) }
      if bytes[0] & 0xF != session.next { complain("number \(bytes[0])", &faults) }
      if frame.time.nanoseconds - session.time > 1_000_000_000 { complain("too late", &faults) }
      session.allowed -= 1
      session.bytes += bytes[1...]
      session.next = (session.next + 1) & 0xF
      session.time = frame.time.nanoseconds
      sessions[id] = session
      if session.bytes.count >= session.length {
        messages.append(Message(time: session.time, id: id, bytes: Array(session.bytes.prefix(session.length))))
        longMessages += 1
        sessions[id] = nil
      }
    case 3:
      let sender = StrictISOTP.partner(of: id)
      if sessions[sender]?.allowed != 0 { complain("nothing to control", &faults) }
      if bytes[0] != 0x30 { complain("not clear to send", &faults) }
      sessions[sender]?.allowed = bytes[1] == 0 ? .max : Int(bytes[1])
    default: complain("no frame of ISO-TP", &faults)
    }
  }

  var openSessions: Int { sessions.count }
}

/// SAE J1939-21: single frames, announced messages, and those sent by agreement.
struct StrictJ1939 {
  struct Group {
    var time: Int64
    var number: UInt32
    var source: UInt8
    var destination: UInt8
    var bytes: [UInt8]
    var isLong: Bool
  }

  private(set) var groups: [Group] = []
  private(set) var faults: [String] = []

  private struct Session {
    var number: UInt32
    var length: Int
    var packets: Int
    var received: Int
    /// Packets up to this one were asked for.
    var allowed: Int
    var bytes: [UInt8]
    var time: Int64
    var isAnnounced: Bool
  }

  private var sessions: [UInt16: Session] = [:]

  mutating func take(_ frame: CANFrame) {
    guard frame.id.isExtended else { return faults.append("a standard identifier") }
    let number = frame.id.parameterGroup
    let source = UInt8(frame.id.value & 0xFF)
    let destination = number >> 8 < 0xF0 ? UInt8(frame.id.value >> 8 & 0xFF) : 255
    let bytes = (0..<Int(frame.length)).map { frame[$0] }
    let time = frame.time.nanoseconds
    let key = UInt16(source) << 8 | UInt16(destination)
    func complain(_ text: String, _ faults: inout [String]) {
      faults.append("\(String(frame.id.value, radix: 16)) at \(time): \(text)")
    }
    switch number {
    case 0xEC00:
      let wanted = UInt32(bytes[5]) | UInt32(bytes[6]) << 8 | UInt32(bytes[7]) << 16
      let length = Int(bytes[1]) | Int(bytes[2]) << 8
      let back = UInt16(destination) << 8 | UInt16(source)
      switch bytes[0] {
      case 0x10, 0x20:
        if sessions[key] != nil { complain("another message is not over", &faults) }
        if !(9...1785).contains(length) || Int(bytes[3]) != (length + 6) / 7 { complain("size", &faults) }
        if (bytes[0] == 0x20) != (destination == 255) { complain("announced to one", &faults) }
        sessions[key] = Session(
          number: wanted, length: length, packets: Int(bytes[3]), received: 0,
          allowed: bytes[0] == 0x20 ? Int(bytes[3]) : 0, bytes: [], time: time, isAnnounced: bytes[0] == 0x20)
      case 0x11:
        guard let session = sessions[back] else { return complain("nothing to allow", &faults) }
        if Int(bytes[2]) != session.received + 1 || session.number != wanted { complain("wrong packets", &faults) }
        sessions[back]?.allowed = session.received + Int(bytes[1])
        sessions[back]?.time = time
      case 0x13:
        guard let session = sessions[back] else { return complain("nothing to acknowledge", &faults) }
        if session.received != session.packets || session.length != length { complain("too early", &faults) }
        finish(session, key: back, source: destination, destination: source, time)
      default: complain("control byte", &faults)
      }
    case 0xEB00:
      guard var session = sessions[key] else { return complain("no message", &faults) }
      let gap = time - session.time
      if session.isAnnounced && !(50_000_000...200_000_000).contains(gap) { complain("gap \(gap)", &faults) }
      if !session.isAnnounced && gap > 200_000_000 { complain("late", &faults) }
      session.received += 1
      if Int(bytes[0]) != session.received { complain("number", &faults) }
      if session.received > session.allowed { complain("not asked for", &faults) }
      session.bytes += bytes[1...]
      session.time = time
      sessions[key] = session
      if session.isAnnounced && session.received == session.packets {
        finish(session, key: key, source: source, destination: destination, time)
      }
    default:
      if number != 0xEA00 && frame.length != 8 { complain("length", &faults) }
      groups.append(
        Group(time: time, number: number, source: source, destination: destination, bytes: bytes, isLong: false))
    }
  }

  private mutating func finish(_ session: Session, key: UInt16, source: UInt8, destination: UInt8, _ time: Int64) {
    sessions[key] = nil
    groups.append(
      Group(
        time: time, number: session.number, source: source, destination: destination,
        bytes: Array(session.bytes.prefix(session.length)), isLong: true))
  }

  var openSessions: Int { sessions.count }
}
