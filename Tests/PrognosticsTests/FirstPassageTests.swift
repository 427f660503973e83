// The inverse Gaussian law, its mixture and the joining of two limits.
import Foundation
import Prognostics
import Testing

@Suite struct FirstPassageTests {
  @Test func normalLaw() {
    #expect(abs(normalCDF(0) - 0.5) < 1e-15)
    #expect(abs(normalCDF(1.281551565544600) - 0.9) < 1e-12)
    #expect(abs(normalCDF(-3) - 0.001349898031630095) < 1e-15)
  }

  /// Density of the first passage, integrated, against the closed form.
  @Test(arguments: [(distance: 1.0, drift: 0.01, diffusion: 0.004), (0.3, 0.02, 1e-5), (2, 0.5, 0.5)])
  func lawIsTheIntegralOfItsDensity(distance: Double, drift: Double, diffusion: Double) {
    let end = 2 * distance / drift
    let steps = 400_000
    var sum = 0.0
    for i in 0..<steps {
      let t = (Double(i) + 0.5) * end / Double(steps)
      let miss = distance - drift * t
      sum += distance / (2 * .pi * diffusion * t * t * t).squareRoot() * exp(-miss * miss / (2 * diffusion * t))
    }
    let law = firstPassageCDF(time: end, distance: distance, drift: drift, diffusion: diffusion)
    #expect(abs(law - sum * end / Double(steps)) < 1e-6)
  }

  @Test func edges() {
    #expect(firstPassageCDF(time: 1, distance: 0, drift: 1, diffusion: 1) == 1)
    #expect(firstPassageCDF(time: 1, distance: -1, drift: 1, diffusion: 1) == 1)
    #expect(firstPassageCDF(time: 1, distance: 1, drift: 1, diffusion: 0) == 1)
    #expect(firstPassageCDF(time: 0.99, distance: 1, drift: 1, diffusion: 0) == 0)
    #expect(firstPassageCDF(time: 100, distance: 1e6, drift: 1, diffusion: 1e-9) == 0)
  }

  @Test func lawNeverFallsAlongTime() {
    var last = 0.0
    for i in 1...2_000 {
      let law = firstPassageCDF(time: Double(i) * 0.01, distance: 5, drift: 0.6, diffusion: 0.2)
      #expect(law >= last - 1e-12 && law <= 1)
      last = law
    }
  }
}

@Suite struct EarlierOfTwoLimitsTests {
  let wear: QuantileSet = [50, 60, 80, 100, 130, 170, 200]

  @Test func smallerMedianGoverns() {
    let age: QuantileSet = [110, 110, 110, 110, 110, 110, 110]
    #expect(array(earlier(wear, age)) == [50, 60, 80, 100, 130, 170, 200])
    #expect(array(earlier(age, wear)) == [50, 60, 80, 100, 130, 170, 200])
  }

  @Test func wideOtherLimitWidensDownwardsOnly() {
    let age: QuantileSet = [90, 90, 90, 90, 90, 90, 90]
    #expect(array(earlier(wear, age)) == [50, 60, 80, 90, 90, 90, 90])
  }

  @Test func farLimitChangesNothing() {
    let far: QuantileSet = [900, 910, 920, 930, 940, 950, 960]
    #expect(array(earlier(wear, far)) == array(wear))
    #expect(array(earlier(wear, wear)) == array(wear))
  }

  @Test func resultAscendsNeverNarrowerThanTheGoverningAndNeverLaterThanEither() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<500 {
      let a = random.sortedSeven()
      let b = random.sortedSeven()
      let joined = earlier(a, b)
      let governing = a[3] <= b[3] ? a : b
      #expect(isAscending(joined))
      #expect(joined[3] == min(a[3], b[3]))
      for i in 0..<3 { #expect(joined[i] == min(a[i], b[i])) }
      for i in 3..<7 { #expect(joined[i] == governing[i]) }
    }
  }
}

extension SeededGenerator {
  fileprivate mutating func sortedSeven() -> QuantileSet {
    let sorted = (0..<7).map { _ in 1_000 * uniform() }.sorted()
    return QuantileSet { sorted[$0] }
  }
}
