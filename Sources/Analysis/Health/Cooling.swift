// Cooling system: where the thermostat holds the coolant, how much air a warm-up takes, how hot it gets while standing.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The cooling model (PROGNOSTICS 4.4). A thermostat that leaks holds the coolant lower and warms up late; a pump, fan or
/// radiator that fails lets it rise while the car stands. Each vehicle is held against its own first drives.
struct Cooling {
  static let parameters: [ParameterDescription] = [
    .init("regulated_temperature", "celsius", 60...110, 88, "where a healthy thermostat holds the coolant"),
    .init("failure_drop", "celsius", 3...30, 11, "drop below it at which the thermostat has failed (P0128)"),
    .init("over_temperature", "celsius", 95...130, 112, "coolant while standing at which cooling has failed"),
  ]

  struct State: BitwiseCopyable {
    var observations = Observations()
    /// Median coolant of a steady trip: now, and while the first drives set the reference.
    var steady = Ewma(memory: 3)
    var reference = 0.0
    var referenceCount = 0.0
    // OBD-II gives whole degrees.
    var detector = SelfStartingCusum(leastScatter: 0.125)
    var onset = ChangeOnset()
    /// Steady drives in a row that were as cold as a failed thermostat's.
    var coldDrives: UInt32 = 0
    var warmUp = WarmUpModel()
    var warmUpRatio = Ewma(memory: 6)
    var standing = Ewma(memory: 6)
    var standingReference = 0.0
    var standingCount = 0.0
    var sawCoolant = false
    var sawSpeed = false
  }

  var state = State()
  private let regulated: Double
  private let failureDrop: Double
  private let overTemperature: Double

  /// Drives that set a vehicle's own reference.
  static let referenceDrives = 10.0
  /// Drives in a row beyond the limit that make a failure, as for the charging system.
  static let limitDrives: UInt32 = 3
  /// Seconds at steady speed that make a valid tick.
  static let steadySeconds = 100.0
  /// Seconds after which an engine is warm in any weather, and a drive without a valid tick is a drive not covered.
  static let longDrive = 1800.0

  init(_ parameters: ComponentParameters) {
    regulated = parameters.value("regulated_temperature")
    failureDrop = parameters.value("failure_drop")
    overTemperature = parameters.value("over_temperature")
  }

  mutating func observe(_ tick: VehicleTick) {
    if tick.coolant != nil { state.sawCoolant = true }
    if tick.speed != nil { state.sawSpeed = true }
  }

  mutating func tripEnded(_ trip: TripFeatures, km: Double) {
    let isValid = trip.steadySeconds >= Cooling.steadySeconds && trip.steadyCoolant.isFinite
    if isValid || trip.trip.engineSeconds >= Cooling.longDrive { state.observations.count(isValid, at: trip.trip.ended) }
    if isValid {
      state.steady.add(trip.steadyCoolant)
      if state.referenceCount < Cooling.referenceDrives {
        state.referenceCount += 1
        state.reference += (trip.steadyCoolant - state.reference) / state.referenceCount
      }
      state.detector.add(trip.steadyCoolant)
      state.onset.follow(state.detector, km: km)
      state.coldDrives = trip.steadyCoolant <= reference - failureDrop ? state.coldDrives &+ 1 : 0
    }
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

  /// A vehicle's own reference, but never so low that a thermostat which was broken from the first day looks healthy.
  private var reference: Double { max(state.reference, regulated - failureDrop / 2) }

  func report(_ inputs: FeatureInputs, at time: Timestamp, km: Double) -> HealthReport {
    guard let coolant = inputs.coolant, let speed = inputs.speed else {
      return HealthReport(unknown: .cooling, because: .unmappedInput(.cooling), at: time)
    }
    if !state.sawCoolant { return HealthReport(unknown: .cooling, because: .missingInput(coolant), at: time) }
    if !state.sawSpeed { return HealthReport(unknown: .cooling, because: .missingInput(speed), at: time) }
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .cooling, because: .noValidTick(.warmTrip), at: time)
    }
    let isCold = state.coldDrives >= Cooling.limitDrives
    let drop = max(0, (reference - state.steady.mean) / failureDrop, isCold ? 1 : 0)
    let slow = state.warmUp.isLearned && !state.warmUpRatio.isEmpty ? max(0, (state.warmUpRatio.mean - 1) / 0.6) : 0
    var hot = 0.0
    if state.standingCount > 0 {
      let headroom = max(5, overTemperature - state.standingReference)
      hot = max(0, (state.standing.mean - state.standingReference) / headroom)
      if state.standing.mean >= overTemperature { hot = max(hot, 1) }
    }
    let consumed = max(drop, slow, hot)
    let sd = max(0.3, state.steady.variance.squareRoot())
    var report = HealthReport(
      .cooling, consumed: consumed, spread: sd / failureDrop / 3, isConfirmed: isCold || state.detector.change == .down,
      state.observations, .warmTrip, at: time, atKm: km)
    let sum = max(drop + slow + hot, 1e-9)
    report.evidence.add(
      Evidence(
        feature: .steadyCoolant, value: state.steady.mean, reference: reference,
        z: deviates(state.steady.mean - reference, state.detector),
        share: drop / sum, sinceKm: state.onset.km(of: state.detector.change)))
    if state.warmUp.isLearned && !state.warmUpRatio.isEmpty {
      report.evidence.add(
        Evidence(feature: .warmUpAir, value: state.warmUpRatio.mean, reference: 1, share: slow / sum))
    }
    if state.standingCount > 0 {
      report.evidence.add(
        Evidence(
          feature: .standingCoolant, value: state.standing.mean, reference: state.standingReference, share: hot / sum))
    }
    if report.state.isBand { report.reason = .noTrendFilter }
    return report
  }
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

/// A difference in standard deviations between drives, from the scatter of the detector's batches; NaN before it has any.
func deviates(_ difference: Double, _ detector: SelfStartingCusum) -> Double {
  guard detector.referenceBatches >= 2, detector.referenceScatter > 0 else { return .nan }
  return difference / (detector.referenceScatter * Double(SelfStartingCusum.batchLength).squareRoot())
}

/// Air that a warm-up to 75 Celsius takes: `A = a (75 - T0) + b t`, fitted on the vehicle's first cold starts by
/// recursive least squares and then held, so that a slow leak is not learned as normal.
struct WarmUpModel: BitwiseCopyable {
  private var a = 0.0
  private var b = 0.0
  /// Covariance of (a, b) in units of the noise variance.
  private var paa = 1e6, pab = 0.0, pbb = 1e6
  private var count = 0.0

  static let learningStarts = 20.0

  /// Whether enough cold starts stand behind the fit for a ratio to mean something.
  var isLearned: Bool { count >= WarmUpModel.learningStarts }

  /// Takes a cold start in; returns measured over expected air once the fit is made. NaN inputs are no cold start.
  mutating func observe(air: Double, seconds: Double, from: Double) -> Double? {
    guard air.isFinite, air > 0, seconds.isFinite, seconds > 0, from.isFinite, from < 75 else { return nil }
    let x = 75 - from
    let expected = a * x + b * seconds
    if isLearned { return expected > 0 ? air / expected : nil }
    let gx = paa * x + pab * seconds
    let gt = pab * x + pbb * seconds
    let innovation = 1 + x * gx + seconds * gt
    a += gx / innovation * (air - expected)
    b += gt / innovation * (air - expected)
    paa -= gx * gx / innovation
    pab -= gx * gt / innovation
    pbb -= gt * gt / innovation
    count += 1
    return nil
  }
}
