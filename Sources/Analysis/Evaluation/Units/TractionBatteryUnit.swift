// A traction battery that fades.
import CMath
import Pipeline
public import Vocabulary

/// Fade part by the square root of age and part linear, failed at 80 % of the new capacity after some 104 months;
/// charges are counted between two displays of the state of charge that are each off by 1 %.
public struct TractionBatteryUnit: SimulatedUnit {
  public static let component = ComponentID.tractionBattery
  public static let parameters: [(name: String, value: Double)] = [("capacity_ah", 150)]
  public static let variants: [UnitVariant] = [
    .nominal, .healthy, .wrongPrior, .seasonal, .regimeChange, .gaps, .sensorSwap, .step,
  ]
  public static let countsInDays = true

  private var use: EngineUse
  private let variant: UnitVariant
  private var lifeDays: Double
  private let rootShare: Double
  private let newCapacity: Double
  private var age = 0.0
  private var stepped = 0.0
  /// Of the battery's charge, used since the last charge; and how much makes the driver charge.
  private var used = 0.0
  private var chargeAt: Double
  private var currentGain = 1.0

  public init(variant: UnitVariant, seed: UInt64) {
    var random = SeededDraws(seed: seed)
    let scatter = exp(0.35 * random.normal())
    var days = max(40, min(400, 104 * scatter)) * 30.4375
    if variant == .wrongPrior { days *= random.uniform() < 0.5 ? 0.5 : 2 }
    lifeDays = days
    rootShare = random.uniform(0...0.7)
    newCapacity = 150 * (1 + 0.005 * random.normal())
    chargeAt = random.uniform(0.25...0.7)
    self.variant = variant
    use = EngineUse(variant: variant, middle: 0.5 * days * 40, random: random)
  }

  public var consumed: Double {
    guard variant != .healthy else { return 0 }
    let share = age / lifeDays
    return rootShare * share.squareRoot() + (1 - rootShare) * share + stepped
  }

  public mutating func nextTrip() -> SimulatedTrip {
    let (km, days, isSeen) = use.next()
    age += days
    if variant == .step && age > 0.4 * lifeDays { stepped = 0.7 }
    if variant == .sensorSwap && age > 0.5 * lifeDays && currentGain == 1 {
      currentGain = use.random.uniform() < 0.5 ? 0.97 : 1.03
    }
    var trip = SimulatedTrip(km: km, days: days, features: .beforeTrip)
    trip.isSeen = isSeen
    used += km * 0.16 / 55
    if used >= chargeAt {
      trip.features.parts.traction.add(window(of: min(used, 0.85)))
      used = 0
      chargeAt = use.random.uniform(0.25...0.7)
    }
    return trip
  }

  private mutating func window(of share: Double) -> CapacityWindow {
    var capacity = newCapacity * (1 - 0.2 * consumed)
    if variant == .seasonal { capacity *= 1 + 0.015 * (use.weather - 11) / 10 }
    let charge = capacity * share * currentGain
    let displayed = share + 0.01 * (use.random.normal() + use.random.normal())
    return CapacityWindow(share: max(0.1, displayed), charge: charge * (1 + 0.004 * use.random.normal()))
  }
}

extension TripFeatures {
  /// Of a trip whose number and times the trial sets.
  static var beforeTrip: TripFeatures {
    let never = Timestamp.unknown
    return TripFeatures(trip: Trip(number: 0, started: never))
  }
}
