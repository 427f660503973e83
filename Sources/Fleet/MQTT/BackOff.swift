// How long to wait before the next attempt to connect. Pure, so that every step of it can be tested.

/// Waits that double with jitter, and the two long ones after a refusal and a takeover. Seconds throughout.
public struct BackOff: Sendable {
  /// Longest first wait.
  public var first: Double
  /// Longest wait at all between attempts at a broker that is merely away.
  public var limit: Double
  /// After the broker refused this client: trying again soon helps nobody and locks accounts.
  public var refusalPause: Double
  /// After another client took this identity: the one that waits does not fight.
  public var takeoverPause: Double
  /// A connection has to live this long before the next wait starts from `first` again.
  public var provenAfter: Double
  private var failures = 0

  public enum Pause: Sendable { case growing, refusal, takeover }

  public init(
    first: Double = 1, limit: Double = 300, refusalPause: Double = 900, takeoverPause: Double = 300,
    provenAfter: Double = 10
  ) {
    self.first = first
    self.limit = limit
    self.refusalPause = refusalPause
    self.takeoverPause = takeoverPause
    self.provenAfter = provenAfter
  }

  /// The next wait in seconds.
  ///
  /// Growing waits are drawn from the upper half of 1, 2, 4, … times `first`, so that a fleet whose broker comes back
  /// does not come back in one second. The two pauses are drawn from the upper half likewise.
  /// - Parameter random: uniform in 0..<1.
  public mutating func next(_ pause: Pause, random: Double) -> Double {
    let longest: Double
    switch pause {
    case .growing:
      // 2^20 passes any limit in use; more doublings would only overflow.
      longest = min(limit, first * Double(1 << min(failures, 20)))
      failures += 1
    case .refusal: longest = refusalPause
    case .takeover: longest = takeoverPause
    }
    return longest * (0.5 + 0.5 * min(max(random, 0), 1))
  }

  /// Tells that a connection was up for `seconds`.
  public mutating func connectionLasted(_ seconds: Double) {
    if seconds >= provenAfter { failures = 0 }
  }
}
