// What of one stream is under way: pure, without clock, network or database.
import Vocabulary

/// A gapless sequence: one lane of one epoch. `epoch` is the store's number, ascending with time.
struct Stream: Hashable, Sendable {
  var epoch: Int32
  var lane: Lane
}

/// How long an unacknowledged row waits before it is published again. Nanoseconds.
struct RetransmissionPolicy: Sendable {
  var first: Int64 = 30_000_000_000
  var limit: Int64 = 600_000_000_000
  /// What a receiver that is there takes to answer.
  var answer: Int64 { min(first, 2_000_000_000) }

  /// The wait after the `attempt`th publication, counted from 1; 0 is one that was made while no receiver was there.
  func wait(after attempt: Int) -> Int64 {
    attempt == 0 ? answer : min(limit, first << Int64(min(attempt - 1, 20)))
  }
}

/// The place of one stream in its sequence, and the rows published and not yet acknowledged by a receiver.
///
/// Every row below `next` that is not outstanding is acknowledged, gone from the outbox, part of a tombstone, or too
/// large for the broker; there is no other list. What of these still waits in the outbox shows as a lowest row that
/// lingers.
struct StreamCursor: Sendable {
  struct Outstanding: Hashable, Sendable {
    /// The first sequence that it stands for: its own, unless it is a tombstone.
    var first: Int64
    var sequence: Int64
    /// When it was published last, nanoseconds.
    var published: Int64
    /// 0: as good as none, nobody was there to take it.
    var attempts: Int
  }

  /// The lowest sequence not published since the last rewind.
  private(set) var next: Int64 = 1
  /// The highest sequence ever published, by this process or, below the lowest queued row, by an earlier one.
  private(set) var highest: Int64 = 0
  /// When the latest row of the last accepted ones was published.
  private(set) var latestAccepted: Int64 = .min
  /// Ascending by sequence, without overlaps.
  private(set) var outstanding: [Outstanding] = []
  /// Set when the outbox had no row at or above `next`; cleared by news of a commit.
  private(set) var isExhausted = false
  /// The lowest queued row as last looked at, and since when it has been that one although nothing of it is under way.
  private var lingering: (lowest: Int64, since: Int64) = (0, 0)

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

  /// Notes a publication, the first or a repeated one, of the row or tombstone that stands for `rows`.
  ///
  /// What was under way of the same rows in another form, as records before they were dropped or as a tombstone before
  /// it grew, is forgotten: the outbox no longer has it.
  mutating func published(_ rows: ClosedRange<Int64>, at now: Int64) {
    let covered = index(of: rows.lowerBound)..<index(of: rows.upperBound + 1)
    if covered.count == 1, outstanding[covered.lowerBound].first == rows.lowerBound,
      outstanding[covered.lowerBound].sequence == rows.upperBound
    {
      outstanding[covered.lowerBound].published = now
      outstanding[covered.lowerBound].attempts += 1
    } else {
      let row = Outstanding(first: rows.lowerBound, sequence: rows.upperBound, published: now, attempts: 1)
      outstanding.replaceSubrange(covered, with: CollectionOfOne(row))
    }
    next = max(next, rows.upperBound + 1)
    highest = max(highest, rows.upperBound)
  }

  /// Goes past a row that this connection cannot carry. It takes no place in the window; it is met again when it
  /// lingers.
  mutating func skip(_ rows: ClosedRange<Int64>) {
    outstanding.removeSubrange(index(of: rows.lowerBound)..<index(of: rows.upperBound + 1))
    next = max(next, rows.upperBound + 1)
  }

  /// A row to be published again is no longer in the outbox, in no form.
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

  /// Takes a receiver's word for `range`. A tombstone counts only as a whole.
  /// - Parameter last: the last sequence that the outbox ever gave in this stream.
  mutating func acknowledge(_ range: ClosedRange<Int64>, given last: Int64) -> Verdict {
    // A receiver acknowledges whole runs, so a run may reach beyond what this process has sent again since it started,
    // but never beyond what was given, nor begin beyond what was sent.
    guard range.lowerBound >= 1, range.upperBound <= last, range.lowerBound <= highest else { return .refused }
    var from = index(of: range.lowerBound)
    let to = index(of: range.upperBound + 1)
    if from < to && outstanding[from].first < range.lowerBound { from += 1 }
    guard from < to else { return .known }
    let verdict = Verdict.accepted(
      first: outstanding[from].first, last: outstanding[to - 1].sequence, rows: to - from)
    latestAccepted = outstanding[from..<to].reduce(.min) { max($0, $1.published) }
    outstanding.removeSubrange(from..<to)
    return verdict
  }

  /// A receiver is back: what was published until `time`, it would have answered if it had been there then.
  mutating func receiverIsBack(since time: Int64) {
    for i in outstanding.indices where outstanding[i].published <= time { outstanding[i].attempts = 0 }
  }

  /// A receiver misses these: what is under way of them goes again without waiting longer, unless it has just gone.
  ///
  /// What was sent and is not under way any more is looked for once more after the first wait, for it may have become
  /// part of a tombstone by then.
  /// - Returns: that.
  mutating func missed(
    _ range: ClosedRange<Int64>, at now: Int64, _ policy: RetransmissionPolicy
  ) -> [ClosedRange<Int64>] {
    let last = min(range.upperBound, next - 1)
    guard range.lowerBound <= last else { return [] }
    var gaps: [ClosedRange<Int64>] = []
    var from = range.lowerBound
    for i in index(of: range.lowerBound)..<outstanding.count {
      guard outstanding[i].first <= last else { break }
      if from < outstanding[i].first { gaps.append(from...outstanding[i].first - 1) }
      from = outstanding[i].sequence + 1
      if now - outstanding[i].published >= policy.first { outstanding[i].attempts = min(outstanding[i].attempts, 1) }
    }
    if from <= last { gaps.append(from...last) }
    for gap in gaps {
      outstanding.insert(
        Outstanding(first: gap.lowerBound, sequence: gap.upperBound, published: now, attempts: 1),
        at: index(of: gap.lowerBound))
    }
    return gaps
  }

  /// A row that is queued, passed by and not under way for as long as `limit` nanoseconds goes round again: its
  /// deletion was lost, it became part of a tombstone, or it was too large for the broker then.
  /// - Parameter lowest: the first sequence of the lowest queued row; 0 when there is none.
  mutating func rewindIfLingering(_ lowest: Int64, at now: Int64, after limit: Int64) {
    let isUnderWay = lowest == 0 || lowest >= next || outstanding.first?.first == lowest
    if isUnderWay || lingering.lowest != lowest {
      lingering = (lowest, now)
    } else if now - lingering.since >= limit {
      rewind(to: lowest)
      lingering.since = now
    }
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
