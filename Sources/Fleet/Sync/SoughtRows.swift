// Rows that a receiver asks for and that are not under way.
public import Vocabulary

/// Sequences of a stream that were sent once and that a receiver misses although nothing of them is under way. Most of
/// them, if not all, the vehicle no longer has.
public struct SoughtRows: Hashable, Sendable {
  /// `OutboxEpoch.number`.
  public var epoch: Int32
  public var lane: Lane
  /// Ascending. Of an epoch that is through they may reach beyond what was given.
  public var ranges: [ClosedRange<Int64>]

  public init(epoch: Int32, lane: Lane, ranges: [ClosedRange<Int64>]) {
    self.epoch = epoch
    self.lane = lane
    self.ranges = ranges
  }
}
