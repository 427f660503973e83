// Periods that are met, budgets that are kept, and plans that do not fit.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct RateTests {
  /// A day of driving, 20 h of it parked.
  @Test func meetsTheWantedRatesOverADay() {
    var bus = PolledBus(
      usualPlan,
      units: [
        ScriptedUnit(0, script: standardUnit(usualParameters.subtracting([0xA6]), delay: 0.02)),
        ScriptedUnit(1, script: standardUnit([0x0D, 0x42, 0xA6], delay: 0.03)),
      ])
    for _ in 0..<8 {
      bus.planner.vehicleWoke(at: bus.instant)
      let start = bus.now
      bus.run(1800)
      for item in usualPlan {
        guard case .parameter(let pid) = item.question else { continue }
        let rate = bus.rate(of: pid, from: start)
        #expect(abs(rate * item.period - 1) < 0.05, "\(pid): \(rate)")
      }
      bus.planner.vehicleParked(at: bus.instant)
      let before = bus.log.count
      bus.run(9000)
      #expect(bus.log.count == before)
    }
    #expect(bus.planner.report.stretch == 1)
    for item in bus.planner.report.items { #expect(abs(item.periodMet / item.periodWanted - 1) < 0.05) }
    #expect(bus.mostRequests(within: 1) <= 11)
    // Three are due each second, all in one request: far below one request a value.
    #expect(bus.log.count < 8 * 1800 * 3 / 2)
    #expect(bus.vainCalls == 0)
  }

  /// As much as the budget allows at the most, then twice that.
  @Test(arguments: [1, 6]) func stretchesAllAlikeWhenTheBudgetIsHalf(most: Int) {
    func run(_ rate: Double) -> (stretches: [Double], report: PollReport) {
      var bus = PolledBus(
        usualPlan,
        PolledBus.options {
          $0.requestsPerSecond = rate
          $0.mostParameters = most
        }, units: [ScriptedUnit(0, script: standardUnit(usualParameters))])
      bus.run(600)
      let start = bus.now
      bus.run(3600)
      #expect(Double(bus.log.count) <= rate * 4200 + 1)
      let stretches = usualPlan.map { item -> Double in
        guard case .parameter(let pid) = item.question else { return .nan }
        return 1 / (bus.rate(of: pid, from: start) * item.period)
      }
      return (stretches, bus.planner.report)
    }
    // Alone each value costs a request: 5.1 a second. In packs three share the leading one.
    let half = most == 1 ? 2.55 : 0.5
    let (stretches, report) = run(half)
    let mean = stretches.reduce(0, +) / Double(stretches.count)
    #expect(most == 1 ? abs(mean - 2) < 0.1 : mean > 1.5)
    #expect(stretches.allSatisfy { abs($0 / mean - 1) < 0.1 }, "\(stretches)")
    #expect(abs(report.stretch / mean - 1) < 0.1, "\(report.stretch) \(mean)")
    let (all, enough) = run(most == 1 ? 6 : 3)
    #expect(all.allSatisfy { abs($0 - 1) < 0.05 }, "\(all)")
    #expect(enough.stretch == 1)
  }

  /// Two units share a bus with half the budget: neither the one with short periods nor the one with many long ones
  /// has more of it.
  @Test func unitsThatShareABudgetAreStretchedAlike() {
    let slow: [UInt8] = [0x05, 0x0B, 0x0F, 0x11, 0x1F, 0x2F, 0x42, 0x46, 0x5C, 0xA6]
    var bus = PolledBus(
      plan([(0x0C, 0.5), (0x0D, 0.5)] + slow.map { ($0, 5) }),
      PolledBus.options {
        $0.requestsPerSecond = 3
        $0.mostParameters = 1
      },
      units: [ScriptedUnit(0, script: standardUnit([0x0C, 0x0D])), ScriptedUnit(1, script: standardUnit(Set(slow)))])
    bus.run(900)
    let start = bus.now
    bus.run(1800)
    let fast = 2 / bus.rate(of: 0x0C, from: start)
    let others = slow.map { 0.2 / bus.rate(of: $0, from: start) }
    #expect(abs(fast - 2) < 0.2, "\(fast)")
    #expect(others.allSatisfy { abs($0 / fast - 1) < 0.1 }, "\(fast) \(others)")
  }

  @Test func aUnitsBudgetStretchesThatUnitOnly() {
    var bus = PolledBus(
      plan([(0x0C, 0.5), (0x0D, 0.5), (0x05, 0.5), (0x42, 1)]),
      PolledBus.options {
        $0.requestsPerSecondOfUnit = 2
        $0.mostParameters = 1
      },
      units: [
        ScriptedUnit(0, script: standardUnit([0x0C, 0x0D, 0x05])), ScriptedUnit(1, script: standardUnit([0x42])),
      ])
    bus.run(600)
    let start = bus.now
    bus.run(1800)
    for pid in [0x0C, 0x0D, 0x05] as [UInt8] { #expect(abs(bus.rate(of: pid, from: start) - 2.0 / 3) < 0.04) }
    #expect(abs(bus.rate(of: 0x42, from: start) - 1) < 0.05)
    #expect(abs(bus.planner.report.stretch - 3) < 0.2)
  }

  @Test func stretchEndsWhenThereIsRoomAgain() {
    let inner = standardUnit(usualParameters)
    var bus = PolledBus(
      plan([(0x0C, 1), (0x0D, 1), (0x04, 1), (0x05, 1)]),
      PolledBus.options { $0.mostParameters = 1 },
      units: [
        ScriptedUnit(0) { request, isFunctional, now in
          let answer = inner(request, isFunctional, now)
          // A unit that first asks for patience keeps the bus waiting.
          guard now < 1600, !isFunctional, let bytes = answer.first?.1 else { return answer }
          return [(0.02, [0x7F, 0x01, 0x78]), (0.9, bytes)]
        }
      ])
    bus.run(600)
    #expect(bus.planner.report.stretch > 3)
    bus.run(600)
    #expect(bus.planner.report.stretch == 1)
    #expect(bus.rate(of: 0x0C, from: bus.now - 100) > 0.95)
  }

  @Test func onceIsOnceAfterEachWaking() {
    let vin = PollItem.Question.request(requestBytes([0x09, 0x02]), .everybody11)
    let inner = standardUnit([0x0C])
    var bus = PolledBus(
      [PollItem(vin, every: .infinity), PollItem(.parameter(0x0C), every: .infinity)],
      units: [
        ScriptedUnit(0) { request, isFunctional, now in
          request == [9, 2]
            ? [(0.05, [0x49, 2, 1] + [UInt8](repeating: 0x41, count: 17))] : inner(request, isFunctional, now)
        }
      ])
    bus.run(600)
    #expect(bus.log.filter { $0.bytes == [9, 2] }.count == 1)
    #expect(bus.times(of: 0x0C).count == 1)
    #expect(bus.planner.dueAt(after: bus.instant) == nil)
    bus.planner.vehicleWoke(at: bus.instant)
    bus.run(600)
    #expect(bus.log.filter { $0.bytes == [9, 2] }.count == 2)
    #expect(bus.times(of: 0x0C).count == 2)
  }

  @Test func wholeRequestsGoToEverybodyInTheFormThatIsSpoken() {
    let codes = PollItem.Question.request(requestBytes([0x03]), .everybody11)
    var bus = PolledBus(
      [PollItem(codes, every: 10)],
      units: [
        ScriptedUnit(address: 0x10) { request, _, _ in
          request == [3] ? [(0.01, [0x43, 0])] : request == [1, 0] ? [(0.01, [0x41, 0, 0x80, 0, 0, 0])] : []
        }
      ])
    bus.run(100)
    let asked = bus.log.filter { $0.bytes == [3] }
    #expect((9...11).contains(asked.count))
    #expect(asked.allSatisfy { $0.address == .everybody29 })
    #expect(bus.state(of: codes) == .served)
  }

  @Test func aNamedUnitNeedsNoDiscovery() {
    let question = PollItem.Question.request(
      requestBytes([0x22, 0x01, 0x01]), .unit(request: CANID(standard: 0x7E4), answer: CANID(standard: 0x7EC)))
    var bus = PolledBus(
      [PollItem(question, every: 2)],
      units: [
        ScriptedUnit(4) { request, _, now in
          1100..<1200 ~= now ? [] : [(0.02, [0x62, 0x01, 0x01, 7, 8])]
        }
      ])
    bus.run(100)
    #expect(bus.log.allSatisfy { $0.bytes == [0x22, 1, 1] })
    #expect((50...51).contains(bus.log.count))
    bus.run(100)
    // Silent: three tries, then 5, 10, 20 s and so on.
    #expect(bus.log.filter { $0.time >= 1100 }.count <= 8)
    bus.run(160)
    #expect(bus.state(of: question) == .served)
    #expect(bus.log.filter { $0.time >= 1300 }.count >= 28)
  }

  @Test func asksForParameterGroups() {
    let all = PollItem.Question.parameterGroup(0xFEE5, of: 255)
    let one = PollItem.Question.parameterGroup(0xFEEC, of: 0)
    let never = PollItem.Question.parameterGroup(0xFEE9, of: 0)
    var bus = PolledBus(
      [PollItem(all, every: 10), PollItem(one, every: .infinity), PollItem(never, every: 5)], units: [])
    bus.truck = { group, _ in
      switch group {
      case 0xFEE5: [PollAnswer(id: CANID(extended: 0x18FE_E500), bytes: [1, 2, 3, 4, 5, 6, 7, 8], delay: 0.05)]
      case 0xFEEC: [PollAnswer(id: CANID(extended: 0x18FE_EC00), bytes: Array("VIN*".utf8), delay: 0.4)]
      default:
        [
          PollAnswer(id: CANID(extended: 0x18FE_EC03), bytes: [1], delay: 0.01),
          PollAnswer(id: CANID(extended: 0x18E8_F900), bytes: [1, 255, 255, 255, 249, 0xE9, 0xFE, 0], delay: 0.05),
        ]
      }
    }
    bus.run(100)
    #expect(bus.log.isEmpty)
    #expect((9...11).contains(bus.groups.filter { $0.group == 0xFEE5 }.count))
    #expect(bus.groups.filter { $0.group == 0xFEEC }.count == 1)
    #expect(bus.groups.filter { $0.group == 0xFEE9 }.count == 1)
    #expect(bus.planner.report.items.map(\.state) == [.served, .served, .refused])
    #expect(bus.planner.report.foreign == 1)
  }

  @Test func oddPeriodsAndBudgets() {
    var bus = PolledBus(
      plan([(0x0C, 0), (0x0D, -3), (0x05, .nan), (0x04, 1), (0x04, 5)]),
      PolledBus.options {
        $0.requestsPerSecond = .nan
        $0.mostParameters = 99
      }, units: [ScriptedUnit(0, script: standardUnit([0x0C, 0x0D, 0x05, 0x04]))])
    #expect(bus.planner.report.items.map(\.periodWanted).prefix(2) == [0.05, 0.05])
    #expect(bus.planner.report.items.count == 4)
    #expect(bus.planner.report.items[3].periodWanted == 1)
    bus.run(1000)
    #expect(bus.log.count <= 11)
    var empty = PollPlanner([], PollOptions())
    #expect(empty.dueAt(after: .zero) == nil)
    #expect(empty.next(at: .zero) == nil)
    #expect(empty.probe(at: .zero) == nil)
  }
}
