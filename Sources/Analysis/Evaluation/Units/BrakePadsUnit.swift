// Simulated brake pads with known truth.
public import Health
import Pipeline
public import Vocabulary

/// Front pads that nobody measures.
public struct FrontPadsUnit: SimulatedUnit {
  public static let component = ComponentID.brakePadsFront
  public static let parameters: [(name: String, value: Double)] = [("used", 0)]
  public static let variants = PadsLife.variants

  private var life: PadsLife

  public init(variant: UnitVariant, seed: UInt64) { life = PadsLife(variant, seed: seed, km: 50_000) }

  public mutating func nextTrip() -> SimulatedTrip { life.nextTrip() }
  public var consumed: Double { life.part.consumed }
  public mutating func workshop(_ monitor: inout HealthMonitor, at time: Timestamp) {
    life.renew(Self.component, &monitor, at: time)
  }
}

/// Rear pads that a workshop measures once, at 40 % of their life, to 4 % of it.
public struct RearPadsUnit: SimulatedUnit {
  public static let component = ComponentID.brakePadsRear
  public static let parameters: [(name: String, value: Double)] = [("used", 0)]
  public static let variants = PadsLife.variants

  private var life: PadsLife
  private var isMeasured = false
  private var draws: SeededDraws

  public init(variant: UnitVariant, seed: UInt64) {
    life = PadsLife(variant, seed: seed, km: 70_000)
    var seeds = SeededDraws(seed: ~seed)
    draws = SeededDraws(seed: seeds.next())
  }

  public mutating func nextTrip() -> SimulatedTrip { life.nextTrip() }
  public var consumed: Double { life.part.consumed }

  public mutating func workshop(_ monitor: inout HealthMonitor, at time: Timestamp) {
    life.renew(Self.component, &monitor, at: time)
    guard !isMeasured, consumed >= 0.4 else { return }
    isMeasured = true
    // 9 mm wear from 11 to 2.
    let thickness = 11 - 9 * (consumed + 0.04 * draws.normal())
    _ = monitor.measured(Self.component, quantity: 0, value: thickness, deviation: 0.04 * 9, at: time)
  }
}

/// What front and rear pads have in common.
struct PadsLife: Sendable {
  static let variants: [UnitVariant] = [.nominal, .healthy, .wrongPrior, .seasonal, .regimeChange, .gaps]
  /// Friction work of usual driving, J for each kilogram and kilometre.
  private static let usualWork = 60.0

  private(set) var part: CountedPart

  init(_ variant: UnitVariant, seed: UInt64, km: Double) {
    part = CountedPart(variant: variant, seed: seed, life: km, scatter: 0.20)
  }

  mutating func nextTrip() -> SimulatedTrip {
    let day = part.next()
    var features = CountedPart.features
    features.parts.brake.watchedKm = day.km
    features.parts.brake.stops = 1
    // A third of the energy goes elsewhere.
    let friction = Self.usualWork * day.severity * day.km
    let work = BrakeWork(kinetic: 1.5 * friction, resistance: 0.5 * friction)
    features.parts.brake.front.normal = work
    features.parts.brake.rear.normal = work
    var trip = SimulatedTrip(km: day.km, days: day.days, features: features)
    trip.isSeen = day.isSeen
    return trip
  }

  func renew(_ component: ComponentID, _ monitor: inout HealthMonitor, at time: Timestamp) {
    if part.isRenewed { monitor.serviced(component, at: time) }
  }
}
