// A vehicle whose trips say what wore its parts, for the models of counted wear.
import Health
import Pipeline
import Vocabulary

struct WearWard {
  var monitor: HealthMonitor
  var day = 0.0
  private var trips: UInt32 = 0
  private let component: ComponentID

  static func catalogue(of component: ComponentID, without missing: Set<FeatureInput> = []) -> SignalCatalogue {
    var catalogue = SignalCatalogue()
    for input in ComponentInput.of(component).flatMap(\.anyOf) where !missing.contains(input) {
      guard catalogue.id(of: input.signal.path) == nil else { continue }
      _ = catalogue.add(
        SignalDescription(path: input.signal.path, unit: input.signal.unit, range: -1e9...1e9, staleAfter: 5))
    }
    return catalogue
  }

  init(
    _ component: ComponentID, _ given: [(name: String, value: Double)] = [], without missing: Set<FeatureInput> = []
  ) {
    self.component = component
    var parameters = ComponentParameters(component)
    for (name, value) in given { precondition(parameters.set(name, value), "\(name) is a parameter") }
    monitor = HealthMonitor(
      inputs: FeatureInputs(WearWard.catalogue(of: component, without: missing)), parameters: [parameters],
      vehicle: VehicleParameters())
  }

  /// A trip of `km`, one a day; what wore is set by `features`. The inputs are seen, but for those of `unseen`.
  mutating func drive(
    km: Double = 40, unseen: Set<FeatureInput> = [], unseenKm: Double = 0, _ features: (inout PartFeatures) -> Void
  ) {
    trips += 1
    day += 1
    monitor.tripStarted()
    var tick = VehicleTick(time: Instant.zero.advanced(seconds: day * 86_400), seconds: 1)
    for input in ComponentInput.of(component).flatMap(\.anyOf) where !unseen.contains(input) { tick[input] = 0 }
    monitor.observe(tick)
    var trip = TripFeatures(trip: Trip(number: trips, started: Ward.stamp(day)))
    trip.trip.ended = Ward.stamp(day)
    trip.trip.distanceKm = km
    trip.trip.engineSeconds = km * 72
    trip.unseenKm = unseenKm
    features(&trip.parts)
    monitor.tripEnded(trip)
  }

  /// Braking of usual severity, or a multiple of it.
  mutating func brake(km: Double = 40, severity: Double = 1) {
    drive(km: km) { $0.brake = WearWard.braking(km: km, severity: severity) }
  }

  static func braking(km: Double, severity: Double = 1) -> BrakeFeatures {
    var brake = BrakeFeatures()
    (brake.watchedKm, brake.stops) = (km, 5)
    brake.front.normal = BrakeWork(kinetic: severity * 90 * km, resistance: severity * 30 * km)
    brake.rear = brake.front
    return brake
  }

  func report() -> HealthReport { monitor.report(component, at: Ward.stamp(day)) }

  func reason() -> String? { report().reason.text(WearWard.catalogue(of: component)) }

  @discardableResult
  mutating func measure(_ quantity: Int, _ value: Double, deviation: Double? = nil) -> Bool {
    monitor.measured(component, quantity: quantity, value: value, deviation: deviation, at: Ward.stamp(day))
  }

  /// The same vehicle after a new version that could not read the old one's state: only the counters are left.
  func upgraded(_ given: [(name: String, value: Double)] = []) -> WearWard {
    var next = WearWard(component, given)
    let names = HealthMonitor.counters(of: component)
    var kept: [(String, Double)] = []
    monitor.counters { component, index, value in
      if component == self.component, value.isFinite { kept.append((names[index], value)) }
    }
    // In any order.
    for (name, value) in kept.reversed() { _ = next.monitor.restore(component, counter: name, value) }
    next.day = day
    return next
  }
}
