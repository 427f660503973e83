// How good a prognosis was, once the truth is known: coverage, relative error, proper scores.
import CMath

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

  /// Winkler score of an interval, in the unit of the truth: its width, and what it missed 2/α times; less is better.
  ///
  /// - Parameter coverage: that the interval promises, 0..<1; α is what is left of 1.
  public static func winkler(low: Double, high: Double, truth: Double, coverage: Double) -> Double {
    (high - low) + 2 / (1 - coverage) * (max(0, low - truth) + max(0, truth - high))
  }

  /// Score of the PHM 2008 challenge: sum of e^(d/10) − 1 for late prognoses and e^(−d/13) − 1 for early ones.
  ///
  /// - Parameter errors: prognosis less truth, in the unit that the scales of 10 and 13 are meant in (cycles).
  public static func nasaScore(_ errors: [Double]) -> Double {
    errors.reduce(0) { $0 + expm1($1 < 0 ? -$1 / 13 : $1 / 10) }
  }

  /// Share of truths within their intervals, bounds included; NaN without any.
  public static func coverage(low: [Double], high: [Double], truth: [Double]) -> Double {
    precondition(low.count == truth.count && high.count == truth.count, "one interval for each truth")
    let within = truth.indices.reduce(0) { $0 + (truth[$1] >= low[$1] && truth[$1] <= high[$1] ? 1 : 0) }
    return Double(within) / Double(truth.count)
  }

  /// 1 − |truth − prediction| / truth; 1 is perfect. The truth is above 0.
  public static func relativeAccuracy(_ prediction: Double, truth: Double) -> Double {
    1 - abs(truth - prediction) / truth
  }

  /// Whether a prediction lies within the cone (1 ± α) · truth.
  public static func isWithinCone(_ prediction: Double, truth: Double, alpha: Double) -> Bool {
    abs(prediction - truth) <= alpha * truth
  }

  /// Probability that a prognosis gives to the cone (1 ± α) · truth; the β version of α-λ accuracy asks for .5 or more.
  public static func massWithinCone<let count: Int>(
    _ quantiles: InlineArray<count, Double>, at levels: InlineArray<count, Double>, truth: Double, alpha: Double
  ) -> Double {
    let curve = QuantileCurve(quantiles, at: levels)
    return curve.probability(of: (1 + alpha) * truth).upTo - curve.probability(of: (1 - alpha) * truth).below
  }

  /// Probability integral transform: the probability that a prognosis gave to no more than the truth, 0...1. Over many
  /// units of a calibrated prognosis it is spread evenly (`PITHistogram`).
  public static func pit<let count: Int>(
    _ quantiles: InlineArray<count, Double>, at levels: InlineArray<count, Double>, truth: Double
  ) -> Double {
    let (below, upTo) = QuantileCurve(quantiles, at: levels).probability(of: truth)
    return (below + upTo) / 2
  }
}
