// A recirculation valve that clogs.
import CMath
import Pipeline
public import Vocabulary

/// After an onset the mean error of the demand grows to 30 % within some 20,000 km, evenly or ever faster.
public struct ExhaustRecirculationUnit: SimulatedUnit {
  public static let component = ComponentID.exhaustRecirculation
  public static let variants: [UnitVariant] = [
    .nominal, .healthy, .wrongPrior, .seasonal, .regimeChange, .gaps, .sensorSwap, .step,
  ]

  private var use: EngineUse
  private var noise: DependentNoise
  private let variant: UnitVariant
  private let onsetKm: Double
  private let durationKm: Double
  private let exponent: Double
  private let direction: Double
  private let own: Double
  private var km = 0.0
  private var stepped = 0.0
  private var sensorOffset = 0.0

  public init(variant: UnitVariant, seed: UInt64) {
    var random = SeededDraws(seed: seed)
    var duration = 20_000 * exp(0.5 * random.normal())
    if variant == .wrongPrior { duration *= random.uniform() < 0.5 ? 0.5 : 2 }
    durationKm = duration
    onsetKm = duration * random.uniform(0.25...1.5)
    exponent = random.uniform() < 0.5 ? 1 : 2
    direction = random.uniform() < 0.7 ? -1 : 1
    own = 1.5 * random.normal()
    // A value of the trend is the mean of five drives that hang together: its scatter is then 0.15 of the range.
    noise = DependentNoise(correlation: 0.3, deviation: 0.15 * 30 / 0.57, &random)
    self.variant = variant
    use = EngineUse(variant: variant, middle: onsetKm + 0.5 * duration, random: random)
  }

  public var consumed: Double {
    guard variant != .healthy, km > onsetKm else { return stepped }
    return pow((km - onsetKm) / durationKm, exponent) + stepped
  }

  public mutating func nextTrip() -> SimulatedTrip {
    let (length, days, isSeen) = use.next()
    km += length
    if variant == .step && km > onsetKm { stepped = 1 }
    if variant == .sensorSwap && km > onsetKm && sensorOffset == 0 {
      sensorOffset = use.random.uniform() < 0.5 ? 5 : -5
    }
    var trip = SimulatedTrip(km: length, days: days, features: .beforeTrip)
    trip.isSeen = isSeen
    var error = own + direction * 30 * consumed + sensorOffset + noise.next(&use.random)
    if variant == .seasonal { error += 2.4 * (use.weather - 11) / 10 }
    // A drive that is too short or too cold has no steady demand.
    if length > 8 || use.weather > 5 { trip.features.parts.exhaust.recirculationError = max(-98, min(98, error)) }
    return trip
  }
}
