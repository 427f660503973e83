// An air-flow sensor that reads less and less, with known truth.
import CMath
import Pipeline
public import Vocabulary

/// A sensor that is sound for a while and then loses a fifth of its reading over some 25,000 km, or gains it. A trip's
/// deviation scatters by 2 %, with a correlation of 0.5, each cell of the grid by 2 % more; the fuel trim makes up for
/// it.
public struct AirFlowSensorUnit: SimulatedUnit {
  public static let component = ComponentID.airFlowSensor
  public static let variants: [UnitVariant] = [.nominal, .healthy, .wrongPrior, .seasonal, .gaps, .sensorSwap, .step]

  public private(set) var consumed = 0.0
  private let variant: UnitVariant
  private var draws: SeededDraws
  private var pattern: TripPattern
  private let onset: Double
  private let course: Double
  private let sign: Double
  private var offset = 0.0
  private var noise = 0.0
  private let cells: InlineArray<16, Float>

  public init(variant: UnitVariant, seed: UInt64) {
    self.variant = variant
    var draws = SeededDraws(seed: seed)
    pattern = TripPattern(&draws)
    onset = draws.uniform(3_000...20_000)
    course = variant == .step ? 1 : 25_000 * exp((variant == .wrongPrior ? 1 : 0.4) * draws.normal())
    sign = draws.uniform() < 0.8 ? -1 : 1
    cells = InlineArray { _ in Float(0.5 + 0.1 * draws.normal()) }
    self.draws = draws
  }

  public mutating func nextTrip() -> SimulatedTrip {
    let outing = pattern.next(&draws)
    if variant != .healthy { consumed = max(0, pattern.km - onset) / course }
    if variant == .sensorSwap && pattern.km > onset && offset == 0 { offset = 0.04 * draws.normal() }
    noise = 0.5 * noise + 0.866 * draws.normal()
    let season = variant == .seasonal ? 0.02 * (outing.ambient - 10) / 10 : 0
    let shift = sign * 0.2 * min(consumed, 1.5) + 0.02 * noise + season + offset
    var parts = PartFeatures()
    for cell in 0..<16 where draws.uniform() < 0.5 {
      parts.airPath.airFlow[cell] = cells[cell] + Float(log(1 + shift) + 0.02 * draws.normal())
      parts.airPath.airFlowSeconds[cell] = Float(draws.uniform(5...90))
    }
    parts.airPath.airFlowTrim = -60 * shift + 2 * draws.normal()
    var result = SimulatedTrip(outing, parts)
    result.isSeen = variant != .gaps || draws.uniform() > 1.0 / 3
    return result
  }
}
