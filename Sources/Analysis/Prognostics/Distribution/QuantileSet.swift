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

  /// 2.5, 5, ... 97.5 %: fine enough for scores of a whole distribution.
  public static var thirtyNine: InlineArray<39, Double> { InlineArray { Double($0 + 1) / 40 } }

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

/// Quantiles with distances from the median so many times as large, none below 0: a prognosis whose width was found
/// wrong.
///
/// - Parameter factor: above 0.
public func widened(_ quantiles: QuantileSet, by factor: Double) -> QuantileSet {
  QuantileSet { i in max(0, quantiles[3] + factor * (quantiles[i] - quantiles[3])) }
}

/// Where a distribution function, tabulated over ascending amounts, reaches each level: interpolated linearly, limited
/// to the table.
func tabulatedQuantiles<let count: Int>(
  at levels: InlineArray<count, Double>, of cumulative: Span<Double>, over amounts: Span<Double>
) -> InlineArray<count, Double> {
  // Not by a closure: an initialiser that takes one allocates metadata when it is first called.
  var result = InlineArray<count, Double>(repeating: 0)
  for k in 0..<count { result[k] = tabulatedQuantile(at: levels[k], of: cumulative, over: amounts) }
  return result
}

private func tabulatedQuantile(at level: Double, of cumulative: Span<Double>, over amounts: Span<Double>) -> Double {
  if cumulative[0] >= level { return amounts[0] }
  for i in 1..<cumulative.count where cumulative[i] >= level {
    let share = (level - cumulative[i - 1]) / (cumulative[i] - cumulative[i - 1])
    return amounts[i - 1] + share * (amounts[i] - amounts[i - 1])
  }
  return amounts[amounts.count - 1]
}
