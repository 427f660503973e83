// A budget over time: tokens drip in at a rate up to a burst, each request takes one.
import Vocabulary

/// In any span of `t` seconds at most `rate * t + burst` tokens can be taken. The budget is given with each call, so
/// that a new configuration holds at once.
struct TokenBucket: BitwiseCopyable, Sendable {
  struct Budget: BitwiseCopyable, Sendable {
    /// Tokens per second, 0.1...50.
    var rate: Double
    /// Tokens that a full bucket holds, 1...10.
    var burst: Double

    init(rate: Double, burst: Int) {
      self.rate = rate > 0.1 ? min(rate, 50) : 0.1
      self.burst = Double(min(max(burst, 1), 10))
    }
  }

  private var tokens = Double.infinity
  private var time = Instant(nanoseconds: .min)

  /// Full.
  init() {}

  func level(at now: Instant, _ budget: Budget) -> Double {
    min(budget.burst, tokens + time.secondsAgo(at: now) * budget.rate)
  }

  mutating func take(at now: Instant, _ budget: Budget) {
    tokens = level(at: now, budget) - 1
    // A clock that went back fills nothing twice.
    time = max(time, now)
  }
}

extension Instant {
  /// Seconds from `self` to `now`: 0 for an instant ahead of `now`, some 292 years for one that stands for "never".
  func secondsAgo(at now: Instant) -> Double {
    max(0, (Double(now.nanoseconds) - Double(nanoseconds)) * 1e-9)
  }
}
