// A fuel system that goes lean or rich after a while, at idle, under load or on one bank.
import CMath
import Pipeline
public import Vocabulary

/// A fuel system with known truth (PROGNOSTICS 4.8 and 4.15; scatter and autocorrelation as measured on real drives).
public struct FuelSystemUnit: SimulatedUnit {
  public static let component = ComponentID.fuelSystem
  public static let variants: [UnitVariant] = [
    .nominal, .healthy, .wrongPrior, .seasonal, .regimeChange, .gaps, .sensorSwap, .step,
  ]

  private static let kind = EngineFault.Kind(
    life: 16_000, lifeScatter: 0.5, onset: 16_000, already: 0.3, levelScatter: 0.05,
    courses: [0.35, 0.2, 0.3, 0.15])
  private static let limit = 20.0
  /// How a fault shows at idle, at cruise and under load, and between the banks: a leak behind the throttle, a weak
  /// pump or air-flow sensor, fuel pressure, one bank's injectors.
  private static let patterns: [(ranges: InlineArray<3, Double>, bank: Double)] = [
    ([1, 0.5, 0.2], 0), ([0.3, 0.6, 1], 0), ([1, 1, 1], 0), ([0.5, 0.5, 0.5], 1),
  ]

  private var use: EngineUse
  private let fault: EngineFault
  private var noise: DependentNoise
  private var rangeOffsets: InlineArray<3, Double> = [0, 0, 0]
  private let pattern: Int
  private let direction: Double
  private let hasTwoBanks: Bool
  private let season: Double
  private let swapAt: Double
  private let swapOffset: Double

  public init(variant: UnitVariant, seed: UInt64) {
    // Streams of seeds that follow one another are the same but for one draw; those of drawn seeds are not.
    var seeds = SeededDraws(seed: seed)
    var random = SeededDraws(seed: seeds.next())
    fault = EngineFault(FuelSystemUnit.kind, variant: variant, &random)
    noise = DependentNoise(correlation: 0.52, deviation: 2.18, &random)
    let offset = 2.5 * random.normal()
    for i in 0..<3 { rangeOffsets[i] = max(-6, min(6, offset + 1.5 * random.normal())) }
    hasTwoBanks = random.uniform() < 0.4
    pattern = Int(random.uniform() * (hasTwoBanks ? 4 : 3))
    direction = random.uniform() < 0.75 ? 1 : -1
    season = variant == .seasonal || variant == .healthy ? 2 : 0
    swapAt = variant == .sensorSwap ? fault.middle : .infinity
    swapOffset = 2 * random.normal()
    use = EngineUse(variant: variant, middle: fault.middle, random: random)
  }

  public var consumed: Double { fault.consumed(at: use.km) }

  public mutating func nextTrip() -> SimulatedTrip {
    let (km, days, isSeen) = use.next()
    let (ranges, bank) = FuelSystemUnit.patterns[pattern]
    // The worst range of the worse bank goes from its own offset to the limit.
    var worst = 0
    for i in 1..<3 where ranges[i] > ranges[worst] { worst = i }
    let way = FuelSystemUnit.limit - direction * rangeOffsets[worst]
    let shift = direction * way * fault.indicator(at: use.km)
    let common = noise.next(&use.random) + (use.km >= swapAt ? swapOffset : 0) + season * (use.weather - 11) / 10
    var features = TripFeatures.beforeTrip
    let length = km / 50 * 3600
    let shares: InlineArray<3, Double> = [0.12, 0.6, 0.06]
    for i in 0..<3 {
      features.parts.trim.trim[i] = rangeOffsets[i] + ranges[i] * shift + common + 0.8 * use.random.normal()
      features.parts.trim.seconds[i] = shares[i] * length * use.random.uniform(0.3...1)
    }
    if hasTwoBanks { features.parts.trim.bankDifference = bank * shift + 0.7 * use.random.normal() }
    var trip = SimulatedTrip(km: km, days: days, features: features)
    trip.isSeen = isSeen
    return trip
  }
}
