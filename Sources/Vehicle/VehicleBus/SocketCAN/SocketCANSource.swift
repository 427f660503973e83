// Frames from a CAN interface of this machine: PF_CAN raw, batches by recvmmsg, the kernel's time stamps.
import CLinux
import Glibc
public import Vocabulary

/// Listens on one SocketCAN interface. It has no code that could transmit, and none that opens or closes: the control
/// thread puts descriptors into the `DescriptorSlot`, and takes back those that are of no use any more.
///
/// Kernel stamps are wall time and are moved to BOOTTIME, a controller's own stamps by way of `HardwareClock`; the
/// instants of one source never run back. Error frames are counted and move the bus's state; they are not handed on.
public final class SocketCANSource: BusSource {
  public let name: String
  public var kind: String { "socketcan" }
  public var state: SourceState { socket >= 0 && tracker.condition.state.isReadable ? .open : .down }
  public private(set) var counters = SourceCounters()
  /// The kinds of trouble that the controller reported.
  public private(set) var errors = BusErrorCounts()
  /// The last error frame, and when it came.
  public private(set) var lastError: (frame: BusErrorFrame, time: Instant)?
  /// Stays the same while the interface is down: the socket works again when it comes up.
  public var descriptor: Int32? { socket >= 0 ? socket : nil }

  private let bus: UInt8
  private let slot: DescriptorSlot
  private let testerAddress: UInt8
  private var socket: Int32 = -1
  /// A socket on its way back to control.
  private var deadSocket: Int32 = -1
  private var hasChanged = false
  /// Whether control has said anything about the interface.
  private var isKnown = false

  private let batch: UnsafeMutableRawPointer
  private let messages: UnsafeMutablePointer<telltale_can_message>
  private static let batchCapacity = Int(TELLTALE_CAN_BATCH)
  private var droppedBySocket: UInt32 = 0

  private var stamps = ReceiveStamps()
  private var hardwareClock = HardwareClock()
  private var lastTime = Int64.min
  private var tracker: BusStateTracker
  private var traffic = BusSigns()

  // Texts are made before they are needed: capture does not allocate.
  private let downText: String
  private let absentText: String
  private let busOffText: String
  private var failureCode: Int32 = 0
  private var failureText: String?

  /// - Parameters:
  ///   - interface: for example `can0`. The source is down until a descriptor for it is offered.
  ///   - bus: what its frames carry as `CANFrame.bus`.
  ///   - slot: where its descriptors come from.
  ///   - testerAddress: what the daemon calls itself on SAE J1939.
  public init(interface: String, bus: UInt8, slot: DescriptorSlot, testerAddress: UInt8 = J1939Port.offBoardTool) {
    name = interface
    self.bus = bus
    self.testerAddress = testerAddress
    self.slot = slot
    batch = .allocate(byteCount: telltale_can_batch_bytes(), alignment: 16)
    telltale_can_batch_prepare(batch)
    messages = batch.bindMemory(to: telltale_can_message.self, capacity: SocketCANSource.batchCapacity)
    tracker = BusStateTracker(bus: bus, name: ShortText(interface.utf8))
    downText = SocketCANError(code: ENETDOWN, interface: interface).description
    absentText = SocketCANError(code: ENODEV, interface: interface).description
    busOffText = "\(interface): the controller is bus-off; check bit rate, wiring and termination, then restart it: "
      + "`ip link set \(interface) type can restart`"
  }

  deinit {
    if socket >= 0 { close(socket) }
    if deadSocket >= 0 { close(deadSocket) }
    batch.deallocate()
  }

  /// Bytes that one source takes in this process (the socket's buffer is the kernel's).
  public static var memoryBytes: Int { telltale_can_batch_bytes() }

  public var problem: String? {
    if socket < 0, let failureText { return failureText }
    return switch tracker.condition.state {
    case .down: downText
    // Until control has looked nobody knows.
    case .absent: isKnown ? absentText : nil
    case .busOff: busOffText
    case .errorActive, .errorWarning, .errorPassive: nil
    }
  }

  /// Since when nothing can be received; nil while it can.
  public var blindSince: Instant? { tracker.blindSince }

  /// What the transmit guard wants to know of this bus.
  public var signs: BusSigns {
    var signs = traffic
    signs.condition = tracker.condition
    signs.errorFrames = counters.errorFrames
    return signs
  }

  public func nanosecondsUntilReady() -> Int64? { nil }

  /// What the control thread read of the link at `time`.
  public func note(link: BusCondition, at time: Instant) {
    isKnown = true
    tracker.note(link: link, at: time)
  }

  /// The next change of the bus's state to be told; nil when there is none.
  public func nextChange(at now: Instant) -> BusChange? { tracker.nextChange(at: now) }
}

// Descriptors.
extension SocketCANSource {
  @discardableResult public func attend() -> Bool {
    let now = Instant(nanoseconds: telltale_clock_boottime_ns())
    returnDeadSocket()
    // One goes back at a time: while control has not collected the last, no other is taken.
    if deadSocket < 0, let fresh = slot.take() {
      letGo()
      socket = fresh
      isKnown = true
      droppedBySocket = 0
      hasChanged = true
      settle(now)
    }
    if slot.failureCode != failureCode {
      failureCode = slot.failureCode
      failureText = failureCode == 0 ? nil : explain(failureCode)
      // From now on the source counts as blind, whether or not it ever was open.
      if failureCode != 0 && socket < 0 { tracker.note(link: BusCondition(.absent), at: now) }
    }
    updateOutages(now)
    defer { hasChanged = false }
    return hasChanged
  }

  /// What a new socket says of its interface: bound to one that is down, it has that error waiting.
  private func settle(_ now: Instant) {
    let error = telltale_can_pending_error(socket)
    if error != 0 {
      goDown(error, now)
    } else if tracker.condition.state == .absent || tracker.condition.state == .down {
      tracker.note(link: BusCondition(.errorActive), at: now)
    }
  }

  private func goDown(_ code: Int32, _ now: Instant) {
    switch code {
    case ENOMEM, ENOBUFS: return  // The machine's trouble, and it passes.
    case ENETDOWN: tracker.note(link: BusCondition(.down), at: now)
    default:
      tracker.note(link: BusCondition(.absent), at: now)
      letGo()
    }
    updateOutages(now)
  }

  private func letGo() {
    guard socket >= 0 else { return }
    deadSocket = socket
    socket = -1
    hasChanged = true
    returnDeadSocket()
  }

  private func returnDeadSocket() {
    if deadSocket >= 0, slot.giveBack(deadSocket) { deadSocket = -1 }
  }

  private func updateOutages(_ now: Instant) {
    counters.outages = tracker.outages
    counters.blindNanoseconds = tracker.blindNanoseconds(at: now)
  }

  private func explain(_ code: Int32) -> String {
    switch code {
    case ENETDOWN: downText
    case ENODEV, ENXIO: absentText
    // Made once a reason; opening fails seldom, and most often for one of the reasons above.
    default: SocketCANError(code: code, interface: name).description
    }
  }
}

// Frames.
extension SocketCANSource {
  @_optimize(speed)
  public func read(into frames: UnsafeMutableBufferPointer<CANFrame>) -> Int {
    guard socket >= 0, let out = frames.baseAddress else { return 0 }
    var total = droppedBySocket
    let wanted = min(frames.count, SocketCANSource.batchCapacity)
    let count = Int(telltale_can_batch_receive(batch, socket, Int32(wanted), &total))
    if count <= 0 {
      if count < 0 { goDown(Int32(-count), Instant(nanoseconds: telltale_clock_boottime_ns())) }
      return 0
    }
    // The kernel's counter has 32 bits and may wrap.
    counters.dropped &+= UInt64(total &- droppedBySocket)
    droppedBySocket = total

    let now = telltale_clock_boottime_ns()
    stamps.begin(now: now, wall: telltale_clock_realtime_ns())
    var kept = 0
    var own: UInt64 = 0
    var ownRequests: UInt64 = 0
    var lastTraffic = Int64.min
    var lastRequest = Int64.min
    var lastAnswer = Int64.min
    var time = lastTime
    for i in 0..<count {
      let message = messages + i
      guard message.pointee.format != 0 else {
        counters.damagedLines &+= 1
        continue
      }
      time = max(time, instant(of: message))
      let id = message.pointee.id
      if id & CANID.errorFlag != 0 {
        note(errorFrame: message, at: Instant(nanoseconds: time))
        continue
      }
      let isOwn = message.pointee.is_own != 0
      if isOwn { own &+= 1 }
      let isOwnRequest = FrameRole.isOwnRequest(id, from: testerAddress)
      switch isOwnRequest ? .request : FrameRole(id) {
      case .traffic: lastTraffic = time
      case .request: if isOwn || isOwnRequest { ownRequests &+= 1 } else { lastRequest = time }
      case .answer: lastAnswer = time
      case .diagnostic: break
      }
      SocketCANSource.write(message, to: out + kept, bus: bus, time: time)
      kept += 1
    }
    lastTime = time
    counters.frames &+= UInt64(kept)
    counters.transmitted &+= own
    traffic.transmitted &+= ownRequests
    if lastTraffic != .min { traffic.lastTraffic = Instant(nanoseconds: lastTraffic) }
    if lastRequest != .min { traffic.lastForeignRequest = Instant(nanoseconds: lastRequest) }
    if lastAnswer != .min { traffic.lastAnswer = Instant(nanoseconds: lastAnswer) }
    if kept > 0 && !tracker.condition.state.isReadable {
      tracker.noteReceived(at: Instant(nanoseconds: time))
      updateOutages(Instant(nanoseconds: now))
    }
    return kept
  }

  @inline(__always) private func instant(of message: UnsafePointer<telltale_can_message>) -> Int64 {
    let software = stamps.instant(ofWall: message.pointee.software_ns)
    let hardware = message.pointee.hardware_ns
    return hardware == 0 ? software : hardwareClock.instant(hardware: hardware, software: software)
  }

  private func note(errorFrame message: UnsafePointer<telltale_can_message>, at time: Instant) {
    let frame = BusErrorFrame(
      id: CANID(rawValue: message.pointee.id), data: SocketCANSource.words(message).load(0, length: 8))
    counters.errorFrames &+= 1
    if frame.contains(.receiveOverflow) { counters.overruns &+= 1 }
    errors.note(frame)
    lastError = (frame, time)
    tracker.note(frame, at: time)
    updateOutages(Instant(nanoseconds: stamps.now))
  }

  /// The one copy of a frame's bytes.
  @inline(__always) private static func write(
    _ message: UnsafePointer<telltale_can_message>, to frame: UnsafeMutablePointer<CANFrame>, bus: UInt8, time: Int64
  ) {
    let isFD = message.pointee.format == 2
    let length = min(message.pointee.length, isFD ? 64 : 8)
    var payload = CANPayload()
    let words = words(message)
    payload.words[0] = words.load(0, length: length)
    if length > 8 {
      for w in 1..<Int(length &+ 7) / 8 { payload.words[w] = words.load(w, length: length) }
    }
    let flags = isFD ? message.pointee.flags & 3 | CANFrame.Flags.flexibleDataRate.rawValue : 0
    frame.initialize(
      to: CANFrame(
        time: Instant(nanoseconds: time), id: CANID(rawValue: message.pointee.id), bus: bus, length: length,
        flags: CANFrame.Flags(rawValue: flags), payload: payload))
  }

  /// A message's data bytes, as words.
  private struct Words {
    let start: UnsafeRawPointer

    /// Word `w`, zero beyond the message's `length`: what lies there is left over from older frames.
    @inline(__always) func load(_ w: Int, length: UInt8) -> UInt64 {
      let word = UInt64(littleEndian: start.load(fromByteOffset: w &* 8, as: UInt64.self))
      let used = Int(length) &- w &* 8
      return used >= 8 ? word : used <= 0 ? 0 : word & ((1 &<< UInt64(used &* 8)) &- 1)
    }
  }

  @inline(__always) private static func words(_ message: UnsafePointer<telltale_can_message>) -> Words {
    // The eight bytes before the data are identifier, length and flags (struct canfd_frame).
    Words(start: UnsafeRawPointer(message) + 8)
  }
}
