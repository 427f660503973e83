// Units that say they are busy (7F xx 21) to questions that all were asked.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct BusyTests {
  /// What diagnosis asks of everybody.
  private static let questions = [[0x03], [0x07], [0x0A], [0x09, 0x02], [0x09, 0x04], [0x09, 0x0A]].map {
    PollItem.Question.request(requestBytes($0), .everybody11)
  }
  private static let items = questions.map { PollItem($0, every: 5) } + plan([(0x0C, 1), (0x0D, 1)])

  /// Answers all services as the standard has it.
  private static func unit(isBusy: @escaping (_ request: [UInt8], _ now: Double) -> Bool) -> Script {
    let inner = standardUnit([0x0C, 0x0D])
    return { request, isFunctional, now in
      if isBusy(request, now) { return [(0.01, [0x7F, request[0], 0x21])] }
      if request[0] == 0x01 { return inner(request, isFunctional, now) }
      return [(0.01, [request[0] | 0x40] + request.dropFirst() + [0, 0])]
    }
  }

  @Test(arguments: [true, false]) func aUnitThatIsBusyWithEverythingIsLeftAlone(hasParameters: Bool) {
    let items = hasParameters ? BusyTests.items : Array(BusyTests.items.prefix(BusyTests.questions.count))
    var bus = PolledBus(
      items, PolledBus.options { $0.addressing = .everybody11 },
      units: [ScriptedUnit(0, script: BusyTests.unit { _, now in now < 1060 })])
    bus.run(60)
    #expect((6...20).contains(bus.log.count))
    bus.run(120)
    #expect(bus.planner.report.items.allSatisfy { $0.state == .served })
    let before = bus.log.count
    bus.run(60)
    #expect(bus.log.count - before >= 6 * 12, "the rates are met again")
    #expect(bus.planner.report.stretch == 1)
  }

  @Test func pausesDouble() {
    var bus = PolledBus(
      Array(BusyTests.items.prefix(1)), PolledBus.options { $0.addressing = .everybody11 },
      units: [ScriptedUnit(0, script: BusyTests.unit { _, _ in true })])
    bus.run(300)
    let gaps = zip(bus.log.dropFirst(), bus.log).map { $0.time - $1.time - $1.lasted }
    let wanted = [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60, 60, 60]
    #expect(gaps.count >= 11)
    for (gap, wanted) in zip(gaps, wanted) { #expect(abs(gap - wanted) < 0.05) }
  }

  @Test func oneQuestionThatIsNeverAnsweredHoldsUpNoOther() {
    var bus = PolledBus(
      BusyTests.items, PolledBus.options { $0.addressing = .everybody11 },
      units: [ScriptedUnit(0, script: BusyTests.unit { request, _ in request == [0x0A] })])
    bus.run(300)
    #expect((5...13).contains(bus.log.count { $0.bytes == [0x0A] }))
    #expect(bus.log.count { $0.bytes == [0x03] } >= 58)
    #expect(bus.rate(of: 0x0C, from: 1100) > 0.95)
    #expect(bus.planner.report.stretch == 1)
  }

  @Test func oneParameterThatIsNeverAnsweredHoldsUpNoOther() {
    var bus = PolledBus(
      plan([(0x0C, 1), (0x0D, 1)]), PolledBus.options { $0.mostParameters = 1 },
      units: [ScriptedUnit(0, script: BusyTests.unit { request, _ in request == [0x01, 0x0C] })])
    bus.run(300)
    #expect(bus.times(of: 0x0C).count <= 13)
    #expect(bus.rate(of: 0x0D, from: 1100) > 0.95)
  }

  /// The guard's word on units is one on all of them, where all were asked.
  @Test func theGuardLeavesEverybodyAlone() {
    var options = PollOptions(parameterLengths: lengths)
    options.addressing = .everybody11
    var bench = Bench(BusyTests.items, options: options)
    bench.port.answer = { [.init(0x7E8, [0x7F, $0.bytes[0], 0x21])] }
    bench.run(seconds: 60)
    #expect((5...20).contains(bench.port.sent.count))
    let times = bench.port.sent.filter { $0.transmission.address == .everybody11 }.map(\.time)
    #expect(times.count >= 5)
    for (place, (a, b)) in zip(times, times.dropFirst()).enumerated() {
      #expect(b.seconds(since: a) >= Double(1 << place))
    }
  }

  @Test func anAnswerOfOneUnitKeepsEverybodyOpen() {
    var bench = Bench([])
    bench.port.answer = { [.init(0x7E9, [0x43, 0]), .init(0x7E8, [0x7F, $0.bytes[0], 0x21], after: 0.02)] }
    bench.run(seconds: 1.5)
    bench.poller.ask(.asking(0x03), of: .everybody11, by: .technician, at: bench.now) { _ in }
    bench.wake()
    bench.run(seconds: 1.9)
    #expect(!Self.isLeftAlone(&bench, .everybody11) && Self.isLeftAlone(&bench, .engineUnit))
  }

  private static func isLeftAlone(_ bench: inout Bench, _ address: RequestAddress) -> Bool {
    let question = Transmission(bus: 0, address: address, content: .asking(0x03), origin: .plan)
    switch bench.transmitGuard.judge(question, at: bench.now) {
    case .refused(.backingOff): return true
    case .refused: return false
    case .granted: return false
    }
  }
}
