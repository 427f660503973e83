// The one number by which the outbox's rows lie in the file: epoch, lane and sequence, in this order.
import Vocabulary

/// 21 bits of the epoch's number, 2 of the lane, 40 of the sequence. A table by such a number keeps rows of up to a page
/// within it; a table by three columns would put each above a quarter of one on a page of its own.
enum OutboxKey {
  private static let sequenceBits: Int64 = 40
  private static let streamBits: Int64 = 42
  /// The highest number of an epoch.
  static let lastEpoch: Int32 = 1 << 21 - 1
  /// The highest sequence of a lane.
  static let lastSequence: Int64 = 1 << sequenceBits - 1

  /// The key of a row. What lies outside of the ranges counts as their end: callers ask for more than there can be.
  static func of(_ epoch: Int32, _ lane: Lane, _ sequence: Int64) -> Int64 {
    Int64(max(0, min(epoch, lastEpoch))) << streamBits | Int64(lane.rawValue) << sequenceBits
      | max(0, min(sequence, lastSequence))
  }

  /// The key after the last of a lane.
  static func end(_ epoch: Int32, _ lane: Lane) -> Int64 { of(epoch, lane, lastSequence) + 1 }

  /// What a key says, by column.
  static func values(_ key: Int64) -> [(column: String, value: Int64)] {
    [
      ("epoch", key >> streamBits), ("lane", key >> sequenceBits & 3), ("sequence", key & lastSequence),
    ]
  }

  /// SQL for the key of a row.
  static func sql(_ epoch: String, _ lane: String, _ sequence: String) -> String {
    "(\(epoch) << \(streamBits)) | (\(lane) << \(sequenceBits)) | \(sequence)"
  }

  /// SQL for a condition that `outbox` has rows of an epoch.
  static func exists(of epoch: String) -> String {
    "EXISTS (SELECT 1 FROM outbox WHERE outbox.key BETWEEN (\(epoch)) << \(streamBits) AND (\(epoch)) + 1 << \(streamBits))"
  }
}
