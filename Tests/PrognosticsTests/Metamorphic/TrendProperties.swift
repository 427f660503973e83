// What must hold of every filter that follows an indicator: units, noise, sides, and values that are none.
import Foundation
import Prognostics
import Testing

@Suite struct ShapeBankProperties {
  private static func model(usage: Double = 1, indicator: Double = 1, noise: Double = 0.08) -> ShapeBankModel {
    ShapeBankModel(
      failureLevel: indicator, failureLevelScatter: 0.05 * indicator, noise: noise * indicator,
      baseScatter: 0.05 * indicator, duration: 100 * usage, span: 160 * usage, hazard: 0.01 / usage)
  }

  /// Onset at 30, failure at 130, noise as given.
  private static func values(_ count: Int, noise: Double, seed: UInt64) -> [Double] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { max(0, Double($0) - 30) / 100 + random.normal(0, noise) }
  }

  private static func bank(
    _ values: [Double], _ model: ShapeBankModel, usage: Double = 1, indicator: Double = 1
  ) -> ShapeBank<224> {
    var bank = ShapeBank<224>(model)
    for value in values { bank.step(value * indicator, usage: usage, model) }
    return bank
  }

  @Test(arguments: [1_024, 0.25, 1.609_344])
  func theUnitOfUsageScalesTheRemainingUsage(_ scale: Double) {
    let values = Self.values(90, noise: 0.08, seed: 21)
    let (a, b) = (Self.model(), Self.model(usage: scale))
    let (one, other) = (Self.bank(values, a), Self.bank(values, b, usage: scale))
    let (left, scaled) = (one.remainingUsage(a), other.remainingUsage(b))
    for i in 0..<7 { #expect(abs(scaled[i] / (left[i] * scale) - 1) < 1e-4, "level \(i)") }
    #expect(abs(one.consumed(a).mean - other.consumed(b).mean) < 1e-5)
  }

  /// Milliohms or ohms: an indicator in another unit tells the same end.
  @Test(arguments: [1_000, 0.03])
  func theUnitOfTheIndicatorDoesNotMatter(_ scale: Double) {
    let values = Self.values(90, noise: 0.08, seed: 22)
    let (a, b) = (Self.model(), Self.model(indicator: scale))
    let (one, other) = (Self.bank(values, a), Self.bank(values, b, indicator: scale))
    let (left, same) = (one.remainingUsage(a), other.remainingUsage(b))
    for i in 0..<7 { #expect(abs(same[i] / left[i] - 1) < 1e-3, "level \(i)") }
    #expect(abs(one.consumed(a).mean - other.consumed(b).mean) < 1e-4)
  }

  /// From the least noise that a component has: below it the bank's own grid is the coarser of the two.
  @Test func moreNoiseNeverNarrowsTheInterval() {
    let widths = [0.05, 0.12, 0.25].map { noise in
      let model = Self.model(noise: noise)
      return (0..<24).reduce(0.0) { sum, seed in
        let left = Self.bank(Self.values(95, noise: noise, seed: UInt64(300 + seed)), model).remainingUsage(model)
        return sum + left[5] - left[1]
      }
    }
    #expect(widths[0] < widths[1] && widths[1] < widths[2], "\(widths)")
  }

  /// Noise that the model was not told of is noticed, and makes nothing look more certain.
  @Test func noiseThatNobodyToldOfNarrowsNothing() {
    let model = Self.model(noise: 0.05)
    let banks = [0.02, 0.05, 0.12].map { noise in
      (0..<24).map { Self.bank(Self.values(95, noise: noise, seed: UInt64(400 + $0)), model) }
    }
    let noise = banks.map { $0.reduce(0) { $0 + $1.noise } }
    let widths = banks.map { $0.reduce(0) { $0 + $1.remainingUsage(model)[5] - $1.remainingUsage(model)[1] } }
    #expect(noise[0] < noise[1] && noise[1] < noise[2], "\(noise)")
    #expect(widths[1] > 0.85 * widths[0] && widths[2] > 0.85 * widths[1], "\(widths)")
  }

  /// A value of a sound part never makes it look worse, and one of a worse part never better.
  @Test func oneValueMovesTheConsumedShareItsOwnWay() {
    let model = Self.model()
    for seed in 0..<20 {
      let bank = Self.bank(Self.values(60, noise: 0.08, seed: UInt64(500 + seed)), model)
      var (healthy, same, worse) = (bank, bank, bank)
      let expected = bank.consumed(model).mean
      healthy.step(0, usage: 1, model)
      same.step(expected, usage: 1, model)
      worse.step(expected + 0.3, usage: 1, model)
      // A tick of usage alone is worth a hundredth of the life.
      #expect(healthy.consumed(model).mean <= expected + 0.015)
      #expect(healthy.consumed(model).mean < same.consumed(model).mean)
      #expect(worse.consumed(model).mean > same.consumed(model).mean)
      let (long, short) = (healthy.remainingUsage(model), worse.remainingUsage(model))
      #expect(long[3] > short[3], "seed \(seed)")
    }
  }

  @Test func whatIsNoNumberChangesNothing() {
    let model = Self.model()
    let bank = Self.bank(Self.values(70, noise: 0.08, seed: 23), model)
    var told = bank
    for bad in [Double.nan, .infinity, -.infinity, 1e101, -1e101] {
      let taken = [
        told.step(bad, usage: 1, model), told.step(0.5, usage: -abs(bad), model), told.pass(usage: -abs(bad), model),
      ]
      #expect(!taken.contains(true), "\(bad)")
    }
    let (a, b) = (bank.remainingUsage(model), told.remainingUsage(model))
    for i in 0..<7 { #expect(a[i].bitPattern == b[i].bitPattern) }
    #expect(bank.noise == told.noise)
  }
}

@Suite struct LevelDriftProperties {
  private static func filter(usage: Double = 1, value: Double = 1, sign: Double = 1, noise: Double = 1) -> LevelDrift {
    let (v, u) = (value * value, usage)
    var filter = LevelDrift(
      level: sign * 240 * value, levelVariance: 25 * v, drift: 0, driftVariance: 0.01 * v / (u * u), noise: noise * v,
      levelWalk: 0.01 * v / u, driftWalk: 1e-6 * v / (u * u * u))
    var random = SeededGenerator(seed: 31)
    for day in 1...60 {
      let pressure = 240 - 0.4 * Double(day) + random.normal(0, 1)
      filter.step(sign * pressure * value, usage: usage)
    }
    return filter
  }

  @Test func theUnitOfUsageScalesTheRemainingUsage() {
    let (days, hours) = (Self.filter(), Self.filter(usage: 24))
    let a = days.remainingUsage(to: 192, rising: false, upTo: 400)
    let b = hours.remainingUsage(to: 192, rising: false, upTo: 400 * 24)
    for i in 0..<7 { #expect(abs(b[i] / (24 * a[i]) - 1) < 1e-9) }
  }

  @Test func theUnitOfTheValueDoesNotMatter() {
    let (kilopascal, bar) = (Self.filter(), Self.filter(value: 0.01))
    let a = kilopascal.remainingUsage(to: 192, rising: false, upTo: 400)
    let b = bar.remainingUsage(to: 1.92, rising: false, upTo: 400)
    for i in 0..<7 { #expect(abs(b[i] / a[i] - 1) < 1e-9) }
  }

  /// What falls to a threshold rises to it in the mirror.
  @Test func upAndDownAreAlike() {
    let a = Self.filter().remainingUsage(to: 192, rising: false, upTo: 400)
    let b = Self.filter(sign: -1).remainingUsage(to: -192, rising: true, upTo: 400)
    for i in 0..<7 { #expect(a[i] == b[i]) }
    #expect(a[3] > 20 && a[3] < 400)
  }

  @Test func aNoisierSensorWidensTheInterval() {
    let widths = [0.25, 1, 16].map {
      let left = Self.filter(noise: $0).remainingUsage(to: 192, rising: false, upTo: 400)
      return left[5] - left[1]
    }
    #expect(widths[0] < widths[1] && widths[1] < widths[2], "\(widths)")
  }

  @Test func whatIsNoNumberChangesNothing() {
    let filter = Self.filter()
    var told = filter
    for bad in [Double.nan, .infinity, -.infinity, 1e101, -1e101] {
      let taken = [told.step(bad, usage: 1), told.step(200, usage: bad), told.step(200, usage: -abs(bad))]
      #expect(!taken.contains(true), "\(bad)")
    }
    #expect(filter.level == told.level && filter.drift == told.drift && filter.covariance == told.covariance)
    #expect(filter.levelVariance == told.levelVariance && filter.driftVariance == told.driftVariance)
  }
}

@Suite struct DetectorProperties {
  private static func values(_ count: Int, shift: Double, seed: UInt64 = 41) -> [Double] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { 5 + ($0 >= 150 ? shift : 0) + random.normal(0, 1) }
  }

  private static func run(_ values: [Double], _ map: (Double) -> Double = { $0 }) -> SelfStartingCusum {
    var cusum = SelfStartingCusum()
    for value in values { cusum.add(map(value)) }
    return cusum
  }

  /// Another unit and another zero: the same finding, since only deviates count.
  @Test func unitAndZeroDoNotMatter() {
    let values = Self.values(300, shift: 1.2)
    let (a, b) = (Self.run(values), Self.run(values) { 1.8 * $0 + 32 })
    #expect(a.change == .up && b.change == .up && a.batchesSinceZero == b.batchesSinceZero)
    #expect(abs(a.upperSum - b.upperSum) < 1e-9 && abs(a.lastDeviate - b.lastDeviate) < 1e-9)
  }

  @Test func upAndDownAreAlike() {
    let values = Self.values(300, shift: 1.2)
    let (a, b) = (Self.run(values), Self.run(values) { -$0 })
    #expect(b.change == .down && a.upperSum == b.lowerSum && a.lowerSum == b.upperSum)
  }

  /// A larger step is never found later.
  @Test func aLargerStepIsFoundNoLater() {
    func delay(_ shift: Double) -> Int {
      var cusum = SelfStartingCusum()
      for (i, value) in Self.values(1_000, shift: shift).enumerated() {
        cusum.add(value)
        if cusum.change == .up { return i - 150 }
      }
      return .max
    }
    let delays = [0.8, 1.2, 2, 4].map(delay)
    #expect(delays == delays.sorted(by: >) && delays[0] < 850 && delays[3] > 0, "\(delays)")
  }

  /// Within a batch of five the order is nobody's business.
  @Test func valuesOfABatchMayChangePlaces() {
    let values = Self.values(300, shift: 0.6)
    let turned = stride(from: 0, to: 300, by: 5).flatMap { values[$0..<$0 + 5].reversed() }
    let (a, b) = (Self.run(values), Self.run(turned))
    #expect(abs(a.upperSum - b.upperSum) < 1e-9 && a.referenceBatches == b.referenceBatches)
  }

  @Test func whatIsNoNumberChangesNothing() {
    let values = Self.values(203, shift: 0.6)
    var told = SelfStartingCusum()
    var level = Ewma(memory: 3)
    var middle = P2Quantile(level: 0.5)
    var (soundLevel, soundMiddle) = (level, middle)
    for value in values {
      for bad in [Double.nan, .infinity, -.infinity, 1e101] {
        let taken = [told.add(bad), level.add(bad), middle.add(bad)]
        #expect(!taken.contains(true), "\(bad)")
      }
      told.add(value)
      level.add(value)
      middle.add(value)
      soundLevel.add(value)
      soundMiddle.add(value)
    }
    let sound = Self.run(values)
    #expect(sound.upperSum == told.upperSum && sound.lowerSum == told.lowerSum)
    #expect(sound.referenceMean == told.referenceMean && level.mean == soundLevel.mean)
    #expect(level.variance == soundLevel.variance && middle.value == soundMiddle.value)
  }
}

@Suite struct CapacityFitProperties {
  private static func fit(_ scale: Double = 1, noise: Double = 0.01, seed: UInt64 = 51) -> CapacityFit {
    var random = SeededGenerator(seed: seed)
    var fit = CapacityFit(capacity: 100 * scale, scatter: 10 * scale, xVariance: 1e-4)
    for _ in 0..<80 {
      let x = 0.2 + 0.6 * random.uniform()
      let y = 88 * x + random.normal(0, 0.3)
      fit.add(x: x + random.normal(0, noise), y: y * scale, xVariance: noise * noise, yVariance: 0.09 * scale * scale)
    }
    return fit
  }

  /// Ampere hours or coulombs.
  @Test func theUnitScalesTheCapacity() {
    let (hours, coulombs) = (Self.fit().solve(), Self.fit(3_600).solve())
    #expect(abs(coulombs.capacity / (3_600 * hours.capacity) - 1) < 1e-6)
    #expect(abs(coulombs.standardDeviation / (3_600 * hours.standardDeviation) - 1) < 1e-3)
    #expect(abs(hours.capacity - 88) < 2)
  }

  @Test func aNoisierStateOfChargeWidensTheCapacity() {
    let deviations = [0.005, 0.02, 0.06].map { Self.fit(noise: $0).solve().standardDeviation }
    #expect(deviations[0] < deviations[1] && deviations[1] < deviations[2], "\(deviations)")
  }

  @Test func whatIsNoNumberChangesNothing() {
    let fit = Self.fit()
    var told = fit
    for bad in [Double.nan, .infinity, -.infinity, 1e101] {
      let taken = [
        told.add(x: bad, y: 20, xVariance: 1e-4, yVariance: 0.09),
        told.add(x: 0.3, y: bad, xVariance: 1e-4, yVariance: 0.09),
        told.add(x: 0.3, y: 20, xVariance: bad, yVariance: 0.09),
        told.add(x: 0.3, y: 20, xVariance: 1e-4, yVariance: -abs(bad)),
      ]
      #expect(!taken.contains(true), "\(bad)")
    }
    let isCertaintyTaken = told.add(x: 0.3, y: 20, xVariance: 0, yVariance: 0.09)
    #expect(!isCertaintyTaken)
    #expect(fit.solve().capacity == told.solve().capacity)
  }
}
