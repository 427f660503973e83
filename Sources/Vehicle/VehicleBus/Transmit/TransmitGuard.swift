// The guard: the only one who gives permits to transmit. Knows the circumstances, keeps the budgets, counts what it
// did.
public import Vocabulary

/// Judges everything that wants to leave for a bus. Free of I/O and without a clock of its own; belongs to the control
/// thread. It cannot be copied: a copy would have budgets of its own.
public struct TransmitGuard: ~Copyable, Sendable {
  public enum Verdict: ~Copyable, Sendable {
    case granted(TransmitPermit)
    case refused(Refusal)
  }

  /// What the guard did on one bus and knows of it.
  private struct Bus: Sendable {
    var watch = BusWatch()
    var budget = TokenBucket()
    var units = UnitLedger()
    var probes = ProbeSchedule()
    var granted: UInt64 = 0
  }

  private struct Tally: Sendable {
    var count: UInt64 = 0
    var last: (transmission: Transmission, time: Instant)?
  }

  /// May be replaced at any time; what was spent stays spent.
  public var policy: TransmitPolicy
  private var detector = ParkedDetector()
  private var signs: VehicleSigns?
  /// Polling is paused until then; nil while nobody paused it, the far end of time for a pause without an end.
  public private(set) var pausedUntil: Instant?
  private var buses = [Bus](repeating: Bus(), count: TransmitPolicy.buses)
  private var tallies = [Tally](repeating: Tally(), count: Refusal.allCases.count)

  public init(_ policy: TransmitPolicy) { self.policy = policy }

  // MARK: What the guard is told

  /// To be called about once a second with what capture knows; after 5 s without it nothing is granted any more. Signs
  /// older than the last ones are ignored.
  public mutating func note(_ signs: VehicleSigns) {
    if let last = self.signs, signs.time < last.time { return }
    let before = detector.state
    self.signs = signs
    detector.note(signs)
    for i in named {
      let now = signs.buses[i]
      let mayTransmit = policy[UInt8(i)].mayTransmit
      buses[i].watch.note(now, granted: buses[i].granted, mayTransmit: mayTransmit, at: signs.time)
      // What units did not answer in their sleep is no reason to avoid them now.
      if before != .awake, detector.state == .awake { buses[i].units.forgive() }
      buses[i].probes.note(detector, lastTraffic: now.lastTraffic, at: signs.time)
    }
  }

  /// Stops polling until `end`, or until `resume()` when nil. A technician may still ask.
  public mutating func pause(until end: Instant?) { pausedUntil = end ?? Instant(nanoseconds: .max) }

  public mutating func resume() { pausedUntil = nil }

  /// Something that proves nothing speaks for a look at `bus` before its time: an adapter that was plugged in, a voltage
  /// that rose. Where the owner allows no probes nothing comes of it.
  public mutating func hastenProbe(of bus: UInt8, at now: Instant) {
    guard Int(bus) < buses.count else { return }
    buses[Int(bus)].probes.hasten(at: now)
  }

  /// The unit, or somebody of all, gave a positive answer.
  public mutating func noteAnswer(from address: RequestAddress, bus: UInt8) {
    guard Int(bus) < buses.count else { return }
    buses[Int(bus)].units.noteAnswer(from: address)
  }

  /// A negative answer, with its code (ISO 14229-1, annex A). What a unit never does (11, 12, 31 and the like) is the
  /// planner's to remember; for what it cannot do now (21, 22, 78) it is left alone: 1 s, 2 s, 4 s ... 60 s.
  public mutating func noteRefusal(from address: RequestAddress, bus: UInt8, code: UInt8, at now: Instant) {
    guard Int(bus) < buses.count else { return }
    buses[Int(bus)].units.noteRefusal(from: address, code: code, at: now, policy[bus].unitBudget)
  }

  /// Nobody answered in time. From the second time on the unit is left alone: 1 s, 2 s, 4 s ... 60 s.
  public mutating func noteSilence(of address: RequestAddress, bus: UInt8, at now: Instant) {
    guard Int(bus) < buses.count else { return }
    buses[Int(bus)].units.noteSilence(of: address, at: now, policy[bus].unitBudget)
  }

  // MARK: What the guard says

  /// Grants `transmission` or says why not. Only what is granted costs budget.
  public mutating func judge(_ transmission: Transmission, at now: Instant) -> Verdict {
    let circumstances = circumstances(of: transmission, at: now)
    if let refusal = TransmitGuard.decide(transmission, policy: policy, circumstances: circumstances, at: now) {
      tallies[Int(refusal.rawValue)].count += 1
      tallies[Int(refusal.rawValue)].last = (transmission, now)
      return .refused(refusal)
    }
    let i = Int(transmission.bus)
    let bus = policy[transmission.bus]
    buses[i].budget.take(at: now, bus.budget)
    buses[i].units.take(for: transmission.address, at: now, bus.unitBudget)
    if transmission.origin == .probe { buses[i].probes.take(at: now, longest: policy.longestProbePause) }
    buses[i].granted += 1
    return .granted(TransmitPermit(grantedByGuard: transmission))
  }

  /// As of the last note.
  public var vehicle: ParkedVerdict.State { detector.state }

  /// Whether the vehicle is parked, with the evidence as of `now`.
  public func parked(at now: Instant) -> ParkedVerdict { detector.verdict(at: now) }

  /// Whether more left on `bus` of late than requests explain. What is under way there should end at once: as long as
  /// its sockets are open, the kernel answers.
  public func isFlooded(_ bus: UInt8, at now: Instant) -> Bool {
    Int(bus) < buses.count
      && buses[Int(bus)].watch.lastFlood.secondsAgo(at: now) < TransmitGuard.quietAfterFlood
  }

  /// From when on `bus` may be probed; nil while the vehicle is awake and where a bus is never probed.
  public func nextProbe(on bus: UInt8) -> Instant? {
    Int(bus) < buses.count ? buses[Int(bus)].probes.due(longest: policy.longestProbePause) : nil
  }

  /// Requests granted since the start.
  public func granted(on bus: UInt8) -> UInt64 { Int(bus) < buses.count ? buses[Int(bus)].granted : 0 }

  /// Refusals for this reason since the start.
  public func refused(_ reason: Refusal) -> UInt64 { tallies[Int(reason.rawValue)].count }

  public func report(at now: Instant) -> TransmitReport {
    TransmitReport(
      parked: parked(at: now), pausedUntil: pausedUntil.flatMap { now < $0 ? $0 : nil },
      buses: named.map { i in
        let bus = UInt8(i)
        return TransmitReport.Bus(
          bus: bus, mayTransmit: policy[bus].mayTransmit, granted: granted(on: bus),
          hindrance: hindrance(on: bus, at: now), nextProbe: nextProbe(on: bus))
      },
      refusals: Refusal.allCases.compactMap { reason in
        let tally = tallies[Int(reason.rawValue)]
        return tally.last.map {
          TransmitReport.Refused(reason: reason, count: tally.count, last: $0.transmission, time: $0.time)
        }
      })
  }

  /// The buses that the policy names; nothing can be granted on others.
  private var named: Range<Int> { 0..<min(policy.buses.count, buses.count) }

  /// What would keep the plan from asking everybody on `bus`, budgets apart.
  private func hindrance(on bus: UInt8, at now: Instant) -> Refusal? {
    var service = RequestBytes()
    service.append(0x03)
    let question = Transmission(bus: bus, address: .everybody11, content: .service(service))
    var circumstances = circumstances(of: question, at: now)
    circumstances.backOffUntil = BusSigns.never
    circumstances.busTokens = 1
    circumstances.unitTokens = 1
    return TransmitGuard.decide(question, policy: policy, circumstances: circumstances, at: now)
  }

  private func circumstances(of transmission: Transmission, at now: Instant) -> TransmitCircumstances {
    var result = TransmitCircumstances()
    result.pausedUntil = pausedUntil
    result.vehicle = detector.state
    guard Int(transmission.bus) < buses.count, let signs else { return result }
    let bus = buses[Int(transmission.bus)]
    let policy = policy[transmission.bus]
    result.observed = signs.time
    result.probeDue = nextProbe(on: transmission.bus)
    result.speed = signs.speed
    result.engineSpeed = signs.engineSpeed
    result.condition = bus.watch.signs.condition
    result.lastErrors = bus.watch.lastErrors
    result.lastForeignRequest = bus.watch.signs.lastForeignRequest
    result.lastFlood = bus.watch.lastFlood
    result.backOffUntil = bus.units.backOff(of: transmission.address)
    result.busTokens = bus.budget.level(at: now, policy.budget)
    result.unitTokens = bus.units.tokens(for: transmission.address, at: now, policy.unitBudget)
    return result
  }
}
