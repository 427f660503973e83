// Where a simulated adapter meets its program: a pseudo-terminal, or a connection to 127.0.0.1.
import CLinux
import Glibc

/// Why there is no port, in one line with the mend.
struct SimulatePortError: Error, CustomStringConvertible {
  var description: String

  init(_ what: String, code: Int32, mend: String) {
    description = "\(what): \(String(cString: strerror(code))); \(mend)"
  }

  init(_ description: String) { self.description = description }
}

/// Opened and closed as a whole; closing it hangs the program up, as unplugging does.
struct SimulatePort: ~Copyable {
  enum Place {
    case pty(link: String?)
    case tcp(UInt16)
  }

  /// What a program opens: `/dev/pts/3`, or `127.0.0.1:35000`.
  private(set) var name = ""
  /// Where bytes come from; -1 while no program is connected.
  private(set) var descriptor: Int32 = -1

  private let link: String?
  private var far: Int32 = -1
  private var listener: Int32 = -1

  init(_ place: Place) throws(SimulatePortError) {
    switch place {
    case .pty(let link):
      self.link = link
      try openTerminal()
    case .tcp(let port):
      link = nil
      try listen(port)
    }
  }

  deinit {
    for open in [descriptor, far, listener] where open >= 0 { close(open) }
    if let link, far >= 0 { SimulatePort.remove(link, ifTo: name) }
  }

  /// What to poll for input: a connection, else who listens for one.
  var polled: Int32 { descriptor >= 0 ? descriptor : listener }

  /// The rate that the program has set; nil where a link has none.
  var baudRate: Int? {
    guard far >= 0 else { return nil }
    // A program that took the port for itself has no chance to say that it is gone.
    _ = telltale_pty_share(far)
    let rate = telltale_pty_baud_rate(far)
    return rate > 0 ? Int(rate) : nil
  }

  // MARK: Bytes

  /// What has come; accepts a connection where there is none.
  mutating func read() -> [UInt8] {
    if descriptor < 0 && listener >= 0 { accept() }
    guard descriptor >= 0 else { return [] }
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
    }
    if bytes.isEmpty && listener >= 0 && isOver { disconnect() }
    return bytes
  }

  /// What does not fit is lost, as on a line without handshake.
  mutating func write(_ bytes: [UInt8]) {
    if descriptor >= 0 { _ = Glibc.write(descriptor, bytes, bytes.count) }
  }

  /// Ends the connection of a program, and the whole terminal.
  mutating func hangUp() {
    disconnect()
    guard far >= 0 else { return }
    close(far)
    far = -1
    if let link { SimulatePort.remove(link, ifTo: name) }
  }

  /// Opens what `hangUp` has closed; a terminal has another name then.
  mutating func reopen() throws(SimulatePortError) {
    if listener < 0 && far < 0 { try openTerminal() }
  }

  private mutating func disconnect() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }

  private var isOver: Bool {
    var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&state, 1, 0) > 0 else { return false }
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) <= 0
  }

  // MARK: Terminal

  private mutating func openTerminal() throws(SimulatePortError) {
    var path = [CChar](repeating: 0, count: 64)
    descriptor = telltale_pty_open(&path, path.count, &far)
    guard descriptor >= 0 else {
      throw SimulatePortError("cannot open a pseudo-terminal", code: -descriptor, mend: "is /dev/pts mounted?")
    }
    name = String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard let link else { return }
    // A link of a run before is replaced; anything else is somebody's file.
    var status = stat()
    if lstat(link, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFLNK else {
        throw SimulatePortError("--pty \(link): there is a file of that name; choose another one")
      }
      unlink(link)
    }
    guard symlink(name, link) == 0 else {
      throw SimulatePortError("--pty \(link)", code: errno, mend: "check the folder and its permissions")
    }
  }

  private static func remove(_ link: String, ifTo name: String) {
    var target = [UInt8](repeating: 0, count: 256)
    let count = readlink(link, &target, target.count)
    if count > 0 && String(decoding: target.prefix(count), as: UTF8.self) == name { unlink(link) }
  }

  // MARK: Socket

  private mutating func listen(_ port: UInt16) throws(SimulatePortError) {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    listener = socket(AF_INET, type, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let socket = listener
    let isOpen = withUnsafeMutableBytes(of: &address) { bytes in
      guard let base = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
      return bind(socket, base, size) == 0 && Glibc.listen(socket, 1) == 0 && getsockname(socket, base, &size) == 0
    }
    guard isOpen else { throw SimulatePortError("--tcp \(port)", code: errno, mend: "choose another port, or 0") }
    name = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
  }

  private mutating func accept() {
    descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else { return }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var yes: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
  }
}
