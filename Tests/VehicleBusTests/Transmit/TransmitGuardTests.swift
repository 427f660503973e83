// The guard in its circumstances: errors, floods, testers, pauses, units that want to be left alone, and what it
// reports.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct TransmitGuardTests {
  /// Whether the plan may ask at second `time`, after a note that `change` spoils.
  private static func refusal(
    _ guardian: inout TransmitGuard, at time: Double, as origin: Transmission.Origin = .plan,
    _ change: (inout VehicleSigns) -> Void = { _ in }
  ) -> Refusal? {
    guardian.note(driving(at: second(time), change))
    return guardian.refusal(of: ask(as: origin), at: second(time))
  }

  // MARK: Errors

  @Test(arguments: [BusState.errorWarning, .errorPassive, .busOff])
  func errorStatesAreFollowedByThirtySecondsOfQuiet(state: BusState) {
    var guardian = TransmitGuard(policy())
    #expect(Self.refusal(&guardian, at: 0) == nil)
    let bad = Self.refusal(&guardian, at: 1) { $0.buses[0].condition.state = state }
    #expect(bad == (state == .busOff ? .busUnreadable : .busErrors))
    for time in 2...30 { #expect(Self.refusal(&guardian, at: Double(time)) == .busErrors) }
    #expect(Self.refusal(&guardian, at: 31) == nil)
  }

  /// The counter's value each second, and whether that is a rise by more than 8 within 10 s.
  @Test(arguments: [
    (values: [UInt8]([0, 8, 8]), isBad: false), (values: [0, 8, 16], isBad: true), (values: [0, 9], isBad: true),
    (values: [90, 80, 70, 60], isBad: false), (values: [0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 9], isBad: true),
    (values: [0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 9], isBad: false),
  ])
  func risingErrorCountersAreFollowedByQuiet(values: [UInt8], isBad: Bool) {
    for isTransmit in [true, false] {
      var guardian = TransmitGuard(policy())
      var quiet: [Int] = []
      for time in 0..<60 {
        let value = values[min(time, values.count - 1)]
        let refusal = Self.refusal(&guardian, at: Double(time)) {
          $0.buses[0].condition = BusCondition(
            .errorActive, transmitErrors: isTransmit ? value : 0, receiveErrors: isTransmit ? 0 : value)
        }
        if refusal == .busErrors { quiet.append(time) }
      }
      #expect(quiet.isEmpty == !isBad)
      // The rise shows for as long as it lies within the window, then 30 s of quiet begin.
      if isBad { #expect((30...40).contains(quiet.count)) }
    }
  }

  @Test func errorFramesAreFollowedByQuiet() {
    for (frames, isBad) in [(UInt64(5), false), (6, true)] {
      var guardian = TransmitGuard(policy())
      #expect(Self.refusal(&guardian, at: 0) { $0.buses[0].errorFrames = 1000 } == nil)
      let refusal = Self.refusal(&guardian, at: 4) { $0.buses[0].errorFrames = 1000 + frames }
      #expect((refusal == .busErrors) == isBad)
    }
    // Ten in a minute, evenly: not more than two within any 10 s.
    var guardian = TransmitGuard(policy())
    for time in 0..<60 {
      let refusal = Self.refusal(&guardian, at: Double(time)) { $0.buses[0].errorFrames = UInt64(time / 6) }
      #expect(refusal == nil)
    }
  }

  @Test func anAdapterThatComesBackWithSmallerCountersIsFine() {
    var guardian = TransmitGuard(policy())
    for time in 0..<40 {
      let refusal = Self.refusal(&guardian, at: Double(time)) {
        $0.buses[0].errorFrames = time < 20 ? .max : 0
        $0.buses[0].transmitted = time < 20 ? .max : 0
      }
      #expect(refusal == nil)
    }
  }

  // MARK: Floods and testers

  @Test func moreFramesThanWereAskedForMeanSilence() {
    var guardian = TransmitGuard(policy())
    #expect(Self.refusal(&guardian, at: 0) == nil)
    // One request explains 3 frames, and 48 come on top.
    #expect(Self.refusal(&guardian, at: 1) { $0.buses[0].transmitted = 51 } == nil)
    var isFlooded = guardian.isFlooded(0, at: second(1))
    #expect(!isFlooded)
    #expect(Self.refusal(&guardian, at: 2) { $0.buses[0].transmitted = 97 } == .answerFlood)
    isFlooded = guardian.isFlooded(0, at: second(2))
    let isNeighbourFlooded = guardian.isFlooded(1, at: second(2))
    #expect(isFlooded && !isNeighbourFlooded)
    var first = 3
    while first < 200, Self.refusal(&guardian, at: Double(first), { $0.buses[0].transmitted = 97 }) != nil {
      first += 1
    }
    // The flood shows as long as it lies within the window.
    #expect((62...73).contains(first))
  }

  @Test func ownAnswersToManyRequestsAreNoFlood() {
    var guardian = TransmitGuard(policy { $0.requestsPerSecond = 50; $0.requestsPerSecondOfUnit = 50 })
    var sent: UInt64 = 0
    for step in 0..<3000 {
      let now = second(Double(step) / 50)
      if step % 50 == 0 { guardian.note(driving(at: now) { $0.buses[0].transmitted = sent }) }
      #expect(guardian.refusal(of: ask(), at: now) == nil)
      sent += 3
    }
  }

  @Test func aBusThatOnlyListensKnowsNoFlood() {
    var guardian = TransmitGuard(TransmitPolicy([TransmitPolicy.Bus()]))
    for time in 0..<20 {
      guardian.note(driving(at: second(Double(time))) { $0.buses[0].transmitted = UInt64(time) << 10 })
    }
    guardian.policy = policy()
    #expect(guardian.refusal(of: ask(), at: second(19)) == nil)
  }

  @Test func anotherTesterHasTheBusForAMinute() {
    var guardian = TransmitGuard(policy())
    let heard: (inout VehicleSigns) -> Void = { $0.buses[0].lastForeignRequest = second(10) }
    #expect(Self.refusal(&guardian, at: 10, heard) == .otherTester)
    #expect(Self.refusal(&guardian, at: 69, heard) == .otherTester)
    #expect(Self.refusal(&guardian, at: 69, as: .technician, heard) == nil)
    #expect(Self.refusal(&guardian, at: 70, heard) == nil)
  }

  // MARK: Pauses

  @Test func aPauseEndsByItselfOrByCommand() {
    var guardian = TransmitGuard(policy())
    guardian.pause(until: second(30))
    #expect(guardian.report(at: second(1)).pausedUntil == second(30))
    #expect(Self.refusal(&guardian, at: 29) == .paused)
    #expect(Self.refusal(&guardian, at: 30) == nil)
    #expect(guardian.report(at: second(30)).pausedUntil == nil)
    guardian.pause(until: nil)
    #expect(Self.refusal(&guardian, at: 1e8) == .paused)
    #expect(Self.refusal(&guardian, at: 1e8, as: .technician) == nil)
    guardian.resume()
    #expect(Self.refusal(&guardian, at: 1e8 + 1) == nil)
  }

  // MARK: Units that want to be left alone

  private static func awake() -> TransmitGuard {
    var guardian = TransmitGuard(policy())
    guardian.note(driving(at: second(0)))
    return guardian
  }

  /// Seconds after `start` at which the unit may be asked again.
  private static func pause(_ guardian: inout TransmitGuard, from start: Double) -> Double {
    for tenth in 0...700 {
      let now = second(start + Double(tenth) / 10)
      guardian.note(driving(at: now))
      if guardian.refusal(of: ask(service(0x22, 0xF1, 0x90), engineUnit), at: now) != .backingOff {
        return Double(tenth) / 10
      }
    }
    return .infinity
  }

  @Test(arguments: [UInt8(0x21), 0x22, 0x78])
  func aUnitThatCannotNowIsLeftAloneEverLonger(code: UInt8) {
    var guardian = Self.awake()
    var time = 0.0
    for expected in [1.0, 2, 4, 8, 16, 32, 60, 60] {
      guardian.noteRefusal(from: engineUnit, bus: 0, code: code, at: second(time))
      #expect(Self.pause(&guardian, from: time) == expected)
      time += 100
    }
    guardian.noteAnswer(from: engineUnit, bus: 0)
    #expect(Self.pause(&guardian, from: time) == 0)
    guardian.noteRefusal(from: engineUnit, bus: 0, code: code, at: second(time))
    #expect(Self.pause(&guardian, from: time) == 1)
  }

  @Test(arguments: [UInt8(0x11), 0x12, 0x13, 0x31, 0x33, 0x7F])
  func whatAUnitNeverDoesIsThePlannersToRemember(code: UInt8) {
    var guardian = Self.awake()
    for _ in 0..<5 { guardian.noteRefusal(from: engineUnit, bus: 0, code: code, at: second(0)) }
    #expect(Self.pause(&guardian, from: 0) == 0)
  }

  @Test func oneLostAnswerIsForgivenAndSilenceIsNot() {
    var guardian = Self.awake()
    var time = 0.0
    for expected in [0.0, 1, 2, 4] {
      guardian.noteSilence(of: engineUnit, bus: 0, at: second(time))
      #expect(Self.pause(&guardian, from: time) == expected)
      time += 100
    }
    // It spoke, if only to refuse.
    guardian.noteRefusal(from: engineUnit, bus: 0, code: 0x31, at: second(time))
    guardian.noteSilence(of: engineUnit, bus: 0, at: second(time))
    #expect(Self.pause(&guardian, from: time) == 0)
  }

  @Test func oneUnitsBackOffIsNotAnothers() {
    var guardian = Self.awake()
    guardian.noteRefusal(from: engineUnit, bus: 0, code: 0x21, at: second(0))
    let other = RequestAddress.unit(request: CANID(standard: 0x7E1), answer: CANID(standard: 0x7E9))
    #expect(guardian.refusal(of: ask(service(0x03), other), at: second(0)) == nil)
    #expect(guardian.refusal(of: ask(service(0x03)), at: second(0)) == nil)
    #expect(guardian.refusal(of: ask(service(0x03), engineUnit), at: second(0)) == .backingOff)
    guardian.noteSilence(of: engineUnit, bus: 200, at: second(0))
    guardian.noteRefusal(from: engineUnit, bus: 8, code: 0x21, at: second(0))
    guardian.noteAnswer(from: engineUnit, bus: 255)
  }

  @Test func whatSleptIsForgivenOnWaking() {
    var guardian = TransmitGuard(policy())
    guardian.note(driving(at: second(0)))
    guardian.note(
      driving(at: second(10)) {
        $0.engineSpeed.time = second(0)
        $0.speed.time = second(0)
        $0.buses[0].lastTraffic = second(0)
      })
    #expect(guardian.vehicle == .parked)
    for _ in 0..<8 { guardian.noteSilence(of: .everybody11, bus: 0, at: second(10)) }
    #expect(Self.refusal(&guardian, at: 11) == nil)
  }

  // MARK: Report

  @Test func theReportTellsWhatWasGrantedAndWhyNot() throws {
    var guardian = TransmitGuard(TransmitPolicy([policy().buses[0], TransmitPolicy.Bus()]))
    #expect(guardian.refusal(of: ask(bus: 1), at: second(0)) == .listenOnly)
    #expect(Self.refusal(&guardian, at: 1) == nil)
    let clearing = ask(service(0x04), as: .visitor)
    #expect(guardian.refusal(of: ask(service(0x04)), at: second(1)) == .notAuthorised)
    #expect(guardian.refusal(of: clearing, at: second(2)) == .notAuthorised)
    let report = guardian.report(at: second(2))
    #expect(report.parked.state == .awake && report.pausedUntil == nil)
    try #require(report.buses.count == 2)
    #expect(report.buses[0].granted == 1 && report.buses[0].mayTransmit && report.buses[0].hindrance == nil)
    #expect(report.buses[1].granted == 0 && report.buses[1].hindrance == .listenOnly)
    #expect(report.refusals.map(\.reason) == [.listenOnly, .notAuthorised])
    #expect(report.refusals.map(\.count) == [1, 2] && guardian.refused(.notAuthorised) == 2)
    #expect(report.refusals[1].last == clearing && report.refusals[1].time == second(2))
    #expect(guardian.report(at: second(9)).buses[0].hindrance == .busUnreadable)
  }

  @Test func thePermitCarriesWhatWasAsked() {
    var guardian = TransmitGuard(policy())
    guardian.note(driving(at: second(0)))
    switch guardian.judge(ask(service(0x09, 0x02), engineUnit), at: second(0)) {
    case .granted(let permit): #expect(permit.transmission == ask(service(0x09, 0x02), engineUnit))
    case .refused(let refusal): Issue.record("refused: \(refusal)")
    }
  }
}
