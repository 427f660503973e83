// The state machine of delivery: order, limits, acknowledgements and repeats, without clock, network or database.
import Testing
import Vocabulary

@testable import Sync

private let second: Int64 = 1_000_000_000

@Suite struct LaneCursorTests {
  private func cursor(published sequences: ClosedRange<Int64>, at time: Int64 = 0) -> LaneCursor {
    var cursor = LaneCursor()
    for sequence in sequences { cursor.published(sequence, at: time) }
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
    var cursor = LaneCursor()
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
    cursor.published(1, at: 30 * second)
    #expect(cursor.overdue(at: 30 * second, policy) == 2)
    cursor.published(2, at: 30 * second)
    #expect(cursor.overdue(at: 89 * second, policy) == nil)
    #expect(cursor.overdue(at: 90 * second, policy) == 1)
    cursor.receiverAnswered()
    #expect(cursor.overdue(at: 60 * second, policy) == 1)
    #expect(cursor.next == 3)
  }

  @Test func forgetsRowsThatLeftTheOutbox() {
    var cursor = cursor(published: 1...3)
    cursor.gone(2)
    cursor.gone(7)
    #expect(cursor.outstanding.map(\.sequence) == [1, 3])
  }
}

@Suite struct WindowTests {
  @Test func alertsOvertakeEventsOvertakeTelemetry() {
    var window = Window(size: 4)
    #expect(window.step(at: 0, room: 3) == .new(.alerts, after: 0, limit: 3))
    window[.alerts].foundNoRows()
    #expect(window.step(at: 0, room: 3) == .new(.events, after: 0, limit: 3))
    window[.events].foundNoRows()
    #expect(window.step(at: 0, room: 9) == .new(.telemetry, after: 0, limit: 4))
    for sequence in Int64(1)...4 { window[.telemetry].published(sequence, at: 0) }
    #expect(window.step(at: 0, room: 9) == nil)
    window.rowsMayHaveCome()
    #expect(window.step(at: 0, room: 9) == .new(.alerts, after: 0, limit: 4))
  }

  @Test func publishesNothingWithoutRoom() {
    let window = Window(size: 4)
    #expect(window.step(at: 0, room: 0) == nil)
  }

  @Test func repeatsBeforeItGoesOnInTheSameLane() {
    var window = Window(size: 4)
    window[.alerts].published(1, at: 0)
    #expect(window.step(at: 30 * second, room: 9) == .again(.alerts, sequence: 1))
    window[.alerts].published(1, at: 30 * second)
    #expect(window.step(at: 30 * second, room: 9) == .new(.alerts, after: 1, limit: 3))
  }

  /// A lossy network, a receiver that forgets, and reconnects, driven by a seed: nothing is lost, nothing passes the
  /// window, first publications keep their order.
  @Test(arguments: UInt64(1)...20) func deliversEverythingOverAnyNetwork(seed: UInt64) {
    var random = SplitMix64(seed)
    var window = Window(size: 8)
    var given: [Lane: Int64] = [.alerts: 0, .events: 0, .telemetry: 0]
    var committed: [Lane: Set<Int64>] = [.alerts: [], .events: [], .telemetry: []]
    var queued = committed
    var now: Int64 = 0

    for round in 0..<3000 {
      now += Int64(random.next() % 10) * second
      let heals = round > 2000
      if !heals, let lane = Lane.allCases.randomElement(using: &random) {
        given[lane, default: 0] += 1
        queued[lane, default: []].insert(given[lane] ?? 0)
        window.rowsMayHaveCome()
      }
      if !heals && random.next() % 50 == 0 {
        for lane in Lane.allCases { window[lane].rewind(to: queued[lane]?.min() ?? (given[lane] ?? 0) + 1) }
      }
      switch window.step(at: now, room: Int(random.next() % 5)) {
      case .again(let lane, let sequence):
        #expect(queued[lane]?.contains(sequence) == true)
        window[lane].published(sequence, at: now)
        if heals || random.next() % 3 > 0 { committed[lane, default: []].insert(sequence) }
      case .new(let lane, let after, let limit):
        let rows = (queued[lane] ?? []).filter { $0 > after }.sorted().prefix(limit)
        if rows.count < limit { window[lane].foundNoRows() }
        for sequence in rows {
          window[lane].published(sequence, at: now)
          if heals || random.next() % 3 > 0 { committed[lane, default: []].insert(sequence) }
        }
      case nil: break
      }
      for lane in Lane.allCases {
        #expect(window[lane].outstanding.count <= 8)
        #expect(window[lane].outstanding.map(\.sequence) == window[lane].outstanding.map(\.sequence).sorted())
        guard let sequence = committed[lane]?.randomElement(using: &random), heals || random.next() % 2 == 0 else {
          continue
        }
        if case .accepted(let first, let last, _) = window[lane].acknowledge(
          sequence...sequence, given: given[lane] ?? 0)
        { queued[lane]?.subtract(first...last) }
      }
    }
    // What is left goes when every answer arrives.
    for _ in 0..<5000 {
      now += 600 * second
      for lane in Lane.allCases {
        for sequence in committed[lane] ?? [] {
          if case .accepted = window[lane].acknowledge(sequence...sequence, given: given[lane] ?? 0) {
            queued[lane]?.remove(sequence)
          }
        }
      }
      guard let step = window.step(at: now, room: 5) else { break }
      switch step {
      case .again(let lane, let sequence):
        window[lane].published(sequence, at: now)
        committed[lane, default: []].insert(sequence)
      case .new(let lane, let after, let limit):
        let rows = (queued[lane] ?? []).filter { $0 > after }.sorted().prefix(limit)
        if rows.count < limit { window[lane].foundNoRows() }
        for sequence in rows {
          window[lane].published(sequence, at: now)
          committed[lane, default: []].insert(sequence)
        }
      }
    }
    for lane in Lane.allCases {
      #expect(queued[lane]?.isEmpty == true)
      #expect(committed[lane]?.count == Int(given[lane] ?? -1))
    }
    #expect(window.isSettled)
  }
}

/// A seeded generator (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
