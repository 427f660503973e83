// Requests for parameter groups over the kernel's J1939 sockets (SAE J1939-21).
import CLinux
import Glibc
public import Vocabulary

/// Requests on one SocketCAN interface, from one source address.
///
/// The address is taken without a claim and for the time of one request: the kernel then answers requests to send that
/// come for it, and nobody's otherwise. Answers are the group that was asked for, whoever sends it in that time, and
/// acknowledgements of it (parameter group 59392).
public final class J1939Port: RequestPort {
  public let interface: String
  public let address: UInt8

  private var sockets = RequestSockets()
  private var socket: Int32 = -1
  private var listener: Int32 = -1
  private var progress = J1939Progress(group: 0, address: 0)
  private var buffer = [UInt8](repeating: 0, count: 4096)

  /// The first address of off-board diagnostic tools (SAE J1939-81).
  public static let offBoardTool: UInt8 = 249
  private static let acknowledgement: UInt32 = 0xE800

  /// - Parameters:
  ///   - interface: for example `can0`; it need not exist yet.
  ///   - address: the source address, 0...253, that no unit of the vehicle has.
  public init(interface: String, address: UInt8 = J1939Port.offBoardTool) {
    self.interface = interface
    self.address = address
  }

  public var descriptor: Int32? { sockets.descriptor }

  public var isReceiving: Bool { progress.underWay.isAny(at: J1939Port.now) }

  public var isThrough: Bool { false }

  public func send(_ permit: consuming TransmitPermit) throws(RequestPortError) {
    finish()
    let transmission = permit.transmission
    guard case .parameterGroup(let group) = transmission.content, case .j1939(let unit) = transmission.address else {
      throw error(Errno(code: EINVAL))
    }
    progress = J1939Progress(group: group, address: address)
    do throws(Errno) {
      // Connection management, from anybody to anybody.
      listener = try sockets.add(telltale_answer_listen(interface, CANID.extendedFlag | 0xEC_0000, 0xFF_0000))
      socket = try sockets.add(telltale_j1939_open(interface, address, group))
      let code = telltale_j1939_request(socket, unit, group)
      guard code == 0 else { throw Errno(code: -code) }
    } catch {
      finish()
      throw self.error(error)
    }
  }

  public func receive(_ take: (CANID, [UInt8]) -> Void) throws(RequestPortError) {
    guard socket >= 0 else { return }
    do throws(Errno) {
      try listen()
      for _ in 0..<mostFrames {
        var word: UInt32 = 0
        let count = Int(telltale_j1939_receive(socket, &buffer, buffer.count, &word))
        if count == Int(-EAGAIN) { return }
        guard count >= 0 else { throw Errno(code: Int32(-count)) }
        let id = CANID(rawValue: word)
        guard count < buffer.count else { throw Errno(code: EMSGSIZE) }
        guard id.parameterGroup == progress.group || isAcknowledgement(id, count) else { continue }
        progress.end(sender: UInt8(truncatingIfNeeded: id.value))
        take(id, Array(buffer.prefix(count)))
      }
    } catch {
      throw self.error(error)
    }
  }

  public func finish() {
    sockets.closeAll()
    socket = -1
    listener = -1
    progress = J1939Progress(group: 0, address: 0)
  }

  /// Of the group that was asked for.
  private func isAcknowledgement(_ id: CANID, _ count: Int) -> Bool {
    id.parameterGroup == J1939Port.acknowledgement && count == 8
      && UInt32(buffer[5]) | UInt32(buffer[6]) << 8 | UInt32(buffer[7]) << 16 == progress.group
  }

  private func listen() throws(Errno) {
    let now = J1939Port.now
    try readFrames(listener) { id, data in progress.note(id, data, at: now) }
  }

  private static var now: Instant { Instant(nanoseconds: telltale_clock_boottime_ns()) }

  private func error(_ errno: Errno) -> RequestPortError {
    RequestPortError(errno, interface: interface, module: "can-j1939")
  }
}
