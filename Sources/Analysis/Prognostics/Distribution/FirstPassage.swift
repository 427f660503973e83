// First passage of a Wiener process with drift: when does accumulated damage or usage reach a level?
import CMath

/// Distribution function of the standard normal law.
public func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x * 0.707_106_781_186_547_6) }

/// Probability that a process with the given drift has reached a barrier within `time`: the inverse Gaussian law.
///
/// - Parameters:
///   - time: usage or days, above 0.
///   - distance: what is left to the barrier; at or below 0 the barrier is reached already.
///   - drift: mean progress per unit of time, above 0.
///   - diffusion: variance of the progress per unit of time, at least 0.
/// - Returns: 0...1.
public func firstPassageCDF(time: Double, distance: Double, drift: Double, diffusion: Double) -> Double {
  if distance <= 0 { return 1 }
  let spread = (diffusion * time).squareRoot()
  // Without any scatter the passage has one time.
  guard spread > 0 else { return drift * time >= distance ? 1 : 0 }
  let head = (drift * time - distance) / spread
  // Nine standard deviations away the law is 0 or 1 in all digits (the reflected term is smaller than the first one's
  // density); most of a grid lies there, and the error functions are what a query costs.
  if head < -9 { return 0 }
  if head > 9 { return 1 }
  // e^50 times the tail it meets is far above 1: the clamp only keeps the product from overflowing.
  let exponent = min(2 * drift * distance / diffusion, 50)
  return min(1, normalCDF(head) + exp(exponent) * normalCDF(-(drift * time + distance) / spread))
}

/// A mixture of first passages on a grid of times, from which quantiles are read. Lives on the stack.
struct FirstPassageMixture {
  private static var size: Int { 96 }

  private var times: InlineArray<96, Double>
  private var cumulative = InlineArray<96, Double>(repeating: 0)

  /// A grid of 96 times with equal ratios from `first` to `last`, both above 0.
  init(from first: Double, to last: Double) {
    times = InlineArray { i in first * pow(last / first, Double(i) / 95) }
  }

  /// Adds passages over `distance` at a rate known as mean and variance, with three nodes for the rate's own error.
  mutating func add(weight: Double, distance: Double, rate: Double, rateVariance: Double, diffusion: Double) {
    let side = 1.732_050_8 * rateVariance.squareRoot()
    // Usage never stands still for ever: no node of the rate falls below 15 % of its mean.
    let slow = max(rate - side, 0.15 * rate)
    add(weight: weight / 6, distance: distance, drift: slow, diffusion: diffusion)
    add(weight: weight * 2 / 3, distance: distance, drift: rate, diffusion: diffusion)
    add(weight: weight / 6, distance: distance, drift: rate + side, diffusion: diffusion)
  }

  private mutating func add(weight: Double, distance: Double, drift: Double, diffusion: Double) {
    for i in 0..<Self.size {
      cumulative[i] +=
        weight * firstPassageCDF(time: times[i], distance: distance, drift: drift, diffusion: diffusion)
    }
  }

  /// Times at which the mixture reaches each level, interpolated linearly, limited to the grid; `total` is the sum of
  /// the weights that were added.
  consuming func quantiles<let count: Int>(
    at levels: InlineArray<count, Double>, total: Double
  ) -> InlineArray<count, Double> {
    var highest = 0.0
    for i in 0..<Self.size {
      // The clamped exponent can bend the sum down by rounding; a distribution function never falls.
      highest = max(highest, min(1, cumulative[i] / total))
      cumulative[i] = highest
    }
    return tabulatedQuantiles(at: levels, of: cumulative.span, over: times.span)
  }
}
