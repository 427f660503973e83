// Decides what is published next: alerts before events before telemetry, in order within a lane, so much at once.
import Vocabulary

/// The state machine of delivery. Pure: time and the outbox's contents come in as values.
struct Window: Sendable {
  /// What to do next.
  enum Step: Equatable {
    /// Publish this row again.
    case again(Lane, sequence: Int64)
    /// Publish up to `limit` rows after `sequence`, in order.
    case new(Lane, after: Int64, limit: Int)
  }

  /// Most rows of a lane that wait for a receiver.
  let size: Int
  let policy: RetransmissionPolicy
  /// By `Lane.rawValue`.
  private var lanes: [LaneCursor]

  init(size: Int, policy: RetransmissionPolicy = RetransmissionPolicy()) {
    self.size = size
    self.policy = policy
    lanes = Lane.allCases.map { _ in LaneCursor() }
  }

  subscript(lane: Lane) -> LaneCursor {
    get { lanes[Int(lane.rawValue)] }
    set { lanes[Int(lane.rawValue)] = newValue }
  }

  /// The next step; nil when there is nothing to do before time passes, rows come or acknowledgements come.
  /// - Parameter room: how many messages the broker connection takes now.
  func step(at now: Int64, room: Int) -> Step? {
    guard room > 0 else { return nil }
    for lane in Lane.allCases {
      let cursor = self[lane]
      if let sequence = cursor.overdue(at: now, policy) { return .again(lane, sequence: sequence) }
      let free = size - cursor.outstanding.count
      if free > 0 && !cursor.isExhausted { return .new(lane, after: cursor.next - 1, limit: min(free, room)) }
    }
    return nil
  }

  var outstanding: Int { lanes.reduce(0) { $0 + $1.outstanding.count } }
  /// Whether every row of the outbox has been published and acknowledged, as far as is known here.
  var isSettled: Bool { lanes.allSatisfy { $0.outstanding.isEmpty && $0.isExhausted } }

  mutating func rowsMayHaveCome() { for i in lanes.indices { lanes[i].rowsMayHaveCome() } }
  mutating func receiverAnswered() { for i in lanes.indices { lanes[i].receiverAnswered() } }
}
