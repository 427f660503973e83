// What of one lane is under way: pure, without clock, network or database.
import Vocabulary

/// How long an unacknowledged row waits before it is published again. Nanoseconds.
struct RetransmissionPolicy: Sendable {
  var first: Int64 = 30_000_000_000
  var limit: Int64 = 600_000_000_000

  /// The wait after the `attempt`th publication, counted from 1.
  func wait(after attempt: Int) -> Int64 { min(limit, first << Int64(min(max(attempt, 1) - 1, 20))) }
}

/// The place of one lane in its sequence, and the rows published and not yet acknowledged by a receiver.
///
/// Every row below `next` that is not outstanding is acknowledged or gone from the outbox; there is no other list.
struct LaneCursor: Sendable {
  struct Outstanding: Hashable, Sendable {
    var sequence: Int64
    /// When it was published last, nanoseconds.
    var published: Int64
    var attempts: Int
  }

  /// The lowest sequence not published since the last rewind.
  private(set) var next: Int64 = 1
  /// The highest sequence ever published, by this process or, below the lowest queued row, by an earlier one.
  private(set) var highest: Int64 = 0
  /// Ascending by sequence.
  private(set) var outstanding: [Outstanding] = []
  /// Set when the outbox had no row at or above `next`; cleared by news of a commit.
  private(set) var isExhausted = false

  /// Goes back to `lowest`, the lowest queued row: what was published without an acknowledgement is published again.
  mutating func rewind(to lowest: Int64) {
    next = max(1, lowest)
    highest = max(highest, next - 1)
    outstanding.removeAll(keepingCapacity: true)
    isExhausted = false
  }

  mutating func rowsMayHaveCome() { isExhausted = false }
  mutating func foundNoRows() { isExhausted = true }

  /// The lowest row whose wait is over.
  func overdue(at now: Int64, _ policy: RetransmissionPolicy) -> Int64? {
    outstanding.first { now - $0.published >= policy.wait(after: $0.attempts) }?.sequence
  }

  /// Notes a publication, the first or a repeated one.
  mutating func published(_ sequence: Int64, at now: Int64) {
    let place = index(of: sequence)
    if place < outstanding.count && outstanding[place].sequence == sequence {
      outstanding[place].published = now
      outstanding[place].attempts += 1
    } else {
      outstanding.insert(Outstanding(sequence: sequence, published: now, attempts: 1), at: place)
    }
    next = max(next, sequence + 1)
    highest = max(highest, sequence)
  }

  /// A row to be published again is no longer in the outbox: retention took it.
  mutating func gone(_ sequence: Int64) {
    let place = index(of: sequence)
    if place < outstanding.count && outstanding[place].sequence == sequence { outstanding.remove(at: place) }
  }

  enum Verdict: Equatable {
    /// These outstanding rows, and all between them, are committed at a receiver.
    case accepted(first: Int64, last: Int64, rows: Int)
    /// Nothing outstanding in it: a duplicate.
    case known
    /// It claims rows that were never sent.
    case refused
  }

  /// Takes a receiver's word for `range`.
  /// - Parameter last: the last sequence that the outbox ever gave in this lane.
  mutating func acknowledge(_ range: ClosedRange<Int64>, given last: Int64) -> Verdict {
    // A receiver acknowledges whole runs, so a run may reach beyond what this process has sent again since it started,
    // but never beyond what was given, nor begin beyond what was sent.
    guard range.lowerBound >= 1, range.upperBound <= last, range.lowerBound <= highest else { return .refused }
    let from = index(of: range.lowerBound)
    let to = index(of: range.upperBound + 1)
    guard from < to else { return .known }
    let verdict = Verdict.accepted(
      first: outstanding[from].sequence, last: outstanding[to - 1].sequence, rows: to - from)
    outstanding.removeSubrange(from..<to)
    return verdict
  }

  /// A receiver is there: what has backed off waits no longer than after a first publication.
  mutating func receiverAnswered() {
    for i in outstanding.indices where outstanding[i].attempts > 1 { outstanding[i].attempts = 1 }
  }

  /// The first place whose sequence is not below `sequence`.
  private func index(of sequence: Int64) -> Int {
    var (low, high) = (0, outstanding.count)
    while low < high {
      let middle = (low + high) / 2
      if outstanding[middle].sequence < sequence { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
