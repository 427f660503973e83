// One stream's place: acknowledgements, repeats and tombstones, without clock, network or database.
import Testing
import Vocabulary

@testable import Sync

private let second: Int64 = 1_000_000_000

@Suite struct StreamCursorTests {
  private func cursor(published sequences: ClosedRange<Int64>, at time: Int64 = 0) -> StreamCursor {
    var cursor = StreamCursor()
    for sequence in sequences { cursor.published(sequence...sequence, at: time) }
    return cursor
  }

  @Test func acknowledgesEveryPossibleRangeExactly() {
    // All ranges over six rows, of which two are acknowledged before.
    for first in Int64(1)...8 {
      for last in first...8 {
        var cursor = cursor(published: 1...6)
        #expect(cursor.acknowledge(3...4, given: 8) == .accepted(first: 3, last: 4, rows: 2))
        let open = [1, 2, 5, 6].map(Int64.init)
        let expected = open.filter { (first...last).contains($0) }
        let verdict = cursor.acknowledge(first...last, given: 8)
        if first > 6 {
          #expect(verdict == .refused)
        } else if let low = expected.first, let high = expected.last {
          #expect(verdict == .accepted(first: low, last: high, rows: expected.count))
        } else {
          #expect(verdict == .known)
        }
        #expect(cursor.outstanding.map(\.sequence) == open.filter { !(first...last).contains($0) })
      }
    }
  }

  @Test func refusesWhatWasNeverGivenOrSent() {
    var cursor = cursor(published: 1...5)
    #expect(cursor.acknowledge(1...9, given: 8) == .refused)
    #expect(cursor.acknowledge(0...3, given: 8) == .refused)
    #expect(cursor.acknowledge(6...7, given: 8) == .refused)
    #expect(cursor.outstanding.count == 5)
    // A run that reaches into rows of an earlier life of this process counts for what is outstanding.
    #expect(cursor.acknowledge(4...8, given: 8) == .accepted(first: 4, last: 5, rows: 2))
  }

  @Test func knowsThatRowsBelowTheLowestQueuedWereSentBefore() {
    var cursor = StreamCursor()
    cursor.rewind(to: 501)
    #expect(cursor.acknowledge(1...500, given: 500) == .known)
    #expect(cursor.acknowledge(501...501, given: 501) == .refused)
  }

  @Test func waitsDoubleUpToTheLimit() {
    let policy = RetransmissionPolicy()
    #expect((1...8).map { policy.wait(after: $0) / second } == [30, 60, 120, 240, 480, 600, 600, 600])
    #expect(policy.wait(after: .max) / second == 600)

    var cursor = cursor(published: 1...2)
    #expect(cursor.overdue(at: 30 * second - 1, policy) == nil)
    #expect(cursor.overdue(at: 30 * second, policy) == 1)
    cursor.published(1...1, at: 30 * second)
    #expect(cursor.overdue(at: 30 * second, policy) == 2)
    cursor.published(2...2, at: 30 * second)
    #expect(cursor.overdue(at: 89 * second, policy) == nil)
    #expect(cursor.overdue(at: 90 * second, policy) == 1)
    #expect(cursor.next == 3)
  }

  @Test func whatWentOutWhileNobodyWasThereGoesAgainAtOnce() {
    let policy = RetransmissionPolicy()
    var cursor = cursor(published: 1...1)
    cursor.published(2...2, at: 9 * second)
    cursor.published(3...3, at: 10 * second)
    cursor.receiverIsBack(since: 9 * second)
    #expect(cursor.overdue(at: 10 * second, policy) == 1)
    cursor.published(1...1, at: 10 * second)
    // What has just gone may have met the receiver: it has the time of an answer.
    #expect(cursor.overdue(at: 11 * second - 1, policy) == nil)
    #expect(cursor.overdue(at: 11 * second, policy) == 2)
    cursor.published(2...2, at: 11 * second)
    #expect(cursor.outstanding.map(\.attempts) == [1, 1, 1])
    #expect(cursor.overdue(at: 40 * second - 1, policy) == nil)
  }

  @Test func whatAReceiverMissesBacksOffNoLonger() {
    let policy = RetransmissionPolicy()
    var cursor = cursor(published: 1...3)
    for rows: ClosedRange<Int64> in [2...2, 4...6, 7...7] {
      for time in Int64(1)...5 { cursor.published(rows, at: time * second) }
    }
    #expect(cursor.missed(2...4, at: 20 * second, policy).isEmpty)
    #expect(cursor.outstanding.map(\.attempts) == [1, 6, 1, 5, 5])  // It has just gone.
    #expect(cursor.missed(2...4, at: 35 * second, policy).isEmpty)
    #expect(cursor.outstanding.map(\.attempts) == [1, 1, 1, 1, 5])
    #expect(cursor.missed(100...200, at: 35 * second, policy).isEmpty)
    _ = cursor.acknowledge(1...3, given: 7)
    #expect(cursor.overdue(at: 35 * second, policy) == 6)
  }

  @Test func tellsWhatAReceiverMissesAndNobodyHasUnderWayOnce() {
    let policy = RetransmissionPolicy()
    var cursor = cursor(published: 1...10)
    _ = cursor.acknowledge(1...4, given: 20)
    _ = cursor.acknowledge(7...8, given: 20)
    cursor.skip(11...12)
    #expect(cursor.missed(3...100, at: second, policy) == [3...4, 7...8, 11...12])
    #expect(cursor.missed(3...100, at: 2 * second, policy).isEmpty)
    #expect(cursor.outstanding.map { $0.first...$0.sequence } == [3...4, 5...5, 6...6, 7...8, 9...9, 10...10, 11...12])
    // Looked for after the first wait: what is there by then, or nothing.
    _ = cursor.acknowledge(5...6, given: 20)
    _ = cursor.acknowledge(9...10, given: 20)
    #expect(cursor.overdue(at: 31 * second, policy) == 4)
    cursor.published(1...4, at: 31 * second)
    #expect(cursor.overdue(at: 31 * second, policy) == 8)
    cursor.gone(8)
    cursor.gone(12)
    #expect(cursor.outstanding.map { $0.first...$0.sequence } == [1...4])
    #expect(cursor.missed(13...20, at: second, policy).isEmpty, "what was never sent is not lost")
  }

  @Test func forgetsRowsThatLeftTheOutbox() {
    var cursor = cursor(published: 1...3)
    cursor.gone(2)
    cursor.gone(7)
    #expect(cursor.outstanding.map(\.sequence) == [1, 3])
  }

  // MARK: Tombstones.

  @Test func aTombstoneTakesThePlaceOfTheRowsThatItStandsFor() {
    var cursor = cursor(published: 1...6)
    cursor.published(2...4, at: second)
    #expect(cursor.outstanding.map { $0.first...$0.sequence } == [1...1, 2...4, 5...5, 6...6])
    #expect(cursor.next == 7)
    // Before it grows, its earlier form is under way; after that, no longer.
    cursor.published(1...5, at: 2 * second)
    #expect(cursor.outstanding.map { $0.first...$0.sequence } == [1...5, 6...6])
    #expect(cursor.outstanding.map(\.attempts) == [1, 1])
    cursor.published(1...5, at: 3 * second)
    #expect(cursor.outstanding.map(\.attempts) == [2, 1])
    cursor.published(7...20, at: 3 * second)
    #expect(cursor.next == 21 && cursor.highest == 20)
  }

  @Test func aTombstoneCountsOnlyAsAWhole() {
    // Every range over a record, a tombstone of 2 to 4, and a record.
    for first in Int64(1)...5 {
      for last in first...5 {
        var cursor = StreamCursor()
        for rows: ClosedRange<Int64> in [1...1, 2...4, 5...5] { cursor.published(rows, at: 0) }
        let rows = cursor.outstanding
        let within = rows.filter { $0.first >= first && $0.sequence <= last }
        let verdict = cursor.acknowledge(first...last, given: 5)
        if let low = within.first?.first, let high = within.last?.sequence {
          #expect(verdict == .accepted(first: low, last: high, rows: within.count))
        } else {
          #expect(verdict == .known)
        }
        #expect(cursor.outstanding == rows.filter { !within.contains($0) })
      }
    }
  }

  @Test func passesByWhatCannotBeSentUntilItLingers() {
    var cursor = cursor(published: 1...2)
    cursor.skip(3...3)
    cursor.published(4...4, at: 0)
    #expect(cursor.outstanding.map(\.sequence) == [1, 2, 4])
    #expect(cursor.acknowledge(1...4, given: 4) == .accepted(first: 1, last: 4, rows: 3))
    cursor.rewindIfLingering(3, at: 0, after: 600)
    cursor.rewindIfLingering(3, at: 599, after: 600)
    #expect(cursor.next == 5)
    cursor.rewindIfLingering(3, at: 600, after: 600)
    #expect(cursor.next == 3)
  }

  @Test func nothingLingersThatIsUnderWayOrStillToCome() {
    var cursor = cursor(published: 1...2)
    for now in Int64(0)...10 { cursor.rewindIfLingering(1, at: now * 600, after: 600) }
    #expect(cursor.outstanding.count == 2)
    _ = cursor.acknowledge(1...2, given: 2)
    for now in Int64(0)...10 { cursor.rewindIfLingering(3, at: now * 600, after: 600) }
    for now in Int64(0)...10 { cursor.rewindIfLingering(0, at: now * 600, after: 600) }
    #expect(cursor.next == 3)
  }
}
