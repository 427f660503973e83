// Moves the kernel's receive stamps from wall time to the BOOTTIME axis.

/// Turns wall stamps into instants, batch by batch. All times in nanoseconds.
///
/// The two clocks' difference is taken once a batch. Where it has moved since the batch before by more than slewing
/// explains, the wall clock was set in between, and some of the stamps may be of before: the whole batch then takes the
/// time at which it was read.
struct ReceiveStamps {
  /// BOOTTIME at which the batch was read.
  private(set) var now: Int64 = 0
  private var wallMinusBoot: Int64?
  private var isAcrossStep = false

  /// More than slewing at 500 ppm does in 20 s, and too little to matter.
  static let tolerance: Int64 = 10_000_000
  /// Nothing waits so long in a socket that is read.
  static let oldest: Int64 = 5_000_000_000

  /// Begins a batch that was read at `now` (BOOTTIME) and `wall`.
  mutating func begin(now: Int64, wall: Int64) {
    self.now = now
    let difference = wall &- now
    isAcrossStep = wallMinusBoot.map { ($0 &- difference).magnitude > UInt64(ReceiveStamps.tolerance) } ?? false
    wallMinusBoot = difference
  }

  /// When a frame of this batch was received, on the BOOTTIME axis; the time of reading where the stamp is missing (0),
  /// lies ahead of it or far behind, or cannot be trusted.
  @inline(__always) func instant(ofWall stamp: Int64) -> Int64 {
    guard stamp != 0, !isAcrossStep, let wallMinusBoot else { return now }
    let age = now &- (stamp &- wallMinusBoot)
    return age >= 0 && age < ReceiveStamps.oldest ? now &- age : now
  }
}
