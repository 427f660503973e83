// The address of a Unix socket, with its length checked before the kernel cuts it.
import Glibc

/// A file-system path as `sockaddr_un` (unix(7)).
struct UnixAddress {
  /// `sun_path` less its closing zero byte.
  static let longestPath = 107

  private var address = sockaddr_un()

  /// - Throws: `.pathLength` for an empty path, or one longer than 107 bytes.
  init(path: String) throws(DiagnosticsError) {
    let bytes = path.utf8.count
    guard (1...UnixAddress.longestPath).contains(bytes) else {
      throw .pathLength(path: path, bytes: bytes)
    }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
  }

  /// 0, or the errno of connect(2).
  func connect(_ descriptor: CInt) -> CInt {
    withSocketAddress { Glibc.connect(descriptor, $0, $1) == 0 ? 0 : errno }
  }

  /// 0, or the errno of bind(2).
  func bind(_ descriptor: CInt) -> CInt {
    withSocketAddress { Glibc.bind(descriptor, $0, $1) == 0 ? 0 : errno }
  }

  private func withSocketAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
    withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}

/// A new stream socket that is not inherited by children, or -1 with errno set.
func makeUnixSocket() -> CInt {
  socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
}

/// What the C library calls an errno.
func reason(_ code: CInt) -> String { String(cString: strerror(code)) }
