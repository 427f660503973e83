// What charges, steps of the current and the battery's own computer tell of a traction battery.
import Pipeline
import Testing
import Vocabulary

@Suite struct TractionFeaturesTests {
  /// An electric car with a battery of 60 Ah whose display counts whole percents.
  private struct Car {
    var observer = TripObserver(regulatedTemperature: 88)
    var now = 0.0
    var charge = 12.0
    var ended: [TripFeatures] = []

    static let capacity = 60.0

    var display: Double { (charge / Car.capacity * 100).rounded() }

    /// - Parameters:
    ///   - amperes: into the battery.
    ///   - shown: what the bus says of it.
    mutating func pass(
      _ seconds: Int, amperes: Double, shown: Double? = nil, speed: Double = 0, display: Double? = nil,
      _ set: (inout VehicleTick, Int) -> Void = { _, _ in }
    ) {
      for i in 0..<seconds {
        now += 1
        charge += amperes / 3600
        let time = Instant.zero.advanced(seconds: now)
        observer.take(.tractionCurrent, shown ?? amperes, at: time)
        tick(time, amperes: shown ?? amperes, speed: speed, display: display) { set(&$0, i) }
      }
    }

    mutating func sleep(_ seconds: Double) {
      now += seconds
      tick(Instant.zero.advanced(seconds: now), amperes: nil, speed: nil, display: nil) { $0[.tractionCharge] = nil }
    }

    private mutating func tick(
      _ time: Instant, amperes: Double?, speed: Double?, display shown: Double?, _ set: (inout VehicleTick) -> Void
    ) {
      var tick = VehicleTick(time: time, seconds: 1)
      tick.speed = speed
      tick[.tractionCurrent] = amperes
      tick[.tractionCharge] = shown ?? display
      set(&tick)
      let stamp = Timestamp(
        boot: BootID(high: 0, low: 1), uptime: time, wallNanoseconds: time.nanoseconds, quality: .none)
      if case .ended(let features) = observer.observe(tick, stamp: stamp) { ended.append(features) }
    }

    /// Drives for five minutes and parks; what the trip and the rest before it told.
    mutating func driveAndPark() throws -> TractionFeatures {
      pass(300, amperes: -10, speed: 50)
      pass(90, amperes: 0)
      return try #require(ended.last).parts.traction
    }
  }

  @Test func aChargeWhileParkedIsAWindowOfTheRightCapacity() throws {
    var car = Car()
    car.pass(2700, amperes: 40)
    let features = try car.driveAndPark()
    try #require(features.windowCount == 1)
    let window = features.window(0)
    #expect(window.share > 0.45 && window.share <= 0.5)
    #expect(abs(window.charge / window.share - Car.capacity) < 0.6)
  }

  @Test func theSignOfTheCurrentIsThePacksOwnBusiness() throws {
    var car = Car()
    for _ in 0..<2700 { car.pass(1, amperes: 40, shown: -40) }
    let window = try car.driveAndPark().window(0)
    #expect(abs(window.charge / window.share - Car.capacity) < 0.6)
  }

  @Test func aHoleInTheCurrentEndsTheWindow() throws {
    var car = Car()
    car.pass(600, amperes: 40)
    car.sleep(30)
    car.pass(600, amperes: 40)
    // Ten percent before the hole and ten after it: neither is a window.
    let features = try car.driveAndPark()
    #expect(features.windowCount == 0)
  }

  @Test func aDisplayThatIsCorrectedIsNoCharge() throws {
    var car = Car()
    car.pass(700, amperes: 40)
    car.pass(700, amperes: 40, display: 60)
    let features = try car.driveAndPark()
    #expect(features.windowCount == 0)
  }

  @Test func theNarrowestOfFiveWindowsGivesWay() {
    var features = TractionFeatures()
    for share in [0.3, 0.16, 0.4, 0.5, 0.2] { features.add(CapacityWindow(share: share, charge: 60 * share)) }
    #expect(features.windowCount == 4)
    #expect((0..<4).map { features.window($0).share }.min() == 0.2)
  }

  @Test func stepsOfTheCurrentGiveTheResistance() throws {
    var car = Car()
    car.charge = 30
    for i in 0..<60 {
      let amperes = i % 2 == 0 ? -60.0 : -10
      let time = Instant.zero.advanced(seconds: car.now + 0.5)
      car.observer.take(.tractionCurrent, amperes, at: time)
      car.observer.take(.tractionVoltage, 350 + 0.12 * amperes, at: time)
      car.pass(1, amperes: amperes, speed: 50) { tick, _ in tick[.tractionTemperature] = 21 }
      car.observer.take(.tractionVoltage, 350 + 0.12 * amperes, at: Instant.zero.advanced(seconds: car.now))
    }
    let features = try car.driveAndPark()
    #expect(abs(features.resistance - 0.12) < 1e-9 && features.resistanceTemperature == 21)
  }

  @Test func cellsAreComparedAtLittleCurrentAndAHealthOfZeroIsNone() throws {
    var car = Car()
    car.charge = 30
    car.pass(60, amperes: -5, speed: 30) { tick, _ in
      (tick[.tractionCellLowest], tick[.tractionCellHighest]) = (3.60, 3.64)
      tick[.tractionHealth] = 0
    }
    car.pass(60, amperes: -80, speed: 90) { tick, _ in
      (tick[.tractionCellLowest], tick[.tractionCellHighest]) = (3.30, 3.60)
    }
    let features = try car.driveAndPark()
    #expect(abs(features.cellSpread - 0.04) < 1e-9)
    #expect(features.stateOfHealth.isNaN)
  }
}
