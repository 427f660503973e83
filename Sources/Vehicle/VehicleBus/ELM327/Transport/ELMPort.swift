// One adapter at its port: opens it, for ever again, and carries bytes between it and the session.
import CLinux
import Glibc
public import Vocabulary

/// The way by which a `Poller` asks through an adapter, and frames get to capture. Belongs to the control thread, and
/// never blocks it.
///
/// Call `step` when it asks for it, when `descriptor` is readable, and once after each step of the poller that sends
/// here: what a request changes is due sooner than what `step` said before. Where the poller has something to hear,
/// `step` asks to be called again at once: the poller is to be stepped before that.
public final class ELMPort: RequestPort {
  public let address: ELMAddress
  /// Counts descriptors: another one may have the same number, and then is not in a set that held the last.
  public private(set) var generation: UInt64 = 0
  public private(set) var counters = ELMPortCounters()

  private var session: ELMSession
  private var line: SerialLine
  private let deliver: (CANFrame) -> Bool
  private let clock: () -> Instant
  private var latest = Instant(nanoseconds: .min)
  private var pace = OpeningPace()
  private var steady = SteadyCondition()
  private var isClosed = false
  /// The last trouble that the session was told of; it hears of a change only.
  private var toldTrouble: ELMTrouble?
  private var connectingUntil: Instant?

  /// What the session wants done, in order. Of the first, if it writes, `written` bytes have been taken.
  private var actions: [ELMAction] = []
  private var written = 0
  /// When a change of the baud rate waits no longer for what is still to leave.
  private var baudRateForced: Instant?

  private var hasRequest = false
  private var answers: [(id: CANID, bytes: [UInt8])] = []
  private var failure: RequestPortError?

  /// A port that takes none of so many is stuck.
  private static let mostActions = 64
  /// Reads of one step: more wait for the next.
  private static let mostReads = 8
  /// Seconds for a connection to come about.
  private static let connectPatience = 10.0
  /// Seconds that a change of the baud rate waits for bytes to leave.
  private static let drainPatience = 0.5
  /// Seconds between two looks at what waits for the other side.
  private static let pauseBetweenLooks = 0.01
  /// Seconds until a port that was closed wants to be asked again.
  private static let never = 3600.0

  /// - Parameters:
  ///   - session: fresh; it is told of the port from now on.
  ///   - deliver: takes a frame for capture; false when it has no room, and the frame is lost and counted.
  public convenience init(address: ELMAddress, session: ELMSession, deliver: @escaping (CANFrame) -> Bool) {
    self.init(
      address: address, session: session, folder: "/dev/telltale",
      clock: { Instant(nanoseconds: telltale_clock_boottime_ns()) }, deliver: deliver)
  }

  /// - Parameters:
  ///   - folder: where the links are that udev makes.
  ///   - clock: for calls that carry no time.
  init(
    address: ELMAddress, session: ELMSession, folder: String, clock: @escaping () -> Instant,
    deliver: @escaping (CANFrame) -> Bool
  ) {
    self.address = address
    self.session = session
    self.deliver = deliver
    self.clock = clock
    line = SerialLine(address, folder: folder)
  }

  /// Nil while there is no port. Readable when bytes wait, or the port is gone; also while no request is under way.
  public var descriptor: Int32? { line.descriptor >= 0 ? line.descriptor : nil }

  /// Whether bytes, or a connection, wait for the other side. Whoever waits for `descriptor` to be writable is sooner
  /// than `step`, which asks to be called again after some milliseconds.
  public var wantsToWrite: Bool {
    if line.isConnecting { return true }
    if case .write = actions.first { return line.isOpen }
    return false
  }

  public var status: ELMStatus { session.status }

  /// How the adapter is, as a bus: kept while it is set up, so that one that is plugged in again is one change.
  public var condition: BusCondition { steady.condition }

  /// What worked, worth keeping for the next start.
  public var memory: ELMMemory { session.memory }

  /// The file that is open; nil while none is, and for sockets.
  public var path: String? { line.path }

  /// Whether a request may begin now.
  public var isReady: Bool { line.isOpen && !hasRequest && session.isReady }

  /// Opens, reads, writes and moves deadlines, as far as anything is due. Does not block.
  /// - Returns: when to be called again at the latest; `now` when more waits to be read, or to be heard by the poller.
  public func step(at now: Instant) -> Instant {
    let now = later(now)
    guard !isClosed else { return now.advanced(seconds: ELMPort.never) }
    openIfDue(at: now)
    finishConnecting(at: now)
    let isMore = read(at: now)
    var next = session.step(at: now)
    settle(at: now)
    if descriptor == nil, pace.due <= now {
      // What the session wants opened anew was never absent.
      openIfDue(at: now)
      next = now
    }
    if let end = steady.note(session.status, at: now) { next = min(next, end) }
    if descriptor == nil { next = min(next, pace.due) }
    if let connectingUntil { next = min(next, connectingUntil) }
    if wantsToWrite || baudRateForced != nil { next = min(next, now.advanced(seconds: ELMPort.pauseBetweenLooks)) }
    return isMore || hasNews ? now : max(now, next)
  }

  /// The vehicle is parked: nothing is asked any more, until `wake` or a probe.
  public func sleep(at now: Instant) {
    let now = later(now)
    session.sleep(at: now)
    settle(at: now)
  }

  public func wake(at now: Instant) {
    let now = later(now)
    session.wake(at: now)
    settle(at: now)
  }

  /// Ends all, for good.
  public func close() {
    guard !isClosed else { return }
    let now = later(clock())
    lose(.port("\(address): closed"), at: now)
    isClosed = true
    _ = steady.note(session.status, at: now)
  }
}

/// What went through a port.
public struct ELMPortCounters: Hashable, BitwiseCopyable, Sendable {
  public var bytesRead: UInt64 = 0
  public var bytesWritten: UInt64 = 0
  /// Frames for which capture had no room.
  public var framesLost: UInt64 = 0

  public init() {}
}

// Requests.
extension ELMPort {
  /// True while a request or its search for the protocol is under way, and while its answers wait.
  public var isReceiving: Bool { hasRequest && !isThrough }

  public var isThrough: Bool { hasRequest && !session.isBusy && answers.isEmpty && failure == nil }

  public func send(_ permit: consuming TransmitPermit) throws(RequestPortError) {
    finish()
    let now = later(clock())
    guard line.isOpen else { throw portGone }
    guard session.isReady else {
      throw RequestPortError(
        code: EBUSY,
        description: "\(address): the adapter is \(session.status.state.name); asked again when it is ready")
    }
    try session.begin(permit, at: now)
    hasRequest = true
    settle(at: now)
  }

  public func receive(_ take: (CANID, [UInt8]) -> Void) throws(RequestPortError) {
    _ = step(at: clock())
    for answer in answers { take(answer.id, answer.bytes) }
    answers.removeAll(keepingCapacity: true)
    if let failure {
      self.failure = nil
      throw failure
    }
  }

  public func finish() {
    guard hasRequest else { return }
    hasRequest = false
    answers.removeAll(keepingCapacity: true)
    failure = nil
    let now = later(clock())
    session.finish(at: now)
    settle(at: now)
  }

  /// Whether the asker has something to hear: answers, a failure, or the end.
  private var hasNews: Bool { hasRequest && (!answers.isEmpty || failure != nil || !session.isBusy) }

  private var portGone: RequestPortError {
    let reason = toldTrouble.map(\.text) ?? "\(address): being connected; asked again when the adapter is ready"
    return RequestPortError(code: ENODEV, description: reason)
  }
}

// Opening and losing.
extension ELMPort {
  private func openIfDue(at now: Instant) {
    guard descriptor == nil, now >= pace.due else { return }
    pace.note(at: now)
    do throws(ELMPortError) {
      try line.open()
      generation &+= 1
      if line.isConnecting { connectingUntil = now.advanced(seconds: ELMPort.connectPatience) } else { opened(at: now) }
    } catch {
      lose(error, at: now)
    }
  }

  private func finishConnecting(at now: Instant) {
    guard let end = connectingUntil else { return }
    do throws(ELMPortError) {
      try line.finishConnecting()
      if !line.isConnecting {
        opened(at: now)
      } else if now >= end {
        throw ELMPortError(code: ETIMEDOUT, address: address)
      }
    } catch {
      lose(error, at: now)
    }
  }

  private func opened(at now: Instant) {
    connectingUntil = nil
    toldTrouble = nil
    session.portOpened(hasBaudRate: address.isSerialPort, at: now)
    settle(at: now)
  }

  private func lose(_ error: ELMPortError, at now: Instant) {
    pace.again(isAbsent: error.isAbsent, at: now)
    lose(.port(error.description), at: now)
  }

  /// Closes the port, tells the session, and ends the request that was under way.
  private func lose(_ trouble: ELMTrouble, at now: Instant) {
    line.close()
    connectingUntil = nil
    baudRateForced = nil
    actions.removeAll(keepingCapacity: true)
    written = 0
    if trouble != toldTrouble {
      toldTrouble = trouble
      session.portLost(trouble, at: now)
    }
    collect()
    while session.nextAction() != nil {}
    if hasRequest, failure == nil { failure = portGone }
  }
}

// Bytes, frames and answers.
extension ELMPort {
  /// Time never runs back for the session, though the loop's idea of now may be older than a look at the clock.
  private func later(_ now: Instant) -> Instant {
    latest = max(latest, now)
    return latest
  }

  /// Reads what waits, and lets the session answer each piece.
  /// - Returns: whether more may wait.
  private func read(at now: Instant) -> Bool {
    for _ in 0..<ELMPort.mostReads {
      guard line.isOpen else { return false }
      do throws(ELMPortError) {
        let bytes = try line.read()
        if bytes.isEmpty { return false }
        counters.bytesRead &+= UInt64(bytes.count)
        session.take(bytes, at: now)
        settle(at: now)
      } catch {
        lose(error, at: now)
      }
    }
    return line.isOpen
  }

  /// Takes what the session has for capture and asker, and does what it wants done.
  private func settle(at now: Instant) {
    collect()
    while let action = session.nextAction() { actions.append(action) }
    guard line.isOpen else {
      actions.removeAll(keepingCapacity: true)
      return
    }
    do throws(ELMPortError) {
      while let action = actions.first, try carryOut(action, at: now) { actions.removeFirst() }
      if actions.count > ELMPort.mostActions { throw ELMPortError(code: ETIMEDOUT, address: address, path: path) }
    } catch {
      lose(error, at: now)
    }
  }

  private func collect() {
    while let frame = session.nextFrame() {
      if !deliver(frame) { counters.framesLost &+= 1 }
    }
    while let answer = session.nextAnswer() {
      if hasRequest { answers.append(answer) }
    }
  }

  /// - Returns: whether it is done, and the next one's turn.
  private func carryOut(_ action: ELMAction, at now: Instant) throws(ELMPortError) -> Bool {
    switch action {
    case .write(let bytes):
      let taken = try line.write(bytes[written...])
      counters.bytesWritten &+= UInt64(taken)
      written += taken
      guard written == bytes.count else { return false }
      written = 0
    case .setBaudRate(let baud):
      guard address.isSerialPort, let baud = UInt32(exactly: baud) else { return true }
      let end = baudRateForced ?? now.advanced(seconds: ELMPort.drainPatience)
      let isDone = try line.setBaudRate(baud, atOnce: now >= end)
      baudRateForced = isDone ? nil : end
      return isDone
    case .reopen:
      pace.again(isAbsent: address.isSerialPort, at: now)
      lose(session.status.trouble ?? .adapterGone, at: now)
      // All that was to be done after it has gone with the port.
      return false
    }
    return true
  }
}
