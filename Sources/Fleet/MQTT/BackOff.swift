// How long to wait before the next attempt to connect. Pure, so that every step of it can be tested.

/// Waits that double with jitter: short ones for a broker that is away, long ones after a refusal and a takeover.
/// Seconds throughout.
public struct BackOff: Sendable {
  /// Longest first wait.
  public var first: Double
  /// Longest wait at all between attempts at a broker that is merely away.
  public var limit: Double
  /// First and longest pause after the broker refused this client's credentials. Brokers and the directories behind
  /// them lock an account after a few wrong passwords within minutes, often for everybody who shares it; one attempt an
  /// hour, then one a day, stays below any such limit and still finds an account that was mended at the broker.
  public var refusalPause: Double
  public var refusalLimit: Double
  /// First and longest pause after another client took this identity: the one that waits does not fight.
  public var takeoverPause: Double
  public var takeoverLimit: Double
  /// A connection has to live this long before the next wait starts from `first` again.
  public var provenAfter: Double
  private var failures = 0
  private var refusals = 0
  private var takeovers = 0

  public enum Pause: Sendable { case growing, refusal, takeover }

  public init(
    first: Double = 1, limit: Double = 300, refusalPause: Double = 3600, refusalLimit: Double = 86_400,
    takeoverPause: Double = 300, takeoverLimit: Double = 3600, provenAfter: Double = 10
  ) {
    self.first = first
    self.limit = limit
    self.refusalPause = refusalPause
    self.refusalLimit = refusalLimit
    self.takeoverPause = takeoverPause
    self.takeoverLimit = takeoverLimit
    self.provenAfter = provenAfter
  }

  /// The next wait in seconds.
  ///
  /// Waits are drawn from the upper half of 1, 2, 4, … times the first of their kind, so that a fleet whose broker
  /// comes back does not come back in one second.
  /// - Parameter random: uniform in 0..<1.
  public mutating func next(_ pause: Pause, random: Double) -> Double {
    let longest: Double
    switch pause {
    case .growing: longest = BackOff.doubled(first, limit, &failures)
    case .refusal: longest = BackOff.doubled(refusalPause, refusalLimit, &refusals)
    case .takeover: longest = BackOff.doubled(takeoverPause, takeoverLimit, &takeovers)
    }
    return longest * (0.5 + 0.5 * min(max(random, 0), 1))
  }

  private static func doubled(_ first: Double, _ limit: Double, _ count: inout Int) -> Double {
    defer { count = min(count + 1, 20) }  // 2^20 passes any limit in use; more doublings would only overflow.
    return min(limit, first * Double(1 << count))
  }

  /// Tells that a connection was up for `seconds`: the credentials were taken, however short it was.
  public mutating func connectionLasted(_ seconds: Double) {
    refusals = 0
    if seconds >= provenAfter { failures = 0 }
    if seconds >= takeoverLimit { takeovers = 0 }
  }
}
