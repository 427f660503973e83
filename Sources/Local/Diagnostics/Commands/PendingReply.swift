// A command's way back to its client, from whatever thread carries the command out.
import Synchronization

/// Takes one reply; further ones, and one that comes when the client has left, go nowhere.
final class PendingReply: Sendable {
  private let way: Mutex<(@Sendable (CommandReply) -> Void)?>

  /// - Parameter way: Puts the reply on the connection's event loop; may not run anything itself.
  init(_ way: @escaping @Sendable (CommandReply) -> Void) { self.way = Mutex(way) }

  func deliver(_ reply: CommandReply) {
    // Within the lock: the connection cuts the way before it ends, so its event loop still lives while this is held.
    way.withLock { way in
      way?(reply)
      way = nil
    }
  }

  func cut() { way.withLock { $0 = nil } }
}
