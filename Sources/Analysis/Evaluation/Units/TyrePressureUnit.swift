// Four tyres with known truth: all lose some air, one of them more.
import CMath
import Pipeline
public import Vocabulary

/// Tyres filled to 240 kPa: each loses around 2.5 kPa a month, the worst one 2 to 15 more. Thermometers in the wheels
/// step by 1 kelvin and lag behind, the pressure steps by 2.5 kPa; nobody pumps but in the healthy vehicle.
public struct TyrePressureUnit: SimulatedUnit {
  public static let component = ComponentID.tyrePressure
  public static let variants: [UnitVariant] = [
    .nominal, .healthy, .wrongPrior, .seasonal, .regimeChange, .gaps, .sensorSwap, .step,
  ]
  public static let countsInDays = true

  public private(set) var consumed = 0.0
  private let variant: UnitVariant
  private var draws: SeededDraws
  private var pattern: TripPattern
  private var pressures: PerWheel<Double>
  private var losses: PerWheel<Double>
  private var offsets: PerWheel<Double>
  private let bad: Int
  private let filled: Double
  private var pumpIn: Double
  private var hasChanged = false
  private var lag = 0.0

  public init(variant: UnitVariant, seed: UInt64) {
    self.variant = variant
    var draws = SeededDraws(seed: seed)
    pattern = TripPattern(&draws)
    let filled = 240 + 5 * draws.normal()
    let natural = 2.5 * exp(0.3 * draws.normal())
    pressures = InlineArray { _ in filled + 1.5 * draws.normal() }
    losses = InlineArray { _ in natural * exp(0.1 * draws.normal()) }
    // Thermometers differ by a kelvin, gauges by a kilopascal.
    offsets = InlineArray { _ in 1.5 * draws.normal() }
    bad = Int(draws.uniform(0...3.999))
    switch variant {
    case .healthy, .step: break
    case .wrongPrior: losses[bad] += 15 * exp(draws.uniform(0...1.4))
    default: losses[bad] += 2 * exp(draws.uniform(0...2))
    }
    self.filled = filled
    pumpIn = draws.uniform(90...240)
    self.draws = draws
  }

  public mutating func nextTrip() -> SimulatedTrip {
    let outing = pattern.next(&draws)
    for wheel in 0..<4 { pressures[wheel] -= losses[wheel] * outing.days / 30.4375 }
    change(after: outing.days)
    var lowest = Double.infinity
    for wheel in 0..<4 { lowest = min(lowest, pressures[wheel]) }
    consumed = max(0, (filled - lowest) / (0.2 * filled))

    var features = TyreFeatures()
    lag = 0.5 * lag + 0.87 * draws.normal()
    // The air in a tyre that is driven is some 15 kelvin warmer than outside; in summer and winter alike.
    for wheel in 0..<4 {
      let celsius = outing.ambient + min(18, outing.km * 0.8) + 1.5 * draws.normal()
      let absolute = (pressures[wheel] + TyreGas.atmosphere) * (celsius + 273.15) / TyreGas.reference
      let read = (((absolute - TyreGas.atmosphere) + draws.normal()) / 2.5).rounded() * 2.5 + TyreGas.atmosphere
      let told = (celsius + 1.2 * lag + 0.8 * draws.normal()).rounded()
      if variant == .seasonal {
        // Only the air outside is known, and that by a sensor in the warm bumper.
        let cold = (pressures[wheel] + TyreGas.atmosphere) * (outing.ambient + 273.15) / TyreGas.reference
        let step = ((cold - TyreGas.atmosphere) / 2.5).rounded() * 2.5 + TyreGas.atmosphere
        features.pressure[wheel] =
          TyreGas.atReference(step, celsius: outing.ambient + 1.5 * lag + 0.1 * (outing.ambient - 10)) + offsets[wheel]
        features.compensation = .ambient
      } else {
        features.pressure[wheel] = TyreGas.atReference(read, celsius: told) + offsets[wheel]
      }
    }
    var parts = PartFeatures()
    parts.tyre = features
    var result = SimulatedTrip(outing, parts)
    result.isSeen = variant != .gaps || draws.uniform() > 1.0 / 3
    return result
  }

  private mutating func change(after days: Double) {
    switch variant {
    case .healthy:
      pumpIn -= days
      guard pumpIn <= 0 else { return }
      pumpIn = draws.uniform(90...240)
      for wheel in 0..<4 { pressures[wheel] = filled + 3 * draws.normal() }
    case .regimeChange where !hasChanged && consumed > 0.4:
      hasChanged = true
      losses[bad] *= draws.uniform() < 0.5 ? 0.5 : 2
    case .sensorSwap where !hasChanged && consumed > 0.4:
      hasChanged = true
      offsets[bad] = 5 * draws.normal()
    case .step where !hasChanged && pattern.day > pumpIn:
      hasChanged = true
      pressures[bad] = filled * 0.75
    default: break
    }
  }
}
