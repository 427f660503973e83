// Engine oil: revolutions weighted by oil temperature (US 4,742,476, US 5,060,156) on a usage odometer, and its age.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The oil model. Wear is revolutions times a temperature penalty over the revolutions of one interval; the remaining
/// life is the odometer's first passage, cut short by the calendar.
struct EngineOil: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.engineSpeed), .needs(.speed), .needs(.coolant, .oilTemperature), .uses(.oilTemperature), .uses(.engineLoad),
  ]

  static let parameters: [ParameterDescription] = [
    .init("interval_km", "km", 2_000...60_000, 15_000, "distance between oil changes at normal use"),
    .init("interval_months", "months", 1...60, 12, "age at which oil is due whatever the distance"),
    .init("revolutions_per_km", "1/km", 800...6_000, 2_100, "engine revolutions per kilometre at normal use"),
    .init("unit_spread", "", 0.01...0.5, 0.10, "scatter between engines, standard deviation of ln(wear)"),
    .init("used", "", 0...1.2, nil, "consumed fraction when Telltale was installed"),
    .init("last_service", "s", 0...4_102_444_800, nil, "date of the last oil change"),
  ]

  static let measurements: [MeasurementDescription] = [
    .init("oil_life", "percent", 0...100, deviation: 5, "oil life that is left, as the engine's control unit tells it")
  ]

  /// What each revolution wore by.
  private enum Cause: Int {
    case cold, normal, hot, idle

    var feature: Feature {
      switch self {
      case .cold: .oilWearCold
      case .normal: .oilWearNormal
      case .hot: .oilWearHot
      case .idle: .oilWearIdle
      }
    }
  }

  struct State: BitwiseCopyable {
    var observations = Observations()
    var wear: CountedWear
    var age: CalendarAge
    /// Consumed fraction by cause.
    var ledger: InlineArray<4, Double> = InlineArray(repeating: 0)
    var tripWear = 0.0
    var oilTemperature = Double.nan
    /// Seconds of this trip with all inputs, and with the engine running at all.
    var seenSeconds = 0.0
    var engineSeconds = 0.0
  }

  private(set) var state: State
  private let intervalMonths: Double
  private let revolutions: Double
  private let vehicle: VehicleParameters

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    let intervalKm = parameters.value("interval_km")
    intervalMonths = parameters.value("interval_months")
    revolutions = intervalKm * parameters.value("revolutions_per_km")
    self.vehicle = vehicle
    let used = parameters["used"]
    state = State(
      wear: CountedWear(nominalLife: intervalKm, unitScatter: parameters.value("unit_spread"), used: used),
      age: CalendarAge(date: parameters["last_service"], isWearKnown: used != nil))
  }

  mutating func restore(_ earlier: State) {
    let told = state
    state = earlier
    state.wear = told.wear
    state.wear.restore(earlier.wear)
    state.age = told.age
    state.age.restore(earlier.age)
  }

  /// Celsius to penalty; linear between, the end values beyond. The band of no penalty is that of the patents, the
  /// slopes are engineering judgement (PROGNOSTICS 4.3).
  static func penalty(_ celsius: Double) -> Double {
    let t: InlineArray<10, Double> = [20, 40, 60, 80, 100, 110, 120, 130, 140, 150]
    let p: InlineArray<10, Double> = [3.0, 2.0, 1.3, 1.0, 1.0, 1.3, 1.8, 2.6, 4.0, 6.0]
    if celsius <= t[0] { return p[0] }
    for i in 1..<10 where celsius <= t[i] {
      return p[i - 1] + (p[i] - p[i - 1]) * (celsius - t[i - 1]) / (t[i] - t[i - 1])
    }
    return p[9]
  }

  mutating func tripStarted() {
    // Oil and coolant have cooled together while the car stood: the next tick sets the oil to the coolant.
    state.oilTemperature = .nan
    state.tripWear = 0
    state.seenSeconds = 0
    state.engineSeconds = 0
  }

  mutating func observe(_ tick: VehicleTick) {
    guard tick.engineRuns else { return }
    state.engineSeconds += tick.seconds
    guard let rpm = tick.engineSpeed, let oil = temperature(tick, rpm) else { return }
    let wear = rpm / 60 * tick.seconds * EngineOil.penalty(oil) / revolutions
    guard wear >= 0, wear.isFinite else { return }
    state.seenSeconds += tick.seconds
    state.tripWear += wear
    let cause: Cause = oil < 60 ? .cold : oil > 115 ? .hot : (tick.speed ?? 1) < 1 ? .idle : .normal
    state.ledger[cause.rawValue] += wear
  }

  /// Measured where there is a sensor, else a first-order lag behind the coolant: 8 kelvin above it and more under
  /// load, 600 s at idle to 180 s at full load (US 5,633,796 gives the form).
  private mutating func temperature(_ tick: VehicleTick, _ rpm: Double) -> Double? {
    if let measured = tick.oilTemperature {
      state.oilTemperature = measured
      return measured
    }
    guard let coolant = tick.coolant else { return state.oilTemperature.isNaN ? nil : state.oilTemperature }
    if state.oilTemperature.isNaN { state.oilTemperature = coolant }
    let load = max(0, min(1, (tick.engineLoad ?? 30) / 100))
    let steady = coolant + 8 + 0.004 * rpm * load
    let lag = 600 - 420 * load
    state.oilTemperature += (steady - state.oilTemperature) * (1 - exp(-tick.seconds / lag))
    return state.oilTemperature
  }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    // A tick counts when the inputs were there for most of the drive; its kilometres count in any case.
    let seen = state.engineSeconds > 0 ? state.seenSeconds / state.engineSeconds : 0
    let km = trip.trip.distanceKm
    if km >= 1 { state.observations.count(seen >= 0.8, at: trip.trip.ended) }
    state.wear.count(watchedKm: seen * km, damage: state.tripWear, usage)
    state.tripWear = 0
    state.age.begin(at: trip.trip.ended, monthsByWear: state.wear.isKnown ? state.wear.used * intervalMonths : 0)
  }

  mutating func measured(
    _ quantity: Int, _ value: Double, deviation: Double, at time: Timestamp, _ usage: VehicleUsage
  ) {
    if state.wear.measured(1 - value / 100, deviation: deviation / 100) {
      state.ledger = InlineArray(repeating: 0)
      state.age.replace(at: time, usage)
    } else {
      state.age.measured(at: time, monthsByWear: state.wear.used * intervalMonths, usage)
    }
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    state.wear.replace()
    state.ledger = InlineArray(repeating: 0)
    state.age.replace(at: time, usage)
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .engineOil, because: .noValidTick(.trip), at: time)
    }
    let used = state.wear.used
    let months = state.age.months(at: time, usage)
    let age = months / intervalMonths
    var report = HealthReport(
      .engineOil, consumed: max(used, age), spread: state.wear.spread, isConfirmed: age >= used, state.observations,
      .trip, at: time, atKm: usage.km)
    addEvidence(to: &report, age: age, months: months)
    report.tell(
      state.wear.life(state.age, months: months, limit: intervalMonths, usage), isPastKnown: state.age.isKnown, vehicle)
    return report
  }

  /// Shares are of all that ages the oil, use and calendar together, so that they add up to one.
  private func addEvidence(to report: inout HealthReport, age: Double, months: Double) {
    let worn = state.ledger[0] + state.ledger[1] + state.ledger[2] + state.ledger[3]
    let total = max(worn + age, 1e-9)
    report.evidence.add(Evidence(feature: .oilAge, value: months, reference: intervalMonths, share: age / total))
    for i in 0..<4 {
      guard let cause = Cause(rawValue: i), state.ledger[i] > 0 else { continue }
      let wear = state.ledger[i]
      report.evidence.add(Evidence(feature: cause.feature, value: wear * 100, share: wear / total))
    }
  }

  // MARK: What outlives versions

  static let counters = CountedWear.counters + ["filled_at", "cold", "hot", "idle"]

  func counter(_ index: Int) -> Double {
    switch index {
    case 0..<4: state.wear.counter(index)
    case 4: state.age.counter
    case 5: state.ledger[Cause.cold.rawValue]
    case 6: state.ledger[Cause.hot.rawValue]
    case 7: state.ledger[Cause.idle.rawValue]
    default: .nan
    }
  }

  mutating func restore(counter index: Int, _ value: Double) {
    switch index {
    case 0..<4: state.wear.restore(counter: index, value)
    case 4: state.age.restore(counter: value)
    case 5: state.ledger[Cause.cold.rawValue] = value
    case 6: state.ledger[Cause.hot.rawValue] = value
    case 7: state.ledger[Cause.idle.rawValue] = value
    default: return
    }
    // Normal wear is what the others leave.
    let (cold, hot, idle) = (counter(5), counter(6), counter(7))
    state.ledger[Cause.normal.rawValue] = max(0, state.wear.counter(0) - cold - hot - idle)
  }
}
