// How much a unit is used per day, and from that when an amount of usage will be reached.
import CMath

/// Learns usage per day from daily totals: two exponential memories (28 and 180 days) and the variance of weeks.
///
/// Fixed size, no allocation, all fields `Double`. Days without usage count as 0; days of which nothing is known are
/// left out. Negative totals and totals that are not finite or beyond 1e100 are refused.
public struct UsageRate: BitwiseCopyable, Sendable {
  private var shortDays = 7.0
  private var shortUsage: Double
  private var longDays = 7.0
  private var longUsage: Double
  private var weekUsage = 0.0
  private var weekDays = 0.0
  private var weekVariance: Double
  private var weekWeight = 4.0
  private let leastRate: Double
  private let leastUsage: Double

  /// - Parameters:
  ///   - prior: usage per day to begin with, above 0; it weighs like one week.
  ///   - leastRate: a unit is never taken to be used less than this per day, above 0, so that days stay finite.
  public init(prior: Double = 40, leastRate: Double = 0.1) {
    precondition(prior > 0 && prior.isFinite, "the prior usage per day must be above 0")
    precondition(leastRate > 0 && leastRate.isFinite, "the least usage per day must be above 0")
    shortUsage = 7 * prior
    longUsage = 7 * prior
    let weekDeviation = 0.35 * prior * 7
    weekVariance = weekDeviation * weekDeviation
    self.leastRate = leastRate
    leastUsage = 10 * leastRate
  }

  /// Usage per day.
  public var mean: Double { 0.6 * longUsage / longDays + 0.4 * shortUsage / shortDays }

  /// Counts one day's usage, at least 0.
  ///
  /// - Returns: whether it was counted.
  @discardableResult
  public mutating func add(day usage: Double) -> Bool {
    guard usage >= 0, usage.isUsable else { return false }
    let shortDecay = exp(-1.0 / 28)
    shortDays = shortDays * shortDecay + 1
    shortUsage = shortUsage * shortDecay + usage
    let longDecay = exp(-1.0 / 180)
    longDays = longDays * longDecay + 1
    longUsage = longUsage * longDecay + usage
    weekUsage += usage
    weekDays += 1
    if weekDays == 7 { closeWeek() }
    return true
  }

  /// Quantiles of the days until an uncertain amount of usage is reached.
  ///
  /// First passage of the accumulating usage, mixed over the amounts and three nodes of the rate, limited to
  /// 0.5...6,000 days.
  /// - Parameters:
  ///   - usage: ten equally likely amounts (`QuantileLevels.ten`); none counts for less than ten days at
  ///     the least rate.
  ///   - levels: probabilities, 0...1.
  public func days<let count: Int>(
    until usage: InlineArray<10, Double>, at levels: InlineArray<count, Double>
  ) -> InlineArray<count, Double> {
    let rate = self.rate
    var mixture = FirstPassageMixture(from: 0.5, to: 6_000)
    for i in 0..<10 {
      mixture.add(
        weight: 0.1, distance: max(usage[i], leastUsage), rate: rate.mean, rateVariance: rate.variance,
        diffusion: rate.diffusion)
    }
    return mixture.quantiles(at: levels, total: 1)
  }

  /// Quantiles of the days until an uncertain amount of usage is reached, at the seven published levels.
  public func days(until usage: InlineArray<10, Double>) -> QuantileSet { days(until: usage, at: QuantileLevels.seven) }

  /// Quantiles of the usage within a number of days, at least 0, by the normal law; never below 0.
  public func usage(within days: Double) -> QuantileSet {
    let rate = self.rate
    let days = max(0, days)
    let spread = (rate.variance * days * days + rate.diffusion * days).squareRoot()
    let deviates = QuantileLevels.sevenDeviates
    return QuantileSet { i in max(0, rate.mean * days + deviates[i] * spread) }
  }

  /// Quantiles of the usage until an uncertain number of days has passed, at the seven published levels: what is not
  /// known of the days and what is not known of the rate, together.
  /// - Parameter days: at the seven published levels, ascending.
  public func usage(until days: QuantileSet) -> QuantileSet {
    let rate = self.rate
    let levels = QuantileLevels.seven
    // Ten equally likely numbers of days, between the levels in proportion.
    var mean = InlineArray<10, Double>(repeating: 0)
    var spread = mean
    var above = 1
    for i in 0..<10 {
      let level = (Double(i) + 0.5) / 10
      while above < 6 && levels[above] < level { above += 1 }
      let share = (level - levels[above - 1]) / (levels[above] - levels[above - 1])
      let days = max(0, days[above - 1] + share * (days[above] - days[above - 1]))
      mean[i] = rate.mean * days
      spread[i] = max(1e-9, (rate.variance * days * days + rate.diffusion * days).squareRoot())
    }
    var result = QuantileSet(repeating: 0)
    var low = 0.0
    for k in 0..<7 {
      var high = mean[9] + 4 * spread[9]
      var below = low
      for _ in 0..<40 {
        let middle = (below + high) / 2
        var probability = 0.0
        for i in 0..<10 { probability += 0.1 * normalCDF((middle - mean[i]) / spread[i]) }
        if probability < levels[k] { below = middle } else { high = middle }
      }
      low = below
      result[k] = below
    }
    return result
  }

  private var rate: (mean: Double, variance: Double, diffusion: Double) {
    let mean = max(self.mean, leastRate)
    // Weeks hang together (holidays, jobs): their variance is taken half as large again.
    let diffusion = weekVariance / 7 * 1.5
    let disagreement = 0.5 * (shortUsage / shortDays - longUsage / longDays)
    let change = 0.1 * mean
    return (mean, diffusion / longDays + disagreement * disagreement + change * change, diffusion)
  }

  /// Learns how much a week differs from what the rate says, and begins the next week.
  private mutating func closeWeek() {
    let deviation = weekUsage - mean * 7
    weekVariance = (weekVariance * weekWeight + deviation * deviation) / (weekWeight + 1)
    weekWeight = min(weekWeight + 1, 40)
    weekUsage = 0
    weekDays = 0
  }
}
