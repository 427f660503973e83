// A vehicle under observation: trips go in, reports come out, the calendar is the test's.
import Health
import Pipeline
import Vocabulary

struct Ward {
  var monitor: HealthMonitor
  let inputs: FeatureInputs
  var day = 0.0
  var km = 0.0
  var quality = ClockQuality.ntp
  private var trips: UInt32 = 0

  static let paths = [
    "Vehicle.Speed", "Vehicle.Powertrain.CombustionEngine.Speed",
    "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature", "Vehicle.LowVoltageBattery.CurrentVoltage",
    "Vehicle.Telltale.OBD.EngineLoad", "Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature",
  ]

  static func catalogue(without missing: Set<String> = []) -> SignalCatalogue {
    var catalogue = SignalCatalogue()
    for path in paths where !missing.contains(path) {
      _ = catalogue.add(SignalDescription(path: path, unit: "", range: -1e9...1e9, staleAfter: 5))
    }
    return catalogue
  }

  init(_ given: [(ComponentID, String, Double)] = [], without missing: Set<String> = []) {
    inputs = FeatureInputs(Ward.catalogue(without: missing))
    monitor = Ward.monitor(given, inputs)
  }

  static func monitor(_ given: [(ComponentID, String, Double)], _ inputs: FeatureInputs) -> HealthMonitor {
    var parameters = ComponentID.allCases.map { ComponentParameters($0) }
    for (component, name, value) in given { _ = parameters[Int(component.rawValue)].set(name, value) }
    return HealthMonitor(inputs: inputs, parameters: parameters, vehicle: VehicleParameters())
  }

  /// Day 0 is 2026-01-01.
  static func stamp(_ day: Double, _ quality: ClockQuality = .ntp) -> Timestamp {
    Timestamp(
      boot: BootID(high: 0, low: 1), uptime: Instant.zero.advanced(seconds: 1 + day * 86_400),
      wallNanoseconds: 1_767_225_600_000_000_000 + Int64(day * 86_400e9), quality: quality)
  }

  static func wallSeconds(_ day: Double) -> Double { 1_767_225_600 + day * 86_400 }

  /// A trip of `minutes` at constant values, a tick each `step` seconds, then its features.
  mutating func drive(
    minutes: Double = 60, step: Double = 5, _ set: (inout VehicleTick) -> Void = { _ in },
    features: (inout TripFeatures) -> Void = { _ in }
  ) {
    trips += 1
    monitor.tripStarted()
    var trip = TripFeatures(trip: Trip(number: trips, started: Ward.stamp(day, quality)))
    for i in 0..<Int(minutes * 60 / step) {
      var tick = VehicleTick(time: Instant.zero.advanced(seconds: day * 86_400 + Double(i) * step), seconds: step)
      (tick.engineSpeed, tick.speed, tick.coolant, tick.voltage) = (2100, 60, 88, 14)
      (tick.engineLoad, tick.oilTemperature) = (30, 90)
      set(&tick)
      if tick.engineRuns { trip.trip.engineSeconds += step }
      if let speed = tick.speed { trip.trip.distanceKm += speed * step / 3600 }
      monitor.observe(tick)
    }
    km += trip.trip.distanceKm
    trip.trip.ended = Ward.stamp(day + minutes / 1440, quality)
    features(&trip)
    monitor.tripEnded(trip)
  }

  func report(_ component: ComponentID) -> HealthReport {
    monitor.report(component, at: Ward.stamp(day, quality))
  }
}

extension HealthReport {
  /// Whether this tick asks for a worse band than ok: below the edge, and sure enough.
  func asks(below edge: Double) -> Bool {
    state.isBand && (confirmation >= 0.9 ? score : max(score, sureScore)) < edge
  }

  func evidence(_ feature: Feature) -> Evidence? {
    (0..<evidence.count).map { evidence[$0] }.first { $0.feature == feature }
  }

  var reasonText: String? { reason.text(Ward.catalogue()) }
}
