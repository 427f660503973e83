// Catalyst: how much of the front oxygen sensor's movement still reaches the rear one, or the control unit's own tests.
import Pipeline
import Prognostics
import Vocabulary

/// The catalyst model (PROGNOSTICS 4.9). A catalyst that stores oxygen smooths what the front sensor shows; one that
/// has lost its store passes it on. Where the control unit's tests (service 06) can be read they are preferred, and no
/// signal is needed.
struct Catalyst: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.oxygenRear), .uses(.oxygenFront), .uses(.coolant), .uses(.speed), .uses(.engineSpeed), .uses(.engineLoad),
    .uses(.fuelSystemState),
  ]

  static let parameters: [ParameterDescription] =
    [
      .init("failure_ratio", "", 0.3...1, 0.75, "rear over front sensor's movement at which the catalyst has failed"),
    ] + exhaustTrend

  static let counters = [
    "reference_sensors", "reference_bank_1_highest", "reference_bank_1_lowest", "reference_bank_2_highest",
    "reference_bank_2_lowest",
  ]

  private(set) var state: ExhaustTest
  private let failureRatio: Double
  private let trend: ShapeBankModel
  private let vehicle: VehicleParameters

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    failureRatio = parameters.value("failure_ratio")
    trend = exhaustTrendModel(parameters)
    self.vehicle = vehicle
    state = ExhaustTest(trend)
  }

  mutating func restore(_ earlier: ExhaustTest) { state = earlier }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    state.add(
      trip.monitors, at: MonitorFeatures.catalysts, movement: trip.parts.catalyst.ratio / failureRatio, trip.trip,
      usage, trend)
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    state.replace(at: usage.km, trend)
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    state.report(.catalyst, at: time, usage, trend, vehicle) { share in
      state.isByMonitor ? (.catalystMonitor, share) : (.catalystRatio, share * failureRatio)
    }
  }

  func counter(_ index: Int) -> Double { state.counter(index) }
  mutating func restore(counter index: Int, _ value: Double) { state.restore(counter: index, value) }
}

/// Courses of parts that age in the exhaust's heat and poison (PROGNOSTICS 4.15).
let exhaustTrend = TrendParameters.descriptions(
  unit: "km", life: 60_000, lifeScatter: 0.5, noise: 0.08, levelScatter: 0.1, baseScatter: 0.05, onset: 60_000,
  already: 0.3)

func exhaustTrendModel(_ parameters: ComponentParameters) -> ShapeBankModel {
  IndicatorTrend.model(
    parameters, shapes: [(.linear, 0.2), (.quadratic, 0.3), (.exponential, 0.3), (.squareRoot, 0.2)])
}
