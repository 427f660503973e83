// Tyres that wear with distance, and whose radius satellites show, with known truth.
import CMath
import Pipeline
public import Vocabulary

/// New tyres that last around 45,000 km, the front ones a fifth less than the rear; wear is nearly in proportion to
/// distance. The radius scatters by 12 % of its whole loss over 500 km, with a correlation of 0.4, and by its own fit.
public struct TyreTreadUnit: SimulatedUnit {
  public static let component = ComponentID.tyreTread
  public static let parameters: [(name: String, value: Double)] = [("used", 0)]
  public static let variants: [UnitVariant] = [.nominal, .healthy, .wrongPrior, .seasonal, .regimeChange, .gaps]

  public private(set) var consumed = 0.0
  private let variant: UnitVariant
  private var draws: SeededDraws
  private var pattern: TripPattern
  private let life: Double
  private let bend: Double
  private let rearShare: Double
  private var km = 0.0
  private var paceKm = 0.0
  private var noise: InlineArray<2, Double> = [0, 0]
  private var noiseKm = 0.0
  private let isFast: Bool

  public init(variant: UnitVariant, seed: UInt64) {
    self.variant = variant
    var draws = SeededDraws(seed: seed)
    pattern = TripPattern(&draws)
    var life = 45_000 * exp(0.35 * draws.normal())
    isFast = draws.uniform() < 0.5
    if variant == .wrongPrior { life *= isFast ? 0.5 : 2 }
    if variant == .healthy { life = 300_000 }
    self.life = life
    bend = exp(0.05 * draws.normal())
    rearShare = draws.uniform(0.7...0.95)
    self.draws = draws
  }

  public mutating func nextTrip() -> SimulatedTrip {
    let outing = pattern.next(&draws)
    km += outing.km
    let pace = variant == .regimeChange && consumed > 0.45 ? (isFast ? 2 : 0.5) : 1
    paceKm += outing.km * pace
    consumed = pow(paceKm / life, bend)

    // One draw for each 500 km, and a smaller one for each trip.
    noiseKm += outing.km
    if noiseKm >= 500 {
      noiseKm = 0
      for axle in 0..<2 { noise[axle] = 0.4 * noise[axle] + 0.9165 * 0.11 * draws.normal() }
    }
    var parts = PartFeatures()
    // Town and country: two trips of five have a stretch that is long, straight and steady.
    if draws.uniform() < 0.4 && outing.km > 15 {
      let season = variant == .seasonal ? 0.08 * (outing.ambient - 10) / 10 : 0
      for axle in 0..<2 {
        let wear = consumed * (axle == 0 ? 1 : rearShare)
        let shown = wear + noise[axle] + 0.1 * draws.normal() + season
        parts.tyre.radius[axle] = (axle == 0 ? 1.012 : 1.004) * (1 - 0.02 * shown)
        parts.tyre.radiusKm[axle] = outing.km * 0.4
      }
    }
    var result = SimulatedTrip(outing, parts)
    result.isSeen = variant != .gaps || draws.uniform() > 1.0 / 3
    return result
  }
}
