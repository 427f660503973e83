// Four hubs of which one becomes loud, with known truth.
import CMath
import Pipeline
public import Vocabulary

/// A bearing that is sound for a while and then becomes four times as loud over some 20,000 km, faster towards the end.
/// Hubs scatter by 15 % from trip to trip, and all of them by 25 % with the road.
public struct WheelBearingsUnit: SimulatedUnit {
  public static let component = ComponentID.wheelBearings
  public static let variants: [UnitVariant] = [.nominal, .healthy, .wrongPrior, .seasonal, .gaps, .sensorSwap, .step]

  public private(set) var consumed = 0.0
  private let variant: UnitVariant
  private var draws: SeededDraws
  private var pattern: TripPattern
  private let onset: Double
  private let course: Double
  private let bend: Double
  private let bad: Int
  private let normal: PerWheel<Double>
  private var road = 0.0
  private var noise: PerWheel<Double> = InlineArray(repeating: 0)
  private var offset = 0.0

  public init(variant: UnitVariant, seed: UInt64) {
    self.variant = variant
    var draws = SeededDraws(seed: seed)
    pattern = TripPattern(&draws)
    onset = draws.uniform(5_000...30_000)
    course = variant == .step ? 1 : 20_000 * exp((variant == .wrongPrior ? 1.3 : 0.6) * draws.normal())
    bend = draws.uniform(1...2)
    bad = Int(draws.uniform(0...3.999))
    normal = InlineArray { _ in 0.5 + 0.2 * draws.normal() }
    self.draws = draws
  }

  public mutating func nextTrip() -> SimulatedTrip {
    let outing = pattern.next(&draws)
    if variant != .healthy { consumed = pow(max(0, pattern.km - onset) / course, bend) }
    if variant == .sensorSwap && pattern.km > onset && offset == 0 { offset = 0.15 * draws.normal() }
    road = 0.5 * road + 0.866 * 0.32 * draws.normal() + (variant == .seasonal ? 0.01 * (10 - outing.ambient) : 0)
    var parts = PartFeatures()
    for wheel in 0..<4 {
      noise[wheel] = 0.3 * noise[wheel] + 0.954 * 0.2 * draws.normal()
      let rise = wheel == bad ? 2 * min(consumed, 1.5) + offset : 0
      for band in 0..<VibrationFeatures.speedBands where draws.uniform() < 0.6 {
        let level = normal[wheel] + 0.8 * Double(band) + road + noise[wheel] + rise + 0.05 * draws.normal()
        parts.vibration.level[wheel * 4 + band] = Float(level)
        parts.vibration.seconds[wheel * 4 + band] = Float(draws.uniform(20...400))
      }
    }
    var result = SimulatedTrip(outing, parts)
    result.isSeen = variant != .gaps || draws.uniform() > 1.0 / 3
    return result
  }
}
