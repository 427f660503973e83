// Exhaust gas recirculation: how well the valve gives what is demanded.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The recirculation model (PROGNOSTICS 4.10): the mean error of steady demands, against the vehicle's own first
/// drives. A valve that clogs gives ever less, one that does not close ever more; either way counts. Five drives are
/// one value of the trend filter.
struct ExhaustRecirculation: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.recirculationCommanded), .needs(.recirculationError), .uses(.coolant),
  ]

  static let parameters: [ParameterDescription] = [
    .init("failure_error", "percent", 5...100, 30, "deviation from the vehicle's own at which recirculation has failed")
  ] + TrendParameters.descriptions(
    unit: "km", life: 20_000, lifeScatter: 0.7, noise: 0.15, levelScatter: 0.10, baseScatter: 0.05, onset: 40_000,
    already: 0.1)

  static let counters = ["own-error", "consumed"]

  struct State: BitwiseCopyable {
    var observations = Observations()
    var trend: StretchedTrend<224>
    /// Since the trend's last value.
    var tickKm = 0.0
    var sum = 0.0
    var count = 0.0
    var reference = 0.0
    var referenceCount = 0.0
    /// Deviation from the own error: over the last drives, and over the last values of the trend for its direction.
    var deviation = Ewma(memory: 5)
    var course = Ewma(memory: 4)
    var offset = 0.0
    // The error comes in steps of 0.8 %.
    var detector = SelfStartingCusum(leastScatter: 0.1)
    var onset = ChangeOnset()
    /// Drives in a row beyond the limit.
    var beyond: UInt32 = 0
  }

  private(set) var state: State
  private let failureError: Double
  private let model: ShapeBankModel
  private let vehicle: VehicleParameters

  static let drivesPerTick = 5.0
  static let referenceDrives = 20.0
  /// An error that the vehicle had from the first day is its own only so far.
  static let mostReference = 10.0
  static let limitDrives: UInt32 = 5
  /// Seconds after which a drive without a valid tick is a drive not covered.
  static let longDrive = 1_200.0

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    failureError = parameters.value("failure_error")
    self.vehicle = vehicle
    model = TrendParameters.model(
      parameters, shapes: [(.linear, 0.4), (.quadratic, 0.2), (.exponential, 0.4), (.squareRoot, 0.02)],
      span: 2 * parameters.value("trend_life"))
    state = State(trend: StretchedTrend(model))
  }

  mutating func restore(_ earlier: State) { state = earlier }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    state.tickKm += usage.tripKm + usage.unseenKm
    let error = trip.parts.exhaust.recirculationError
    if error.isFinite || trip.trip.engineSeconds >= ExhaustRecirculation.longDrive {
      state.observations.count(error.isFinite, at: trip.trip.ended)
    }
    guard error.isFinite else { return }
    state.detector.add(error)
    state.onset.follow(state.detector, km: usage.km)
    if state.referenceCount < ExhaustRecirculation.referenceDrives {
      state.referenceCount += 1
      state.reference += (error - state.reference) / state.referenceCount
    }
    let deviation = error - reference
    state.deviation.add(deviation)
    state.beyond = abs(deviation) >= failureError ? state.beyond &+ 1 : 0
    guard state.referenceCount >= ExhaustRecirculation.referenceDrives else {
      state.tickKm = 0
      return
    }
    state.sum += deviation
    state.count += 1
    if state.count >= ExhaustRecirculation.drivesPerTick { tick(at: trip.trip.ended, usage) }
  }

  private mutating func tick(at time: Timestamp, _ usage: VehicleUsage) {
    let (mean, km) = (state.sum / state.count, state.tickKm)
    (state.sum, state.count, state.tickKm) = (0, 0, 0)
    state.course.add(mean)
    let value = (state.course.mean < 0 ? -mean : mean) / failureError + state.offset
    guard state.trend.hasBegun else {
      state.trend.begin(at: 0, age: nil, km: usage.km, model)
      return
    }
    switch state.trend.add(value, usage: km, km: usage.km, model) {
    case .none: break
    case .recalibrated(let shift): state.offset += shift
    case .replaced: serviced(at: time, usage)
    }
  }

  private var reference: Double {
    max(-ExhaustRecirculation.mostReference, min(ExhaustRecirculation.mostReference, state.reference))
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    state = State(trend: StretchedTrend(model))
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .exhaustRecirculation, because: .noValidTick(.recirculationTrip), at: time)
    }
    let isBeyond = state.beyond >= ExhaustRecirculation.limitDrives
    let trend = state.trend.consumed(model)
    let consumed = max(trend, isBeyond ? min(1.15, abs(state.deviation.mean) / failureError) : 0)
    var report = HealthReport(
      .exhaustRecirculation, consumed: consumed, spread: 0.4 * state.trend.noise,
      isConfirmed: isBeyond || state.detector.change != .none, state.observations,
      .recirculationTrip, at: time, atKm: usage.km)
    let seen = abs(state.deviation.mean) / failureError
    let total = max(seen + trend, 1e-9)
    report.evidence.add(
      Evidence(
        feature: .recirculationError, value: reference + state.deviation.mean, reference: reference,
        z: deviates(state.deviation.mean, state.detector), share: seen / total,
        sinceKm: state.onset.km(of: state.detector.change)))
    report.evidence.add(
      Evidence(feature: .degradationTrend, value: 100 * trend, reference: 0, share: trend / total))
    report.tell(state.trend, model, usage, vehicle)
    return report
  }

  func counter(_ index: Int) -> Double {
    index == 0 ? (state.referenceCount >= ExhaustRecirculation.referenceDrives ? state.reference : .nan)
      : state.trend.consumed(model)
  }

  mutating func restore(counter index: Int, _ value: Double) {
    if index == 0 {
      state.reference = value
      state.referenceCount = ExhaustRecirculation.referenceDrives
    } else {
      state.trend.begin(at: value, age: nil, km: 0, model)
    }
  }
}
