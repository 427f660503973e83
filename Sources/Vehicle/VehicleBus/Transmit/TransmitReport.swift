// What the guard did and what stands in the way now, for the local socket and the metrics.
public import Vocabulary

public struct TransmitReport: Sendable {
  public struct Bus: Sendable {
    public var bus: UInt8
    public var mayTransmit: Bool
    /// Requests granted since the start.
    public var granted: UInt64
    /// What would keep the plan from asking on this bus now; nil for nothing. Budgets are left out: they come and go.
    public var hindrance: Refusal?
    /// When this bus may be probed next; nil where it is not probed.
    public var nextProbe: Instant?
  }

  public struct Refused: Sendable {
    public var reason: Refusal
    public var count: UInt64
    /// The last one, and when it was.
    public var last: Transmission
    public var time: Instant
  }

  public var parked: ParkedVerdict
  /// Nil while nobody has paused polling; the far end of time for a pause without an end.
  public var pausedUntil: Instant?
  /// Those that the policy names.
  public var buses: [Bus]
  /// Every reason that occurred.
  public var refusals: [Refused]
}
