// The byte budget of metered links over processes and boots, and clocks that are set.
import Testing
import Vocabulary

@testable import Sync

private let second: Int64 = 1_000_000_000
private let hour: Int64 = 3_600 * second
private let day: Int64 = 24 * hour
/// A wall clock that is right, at uptime 0.
private let good: Int64 = 1_780_000_000 * second

/// A moment of a boot; `wall` nil: nobody knows what day it is.
private func moment(_ uptime: Int64, boot: UInt64 = 1, wall: Int64? = nil) -> Timestamp {
  Timestamp(
    boot: BootID(high: 0, low: boot), uptime: Instant(nanoseconds: uptime), wallNanoseconds: wall ?? uptime,
    quality: wall == nil ? .none : .ntp)
}

@Suite struct DailyBudgetTests {
  @Test func telemetryStopsAtFourFifthsEventsAtTheEndAlertsNever() {
    var budget = DailyBudget(limit: 1000, at: moment(0))
    #expect(budget.lastLane == .telemetry)
    budget.spend(799, at: moment(0))
    #expect(budget.lastLane == .telemetry)
    budget.spend(1, at: moment(0))
    #expect(budget.lastLane == .events)
    budget.spend(199, at: moment(0))
    #expect(budget.lastLane == .events)
    budget.spend(1, at: moment(0))
    #expect(budget.lastLane == .alerts)
    budget.spend(5000, at: moment(0))
    #expect(budget.lastLane == .alerts)
  }

  @Test func countsTheLastDayHourByHour() {
    // The clock may begin anywhere.
    let start = 1_000_000 * hour + 17
    var budget = DailyBudget(limit: nil, at: moment(start))
    for step in 0..<Int64(100) {
      budget.spend(10, at: moment(start + step * hour))
      #expect(budget.used == 10 * Int(min(step + 1, 24)))
    }
    budget.turn(to: moment(start + 110 * hour))
    #expect(budget.used == 130)
    budget.turn(to: moment(start + 122 * hour))
    #expect(budget.used == 10)
    budget.turn(to: moment(start + 123 * hour))
    #expect(budget.used == 0)
    budget.spend(7, at: moment(start + 500 * hour))
    #expect(budget.used == 7)
    #expect(budget.lastLane == .telemetry)
  }

  // MARK: Over processes and boots.

  /// A day of `starts` processes that each send as much as they may, and are killed: what all of them sent.
  private func sent(starts: Int, boots: Bool, knowsTime: Bool, limit: Int = 1_000_000) -> Int {
    var kept: String?
    var total = 0
    for start in 0..<starts {
      let begins = day / Int64(starts) * Int64(start)
      func now(_ passed: Int64) -> Timestamp {
        boots
          ? moment(passed, boot: UInt64(start + 1), wall: knowsTime ? good + begins + passed : nil)
          : moment(begins + passed)
      }
      var budget = DailyBudget(limit: limit, earlier: kept.flatMap(SpentBytes.init(text:)), at: now(0))
      // Ten minutes at a kilobyte a second.
      for step in 0..<Int64(600) {
        budget.turn(to: now(step * second))
        guard budget.lastLane == .telemetry else { break }
        budget.spend(1000, at: now(step * second))
        total += 1000
        if let note = budget.note(at: now(step * second)) { kept = note.text }
      }
    }
    return total
  }

  @Test(arguments: [(1, false), (10, false), (10, true), (100, true)])
  func restartsDoNotGiveNewBytes(starts: Int, boots: Bool) {
    for knowsTime in [true, false] {
      let total = sent(starts: starts, boots: boots, knowsTime: knowsTime)
      #expect(total <= 801_000, "\(total) bytes in \(starts) starts")
      // One start has ten minutes, and each kill costs a hundredth at the most.
      #expect(total >= min(600_000, 800_000 - starts * 10_000))
    }
  }

  @Test func keepsANoteForEachHundredthAndAnExactOneAtTheEnd() {
    var budget = DailyBudget(limit: 100_000, at: moment(0))
    #expect(budget.note(at: moment(0)) == nil && budget.lastNote(at: moment(0)) == nil)
    var notes = 0
    for step in 0..<Int64(500) {
      budget.spend(100, at: moment(step * second))
      if let note = budget.note(at: moment(step * second)) {
        notes += 1
        #expect(note.hours.reduce(0, +) == budget.used + 1000)
      }
    }
    #expect(notes == 50)
    #expect(budget.lastNote(at: moment(500 * second))?.hours.reduce(0, +) == 50_000)
    var unlimited = DailyBudget(limit: nil, at: moment(0))
    unlimited.spend(1 << 40, at: moment(0))
    #expect(unlimited.note(at: moment(0)) == nil && unlimited.lastNote(at: moment(0)) == nil)
  }

  private func note(_ bytes: Int, at now: Timestamp) -> SpentBytes { SpentBytes(hours: [bytes], phase: 0, at: now) }

  @Test func aNightThatPassedIsCountedWhereTheClockIsKnown() {
    let left = note(900, at: moment(hour, wall: good))
    for (passed, used) in [(9 * hour, 900), (24 * hour - second, 900), (24 * hour, 0), (400 * hour, 0)] {
      let budget = DailyBudget(limit: 1000, earlier: left, at: moment(5, boot: 2, wall: good + passed))
      #expect(budget.used == used)
    }
    // The same boot needs no calendar.
    #expect(DailyBudget(limit: 1000, earlier: left, at: moment(25 * hour - 1)).used == 900)
    #expect(DailyBudget(limit: 1000, earlier: left, at: moment(25 * hour)).used == 0)
  }

  @Test func aClockThatComesRightLaterCountsTheNightThen() {
    var budget = DailyBudget(limit: 1000, earlier: note(900, at: moment(hour, wall: good)), at: moment(5, boot: 2))
    budget.spend(50, at: moment(60 * second, boot: 2))
    #expect(budget.used == 950 && budget.lastLane == .events)
    budget.turn(to: moment(90 * second, boot: 2, wall: good + 23 * hour))
    #expect(budget.used == 950)
    // Once it is known, what somebody does to the clock is of no account any more.
    budget.turn(to: moment(91 * second, boot: 2, wall: good + 9000 * hour))
    #expect(budget.used == 950)

    budget = DailyBudget(limit: 1000, earlier: note(900, at: moment(hour, wall: good)), at: moment(5, boot: 2))
    budget.spend(50, at: moment(60 * second, boot: 2))
    budget.turn(to: moment(90 * second, boot: 2, wall: good + 30 * hour))
    #expect(budget.used == 50, "what was spent since the start is not a night older")
  }

  /// Whatever wall clocks say: 24 hours of running are a day.
  @Test(arguments: [good - 400 * day, good, good + 400 * day, nil] as [Int64?])
  func aWrongClockHoldsNothingBackForMoreThanADay(wall: Int64?) {
    let left = note(1000, at: moment(hour, wall: good + 400 * day))
    var budget = DailyBudget(limit: 1000, earlier: left, at: moment(0, boot: 2, wall: wall))
    #expect(budget.lastLane == .alerts)
    budget.turn(to: moment(day - second, boot: 2, wall: wall.map { $0 + day - second }))
    #expect(budget.lastLane == .alerts)
    budget.turn(to: moment(day, boot: 2, wall: wall.map { $0 + day }))
    #expect(budget.lastLane == .telemetry)
  }

  @Test func aNoteReadsBackAndAnythingElseIsNone() throws {
    var hours = (0..<24).map { $0 * 7 }
    hours[23] = 0
    let kept = SpentBytes(hours: hours, phase: 97 * second, at: moment(55 * second, boot: 9, wall: good))
    let back = try #require(SpentBytes(text: kept.text))
    #expect(back.text == kept.text && back.hours == Array(hours.dropLast()) && back.phase == kept.phase)
    #expect(back.age(at: moment(56 * second, boot: 9)) == (second, true))
    #expect(back.age(at: moment(6 * second, boot: 8, wall: good + hour)) == (hour, true))
    #expect(back.age(at: moment(6 * second, boot: 8)) == (6 * second, false))
    let boot = "boot=00000000000000010000000000000002"
    #expect(SpentBytes(text: "\(boot) uptime=1 phase=0 bytes=") != nil)
    for text in [
      "", "bytes=1", "\(boot) uptime=1 phase=0", "\(boot) uptime=1 phase=3600 bytes=1", "\(boot) uptime=-1 phase=0 bytes=1",
      "\(boot) uptime=1 phase=0 bytes=-1", "\(boot) uptime=1 phase=0 bytes=9223372036854775807",
      "\(boot) uptime=99999999999999 phase=0 bytes=1", "boot=7 uptime=1 phase=0 bytes=1",
      "\(boot) uptime=1 phase=0 bytes=" + Array(repeating: "1", count: 25).joined(separator: ","),
    ] { #expect(SpentBytes(text: text) == nil, "\(text)") }
  }
}

@Test func aSetWallClockIsNoticedOnceAndASlowOneNever() {
  let minute: Int64 = 60_000_000_000
  var watch = ClockWatch(monotonic: 5, wall: 1000 * minute)
  // Slewing by NTP is 500 ppm at most: half a minute in 60,000 s.
  var hasJumped = watch.hasJumped(monotonic: 5 + 1000 * minute, wall: 2000 * minute + minute / 2)
  #expect(!hasJumped)
  hasJumped = watch.hasJumped(monotonic: 5 + 1001 * minute, wall: 9000 * minute)
  #expect(hasJumped)
  hasJumped = watch.hasJumped(monotonic: 5 + 1002 * minute, wall: 9001 * minute)
  #expect(!hasJumped)
  hasJumped = watch.hasJumped(monotonic: 5 + 1003 * minute, wall: 0)
  #expect(hasJumped)
}
