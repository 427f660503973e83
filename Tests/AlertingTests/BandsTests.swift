// Bands: hysteresis, debounce and confirmation, against the figures that they were chosen by.
import Alerting
import Testing
import Vocabulary

@Suite struct BandsTests {
  /// Feeds scores with full confirmation and returns the bands after each.
  private func bands(_ scores: [Double], confirmation: Double = 1) -> [HealthState] {
    var bands = Bands()
    return scores.map {
      _ = bands.observe(score: $0, confirmation: confirmation)
      return bands.band
    }
  }

  /// Scores around `mean` with standard deviation 3 and a lag-1 correlation of .5.
  private struct Scores {
    var random: SeededNormal
    var noise: Double

    init(seed: UInt64) {
      random = SeededNormal(seed: seed)
      noise = random.next()
    }

    mutating func next(_ mean: Double) -> Double {
      noise = 0.5 * noise + (1 - 0.25).squareRoot() * random.next()
      return mean + 3 * noise
    }
  }

  /// At 61 ± 3 beside the edge of 60 a band that starts at ok changes about once in 1,000 ticks; unprotected it
  /// changes 316 times.
  @Test func noiseAtAnEdgeRingsOncePerThousandTicks() {
    var (changes, unprotected) = (0, 0)
    let runs = 300
    for run in 0..<runs {
      var scores = Scores(seed: UInt64(run))
      var bands = Bands()
      var before = HealthState.ok
      for _ in 0..<1000 {
        let score = scores.next(61)
        if bands.observe(score: score, confirmation: 1) { changes += 1 }
        let naked = HealthState.band(ofScore: score)
        if naked != before { unprotected += 1 }
        before = naked
      }
    }
    let perThousand = Double(changes) / Double(runs)
    #expect(perThousand > 1.0 && perThousand < 1.25, "\(perThousand) changes in 1,000 ticks")
    #expect(abs(Double(unprotected) / Double(runs) - 316) < 16)
  }

  @Test func aStepFrom80To52IsToldWithinFiveTicksUnderNoise() {
    var total = 0
    var longest = 0
    for run in 0..<300 {
      var scores = Scores(seed: UInt64(run))
      var bands = Bands()
      for _ in 0..<60 { _ = bands.observe(score: scores.next(80), confirmation: 1) }
      var ticks = 1
      while !bands.observe(score: scores.next(52), confirmation: 1) && ticks < 60 { ticks += 1 }
      total += ticks
      longest = max(longest, ticks)
    }
    #expect(Double(total) / 300 < 4.2 && longest <= 6, "mean \(Double(total) / 300), longest \(longest)")
  }

  @Test func aStepIsToldWithinFourTicks() {
    let told = bands(Array(repeating: 80, count: 20) + Array(repeating: 52, count: 6))
    #expect(told[22] == .ok && told[23] == .watch && told.last == .watch)
  }

  @Test func twoOutliersInSixAreNoChange() {
    #expect(bands([80, 30, 80, 80, 30, 80, 80, 80, 30, 30, 80, 80, 80]).allSatisfy { $0 == .ok })
    #expect(bands([80, 30, 30, 80, 30, 80, 30]).last == .service, "four of six are one")
  }

  @Test func aFallThroughABandDoesNotStayInIt() {
    #expect(bands([80, 80, 55, 35, 15, 15, 15, 15]).last == .critical)
    #expect(bands([55, 55, 35, 35]).last == .ok, "two at service are not four")
    #expect(bands([35, 35, 55, 55]).last == .watch, "four at watch or worse are")
  }

  @Test func aWorseBandIsLeftOnlyAboveItsEdgePlusEight() {
    let down = Array(repeating: 50.0, count: 4)
    #expect(bands(down + Array(repeating: 67.9, count: 50)).last == .watch)
    #expect(bands(down + Array(repeating: 68, count: 4)).last == .ok)
  }

  /// From critical at 45 the way leads to service, not past it: service is left at 48.
  @Test func hysteresisHoldsAtEveryEdgeOnTheWayUp() {
    let down = Array(repeating: 10.0, count: 4)
    #expect(bands(down + Array(repeating: 27.9, count: 9)).last == .critical)
    #expect(bands(down + Array(repeating: 28, count: 4)).last == .service)
    #expect(bands(down + Array(repeating: 47.9, count: 9)).last == .service)
    #expect(bands(down + Array(repeating: 48, count: 4)).last == .watch)
    #expect(bands(down + Array(repeating: 67.9, count: 9)).last == .watch)
    #expect(bands(down + Array(repeating: 90, count: 4)).last == .ok)
  }

  @Test func withoutConfirmationNothingGetsWorse() {
    #expect(bands(Array(repeating: 10, count: 50), confirmation: 0.89).last == .ok)
    #expect(bands(Array(repeating: 10, count: 4), confirmation: 0.9).last == .critical)
    var bands = Bands()
    for _ in 0..<4 { _ = bands.observe(score: 10, confirmation: 1) }
    for _ in 0..<4 { _ = bands.observe(score: 90, confirmation: 0) }
    #expect(bands.band == .ok, "getting better needs none")
  }

  @Test func aScoreThatIsNoneChangesNothing() {
    var bands = Bands()
    for _ in 0..<3 { _ = bands.observe(score: 10, confirmation: 1) }
    var changes = 0
    for score in [Double.nan, .infinity, -.infinity] where bands.observe(score: score, confirmation: 1) { changes += 1 }
    #expect(changes == 0 && bands.band == .ok)
    _ = bands.observe(score: 10, confirmation: 1)
    #expect(bands.band == .critical)
  }
}
