// Follows a level that drifts, and tells when it will reach a threshold: a Kalman filter of two states.
import CMath

/// Level and drift of a noisy indicator whose course is nearly straight, such as a slow leak.
///
/// Both walk at random with the variances given per unit of usage; an innovation counts for at most three of its
/// standard deviations, so that one wild value moves neither far. For anything that bends, `ShapeBank` is the better
/// filter. Fixed size, no allocation, all fields `Double`; usage is in any one unit throughout (distance, days, ticks).
public struct LevelDrift: BitwiseCopyable, Sendable {
  /// The indicator without its noise.
  public private(set) var level: Double
  public private(set) var levelVariance: Double
  /// Change of the level per unit of usage.
  public private(set) var drift: Double
  public private(set) var driftVariance: Double
  /// Covariance of level and drift.
  public private(set) var covariance = 0.0
  /// Variance of one value around the level.
  public let noise: Double
  private let levelWalk: Double
  private let driftWalk: Double

  /// - Parameters:
  ///   - level: before the first value; `levelVariance` says how little is known of it, at least 0.
  ///   - drift: before the first value, per unit of usage, with its variance, at least 0.
  ///   - noise: variance of a value, above 0.
  ///   - levelWalk: variance that the level gains per unit of usage, at least 0.
  ///   - driftWalk: variance that the drift gains per unit of usage, at least 0.
  public init(
    level: Double, levelVariance: Double, drift: Double, driftVariance: Double, noise: Double, levelWalk: Double,
    driftWalk: Double
  ) {
    precondition(noise > 0 && noise.isFinite, "the noise of a filter must be above 0")
    precondition(levelVariance >= 0 && driftVariance >= 0, "a variance must be at least 0")
    precondition(levelWalk >= 0 && driftWalk >= 0, "a walk must be at least 0")
    self.level = level
    self.levelVariance = levelVariance
    self.drift = drift
    self.driftVariance = driftVariance
    self.noise = noise
    self.levelWalk = levelWalk
    self.driftWalk = driftWalk
  }

  /// Takes a value after some more usage, at least 0.
  ///
  /// - Returns: whether it was taken; a value that is not finite or beyond 1e100 is not, nor is negative usage.
  @discardableResult
  public mutating func step(_ value: Double, usage: Double) -> Bool {
    guard value.isUsable, usage >= 0, usage.isUsable else { return false }
    level += drift * usage
    levelVariance = variance(after: usage)
    covariance += usage * driftVariance + driftWalk * usage * usage / 2
    driftVariance += driftWalk * usage

    let spread = levelVariance + noise
    let levelGain = levelVariance / spread
    let driftGain = covariance / spread
    let limit = 3 * spread.squareRoot()
    let innovation = max(-limit, min(limit, value - level))
    level += levelGain * innovation
    drift += driftGain * innovation
    driftVariance -= driftGain * covariance
    levelVariance *= 1 - levelGain
    covariance *= 1 - levelGain
    return true
  }

  /// Level after so much more usage, at least 0, and its variance; a value there has `noise` on top.
  public func forecast(after usage: Double) -> (mean: Double, variance: Double) {
    (level + drift * usage, variance(after: usage))
  }

  /// Quantiles of the usage until the level has reached a threshold, at the seven published levels.
  ///
  /// The probability of having passed is that of the forecast's normal law, kept from falling, on 0 and 127 amounts of
  /// usage from a 5,000th of the limit up to it with equal ratios.
  /// - Parameters:
  ///   - threshold: in the unit of the level.
  ///   - rising: whether the level comes from below.
  ///   - limit: usage beyond which nothing is said, above 0; quantiles that lie there are equal to it. A level that
  ///     stands still or moves away has most of them there.
  /// - Returns: usage at each level, 0 where the threshold has been passed already, ascending.
  public func remainingUsage(to threshold: Double, rising: Bool, upTo limit: Double) -> QuantileSet {
    precondition(limit > 0 && limit.isFinite, "the limit of a prognosis must be above 0")
    let direction = rising ? 1.0 : -1.0
    let ratio = pow(5_000, 1.0 / 126)
    var usage = InlineArray<128, Double>(repeating: 0)
    usage[127] = limit
    for i in (1..<127).reversed() { usage[i] = usage[i + 1] / ratio }
    var cumulative = InlineArray<128, Double>(repeating: 0)
    var highest = 0.0
    for i in 0..<128 {
      let (mean, variance) = forecast(after: usage[i])
      let past = direction * (mean - threshold)
      let reached = variance > 0 ? normalCDF(past / variance.squareRoot()) : past >= 0 ? 1 : 0
      highest = max(highest, reached)
      cumulative[i] = highest
    }
    return tabulatedQuantiles(at: QuantileLevels.seven, of: cumulative.span, over: usage.span)
  }

  private func variance(after usage: Double) -> Double {
    levelVariance + usage * (2 * covariance + usage * driftVariance + levelWalk)
      + driftWalk * usage * usage * usage / 3
  }
}
