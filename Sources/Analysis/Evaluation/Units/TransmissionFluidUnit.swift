// Simulated transmission fluid with known truth.
public import Health
import Pipeline
public import Vocabulary

/// Fluid at 88 Celsius on an average trip, its temperature measured: 91,000 km of life. The calendar is kept out: its
/// end is exact and would flatter.
public struct TransmissionFluidUnit: SimulatedUnit {
  public static let component = ComponentID.transmissionFluid
  public static let parameters: [(name: String, value: Double)] = [("used", 0), ("life_months", 360)]
  public static let variants: [UnitVariant] = [.nominal, .healthy, .wrongPrior, .seasonal, .regimeChange, .gaps]

  /// Ageing on an average trip, over that at 79 Celsius.
  private static let warmth = 1.75

  private var part: CountedPart

  public init(variant: UnitVariant, seed: UInt64) {
    part = CountedPart(variant: variant, seed: seed, life: 160_000 / Self.warmth, scatter: 0.25)
  }

  public mutating func nextTrip() -> SimulatedTrip {
    let day = part.next()
    var features = CountedPart.features
    features.parts.fluid.watchedKm = day.km
    features.parts.fluid.measuredKm = day.km
    features.parts.fluid.warm = Self.warmth * day.severity * day.km
    var trip = SimulatedTrip(km: day.km, days: day.days, features: features)
    trip.isSeen = day.isSeen
    return trip
  }

  public var consumed: Double { part.consumed }

  public mutating func workshop(_ monitor: inout HealthMonitor, at time: Timestamp) {
    if part.isRenewed { monitor.serviced(Self.component, at: time) }
  }
}
