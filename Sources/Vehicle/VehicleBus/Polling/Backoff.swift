// Pauses that grow while something does not get better.

/// Doubles from the first pause to the longest.
struct Backoff: Sendable {
  private let first: Double
  private let longest: Double
  private var doublings = 0

  /// - Parameters:
  ///   - first: seconds.
  ///   - longest: seconds.
  init(first: Double, longest: Double) {
    self.first = first
    self.longest = longest
  }

  /// For what gives no sign of life.
  static let silence = Backoff(first: 5, longest: 60)
  /// For a unit that says it is busy (7F xx 21).
  static let busy = Backoff(first: 0.2, longest: 60)

  /// Seconds to pause now.
  mutating func next() -> Double {
    let pause = min(first * Double(UInt64(1) << UInt64(doublings)), longest)
    if pause < longest { doublings += 1 }
    return pause
  }

  mutating func reset() { doublings = 0 }
}
