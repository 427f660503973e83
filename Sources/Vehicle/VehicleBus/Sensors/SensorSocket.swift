// Where sensors on this machine send to: a Unix datagram socket, one pack of SenML in each datagram.
import CLinux
import Glibc
public import Vocabulary

/// Receives packs. Belongs to one thread, which waits for `descriptor` and then drains it. What is not drained waits in
/// the kernel, which lets senders wait when it has no more room: nothing is lost unseen.
public final class SensorSocket {
  /// Datagrams that one call reads, so that a flood leaves the thread time for all else.
  public static let mostPerDrain = 64

  public let path: String
  /// Reads, judges and counts what comes; packs that come another way may be given to it too.
  public var intake: SensorIntake
  private let largest: Int
  private var buffer: [UInt8]
  private var socket: telltale_unix_datagram

  /// Makes the socket, for its owner and group to write to (0660). One that a dead process left is replaced.
  /// - Parameters:
  ///   - path: at most 107 bytes; its folder must be there.
  ///   - largest: bytes of a datagram; larger ones are counted and thrown away. At most `SenMLReader.largestPack`.
  /// - Throws: `SensorSocketError`, with the mend: somebody receives there already, a file that is no socket, or no
  ///   permission.
  public init(path: String, catalogue: SensorCatalogue, largest: Int = 16 << 10) throws(SensorSocketError) {
    // Thrown while `self` is not whole: else `deinit` would run, and close a descriptor that is not its own.
    var made = telltale_unix_datagram()
    let result = telltale_unix_datagram_bind(path, 0o660, &made)
    guard result == 0 else { throw SensorSocketError(path: path, code: -result) }
    socket = made
    self.path = path
    self.largest = min(max(largest, 1), SenMLReader.largestPack)
    intake = SensorIntake(catalogue)
    buffer = Array(repeating: 0, count: self.largest)
  }

  /// Removes the socket's name, if nobody has put another in its place.
  deinit { telltale_unix_datagram_close(&socket, path) }

  /// Readable when a datagram waits.
  public var descriptor: Int32 { socket.fd }

  public var counters: SensorCounters { intake.counters }

  /// Bytes of memory while records are read: the datagram twice, and the records of the longest pack.
  public static func memoryBytes(largest: Int = 16 << 10) -> Int {
    2 * largest + SenMLReader.mostRecords * (MemoryLayout<SenMLRecord>.stride + 64)
  }

  /// Reads what waits, without blocking, and delivers its values.
  /// - Parameters:
  ///   - now: what counts as the time of their arrival.
  ///   - wall: nanoseconds since 1970 at `now`; nil where the clock is not to be trusted.
  /// - Returns: Whether more may wait.
  @discardableResult
  public func drain(at now: Instant, wall: Int64?, _ deliver: (Sample) -> Void) -> Bool {
    for _ in 0..<SensorSocket.mostPerDrain {
      let length = telltale_unix_datagram_receive(socket.fd, &buffer, buffer.count)
      guard length >= 0 else { return false }
      if length > largest {
        intake.refuseTooLarge(bytes: length, limit: largest, at: now)
      } else {
        intake.take(Array(buffer[..<length]), at: now, wall: wall, deliver)
      }
    }
    return true
  }
}

/// Why there is no socket for sensors.
public struct SensorSocketError: Error, Equatable, CustomStringConvertible, Sendable {
  public var path: String
  /// errno.
  public var code: Int32

  /// One line with the mend.
  public var description: String {
    let text =
      switch code {
      case EADDRINUSE: "another process receives here; stop it, or give this daemon another path"
      case EEXIST: "there is a file here that is no socket; remove it, or give another path"
      case ENAMETOOLONG: "longer than the 107 bytes that a socket's path may have; give a shorter one"
      case ENOENT, ENOTDIR: "its folder is not there; create it, or give another path"
      case EACCES, EPERM, EROFS:
        "not permitted to create a socket here; give a path below a folder of this daemon's user, such as /run/telltale"
      default: strerror(code).map { String(cString: $0) } ?? "error \(code)"
      }
    return "\(path): \(text)"
  }
}
