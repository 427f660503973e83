// Prognostic metrics against values worked out by hand or known in closed form.
import Foundation
import Prognostics
import Testing

@Suite struct PrognosticMetricsTests {
  private let standard = QuantileSet { i in
    [-1.644853627, -1.281551566, -0.67448975, 0, 0.67448975, 1.281551566, 1.644853627][i]
  }

  /// A sure and right prognosis scores 0, a sure and wrong one its error.
  @Test func crpsOfCertainty() {
    let sure = QuantileSet(repeating: 10)
    #expect(PrognosticMetrics.crps(sure, at: QuantileLevels.seven, truth: 10) == 0)
    #expect(abs(PrognosticMetrics.crps(sure, at: QuantileLevels.seven, truth: 13) - 3) < 0.03)
    #expect(abs(PrognosticMetrics.crps(sure, at: QuantileLevels.seven, truth: 7) - 3) < 0.03)
  }

  /// The standard normal law at its own mean: (√2 - 1)/√π = .2337; seven levels come within a tenth.
  @Test func crpsOfTheNormalLaw() {
    #expect(abs(PrognosticMetrics.crps(standard, at: QuantileLevels.seven, truth: 0) - 0.2337) < 0.024)
  }

  @Test func tallyCountsCoverageAndError() {
    var tally = PrognosticTally()
    #expect(tally.coverage80.isNaN && tally.medianRelativeError.isNaN)
    let prognosis: QuantileSet = [50, 60, 80, 100, 130, 170, 200]
    for truth in [55.0, 70, 100, 180, 400] { #expect(tally.add(prognosis, truth: truth) == true) }
    #expect(tally.add(prognosis, truth: 0) == false)
    #expect(tally.add(prognosis, truth: .nan) == false)
    #expect(tally.count == 5)
    #expect(tally.coverage80 == 0.4)
    #expect(tally.coverage90 == 0.8)
    #expect(abs(tally.medianRelativeError - 4.0 / 9) < 1e-12)
    #expect(tally.meanCRPS > 0)
  }

  @Test func winklerIsWidthAndWeightedMiss() {
    #expect(abs(PrognosticMetrics.winkler(low: 2, high: 6, truth: 5, coverage: 0.8) - 4) < 1e-12)
    #expect(abs(PrognosticMetrics.winkler(low: 2, high: 6, truth: 7, coverage: 0.8) - 14) < 1e-12)
    #expect(abs(PrognosticMetrics.winkler(low: 2, high: 6, truth: 1.5, coverage: 0.9) - 14) < 1e-12)
  }

  /// Ten cycles late cost e − 1, thirteen early as much.
  @Test func nasaScorePunishesLatePrognosesMore() {
    let e = exp(1.0)
    #expect(PrognosticMetrics.nasaScore([]) == 0)
    #expect(abs(PrognosticMetrics.nasaScore([10, -13, 0]) - 2 * (e - 1)) < 1e-12)
    #expect(PrognosticMetrics.nasaScore([10]) > PrognosticMetrics.nasaScore([-10]))
  }

  @Test func coverageCountsBounds() {
    #expect(PrognosticMetrics.coverage(low: [1, 1, 1, 1], high: [2, 2, 2, 2], truth: [1, 1.5, 2, 2.1]) == 0.75)
    #expect(PrognosticMetrics.coverage(low: [], high: [], truth: []).isNaN)
  }

  @Test func coneAndRelativeAccuracy() {
    #expect(abs(PrognosticMetrics.relativeAccuracy(80, truth: 100) - 0.8) < 1e-12)
    #expect(PrognosticMetrics.isWithinCone(119, truth: 100, alpha: 0.2))
    #expect(!PrognosticMetrics.isWithinCone(121, truth: 100, alpha: 0.2))
    #expect(!PrognosticMetrics.isWithinCone(79, truth: 100, alpha: 0.2))
  }

  @Test func massWithinTheConeFollowsTheQuantiles() {
    let prognosis: QuantileSet = [50, 60, 80, 100, 130, 170, 200]
    // 80...130 holds the middle half.
    let mass = PrognosticMetrics.massWithinCone(prognosis, at: QuantileLevels.seven, truth: 105, alpha: 25.0 / 105)
    #expect(abs(mass - 0.5) < 1e-12)
    let all = PrognosticMetrics.massWithinCone(prognosis, at: QuantileLevels.seven, truth: 150, alpha: 1)
    #expect(abs(all - 1) < 1e-12)
    let sure = QuantileSet(repeating: 10)
    #expect(PrognosticMetrics.massWithinCone(sure, at: QuantileLevels.seven, truth: 10, alpha: 0.1) == 1)
    #expect(PrognosticMetrics.massWithinCone(sure, at: QuantileLevels.seven, truth: 20, alpha: 0.1) == 0)
  }

  @Test func pitIsTheProbabilityUpToTheTruth() {
    let prognosis: QuantileSet = [50, 60, 80, 100, 130, 170, 200]
    for (truth, wanted) in [(100.0, 0.5), (90, 0.375), (30, 0), (200, 0.95), (999, 1)] {
      let pit = PrognosticMetrics.pit(prognosis, at: QuantileLevels.seven, truth: truth)
      #expect(abs(pit - wanted) < 1e-12, "\(truth): \(pit)")
    }
  }

  /// Tables of χ² with nine degrees of freedom: 16.919 is passed with 5 %, 27.877 with .1 %.
  @Test func chiSquareOfThePIT() {
    var even = PITHistogram()
    #expect(even.probability.isNaN)
    for i in 0..<100 { #expect(even.add((Double(i) + 0.5) / 100) == true) }
    #expect(even.chiSquare == 0 && abs(even.probability - 1) < 1e-12)
    #expect(even.add(-0.1) == false && even.add(.nan) == false && even.count == 100)
    #expect(even.add(1) == true && even.bins[9] == 11)

    // Bins of 10 but for one of 10 + k and one of 10 − k: χ² = 2k²/10.
    func histogram(_ k: Int) -> PITHistogram {
      var histogram = PITHistogram()
      for bin in 0..<10 {
        for _ in 0..<(bin == 2 ? 10 + k : bin == 7 ? 10 - k : 10) { histogram.add(Double(bin) / 10 + 0.05) }
      }
      return histogram
    }
    #expect(abs(histogram(9).chiSquare - 16.2) < 1e-12)
    #expect(abs(histogram(9).probability - 0.06288) < 1e-4, "\(histogram(9).probability)")
    #expect(abs(histogram(5).probability - 0.83430) < 1e-3, "\(histogram(5).probability)")
  }
}

@Suite struct PrognosisTrackTests {
  /// Ends at 100; too late by 30 at first, then by 15, 5, 5 and 2.
  private let track = PrognosisTrack(
    usage: [0, 20, 40, 60, 80], predictions: [130, 95, 65, 45, 22], end: 100)

  @Test func horizonIsFromWhereErrorsStaySmall() {
    #expect(track.prognosticHorizon(alpha: 0.1) == 60)
    #expect(track.prognosticHorizon(alpha: 0.2) == 80)
    #expect(track.prognosticHorizon(alpha: 0.01) == 0)
    // A later error spoils what came before it.
    let spoilt = PrognosisTrack(usage: [0, 50, 90], predictions: [100, 50, 40], end: 100)
    #expect(spoilt.prognosticHorizon(alpha: 0.1) == 0)
  }

  @Test func alphaLambdaTakesThePredictionInForce() {
    let half = track.prediction(atShare: 0.5)
    #expect(half.prediction == 65 && half.truth == 60)
    #expect(track.isAlphaLambdaAccurate(lambda: 0.5, alpha: 0.1))
    #expect(!track.isAlphaLambdaAccurate(lambda: 0.5, alpha: 0.05))
    #expect(!track.isAlphaLambdaAccurate(lambda: 0, alpha: 0.2))
    #expect(abs(track.relativeAccuracy(lambda: 0.5) - (1 - 5.0 / 60)) < 1e-12)
  }

  /// An error of 10 until 50 and none after it: its centroid lies at (25, 5).
  @Test func convergenceIsTheDistanceOfTheErrorsCentroid() {
    let track = PrognosisTrack(usage: [0, 50, 99], predictions: [110, 50, 1], end: 100)
    #expect(abs(track.convergence - (25.0 * 25 + 5 * 5).squareRoot()) < 1e-12)
    #expect(PrognosisTrack(usage: [0, 50], predictions: [100, 50], end: 100).convergence == 0)
    #expect(PrognosisTrack(usage: [10], predictions: [50], end: 100).convergence == 0)
  }
}
