// Negative answers, silence, lies, and the guard's word.
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct RefusalTests {
  private static let two = plan([(0x0C, 1), (0x0D, 1)])

  /// A unit that treats one parameter in its own way and all else well.
  private func bus(
    _ items: [PollItem] = RefusalTests.two, odd: UInt8 = 0x0C, _ answer: @escaping (Double) -> [(Double, [UInt8])]
  ) -> PolledBus {
    let inner = standardUnit(usualParameters)
    return PolledBus(
      items, PolledBus.options { $0.mostParameters = 1 },
      units: [
        ScriptedUnit(0) { request, isFunctional, now in
          request == [0x01, odd] ? answer(now) : inner(request, isFunctional, now)
        }
      ])
  }

  @Test(arguments: [0x12, 0x13, 0x31] as [UInt8]) func aRefusedParameterIsDroppedUntilTheNextWaking(code: UInt8) {
    var bus = bus { _ in [(0.01, [0x7F, 0x01, code])] }
    bus.run(60)
    #expect(bus.state(of: 0x0C) == .refused)
    #expect(bus.times(of: 0x0C).count == 1)
    #expect(bus.rate(of: 0x0D, from: 1010) > 0.95)
    bus.planner.vehicleWoke(at: bus.instant)
    bus.run(60)
    #expect(bus.times(of: 0x0C).count == 2)
  }

  @Test func aParameterThatIsNeverAnsweredIsDropped() {
    var bus = bus { _ in [] }
    bus.run(120)
    #expect(bus.state(of: 0x0C) == .silent)
    #expect(bus.times(of: 0x0C).count <= 6)
    #expect(bus.rate(of: 0x0D, from: 1060) > 0.95)
  }

  @Test func aBusyUnitIsLeftAloneForLongerAndLonger() {
    var bus = bus(plan([(0x0C, 1)])) { now in now < 1010 ? [(0.01, [0x7F, 0x01, 0x21])] : [(0.01, [0x41, 0x0C, 0, 0])] }
    bus.run(60)
    let times = bus.times(of: 0x0C)
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }.prefix(5)
    for (gap, wanted) in zip(gaps, [0.2, 0.4, 0.8, 1.6, 3.2]) { #expect(abs(gap - wanted) < 0.05) }
    #expect(bus.state(of: 0x0C) == .served)
    #expect(bus.rate(of: 0x0C, from: 1020) > 0.9)
  }

  @Test func conditionsThatAreNotMetAreTriedAgainInAMinute() {
    var bus = bus { now in now < 1150 ? [(0.01, [0x7F, 0x01, 0x22])] : [(0.01, [0x41, 0x0C, 0, 0])] }
    bus.run(300)
    #expect(bus.times(of: 0x0C).filter { $0 < 1150 }.count == 3)
    #expect(bus.state(of: 0x0C) == .served)
    #expect(bus.planner.report.stretch == 1)
  }

  @Test func aServiceThatAUnitDoesNotKnowIsNotAskedForAgain() {
    let vin = PollItem.Question.request(requestBytes([0x22, 0xF1, 0x90]), .unit(
      request: CANID(standard: 0x7E0), answer: CANID(standard: 0x7E8)))
    let part = PollItem.Question.request(requestBytes([0x22, 0xF1, 0x87]), .unit(
      request: CANID(standard: 0x7E0), answer: CANID(standard: 0x7E8)))
    var bus = PolledBus(
      [PollItem(vin, every: 5), PollItem(part, every: 5), PollItem(.parameter(0x0C), every: 1)],
      units: [ScriptedUnit(0, script: standardUnit([0x0C]))])
    bus.run(60)
    #expect(bus.log.filter { $0.bytes[0] == 0x22 }.count == 1)
    #expect(bus.state(of: vin) == .refused)
    #expect(bus.state(of: part) == .refused)
    #expect(bus.state(of: 0x0C) == .served)
  }

  /// 200 ms, and 78 before each answer.
  @Test func aSlowUnitIsWaitedFor() {
    let inner = standardUnit(usualParameters)
    var bus = PolledBus(
      plan([(0x0C, 2), (0x0D, 2)]),
      units: [
        ScriptedUnit(0) { request, isFunctional, now in
          let answer = inner(request, isFunctional, now).map { (1.5, $0.1) }
          return answer.isEmpty ? [] : [(0.2, [0x7F, request[0], 0x78])] + answer
        }
      ])
    bus.run(200)
    #expect(bus.planner.report.items.allSatisfy { $0.state == .served })
    #expect(abs(bus.rate(of: 0x0C, from: 1050) - 0.5) < 0.03)
    let time = bus.planner.report.units[0].answerTime
    #expect(abs(time.shortest - 0.2) < 1e-9 && abs(time.longest - 0.2) < 1e-9)
  }

  @Test func patienceFollowsTheAnswerTime() {
    var bus = PolledBus(RefusalTests.two, units: [ScriptedUnit(0, script: standardUnit([0x0C, 0x0D], delay: 0.03))])
    #expect(bus.planner.next(at: bus.instant)?.patience == 0.25)
    bus.now += 1
    bus.run(30)
    bus.now += 2
    #expect(bus.planner.next(at: bus.instant).map { abs($0.patience - 0.12) < 1e-9 } == true)
    var time = AnswerTime()
    time.note(0.002)
    #expect(time.patience() == 0.05)
    #expect(abs(time.patience(silences: 3) - 0.064) < 1e-9)
    time.note(9)
    #expect(time.patience() == 1)
    time.note(.nan)
    time.note(-1)
    #expect(time.patience() == 1)
  }

  /// Each does harm to nobody but itself: the other unit is served, and the plan is bounded.
  @Test(arguments: Liar.allCases) func liarsHarmOnlyThemselves(liar: Liar) {
    var random = SplitMix(seed: 7)
    let good = standardUnit([0x0D, 0x42])
    let inner = standardUnit([0x0C, 0x05, 0x0D])
    var bus = PolledBus(
      plan([(0x0C, 1), (0x05, 1), (0x0D, 1), (0x42, 2)]),
      units: [
        ScriptedUnit(0) { request, isFunctional, now in
          let answer = inner(request, isFunctional, now)
          return request == [1, 0] || answer.isEmpty ? answer : liar.twist(answer[0].1, request, &random)
        },
        ScriptedUnit(1, script: good),
      ])
    bus.run(1800)
    #expect(bus.rate(of: 0x42, from: 1600) > 0.45)
    #expect(bus.state(of: 0x42) == .served)
    #expect(bus.mostRequests(within: 1) <= 11)
    #expect(bus.vainCalls == 0)
    if liar != .twice { #expect(bus.rate(of: 0x0D, from: 1700) > 0.9) }
  }

  enum Liar: CaseIterable {
    case wrongParameter, truncated, garbage, otherService, endlessPatience, empty, twice, hugeAnswer

    func twist(_ answer: [UInt8], _ request: [UInt8], _ random: inout SplitMix) -> [(Double, [UInt8])] {
      switch self {
      case .wrongParameter: [(0.01, [0x41, 0xEE] + answer.dropFirst(2))]
      case .truncated: [(0.01, Array(answer.prefix(2)))]
      case .garbage: [(0.01, (0..<Int(random.next() % 20)).map { _ in UInt8(truncatingIfNeeded: random.next()) })]
      case .otherService: [(0.01, [0x62, 0xF1, 0x90, 1])]
      case .endlessPatience: (0..<100).map { (0.01 + Double($0), [0x7F, 0x01, 0x78]) }
      case .empty: [(0.01, [])]
      case .twice: [(0.01, answer), (0.02, [0x7F, 0x01, 0x12]), (0.03, answer)]
      case .hugeAnswer: [(0.01, [UInt8](repeating: 0x41, count: 4095))]
      }
    }
  }

  @Test(arguments: Refusal.allCases) func theGuardsRefusalIsNoSilence(refusal: Refusal) {
    var bus = PolledBus(RefusalTests.two, units: [ScriptedUnit(0, script: standardUnit([0x0C, 0x0D]))])
    bus.run(30)
    bus.guarding = { _, now in now < 1330 ? refusal : nil }
    let before = bus.planner.report
    bus.run(300)
    let report = bus.planner.report
    #expect(report.unanswered == before.unanswered)
    #expect(!report.units[0].isSilent)
    #expect(report.refusals > 0)
    // About once a second at most, but for the budget, which has a pace of its own.
    let most: UInt64 = refusal == .busBudget || refusal == .unitBudget ? 3100 : 620
    #expect(report.refusals <= most)
    #expect(bus.vainCalls == 0)
    bus.run(120)
    bus.planner.vehicleWoke(at: bus.instant)
    bus.run(60)
    #expect(bus.rate(of: 0x0C, from: bus.now - 50) > 0.95)
    #expect(bus.planner.report.stretch == 1)
  }

  @Test func aBusInTroubleIsNotTheUnitsSilence() throws {
    var bus = PolledBus(RefusalTests.two, units: [ScriptedUnit(0, script: standardUnit([0x0C, 0x0D]))])
    bus.run(30)
    let unanswered = bus.planner.report.unanswered
    var failures = 0
    let end = bus.now + 300
    while bus.now < end {
      bus.now = Double(try #require(bus.planner.dueAt(after: bus.instant)).nanoseconds) * 1e-9 + 0.001
      let next = bus.planner.next(at: bus.instant)
      let request = try #require(next)
      bus.planner.finish(request, .failed(ENETDOWN), at: bus.instant)
      failures += 1
    }
    #expect(failures < 20)
    #expect(bus.planner.report.unanswered == unanswered)
    bus.run(60)
    #expect(bus.rate(of: 0x0C, from: bus.now - 20) > 0.9)
    // A broken message is the unit's.
    bus.now += 1.5
    let next = bus.planner.next(at: bus.instant)
    bus.planner.finish(try #require(next), .failed(EILSEQ), at: bus.instant)
    #expect(bus.planner.report.unanswered == unanswered + 1)
  }

  @Test func whatIsNotFinishedIsForgotten() throws {
    var bus = PolledBus(RefusalTests.two, units: [ScriptedUnit(0, script: standardUnit([0x0C, 0x0D]))])
    let first = bus.planner.next(at: bus.instant)
    #expect(bus.planner.next(at: bus.instant) == nil)
    bus.now += 1
    let second = bus.planner.next(at: bus.instant)
    let known = PollAnswer(id: CANID(standard: 0x7E8), bytes: [0x41, 0, 0x80, 0, 0, 0], delay: 0.01)
    bus.planner.finish(try #require(first), .answers([known]), at: bus.instant)
    #expect(bus.planner.knownUnits.isEmpty)
    bus.planner.finish(try #require(second), .answers([known]), at: bus.instant)
    #expect(bus.planner.knownUnits.count == 1)
    bus.planner.finish(try #require(second), .answers([]), at: bus.instant)
    #expect(bus.planner.report.unanswered == 0)
  }
}

/// Seeded and the same on all machines (splitmix64).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
