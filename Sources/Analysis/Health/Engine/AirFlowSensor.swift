// Air-flow sensor: what it says against engine speed and manifold pressure, over a grid of both.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The air-flow model (PROGNOSTICS 4.7): volumetric efficiency in a grid of engine speed and manifold pressure. What
/// moves in all cells at once is the sensor; what moves in some is the engine.
struct AirFlowSensor: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.airFlow), .needs(.manifoldPressure), .needs(.engineSpeed),
    .uses(.intakeTemperature, .ambientTemperature), .uses(.shortTrim1), .uses(.longTrim1),
    .uses(.recirculationCommanded),
  ]

  static let parameters: [ParameterDescription] = [
    .init("failure_deviation", "", 0.05...0.5, 0.2, "share of the air flow by which a failed sensor is wrong")
  ]

  struct State: BitwiseCopyable {
    var observations = Observations()
    var grid = AirFlowGrid()
    var deviation = Ewma(memory: 5)
    var trim = Ewma(memory: 5)
    var trimReference = 0.0
    var trimCount = 0.0
    // One per cent of the flow is the resolution of the sensors it is made of.
    var detector = SelfStartingCusum(leastScatter: 0.004)
    var onset = ChangeOnset()
    var beyondTrips: UInt32 = 0
    var normalTrips: UInt32 = 0
  }

  private(set) var state = State()
  private let failure: Double

  /// Steady seconds that make a valid trip, and after which a trip without them is one not covered.
  static let steadySeconds = 60.0
  static let longTrip = 900.0
  static let limitTrips: UInt32 = 3
  static let trimTrips = 12.0

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    failure = log(1 + parameters.value("failure_deviation"))
  }

  mutating func restore(_ earlier: State) { state = earlier }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    let features = trip.parts.airPath
    var seconds = 0.0
    for cell in 0..<16 { seconds += Double(features.airFlowSeconds[cell]) }
    let isValid = seconds >= AirFlowSensor.steadySeconds
    if isValid || trip.trip.engineSeconds >= AirFlowSensor.longTrip {
      state.observations.count(isValid, at: trip.trip.ended)
    }
    guard isValid else { return }
    if features.airFlowTrim.isFinite {
      state.trim.add(features.airFlowTrim)
      if state.trimCount < AirFlowSensor.trimTrips {
        state.trimCount += 1
        state.trimReference += (features.airFlowTrim - state.trimReference) / state.trimCount
      }
    }
    let known = state.deviation.isEmpty ? 0 : state.deviation.mean
    guard let deviation = state.grid.observe(features, deviation: known) else { return }
    state.deviation.add(max(-2 * failure, min(2 * failure, deviation)))
    state.detector.add(deviation)
    state.onset.follow(state.detector, km: usage.km)
    state.beyondTrips = abs(deviation) > failure ? state.beyondTrips &+ 1 : 0
    // Changed for certain, and now as it was: cleaned, or replaced by its like.
    state.normalTrips = abs(deviation) < 0.15 * failure ? state.normalTrips &+ 1 : 0
    if state.detector.change != .none && state.normalTrips >= 5 {
      state.detector.reset()
      state.onset = ChangeOnset()
      state.deviation = Ewma(memory: 5)
      state.deviation.add(deviation)
    }
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) { state = State() }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .airFlowSensor, because: .noValidTick(.airFlowTrip), at: time)
    }
    let mean = state.deviation.mean
    let isBeyond = state.beyondTrips >= AirFlowSensor.limitTrips
    let consumed = max(abs(mean) / failure, isBeyond ? 1 : 0)
    let spread = max(0.01, (state.deviation.variance / 5).squareRoot()) / failure
    var report = HealthReport(
      .airFlowSensor, consumed: consumed, spread: spread, isConfirmed: isBeyond || state.detector.change != .none,
      state.observations, .airFlowTrip, at: time, atKm: usage.km)
    guard !state.deviation.isEmpty else {
      if report.state.isBand {
        report.state = .learning
        report.reason = .learning(
          seen: Int(state.observations.valid), needed: Int(AirFlowGrid.learningTrips), .airFlowTrip)
      }
      return report
    }
    // Fuel trim that goes the other way bears the sensor out: the engine gets the fuel that the sensor asks for.
    let trimShift = state.trimCount >= AirFlowSensor.trimTrips ? state.trim.mean - state.trimReference : 0
    let agreement = max(0, min(1, -trimShift / 100 / (mean == 0 ? 1 : mean)))
    report.evidence.add(
      Evidence(
        feature: .airFlowDeviation, value: exp(mean), reference: 1, z: deviates(mean, state.detector),
        share: 1 - 0.4 * agreement, sinceKm: state.onset.km(of: state.detector.change)))
    if state.trimCount >= AirFlowSensor.trimTrips {
      report.evidence.add(
        Evidence(
          feature: .trimLoad, value: state.trim.mean, reference: state.trimReference, share: 0.4 * agreement))
    }
    if report.state.isBand { report.reason = .stateOnly }
    return report
  }
}

/// What the sensor says in each cell of engine speed and manifold pressure while it is new, as logarithms.
struct AirFlowGrid: BitwiseCopyable {
  private var normal: InlineArray<16, Float> = InlineArray(repeating: 0)
  private var trips: InlineArray<16, Float> = InlineArray(repeating: 0)

  /// Trips that set what is normal in a cell.
  static let learningTrips: Float = 12
  /// Seconds in a cell that count.
  private static let leastSeconds: Float = 10
  /// Scatter between the cells, beside which a common shift means nothing, in logarithms.
  private static let disagreement = 0.06

  /// Takes a trip in.
  /// - Parameter deviation: of the sensor as it is known so far: a cell that is met late is learned without it.
  /// - Returns: by how much all cells have moved together; nil while none is learned.
  mutating func observe(_ features: AirPathFeatures, deviation: Double) -> Double? {
    var (sum, squares, weight) = (0.0, 0.0, 0.0)
    for cell in 0..<16 where features.airFlowSeconds[cell] >= AirFlowGrid.leastSeconds {
      guard trips[cell] >= AirFlowGrid.learningTrips else { continue }
      let seconds = Double(min(features.airFlowSeconds[cell], 60))
      let moved = Double(features.airFlow[cell] - normal[cell])
      sum += seconds * moved
      squares += seconds * moved * moved
      weight += seconds
    }
    for cell in 0..<16 where features.airFlowSeconds[cell] >= AirFlowGrid.leastSeconds {
      guard trips[cell] < AirFlowGrid.learningTrips else { continue }
      trips[cell] += 1
      normal[cell] += (features.airFlow[cell] - Float(deviation) - normal[cell]) / trips[cell]
    }
    guard weight >= Double(2 * AirFlowGrid.leastSeconds) else { return nil }
    let mean = sum / weight
    // Cells that disagree speak of leaks, valves or exhaust gas: only what they have in common is the sensor's.
    let scatter = max(0, squares / weight - mean * mean).squareRoot()
    return mean * min(1, AirFlowGrid.disagreement / max(scatter, 1e-9))
  }
}
