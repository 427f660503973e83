// Whether intervals of all widths hold at once: the histogram of probability integral transforms.
import CMath

/// Counts `PrognosticMetrics.pit` of many units in ten equal bins. Calibrated prognoses fill them evenly; a hump is
/// caution, a trough false certainty, a slope bias.
public struct PITHistogram: BitwiseCopyable, Sendable {
  /// Units per bin.
  public private(set) var bins = InlineArray<10, Int>(repeating: 0)
  public private(set) var count = 0

  public init() {}

  /// Counts one transform; one that does not lie within 0...1 is refused.
  @discardableResult
  public mutating func add(_ pit: Double) -> Bool {
    guard pit >= 0, pit <= 1 else { return false }
    bins[min(9, Int(pit * 10))] += 1
    count += 1
    return true
  }

  /// Pearson's χ² against even bins, with nine degrees of freedom; NaN without units.
  public var chiSquare: Double {
    let expected = Double(count) / 10
    var sum = 0.0
    for i in 0..<10 {
      let miss = Double(bins[i]) - expected
      sum += miss * miss / expected
    }
    return sum
  }

  /// Probability of a χ² at least as large if the prognoses are calibrated, 0...1; NaN without units. Good from some
  /// fifty units on.
  public var probability: Double {
    let x = chiSquare
    // The upper tail of χ² has a closed form for odd degrees of freedom.
    let terms = 1 + x / 3 * (1 + x / 5 * (1 + x / 7))
    return erfc((x / 2).squareRoot()) + (2 * x / .pi).squareRoot() * exp(-x / 2) * terms
  }
}
