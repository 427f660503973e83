// A broker that says just what a test wants it to: for answers that no real broker can be made to give at will.
import Glibc
import TestSupport
import Testing

/// Takes one MQTT 5 connection on the loopback interface, grants everything, and then sends one packet.
final class ScriptedBroker {
  let port: UInt16
  private let listener: Int32
  private var connection: Int32 = -1
  private let lastPacket: [UInt8]

  /// - Parameter lastPacket: sent after the first subscription was granted.
  init(lastPacket: [UInt8]) throws {
    self.lastPacket = lastPacket
    port = try freePort()
    listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let result = withLoopback(port) { bind(listener, $0, $1) }
    try #require(result == 0 && listen(listener, 1) == 0)
  }

  deinit {
    if connection >= 0 { close(connection) }
    close(listener)
  }

  /// Answers what has come, without waiting.
  func turn() {
    if connection < 0 {
      guard isReadable(listener) else { return }
      connection = accept(listener, nil, nil)
    }
    guard isReadable(connection) else { return }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = max(0, read(connection, &bytes, bytes.count))
    // Packets of a client that has just connected are short: one byte of length each.
    var rest = bytes[..<count]
    while rest.count >= 2, let first = rest.first {
      let packet = rest.prefix(2 + Int(rest[rest.startIndex + 1]))
      rest = rest.dropFirst(packet.count)
      switch first >> 4 {
      case 1: send([0x20, 0x03, 0x00, 0x00, 0x00])
      case 8:
        send([0x90, 0x04, packet[packet.startIndex + 2], packet[packet.startIndex + 3], 0x00, 0x01])
        send(lastPacket)
      default: break
      }
    }
  }

  private func isReadable(_ descriptor: Int32) -> Bool {
    var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&source, 1, 0) > 0
  }

  private func send(_ bytes: [UInt8]) { _ = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
}
