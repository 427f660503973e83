// Distributions as quantiles, and how two limits on one life become one.

/// Quantiles at the seven published levels (`QuantileLevels.seven`), ascending.
public typealias QuantileSet = InlineArray<7, Double>

/// Probability levels at which distributions are read.
public enum QuantileLevels {
  /// 5, 10, 25, 50, 75, 90 and 95 %.
  public static var seven: InlineArray<7, Double> { [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95] }

  /// 5, 15, ... 95 %: ten nodes of equal weight that stand for a whole distribution in a mixture.
  public static var ten: InlineArray<10, Double> {
    [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95]
  }

  /// Normal deviates at `seven`.
  static var sevenDeviates: InlineArray<7, Double> {
    [
      -1.644_853_626_951_473, -1.281_551_565_544_6, -0.674_489_750_196_082, 0, 0.674_489_750_196_082,
      1.281_551_565_544_6, 1.644_853_626_951_473,
    ]
  }
}

/// The life of a part that ends at whichever of two limits comes first, for example wear and age.
///
/// The limit with the smaller median governs (the first one, if they are equal): its median and its upper quantiles
/// hold, since the earlier of two ends is never later than either. Below the median each quantile is the smaller of
/// both, so that the interval is never narrower than the governing one and also covers an early end by the other limit.
///
/// - Returns: ascending quantiles, if both arguments are.
public func earlier(_ first: QuantileSet, _ second: QuantileSet) -> QuantileSet {
  let firstGoverns = first[3] <= second[3]
  var result = firstGoverns ? first : second
  let other = firstGoverns ? second : first
  for i in 0..<3 { result[i] = min(result[i], other[i]) }
  return result
}
