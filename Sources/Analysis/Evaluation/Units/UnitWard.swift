// The health monitor of a simulated vehicle, shown one component's trips.
import Health
import Pipeline
import Vocabulary

/// A monitor with the inputs that one component reads, and a calendar.
struct UnitWard {
  var monitor: HealthMonitor
  private let required: [FeatureInput]
  private var trips = UInt32(0)

  init<Unit: SimulatedUnit>(_: Unit.Type) {
    var catalogue = SignalCatalogue()
    let inputs = ComponentInput.of(Unit.component).flatMap(\.anyOf)
    for input in Set(inputs.map(\.rawValue)).sorted().compactMap(FeatureInput.init(rawValue:)) {
      let signal = input.signal
      _ = catalogue.add(SignalDescription(path: signal.path, unit: signal.unit, range: -1e9...1e9, staleAfter: 5))
    }
    var parameters = ComponentParameters(Unit.component)
    for (name, value) in Unit.parameters { _ = parameters.set(name, value) }
    monitor = HealthMonitor(
      inputs: FeatureInputs(catalogue), parameters: [parameters], vehicle: VehicleParameters())
    required = ComponentInput.of(Unit.component).filter(\.isRequired).compactMap(\.anyOf.first)
  }

  /// Day 0 is 2026-01-01, and its clock can be trusted.
  static func stamp(_ day: Double) -> Timestamp {
    Timestamp(
      boot: BootID(high: 0, low: 1), uptime: Instant.zero.advanced(seconds: 1 + day * 86_400),
      wallNanoseconds: 1_767_225_600_000_000_000 + Int64(day * 86_400e9), quality: .ntp)
  }

  mutating func show(_ trip: SimulatedTrip, number: UInt32, day: Double, unseenKm: Double) {
    let hours = trip.km / 50
    var features = trip.features
    features.trip = Trip(number: number, started: UnitWard.stamp(day - hours / 24))
    features.trip.ended = UnitWard.stamp(day)
    features.trip.distanceKm = trip.km
    features.unseenKm = unseenKm
    features.trip.engineSeconds = hours * 3600
    monitor.tripStarted()
    if trip.ticks.isEmpty {
      // Inputs that were seen, for a moment that says nothing.
      var tick = VehicleTick(time: UnitWard.stamp(day).uptime, seconds: 0)
      for input in required { tick[input] = 0 }
      monitor.observe(tick)
    }
    for tick in trip.ticks { monitor.observe(tick) }
    monitor.tripEnded(features)
  }
}
