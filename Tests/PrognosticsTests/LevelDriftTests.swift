// The Kalman filter of level and drift and its forecast check: golden vectors, metamorphic relations, known truth.
import Foundation
import Prognostics
import Testing

@Suite struct LevelDriftTests {
  struct Vector: Decodable {
    struct Parameters: Decodable {
      var level: Double, level_variance: Double, drift: Double, drift_variance: Double
      var noise: Double, level_walk: Double, drift_walk: Double
    }
    struct Expectation: Decodable {
      var after: Int, x: [Double], p: [Double], forecast: [Double], left: [Double], check: [Double]
    }
    var name: String, rising: Bool, threshold: Double, limit: Double, parameters: Parameters
    var steps: [[Double]], expect: [Expectation]

    var filter: LevelDrift {
      LevelDrift(
        level: parameters.level, levelVariance: parameters.level_variance, drift: parameters.drift,
        driftVariance: parameters.drift_variance, noise: parameters.noise, levelWalk: parameters.level_walk,
        driftWalk: parameters.drift_walk)
    }
  }

  @Test func goldenVectors() throws {
    let vectors: [Vector] = try Golden.load("level_drift")
    #expect(vectors.count == 4)
    for vector in vectors {
      var filter = vector.filter
      var check = ForecastCheck()
      var compared = 0
      for (i, step) in vector.steps.enumerated() {
        #expect(filter.step(step[0], usage: step[1]) == true)
        #expect(check.step(step[0], filter, usage: 1) == true)
        guard let expected = vector.expect.first(where: { $0.after == i + 1 }) else { continue }
        let forecast = filter.forecast(after: 25)
        let left = filter.remainingUsage(to: vector.threshold, rising: vector.rising, upTo: vector.limit)
        let seen =
          [filter.level, filter.drift, filter.levelVariance, filter.covariance, filter.driftVariance, forecast.mean]
          + [forecast.variance] + array(left) + [check.trust, check.widthFactor]
        let wanted =
          expected.x + [expected.p[0], expected.p[1], expected.p[2]] + expected.forecast + expected.left
          + [expected.check[2], expected.check[3]]
        #expect(seen.count == wanted.count)
        #expect(zip(seen, wanted).allSatisfy(Golden.agree), "\(vector.name) after \(i + 1): \(seen) for \(wanted)")
        #expect(Double(check.count) == expected.check[0])
        if check.count > 0 { #expect(Golden.agree(check.hitRate, expected.check[1])) }
        compared += 1
      }
      #expect(compared == 5)
    }
  }

  /// A filter over a noisy line that falls from 10 by .02 per unit of usage; values and usage scaled.
  private func leaking(
    ticks: Int = 100, noise: Double = 0.2, scale: Double = 1, usageScale: Double = 1, seed: UInt64 = 1
  ) -> LevelDrift {
    var filter = LevelDrift(
      level: 10 * scale, levelVariance: scale * scale, drift: 0,
      driftVariance: 0.0025 * scale * scale / usageScale / usageScale, noise: noise * noise * scale * scale,
      levelWalk: 1e-5 * scale * scale / usageScale,
      driftWalk: 1e-8 * scale * scale / usageScale / usageScale / usageScale)
    var random = SeededGenerator(seed: seed)
    for i in 0..<ticks {
      filter.step(scale * (10 - 0.02 * Double(i + 1) + noise * random.normal()), usage: usageScale)
    }
    return filter
  }

  @Test func scalingUsageScalesWhatIsLeftAndScalingValuesDoesNot() {
    let plain = array(leaking().remainingUsage(to: 6, rising: false, upTo: 400))
    let usage = array(leaking(usageScale: 24).remainingUsage(to: 6, rising: false, upTo: 400 * 24))
    let values = array(leaking(scale: 100).remainingUsage(to: 600, rising: false, upTo: 400))
    let mirrored = array(leaking(scale: -1).remainingUsage(to: -6, rising: true, upTo: 400))
    for i in 0..<7 {
      #expect(abs(usage[i] / plain[i] / 24 - 1) < 1e-9)
      #expect(abs(values[i] / plain[i] - 1) < 1e-9)
      #expect(abs(mirrored[i] / plain[i] - 1) < 1e-9)
    }
    #expect(plain[0] < 100 && plain[6] > 100, "\(plain)")
  }

  /// Usage in two parts without a value between them is usage in one.
  @Test func forecastsDoNotDependOnHowUsageIsSplit() {
    let filter = leaking()
    var near = filter
    // A value of no weight: its noise is the filter's, but the level is known so badly that nothing else is left.
    var blind = LevelDrift(
      level: filter.level, levelVariance: filter.levelVariance, drift: filter.drift,
      driftVariance: filter.driftVariance, noise: 1e12, levelWalk: 1e-5, driftWalk: 1e-8)
    var twice = blind
    blind.step(0, usage: 30)
    twice.step(0, usage: 10)
    twice.step(0, usage: 20)
    #expect(abs(blind.level - twice.level) < 1e-6)
    #expect(abs(blind.levelVariance / twice.levelVariance - 1) < 1e-6)
    #expect(abs(blind.covariance / twice.covariance - 1) < 1e-6)
    #expect(abs(blind.driftVariance / twice.driftVariance - 1) < 1e-6)
    near.step(filter.forecast(after: 3).mean, usage: 3)
    #expect(abs(near.level - filter.forecast(after: 3).mean) < 1e-12)
  }

  @Test func moreNoiseNeverNarrowsTheInterval() {
    var last = 0.0
    for noise in [0.05, 0.1, 0.2, 0.4] {
      var width = 0.0
      for seed in 1...10 as ClosedRange<UInt64> {
        let left = leaking(noise: noise, seed: seed).remainingUsage(to: 6, rising: false, upTo: 1_000)
        width += left[6] - left[0]
      }
      #expect(width > last)
      last = width
    }
  }

  @Test func passedThresholdsAndLevelsThatMoveAway() {
    let filter = leaking()
    #expect(array(filter.remainingUsage(to: 9.5, rising: false, upTo: 100)) == Array(repeating: 0, count: 7))
    #expect(array(filter.remainingUsage(to: 12, rising: true, upTo: 100)) == Array(repeating: 100, count: 7))
    let certain = LevelDrift(
      level: 1, levelVariance: 0, drift: 0.01, driftVariance: 0, noise: 1, levelWalk: 0, driftWalk: 0)
    for left in array(certain.remainingUsage(to: 2, rising: true, upTo: 400)) { #expect(abs(left - 100) < 8) }
  }

  @Test func oneWildValueMovesItLittle() {
    var filter = leaking()
    let before = filter
    filter.step(-1_000, usage: 1)
    #expect(abs(filter.level - before.level) < 0.3)
    #expect(abs(filter.drift - before.drift) < 0.01)
  }

  @Test func restoredFromItsBytesItGoesOnBitForBit() {
    var filter = leaking()
    var restored = withUnsafeBytes(of: filter) { $0.loadUnaligned(as: LevelDrift.self) }
    for i in 0..<20 {
      filter.step(8 - Double(i) * 0.02, usage: 1)
      restored.step(8 - Double(i) * 0.02, usage: 1)
    }
    #expect(withUnsafeBytes(of: filter) { Array($0) } == withUnsafeBytes(of: restored) { Array($0) })
  }

  @Test(arguments: [Double.nan, .infinity, 1e300]) func refusesWhatIsNoValue(value: Double) {
    var filter = leaking()
    var check = ForecastCheck()
    let before = withUnsafeBytes(of: filter) { Array($0) }
    #expect(filter.step(value, usage: 1) == false)
    #expect(filter.step(1, usage: value) == false)
    #expect(filter.step(1, usage: -1) == false)
    #expect(withUnsafeBytes(of: filter) { Array($0) } == before)
    #expect(check.step(value, filter, usage: 1) == false)
    #expect(check.step(1, filter, usage: 0) == false)
  }

  /// Straight lines with a drift from the prior: where its assumptions hold, so must its intervals.
  @Test func intervalsCoverWhatTheyPromise() {
    var random = SeededGenerator(seed: 11)
    var tally = PrognosticTally()
    for _ in 0..<400 {
      let drift = max(0.002, 0.01 + 0.003 * random.normal())
      var filter = LevelDrift(
        level: 0, levelVariance: 0.01, drift: 0.01, driftVariance: 9e-6, noise: 0.0025, levelWalk: 0, driftWalk: 0)
      let start = 0.1 * random.normal()
      for i in 1...40 { filter.step(start + drift * Double(i) + 0.05 * random.normal(), usage: 1) }
      let left = (1 - start) / drift - 40
      if left > 0 { tally.add(filter.remainingUsage(to: 1, rising: true, upTo: 600), truth: left) }
    }
    #expect(tally.count > 390)
    #expect((0.76...0.84).contains(tally.coverage80), "\(tally.coverage80)")
    #expect((0.87...0.93).contains(tally.coverage90), "\(tally.coverage90)")
  }
}

@Suite struct ForecastCheckTests {
  /// Ticks of a line whose noise is as many times what the filter takes it for.
  private func check(noiseRatio: Double, ticks: Int = 400) -> ForecastCheck {
    var random = SeededGenerator(seed: 6)
    var filter = LevelDrift(
      level: 0, levelVariance: 0.01, drift: 0.005, driftVariance: 1e-6, noise: 0.01, levelWalk: 0, driftWalk: 0)
    var check = ForecastCheck()
    for i in 1...ticks {
      let value = 0.005 * Double(i) + 0.1 * noiseRatio * random.normal()
      filter.step(value, usage: 1)
      check.step(value, filter, usage: 1)
    }
    return check
  }

  @Test func aModelThatHoldsIsTrusted() {
    let check = check(noiseRatio: 1)
    #expect(check.count == 380)
    #expect((0.74...0.86).contains(check.hitRate), "\(check.hitRate)")
    #expect(check.trust > 0.93)
    #expect(check.widthFactor == 1)
  }

  @Test func aModelThatPromisesTooMuchIsNotAndIsWidened() {
    let check = check(noiseRatio: 2)
    #expect((0.4...0.6).contains(check.hitRate), "\(check.hitRate)")
    #expect(check.trust < 0.75)
    #expect((1.4...3).contains(check.widthFactor), "\(check.widthFactor)")
  }

  @Test func nothingIsSaidBeforeForecastsCameDue() {
    let check = check(noiseRatio: 5, ticks: 20)
    #expect(check.count == 0 && check.hitRate == 0.8 && check.trust == 1 && check.widthFactor == 1)
    #expect(self.check(noiseRatio: 5, ticks: 60).widthFactor == 1)
  }

  @Test func wideningKeepsTheMedianAndStaysAboveZero() {
    let left: QuantileSet = [10, 20, 30, 40, 60, 80, 100]
    #expect(array(widened(left, by: 2)) == [0, 0, 20, 40, 80, 120, 160])
    #expect(array(widened(left, by: 0.5)) == [25, 30, 35, 40, 50, 60, 70])
  }
}
