// Tyre tread: distance on the tyres, and how much faster a worn wheel turns than the satellites say it should.
import Pipeline
import Prognostics
import Vocabulary

/// The tread model (PROGNOSTICS 4.6), one filter for each axle. Its prior is wear by distance; where satellite speed is
/// known the rolling radius corrects it, and a workshop's depth always does.
struct TyreTread: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.speed), .uses(.satelliteSpeed), .uses(.wheelFrontLeft), .uses(.wheelFrontRight), .uses(.wheelRearLeft),
    .uses(.wheelRearRight), .uses(.pressureFrontLeft), .uses(.pressureFrontRight),
    .uses(.pressureRearLeft), .uses(.pressureRearRight),
  ]

  static let parameters: [ParameterDescription] =
    [
      .init("new_depth", "mm", 3...30, 8, "tread of a new tyre"),
      .init("limit_depth", "mm", 0...10, 1.6, "tread at which a tyre is worn out"),
      .init("radius_loss", "percent", 0.3...6, 2, "loss of rolling radius from new to worn out"),
      .init("radius_by_pressure", "percent", 0...0.1, 0.005, "gain of rolling radius for a kilopascal"),
      .init("used", "", 0...1, nil, "consumed fraction when Telltale was installed"),
    ]
    + TrendParameters.descriptions(
      unit: "km", life: 45_000, lifeScatter: 0.35, noise: 0.12, levelScatter: 0.05, baseScatter: 0.05, onset: 5e8,
      already: 0.999)

  static let measurements: [MeasurementDescription] = [
    .init("depth", "mm", 0...30, deviation: 0.3, "thinnest tread of all tyres"),
    .init("depth_front", "mm", 0...30, deviation: 0.3, "thinnest tread of the front tyres"),
    .init("depth_rear", "mm", 0...30, deviation: 0.3, "thinnest tread of the rear tyres"),
  ]

  static let counters = [
    "front_km", "front_start", "front_known", "rear_km", "rear_start", "rear_known",
  ]

  struct State: BitwiseCopyable {
    var observations = Observations()
    var axles: InlineArray<2, TreadAxle>
    /// Consumed fraction that the configuration gave for the time before Telltale.
    var priorUsed: Double?
    /// Pressure at which the radius was first taken, absolute, kPa.
    var pressure: InlineArray<2, Double> = InlineArray(repeating: .nan)
  }

  private(set) var state: State
  private let model: ShapeBankModel
  private let depths: (new: Double, limit: Double)
  private let range: Double
  private let byPressure: Double
  private let vehicle: VehicleParameters

  /// Kilometres of a trip that could have shown a radius.
  static let longTrip = 20.0

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    depths = (parameters.value("new_depth"), parameters.value("limit_depth"))
    range = parameters.value("radius_loss") / 100
    byPressure = parameters.value("radius_by_pressure") / 100
    self.vehicle = vehicle
    // Physics knows of little else than wear in proportion; the others keep the interval honest where it bends.
    model = TrendParameters.model(
      parameters, shapes: [(.linear, 0.75), (.quadratic, 0.17), (.squareRoot, 0.06), (.exponential, 0.02)],
      span: parameters.value("trend_life"), learning: 0.6)
    state = State(axles: InlineArray(repeating: TreadAxle(model)), priorUsed: parameters["used"])
    if let used = state.priorUsed { begin(wear: used, isKnown: true, atKm: .nan) }
  }

  private mutating func begin(wear: Double, isKnown: Bool, atKm: Double) {
    for axle in 0..<2 { state.axles[axle].begin(wear: wear, isKnown: isKnown, atKm: atKm, model) }
  }

  mutating func restore(_ earlier: State) {
    let told = state.priorUsed
    state = earlier
    // Said only after the earlier run, of tyres that it knew nothing of.
    if let told, earlier.priorUsed != told {
      for axle in 0..<2 where !state.axles[axle].isStartKnown {
        state.axles[axle].resume(km: state.axles[axle].km, start: told, isKnown: true, model)
      }
      state.priorUsed = told
    }
  }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    let features = trip.parts.tyre
    let km = usage.tripKm + usage.unseenKm
    let hasRadius = features.radius[0].isFinite || features.radius[1].isFinite
    // Distance alone is an observation too, if a poor one: without satellites it is all there is.
    if hasRadius || trip.trip.distanceKm >= TyreTread.longTrip { state.observations.count(true, at: trip.trip.ended) }
    var changes: InlineArray<2, TreadAxle.Change> = [.none, .none]
    for axle in 0..<2 {
      changes[axle] = state.axles[axle].add(
        km: km, radius: compensated(features, axle), over: features.radiusKm[axle], range: range, model)
    }
    replace(changes, atKm: usage.km)
  }

  /// A tyre with more air rolls larger.
  private mutating func compensated(_ features: TyreFeatures, _ axle: Int) -> Double {
    let pressure = features.radiusPressure[axle]
    guard pressure.isFinite else { return features.radius[axle] }
    if state.pressure[axle].isNaN { state.pressure[axle] = pressure }
    return features.radius[axle] / (1 + byPressure * (pressure - state.pressure[axle]))
  }

  private mutating func replace(_ changes: InlineArray<2, TreadAxle.Change>, atKm: Double) {
    switch (changes[0], changes[1]) {
    case (.none, .none): break
    case (.larger, .smaller), (.smaller, .larger):
      // The wheels of both axles changed places; the radii have to be learned again, the wear is known as it was.
      let (front, rear) = (state.axles[0], state.axles[1])
      let wear = (front.consumed(model), rear.consumed(model))
      state.axles[0].begin(wear: wear.1, isKnown: rear.isStartKnown, atKm: atKm, model)
      state.axles[1].begin(wear: wear.0, isKnown: front.isStartKnown, atKm: atKm, model)
    default:
      for axle in 0..<2 where changes[axle] != .none {
        state.axles[axle].begin(wear: 0, isKnown: changes[axle] == .larger, atKm: atKm, model)
        state.pressure[axle] = .nan
      }
    }
  }

  mutating func measured(
    _ quantity: Int, _ value: Double, deviation: Double, at time: Timestamp, _ usage: VehicleUsage
  ) {
    let depth = max(0.1, depths.new - depths.limit)
    let wear = max(0, (depths.new - value) / depth)
    for axle in 0..<2 where quantity == 0 || quantity == axle + 1 {
      state.axles[axle].measured(wear: wear, deviation: deviation / depth, range: range, model)
    }
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    begin(wear: 0, isKnown: true, atKm: usage.km)
    state.pressure = InlineArray(repeating: .nan)
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .tyreTread, because: .noValidTick(.trip), at: time)
    }
    let worst = worstAxle
    let axle = state.axles[worst]
    let consumed = axle.consumed(model)
    let hasRadius = axle.radiusLoss.isFinite
    // By distance alone tyres differ as lives do; the radius knows better.
    // What was told or measured is not guessed from the distance.
    let told = axle.isStartKnown ? min(axle.start, consumed) : 0
    let spread = hasRadius ? 0.06 : 0.03 + (consumed - told) * model.durationScatter
    var report = HealthReport(
      .tyreTread, consumed: consumed, spread: spread, isConfirmed: false, state.observations,
      hasRadius ? .straightStretch : .trip, at: time, atKm: usage.km)
    report.evidence.add(
      Evidence(
        feature: .treadDistance, value: 100 * min(1.5, axle.start + axle.km / model.duration), reference: 100,
        share: hasRadius ? 0.3 : 1, sinceKm: axle.since))
    if hasRadius {
      report.evidence.add(
        Evidence(
          feature: .rollingRadius, value: axle.radiusLoss, reference: range * 100 * (1 - axle.start),
          z: axle.radiusLoss / (range * 100 * model.noise), share: 0.7, sinceKm: axle.since))
    }
    guard report.state.isBand else { return report }
    if !axle.isStartKnown { report.reason = .wearUnknown(.tyreTread) }
    let nodes = axle.remaining(model)
    let life = usage.life(km: seven(nodes), nodes: nodes)
    // The interval of tyres of unknown wear reaches to zero by construction; that alone is no ground for an alarm.
    if axle.isStartKnown { report.tell(life, vehicle) } else { report.remainingUsefulLife = life }
    return report
  }

  /// The one that is worn further; of axles of which only one was measured or has shown its radius, that one.
  private var worstAxle: Int {
    func isSeen(_ axle: Int) -> Bool { state.axles[axle].radiusTicks > 0 || state.axles[axle].isMeasured }
    if isSeen(0) != isSeen(1) { return isSeen(0) ? 0 : 1 }
    return state.axles[1].consumed(model) > state.axles[0].consumed(model) ? 1 : 0
  }

  /// The seven published levels from ten equally likely amounts.
  private func seven(_ nodes: InlineArray<10, Double>) -> QuantileSet {
    QuantileSet { i in
      let position = max(0, min(9, QuantileLevels.seven[i] * 10 - 0.5))
      let low = min(8, Int(position))
      return nodes[low] + (position - Double(low)) * (nodes[low + 1] - nodes[low])
    }
  }

  func counter(_ index: Int) -> Double {
    let axle = state.axles[index / 3]
    return switch index % 3 {
    case 0: axle.km
    case 1: axle.start
    default: axle.isStartKnown ? 1 : 0
    }
  }

  mutating func restore(counter index: Int, _ value: Double) {
    guard value.isFinite else { return }
    let axle = state.axles[index / 3]
    state.axles[index / 3].resume(
      km: index % 3 == 0 ? value : axle.km, start: index % 3 == 1 ? value : axle.start,
      isKnown: index % 3 == 2 ? value > 0.5 : axle.isStartKnown, model)
  }
}
