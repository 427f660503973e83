// Requests: how few commands and how little waiting they need, and whose answers are told.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct ELMRequestTests {
  private static let gearbox = RequestAddress.unit(request: CANID(standard: 0x7E1), answer: CANID(standard: 0x7E9))
  private static let maker = RequestAddress.unit(request: CANID(standard: 0x714), answer: CANID(standard: 0x77E))

  private static func twoUnits() -> ScriptedAdapter {
    var adapter = ScriptedAdapter()
    adapter.answers["0100"]?.append((0x7E9, [0x41, 0x00, 0x98, 0x18, 0x80, 0x13]))
    adapter.answers["010D"]?.append((0x7E9, [0x41, 0x0D, 0x33]))
    return adapter
  }

  // MARK: The count of frames

  @Test func theCountOfFramesSavesTheWaiting() {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    let first = bench.ask([0x01, 0x0C])
    let second = bench.ask([0x01, 0x0C])
    #expect(bench.adapter.requests.suffix(2) == ["010C", "010C1"])
    #expect(first.seconds > 0.2 && second.seconds < 0.03)
    #expect(second.answers.map(\.bytes) == [[0x41, 0x0C, 0x1A, 0xF8]])
    bench.ask([0x09, 0x02])
    let vin = bench.ask([0x09, 0x02])
    #expect(bench.adapter.requests.last == "09023")
    #expect(vin.answers.first?.bytes.count == 20)
  }

  @Test func everybodyIsWaitedForOnceInAWhile() {
    var bench = ELMBench.polling(Self.twoUnits(), profiles: [genuineProfile])
    bench.adapter.forgetLog()
    for _ in 0..<41 { bench.ask([0x01, 0x0D]) }
    let bare = bench.adapter.requests.enumerated().filter { $0.element == "010D" }.map(\.offset)
    #expect(bare == [0, 20, 40])
    #expect(bench.adapter.requests.contains("010D2"))
  }

  @Test func aCountThatIsIgnoredIsFoundOut() {
    var adapter = ScriptedAdapter()
    adapter.digit = .ignored
    var bench = ELMBench.polling(adapter, profiles: [genuineProfile])
    for _ in 0..<12 { bench.ask([0x01, 0x0C]) }
    #expect(bench.session.status.disproved.contains(.answerCount))
    #expect(bench.adapter.requests.last == "010C")
  }

  @Test func aDoubtfulCountIsShown() {
    var profile = genuineProfile
    profile.doubtful = [.answerCount, .longAnswers]
    var bench = ELMBench.polling(profiles: [profile])
    #expect(bench.session.status.abilities.isDisjoint(with: profile.doubtful))
    for _ in 0..<4 { bench.ask([0x01, 0x0C]) }
    bench.ask([0x09, 0x02])
    #expect(bench.session.status.abilities.isSuperset(of: profile.doubtful))
  }

  // MARK: Headers

  @Test func aHeaderIsSetOnce() {
    var bench = ELMBench.polling(Self.twoUnits(), profiles: [genuineProfile])
    bench.adapter.forgetLog()
    for _ in 0..<3 { bench.ask([0x01, 0x0C], engineUnit) }
    bench.ask([0x01, 0x0D], Self.gearbox)
    for _ in 0..<2 { bench.ask([0x01, 0x0D]) }
    #expect(
      bench.adapter.log == [
        "ATSH7E0", "010C", "010C1", "010C1", "ATSH7E1", "010D", "ATSH7DF", "010D", "010D2",
      ])
  }

  @Test func stNamesTheHeaderWithTheRequest() {
    var adapter = Self.twoUnits()
    adapter.stIdentity = "STN2120 v5.6.19"
    var profile = genuineProfile
    profile.abilities.insert(.st)
    var bench = ELMBench.polling(adapter, profiles: [profile])
    bench.adapter.forgetLog()
    for _ in 0..<2 {
      let engine = bench.ask([0x01, 0x0C], engineUnit)
      let gearbox = bench.ask([0x01, 0x0D], Self.gearbox)
      #expect(engine.answers.map(\.id.value) == [0x7E8] && gearbox.answers.map(\.id.value) == [0x7E9])
    }
    #expect(
      bench.adapter.log == [
        "STPX H:7E0,D:010C", "STPX H:7E1,D:010D", "STPX H:7E0,D:010C,R:1", "STPX H:7E1,D:010D,R:1",
      ])
    bench.adapter.forgetLog()
    for _ in 0..<3 { bench.ask([0x01, 0x0C], engineUnit) }
    #expect(bench.adapter.log == ["STPX H:7E0,D:010C,R:1", "ATSH7E0", "010C1", "010C1"])
  }

  @Test func aUnitOnItsMakersIdentifiersAndBack() {
    var adapter = ScriptedAdapter()
    adapter.answers["22F190"] = [(0x77E, [0x62, 0xF1, 0x90] + Array("WVWZZZ1KZAW000001".utf8))]
    var bench = ELMBench.polling(adapter, profiles: [genuineProfile])
    bench.adapter.forgetLog()
    let own = bench.ask([0x22, 0xF1, 0x90], Self.maker)
    #expect(own.answers.map(\.id.value) == [0x77E] && own.answers.first?.bytes.count == 20)
    let back = bench.ask([0x01, 0x0C])
    #expect(back.answers.count == 1)
    #expect(
      bench.adapter.log == [
        "ATSH714", "ATCRA77E", "ATFCSH714", "ATFCSD300000", "ATFCSM1", "22F190", "ATSH7DF", "ATAR", "ATFCSM0", "010C",
      ])
  }

  @Test func twentyNineBits() {
    var adapter = ScriptedAdapter()
    adapter.vehicle = .can29at500
    adapter.answers = [
      "0100": [(0x18DA_F110, [0x41, 0x00, 0xBE, 0x3E, 0xA8, 0x13])], "010C": [(0x18DA_F110, [0x41, 0x0C, 0x1A, 0xF8])],
    ]
    var bench = ELMBench.polling(adapter, profiles: [genuineProfile])
    bench.adapter.forgetLog()
    let unit = RequestAddress.unit(request: CANID(extended: 0x18DA_10F1), answer: CANID(extended: 0x18DA_F110))
    let one = bench.ask([0x01, 0x0C], unit)
    let all = bench.ask([0x01, 0x0C], .everybody29)
    #expect(one.answers.map(\.id) == [CANID(extended: 0x18DA_F110)] && all.answers.count == 1)
    #expect(bench.adapter.log == ["ATSHDA10F1", "010C", "ATSHDB33F1", "010C"])
  }

  /// An adapter would cut the identifier to eleven bits and ask somebody else.
  @Test func aUnitOfAnotherFormatIsNotAsked() {
    var bench = ELMBench.polling()
    bench.adapter.forgetLog()
    let unit = RequestAddress.unit(request: CANID(extended: 0x18DA_10F1), answer: CANID(extended: 0x18DA_F110))
    let (answers, seconds) = bench.ask([0x01, 0x0C], unit)
    #expect(answers.isEmpty && seconds == 0 && bench.adapter.log.isEmpty)
  }

  @Test func onOneWireAllAreAskedAndOthersLeftOut() {
    var adapter = ScriptedAdapter()
    adapter.vehicle = .kwpFastInit
    adapter.answers = [
      "0100": [(0x10, [0x41, 0x00, 0xBE, 0x3E, 0xA8, 0x13])],
      "010C": [(0x10, [0x41, 0x0C, 0x1A, 0xF8]), (0x18, [0x7F, 0x01, 0x12])],
    ]
    var bench = ELMBench.polling(adapter, profiles: [genuineProfile])
    bench.adapter.forgetLog()
    let unit = RequestAddress.unit(request: CANID(extended: 0x18DA_10F1), answer: CANID(extended: 0x18DA_F110))
    let one = bench.ask([0x01, 0x0C], unit)
    #expect(one.answers.map(\.bytes) == [[0x41, 0x0C, 0x1A, 0xF8]])
    #expect(one.answers.map(\.id) == [CANID(extended: 0x18DA_F110)])
    let all = bench.ask([0x01, 0x0C], .everybody11)
    #expect(all.answers.map(\.id.value) == [0x18DA_F110, 0x18DA_F118])
    #expect(bench.adapter.commands.isEmpty)
  }

  // MARK: Answers

  @Test func longAnswersThatBreakAreGivenUp() {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    #expect(bench.session.status.mostParameters == 6)
    bench.adapter.fault = { $0.hasPrefix("0902") ? .says("7E8101449020157\r7E8224B5A4157303030\r\r>") : nil }
    for _ in 0..<3 {
      let broken = bench.ask([0x09, 0x02])
      #expect(broken.answers.isEmpty)
    }
    #expect(bench.session.status.disproved.contains(.longAnswers) && bench.session.status.mostParameters == 1)
    #expect(bench.session.status.counters.damagedLines > 0)
  }

  @Test func framesForCaptureAreThoseOfABus() throws {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    bench.frames = []
    bench.ask([0x09, 0x02])
    try #require(bench.frames.map(\.id.value) == [0x7DF, 0x7E8, 0x7E8, 0x7E8])
    #expect(bench.frames.allSatisfy { $0.bus == 3 })
    #expect((0..<3).map { bench.frames[0][$0] } == [0x02, 0x09, 0x02])
    #expect((0..<5).map { bench.frames[1][$0] } == [0x10, 0x14, 0x49, 0x02, 0x01])
    #expect(bench.frames[2][0] == 0x21 && bench.frames[3][0] == 0x22 && bench.frames[3].length == 8)
    #expect(zip(bench.frames, bench.frames.dropFirst()).allSatisfy { $0.time <= $1.time })
  }

  /// The reply to a request whose deadline passed comes in the middle of the next one.
  @Test func aLateAnswerIsNobodys() {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    bench.adapter.fault = { $0.hasPrefix("010C") ? .silence : nil }
    let lost = bench.ask([0x01, 0x0C])
    #expect(lost.answers.isEmpty && lost.seconds < 6)
    bench.adapter.say("7E804410C1AF8\r\r>", at: bench.now.advanced(seconds: 0.002))
    let next = bench.ask([0x01, 0x0D])
    #expect(next.answers.map(\.bytes) == [[0x41, 0x0D, 0x32]])
    #expect(bench.session.status.counters.resynchronisations == 1)
  }

  @Test(arguments: [
    ([0x01, 0x0C] as [UInt8], [0x41, 0x0D, 0x00] as [UInt8], false), ([0x01, 0x0C, 0x0D], [0x41, 0x0D, 0x00], true),
    ([0x22, 0xF1, 0x90], [0x62, 0xF1, 0x91, 0x00], false),
    ([0x22, 0xF1, 0x90, 0xF1, 0x91], [0x62, 0xF1, 0x91, 0], true),
    ([0x03], [0x43, 0x00], true), ([0x03], [0x47, 0x00], false), ([0x03], [0x7F, 0x03, 0x11], true),
    ([0x03], [0x7F, 0x07, 0x11], false), ([0x03], [], false), ([0x22, 0xF1, 0x90], [0x62, 0xF1], false),
  ])
  func answersMatchRequests(_ request: [UInt8], _ answer: [UInt8], _ matches: Bool) {
    #expect(ELMRequest(.everybody11, request).isAnswered(by: answer) == matches)
  }

  @Test func whatAnELM327CannotAskIsRefused() {
    var bench = ELMBench.polling()
    func refusal(_ transmission: Transmission) -> RequestPortError? {
      do throws(RequestPortError) {
        try bench.session.begin(TransmitPermit(grantedByGuard: transmission), at: bench.now)
        return nil
      } catch {
        return error
      }
    }
    #expect(refusal(Transmission(bus: 0, address: .j1939(0), content: .parameterGroup(65_226))) != nil)
    #expect(refusal(ask(service(1, 2, 3, 4, 5, 6, 7, 8))) != nil)
    #expect(refusal(ask(service(0x01, 0x0C))) == nil)
    #expect(refusal(ask(service(0x01, 0x0C))) != nil, "one at a time")
  }

  // MARK: The wait

  @Test func theWaitFollowsTheAnswers() {
    var adapter = ScriptedAdapter()
    adapter.digit = .ignored
    var bench = ELMBench.polling(adapter, profiles: [genuineProfile])
    for _ in 0..<12 { bench.ask([0x01, 0x0C]) }
    #expect(bench.adapter.waitTime == 0.1, "the floor")
    #expect(bench.adapter.commands.count { $0.hasPrefix("ATST") } == 1)
    // Too short: back to the usual.
    bench.adapter.answers["010C"] = []
    for _ in 0..<4 { bench.ask([0x01, 0x0C]) }
    #expect(bench.adapter.waitTime == 0.2)
  }

  @Test func theVoltageIsReadBetweenRequests() {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    bench.adapter.forgetLog()
    bench.adapter.volts = 13.7
    let end = bench.now.advanced(seconds: 60)
    while bench.now < end { bench.ask([0x01, 0x0C]) }
    let readings = bench.adapter.log.count { $0 == "ATRV" }
    #expect((5...7).contains(readings) && bench.session.status.voltage == 13.7)
    #expect(zip(bench.adapter.log, bench.adapter.log.dropFirst()).allSatisfy { $0 != $1 || $0 != "ATRV" })
  }
}
