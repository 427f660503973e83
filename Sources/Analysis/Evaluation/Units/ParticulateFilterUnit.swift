// A particulate filter that ash fills.
import CMath
import Pipeline
public import Vocabulary

/// Resistance after a regeneration grows evenly to twice that of the clean filter over some 105,000 km; the filter
/// regenerates every 450 km or so, and sooner the fuller of ash it is.
public struct ParticulateFilterUnit: SimulatedUnit {
  public static let component = ComponentID.particulateFilter
  public static let parameters: [(name: String, value: Double)] = [("used_km", 0)]
  public static let variants: [UnitVariant] = [
    .nominal, .healthy, .wrongPrior, .seasonal, .regimeChange, .gaps, .sensorSwap,
  ]

  private var use: EngineUse
  private var noise: DependentNoise
  private let variant: UnitVariant
  private let lifeKm: Double
  private let exponent: Double
  private let base: Double
  private let clean: Double
  private var km = 0.0
  private var sensorOffset = 0.0
  private var sinceRegeneration = 0.0
  private var regenerateAt = 450.0
  private var level = 0.0

  public init(variant: UnitVariant, seed: UInt64) {
    var random = SeededDraws(seed: seed)
    var life = 105_000 * exp(0.35 * random.normal())
    if variant == .wrongPrior { life *= random.uniform() < 0.5 ? 0.5 : 2 }
    lifeKm = life
    exponent = random.uniform() < 0.7 ? 1 : 2
    base = 0.05 * random.normal()
    clean = 3 * exp(0.4 * random.normal())
    noise = DependentNoise(correlation: 0.3, deviation: 0.10, &random)
    self.variant = variant
    use = EngineUse(variant: variant, middle: 0.5 * life, random: random)
  }

  public var consumed: Double { variant == .healthy ? 0 : pow(km / lifeKm, exponent) }

  public mutating func nextTrip() -> SimulatedTrip {
    let (length, days, isSeen) = use.next()
    km += length
    if variant == .sensorSwap && km > 0.5 * lifeKm && sensorOffset == 0 {
      sensorOffset = use.random.uniform() < 0.5 ? 0.2 : -0.2
    }
    var trip = SimulatedTrip(km: length, days: days, features: .beforeTrip)
    trip.isSeen = isSeen
    sinceRegeneration += length
    if sinceRegeneration >= regenerateAt {
      if use.random.uniform() < 0.08 {
        trip.features.parts.exhaust.failedRegenerations = 1
        regenerateAt += 40
      } else {
        trip.features.parts.exhaust.regenerations = 1
        trip.features.parts.exhaust.regenerationDistance = sinceRegeneration
        sinceRegeneration = 0
        regenerateAt = 450 * (1 - 0.35 * min(1.2, consumed)) * exp(0.3 * use.random.normal())
        level = base + noise.next(&use.random)
      }
    }
    if sinceRegeneration <= 50 { trip.features.parts.exhaust.cleanResistance = resistance() }
    return trip
  }

  /// What drives after the same regeneration have in common is the scatter between ticks; they differ by little.
  private mutating func resistance() -> Double {
    var way = consumed + level + sensorOffset + 0.05 * use.random.normal()
    if variant == .seasonal { way += 0.08 * (use.weather - 11) / 10 }
    return clean * max(0.1, 1 + way)
  }
}
