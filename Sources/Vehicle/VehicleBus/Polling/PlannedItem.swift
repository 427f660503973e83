// One thing to ask again and again, and how that goes.
import Vocabulary

struct PlannedItem: Sendable {
  let question: PollItem.Question
  /// Seconds, not shorter than `shortestPeriod`; infinite for once after each waking.
  let period: Double

  /// The unit that is asked, as an index; nil for all units, or as long as nobody is known to have it.
  var unit: Int?
  var due: Instant
  /// After a silence, or "not now".
  var notBefore = Instant(nanoseconds: .min)
  var answeredAt: Instant?
  var periodMet = Double.nan
  /// Answered since the vehicle woke.
  var isServed = false

  /// Requests for this alone, in succession, without an answer.
  var misses = 0
  var firstMiss = Instant(nanoseconds: .max)
  /// Units that refused it, or never answer it, since the vehicle woke; one bit each. Of an item for all units the
  /// lowest bit stands for all.
  var refusedBy: UInt16 = 0
  var unansweredBy: UInt16 = 0
  private var busy = Backoff.busy
  /// It was left out of an answer to several: it is asked alone.
  var isAlone = false

  static let shortestPeriod = 0.05
  static let missesToSilence = 3
  /// How early it may go along with others, as a share of its period.
  static let headStart = 0.2

  init(_ item: PollItem, due: Instant) {
    question = item.question
    period = item.period.isNaN ? .infinity : max(item.period, PlannedItem.shortestPeriod)
    self.due = due
  }

  var parameter: UInt8? { if case .parameter(let pid) = question { pid } else { nil } }

  /// The service that it needs; nil for a parameter group.
  var service: UInt8? {
    switch question {
    case .parameter: 0x01
    case .request(let bytes, _): bytes[0]
    case .parameterGroup: nil
    }
  }

  /// Whom it names; nil for a parameter, which is asked of whoever has it.
  var address: RequestAddress? {
    switch question {
    case .parameter: nil
    case .request(_, let address): address
    case .parameterGroup(_, let unit): .j1939(unit)
    }
  }

  var isDroppedByAll: Bool { parameter == nil && refusedBy | unansweredBy != 0 }

  func isDropped(by unit: Int) -> Bool { (refusedBy | unansweredBy) >> UInt16(unit) & 1 == 1 }

  mutating func refuse(by unit: Int?) {
    refusedBy |= 1 << UInt16(unit ?? 0)
    forgetMisses()
  }

  mutating func giveUp(on unit: Int?) {
    unansweredBy |= 1 << UInt16(unit ?? 0)
    forgetMisses()
  }

  private mutating func forgetMisses() {
    misses = 0
    firstMiss = Instant(nanoseconds: .max)
    notBefore = Instant(nanoseconds: .min)
  }

  /// How much of its period is over at `now`; what has waited for longest by this measure is asked first, so that all
  /// are late alike. A period without end counts as ten seconds.
  func urgency(at now: Instant, stretch: Double) -> Double {
    let pace = period.isFinite ? period : 10
    return now.seconds(since: due) / pace + stretch
  }

  func lateness(at now: Instant, stretch: Double) -> Double {
    period.isFinite ? now.seconds(since: due) / (period * stretch) : 0
  }

  /// - Parameters:
  ///   - asked: when the request went out: what keeps the rhythm.
  ///   - gap: an interval that began before is not the planner's making.
  /// - Returns: the interval by the period wanted, where there is one to count.
  mutating func answered(asked: Instant, at now: Instant, stretch: Double, gap: Instant) -> Double? {
    var met: Double?
    if period.isFinite, let last = answeredAt, last > gap {
      let interval = now.seconds(since: last)
      periodMet = periodMet.isNaN ? interval : periodMet + (interval - periodMet) / 8
      met = interval / period
    }
    isServed = true
    answeredAt = now
    busy.reset()
    forgetMisses()
    guard period.isFinite else {
      due = Instant(nanoseconds: .max)
      return nil
    }
    // The rhythm is kept, but what was missed is not made up for beyond a little.
    let stretched = period * stretch
    let credit = max(0.1 * stretched, min(0.3, 0.5 * stretched))
    due = max(due.advanced(seconds: stretched), asked.advanced(seconds: stretched - credit))
    return met
  }

  /// Whoever was asked for it is busy: it waits for longer and longer, and then lets others go first.
  mutating func beBusy(at now: Instant) {
    postpone(to: now.advanced(seconds: busy.next()))
    due = max(due, notBefore)
  }

  /// Nothing is asked before; the interval that this makes says nothing about the budget.
  mutating func postpone(to instant: Instant) {
    notBefore = max(notBefore, instant)
    answeredAt = nil
  }

  /// It was asked for alone and had no answer.
  /// - Parameter aliveAt: when whoever is asked last answered anything.
  /// - Returns: whether it has been so often, while other things were answered, that it is not worth asking.
  mutating func miss(at now: Instant, aliveAt: Instant) -> Bool {
    if misses == 0 { firstMiss = now }
    misses += 1
    if misses >= PlannedItem.missesToSilence && aliveAt > firstMiss { return true }
    let pause = min(0.25 * Double(1 << min(misses, 8)), 60)
    notBefore = now.advanced(seconds: min(pause, max(period, 5)))
    return false
  }

  mutating func wake(at now: Instant) {
    due = now
    isServed = false
    refusedBy = 0
    unansweredBy = 0
    isAlone = false
    busy.reset()
    forgetMisses()
  }
}
