// Who is at the other end of a connection, by the kernel's word.
import Glibc
import NIOCore

/// The process that connected, as the kernel saw it then (SO_PEERCRED, unix(7)); nothing that it says itself.
public struct Caller: Hashable, Sendable {
  /// Effective user and group of the process; supplementary groups are not among what the kernel tells here.
  public var uid: UInt32
  public var gid: UInt32
  /// For logs alone: the number may belong to another process by now. 0 from outside this PID namespace.
  public var pid: Int32
  /// The user's name; nil when the system knows none.
  public var user: String?

  public init(uid: UInt32, gid: UInt32, pid: Int32, user: String?) {
    self.uid = uid
    self.gid = gid
    self.pid = pid
    self.user = user
  }

  /// `struct ucred` (unix(7)), which the C library's headers keep from Swift.
  private struct Credentials: BitwiseCopyable, Sendable {
    var pid: Int32
    var uid: UInt32
    var gid: UInt32
  }

  /// Asks the kernel about the other end of `channel`. Looks the name up in the user database, which is a file on a
  /// gateway and read only for commands.
  static func ofPeer(_ channel: any Channel) -> EventLoopFuture<Caller> {
    guard let socket = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
    let credentials: EventLoopFuture<Credentials> = socket.unsafeGetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    return credentials.map { Caller(uid: $0.uid, gid: $0.gid, pid: $0.pid, user: userName(of: $0.uid)) }
  }

  private static func userName(of uid: uid_t) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { room in
      var entry = passwd()
      var found: UnsafeMutablePointer<passwd>?
      guard let base = room.baseAddress, getpwuid_r(uid, &entry, base, room.count, &found) == 0, found != nil
      else { return nil }
      return entry.pw_name.map { String(cString: $0) }
    }
  }
}
