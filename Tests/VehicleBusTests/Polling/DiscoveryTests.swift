// Who is there, and what they have.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct DiscoveryTests {
  @Test func asksForRangesOnlyWhereTheLastBitSaysSo() {
    var bus = PolledBus(usualPlan, units: [ScriptedUnit(0, script: standardUnit([0x0C, 0x0D, 0x42]))])
    bus.run(5)
    #expect(bus.log[0].address == .everybody11)
    #expect(bus.log[0].bytes == [0x01, 0x00])
    #expect(bus.times(of: 0x20).count == 1)
    #expect(bus.times(of: 0x40).count == 1)
    #expect(bus.times(of: 0x60).isEmpty)
    // One at a time, and of the unit alone.
    let ranges = bus.log.filter { $0.bytes[1] & 0x1F == 0 && $0.bytes[1] != 0 }
    #expect(ranges.allSatisfy { $0.bytes.count == 2 })
    #expect(
      ranges.allSatisfy {
        $0.address == .unit(request: CANID(standard: 0x7E0), answer: CANID(standard: 0x7E8))
      })
    #expect(bus.planner.report.units.first?.supported == 3)
    #expect(bus.state(of: 0x0C) == .served)
    #expect(bus.state(of: 0x42) == .served)
    #expect(bus.state(of: 0x05) == .unsupported)
    #expect(bus.times(of: 0x05).isEmpty)
  }

  @Test func findsUnitsThatSpeak29Bits() {
    var bus = PolledBus(usualPlan, units: [ScriptedUnit(address: 0x10, script: standardUnit(usualParameters))])
    bus.run(5)
    #expect(bus.log[0].address == .everybody11)
    #expect(bus.log[1].address == .everybody29)
    #expect(
      bus.planner.knownUnits
        == [.unit(request: CANID(extended: 0x18DA_10F1), answer: CANID(extended: 0x18DA_F110))])
    #expect(bus.planner.report.items.allSatisfy { $0.state == .served })
    // It is remembered: after the next waking 29 bits come first.
    let before = bus.log.count
    bus.planner.vehicleWoke(at: bus.instant)
    bus.run(1)
    #expect(bus.log[before].address == .everybody29)
  }

  @Test func keepsToTheAddressingItIsGiven() {
    for addressing in [PollOptions.Addressing.everybody11, .everybody29] {
      var bus = PolledBus(
        usualPlan, PolledBus.options { $0.addressing = addressing },
        units: [
          ScriptedUnit(0, script: standardUnit([0x0C])), ScriptedUnit(address: 0x10, script: standardUnit([0x0C])),
        ])
      bus.run(30)
      #expect(bus.planner.knownUnits.count == 1)
      #expect(!bus.log.contains { $0.address == (addressing == .everybody11 ? .everybody29 : .everybody11) })
    }
  }

  /// A unit that knows no ranges, whether it is silent about them or refuses, is found by what it has.
  @Test(arguments: [true, false]) func servesAUnitWithoutRanges(isSilent: Bool) {
    let inner = standardUnit([0x0C, 0x05], most: 1, hasRanges: false)
    var bus = PolledBus(
      usualPlan,
      units: [
        ScriptedUnit(0) { request, isFunctional, now in
          request == [1, 0] && !isSilent ? [(0.01, [0x7F, 0x01, 0x12])] : inner(request, isFunctional, now)
        }
      ])
    bus.run(300)
    #expect(bus.state(of: 0x0C) == .served)
    #expect(bus.state(of: 0x05) == .served)
    #expect(bus.state(of: 0x0D) == .refused)
    #expect(bus.times(of: 0x0D).count <= 4)
    #expect(bus.rate(of: 0x0C, from: 1100) > 0.95)
  }

  @Test func asksEachParameterOfOneUnitTheEnginesFirst() {
    var bus = PolledBus(
      plan([(0x0C, 1), (0x0D, 1), (0x05, 1), (0x42, 1)]),
      units: [
        ScriptedUnit(2, script: standardUnit([0x0D, 0x42])), ScriptedUnit(0, script: standardUnit([0x0C, 0x0D])),
        ScriptedUnit(1, script: standardUnit([0x05, 0x42])),
      ])
    bus.run(20)
    let units = bus.planner.report.items.map { item -> UInt32 in
      if case .unit(let request, _) = item.unit { request.value } else { 0 }
    }
    #expect(units == [0x7E0, 0x7E0, 0x7E1, 0x7E1])
    // Nobody is asked for what belongs to others.
    let toThird = RequestAddress.unit(request: CANID(standard: 0x7E2), answer: CANID(standard: 0x7EA))
    #expect(!bus.log.contains { $0.address == toThird && $0.bytes[1] & 0x1F != 0 })
  }

  @Test func theEngineComesFirstWith29BitsAsWell() {
    var bus = PolledBus(
      plan([(0x0D, 1)]),
      units: [0x0E, 0x10, 0x18].map { ScriptedUnit(address: $0, script: standardUnit([0x0D])) })
    bus.run(5)
    #expect(
      bus.planner.report.items[0].unit
        == .unit(request: CANID(extended: 0x18DA_10F1), answer: CANID(extended: 0x18DA_F110)))
  }

  @Test func servesAUnitThatIsDeafToItsOwnIdentifier() {
    let inner = standardUnit(usualParameters)
    var bus = PolledBus(
      usualPlan,
      units: [ScriptedUnit(0) { request, isFunctional, now in isFunctional ? inner(request, true, now) : [] }])
    bus.run(60)
    #expect(bus.planner.report.items.allSatisfy { $0.state == .served })
    #expect(bus.rate(of: 0x0C, from: 1030) > 0.95)
  }

  @Test func asksEverybodyWhereUnitsAreNotToBeAskedAlone() {
    var bus = PolledBus(
      usualPlan, PolledBus.options { $0.asksUnitsAlone = false },
      units: [
        ScriptedUnit(0, script: standardUnit(usualParameters)), ScriptedUnit(1, script: standardUnit([0x0D, 0x42])),
      ])
    bus.run(60)
    #expect(bus.log.allSatisfy { $0.address == .everybody11 })
    #expect(bus.planner.report.items.allSatisfy { $0.state == .served })
    #expect(bus.rate(of: 0x0C, from: 1030) > 0.95)
  }

  @Test func aSilentBusIsAskedOnceAMinute() {
    var bus = PolledBus(usualPlan, units: [])
    bus.run(60)
    let quick = bus.log.filter { $0.time < 1006 }.count
    #expect(quick == 6)
    let gaps = zip(bus.log.dropFirst(quick), bus.log.dropFirst(quick - 1)).map { $0.time - $1.time }
    #expect(gaps.allSatisfy { $0 >= 5 })
    let before = bus.log.count
    bus.run(3600)
    #expect(bus.log.count - before <= 62)
    #expect(bus.planner.report.items.allSatisfy { $0.state == .waiting })
    #expect(bus.vainCalls == 0)
  }

  @Test func anotherVehicleReplacesWhatIsKnown() {
    var bus = PolledBus(
      plan([(0x0C, 1), (0x0D, 1), (0x42, 1)]), units: [ScriptedUnit(0, script: standardUnit([0x0C, 0x42]))])
    bus.run(20)
    #expect(bus.planner.report.items.map(\.state) == [.served, .unsupported, .served])
    bus.planner.vehicleParked(at: bus.instant)
    #expect(bus.planner.next(at: bus.instant) == nil)
    #expect(bus.planner.dueAt(after: bus.instant) == nil)
    bus.units = [ScriptedUnit(0, script: standardUnit([0x0C, 0x0D]))]
    bus.planner.vehicleWoke(at: bus.instant)
    bus.run(20)
    #expect(bus.planner.report.items.map(\.state) == [.served, .served, .unsupported])
  }

  @Test func aUnitThatWakesLateIsFoundByTheSecondLook() {
    let late = standardUnit([0x05])
    var bus = PolledBus(
      plan([(0x0C, 1), (0x05, 1)]),
      units: [
        ScriptedUnit(0, script: standardUnit([0x0C])),
        ScriptedUnit(1) { request, isFunctional, now in now < 1004 ? [] : late(request, isFunctional, now) },
      ])
    bus.run(20)
    #expect(bus.state(of: 0x05) == .served)
  }

  @Test func aUnitThatDiesIsLookedForAndComesBack() {
    let inner = standardUnit([0x0C, 0x0D, 0x05])
    var bus = PolledBus(
      plan([(0x0C, 1), (0x0D, 1), (0x42, 1)]),
      units: [
        ScriptedUnit(0) { request, isFunctional, now in
          1050..<1200 ~= now ? [] : inner(request, isFunctional, now)
        },
        ScriptedUnit(1, script: standardUnit([0x0D, 0x42])),
      ])
    bus.run(50)
    #expect(bus.planner.report.units.map(\.isSilent) == [false, false])
    bus.run(100)
    #expect(bus.planner.report.units.map(\.isSilent) == [true, false])
    // What the other one has is asked of that.
    #expect(bus.rate(of: 0x0D, from: 1060) > 0.9)
    #expect(bus.rate(of: 0x42, from: 1060) > 0.95)
    #expect(bus.times(of: 0x0C, from: 1060).count < 10)
    bus.run(150)
    #expect(bus.planner.report.units.map(\.isSilent) == [false, false])
    #expect(bus.rate(of: 0x0C, from: 1270) > 0.95)
    #expect(bus.planner.report.units[0].packSize == 6)
  }

  @Test func aProbeAsksForEngineSpeedOrForAnySign() throws {
    var bus = PolledBus(usualPlan, units: [ScriptedUnit(0, script: standardUnit([0x0C]))])
    bus.planner.vehicleParked(at: bus.instant)
    // Nobody is known: each form in turn.
    let once = bus.planner.probe(at: bus.instant)
    let first = try #require(once)
    #expect(first.content == .service(requestBytes([1, 0])))
    #expect(first.address == .everybody11)
    bus.planner.finish(first, .answers([]), at: bus.instant)
    bus.now += 10
    let again = bus.planner.probe(at: bus.instant)
    let second = try #require(again)
    #expect(second.address == .everybody29)
    bus.planner.finish(second, .answers([]), at: bus.instant)
    bus.now += 10
    bus.planner.vehicleWoke(at: bus.instant)
    bus.run(5)
    bus.planner.vehicleParked(at: bus.instant)
    bus.now += 10
    let later = bus.planner.probe(at: bus.instant)
    let third = try #require(later)
    #expect(third.content == .service(requestBytes([1, 0x0C])))
    #expect(third.address == .unit(request: CANID(standard: 0x7E0), answer: CANID(standard: 0x7E8)))
    #expect(PollPlanner([], PollOptions()).report.items.isEmpty)
  }

  @Test func noMoreUnitsAndItemsThanItHolds() {
    let items = (0..<600).map { i in
      PollItem(
        .request(requestBytes([0x22, UInt8(i >> 8), UInt8(i & 0xFF)]), .everybody11), every: 10)
    }
    #expect(PollPlanner(items, PollOptions()).report.items.count == 512)
    #expect(PollPlanner(items, PollOptions()).report.beyondCapacity == 88)
    var bus = PolledBus(
      usualPlan, units: (0..<40).map { ScriptedUnit(address: $0, script: standardUnit([0x0C])) })
    bus.run(60)
    #expect(bus.planner.knownUnits.count == 16)
    #expect(bus.state(of: 0x0C) == .served)
  }
}
