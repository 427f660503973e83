// How an adapter looks as a bus, and how often its port is tried.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct ELMConditionTests {
  /// The conditions that a series of states leads to, with the seconds at which each begins.
  private func conditions(_ states: [(at: Double, state: ELMState)], until end: Double) -> [BusState] {
    var steady = SteadyCondition()
    var told: [BusState] = []
    for tenth in 0...Int(end * 10) {
      let now = second(Double(tenth) / 10)
      var status = ELMStatus()
      status.state = states.last { second($0.at) <= now }?.state ?? .closed
      _ = steady.note(status, at: now)
      if told.last != steady.condition.state { told.append(steady.condition.state) }
    }
    return told
  }

  @Test func aReplugIsOneChangeEachWay() {
    let plug: [(Double, ELMState)] = [(1, .probing), (2, .initialising), (4, .searching), (5, .polling)]
    #expect(conditions(plug + [(20, .closed), (22, .probing), (25, .polling)], until: 30)
      == [.absent, .errorActive, .absent, .errorActive])
  }

  @Test func whoeverBeginsAnewByItselfWasNeverAway() {
    #expect(conditions([(1, .polling), (5, .initialising), (9, .polling)], until: 12) == [.absent, .errorActive])
  }

  @Test func whatTakesTooLongIsDown() {
    #expect(conditions([(1, .probing), (30, .polling)], until: 40) == [.absent, .down, .errorActive])
    #expect(conditions([(1, .polling), (2, .initialising), (30, .polling)], until: 40)
      == [.absent, .errorActive, .down, .errorActive])
    // One that gives up is down at once.
    #expect(conditions([(1, .probing), (4, .backingOff)], until: 6) == [.absent, .down])
  }

  @Test func everyStateHasACondition() {
    let readable = Set(ELMState.allCases.filter {
      var status = ELMStatus()
      status.state = $0
      return status.condition.state.isReadable
    })
    #expect(readable == [.searching, .polling, .listening, .asleep])
  }

  @Test func noteTellsWhenPatienceEnds() {
    var steady = SteadyCondition()
    var status = ELMStatus()
    status.state = .probing
    #expect(steady.note(status, at: second(0)) == second(10))
    status.state = .initialising
    #expect(steady.note(status, at: second(9.9)) == second(10))
    #expect(steady.condition.state == .absent)
    #expect(steady.note(status, at: second(10)) == nil)
    #expect(steady.condition.state == .down)
  }

  // MARK: Pace

  private func tries(_ isAbsent: Bool, count: Int) -> [Double] {
    var pace = OpeningPace()
    var now = second(0)
    return (0..<count).map { _ in
      now = max(now, pace.due)
      pace.note(at: now)
      pace.again(isAbsent: isAbsent, at: now)
      return (now.seconds(since: second(0)) * 1000).rounded() / 1000
    }
  }

  @Test func anAbsentPortIsTriedTwiceASecond() { #expect(tries(true, count: 5) == [0, 0.5, 1, 1.5, 2]) }

  @Test func whatRefusesIsTriedEverLessOften() { #expect(tries(false, count: 8) == [0, 1, 3, 7, 15, 25, 35, 45]) }

  @Test func whatHeldForLongIsTriedAnewAtOnce() {
    var pace = OpeningPace()
    pace.note(at: second(0))
    for _ in 0..<5 { pace.again(isAbsent: false, at: second(0)) }
    pace.note(at: second(20))
    // A pulled plug comes back soon; never more than twice a second.
    pace.again(isAbsent: true, at: second(20.1))
    #expect(pace.due == second(20.5))
    pace.again(isAbsent: true, at: second(60))
    #expect(pace.due == second(60))
    // A connection that has held for long waits one second.
    pace.again(isAbsent: false, at: second(60))
    #expect(pace.due == second(61))
  }
}
