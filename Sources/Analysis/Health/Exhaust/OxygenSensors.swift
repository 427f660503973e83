// Oxygen sensors: the control unit's own tests, or how fast the front sensor still switches between lean and rich.
import Pipeline
import Prognostics
import Vocabulary

/// The oxygen-sensor model (PROGNOSTICS 4.9). A sensor that ages answers more slowly, and the control loop that waits
/// for it switches less often. Where the control unit's tests (service 06) can be read they are preferred, and no
/// signal is needed.
struct OxygenSensors: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.oxygenFront), .uses(.coolant), .uses(.speed), .uses(.engineSpeed), .uses(.engineLoad),
    .uses(.fuelSystemState),
  ]

  static let parameters: [ParameterDescription] =
    [
      .init("slow_rate", "1/s", 0.05...5, 0.5, "switches of the front sensor in a second at which it has failed"),
    ] + exhaustTrend

  static let counters = [
    "reference_sensors", "reference_front_highest", "reference_front_lowest", "reference_behind_highest",
    "reference_behind_lowest",
  ]

  private(set) var state: ExhaustTest
  private let slowRate: Double
  private let trend: ShapeBankModel
  private let vehicle: VehicleParameters

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    slowRate = parameters.value("slow_rate")
    trend = exhaustTrendModel(parameters)
    self.vehicle = vehicle
    state = ExhaustTest(trend)
  }

  mutating func restore(_ earlier: ExhaustTest) { state = earlier }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    state.add(
      trip.monitors, at: MonitorFeatures.sensors, movement: slowRate / trip.parts.catalyst.switchingRate, trip.trip,
      usage, trend)
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    state.replace(at: usage.km, trend)
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    state.report(.oxygenSensors, at: time, usage, trend, vehicle) { share in
      state.isByMonitor ? (.oxygenSensorMonitor, share) : (.oxygenSensorRate, slowRate / max(share, 1e-3))
    }
  }

  func counter(_ index: Int) -> Double { state.counter(index) }
  mutating func restore(counter index: Int, _ value: Double) { state.restore(counter: index, value) }
}
