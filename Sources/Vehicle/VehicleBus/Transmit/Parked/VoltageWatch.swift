// A parked vehicle's voltage that rises: somebody may have started it. A hint to look, never a proof.
public import Vocabulary

/// Told the voltage at the plug now and then while the vehicle is parked, it says when that is worth a look: half a volt
/// above the lowest since it last said so. A converter that tops the battery up raises it as well, so it speaks at most
/// every five minutes.
public struct VoltageWatch: Sendable {
  private var lowest: Double?
  private var spokeAt: Instant?

  /// V.
  static let rise = 0.5
  /// Seconds.
  static let pause = 300.0

  public init() {}

  /// - Parameter volts: what no 12 V or 24 V system has (below 5, above 35, NaN) is ignored.
  public mutating func rises(_ volts: Double, at now: Instant) -> Bool {
    guard (5...35).contains(volts) else { return false }
    let floor = min(lowest ?? volts, volts)
    lowest = floor
    guard volts - floor >= VoltageWatch.rise else { return false }
    if let spokeAt, now.seconds(since: spokeAt) < VoltageWatch.pause { return false }
    spokeAt = now
    lowest = volts
    return true
  }

  /// The vehicle is in use: what comes later is another rest.
  public mutating func reset() { lowest = nil }
}
