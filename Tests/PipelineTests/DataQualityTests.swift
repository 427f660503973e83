// The health of the data: what was lost counts for an hour, and then no more.
import Pipeline
import Testing
import Vocabulary

@Suite struct DataQualityTests {
  private var quality = DataQuality()
  private var frames: UInt64 = 0
  private var lost: UInt64 = 0

  /// Second after second, each with a thousand frames.
  private mutating func run(from: Int, to: Int, losing: UInt64 = 0, isBlind: Bool = false) {
    for second in from..<to {
      frames += isBlind ? 0 : 1000
      lost += losing
      let now = Instant(nanoseconds: 5_000_000_000).advanced(seconds: Double(second))
      quality.observe(frames: frames, lost: lost, isBlind: isBlind, at: now)
    }
  }

  @Test mutating func anHourIsAnHour() {
    #expect(quality.hour.frames == 0 && quality.hour.observed == 0)
    run(from: 0, to: 1800)
    #expect(quality.hour.frames == 1_800_000 && abs(quality.hour.observed - 1799) < 1e-6)
    run(from: 1800, to: 20_000)
    #expect((3_540_000...3_600_000).contains(quality.hour.frames) && (3540...3600).contains(quality.hour.observed))
    #expect(quality.hour.lost == 0 && quality.hour.blind == 0)
  }

  @Test mutating func aLossIsForgotten() {
    run(from: 0, to: 100)
    run(from: 100, to: 110, losing: 2)
    #expect(quality.hour.lost == 20)
    run(from: 110, to: 3500)
    #expect(quality.hour.lost == 20)
    run(from: 3500, to: 3800)
    #expect(quality.hour.lost == 0)
  }

  @Test mutating func blindTime() {
    run(from: 0, to: 50)
    run(from: 50, to: 80, isBlind: true)
    run(from: 80, to: 200)
    #expect(abs(quality.hour.blind - 30) < 1e-6)
    run(from: 200, to: 3800)
    #expect(quality.hour.blind == 0)
  }

  /// A day without a look leaves nothing of the hour before it, and time that runs back adds nothing.
  @Test mutating func gaps() {
    run(from: 0, to: 10, losing: 500)
    run(from: 90_000, to: 90_010)
    #expect(quality.hour.lost == 0 && quality.hour.frames == 10_000)
    let before = quality.hour.observed
    for second in [90_009.0, 90_005, 90_009] {
      quality.observe(
        frames: frames, lost: lost, isBlind: true, at: Instant(nanoseconds: 5_000_000_000).advanced(seconds: second))
    }
    #expect(quality.hour.observed == before && quality.hour.blind == 0)
  }
}
