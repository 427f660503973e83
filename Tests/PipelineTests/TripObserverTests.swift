// Trips and their features, second by second.
import Pipeline
import Testing
import Vocabulary

@Suite struct TripObserverTests {
  /// Drives an observer through seconds and keeps what it tells.
  private struct Drive {
    var observer = TripObserver(regulatedTemperature: 88)
    var now = 0.0
    var started: [Trip] = []
    var ended: [TripFeatures] = []

    func stamp(_ seconds: Double) -> Timestamp {
      Timestamp(
        boot: BootID(high: 0, low: 1), uptime: Instant.zero.advanced(seconds: seconds),
        wallNanoseconds: 1_795_228_080_000_000_000 + Int64(seconds * 1e9), quality: .ntp)
    }

    mutating func pass(_ seconds: Int, step: Double = 1, _ set: (inout VehicleTick, Double) -> Void) {
      for i in 0..<seconds {
        now += step
        var tick = VehicleTick(time: stamp(now).uptime, seconds: step)
        set(&tick, Double(i))
        switch observer.observe(tick, stamp: stamp(now)) {
        case .nothing: break
        case .started(let trip): started.append(trip)
        case .ended(let features): ended.append(features)
        }
      }
    }

    mutating func engine(_ seconds: Int, rpm: Double = 2000, speed: Double = 50) {
      pass(seconds) { tick, _ in (tick.engineSpeed, tick.speed) = (rpm, speed) }
    }
    mutating func silence(_ seconds: Int) { pass(seconds) { _, _ in } }
  }

  @Test func aTripNeedsThreeSecondsOfEngineAndBeginsWithTheFirst() {
    var drive = Drive()
    drive.engine(2)
    drive.silence(100)
    #expect(drive.started.isEmpty && drive.observer.trips == 0)
    drive.engine(2)
    #expect(!drive.observer.isDriving)
    drive.engine(1)
    #expect(drive.observer.isDriving && drive.started.map(\.number) == [1])
    #expect(drive.started.first?.started == drive.stamp(103))
    #expect(drive.observer.current?.trip.engineSeconds == 3)
  }

  @Test func aTripEndsAfterAMinuteWithoutEngineWhenItLastRan() throws {
    var drive = Drive()
    drive.engine(30)
    drive.silence(59)
    #expect(drive.ended.isEmpty && drive.observer.isDriving)
    drive.silence(1)
    let trip = try #require(drive.ended.first).trip
    #expect(trip.ended == drive.stamp(30) && trip.started == drive.stamp(1) && trip.engineSeconds == 30)
    #expect(!drive.observer.isDriving && drive.observer.current == nil)
    drive.silence(500)
    #expect(drive.ended.count == 1)
  }

  /// A vehicle that says only in mid-trip who it is: its odometer says nothing of the one that was here before.
  @Test func theOdometerOfAnotherVehicleIsNoDistance() {
    var drive = Drive()
    func go(_ odometer: Double) {
      drive.pass(60) { tick, _ in
        (tick.engineSpeed, tick.speed) = (2000, 50)
        tick[.odometer] = odometer * 1000
      }
    }
    go(65_000)
    drive.silence(60)
    go(43_000)
    drive.observer.forgetOdometerOfTrip()
    drive.silence(60)
    go(65_010)
    drive.silence(60)
    #expect(drive.ended.map { $0.unseenKm.rounded() } == [0, 0, 10])
  }

  @Test func stopStartAtTheLightsIsOneTrip() {
    var drive = Drive()
    for _ in 0..<5 {
      drive.engine(40)
      drive.pass(55) { tick, _ in (tick.engineSpeed, tick.speed) = (0, 0) }
    }
    drive.silence(60)
    #expect(drive.started.count == 1 && drive.ended.count == 1)
    #expect(drive.ended.first?.trip.engineSeconds == 200)
  }

  @Test func aGapEndsTheTrip() {
    var drive = Drive()
    drive.engine(30)
    drive.now += 3600
    drive.silence(1)
    #expect(drive.ended.first?.trip.ended == drive.stamp(30))
    drive.engine(10)
    #expect(drive.started.map(\.number) == [1, 2])
  }

  @Test func finishEndsTheTripThatRuns() throws {
    var drive = Drive()
    guard case .nothing = drive.observer.finish() else { return #expect(Bool(false), "there was no trip to end") }
    drive.engine(20)
    guard case .ended(let features) = drive.observer.finish() else { return #expect(Bool(false), "the trip ran on") }
    #expect(features.trip.engineSeconds == 20 && features.trip.ended == drive.stamp(20))
    #expect(!drive.observer.isDriving)
    // What was running is not running any more: a new trip needs its three seconds.
    drive.engine(2)
    #expect(!drive.observer.isDriving)
  }

  /// Even the shortest trip ends later than it began: equal times mean that it runs.
  @Test func aTripThatHasEndedDoesNotLookRunning() throws {
    var drive = Drive()
    drive.engine(3)
    drive.silence(60)
    let trip = try #require(drive.ended.first).trip
    #expect(trip.ended.uptime > trip.started.uptime)
  }

  @Test func distanceIsTheIntegralOfSpeed() throws {
    var drive = Drive()
    drive.pass(1200) { tick, second in
      (tick.engineSpeed, tick.speed) = (2000, min(90, second / 10))
    }
    drive.silence(60)
    let trip = try #require(drive.ended.first).trip
    // 90 km/h is reached after 900 s; the trapezes take the first second's speed for the second before it.
    let exact = (90.0 * 900 / 2 + 90 * 300) / 3600
    #expect(abs(trip.distanceKm - exact) < 0.03 && trip.topSpeed == 90)
    #expect(drive.observer.totalKm == trip.distanceKm)
  }

  @Test func speedThatIsNotKnownCountsNoKilometres() throws {
    var drive = Drive()
    drive.pass(100) { tick, _ in tick.engineSpeed = 2000 }
    drive.silence(60)
    let features = try #require(drive.ended.first)
    #expect(features.trip.distanceKm == 0 && features.trip.topSpeed.isNaN)
    #expect(features.trip.coolantAtStart.isNaN && features.trip.coolantAtEnd.isNaN)
    #expect(features.steadyCoolant.isNaN && features.standingCoolant.isNaN && features.runningVoltage.isNaN)
    #expect(features.warmUpAir.isNaN && features.voltageTemperature.isNaN && features.steadySeconds == 0)
  }

  @Test func withoutEngineSpeedTheCarRunsWhileItMoves() {
    var drive = Drive()
    drive.pass(30) { tick, _ in tick.speed = 40 }
    #expect(drive.observer.isDriving)
    drive.pass(60) { tick, _ in tick.speed = 0 }
    #expect(drive.ended.count == 1)
    drive.pass(30) { tick, _ in (tick.engineSpeed, tick.speed) = (0, 40) }
    #expect(!drive.observer.isDriving, "an engine known to stand is not running, whatever the speed")
  }

  @Test func medianOfWarmSteadyCoolantAndOfVoltage() throws {
    var drive = Drive()
    drive.pass(900) { tick, second in
      (tick.engineSpeed, tick.speed) = (2000, second < 600 ? 60 : 10)
      tick.coolant = second < 200 ? 20 + second * 0.34 : second < 600 ? 88 : 95
      tick.voltage = second < 58 ? 12 : 14.1
      tick.ambientTemperature = 7
    }
    drive.silence(60)
    let features = try #require(drive.ended.first)
    // The third second begins the trip and is its first with features.
    #expect(features.trip.coolantAtStart == 20.68 && features.trip.coolantAtEnd == 95)
    #expect(features.steadyCoolant > 87.4 && features.steadyCoolant < 88.6)
    #expect(features.steadySeconds >= 400 && features.steadySeconds < 420)
    #expect(abs(features.standingCoolant - 95.45) < 0.1 && features.standingSeconds == 300)
    #expect(abs(features.runningVoltage - 14.1) < 0.05 && features.voltageSeconds == 840)
    #expect(features.voltageTemperature == 7 && features.trip.runningVoltage == features.runningVoltage)
  }

  @Test func theFirstMinuteAndIdlingSayNothingOfTheVoltage() throws {
    var drive = Drive()
    drive.pass(60) { tick, _ in (tick.engineSpeed, tick.voltage) = (2000, 14) }
    drive.pass(300) { tick, _ in (tick.engineSpeed, tick.voltage) = (1200, 13) }
    drive.silence(60)
    let features = try #require(drive.ended.first)
    #expect(features.runningVoltage.isNaN && features.voltageSeconds == 0)
  }

  private func warmUp(from start: Double, airFlow: (Double) -> Double?) throws -> TripFeatures {
    var drive = Drive()
    drive.pass(600) { tick, second in
      (tick.engineSpeed, tick.speed) = (2000, 60)
      tick.coolant = min(88, start + second * 0.25)
      tick.airFlow = airFlow(second)
    }
    drive.silence(60)
    return try #require(drive.ended.first)
  }

  @Test func aWarmUpIsTheAirFromAColdStartTo75() throws {
    let features = try warmUp(from: 25) { _ in 8 }
    #expect(features.warmUpFrom == 25.5 && features.warmUpSeconds == 201)
    #expect(features.warmUpAir == 8 * 199)
  }

  @Test func aWarmStartIsNoWarmUp() throws {
    #expect(try warmUp(from: 50) { _ in 8 }.warmUpAir.isNaN)
  }

  @Test func airThatWasNotSeenIsNotZero() throws {
    #expect(try warmUp(from: 25) { _ in nil }.warmUpAir.isNaN)
    #expect(try warmUp(from: 25) { $0 > 120 ? 8 : nil }.warmUpAir.isNaN, "most of the air was not seen")
    #expect(try warmUp(from: 25) { $0.truncatingRemainder(dividingBy: 20) == 0 ? nil : 8 }.warmUpAir > 1400)
  }

  @Test func aThermostatThatNeverRegulatesStillHasASteadyTemperature() throws {
    var drive = Drive()
    drive.pass(1800) { tick, second in
      (tick.engineSpeed, tick.speed) = (2200, 80)
      tick.coolant = min(70, 20 + second * 0.1)
    }
    drive.silence(60)
    let features = try #require(drive.ended.first)
    #expect(features.steadySeconds > 900 && abs(features.steadyCoolant - 70) < 0.6)
  }

  @Test func aShortColdTripHasNoSteadyTemperature() throws {
    var drive = Drive()
    drive.pass(500) { tick, second in
      (tick.engineSpeed, tick.speed) = (2200, 80)
      tick.coolant = min(70, 20 + second * 0.1)
    }
    drive.silence(60)
    #expect(try #require(drive.ended.first).steadySeconds == 0)
  }

  @Test func countersOutliveARestart() {
    var drive = Drive()
    drive.engine(3600, speed: 100)
    drive.silence(60)
    var next = Drive()
    let isWhole = next.observer.resume(drive.observer, at: drive.stamp(9000))
    #expect(isWhole && abs(next.observer.totalKm - 100) < 0.2 && !next.observer.isDriving)
    next.engine(5)
    #expect(next.started.map(\.number) == [2])
  }

  @Test func aTripOutlivesAShortRestartOfTheDaemon() throws {
    var drive = Drive()
    drive.engine(100)
    var next = Drive()
    next.now = 150
    let isWhole = next.observer.resume(drive.observer, at: drive.stamp(150))
    #expect(isWhole && next.observer.isDriving)
    next.engine(50)
    next.silence(60)
    #expect(next.started.isEmpty && next.ended.first?.trip.engineSeconds == 150)
    #expect(next.ended.first?.trip.number == 1 && next.ended.first?.trip.started == drive.stamp(1))
  }

  @Test func aTripEndsWithALongRestartOrAnotherBoot() {
    var drive = Drive()
    drive.engine(100)
    var rebooted = drive.stamp(120)
    rebooted.boot = BootID(high: 9, low: 9)
    for now in [drive.stamp(160), drive.stamp(99), rebooted] {
      var next = Drive()
      let isWhole = next.observer.resume(drive.observer, at: now)
      #expect(!isWhole && !next.observer.isDriving && next.observer.trips == 1)
      #expect(next.observer.totalKm == drive.observer.totalKm)
    }
    guard case .ended(let features) = drive.observer.finish() else { return #expect(Bool(false), "nothing was kept") }
    #expect(features.trip.ended == drive.stamp(100) && features.trip.engineSeconds == 100)
  }

  /// One trip's features do not leak into the next.
  @Test func everyTripBeginsAnew() throws {
    var drive = Drive()
    drive.pass(700) { tick, _ in (tick.engineSpeed, tick.speed, tick.coolant, tick.voltage) = (2000, 60, 100, 15) }
    drive.silence(60)
    drive.pass(700) { tick, _ in (tick.engineSpeed, tick.speed, tick.coolant, tick.voltage) = (2000, 60, 88, 14) }
    drive.silence(60)
    let last = try #require(drive.ended.last)
    #expect(drive.ended.count == 2 && abs(last.steadyCoolant - 88) < 0.1 && abs(last.runningVoltage - 14) < 0.05)
    #expect(last.trip.topSpeed == 60 && last.trip.engineSeconds == 700)
  }
}
