// Distributions that are known by quantiles: their probabilities, and mixtures of them.

/// A distribution through its quantiles, straight between them.
///
/// Beyond the outermost quantiles it goes on as it came, to the levels 0 and 1; an amount that is left (no quantile
/// below 0) does not go below 0.
struct QuantileCurve<let count: Int> {
  private let quantiles: InlineArray<count, Double>
  private let levels: InlineArray<count, Double>
  private let lowest: Double
  private let highest: Double

  /// - Parameters:
  ///   - quantiles: at least two, ascending.
  ///   - levels: ascending, above 0 and below 1.
  init(_ quantiles: InlineArray<count, Double>, at levels: InlineArray<count, Double>) {
    precondition(count >= 2, "a distribution needs two quantiles")
    self.quantiles = quantiles
    self.levels = levels
    let last = count - 1
    let down = (quantiles[1] - quantiles[0]) * levels[0] / (levels[1] - levels[0])
    let up = (quantiles[last] - quantiles[last - 1]) * (1 - levels[last]) / (levels[last] - levels[last - 1])
    lowest = quantiles[0] >= 0 ? max(0, quantiles[0] - down) : quantiles[0] - down
    highest = quantiles[last] + up
  }

  /// Knots of the curve, its ends included.
  var knots: Int { count + 2 }

  func knot(_ i: Int) -> (amount: Double, probability: Double) {
    if i == 0 { return (lowest, 0) }
    if i == count + 1 { return (highest, 1) }
    return (quantiles[i - 1], levels[i - 1])
  }

  /// Probability of less than an amount, and of no more than it: they differ where quantiles are equal.
  func probability(of amount: Double) -> (below: Double, upTo: Double) {
    var upper = 0
    while upper < knots && knot(upper).amount < amount { upper += 1 }
    if upper == knots { return (1, 1) }
    let below = upper == 0 ? 0 : interpolated(amount, upper - 1)
    var lower = upper
    while lower < knots && knot(lower).amount <= amount { lower += 1 }
    return (below, lower == upper ? below : knot(lower - 1).probability)
  }

  /// The least knot above an amount; nil beyond the last.
  func next(after amount: Double) -> Double? {
    for i in 0..<knots where knot(i).amount > amount { return knot(i).amount }
    return nil
  }

  private func interpolated(_ amount: Double, _ i: Int) -> Double {
    let from = knot(i)
    let to = knot(i + 1)
    return from.probability + (amount - from.amount) / (to.amount - from.amount) * (to.probability - from.probability)
  }
}

/// The mixture of distributions that are known by quantiles, at the same levels.
///
/// Probabilities are averaged, not quantiles: where two prognoses disagree, the mixture is as wide as their
/// disagreement. The mixture of one distribution with itself is that distribution.
/// - Parameters:
///   - parts: quantiles of each, ascending.
///   - weights: at least 0, not all 0; they need not sum to one.
///   - levels: ascending, above 0 and below 1.
public func mixture<let partCount: Int, let count: Int>(
  of parts: InlineArray<partCount, InlineArray<count, Double>>, weights: InlineArray<partCount, Double>,
  at levels: InlineArray<count, Double>
) -> InlineArray<count, Double> {
  let curves = InlineArray<partCount, QuantileCurve<count>> { QuantileCurve(parts[$0], at: levels) }
  var total = 0.0
  for i in 0..<partCount { total += weights[i] }
  precondition(total > 0, "a mixture needs a weight above 0")

  func probability(of amount: Double) -> (below: Double, upTo: Double) {
    var sum = (below: 0.0, upTo: 0.0)
    for i in 0..<partCount {
      let part = curves[i].probability(of: amount)
      sum.below += weights[i] / total * part.below
      sum.upTo += weights[i] / total * part.upTo
    }
    return sum
  }
  func next(after amount: Double) -> Double? {
    var least: Double?
    for i in 0..<partCount where weights[i] > 0 {
      if let knot = curves[i].next(after: amount), knot < least ?? .infinity { least = knot }
    }
    return least
  }

  // Between two knots the mixture is straight: the knots are gone through in order, and the levels with them.
  var result = InlineArray<count, Double>(repeating: 0)
  var k = 0
  var last = (amount: -Double.infinity, probability: 0.0)
  while k < count, let amount = next(after: last.amount) {
    let (below, upTo) = probability(of: amount)
    while k < count && levels[k] <= below {
      let share = (levels[k] - last.probability) / (below - last.probability)
      result[k] = last.amount + share * (amount - last.amount)
      k += 1
    }
    while k < count && levels[k] <= upTo {
      result[k] = amount
      k += 1
    }
    last = (amount, upTo)
  }
  // Weights that sum to just below one by rounding.
  while k < count {
    result[k] = last.amount
    k += 1
  }
  return result
}
