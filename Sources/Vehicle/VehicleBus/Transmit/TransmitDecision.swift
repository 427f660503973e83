// The decision to transmit, as a pure function of the request, the owner's policy and the circumstances.
public import Vocabulary

/// All that a decision hangs on besides policy and request. The default is the worst: nothing known, nothing allowed.
public struct TransmitCircumstances: Sendable {
  /// When capture last told of the vehicle.
  public var observed = BusSigns.never
  /// Polling is paused until then; nil while it is not.
  public var pausedUntil: Instant?
  public var vehicle = ParkedVerdict.State.unknown
  /// From when on a probe of this bus is allowed though the vehicle is parked; nil for never.
  public var probeDue: Instant?
  public var speed = TimedValue.never
  public var engineSpeed = TimedValue.never
  public var condition = BusCondition(.absent)
  /// The last sign of errors on the bus.
  public var lastErrors = BusSigns.never
  public var lastForeignRequest = BusSigns.never
  /// When more frames had left than requests explain, the last time.
  public var lastFlood = BusSigns.never
  /// The unit is left alone until then.
  public var backOffUntil = BusSigns.never
  /// Requests that the bus's and the unit's budget hold now.
  public var busTokens = 0.0
  public var unitTokens = 0.0

  public init() {}

  /// Whether the vehicle surely stands with its engine off: both values known and fresh, or, of a vehicle whose engine
  /// speed was never seen, the speed alone.
  public func isStanding(at now: Instant) -> Bool {
    guard speed.isFresh(at: now), abs(speed.value) <= 0.5 else { return false }
    if engineSpeed.time == TimedValue.never.time { return true }
    return engineSpeed.isFresh(at: now) && engineSpeed.value < 100
  }
}

extension TimedValue {
  /// Not older than 6 s.
  func isFresh(at now: Instant) -> Bool { time.secondsAgo(at: now) <= 6 }
}

extension TransmitGuard {
  /// Seconds after which what capture told last no longer counts.
  public static let longestIgnorance = 5.0
  /// Seconds of quiet after the last sign of errors.
  public static let quietAfterErrors = 30.0
  /// Seconds of quiet after another tester's request.
  public static let quietAfterTester = 60.0
  /// Seconds of quiet after a flood of answers.
  public static let quietAfterFlood = 60.0

  /// Why `transmission` may not be sent, or nil when it may.
  ///
  /// The first reason that holds, in this order: what the owner, the allow-list and the person's rights rule out for
  /// good (`listenOnly`, `notAllowed`, `notAuthorised`); `paused`; the vehicle (`parked`, `notStanding`); the bus
  /// (`busUnreadable`, `busErrors`, `otherTester`, `answerFlood`); the unit (`backingOff`); the budgets (`busBudget`,
  /// `unitBudget`). A technician is not held up by a pause, a parked vehicle, another tester or a unit's back-off; by
  /// all else he is.
  public static func decide(
    _ transmission: Transmission, policy: TransmitPolicy, circumstances: TransmitCircumstances, at now: Instant
  ) -> Refusal? {
    let bus = policy[transmission.bus]
    let isTechnician = transmission.origin == .technician
    guard bus.mayTransmit else { return .listenOnly }
    guard let effect = transmission.effect(pairs: bus.pairs) else { return .notAllowed }
    guard effect == .reads || isTechnician else { return .notAuthorised }

    if let end = circumstances.pausedUntil, now < end, !isTechnician { return .paused }
    switch transmission.origin {
    case .technician:
      guard effect == .reads || circumstances.isStanding(at: now) else { return .notStanding }
    case .probe:
      let isDue = circumstances.probeDue.map { $0 <= now } ?? false
      guard circumstances.vehicle == .awake || isDue else { return .parked }
    case .plan, .visitor:
      guard circumstances.vehicle == .awake else { return .parked }
    }

    guard circumstances.observed.secondsAgo(at: now) <= longestIgnorance, circumstances.condition.state.isReadable
    else { return .busUnreadable }
    guard circumstances.condition.state == .errorActive,
      circumstances.lastErrors.secondsAgo(at: now) >= quietAfterErrors
    else { return .busErrors }
    guard isTechnician || circumstances.lastForeignRequest.secondsAgo(at: now) >= quietAfterTester else {
      return .otherTester
    }
    guard circumstances.lastFlood.secondsAgo(at: now) >= quietAfterFlood else { return .answerFlood }

    guard isTechnician || circumstances.backOffUntil <= now else { return .backingOff }
    guard circumstances.busTokens >= 1 else { return .busBudget }
    guard circumstances.unitTokens >= 1 else { return .unitBudget }
    return nil
  }
}
