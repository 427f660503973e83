// A simulated part beside its monitor, for properties that hold whatever the numbers are.
import Evaluation
import Health
import Pipeline
import Vocabulary

/// One life of a part with known truth, watched. A copy is the same life twice.
struct MetamorphicWard {
  var monitor: HealthMonitor
  private(set) var day: Double
  private(set) var km = 0.0
  private var unit: any SimulatedUnit
  private var number: UInt32 = 0
  /// What the same life is stretched by.
  private let stretch: (km: Double, days: Double)

  /// - Parameters:
  ///   - day: on which it begins, from 2026-01-01.
  ///   - km: how much longer than the part's own its trips are told to be.
  ///   - days: how much more time than the part's own passes between them.
  init(
    _ kind: any SimulatedUnit.Type, _ variant: UnitVariant = .nominal, seed: UInt64 = 1, day: Double = 0,
    km: Double = 1, days: Double = 1
  ) {
    unit = kind.init(variant: variant, seed: seed)
    monitor = MetamorphicWard.monitor(for: kind)
    self.day = day
    stretch = (km, days)
  }

  /// A monitor that knows nothing yet, with the parameters that the part's owner would have set.
  static func monitor(for kind: any SimulatedUnit.Type) -> HealthMonitor {
    var catalogue = SignalCatalogue()
    for input in FeatureInput.allCases {
      let signal = input.signal
      _ = catalogue.add(SignalDescription(path: signal.path, unit: signal.unit, range: -1e9...1e9, staleAfter: 5))
    }
    var parameters = ComponentParameters(kind.component)
    for (name, value) in kind.parameters { precondition(parameters.set(name, value), "\(name) is a parameter") }
    return HealthMonitor(inputs: FeatureInputs(catalogue), parameters: [parameters], vehicle: VehicleParameters())
  }

  var component: ComponentID { type(of: unit).component }
  /// The truth.
  var consumed: Double { unit.consumed }

  var stamp: Timestamp {
    Timestamp(
      boot: BootID(high: 0, low: 1), uptime: Instant.zero.advanced(seconds: 1 + day * 86_400),
      wallNanoseconds: 1_767_225_600_000_000_000 + Int64(day * 86_400e9), quality: .ntp)
  }

  var report: HealthReport { monitor.report(component, at: stamp) }

  mutating func drive(trips: Int = 1) {
    for _ in 0..<trips { drive() }
  }

  /// Drives until the part has truly come so far; a part that takes more trips than any vehicle makes is let be.
  mutating func drive(until consumed: Double) {
    while unit.consumed < consumed && number < 50_000 { drive() }
  }

  private mutating func drive() {
    unit.workshop(&monitor, at: stamp)
    let trip = unit.nextTrip()
    let km = trip.km * stretch.km
    day += trip.days * stretch.days
    self.km += km
    number += 1
    var features = trip.features
    features.trip = Trip(number: number, started: stamp)
    features.trip.ended = stamp
    features.trip.distanceKm = km
    features.trip.engineSeconds = trip.km * 72
    monitor.tripStarted()
    if trip.ticks.isEmpty {
      // Inputs that were seen, for a moment that says nothing.
      var tick = VehicleTick(time: stamp.uptime, seconds: 0)
      for input in ComponentInput.of(component).filter(\.isRequired).compactMap(\.anyOf.first) { tick[input] = 0 }
      monitor.observe(tick)
    }
    for tick in trip.ticks { monitor.observe(tick) }
    monitor.tripEnded(features)
  }

  /// Goes on in another process, which has nothing but the bytes of the checkpoint.
  mutating func restart() {
    let checkpoint = monitor.checkpoint
    let bytes = withUnsafeBytes(of: checkpoint) { [UInt8]($0) }
    let read = bytes.withUnsafeBytes { $0.loadUnaligned(as: HealthMonitor.Checkpoint.self) }
    monitor = MetamorphicWard.monitor(for: type(of: unit))
    monitor.restore(read)
  }
}

extension HealthReport {
  /// Everything that is said, to the last bit, but for the time at which it is said.
  var bits: [UInt64] {
    var bits: [UInt64] = [UInt64(component.rawValue), UInt64(state.rawValue), UInt64(ticks), isUrgent ? 1 : 0]
    for number in [score, confidence, consumed, confirmation, atKm] { bits.append(number.bitPattern) }
    if let life = remainingUsefulLife {
      for quantiles in [life.km, life.days] { bits += quantiles.ascending.map(\.bitPattern) }
    }
    for i in 0..<evidence.count {
      let ground = evidence[i]
      bits.append(UInt64(ground.feature.rawValue))
      for number in [ground.value, ground.reference, ground.z, ground.share, ground.sinceKm] {
        bits.append(number.bitPattern)
      }
    }
    bits += "\(reason)".utf8.map { UInt64($0) }
    return bits
  }
}

extension Quantiles {
  var ascending: [Double] { [p05, p10, p25, p50, p75, p90, p95] }
}

/// A vehicle whose codes come one after the other, so that the component that has no part has a life as well.
struct TroubleCodeUnit: SimulatedUnit {
  static let component = ComponentID.troubleCodes
  static let variants: [UnitVariant] = [.nominal, .healthy]

  private(set) var consumed = 0.0
  private var draws: SeededDraws
  private let variant: UnitVariant
  private var trips = 0

  init(variant: UnitVariant, seed: UInt64) {
    self.variant = variant
    draws = SeededDraws(seed: seed)
  }

  mutating func nextTrip() -> SimulatedTrip {
    trips += 1
    let never = Timestamp(boot: BootID(high: 0, low: 0), uptime: .zero, wallNanoseconds: 0, quality: .none)
    var features = TripFeatures(trip: Trip(number: 0, started: never))
    features.codes.wereRead = true
    if variant != .healthy {
      consumed = Double(trips) / 200
      // Catalyst, then a misfire, then a wheel's speed sensor.
      for (i, code) in [0x0420, 0x0301, 0x4035].enumerated() where trips > 40 + 50 * i {
        features.codes.add(TroubleCode(obd: UInt16(code)), status: [.confirmed], isNew: trips == 41 + 50 * i)
      }
    }
    return SimulatedTrip(km: draws.uniform(10...60), days: 1, features: features)
  }
}
