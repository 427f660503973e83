// The movement of the oxygen sensors: index ratio, switching rate, and the rates at which neither can be told.
import Pipeline
import Testing
import Vocabulary

@Suite struct CatalystFeaturesTests {
  /// 300 s at part load, the front sensor switching between 0.1 and 0.8 V once a second, the rear one moving by `share`
  /// of that, both read `rate` times a second.
  private static func drive(
    rate: Int = 10, share: Double = 0.2, front: (Double, Double) = (0.1, 0.8), seconds: Int = 300,
    _ set: (inout VehicleTick) -> Void = { _ in }
  ) -> CatalystFeatures {
    var observer = TripObserver(regulatedTemperature: 88)
    for second in 0..<seconds {
      let time = Instant.zero.advanced(seconds: Double(second))
      var tick = VehicleTick(time: time, seconds: 1)
      (tick.engineSpeed, tick.speed, tick.coolant, tick.engineLoad) = (2000, 60, 88, 40)
      set(&tick)
      let stamp = Timestamp(boot: BootID(high: 0, low: 1), uptime: time, wallNanoseconds: 0, quality: .none)
      _ = observer.observe(tick, stamp: stamp)
      for sample in 0..<rate {
        let at = Instant.zero.advanced(seconds: Double(second) + (Double(sample) + 0.5) / Double(rate))
        let isRich = sample < rate / 2
        observer.take(.oxygenFront, isRich ? front.1 : front.0, at: at)
        observer.take(.oxygenRear, 0.6 + (isRich ? share : 0) * (front.1 - front.0), at: at)
      }
    }
    guard case .ended(let features) = observer.finish() else { return CatalystFeatures() }
    return features.parts.catalyst
  }

  @Test(arguments: [0.05, 0.2, 0.9]) func theRatioIsThatOfTheWays(share: Double) {
    let seen = Self.drive(share: share)
    #expect(abs(seen.ratio - share) < 0.01)
    #expect(abs(seen.switchingRate - 2) < 0.05)
    #expect(seen.seconds > 290 && seen.seconds < 300)
  }

  @Test func fiveReadingsASecondAreEnoughAndTwoAreNot() {
    #expect(abs(Self.drive(rate: 5).ratio - 0.2) < 0.01)
    let slow = Self.drive(rate: 2)
    #expect(slow.ratio.isNaN && slow.switchingRate.isNaN && slow.seconds == 0)
  }

  @Test func otherDrivingSaysNothing() {
    #expect(Self.drive { $0.coolant = 50 }.ratio.isNaN, "cold")
    #expect(Self.drive { $0.engineLoad = 90 }.ratio.isNaN, "full load")
    #expect(Self.drive { $0[.fuelSystemState] = 1 }.ratio.isNaN, "open loop")
    #expect(Self.drive { $0.speed = 10 }.ratio.isNaN, "standing")
    #expect(Self.drive(seconds: 50).ratio.isNaN, "too short")
  }

  @Test func aSensorThatDoesNotSwitchIsNoMeasure() {
    #expect(Self.drive(front: (0.4, 0.5)).ratio.isNaN, "dead")
    let wide = Self.drive(front: (1.4, 2.2))
    #expect(wide.ratio.isNaN && wide.switchingRate.isNaN, "no voltage of a switching sensor")
  }
}
