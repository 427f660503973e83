// What must hold of counted wear whatever the numbers: units, order, and the direction in which news moves the end.
import Foundation
import Prognostics
import Testing

@Suite struct OdometerProperties {
  /// So many days of uneven use, km and nominal damage.
  private static func days(_ count: Int, seed: UInt64, scatter: Double = 0.3) -> [(usage: Double, damage: Double)] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let km = random.logNormal(40, 0.5)
      return (km, km / 50_000 * random.logNormal(1, scatter))
    }
  }

  private static func odometer(
    _ days: [(usage: Double, damage: Double)], scale: Double = 1, unitScatter: Double = 0.2
  ) -> Odometer {
    var odometer = Odometer(nominalRate: 1 / (50_000 * scale), unitScatter: unitScatter, usageScale: scale)
    for day in days { odometer.add(usage: day.usage * scale, damage: day.damage) }
    return odometer
  }

  /// Metres instead of kilometres, or miles: the same life in other numbers.
  @Test(arguments: [1_000, 1 / 1.609_344, 0x1p-4])
  func theUnitOfUsageScalesTheRemainingUsage(_ scale: Double) {
    let days = Self.days(500, seed: 1)
    let (km, other) = (Self.odometer(days), Self.odometer(days, scale: scale))
    #expect(km.used == other.used)
    let (left, scaled) = (km.remainingUsage(), other.remainingUsage())
    for i in 0..<7 { #expect(abs(scaled[i] / (left[i] * scale) - 1) < 1e-9, "level \(i)") }
  }

  /// Whichever of the equal ticks came first: nothing is left of it, to the last bit.
  @Test func equalTicksMayComeInAnyOrder() {
    var days = Self.days(40, seed: 2)
    days += days + days
    var random = SeededGenerator(seed: 3)
    // Only ticks that are equal change places: each of a kind goes where another of its kind was.
    var shuffled = days
    for kind in 0..<40 {
      let places = [kind, kind + 40, kind + 80]
      let turn = Int(random.uniform() * 3)
      for (i, place) in places.enumerated() { shuffled[place] = days[places[(i + turn) % 3]] }
    }
    let (a, b) = (Self.odometer(days), Self.odometer(shuffled))
    #expect(a.damage == b.damage && a.usage == b.usage)
    let (left, right) = (a.remainingUsage(), b.remainingUsage())
    for i in 0..<7 { #expect(left[i] == right[i]) }
  }

  /// In any order at all the count is the same; only what is known of the present rate may differ.
  @Test func theOrderOfDaysDoesNotMatterToTheCount() {
    let days = Self.days(300, seed: 4)
    let (forth, back) = (Self.odometer(days), Self.odometer(days.reversed()))
    #expect(abs(forth.damage / back.damage - 1) < 1e-12 && abs(forth.usage / back.usage - 1) < 1e-12)
    #expect(forth.rate.mean != back.rate.mean)
  }

  /// A day told in two halves is the same day.
  @Test func aTickMayBeSplit() {
    let days = Self.days(400, seed: 5)
    let whole = Self.odometer(days)
    let halves = Self.odometer(days.flatMap { [($0.usage / 2, $0.damage / 2), ($0.usage / 2, $0.damage / 2)] })
    let (a, b) = (whole.remainingUsage(), halves.remainingUsage())
    #expect(abs(whole.damage / halves.damage - 1) < 1e-12)
    for i in 0..<7 { #expect(abs(a[i] / b[i] - 1) < 0.02, "level \(i): \(a[i]) \(b[i])") }
  }

  /// The worse the measurement, the sooner the end, at every level; from one that can just be of the same part.
  @Test func aWorseMeasurementShortensTheLife() {
    let counted = Self.odometer(Self.days(500, seed: 6))
    var before = QuantileSet(repeating: .infinity)
    for used in stride(from: 0.2, through: 0.9, by: 0.1) {
      var measured = counted
      measured.measure(usedFraction: used, standardDeviation: 0.04)
      let left = measured.remainingUsage()
      for i in 0..<7 { #expect(left[i] < before[i], "used \(used), level \(i)") }
      before = left
    }
  }

  @Test func aMeasurementAsExpectedNarrowsTheInterval() {
    var odometer = Self.odometer(Self.days(500, seed: 7))
    let before = odometer.remainingUsage()
    odometer.measure(usedFraction: odometer.used, standardDeviation: 0.02)
    let after = odometer.remainingUsage()
    #expect(after[6] - after[0] < 0.7 * (before[6] - before[0]))
    #expect(abs(after[3] / before[3] - 1) < 0.1)
  }

  /// The same mean wear in rougher days, and units that scatter more.
  @Test func moreNoiseNeverNarrowsTheInterval() {
    func width(scatter: Double, unitScatter: Double) -> Double {
      let seeds = (0..<24).map { UInt64(100 + $0) }
      return seeds.reduce(0) { sum, seed in
        let days = Self.days(400, seed: seed, scatter: scatter)
        let left = Self.odometer(days, unitScatter: unitScatter).remainingUsage()
        return sum + (left[5] - left[1]) / left[3]
      } / 24
    }
    let byDays = [0.1, 0.5, 1].map { width(scatter: $0, unitScatter: 0.05) }
    #expect(byDays[0] < byDays[1] && byDays[1] < byDays[2], "\(byDays)")
    let byUnits = [0.05, 0.2, 0.4].map { width(scatter: 0.3, unitScatter: $0) }
    #expect(byUnits[0] < byUnits[1] && byUnits[1] < byUnits[2], "\(byUnits)")
  }

  /// Wear only adds up: after each day less is left, but for the noise of the rate.
  @Test func drivingOnLeavesLess() {
    var odometer = Odometer(nominalRate: 1 / 50_000.0)
    var before = odometer.remainingUsage()[3]
    for _ in 0..<60 {
      odometer.add(usage: 500, damage: 0.01)
      let left = odometer.remainingUsage()[3]
      #expect(left < before + 1)
      before = left
    }
  }

  @Test func whatIsNoNumberChangesNothing() {
    let counted = Self.odometer(Self.days(200, seed: 8))
    var odometer = counted
    for bad in [Double.nan, .infinity, -.infinity, -1, 1e101] {
      let taken = [
        odometer.add(usage: bad, damage: 0.1), odometer.add(usage: 1, damage: bad), odometer.add(priorDamage: bad),
        odometer.measure(usedFraction: bad, standardDeviation: 0.1),
        odometer.measure(usedFraction: 0.5, standardDeviation: bad),
      ]
      #expect(!taken.contains(true), "\(bad)")
    }
    let isCertaintyTaken = odometer.measure(usedFraction: 0.5, standardDeviation: 0)
    #expect(!isCertaintyTaken)
    odometer.add(usage: 0, damage: 0)
    let (a, b) = (counted.remainingUsage(), odometer.remainingUsage())
    for i in 0..<7 { #expect(a[i].bitPattern == b[i].bitPattern) }
  }

  /// A new part of the same vehicle has at least as long a way as any worn one, and the count begins at 0.
  @Test func aResetMakesItNew() {
    var odometer = Self.odometer(Self.days(700, seed: 9))
    let worn = odometer.remainingUsage()
    odometer.reset()
    let new = odometer.remainingUsage()
    #expect(odometer.used == 0)
    for i in 0..<7 { #expect(new[i] > worn[i]) }
  }
}

@Suite struct UsageRateProperties {
  private static func rate(_ scale: Double, prior: Double, seed: UInt64 = 11) -> UsageRate {
    var random = SeededGenerator(seed: seed)
    var rate = UsageRate(prior: prior)
    for _ in 0..<400 { rate.add(day: scale * random.logNormal(40, 0.6)) }
    return rate
  }

  private static func nodes(_ middle: Double) -> InlineArray<10, Double> {
    InlineArray { middle * (0.7 + 0.6 * Double($0) / 9) }
  }

  /// Twice the distance a day: the same distance lasts half as long.
  @Test func doublingTheUseHalvesTheDays() {
    let (once, twice) = (Self.rate(1, prior: 40), Self.rate(2, prior: 40))
    let (slow, fast) = (once.days(until: Self.nodes(12_000)), twice.days(until: Self.nodes(12_000)))
    for i in 0..<7 { #expect(abs(fast[i] / slow[i] - 0.5) < 0.01, "level \(i): \(fast[i] / slow[i])") }
    let (less, more) = (once.usage(within: 100), twice.usage(within: 100))
    for i in 0..<7 { #expect(abs(more[i] / less[i] - 2) < 0.05) }
  }

  /// Usage in another unit is reached on the same days.
  @Test func theUnitOfUsageDoesNotMatter() {
    let (km, metres) = (Self.rate(1, prior: 40), Self.rate(1_024, prior: 40 * 1_024))
    let (a, b) = (km.days(until: Self.nodes(9_000)), metres.days(until: Self.nodes(9_000 * 1_024)))
    for i in 0..<7 { #expect(abs(a[i] / b[i] - 1) < 1e-9) }
  }

  /// Uneven weeks widen the interval of the days.
  @Test func moreNoiseNeverNarrowsTheInterval() {
    func width(_ scatter: Double) -> Double {
      (0..<16).reduce(0.0) { sum, seed in
        var random = SeededGenerator(seed: UInt64(200 + seed))
        var rate = UsageRate(prior: 40)
        for _ in 0..<400 { rate.add(day: random.logNormal(40, scatter) * exp(-scatter * scatter / 2)) }
        let days = rate.days(until: InlineArray(repeating: 4_000))
        return sum + (days[5] - days[1]) / days[3]
      }
    }
    let widths = [0.2, 0.7, 1.2].map(width)
    #expect(widths[0] < widths[1] && widths[1] < widths[2], "\(widths)")
  }

  @Test func whatIsNoNumberChangesNothing() {
    let rate = Self.rate(1, prior: 40)
    var told = rate
    for bad in [Double.nan, .infinity, -.infinity, -1, 1e101] {
      let isTaken = told.add(day: bad)
      #expect(!isTaken, "\(bad)")
    }
    let (a, b) = (rate.days(until: Self.nodes(9_000)), told.days(until: Self.nodes(9_000)))
    for i in 0..<7 { #expect(a[i].bitPattern == b[i].bitPattern) }
  }
}
