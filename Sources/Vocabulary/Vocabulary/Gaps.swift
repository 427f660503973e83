// What dates and bounds other records: a wall clock that came right or made a step, and spans that nobody watched.

/// The wall clock of a boot became good, or made a step against BOOTTIME.
///
/// Rows are immutable: this record dates the earlier rows of its boot. Their wall time plus the shift is when they were.
public struct ClockResolution: BitwiseCopyable, Sendable {
  /// How good the clock was before.
  public var before: ClockQuality
  /// What the wall clock gained against BOOTTIME, ns; negative when it was set back.
  public var shiftNanoseconds: Int64

  public init(before: ClockQuality, shiftNanoseconds: Int64) {
    self.before = before
    self.shiftNanoseconds = shiftNanoseconds
  }
}

/// A span in which the vehicle was used, or may have been, and nobody watched.
public struct ObservationGap: BitwiseCopyable, Sendable {
  /// When the engine was last seen running before.
  public var from: Timestamp
  /// When it was seen again.
  public var to: Timestamp
  /// What the vehicle's own odometer counted meanwhile, km; NaN where it has none.
  public var km: Double

  public init(from: Timestamp, to: Timestamp, km: Double) {
    self.from = from
    self.to = to
    self.km = km
  }

  /// Seconds that it lasted; nil where neither BOOTTIME nor two trusted wall clocks tell it.
  public var seconds: Double? {
    if from.boot == to.boot { return to.uptime.seconds(since: from.uptime) }
    guard from.quality.isTrusted && to.quality.isTrusted else { return nil }
    return Double(to.wallNanoseconds - from.wallNanoseconds) * 1e-9
  }
}
