// The damage counter and the usage rate: golden vectors, metamorphic relations, refusals.
import Foundation
import Prognostics
import Testing

@Suite struct OdometerTests {
  private struct Vector: Decodable {
    struct Measurement: Decodable { var day: Int, value: Double, sd: Double }
    struct Expectation: Decodable {
      var day: Int, D: Double, used: Double, rate: [Double], rul_km: [Double], rul_days: [Double]
    }
    var km: [Double], dmg: [Double], measure: Measurement, expect: [Expectation]
  }

  @Test func goldenVector() throws {
    let vector: Vector = try Golden.load("odometer")
    var odometer = Odometer(nominalRate: 1 / 40_000)
    var perDay = UsageRate()
    var compared = 0
    for day in vector.km.indices {
      odometer.add(usage: vector.km[day], damage: vector.dmg[day])
      perDay.add(day: vector.km[day])
      if day == vector.measure.day {
        odometer.measure(usedFraction: vector.measure.value, standardDeviation: vector.measure.sd)
      }
      guard let expected = vector.expect.first(where: { $0.day == day }) else { continue }
      #expect(Golden.agree(odometer.damage, expected.D))
      #expect(Golden.agree(odometer.used, expected.used))
      let rate = odometer.rate
      for (value, wanted) in zip([rate.mean, rate.variance, rate.diffusion], expected.rate) {
        #expect(abs(value - wanted) <= 1e-6 * wanted)
      }
      let usage = array(odometer.remainingUsage())
      let days = array(perDay.days(until: odometer.remainingUsage(at: QuantileLevels.ten)))
      #expect(zip(usage, expected.rul_km).allSatisfy(Golden.agree), "\(usage) for \(expected.rul_km)")
      #expect(zip(days, expected.rul_days).allSatisfy(Golden.agree), "\(days) for \(expected.rul_days)")
      compared += 1
    }
    #expect(compared == 4)
  }

  /// A unit in mixed use, the usage scaled by `scale`.
  private func used(days: Int, scale: Double = 1, seed: UInt64 = 1) -> Odometer {
    var odometer = Odometer(nominalRate: 1 / (40_000 * scale), usageScale: scale)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<days {
      let usage = 60 * random.uniform()
      odometer.add(usage: usage * scale, damage: usage / 40_000 * (0.8 + 0.5 * random.uniform()))
    }
    return odometer
  }

  @Test(arguments: [0.001, 0.621371, 1_000])
  func scalingTheUnitOfUsageScalesTheRemainingUsage(scale: Double) {
    let plain = array(used(days: 500).remainingUsage())
    let scaled = array(used(days: 500, scale: scale).remainingUsage())
    for (a, b) in zip(plain, scaled) { #expect(abs(b / a / scale - 1) < 1e-9) }
  }

  @Test func halfOfANominalLifeIsLeftAfterHalf() {
    var odometer = Odometer(nominalRate: 1e-4, unitScatter: 0.01)
    for _ in 0..<100 { odometer.add(usage: 50, damage: 0.005) }
    let left = odometer.remainingUsage()
    #expect(abs(left[3] - 5_000) < 250)
    #expect(left[0] > 3_500 && left[6] < 6_800)
  }

  @Test func damageIsTheSameInAnyOrderOfEqualDays() {
    var whole = Odometer(nominalRate: 1e-4)
    var parts = Odometer(nominalRate: 1e-4)
    for _ in 0..<40 { whole.add(usage: 100, damage: 0.012) }
    for _ in 0..<400 { parts.add(usage: 10, damage: 0.0012) }
    #expect(abs(whole.damage - parts.damage) < 1e-12)
    #expect(abs(whole.rate.mean / parts.rate.mean - 1) < 0.01)
  }

  @Test func moreUnitScatterNeverNarrowsTheInterval() {
    var last = 0.0
    for scatter in [0.0, 0.05, 0.10, 0.20, 0.40] {
      var odometer = Odometer(nominalRate: 1e-4, unitScatter: scatter)
      for _ in 0..<100 { odometer.add(usage: 50, damage: 0.005) }
      let left = odometer.remainingUsage()
      #expect(left[6] - left[0] > last)
      last = left[6] - left[0]
    }
  }

  @Test func measurementMovesTheUnitTowardsItAndNarrowsIt() {
    var odometer = used(days: 500)
    let before = odometer.remainingUsage()
    let worn = min(0.9, odometer.damage * 1.4)
    #expect(odometer.measure(usedFraction: worn, standardDeviation: 0.02) == true)
    let after = odometer.remainingUsage()
    #expect(abs(odometer.used - worn) < 0.03)
    #expect(odometer.coefficientScatter < 0.1)
    #expect(after[3] < before[3])
    #expect((after[6] - after[0]) / after[3] < (before[6] - before[0]) / before[3])
  }

  @Test func survivorsLiveLonger() {
    var odometer = Odometer(nominalRate: 1e-4)
    for _ in 0..<180 { odometer.add(usage: 50, damage: 0.005) }
    let blind = odometer.remainingUsage()
    let seen = odometer.remainingUsage(survived: true)
    #expect(isAscending(seen))
    #expect(seen[1] > blind[1] && seen[3] > blind[3])
  }

  /// Where even the sturdiest unit had to be dead, a survivor is at its end, not new.
  @Test func survivorBeyondEveryModelIsAtItsEnd() {
    var odometer = Odometer(nominalRate: 1e-4, unitScatter: 0.05)
    for _ in 0..<600 { odometer.add(usage: 50, damage: 0.005) }
    #expect(odometer.remainingUsage(survived: true)[6] < 200)
    #expect(odometer.remainingUsage()[6] < 200)
  }

  @Test func resetStartsANewPartOfTheSameUnit() {
    var odometer = used(days: 500)
    odometer.measure(usedFraction: 0.5, standardDeviation: 0.02)
    let learnt = odometer
    odometer.reset()
    #expect(odometer.damage == 0 && odometer.used == 0)
    #expect(odometer.usage == learnt.usage)
    #expect(odometer.rate.mean == learnt.rate.mean)
    #expect(odometer.logCoefficient == learnt.logCoefficient)
    let expected = (learnt.coefficientScatter * learnt.coefficientScatter + 0.08 * 0.08).squareRoot()
    #expect(abs(odometer.coefficientScatter - expected) < 1e-15)
  }

  @Test func scatterStaysBoundedOverManyParts() {
    var odometer = Odometer(nominalRate: 1e-4, unitScatter: 0.10)
    for _ in 0..<50 { odometer.reset() }
    #expect(abs(odometer.coefficientScatter - (0.10 * 0.10 + 0.08 * 0.08).squareRoot()) < 1e-15)
  }

  @Test func unknownInitialDamageWidensTheIntervalDownwards() {
    var odometer = Odometer(nominalRate: 1e-4, unitScatter: 0.10)
    for _ in 0..<20 { odometer.add(usage: 50, damage: 0.005) }
    let known = odometer.remainingUsage()
    let unknown = odometer.remainingUsage(initialDamage: 1)
    #expect(isAscending(unknown))
    // What is left is anything from the end (a tenth of it is the lowest node) to a whole life.
    #expect(unknown[0] < 0.15 * known[3] && unknown[6] > 0.8 * known[3])
    #expect(unknown[3] > 0.35 * known[3] && unknown[3] < 0.65 * known[3])
    // Some knowledge lies between, and more than a life left cannot have been used.
    let some = odometer.remainingUsage(initialDamage: 0.3)
    #expect(unknown[3] < some[3] && some[3] < known[3])
    #expect(array(odometer.remainingUsage(initialDamage: 7)) == array(unknown))
  }

  @Test(arguments: [0, -1, Double.nan]) func noInitialDamageIsTheCompleteCount(initial: Double) {
    let odometer = used(days: 300)
    #expect(array(odometer.remainingUsage(initialDamage: initial)) == array(odometer.remainingUsage()))
  }

  @Test func priorDamageCountsButTeachesNoRate() {
    var odometer = used(days: 100)
    let before = odometer
    #expect(odometer.add(priorDamage: 0.25) == true)
    #expect(odometer.damage == before.damage + 0.25)
    #expect(odometer.rate.mean == before.rate.mean)
  }

  @Test(arguments: [Double.nan, -.infinity, .infinity, -1e-9]) func refusesWhatIsNoUsage(value: Double) {
    var odometer = used(days: 200)
    let before = array(odometer.remainingUsage())
    #expect(odometer.add(usage: value, damage: 0.001) == false)
    #expect(odometer.add(usage: 10, damage: value) == false)
    #expect(odometer.add(priorDamage: value) == false)
    #expect(odometer.measure(usedFraction: value, standardDeviation: 0.02) == false)
    #expect(odometer.measure(usedFraction: 0.3, standardDeviation: value) == false)
    #expect(array(odometer.remainingUsage()) == before)
  }

  @Test func refusesWhatWouldOverflow() {
    var odometer = used(days: 200)
    let before = array(odometer.remainingUsage())
    #expect(odometer.add(usage: 600, damage: 1e300) == false)
    #expect(array(odometer.remainingUsage()) == before)
  }

  @Test func aCertainUnitIsNotMeasured() {
    var odometer = Odometer(nominalRate: 1e-4, unitScatter: 0)
    odometer.add(usage: 100, damage: 0.01)
    odometer.measure(usedFraction: 0.9, standardDeviation: 1e-300)
    #expect(odometer.logCoefficient == 0)
    #expect(array(odometer.remainingUsage()).allSatisfy { $0.isFinite })
  }

  @Test func standingUseWearsWithoutDistance() {
    var odometer = Odometer(nominalRate: 1e-4)
    #expect(odometer.add(usage: 0, damage: 0.001) == true)
    #expect(odometer.damage == 0.001)
    #expect(array(odometer.remainingUsage()).allSatisfy { $0.isFinite && $0 > 0 })
  }

  /// 112 bytes of what is learnt, plus configuration; no padding, so that equal states are equal bytes.
  @Test func stateIsSmall() {
    #expect(MemoryLayout<Odometer>.size == 18 * 8)
    #expect(MemoryLayout<Odometer>.stride == MemoryLayout<Odometer>.size)
  }
}

@Suite struct UsageRateTests {
  private let amounts: InlineArray<10, Double> = [
    8_000, 9_000, 9_500, 9_800, 10_000, 10_200, 10_500, 11_000, 11_500, 12_500,
  ]

  private func learnt(scale: Double) -> UsageRate {
    var rate = UsageRate(prior: 40 * scale, leastRate: 0.1 * scale)
    var random = SeededGenerator(seed: 3)
    for day in 0..<400 { rate.add(day: day % 7 == 6 ? 0 : 60 * scale * random.uniform()) }
    return rate
  }

  @Test func doublingTheUsagePerDayHalvesTheDaysAndNotTheUsage() {
    let slow = learnt(scale: 1)
    let fast = learnt(scale: 2)
    #expect(abs(fast.mean / slow.mean - 2) < 1e-12)
    // The grid of days is the same for both: halves agree to its interpolation.
    for (a, b) in zip(array(slow.days(until: amounts)), array(fast.days(until: amounts))) {
      #expect(abs(b / a - 0.5) < 0.01)
    }
    var one = Odometer(nominalRate: 1 / 40_000)
    var two = Odometer(nominalRate: 1 / 40_000)
    for _ in 0..<100 { one.add(usage: 40, damage: 0.001) }
    for _ in 0..<50 { two.add(usage: 80, damage: 0.002) }
    for (a, b) in zip(array(one.remainingUsage()), array(two.remainingUsage())) { #expect(abs(b / a - 1) < 0.02) }
  }

  @Test func usageWithinDaysIsTheOtherSideOfDaysUntilUsage() {
    let rate = learnt(scale: 1)
    let within = rate.usage(within: 300)
    #expect(isAscending(within))
    #expect(abs(within[3] - rate.mean * 300) < 1e-9)
    let until = rate.days(until: InlineArray(repeating: within[3]))
    #expect(abs(until[3] / 300 - 1) < 0.02)
    #expect(array(rate.usage(within: 0)).allSatisfy { $0 == 0 })
    #expect(array(rate.usage(within: -5)).allSatisfy { $0 == 0 })
  }

  @Test func aStandingUnitHasManyDaysButAFiniteNumber() {
    var rate = UsageRate()
    for _ in 0..<20_000 { rate.add(day: 0) }
    #expect(rate.mean < 1e-9)
    let days = rate.days(until: amounts)
    #expect(isAscending(days))
    #expect(days[6] == 6_000)
  }

  @Test(arguments: [Double.nan, .infinity, -1, 1e300]) func refusesWhatIsNoUsage(value: Double) {
    var rate = learnt(scale: 1)
    let before = rate.mean
    let days = array(rate.days(until: amounts))
    for _ in 0..<7 { #expect(rate.add(day: value) == false) }
    #expect(rate.mean == before)
    #expect(array(rate.days(until: amounts)) == days)
  }
}
