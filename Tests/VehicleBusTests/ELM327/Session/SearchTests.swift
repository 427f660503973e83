// Finding out what the vehicle speaks, and what it means when nobody answers.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct ELMSearchTests {
  private static func answering(_ vehicle: ELMProtocol) -> ScriptedAdapter {
    var adapter = ScriptedAdapter()
    adapter.vehicle = vehicle
    let id: UInt32 = vehicle.isCAN ? vehicle.isExtended ? 0x18DA_F110 : 0x7E8 : 0x10
    adapter.answers = [
      "0100": [(id, [0x41, 0x00, 0xBE, 0x3E, 0xA8, 0x13])], "010C": [(id, [0x41, 0x0C, 0x1A, 0xF8])],
    ]
    return adapter
  }

  @Test(arguments: [ELMProtocol.can29at500, .can11at250, .can29at250, .kwpFastInit, .iso9141])
  func automaticSearchFindsIt(_ vehicle: ELMProtocol) {
    let bench = ELMBench.polling(Self.answering(vehicle))
    #expect(bench.session.status.vehicleProtocol == vehicle)
    #expect(bench.session.status.state == .polling)
  }

  @Test(arguments: ELMSearch.order.filter { $0.isCAN || $0.isKeptAwake })
  func oneByOneFindsItWhereAutomaticFails(_ vehicle: ELMProtocol) {
    var adapter = Self.answering(vehicle)
    adapter.canSearch = false
    var bench = ELMBench(adapter)
    bench.getReady()
    let (answers, seconds) = bench.ask([0x01, 0x00])
    #expect(answers.count == 1 && bench.session.status.vehicleProtocol == vehicle)
    #expect(seconds < 30)
    let place = (ELMSearch.order.firstIndex(of: vehicle) ?? 0) + 2
    #expect(bench.session.status.counters.searches == UInt64(place), "each try is counted")
    #expect(bench.session.status.counters.requests == UInt64(place))
  }

  @Test func aRememberedProtocolSavesTheSearch() {
    let bench = ELMBench.polling(Self.answering(.kwpFastInit)) { $0.memory.vehicleProtocol = .kwpFastInit }
    #expect(bench.session.status.counters.searches == 1)
    #expect(!bench.adapter.log.contains("ATTP0"))
  }

  @Test func aWrongMemoryIsOvercome() {
    let bench = ELMBench.polling(Self.answering(.can29at500)) { $0.memory.vehicleProtocol = .iso9141 }
    #expect(bench.session.status.vehicleProtocol == .can29at500)
    #expect(bench.session.memory.vehicleProtocol == .can29at500)
  }

  @Test func aFixedProtocolIsTheOnlyOne() {
    var bench = ELMBench.polling(Self.answering(.can11at500)) { $0.vehicleProtocol = .can29at250 }
    bench.ask([0x01, 0x00])
    #expect(bench.session.status.trouble == .wrongProtocol(.can29at250))
    #expect(bench.session.status.state == .searching)
    #expect(Set(bench.adapter.log.filter { $0.hasPrefix("ATTP") }) == ["ATTP9"])
  }

  @Test func ignitionOffAndOn() {
    var adapter = Self.answering(.can11at500)
    adapter.vehicle = nil
    adapter.volts = 12.3
    var bench = ELMBench(adapter, profiles: [genuineProfile])
    bench.getReady()
    let none = bench.ask([0x01, 0x00])
    #expect(none.answers.isEmpty && none.seconds > 0 && bench.session.status.state == .searching)
    #expect(bench.session.status.trouble == .ignitionOff(volts: 12.3))
    bench.adapter.vehicle = .can11at500
    bench.adapter.volts = 14.2
    let some = bench.ask([0x01, 0x00])
    #expect(some.answers.count == 1 && bench.session.status.trouble == nil)
  }

  @Test func aDeadCarWithGoodVoltageIsNoBus() {
    var adapter = Self.answering(.can11at500)
    adapter.vehicle = nil
    var bench = ELMBench(adapter)
    bench.getReady()
    bench.ask([0x01, 0x00])
    #expect(bench.session.status.trouble == .noBus(volts: 14.1))
  }

  @Test func anUnknownVoltageSaysNothing() {
    var adapter = Self.answering(.can11at500)
    adapter.vehicle = nil
    adapter.volts = nil
    var bench = ELMBench(adapter)
    bench.getReady()
    bench.ask([0x01, 0x00])
    #expect(bench.session.status.trouble == .ignitionOff(volts: nil))
  }

  /// Nobody is there for half an hour, asked every two seconds: a full search no more than once in three requests or a
  /// minute.
  @Test func aDeadCarIsNotBombarded() {
    var adapter = Self.answering(.can11at500)
    adapter.vehicle = nil
    var bench = ELMBench(adapter) { $0.memory.vehicleProtocol = .can11at500 }
    bench.getReady()
    var tries: [UInt64] = []
    for _ in 0..<30 {
      let before = bench.session.status.counters.searches
      bench.ask([0x01, 0x00])
      tries.append(bench.session.status.counters.searches - before)
      bench.run(for: 2)
    }
    #expect(tries.count { $0 > 1 } <= 10 && tries.filter { $0 <= 1 }.count >= 20)
    #expect(tries.allSatisfy { $0 >= 1 })
    #expect(tries[0] == 10)
  }

  /// The asker loses patience in the middle: the adapter is brought back, and the next request goes on from there.
  @Test func aSearchThatIsBrokenOffGoesOn() throws {
    var adapter = Self.answering(.can29at250)
    adapter.canSearch = false
    var bench = ELMBench(adapter)
    bench.getReady()
    let permit = TransmitPermit(grantedByGuard: ask(service(0x01, 0x00), .everybody11))
    try bench.session.begin(permit, at: bench.now)
    bench.run(for: 1)
    #expect(bench.session.isBusy)
    bench.session.finish(at: bench.now)
    #expect(!bench.session.isBusy && bench.session.isReady)
    bench.adapter.forgetLog()
    let (answers, _) = bench.ask([0x01, 0x00])
    #expect(answers.count == 1 && bench.session.status.vehicleProtocol == .can29at250)
    #expect(!bench.adapter.log.contains("ATTP0"))
  }

  @Test func theRestOfASearchIsTriedOnce() throws {
    var adapter = Self.answering(.can29at250)
    adapter.vehicle = nil
    var bench = ELMBench(adapter)
    bench.getReady()
    try bench.session.begin(TransmitPermit(grantedByGuard: ask(service(0x01, 0x00))), at: bench.now)
    bench.run(for: 1)
    bench.session.finish(at: bench.now)
    bench.ask([0x01, 0x00])
    let before = bench.session.status.counters.searches
    bench.ask([0x01, 0x00])
    #expect(bench.session.status.counters.searches == before + 1)
  }

  /// What is stored was right once: five requests without answer, with the engine running, bring the search back.
  @Test func aProtocolThatAnswersNoLongerIsDoubted() {
    var bench = ELMBench.polling(Self.answering(.can11at500))
    bench.adapter.answers = [:]
    // A vehicle that answered just now may only not have what it is asked for.
    for _ in 0..<5 { bench.ask([0x01, 0x0C]) }
    #expect(bench.session.status.state == .polling)
    bench.run(for: 5)
    bench.ask([0x01, 0x0C])
    #expect(bench.session.status.state == .searching)
    bench.adapter.vehicle = .can29at500
    bench.adapter.answers = Self.answering(.can29at500).answers
    let (answers, _) = bench.ask([0x01, 0x00])
    #expect(answers.count == 1 && bench.session.status.vehicleProtocol == .can29at500)
  }

  /// Tries are paced by the budget; one that waits for its time goes with its permit.
  @Test func aTryThatWaitsIsNotWrittenOnceItsRequestIsOver() throws {
    var adapter = Self.answering(.can11at500)
    adapter.answers = [:]
    var bench = ELMBench(adapter) { $0.secondsBetweenTries = 3 }
    bench.getReady()
    try bench.session.begin(TransmitPermit(grantedByGuard: ask(service(0x01, 0x00))), at: bench.now)
    bench.run(for: 60) { $0.session.status.counters.searches == 2 }
    let asked = bench.adapter.requests.count
    bench.session.finish(at: bench.now)
    bench.run(for: 20)
    #expect(bench.adapter.requests.count == asked && !bench.session.isBusy)
  }

  /// Some vehicles do not have what they say they have: the bus is not searched for that.
  @Test func aParameterThatIsMissingIsNoVehicleThatIsMissing() {
    var bench = ELMBench.polling(Self.answering(.can11at500), profiles: [genuineProfile])
    let before = bench.session.status.counters.searches
    for _ in 0..<20 {
      let engine = bench.ask([0x01, 0x0C])
      #expect(engine.answers.count == 1)
      for pid: UInt8 in [0x0B, 0x10, 0x5C, 0x2F, 0x33, 0x46] { bench.ask([0x01, pid]) }
    }
    #expect(bench.session.status.counters.searches == before && bench.session.status.trouble == nil)
  }

  /// With one unit's header an adapter would look for that unit's answers only, or in a form that it cannot send.
  @Test func aSearchAsksEverybody() throws {
    var bench = ELMBench.polling(Self.answering(.can11at500), profiles: [genuineProfile])
    bench.ask([0x01, 0x0C], engineUnit)
    #expect(bench.adapter.header == "7E0")
    bench.adapter.vehicle = .can29at500
    bench.adapter.answers = Self.answering(.can29at500).answers
    bench.ask([0x01, 0x0C], engineUnit)
    bench.getReady(within: 1)
    let (answers, _) = bench.ask([0x01, 0x00])
    #expect(answers.count == 1 && bench.adapter.header == nil)
    #expect(bench.session.status.vehicleProtocol == .can29at500)
  }

  @Test func aBusErrorBringsTheSearchBack() {
    var bench = ELMBench.polling(Self.answering(.can11at500))
    bench.adapter.vehicle = nil
    bench.ask([0x01, 0x0C])
    #expect(bench.session.status.trouble == .busErrors("CAN ERROR") && bench.session.status.state == .searching)
  }

  @Test func whileTheVehicleIsOffTheProtocolStays() {
    var adapter = Self.answering(.can11at500)
    adapter.volts = 12.4
    var bench = ELMBench.polling(adapter, profiles: [genuineProfile])
    bench.adapter.answers = [:]
    for _ in 0..<12 {
      bench.ask([0x01, 0x0C])
      bench.run(for: 1)
    }
    #expect(bench.session.status.state == .polling)
    #expect(bench.session.status.trouble == .ignitionOff(volts: 12.4))
  }
}
