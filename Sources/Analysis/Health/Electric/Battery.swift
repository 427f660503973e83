// 12 V battery: its resistance while the starter turns, what its own sensor tells, and its age by heat and use.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The battery model (PROGNOSTICS 4.1). The way to failure is measured by the resistance at engine starts, where the
/// voltage comes fast enough, else by the state of health of a battery sensor. Without either its age stands in: days
/// weighted by heat, starts and deep discharges. A drain while parked, a battery that is left empty and a start that
/// would fail in the next cold are told as states, whatever the trend.
struct Battery: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.voltage, .batteryHealth), .uses(.engineSpeed), .uses(.batteryCurrent), .uses(.batteryHealth),
    .uses(.batteryCharge), .uses(.batteryTemperature, .ambientTemperature, .intakeTemperature), .uses(.coolant),
  ]

  static let parameters: [ParameterDescription] = [
    .init("installed", "s", 0...4_102_444_800, nil, "date on which the battery was fitted"),
    .init("lifetime", "months", 12...240, 60, "age at which a battery that is always at 25 Celsius has failed"),
    .init("unit_spread", "", 0.05...1, 0.30, "scatter between batteries, standard deviation of ln(ageing)"),
    .init("rated_starts", "", 1_000...1_000_000, 30_000, "engine starts that wear a battery out"),
    .init("temperature_coefficient", "1/K", 0...0.03, 0.010, "rise of the resistance as it gets colder"),
    .init("full_voltage", "V", 12.3...13.3, 12.6, "voltage at rest of a full battery, for each 12 V block"),
    .init("crank_current", "A", 40...3_000, 200, "drawn by the starter, where no current is measured"),
    .init("least_crank_voltage", "V", 5...10, 7.5, "below it an engine does not start, for each 12 V block"),
    .init("failure_health", "percent", 20...90, 50, "state of health at which a battery has failed"),
    .init("drain_limit", "percent", 0.2...20, 1.5, "charge that may be lost in a parked day"),
  ] + TrendParameters.descriptions(
    unit: "days", life: 1_680, lifeScatter: 0.35, noise: 0.08, levelScatter: 0.12, baseScatter: 0.04, onset: 2_800,
    already: 0.7)

  static let measurements: [MeasurementDescription] = [
    .init("state_of_health", "percent", 1...110, deviation: 5, "state of health by a conductance tester")
  ]

  static let counters = [
    "damage", "log_coefficient", "fitted", "reference_resistance", "reference_source", "consumed",
  ]

  struct State: BitwiseCopyable {
    var odometer: Odometer
    /// Trips, and those of them that told something of the indicator.
    var trips = Observations()
    var trend: BatteryTrend
    var clock = BatteryClock()
    var rest = BatteryRest()
    var crank = BatteryCrank()
    /// Where the battery stands, Celsius.
    var temperature = Ewma(memory: 10)
    /// Wall nanoseconds from which the age counts; 0 while it is not known.
    var fitted: Int64 = 0
    /// Days before Telltale have been counted.
    var isPastCounted = false
    /// Somebody said, or saw, how worn the battery is.
    var isWearKnown = false
    /// Distance at which another battery was seen to have been fitted; NaN where none was.
    var replacedKm = Double.nan
  }

  var state: State
  private let model: ShapeBankModel
  private let lifetimeDays: Double
  private let ratedStarts: Double
  private let temperatureCoefficient: Double
  private let fullVoltage: Double
  private let crankCurrent: Double
  private let leastVoltage: Double
  private let failureHealth: Double
  private let drainLimit: Double
  private let vehicle: VehicleParameters

  static let daysPerMonth = 30.4375
  /// Life that one deep discharge costs.
  static let deepDischargeWear = 0.02
  /// State of charge below which a discharge is deep, and above which it is over.
  static let deepCharge = 0.5
  static let recoveredCharge = 0.7

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    self.vehicle = vehicle
    // A rise that slows down is part of the reference before it can be seen; one that comes late and fast is not rare.
    let cube = (0...80).map { i in
      let x = Double(i) / 32
      return x * x * x
    }
    model = TrendParameters.model(
      parameters, shapes: [(.linear, 0.35), (.quadratic, 0.25), (.exponential, 0.25), (.table(cube), 0.15)],
      span: parameters.value("trend_life"))
    lifetimeDays = parameters.value("lifetime") * Battery.daysPerMonth
    ratedStarts = parameters.value("rated_starts")
    temperatureCoefficient = parameters.value("temperature_coefficient")
    fullVoltage = parameters.value("full_voltage")
    crankCurrent = parameters.value("crank_current")
    leastVoltage = parameters.value("least_crank_voltage")
    failureHealth = parameters.value("failure_health")
    drainLimit = parameters.value("drain_limit")
    // Forty kilometres stand for a day where the odometer chooses its memory.
    let odometer = Odometer(
      nominalRate: 1 / lifetimeDays, unitScatter: parameters.value("unit_spread"), usageScale: 1.0 / 40)
    state = State(odometer: odometer, trend: BatteryTrend(model))
    if let date = parameters["installed"] { state.fitted = Int64(date * 1e9) }
  }

  /// Takes over the state of an earlier run. A date that the configuration gives stands in where that run knew none; a
  /// battery that was fitted since then is told by a service.
  mutating func restore(_ earlier: State) {
    let told = state.fitted
    state = earlier
    if state.fitted == 0 { state.fitted = told }
  }

  // MARK: What trips tell

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    let crank = trip.parts.crank
    let days = state.clock.pass(to: trip.trip, usage)
    // Parked most of its life, a battery is as warm as it is before the engine warms it.
    let celsius = crank.temperature.isFinite ? crank.temperature : crank.meanTemperature
    if celsius.isFinite { state.temperature.add(max(-50, min(80, celsius))) }
    let charge = charge(of: crank)
    age(days: days, at: trip.trip.ended, lowestCharge: charge)
    state.rest.take(crank, charge: charge, km: usage.km)
    state.trips.count(true, at: trip.trip.ended)
    take(start: crank, at: trip.trip.ended)
    let health = crank.sensorHealth
    if health.isFinite { state.trend.take(health: consumed(atHealth: health), health, at: trip.trip.ended, model) }
    state.crank.pass(days: days, coldest: celsius)
    if state.trend.closeWeek(at: state.clock.days, wear: state.isWearKnown ? wear : 0, age: ageDays, model) {
      renew(at: trip.trip.ended, usage)
      state.replacedKm = usage.km
    }
  }

  /// Consumed life by age alone; may pass 1.
  private var wear: Double { state.odometer.damage * exp(state.odometer.logCoefficient) }

  /// Days of the battery that are known; 0 where its age is not.
  private var ageDays: Double { state.fitted > 0 ? state.clock.days(since: state.fitted) : 0 }

  private mutating func age(days: Double, at time: Timestamp, lowestCharge: Double) {
    // Chemistry runs twice as fast with every 10 kelvin.
    let heat = state.temperature.isEmpty ? 1 : exp2((state.temperature.mean - 25) / 10)
    var damage = days / lifetimeDays * heat + 1 / ratedStarts
    if state.rest.isDeeplyDischarged(charge: lowestCharge) { damage += Battery.deepDischargeWear }
    state.odometer.add(usage: days, damage: damage)
    guard time.quality.isTrusted, state.fitted > 0, !state.isPastCounted else { return }
    state.isPastCounted = true
    state.isWearKnown = true
    let before = Double(time.wallNanoseconds &- state.fitted) / 86_400e9 - days
    state.odometer.add(priorDamage: max(0, before) / lifetimeDays)
  }

  /// By the sensor, else by the settled voltage; 0...1, NaN where neither is known.
  private func charge(of crank: CrankFeatures) -> Double {
    let byVoltage = BatteryRest.charge(
      atVoltage: crank.restVoltage, full: fullVoltage, celsius: crank.temperature)
    return crank.lowestCharge.isFinite ? crank.lowestCharge : byVoltage
  }

  private mutating func take(start: CrankFeatures, at time: Timestamp) {
    guard start.voltageDrop.isFinite, start.voltageDrop > 0 else { return }
    if start.temperature.isFinite { state.crank.knowsTemperature = true }
    // Of a warm battery between two trips nobody knows how warm; where no temperature ever comes all starts are alike.
    guard start.temperature.isFinite || !state.crank.knowsTemperature else { return }
    let warmth = start.temperature.isFinite ? temperatureCoefficient * (start.temperature - 25) : 0
    let sensed = start.charge
    let settled = BatteryRest.charge(atVoltage: start.restVoltage, full: fullVoltage, celsius: start.temperature)
    let charge = sensed.isFinite ? sensed : settled.isFinite ? settled : BatteryCrank.usualCharge
    let factor = exp(warmth) / (1 + 0.25 * (1 - max(0, min(1, charge))))
    state.crank.take(start, dropAt25: start.voltageDrop * exp(warmth))
    let isMeasured = start.resistance.isFinite && start.resistance > 0
    state.trend.take(
      resistance: (isMeasured ? start.resistance : 1000 * start.voltageDrop / crankCurrent) * factor,
      from: isMeasured ? .current : .voltage, at: time, model)
  }

  /// The conductance of a battery falls as its resistance rises: at half of it the resistance has doubled.
  private func consumed(atHealth percent: Double) -> Double {
    (100 / max(1, percent) - 1) / (100 / failureHealth - 1)
  }

  // MARK: What people tell

  mutating func measured(
    _ quantity: Int, _ value: Double, deviation: Double, at time: Timestamp, _ usage: VehicleUsage
  ) {
    let used = max(0, consumed(atHealth: value))
    let scatter = consumed(atHealth: max(1, value - deviation)) - consumed(atHealth: value)
    if state.isWearKnown {
      state.odometer.believe(measured: used, deviation: max(0.01, scatter))
    } else {
      // What had been worn before Telltale came says nothing of how fast this battery ages.
      state.odometer.add(priorDamage: max(0, used * exp(-state.odometer.logCoefficient) - state.odometer.damage))
      state.isWearKnown = true
    }
    state.trend.calibrate(consumed: used, at: state.clock.days, age: ageDays, model)
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    renew(at: time, usage)
    state.replacedKm = .nan
  }

  private mutating func renew(at time: Timestamp, _ usage: VehicleUsage) {
    state.odometer.reset()
    state.trend = BatteryTrend(model)
    state.rest = BatteryRest()
    state.crank.renew()
    state.fitted = usage.wall(at: time)
    state.isPastCounted = true
    state.isWearKnown = true
  }

  // MARK: What is told

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.trips.valid > 0 else {
      return HealthReport(unknown: .battery, because: .noValidTick(.trip), at: time)
    }
    let measured = state.trend.consumed(model)
    let grounds = Grounds(
      trend: measured?.mean ?? wear, drain: state.rest.drainConsumed(limit: drainLimit),
      empty: state.rest.emptyConsumed,
      cold: state.crank.isTooWeak(temperatureCoefficient, least: leastVoltage) ? 1 : 0,
      failure: state.trend.failedConsumed)
    var report: HealthReport
    if measured != nil {
      report = HealthReport(
        .battery, consumed: grounds.worst, spread: max(0.04, state.trend.noise / 2), isConfirmed: grounds.isState,
        state.trend.observations, state.trend.tick, at: time, atKm: usage.km)
      let now = state.clock.days(atWall: usage.wall(at: time))
      if report.state.isBand { report.tell(usage.life(days: state.trend.remainingDays(at: now, model)), vehicle) }
    } else {
      report = reportByAge(grounds, at: time, usage)
    }
    addEvidence(to: &report, grounds, measured?.onsetProbability ?? 0, usage)
    return report
  }

  /// Age alone is a reason to have a battery looked at, none for an alarm.
  private func reportByAge(_ grounds: Grounds, at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    let spread = wear * state.odometer.coefficientScatter
    let isOld = wear - 1.2816 * spread > Battery.watchEdge
    var report = HealthReport(
      .battery, consumed: grounds.worst, spread: spread, isConfirmed: isOld || grounds.isState, state.trips, .trip,
      at: time, atKm: usage.km)
    guard report.state.isBand else { return report }
    if !grounds.isState { report.score = max(report.score, HealthState.edge(above: .service)) }
    let isAgeKnown = state.isWearKnown
    report.remainingUsefulLife = usage.life(
      days: state.odometer.remainingUsage(initialDamage: isAgeKnown ? 0 : 1))
    report.reason = isAgeKnown ? .noValidTick(.engineStart) : .wearUnknown(.battery)
    return report
  }

  /// Consumed life at which the score falls below the edge of watch.
  private static let watchEdge = 0.629

  /// What the score stands on: shares of a life that is consumed.
  private struct Grounds {
    var trend: Double
    var drain: Double
    var empty: Double
    var cold: Double
    var failure: Double

    /// What the indicator says, by its trend or all of a sudden.
    var indicator: Double { greatest(0, trend, failure) }
    var worst: Double { greatest(indicator, drain, empty, cold) }
    var sum: Double { max(1e-9, indicator + drain + empty + cold) }
    /// A state, not the trend, is the worst.
    var isState: Bool {
      let state = greatest(drain, empty, cold, failure)
      return state > 0 && state >= trend
    }
  }

  private func addEvidence(
    to report: inout HealthReport, _ grounds: Grounds, _ onsetProbability: Double, _ usage: VehicleUsage
  ) {
    let share = grounds.indicator / grounds.sum
    let since = onsetProbability > 0.9 ? max(0, usage.km - state.trend.onsetDays(model) * usage.rate.mean) : .nan
    if let evidence = state.trend.evidence(share: share, sinceKm: state.replacedKm.isNaN ? since : state.replacedKm) {
      report.evidence.add(evidence)
    } else {
      report.evidence.add(
        Evidence(
          feature: .batteryAge, value: wear * lifetimeDays / Battery.daysPerMonth,
          reference: lifetimeDays / Battery.daysPerMonth, share: share, sinceKm: state.replacedKm))
    }
    if let drain = state.rest.drainEvidence(limit: drainLimit, share: grounds.drain / grounds.sum) {
      report.evidence.add(drain)
    }
    if let volts = state.crank.coldVoltage(temperatureCoefficient) {
      report.evidence.add(
        Evidence(
          feature: .coldCrankVoltage, value: volts, reference: leastVoltage * state.crank.blocks,
          share: grounds.cold / grounds.sum))
    }
    if state.rest.voltage.isFinite {
      let blocks = CrankFeatures.blocks(atVoltage: state.rest.voltage)
      report.evidence.add(
        Evidence(
          feature: .restingVoltage, value: state.rest.voltage, reference: fullVoltage * blocks,
          share: grounds.empty / grounds.sum))
    } else if state.trend.health.isFinite && state.trend.source != .sensor {
      report.evidence.add(
        Evidence(feature: .batterySensorHealth, value: state.trend.health, reference: failureHealth, share: 0))
    }
  }

  // MARK: What outlives versions

  func counter(_ index: Int) -> Double {
    switch index {
    case 0: state.odometer.damage
    case 1: state.odometer.logCoefficient
    case 2: state.fitted > 0 ? Double(state.fitted) / 1e9 : .nan
    case 3: state.trend.reference
    case 4: Double(state.trend.referenceSource.rawValue)
    default: state.trend.consumed(model)?.mean ?? .nan
    }
  }

  mutating func restore(counter index: Int, _ value: Double) {
    switch index {
    case 0: state.odometer.add(priorDamage: max(0, value - state.odometer.damage))
    case 1:
      // As if measured again, a tenth off.
      guard value != 0, state.odometer.damage > 0 else { return }
      let used = state.odometer.damage * exp(value)
      state.odometer.measure(usedFraction: used, standardDeviation: 0.1 * used)
      state.isWearKnown = true
    case 2:
      state.fitted = Int64(max(0, min(4_102_444_800, value)) * 1e9)
      state.isPastCounted = true
      state.isWearKnown = true
    case 3: state.trend.restore(reference: value)
    case 4: state.trend.restore(referenceSource: BatteryTrend.Source(rawValue: UInt8(max(0, min(3, value)))) ?? .none)
    default: state.trend.restore(consumed: value)
    }
  }
}
