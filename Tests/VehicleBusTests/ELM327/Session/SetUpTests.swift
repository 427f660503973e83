// What adapters are taken for, what they claim in vain, and those that stop in the middle.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct ELMSetUpTests {
  @Test func aLyingCloneIsFoundOut() {
    var adapter = ScriptedAdapter()
    adapter.banner = "ELM327 v2.1"
    adapter.unknown = ["ATAT", "ATFC", "ATCRA", "ATBRT", "ATIGN", "ATCTM", "ATCEA", "ATD0", "ATS0"]
    adapter.digit = .unknown
    var profile = genuineProfile
    profile.banner = "ELM327 v2.1"
    var bench = ELMBench.polling(adapter, profiles: [profile])
    let status = bench.session.status
    #expect(
      status.disproved
        == [.adaptiveTiming, .ownFlowControl, .filters, .otherBaudRates, .ignition, .lowPower, .noSpaces])
    #expect(status.abilities.isDisjoint(with: status.disproved))
    #expect(status.details.contains("does not know ATCTM1 of version 2.1"))
    bench.ask([0x01, 0x0C])
    let second = bench.ask([0x01, 0x0C])
    #expect(second.answers.count == 1, "asked again without the digit that it does not know")
    #expect(bench.session.status.disproved.contains(.answerCount))
    #expect(bench.adapter.requests.suffix(2) == ["010C1", "010C"])
    #expect(bench.session.status.sentence.contains("a copy: "))
    bench.adapter.forgetLog()
    bench.ask([0x01, 0x0C])
    #expect(bench.adapter.requests == ["010C"], "once is enough")
  }

  @Test func anUnknownAdapterIsUsedAtTheLowestLevel() {
    var adapter = ScriptedAdapter()
    adapter.banner = "CarThing 0.3"
    adapter.unknown = ["ATAT", "ATS0", "STI", "AT@1", "ATRV", "ATM0", "ATCSM"]
    var bench = ELMBench.polling(adapter)
    #expect(bench.session.status.profile == .unknown)
    #expect(bench.session.status.mostParameters == 1)
    let answers = bench.ask([0x01, 0x0D]).answers
    #expect(answers.map(\.bytes) == [[0x41, 0x0D, 0x32]])
  }

  @Test func aStartUpCommandThatIsNoneIsNotSaid() {
    var profile = genuineProfile
    profile.startUp = ["ATSPB", "0100", "ATDM1", "04"]
    var bench = ELMBench(profiles: [profile])
    bench.getReady()
    #expect(bench.adapter.log.contains("ATDM1") && bench.adapter.requests.isEmpty)
  }

  /// Whichever command stays without an answer, at whatever time, it is asked again within the bound.
  @Test(arguments: ["ATZ", "ATE0", "ATH1", "ATAT2", "ATRV", "ATCAF1"])
  func oneLostAnswerDoesNoHarm(_ command: String) {
    var adapter = ScriptedAdapter()
    adapter.fault = { $0 == command ? .silence : nil }
    var bench = ELMBench(adapter, profiles: [genuineProfile])
    let isReady = bench.getReady(within: 25)
    #expect(isReady)
  }

  @Test func anAdapterThatFallsSilentIsGivenUp() {
    var adapter = ScriptedAdapter()
    adapter.fault = { $0 == "ATI" || $0 == "ATZ" ? nil : .silence }
    var bench = ELMBench(adapter, profiles: [genuineProfile])
    bench.run(for: 100) { $0.session.status.state == .backingOff }
    #expect(bench.session.status.state == .backingOff && bench.session.status.trouble == .adapterGone)
    #expect(bench.now.seconds(since: bench.session.status.since) < 1)
    bench.adapter.fault = { _ in nil }
    let isReady = bench.getReady(within: 40)
    #expect(isReady)
  }

  /// It begins anew with every command that it gets: no state lasts for ever by that.
  @Test func endlessResetsEnd() {
    var adapter = ScriptedAdapter()
    adapter.fault = { $0.hasPrefix("ATE") ? .says("\r\rLV RESET\r\r>") : nil }
    var bench = ELMBench(adapter, profiles: [genuineProfile])
    bench.run(for: 60) { $0.session.status.state == .backingOff }
    #expect(bench.session.status.state == .backingOff)
  }

  /// What stands behind a prompt in the same bytes cannot be an answer to what is said next.
  @Test func whatCameBeforeACommandIsNoAnswerToIt() {
    var adapter = ScriptedAdapter()
    adapter.nextFault = ("ATAR", .says("OK\r\r>?\r\r>?\r\r>"))
    var bench = ELMBench(adapter, profiles: [genuineProfile])
    bench.getReady()
    #expect(bench.session.status.disproved == [] && bench.adapter.log.count { $0 == "ATAL" } == 1)
  }

  /// The answer of an earlier request comes late, when a command has been said.
  @Test func aLateAnswerIsNotThatOfACommand() {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    bench.adapter.nextFault = ("ATSH7E0", .says("7E804410D1A\r\r>OK\r\r>"))
    let (answers, _) = bench.ask([0x01, 0x0C], engineUnit)
    #expect(answers.map(\.bytes) == [[0x41, 0x0C, 0x1A, 0xF8]])
    #expect(bench.session.status.counters.resynchronisations == 0)
  }

  @Test func theBannerIsEnoughOfAnIdentity() {
    var adapter = ScriptedAdapter()
    adapter.stIdentity = "STN2120 v5.6.19"
    var st = genuineProfile
    st.name = "stn2120"
    st.title = "STN2120"
    st.stIdentity = "STN2120"
    st.abilities.insert(.st)
    var bench = ELMBench(adapter, profiles: [genuineProfile, st])
    bench.getReady()
    #expect(bench.session.status.profile?.name == "stn2120")
    #expect(bench.session.status.details == ["OBDII to RS232 Interpreter", "STN2120 v5.6.19 Some Device r1"])
    #expect(bench.adapter.commands.contains("STDI"))
  }

  @Test func pausesAreKept() {
    var profile = genuineProfile
    profile.pause = 0.1
    var bench = ELMBench.polling(profiles: [profile])
    let first = bench.ask([0x01, 0x0C])
    #expect(first.answers.count == 1)
    let begin = bench.now
    bench.ask([0x01, 0x0D])
    #expect(bench.now.seconds(since: begin) >= 0.1)
  }
}
