// The poller with the real guard and planner on a bus of scripted units, under virtual time.
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct PollerTests {
  /// One unit with engine speed, speed and coolant, and a VIN.
  static func unit(_ asked: Transmission) -> [ScriptedPort.Answer] {
    let bytes = asked.bytes
    switch bytes.first {
    case 0x01 where bytes == [0x01, 0x00]: return [.init(0x7E8, [0x41, 0x00, 0x08, 0x18, 0, 0])]
    case 0x01:
      let values: [UInt8: [UInt8]] = [0x05: [0x50], 0x0C: [0x0E, 0x10], 0x0D: [30]]
      return [.init(0x7E8, [0x41] + bytes.dropFirst().flatMap { [$0] + (values[$0] ?? []) })]
    case 0x09: return [.init(0x7E8, [0x49, 0x02, 0x01] + Array("1T9PETRL0TA123456".utf8), after: 0.03, begins: 0.01)]
    case 0x04: return [.init(0x7E8, [0x44])]
    default: return [.init(0x7E8, [0x7F, bytes.first ?? 0, 0x11])]
    }
  }

  static let items = [
    PollItem(.parameter(0x0C), every: 1), PollItem(.parameter(0x0D), every: 1), PollItem(.parameter(0x05), every: 5),
  ]
  static let options = PollOptions(parameterLengths: [0x05: 1, 0x0C: 2, 0x0D: 1])

  private var vinOfEngine: PollItem {
    PollItem(.request(RequestBytes([0x22, 0xF1, 0x90]) ?? RequestBytes(), .engineUnit), every: 1000)
  }

  @Test func whatIsWantedIsAskedAtItsRate() {
    var bench = Bench(Self.items, options: Self.options)
    bench.port.answer = Self.unit
    bench.run(seconds: 100)
    let report = bench.poller.report
    #expect(report.items.allSatisfy { $0.state == .served && abs($0.periodMet / $0.periodWanted - 1) < 0.05 })
    // Two parameters a second share a request, and so does the third.
    #expect((100...120).contains(bench.port.sent.count))
    #expect(bench.port.finished == bench.port.sent.count || bench.port.isOpen)
    #expect(bench.poller.problem == nil)
  }

  @Test func aPortThatTakesNoMoreGetsNoMoreParametersAtOnce() {
    var bench = Bench(Self.items, options: Self.options)
    bench.port.answer = Self.unit
    bench.poller.limit(parametersAtOnce: 1)
    bench.run(seconds: 20)
    #expect(bench.port.sent.allSatisfy { $0.transmission.bytes.count <= 2 })
    #expect(bench.poller.report.units.allSatisfy { $0.packSize == 1 })
    let before = bench.port.sent.count
    bench.poller.limit(parametersAtOnce: 99)
    bench.run(seconds: 20)
    #expect(bench.port.sent[before...].contains { $0.transmission.bytes.count > 2 })
  }

  /// An adapter's prompt ends the wait for others.
  @Test(arguments: [false, true]) func aPortThatIsThroughIsNotWaitedFor(saysThrough: Bool) throws {
    var bench = Bench(Self.items, options: Self.options)
    bench.port.answer = Self.unit
    bench.port.saysThrough = saysThrough
    bench.run(seconds: 2)
    // Everybody is asked first, and who else may answer is not known.
    let first = try #require(bench.port.sent.first), second = try #require(bench.port.sent.dropFirst().first)
    #expect((second.time.seconds(since: first.time) < 0.15) == saysThrough)
  }

  @Test func nothingIsOpenBetweenRequests() {
    var bench = Bench(Self.items, options: Self.options)
    bench.port.answer = Self.unit
    bench.run(seconds: 10)
    bench.run(seconds: 0.5)
    #expect(bench.port.nextAnswer == nil && !bench.port.isOpen && bench.poller.descriptor == nil)
  }

  @Test func aParkedVehicleIsLeftAloneAndAWakingOneIsAskedAgain() throws {
    var bench = Bench(Self.items, options: Self.options)
    bench.port.answer = Self.unit
    bench.run(seconds: 60)
    bench.engineSpeed = nil
    bench.hasTraffic = false
    let parked = bench.now
    bench.run(seconds: 600)
    let last = try #require(bench.port.sent.last)
    #expect(last.time.seconds(since: parked) < 10)
    #expect(!bench.port.isOpen)
    let before = bench.port.sent.count
    bench.engineSpeed = 800
    bench.hasTraffic = true
    bench.run(seconds: 30)
    #expect(bench.port.sent.count > before + 25)
  }

  @Test func aSilentBusIsProbedEverMoreRarely() {
    var bench = Bench(Self.items, options: Self.options, engineSpeed: nil)
    bench.hasTraffic = false
    bench.run(seconds: 3600)
    let times = bench.port.sent.map { $0.time.seconds(since: .zero) }
    #expect(bench.port.sent.allSatisfy { $0.transmission.origin == .probe })
    #expect((3...12).contains(times.count))
    for (a, b) in zip(times.dropFirst(), times.dropFirst(2)) { #expect(b - a >= times[1] - times[0]) }
  }

  @Test func aUnitThatAsksForPatienceIsWaitedFor() {
    var bench = Bench([vinOfEngine])
    bench.port.answer = { _ in
      [
        .init(0x7E8, [0x7F, 0x22, 0x78]), .init(0x7E8, [0x7F, 0x22, 0x78], after: 4),
        .init(0x7E8, [0x62, 0xF1, 0x90, 1], after: 8),
      ]
    }
    bench.run(seconds: 20)
    #expect(bench.port.sent.count == 1)
    #expect(bench.poller.report.items[0].state == .served)
  }

  @Test func whoAsksForPatienceForEverIsGivenUp() {
    var bench = Bench([vinOfEngine])
    bench.port.answer = { _ in
      (0..<1000).map { .init(0x7E8, [0x7F, 0x22, 0x78], after: 0.01 + 0.9 * Double($0)) }
    }
    bench.run(seconds: 29)
    #expect(bench.port.isOpen)
    bench.run(seconds: 2)
    #expect(!bench.port.isOpen)
    #expect(bench.poller.report.items[0].state != .served)
  }

  @Test func anAnswerThatHasBegunIsWaitedFor() {
    var outcomes: [PollOutcome] = []
    var bench = Bench([])
    bench.port.answer = { _ in [.init(0x7E8, [0x59, 0x02, 0xFF, 1, 2, 3, 4], after: 6, begins: 0.02)] }
    bench.run(seconds: 1.5)
    bench.poller.ask(.asking(0x19, 0x02, 0xFF), of: .engineUnit, by: .technician, at: bench.now) { outcomes.append($0) }
    bench.wake()
    bench.run(seconds: 5)
    #expect(outcomes.isEmpty)
    bench.run(seconds: 2)
    guard case .answers(let answers)? = outcomes.first else {
      Issue.record("no answer: \(outcomes)")
      return
    }
    #expect(answers.count == 1 && answers[0].bytes.count == 7 && abs(answers[0].delay - 6) < 0.01)
  }

  @Test func strangeAnswersAreNobodys() {
    var outcomes: [PollOutcome] = []
    var bench = Bench([])
    bench.port.answer = { _ in
      [[], [0x41], [0x7F, 0x22, 0x31], [0x7F], [0x03]].map { .init(0x7E8, $0) }
    }
    bench.run(seconds: 1.5)
    bench.poller.ask(.asking(0x03), of: .engineUnit, by: .visitor, at: bench.now) { outcomes.append($0) }
    bench.wake()
    bench.run(seconds: 2)
    guard case .answers(let answers)? = outcomes.first else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(answers.isEmpty && outcomes.count == 1)
  }

  @Test func aPersonComesBeforeThePlanAndStillWithinTheBudget() {
    var outcomes: [PollOutcome] = []
    var bench = Bench(Self.items.map { PollItem($0.question, every: 0.05) }, options: Self.options, budget: 2)
    bench.port.answer = Self.unit
    bench.run(seconds: 20)
    bench.poller.ask(.asking(0x03), of: .engineUnit, by: .visitor, at: bench.now) { outcomes.append($0) }
    bench.wake()
    bench.run(seconds: 3)
    guard case .answers(let answers)? = outcomes.first else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(answers.first?.bytes == [0x7F, 0x03, 0x11])
    let times = bench.port.sent.map(\.time)
    for (a, b) in zip(times.dropFirst(6), times.dropFirst(26)) { #expect(b.seconds(since: a) > 7) }
  }

  @Test func theGuardsRefusalReachesWhoAsked() {
    var outcomes: [PollOutcome] = []
    var bench = Bench([])
    bench.port.answer = Self.unit
    bench.run(seconds: 1.5)
    for origin in [Transmission.Origin.visitor, .technician] {
      // The engine runs.
      bench.poller.ask(.asking(0x04), of: .engineUnit, by: origin, at: bench.now) { outcomes.append($0) }
    }
    let write = Transmission.Content.asking(0x2E, 0xF1, 0x90, 0)
    bench.poller.ask(write, of: .engineUnit, by: .technician, at: bench.now) { outcomes.append($0) }
    bench.wake()
    bench.run(seconds: 3)
    let reasons = outcomes.map { outcome -> Refusal? in if case .refused(let reason) = outcome { reason } else { nil } }
    #expect(reasons == [.notAuthorised, .notStanding, .notAllowed])
    #expect(bench.port.sent.isEmpty)
  }

  @Test func tooManyQuestionsAreRefusedAtOnceAndStoppingTellsTheOthers() {
    var refused = 0
    var cancelled = 0
    var bench = Bench([])
    bench.run(seconds: 1.5)
    for _ in 0..<12 {
      bench.poller.ask(.asking(0x03), of: .engineUnit, by: .technician, at: bench.now) { outcome in
        if case .refused(.busBudget) = outcome { refused += 1 }
        if case .failed(ECANCELED) = outcome { cancelled += 1 }
      }
    }
    #expect(refused == 4)
    bench.wake()
    bench.run(seconds: 0.1)
    #expect(bench.port.isOpen)
    bench.poller.stop()
    #expect(cancelled == 8 && !bench.port.isOpen && bench.poller.descriptor == nil)
  }

  @Test(arguments: [ENETDOWN, ENODEV, ENOBUFS, EAFNOSUPPORT])
  func aBusThatCannotSendIsNotHammered(code: Int32) {
    var bench = Bench(Self.items, options: Self.options)
    bench.port.sendError = code
    bench.port.answer = Self.unit
    bench.run(seconds: 0.5)
    #expect(bench.poller.problem?.hasPrefix("can7: ") == true)
    #expect(bench.port.sent.isEmpty && bench.steps < 50)
    bench.run(seconds: 60)
    #expect(bench.poller.problem == nil && bench.port.sent.count > 20)
  }

  @Test func aBusThatGoesInMidRequestEndsIt() {
    var outcomes: [PollOutcome] = []
    var bench = Bench([])
    bench.run(seconds: 1.5)
    bench.poller.ask(.asking(0x03), of: .engineUnit, by: .technician, at: bench.now) { outcomes.append($0) }
    bench.port.receiveError = ENODEV
    bench.wake()
    bench.run(seconds: 2)
    guard case .failed(ENODEV)? = outcomes.first else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(!bench.port.isOpen && bench.poller.problem?.contains("no such CAN interface") == true)
  }

  @Test func aBrokenAnswerOfOneDoesNotSilenceTheOthers() {
    var outcomes: [PollOutcome] = []
    var bench = Bench([])
    bench.port.answer = { _ in [.init(0x7E9, [0x43, 0], after: 0.2)] }
    bench.run(seconds: 1.5)
    bench.poller.ask(.asking(0x03), of: .everybody11, by: .technician, at: bench.now) { outcomes.append($0) }
    bench.port.receiveError = EBADMSG
    bench.wake()
    bench.run(seconds: 2)
    guard case .answers(let answers)? = outcomes.first else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(answers.map(\.id) == [CANID(standard: 0x7E9)])
  }

  /// Commutes and errands: what is asked stays within budget and allow-list, and nobody is woken at night.
  @Test func aDayOfDriving() {
    let vin = PollItem(.request(RequestBytes([0x09, 0x02]) ?? RequestBytes(), .everybody11), every: .infinity)
    var bench = Bench(Self.items.map { PollItem($0.question, every: 4 * $0.period) } + [vin], options: Self.options)
    bench.port.answer = Self.unit
    var random = Dice(seed: 7)
    var parkedRequests = 0
    var driven = 0.0
    while bench.now.seconds(since: .zero) < 86_400 {
      bench.hasTraffic = true
      bench.engineSpeed = 1500
      let drive = Double(random.next() % 1200) + 60
      driven += drive
      bench.run(seconds: drive)
      bench.hasTraffic = false
      bench.engineSpeed = nil
      bench.run(seconds: 10)
      let before = bench.port.sent.count
      bench.run(seconds: Double(random.next() % 14_400))
      parkedRequests += bench.port.sent.count - before
    }
    #expect(parkedRequests == 0)
    let sent = bench.port.sent
    #expect(Double(sent.count) > driven / 4 * 0.95 && Double(sent.count) < driven / 4 * 1.5)
    #expect(sent.allSatisfy { [0x01, 0x09].contains($0.transmission.bytes.first) })
    for (a, b) in zip(sent, sent.dropFirst(15)) where b.time.seconds(since: a.time) < 1 {
      Issue.record("sixteen requests within a second")
    }
    #expect(bench.poller.report.items.allSatisfy { $0.state == .served })
  }
}

private struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
