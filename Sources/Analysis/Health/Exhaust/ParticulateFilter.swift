// Particulate filter: the ash that no regeneration burns, and how well regenerations go.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The particulate filter model (PROGNOSTICS 4.10). Ash shows as flow resistance right after a regeneration, or in the
/// control unit's own count, and runs through a trend filter every 700 km; until that has something to say, distance
/// alone counts. Regenerations that come ever sooner, or fail, tell a state.
struct ParticulateFilter: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.filterPressureDrop, .ashLoad, .sootLoad, .regeneration), .needs(.speed), .uses(.airFlow, .manifoldPressure),
    .uses(.filterInletTemperature, .exhaustTemperature), .uses(.regeneration), .uses(.sootLoad), .uses(.ashLoad),
    .uses(.odometer),
  ]

  static let parameters: [ParameterDescription] = [
    .init("ash_life_km", "km", 20_000...2_000_000, 200_000, "distance that fills it with ash, while none is measured"),
    .init("ash_life_scatter", "", 0.05...1, 0.25, "scatter of it between vehicles, standard deviation of ln(distance)"),
    .init("used_km", "km", 0...2_000_000, nil, "distance on this filter when Telltale was installed"),
    .init("failure_ratio", "", 1.2...5, 2, "resistance, over that of the clean filter, at which it is full"),
  ] + TrendParameters.descriptions(
    unit: "km", life: 105_000, lifeScatter: 0.4, noise: 0.10, levelScatter: 0.10, baseScatter: 0.05, onset: 7e8,
    already: 0.95)

  static let measurements: [MeasurementDescription] = [
    .init("ash", "percent", 0...150, deviation: 10, "ash in the filter, of what it may hold")
  ]

  static let counters = ["distance-damage", "clean-resistance", "ash", "is-past-known"]

  struct State: BitwiseCopyable {
    var observations = Observations()
    /// What distance alone says.
    var odometer: Odometer
    var trend: StretchedTrend<224>
    /// Since the last tick.
    var tickKm = 0.0
    var sum = 0.0
    var count = 0.0
    var lowest = Double.infinity
    var kmSinceRegeneration = 0.0
    /// Resistance of the clean filter: 0 before it is known.
    var clean = 0.0
    var cleanCount = 0.0
    var offset = 0.0
    var countsAsh = false
    var isPastKnown: Bool
    var distance = Ewma(memory: 8)
    var distanceReference = 0.0
    var distanceCount = 0.0
    var distanceDetector = SelfStartingCusum(leastScatter: 0.02)
    var distanceOnset = ChangeOnset()
    var failures = RegenerationRecord()
  }

  private(set) var state: State
  private let parameters: ComponentParameters
  private let life: Double
  private let usedKm: Double
  private let failureRatio: Double
  private let model: ShapeBankModel
  /// The same for a filter of unknown past: how much of its way is left is a guess.
  private let vagueModel: ShapeBankModel
  private let vehicle: VehicleParameters

  static let tickKm = 700.0
  static let cleanTicks = 4.0
  /// A filter that has not been seen to regenerate for so long does it unseen: the lowest resistance of a tick stands
  /// for the clean one.
  static let unseenKm = 1_500.0
  static let referenceRegenerations = 8.0
  /// Distance between regenerations, of the first ones', at which the filter has failed.
  static let failureDistance = 0.4

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    self.parameters = parameters
    life = parameters.value("ash_life_km")
    usedKm = parameters["used_km"] ?? .nan
    failureRatio = parameters.value("failure_ratio")
    self.vehicle = vehicle
    model = ParticulateFilter.model(parameters)
    var vague = parameters
    _ = vague.set("trend_level_scatter", 0.25)
    vagueModel = ParticulateFilter.model(vague)
    state = State(
      odometer: ParticulateFilter.odometer(parameters), trend: StretchedTrend(model), isPastKnown: !usedKm.isNaN)
    if !usedKm.isNaN { state.odometer.add(priorDamage: usedKm / life) }
  }

  private static func model(_ parameters: ComponentParameters) -> ShapeBankModel {
    TrendParameters.model(
      parameters, shapes: [(.linear, 0.7), (.quadratic, 0.3), (.exponential, 0.02), (.squareRoot, 0.02)],
      span: parameters.value("trend_life"))
  }

  private static func odometer(_ parameters: ComponentParameters) -> Odometer {
    Odometer(
      nominalRate: 1 / parameters.value("ash_life_km"), unitScatter: parameters.value("ash_life_scatter"))
  }

  mutating func restore(_ earlier: State) { state = earlier }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    let driven = usage.tripKm + usage.unseenKm
    state.odometer.add(usage: driven, damage: driven / life)
    state.tickKm += driven
    state.kmSinceRegeneration += driven
    let features = trip.parts.exhaust
    follow(features, usage)
    collect(features)
    guard state.tickKm >= ParticulateFilter.tickKm, let value = tickValue() else {
      // Distance is an observation too, of a filter that nothing else tells of.
      if !hasTrend && state.tickKm >= ParticulateFilter.tickKm && state.count == 0 && state.lowest == .infinity {
        state.observations.count(true, at: trip.trip.ended)
        clearTick()
      }
      return
    }
    state.observations.count(true, at: trip.trip.ended)
    take(value, at: trip.trip.ended, usage)
  }

  private mutating func collect(_ features: ExhaustFeatures) {
    if features.ashLoad.isFinite {
      if !state.trend.hasBegun && !state.countsAsh {
        state.countsAsh = true
        state.sum = 0
        state.count = 0
      }
      if state.countsAsh { add(features.ashLoad / 100) }
    }
    guard !state.countsAsh else { return }
    if features.cleanResistance.isFinite { add(features.cleanResistance) }
    if features.filterResistance.isFinite { state.lowest = min(state.lowest, features.filterResistance) }
  }

  private mutating func add(_ value: Double) {
    state.sum += value
    state.count += 1
  }

  /// Mean of what the tick gave: ash as a share of the way to failure, or a resistance. Nil where it gave nothing.
  private func tickValue() -> Double? {
    if state.count > 0 { return state.sum / state.count }
    return state.kmSinceRegeneration > ParticulateFilter.unseenKm && state.lowest.isFinite ? state.lowest : nil
  }

  private mutating func take(_ value: Double, at time: Timestamp, _ usage: VehicleUsage) {
    let km = state.tickKm
    clearTick()
    var way = value
    if !state.countsAsh {
      if state.cleanCount < ParticulateFilter.cleanTicks {
        state.cleanCount += 1
        state.clean += (value - state.clean) / state.cleanCount
        guard state.cleanCount == ParticulateFilter.cleanTicks else { return }
        // A filter that has some distance behind it held some ash when it was called clean.
        if usedKm > 0 { state.clean /= 1 + (failureRatio - 1) * min(1, usedKm / model.duration) }
        way = 0
      } else {
        way = (value / state.clean - 1) / (failureRatio - 1)
      }
    }
    way += state.offset
    guard state.trend.hasBegun else {
      let age = usedKm.isNaN ? nil : usedKm + ParticulateFilter.cleanTicks * ParticulateFilter.tickKm
      let level = state.countsAsh || usedKm.isNaN ? way : min(1, usedKm / model.duration)
      state.trend.begin(at: level, age: age, km: usage.km, model)
      if state.countsAsh { state.isPastKnown = true }
      return
    }
    switch state.trend.add(way, usage: km, km: usage.km, model) {
    case .none: break
    case .recalibrated(let shift): state.offset += shift
    case .replaced: serviced(at: time, usage)
    }
  }

  private mutating func clearTick() {
    state.tickKm = 0
    state.sum = 0
    state.count = 0
    state.lowest = .infinity
  }

  private mutating func follow(_ features: ExhaustFeatures, _ usage: VehicleUsage) {
    if features.regenerations > 0 { state.kmSinceRegeneration = 0 }
    state.failures.count(complete: features.regenerations, failed: features.failedRegenerations)
    let km = features.regenerationDistance
    guard km.isFinite, km > 5 else { return }
    state.distance.add(log(km))
    state.distanceDetector.add(log(km))
    state.distanceOnset.follow(state.distanceDetector, km: usage.km)
    if state.distanceCount < ParticulateFilter.referenceRegenerations {
      state.distanceCount += 1
      state.distanceReference += (log(km) - state.distanceReference) / state.distanceCount
    }
  }

  mutating func measured(
    _ quantity: Int, _ value: Double, deviation: Double, at time: Timestamp, _ usage: VehicleUsage
  ) {
    let share = value / 100
    state.odometer.believe(measured: share, deviation: deviation / 100)
    state.isPastKnown = true
    // What is seen now stands for this much ash.
    state.offset = state.trend.hasBegun ? share - (state.trend.lastValue - state.offset) : share
    if state.trend.hasBegun { state.trend.begin(at: share, age: nil, km: usage.km, model) }
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    var odometer = state.odometer
    odometer.reset()
    state = State(odometer: odometer, trend: StretchedTrend(model), isPastKnown: true)
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .particulateFilter, because: .noValidTick(.regeneration), at: time)
    }
    let ash = hasTrend ? state.trend.consumed(model) : state.isPastKnown ? state.odometer.used : 0
    let distance = distanceConsumed
    let failed = state.failures.share
    let failing = failed > RegenerationRecord.usual ? failed : 0
    let consumed = greatest(ash, distance, failing)
    let spread = hasTrend ? 0.4 * state.trend.noise : state.odometer.used * state.odometer.coefficientScatter
    var report = HealthReport(
      .particulateFilter, consumed: consumed, spread: spread,
      isConfirmed: max(distance, failing) > ash, state.observations, .regeneration, at: time,
      atKm: usage.km)
    addEvidence(to: &report, ash: ash, distance: distance, failing: failing)
    if hasTrend {
      report.tell(state.trend, state.isPastKnown ? model : vagueModel, usage, vehicle)
      if !state.isPastKnown && report.remainingUsefulLife != nil { report.reason = .wearUnknown(.particulateFilter) }
    } else {
      tellByDistance(&report, usage)
    }
    return report
  }

  private var hasTrend: Bool { state.trend.hasBegun }

  private func tellByDistance(_ report: inout HealthReport, _ usage: VehicleUsage) {
    guard report.state.isBand else { return }
    let before = state.isPastKnown ? 0.0 : 1.0
    let life = usage.life(
      km: state.odometer.remainingUsage(initialDamage: before),
      nodes: state.odometer.remainingUsage(at: QuantileLevels.ten, initialDamage: before))
    if state.isPastKnown {
      report.tell(life, vehicle)
    } else {
      // An interval that reaches to zero for want of knowledge is no ground for an alarm.
      report.remainingUsefulLife = life
      report.reason = .wearUnknown(.particulateFilter)
    }
  }

  /// Regenerations that come sooner than they did; a new route does that too, so it counts in full only at the limit.
  private var distanceConsumed: Double {
    guard state.distanceCount >= ParticulateFilter.referenceRegenerations else { return 0 }
    let ratio = exp(state.distance.mean - state.distanceReference)
    let way = max(0, (1 - ratio) / (1 - ParticulateFilter.failureDistance))
    return state.distanceDetector.change == .down && way >= 1 ? min(way, 1.15) : min(way, 0.7)
  }

  private func addEvidence(to report: inout HealthReport, ash: Double, distance: Double, failing: Double) {
    let sum = max(ash + distance + failing, 1e-9)
    if !hasTrend || state.countsAsh {
      report.evidence.add(Evidence(feature: .ashLoad, value: 100 * ash, reference: 100, share: ash / sum))
    } else {
      report.evidence.add(
        Evidence(
          feature: .filterResistance, value: 1 + ash * (failureRatio - 1), reference: 1,
          z: ash / max(0.02, state.trend.noise), share: ash / sum, sinceKm: state.trend.beganKm))
    }
    if state.distanceCount > 0 {
      report.evidence.add(
        Evidence(
          feature: .regenerationDistance, value: exp(state.distance.mean), reference: exp(state.distanceReference),
          z: deviates(state.distance.mean - state.distanceReference, state.distanceDetector), share: distance / sum,
          sinceKm: state.distanceOnset.km(of: state.distanceDetector.change)))
    }
    if state.failures.hasSeenAny {
      report.evidence.add(
        Evidence(feature: .failedRegenerations, value: 100 * state.failures.share, share: failing / sum))
    }
  }

  func counter(_ index: Int) -> Double {
    switch index {
    case 0: state.odometer.damage
    case 1: state.cleanCount >= ParticulateFilter.cleanTicks ? state.clean : 0
    case 2: hasTrend ? state.trend.consumed(model) : -1
    default: state.isPastKnown ? 1 : 0
    }
  }

  mutating func restore(counter index: Int, _ value: Double) {
    switch index {
    case 0:
      state.odometer = ParticulateFilter.odometer(parameters)
      state.odometer.add(priorDamage: value)
    case 1 where value > 0:
      state.clean = value
      state.cleanCount = ParticulateFilter.cleanTicks
    case 2 where value >= 0: state.trend.begin(at: value, age: nil, km: 0, model)
    case 3: state.isPastKnown = value > 0
    default: break
    }
  }
}

/// Share of regenerations that failed: a gamma law's mean over some twenty of them.
struct RegenerationRecord: BitwiseCopyable {
  private var failed = 0.0
  private var all = 0.0

  /// A share that a car in town has too.
  static let usual = 0.5

  var hasSeenAny: Bool { all > 0 }
  /// 0...1; one in ten before anything is known.
  var share: Double { (failed + 0.5) / (all + 5) }

  mutating func count(complete: Int, failed count: Int) {
    for i in 0..<max(0, complete) + max(0, count) {
      failed = failed * 0.95 + (i < count ? 1 : 0)
      all = all * 0.95 + 1
    }
  }
}
