// The rows that leave the vehicle, each with its place in a gapless sequence of its lane and epoch.
import SQLite
public import Vocabulary

/// One record on its way to the fleet. Immutable once it is committed.
public struct OutboxRow: Hashable, Sendable {
  public var epoch: Epoch
  public var lane: Lane
  /// From 1, without gaps within an epoch's lane.
  public var sequence: Int64
  /// Of a tombstone the first sequence that it stands for; of an ordinary row its own.
  public var first: Int64
  /// Whether the row stands for sequences that the vehicle no longer has.
  public var isTombstone: Bool
  /// Event type, for example `alert.created`.
  public var type: String
  /// What the event is about, for example an alert's id; nil where nothing narrower than the vehicle.
  public var subject: String?
  public var time: Timestamp
  /// JSON of the event's data, or a chunk of columns.
  public var data: [UInt8]

  /// - Parameter first: for a tombstone, the first sequence that it stands for.
  public init(
    epoch: Epoch, lane: Lane, sequence: Int64, tombstoneFrom first: Int64? = nil, type: String, subject: String?,
    time: Timestamp, data: [UInt8]
  ) {
    self.epoch = epoch
    self.lane = lane
    self.sequence = sequence
    self.first = first ?? sequence
    isTombstone = first != nil
    self.type = type
    self.subject = subject
    self.time = time
    self.data = data
  }

  /// Its values in the file.
  /// - Parameters:
  ///   - count: of a tombstone, how many rows were dropped; nil when that is not known.
  ///   - epoch: the store's number of its epoch.
  func values(count: Int64?, in epoch: Int32) -> [Value] {
    [
      .integer(Int64(epoch)), .integer(Int64(lane.rawValue)), .integer(sequence), isTombstone ? .integer(first) : .null,
      Value(count), .text(type), Value(subject), .text(time.boot.description), .integer(time.uptime.nanoseconds),
      .integer(time.wallNanoseconds), .integer(Int64(time.quality.rawValue)), .blob(data),
    ]
  }
}

/// How much of a lane waits for its acknowledgement.
public struct OutboxDepth: Hashable, Sendable {
  /// Rows, tombstones included.
  public var count: Int
  /// Lowest sequence still queued, of a tombstone its first; 0 when none is.
  public var lowest: Int64
  /// Last sequence ever given; 0 when none was.
  public var last: Int64

  public init(count: Int, lowest: Int64, last: Int64) {
    self.count = count
    self.lowest = lowest
    self.last = last
  }
}

/// A receiver's word that its database has committed these sequences, ends included.
public struct Acknowledgement: BitwiseCopyable, Sendable {
  /// `OutboxEpoch.number`.
  public var epoch: Int32
  public var lane: Lane
  public var first: Int64
  public var last: Int64

  public init(epoch: Int32, lane: Lane, first: Int64, last: Int64) {
    self.epoch = epoch
    self.lane = lane
    self.first = first
    self.last = last
  }
}
