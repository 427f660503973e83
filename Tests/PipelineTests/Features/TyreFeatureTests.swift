// Tyre pressures at one temperature, whatever the weather, and the rolling radius against satellites.
import Testing
import Vocabulary

@testable import Pipeline

@Suite struct TyreFeatureTests {
  /// Lets a gatherer see a trip that begins `rest` seconds after the one before.
  private static func trip(
    _ gatherer: inout TyreGatherer, at start: Double = 0, seconds: Int = 300, _ set: (Int, inout VehicleTick) -> Void
  ) -> TyreFeatures {
    func stamp(_ second: Double) -> Timestamp {
      Timestamp(
        boot: BootID(high: 0, low: 1), uptime: Instant.zero.advanced(seconds: second), wallNanoseconds: 0,
        quality: .none)
    }
    gatherer.begin(at: stamp(start))
    for i in 0..<seconds {
      let stamp = stamp(start + Double(i))
      var tick = VehicleTick(time: stamp.uptime, seconds: 1)
      tick.speed = 50
      set(i, &tick)
      gatherer.observe(tick, at: stamp, isDriving: true)
    }
    return gatherer.finish()
  }

  private static func trip(_ set: (Int, inout VehicleTick) -> Void) -> TyreFeatures {
    var gatherer = TyreGatherer()
    return trip(&gatherer, set)
  }

  /// Gauge pressure of a tyre that holds 240 kPa at 20 Celsius and sea level.
  private static func gauge(_ celsius: Double, around: Double = 101.325) -> Double {
    (240 + 101.325) * (celsius + 273.15) / 293.15 - around
  }

  @Test func heatAndHeightDoNotMoveIt() {
    for (celsius, around) in [(-20.0, 101.325), (20, 101.325), (65, 101.325), (40, 83.0)] {
      let features = Self.trip { _, tick in
        tick[.pressureRearLeft] = Self.gauge(celsius, around: around)
        tick[.tyreTemperatureRearLeft] = celsius
        if around < 100 { tick[.barometer] = around }
      }
      #expect(abs(features.pressure[2] - 341.325) < 1e-9 && features.compensation == .measured)
      #expect(features.pressure[0].isNaN, "a wheel without a sensor is not known")
    }
  }

  @Test func theEndOfTheTripCounts() {
    var gatherer = TyreGatherer()
    let features = Self.trip(&gatherer, seconds: 3600) { i, tick in
      tick[.pressureFrontLeft] = Self.gauge(20) - Double(i) / 60
      tick[.tyreTemperatureFrontLeft] = 20
    }
    // 60 kPa lost in the hour, seen with a memory of ten minutes.
    #expect(features.pressure[0] < 341.3 - 45 && features.pressure[0] > 341.3 - 60)
  }

  @Test(arguments: [0.0, 5, 4_000, .nan, .infinity, -3]) func whatNoTyreHoldsIsNotTaken(value: Double) {
    let features = Self.trip { i, tick in
      tick[.pressureFrontLeft] = i % 2 == 0 ? value : Self.gauge(20)
      tick[.tyreTemperatureFrontLeft] = 20
    }
    #expect(abs(features.pressure[0] - 341.325) < 1e-9)
  }

  @Test func withoutAThermometerOnlyColdTyresAreRead() {
    var gatherer = TyreGatherer()
    let cold = Self.trip(&gatherer) { i, tick in
      // It warms up once it rolls; only the first two minutes count.
      tick[.pressureFrontRight] = Self.gauge(5) + (i > 120 ? 30 : 0)
      tick.ambientTemperature = 5
    }
    #expect(cold.compensation == .ambient && abs(cold.pressure[1] - 341.325) < 1e-6)
    let warm = Self.trip(&gatherer, at: 1_000) { _, tick in
      tick[.pressureFrontRight] = Self.gauge(45)
      tick.ambientTemperature = 5
    }
    #expect(warm.pressure[1].isNaN, "ten minutes after the last trip nobody knows how warm they are")
    let rested = Self.trip(&gatherer, at: 20_000) { _, tick in tick[.pressureFrontRight] = Self.gauge(20) }
    #expect(rested.compensation == .assumed && abs(rested.pressure[1] - 341.325) < 1e-6)
  }

  @Test func aTrucksPressureIsPlausible() {
    let features = Self.trip { _, tick in
      tick[.pressureFrontLeft] = 830
      tick[.tyreTemperatureFrontLeft] = 20
    }
    #expect(abs(features.pressure[0] - 931.325) < 1e-9)
  }

  // MARK: Rolling radius

  /// 200 seconds at `speed` by satellite; wheels turn as a tyre whose radius is `radius` of the nominal one.
  private static func rolling(
    _ radius: Double, speed: (Int) -> Double = { _ in 90 }, curve: Double = 0, seconds: Int = 200
  ) -> TyreFeatures {
    var gatherer = TyreGatherer()
    return trip(&gatherer, seconds: seconds) { i, tick in
      tick[.satelliteSpeed] = speed(i)
      tick[.wheelFrontLeft] = speed(i) / radius * (1 - curve / 2)
      tick[.wheelFrontRight] = speed(i) / radius * (1 + curve / 2)
      tick[.pressureFrontLeft] = 250
    }
  }

  @Test func aWornTyreTurnsFaster() {
    let features = Self.rolling(0.985)
    #expect(abs(features.radius[0] - 0.985) < 1e-9 && abs(features.radiusKm[0] - 5) < 1e-6)
    #expect(features.radius[1].isNaN && abs(features.radiusPressure[0] - 351.325) < 1e-9)
  }

  @Test func onlySteadyStraightStretchesCount() {
    #expect(Self.rolling(1, seconds: 70).radius[0].isNaN, "1.75 km are no stretch")
    #expect(Self.rolling(1, curve: 0.02).radius[0].isNaN, "a curve")
    #expect(Self.rolling(1, speed: { _ in 50 }).radius[0].isNaN, "too slow")
    #expect(Self.rolling(1, speed: { 60 + 2 * Double($0 % 30) }).radius[0].isNaN, "pulling away")
    #expect(Self.rolling(0.6).radius[0].isNaN, "no tyre wears so far")
  }

  @Test func theVehiclesOneSpeedStandsForTheFrontAxle() {
    let features = Self.trip { _, tick in
      tick[.satelliteSpeed] = 90
      tick.speed = 92
    }
    #expect(abs(features.radius[0] - 90.0 / 92) < 1e-9 && features.radius[1].isNaN)
  }

  @Test func aSecondWithoutSatellitesIsNoEnd() {
    let gapped = Self.trip { i, tick in
      if i % 20 != 0 { tick[.satelliteSpeed] = 90 }
      tick[.wheelRearLeft] = 90
    }
    #expect(abs(gapped.radius[1] - 1) < 1e-9)
    let torn = Self.trip { i, tick in
      if i % 20 < 15 { tick[.satelliteSpeed] = 90 }
      tick[.wheelRearLeft] = 90
    }
    #expect(torn.radius[1].isNaN)
  }
}
