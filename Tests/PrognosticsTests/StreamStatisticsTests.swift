// Ewma, P² quantile and score map.
import Foundation
import Prognostics
import Testing

@Suite struct EwmaTests {
  @Test func firstValueIsTheMean() {
    var average = Ewma(memory: 50)
    #expect(average.isEmpty && average.mean == 0)
    average.add(7)
    #expect(!average.isEmpty && average.mean == 7 && average.variance == 0)
  }

  /// Against the definition: weights e^(-age/memory), normalised.
  @Test func agreesWithItsDefinition() {
    var average = Ewma(memory: 8)
    var random = SeededGenerator(seed: 2)
    let values = (0..<60).map { _ in random.normal(5, 2) }
    values.forEach { average.add($0) }
    let weights = values.indices.map { exp(-Double(values.count - 1 - $0) / 8) }
    let total = weights.reduce(0, +)
    let mean = zip(values, weights).map(*).reduce(0, +) / total
    let variance = zip(values, weights).map { ($0 - mean) * ($0 - mean) * $1 }.reduce(0, +) / total
    #expect(abs(average.mean - mean) < 1e-9)
    #expect(abs(average.variance - variance) < 1e-9)
  }

  @Test(arguments: [Double.nan, .infinity, 1e200]) func refusesWhatIsNoValue(value: Double) {
    var average = Ewma(memory: 5)
    average.add(3)
    #expect(average.add(value) == false)
    #expect(average.mean == 3)
  }
}

@Suite struct P2QuantileTests {
  private struct Vector: Decodable { var x: [Double], p: Double, expect: [Double] }

  @Test func goldenVector() throws {
    let vector: Vector = try Golden.load("p2")
    var quantile = P2Quantile(level: vector.p)
    var seen: [Double] = []
    for (i, x) in vector.x.enumerated() {
      quantile.add(x)
      if i % 100 == 99 { seen.append(quantile.value) }
    }
    #expect(seen.count == vector.expect.count)
    #expect(zip(seen, vector.expect).allSatisfy(Golden.agree), "\(seen) for \(vector.expect)")
  }

  @Test(arguments: [0.05, 0.5, 0.95]) func closeToTheTrueQuantile(level: Double) {
    var quantile = P2Quantile(level: level)
    var random = SeededGenerator(seed: 4)
    for _ in 0..<20_000 { quantile.add(random.uniform()) }
    #expect(abs(quantile.value - level) < 0.01)
  }

  @Test func nearestRankWhileFewAndResetAndRefusal() {
    var quantile = P2Quantile(level: 0.9)
    #expect(quantile.value.isNaN)
    for x in [3.0, 1, 5, 4, 2] { quantile.add(x) }
    #expect(quantile.value == 5)
    #expect(quantile.add(.nan) == false)
    #expect(quantile.count == 5)
    quantile.reset()
    quantile.add(8)
    #expect(quantile.value == 8)
  }

  @Test func equalValuesStayEqual() {
    var quantile = P2Quantile(level: 0.5)
    for _ in 0..<1_000 { quantile.add(2.5) }
    #expect(quantile.value == 2.5)
  }
}

@Suite struct HealthScoreTests {
  @Test(arguments: [(0.0, 100.0), (0.25, 87.5), (0.5, 75), (0.65, 57.5), (0.8, 40), (0.9, 25), (1, 10), (1.15, 0)])
  func mapsConsumedLife(consumed: Double, score: Double) {
    #expect(abs(HealthScore.score(consumed: consumed) - score) < 1e-9)
  }

  @Test func endsHoldAndUnknownStaysUnknown() {
    #expect(HealthScore.score(consumed: -3) == 100)
    #expect(HealthScore.score(consumed: 9) == 0)
    #expect(HealthScore.score(consumed: -.infinity) == 100)
    #expect(HealthScore.score(consumed: .infinity) == 0)
    #expect(HealthScore.score(consumed: .nan).isNaN)
  }

  @Test func neverRisesWithConsumedLife() {
    var last = 100.0
    for i in 0...240 {
      let score = HealthScore.score(consumed: Double(i) / 200)
      #expect(score <= last)
      last = score
    }
  }

  @Test func planningHorizonCapsTheScore() {
    #expect(HealthScore.capped(90, tenthPercentile: 1_500, horizon: 1_000) == 90)
    #expect(HealthScore.capped(90, tenthPercentile: 1_000, horizon: 1_000) == 90)
    #expect(HealthScore.capped(90, tenthPercentile: 500, horizon: 1_000) == 30)
    #expect(HealthScore.capped(90, tenthPercentile: -5, horizon: 1_000) == 20)
    #expect(HealthScore.capped(12, tenthPercentile: 500, horizon: 1_000) == 12)
    #expect(HealthScore.capped(90, tenthPercentile: .nan, horizon: 1_000) == 90)
  }
}
