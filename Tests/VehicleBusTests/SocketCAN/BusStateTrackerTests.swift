// A bus's condition out of error frames and notices: transitions, their order, and how often they are told.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct BusStateTrackerTests {
  static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: 1_000_000_000_000).advanced(seconds: seconds) }
  static func frame(_ state: BusState) -> BusErrorFrame {
    switch state {
    case .errorActive: BusErrorFrameTests.frame(0x004, [0, 0x40])
    case .errorWarning: BusErrorFrameTests.frame(0x204, [0, 0x08, 0, 0, 0, 0, 100, 1])
    case .errorPassive: BusErrorFrameTests.frame(0x204, [0, 0x20, 0, 0, 0, 0, 130, 2])
    default: BusErrorFrameTests.frame(0x040)
    }
  }

  static func sound() -> BusStateTracker {
    var tracker = BusStateTracker(bus: 2, name: ShortText("can2".utf8))
    tracker.note(link: BusCondition(.errorActive), at: at(0))
    return tracker
  }

  static func drain(_ tracker: inout BusStateTracker, at now: Instant) -> [BusChange] {
    var changes: [BusChange] = []
    while let change = tracker.nextChange(at: now) { changes.append(change) }
    return changes
  }

  @Test func aSoundBusAtTheStartIsNoNews() {
    var tracker = BusStateTrackerTests.sound()
    #expect(tracker.condition.state == .errorActive)
    #expect(tracker.nextChange(at: BusStateTrackerTests.at(100)) == nil)
    #expect(tracker.blindNanoseconds(at: BusStateTrackerTests.at(100)) == 0 && tracker.outages == 0)
  }

  @Test(arguments: [BusState.errorWarning, .errorPassive, .busOff, .down])
  func anUnsoundBusAtTheStartIsNews(state: BusState) {
    var tracker = BusStateTracker(bus: 0, name: ShortText())
    tracker.note(link: BusCondition(state), at: BusStateTrackerTests.at(0))
    let changes = BusStateTrackerTests.drain(&tracker, at: BusStateTrackerTests.at(1))
    #expect(changes.count == 1 && changes[0].condition.state == state && changes[0].previous == .absent)
    #expect(tracker.outages == 0)
    #expect(tracker.blindNanoseconds(at: BusStateTrackerTests.at(3)) == (state.isReadable ? 0 : 3_000_000_000))
  }

  @Test func anInterfaceThatComesLaterEndsABlindTime() {
    var tracker = BusStateTracker(bus: 0, name: ShortText())
    tracker.note(link: BusCondition(.absent), at: BusStateTrackerTests.at(0))
    #expect(tracker.nextChange(at: BusStateTrackerTests.at(1)) == nil)
    tracker.note(link: BusCondition(.errorActive), at: BusStateTrackerTests.at(7))
    let change = tracker.nextChange(at: BusStateTrackerTests.at(8))
    #expect(change?.previous == .absent && change?.condition.state == .errorActive && change?.blindSeconds == 7)
  }

  /// Stamps of a broken clock: no length of an outage may end the daemon.
  @Test func anOutageAsLongAsTimeItselfIsCounted() {
    var tracker = BusStateTracker(bus: 0, name: ShortText())
    let first = Instant(nanoseconds: .min + 1)
    tracker.note(link: BusCondition(.down), at: first)
    #expect(tracker.blindNanoseconds(at: Instant(nanoseconds: .max)) == UInt64.max - 1)
    tracker.noteReceived(at: Instant(nanoseconds: .max))
    #expect(tracker.blindNanoseconds(at: Instant(nanoseconds: .max)) == UInt64.max - 1)
  }

  @Test func everyStepOfABusThatDiesAndRecoversIsToldOnce() {
    var tracker = BusStateTrackerTests.sound()
    let steps: [(BusState, Double)] = [(.errorWarning, 1), (.errorPassive, 2), (.busOff, 3), (.errorActive, 5.5)]
    for (state, time) in steps {
      // Drivers repeat themselves, and so do notices.
      tracker.note(BusStateTrackerTests.frame(state), at: BusStateTrackerTests.at(time))
      tracker.note(BusStateTrackerTests.frame(state), at: BusStateTrackerTests.at(time + 0.1))
      tracker.note(link: BusCondition(state), at: BusStateTrackerTests.at(time + 0.2))
    }
    let changes = BusStateTrackerTests.drain(&tracker, at: BusStateTrackerTests.at(6))
    #expect(changes.map(\.condition.state) == steps.map(\.0))
    #expect(changes.map(\.previous) == [.errorActive, .errorWarning, .errorPassive, .busOff])
    #expect(changes.allSatisfy { $0.changes == 1 && $0.bus == 2 && $0.name.bytes == Array("can2".utf8) })
    #expect(changes.prefix(3).allSatisfy { $0.blindSeconds.isNaN } && changes.last?.blindSeconds == 2.5)
    #expect(changes[0].condition.transmitErrors == 100 && changes[1].condition.receiveErrors == 2)
    #expect(tracker.outages == 1 && tracker.blindNanoseconds(at: BusStateTrackerTests.at(9)) == 2_500_000_000)
  }

  /// From each state into each other, by notice: one change, and blind exactly where it says so.
  @Test func allTransitions() {
    for from in BusState.allCases {
      for to in BusState.allCases {
        var tracker = BusStateTrackerTests.sound()
        tracker.note(link: BusCondition(from), at: BusStateTrackerTests.at(10))
        _ = BusStateTrackerTests.drain(&tracker, at: BusStateTrackerTests.at(10))
        tracker.note(link: BusCondition(to, transmitErrors: 9), at: BusStateTrackerTests.at(14))
        let changes = BusStateTrackerTests.drain(&tracker, at: BusStateTrackerTests.at(14))
        #expect(changes.count == (from == to ? 0 : 1) && tracker.condition.transmitErrors == 9)
        guard let change = changes.first else { continue }
        #expect(change.previous == from && change.condition.state == to)
        #expect(!change.blindSeconds.isNaN == (!from.isReadable && to.isReadable))
        if !from.isReadable && to.isReadable { #expect(change.blindSeconds == 4) }
        let outages: UInt64 = (from.isReadable ? 0 : 1) + (from.isReadable && !to.isReadable ? 1 : 0)
        #expect(tracker.outages == outages)
      }
    }
  }

  @Test func whatIsOlderThanTheLastMoveSaysNothing() {
    var tracker = BusStateTrackerTests.sound()
    tracker.note(BusStateTrackerTests.frame(.busOff), at: BusStateTrackerTests.at(5))
    tracker.note(link: BusCondition(.errorWarning), at: BusStateTrackerTests.at(4.9))
    tracker.note(BusStateTrackerTests.frame(.errorPassive), at: BusStateTrackerTests.at(4.8))
    // Frames that were received before and read after.
    tracker.noteReceived(at: BusStateTrackerTests.at(5))
    #expect(tracker.condition.state == .busOff)
    tracker.note(link: BusCondition(.errorWarning, transmitErrors: 97), at: BusStateTrackerTests.at(5.1))
    #expect(tracker.condition.state == .errorWarning && tracker.condition.transmitErrors == 97)
    #expect(BusStateTrackerTests.drain(&tracker, at: BusStateTrackerTests.at(6)).count == 2)
  }

  @Test(arguments: [BusState.busOff, .down, .absent])
  func aFrameProvesThatABusIsReadable(state: BusState) {
    var tracker = BusStateTrackerTests.sound()
    tracker.note(link: BusCondition(state), at: BusStateTrackerTests.at(1))
    tracker.noteReceived(at: BusStateTrackerTests.at(2))
    #expect(tracker.condition.state == .errorActive)
    tracker.note(link: BusCondition(.errorPassive), at: BusStateTrackerTests.at(3))
    tracker.noteReceived(at: BusStateTrackerTests.at(4))
    #expect(tracker.condition.state == .errorPassive)
  }

  @Test func countersMoveWithoutNews() {
    var tracker = BusStateTrackerTests.sound()
    tracker.note(BusErrorFrameTests.frame(0x208, [0, 0, 0x04, 0, 0, 0, 40, 50]), at: BusStateTrackerTests.at(1))
    #expect(tracker.condition.transmitErrors == 40 && tracker.condition.receiveErrors == 50)
    #expect(tracker.condition.state == .errorActive && tracker.nextChange(at: BusStateTrackerTests.at(2)) == nil)
  }

  /// Ten changes a second for a hundred seconds: eight at once, one every ten seconds, every transition in one of them,
  /// every blind nanosecond told.
  @Test func aFlappingBusIsToldOfSeldomAndCompletely() {
    var tracker = BusStateTrackerTests.sound()
    var told: [(Double, BusChange)] = []
    for i in 1...1000 {
      let seconds = Double(i) / 10
      tracker.note(link: BusCondition(i % 2 == 1 ? .down : .errorActive), at: BusStateTrackerTests.at(seconds))
      for change in BusStateTrackerTests.drain(&tracker, at: BusStateTrackerTests.at(seconds)) {
        told.append((seconds, change))
      }
    }
    for seconds in [105.0, 115.0, 125.0] {
      for change in BusStateTrackerTests.drain(&tracker, at: BusStateTrackerTests.at(seconds)) {
        told.append((seconds, change))
      }
    }
    #expect(told.prefix(8).map(\.0) == (1...8).map { Double($0) / 10 })
    #expect(told.prefix(8).allSatisfy { $0.1.changes == 1 })
    #expect(told.count >= 17 && told.count <= 19)
    for i in 9..<told.count { #expect(told[i].0 - told[i - 1].0 >= 4.9) }
    #expect(told.reduce(0) { $0 + $1.1.changes } == 1000)
    #expect(tracker.outages == 500)
    let blind = told.reduce(0.0) { $0 + ($1.1.blindSeconds.isNaN ? 0 : $1.1.blindSeconds) }
    #expect(abs(blind - 50) < 1e-6 && tracker.blindNanoseconds(at: BusStateTrackerTests.at(200)) / 1_000_000 == 50_000)
    for (a, b) in zip(told, told.dropFirst()) { #expect(b.1.previous == a.1.condition.state) }
    // A quiet time earns the burst again, and not more.
    for i in 0..<40 {
      tracker.note(
        link: BusCondition(i % 2 == 0 ? .down : .errorActive), at: BusStateTrackerTests.at(1000 + Double(i) / 100))
    }
    #expect(BusStateTrackerTests.drain(&tracker, at: BusStateTrackerTests.at(1001)).count == 8)
  }

  @Test func changesThatNobodyAskedForAreKeptAndAtLastTakenTogether() {
    var tracker = BusStateTrackerTests.sound()
    for i in 1...31 {
      tracker.note(link: BusCondition(i % 2 == 1 ? .down : .errorActive), at: BusStateTrackerTests.at(Double(i) * 60))
    }
    let changes = BusStateTrackerTests.drain(&tracker, at: BusStateTrackerTests.at(2000))
    #expect(changes.count == 9 && changes.map(\.changes) == [1, 1, 1, 1, 1, 1, 1, 1, 23])
    #expect(changes.last?.condition.state == .down && changes.last?.blindSeconds.isNaN == true)
    // What was blind meanwhile is told when the bus can be read again.
    tracker.note(link: BusCondition(.errorActive), at: BusStateTrackerTests.at(32 * 60))
    #expect(tracker.nextChange(at: BusStateTrackerTests.at(2000))?.blindSeconds.rounded() == 720)
  }

  @Test func clocksThatRunBackDoNoHarm() {
    var random = SocketDraws(seed: 3)
    var tracker = BusStateTracker(bus: 0, name: ShortText())
    for _ in 0..<50_000 {
      let scale = Int64.random(in: 0...60, using: &random)
      let time = Instant(nanoseconds: Int64.random(in: -5...5, using: &random) << scale)
      switch Int.random(in: 0...3, using: &random) {
      case 0: tracker.note(link: BusCondition(BusState.allCases.randomElement(using: &random) ?? .down), at: time)
      case 1:
        let id = CANID(rawValue: UInt32(truncatingIfNeeded: random.next()))
        tracker.note(BusErrorFrame(id: id, data: random.next()), at: time)
      case 2: tracker.noteReceived(at: time)
      default: _ = tracker.nextChange(at: time)
      }
      _ = tracker.blindNanoseconds(at: time)
    }
  }
}
