// Starts of an engine at different sampling rates, and the rest before them.
import Pipeline
import Testing
import Vocabulary

@Suite struct CrankFeaturesTests {
  /// A car whose 12 V system is sampled at some rate, with ticks once a second.
  private struct Car {
    var observer = TripObserver(regulatedTemperature: 88)
    var now = 0.0
    var rate = 100.0
    /// mOhm and volts of a battery at rest; two blocks make a truck.
    var resistance = 6.0
    var rest = 12.5
    var blocks = 1.0
    var hasCurrentSensor = true
    var told: [CrankFeatures] = []
    private var nextTick = 1.0

    func stamp(_ seconds: Double) -> Timestamp {
      Timestamp(
        boot: BootID(high: 0, low: 1), uptime: Instant.zero.advanced(seconds: seconds),
        wallNanoseconds: 1_795_228_080_000_000_000 + Int64(seconds * 1e9), quality: .ntp)
    }

    /// Samples `seconds` of a load in amperes; an engine speed above 400 runs.
    mutating func sample(
      _ seconds: Double, volts: Double? = nil, engineSpeed: Double?, load: (Double) -> Double = { _ in 5 },
      set: (inout VehicleTick) -> Void = { _ in }
    ) {
      let end = now + seconds
      let begun = now
      while now < end - 1e-9 {
        if now >= nextTick {
          var tick = VehicleTick(time: stamp(now).uptime, seconds: 1)
          (tick.engineSpeed, tick.ambientTemperature, tick.coolant) = (engineSpeed, 4, 6)
          tick.speed = engineSpeed.map { $0 > 1000 ? 50 : 0 }
          tick.voltage = volts ?? blocks * (rest - load(now - begun) * resistance / 1000)
          set(&tick)
          if case .ended(let features) = observer.observe(tick, stamp: stamp(now)) { told.append(features.parts.crank) }
          nextTick = now + 1
        }
        let time = stamp(now).uptime
        let amperes = load(now - begun)
        if hasCurrentSensor { observer.take(.batteryCurrent, volts == nil ? -amperes : 20, at: time) }
        observer.take(.voltage, volts ?? blocks * (rest - amperes * resistance / 1000), at: time)
        if let engineSpeed { observer.take(.engineSpeed, engineSpeed, at: time) }
        now += 1 / rate
      }
    }

    /// Inrush, then 180 A in strokes of compression.
    static func starter(_ age: Double) -> Double {
      let stroke = Int(age * 16) % 2 == 0 ? 25.0 : -25
      return age < 0.08 ? 420 : 180 + stroke
    }

    mutating func start(glowing: Double = 0) {
      sample(5, engineSpeed: 0)
      if glowing > 0 { sample(glowing, engineSpeed: 0, load: { _ in 110 }) }
      sample(0.8, engineSpeed: 200, load: { Car.starter($0) + (glowing > 0 ? 110 : 0) })
      sample(30, volts: 14.1 * blocks, engineSpeed: 1500)
    }

    mutating func stop() {
      sample(70, engineSpeed: nil)
    }

    mutating func startAndStop(glowing: Double = 0) throws -> CrankFeatures {
      start(glowing: glowing)
      stop()
      return try #require(told.last)
    }
  }

  @Test(arguments: [100.0, 50, 25]) func theResistanceIsThatOfTheBattery(rate: Double) throws {
    var car = Car()
    car.rate = rate
    let crank = try car.startAndStop()
    #expect(abs(crank.sampleRate - rate) <= 0.1 * rate)
    #expect(abs(crank.resistance - 6) < 0.12, "\(crank.resistance)")
    #expect(abs(crank.voltageDrop - 175 * 0.006) < 0.09, "\(crank.voltageDrop)")
    #expect(abs(crank.voltageBefore - 12.47) < 0.02 && abs(crank.current - 175) < 15)
    #expect(crank.seconds > 0.6 && crank.seconds < 1.1 && crank.lowestVoltage < 11)
    #expect(crank.temperature == 4)
  }

  @Test(arguments: [2.0, 10]) func ofAStartThatIsPolledNothingIsTold(rate: Double) throws {
    var car = Car()
    car.rate = rate
    let crank = try car.startAndStop()
    #expect(abs(crank.sampleRate - rate) < 0.3 * rate, "\(crank.sampleRate)")
    #expect(crank.voltageDrop.isNaN && crank.resistance.isNaN && crank.lowestVoltage.isNaN)
  }

  @Test func aTruckHasTwoBlocks() throws {
    var car = Car()
    car.blocks = 2
    let crank = try car.startAndStop()
    #expect(abs(crank.resistance - 12) < 0.3 && abs(crank.voltageBefore - 24.94) < 0.05)
    #expect(CrankFeatures.blocks(atVoltage: crank.voltageBefore) == 2 && CrankFeatures.blocks(atVoltage: 14.8) == 1)
  }

  @Test func withoutACurrentSensorTheDropIsTold() throws {
    var car = Car()
    car.hasCurrentSensor = false
    let crank = try car.startAndStop()
    #expect(crank.resistance.isNaN && crank.current.isNaN && abs(crank.voltageDrop - 1.05) < 0.08)
  }

  @Test func glowingIsNoStart() throws {
    var car = Car()
    car.hasCurrentSensor = false
    let crank = try car.startAndStop(glowing: 4)
    #expect(abs(crank.voltageDrop - 175 * 0.006) < 0.09 && crank.seconds < 1.1, "\(crank.voltageDrop) \(crank.seconds)")
    #expect(abs(crank.voltageBefore - 11.84) < 0.05)
  }

  @Test func aLoadWithoutAnEngineIsNoStart() throws {
    var car = Car()
    car.sample(5, engineSpeed: 0)
    car.sample(0.8, engineSpeed: 0, load: Car.starter)
    // The engine did not fire; half a minute later something pushes the car on.
    car.sample(40, engineSpeed: 0)
    car.sample(20, volts: 14.1, engineSpeed: 1500)
    car.stop()
    #expect(try #require(car.told.last).voltageDrop.isNaN)
  }

  @Test func whatIsNoVoltageIsNotTaken() throws {
    var car = Car()
    car.sample(2, engineSpeed: 0)
    for bad in [Double.nan, .infinity, -1, 0, 655.35] {
      car.observer.take(.voltage, bad, at: car.stamp(car.now).uptime)
    }
    let crank = try car.startAndStop()
    #expect(abs(crank.resistance - 6) < 0.15)
  }

  @Test func aWarmEngineBayHidesTheBatteryTemperature() throws {
    var car = Car()
    car.sample(5, engineSpeed: 0)
    car.sample(0.8, engineSpeed: 200, load: Car.starter)
    car.sample(40, volts: 14, engineSpeed: 1500, set: { $0.coolant = 60 })
    car.stop()
    #expect(try #require(car.told.last).temperature.isNaN)
    car.sample(0.8, engineSpeed: 200, load: Car.starter)
    car.sample(40, volts: 14, engineSpeed: 1500, set: { $0[.batteryTemperature] = 31 })
    car.stop()
    #expect(try #require(car.told.last).temperature == 31)
  }

  // MARK: The rest

  /// Parks with a tick each minute.
  private func park(_ car: inout Car, hours: Double, _ set: (inout VehicleTick, Double) -> Void) {
    for minute in 1...Int(hours * 60) {
      let at = car.now + Double(minute) * 60
      var tick = VehicleTick(time: car.stamp(at).uptime, seconds: 5)
      set(&tick, Double(minute) / 60)
      if case .ended(let features) = car.observer.observe(tick, stamp: car.stamp(at)) {
        car.told.append(features.parts.crank)
      }
    }
    car.now += hours * 3600
  }

  private func parked(_ hours: Double, _ set: (inout VehicleTick, Double) -> Void) throws -> CrankFeatures {
    var car = Car()
    car.start()
    park(&car, hours: hours, set)
    car.sample(20, volts: 14, engineSpeed: 1500)
    car.stop()
    return try #require(car.told.last)
  }

  @Test func theVoltageAtRestIsThatOfASettledBattery() throws {
    let settled = try parked(8) { tick, hours in tick.voltage = hours < 4 ? 13 : 12.62 }
    #expect(abs(settled.restVoltage - 12.62) < 0.005 && abs(settled.restHours - 8) < 0.05)
    let short = try parked(3) { tick, _ in tick.voltage = 12.62 }
    #expect(short.restVoltage.isNaN)
    let loaded = try parked(8) { tick, _ in (tick.voltage, tick[.batteryCurrent]) = (12.1, -8) }
    #expect(loaded.restVoltage.isNaN)
  }

  @Test func aVoltageUnderIgnitionIsNoRest() throws {
    var car = Car()
    car.start()
    park(&car, hours: 10) { _, _ in }
    // The driver turns the key: control units wake up, and the voltage is that under their load.
    car.sample(8, volts: 12.0, engineSpeed: 0)
    car.sample(30, volts: 14, engineSpeed: 1500)
    car.stop()
    let crank = try #require(car.told.last)
    #expect(crank.restVoltage.isNaN && abs(crank.restHours - 10) < 0.05)
  }

  @Test func aDrainIsToldByTheSensorOrByTheVoltage() throws {
    let byVoltage = try parked(72) { tick, hours in tick.voltage = 12.6 - 0.03 * hours / 24 }
    #expect(abs(byVoltage.drain - 3.75) < 0.2, "\(byVoltage.drain)")
    let byCharge = try parked(48) { tick, hours in tick[.batteryCharge] = 80 - 3 * hours / 24 }
    // The sensor was not asked while the engine ran; the next rest begins where it ended.
    #expect(byCharge.drain.isNaN && abs(byCharge.lowestCharge - 0.74) < 0.001)
    var car = Car()
    car.sample(30, volts: 14, engineSpeed: 1500, set: { $0[.batteryCharge] = 82 })
    park(&car, hours: 48) { tick, hours in tick[.batteryCharge] = 82 - 3 * hours / 24 }
    car.sample(30, volts: 14, engineSpeed: 1500)
    car.stop()
    #expect(abs(try #require(car.told.last).drain - 3) < 0.1)
  }

  @Test func whatTheEngineShowsIsGathered() throws {
    var car = Car()
    car.rate = 10
    car.sample(200, volts: 13.8, engineSpeed: 1800, set: {
      ($0[.batteryHealth], $0[.ripple], $0[.batteryCurrent]) = (84, 0.12, 6)
    })
    car.stop()
    let crank = try #require(car.told.last)
    #expect(crank.sensorHealth == 84 && abs(crank.ripple - 0.12) < 1e-9 && crank.runningCurrent == 6)
    #expect(abs(crank.runningVoltage - 13.8) < 0.07 && abs(crank.highestRunningVoltage - 13.8) < 0.13)
    #expect(crank.meanTemperature == 4)
  }
}
