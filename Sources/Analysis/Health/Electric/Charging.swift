// Charging system: the running voltage against the vehicle's own at the same temperature, and its ripple.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The charging model (PROGNOSTICS 4.2): median voltage of a drive above idle, against `a + b (T - 30)` of the vehicle.
///
/// Steps are found by a detector and by limits, a slow decline by a shape bank over the distance: only that has an end
/// that can be told. All is counted in volts of one 12 V block, whether the system has one or two.
struct Charging: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.voltage), .needs(.engineSpeed), .uses(.ambientTemperature, .intakeTemperature), .uses(.batteryCurrent),
    .uses(.ripple),
  ]

  static let parameters: [ParameterDescription] = [
    .init("normal_voltage", "V", 12.5...30, 14.0, "running voltage at 30 Celsius before the vehicle's own is known"),
    .init("low_voltage", "V", 11...29, 13.0, "running voltage at which charging has failed"),
    .init("high_voltage", "V", 14...32, 15.2, "running voltage at which regulation has failed"),
    .init("ripple_limit", "V", 0.05...5, 0.5, "ripple at which a diode has failed"),
  ] + TrendParameters.descriptions(
    unit: "km", life: 8_000, lifeScatter: 0.8, noise: 0.15, levelScatter: 0.10, baseScatter: 0.05, onset: 53_600,
    already: 0.05)

  struct State: BitwiseCopyable {
    var observations = Observations()
    var regulator: RegulatorModel
    var residual = Ewma(memory: 3)
    // Vehicles report their voltage in steps of up to 0.1 V.
    var detector = SelfStartingCusum(leastScatter: 0.0125)
    /// 12 V blocks in series.
    var blocks: Double
    var onset = ChangeOnset()
    /// Expected voltage of the last valid drive.
    var expected = Double.nan
    var lowDrives: UInt32 = 0
    var highDrives: UInt32 = 0
    /// Ripple of the last drives, and of the first: NaN without a sensor.
    var ripple = Ewma(memory: 6)
    var soundRipple = 0.0
    var rippleDrives = 0.0
    /// The slow decline: drives of the tick that runs, and the distance of the last one.
    var bank: ShapeBank<224>
    var pendingSum = 0.0
    var pendingDrives = 0.0
    var tickKm = 0.0
  }

  var state: State
  private let model: ShapeBankModel
  /// 12 V blocks that the parameters stand for.
  private let blocks: Double
  private let normal: Double
  private let low: Double
  private let high: Double
  private let rippleLimit: Double
  private let vehicle: VehicleParameters

  /// Seconds above idle that make a valid tick, and drives beyond a limit that make a failure.
  static let voltageSeconds = 60.0
  /// Seconds after which a drive without a valid tick is a drive not covered.
  static let longDrive = 300.0
  static let limitDrives: UInt32 = 3
  /// Drives that make a tick of the trend, and that tell the ripple of a sound generator.
  static let tickDrives = 5.0
  static let soundDrives = 10.0
  /// Amperes into the battery at which it needs no higher voltage.
  static let keepingCurrent = -1.0

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    self.vehicle = vehicle
    blocks = CrankFeatures.blocks(atVoltage: parameters.value("normal_voltage"))
    normal = parameters.value("normal_voltage") / blocks
    low = parameters.value("low_voltage") / blocks
    high = parameters.value("high_voltage") / blocks
    rippleLimit = parameters.value("ripple_limit")
    // A generator fails along a line or ever faster; the two other courses are there for what is neither.
    model = TrendParameters.model(
      parameters, shapes: [(.linear, 0.5), (.exponential, 0.5)], durations: 7, onsets: 16,
      span: 3.3 * parameters.value("trend_life"))
    state = State(regulator: RegulatorModel(normal: normal), blocks: blocks, bank: ShapeBank(model))
  }

  mutating func restore(_ earlier: State) { state = earlier }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    var volts = trip.runningVoltage
    let isValid = trip.voltageSeconds >= Charging.voltageSeconds && volts.isFinite
    if isValid {
      guard let told = self.volts(of: trip) else { return }
      volts = told
    }
    if isValid || trip.trip.engineSeconds >= Charging.longDrive {
      state.observations.count(isValid, at: trip.trip.ended)
    }
    guard isValid else { return }
    let warmth = trip.voltageTemperature.isFinite ? trip.voltageTemperature - 30 : 0
    state.expected = state.regulator.observe(volts, warmth)
    state.residual.add(volts - state.expected)
    state.detector.add(volts - state.expected)
    state.onset.follow(state.detector, km: usage.km)
    state.lowDrives = volts < low ? state.lowDrives &+ 1 : 0
    state.highDrives = volts > high ? state.highDrives &+ 1 : 0
    take(ripple: trip.parts.crank.ripple)
    follow(volts, km: usage.km)
  }

  /// What the drive says of the regulator, for one 12 V block; the parameters may be those of another kind of vehicle.
  ///
  /// A regulator that saves fuel lets the voltage fall on purpose. Where it charges at times, that is its voltage;
  /// where the battery keeps its charge all the same, nil: the drive says nothing.
  private mutating func volts(of trip: TripFeatures) -> Double? {
    let crank = trip.parts.crank
    if crank.highestRunningVoltage.isFinite {
      state.blocks = CrankFeatures.blocks(atVoltage: crank.highestRunningVoltage)
    }
    let median = (state.blocks == blocks ? trip.runningVoltage : crank.runningVoltage) / state.blocks
    guard median < low else { return median }
    let highest = crank.highestRunningVoltage / state.blocks
    if highest > low + (normal - low) / 2 { return highest }
    return crank.runningCurrent >= Charging.keepingCurrent ? nil : median
  }

  private mutating func take(ripple: Double) {
    guard ripple.isFinite else { return }
    state.ripple.add(ripple)
    guard state.rippleDrives < Charging.soundDrives else { return }
    state.rippleDrives += 1
    state.soundRipple += (ripple - state.soundRipple) / state.rippleDrives
  }

  private mutating func follow(_ volts: Double, km: Double) {
    state.pendingSum += volts - state.expected
    state.pendingDrives += 1
    guard state.pendingDrives >= Charging.tickDrives else { return }
    let residual = state.pendingSum / state.pendingDrives
    let grounds = grounds(residual: residual)
    // Both directions count, and so does noise on either side: a sound generator lies a little above 0.
    state.bank.step(greatest(grounds.sag, grounds.swell, grounds.ripple), usage: max(0, km - state.tickKm), model)
    state.tickKm = km
    (state.pendingSum, state.pendingDrives) = (0, 0)
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    state = State(regulator: RegulatorModel(normal: normal), blocks: state.blocks, bank: ShapeBank(model))
    state.tickKm = usage.km
  }

  /// Shares of the way to each limit, below 0 on the other side of what is expected.
  private struct Grounds {
    var sag: Double
    var swell: Double
    var ripple: Double
    /// Volts from what is expected to a generator that has failed.
    var room: Double
  }

  private func grounds(residual: Double) -> Grounds {
    let expected = max(low + 0.3, min(high - 0.3, state.expected))
    let difference = state.expected + residual - expected
    let room = expected - (low - 0.2)
    // A sensor that shows much ripple on a sound generator has its own scale.
    let sound = min(state.soundRipple, rippleLimit / 2)
    let ripple = state.ripple.isEmpty ? 0 : (state.ripple.mean - sound) / (rippleLimit - sound)
    return Grounds(sag: -difference / room, swell: difference / (high - expected), ripple: ripple, room: room)
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .charging, because: .noValidTick(.chargingTrip), at: time)
    }
    let grounds = grounds(residual: state.residual.mean)
    let isBeyondLimit = state.lowDrives >= Charging.limitDrives || state.highDrives >= Charging.limitDrives
    let consumed = greatest(0, grounds.sag, grounds.swell, grounds.ripple, isBeyondLimit ? 1 : 0)
    let deviation = max(0.03, state.residual.variance.squareRoot())
    var report = HealthReport(
      .charging, consumed: consumed, spread: deviation / grounds.room / 2,
      isConfirmed: isBeyondLimit || state.detector.change != .none, state.observations, .chargingTrip, at: time,
      atKm: usage.km)
    let voltage = greatest(0, grounds.sag, grounds.swell, isBeyondLimit ? 1 : 0)
    let sum = max(voltage + max(0, grounds.ripple), 1e-9)
    let median = (state.expected + state.residual.mean) * state.blocks
    report.evidence.add(
      Evidence(
        feature: .runningVoltage, value: median, reference: median + grounds.sag * grounds.room * state.blocks,
        z: deviates(-grounds.sag * grounds.room, state.detector), share: voltage / sum,
        sinceKm: state.onset.km(of: state.detector.change)))
    if !state.ripple.isEmpty {
      report.evidence.add(
        Evidence(
          feature: .voltageRipple, value: state.ripple.mean, reference: rippleLimit,
          share: max(0, grounds.ripple) / sum))
    }
    let (score, confirmation) = (report.score, report.confirmation)
    report.tell(state.bank, model, usage, vehicle)
    // Less than half way gone it charges the battery still: its end is told, but nobody has to hurry.
    if consumed < 0.5 { (report.score, report.confirmation) = (score, confirmation) }
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
