// Transmission fluid: how hot it was over which distance.
import CMath
import Vocabulary

/// What one trip says about the transmission fluid.
public struct FluidFeatures: BitwiseCopyable, Sendable {
  /// Distance over which a temperature was known, km, and the part of it that the fluid's own sensor saw.
  public var watchedKm = 0.0
  public var measuredKm = 0.0
  /// The same distance, each kilometre counted as those at 79 Celsius that age the fluid as much: below 90 Celsius, at
  /// 90 to 110, above 110.
  public var normal = 0.0
  public var warm = 0.0
  public var hot = 0.0

  public init() {}
}

/// Gathers `FluidFeatures` from one tick a second.
struct FluidGatherer: BitwiseCopyable, Sendable {
  private var features = FluidFeatures()
  /// Modelled, where there is no sensor; NaN before the first coolant temperature of a trip.
  private var modelled = Double.nan

  mutating func begin(at stamp: Timestamp) {
    features = FluidFeatures()
    modelled = .nan
  }

  mutating func observe(_ tick: VehicleTick, at stamp: Timestamp, isDriving: Bool) {
    let measured = tick[.transmissionTemperature].flatMap { Self.plausible.contains($0) ? $0 : nil }
    follow(tick)
    let celsius = measured ?? modelled
    guard !celsius.isNaN, let speed = tick.speed, speed < 500 else { return }
    let km = speed * tick.seconds / 3600
    features.watchedKm += km
    if measured != nil { features.measuredKm += km }
    let aged = km * Self.ageing(celsius)
    if celsius > 110 {
      features.hot += aged
    } else if celsius >= 90 {
      features.warm += aged
    } else {
      features.normal += aged
    }
  }

  mutating func take(_ input: FeatureInput, _ value: Double, at time: Instant) {}

  mutating func finish() -> FluidFeatures { features }

  private static let plausible = -50.0...200.0

  /// Oxidation doubles every 20 °F; below 57 Celsius other ageing is left, a quarter of that at 79.
  static func ageing(_ celsius: Double) -> Double { max(0.25, pow(2, (celsius - 79) / 11.1)) }

  /// The fluid is cooled by the radiator: 8 kelvin above the coolant, up to 25 more under the lasting load of grades
  /// and trailers, ten minutes behind.
  private mutating func follow(_ tick: VehicleTick) {
    guard let coolant = tick.coolant, Self.plausible.contains(coolant) else { return }
    if modelled.isNaN { modelled = coolant }
    let load = max(0, min(1, (tick.engineLoad ?? 0) / 100))
    let steady = coolant + 8 + 25 * max(0, load - 0.6) / 0.4
    modelled += (steady - modelled) * (1 - exp(-tick.seconds / 600))
  }
}
