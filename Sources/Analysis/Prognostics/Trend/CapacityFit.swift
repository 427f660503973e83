// Learns the ratio of two measured quantities that are both uncertain, and how uncertain the ratio is.

/// Approximate weighted total least squares with fading memory (Plett, J. Power Sources 196, 2011).
///
/// Fits y = capacity · x to pairs such as a charge and the change of a store's level that it made. Since x is noisy
/// too, ordinary least squares would be too low, and ratios y/x would be biased as well; here both axes are scaled to
/// equal uncertainty and the distance at right angles is made small. Six sums, fixed size, no allocation, all `Double`.
public struct CapacityFit: BitwiseCopyable, Sendable {
  // Sums of x², xy and y², over the variance of y and over that of x.
  private var xxByY: Double
  private var xyByY: Double
  private var yyByY: Double
  private var xxByX: Double
  private var xyByX: Double
  private var yyByX: Double
  /// What x is multiplied by for its uncertainty to be that of y.
  private var scale: Double
  private let nominal: Double
  private let forgetting: Double

  /// - Parameters:
  ///   - capacity: expected before anything is measured, above 0.
  ///   - scatter: its standard deviation, above 0; it counts like one pair with x = 1.
  ///   - xVariance: of the x of that pair, above 0; like those of the pairs to come.
  ///   - forgetting: share of a pair's weight that survives the next one, above 0 up to 1.
  public init(capacity: Double, scatter: Double, xVariance: Double, forgetting: Double = 0.98) {
    precondition(capacity > 0 && capacity.isFinite, "the expected capacity must be above 0")
    precondition(scatter > 0 && xVariance > 0, "scatter and variance of a capacity must be above 0")
    precondition(forgetting > 0 && forgetting <= 1, "the forgetting of a capacity must lie within 0...1")
    let yVariance = scatter * scatter
    xxByY = 1 / yVariance
    xyByY = capacity / yVariance
    yyByY = capacity * capacity / yVariance
    xxByX = 1 / xVariance
    xyByX = capacity / xVariance
    yyByX = capacity * capacity / xVariance
    scale = xVariance.squareRoot() / scatter
    nominal = capacity
    self.forgetting = forgetting
  }

  /// Adds a pair with the variances of both values, above 0.
  ///
  /// - Returns: whether it was added; values that are not finite or beyond 1e100 are not.
  @discardableResult
  public mutating func add(x: Double, y: Double, xVariance: Double, yVariance: Double) -> Bool {
    guard x.isUsable, y.isUsable, xVariance > 0, xVariance.isUsable, yVariance > 0, yVariance.isUsable else {
      return false
    }
    xxByY = forgetting * xxByY + x * x / yVariance
    xyByY = forgetting * xyByY + x * y / yVariance
    yyByY = forgetting * yyByY + y * y / yVariance
    xxByX = forgetting * xxByX + x * x / xVariance
    xyByX = forgetting * xyByX + x * y / xVariance
    yyByX = forgetting * yyByX + y * y / xVariance
    scale = (xVariance / yVariance).squareRoot()
    return true
  }

  /// The fitted capacity, within 40...140 % of the expected one, and its standard deviation.
  ///
  /// - Complexity: 83 evaluations of the merit function.
  public func solve() -> (capacity: Double, standardDeviation: Double) {
    var low = 0.4 * nominal * scale
    var high = 1.4 * nominal * scale
    // Golden section: forty steps leave 4e-9 of the range.
    for _ in 0..<40 {
      let left = high - (high - low) * 0.618_033_988_7
      let right = low + (high - low) * 0.618_033_988_7
      if merit(left) < merit(right) { high = right } else { low = left }
    }
    let best = 0.5 * (low + high)
    let step = 2e-3 * best
    let curvature = (merit(best + step) - 2 * merit(best) + merit(best - step)) / (step * step)
    return (best / scale, (2 / max(curvature, 1e-9)).squareRoot() / scale)
  }

  /// Weighted sum of squared distances at right angles to a line of this slope, in scaled axes.
  private func merit(_ slope: Double) -> Double {
    let q = slope
    let fourth = xxByX * q - 2 * xyByX * scale
    let second = xxByY / (scale * scale) + yyByX * scale * scale
    let numerator = ((fourth * q + second) * q - 2 * xyByY / scale) * q + yyByY
    let denominator = q * q + 1
    return numerator / (denominator * denominator)
  }
}
