// Maps a controller's own clock to the system's time.

/// Follows the offset between a CAN controller's time stamps and the system's clock. All times in nanoseconds.
///
/// A software stamp is the hardware stamp's instant plus a delay that is never negative and often small. So the least
/// difference of the two within a window is nearly the clocks' offset, and the line through the lowest points of two
/// windows is their drift: found so, the delay's jitter is gone from the result. Windows grow from 1 s to 10 s, so that
/// drift is known early. A controller whose clock starts again, or jumps, is noticed and learned anew.
struct HardwareClock {
  /// The lowest point of one window.
  private struct Point {
    var hardware: Int64
    var offset: Int64
  }

  private var previous: Point?
  private var current: Point?
  private var windowStart: Int64 = 0
  private var windowLength = HardwareClock.shortestWindow
  /// Nanoseconds that the offset grows in one nanosecond of the controller's clock.
  private var drift = 0.0

  static let shortestWindow: Int64 = 1_000_000_000
  static let longestWindow: Int64 = 10_000_000_000
  /// Crystals keep within 100 ppm each; the rest is room for error.
  static let largestDrift = 300e-6
  /// A difference this far from the expected one is no delay but another clock.
  static let jump: Int64 = 500_000_000

  init() {}

  /// When a frame was received, on the system's clock; never later than `software`.
  /// - Parameters:
  ///   - hardware: the controller's stamp.
  ///   - software: the system's stamp of the same frame, on the axis of the result.
  mutating func instant(hardware: Int64, software: Int64) -> Int64 {
    let offset = software &- hardware
    if let current, (offset &- expected(from: current, at: hardware)).magnitude > UInt64(HardwareClock.jump) {
      self = HardwareClock()
    }
    guard let lowest = current else {
      current = Point(hardware: hardware, offset: offset)
      windowStart = hardware
      return software
    }
    if hardware &- windowStart >= windowLength {
      turn(at: hardware)
      current = Point(hardware: hardware, offset: offset)
    } else if offset < expected(from: lowest, at: hardware) {
      current = Point(hardware: hardware, offset: offset)
    }
    var best = offset
    if let current { best = min(best, expected(from: current, at: hardware)) }
    if let previous { best = min(best, expected(from: previous, at: hardware)) }
    return hardware &+ best
  }

  /// Closes the window: its lowest point and that of the window before give the drift.
  private mutating func turn(at hardware: Int64) {
    // Points close to each other tell of jitter, not of drift.
    if let previous, let current, current.hardware &- previous.hardware >= windowLength / 4 {
      let slope = Double(current.offset &- previous.offset) / Double(current.hardware &- previous.hardware)
      drift = min(max(slope, -HardwareClock.largestDrift), HardwareClock.largestDrift)
    }
    // After a silence the old points are too far away to be carried on.
    previous = hardware &- windowStart < 2 * windowLength ? current : nil
    windowStart = hardware
    windowLength = min(windowLength * 2, HardwareClock.longestWindow)
  }

  private func expected(from point: Point, at hardware: Int64) -> Int64 {
    point.offset &+ Int64(Double(hardware &- point.hardware) * drift)
  }
}
