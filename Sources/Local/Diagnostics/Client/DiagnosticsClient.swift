// The other end of the socket: one blocking request, for command-line programs.
import Glibc

/// Asks a running daemon over its Unix socket.
public struct DiagnosticsClient: Sendable {
  public let socketPath: String
  private let timeoutSeconds: Double

  /// Largest reply that is read, head included.
  static let largestReply = 16 << 20
  /// More than the 15 s after which the daemon itself gives up on a command.
  private static let commandSeconds = 20.0

  public init(socketPath: String) { self.init(socketPath: socketPath, timeoutSeconds: 5) }

  init(socketPath: String, timeoutSeconds: Double) {
    self.socketPath = socketPath
    self.timeoutSeconds = timeoutSeconds
  }

  /// Sends `GET path` and waits up to 5 s for the whole reply.
  ///
  /// - Parameter path: From the root, for example `/v1/status`; what RFC 3986 does not allow in a path is
  ///   percent-encoded here.
  /// - Throws: `.pathLength`, `.noDaemon`, `.notPermitted`, `.connection`, `.timedOut` or `.badReply`.
  public func get(_ path: String) throws(DiagnosticsError) -> (status: Int, body: [UInt8]) {
    try exchange(DiagnosticsClient.head("GET", path), within: timeoutSeconds)
  }

  /// Sends `POST path` with a JSON body and waits up to 20 s for the whole reply.
  ///
  /// - Parameters:
  ///   - path: As for `get`.
  ///   - body: JSON, at most 4 KiB; empty for none.
  /// - Throws: As `get`. After `.timedOut` or `.badReply` nobody knows whether the command was carried out.
  public func post(_ path: String, _ body: [UInt8]) throws(DiagnosticsError) -> (status: Int, body: [UInt8]) {
    let fields = "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n"
    return try exchange(DiagnosticsClient.head("POST", path, fields) + body, within: DiagnosticsClient.commandSeconds)
  }

  private static func head(_ method: String, _ path: String, _ fields: String = "") -> [UInt8] {
    let line = "\(method) \(encoded(path)) HTTP/1.1\r\n"
    return Array((line + "Host: localhost\r\nAccept: */*\r\nConnection: close\r\n" + fields + "\r\n").utf8)
  }

  private func exchange(
    _ request: [UInt8], within seconds: Double
  ) throws(DiagnosticsError) -> (status: Int, body: [UInt8]) {
    let address = try UnixAddress(path: socketPath)
    let descriptor = makeUnixSocket()
    guard descriptor >= 0 else { throw .connection(path: socketPath, reason: reason(errno)) }
    defer { close(descriptor) }
    let deadline = DiagnosticsClient.now() + seconds
    try connect(address, descriptor)
    try send(request, descriptor)
    let reply = try receive(descriptor, until: deadline, seconds)
    do throws(HTTPResponse.Flaw) {
      let response = try HTTPResponse(parsing: reply)
      return (response.status, response.body)
    } catch {
      throw .badReply(path: socketPath, reason: error.description)
    }
  }

  private func connect(_ address: UnixAddress, _ descriptor: CInt) throws(DiagnosticsError) {
    // Bounds a connect to a full backlog, and a send, too (unix(7), socket(7)).
    var limit = timeval(tv_sec: Int(timeoutSeconds.rounded(.up)), tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    switch address.connect(descriptor) {
    case 0: return
    case ENOENT, ECONNREFUSED, ENOTDIR: throw .noDaemon(path: socketPath)
    case EACCES, EPERM: throw .notPermitted(path: socketPath)
    case EAGAIN: throw .timedOut(path: socketPath, seconds: timeoutSeconds)
    case let code: throw .connection(path: socketPath, reason: reason(code))
    }
  }

  private func send(_ bytes: [UInt8], _ descriptor: CInt) throws(DiagnosticsError) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if errno == EPIPE || errno == ECONNRESET {
        // The daemon has answered before it read everything, or it has gone; what it left to read will tell.
        return
      } else if errno == EAGAIN {
        throw .timedOut(path: socketPath, seconds: timeoutSeconds)
      } else if errno != EINTR {
        throw .connection(path: socketPath, reason: reason(errno))
      }
    }
  }

  private func receive(
    _ descriptor: CInt, until deadline: Double, _ seconds: Double
  ) throws(DiagnosticsError) -> [UInt8] {
    var reply: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      let left = deadline - DiagnosticsClient.now()
      var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = left > 0 ? poll(&wanted, 1, CInt(left * 1000) + 1) : 0
      if ready == 0 { throw .timedOut(path: socketPath, seconds: seconds) }
      let count = ready < 0 ? -1 : recv(descriptor, &chunk, chunk.count, 0)
      if count == 0 || (count < 0 && errno == ECONNRESET) { return reply }
      if count < 0 {
        if errno == EINTR { continue }
        throw .connection(path: socketPath, reason: reason(errno))
      }
      reply += chunk[..<count]
      guard reply.count <= DiagnosticsClient.largestReply else {
        throw .badReply(path: socketPath, reason: "it is longer than 16 MiB")
      }
    }
  }

  /// Seconds on a clock that nobody sets.
  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// What RFC 3986 allows in a path and a query stays; all else, line breaks above all, becomes %XX.
  static func encoded(_ path: String) -> String {
    let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?".utf8)
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in path.utf8 {
      if allowed.contains(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
