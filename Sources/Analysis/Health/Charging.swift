// Charging system: the running voltage against the vehicle's own, at the same temperature.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The charging model (PROGNOSTICS 4.2): median voltage of a drive above idle, against `a + b (T - 30)` of this vehicle.
struct Charging {
  static let parameters: [ParameterDescription] = [
    .init("normal_voltage", "V", 12.5...30, 14.0, "running voltage at 30 Celsius before the vehicle's own is known"),
    .init("low_voltage", "V", 11...29, 13.0, "running voltage at which charging has failed"),
    .init("high_voltage", "V", 14...32, 15.2, "running voltage at which regulation has failed"),
  ]

  struct State: BitwiseCopyable {
    var observations = Observations()
    var regulator: RegulatorModel
    var residual = Ewma(memory: 3)
    // Vehicles report their voltage in steps of up to 0.1 V.
    var detector = SelfStartingCusum(leastScatter: 0.0125)
    var onset = ChangeOnset()
    /// Expected voltage of the last valid drive.
    var expected = Double.nan
    var lowDrives: UInt32 = 0
    var highDrives: UInt32 = 0
    var sawVoltage = false
    var sawEngineSpeed = false
  }

  var state: State
  private let low: Double
  private let high: Double

  /// Seconds above idle that make a valid tick, and drives beyond a limit that make a failure.
  static let voltageSeconds = 60.0
  /// Seconds after which a drive without a valid tick is a drive not covered.
  static let longDrive = 300.0
  static let limitDrives: UInt32 = 3

  init(_ parameters: ComponentParameters) {
    state = State(regulator: RegulatorModel(normal: parameters.value("normal_voltage")))
    low = parameters.value("low_voltage")
    high = parameters.value("high_voltage")
  }

  mutating func observe(_ tick: VehicleTick) {
    if tick.voltage != nil { state.sawVoltage = true }
    if tick.engineSpeed != nil { state.sawEngineSpeed = true }
  }

  mutating func tripEnded(_ trip: TripFeatures, km: Double) {
    let isValid = trip.voltageSeconds >= Charging.voltageSeconds && trip.runningVoltage.isFinite
    if isValid || trip.trip.engineSeconds >= Charging.longDrive { state.observations.count(isValid, at: trip.trip.ended) }
    guard isValid else { return }
    let volts = trip.runningVoltage
    let warmth = trip.voltageTemperature.isFinite ? trip.voltageTemperature - 30 : 0
    state.expected = state.regulator.observe(volts, warmth)
    state.residual.add(volts - state.expected)
    state.detector.add(volts - state.expected)
    state.onset.follow(state.detector, km: km)
    state.lowDrives = volts < low ? state.lowDrives &+ 1 : 0
    state.highDrives = volts > high ? state.highDrives &+ 1 : 0
  }

  func report(_ inputs: FeatureInputs, at time: Timestamp, km: Double) -> HealthReport {
    guard let voltage = inputs.voltage, let engineSpeed = inputs.engineSpeed else {
      return HealthReport(unknown: .charging, because: .unmappedInput(.charging), at: time)
    }
    if !state.sawVoltage { return HealthReport(unknown: .charging, because: .missingInput(voltage), at: time) }
    if !state.sawEngineSpeed { return HealthReport(unknown: .charging, because: .missingInput(engineSpeed), at: time) }
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .charging, because: .noValidTick(.chargingTrip), at: time)
    }
    let expected = max(low + 0.3, min(high - 0.3, state.expected))
    let median = state.expected + state.residual.mean
    let sag = (expected - median) / (expected - (low - 0.2))
    let swell = (median - expected) / (high - expected)
    let isBeyondLimit = state.lowDrives >= Charging.limitDrives || state.highDrives >= Charging.limitDrives
    let consumed = max(0, sag, swell, isBeyondLimit ? 1 : 0)
    let sd = max(0.03, state.residual.variance.squareRoot())
    var report = HealthReport(
      .charging, consumed: consumed, spread: sd / (expected - (low - 0.2)) / 2,
      isConfirmed: isBeyondLimit || state.detector.change != .none, state.observations, .chargingTrip, at: time,
      atKm: km)
    report.evidence.add(
      Evidence(
        feature: .runningVoltage, value: median, reference: expected, z: deviates(median - expected, state.detector),
        share: consumed > 0 ? 1 : 0, sinceKm: state.onset.km(of: state.detector.change)))
    if report.state.isBand { report.reason = .noTrendFilter }
    return report
  }
}

/// The regulator's characteristic `V = a + b (T - 30)`: recursive least squares with forgetting 0.998 a drive, from a
/// prior that real cars gave, held after 60 drives as the vehicle's own reference.
struct RegulatorModel: BitwiseCopyable {
  private var a: Double
  private var b = -0.0134
  /// Covariance in units of the drive-to-drive variance (0.117 V)^2: the prior is worth 0.3 V and 0.01 V/K.
  private var paa = 6.6, pab = 0.0, pbb = 0.0073
  private var count = 0.0

  static let learningDrives = 60.0
  static let firstDrives = 5.0

  init(normal: Double) { a = normal }

  /// Takes a drive's median in and returns what is expected of such a drive: while learning, that drive included, so
  /// that the prior of other cars is soon forgotten.
  mutating func observe(_ volts: Double, _ warmth: Double) -> Double {
    guard count < RegulatorModel.learningDrives else { return a + b * warmth }
    count += 1
    let forgetting = 0.998
    let ga = paa + pab * warmth
    let gb = pab + pbb * warmth
    let innovation = forgetting + ga + warmth * gb
    // Once there is a characteristic, a drive far off it is a defect: it moves the fit no further than three standard
    // deviations.
    let limit = count > RegulatorModel.firstDrives ? 0.35 : 2
    let error = max(-limit, min(limit, volts - a - b * warmth))
    a += ga / innovation * error
    b += gb / innovation * error
    paa = (paa - ga * ga / innovation) / forgetting
    pab = (pab - ga * gb / innovation) / forgetting
    pbb = (pbb - gb * gb / innovation) / forgetting
    return a + b * warmth
  }
}
