// Which answers belong to a request, and when enough have come.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct PollReplyTests {
  private static let engine = CANID(standard: 0x7E8)
  private static let other = CANID(standard: 0x7E9)
  private static let toEngine = RequestAddress.unit(request: CANID(standard: 0x7E0), answer: engine)

  private func request(_ bytes: [UInt8], _ address: RequestAddress = PollReplyTests.toEngine) -> PollRequest {
    PollRequest(
      number: 1, address: address, content: .service(requestBytes(bytes)), patience: 1,
      isForAll: address == .everybody11 || address == .everybody29)
  }

  private func answer(_ bytes: [UInt8], on id: CANID = PollReplyTests.engine) -> PollAnswer {
    PollAnswer(id: id, bytes: bytes, delay: 0.01)
  }

  @Test(
    arguments: [
      ([1, 0x0C, 0x0D], [0x41, 0x0D, 1], .positive), ([1, 0x0C], [0x41, 0x0D, 1], .foreign),
      ([1, 0x0C], [0x41, 0x0C], .foreign), ([1, 0x0C], [], .foreign), ([1, 0x0C], [0x42, 0x0C, 1], .foreign),
      ([1, 0x0C], [0x7F, 0x01], .foreign), ([1, 0x0C], [0x7F, 0x03, 0x11], .foreign),
      ([1, 0x0C], [0x7F, 0x01, 0x78], .pending), ([1, 0x0C], [0x7F, 0x01, 0x11], .negative(.service)),
      ([1, 0x0C], [0x7F, 0x01, 0x12], .negative(.content)), ([1, 0x0C], [0x7F, 0x01, 0x31], .negative(.content)),
      ([1, 0x0C], [0x7F, 0x01, 0x21], .negative(.busy)), ([1, 0x0C], [0x7F, 0x01, 0x22], .negative(.later)),
      ([3], [0x43, 0], .positive), ([3], [0x43], .positive), ([9, 2], [0x49, 2, 1], .positive),
      ([9, 2], [0x49, 4, 1], .foreign), ([0x22, 0xF1, 0x90], [0x62, 0xF1, 0x90, 0x31], .positive),
      ([0x22, 0xF1, 0x90], [0x62, 0xF1, 0x87, 0x31], .foreign), ([0x22, 0xF1, 0x90], [0x62, 0xF1], .foreign),
    ] as [([UInt8], [UInt8], PollReply)])
  func belongsToTheRequest(asked: [UInt8], answered: [UInt8], reply: PollReply) {
    #expect(PollReply(answer(answered), to: request(asked)) == reply)
    #expect(PollReply(answer(answered, on: PollReplyTests.other), to: request(asked)) == .foreign)
    #expect(PollReply(answer(answered, on: PollReplyTests.other), to: request(asked, .everybody11)) == reply)
    #expect(PollReply(answer(answered), to: request(asked, .everybody29)) == .foreign)
    let extended = CANID(extended: 0x18DA_F128)
    #expect(PollReply(answer(answered, on: extended), to: request(asked, .everybody29)) == reply)
    #expect(PollReply(answer(answered, on: extended), to: request(asked, .everybody11)) == .foreign)
    // The tester's own address is no unit's.
    let tester = CANID(extended: 0x18DA_F1F1)
    #expect(PollReply(answer(answered, on: tester), to: request(asked, .everybody29)) == .foreign)
  }

  @Test func waitsForAllThatHaveIt() {
    var bus = PolledBus(
      plan([(0x0C, 1), (0x0D, 1)]),
      units: [
        ScriptedUnit(0, script: standardUnit([0x0C, 0x0D])), ScriptedUnit(1, script: standardUnit([0x0D])),
      ])
    bus.run(5)
    let planner = bus.planner
    let one = answer([0x41, 0x0D, 1])
    let two = answer([0x41, 0x0D, 1], on: PollReplyTests.other)
    let patience = answer([0x7F, 0x01, 0x78], on: PollReplyTests.other)
    let speed = request([1, 0x0D], .everybody11)
    #expect(!planner.isComplete(speed, []))
    #expect(!planner.isComplete(speed, [one]))
    #expect(!planner.isComplete(speed, [one, patience]))
    #expect(planner.isComplete(speed, [one, patience, two]))
    // Only the first has this one; but who asks for patience may have it as well.
    let engineSpeed = request([1, 0x0C], .everybody11)
    let its = answer([0x41, 0x0C, 1, 2])
    #expect(planner.isComplete(engineSpeed, [its]))
    #expect(!planner.isComplete(engineSpeed, [its, patience]))
    // Looking for units takes its time.
    #expect(!planner.isComplete(request([1, 0], .everybody11), [one, two]))
    // Of one unit, its last word.
    #expect(planner.isComplete(request([1, 0x0C]), [its]))
    #expect(planner.isComplete(request([1, 0x0C]), [answer([0x7F, 0x01, 0x12])]))
    #expect(!planner.isComplete(request([1, 0x0C]), [answer([0x7F, 0x01, 0x78])]))
    #expect(!planner.isComplete(request([1, 0x0C]), [answer([0x41, 0x0C, 1, 2], on: PollReplyTests.other)]))
  }
}
