// Adds up how good prognoses were, without keeping them.

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
