// Several parameters in one request, and units that do not like that.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct PackingTests {
  /// 7F 01 12 to six and to three: single requests from then on, over all wakings.
  @Test(arguments: [1, 2, 3]) func splitsWhatAUnitRefuses(most: Int) {
    var bus = PolledBus(usualPlan, units: [ScriptedUnit(0, script: standardUnit(usualParameters, most: most))])
    bus.run(120)
    #expect(bus.planner.report.items.allSatisfy { $0.state == .served })
    let refused = bus.log.filter { $0.answers.contains([0x7F, 0x01, 0x12]) }.count
    #expect(refused == (most == 3 ? 1 : 2))
    #expect(bus.planner.report.units[0].packSize == (most == 3 ? 3 : 1))
    bus.planner.vehicleWoke(at: bus.instant)
    bus.run(120)
    #expect(bus.log.filter { $0.answers.contains([0x7F, 0x01, 0x12]) }.count == refused)
  }

  /// Some old units just say nothing.
  @Test func splitsWhatAUnitIgnores() {
    let inner = standardUnit(usualParameters)
    var bus = PolledBus(
      usualPlan,
      units: [
        ScriptedUnit(0) { request, isFunctional, now in
          request.count > 2 ? [] : inner(request, isFunctional, now)
        }
      ])
    bus.run(600)
    #expect(bus.planner.report.items.allSatisfy { $0.state == .served })
    #expect(!bus.planner.report.units[0].isSilent)
    // Larger packs are tried ever more rarely.
    #expect(bus.log.filter { $0.time > 1030 && $0.bytes.count > 2 }.count < 12)
    #expect(bus.rate(of: 0x0C, from: 1100) > 0.95)
  }

  @Test func aLostAnswerDoesNotSplitForEver() {
    let inner = standardUnit(usualParameters)
    var bus = PolledBus(
      usualPlan,
      units: [
        ScriptedUnit(0) { request, isFunctional, now in
          1030..<1030.6 ~= now ? [] : inner(request, isFunctional, now)
        }
      ])
    bus.run(200)
    #expect(bus.planner.report.units[0].packSize == 6)
    #expect(bus.planner.report.unanswered <= 3)
  }

  /// A parameter that is promised and refused does not make its neighbours go alone.
  @Test func aBrokenPromiseIsFoundAndDropped() {
    let inner = standardUnit(usualParameters)
    var bus = PolledBus(
      usualPlan,
      units: [
        ScriptedUnit(0) { request, isFunctional, now in
          request.dropFirst().contains(0x0F) ? [(0.01, [0x7F, 0x01, 0x31])] : inner(request, isFunctional, now)
        }
      ])
    bus.run(120)
    #expect(bus.state(of: 0x0F) == .refused)
    #expect(bus.planner.report.items.count { $0.state == .served } == usualPlan.count - 1)
    #expect(bus.planner.report.units[0].packSize == 6)
    #expect(bus.times(of: 0x0F).count <= 8)
    // Once more after a waking.
    let before = bus.times(of: 0x0F).count
    bus.planner.vehicleWoke(at: bus.instant)
    bus.run(60)
    #expect(bus.times(of: 0x0F).count > before)
  }

  @Test func whatIsLeftOutOfAnAnswerIsAskedAlone() {
    let inner = standardUnit(usualParameters)
    var bus = PolledBus(
      usualPlan,
      units: [
        ScriptedUnit(0) { request, isFunctional, now in
          let asked = request.count > 2 ? request.filter { $0 != 0x05 } : request
          return inner(asked, isFunctional, now)
        }
      ])
    bus.run(60)
    #expect(bus.state(of: 0x05) == .served)
    #expect(bus.rate(of: 0x05, from: 1020) > 0.45)
  }

  @Test func aParameterOfUnknownLengthGoesAlone() {
    var bus = PolledBus(
      plan([(0x0C, 1), (0x0D, 1), (0x5B, 1)]), units: [ScriptedUnit(0, script: standardUnit([0x0C, 0x0D, 0x5B]))])
    bus.run(30)
    #expect(bus.state(of: 0x5B) == .served)
    #expect(bus.log.allSatisfy { !$0.bytes.contains(0x5B) || $0.bytes.count == 2 })
    #expect(bus.log.contains { $0.bytes == [0x01, 0x0C, 0x0D] })
  }

  @Test func noMoreThanIsWanted() {
    for most in 1...6 {
      var bus = PolledBus(
        usualPlan, PolledBus.options { $0.mostParameters = most },
        units: [ScriptedUnit(0, script: standardUnit(usualParameters))])
      bus.run(60)
      #expect(bus.log.map(\.bytes.count).max() == most + 1)
    }
  }

  /// Why packs are as large as can be: frames on the bus, flow control included, and requests for the same values.
  @Test func fullPacksNeedNoMoreFramesThanShortAnswers() {
    func cost(_ most: Int) -> (frames: Double, requests: Double) {
      var bus = PolledBus(
        usualPlan, PolledBus.options { $0.mostParameters = most },
        units: [ScriptedUnit(0, script: standardUnit(usualParameters))])
      bus.run(600)
      let frames = bus.log.reduce(0) { sum, asked in
        sum + 1 + asked.answers.reduce(0) { $0 + ($1.count <= 7 ? 1 : 2 + ($1.count - 6 + 6) / 7) }
      }
      let values = bus.log.reduce(0) { $0 + $1.bytes.count - 1 }
      return (Double(frames) / Double(values), Double(bus.log.count) / Double(values))
    }
    let costs = (1...6).map(cost)
    #expect(costs[5].frames < 1.25 && costs[5].frames < 0.65 * costs[0].frames)
    #expect(costs.allSatisfy { $0.frames >= costs[5].frames - 0.02 && $0.requests >= costs[5].requests })
  }

  @Test func answersAreSplitByLength() {
    let asked: [UInt8] = [0x0C, 0x0D, 0x05]
    #expect(
      answeredParameters([0x41, 0x0C, 1, 2, 0x0D, 3, 0x05, 4], asked: asked, lengths: lengths) == [0x0C, 0x0D, 0x05])
    // In another order, one left out, cut off, the same twice, something else in between.
    #expect(answeredParameters([0x41, 0x0D, 3, 0x0C, 1, 2], asked: asked, lengths: lengths) == [0x0D, 0x0C])
    #expect(answeredParameters([0x41, 0x0C, 1], asked: asked, lengths: lengths) == [])
    #expect(answeredParameters([0x41, 0x0D, 1, 0x0D, 1, 0x05, 1], asked: asked, lengths: lengths) == [0x0D])
    #expect(answeredParameters([0x41, 0x0D, 1, 0x10, 1, 0x05, 1], asked: asked, lengths: lengths) == [0x0D])
    #expect(answeredParameters([], asked: asked, lengths: lengths) == [])
    // Alone, any length will do where none is known.
    #expect(answeredParameters([0x41, 0x5B, 1], asked: [0x5B], lengths: lengths) == [0x5B])
    #expect(answeredParameters([0x41, 0x5B], asked: [0x5B], lengths: lengths) == [])
    #expect(answeredParameters([0x41, 0x0C, 1], asked: [0x0C], lengths: lengths) == [])
  }
}
