// Brake pads of one axle: the work that the brakes did, weighted by how hot they were, on a usage odometer.
import Pipeline
import Prognostics
import Vocabulary

/// The pad model (PROGNOSTICS 4.5): wear grows with friction energy (Archard), faster on hot discs. What a joule wears
/// differs from car to car; one measured thickness tells.
struct BrakePads: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.brakePedal), .needs(.speed),
    .uses(.wheelFrontLeft), .uses(.wheelFrontRight), .uses(.wheelRearLeft), .uses(.wheelRearRight),
    .uses(.engineSpeed), .uses(.longitudinalAcceleration), .uses(.ambientTemperature),
    .uses(.actualTorque), .uses(.referenceTorque), .uses(.tractionVoltage), .uses(.tractionCurrent),
  ]

  static let parameters: [ParameterDescription] = [
    .init(
      "life_km", "km", 5_000...1_000_000, nil,
      "life at 0.06 MJ per kilometre and tonne on cool discs; 50,000 in front and 70,000 behind unless given"),
    .init("unit_spread", "", 0.01...1, 0.20, "scatter between vehicles, standard deviation of ln(wear)"),
    .init("mass", "kg", 300...60_000, 1_500, "usual mass of the vehicle with its load"),
    .init("resistance", "", 0...5, 1, "rolling, air and engine drag per kilogram, over that of a usual car"),
    .init("thickness_new", "mm", 3...40, 11, "friction material of a new pad"),
    .init("thickness_least", "mm", 0.5...20, 2, "friction material at which pads are due"),
    .init("used", "", 0...1.2, nil, "consumed fraction when Telltale was installed"),
  ]

  static let measurements: [MeasurementDescription] = [
    .init("thickness", "mm", 0...40, deviation: 0.4, "friction material of the thinnest pad of the axle"),
    .init("worn_share", "", 0...1.2, deviation: 0.03, "consumed fraction, as a wear sensor in the pad tells it"),
  ]

  struct State: BitwiseCopyable {
    var observations = Observations()
    var wear: CountedWear
    /// Consumed fraction by hot discs and by stops from high speed.
    var hot = 0.0
    var fast = 0.0
    /// The vehicle's mass as learnt, kg, and the motion that it was learnt from, J/kg.
    var mass: Double
    var massMotion = 0.0
    /// Distance at which the pads were new; NaN where that was before Telltale.
    var replacedAtKm = Double.nan
  }

  private(set) var state: State
  private let component: ComponentID
  private let lifeKm: Double
  private let mass: Double
  private let resistance: Double
  private let thickness: (new: Double, least: Double)
  private let vehicle: VehicleParameters

  /// Friction energy of usual driving, J for each kilogram and kilometre.
  static let usualWork = 60.0
  /// Motion that the usual mass is worth, and that the learnt one may grow to, J/kg: ten accelerations in town are a
  /// thousand.
  private static let massPrior = 3_000.0, massMemory = 30_000.0
  private static let shortestKm = 1.0

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    self.component = component
    self.vehicle = vehicle
    lifeKm = parameters["life_km"] ?? (component == .brakePadsRear ? 70_000 : 50_000)
    mass = parameters.value("mass")
    resistance = parameters.value("resistance")
    let (new, least) = (parameters.value("thickness_new"), parameters.value("thickness_least"))
    // Each is in its range, but not always one above the other.
    thickness = (max(new, least + 1), least)
    state = State(
      wear: CountedWear(
        nominalLife: lifeKm, unitScatter: parameters.value("unit_spread"), used: parameters["used"]),
      mass: mass)
  }

  mutating func restore(_ earlier: State) {
    let told = state
    state = earlier
    state.wear = told.wear
    state.wear.restore(earlier.wear)
  }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    let brake = trip.parts.brake
    let km = trip.trip.distanceKm
    let isSeen = brake.watchedKm >= 0.8 * km && !brake.isPedalStuck
    // A long way without a stop is one; a short one says nothing either way.
    if km >= Self.shortestKm && (brake.stops > 0 || !isSeen) { state.observations.count(isSeen, at: trip.trip.ended) }
    let work = component == .brakePadsRear ? brake.rear : brake.front
    let mass = massOfTrip(brake)
    let (normal, hot, fast) = (wear(work.normal, mass), wear(work.hot, mass), wear(work.fast, mass))
    let isCounted = !brake.isPedalStuck
    if isCounted {
      state.hot += hot
      state.fast += fast
    }
    state.wear.count(
      watchedKm: isCounted ? brake.watchedKm : 0, damage: isCounted ? normal + hot + fast : 0, usage)
  }

  /// Damage by the stops of one kind.
  private func wear(_ work: BrakeWork, _ mass: Double) -> Double {
    let joules = max(0, mass * (work.kinetic - resistance * work.resistance) - work.recovered)
    return joules / (self.mass * Self.usualWork * lifeKm)
  }

  /// What the vehicle weighs on this trip: as ever, unless its accelerations say otherwise.
  private mutating func massOfTrip(_ brake: BrakeFeatures) -> Double {
    guard brake.massMotion > 0, brake.mass > 0.4 * mass, brake.mass < 4 * mass else { return state.mass }
    let known = max(Self.massPrior, state.massMotion)
    let trip = (state.mass * Self.massPrior + brake.mass * brake.massMotion) / (Self.massPrior + brake.massMotion)
    state.mass = (state.mass * known + brake.mass * brake.massMotion) / (known + brake.massMotion)
    state.massMotion = min(Self.massMemory, state.massMotion + brake.massMotion)
    return trip
  }

  mutating func measured(
    _ quantity: Int, _ value: Double, deviation: Double, at time: Timestamp, _ usage: VehicleUsage
  ) {
    let way = thickness.new - thickness.least
    let isReplaced =
      quantity == 0
      ? state.wear.measured(max(0, thickness.new - value) / way, deviation: deviation / way)
      : state.wear.measured(value, deviation: deviation)
    if isReplaced { forgetCauses(usage) }
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    state.wear.replace()
    forgetCauses(usage)
  }

  private mutating func forgetCauses(_ usage: VehicleUsage) {
    (state.hot, state.fast) = (0, 0)
    state.replacedAtKm = usage.km
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: component, because: .noValidTick(.brakingTrip), at: time)
    }
    let used = state.wear.used
    var report = HealthReport(
      component, consumed: used, spread: state.wear.spread, isConfirmed: false, state.observations, .brakingTrip,
      at: time, atKm: usage.km)
    addEvidence(to: &report, used: used)
    report.tell(remainingLife(usage), isPastKnown: state.wear.isKnown, vehicle)
    return report
  }

  private func remainingLife(_ usage: VehicleUsage) -> RemainingUsefulLife {
    let left = state.wear.remaining(before: state.wear.isKnown ? 0 : 1)
    return usage.life(km: left.km, nodes: left.nodes)
  }

  /// The thickness first: it is what a workshop finds. Then what wore it.
  private func addEvidence(to report: inout HealthReport, used: Double) {
    if state.wear.isKnown {
      report.evidence.add(
        Evidence(
          feature: .padThickness, value: thickness.new - used * (thickness.new - thickness.least),
          reference: thickness.least, share: 1, sinceKm: state.replacedAtKm))
    }
    let total = max(state.wear.counter(0), 1e-9)
    let normal = max(0, total - state.hot - state.fast)
    let causes: InlineArray<3, (feature: Feature, wear: Double)> = [
      (.brakeWearNormal, normal), (.brakeWearHot, state.hot), (.brakeWearFast, state.fast),
    ]
    for i in 0..<3 where causes[i].wear > 0 {
      report.evidence.add(
        Evidence(feature: causes[i].feature, value: causes[i].wear * 100, share: causes[i].wear / total))
    }
  }

  // MARK: What outlives versions

  static let counters = CountedWear.counters + ["hot", "fast"]

  func counter(_ index: Int) -> Double {
    switch index {
    case 0..<4: state.wear.counter(index)
    case 4: state.hot
    case 5: state.fast
    default: .nan
    }
  }

  mutating func restore(counter index: Int, _ value: Double) {
    switch index {
    case 0..<4: state.wear.restore(counter: index, value)
    case 4: state.hot = max(0, value)
    case 5: state.fast = max(0, value)
    default: return
    }
  }
}
