// The state machine of delivery: order and limits over several epochs, and any network, without clock or database.
import Testing
import Vocabulary

@testable import Sync

private let second: Int64 = 1_000_000_000
private func stream(_ lane: Lane, _ epoch: Int32 = 1) -> Stream { Stream(epoch: epoch, lane: lane) }

@Suite struct WindowTests {
  private func window(_ epochs: Int32...) -> Window {
    var window = Window(size: 4)
    window.keep(epochs)
    #expect(window.streams.count == 3 * epochs.count)
    return window
  }

  @Test func alertsOvertakeEventsOvertakeTelemetry() {
    var window = window(1)
    #expect(window.step(at: 0, room: 3) == .new(stream(.alerts), after: 0, limit: 3))
    window.cursors[stream(.alerts)]?.foundNoRows()
    #expect(window.step(at: 0, room: 3) == .new(stream(.events), after: 0, limit: 3))
    window.cursors[stream(.events)]?.foundNoRows()
    #expect(window.step(at: 0, room: 9) == .new(stream(.telemetry), after: 0, limit: 4))
    for sequence in Int64(1)...4 { window.cursors[stream(.telemetry)]?.published(sequence...sequence, at: 0) }
    #expect(window.step(at: 0, room: 9) == nil)
    window.rowsMayHaveCome()
    #expect(window.step(at: 0, room: 9) == .new(stream(.alerts), after: 0, limit: 4))
  }

  @Test func elderEpochsGoFirstWithinALane() {
    var window = window(3, 7)
    for expected in [
      stream(.alerts, 3), stream(.alerts, 7), stream(.events, 3), stream(.events, 7), stream(.telemetry, 3),
      stream(.telemetry, 7),
    ] {
      #expect(window.step(at: 0, room: 1) == .new(expected, after: 0, limit: 1))
      window.cursors[expected]?.foundNoRows()
    }
    #expect(window.step(at: 0, room: 1) == nil)
  }

  @Test func keepsWhatIsUnderWayWhenEpochsComeAndGo() {
    var window = window(3, 7)
    window.cursors[stream(.events, 7)]?.published(1...1, at: 0)
    window.keep([3, 7])
    window.keep([7, 8])
    #expect(window.outstanding(.events) == 1)
    #expect(window.cursors.count == 6 && window.cursors[stream(.alerts, 3)] == nil)
  }

  @Test func lanesWaitThatTheBudgetHoldsBack() {
    var window = window(1)
    window.cursors[stream(.alerts)]?.foundNoRows()
    #expect(window.step(at: 0, room: 1, through: .alerts) == nil)
    #expect(window.step(at: 0, room: 1, through: .events) == .new(stream(.events), after: 0, limit: 1))
    window.cursors[stream(.telemetry)]?.published(1...1, at: 0)
    window.cursors[stream(.events)]?.foundNoRows()
    #expect(window.step(at: 60 * second, room: 1, through: .events) == nil)
    #expect(window.step(at: 60 * second, room: 1) == .again(stream(.telemetry), sequence: 1))
  }

  @Test func publishesNothingWithoutRoom() {
    #expect(window(1).step(at: 0, room: 0) == nil)
  }

  @Test func repeatsBeforeItGoesOnInTheSameLane() {
    var window = window(1)
    window.cursors[stream(.alerts)]?.published(1...1, at: 0)
    #expect(window.step(at: 30 * second, room: 9) == .again(stream(.alerts), sequence: 1))
    window.cursors[stream(.alerts)]?.published(1...1, at: 30 * second)
    #expect(window.step(at: 30 * second, room: 9) == .new(stream(.alerts), after: 1, limit: 3))
  }

  /// A lossy network, a receiver that forgets, reconnects, rows that are dropped behind tombstones which grow, an epoch
  /// that begins in the middle, driven by a seed: at the end every sequence is at the receiver, as a record or as lost,
  /// and the outbox is empty.
  @Test(arguments: UInt64(1)...20) func deliversEverythingOverAnyNetwork(seed: UInt64) {
    var world = World(seed)
    for round in 0..<1000 { world.turn(heals: round > 700) }
    world.settle()
    for stream in world.window.streams {
      #expect(world.queued[stream]?.isEmpty == true)
      #expect(world.covered[stream]?.count == Int(world.given[stream] ?? -1))
    }
    #expect(world.window.isSettled)
    #expect(world.tombstones > 0)
  }
}

extension Window {
  /// Whether everything has been published and acknowledged, as far as is known here.
  fileprivate var isSettled: Bool { cursors.values.allSatisfy { $0.outstanding.isEmpty && $0.isExhausted } }
}

/// An outbox, a network and a receiver around a window.
private struct World {
  var random: SplitMix64
  var window = Window(size: 8)
  var now: Int64 = 0
  var given: [Stream: Int64] = [:]
  /// Rows and tombstones of the outbox, ascending.
  var queued: [Stream: [ClosedRange<Int64>]] = [:]
  /// What the receiver has committed, as record or as lost.
  var covered: [Stream: Set<Int64>] = [:]
  var tombstones = 0

  init(_ seed: UInt64) {
    random = SplitMix64(seed)
    begin([1])
  }

  private mutating func begin(_ epochs: [Int32]) {
    window.keep(epochs)
    for stream in window.streams where given[stream] == nil {
      (given[stream], queued[stream], covered[stream]) = (0, [], [])
    }
  }

  mutating func turn(heals: Bool) {
    now += Int64(random.next() % 10) * second
    if !heals { produce() }
    step(loses: !heals)
    for stream in window.streams {
      guard let cursor = window.cursors[stream] else { continue }
      #expect(cursor.outstanding.count <= 8)
      for (row, next) in zip(cursor.outstanding, cursor.outstanding.dropFirst()) { #expect(row.sequence < next.first) }
      if heals || random.next() % 2 == 0 { acknowledge(stream) }
    }
  }

  /// What happens in the vehicle: a row, a reconnect, a dropped range, a new epoch.
  private mutating func produce() {
    if now > 1500 * second && window.streams.count == 3 { begin([1, 2]) }
    guard let epoch = window.streams.map(\.epoch).max(), let lane = Lane.allCases.randomElement(using: &random)
    else { return }
    let stream = Stream(epoch: epoch, lane: lane)
    let next = (given[stream] ?? 0) + 1
    given[stream] = next
    queued[stream]?.append(next...next)
    window.rowsMayHaveCome()
    if random.next() % 50 == 0 {
      for stream in window.streams {
        window.cursors[stream]?.rewind(to: queued[stream]?.first?.lowerBound ?? (given[stream] ?? 0) + 1)
      }
    }
    if random.next() % 40 == 0, let dropped = window.streams.randomElement(using: &random) { drop(in: dropped) }
  }

  private mutating func drop(in stream: Stream) {
    guard let rows = queued[stream], rows.count > 4 else { return }
    let from = Int(random.next() % 2)
    var to = from
    // A tombstone stands for neighbours only.
    while to < from + 3 && rows[to].upperBound + 1 == rows[to + 1].lowerBound { to += 1 }
    guard to > from else { return }
    queued[stream]?.replaceSubrange(from...to, with: [rows[from].lowerBound...rows[to].upperBound])
    tombstones += 1
  }

  private mutating func step(loses: Bool) {
    switch window.step(at: now, room: Int(random.next() % 5)) {
    case .again(let stream, let sequence):
      if let row = queued[stream]?.first(where: { $0.upperBound >= sequence }), row.lowerBound <= sequence {
        publish(row, stream, loses: loses)
      } else {
        window.cursors[stream]?.gone(sequence)
      }
    case .new(let stream, let after, let limit):
      let rows = (queued[stream] ?? []).filter { $0.upperBound > after }.prefix(limit)
      if rows.count < limit { window.cursors[stream]?.foundNoRows() }
      for row in rows { publish(row, stream, loses: loses) }
    case nil: break
    }
    for stream in window.streams {
      window.cursors[stream]?.rewindIfLingering(queued[stream]?.first?.lowerBound ?? 0, at: now, after: 600 * second)
    }
  }

  private mutating func publish(_ row: ClosedRange<Int64>, _ stream: Stream, loses: Bool) {
    window.cursors[stream]?.published(row, at: now)
    if !loses || random.next() % 3 > 0 { covered[stream]?.formUnion(row) }
  }

  /// The receiver tells the run around one sequence that it has.
  private mutating func acknowledge(_ stream: Stream) {
    guard let has = covered[stream], let one = has.randomElement(using: &random) else { return }
    acknowledge(run(around: one, in: has), stream)
  }

  private mutating func acknowledgeAll(_ stream: Stream) {
    guard let has = covered[stream] else { return }
    var next = has.min()
    while let first = next {
      let run = run(around: first, in: has)
      acknowledge(run, stream)
      next = has.filter { $0 > run.upperBound }.min()
    }
  }

  private func run(around sequence: Int64, in has: Set<Int64>) -> ClosedRange<Int64> {
    var (first, last) = (sequence, sequence)
    while has.contains(first - 1) { first -= 1 }
    while has.contains(last + 1) { last += 1 }
    return first...last
  }

  private mutating func acknowledge(_ run: ClosedRange<Int64>, _ stream: Stream) {
    guard case .accepted(let from, let to, _) = window.cursors[stream]?.acknowledge(run, given: given[stream] ?? 0)
    else { return }
    queued[stream]?.removeAll { $0.lowerBound >= from && $0.upperBound <= to }
  }

  /// What is left goes when every answer arrives.
  mutating func settle() {
    for _ in 0..<2000 where !window.isSettled || !queued.values.allSatisfy(\.isEmpty) {
      now += 600 * second
      window.rowsMayHaveCome()
      for _ in 0..<100 { step(loses: false) }
      for stream in window.streams { acknowledgeAll(stream) }
    }
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
