// Approximate weighted total least squares: golden vector, bias against ordinary least squares, intervals, refusals.
import Foundation
import Prognostics
import Testing

@Suite struct CapacityFitTests {
  private struct Vector: Decodable { var x: [Double], y: [Double], expect_last: [Double] }

  @Test func goldenVector() throws {
    let vector: Vector = try Golden.load("awtls")
    var fit = CapacityFit(capacity: 75, scatter: 1.5, xVariance: 8e-4)
    let deviation = 0.004 * 70 * 0.4 + 0.1
    for (x, y) in zip(vector.x, vector.y) {
      #expect(fit.add(x: x, y: y, xVariance: 8e-4, yVariance: deviation * deviation) == true)
    }
    let (capacity, standardDeviation) = fit.solve()
    #expect(Golden.agree(capacity, vector.expect_last[0]), "\(capacity)")
    #expect(Golden.agree(standardDeviation, vector.expect_last[1]), "\(standardDeviation)")
  }

  @Test func knowsOnlyThePriorAtFirst() {
    let (capacity, standardDeviation) = CapacityFit(capacity: 75, scatter: 1.5, xVariance: 8e-4).solve()
    #expect(abs(capacity - 75) < 1e-3)
    #expect(standardDeviation > 1 && standardDeviation < 4, "\(standardDeviation)")
  }

  /// Where x is noisy a line by least squares comes out too flat; this one does not, and knows its error.
  @Test func isNotBiasedByNoiseInX() {
    var random = SeededGenerator(seed: 3)
    var errors: [Double] = []
    var leastSquaresErrors: [Double] = []
    var covered = 0
    for _ in 0..<150 {
      var fit = CapacityFit(capacity: 75, scatter: 3, xVariance: 0.0032)
      var xx = 0.0
      var xy = 0.0
      for _ in 0..<300 {
        let x = 0.15 + 0.45 * random.uniform()
        let y = 70 * x + 0.1 * random.normal()
        let seen = x + 0.0566 * random.normal()
        fit.add(x: seen, y: y, xVariance: 0.0032, yVariance: 0.01)
        xx = 0.98 * xx + seen * seen
        xy = 0.98 * xy + seen * y
      }
      let (capacity, standardDeviation) = fit.solve()
      errors.append(capacity / 70 - 1)
      leastSquaresErrors.append(xy / xx / 70 - 1)
      if abs(capacity - 70) < 1.645 * standardDeviation { covered += 1 }
    }
    let bias = errors.reduce(0, +) / 150
    let leastSquaresBias = leastSquaresErrors.reduce(0, +) / 150
    #expect(abs(bias) < 0.005, "\(bias)")
    #expect(leastSquaresBias < -0.01, "\(leastSquaresBias)")
    #expect(covered > 120, "\(covered) of 150 within 90 %")
  }

  @Test func followsAFadeWithALag() {
    var random = SeededGenerator(seed: 8)
    var fit = CapacityFit(capacity: 75, scatter: 1.5, xVariance: 2e-4)
    var last = 0.0
    for i in 0..<1_500 {
      let capacity = 75 * (1 - 0.1 * Double(i) / 1_500)
      let x = 0.15 + 0.45 * random.uniform()
      fit.add(
        x: x + 0.0141 * random.normal(), y: capacity * x + 0.1 * random.normal(), xVariance: 2e-4, yVariance: 0.01)
      last = capacity
    }
    #expect(abs(fit.solve().capacity / last - 1) < 0.01)
  }

  @Test(arguments: [1e-3, 3_600]) func scalingYScalesTheCapacity(scale: Double) {
    var plain = CapacityFit(capacity: 75, scatter: 1.5, xVariance: 8e-4)
    var scaled = CapacityFit(capacity: 75 * scale, scatter: 1.5 * scale, xVariance: 8e-4)
    var random = SeededGenerator(seed: 5)
    for _ in 0..<100 {
      let x = 0.2 + 0.4 * random.uniform()
      let y = 71 * x + 0.2 * random.normal()
      plain.add(x: x, y: y, xVariance: 8e-4, yVariance: 0.04)
      scaled.add(x: x, y: y * scale, xVariance: 8e-4, yVariance: 0.04 * scale * scale)
    }
    #expect(abs(scaled.solve().capacity / plain.solve().capacity / scale - 1) < 1e-6)
    #expect(abs(scaled.solve().standardDeviation / plain.solve().standardDeviation / scale - 1) < 1e-3)
  }

  @Test(arguments: [Double.nan, .infinity, 1e300]) func refusesWhatIsNoPair(value: Double) {
    var fit = CapacityFit(capacity: 75, scatter: 1.5, xVariance: 8e-4)
    let before = fit.solve()
    #expect(fit.add(x: value, y: 1, xVariance: 1, yVariance: 1) == false)
    #expect(fit.add(x: 1, y: value, xVariance: 1, yVariance: 1) == false)
    #expect(fit.add(x: 1, y: 1, xVariance: value, yVariance: 1) == false)
    #expect(fit.add(x: 1, y: 1, xVariance: 1, yVariance: value) == false)
    #expect(fit.add(x: 1, y: 1, xVariance: 0, yVariance: 1) == false)
    #expect(fit.solve() == before)
  }
}
