// Cooling system: where the thermostat holds the coolant, how much air a warm-up takes, how hot it gets while standing.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The cooling model (PROGNOSTICS 4.4). A thermostat that leaks holds the coolant lower and warms up late; a pump, fan
/// or radiator that fails lets it rise while the car stands. Each vehicle is held against its own first drives, at the
/// same weather. The remaining life is that of the thermostat: the other two faults come as steps and are told as
/// states.
struct Cooling: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.coolant), .needs(.speed), .uses(.engineSpeed), .uses(.airFlow, .manifoldPressure),
    .uses(.ambientTemperature), .uses(.intakeTemperature),
  ]

  static let parameters: [ParameterDescription] =
    [
      .init("regulated_temperature", "celsius", 60...110, 88, "where a healthy thermostat holds the coolant"),
      .init("failure_drop", "celsius", 3...30, 11, "drop below it at which the thermostat has failed (P0128)"),
      .init("over_temperature", "celsius", 95...130, 112, "coolant while standing at which cooling has failed"),
    ]
    // The scatter of the failure level also stands for what seven durations, far apart, cannot tell: lives scatter
    // widely and the coolant is a quiet signal.
    + TrendParameters.descriptions(
      unit: "km", life: 13_400, lifeScatter: 0.7, noise: 0.06, levelScatter: 0.15, baseScatter: 0.05, onset: 67_000,
      already: 0.05)

  static let counters = ["steady_reference", "steady_slope", "standing_reference"]

  struct State: BitwiseCopyable {
    var observations = Observations()
    /// What a steady trip's coolant should be, and kelvin below it of late.
    var thermostat = ThermostatReference()
    var drop = Ewma(memory: 3)
    // OBD-II gives whole degrees.
    var detector = SelfStartingCusum(leastScatter: 0.125)
    var onset = ChangeOnset()
    /// Steady drives in a row that were as cold as a failed thermostat's.
    var coldDrives: UInt32 = 0
    var tick = WeightedMean()
    var trend: IndicatorTrend
    /// Weather of this trip, from its fast part, where neither engine nor road heat the sensor.
    var weather = WeightedMean()
    var warmUp = WarmUpModel()
    var warmUpRatio = Ewma(memory: 6)
    var standing = Ewma(memory: 6)
    var standingReference = 0.0
    var standingCount = 0.0
  }

  var state: State
  private let regulated: Double
  private let failureDrop: Double
  private let overTemperature: Double
  private let trend: ShapeBankModel
  private let vehicle: VehicleParameters

  /// Drives that set a vehicle's own reference while standing.
  static let referenceDrives = 10.0
  /// Drives in a row beyond the limit that make a failure, as for the charging system.
  static let limitDrives: UInt32 = 3
  /// Seconds at steady speed that make a valid tick.
  static let steadySeconds = 100.0
  /// Seconds after which an engine is warm in any weather, and a drive without a valid tick is a drive not covered.
  static let longDrive = 1800.0
  /// Drives of one tick of the trend.
  static let drivesPerTick = 5

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    regulated = parameters.value("regulated_temperature")
    failureDrop = parameters.value("failure_drop")
    overTemperature = parameters.value("over_temperature")
    trend = IndicatorTrend.model(parameters, shapes: [(.linear, 0.5), (.exponential, 0.5)])
    self.vehicle = vehicle
    state = State(trend: IndicatorTrend(trend))
  }

  mutating func restore(_ earlier: State) { state = earlier }

  mutating func tripStarted() { state.weather = WeightedMean() }

  mutating func observe(_ tick: VehicleTick) {
    guard let speed = tick.speed, speed > 30, let celsius = tick.ambientTemperature ?? tick.intakeTemperature,
      celsius > -50, celsius < 70
    else { return }
    state.weather.add(celsius, weight: tick.seconds)
  }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    let isValid = trip.steadySeconds >= Cooling.steadySeconds && trip.steadyCoolant.isFinite
    if isValid || trip.trip.engineSeconds >= Cooling.longDrive {
      state.observations.count(isValid, at: trip.trip.ended)
    }
    if isValid { steady(trip.steadyCoolant, usage) }
    if let ratio = state.warmUp.observe(air: trip.warmUpAir, seconds: trip.warmUpSeconds, from: trip.warmUpFrom) {
      state.warmUpRatio.add(ratio)
    }
    if trip.standingSeconds >= 60 && trip.standingCoolant.isFinite {
      state.standing.add(trip.standingCoolant)
      if state.standingCount < Cooling.referenceDrives {
        state.standingCount += 1
        state.standingReference += (trip.standingCoolant - state.standingReference) / state.standingCount
      }
    }
  }

  private mutating func steady(_ coolant: Double, _ usage: VehicleUsage) {
    state.thermostat.learn(coolant, weather: state.weather.mean)
    let drop = expected - coolant
    state.drop.add(drop)
    state.detector.add(-drop)
    state.onset.follow(state.detector, km: usage.km)
    state.coldDrives = drop >= failureDrop ? state.coldDrives &+ 1 : 0
    state.tick.add(drop)
    guard state.tick.count == Cooling.drivesPerTick else { return }
    let share = state.tick.mean / failureDrop
    state.tick = WeightedMean()
    if state.trend.add(share, km: usage.km, trend) {
      state.detector.reset()
      state.drop = Ewma(memory: 3)
      state.drop.add(share * failureDrop)
    }
  }

  /// A vehicle's own reference, but never so low that a thermostat which was broken from the first day looks healthy.
  private var expected: Double {
    max(state.thermostat.coolant(weather: state.weather.mean), regulated - failureDrop / 2)
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) { state = State(trend: IndicatorTrend(trend)) }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .cooling, because: .noValidTick(.warmTrip), at: time)
    }
    let isCold = state.coldDrives >= Cooling.limitDrives
    let drop = greatest(0, state.drop.mean / failureDrop + state.trend.offset, isCold ? 1 : 0)
    let slow = state.warmUp.isLearned && !state.warmUpRatio.isEmpty ? max(0, (state.warmUpRatio.mean - 1) / 0.6) : 0
    var hot = 0.0
    if state.standingCount > 0 {
      let headroom = max(5, overTemperature - state.standingReference)
      hot = max(0, (state.standing.mean - state.standingReference) / headroom)
      if state.standing.mean >= overTemperature { hot = max(hot, 1) }
    }
    let consumed = greatest(drop, slow, hot)
    var report = HealthReport(
      .cooling, consumed: consumed, spread: state.trend.spread, isConfirmed: isCold || state.detector.change == .down,
      state.observations, .warmTrip, at: time, atKm: usage.km)
    let sum = max(drop + slow + hot, 1e-9)
    report.evidence.add(
      Evidence(
        feature: .steadyCoolant, value: expected - state.drop.mean, reference: expected,
        z: deviates(-state.drop.mean, state.detector), share: drop / sum,
        sinceKm: state.onset.km(of: state.detector.change)))
    if state.warmUp.isLearned && !state.warmUpRatio.isEmpty {
      report.evidence.add(
        Evidence(feature: .warmUpAir, value: state.warmUpRatio.mean, reference: 1, share: slow / sum))
    }
    if state.standingCount > 0 {
      report.evidence.add(
        Evidence(
          feature: .standingCoolant, value: state.standing.mean, reference: state.standingReference, share: hot / sum))
    }
    report.tell(state.trend, trend, usage, vehicle)
    return report
  }

  func counter(_ index: Int) -> Double {
    switch index {
    case 0: state.thermostat.isEmpty ? .nan : state.thermostat.level
    case 1: state.thermostat.isEmpty ? .nan : state.thermostat.slope
    default: state.standingCount < Cooling.referenceDrives ? .nan : state.standingReference
    }
  }

  mutating func restore(counter index: Int, _ value: Double) {
    switch index {
    case 0: state.thermostat.hold(level: value)
    case 1: state.thermostat.hold(slope: value)
    default:
      state.standingReference = value
      state.standingCount = Cooling.referenceDrives
    }
  }
}

/// What a vehicle's thermostat holds, `level + slope (weather - 15)`: recursive least squares over the first drives,
/// then held, so that a slow leak is not learned as normal. In the cold a sound thermostat holds the coolant a little
/// lower.
struct ThermostatReference: BitwiseCopyable {
  /// Celsius at 15 Celsius outside.
  private(set) var level = 0.0
  /// Kelvin per kelvin outside, -0.15...0.15.
  private(set) var slope = 0.0
  // Covariance in units of the drive-to-drive variance, (0.6 K)^2: any level, a slope within 0.1.
  private var levelVariance = 1e4, covariance = 0.0, slopeVariance = 0.03
  private var count = 0.0

  static let learningDrives = 60.0
  /// Variance of what is expected, in the same units, beyond which a drive teaches whenever it comes: in a cold that none
  /// before it came near.
  static let mostVariance = 0.25
  /// Drives after which there is a level, and a single one far off is a defect that moves it no further than three
  /// standard deviations.
  static let firstDrives = 10.0

  var isEmpty: Bool { count == 0 }

  /// - Parameter weather: Celsius outside; NaN where it is not known.
  func coolant(weather: Double) -> Double { level + slope * warmth(weather) }

  mutating func learn(_ coolant: Double, weather: Double) {
    let x = warmth(weather)
    let levelPart = levelVariance + covariance * x
    let slopePart = covariance + slopeVariance * x
    let variance = levelPart + x * slopePart
    guard count < ThermostatReference.learningDrives || variance > ThermostatReference.mostVariance else { return }
    count += 1
    let innovation = 1 + variance
    let limit = count > ThermostatReference.firstDrives ? 1.8 : .infinity
    let error = max(-limit, min(limit, coolant - self.coolant(weather: weather)))
    level += levelPart / innovation * error
    slope = max(-0.15, min(0.15, slope + slopePart / innovation * error))
    levelVariance -= levelPart * levelPart / innovation
    covariance -= levelPart * slopePart / innovation
    slopeVariance -= slopePart * slopePart / innovation
  }

  /// Takes over what an earlier version learned, as well known as after the first drives.
  mutating func hold(level: Double) {
    self.level = level
    levelVariance = 0.05
    count = ThermostatReference.learningDrives
  }

  mutating func hold(slope: Double) {
    self.slope = max(-0.15, min(0.15, slope))
    slopeVariance = 0.0003
  }

  private func warmth(_ weather: Double) -> Double { weather.isNaN ? 0 : weather - 15 }
}

/// Where a change that a detector finds began: the kilometre at which the sum of its direction last stood at zero. The
/// other sum may have been on its way for long, by chance, and says nothing.
struct ChangeOnset: BitwiseCopyable {
  private var rise = 0.0
  private var fall = 0.0

  mutating func follow(_ detector: SelfStartingCusum, km: Double) {
    if detector.upperSum == 0 { rise = km }
    if detector.lowerSum == 0 { fall = km }
  }

  /// NaN without a change.
  func km(of change: SelfStartingCusum.Change) -> Double {
    switch change {
    case .none: .nan
    case .up: rise
    case .down: fall
    }
  }
}

/// A difference in standard deviations between drives, from the scatter of the detector's batches; NaN before it has
/// any.
func deviates(_ difference: Double, _ detector: SelfStartingCusum) -> Double {
  guard detector.referenceBatches >= 2, detector.referenceScatter > 0 else { return .nan }
  return difference / (detector.referenceScatter * Double(SelfStartingCusum.batchLength).squareRoot())
}

/// Air that a warm-up to 75 Celsius takes: `A = a (75 - T0) + b t`, fitted on the vehicle's first cold starts by
/// recursive least squares and then held, so that a slow leak is not learned as normal. A start in a cold that none
/// before it came near teaches instead of being judged.
struct WarmUpModel: BitwiseCopyable {
  private var a = 0.0
  private var b = 0.0
  // Covariance in units of the noise variance, which is 8.5 % of the air: any a, and b t no more than half of all.
  // Times to warm up differ little from start to start, and alone would let b run away.
  private var paa = 1e6, pab = 0.0, pbb = 3.2e-4
  private var count = 0.0

  static let learningStarts = 20.0
  /// Variance of what is expected, in the same units, beyond which a start cannot be judged.
  static let mostVariance = 0.3

  /// Whether enough cold starts stand behind the fit for a ratio to mean something.
  var isLearned: Bool { count >= WarmUpModel.learningStarts }

  /// Takes a cold start in; returns measured over expected air once the fit is made. NaN inputs are no cold start.
  mutating func observe(air: Double, seconds: Double, from: Double) -> Double? {
    guard air.isFinite, air > 0, seconds.isFinite, seconds > 0, from.isFinite, from < 75 else { return nil }
    let x = 75 - from
    let expected = a * x + b * seconds
    let gx = paa * x + pab * seconds
    let gt = pab * x + pbb * seconds
    let variance = x * gx + seconds * gt
    if isLearned && variance <= WarmUpModel.mostVariance { return expected > 0 ? air / expected : nil }
    let innovation = 1 + variance
    a += gx / innovation * (air - expected)
    b += gt / innovation * (air - expected)
    paa -= gx * gx / innovation
    pab -= gx * gt / innovation
    pbb -= gt * gt / innovation
    count += 1
    return nil
  }
}
