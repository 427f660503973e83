// Decides what is published next: alerts before events before telemetry, elder epochs before the current one, in order
// within a stream, so much at once.
import Vocabulary

/// The state machine of delivery. Pure: time and the outbox's contents come in as values.
struct Window: Sendable {
  /// What to do next.
  enum Step: Equatable {
    /// Publish this row again, or the tombstone that it is part of by now.
    case again(Stream, sequence: Int64)
    /// Publish up to `limit` rows after `sequence`, in order.
    case new(Stream, after: Int64, limit: Int)
  }

  /// Most rows of a stream that wait for a receiver.
  let size: Int
  let policy: RetransmissionPolicy
  var cursors: [Stream: StreamCursor] = [:]
  /// In the order of their turn.
  private(set) var streams: [Stream] = []

  init(size: Int, policy: RetransmissionPolicy = RetransmissionPolicy()) {
    self.size = size
    self.policy = policy
  }

  /// Drops the streams of all other epochs and begins those of new ones.
  /// - Parameter epochs: ascending with time.
  mutating func keep(_ epochs: [Int32]) {
    streams = Lane.allCases.flatMap { lane in epochs.map { Stream(epoch: $0, lane: lane) } }
    cursors = cursors.filter { epochs.contains($0.key.epoch) }
    for stream in streams where cursors[stream] == nil { cursors[stream] = StreamCursor() }
  }

  /// The next step; nil when there is nothing to do before time passes, rows come or acknowledgements come.
  /// - Parameters:
  ///   - room: how many messages the broker connection takes now.
  ///   - last: lanes after this one wait.
  func step(at now: Int64, room: Int, through last: Lane = .telemetry) -> Step? {
    guard room > 0 else { return nil }
    for stream in streams where stream.lane.rawValue <= last.rawValue {
      guard let cursor = cursors[stream] else { continue }
      if let sequence = cursor.overdue(at: now, policy) { return .again(stream, sequence: sequence) }
      let free = size - cursor.outstanding.count
      if free > 0 && !cursor.isExhausted { return .new(stream, after: cursor.next - 1, limit: min(free, room)) }
    }
    return nil
  }

  /// Rows published and not yet acknowledged, of one lane in all epochs.
  func outstanding(_ lane: Lane) -> Int {
    cursors.reduce(0) { $1.key.lane == lane ? $0 + $1.value.outstanding.count : $0 }
  }

  /// Whether a row that was published at `time` or before waits for a receiver.
  func isUnanswered(since time: Int64) -> Bool {
    cursors.values.contains { $0.outstanding.contains { $0.published <= time } }
  }

  mutating func rowsMayHaveCome() { for stream in streams { cursors[stream]?.rowsMayHaveCome() } }
  mutating func receiverIsBack(since time: Int64) {
    for stream in streams { cursors[stream]?.receiverIsBack(since: time) }
  }
}
