// Air filter: what it costs the intake at high flow against its own clean days, else the dust that distance brings.
import Pipeline
import Prognostics
import Vocabulary

/// The air-filter model (PROGNOSTICS 4.7). Where the intake's pressures are known its resistance is followed week by
/// week on a trend filter; a usage odometer with a dust factor stands in otherwise, and the calendar ends both.
struct AirFilter: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.speed), .needs(.engineSpeed), .uses(.intakeRestriction, .barometer), .uses(.manifoldPressure),
    .uses(.airFlow), .uses(.throttle), .uses(.intakeTemperature),
  ]

  static let parameters: [ParameterDescription] =
    [
      .init("interval_km", "km", 2_000...300_000, 45_000, "distance that a filter lasts on clean roads"),
      .init("interval_months", "months", 3...240, 48, "age at which the filter is due whatever the distance"),
      .init("dust", "", 1...3, 1, "how much more dust the vehicle meets than on clean roads"),
      .init("unit_spread", "", 0.05...1, 0.4, "scatter between vehicles, standard deviation of ln(wear)"),
      .init("clogged_ratio", "", 1.5...20, 4, "resistance of a clogged filter over that of a clean one"),
      .init("filter_share", "", 0.05...1, 0.3, "share of the clean filter in the loss up to the manifold"),
      .init("limit_pressure", "kPa", 1...20, 6.2, "restriction across the filter that must not be reached"),
      .init("used", "", 0...1.2, nil, "consumed fraction when Telltale was installed"),
    ]
    + TrendParameters.descriptions(
      unit: "km", life: 34_000, lifeScatter: 0.5, noise: 0.15, levelScatter: 0.22, baseScatter: 0.1, onset: 56_000,
      already: 0.7)

  static let counters = ["damage", "age_from", "prior_used"]

  struct State: BitwiseCopyable {
    var observations = Observations()
    var odometer: Odometer
    var resistance: FilterResistance
    /// Wall nanoseconds from which the filter's age counts, and of the first trip by a trusted clock; 0 before it.
    var ageFrom: Int64 = 0
    var firstTrusted: Int64 = 0
    /// Whether somebody said, or Telltale saw, how worn the filter was at its first kilometre here.
    var isWearKnown: Bool
    var priorUsed = 0.0
    /// Where the present filter came, km; NaN where it was there before Telltale.
    var since = Double.nan
    var overLimit: UInt32 = 0
  }

  private(set) var state: State
  private let model: ShapeBankModel
  private let intervalKm: Double
  private let intervalMonths: Double
  private let dust: Double
  private let cloggedRatio: Double
  private let filterShare: Double
  private let limitPressure: Double
  private let vehicle: VehicleParameters

  static let daysPerMonth = 30.4375
  /// Trips in a row beyond the limit that make a failure.
  static let limitTrips: UInt32 = 3
  static let longTrip = 10.0
  /// Consumed fraction from which the end may be near.
  static let late = 0.7

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    intervalKm = parameters.value("interval_km")
    intervalMonths = parameters.value("interval_months")
    dust = parameters.value("dust")
    cloggedRatio = parameters.value("clogged_ratio")
    filterShare = parameters.value("filter_share")
    limitPressure = parameters.value("limit_pressure")
    self.vehicle = vehicle
    model = TrendParameters.model(
      parameters, shapes: [(.linear, 0.6), (.quadratic, 0.36), (.exponential, 0.02), (.squareRoot, 0.02)],
      span: parameters.value("trend_life"), learning: 0.25)
    var odometer = Odometer(nominalRate: 1 / intervalKm, unitScatter: parameters.value("unit_spread"))
    let used = parameters["used"]
    odometer.add(priorDamage: used ?? 0)
    state = State(
      odometer: odometer, resistance: FilterResistance(model), isWearKnown: used != nil, priorUsed: used ?? 0)
  }

  mutating func restore(_ earlier: State) {
    let told = state
    state = earlier
    guard told.isWearKnown, told.priorUsed > state.priorUsed || !state.isWearKnown else { return }
    state.odometer.add(priorDamage: max(0, told.priorUsed - state.priorUsed))
    state.priorUsed = told.priorUsed
    state.isWearKnown = true
  }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    let km = usage.tripKm + usage.unseenKm
    state.odometer.add(usage: km, damage: km * dust / intervalKm)
    let time = trip.trip.ended
    if trip.trip.distanceKm >= AirFilter.longTrip { state.observations.count(true, at: time) }
    if time.quality.isTrusted && state.firstTrusted == 0 {
      state.firstTrusted = time.wallNanoseconds
      // Of a filter whose wear was given and not its age: as old as it is worn.
      if state.ageFrom == 0 {
        state.ageFrom = time.wallNanoseconds
          - Int64(state.priorUsed * intervalMonths * AirFilter.daysPerMonth * 86_400e9)
      }
    }
    let features = trip.parts.airPath
    if features.peakRestriction.isFinite {
      state.overLimit = features.peakRestriction >= limitPressure ? state.overLimit &+ 1 : 0
    }
    // A filter that is met half clogged has less of the way before it, and begins it from higher up.
    let whole = (cloggedRatio - 1) * (features.resistanceSource == .manifold ? filterShare : 1)
    let range = whole * (1 - startOfTrend) / (1 + whole * startOfTrend)
    let isReplaced = state.resistance.take(
      features, range: range, km: km, at: time, usage, start: startOfTrend, model)
    if isReplaced { serviced(at: time, usage) }
  }

  /// Wear of the filter when its resistance began to be followed: that scale begins at its own clean days.
  private var startOfTrend: Double { state.isWearKnown ? min(0.9, state.priorUsed) : 0 }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    state.odometer.reset()
    state.resistance = FilterResistance(model)
    state.ageFrom = usage.wall(at: time)
    state.isWearKnown = true
    state.priorUsed = 0
    state.since = usage.km
    state.overLimit = 0
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .airFilter, because: .noValidTick(.trip), at: time)
    }
    let months = months(at: time, usage)
    let age = months / intervalMonths
    let hasTrend = state.resistance.isFollowed
    let trend = hasTrend ? state.resistance.consumed(model, start: startOfTrend) : 0
    // Where the resistance is seen, distance and dust are no longer needed to guess it.
    let dirt = hasTrend && state.isWearKnown ? trend : max(trend, state.odometer.used)
    let isOverLimit = state.overLimit >= AirFilter.limitTrips
    let consumed = greatest(dirt, age, isOverLimit ? 1 : 0)
    let spread = hasTrend ? 0.1 : state.odometer.used * state.odometer.coefficientScatter
    var report = HealthReport(
      .airFilter, consumed: consumed, spread: spread, isConfirmed: age >= dirt || isOverLimit, state.observations,
      hasTrend ? .fullThrottle : .trip, at: time, atKm: usage.km)
    addEvidence(to: &report, trend: trend, age: age)
    guard report.state.isBand else { return report }
    if !state.isWearKnown { report.reason = .wearUnknown(.airFilter) }
    let life = remainingLife(months: months, usage)
    // The interval of a filter of unknown wear reaches to zero by construction; that alone is no ground for an alarm.
    // Nor is a wide interval early in its life: a filter that clogs sooner is not urgent.
    if state.isWearKnown && consumed >= AirFilter.late {
      report.tell(life, vehicle)
    } else {
      report.remainingUsefulLife = life
    }
    return report
  }

  private func months(at time: Timestamp, _ usage: VehicleUsage) -> Double {
    let now = usage.wall(at: time)
    guard state.ageFrom > 0, now > 0 else { return 0 }
    return max(0, Double(now &- state.ageFrom) / 86_400e9 / AirFilter.daysPerMonth)
  }

  private func remainingLife(months: Double, _ usage: VehicleUsage) -> RemainingUsefulLife {
    let nodes: InlineArray<10, Double>
    let km: QuantileSet
    if state.resistance.isFollowed && state.isWearKnown {
      nodes = state.resistance.remaining(model, at: QuantileLevels.ten, start: startOfTrend)
      km = state.resistance.remaining(model, at: QuantileLevels.seven, start: startOfTrend)
    } else {
      let before: Double = state.isWearKnown ? 0 : 1
      nodes = state.odometer.remainingUsage(at: QuantileLevels.ten, initialDamage: before)
      km = state.odometer.remainingUsage(initialDamage: before)
    }
    let daysLeft = max(0, (intervalMonths - months) * AirFilter.daysPerMonth)
    return RemainingUsefulLife(
      km: Quantiles(earlier(km, usage.rate.usage(within: daysLeft))),
      days: Quantiles(earlier(usage.rate.days(until: nodes), QuantileSet(repeating: daysLeft))))
  }

  private func addEvidence(to report: inout HealthReport, trend: Double, age: Double) {
    // A filter that is seen is not judged by its distance.
    let dust = state.resistance.isFollowed && state.isWearKnown ? 0 : state.odometer.used
    let total = max(trend + dust + age, 1e-9)
    report.evidence.add(
      Evidence(
        feature: .filterDistance, value: state.odometer.damage * intervalKm, reference: intervalKm,
        share: dust / total, sinceKm: state.since))
    guard state.resistance.isFollowed else { return }
    report.evidence.add(
      Evidence(
        feature: .intakeRestriction, value: state.resistance.ratio, reference: 1,
        z: trend / max(0.05, state.resistance.noise), share: trend / total, sinceKm: state.since))
  }

  func counter(_ index: Int) -> Double {
    switch index {
    case 0: state.odometer.damage
    case 1: Double(state.ageFrom)
    default: state.isWearKnown ? state.priorUsed : -1
    }
  }

  /// The odometer begins at 0 after a new version: the damage is put back as one that was done before.
  mutating func restore(counter index: Int, _ value: Double) {
    guard value.isFinite else { return }
    switch index {
    case 0: state.odometer.add(priorDamage: max(0, value - state.odometer.damage))
    case 1: if abs(value) < 9e18 { state.ageFrom = Int64(value) }
    default:
      state.isWearKnown = value >= 0
      state.priorUsed = max(0, value)
    }
  }
}
