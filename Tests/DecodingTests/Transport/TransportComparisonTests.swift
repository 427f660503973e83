// Our messages against those of pretty_j1939 and can-isotp. Benchmarks/decoding-vs-pretty-j1939/run makes the vectors;
// vectors.py says what their records and rules mean.

import Decoding
import Testing
import Vocabulary

@Suite(
  .enabled(if: environment("TELLTALE_TRANSPORT_VECTORS") != nil, "TELLTALE_TRANSPORT_VECTORS is not set"))
struct TransportComparisonTests {
  @Test func messagesAreThoseOfTheOthers() throws {
    var comparison = Comparison(bytes: try bytes(of: environment("TELLTALE_TRANSPORT_VECTORS") ?? "/"))
    comparison.run()
    for (reason, count) in comparison.explained.sorted(by: { $0.key < $1.key }) {
      print("explained \(reason): \(count)")
    }
    // Beside the issues, since `run` reads it.
    print(
      "compared logs \(comparison.logs) messages \(comparison.messages) equal \(comparison.equal)",
      "ours-only \(comparison.oursOnly) theirs-only \(comparison.theirsOnly)")
    #expect(comparison.equal > 0)
    #expect(comparison.unexplained.isEmpty, "\(comparison.unexplained.prefix(20))")
  }
}

private struct Comparison {
  /// A message, whoever put it together.
  struct Message: Hashable, CustomStringConvertible {
    var isJ1939: Bool
    var bus: UInt8
    /// A parameter group, or an identifier.
    var subject: UInt32
    var source: UInt8 = 0
    var destination: UInt8 = 0
    var bytes: [UInt8]

    var description: String {
      let head = isJ1939 ? "group \(String(subject, radix: 16)) \(source)->\(destination)" : String(subject, radix: 16)
      return "bus \(bus) \(head): " + bytes.prefix(40).map { hexadecimal($0) }.joined()
    }
  }

  /// By number, as vectors.py gives them.
  static let rules = ["", "late", "order", "counts", "address", "aborted", "service", "functional"]

  var (logs, messages, equal, oursOnly, theirsOnly) = (0, 0, 0, 0, 0)
  var explained: [String: Int] = [:]
  var unexplained: [String] = []

  private let bytes: [UInt8]
  private var position = 0
  private var path = ""
  private var named: [(id: CANID, bus: UInt8?)] = []
  private var frames: [CANFrame] = []
  private var theirs: [(message: Message, rule: Int)] = []

  init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func number<T: FixedWidthInteger>(_: T.Type) -> T {
    var value: T = 0
    for i in 0..<MemoryLayout<T>.size { value |= T(truncatingIfNeeded: bytes[position + i]) << T(8 * i) }
    position += MemoryLayout<T>.size
    return value
  }

  private mutating func data(_ count: Int) -> [UInt8] {
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  mutating func run() {
    while position < bytes.count {
      switch number(UInt8.self) {
      case UInt8(ascii: "L"):
        finishLog()
        path = String(decoding: data(Int(number(UInt32.self))), as: UTF8.self)
      case UInt8(ascii: "N"):
        let bus = number(UInt8.self)
        named.append((CANID(rawValue: number(UInt32.self)), bus))
      case UInt8(ascii: "F"):
        let time = Instant(nanoseconds: number(Int64.self))
        let id = CANID(rawValue: number(UInt32.self))
        let bus = number(UInt8.self)
        var one = frame(id, data(Int(number(UInt8.self))), bus: bus)
        one.time = time
        frames.append(one)
      case UInt8(ascii: "J"):
        let (bus, group) = (number(UInt8.self), number(UInt32.self))
        let (source, destination) = (number(UInt8.self), number(UInt8.self))
        let rule = Int(number(UInt8.self))
        let data = data(Int(number(UInt32.self)))
        let message = Message(
          isJ1939: true, bus: bus, subject: group, source: source, destination: destination, bytes: data)
        theirs.append((message, rule))
      default:
        let (bus, id) = (number(UInt8.self), number(UInt32.self))
        let rule = Int(number(UInt8.self))
        theirs.append((Message(isJ1939: false, bus: bus, subject: id, bytes: data(Int(number(UInt32.self)))), rule))
      }
    }
    finishLog()
  }

  private mutating func finishLog() {
    guard !frames.isEmpty else { return }
    logs += 1
    var ours = ourMessages()
    messages += theirs.count
    for (message, rule) in theirs {
      if let count = ours[message] {
        equal += 1
        ours[message] = count > 1 ? count - 1 : nil
      } else {
        theirsOnly += 1
        note(message, rule > 0 ? "theirs: " + Self.rules[rule] : nil, "only theirs")
      }
    }
    for (message, count) in ours {
      oursOnly += count
      for _ in 0..<count {
        let isConnection = message.isJ1939 && message.destination != J1939Identifier.everybody
        note(message, isConnection ? "ours: a connection that nobody acknowledged" : nil, "only ours")
      }
    }
    (named, frames, theirs) = ([], [], [])
  }

  private mutating func note(_ message: Message, _ reason: String?, _ whose: String) {
    if let reason { explained[reason, default: 0] += 1 } else { unexplained.append("\(path): \(whose): \(message)") }
  }

  /// How often each message comes. Without those on 11-bit identifiers that the vectors leave out.
  private func ourMessages() -> [Message: Int] {
    var isotp = ISOTPListener(named: named)
    var j1939 = J1939Listener()
    var found: [Message: Int] = [:]
    for frame in frames {
      _ = isotp.take(frame) { message, span in
        let isCompared =
          message.id.isExtended || 0x7DF...0x7EF ~= message.id.value || named.contains { $0.id == message.id }
        guard isCompared else { return }
        let heard = Message(isJ1939: false, bus: message.bus, subject: message.id.rawValue, bytes: octets(of: span))
        found[heard, default: 0] += 1
      }
      _ = j1939.take(frame) { message, span in
        let heard = Message(
          isJ1939: true, bus: message.bus, subject: message.parameterGroup, source: message.source,
          destination: message.destination, bytes: octets(of: span))
        found[heard, default: 0] += 1
      }
    }
    return found
  }
}
