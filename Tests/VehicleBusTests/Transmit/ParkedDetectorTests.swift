// Parked or not: each rule, and the properties that no drive may break.
import Testing
import Vocabulary

@testable import VehicleBus

/// A vehicle whose signs are drawn second by second.
private struct Signs {
  var detector = ParkedDetector()
  var now = 0.0
  var signs = VehicleSigns(time: second(0))

  /// Lets `seconds` pass, one note a second; `change` says what is heard at each.
  @discardableResult mutating func pass(
    _ seconds: Int, _ change: (inout VehicleSigns) -> Void = { _ in }
  ) -> ParkedVerdict.State {
    for _ in 0..<seconds {
      now += 1
      signs.time = second(now)
      change(&signs)
      detector.note(signs)
    }
    return detector.state
  }
}

private typealias Sign = @Sendable (inout VehicleSigns) -> Void

private let engine: Sign = { $0.engineSpeed = TimedValue(value: 900, time: $0.time) }
private let engineOff: Sign = { $0.engineSpeed = TimedValue(value: 0, time: $0.time) }
private let motion: Sign = { $0.speed = TimedValue(value: 30, time: $0.time) }
private let standstill: Sign = { $0.speed = TimedValue(value: 0, time: $0.time) }
private let charge: Sign = { $0.charging = TimedValue(value: 1, time: $0.time) }
private let traffic: Sign = { $0.buses[0].lastTraffic = $0.time }
private let answers: Sign = { $0.buses[1].lastAnswer = $0.time }

private func all(_ changes: Sign...) -> Sign {
  { signs in for change in changes { change(&signs) } }
}

@Suite struct ParkedDetectorTests {
  @Test func nothingIsKnownToBeginWith() {
    var car = Signs()
    #expect(car.detector.state == .unknown)
    #expect(car.pass(1) == .unknown)
    #expect(car.pass(4) == .unknown)
    #expect(car.pass(2) == .parked)
  }

  @Test func engineMotionOrChargingEachMeanAwake() {
    for sign in [engine, motion, charge] {
      var car = Signs()
      #expect(car.pass(1, sign) == .awake)
      #expect(car.pass(1000, sign) == .awake)
      // Known for 6 s after the last value, on silent buses.
      #expect(car.pass(6) == .awake)
      #expect(car.pass(1) == .parked)
      #expect(car.pass(1, sign) == .awake)
    }
  }

  @Test(arguments: [(50.0, 1.0, 0.5), (.nan, .nan, .nan), (-1, 0, -1)])
  func theLimitsThemselvesProveNothing(rpm: Double, speed: Double, charging: Double) {
    var car = Signs()
    let state = car.pass(60) {
      $0.engineSpeed = TimedValue(value: rpm, time: $0.time)
      $0.speed = TimedValue(value: speed, time: $0.time)
      $0.charging = TimedValue(value: charging, time: $0.time)
    }
    #expect(state == .parked)
  }

  @Test func backwardsIsMotionToo() {
    var car = Signs()
    #expect(car.pass(1) { $0.speed = TimedValue(value: -8, time: $0.time) } == .awake)
  }

  @Test func anEngineThatStopsOnSilentBusesParksInEightSeconds() {
    var car = Signs()
    car.pass(60, all(engine, motion, traffic))
    #expect(car.pass(4, all(engineOff, standstill)) == .awake)
    #expect(car.pass(4, all(engineOff, standstill)) == .parked)
    // Units that answer do not keep it up: its engine is known to be off, or was known.
    car = Signs()
    car.pass(60, all(engine, answers))
    #expect(car.pass(8, all(engineOff, answers)) == .parked)
    car = Signs()
    car.pass(60, all(engine, answers))
    #expect(car.pass(8, answers) == .parked)
  }

  @Test func theLastBusToFallSilentDecides() {
    var car = Signs()
    car.pass(60, all(engine, traffic))
    #expect(car.pass(100) { $0.buses[7].lastTraffic = $0.time } == .awake)
    #expect(car.pass(4) == .awake)
    #expect(car.pass(1) == .parked)
  }

  @Test func anElectricCarIsParkedAfterFiveMinutesAtStandstillWhileUnitsAnswer() {
    var car = Signs()
    car.pass(60, all(motion, answers))
    #expect(car.pass(299, all(standstill, answers)) == .awake)
    #expect(car.pass(1, all(standstill, answers)) == .parked)
    #expect(car.pass(3600, all(standstill, answers)) == .parked)
    #expect(car.pass(1, all(motion, answers)) == .awake)
    // And soon when they stop answering.
    #expect(car.pass(7, standstill) == .parked)
  }

  @Test func answersWakeAtTheStartButNotWhileParked() {
    var car = Signs()
    #expect(car.pass(1, answers) == .awake)
    #expect(car.pass(300, answers) == .parked)
    #expect(car.pass(10) == .parked)
    #expect(car.pass(10, answers) == .parked)
    // Asleep when first looked at: the first answer is still the first thing known.
    car = Signs()
    #expect(car.pass(100) == .parked)
    #expect(car.pass(1, answers) == .awake)
    #expect(car.pass(1, all(answers, engineOff)) == .awake)
    #expect(car.pass(5, all(answers, engineOff)) == .parked)
  }

  @Test func trafficWithoutAnyProofCountsForFiveMinutes() {
    for sign in [engineOff, standstill, traffic] {
      var car = Signs()
      car.pass(60, all(engine, traffic))
      #expect(car.pass(299, all(sign, traffic)) == .awake)
      #expect(car.pass(1, all(sign, traffic)) == .parked)
      #expect(car.pass(7200, all(sign, traffic)) == .parked)
    }
  }

  @Test func fromThereTrafficWakesOnlyAfterSilence() {
    var car = Signs()
    car.pass(60, all(engine, traffic))
    car.pass(300, traffic)
    #expect(car.detector.state == .parked)
    car.pass(3)
    #expect(car.pass(60, traffic) == .parked)
    car.pass(5)
    #expect(car.pass(1, traffic) == .awake)
    // Engine, motion and charging always do.
    for sign in [engine, motion, charge] {
      car = Signs()
      car.pass(400, traffic)
      #expect(car.detector.state == .parked)
      #expect(car.pass(1, all(sign, traffic)) == .awake)
    }
  }

  @Test func aCarThatStirsInItsSleepIsTrustedEverLess() {
    var car = Signs()
    car.pass(60, all(engine, traffic))
    car.pass(20)
    var awake: [Int] = []
    for _ in 0..<8 {
      var seconds = 0
      while car.pass(1, traffic) == .awake, seconds < 1000 { seconds += 1 }
      awake.append(seconds)
      car.pass(20)
    }
    #expect(awake == [300, 150, 75, 38, 19, 10, 10, 10])
    // A proof restores the trust.
    car.pass(1, all(engine, traffic))
    car.pass(20)
    #expect(car.pass(299, traffic) == .awake)
  }

  @Test func aStirIsOverWhenTheBusIsSilentAgain() {
    var car = Signs()
    car.pass(20)
    #expect(car.pass(1, traffic) == .awake)
    #expect(car.pass(4) == .awake)
    #expect(car.pass(1) == .parked)
  }

  @Test func oldSignsAreIgnored() {
    var car = Signs()
    car.pass(20)
    car.detector.note(driving(at: second(3)))
    #expect(car.detector.state == .parked)
  }

  @Test func theEvidenceIsInPlainWords() {
    func text(_ car: Signs) -> [String] {
      car.detector.verdict(at: second(car.now)).evidence.map { $0.text { "can\($0)" } }
    }
    var car = Signs()
    car.pass(1) { $0.buses[0].condition = BusCondition(.errorActive) }
    #expect(text(car) == ["engine speed never seen", "speed not known", "can0 silent so far"])
    car.pass(10) {
      all(engine, motion, charge, traffic, answers)(&$0)
      $0.voltage = TimedValue(value: 14.08, time: $0.time)
    }
    #expect(
      text(car) == [
        "engine runs at 900 rpm", "moves at 30 km/h", "charging", "can0 has traffic, 0 s ago",
        "control units answer, 0 s ago", "14.1 V, which alone says nothing",
      ])
    car.pass(7) {
      engineOff(&$0)
      standstill(&$0)
      $0.charging = TimedValue(value: 0, time: $0.time)
    }
    #expect(
      text(car) == [
        "engine off for 6 s", "stands still", "not charging", "can0 silent for 7 s",
        "no engine, motion or charging for 7 s",
      ])
    let verdict = car.detector.verdict(at: second(car.now))
    #expect(verdict.state == .parked && verdict.since == second(16))
    #expect(ParkedEvidence.engineOff(seconds: .infinity).text { _ in "" } == "engine off for inf s")
  }

  // MARK: Properties

  /// What a drive looks like to capture: broadcast or asked for, electric or not, with gaps.
  private struct Drive {
    var isElectric: Bool
    var broadcasts: Bool
    var answers: Bool

    func hear(_ signs: inout VehicleSigns, isDriving: Bool, _ draws: inout TransmitDraws) {
      guard isDriving else { return }
      if broadcasts { signs.buses[0].lastTraffic = signs.time }
      if answers { signs.buses[0].lastAnswer = signs.time }
      guard draws.chance(0.7) else { return }
      let stops = draws.chance(0.3)
      if !isElectric {
        signs.engineSpeed = TimedValue(value: Double.random(in: 600...5000, using: &draws), time: signs.time)
      }
      signs.speed = TimedValue(value: stops ? 0 : Double.random(in: 2...130, using: &draws), time: signs.time)
    }
  }

  @Test(arguments: UInt64(1)...60)
  func parkedWithinEightSecondsAndAwakeAtOnce(seed: UInt64) {
    var draws = TransmitDraws(seed: seed)
    let drive = Drive(
      isElectric: draws.chance(0.3), broadcasts: draws.chance(0.7), answers: draws.chance(0.7))
    var detector = ParkedDetector()
    var signs = VehicleSigns(time: second(0))
    var now = 0.0
    for _ in 0..<20 {
      let length = Double.random(in: 20...500, using: &draws)
      let end = now + length
      while now < end {
        now += Double.random(in: 0.9...1.1, using: &draws)
        signs.time = second(now)
        drive.hear(&signs, isDriving: true, &draws)
        detector.note(signs)
      }
      // The engine stops, and everything is silent: for petrol the values may stay what they were.
      let stop = now
      if !drive.isElectric, draws.chance(0.5) { signs.engineSpeed = TimedValue(value: 0, time: signs.time) }
      let pause = now + Double.random(in: 10...500, using: &draws)
      while now < pause {
        now += Double.random(in: 0.9...1.1, using: &draws)
        signs.time = second(now)
        signs.voltage = TimedValue(value: Double.random(in: 11...15, using: &draws), time: signs.time)
        detector.note(signs)
        guard now - stop < 8 || detector.state == .parked else {
          Issue.record("not parked \(now - stop) s after the stop")
          return
        }
      }
      now += 1
      signs.time = second(now)
      signs.speed = TimedValue(value: 20, time: signs.time)
      detector.note(signs)
      #expect(detector.state == .awake)
    }
  }

  @Test(arguments: UInt64(1)...40)
  func voltageAloneChangesNothing(seed: UInt64) {
    var draws = TransmitDraws(seed: seed)
    var one = ParkedDetector()
    var other = ParkedDetector()
    var signs = VehicleSigns(time: second(0))
    var now = 0.0
    for _ in 0..<3000 {
      now += draws.chance(0.02) ? Double.random(in: 0...400, using: &draws) : 1
      signs.time = second(now)
      if draws.chance(0.1) { signs.engineSpeed = TimedValue(value: draws.chance(0.5) ? 0 : 900, time: signs.time) }
      if draws.chance(0.1) { signs.speed = TimedValue(value: draws.chance(0.5) ? 0 : 9, time: signs.time) }
      if draws.chance(0.3) { signs.buses[0].lastTraffic = signs.time }
      if draws.chance(0.3) { signs.buses[1].lastAnswer = signs.time }
      one.note(signs)
      var electric = signs
      electric.voltage = TimedValue(value: Double.random(in: -5...500, using: &draws), time: signs.time)
      other.note(electric)
      guard one.state == other.state, one.since == other.since else {
        Issue.record("at second \(now): \(one.state), \(other.state)")
        return
      }
    }
  }
}
