// A thermostat that begins to leak after a while: the coolant stays ever cooler at speed.
import CMath
import Pipeline
public import Vocabulary

/// A cooling system with known truth (PROGNOSTICS 4.4 and 4.15; scatter as measured on real drives).
public struct CoolingUnit: SimulatedUnit {
  public static let component = ComponentID.cooling
  public static let variants: [UnitVariant] = [
    .nominal, .healthy, .wrongPrior, .seasonal, .regimeChange, .gaps, .sensorSwap, .step,
  ]

  private static let kind = EngineFault.Kind(
    life: 13_400, lifeScatter: 0.7, onset: 67_000, already: 0.05, levelScatter: 0.1,
    courses: [0.5, 0, 0.5, 0])
  /// Kelvin below the regulated temperature at failure.
  private static let failureDrop = 11.0

  private var use: EngineUse
  private let fault: EngineFault
  private var noise: DependentNoise
  private let regulated: Double
  /// Kelvin of coolant per kelvin outside.
  private let slope: Double
  private let swapAt: Double
  private let swapOffset: Double

  public init(variant: UnitVariant, seed: UInt64) {
    // Streams of seeds that follow one another are the same but for one draw; those of drawn seeds are not.
    var seeds = SeededDraws(seed: seed)
    var random = SeededDraws(seed: seeds.next())
    fault = EngineFault(CoolingUnit.kind, variant: variant, &random)
    noise = DependentNoise(correlation: 0.5, deviation: 0.59, &random)
    regulated = 87 + 1.5 * random.normal()
    slope = max(0, (variant == .seasonal || variant == .healthy ? 0.09 : 0.02) + 0.01 * random.normal())
    swapAt = variant == .sensorSwap ? fault.middle : .infinity
    swapOffset = 1.5 * random.normal()
    use = EngineUse(variant: variant, middle: fault.middle, random: random)
  }

  public var consumed: Double { fault.consumed(at: use.km) }

  public mutating func nextTrip() -> SimulatedTrip {
    let (km, days, isSeen) = use.next()
    let held = regulated + slope * (use.weather - 15) - CoolingUnit.failureDrop * fault.indicator(at: use.km)
      + (use.km >= swapAt ? swapOffset : 0)
    var features = TripFeatures.beforeTrip
    // Histograms of whole degrees give their median in steps of a fraction.
    features.steadyCoolant = ((held + noise.next(&use.random)) * 4).rounded() / 4
    features.steadySeconds = km > 8 ? km / 50 * 3600 - 500 : 0
    features.standingCoolant = held + 6 + 0.1 * (use.weather - 11) + 1.2 * use.random.normal()
    features.standingSeconds = km > 8 ? 200 : 0
    if use.random.uniform() < 0.5 && use.weather < 35 {
      let seconds = 300 * (1 + 0.2 * use.random.uniform())
      features.warmUpFrom = use.weather
      features.warmUpSeconds = seconds
      features.warmUpAir = (22 * (75 - use.weather) + 1.5 * seconds) * (1 + 0.085 * use.random.normal())
    }
    var trip = SimulatedTrip(km: km, days: days, features: features)
    var tick = VehicleTick(time: .zero, seconds: 5)
    (tick.speed, tick.engineSpeed, tick.coolant, tick.ambientTemperature) = (60, 2000, held, use.weather)
    trip.ticks = [tick]
    trip.isSeen = isSeen
    return trip
  }
}
