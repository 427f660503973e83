// How many bytes a metered link may carry in a day, over all processes of that day. Pure: time comes in as a value.
import Vocabulary

/// Counts the bytes of the last 24 hours by the hour: the one that is being filled and the 23 before it.
///
/// Hours are counted on the clock that runs on in suspend, so that nobody who sets a wall clock changes them. Between
/// two boots the wall clock counts where it could be trusted at both; where it could not, only what has surely passed
/// does, until it comes right. So what is spent is forgotten later rather than earlier, and after 24 hours of running
/// at the latest.
struct DailyBudget: Sendable {
  /// Bytes in 24 hours; nil: as many as there are.
  let limit: Int?
  /// Newest hour first. What earlier processes spent stands apart as long as its age is not known exactly.
  private var own = [Int](repeating: 0, count: SpentBytes.day)
  private var earlier = [Int](repeating: 0, count: SpentBytes.day)
  /// Nanoseconds since the newest hour began.
  private var phase: Int64 = 0
  /// The uptime up to which time has been counted.
  private var counted: Int64
  /// What the earlier processes left, as long as the age of that is not known exactly; and the time counted since then.
  private var left: (note: SpentBytes, passed: Int64)?
  /// Spent since the last note; nil before the first of this process.
  private var unsaved: Int?

  /// - Parameter earlier: what the process before kept.
  init(limit: Int?, earlier: SpentBytes? = nil, at now: Timestamp) {
    self.limit = limit
    counted = now.uptime.nanoseconds
    guard let earlier else { return }
    for (hour, bytes) in earlier.hours.prefix(SpentBytes.day).enumerated() { self.earlier[hour] = bytes }
    phase = earlier.phase
    let age = earlier.age(at: now)
    pass(age.nanoseconds)
    if !age.isExact { left = (earlier, age.nanoseconds) }
  }

  /// Bytes sent in the hour that is being filled and the 23 before it.
  var used: Int { own.reduce(0, +) + earlier.reduce(0, +) }

  mutating func spend(_ bytes: Int, at now: Timestamp) {
    turn(to: now)
    own[0] += bytes
    unsaved? += bytes
  }

  /// Lets go of hours that are over. Call it before what follows is asked.
  mutating func turn(to now: Timestamp) {
    let step = max(0, now.uptime.nanoseconds - counted)
    counted = max(counted, now.uptime.nanoseconds)
    pass(step)
    guard let (note, passed) = left else { return }
    left?.passed = passed + step
    let age = note.age(at: now)
    guard age.isExact else { return }
    left = nil
    // Only what was spent before is older than it seemed. By whole hours: the rest of one counts as not passed.
    earlier = DailyBudget.older(earlier, by: (age.nanoseconds - passed - step) / SpentBytes.hour)
  }

  private mutating func pass(_ nanoseconds: Int64) {
    let (hours, rest) = (phase + nanoseconds).quotientAndRemainder(dividingBy: SpentBytes.hour)
    phase = rest
    guard hours > 0 else { return }
    own = DailyBudget.older(own, by: hours)
    earlier = DailyBudget.older(earlier, by: hours)
  }

  private static func older(_ buckets: [Int], by hours: Int64) -> [Int] {
    let shift = Int(min(max(0, hours), Int64(SpentBytes.day)))
    return [Int](repeating: 0, count: shift) + buckets.dropLast(shift)
  }

  /// The last lane that may send: alerts always, events until the budget is gone, telemetry until four fifths are, so
  /// that a day of driving cannot take the words away from what matters more.
  var lastLane: Lane {
    guard let limit else { return .telemetry }
    if used >= limit { return .alerts }
    return used < limit / 5 * 4 ? .telemetry : .events
  }

  // MARK: Notes for the next process.

  /// A hundredth of the limit: what is spent between two notes.
  private var share: Int { max(1, (limit ?? 0) / 100) }

  /// The note to keep now; nil while the last one will do, or without a limit.
  ///
  /// It holds a hundredth of the limit more than is spent: a process that is killed has spent no more than its last
  /// note says, but for what went while that was being stored.
  mutating func note(at now: Timestamp) -> SpentBytes? {
    guard limit != nil, unsaved.map({ $0 >= share }) ?? (own.contains { $0 > 0 }) else { return nil }
    unsaved = 0
    return spent(ahead: share, at: now)
  }

  /// The note of a process that ends in order; nil when an earlier one is still right.
  func lastNote(at now: Timestamp) -> SpentBytes? {
    limit != nil && own.contains { $0 > 0 } ? spent(ahead: 0, at: now) : nil
  }

  private func spent(ahead: Int, at now: Timestamp) -> SpentBytes {
    var hours = zip(own, earlier).map { $0 + $1 }
    hours[0] += ahead
    return SpentBytes(hours: hours, phase: phase, at: now)
  }
}
