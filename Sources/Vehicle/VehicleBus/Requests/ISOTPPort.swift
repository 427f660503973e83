// OBD-II and UDS requests over the kernel's ISO-TP sockets (ISO 15765-2), with 11 or 29 bits, to one unit or to all.
import CLinux
import Glibc
public import Vocabulary

/// Requests on one SocketCAN interface.
///
/// The sockets of a request live from `send` to `finish`, so that the kernel never sends flow control while nothing was
/// asked. Each needs to be known before an answer of several frames begins: after a request to all, those units are
/// listened to that were heard before, and with 11 bits all eight while none was. A unit heard for the first time is
/// found by a raw socket that cannot answer: its single frame is taken, and from then on it is listened to. A look for
/// units (01 00), which single frames answer, needs the raw socket alone.
public final class ISOTPPort: RequestPort {
  public let interface: String

  private var sockets = RequestSockets()
  private var pairs: [(socket: Int32, answer: CANID)] = []
  private var listener: Int32 = -1
  private var progress = ISOTPProgress()
  /// Whom a request to all listens to by the identifiers of their answers, the one that was heard last at the end.
  private var units: [CANID] = []
  private var buffer = [UInt8](repeating: 0, count: ISOTPPort.longestAnswer + 1)

  /// ISO 15765-2 without its later escape for more.
  static let longestAnswer = 4095
  private static let mostUnits = 16

  /// - Parameter interface: for example `can0`; it need not exist yet.
  public init(interface: String) { self.interface = interface }

  public var descriptor: Int32? { sockets.descriptor }

  public var isReceiving: Bool { progress.underWay.isAny(at: ISOTPPort.now) }

  public var isThrough: Bool { false }

  public func send(_ permit: consuming TransmitPermit) throws(RequestPortError) {
    finish()
    let transmission = permit.transmission
    guard case .service(let request) = transmission.content, (1...7).contains(request.count) else {
      throw error(Errno(code: EMSGSIZE))
    }
    do throws(Errno) {
      switch transmission.address {
      case .everybody11:
        try ask(
          CANID(standard: 0x7DF), request.bytes, answers: CANID(standard: 0x7E8), mask: 0x7F8,
          of: ISOTPPort.listened(units, isExtended: false, for: request))
      case .everybody29:
        try ask(
          CANID(extended: 0x18DB_33F1), request.bytes, answers: CANID(extended: 0x18DA_F100), mask: 0x1FFF_FF00,
          of: ISOTPPort.listened(units, isExtended: true, for: request))
      case .unit(let id, let answer): try ask(id, request.bytes, answer: answer)
      case .j1939: throw Errno(code: EINVAL)
      }
    } catch {
      finish()
      throw self.error(error)
    }
  }

  public func receive(_ take: (CANID, [UInt8]) -> Void) throws(RequestPortError) {
    var failure: Errno?
    for pair in pairs {
      while true {
        let count = Int(telltale_isotp_receive(pair.socket, &buffer, buffer.count))
        if count == Int(-EAGAIN) { break }
        progress.end(pair.answer)
        if count > 0, count <= ISOTPPort.longestAnswer {
          hear(pair.answer)
          take(pair.answer, Array(buffer.prefix(count)))
        } else {
          failure = Errno(code: count < 0 ? Int32(-count) : EMSGSIZE)
          if count < 0 { break }
        }
      }
    }
    do throws(Errno) { try listen(take) } catch { failure = error }
    if let failure { throw error(failure) }
  }

  public func finish() {
    sockets.closeAll()
    pairs.removeAll(keepingCapacity: true)
    listener = -1
    progress = ISOTPProgress()
  }

  // MARK: Asking

  private func ask(
    _ id: CANID, _ request: [UInt8], answers: CANID, mask: UInt32, of units: [CANID]
  ) throws(Errno) {
    listener = try sockets.add(telltale_answer_listen(interface, answers.rawValue, mask))
    for unit in units { try pair(ISOTPPort.request(for: unit), unit) }
    // It receives nothing, and closing it takes time that answers would wait for.
    let sender = try sockets.add(telltale_isotp_open_functional(interface, id.rawValue), isWaitedOn: false)
    let code = telltale_isotp_send(sender, request, request.count)
    guard code == 0 else { throw Errno(code: -code) }
  }

  private func ask(_ id: CANID, _ request: [UInt8], answer: CANID) throws(Errno) {
    let every: UInt32 = answer.isExtended ? 0x1FFF_FFFF : 0x7FF
    listener = try sockets.add(telltale_answer_listen(interface, answer.rawValue, every))
    let socket = try pair(id, answer)
    let code = telltale_isotp_send(socket, request, request.count)
    guard code == 0 else { throw Errno(code: -code) }
  }

  @discardableResult private func pair(_ request: CANID, _ answer: CANID) throws(Errno) -> Int32 {
    let socket = try sockets.add(telltale_isotp_open(interface, request.rawValue, answer.rawValue))
    pairs.append((socket, answer))
    return socket
  }

  // MARK: Listening

  /// Single frames of units that no ISO-TP socket listens to, and the progress of all.
  private func listen(_ take: (CANID, [UInt8]) -> Void) throws(Errno) {
    guard listener >= 0 else { return }
    let now = ISOTPPort.now
    try readFrames(listener) { id, data in
      let message = progress.note(id, data, at: now)
      guard !pairs.contains(where: { $0.answer == id }) else { return }
      if message != nil || progress.underWay.hasBegun(id.key) { hear(id) }
      if let message { take(id, message) }
    }
  }

  private func hear(_ answer: CANID) {
    units.removeAll { $0 == answer }
    if units.count == ISOTPPort.mostUnits { units.removeFirst() }
    units.append(answer)
  }

  // MARK: Identifiers (ISO 15765-4)

  /// The answers that need an ISO-TP socket each. Closing one takes the kernel some 15 ms, so that none is opened for
  /// nothing.
  static func listened(_ units: [CANID], isExtended: Bool, for request: RequestBytes) -> [CANID] {
    // Which of 32 parameters there are fits into four bytes.
    if request.count == 2, request[0] == 0x01, request[1] & 0x1F == 0 { return [] }
    let heard = units.filter { $0.isExtended == isExtended && ISOTPPort.request(for: $0) != $0 }
    guard heard.isEmpty && !isExtended else { return heard }
    return (0x7E8...0x7EF).map { CANID(standard: $0) }
  }

  /// What the unit is asked on that answers on `answer`; `answer` itself where the standard has none.
  static func request(for answer: CANID) -> CANID {
    switch answer.key {
    case 0x7E8...0x7EF: CANID(standard: answer.value - 8)
    case 0x98DA_F100...0x98DA_F1FF: CANID(extended: 0x18DA_00F1 | (answer.value & 0xFF) << 8)
    default: answer
    }
  }

  private static var now: Instant { Instant(nanoseconds: telltale_clock_boottime_ns()) }

  private func error(_ errno: Errno) -> RequestPortError {
    RequestPortError(errno, interface: interface, module: "can-isotp")
  }
}
