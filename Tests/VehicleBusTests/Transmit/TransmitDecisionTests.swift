// The decision as a table: one circumstance at a time, and what goes before what.
import Testing
import Vocabulary

@testable import VehicleBus

/// Nothing speaks against asking at second 100.
private let fine: TransmitCircumstances = {
  var fine = TransmitCircumstances()
  fine.observed = second(100)
  fine.vehicle = .awake
  fine.speed = TimedValue(value: 0, time: second(100))
  fine.engineSpeed = TimedValue(value: 0, time: second(100))
  fine.condition = BusCondition(.errorActive)
  fine.busTokens = 1
  fine.unitTokens = 1
  return fine
}()

private struct Row: Sendable, CustomTestStringConvertible {
  var name: String
  var content = service(0x01, 0x0C)
  /// What the plan, a probe, a visitor and a technician are told.
  var expected: [Refusal?]
  var change: @Sendable (inout TransmitCircumstances) -> Void = { _ in }

  init(
    _ name: String, _ plan: Refusal?, _ probe: Refusal?, _ visitor: Refusal?, _ technician: Refusal?,
    content: Transmission.Content = service(0x01, 0x0C),
    _ change: @escaping @Sendable (inout TransmitCircumstances) -> Void = { _ in }
  ) {
    self.name = name
    self.content = content
    self.expected = [plan, probe, visitor, technician]
    self.change = change
  }

  var testDescription: String { name }
}

private let clear = service(0x04)
private let no = Refusal.notAuthorised

private let table: [Row] = [
  Row("nothing wrong", nil, nil, nil, nil),
  Row("a service that writes", .notAllowed, .notAllowed, .notAllowed, .notAllowed, content: service(0x2E, 1, 2, 3)),
  Row("paused for ever", .paused, .paused, .paused, nil) { $0.pausedUntil = Instant(nanoseconds: .max) },
  Row("paused until just now", nil, nil, nil, nil) { $0.pausedUntil = second(100) },
  Row("paused for a little longer", .paused, .paused, .paused, nil) { $0.pausedUntil = second(100.001) },
  Row("parked", .parked, .parked, .parked, nil) { $0.vehicle = .parked },
  Row("nothing known yet", .parked, .parked, .parked, nil) { $0.vehicle = .unknown },
  Row("parked, a probe due", .parked, nil, .parked, nil) { $0.vehicle = .parked; $0.probeDue = second(100) },
  Row("parked, a probe not yet due", .parked, .parked, .parked, nil) {
    $0.vehicle = .parked
    $0.probeDue = second(100.001)
  },
  Row("bus down", .busUnreadable, .busUnreadable, .busUnreadable, .busUnreadable) { $0.condition.state = .down },
  Row("bus absent", .busUnreadable, .busUnreadable, .busUnreadable, .busUnreadable) { $0.condition.state = .absent },
  Row("bus off", .busUnreadable, .busUnreadable, .busUnreadable, .busUnreadable) { $0.condition.state = .busOff },
  Row("capture silent for 5.1 s", .busUnreadable, .busUnreadable, .busUnreadable, .busUnreadable) {
    $0.observed = second(94.9)
  },
  Row("capture silent for 4.9 s", nil, nil, nil, nil) { $0.observed = second(95.1) },
  Row("error warning", .busErrors, .busErrors, .busErrors, .busErrors) { $0.condition.state = .errorWarning },
  Row("error passive", .busErrors, .busErrors, .busErrors, .busErrors) { $0.condition.state = .errorPassive },
  Row("errors 29.9 s ago", .busErrors, .busErrors, .busErrors, .busErrors) { $0.lastErrors = second(70.1) },
  Row("errors 30 s ago", nil, nil, nil, nil) { $0.lastErrors = second(70) },
  Row("another tester 59.9 s ago", .otherTester, .otherTester, .otherTester, nil) {
    $0.lastForeignRequest = second(40.1)
  },
  Row("another tester 60 s ago", nil, nil, nil, nil) { $0.lastForeignRequest = second(40) },
  Row("flood 59.9 s ago", .answerFlood, .answerFlood, .answerFlood, .answerFlood) { $0.lastFlood = second(40.1) },
  Row("flood 60 s ago", nil, nil, nil, nil) { $0.lastFlood = second(40) },
  Row("unit left alone", .backingOff, .backingOff, .backingOff, nil) { $0.backOffUntil = second(100.001) },
  Row("unit left alone until now", nil, nil, nil, nil) { $0.backOffUntil = second(100) },
  Row("bus budget", .busBudget, .busBudget, .busBudget, .busBudget) { $0.busTokens = 0.99 },
  Row("unit budget", .unitBudget, .unitBudget, .unitBudget, .unitBudget) { $0.unitTokens = 0.99 },

  // Clearing trouble codes.
  Row("clearing while standing", no, no, no, nil, content: clear),
  Row("clearing while parked", no, no, no, nil, content: clear) { $0.vehicle = .parked },
  Row("clearing at 0.5 km/h", no, no, no, nil, content: clear) { $0.speed.value = 0.5 },
  Row("clearing at 0.6 km/h", no, no, no, .notStanding, content: clear) { $0.speed.value = 0.6 },
  Row("clearing backwards", no, no, no, .notStanding, content: clear) { $0.speed.value = -3 },
  Row("clearing, speed no number", no, no, no, .notStanding, content: clear) { $0.speed.value = .nan },
  Row("clearing, speed 6.1 s old", no, no, no, .notStanding, content: clear) { $0.speed.time = second(93.9) },
  Row("clearing, speed never", no, no, no, .notStanding, content: clear) { $0.speed = .never },
  Row("clearing at 99 rpm", no, no, no, nil, content: clear) { $0.engineSpeed.value = 99 },
  Row("clearing at 100 rpm", no, no, no, .notStanding, content: clear) { $0.engineSpeed.value = 100 },
  Row("clearing, engine no number", no, no, no, .notStanding, content: clear) { $0.engineSpeed.value = .nan },
  Row("clearing, engine 6.1 s old", no, no, no, .notStanding, content: clear) { $0.engineSpeed.time = second(93.9) },
  Row("clearing, electric", no, no, no, nil, content: clear) { $0.engineSpeed = .never },
  Row("clearing, electric and fast", no, no, no, .notStanding, content: clear) {
    $0.engineSpeed = .never
    $0.speed.value = 30
  },
  Row("clearing on a bad bus", no, no, no, .busErrors, content: clear) { $0.lastErrors = second(99) },
  Row("clearing without budget", no, no, no, .unitBudget, content: clear) { $0.unitTokens = 0 },
]

@Suite struct TransmitDecisionTests {
  @Test(arguments: table)
  fileprivate func theTable(row: Row) {
    var circumstances = fine
    row.change(&circumstances)
    for (origin, expected) in zip([Transmission.Origin.plan, .probe, .visitor, .technician], row.expected) {
      let question = ask(row.content, as: origin)
      let refusal = TransmitGuard.decide(question, policy: policy(), circumstances: circumstances, at: second(100))
      #expect(refusal == expected, "\(row.name), \(origin)")
      let listening = TransmitGuard.decide(
        question, policy: TransmitPolicy(), circumstances: circumstances, at: second(100))
      #expect(listening == .listenOnly, "\(row.name), \(origin)")
    }
  }

  @Test func everyReasonIsInTheTable() {
    let reasons = Set(table.flatMap { $0.expected.compactMap { $0 } })
    #expect(reasons == Set(Refusal.allCases).subtracting([.listenOnly]))
  }

  /// From the worst, mend what is complained of; the complaints come in the stated order.
  @Test func theFirstReasonThatHoldsIsTold() {
    var circumstances = TransmitCircumstances()
    circumstances.pausedUntil = Instant(nanoseconds: .max)
    circumstances.lastErrors = second(99)
    circumstances.lastForeignRequest = second(99)
    circumstances.lastFlood = second(99)
    circumstances.backOffUntil = second(101)
    var owner = TransmitPolicy()
    var question = ask(clear)
    var heard: [Refusal] = []
    while let refusal = TransmitGuard.decide(question, policy: owner, circumstances: circumstances, at: second(100)) {
      guard heard.last != refusal else { break }
      heard.append(refusal)
      switch refusal {
      case .listenOnly: owner = policy()
      case .notAllowed: break
      case .notAuthorised: question = ask()
      case .paused: circumstances.pausedUntil = nil
      case .parked: circumstances.vehicle = .awake
      case .notStanding: break
      case .busUnreadable:
        circumstances.condition = BusCondition(.errorActive)
        circumstances.observed = second(100)
      case .busErrors: circumstances.lastErrors = BusSigns.never
      case .otherTester: circumstances.lastForeignRequest = BusSigns.never
      case .answerFlood: circumstances.lastFlood = BusSigns.never
      case .backingOff: circumstances.backOffUntil = BusSigns.never
      case .busBudget: circumstances.busTokens = 1
      case .unitBudget: circumstances.unitTokens = 1
      }
    }
    #expect(
      heard == [
        .listenOnly, .notAuthorised, .paused, .parked, .busUnreadable, .busErrors, .otherTester, .answerFlood,
        .backingOff, .busBudget, .unitBudget,
      ])
    // The two that need another request.
    let worst = TransmitCircumstances()
    let writing = ask(service(0x2E, 1, 2, 3), as: .technician)
    #expect(TransmitGuard.decide(writing, policy: policy(), circumstances: worst, at: second(100)) == .notAllowed)
    let clearing = ask(clear, as: .technician)
    #expect(TransmitGuard.decide(clearing, policy: policy(), circumstances: worst, at: second(100)) == .notStanding)
  }

  @Test func whatIsNotKnownIsNotAllowed() {
    for origin in [Transmission.Origin.plan, .probe, .visitor, .technician] {
      let refusal = TransmitGuard.decide(
        ask(as: origin), policy: policy(), circumstances: TransmitCircumstances(), at: second(100))
      #expect(refusal != nil)
    }
  }
}
