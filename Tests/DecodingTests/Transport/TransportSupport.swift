// Messages heard, and cut into frames as a sender would, for the tests of both transport protocols.

import Decoding
import Testing
import Vocabulary

func octets(of span: Span<UInt8>) -> [UInt8] {
  var bytes: [UInt8] = []
  for i in span.indices { bytes.append(span[i]) }
  return bytes
}

/// An ISO-TP listener and what it delivered.
struct ISOTPBench: ~Copyable {
  struct Heard: Equatable {
    var id: CANID
    var bytes: [UInt8]
    var unit: ControlUnit?
    var isRequest = false
    var time = 0.0

    init(_ id: CANID, _ bytes: [UInt8], unit: CANID? = nil, bus: UInt8 = 0, isRequest: Bool = false, time: Double = 0) {
      self.id = id
      self.bytes = bytes
      self.unit = unit.map { ControlUnit(bus: bus, answersOn: $0) }
      self.isRequest = isRequest
      self.time = time
    }
  }

  var listener: ISOTPListener
  private(set) var heard: [Heard] = []

  init(_ listener: consuming ISOTPListener = ISOTPListener()) { self.listener = listener }

  @discardableResult mutating func take(_ frame: CANFrame) -> ISOTPListener.Verdict {
    var new: [Heard] = []
    let verdict = listener.take(frame) { message, span in
      let time = message.time.seconds(since: .zero)
      var one = Heard(message.id, octets(of: span), isRequest: message.isRequest, time: time)
      one.unit = message.unit
      new.append(one)
    }
    heard += new
    return verdict
  }

  @discardableResult mutating func take(
    _ id: CANID, _ bytes: [UInt8], bus: UInt8 = 0, seconds: Double = 0
  ) -> ISOTPListener.Verdict { take(frame(id, bytes, bus: bus, seconds: seconds)) }

  func concerns(_ id: CANID) -> Bool { listener.concerns(id) }

  var counters: ISOTPListener.Counters { listener.counters }
  var messages: [[UInt8]] { heard.map(\.bytes) }
}

extension ISOTPListener.Counters {
  /// Every frame counts once, and every message of several frames ends once.
  func balance(frames: Int, running: Int) -> Bool {
    let counted = singleFrames + firstFrames + consecutiveFrames + flowControls + unexpected + malformed + foreign
    let ended = messages - singleFrames + sequenceErrors + timeouts + aborted + overflows + tooLarge + evicted
    return counted + unsolicited == UInt64(frames) && ended + UInt64(running) == firstFrames
  }
}

/// A message as the data of ISO-TP frames of at most `frameLength` bytes, the last one not padded.
func isotpFrames(_ message: [UInt8], frameLength: Int = 8, padding: UInt8? = nil) -> [[UInt8]] {
  func padded(_ bytes: [UInt8], to length: Int) -> [UInt8] {
    bytes + (padding.map { Array(repeating: $0, count: length - bytes.count) } ?? [])
  }
  if message.count <= 7 { return [padded([UInt8(message.count)] + message, to: 8)] }
  if frameLength > 8, message.count <= frameLength - 2 {
    return [padded([0, UInt8(message.count)] + message, to: frameLength)]
  }
  let count = UInt32(message.count)
  var frames: [[UInt8]]
  if count <= 4095 {
    frames = [[0x10 | UInt8(count >> 8), UInt8(count & 0xFF)]]
  } else {
    frames = [[0x10, 0] + (0..<4).map { UInt8(count >> (24 - 8 * UInt32($0)) & 0xFF) }]
  }
  var rest = message[...]
  let first = frameLength - frames[0].count
  frames[0] += rest.prefix(first)
  rest = rest.dropFirst(first)
  var number: UInt8 = 1
  while !rest.isEmpty {
    frames.append(padded([0x20 | number] + rest.prefix(frameLength - 1), to: frameLength))
    rest = rest.dropFirst(frameLength - 1)
    number = (number + 1) & 0xF
  }
  return frames
}

/// A listener to the transport protocol of J1939 and what it delivered.
struct J1939Bench: ~Copyable {
  struct Heard: Equatable {
    var parameterGroup: UInt32
    var source: UInt8
    var destination: UInt8
    var bytes: [UInt8]
    var bus: UInt8 = 0
  }

  var listener: J1939Listener
  private(set) var heard: [Heard] = []
  /// Of the next frame.
  var seconds = 0.0

  init(_ listener: consuming J1939Listener = J1939Listener()) { self.listener = listener }

  @discardableResult mutating func take(_ frame: CANFrame) -> J1939Listener.Verdict {
    var new: [Heard] = []
    let verdict = listener.take(frame) { message, span in
      #expect(message.time == frame.time)
      new.append(
        Heard(
          parameterGroup: message.parameterGroup, source: message.source, destination: message.destination,
          bytes: octets(of: span), bus: message.bus))
    }
    heard += new
    return verdict
  }

  @discardableResult mutating func take(
    _ group: UInt32, from source: UInt8, to destination: UInt8 = 255, _ bytes: [UInt8], bus: UInt8 = 0
  ) -> J1939Listener.Verdict {
    let identifier = J1939Identifier(priority: 7, parameterGroup: group, source: source, destination: destination)
    return take(frame(identifier.id, bytes, bus: bus, seconds: seconds))
  }

  var counters: J1939Listener.Counters { listener.counters }
  var messages: [[UInt8]] { heard.map(\.bytes) }
}

extension J1939Listener.Counters {
  /// Every frame counts once, every announced message ends once, every abort has one reason.
  func balance(frames: Int, running: Int) -> Bool {
    let counted =
      broadcasts + requests + clearances + acknowledgements + aborts + packets + strayPackets + extended + malformed
    let ended = messages + sequenceErrors + timeouts + aborted + replaced + incomplete + evicted
    return counted == UInt64(frames) && ended + UInt64(running) == broadcasts + requests
      && abortsBusy + abortsResources + abortsTimeout + abortsOther == aborts
  }
}

/// The eight bytes of an announcement (32 to everybody, 16 to one unit), an end-of-message (19) likewise.
func j1939Announcement(_ control: UInt8, length: Int, packets: Int? = nil, group: UInt32) -> [UInt8] {
  let count = UInt8(truncatingIfNeeded: packets ?? (length + 6) / 7)
  return [control, UInt8(length & 0xFF), UInt8(length >> 8 & 0xFF), count, 0xFF] + j1939Group(group)
}

/// A parameter group as connection management names it.
func j1939Group(_ group: UInt32) -> [UInt8] { (0..<3).map { UInt8(group >> (8 * UInt32($0)) & 0xFF) } }

/// A message as numbered packets, the last one padded with FF.
func j1939Packets(_ message: [UInt8]) -> [[UInt8]] {
  stride(from: 0, to: message.count, by: 7).map { start in
    let part = message[start..<min(start + 7, message.count)]
    return [UInt8(start / 7 + 1)] + part + Array(repeating: 0xFF, count: 7 - part.count)
  }
}
