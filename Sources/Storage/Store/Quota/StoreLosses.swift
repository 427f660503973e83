// What the store gave up for want of room, in numbers.
public import Vocabulary

/// Rows that the order of sacrifice took, since the caller asked last.
public struct StoreLosses: Hashable, Sendable, CustomStringConvertible {
  /// Rows of histories: roll-ups, health, events and trips for the technician.
  public var histories = 0
  /// Telemetry of the outbox that was thinned: of four rows the first is still there.
  public var thinned = 0
  public var telemetry = 0
  public var events = 0
  /// Superseded states of alerts; the newest state of each is still there.
  public var alerts = 0
  /// Whether the reserve for alerts had to be used.
  public var reserveWasUsed = false

  public init() {}

  public var isEmpty: Bool { self == StoreLosses() }

  /// Rows of a lane that no receiver will get.
  public func outbox(_ lane: Lane) -> Int {
    switch lane {
    case .alerts: alerts
    case .events: events
    case .telemetry: telemetry + thinned
    }
  }

  /// One line, without its subject, for example `gave up 12 rows of telemetry and 3 of histories`.
  public var description: String {
    let parts = [
      (histories, "of histories"), (thinned, "of telemetry by thinning"), (telemetry, "of telemetry"),
      (events, "of events"), (alerts, "of alerts' superseded states"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    let reserve = reserveWasUsed ? "used the reserve for alerts" : nil
    guard !parts.isEmpty else { return reserve ?? "gave up nothing" }
    return "gave up rows: " + parts.joined(separator: ", ") + (reserve.map { "; " + $0 } ?? "")
  }
}
