// Fuel system: how far the engine's control corrects the fuel, at idle, at cruise and under load.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The fuel-system model (PROGNOSTICS 4.8). The trim of the worst range is held against the limit at which control
/// units set a code; each range has its own reference from the vehicle's first drives. What is lean (a leak, a weak
/// pump, a clogged injector) and what is rich (a dripping injector, too much pressure) are two courses of their own.
/// The evidence tells them apart: a leak shows at idle, pump and air-flow sensor under load, an injector between the
/// banks.
struct FuelSystem: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.shortTrim1), .needs(.longTrim1), .needs(.coolant), .needs(.engineSpeed), .needs(.speed),
    .uses(.fuelSystemState), .uses(.purge), .uses(.engineLoad, .manifoldPressure), .uses(.shortTrim2),
    .uses(.longTrim2),
  ]

  static let parameters: [ParameterDescription] =
    [.init("limit", "percent", 8...50, 20, "short- and long-term trim together at which the fuel system has failed")]
    + TrendParameters.descriptions(
      unit: "km", life: 16_000, lifeScatter: 0.5, noise: 0.11, levelScatter: 0.1, baseScatter: 0.05, onset: 16_000,
      already: 0.3)

  static let counters = ["reference_idle", "reference_cruise", "reference_load", "reference_banks"]

  struct State: BitwiseCopyable {
    var observations = Observations()
    var ranges: InlineArray<3, TrimLevel> = InlineArray(repeating: TrimLevel())
    var banks = TrimLevel()
    var detector = SelfStartingCusum(leastScatter: 0.1)
    var onset = ChangeOnset()
    /// Drives with a range beyond the limit less those without one, 0...6.
    var limitDrives = 0
    var tickDrives = 0
    var lean: IndicatorTrend
    var rich: IndicatorTrend
  }

  private(set) var state: State
  private let limit: Double
  private let model: ShapeBankModel
  private let vehicle: VehicleParameters

  /// Seconds in closed loop that make a valid drive, and that one range needs to be a value.
  static let closedLoopSeconds = 60.0
  static let rangeSeconds = 10.0
  /// Seconds after which a drive without a valid tick is a drive not covered.
  static let longDrive = 900.0
  /// So many more drives beyond the limit than within it are a failure.
  static let limitDrives = 3
  /// Drives of one tick of the trend.
  static let drivesPerTick = 5

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    limit = parameters.value("limit")
    model = IndicatorTrend.model(
      parameters, shapes: [(.linear, 0.35), (.quadratic, 0.2), (.exponential, 0.3), (.squareRoot, 0.15)])
    self.vehicle = vehicle
    state = State(lean: IndicatorTrend(model), rich: IndicatorTrend(model))
  }

  mutating func restore(_ earlier: State) { state = earlier }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    let trim = trip.parts.trim
    let isValid = trim.seconds[0] + trim.seconds[1] + trim.seconds[2] >= FuelSystem.closedLoopSeconds
    if isValid || trip.trip.engineSeconds >= FuelSystem.longDrive {
      state.observations.count(isValid, at: trip.trip.ended)
    }
    guard isValid else { return }
    var deviation = WeightedMean()
    var isBeyondLimit = false
    // The worse bank is that much further out than the mean of both.
    let apart = trim.bankDifference.isFinite ? abs(trim.bankDifference) / 2 : 0
    for i in 0..<3 where trim.seconds[i] >= FuelSystem.rangeSeconds && trim.trim[i].isFinite {
      let weight = min(trim.seconds[i], 60)
      state.ranges[i].add(trim.trim[i], weight: weight)
      deviation.add(trim.trim[i] - state.ranges[i].reference, weight: weight)
      if abs(trim.trim[i]) + apart >= limit { isBeyondLimit = true }
    }
    state.limitDrives = max(0, min(2 * FuelSystem.limitDrives, state.limitDrives + (isBeyondLimit ? 1 : -1)))
    if trim.bankDifference.isFinite { state.banks.add(trim.bankDifference, weight: 60) }
    if state.detector.add(deviation.mean) { state.onset.follow(state.detector, km: usage.km) }
    state.tickDrives += 1
    guard state.tickDrives == FuelSystem.drivesPerTick else { return }
    endTick(usage)
  }

  private mutating func endTick(_ usage: VehicleUsage) {
    // Nothing is held against a reference that is still being learned.
    if state.ranges[TrimRange.cruise.rawValue].isLearned {
      let lean = consumed(.lean) { $0.tick.mean }
      let rich = consumed(.rich) { $0.tick.mean }
      // Not ||: both must see the tick.
      // On the other side of sound lies the other fault: this one is not there, and has nothing to say of it.
      let isLeanRepaired = state.lean.add(max(lean, -model.noise), km: usage.km, model)
      let isRichRepaired = state.rich.add(max(rich, -model.noise), km: usage.km, model)
      if isLeanRepaired || isRichRepaired {
        state.detector.reset()
        for i in 0..<3 { state.ranges[i].forgetRecent() }
        state.banks.forgetRecent()
      }
    }
    state.tickDrives = 0
    for i in 0..<3 { state.ranges[i].tick = WeightedMean() }
    state.banks.tick = WeightedMean()
  }

  private enum Direction {
    case lean
    case rich
  }

  /// Share of the way to failure of the worst range, of the worse bank where there are two; NaN where nothing is known.
  private func consumed(_ direction: Direction, _ value: (TrimLevel) -> Double) -> Double {
    var worst = -Double.infinity
    for i in 0..<3 {
      let share = share(i, direction, value(state.ranges[i]))
      if share.isFinite { worst = max(worst, share) }
    }
    guard worst.isFinite else { return .nan }
    return worst + bankShare(value(state.banks))
  }

  /// Share of one range's way to the limit that a trim has gone.
  private func share(_ range: Int, _ direction: Direction, _ trim: Double) -> Double {
    let own = reference(range)
    return direction == .lean ? (trim - own) / (limit - own) : (own - trim) / (limit + own)
  }

  /// By how much more than the mean of both the worse bank has changed.
  private func bankShare(_ difference: Double) -> Double {
    guard state.banks.isLearned, difference.isFinite else { return 0 }
    return abs(difference - state.banks.reference) / 2 / limit
  }

  /// A range's own reference, but never so far out that a fault from the first day looks healthy.
  private func reference(_ range: Int) -> Double { max(-0.4 * limit, min(0.4 * limit, state.ranges[range].reference)) }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    state = State(lean: IndicatorTrend(model), rich: IndicatorTrend(model))
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .fuelSystem, because: .noValidTick(.closedLoopTrip), at: time)
    }
    let lean = consumed(.lean) { $0.recent.isEmpty ? .nan : $0.recent.mean } + state.lean.offset
    let rich = consumed(.rich) { $0.recent.isEmpty ? .nan : $0.recent.mean } + state.rich.offset
    let direction: Direction = lean >= rich ? .lean : .rich
    let change: SelfStartingCusum.Change = direction == .lean ? .up : .down
    let trend = direction == .lean ? state.lean : state.rich
    let isBeyondLimit = state.limitDrives >= FuelSystem.limitDrives
    let consumed = greatest(0, lean, rich, isBeyondLimit ? 1 : 0)
    var report = HealthReport(
      .fuelSystem, consumed: consumed, spread: trend.spread,
      isConfirmed: isBeyondLimit || state.detector.change == change, state.observations, .closedLoopTrip, at: time,
      atKm: usage.km)
    addEvidence(to: &report, direction, since: state.onset.km(of: state.detector.change == change ? change : .none))
    report.tell(trend, model, usage, vehicle)
    return report
  }

  private func addEvidence(to report: inout HealthReport, _ direction: Direction, since km: Double) {
    let features: InlineArray<3, Feature> = [.trimIdle, .trimCruise, .trimLoad]
    var sum = state.banks.recent.isEmpty ? 0 : bankShare(state.banks.recent.mean)
    for i in 0..<3 where !state.ranges[i].recent.isEmpty {
      sum += max(0, share(i, direction, state.ranges[i].recent.mean))
    }
    sum = max(sum, 1e-9)
    for i in 0..<3 where !state.ranges[i].recent.isEmpty {
      let now = state.ranges[i].recent.mean
      report.evidence.add(
        Evidence(
          feature: features[i], value: now, reference: reference(i),
          z: deviates(now - reference(i), state.detector), share: max(0, share(i, direction, now)) / sum, sinceKm: km))
    }
    if state.banks.isLearned {
      report.evidence.add(
        Evidence(
          feature: .trimBanks, value: state.banks.recent.mean, reference: state.banks.reference,
          share: bankShare(state.banks.recent.mean) / sum))
    }
  }

  func counter(_ index: Int) -> Double {
    let level = index < 3 ? state.ranges[index] : state.banks
    return level.isLearned ? level.reference : .nan
  }

  mutating func restore(counter index: Int, _ value: Double) {
    if index < 3 { state.ranges[index].hold(value) } else { state.banks.hold(value) }
  }
}

/// A trim in one range, or the difference of two banks: what it was in the first drives, what it is of late.
struct TrimLevel: BitwiseCopyable {
  /// Percent; 0 before the first drive.
  private(set) var reference = 0.0
  private var count = 0.0
  private(set) var recent = Ewma(memory: 5)
  /// Of the drives since the trend's last tick.
  var tick = WeightedMean()

  static let referenceDrives = 20.0

  var isLearned: Bool { count >= TrimLevel.referenceDrives }

  mutating func add(_ value: Double, weight: Double) {
    if !isLearned {
      count += 1
      reference += (value - reference) / count
    }
    recent.add(value)
    tick.add(value, weight: weight)
  }

  mutating func hold(_ reference: Double) {
    self.reference = reference
    count = TrimLevel.referenceDrives
  }

  /// The fault is gone: what was seen of it is no longer what is.
  mutating func forgetRecent() {
    let now = tick.mean
    recent = Ewma(memory: 5)
    if now.isFinite { recent.add(now) }
  }
}
