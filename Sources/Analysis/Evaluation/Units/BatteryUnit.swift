// Simulated 12 V batteries: a resistance that doubles over the years, seen at engine starts.
import CMath
import Health
import Pipeline
public import Vocabulary

/// A battery whose resistance rises in a line, a square or a cube until it has about doubled. Its life and failure
/// level scatter as the specification says of batteries; each start is seen with its noise, in the seasons, at a charge
/// that nobody tells. Half of the vehicles have a current sensor, the others know only the voltage.
public struct BatteryUnit: SimulatedUnit {
  public static var component: ComponentID { .battery }
  public static var variants: [UnitVariant] { UnitVariant.allCases }
  public static var countsInDays: Bool { true }

  private var draws: SeededDraws
  private var pattern: TripPattern
  private let variant: UnitVariant
  private let hasCurrentSensor: Bool
  /// Days from new to failed.
  private let life: Double
  /// Of the course from new to failed: a line, a square or a cube.
  private let power: Double
  /// As new, mOhm.
  private let resistance: Double
  /// Rise of the resistance at which this battery has failed.
  private let failureRise: Double
  private let temperatureCoefficient: Double
  private let stepShare: Double
  private var hasChangedUse = false
  public private(set) var consumed = 0.0

  public init(variant: UnitVariant, seed: UInt64) {
    self.init(variant: variant, seed: seed, hasCurrentSensor: seed % 2 == 0)
  }

  public init(variant: UnitVariant, seed: UInt64, hasCurrentSensor: Bool) {
    // Streams of seeds that follow one another are the same but for one draw; those of drawn seeds are not.
    var seeds = SeededDraws(seed: seed)
    draws = SeededDraws(seed: seeds.next())
    pattern = TripPattern(&draws)
    self.variant = variant
    self.hasCurrentSensor = hasCurrentSensor
    let wrong = variant == .wrongPrior ? (draws.uniform() < 0.5 ? 0.5 : 2) : 1
    life = 1_680 * exp(0.35 * draws.normal()) * wrong
    power = (draws.uniform() * 3).rounded(.down) + 1
    resistance = 5.5 * exp(0.08 * draws.normal())
    failureRise = 1 + 0.10 * draws.normal()
    temperatureCoefficient =
      0.010 * exp(0.1 * draws.normal()) + (variant == .seasonal ? 0.005 : 0) - (hasCurrentSensor ? 0 : 0.002)
    stepShare = draws.uniform(0.2...0.6)
  }

  public mutating func nextTrip() -> SimulatedTrip {
    let outing = pattern.next(&draws)
    age()
    if variant == .regimeChange && consumed > 0.5 && !hasChangedUse {
      hasChangedUse = true
      pattern.intensity *= draws.uniform() < 0.5 ? 0.5 : 2
    }
    var parts = PartFeatures()
    parts.crank = start(restHours: max(0, outing.days * 24 - outing.km / 50), celsius: outing.ambient)
    var trip = SimulatedTrip(outing, parts)
    trip.isSeen = variant != .gaps || draws.uniform() > 1.0 / 3
    return trip
  }

  private mutating func age() {
    let share = pattern.day / life
    switch variant {
    case .healthy: consumed = 0
    case .step where share >= stepShare: consumed = 1.2
    default: consumed = pow(share, power)
    }
  }

  private mutating func start(restHours: Double, celsius: Double) -> CrankFeatures {
    var crank = CrankFeatures()
    let charge = min(1, 0.85 + 0.06 * draws.normal())
    var milliohms = resistance * (1 + failureRise * consumed) * (1 + 0.25 * (1 - charge))
      * exp(-temperatureCoefficient * (celsius - 25))
    if variant == .sensorSwap && consumed > 0.5 { milliohms *= 0.92 }
    crank.restHours = restHours
    crank.sampleRate = 100
    crank.voltageBefore = 12.4 + 0.1 * draws.normal()
    crank.meanTemperature = celsius + 5
    if hasCurrentSensor {
      let measured = milliohms * (1 + 0.05 * draws.normal())
      crank.current = 180 * exp(0.05 * draws.normal())
      crank.resistance = measured
      crank.voltageDrop = measured * crank.current / 1000
      crank.temperature = celsius
    } else {
      crank.voltageDrop = milliohms * 0.18 * (1 + 0.13 * draws.normal())
      // Nobody knows how warm a battery is shortly after a trip.
      if restHours >= 4 { crank.temperature = celsius }
    }
    crank.lowestVoltage = crank.voltageBefore - 1.5 * crank.voltageDrop
    return crank
  }
}
