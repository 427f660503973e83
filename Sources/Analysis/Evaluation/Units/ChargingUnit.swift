// Simulated generators: sound for long, then a voltage that sags until the battery is no longer charged.
import CMath
import Health
import Pipeline
public import Vocabulary

/// A generator that sags after an onset, in a line or ever faster, from the vehicle's own voltage to 12.8 V. Drives
/// scatter as real ones do (.117 V, and the neighbours hang together), in the seasons.
public struct ChargingUnit: SimulatedUnit {
  public static var component: ComponentID { .charging }
  public static var variants: [UnitVariant] { UnitVariant.allCases }

  private var draws: SeededDraws
  private var pattern: TripPattern
  private let variant: UnitVariant
  /// Kilometres before the onset, and from there to the failure.
  private let onset: Double
  private let decline: Double
  private let isAccelerating: Bool
  private let atThirty: Double
  private let slope: Double
  private let stepKm: Double
  private var noise = 0.0
  private var hasChangedUse = false
  public private(set) var consumed = 0.0

  public init(variant: UnitVariant, seed: UInt64) {
    // Streams of seeds that follow one another are the same but for one draw; those of drawn seeds are not.
    var seeds = SeededDraws(seed: seed)
    draws = SeededDraws(seed: seeds.next())
    pattern = TripPattern(&draws)
    self.variant = variant
    let wrong = variant == .wrongPrior ? (draws.uniform() < 0.5 ? 0.5 : 2) : 1
    // The exponential law of a constant hazard, after the first months with a sound generator.
    onset = 4_000 - 53_600 * log(1 - draws.uniform())
    decline = 8_000 * exp(0.8 * draws.normal()) * wrong
    isAccelerating = draws.uniform() < 0.5
    atThirty = 13.98 + 0.1 * draws.normal()
    slope = -0.0134 * (1 + 0.2 * draws.normal())
    stepKm = draws.uniform(5_000...40_000)
  }

  public mutating func nextTrip() -> SimulatedTrip {
    let outing = pattern.next(&draws)
    decay()
    if variant == .regimeChange && consumed > 0.3 && !hasChangedUse {
      hasChangedUse = true
      pattern.intensity *= draws.uniform() < 0.5 ? 0.5 : 2
    }
    var trip = SimulatedTrip(outing, PartFeatures())
    noise = 0.3 * noise + 0.117 * (1 - 0.3 * 0.3).squareRoot() * draws.normal()
    let sound = atThirty + slope * (outing.ambient - 30)
    var volts = sound - consumed * (sound - 12.8) + noise
    if variant == .seasonal { volts += 0.08 * (outing.ambient < 10 ? 1 : -1) }
    if variant == .sensorSwap && consumed > 0.4 { volts += 0.1 }
    trip.features.runningVoltage = (volts * 50).rounded() / 50
    trip.features.voltageSeconds = max(0, outing.km * 72 - 60)
    trip.features.voltageTemperature = outing.ambient
    trip.isSeen = variant != .gaps || draws.uniform() > 1.0 / 3
    return trip
  }

  private mutating func decay() {
    switch variant {
    case .healthy: consumed = 0
    case .step: consumed = pattern.km >= stepKm ? 1.1 : 0
    default:
      let share = max(0, pattern.km - onset) / decline
      consumed = isAccelerating ? expm1(2.54 * share) / expm1(2.54) : share
    }
  }
}
