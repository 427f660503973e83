// What can go wrong at the diagnostics socket, on either end of it, each with the mend in the same line.

/// An error of the socket's server or of its client.
public enum DiagnosticsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path is empty or does not fit into `sockaddr_un` (107 bytes, unix(7)).
  case pathLength(path: String, bytes: Int)
  /// The folder of the socket cannot be made or opened.
  case folder(path: String, reason: String)
  /// Something that is no socket stands at the path.
  case notASocket(path: String)
  /// A living daemon answers at the path.
  case alreadyServed(path: String)
  /// The socket cannot be made, bound, opened up to its group, listened on or looked at.
  case cannotListen(path: String, reason: String)
  /// Nobody listens at the path.
  case noDaemon(path: String)
  /// The file's mode forbids connecting.
  case notPermitted(path: String)
  /// A system call of the client failed in another way.
  case connection(path: String, reason: String)
  /// No whole reply within the time allowed.
  case timedOut(path: String, seconds: Double)
  /// The reply is no HTTP/1.1, is cut short, or is not the document that was asked for.
  case badReply(path: String, reason: String)
  /// The daemon answered with an error of its own.
  case answered(status: Int, error: String, mend: String)

  public var description: String {
    switch self {
    case .pathLength(let path, let bytes):
      "socket path \"\(path)\" has \(bytes) bytes, 1 to 107 are possible: give a shorter one"
    case .folder(let path, let reason):
      "cannot make or open the socket's folder \(path): \(reason); make it writable for the daemon or move the socket"
    case .notASocket(let path):
      "\(path) exists and is no socket: move it away, or choose another path with --socket"
    case .alreadyServed(let path):
      "another telltaled serves \(path): stop it first, or choose another path with --socket"
    case .cannotListen(let path, let reason):
      "cannot listen at \(path): \(reason); check who may write its folder, or choose another path with --socket"
    case .noDaemon(let path):
      "no daemon at \(path): is telltaled running? (systemctl status telltaled), or give --socket"
    case .notPermitted(let path):
      "not permitted to use \(path): join the group that owns it (ls -l \(path)), or use sudo"
    case .connection(let path, let reason):
      "cannot talk to \(path): \(reason); see systemctl status telltaled"
    case .timedOut(let path, let seconds):
      "no whole answer from \(path) within \(Figures.plain(seconds)) s: see journalctl -u telltaled"
    case .badReply(let path, let reason):
      "\(path) gave no usable answer: \(reason); is it telltaled's socket, and of the same version?"
    case .answered(_, let error, let mend):
      mend.isEmpty ? error : error + ": " + mend
    }
  }
}
