// Draws for tests, folders that go away, and datagrams to send.
import Glibc
import Testing

/// SplitMix64: the same draws for the same seed everywhere.
struct Draws: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// A folder for a socket, gone with the last reference.
final class SocketFolder {
  let path: String
  var socket: String { path + "/sensors.sock" }

  init() throws {
    var template = Array("/tmp/telltale-sensors-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit {
    unlink(socket)
    rmdir(path)
  }
}

/// A process's end of a Unix socket, of any kind.
final class Peer {
  let descriptor: Int32

  init(_ kind: __socket_type = SOCK_DGRAM) { descriptor = socket(AF_UNIX, Int32(kind.rawValue), 0) }

  deinit { close(descriptor) }

  private func with(_ path: String, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int) -> Int {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }

  func bind(_ path: String) -> Bool { with(path) { Int(Glibc.bind(descriptor, $0, $1)) } == 0 }

  /// Without waiting for room.
  func send(_ bytes: [UInt8], to path: String) -> Bool {
    with(path) { sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT), $0, $1) } == bytes.count
  }

  func send(_ text: String, to path: String) -> Bool { send(Array(text.utf8), to: path) }
}
