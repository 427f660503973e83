// The golden vectors of the room Prognostics, gone through on each machine. Unlike decoded values, results of a C
// library's mathematics differ between machines in the last digits: they are compared with the vectors, not with each
// other.

import Prognostics

@main struct GoldenPrognostics {
  static func main() {
    var vectors = Vectors()
    vectors.begin("shape bank")
    compareShapeBank(&vectors) { ShapeBank<224>($0) }
    compareShapeBank(&vectors) { ShapeBank<80>($0) }
    compareShapeBank(&vectors) { ShapeBank<21>($0) }
    compareShapeBank(&vectors) { ShapeBank<162>($0) }
    for _ in 0..<vectors.count() { compareLevelDrift(&vectors) }
    compareCapacityFit(&vectors)
    compareOdometer(&vectors)
    compareQuantile(&vectors)
    for _ in 0..<vectors.count() { compareCusum(&vectors) }
    precondition(vectors.isAtEnd, "golden vectors are left over")
    let billionths = Int((vectors.worst * 1e9).rounded(.up))
    print(
      "compared " + vectors.compared.description + ", missed " + vectors.missed.description + ", worst "
        + billionths.description + "e-9")
  }

  private static func shape(_ vectors: inout Vectors) -> ShapeBankModel.Shape {
    switch vectors.count() {
    case 0: .linear
    case 1: .quadratic
    case 2: .exponential
    case 3: .squareRoot
    case 4: .knee
    default: .table((0...80).map { _ in vectors.number() })
    }
  }

  private static func compareShapeBank<let hypotheses: Int>(
    _ vectors: inout Vectors, _ make: (ShapeBankModel) -> ShapeBank<hypotheses>
  ) {
    var shapes: [(shape: ShapeBankModel.Shape, weight: Double)] = []
    for _ in 0..<vectors.count() {
      let shape = shape(&vectors)
      shapes.append((shape, vectors.number()))
    }
    let model = ShapeBankModel(
      shapes: shapes, failureLevel: vectors.number(), failureLevelScatter: vectors.number(), noise: vectors.number(),
      base: vectors.number(), baseScatter: vectors.number(), duration: vectors.number(),
      durationScatter: vectors.number(), durations: vectors.count(), onsets: vectors.count(), span: vectors.number(),
      hazard: vectors.number(), onsetAlready: vectors.number(), forgetting: vectors.number(),
      learning: vectors.number(), adaptsNoise: vectors.number() == 1)
    let steps = (0..<vectors.count()).map { _ in (vectors.number() == 1, vectors.number(), vectors.number()) }
    var bank = make(model)
    var done = 0
    for _ in 0..<vectors.count() {
      let after = vectors.count()
      for (hasValue, value, usage) in steps[done..<after] {
        if hasValue { bank.step(value, usage: usage, model) } else { bank.pass(usage: usage, model) }
      }
      done = after
      vectors.compare(bank.remainingUsage(model))
      let consumed = bank.consumed(model)
      vectors.compare(consumed.mean)
      vectors.compare(consumed.onsetProbability)
      vectors.compare(bank.noise)
    }
  }

  private static func compareLevelDrift(_ vectors: inout Vectors) {
    vectors.begin("level and drift")
    var filter = LevelDrift(
      level: vectors.number(), levelVariance: vectors.number(), drift: vectors.number(),
      driftVariance: vectors.number(), noise: vectors.number(), levelWalk: vectors.number(),
      driftWalk: vectors.number())
    var check = ForecastCheck()
    let rising = vectors.number() == 1
    let threshold = vectors.number()
    let limit = vectors.number()
    let steps = (0..<vectors.count()).map { _ in (vectors.number(), vectors.number()) }
    var done = 0
    for _ in 0..<vectors.count() {
      let after = vectors.count()
      for (value, usage) in steps[done..<after] {
        filter.step(value, usage: usage)
        check.step(value, filter, usage: 1)
      }
      done = after
      vectors.compare(filter.level)
      vectors.compare(filter.drift)
      vectors.compare(filter.levelVariance)
      vectors.compare(filter.covariance)
      vectors.compare(filter.driftVariance)
      let forecast = filter.forecast(after: 25)
      vectors.compare(forecast.mean)
      vectors.compare(forecast.variance)
      vectors.compare(filter.remainingUsage(to: threshold, rising: rising, upTo: limit))
      vectors.compare(Double(check.count))
      vectors.compare(check.count == 0 ? 0 : check.hitRate)
      vectors.compare(check.trust)
      vectors.compare(check.widthFactor)
    }
  }

  private static func compareCapacityFit(_ vectors: inout Vectors) {
    vectors.begin("capacity")
    var fit = CapacityFit(capacity: 75, scatter: 1.5, xVariance: 8e-4)
    let deviation = 0.004 * 70 * 0.4 + 0.1
    for _ in 0..<vectors.count() {
      fit.add(x: vectors.number(), y: vectors.number(), xVariance: 8e-4, yVariance: deviation * deviation)
    }
    let (capacity, standardDeviation) = fit.solve()
    vectors.compare(capacity)
    vectors.compare(standardDeviation)
  }

  private static func compareOdometer(_ vectors: inout Vectors) {
    vectors.begin("odometer")
    let days = (0..<vectors.count()).map { _ in (vectors.number(), vectors.number()) }
    let measured = (day: vectors.count(), fraction: vectors.number(), deviation: vectors.number())
    var odometer = Odometer(nominalRate: 1 / 40_000)
    var perDay = UsageRate()
    var done = 0
    for _ in 0..<vectors.count() {
      let day = vectors.count()
      while done <= day {
        odometer.add(usage: days[done].0, damage: days[done].1)
        perDay.add(day: days[done].0)
        if done == measured.day {
          odometer.measure(usedFraction: measured.fraction, standardDeviation: measured.deviation)
        }
        done += 1
      }
      vectors.compare(odometer.damage)
      vectors.compare(odometer.used)
      let rate = odometer.rate
      vectors.compare(rate.mean)
      vectors.compare(rate.variance)
      vectors.compare(rate.diffusion)
      vectors.compare(odometer.remainingUsage())
      vectors.compare(perDay.days(until: odometer.remainingUsage(at: QuantileLevels.ten)))
    }
  }

  private static func compareQuantile(_ vectors: inout Vectors) {
    vectors.begin("quantile")
    var quantile = P2Quantile(level: vectors.number())
    let values = vectors.list()
    var done = 0
    for _ in 0..<vectors.count() {
      for value in values[done..<(done + 100)] { quantile.add(value) }
      done += 100
      vectors.compare(quantile.value)
    }
  }

  private static func compareCusum(_ vectors: inout Vectors) {
    vectors.begin("change")
    let values = vectors.list()
    var cusum = SelfStartingCusum()
    var done = 0
    for _ in 0..<vectors.count() {
      let after = vectors.count()
      for value in values[done..<after] { cusum.add(value) }
      done = after
      vectors.compare(cusum.change == .up ? 1 : cusum.change == .down ? -1 : 0)
      vectors.compare(cusum.upperSum)
      vectors.compare(cusum.lowerSum)
      vectors.compare(cusum.lastDeviate)
      vectors.compare(Double(cusum.batchesSinceZero))
      vectors.compare(cusum.referenceMean)
      vectors.compare(cusum.referenceScatter)
    }
  }
}
