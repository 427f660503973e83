// How old a part or fluid is, for those that a calendar limits.
import Prognostics
import Vocabulary

/// The age of a part by clocks that can be trusted.
struct CalendarAge: BitwiseCopyable {
  static let daysPerMonth = 30.4375

  /// Wall nanoseconds from which age counts; 0 while no trusted clock was seen.
  private(set) var from: Int64 = 0
  /// Whether the part's past is known: somebody told its date or its wear, or it was replaced under Telltale's eyes.
  private(set) var isKnown: Bool
  /// The date that the configuration told, in wall nanoseconds; 0 for none.
  private let told: Int64
  /// Wall nanoseconds of the first trip's end by a trusted clock; 0 before it.
  private var firstTrusted: Int64 = 0

  /// - Parameters:
  ///   - date: wall seconds at which it was new.
  ///   - isWearKnown: its wear stands for its age where there is no date.
  init(date: Double?, isWearKnown: Bool) {
    isKnown = date != nil || isWearKnown
    told = date.map { Int64($0 * 1e9) } ?? 0
    from = told
  }

  /// Takes over the state of an earlier run; a date that the configuration tells only now holds against it.
  mutating func restore(_ earlier: CalendarAge) {
    let isNews = told > 0 && told != earlier.told
    from = isNews ? told : earlier.from
    isKnown = isKnown || earlier.isKnown
    firstTrusted = earlier.firstTrusted
  }

  /// The first trusted clock dates a part of which no date is known: as old as it is worn.
  mutating func begin(at time: Timestamp, monthsByWear: Double) {
    guard time.quality.isTrusted, firstTrusted == 0 else { return }
    firstTrusted = time.wallNanoseconds
    if from == 0 { date(time.wallNanoseconds, monthsByWear) }
  }

  /// A measurement told how worn it is: where no date is known it is as old as that.
  mutating func measured(at time: Timestamp, monthsByWear: Double, _ usage: VehicleUsage) {
    let now = usage.wall(at: time)
    guard !isKnown, now > 0 else { return }
    date(now, monthsByWear)
    isKnown = true
  }

  /// New, at `time`; without any clock so far, from the first that comes.
  mutating func replace(at time: Timestamp, _ usage: VehicleUsage) {
    from = usage.wall(at: time)
    if from == 0 { firstTrusted = 0 }
    isKnown = true
  }

  private mutating func date(_ wall: Int64, _ months: Double) {
    from = max(1, wall - Int64(months * CalendarAge.daysPerMonth * 86_400e9))
  }

  /// Age in months; 0 while no trusted clock has been seen. Nothing grows younger when the clock is lost: then it is as
  /// old as at the last trip whose clock could be trusted.
  func months(at time: Timestamp, _ usage: VehicleUsage) -> Double {
    let now = usage.wall(at: time)
    guard from > 0, now > 0 else { return 0 }
    return max(0, Double(now &- from) / 86_400e9 / CalendarAge.daysPerMonth)
  }

  /// Days that it had been in use when Telltale came; 0 where it has no date or was new.
  var daysBefore: Double {
    from > 0 && firstTrusted > from ? Double(firstTrusted &- from) / 86_400e9 : 0
  }

  // MARK: What outlives versions

  /// Wall seconds at which it was new; NaN while not known.
  var counter: Double { isKnown && from > 0 ? Double(from) / 1e9 : .nan }

  mutating func restore(counter: Double) {
    // From 1970 to 2100.
    guard (1...4_102_444_800).contains(counter) else { return }
    from = Int64(counter * 1e9)
    isKnown = true
  }
}

extension CountedWear {
  /// The life that is left of a part that both wear and the calendar end.
  func life(_ age: CalendarAge, months: Double, limit: Double, _ usage: VehicleUsage) -> RemainingUsefulLife {
    let left = remaining(before: unknownWear(age, usage))
    // The calendar's limit is sharp in days; in kilometres it is as wide as the use.
    let daysLeft = max(0, (limit - months) * CalendarAge.daysPerMonth)
    return RemainingUsefulLife(
      km: Quantiles(earlier(left.km, usage.rate.usage(within: daysLeft))),
      days: Quantiles(earlier(usage.rate.days(until: left.nodes), QuantileSet(repeating: daysLeft))))
  }

  /// How much may have been worn before Telltale came, 0...1. Anything, unless somebody said. With the date alone: up
  /// to twice what the present use would have worn since.
  private func unknownWear(_ age: CalendarAge, _ usage: VehicleUsage) -> Double {
    if isKnown { return 0 }
    if !age.isKnown { return 1 }
    return min(1, 2 * age.daysBefore * usage.rate.mean * odometer.rate.mean)
  }
}
