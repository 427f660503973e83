// Engine oil: revolutions weighted by oil temperature (US 4,742,476, US 5,060,156) on a usage odometer, and its age.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The oil model. Wear is revolutions times a temperature penalty over the revolutions of one interval; the remaining
/// life is the odometer's first passage, cut short by the calendar.
struct EngineOil {
  static let parameters: [ParameterDescription] = [
    .init("interval_km", "km", 2_000...60_000, 15_000, "distance between oil changes at normal use"),
    .init("interval_months", "months", 1...60, 12, "age at which oil is due whatever the distance"),
    .init("revolutions_per_km", "1/km", 800...6_000, 2_100, "engine revolutions per kilometre at normal use"),
    .init("unit_spread", "", 0.01...0.5, 0.10, "scatter between engines, standard deviation of ln(wear)"),
    .init("used", "", 0...1.2, nil, "consumed fraction when Telltale was installed"),
    .init("last_service", "s", 0...4_102_444_800, nil, "date of the last oil change"),
  ]

  struct State: BitwiseCopyable {
    var odometer: Odometer
    var usage = UsageRate()
    var observations = Observations()
    /// Consumed fraction by cause: cold, normal, hot, idle.
    var ledger: InlineArray<4, Double> = InlineArray(repeating: 0)
    var pendingKm = 0.0
    var pendingWear = 0.0
    var oilTemperature = Double.nan
    /// Seconds of this trip with all inputs, and with the engine running at all.
    var seenSeconds = 0.0
    var engineSeconds = 0.0
    /// Wall nanoseconds from which the oil's age counts; 0 while no trusted clock was seen.
    var ageFrom: Int64 = 0
    /// Wall nanoseconds of the first and the last trip's end by a trusted clock; 0 before it.
    var firstTrusted: Int64 = 0
    var lastTrusted: Int64 = 0
    /// Consumed fraction that the configuration gave for the time before Telltale.
    var priorUsed = 0.0
    /// Day number (since 1970) that `kmToday` belongs to.
    var day: Int64 = 0
    var kmToday = 0.0
    var sawEngineSpeed = false
    var sawTemperature = false
  }

  var state: State
  private let intervalMonths: Double
  private let revolutions: Double
  private let isAgeKnown: Bool
  private let isWearKnown: Bool
  private let vehicle: VehicleParameters

  init(_ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    let intervalKm = parameters.value("interval_km")
    intervalMonths = parameters.value("interval_months")
    revolutions = intervalKm * parameters.value("revolutions_per_km")
    self.vehicle = vehicle
    var odometer = Odometer(nominalRate: 1 / intervalKm, unitScatter: parameters.value("unit_spread"))
    isAgeKnown = parameters["used"] != nil || parameters["last_service"] != nil
    isWearKnown = parameters["used"] != nil
    let priorUsed = parameters["used"] ?? 0
    odometer.add(priorDamage: priorUsed)
    state = State(odometer: odometer, priorUsed: priorUsed)
    if let date = parameters["last_service"] { state.ageFrom = Int64(date * 1e9) }
  }

  /// Takes over the state of an earlier run. What the configuration says of the oil's past holds against it: it may have
  /// been said only after that run, and then the earlier state had to guess.
  mutating func restore(_ earlier: State) {
    let told = state
    state = earlier
    if told.ageFrom > 0 { state.ageFrom = told.ageFrom }
    if told.priorUsed > state.priorUsed {
      state.odometer.add(priorDamage: told.priorUsed - state.priorUsed)
      state.priorUsed = told.priorUsed
    }
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
    state.seenSeconds = 0
    state.engineSeconds = 0
  }

  mutating func observe(_ tick: VehicleTick) {
    guard tick.engineRuns else { return }
    state.engineSeconds += tick.seconds
    if let speed = tick.speed { state.pendingKm += speed * tick.seconds / 3600 }
    guard let rpm = tick.engineSpeed else { return }
    state.sawEngineSpeed = true
    guard let oil = temperature(tick, rpm) else { return }
    state.sawTemperature = true
    state.seenSeconds += tick.seconds
    let wear = rpm / 60 * tick.seconds * EngineOil.penalty(oil) / revolutions
    state.pendingWear += wear
    let cause = oil < 60 ? 0 : oil > 115 ? 2 : (tick.speed ?? 1) < 1 ? 3 : 1
    state.ledger[cause] += wear
  }

  /// Measured where there is a sensor, else a first-order lag behind the coolant: 8 kelvin above it and more under load,
  /// 600 s at idle to 180 s at full load (US 5,633,796 gives the form).
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

  mutating func tripEnded(_ trip: TripFeatures) {
    // A tick counts when the inputs were there for most of the drive; its kilometres count in any case.
    let isCovered = state.engineSeconds > 0 && state.seenSeconds >= 0.8 * state.engineSeconds
    if state.pendingKm >= 1 { state.observations.count(isCovered, at: trip.trip.ended) }
    // Kilometres without inputs wore the oil all the same: at the rate of the others.
    let unseen = state.engineSeconds > 0 ? max(0, 1 - state.seenSeconds / state.engineSeconds) : 1
    let guessed = unseen * state.pendingKm * state.odometer.rate.mean
    state.odometer.add(usage: state.pendingKm, damage: state.pendingWear + guessed)
    book(state.pendingKm, at: trip.trip.ended)
    state.pendingKm = 0
    state.pendingWear = 0
  }

  /// Kilometres per day, counted only on a clock that can be trusted.
  private mutating func book(_ km: Double, at time: Timestamp) {
    guard time.quality.isTrusted else { return }
    let today = time.wallNanoseconds / 86_400_000_000_000
    if state.day == 0 { state.day = today }
    if state.firstTrusted == 0 {
      state.firstTrusted = time.wallNanoseconds
      // Of oil whose wear was given and not its age: as old as it is worn.
      if state.ageFrom == 0 {
        state.ageFrom = time.wallNanoseconds
          - Int64(state.priorUsed * intervalMonths * EngineOil.daysPerMonth * 86_400e9)
      }
    }
    state.lastTrusted = time.wallNanoseconds
    // A year at the most: a gateway that lay on a shelf must not keep the loop busy.
    if today - state.day > 366 { state.day = today - 366 }
    while state.day < today {
      state.usage.add(day: state.kmToday)
      state.kmToday = 0
      state.day += 1
    }
    state.kmToday += km
  }

  func report(_ inputs: FeatureInputs, at time: Timestamp, km: Double) -> HealthReport {
    if let reason = missing(inputs) { return HealthReport(unknown: .engineOil, because: reason, at: time) }
    let used = state.odometer.used
    let ageMonths = months(at: time)
    let age = ageMonths / intervalMonths
    let consumed = max(used, age)
    var report = HealthReport(
      .engineOil, consumed: consumed, spread: used * state.odometer.coefficientScatter, isConfirmed: age >= used,
      state.observations, .trip, at: time, atKm: km)
    addEvidence(to: &report, age: age, ageMonths: ageMonths)
    guard report.state.isBand else { return report }
    let life = remainingLife(ageMonths: ageMonths)
    report.remainingUsefulLife = life
    if !isAgeKnown { report.reason = .ageUnknown }
    // The interval of an oil of unknown age reaches to zero by construction; that alone is no ground for an alarm.
    if isAgeKnown {
      let capped = min(
        HealthScore.capped(report.score, tenthPercentile: life.km.p10, horizon: vehicle.planningKm),
        HealthScore.capped(report.score, tenthPercentile: life.days.p10, horizon: vehicle.planningDays))
      if capped < report.score {
        report.score = capped
        report.confirmation = 1
      }
    }
    return report
  }

  private func missing(_ inputs: FeatureInputs) -> HealthReason? {
    guard let engineSpeed = inputs.engineSpeed, let coolant = inputs.coolant ?? inputs.oilTemperature,
      inputs.speed != nil
    else { return .unmappedInput(.engineOil) }
    if !state.sawEngineSpeed { return .missingInput(engineSpeed) }
    if !state.sawTemperature { return .missingInput(coolant) }
    return state.observations.valid == 0 ? .noValidTick(.trip) : nil
  }

  /// Age in months; 0 while no trusted clock has been seen. Oil grows no younger when the clock is lost: then it is as
  /// old as at the last trip whose clock could be trusted.
  private func months(at time: Timestamp) -> Double {
    let now = time.quality.isTrusted ? time.wallNanoseconds : state.lastTrusted
    guard state.ageFrom > 0, now > 0 else { return 0 }
    return max(0, Double(now &- state.ageFrom) / 86_400e9 / EngineOil.daysPerMonth)
  }

  static let daysPerMonth = 30.4375

  /// How much may have been worn before Telltale came, 0...1. Anything, unless somebody said. With the date of the service
  /// alone: up to twice what the present use would have worn since.
  private var unknownWear: Double {
    if !isAgeKnown { return 1 }
    if isWearKnown || state.firstTrusted <= state.ageFrom { return 0 }
    let days = Double(state.firstTrusted &- state.ageFrom) / 86_400e9
    return min(1, 2 * days * state.usage.mean * state.odometer.rate.mean)
  }

  private func remainingLife(ageMonths: Double) -> RemainingUsefulLife {
    let before = unknownWear
    let km = state.odometer.remainingUsage(initialDamage: before)
    let days = state.usage.days(until: state.odometer.remainingUsage(at: QuantileLevels.ten, initialDamage: before))
    // The calendar's own limit is sharp in days; in kilometres it is as wide as the use.
    let daysLeft = max(0, (intervalMonths - ageMonths) * EngineOil.daysPerMonth)
    let calendarDays = QuantileSet(repeating: daysLeft)
    let calendarKm = state.usage.usage(within: daysLeft)
    return RemainingUsefulLife(
      km: Quantiles(earlier(km, calendarKm)), days: Quantiles(earlier(days, calendarDays)))
  }

  /// Shares are of all that ages the oil, use and calendar together, so that they add up to one.
  private func addEvidence(to report: inout HealthReport, age: Double, ageMonths: Double) {
    let worn = state.ledger[0] + state.ledger[1] + state.ledger[2] + state.ledger[3]
    let total = max(worn + age, 1e-9)
    report.evidence.add(
      Evidence(feature: .oilAge, value: ageMonths, reference: intervalMonths, share: age / total))
    let causes: InlineArray<4, Feature> = [.oilWearCold, .oilWearNormal, .oilWearHot, .oilWearIdle]
    for i in 0..<4 where state.ledger[i] > 0 {
      report.evidence.add(Evidence(feature: causes[i], value: state.ledger[i] * 100, share: state.ledger[i] / total))
    }
  }
}

extension Quantiles {
  /// From the seven levels in ascending order.
  init(_ q: QuantileSet) {
    self.init(p05: q[0], p10: q[1], p25: q[2], p50: q[3], p75: q[4], p90: q[5], p95: q[6])
  }
}
