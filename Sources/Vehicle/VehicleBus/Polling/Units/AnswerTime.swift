// How long a unit takes to answer.

/// Learned from each answer; from it follows how long to wait for the next one.
public struct AnswerTime: Sendable {
  /// Seconds; NaN before the first answer.
  public private(set) var shortest = Double.nan
  public private(set) var mean = Double.nan
  /// Falls slowly towards the mean, so that one late answer is not waited for for ever.
  public private(set) var longest = Double.nan

  /// Seconds to wait for a unit of which nothing is known: the 50 ms of ISO 15765-4 and what gateways and a busy
  /// machine add.
  static let firstPatience = 0.25
  static let patienceRange = 0.05...1.0

  init() {}

  /// Seconds to wait for the next answer.
  /// - Parameter silences: requests in succession without an answer; each doubles the time.
  func patience(silences: Int = 0) -> Double {
    let usual = longest.isNaN ? AnswerTime.firstPatience : 4 * longest
    let doubled = usual * Double(1 << min(max(0, silences), 4))
    return min(max(doubled, AnswerTime.patienceRange.lowerBound), AnswerTime.patienceRange.upperBound)
  }

  /// - Parameter delay: seconds from the request to the first sign of an answer.
  mutating func note(_ delay: Double) {
    guard delay.isFinite, delay >= 0 else { return }
    guard !mean.isNaN else {
      shortest = delay
      mean = delay
      longest = delay
      return
    }
    shortest = min(shortest, delay)
    mean += (delay - mean) / 8
    longest = max(delay, longest + (mean - longest) / 64)
  }
}
