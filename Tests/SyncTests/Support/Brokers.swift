// A broker that says just what a test wants, and a client that the test steps.
import Glibc
import TestSupport
import Testing

@testable import MQTT

/// Takes MQTT 5 connections one after the other and answers by script; stepped by the test's own thread.
final class ScriptedBroker {
  let port: UInt16
  /// CONNACK from its flags on: flags, reason code, length of properties, properties.
  var answer: [UInt8] = [0, 0, 0]
  /// Whether it says nothing any more, like a broker behind a cut link.
  var isSilent = false
  private(set) var connections = 0
  /// The packets that came, fixed header included.
  private(set) var packets: [[UInt8]] = []
  private let listener: Int32
  private var connection: Int32 = -1
  private var input: [UInt8] = []

  init() throws {
    port = try freePort()
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(withLoopback(port) { bind(listener, $0, $1) } == 0 && listen(listener, 4) == 0)
  }

  deinit {
    if connection >= 0 { close(connection) }
    close(listener)
  }

  /// Answers what has come, without waiting.
  func turn() {
    if isReadable(listener) {
      if connection >= 0 { close(connection) }
      connection = accept(listener, nil, nil)
      input = []
      connections += 1
    }
    guard connection >= 0, isReadable(connection) else { return }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(connection, &bytes, bytes.count)
    guard count > 0 else {
      close(connection)
      connection = -1
      return
    }
    input += bytes[..<count]
    while let packet = nextPacket() { take(packet) }
  }

  private func nextPacket() -> [UInt8]? {
    var (length, place) = (0, 1)
    repeat {
      guard place < input.count else { return nil }
      length |= Int(input[place] & 0x7F) << (7 * (place - 1))
      place += 1
    } while input[place - 1] & 0x80 != 0
    guard input.count >= place + length else { return nil }
    defer { input.removeFirst(place + length) }
    return [input[0]] + input[place..<place + length]
  }

  private func take(_ packet: [UInt8]) {
    packets.append(packet)
    guard !isSilent else { return }
    switch packet[0] >> 4 {
    case 1: send([0x20, UInt8(answer.count)] + answer)
    case 3 where packet[0] & 0x06 == 0x02:
      let identifier = 3 + (Int(packet[1]) << 8 | Int(packet[2]))
      send([0x40, 0x02, packet[identifier], packet[identifier + 1]])
    case 8: send([0x90, 0x04, packet[1], packet[2], 0x00, 0x01])
    case 12: send([0xD0, 0x00])
    default: break
    }
  }

  func hangUp() {
    close(connection)
    connection = -1
  }

  func send(_ bytes: [UInt8]) { _ = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

  /// Publishes to the client at QoS 1.
  func publish(_ topic: String, _ payload: [UInt8]) {
    let body =
      [UInt8(topic.utf8.count >> 8), UInt8(topic.utf8.count & 0xFF)] + Array(topic.utf8) + [0, 1, 0] + payload
    var (length, rest) = ([UInt8](), body.count)
    repeat {
      length.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    send([0x32] + length + body)
  }

  /// Packets of a type that have come.
  func count(type: UInt8) -> Int { packets.count { $0[0] >> 4 == type } }

  /// Topic and payload of a PUBLISH as `packets` has it.
  static func message(_ packet: [UInt8]) -> (topic: String, payload: [UInt8]) {
    let end = 3 + (Int(packet[1]) << 8 | Int(packet[2]))
    let properties = end + (packet[0] & 0x06 == 0 ? 0 : 2)
    let payload = packet[(properties + 1 + Int(packet[properties]))...]
    return (String(decoding: packet[3..<end], as: UTF8.self), Array(payload))
  }

  private func isReadable(_ descriptor: Int32) -> Bool {
    var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&source, 1, 0) > 0
  }
}

/// A clock that goes on by the host's and, beside it, by what a test says.
final class PushedClock {
  private var pushed: Int64 = 0
  var now: Int64 { hostNanoseconds() + pushed }
  func push(seconds: Double) { pushed += Int64(seconds * 1e9) }
}

/// A client with its clock, stepped by the test.
final class SteppedClient {
  let clock = PushedClock()
  let client: Client
  private(set) var events: [Client.Event] = []
  /// Lives as long as the client.
  private let broker: AnyObject

  init(_ options: BrokerOptions, of broker: AnyObject, backOff: BackOff = BackOff()) throws {
    self.broker = broker
    client = try Client(
      options, backOff: backOff, wakeup: try Wakeup(), monotonic: { [clock] in clock.now }, random: { 1 })
  }

  /// Steps client and broker until the condition holds, 20 s of the host's clock at most.
  func turn(_ broker: ScriptedBroker? = nil, until condition: () -> Bool, _ what: Comment) throws {
    let end = hostNanoseconds() + 20_000_000_000
    while !condition() {
      try #require(hostNanoseconds() < end, what)
      broker?.turn()
      events += client.step(timeout: 2)
    }
  }

  /// Steps some times without waiting for anything.
  func turn(_ broker: ScriptedBroker, times: Int) {
    for _ in 0..<times {
      broker.turn()
      events += client.step(timeout: 1)
    }
  }

  /// The failures so far, with the seconds until the next attempt.
  var failures: [(error: MQTTError, wait: Double)] {
    events.compactMap { if case .disconnected(let error, let wait) = $0 { (error, wait) } else { nil } }
  }
}
