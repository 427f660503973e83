// The socket's file: taken only from the dead, opened to its group, removed only if it is still ours.
import Glibc

/// A Unix socket that listens at a path.
struct SocketFile: Sendable {
  let path: String
  let descriptor: CInt
  private let device: dev_t
  private let inode: ino_t

  /// Hundredths of a second that it waits for its turn in a folder.
  private static let patience = 100

  /// Makes the folder if missing, removes a socket that refuses connections, listens.
  static func claim(_ path: String) throws(DiagnosticsError) -> SocketFile {
    let address = try UnixAddress(path: path)
    let folder = folder(of: path)
    try makeFolder(folder)
    // A socket that is bound but does not listen yet looks like a dead one. Two daemons that start at once must
    // therefore take turns; a lock on the folder leaves no file behind and dies with its holder.
    let turn = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard turn >= 0 else { throw .folder(path: folder, reason: reason(errno)) }
    defer { close(turn) }
    guard waitForTurn(turn) else {
      throw .cannotListen(path: path, reason: "another process has locked \(folder)")
    }
    try removeDead(path, address)
    return try listen(path, address)
  }

  /// Removes the file unless another one has taken its place.
  func remove() {
    var now = stat()
    if lstat(path, &now) == 0 && now.st_dev == device && now.st_ino == inode { unlink(path) }
  }

  /// Whoever holds the lock for a good reason lets go of it at once.
  private static func waitForTurn(_ folder: CInt) -> Bool {
    for _ in 0..<patience {
      if flock(folder, LOCK_EX | LOCK_NB) == 0 { return true }
      var pause = timespec(tv_sec: 0, tv_nsec: 10_000_000)
      nanosleep(&pause, nil)
    }
    return false
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func makeFolder(_ path: String) throws(DiagnosticsError) {
    var end = path.startIndex
    while end < path.endIndex {
      end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
      if mkdir(String(path[..<end]), 0o755) != 0 && errno != EEXIST {
        // An ancestor may be one that nobody may write and that exists all the same.
        let failure = errno
        var found = stat()
        if stat(String(path[..<end]), &found) != 0 { throw .folder(path: path, reason: reason(failure)) }
      }
    }
  }

  private static func removeDead(_ path: String, _ address: UnixAddress) throws(DiagnosticsError) {
    var found = stat()
    guard lstat(path, &found) == 0 else {
      if errno == ENOENT { return }
      throw .cannotListen(path: path, reason: reason(errno))
    }
    guard found.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
    let probe = makeUnixSocket()
    guard probe >= 0 else { throw .cannotListen(path: path, reason: reason(errno)) }
    defer { close(probe) }
    // A daemon whose backlog is full lives too: never wait for it.
    _ = fcntl(probe, F_SETFL, O_NONBLOCK)
    switch address.connect(probe) {
    case 0, EAGAIN: throw .alreadyServed(path: path)
    case ECONNREFUSED:
      guard unlink(path) == 0 || errno == ENOENT else { throw .cannotListen(path: path, reason: reason(errno)) }
    case ENOENT: break
    case let code: throw .cannotListen(path: path, reason: "what stands there cannot be tried: " + reason(code))
    }
  }

  private static func listen(_ path: String, _ address: UnixAddress) throws(DiagnosticsError) -> SocketFile {
    let descriptor = makeUnixSocket()
    guard descriptor >= 0 else { throw .cannotListen(path: path, reason: reason(errno)) }
    func failed(removing: Bool) -> DiagnosticsError {
      let code = errno
      close(descriptor)
      if removing { unlink(path) }
      return .cannotListen(path: path, reason: reason(code))
    }
    // On Linux the file takes the descriptor's mode, less the umask: set first, it is never open to others, not even
    // for a moment. The chmod gives back to the group what the umask took.
    guard fchmod(descriptor, 0o660) == 0 else { throw failed(removing: false) }
    let code = address.bind(descriptor)
    guard code == 0 else {
      errno = code
      throw failed(removing: false)
    }
    var made = stat()
    guard chmod(path, 0o660) == 0, lstat(path, &made) == 0, Glibc.listen(descriptor, 32) == 0 else {
      throw failed(removing: true)
    }
    return SocketFile(path: path, descriptor: descriptor, device: made.st_dev, inode: made.st_ino)
  }
}
