// An air filter that clogs, seen at full throttle, with known truth.
import CMath
public import Health
import Pipeline
public import Vocabulary

/// A new filter that lasts around 34,000 km, and four years at most; its resistance quadruples in proportion to distance or faster. Two trips
/// of five have some seconds at high flow; a week's mean scatters by a tenth of the whole way and a tenth of itself,
/// with a correlation of 0.3. Its own first weeks are all that the model knows of a clean filter.
public struct AirFilterUnit: SimulatedUnit {
  public static let component = ComponentID.airFilter
  public static let parameters: [(name: String, value: Double)] = [("used", 0)]
  public static let variants: [UnitVariant] = [.nominal, .healthy, .wrongPrior, .seasonal, .regimeChange, .gaps, .step]

  public private(set) var consumed = 0.0
  private let variant: UnitVariant
  private var draws: SeededDraws
  private var pattern: TripPattern
  private let life: Double
  private let bend: Double
  private let isFast: Bool
  private let stepAt: Double
  private var paceKm = 0.0
  private var installed = 0.0
  private var isReplaced = false
  private var weekNoise = 0.0
  private var week = 0.0
  private let clean: Double

  public init(variant: UnitVariant, seed: UInt64) {
    self.variant = variant
    var draws = SeededDraws(seed: seed)
    pattern = TripPattern(&draws)
    var life = 34_000 * exp(0.5 * draws.normal())
    isFast = draws.uniform() < 0.5
    bend = draws.uniform() < 0.65 ? 1 : draws.uniform(1.2...2)
    if variant == .wrongPrior { life *= isFast ? 0.5 : 1.6 }
    // The owner of the healthy vehicle replaces the filter at every 15,000 km, and says so.
    if variant == .healthy { life = 34_000 }
    self.life = life
    stepAt = draws.uniform(0.1...0.4)
    clean = 1.2 * exp(0.2 * draws.normal())
    self.draws = draws
  }

  public mutating func nextTrip() -> SimulatedTrip {
    let outing = pattern.next(&draws)
    paceKm += outing.km * (variant == .regimeChange && consumed > 0.45 ? (isFast ? 2 : 0.5) : 1)
    if variant == .healthy && paceKm > 15_000 { (paceKm, installed, isReplaced) = (0, pattern.day, true) }
    let dirt = pow(paceKm / life, bend)
    consumed = max(dirt, (pattern.day - installed) / (4 * 365.25))
    // Leaves, snow or a cloth in the intake.
    let blocked = variant == .step && dirt > stepAt ? max(dirt, 1.6) : dirt
    consumed = max(consumed, blocked)

    if pattern.day - week > 7 {
      week = pattern.day
      weekNoise = 0.3 * weekNoise + 0.954 * draws.normal()
    }
    var parts = PartFeatures()
    if draws.uniform() < 0.4 {
      let season = variant == .seasonal ? 0.12 * (outing.ambient - 10) / 10 : 0
      let noise = 0.8 * weekNoise + draws.normal()
      let shown = (1 + 3 * blocked) * (1 + 0.1 * noise + season) + 0.3 * noise
      parts.airPath.resistance = max(0.1, clean * shown)
      parts.airPath.resistanceSeconds = draws.uniform(6...20)
      parts.airPath.resistanceSource = .restrictionSensor
      parts.airPath.peakRestriction = 1.4 * (1 + 3 * blocked) * draws.uniform(0.8...1)
    }
    var result = SimulatedTrip(outing, parts)
    result.isSeen = variant != .gaps || draws.uniform() > 1.0 / 3
    return result
  }

  public mutating func workshop(_ monitor: inout HealthMonitor, at time: Timestamp) {
    guard isReplaced else { return }
    monitor.serviced(Self.component, at: time)
    isReplaced = false
  }
}
