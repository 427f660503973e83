// Resistance of the intake and the grid of the air-flow sensor from single seconds.
import CMath
import Testing
import Vocabulary

@testable import Pipeline

@Suite struct AirPathFeatureTests {
  private static let stamp = Timestamp(
    boot: BootID(high: 0, low: 1), uptime: .zero, wallNanoseconds: 0, quality: .none)

  private static func features(parked: (inout VehicleTick) -> Void = { _ in }, _ set: (Int, inout VehicleTick) -> Void)
    -> AirPathFeatures
  {
    var gatherer = AirPathGatherer()
    for _ in 0..<10 {
      var tick = VehicleTick(time: .zero, seconds: 1)
      (tick.engineSpeed, tick.speed) = (0, 0)
      parked(&tick)
      gatherer.observe(tick, at: stamp, isDriving: false)
    }
    gatherer.begin(at: stamp)
    for i in 0..<60 {
      var tick = VehicleTick(time: .zero, seconds: 1)
      (tick.engineSpeed, tick.speed, tick.intakeTemperature) = (3_500, 90, 20)
      set(i, &tick)
      gatherer.observe(tick, at: stamp, isDriving: true)
    }
    return gatherer.finish()
  }

  @Test func aFiltersResistanceIsThatOfAnyFlow() {
    // 2 kPa for 100 g/s at 20 Celsius; the sensor is 0.3 kPa off.
    let features = Self.features(parked: { $0[.intakeRestriction] = 0.3 }) { i, tick in
      let flow = 60 + Double(i)
      tick.airFlow = flow
      tick.intakeTemperature = 40
      tick[.intakeRestriction] = 2 * flow * flow / 1e4 * 313.15 / 293.15 + 0.3
    }
    #expect(features.resistanceSource == .restrictionSensor)
    #expect(abs(features.resistance - 2) < 1e-9 && features.resistanceSeconds > 30)
    #expect(features.peakRestriction > 2.5 && features.peakRestriction < 3.3)
  }

  @Test func wideThrottleStandsInForASensor() {
    let drop = 3.0
    func features(_ throttle: Double, _ manifold: Double) -> AirPathFeatures {
      Self.features(parked: { ($0[.barometer], $0[.manifoldPressure]) = (95, 95.5) }) { _, tick in
        (tick[.barometer], tick[.manifoldPressure], tick[.throttle]) = (95, manifold, throttle)
        tick.airFlow = 100
      }
    }
    let open = features(90, 95.5 - drop)
    #expect(open.resistanceSource == .manifold && abs(open.resistance - drop) < 1e-9)
    #expect(features(50, 95.5 - drop).resistance.isNaN, "a throttle that is half closed is no filter")
    #expect(features(90, 180).resistance.isNaN, "a charger hides the filter")
  }

  @Test(arguments: [Double.nan, -40, 900, .infinity]) func nonsenseIsNotTaken(value: Double) {
    let features = Self.features { _, tick in
      tick.airFlow = 100
      tick[.intakeRestriction] = value
    }
    #expect(features.resistance.isNaN && features.peakRestriction.isNaN && features.resistanceSource == .none)
  }

  /// Two litres at an efficiency of 0.9.
  private static func flow(_ rpm: Double, _ kPa: Double, _ celsius: Double) -> Double {
    rpm / 120 * 2 * kPa / (0.287 * (celsius + 273.15)) * 0.9
  }

  @Test func theSensorIsTheSameAtEverySteadyPoint() {
    let features = Self.features { i, tick in
      let (rpm, kPa) = (i < 30 ? 1_200.0 : 2_800, i < 30 ? 35.0 : 80)
      (tick.engineSpeed, tick[.manifoldPressure]) = (rpm, kPa)
      tick.intakeTemperature = i % 2 == 0 ? 0 : 40
      tick.airFlow = Self.flow(rpm, kPa, i % 2 == 0 ? 0 : 40)
      (tick[.shortTrim1], tick[.longTrim1]) = (1, 3)
    }
    for cell in [1 * 4 + 0, 3 * 4 + 2] {
      #expect(abs(Double(features.airFlow[cell]) - log(1.8)) < 1e-6 && features.airFlowSeconds[cell] >= 28)
    }
    #expect(features.airFlow[0].isNaN && abs(features.airFlowTrim - 4) < 1e-9)
  }

  @Test func whatSaysNothingOfTheSensorIsLeftOut() {
    func seconds(_ change: (Int, inout VehicleTick) -> Void) -> Float {
      let features = Self.features { i, tick in
        (tick.engineSpeed, tick[.manifoldPressure], tick.airFlow) = (2_000, 50, 15)
        change(i, &tick)
      }
      var sum: Float = 0
      for cell in 0..<16 { sum += features.airFlowSeconds[cell] }
      return sum
    }
    #expect(seconds { _, _ in } == 59)
    #expect(seconds { _, tick in tick.isAirFlowMeasured = false } == 0, "computed from the manifold's pressure")
    #expect(seconds { _, tick in tick[.recirculationCommanded] = 30 } == 0, "exhaust gas in the cylinders")
    #expect(seconds { i, tick in tick.engineSpeed = 2_000 + 300 * Double(i % 2) } == 0, "not steady")
  }
}
