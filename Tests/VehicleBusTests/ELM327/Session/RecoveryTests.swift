// Adapters that stop, stutter and begin anew in mid-drive, and vehicles that park.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct ELMRecoveryTests {
  /// Everything that may happen to one request; the next one is answered, within seconds.
  @Test(arguments: [
    "", "STOPPED\r\r>", "BUFFER FULL\r\r>", "ERR93\r\r>", "\u{1}\u{2}x\r>", "7E8 04 41 0C", "<RX ERROR\r\r>", "OK\r\r>",
    ">", ">>>", "?\r\r>", "LV RESET\r\r>", "\r\rELM327 v1.4b\r\r>", "ACT ALERT\r\r>", "7E804410C1AF8\r",
  ])
  func oneStrangeReplyIsOvercome(_ said: String) {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    bench.adapter.nextFault = ("010C", .says(said))
    let begin = bench.now
    bench.ask([0x01, 0x0C])
    bench.getReady(within: 10)
    let next = bench.ask([0x01, 0x0D])
    #expect(next.answers.map(\.bytes) == [[0x41, 0x0D, 0x32]])
    #expect(bench.now.seconds(since: begin) < 8)
    #expect(bench.session.status.state == .polling)
  }

  @Test func twoPromptsAreNoAnswer() {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    bench.adapter.fault = { $0.hasPrefix("01") ? .twoPrompts : nil }
    for _ in 0..<3 {
      let engine = bench.ask([0x01, 0x0C])
      let speed = bench.ask([0x01, 0x0D])
      #expect(engine.answers.count == 1 && speed.answers.count == 1)
    }
    #expect(bench.session.status.counters.resynchronisations == 0)
  }

  @Test func aLostPromptCostsSeconds() {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    bench.adapter.fault = { $0.hasPrefix("010C") ? .noPrompt : nil }
    let (answers, seconds) = bench.ask([0x01, 0x0C])
    #expect(answers.count == 1, "what came whole counts")
    #expect(seconds < 2)
    bench.adapter.fault = { _ in nil }
    let next = bench.ask([0x01, 0x0D])
    #expect(next.answers.count == 1 && next.seconds < 1)
    #expect(bench.session.status.counters.resynchronisations == 1)
  }

  @Test(arguments: ["LV RESET\r\r>", "\r\rELM327 v1.4b\r\r>"])
  func aResetInMidDriveIsOvercome(_ said: String) {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    bench.states = []
    bench.adapter.reset()
    bench.adapter.say(said, at: bench.now.advanced(seconds: 0.1))
    bench.run(for: 0.15)
    bench.run(for: 5) { $0.session.status.state == .polling }
    #expect(bench.session.status.state == .polling && bench.states.contains(.initialising))
    #expect(bench.session.status.counters.resets == 1)
    bench.adapter.forgetLog()
    let (answers, _) = bench.ask([0x01, 0x0C])
    #expect(answers.count == 1 && bench.adapter.requests == ["010C"])
    #expect(bench.session.status.trouble == nil)
  }

  /// It only seemed to begin anew: a header from before calls a unit that is not there, until it is forgotten.
  @Test func aHeaderKeptOverASeemingResetIsForgotten() {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    bench.adapter.perform(.write(Array("ATSH7A5\r".utf8)), at: bench.now)
    bench.adapter.say("\r\rELM327 v1.4b\r\r>", at: bench.now.advanced(seconds: 0.1))
    bench.run(for: 0.15)
    #expect(bench.adapter.header == "7A5")
    bench.run(for: 5) { $0.session.status.state == .polling }
    let (answers, _) = bench.ask([0x01, 0x0C])
    #expect(answers.count == 1 && bench.adapter.header != "7A5")
  }

  @Test func anAdapterThatDiesIsGoneAndComesBack() {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    bench.adapter.isAlive = false
    bench.ask([0x01, 0x0C])
    bench.run(for: 60) { $0.session.status.state == .backingOff }
    #expect(bench.session.status.state == .backingOff && bench.session.status.trouble == .adapterGone)
    bench.adapter.isAlive = true
    let isReady = bench.getReady(within: 70)
    #expect(isReady)
    let (answers, _) = bench.ask([0x01, 0x0C])
    #expect(answers.count == 1)
  }

  /// Bytes without end, none of them an answer: the request's deadline stands.
  @Test func aFloodKeepsNothingAlive() throws {
    var bench = ELMBench.polling()
    bench.adapter.isAlive = false
    try bench.session.begin(TransmitPermit(grantedByGuard: ask(service(0x01, 0x0C))), at: bench.now)
    let begin = bench.now
    while bench.session.isBusy, bench.now.seconds(since: begin) < 60 {
      bench.now = bench.now.advanced(seconds: 0.01)
      bench.session.take(Array("7E8 03 7F 01 78\r".utf8), at: bench.now)
      _ = bench.session.step(at: bench.now)
    }
    #expect(bench.now.seconds(since: begin) < ELMPatience.request + 0.1)
    while bench.session.status.state == .polling, bench.now.seconds(since: begin) < 60 {
      bench.now = bench.now.advanced(seconds: 0.01)
      bench.session.take(Array("7E8 03 7F 01 78\r".utf8), at: bench.now)
      _ = bench.session.step(at: bench.now)
    }
    #expect(bench.now.seconds(since: begin) < 12)
  }

  @Test func anAbandonedRequestIsDrained() throws {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    try bench.session.begin(TransmitPermit(grantedByGuard: ask(service(0x01, 0x0C))), at: bench.now)
    bench.run(for: 0.002)
    bench.session.finish(at: bench.now)
    #expect(!bench.session.isBusy && bench.session.isReady)
    let next = bench.ask([0x01, 0x0D])
    #expect(next.answers.map(\.bytes) == [[0x41, 0x0D, 0x32]])
    #expect(bench.session.status.counters.resynchronisations == 0)
  }

  // MARK: Parked

  @Test func aParkedVehicleIsLeftInPeace() {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    bench.adapter.forgetLog()
    bench.session.sleep(at: bench.now)
    bench.run(for: 65)
    #expect(bench.session.status.state == .asleep)
    #expect(bench.adapter.log.first == "ATPC" && bench.adapter.log.count { $0 == "ATPC" } == 1)
    #expect(Set(bench.adapter.log) == ["ATPC", "ATRV"] && (6...7).contains(bench.adapter.log.count { $0 == "ATRV" }))

    // A probe, and back to sleep.
    bench.adapter.forgetLog()
    let probe = bench.ask([0x01, 0x0C])
    #expect(probe.answers.count == 1)
    bench.run(for: 1)
    #expect(bench.session.status.state == .asleep && bench.adapter.log.last == "ATPC")
    #expect(!bench.adapter.log.contains { $0.hasPrefix("ATTP") })

    bench.session.wake(at: bench.now)
    #expect(bench.session.status.state == .polling)
    let awake = bench.ask([0x01, 0x0D])
    #expect(awake.answers.count == 1)
  }

  @Test func aSleepInTheMiddleOfARequestWaitsForIt() throws {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    try bench.session.begin(TransmitPermit(grantedByGuard: ask(service(0x01, 0x0C))), at: bench.now)
    bench.session.sleep(at: bench.now)
    bench.run(for: 1)
    #expect(bench.session.nextAnswer()?.bytes == [0x41, 0x0C, 0x1A, 0xF8])
    #expect(bench.session.status.state == .asleep)
  }

  @Test func anAdapterPluggedIntoAParkedVehicleSleepsAtOnce() {
    var adapter = ScriptedAdapter()
    adapter.volts = 12.2
    var bench = ELMBench(adapter, profiles: [genuineProfile])
    bench.session.sleep(at: bench.now)
    bench.run(for: 10)
    #expect(bench.session.status.state == .asleep && bench.adapter.requests.isEmpty)
    // The vehicle is not known: one protocol for each probe.
    bench.adapter.vehicle = nil
    bench.ask([0x01, 0x00])
    #expect(bench.session.status.counters.searches == 1 && bench.session.status.state == .asleep)
    bench.adapter.vehicle = .can11at500
    bench.session.wake(at: bench.now)
    let awake = bench.ask([0x01, 0x00])
    #expect(awake.answers.count == 1 && bench.session.status.state == .polling)
  }
}
