// How much usage a counted part has left, as a distribution.
import CMath

extension Odometer {
  /// Quantiles of the usage that is left until the end of life, at the seven published levels.
  ///
  /// See `remainingUsage(at:survived:initialDamage:)`.
  public func remainingUsage(survived: Bool = false, initialDamage: Double = 0) -> QuantileSet {
    remainingUsage(at: QuantileLevels.seven, survived: survived, initialDamage: initialDamage)
  }

  /// Quantiles of the usage that is left until the end of life.
  ///
  /// First passage of the accumulating damage over what is left of it, mixed over nine nodes of κ and three of the
  /// rate, on 96 times from 0.4 % to 400 % of the life at the present rate: results outside are limited to it.
  /// - Parameters:
  ///   - levels: probabilities, 0...1.
  ///   - survived: the end of life would be seen and was not: κ for which the unit had to be dead already drop out.
  ///     Where all of them drop out, the sturdiest remains, at its end.
  ///   - initialDamage: of damage that was done before counting began, it is only known to lie between 0 and this;
  ///     1 (or more) when nothing is known. At 0 the count is taken as complete.
  /// - Returns: usage at each level, above 0, ascending with the levels.
  /// - Complexity: at most 2,592 evaluations of the first passage, five times as many with an initial damage.
  public func remainingUsage<let count: Int>(
    at levels: InlineArray<count, Double>, survived: Bool = false, initialDamage: Double = 0
  ) -> InlineArray<count, Double> {
    let rate = self.rate
    var mixture = FirstPassageMixture(from: 4e-3 / rate.mean, to: 4 / rate.mean)
    let widest = min(initialDamage, max(0, 1 - damage))
    let nodes = widest > 0 ? 5 : 1
    var total = 0.0
    for node in 0..<nodes {
      let before = widest > 0 ? widest * (Double(node) + 0.5) / Double(nodes) : 0
      total += add(to: &mixture, damage: damage + before, rate: rate, onlyAlive: survived)
    }
    if total == 0 {
      mixture.add(
        weight: 1, distance: Self.leastDistance, rate: rate.mean, rateVariance: rate.variance,
        diffusion: rate.diffusion)
      total = 1
    }
    return mixture.quantiles(at: levels, total: total)
  }

  /// A unit at its end still has this much damage left: the first passage needs a distance.
  private static var leastDistance: Double { 1e-6 }

  /// Adds the nine nodes of κ at one damage and returns the weight of those that count.
  private func add(
    to mixture: inout FirstPassageMixture, damage: Double, rate: Rate, onlyAlive: Bool
  ) -> Double {
    var total = 0.0
    for node in 0..<9 {
      let deviate = -2.4 + 0.6 * Double(node)
      let left = exp(-(logCoefficient + deviate * coefficientScatter)) - damage
      if onlyAlive && left <= 0 { continue }
      let weight = exp(-0.5 * deviate * deviate)
      total += weight
      mixture.add(
        weight: weight, distance: max(left, Self.leastDistance), rate: rate.mean, rateVariance: rate.variance,
        diffusion: rate.diffusion)
    }
    return total
  }
}
