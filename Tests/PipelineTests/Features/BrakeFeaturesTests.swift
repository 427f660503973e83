// Brake work against cars of known physics: rates, steps of the speed, heat, recovery, slopes, and signals that lie.
import Testing
import Vocabulary

@testable import Pipeline

@Suite struct BrakeFeaturesTests {
  /// Share by which the work is off on an ordinary tour.
  private func error(_ set: (inout BrakeDrive) -> Void = { _ in }) -> Double {
    var drive = BrakeDrive()
    set(&drive)
    drive.tour()
    let features = drive.gatherer.finish()
    return features.front.joules(drive.mass) / drive.friction - 1
  }

  @Test(arguments: [
    (50.0, 0.01, 0.01), (50, 1, 0.03), (10, 0.1, 0.02), (10, 1, 0.04), (5, 1, 0.06), (2, 1, 0.10), (1, 1, 0.20),
  ])
  func workByRateAndResolution(rate: Double, resolution: Double, bound: Double) {
    let off = error { ($0.rate, $0.resolution) = (rate, resolution) }
    #expect(abs(off) < bound, "\(off)")
  }

  @Test func wheelsAreReadBeforeTheSpeedometer() {
    #expect(abs(error { ($0.source, $0.rate, $0.resolution) = (.wheelFrontLeft, 20, 0.05) }) < 0.02)
  }

  @Test func theWayIsWatched() {
    var drive = BrakeDrive()
    drive.tour()
    let features = drive.gatherer.finish()
    #expect(abs(features.watchedKm / drive.km - 1) < 0.01 && features.stops == 7 && !features.isPedalStuck)
    #expect(features.front.hot.kinetic == 0 && features.front.fast.kinetic == 0)
    drive.gatherer.begin(at: BrakeDrive.stamp(drive.time))
    #expect(drive.gatherer.finish().watchedKm == 0 && drive.gatherer.finish().stops == 0)
  }

  // MARK: The pedal

  @Test func withoutThePedalNothingIsWatched() {
    var drive = BrakeDrive()
    drive.showsPedal = false
    drive.tour()
    let features = drive.gatherer.finish()
    #expect(features.watchedKm == 0 && features.stops == 0 && features.front.joules(1500) == 0)
  }

  @Test func aPedalThatWentStaleIsNotKnown() {
    var drive = BrakeDrive()
    drive.tour()
    let before = drive.gatherer.finish()
    drive.showsPedal = false
    drive.tour()
    let after = drive.gatherer.finish()
    #expect(after.watchedKm < before.watchedKm + 0.05 && after.stops <= before.stops + 1)
  }

  @Test func aPedalThatLiesIsFound() {
    for reads in [0.0, 100] {
      var drive = BrakeDrive()
      drive.pedalReads = reads
      for _ in 0..<3 {
        drive.drive(1.2, to: 60)
        drive.drive(0, seconds: 20)
        drive.drive(-3, to: 0)
      }
      #expect(drive.gatherer.finish().isPedalStuck, "it reads \(reads) throughout")
    }
    // A machine that recovers may well slow the car alone.
    var electric = BrakeDrive()
    (electric.pedalReads, electric.recovering) = (0, 0.5)
    electric.tour()
    #expect(!electric.gatherer.finish().isPedalStuck)
  }

  @Test(arguments: [(2.0, false), (0.5, false), (3, true), (100, true)])
  func aPedalAtRestMayReadAPercentOrTwo(reads: Double, isPressed: Bool) {
    var drive = BrakeDrive()
    drive.pedalReads = reads
    drive.drive(1.5, to: 60)
    drive.drive(0, seconds: 60)
    let features = drive.gatherer.finish()
    #expect(features.isPedalStuck == isPressed && features.stops == 0)
  }

  // MARK: Heat and speed

  @Test func hardStopsInARowHeatTheDiscs() {
    var drive = BrakeDrive()
    for _ in 0..<20 {
      drive.drive(3, to: 95)
      drive.drive(-6, to: 0)
    }
    let features = drive.gatherer.finish()
    #expect(features.front.hot.kinetic > 0 && features.front.normal.kinetic > 0 && features.front.fast.kinetic == 0)
    // What is weighted by heat passes what the brakes did; more so in front, where discs get hotter.
    let (front, rear) = (features.front.joules(1500), features.rear.joules(1500))
    #expect(front > 1.2 * drive.friction && rear > 1.02 * drive.friction && front > rear + 0.1 * drive.friction)

    drive.gatherer.begin(at: BrakeDrive.stamp(drive.time))
    var cooled = drive
    cooled.park(seconds: 3_600)
    let (hot, cold) = (work(&drive), work(&cooled))
    #expect(hot > 1.3 * cold && abs(cold - 1) < 0.02)
  }

  /// Weighted work of one gentle stop over the work that it is.
  private func work(_ drive: inout BrakeDrive) -> Double {
    drive.drive(3, to: 50)
    let before = drive.friction
    drive.drive(-2, to: 0)
    drive.drive(0, seconds: 1)
    return drive.gatherer.finish().front.joules(1500) / (drive.friction - before)
  }

  @Test func stopsFromHighSpeedAreTold() {
    var drive = BrakeDrive()
    drive.drive(2, to: 140)
    drive.drive(-2, to: 80)
    drive.drive(0, seconds: 1)
    let features = drive.gatherer.finish()
    #expect(features.front.fast.kinetic > 0 && features.front.normal.kinetic == 0)
    #expect(abs(features.front.joules(1500) / drive.friction - 1) < 0.02)
  }

  // MARK: What else slows

  @Test func whatTheBatteryTakesIsNoFriction() {
    #expect(abs(error { $0.recovering = 0.7 }) < 0.05)
    var drive = BrakeDrive()
    drive.recovering = 1
    drive.tour()
    #expect(abs(drive.gatherer.finish().front.joules(1500)) < 0.02 * drive.mass * drive.km * 60)
  }

  @Test func aDescentIsSeenWithAnAccelerometer() {
    for offset in [0.0, 0.3, -0.2] {
      var drive = BrakeDrive()
      drive.accelerometerOffset = offset
      for _ in 0..<4 { drive.tour() }
      drive.gatherer.begin(at: BrakeDrive.stamp(drive.time))
      let before = drive.friction
      drive.drive(1, to: 60)
      drive.slope = -0.6
      drive.descend(seconds: 60)
      drive.slope = 0
      drive.drive(0, seconds: 1)
      let off = drive.gatherer.finish().front.joules(1500) / (drive.friction - before) - 1
      #expect(abs(off) < 0.15, "offset \(offset): \(off)")
    }
  }

  /// One that is mounted the wrong way round, or is something else, is not believed.
  @Test func anAccelerometerThatDoesNotFeelTheWheelsIsLeft() {
    var drive = BrakeDrive()
    for _ in 0..<4 { drive.tour() }
    var other = BrakeDrive()
    for _ in 0..<4 { other.tour() }
    let plain = drive.gatherer.finish()
    let now = Instant.zero.advanced(seconds: other.time)
    for i in 0..<100 { other.gatherer.take(.longitudinalAcceleration, Double(i % 7) - 3, at: now) }
    #expect(other.gatherer.finish().front.normal.kinetic == plain.front.normal.kinetic)
  }

  @Test(arguments: [1_100.0, 1_900, 24_000]) func accelerationsWeighTheVehicle(mass: Double) {
    var drive = BrakeDrive()
    (drive.mass, drive.showsTorque) = (mass, true)
    drive.tour()
    let features = drive.gatherer.finish()
    #expect(abs(features.mass / mass - 1) < 0.05 && features.massMotion > 500, "\(features.mass) kg")
    drive.showsTorque = false
    drive.gatherer.begin(at: BrakeDrive.stamp(drive.time))
    drive.tour()
    #expect(drive.gatherer.finish().mass.isNaN && drive.gatherer.finish().massMotion == 0)
  }

  // MARK: Rough weather

  @Test func nonsenseDoesNoHarm() {
    var gatherer = BrakeGatherer()
    var drive = SplitMix(seed: 7)
    let nonsense = [Double.nan, .infinity, -.infinity, -40, 1e300, 0, 255, 655.35, 30]
    for i in 0..<20_000 {
      let input = FeatureInput.allCases[Int(drive.next() % UInt64(FeatureInput.count))]
      let value = nonsense[Int(drive.next() % UInt64(nonsense.count))]
      // Time stumbles, too.
      gatherer.take(input, value, at: Instant(nanoseconds: Int64(i) * 50_000_000 - Int64(drive.next() % 200_000_000)))
      if i % 20 == 0 {
        var tick = VehicleTick(time: Instant(nanoseconds: Int64(i) * 50_000_000), seconds: 1)
        tick[input] = value
        gatherer.observe(tick, at: BrakeDrive.stamp(Double(i) / 20), isDriving: true)
      }
    }
    let features = gatherer.finish()
    for axle in [features.front, features.rear] {
      for work in [axle.normal, axle.hot, axle.fast] {
        #expect(work.kinetic.isFinite && work.resistance.isFinite && work.recovered.isFinite)
      }
    }
    #expect(features.watchedKm.isFinite && features.watchedKm >= 0)
    // And it still works.
    var after = BrakeDrive()
    after.gatherer = gatherer
    after.gatherer.begin(at: BrakeDrive.stamp(0))
    after.park(seconds: 10_000)
    after.tour()
    #expect(abs(after.gatherer.finish().front.joules(1500) / after.friction - 1) < 0.25)
  }

  @Test func aCopyGoesOnBitForBit() {
    var drive = BrakeDrive()
    drive.drive(1, to: 80)
    drive.drive(-2, seconds: 2)
    var copy = drive
    drive.tour()
    copy.tour()
    let (a, b) = (drive.gatherer.finish(), copy.gatherer.finish())
    #expect(a.front.normal.kinetic == b.front.normal.kinetic && a.watchedKm == b.watchedKm && a.stops == b.stops)
    #expect(MemoryLayout<BrakeGatherer>.size < 1_000)
  }
}

private struct SplitMix {
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
