// How many bytes a metered link may carry in a day. Pure: time comes in as a value.
import Vocabulary

/// Counts the bytes of the last 24 hours in hourly buckets.
///
/// It begins empty with the process: what an earlier one sent is not known.
struct DailyBudget: Sendable {
  /// Bytes in 24 hours; nil: as many as there are.
  let limit: Int?
  private var buckets = [Int](repeating: 0, count: 24)
  /// The hour of the monotonic clock that is being filled.
  private var hour: Int64?

  private static let nanosecondsPerHour: Int64 = 3_600_000_000_000

  init(limit: Int?) { self.limit = limit }

  /// Bytes sent in the hour that is being filled and the 23 before it.
  var used: Int { buckets.reduce(0, +) }

  mutating func spend(_ bytes: Int, at now: Int64) {
    turn(to: now)
    buckets[place(of: now)] += bytes
  }

  /// Lets go of hours that are over. Call it before what follows is asked.
  mutating func turn(to now: Int64) {
    let present = now / DailyBudget.nanosecondsPerHour
    guard let past = hour, past < present else {
      hour = hour ?? present
      return
    }
    for step in 1...min(24, present - past) { buckets[Int((past + step) % 24)] = 0 }
    hour = present
  }

  private func place(of now: Int64) -> Int { Int(now / DailyBudget.nanosecondsPerHour % 24) }

  /// The last lane that may send: alerts always, events until the budget is gone, telemetry until four fifths are, so
  /// that a day of driving cannot take the words away from what matters more.
  var lastLane: Lane {
    guard let limit else { return .telemetry }
    if used >= limit { return .alerts }
    return used < limit / 5 * 4 ? .telemetry : .events
  }
}
