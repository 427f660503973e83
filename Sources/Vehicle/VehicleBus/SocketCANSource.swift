// Frames from a CAN interface of this machine: PF_CAN raw, batches by recvmmsg, the kernel's time stamps.
import CLinux
import Glibc
public import Vocabulary

/// Listens on one SocketCAN interface. It has no code that could transmit.
///
/// Kernel stamps are wall time. Once a batch they are moved to BOOTTIME by the difference of the two clocks at that
/// moment; a stamp that then lies in the future or more than five seconds back was made across a clock step and is
/// replaced by the time of reading.
public final class SocketCANSource: FrameSource {
  public let name: String
  public var kind: String { "socketcan" }
  public private(set) var state = SourceState.down
  public private(set) var counters = SourceCounters()
  public private(set) var problem: String?
  public var descriptor: Int32? { state == .open ? socket : nil }

  private let bus: UInt8
  private let receiveBufferBytes: Int32
  private var socket: Int32 = -1
  /// Why the interface is down, as errno; 0 while it is open.
  private var downCode: Int32 = 0
  private var droppedBySocket: UInt32 = 0
  private let batch: UnsafeMutablePointer<telltale_can_frame>
  private static let batchCapacity = 128

  /// - Parameters:
  ///   - interface: for example `can0`. It need not exist yet: the source then is down and is opened when it comes.
  ///   - receiveBufferBytes: asked of the kernel; a default buffer holds only about 60 ms of a full bus.
  public init(interface: String, bus: UInt8, receiveBufferBytes: Int = 1 << 20) {
    name = interface
    self.bus = bus
    self.receiveBufferBytes = Int32(clamping: receiveBufferBytes)
    batch = .allocate(capacity: SocketCANSource.batchCapacity)
    reopen()
  }

  deinit {
    if socket >= 0 { close(socket) }
    batch.deallocate()
  }

  /// Bytes that one source takes in this process (the socket's buffer is the kernel's).
  public static var memoryBytes: Int { batchCapacity * MemoryLayout<telltale_can_frame>.stride }

  public func read(into frames: UnsafeMutableBufferPointer<CANFrame>) -> Int {
    guard state == .open, let out = frames.baseAddress else { return 0 }
    var total: UInt32 = droppedBySocket
    let wanted = min(frames.count, SocketCANSource.batchCapacity)
    let count = telltale_can_receive(socket, batch, Int32(wanted), &total)
    guard count >= 0 else {
      goDown(-count)
      return 0
    }
    counters.dropped &+= UInt64(total &- droppedBySocket)
    droppedBySocket = total
    let now = telltale_clock_boottime_ns()
    let wallMinusBoot = telltale_clock_realtime_ns() &- now
    for i in 0..<Int(count) {
      let stamped = batch[i].wall_ns == 0 ? now : batch[i].wall_ns &- wallMinusBoot
      let isPlausible = stamped <= now && now &- stamped < 5_000_000_000
      out[i] = SocketCANSource.frame(batch + i, bus: bus, time: Instant(nanoseconds: isPlausible ? stamped : now))
    }
    counters.frames &+= UInt64(count)
    return Int(count)
  }

  public func nanosecondsUntilReady() -> Int64? { nil }

  public func reopen() {
    guard state == .down else { return }
    let opened = telltale_can_open(name, receiveBufferBytes)
    if opened >= 0 {
      socket = opened
      droppedBySocket = 0
      state = .open
      downCode = 0
      problem = nil
    } else {
      explain(-opened)
    }
  }

  /// Makes the text once per reason: a bus that stays down is tried every second, on a thread that must not allocate.
  private func explain(_ code: Int32) {
    guard code != downCode else { return }
    downCode = code
    problem = SocketCANSource.explain(code, interface: name)
  }

  private func goDown(_ code: Int32) {
    // ENETDOWN comes once when the interface goes down; the socket works again when it is up. ENODEV: it is gone.
    close(socket)
    socket = -1
    state = .down
    explain(code)
  }

  private static func frame(_ raw: UnsafePointer<telltale_can_frame>, bus: UInt8, time: Instant) -> CANFrame {
    var payload = CANPayload()
    let words = UnsafeRawPointer(raw).advanced(by: MemoryLayout<telltale_can_frame>.offset(of: \.data) ?? 8)
    let used = Int(raw.pointee.length &+ 7) / 8
    for w in 0..<used {
      payload.words[w] = UInt64(littleEndian: words.loadUnaligned(fromByteOffset: w * 8, as: UInt64.self))
    }
    return CANFrame(
      time: time, id: CANID(rawValue: raw.pointee.id), bus: bus, length: raw.pointee.length,
      flags: CANFrame.Flags(rawValue: raw.pointee.flags), payload: payload)
  }

  static func explain(_ code: Int32, interface: String) -> String {
    switch code {
    case ENODEV, ENXIO:
      "\(interface): no such CAN interface; plug it in, or see `ip -br link show type can` for the right name"
    case ENETDOWN:
      "\(interface): the interface is down; bring it up: `ip link set \(interface) up type can bitrate 500000`"
    case EAFNOSUPPORT:
      "\(interface): this kernel has no CAN sockets; load the modules: `modprobe -a can can-raw`"
    case EPERM, EACCES: "\(interface): not permitted to open a CAN socket; check the unit's RestrictAddressFamilies"
    default: "\(interface): \(String(cString: strerror(code)))"
    }
  }
}
