// How good a prognosis was, once the truth is known: coverage, relative error, CRPS.

/// What is known of a prognosis when the end has come.
public enum PrognosticMetrics {
  /// Continuous ranked probability score of quantiles against the truth, in the unit of the truth; 0 is perfect.
  ///
  /// Twice the pinball loss, each level weighted with the stretch of probability that lies nearest to it.
  /// - Parameters:
  ///   - quantiles: one per level.
  ///   - levels: ascending within 0...1.
  public static func crps<let count: Int>(
    _ quantiles: InlineArray<count, Double>, at levels: InlineArray<count, Double>, truth: Double
  ) -> Double {
    var sum = 0.0
    for i in 0..<count {
      let from = i == 0 ? 0 : (levels[i - 1] + levels[i]) / 2
      let to = i == count - 1 ? 1 : (levels[i] + levels[i + 1]) / 2
      let miss = truth - quantiles[i]
      sum += (to - from) * max(levels[i] * miss, (levels[i] - 1) * miss)
    }
    return 2 * sum
  }
}

/// Adds up prognoses at one stage of life over many units.
public struct PrognosticTally: BitwiseCopyable, Sendable {
  /// Prognoses added.
  public private(set) var count = 0
  private var within80 = 0
  private var within90 = 0
  private var crpsSum = 0.0
  private var relativeErrors = P2Quantile(level: 0.5)

  public init() {}

  /// Adds one prognosis.
  ///
  /// - Parameters:
  ///   - quantiles: at the seven published levels.
  ///   - truth: what really was left, above 0 and finite, else the prognosis is refused.
  /// - Returns: whether it was added.
  @discardableResult
  public mutating func add(_ quantiles: QuantileSet, truth: Double) -> Bool {
    guard truth > 0, truth.isFinite, quantiles[0].isFinite, quantiles[6].isFinite else { return false }
    count += 1
    if truth >= quantiles[1] && truth <= quantiles[5] { within80 += 1 }
    if truth >= quantiles[0] && truth <= quantiles[6] { within90 += 1 }
    crpsSum += PrognosticMetrics.crps(quantiles, at: QuantileLevels.seven, truth: truth)
    relativeErrors.add(abs(quantiles[3] - truth) / truth)
    return true
  }

  /// Share of truths within the 10...90 % interval; .8 is ideal. NaN without prognoses.
  public var coverage80: Double { Double(within80) / Double(count) }
  /// Share of truths within the 5...95 % interval; .9 is ideal. NaN without prognoses.
  public var coverage90: Double { Double(within90) / Double(count) }
  /// Mean continuous ranked probability score. NaN without prognoses.
  public var meanCRPS: Double { crpsSum / Double(count) }
  /// Median of |median - truth| / truth, estimated by P². NaN without prognoses.
  public var medianRelativeError: Double { relativeErrors.value }
}
