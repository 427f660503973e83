// Whether the vehicle is parked, from several signs: a pure value that is told about once a second what capture sees.
public import Vocabulary

/// Awake while the engine runs, the vehicle moves or is charged, by values not older than 6 s; parked at most 8 s
/// after the engine has stopped and the buses are silent.
///
/// Between the two, signs say little: units answer because they are asked, and a bus may be busy because this machine
/// keeps it so. Then patience decides: 5 min without a proof that somebody uses the vehicle, and it counts as parked.
/// From there only a proof leads back, or traffic that returns after silence; each such return that proves nothing
/// halves the patience, so that a car which stirs in its sleep is not kept awake. Voltage is told as evidence and
/// never decides.
public struct ParkedDetector: Sendable {
  /// rpm above which an engine runs, or is being started.
  public static let engineRuns = 50.0
  /// km/h above which a vehicle moves.
  public static let moves = 1.0
  /// Seconds for which a bus carries nothing of its own before it is silent.
  public static let silence = 5.0
  /// Seconds without a proof after which the vehicle is parked whatever units and buses do; halved by each return of
  /// traffic that proved nothing, down to `leastPatience`.
  public static let patience = 300.0
  public static let leastPatience = 10.0

  public private(set) var state = ParkedVerdict.State.unknown
  public private(set) var since = Instant.zero
  /// Traffic at or after this instant belongs to the present or last time awake; nil while there was none.
  private(set) var awakeFrom: Instant?
  private var signs: VehicleSigns?
  private var start = Instant.zero
  /// The last proof, or the last return of traffic.
  private var lastStir = BusSigns.never
  /// The last proof that somebody uses the vehicle.
  private var lastProof = BusSigns.never
  private var engineOffFrom: Instant?
  /// Whether all buses were silent when last looked at: to begin with, nothing was heard.
  private var wasSilent = true
  /// Returns of traffic in a row that proved nothing.
  private var fruitless = 0
  private var isProven = true

  public init() {}

  /// Takes in what capture sees at `signs.time`. Signs older than the last ones are ignored.
  public mutating func note(_ signs: VehicleSigns) {
    let now = signs.time
    if let last = self.signs {
      guard now >= last.time else { return }
    } else {
      start = now
      since = now
    }
    self.signs = signs
    noteEngine(signs.engineSpeed)
    let isSilent = latest { $0.lastTraffic }.secondsAgo(at: now) >= ParkedDetector.silence
    defer { wasSilent = isSilent }

    if let proof = proof(in: signs) {
      lastProof = max(lastProof, proof)
      lastStir = max(lastStir, proof)
      isProven = true
      fruitless = 0
      wake(at: now)
    } else if isSilent {
      judgeSilence(at: now)
    } else if state != .awake {
      if wasSilent { stir(at: now) }
    } else if lastStir.secondsAgo(at: now) >= patience {
      become(.parked, at: now)
    }
  }

  /// State and evidence as of `now`.
  public func verdict(at now: Instant) -> ParkedVerdict {
    ParkedVerdict(state, since: since, evidence: signs.map { evidence(in: $0, at: now) } ?? [])
  }

  // MARK: The rules

  private var patience: Double {
    max(ParkedDetector.leastPatience, ParkedDetector.patience / Double(1 << min(fruitless, 8)))
  }

  /// The newest fresh value that proves use.
  private func proof(in signs: VehicleSigns) -> Instant? {
    let now = signs.time
    var newest: Instant?
    for (value, isProof) in [
      (signs.engineSpeed, signs.engineSpeed.value > ParkedDetector.engineRuns),
      (signs.speed, abs(signs.speed.value) > ParkedDetector.moves), (signs.charging, signs.charging.value > 0.5),
    ] where isProof && value.isFresh(at: now) {
      newest = max(newest ?? value.time, min(value.time, now))
    }
    return newest
  }

  private mutating func judgeSilence(at now: Instant) {
    // An electric car has no engine to ask: as long as its units answer, only standing for long tells.
    let answers = latest { $0.lastAnswer }.secondsAgo(at: now) < ParkedDetector.silence
    let mayBeElectric = answers && signs?.engineSpeed.time == TimedValue.never.time
    // Of a vehicle of which nothing is known, the first answer is what there is to go by, once.
    if mayBeElectric, awakeFrom == nil { return stir(at: now) }
    let rest = mayBeElectric ? patience : ParkedDetector.silence
    if state != .parked, max(lastStir, start).secondsAgo(at: now) >= rest { become(.parked, at: now) }
  }

  /// Something stirs, and may mean nothing.
  private mutating func stir(at now: Instant) {
    if !isProven { fruitless += 1 }
    isProven = false
    lastStir = now
    wake(at: now)
  }

  private mutating func wake(at now: Instant) {
    guard state != .awake else { return }
    // What woke the vehicle came since the last look, which was at most some seconds ago.
    awakeFrom = now.advanced(seconds: -2 * ParkedDetector.silence)
    become(.awake, at: now)
  }

  private mutating func become(_ next: ParkedVerdict.State, at now: Instant) {
    state = next
    since = now
  }

  private mutating func noteEngine(_ speed: TimedValue) {
    if speed.value > ParkedDetector.engineRuns {
      engineOffFrom = nil
    } else if engineOffFrom == nil, speed.time != TimedValue.never.time {
      engineOffFrom = speed.time
    }
  }

  private func latest(_ sign: (BusSigns) -> Instant) -> Instant {
    var latest = BusSigns.never
    guard let signs else { return latest }
    for i in signs.buses.indices { latest = max(latest, sign(signs.buses[i])) }
    return latest
  }

  // MARK: The evidence

  private func evidence(in signs: VehicleSigns, at now: Instant) -> [ParkedEvidence] {
    var list: [ParkedEvidence] = []
    let engine = signs.engineSpeed
    if engine.time == TimedValue.never.time {
      list.append(.engineSpeedNeverSeen)
    } else if !engine.isFresh(at: now) {
      list.append(.engineSpeedStale(seconds: engine.time.secondsAgo(at: now)))
    } else if let engineOffFrom {
      list.append(.engineOff(seconds: engineOffFrom.secondsAgo(at: now)))
    } else {
      list.append(.engineRuns(rpm: engine.value))
    }
    if !signs.speed.isFresh(at: now) {
      list.append(.speedUnknown)
    } else {
      let moves = abs(signs.speed.value) > ParkedDetector.moves
      list.append(moves ? .moves(kilometresPerHour: abs(signs.speed.value)) : .standsStill)
    }
    if signs.charging.isFresh(at: now) { list.append(signs.charging.value > 0.5 ? .charges : .doesNotCharge) }
    for i in signs.buses.indices { evidence(of: UInt8(i), signs.buses[i], at: now, into: &list) }
    let answer = latest { $0.lastAnswer }.secondsAgo(at: now)
    if answer < ParkedDetector.silence { list.append(.unitsAnswer(seconds: answer)) }
    if lastProof != BusSigns.never, state == .parked || !proofIsFresh(at: now) {
      list.append(.nothingHappens(seconds: lastProof.secondsAgo(at: now)))
    }
    if signs.voltage.isFresh(at: now) { list.append(.voltage(signs.voltage.value)) }
    return list
  }

  private func evidence(of bus: UInt8, _ signs: BusSigns, at now: Instant, into list: inout [ParkedEvidence]) {
    let seconds = signs.lastTraffic.secondsAgo(at: now)
    if signs.lastTraffic == BusSigns.never {
      // A bus that does not exist tells nothing.
      if signs.condition.state != .absent { list.append(.neverHeard(bus: bus)) }
    } else if seconds < ParkedDetector.silence {
      list.append(.traffic(bus: bus, seconds: seconds))
    } else {
      list.append(.silence(bus: bus, seconds: seconds))
    }
  }

  private func proofIsFresh(at now: Instant) -> Bool { lastProof.secondsAgo(at: now) <= 6 }
}
