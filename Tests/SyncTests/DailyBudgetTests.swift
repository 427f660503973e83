// The byte budget of metered links, and clocks that are set.
import Testing
import Vocabulary

@testable import Sync

private let hour: Int64 = 3_600_000_000_000

@Suite struct DailyBudgetTests {
  @Test func telemetryStopsAtFourFifthsEventsAtTheEndAlertsNever() {
    var budget = DailyBudget(limit: 1000)
    #expect(budget.lastLane == .telemetry)
    budget.spend(799, at: 0)
    #expect(budget.lastLane == .telemetry)
    budget.spend(1, at: 0)
    #expect(budget.lastLane == .events)
    budget.spend(199, at: 0)
    #expect(budget.lastLane == .events)
    budget.spend(1, at: 0)
    #expect(budget.lastLane == .alerts)
    budget.spend(5000, at: 0)
    #expect(budget.lastLane == .alerts)
  }

  @Test func countsTheLastDayHourByHour() {
    var budget = DailyBudget(limit: nil)
    // The clock may begin anywhere.
    let start = 1_000_000 * hour + 17
    for step in 0..<Int64(100) {
      budget.spend(10, at: start + step * hour)
      #expect(budget.used == 10 * Int(min(step + 1, 24)))
    }
    budget.turn(to: start + 110 * hour)
    #expect(budget.used == 130)
    budget.turn(to: start + 122 * hour)
    #expect(budget.used == 10)
    budget.turn(to: start + 123 * hour)
    #expect(budget.used == 0)
    budget.spend(7, at: start + 500 * hour)
    #expect(budget.used == 7)
    #expect(budget.lastLane == .telemetry)
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
