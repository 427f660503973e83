// Mixtures of quantiles and the conformal table.
import Foundation
import Prognostics
import Testing

@Suite struct QuantileMixtureTests {
  private let levels = QuantileLevels.seven
  private let a: QuantileSet = [50, 60, 80, 100, 130, 170, 200]
  private let b: QuantileSet = [300, 310, 330, 350, 380, 420, 450]

  @Test func ofOneDistributionIsThatDistribution() {
    for weights in [[1.0, 0], [0.3, 0.7], [5, 5]] {
      let mixed = mixture(of: [a, a], weights: [weights[0], weights[1]], at: levels)
      for i in 0..<7 { #expect(abs(mixed[i] - a[i]) < 1e-9) }
    }
  }

  @Test func aPartWithoutWeightDoesNotCount() {
    let mixed = mixture(of: [a, b], weights: [1, 0], at: levels)
    for i in 0..<7 { #expect(abs(mixed[i] - a[i]) < 1e-9) }
  }

  @Test func disagreementWidens() {
    let mixed = mixture(of: [a, b], weights: [0.5, 0.5], at: levels)
    #expect(isAscending(mixed))
    // A quarter of the mixture is half of the first part, three quarters half of the second.
    #expect(abs(mixed[2] - 100) < 1e-9 && abs(mixed[4] - 350) < 1e-9)
    // Half lies between the two.
    #expect(mixed[3] > 200 && mixed[3] < 300)
    #expect(mixed[0] == 60 && mixed[6] == 420)
  }

  /// Against the definition: the mixture of the straight curves, inverted by bisection.
  @Test func agreesWithItsDefinition() {
    func probability(_ quantiles: [Double], _ x: Double) -> Double {
      let levels = array(levels)
      var knots: [(Double, Double)] = [(max(0, 2 * quantiles[0] - quantiles[1]), 0)]
      knots += zip(quantiles, levels).map { ($0, $1) }
      knots.append((2 * quantiles[6] - quantiles[5], 1))
      if x <= knots[0].0 { return 0 }
      for (from, to) in zip(knots, knots.dropFirst()) where x <= to.0 {
        return from.1 + (x - from.0) / (to.0 - from.0) * (to.1 - from.1)
      }
      return 1
    }
    var random = SeededGenerator(seed: 12)
    for _ in 0..<100 {
      let parts = (0..<3).map { _ in (0..<7).map { _ in 1_000 * random.uniform() }.sorted() }
      let weights = (0..<3).map { _ in random.uniform() }
      let total = weights.reduce(0, +)
      let mixed = mixture(
        of: InlineArray<3, QuantileSet> { part in InlineArray { parts[part][$0] } },
        weights: InlineArray<3, Double> { weights[$0] }, at: levels)
      for i in 0..<7 {
        var low = 0.0
        var high = 3_000.0
        for _ in 0..<60 {
          let middle = (low + high) / 2
          let law = zip(parts, weights).reduce(0) { $0 + probability($1.0, middle) * $1.1 / total }
          if law < levels[i] { low = middle } else { high = middle }
        }
        #expect(abs(mixed[i] - low) < 1e-6 * max(1, low))
      }
    }
  }

  @Test func certaintiesStayCertain() {
    let certain = QuantileSet(repeating: 70)
    #expect(array(mixture(of: [certain, certain], weights: [0.2, 0.8], at: levels)) == Array(repeating: 70, count: 7))
    let two = mixture(of: [certain, QuantileSet(repeating: 90)], weights: [0.3, 0.7], at: levels)
    #expect(array(two) == [70, 70, 70, 90, 90, 90, 90])
  }

  @Test func amountsLeftDoNotGoBelowZero() {
    let short: QuantileSet = [0, 1, 5, 10, 20, 40, 50]
    let mixed = mixture(of: [short, b], weights: [0.5, 0.5], at: levels)
    #expect(array(mixed).allSatisfy { $0 >= 0 })
  }
}

@Suite struct ConformalTableTests {
  /// Prognoses that are 20 % too late on average and half as wide as they should be.
  private func outcomes(_ count: Int, seed: UInt64, scale: Double = 1) -> [ConformalTable.Outcome] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let truth = 10 + 115 * random.uniform()
      let median = max(1, truth * 1.2 + 12 * random.normal())
      return .init(median: median * scale, halfWidth: 8 * scale, truth: truth * scale)
    }
  }

  @Test func correctsBiasAndWidth() {
    let table = ConformalTable(fitting: outcomes(2_000, seed: 1), cap: 125)
    let fresh = outcomes(2_000, seed: 2)
    var within = 0
    var before = 0
    var errors = (corrected: 0.0, before: 0.0)
    for outcome in fresh {
      let quantiles = table.corrected(median: outcome.median, halfWidth: outcome.halfWidth)
      if outcome.truth >= quantiles[3] && outcome.truth <= quantiles[35] { within += 1 }
      if abs(outcome.truth - outcome.median) <= outcome.halfWidth { before += 1 }
      errors.corrected += abs(quantiles[19] - outcome.truth) / 2_000
      errors.before += abs(outcome.median - outcome.truth) / 2_000
      #expect(isAscending(quantiles))
    }
    #expect(before < 1_000)
    #expect((1_540...1_660).contains(within), "\(within) of 2,000 within 80 %")
    #expect(errors.corrected < 0.8 * errors.before, "\(errors)")
  }

  @Test func sevenQuantilesAreCorrectedAsTheWholeDistribution() {
    let table = ConformalTable(fitting: outcomes(500, seed: 1), cap: 125)
    let all = table.corrected(median: 60, halfWidth: 20)
    let seven = table.corrected([30, 40, 50, 60, 70, 80, 90])
    for (i, level) in array(QuantileLevels.seven).enumerated() {
      let k = array(QuantileLevels.thirtyNine).firstIndex { abs($0 - level) < 1e-12 }
      #expect(k != nil && seven[i] == all[k ?? 0])
    }
  }

  @Test func eachStretchHasItsRow() {
    let table = ConformalTable(
      edges: [25, 50, 80], quantiles: InlineArray { stretch in InlineArray(repeating: Double(stretch + 1)) })
    for (median, row) in [(0.0, 1.0), (24.9, 1), (25, 2), (49, 2), (79, 3), (80, 4), (500, 4)] {
      #expect(table.corrected(median: median, halfWidth: 10)[19] == median + 10 * row)
    }
  }

  @Test func aStretchWithFewOutcomesTakesTheRowOfAll() {
    var few = outcomes(300, seed: 4).filter { $0.median < 100 }
    few.append(.init(median: 120, halfWidth: 8, truth: 20))
    let table = ConformalTable(fitting: few, cap: 125)
    #expect(abs(table.quantiles[3][19]) < 10)
    #expect(array(table.quantiles[3]) != array(table.quantiles[0]))
  }

  @Test(arguments: [0.1, 250]) func scalingTheUnitScalesTheCorrection(scale: Double) {
    let plain = ConformalTable(fitting: outcomes(400, seed: 3), cap: 125)
    let scaled = ConformalTable(fitting: outcomes(400, seed: 3, scale: scale), cap: 125 * scale)
    for median in [5.0, 40, 80, 110] {
      let a = plain.corrected(median: median, halfWidth: 9)
      let b = scaled.corrected(median: median * scale, halfWidth: 9 * scale)
      for i in 0..<39 { #expect(abs(b[i] - a[i] * scale) < 1e-9 * scale * 100) }
    }
  }

  @Test func whatIsNoOutcomeIsLeftOutAndNothingFallsBelowZero() {
    var some = outcomes(100, seed: 5)
    let table = ConformalTable(fitting: some, cap: 125)
    some.append(.init(median: .nan, halfWidth: 1, truth: 1))
    some.append(.init(median: 1, halfWidth: 0, truth: 1))
    some.append(.init(median: 1, halfWidth: 1, truth: .infinity))
    let other = ConformalTable(fitting: some, cap: 125)
    for stretch in 0..<4 { #expect(array(table.quantiles[stretch]) == array(other.quantiles[stretch])) }
    #expect(array(table.corrected(median: 0.5, halfWidth: 30)).allSatisfy { $0 >= 0 })
    let shipped = ConformalTable(edges: table.edges, quantiles: table.quantiles)
    #expect(array(shipped.corrected([1, 2, 3, 4, 5, 6, 7])) == array(table.corrected([1, 2, 3, 4, 5, 6, 7])))
  }
}
