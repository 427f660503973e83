// One bus in the keeper's care.
import Glibc
import Vocabulary

/// What was done for one bus, and what is due.
struct KeptBus {
  let connection: BusConnection
  private(set) var status: BusLinkStatus
  /// The interface's number at the last look; nil while there was none.
  private var index: Int32?
  private var isOpen = false
  /// errno of the last opening, 0 when it went well.
  private var openError: Int32 = 0
  private var openPause = KeptBus.shortestPause
  private var lastOpening: Instant?
  /// The set-up was made on this interface, or given up.
  private var isSetUp = false
  private var setupProblem: LinkError?
  private var setupPause = KeptBus.shortestPause
  private var lastSetup: Instant?
  private var pace = RestartPace()
  /// The interface was taken down here to restart it, and is still to be brought up.
  private var owesUp = false
  private var restartProblem: LinkError?
  private var told: (condition: BusCondition, at: Instant, opened: UInt64)?

  /// Seconds between two openings, or two set-ups, at the least.
  private static let shortestPause = 1.0
  /// Between two openings, after several that failed.
  private static let longestOpenPause = 10.0
  /// Between two set-ups of one interface that were refused: first, and after several.
  private static let setupPauses = 60.0...3600.0
  private static let refreshPeriod = 10.0

  init(_ connection: BusConnection) {
    self.connection = connection
    status = BusLinkStatus(bus: connection.bus, interface: connection.interface)
  }

  /// Capture has given the socket back.
  mutating func forgetSocket() { isOpen = false }

  /// The interface with this number is gone.
  mutating func forget(index: Int32) {
    if self.index == index { self.index = nil }
  }

  /// Looks at the interface and does what is due.
  /// - Returns: how the bus is, whether that is worth a notice, and whether it is being changed just now.
  mutating func look(
    at now: Instant, links: some LinkAccess
  ) -> (condition: BusCondition, isNew: Bool, isChanging: Bool) {
    var isChanging = false
    let condition: BusCondition
    do {
      status.report = try links.report(of: connection.interface)
      if status.report.index != index { appearAnew() }
      index = status.report.index
      if status.report.exists { isChanging = keepUp(at: now, links: links) }
      condition = self.condition
      status.problem = problem
    } catch {
      // Blind for the link's state, not for its frames: what opening says has to do.
      status.report = LinkReport()
      openIfDue(at: now)
      condition = BusCondition(isOpen ? .errorActive : openError == ENODEV ? .absent : .down)
      status.problem = error
    }
    return (condition, isWorthTelling(condition, at: now), isChanging)
  }

  /// Nothing that was done to the last interface of this name holds for the next one. Only the time of the last opening
  /// and the last set-up stays, so that one which flaps is not served at its own pace.
  private mutating func appearAnew() {
    isOpen = false
    openError = 0
    openPause = KeptBus.shortestPause
    isSetUp = false
    setupProblem = nil
    setupPause = KeptBus.shortestPause
    owesUp = false
    restartProblem = nil
  }

  /// Sets up, opens and restarts as far as it is due. True when the interface was changed.
  private mutating func keepUp(at now: Instant, links: some LinkAccess) -> Bool {
    guard status.report.isCAN else { return false }
    let isTouched = setUpIfDue(at: now, links: links)
    openIfDue(at: now)
    let isRestarted = restartIfDue(at: now, links: links)
    return isTouched || isRestarted
  }

  private var condition: BusCondition {
    let condition = status.report.condition
    // Whatever the controller does, without a socket nothing is read.
    return condition.state.isReadable && !isOpen ? BusCondition(.down) : condition
  }

  private var problem: LinkError? {
    if status.report.exists, !status.report.isCAN { return LinkError(connection.interface, .notCAN) }
    return setupProblem ?? restartProblem ?? (openError == 0 ? nil : LinkError(connection.interface, .noSocket(openError)))
  }

  private mutating func openIfDue(at now: Instant) {
    guard !isOpen else { return }
    if let lastOpening, now.seconds(since: lastOpening) < openPause { return }
    lastOpening = now
    let descriptor = connection.open()
    if descriptor >= 0 {
      connection.offer(descriptor)
      isOpen = true
      openError = 0
      openPause = KeptBus.shortestPause
      status.opened += 1
    } else {
      openError = -descriptor
      openPause = min(KeptBus.longestOpenPause, openPause * 2)
    }
  }

  /// True when the interface was touched.
  private mutating func setUpIfDue(at now: Instant, links: some LinkAccess) -> Bool {
    guard let setup = connection.setup, !isSetUp else { return false }
    if let lastSetup, now.seconds(since: lastSetup) < setupPause { return false }
    lastSetup = now
    isSetUp = true
    var isTouched = true
    do {
      isTouched = try setup.apply(to: connection.interface, through: links) != .unchanged
      setupProblem = nil
    } catch {
      setupProblem = error
      switch error.cause {
      case .refused, .unreadable:
        // An adapter may still be starting up: again, but rarely.
        isSetUp = false
        setupPause = min(KeptBus.setupPauses.upperBound, max(KeptBus.setupPauses.lowerBound, setupPause * 2))
      default: break
      }
    }
    // What follows must not go by how the interface was before.
    if isTouched, let report = try? links.report(of: connection.interface) { status.report = report }
    return isTouched
  }

  private mutating func restartIfDue(at now: Instant, links: some LinkAccess) -> Bool {
    let report = status.report
    let state = report.condition.state
    if report.isUp { owesUp = false }
    let isOff = owesUp || (connection.restarts && state == .busOff && report.restartMilliseconds == 0)
    guard pace.isDue(isOff: isOff, isCalm: state == .errorActive, at: now) else {
      if state.isReadable { restartProblem = nil }
      return false
    }
    status.restarts += 1
    do {
      try restart(links)
      restartProblem = nil
    } catch {
      restartProblem = error
    }
    return true
  }

  private mutating func restart(_ links: some LinkAccess) throws(LinkError) {
    if !owesUp {
      do {
        try links.change(connection.interface, .restart)
        return
      } catch {
        // Drivers without a restart (slcan) come back when they are switched off and on.
        guard case .refused(.restart, EOPNOTSUPP) = error.cause else { throw error }
      }
      try links.change(connection.interface, .down)
      owesUp = true
    }
    try links.change(connection.interface, .up)
    owesUp = false
  }

  private mutating func isWorthTelling(_ condition: BusCondition, at now: Instant) -> Bool {
    if let told, told.opened == status.opened, told.condition.state == condition.state,
      told.condition.transmitErrors == condition.transmitErrors,
      told.condition.receiveErrors == condition.receiveErrors,
      now.seconds(since: told.at) < KeptBus.refreshPeriod
    {
      return false
    }
    told = (condition, now, status.opened)
    return true
  }
}
