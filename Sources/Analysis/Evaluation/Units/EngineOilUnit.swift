// Simulated engine oil with known truth.
public import Health
import Pipeline
public import Vocabulary

/// Oil of 15,000 km whose wear the oil temperature and the revolutions tell. The calendar is kept out: its end is exact
/// and would flatter.
public struct EngineOilUnit: SimulatedUnit {
  public static let component = ComponentID.engineOil
  public static let parameters: [(name: String, value: Double)] = [("used", 0), ("interval_months", 60)]
  public static let variants: [UnitVariant] = [.nominal, .healthy, .wrongPrior, .seasonal, .regimeChange, .gaps]

  private var part: CountedPart

  public init(variant: UnitVariant, seed: UInt64) {
    part = CountedPart(variant: variant, seed: seed, life: 15_000, scatter: 0.10)
  }

  public mutating func nextTrip() -> SimulatedTrip {
    let day = part.next()
    var trip = SimulatedTrip(km: day.km, days: day.days, features: CountedPart.features)
    // Eight ticks stand for the day, the first of them with cold oil, which wears three times as fast; each has the way
    // and the revolutions of an eighth of it in at most 5 s.
    let seconds = min(5, day.km / 50 * 3600 / 8)
    let revolutions = day.severity * day.km * 2100 / (1 + 2.0 / 8)
    for i in 0..<8 {
      var tick = VehicleTick(time: Instant.zero.advanced(seconds: Double(i) * seconds), seconds: seconds)
      tick.speed = day.km / 8 / seconds * 3600
      tick.engineSpeed = revolutions / 8 / seconds * 60
      tick.coolant = i == 0 ? 10 : 88
      tick.oilTemperature = i == 0 ? 10 : 90
      trip.ticks.append(tick)
    }
    trip.isSeen = day.isSeen
    return trip
  }

  public var consumed: Double { part.consumed }

  public mutating func workshop(_ monitor: inout HealthMonitor, at time: Timestamp) {
    if part.isRenewed { monitor.serviced(Self.component, at: time) }
  }
}
