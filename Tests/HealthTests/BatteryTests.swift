// 12 V battery: by its starts, by its sensor, by its age; states that no trend tells; another battery.
import Pipeline
import Prognostics
import Testing
import Vocabulary

@testable import Health

@Suite struct BatteryTests {
  /// A vehicle of which a test sets what each trip tells of the battery; two trips a day.
  struct Car {
    var monitor: HealthMonitor
    var random = SeededNormal(seed: 7)
    var day = 0.0
    private var trips: UInt32 = 0

    init(_ given: [(String, Double)] = []) {
      var catalogue = SignalCatalogue()
      for input in ComponentInput.of(.battery).flatMap(\.anyOf) where catalogue.id(of: input.signal.path) == nil {
        _ = catalogue.add(
          SignalDescription(path: input.signal.path, unit: input.signal.unit, range: -1e9...1e9, staleAfter: 5))
      }
      var parameters = ComponentParameters(.battery)
      for (name, value) in given { _ = parameters.set(name, value) }
      monitor = HealthMonitor(
        inputs: FeatureInputs(catalogue), parameters: [parameters], vehicle: VehicleParameters())
    }

    mutating func trip(_ set: (inout CrankFeatures) -> Void) {
      day += 0.5
      trips += 1
      monitor.tripStarted()
      var tick = VehicleTick(time: Ward.stamp(day).uptime, seconds: 1)
      tick.voltage = 14
      monitor.observe(tick)
      var features = TripFeatures(trip: Trip(number: trips, started: Ward.stamp(day - 0.02)))
      features.trip.ended = Ward.stamp(day)
      features.trip.distanceKm = 20
      features.trip.engineSeconds = 1500
      features.parts.crank.meanTemperature = 20
      set(&features.parts.crank)
      monitor.tripEnded(features)
    }

    /// Starts whose resistance at 25 Celsius is `resistance` times 6 mOhm.
    mutating func starts(days: Double, resistance: (Double) -> Double = { _ in 1 }, blocks: Double = 1) {
      let end = day + days
      while day < end {
        let milliohms = 6 * resistance(day) * (1 + 0.04 * random.next()) * blocks
        trip {
          ($0.sampleRate, $0.temperature, $0.charge) = (100, 25, 1)
          ($0.voltageBefore, $0.voltageDrop) = (12.5 * blocks, milliohms * 0.18)
          ($0.resistance, $0.current) = (milliohms, 180)
        }
      }
    }

    var report: HealthReport { monitor.report(.battery, at: Ward.stamp(day)) }

    mutating func measure(_ health: Double) -> Bool {
      monitor.measured(.battery, quantity: 0, value: health, deviation: nil, at: Ward.stamp(day))
    }
  }

  @Test func startsTellHowFarABatteryHasCome() throws {
    var car = Car()
    // Doubled after four years; looked at after three.
    car.starts(days: 1095) { 1 + $0 / 1460 }
    let report = car.report
    #expect(abs(report.consumed - 0.75) < 0.08 && report.state.isBand, "\(report.consumed)")
    let life = try #require(report.remainingUsefulLife)
    #expect(life.days.p10 < 365 && life.days.p90 > 365 && life.days.p50 > 200 && life.days.p50 < 700, "\(life.days)")
    #expect(abs(life.km.p50 / life.days.p50 - 40) < 6)
    let rise = try #require(report.evidence(.crankResistanceRise))
    #expect(abs(rise.value - 1.75) < 0.15 && rise.reference == 1 && rise.z > 4 && rise.sinceKm < 30_000)
    #expect(report.reason.text(SignalCatalogue()) == nil)
  }

  /// 1 % more resistance with each kelvin less, and a quarter more in an empty battery.
  @Test func coldAndChargeAreTakenOut() throws {
    var car = Car()
    for n in 0..<400 {
      let (celsius, charge) = n < 200 ? (25.0, 1.0) : (-10.0, 0.6)
      car.trip {
        ($0.sampleRate, $0.voltageBefore, $0.temperature, $0.charge) = (100, 12.5, celsius, charge)
        $0.resistance = 6 * (n < 200 ? 1 : 1.419 * 1.1)
        $0.voltageDrop = $0.resistance * 0.18
      }
    }
    #expect(abs(try #require(car.report.evidence(.crankResistanceRise)).value - 1) < 0.01)
  }

  @Test func aDoubledResistanceAsksForService() {
    var car = Car()
    car.starts(days: 400)
    #expect(car.report.score > 85)
    car.starts(days: 700) { 1 + ($0 - 400) / 650 }
    #expect(car.report.asks(below: 40))
  }

  @Test func untilItsReferenceIsKnownABatteryIsJudgedByAge() throws {
    var car = Car()
    #expect(car.report.reasonText?.contains("no valid") == true)
    car.starts(days: 30)
    let report = car.report
    #expect(report.evidence(.batteryAge) != nil && report.evidence(.crankResistanceRise) == nil)
    #expect(report.reasonText?.contains("telltale service battery-12v") == true)
    let life = try #require(report.remainingUsefulLife)
    #expect(life.days.p05 < 200 && life.days.p95 > 1000)
    // Somebody knows when it was fitted: two years of the five are gone.
    var known = Car([("installed", Ward.wallSeconds(-730))])
    for _ in 0..<20 { known.trip { _ in } }
    let told = try #require(known.report.remainingUsefulLife)
    #expect(told.days.p10 > 300 && told.days.p50 > 900 && told.days.p50 < 1500, "\(told.days)")
    #expect(known.report.reasonText?.contains("engine starts") == true)
  }

  @Test func ageAloneIsNoAlarm() {
    var car = Car([("installed", Ward.wallSeconds(-3650))])
    for _ in 0..<400 { car.trip { $0.meanTemperature = 35 } }
    #expect(car.report.consumed > 1 && car.report.asks(below: 60) && !car.report.asks(below: 40))
    // Nor is it one that nobody knows anything of.
    var unknown = Car()
    for _ in 0..<4000 { unknown.trip { $0.meanTemperature = 30 } }
    #expect(!unknown.report.asks(below: 40))
  }

  @Test func heatAgesABattery() throws {
    func days(at celsius: Double) throws -> Double {
      var car = Car([("installed", Ward.wallSeconds(0))])
      for _ in 0..<1000 { car.trip { $0.meanTemperature = celsius } }
      return try #require(car.report.remainingUsefulLife).days.p50
    }
    let (cool, hot) = (try days(at: 15), try days(at: 35))
    #expect(cool > 3 * hot && hot > 0, "\(cool) \(hot)")
  }

  @Test func slowSamplesAreNoStarts() {
    var car = Car()
    for _ in 0..<300 { car.trip { $0.sampleRate = 2 } }
    #expect(car.report.evidence(.crankResistanceRise) == nil && car.report.evidence(.batteryAge) != nil)
  }

  @Test func aStartThatWouldFailInTheColdIsTold() throws {
    var car = Car()
    func starts(_ days: Double, celsius: Double, drop: Double) {
      let end = car.day + days
      while car.day < end {
        car.trip { ($0.sampleRate, $0.temperature, $0.voltageBefore, $0.voltageDrop) = (50, celsius, 12.3, drop) }
      }
    }
    starts(100, celsius: 10, drop: 2)
    #expect(!car.report.asks(below: 60))
    // A first night of frost, and a drop that the next one will not leave room for.
    starts(20, celsius: -15, drop: 5)
    #expect(car.report.asks(below: 20))
    let cold = try #require(car.report.evidence(.coldCrankVoltage))
    #expect(cold.value < 7.5 && cold.reference == 7.5 && cold.share > 0.3)
  }

  @Test func aDrainIsFoundAndGivesWay() throws {
    var car = Car()
    for _ in 0..<60 { car.trip { ($0.restHours, $0.drain) = (24, 0.4 + 0.1 * Double($0.sampleRate.isNaN ? 1 : 0)) } }
    #expect(car.report.score > 60)
    for _ in 0..<12 { car.trip { ($0.restHours, $0.drain) = (24, 5) } }
    #expect(car.report.asks(below: 40))
    let drain = try #require(car.report.evidence(.restingDrain))
    #expect(abs(drain.value - 5) < 0.5 && drain.reference == 1.5 && drain.share > 0.5)
    for _ in 0..<30 { car.trip { ($0.restHours, $0.drain) = (24, 0.4) } }
    #expect(!car.report.asks(below: 60))
  }

  @Test func aBatteryThatIsLeftEmptyIsTold() {
    var car = Car()
    for _ in 0..<20 { car.trip { ($0.restHours, $0.restVoltage) = (12, 12.5) } }
    #expect(!car.report.asks(below: 60))
    for _ in 0..<3 { car.trip { ($0.restHours, $0.restVoltage) = (12, 11.8) } }
    #expect(car.report.asks(below: 40) && car.report.evidence(.restingVoltage)?.value == 11.8)
  }

  @Test(arguments: [(12.6, 1.0), (12.4, 0.75), (12.2, 0.5), (12.0, 0.25), (11.6, 0), (25.2, 1), (24.4, 0.5)])
  func chargeByVoltage(volts: Double, charge: Double) {
    #expect(abs(BatteryRest.charge(atVoltage: volts, full: 12.6, celsius: 25) - charge) < 0.01)
    #expect(BatteryRest.charge(atVoltage: volts - 0.1, full: 12.6, celsius: 0) >= charge - 0.01)
  }

  // MARK: The battery's own sensor

  @Test func theSensorStandsInWhereNoStartIsSeen() throws {
    var car = Car()
    for n in 0..<800 { car.trip { $0.sensorHealth = (100 - Double(n) / 800 * 30).rounded() } }
    let report = car.report
    #expect(abs(report.consumed - (100.0 / 70 - 1)) < 0.08, "\(report.consumed)")
    #expect(report.evidence(.batterySensorHealth)?.value == 70 && report.remainingUsefulLife != nil)
    #expect(!report.asks(below: 60))
  }

  @Test func aSensorThatForgetsAndLearnsIsNoAlarm() {
    var car = Car()
    var worst = 100.0
    for n in 0..<1500 {
      // Reset each five months or so: full health, then down to what it was in a week.
      let since = n % 300
      let health = since < 14 ? 100 - Double(since) * 34 / 14 : 66 + Double((n / 40) % 3) * 2 - 2
      car.trip { $0.sensorHealth = health }
      if n > 60 { worst = min(worst, car.report.score) }
    }
    #expect(worst > 60, "\(worst)")
  }

  @Test func aWornSensorReadingAsksForService() {
    var car = Car()
    for n in 0..<1000 { car.trip { $0.sensorHealth = max(48, 100 - Double(n) / 10) } }
    #expect(car.report.asks(below: 40))
  }

  // MARK: Another battery

  @Test func anotherBatteryIsSeen() throws {
    var car = Car()
    car.starts(days: 900) { 1 + $0 / 1100 }
    #expect(car.report.consumed > 0.65)
    car.starts(days: 42) { _ in 1.02 }
    let report = car.report
    #expect(report.consumed < 0.1 && report.score > 90, "\(report.consumed)")
    // Two weeks of it were looked at first.
    let ground = try #require(report.evidence(.batteryAge))
    #expect(abs(ground.sinceKm - 40 * 915) < 40 * 16, "\(ground.sinceKm)")
    car.starts(days: 200) { _ in 1.02 }
    #expect(car.report.evidence(.crankResistanceRise).map { abs($0.value - 1) < 0.1 } == true)
  }

  @Test func aServiceBeginsAnew() throws {
    var car = Car([("installed", Ward.wallSeconds(-1500))])
    car.starts(days: 300) { 1 + $0 / 400 }
    #expect(car.report.consumed > 0.5)
    car.monitor.serviced(.battery, at: Ward.stamp(car.day))
    car.starts(days: 5)
    #expect(car.report.consumed < 0.05 && car.report.evidence(.batteryAge)?.share == 1)
    #expect(try #require(car.report.remainingUsefulLife).days.p10 > 700)
  }

  @Test func aTesterPutsTheReferenceRight() {
    // Half worn when Telltale came, and nobody knew.
    var car = Car()
    car.starts(days: 200) { _ in 1.5 }
    #expect(car.report.consumed < 0.1)
    let isTaken = car.measure(66)
    let isAbsurdTaken = car.measure(130)
    #expect(isTaken && !isAbsurdTaken)
    #expect(abs(car.report.consumed - 0.5) < 0.15, "\(car.report.consumed)")
    car.starts(days: 40) { _ in 1.5 }
    #expect(abs(car.report.consumed - 0.5) < 0.12, "\(car.report.consumed)")
  }

  @Test func aTruckIsJudgedAsACarIs() {
    var (car, truck) = (Car(), Car())
    car.starts(days: 500) { 1 + $0 / 1000 }
    truck.starts(days: 500, resistance: { 1 + $0 / 1000 }, blocks: 2)
    #expect(abs(car.report.score - truck.report.score) < 1e-9)
    #expect(truck.report.evidence(.coldCrankVoltage)?.reference == 15)
  }

  // MARK: What outlives a restart

  @Test func aRestoredMonitorGoesOnToTheBit() {
    var car = Car()
    car.starts(days: 300) { 1 + $0 / 900 }
    var other = Car()
    other.monitor.restore(car.monitor.checkpoint)
    (other.day, other.random) = (car.day, car.random)
    car.starts(days: 60) { 1 + $0 / 900 }
    other.starts(days: 60) { 1 + $0 / 900 }
    func bytes(_ state: Battery.State) -> [UInt8] { withUnsafeBytes(of: state) { Array($0) } }
    #expect(bytes(car.monitor.checkpoint.battery) == bytes(other.monitor.checkpoint.battery))
    #expect(MemoryLayout<Battery.State>.size <= 4_500, "\(MemoryLayout<Battery.State>.size)")
  }

  @Test func countersSurviveANewVersion() {
    var car = Car([("installed", Ward.wallSeconds(-700))])
    car.starts(days: 600) { 1 + $0 / 1000 }
    var next = Car()
    next.day = car.day
    car.monitor.counters { component, index, value in
      guard component == .battery, value.isFinite else { return }
      let isKnown = next.monitor.restore(.battery, counter: Battery.counters[index], value)
      #expect(isKnown, "\(Battery.counters[index])")
    }
    // The reference is the battery's of two years ago: what is learnt now does not begin at 0.
    next.starts(days: 60) { 1 + $0 / 1000 }
    let report = next.report
    #expect(abs(report.consumed - car.report.consumed) < 0.2, "\(report.consumed) \(car.report.consumed)")
    #expect(report.reasonText == nil)
  }

  @Test func valuesThatAreNoneChangeNothing() {
    var car = Car()
    car.starts(days: 200)
    let before = car.report.consumed
    for bad in [Double.nan, .infinity, -5, 1e300] {
      car.trip { ($0.sampleRate, $0.voltageDrop, $0.resistance, $0.voltageBefore) = (100, bad, bad, 12.5) }
      car.trip { ($0.drain, $0.restVoltage, $0.sensorHealth, $0.temperature) = (bad, bad, bad, bad) }
    }
    let after = car.report
    #expect(abs(after.consumed - before) < 0.02 && after.score.isFinite)
  }
}
