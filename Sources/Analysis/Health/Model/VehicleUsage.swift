// How far the vehicle has gone and how much it is driven: what turns kilometres that are left into days, for all components.
public import Prognostics
import Vocabulary

/// Distance and days of one vehicle, shared by its components.
public struct VehicleUsage: BitwiseCopyable, Sendable {
  /// Distance since Telltale is in this vehicle, km: what it watched, and what the vehicle's odometer counted meanwhile.
  public private(set) var km = 0.0
  /// Of it the last trip, and what passed unseen before that.
  public private(set) var tripKm = 0.0
  public private(set) var unseenKm = 0.0
  /// Kilometres per day, counted only by clocks that can be trusted.
  public private(set) var rate = UsageRate()
  /// Wall nanoseconds of the first and the last trip's end by a trusted clock; 0 before it.
  public private(set) var firstTrusted: Int64 = 0
  public private(set) var lastTrusted: Int64 = 0
  /// Kilometres of a trip, a fading mean over some thirty trips; NaN before the first.
  public private(set) var kmPerTrip = Double.nan
  /// Day number (since 1970) that `kmToday` belongs to.
  private var day: Int64 = 0
  private var kmToday = 0.0

  public init() {}

  /// Counts a trip, and the kilometres before it that nobody watched.
  mutating func add(_ distance: Double, unseen gap: Double, endedAt time: Timestamp) {
    // A distance that is none passes nothing.
    let (tripKm, unseen) = (distance.isFinite ? max(0, distance) : 0, gap.isFinite ? max(0, gap) : 0)
    self.tripKm = tripKm
    unseenKm = unseen
    km += tripKm + unseen
    if tripKm >= 0.1 { kmPerTrip = kmPerTrip.isNaN ? tripKm : kmPerTrip + (tripKm - kmPerTrip) / 30 }
    guard time.quality.isTrusted else { return }
    let today = time.wallNanoseconds / 86_400_000_000_000
    if day == 0 { day = today }
    if firstTrusted == 0 { firstTrusted = time.wallNanoseconds }
    lastTrusted = time.wallNanoseconds
    // A year at the most: a gateway that lay on a shelf must not keep the loop busy.
    if today - day > 366 { day = today - 366 }
    // What passed unseen passed evenly.
    let unseenADay = unseen / Double(max(1, today - day))
    while day < today {
      rate.add(day: kmToday + unseenADay)
      kmToday = 0
      day += 1
    }
    kmToday += tripKm
  }

  /// Counts on from what another version had counted; what is not a distance counts nothing.
  mutating func countOn(km: Double) {
    if km.isFinite && km >= 0 { self.km = km }
  }

  /// Wall nanoseconds now; where the clock cannot be trusted those of the last trip whose clock could. Nothing grows
  /// younger when the clock is lost. 0 while no trusted clock has been seen.
  func wall(at time: Timestamp) -> Int64 { time.quality.isTrusted ? time.wallNanoseconds : lastTrusted }

  /// A remaining life in both units, from ten equally likely distances.
  /// - Parameters:
  ///   - km: at the seven published levels.
  ///   - nodes: the same distribution at `QuantileLevels.ten`, km.
  func life(km: QuantileSet, nodes: InlineArray<10, Double>) -> RemainingUsefulLife {
    RemainingUsefulLife(km: Quantiles(km), days: Quantiles(rate.days(until: nodes)))
  }

  /// A remaining life that counts in days, in both units.
  func life(days: QuantileSet) -> RemainingUsefulLife {
    RemainingUsefulLife(km: Quantiles(rate.usage(until: days)), days: Quantiles(days))
  }
}

extension Quantiles {
  /// From the seven levels in ascending order.
  init(_ q: QuantileSet) {
    self.init(p05: q[0], p10: q[1], p25: q[2], p50: q[3], p75: q[4], p90: q[5], p95: q[6])
  }
}
