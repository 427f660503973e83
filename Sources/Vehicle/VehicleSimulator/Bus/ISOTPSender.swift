// Messages of OBD-II and UDS as frames: single, first, flow control and consecutive (ISO 15765-2).
import Vocabulary

/// One direction between two nodes: what one sends, and where the other sends its flow control.
struct ISOTPSender: Sendable {
  var id: CANID
  var flowControl: CANID
  /// Fills a frame to eight bytes.
  var padding: UInt8
  /// Consecutive frames until the next flow control; 0 for no end.
  var blockSize: UInt8

  /// The frame of a message of at most seven bytes, at the time 0; nil for a longer one.
  func singleFrame(of message: [UInt8]) -> CANFrame? {
    guard message.count <= 7 else { return nil }
    var word = UInt64(message.count)
    for place in 1..<8 {
      let byte = place <= message.count ? message[place - 1] : padding
      word |= UInt64(byte) << UInt64(8 * place)
    }
    return CANFrame(time: .zero, id: id, length: 8, payload: CANPayload(word: word))
  }

  /// The frames of one message, the receiver's flow control among them; the first one at the time 0.
  /// - Parameter message: 1...4095 bytes; more are cut off.
  func frames(of message: [UInt8], random: inout RandomStream) -> [CANFrame] {
    if let frame = singleFrame(of: message) { return [frame] }
    var frames: [CANFrame] = []
    func add(_ id: CANID, _ bytes: [UInt8], at time: Int64) {
      let padded = bytes + Array(repeating: padding, count: 8 - bytes.count)
      frames.append(CANFrame(time: Instant(nanoseconds: time), id: id, bytes: padded))
    }
    let message = message.prefix(4095)
    add(id, [0x10 | UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message.prefix(6), at: 0)
    var now: Int64 = 0
    var sent = 6
    var inBlock = 0
    var number: UInt8 = 1
    while sent < message.count {
      if inBlock == 0 {
        now += ISOTPSender.microseconds(300...1500, &random)
        add(flowControl, [0x30, blockSize, 0], at: now)
      }
      now += ISOTPSender.microseconds(350...1100, &random)
      add(id, [0x20 | number] + message[sent..<min(sent + 7, message.count)], at: now)
      sent += 7
      number = (number + 1) & 0xF
      inBlock += 1
      if inBlock == Int(blockSize) { inBlock = 0 }
    }
    return frames
  }

  /// A time in whole microseconds, given in nanoseconds.
  static func microseconds(_ range: ClosedRange<Double>, _ random: inout RandomStream) -> Int64 {
    Int64(random.uniform(range)) * 1000
  }
}

/// When a control unit is sending: it never begins a message before another one is over.
struct SendingTimes: Sendable {
  private var taken: [(begin: Int64, end: Int64)] = []
  private var last = Int64.min
  /// Between two messages, ns.
  private static let pause: Int64 = 300_000

  /// Forgets what is over at `time`, nanoseconds.
  mutating func forget(before time: Int64) {
    if last < time { taken.removeAll(keepingCapacity: true) } else { taken.removeAll { $0.end < time } }
  }

  /// The first time from `time` on at which a message of that length does not meet another one, which it takes.
  mutating func take(from time: Int64, lasting length: Int64) -> Int64 {
    var begin = time
    if last != .min && begin < last + SendingTimes.pause { begin = gap(from: time, lasting: length) }
    taken.append((begin, begin + length))
    last = max(last, begin + length)
    return begin
  }

  private func gap(from time: Int64, lasting length: Int64) -> Int64 {
    var begin = time
    func meets(_ other: (begin: Int64, end: Int64)) -> Bool {
      begin < other.end + SendingTimes.pause && other.begin < begin + length + SendingTimes.pause
    }
    while let other = taken.first(where: meets) { begin = other.end + SendingTimes.pause }
    return begin
  }
}
