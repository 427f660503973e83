// From consumed life to a score that people read: 100 new, 0 failed.

public enum HealthScore {
  /// Score of a consumed fraction of life, piecewise linear: 0 is 100, .5 is 75, .8 is 40, 1 is 10, 1.15 is 0.
  ///
  /// - Parameter consumed: 0 new, 1 at the failure level; outside 0...1.15 the ends hold.
  /// - Returns: 0...100; NaN for NaN, since unknown is not zero.
  public static func score(consumed: Double) -> Double {
    if consumed.isNaN { return .nan }
    if consumed <= 0 { return 100 }
    if consumed <= 0.5 { return line(consumed, from: (0, 100), to: (0.5, 75)) }
    if consumed <= 0.8 { return line(consumed, from: (0.5, 75), to: (0.8, 40)) }
    if consumed <= 1 { return line(consumed, from: (0.8, 40), to: (1, 10)) }
    if consumed <= 1.15 { return line(consumed, from: (1, 10), to: (1.15, 0)) }
    return 0
  }

  /// Score held down when the end may come before the next chance to plan for it.
  ///
  /// When the 10 % quantile of the remaining life lies within the planning horizon the score is at most
  /// `20 + 20 · quantile / horizon`, so between 20 and 40.
  /// - Parameters:
  ///   - score: 0...100.
  ///   - tenthPercentile: of the remaining usage or days, at least 0; NaN when it is not known, which caps nothing.
  ///   - horizon: planning horizon in the same unit, above 0.
  public static func capped(_ score: Double, tenthPercentile: Double, horizon: Double) -> Double {
    guard tenthPercentile < horizon else { return score }
    return min(score, 20 + 20 * max(0, tenthPercentile) / horizon)
  }

  private static func line(_ x: Double, from a: (x: Double, y: Double), to b: (x: Double, y: Double)) -> Double {
    a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x)
  }
}
