// Clocks: the virtual one never runs back, the real one says how good it is.
import Testing
import Vocabulary

@testable import Clock

@Suite struct ClockTests {
  @Test func aVirtualClockNeverRunsBack() {
    let clock = VirtualClock(wallNanoseconds: 1_000)
    #expect(clock.now().uptime == .zero && clock.now().wallNanoseconds == 1_000)
    for step: Int64 in [5, 3, 9, 9, -4, .min, 12] {
      let before = clock.now()
      clock.advance(to: Instant(nanoseconds: step))
      let after = clock.now()
      #expect(after.uptime == max(before.uptime, Instant(nanoseconds: step)))
      #expect(after.wallNanoseconds - after.uptime.nanoseconds == 1_000)
    }
    #expect(clock.timestamp(at: Instant(nanoseconds: 40)).wallNanoseconds == 1_040)
    #expect(clock.now().boot == clock.boot && clock.now().quality == .ntp)
  }

  @Test func replaysHaveBootsOfTheirOwn() {
    #expect(VirtualClock(wallNanoseconds: 0).boot != VirtualClock(wallNanoseconds: 0).boot)
  }

  @Test func theRealClockIsPlausible() {
    let clock = RealClock()
    #expect(RealClock().boot == clock.boot)
    let first = clock.now()
    let second = clock.now()
    #expect(first.uptime.nanoseconds > 0 && first.uptime <= second.uptime)
    #expect(first.quality == .none || first.wallNanoseconds > 1_704_067_200_000_000_000)
    #expect(RealClock.hostNanoseconds() >= second.uptime.nanoseconds)
  }

  @Test func aClockBefore2024WasNeverSet() {
    for wall: Int64 in [.min, -1, 0, 1_704_067_199_999_999_999, 1_704_067_200_000_000_000] {
      #expect(RealClock.quality(wallNanoseconds: wall, isSynchronised: true, hasRTC: true) == .none)
    }
    let set: Int64 = 1_704_067_200_000_000_001
    #expect(RealClock.quality(wallNanoseconds: set, isSynchronised: true, hasRTC: false) == .ntp)
    #expect(RealClock.quality(wallNanoseconds: set, isSynchronised: false, hasRTC: true) == .rtc)
    // Without a battery the date is that of the last shutdown, or of the software.
    #expect(RealClock.quality(wallNanoseconds: set, isSynchronised: false, hasRTC: false) == .none)
  }
}
