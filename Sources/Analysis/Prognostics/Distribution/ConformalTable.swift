// Corrects a prognosis by how prognoses of its kind have turned out on units whose end is known.

/// Quantiles of how far the truth lay from the median, in half widths of the prognosis, for four stretches of predicted
/// remaining usage.
///
/// Where units have failed, such a table removes a prognosis's bias as well as its false certainty. It is made off line
/// and shipped as numbers. Its promise holds for units like those that it was fitted on.
public struct ConformalTable: BitwiseCopyable, Sendable {
  /// Upper edges of the first three stretches, in the unit of the prognosis.
  public let edges: InlineArray<3, Double>
  /// For each stretch, quantiles at `QuantileLevels.thirtyNine`.
  public let quantiles: InlineArray<4, InlineArray<39, Double>>

  /// A table that was fitted before.
  public init(edges: InlineArray<3, Double>, quantiles: InlineArray<4, InlineArray<39, Double>>) {
    self.edges = edges
    self.quantiles = quantiles
  }

  /// What one prognosis said and what then was true.
  public struct Outcome: BitwiseCopyable, Sendable {
    public var median: Double
    /// Half of the distance from the 10 % to the 90 % quantile, above 0; 1 for a prognosis without an interval.
    public var halfWidth: Double
    public var truth: Double

    public init(median: Double, halfWidth: Double, truth: Double) {
      self.median = median
      self.halfWidth = halfWidth
      self.truth = truth
    }
  }

  /// Outcomes that a stretch needs for a row of its own; with fewer it takes the row of all.
  public static var leastOutcomes: Int { 40 }

  /// Fits a table to outcomes on units that are not those it will be judged on.
  ///
  /// - Parameters:
  ///   - outcomes: at least one; those that are not finite or have no half width are left out.
  ///   - cap: largest remaining usage of interest; the stretches end at 25, 50 and 80 % of it.
  public init(fitting outcomes: [Outcome], cap: Double) {
    let usable = outcomes.filter {
      $0.median.isUsable && $0.truth.isUsable && $0.halfWidth > 0 && $0.halfWidth.isUsable
    }
    precondition(!usable.isEmpty, "a conformal table needs an outcome")
    let edges: InlineArray<3, Double> = [0.25 * cap, 0.5 * cap, 0.8 * cap]
    func distances(_ outcomes: [Outcome]) -> [Double] {
      outcomes.map { ($0.truth - $0.median) / $0.halfWidth }.sorted()
    }
    let all = distances(usable)
    self.edges = edges
    quantiles = InlineArray { stretch in
      let own = usable.filter { Self.stretch(of: $0.median, edges) == stretch }
      let sorted = own.count >= Self.leastOutcomes ? distances(own) : all
      return InlineArray { level in
        // The next outcome is equally likely to fall between any two of n sorted ones: n + 1 places.
        let place = QuantileLevels.thirtyNine[level] * Double(sorted.count + 1) - 1
        let held = max(0, min(Double(sorted.count - 1), place))
        let low = Int(held)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (held - Double(low)) * (sorted[high] - sorted[low])
      }
    }
  }

  /// Corrected quantiles at `QuantileLevels.thirtyNine`, none below 0.
  ///
  /// - Parameter halfWidth: half of the distance from the 10 % to the 90 % quantile.
  public func corrected(median: Double, halfWidth: Double) -> InlineArray<39, Double> {
    let row = quantiles[Self.stretch(of: median, edges)]
    return InlineArray { max(0, median + halfWidth * row[$0]) }
  }

  /// Corrected quantiles at the seven published levels, none below 0.
  public func corrected(_ prognosis: QuantileSet) -> QuantileSet {
    let all = corrected(median: prognosis[3], halfWidth: (prognosis[5] - prognosis[1]) / 2)
    return [all[1], all[3], all[9], all[19], all[29], all[35], all[37]]
  }

  private static func stretch(of median: Double, _ edges: InlineArray<3, Double>) -> Int {
    for i in 0..<3 where median < edges[i] { return i }
    return 3
  }
}
