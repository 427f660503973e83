// One component on the bench: its inputs are mapped and seen, trips go in as features, reports come out.
import Health
import Pipeline
import Vocabulary

struct ComponentBench {
  let component: ComponentID
  var monitor: HealthMonitor
  private(set) var day = 0.0
  private(set) var km = 0.0
  var quality = ClockQuality.ntp
  private var trips: UInt32 = 0
  private let shown: [FeatureInput]

  /// - Parameter inputs: that the vehicle has; all that the component knows where nil.
  init(_ component: ComponentID, _ given: [(String, Double)] = [], inputs: [FeatureInput]? = nil) {
    self.component = component
    shown = inputs ?? ComponentInput.of(component).flatMap(\.anyOf)
    monitor = ComponentBench.monitor(component, given, shown)
  }

  static func monitor(_ component: ComponentID, _ given: [(String, Double)], _ shown: [FeatureInput]) -> HealthMonitor {
    var catalogue = SignalCatalogue()
    for raw in Set(shown.map(\.rawValue)).sorted() {
      guard let signal = FeatureInput(rawValue: raw)?.signal else { continue }
      _ = catalogue.add(SignalDescription(path: signal.path, unit: signal.unit, range: -1e9...1e9, staleAfter: 5))
    }
    var parameters = ComponentParameters(component)
    for (name, value) in given { precondition(parameters.set(name, value), "no parameter \(name)") }
    return HealthMonitor(
      inputs: FeatureInputs(catalogue), parameters: [parameters], vehicle: VehicleParameters())
  }

  /// Another monitor with the same inputs, as after a restart.
  func restarted(_ given: [(String, Double)] = []) -> HealthMonitor {
    ComponentBench.monitor(component, given, shown)
  }

  var stamp: Timestamp { ComponentBench.stamp(day, quality) }

  /// Day 0 is 2026-01-01.
  static func stamp(_ day: Double, _ quality: ClockQuality) -> Timestamp {
    Timestamp(
      boot: BootID(high: 0, low: 1), uptime: Instant.zero.advanced(seconds: 1 + day * 86_400),
      wallNanoseconds: 1_767_225_600_000_000_000 + Int64(day * 86_400e9), quality: quality)
  }

  mutating func drive(_ distance: Double = 40, days: Double = 1, _ set: (inout TripFeatures) -> Void = { _ in }) {
    day += days
    km += distance
    trips += 1
    monitor.tripStarted()
    var tick = VehicleTick(time: stamp.uptime, seconds: 0)
    for input in shown { tick[input] = 0 }
    monitor.observe(tick)
    var trip = TripFeatures(trip: Trip(number: trips, started: stamp))
    trip.trip.ended = stamp
    trip.trip.distanceKm = distance
    trip.trip.engineSeconds = distance * 72
    set(&trip)
    monitor.tripEnded(trip)
  }

  var report: HealthReport { monitor.report(component, at: stamp) }
}
