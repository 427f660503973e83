// How often the simulated bus carries what.

/// Seconds between two frames of a kind, rounded to half seconds, at least one half.
public struct LoggerRates: Equatable, Sendable {
  /// Engine speed (0C) and vehicle speed (0D).
  public var motion = 0.5
  /// Load (04) and air flow (10).
  public var air = 1.0
  /// Coolant (05), manifold pressure (0B), throttle (11), system voltage (42).
  public var engine = 2.0
  /// Intake (0F), run time (1F), fuel level (2F), ambient (46), oil (5C), odometer (A6).
  public var slow = 5.0
  /// The car's own engine and motion messages; its body message comes at half this rate.
  public var native = 0.5

  public init() {}
}
