// Hears whether a bus is alive, however little of it the kernel's filters let capture see.
import CLinux
import Glibc
public import Vocabulary

/// Listens to everything on one interface but diagnostic traffic, and only notices whether there is any: a parked
/// vehicle's bus is silent, and capture's filters may hold back what tells it. Belongs to the control thread.
///
/// Its receive buffer holds a few frames only: once it is full, a busy bus costs the kernel next to nothing here.
public final class TrafficSentinel {
  /// The last look that found foreign traffic; `BusSigns.never` while none did.
  public private(set) var lastTraffic = BusSigns.never
  /// Why the sentinel hears nothing any more; nil while it works. It is then to be replaced by a new one.
  public private(set) var problem: SocketCANError?

  private let interface: String
  private let testerAddress: UInt8
  private let socket: Int32

  /// - Parameter testerAddress: what the daemon calls itself on SAE J1939.
  /// - Throws: `SocketCANError` when the interface cannot be opened.
  public init(interface: String, testerAddress: UInt8 = J1939Port.offBoardTool) throws(SocketCANError) {
    let opened = telltale_can_sentinel_open(interface)
    guard opened >= 0 else { throw SocketCANError(code: -opened, interface: interface) }
    self.interface = interface
    self.testerAddress = testerAddress
    socket = opened
  }

  deinit { close(socket) }

  /// Whether a frame that is no diagnostic traffic, and no request of this machine's, came since the last look. Does not
  /// block.
  public func lastTrafficSeen(at now: Instant) -> Bool {
    let heard = telltale_can_sentinel_drain(socket, testerAddress)
    // An interface that is down may come up again, and the socket with it; one that is gone never does.
    if heard < 0 && heard != -ENETDOWN { problem = SocketCANError(code: -heard, interface: interface) }
    guard heard > 0 else { return false }
    lastTraffic = now
    return true
  }
}
