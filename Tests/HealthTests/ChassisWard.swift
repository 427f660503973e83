// A vehicle of which tests say the features of its trips and the seconds of its drives.

import Pipeline
import Vocabulary

@testable import Health

struct ChassisWard {
  var monitor: HealthMonitor
  var day = 0.0
  var quality = ClockQuality.ntp
  private let component: ComponentID
  private var trips: UInt32 = 0

  init(_ component: ComponentID, _ given: [(String, Double)] = []) {
    self.component = component
    monitor = ChassisWard.monitor(component, given)
  }

  static func monitor(_ component: ComponentID, _ given: [(String, Double)] = []) -> HealthMonitor {
    var catalogue = SignalCatalogue()
    for input in FeatureInput.allCases {
      let signal = input.signal
      _ = catalogue.add(SignalDescription(path: signal.path, unit: signal.unit, range: -1e9...1e9, staleAfter: 5))
    }
    var parameters = ComponentParameters(component)
    for (name, value) in given { precondition(parameters.set(name, value), "\(name)") }
    return HealthMonitor(inputs: FeatureInputs(catalogue), parameters: [parameters], vehicle: VehicleParameters())
  }

  /// Day 0 is 2026-01-01.
  var stamp: Timestamp {
    Timestamp(
      boot: BootID(high: 0, low: quality.isTrusted ? 1 : UInt64(trips)),
      uptime: Instant.zero.advanced(seconds: 1 + day * 86_400),
      wallNanoseconds: 1_767_225_600_000_000_000 + Int64(day * 86_400e9), quality: quality)
  }

  /// A trip after so many days; every input has been seen.
  mutating func drive(km: Double = 30, after days: Double = 1, _ set: (inout PartFeatures) -> Void) {
    begin(after: days)
    end(km: km, set)
  }

  mutating func begin(after days: Double = 1) {
    day += days
    trips += 1
    monitor.tripStarted()
    var tick = VehicleTick(time: stamp.uptime, seconds: 0)
    for input in FeatureInput.allCases { tick[input] = 0 }
    monitor.observe(tick)
  }

  mutating func end(km: Double = 30, _ set: (inout PartFeatures) -> Void) {
    var features = TripFeatures(trip: Trip(number: trips, started: stamp))
    features.trip.ended = stamp
    features.trip.distanceKm = km
    features.trip.engineSeconds = km * 60
    set(&features.parts)
    monitor.tripEnded(features)
  }

  /// A second of driving.
  mutating func tick(_ set: (inout VehicleTick) -> Void) {
    var tick = VehicleTick(time: stamp.uptime, seconds: 1)
    set(&tick)
    monitor.observe(tick)
  }

  var report: HealthReport { monitor.report(component, at: stamp) }
}

extension HealthReport {
  func ground(_ feature: Feature) -> Evidence? {
    (0..<evidence.count).map { evidence[$0] }.first { $0.feature == feature }
  }
}
