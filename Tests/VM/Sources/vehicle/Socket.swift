// CAN sockets by the bytes that the kernel's headers fix, so that this vehicle shares no code with what it tests.
import Glibc
import Vocabulary

struct SocketError: Error, CustomStringConvertible {
  var what: String
  var code: Int32
  var description: String { "\(what): \(String(cString: strerror(code)))" }
}

/// A CAN socket without blocking; closed at its end.
final class Socket {
  let descriptor: Int32

  private enum Family {
    static let can: Int32 = 29
    static let netlink: Int32 = 16
  }
  private enum CANProtocol {
    static let raw: Int32 = 1
    static let isotp: Int32 = 6
    static let j1939: Int32 = 7
  }
  private static let solCAN: Int32 = 100

  private init(_ proto: Int32, _ type: __socket_type, what: String) throws(SocketError) {
    descriptor = socket(Family.can, Int32(type.rawValue) | Int32(SOCK_NONBLOCK.rawValue), proto)
    if descriptor < 0 { throw SocketError(what: what, code: errno) }
  }

  deinit { close(descriptor) }

  /// Every frame of the bus that this socket did not send.
  static func raw(_ interface: Int32) throws(SocketError) -> Socket {
    let socket = try Socket(CANProtocol.raw, SOCK_RAW, what: "raw socket")
    var size: Int32 = 4 << 20
    setsockopt(socket.descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, 4)
    try socket.bind(interface, bytes: [])
    return socket
  }

  /// A unit's own: receives on `request`, sends on `reply`.
  static func isotp(_ interface: Int32, request: CANID, reply: CANID) throws(SocketError) -> Socket {
    let socket = try Socket(CANProtocol.isotp, SOCK_DGRAM, what: "ISO-TP socket")
    // Flags: pad what is sent; content AA, to differ from what a tester fills with.
    var options: [UInt8] = bytes(UInt32(4)) + bytes(UInt32(50_000)) + [0, 0xAA, 0, 0]
    try socket.set(solCAN + CANProtocol.isotp, 1, &options)
    try socket.bind(interface, bytes: bytes(request.rawValue) + bytes(reply.rawValue))
    return socket
  }

  /// A unit of SAE J1939 at its address.
  static func j1939(_ interface: Int32, address: UInt8) throws(SocketError) -> Socket {
    let socket = try Socket(CANProtocol.j1939, SOCK_DGRAM, what: "J1939 socket")
    var on = bytes(UInt32(1))
    try socket.set(SOL_SOCKET, SO_BROADCAST, &on)
    try socket.bind(interface, bytes: nameless(group: 0x40000, address: address))
    return socket
  }

  func send(_ message: [UInt8]) -> Bool { write(descriptor, message, message.count) == message.count }

  func send(_ message: [UInt8], group: UInt32, to address: UInt8) {
    var to = Socket.address(0, Socket.nameless(group: group, address: address))
    let size = socklen_t(to.count)
    _ = to.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map {
        sendto(descriptor, message, message.count, 0, $0.assumingMemoryBound(to: sockaddr.self), size)
      }
    }
  }

  /// What waits, nil when nothing does; errors that a socket reports once are passed over.
  func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    for _ in 0..<4 {
      let count = read(descriptor, &buffer, buffer.count)
      if count >= 0 { return Array(buffer.prefix(count)) }
      if errno == EAGAIN { return nil }
    }
    return nil
  }

  func send(_ frame: CANFrame) {
    let data = (0..<8).map { frame[$0] }
    _ = send(Socket.bytes(frame.id.rawValue) + [frame.length, 0, 0, 0] + data)
  }

  // MARK: Bytes

  private static func bytes(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

  private static func nameless(group: UInt32, address: UInt8) -> [UInt8] {
    [UInt8](repeating: 0, count: 8) + bytes(group) + [address]
  }

  /// sockaddr_can: family, interface, then what the protocol needs.
  private static func address(_ interface: Int32, _ rest: [UInt8]) -> [UInt8] {
    let begin = [UInt8(Family.can), 0, 0, 0] + bytes(UInt32(bitPattern: interface)) + rest
    return begin + [UInt8](repeating: 0, count: 24 - begin.count)
  }

  private func set(_ level: Int32, _ option: Int32, _ value: inout [UInt8]) throws(SocketError) {
    guard setsockopt(descriptor, level, option, &value, socklen_t(value.count)) == 0 else {
      throw SocketError(what: "socket option", code: errno)
    }
  }

  private func bind(_ interface: Int32, bytes: [UInt8]) throws(SocketError) {
    var address = Socket.address(interface, bytes)
    // The kernel's order: what is received on, then what is sent on.
    let size = socklen_t(address.count)
    let code = address.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map { Glibc.bind(descriptor, $0.assumingMemoryBound(to: sockaddr.self), size) } ?? -1
    }
    guard code == 0 else { throw SocketError(what: "bind", code: errno) }
  }
}
