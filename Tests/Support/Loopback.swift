// Ports on the loopback interface.
public import Glibc
import Synchronization

/// A loopback port on which nobody listens, and which no other test of this process is given.
///
/// It is below the range from which the kernel takes the ports of outgoing connections: else another test's connection might
/// take it before the caller listens, or a caller that waits for a listener might connect to itself.
public func freePort() throws -> UInt16 {
  for _ in 0..<firstPorts.count {
    let turn = portTurn.wrappingAdd(1, ordering: .relaxed).oldValue
    let port = firstPorts.lowerBound + UInt16(turn % UInt32(firstPorts.count))
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    if withLoopback(port, { bind(descriptor, $0, $1) }) == 0 { return port }
  }
  throw SupportError("no free port")
}

private let firstPorts: Range<UInt16> = 10_000..<32_000
/// Other processes of tests begin elsewhere.
private let portTurn = Atomic<UInt32>(UInt32(truncatingIfNeeded: getpid() &* 379))

/// Connects to a loopback port; a descriptor, or nil when nobody listens.
public func connect(to port: UInt16) -> Int32? {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  if withLoopback(port, { connect(descriptor, $0, $1) }) == 0 { return descriptor }
  close(descriptor)
  return nil
}

/// Whether somebody listens on a loopback port.
public func isListening(_ port: UInt16) -> Bool {
  guard let descriptor = connect(to: port) else { return false }
  close(descriptor)
  return true
}

/// Calls `body` with the address of a loopback port and its length.
public func withLoopback(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  address.sin_port = port.bigEndian
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
  }
}
