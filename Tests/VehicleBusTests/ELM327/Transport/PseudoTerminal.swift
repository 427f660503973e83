// Ports for tests: pseudo-terminals under names of their own, and listeners on any free port.
import Glibc
import Testing

/// The adapter's side of a serial port; the daemon's side is a link in a temporary folder, as udev makes them.
final class PseudoTerminal {
  /// Not blocking.
  let master: Int32
  let link: String
  /// Goes after the link.
  private let folder: TemporaryFolder
  /// What the kernel calls the daemon's side.
  let path: String

  init(_ name: String, in folder: TemporaryFolder) throws {
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    try #require(master >= 0)
    // Unlocked, and asked for its number (TIOCSPTLCK, TIOCGPTN): Swift's module has no functions of glibc for it.
    var isLocked: Int32 = 0
    var number: Int32 = -1
    let isUnlocked = ioctl(master, 0x4004_5431, &isLocked) == 0 && ioctl(master, 0x8004_5430, &number) == 0
    try #require(isUnlocked)
    path = "/dev/pts/\(number)"
    self.master = master
    self.folder = folder
    link = folder.path + "/" + name
    try #require(symlink(path, link) == 0)
  }

  /// Pulls the plug.
  deinit {
    unlink(link)
    close(master)
  }

  /// Bits per second that the daemon's side was set to.
  var baudRate: UInt32 {
    // struct termios2: four words of flags, the line discipline, nineteen characters, then two words of speeds.
    var words = [UInt32](repeating: 0, count: 11)
    return ioctl(master, 0x802C_542A, &words) == 0 ? words[10] : 0
  }
}

/// A folder that goes with the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/telltale-ports-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { rmdir(path) }
}

/// Waits until one of the descriptors is readable; false after ten seconds.
func waitForBytes(_ descriptors: [Int32]) -> Bool {
  var looks = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  return poll(&looks, nfds_t(looks.count), 10_000) > 0
}

/// Reads exactly `count` bytes, waiting for them; fewer when they do not come.
func readBytes(_ descriptor: Int32, _ count: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: count)
  while bytes.count < count, waitForBytes([descriptor]) {
    let got = read(descriptor, &buffer, count - bytes.count)
    guard got > 0 else { break }
    bytes += buffer.prefix(got)
  }
  return bytes
}

/// Writes all, which a test's few bytes allow.
func writeBytes(_ descriptor: Int32, _ bytes: [UInt8]) {
  #expect(write(descriptor, bytes, bytes.count) == bytes.count)
}

/// A TCP socket that listens on 127.0.0.1, on a port that the kernel chose.
final class Listener {
  let descriptor: Int32
  let port: UInt16

  init(backlog: Int32 = 4) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && listen(descriptor, backlog) == 0
          && getsockname(descriptor, address, &length) == 0
      }
    }
    try #require(descriptor >= 0 && code)
    self.descriptor = descriptor
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(descriptor) }

  func accept() throws -> Int32 {
    try #require(waitForBytes([descriptor]))
    let accepted = Glibc.accept(descriptor, nil, nil)
    try #require(accepted >= 0)
    _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
    return accepted
  }
}
