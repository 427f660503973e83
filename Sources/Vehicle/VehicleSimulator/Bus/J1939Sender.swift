// Parameter groups as frames: alone, announced to all (BAM), or by agreement with one receiver (SAE J1939-21).
import Vocabulary

struct J1939Sender: Sendable {
  static let everybody: UInt8 = 255
  static let request: UInt32 = 0xEA00
  static let acknowledgement: UInt32 = 0xE800

  let source: UInt8
  /// When the next announced message may begin, nanoseconds: a node announces one at a time.
  private var announcedUntil = Int64.min

  /// Connection management and data transfer.
  private static let management: UInt32 = 0xEC00
  private static let transfer: UInt32 = 0xEB00
  /// Packets that a receiver takes at once.
  private static let window = 8

  init(source: UInt8) { self.source = source }

  /// Adds the frames of one message and returns when the last one is sent, nanoseconds.
  ///
  /// Up to eight bytes go into one frame. More are announced where everybody is meant, else sent by agreement, ending
  /// with the receiver's acknowledgement.
  /// - Parameters:
  ///   - group: a parameter group; below PDU format 240 it is sent to `destination` alone.
  ///   - data: 0...1785 bytes; more are cut off.
  mutating func send(
    _ data: [UInt8], group: UInt32, to destination: UInt8 = J1939Sender.everybody, at time: Int64,
    queue: inout FrameQueue, isDialogue: Bool = true, random: inout RandomStream
  ) -> Int64 {
    let data = Array(data.prefix(1785))
    if data.count <= 8 {
      // A request is the one message that is shorter than a frame.
      let size = group == J1939Sender.request ? data.count : 8
      let bytes = data + Array(repeating: 0xFF, count: size - data.count)
      add(bytes, group: group, to: destination, at: time, &queue, isDialogue: isDialogue)
      return time
    }
    return destination == J1939Sender.everybody
      ? announce(data, group, at: time, &queue, isDialogue: isDialogue, &random)
      : agree(data, group, with: destination, at: time, &queue, &random)
  }

  private mutating func announce(
    _ data: [UInt8], _ group: UInt32, at time: Int64, _ queue: inout FrameQueue, isDialogue: Bool,
    _ random: inout RandomStream
  ) -> Int64 {
    var now = max(time, announcedUntil)
    let packets = J1939Sender.packets(of: data)
    manage(
      [0x20] + J1939Sender.size(of: data) + [UInt8(packets.count), 0xFF], group, to: J1939Sender.everybody, at: now,
      &queue, isDialogue: isDialogue)
    for packet in packets {
      now += ISOTPSender.microseconds(50_000...54_000, &random)
      add(packet, group: J1939Sender.transfer, to: J1939Sender.everybody, at: now, &queue, isDialogue: isDialogue)
    }
    announcedUntil = now + 50_000_000
    return now
  }

  private func agree(
    _ data: [UInt8], _ group: UInt32, with destination: UInt8, at time: Int64, _ queue: inout FrameQueue,
    _ random: inout RandomStream
  ) -> Int64 {
    let packets = J1939Sender.packets(of: data)
    let receiver = J1939Sender(source: destination)
    let size = J1939Sender.size(of: data) + [UInt8(packets.count)]
    var now = time
    manage([0x10] + size + [0xFF], group, to: destination, at: now, &queue)
    for (number, packet) in packets.enumerated() {
      if number % J1939Sender.window == 0 {
        now += ISOTPSender.microseconds(1_000...6_000, &random)
        let count = min(J1939Sender.window, packets.count - number)
        receiver.manage([0x11, UInt8(count), UInt8(number + 1), 0xFF, 0xFF], group, to: source, at: now, &queue)
      }
      now += ISOTPSender.microseconds(1_000...3_000, &random)
      add(packet, group: J1939Sender.transfer, to: destination, at: now, &queue)
    }
    now += ISOTPSender.microseconds(1_000...6_000, &random)
    receiver.manage([0x13] + size + [0xFF], group, to: source, at: now, &queue)
    return now
  }

  private func manage(
    _ bytes: [UInt8], _ group: UInt32, to destination: UInt8, at time: Int64, _ queue: inout FrameQueue,
    isDialogue: Bool = true
  ) {
    add(
      bytes + J1939Sender.bytes(of: group), group: J1939Sender.management, to: destination, at: time, &queue,
      isDialogue: isDialogue)
  }

  private func add(
    _ bytes: [UInt8], group: UInt32, to destination: UInt8, at time: Int64, _ queue: inout FrameQueue,
    isDialogue: Bool = true
  ) {
    // What the transport sends has the lowest priority.
    let priority: UInt32 = group == J1939Sender.management || group == J1939Sender.transfer ? 7 : 6
    let isAddressed = group >> 8 & 0xFF < 240
    let value = priority << 26 | group << 8 | (isAddressed ? UInt32(destination) << 8 : 0) | UInt32(source)
    let frame = CANFrame(time: Instant(nanoseconds: time), id: CANID(extended: value), bytes: bytes)
    queue.add(frame, isDialogue: isDialogue)
  }

  /// Each with its number, counted from 1, and seven bytes.
  private static func packets(of data: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: data.count, by: 7).map { start in
      let part = data[start..<min(start + 7, data.count)]
      return [UInt8(start / 7 + 1)] + part + Array(repeating: 0xFF, count: 7 - part.count)
    }
  }

  private static func size(of data: [UInt8]) -> [UInt8] { [UInt8(data.count & 0xFF), UInt8(data.count >> 8)] }

  /// Three bytes, the lowest first.
  static func bytes(of group: UInt32) -> [UInt8] {
    [UInt8(group & 0xFF), UInt8(group >> 8 & 0xFF), UInt8(group >> 16 & 0xFF)]
  }
}
