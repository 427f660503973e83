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

  /// Changes per 1,000 ticks at score 61 ± 3 with a lag-1 correlation of .5, one unit below the edge's hysteresis.
  @Test func noiseAtAnEdgeRingsOncePerThousandTicks() {
    var random = SeededNormal(seed: 5)
    var bands = Bands()
    var (changes, unprotected) = (0, 0)
    var noise = 0.0
    var before = HealthState.ok
    let ticks = 200_000
    for _ in 0..<ticks {
      noise = 0.5 * noise + (1 - 0.25).squareRoot() * 3 * random.next()
      if bands.observe(score: 61 + noise, confirmation: 1) { changes += 1 }
      let naked = HealthState.band(ofScore: 61 + noise)
      if naked != before { unprotected += 1 }
      before = naked
    }
    let perThousand = Double(changes) * 1000 / Double(ticks)
    #expect(perThousand > 0.5 && perThousand < 2, "\(perThousand) changes in 1,000 ticks")
    #expect(Double(unprotected) * 1000 / Double(ticks) > 250)
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
