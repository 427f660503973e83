// By how much periods grow when more is wanted than the budget or the units allow.

/// Follows the periods that are met. All items that share it are stretched alike.
struct Stretch: Sendable {
  private var smoothed = 1.0

  /// What periods are multiplied with, 1 or more. Small excesses are the jitter of requests that wait for each other.
  var factor: Double { smoothed < Stretch.jitter ? 1 : smoothed }

  private static let jitter = 1.05
  private static let longest = 1e4
  private static let tolerance = 0.02

  /// How the parameters of one request kept their time.
  struct Pace {
    /// The longest time after it was due, as a share of the stretched period.
    var lateness = 0.0
    private var sum = 0.0
    private var count = 0.0

    /// - Parameter met: the interval between two answers by the period wanted.
    mutating func add(_ met: Double?) {
      guard let met, met.isFinite else { return }
      sum += met
      count += 1
    }

    /// Nil where nothing was answered twice.
    var met: Double? { count > 0 ? sum / count : nil }
  }

  mutating func note(_ pace: Pace) {
    guard let met = pace.met else { return }
    if pace.lateness > Stretch.tolerance {
      // One long wait is a disturbance; many are a plan that does not fit.
      smoothed += (min(met, 1.5 * smoothed) - smoothed) / 16
    } else {
      // What went out in time says that there is room: the periods shrink until requests are late again.
      smoothed *= 0.97
    }
    smoothed = min(max(1, smoothed), Stretch.longest)
  }
}
