// The sockets of one request: open while it is under way, one descriptor to wait on, all closed at its end.
import CLinux
import Glibc
import Vocabulary

struct RequestSockets: ~Copyable {
  /// Readable when one of the sockets is; negative (-errno) where there is none.
  private let epoll: Int32
  private var open: [Int32] = []

  init() { epoll = telltale_epoll_create() }

  deinit {
    for socket in open { close(socket) }
    if epoll >= 0 { close(epoll) }
  }

  var descriptor: Int32? { open.isEmpty ? nil : epoll }

  /// Takes a descriptor, or -errno of what should have opened it.
  /// - Throws: errno.
  mutating func add(_ socket: Int32, isWaitedOn: Bool = true) throws(Errno) -> Int32 {
    guard socket >= 0 else { throw Errno(code: -socket) }
    open.append(socket)
    guard isWaitedOn else { return socket }
    let code = epoll < 0 ? epoll : telltale_epoll_add(epoll, socket, UInt64(open.count))
    guard code == 0 else { throw Errno(code: -code) }
    return socket
  }

  mutating func closeAll() {
    for socket in open { close(socket) }
    open.removeAll(keepingCapacity: true)
  }
}

/// Reads the frames that wait on a raw socket, `mostFrames` of them at once: more wait for the next call.
/// - Throws: errno of a bus that is gone.
func readFrames(_ listener: Int32, _ take: (CANID, ArraySlice<UInt8>) -> Void) throws(Errno) {
  var data = [UInt8](repeating: 0, count: 8)
  var word: UInt32 = 0
  for _ in 0..<mostFrames {
    let count = telltale_answer_read(listener, &word, &data)
    if count == -EAGAIN { return }
    guard count >= 0 else { throw Errno(code: -count) }
    take(CANID(rawValue: word), data.prefix(Int(count)))
  }
}

/// Frames or messages that are read from one socket at once.
let mostFrames = 256

struct Errno: Error, Equatable {
  var code: Int32
}

extension RequestPortError {
  /// Whether the bus itself is gone or off, and not only an answer damaged.
  public var isBusGone: Bool { [ENODEV, ENXIO, ENETDOWN, EADDRNOTAVAIL].contains(code) }

  /// - Parameters:
  ///   - module: of the kernel, `can-isotp` or `can-j1939`.
  init(_ errno: Errno, interface: String, module: String) {
    code = errno.code
    let what =
      switch errno.code {
      case ENODEV, ENXIO, EADDRNOTAVAIL:
        "no such CAN interface; plug it in, or see `ip -br link show type can` for the right name"
      case ENETDOWN: "the interface is down; bring it up: `ip link set \(interface) up type can bitrate 500000`"
      case EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT:
        "this kernel lacks a protocol that requests need; load it: `modprobe \(module)`"
      case EPERM, EACCES: "not permitted to open a CAN socket; check the unit's RestrictAddressFamilies"
      case ENOBUFS, EAGAIN:
        "the interface's queue is full: nobody acknowledges what it sends; check wiring, termination and bitrate"
      case ECOMM, ETIMEDOUT: "a control unit broke an answer off; nothing to do unless it happens often"
      case EILSEQ, EBADMSG: "frames of an answer were lost or damaged; nothing to do unless it happens often"
      case EMSGSIZE: "a message is longer than diagnostics allow: 7 bytes of a request, 4095 of an answer"
      case EADDRINUSE: "another program uses the source address; choose another one"
      default: String(cString: strerror(errno.code))
      }
    description = "\(interface): \(what)"
  }
}
