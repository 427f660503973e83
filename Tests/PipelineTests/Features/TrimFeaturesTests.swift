// Fuel trim by range: what is let in, what is not, and where it is counted.
import Pipeline
import Testing
import Vocabulary

@Suite struct TrimFeaturesTests {
  /// A warm car in closed loop at 60 km/h and 40 % of load whose short-term trim moves by a percent.
  private static func drive(
    _ seconds: Int = 200, _ set: (inout VehicleTick, Int) -> Void = { _, _ in }
  ) -> TrimFeatures {
    var observer = TripObserver(regulatedTemperature: 88)
    for second in 0..<seconds {
      let time = Instant.zero.advanced(seconds: Double(second))
      var tick = VehicleTick(time: time, seconds: 1)
      (tick.engineSpeed, tick.speed, tick.coolant, tick.engineLoad) = (2000, 60, 88, 40)
      tick[.shortTrim1] = second % 2 == 0 ? 1 : 2
      tick[.longTrim1] = 3
      set(&tick, second)
      let stamp = Timestamp(boot: BootID(high: 0, low: 1), uptime: time, wallNanoseconds: 0, quality: .none)
      _ = observer.observe(tick, stamp: stamp)
    }
    guard case .ended(let features) = observer.finish() else { return TrimFeatures() }
    return features.parts.trim
  }

  private static func total(_ trim: TrimFeatures) -> Double { trim.seconds[0] + trim.seconds[1] + trim.seconds[2] }

  @Test func bothTrimsAreAddedInTheRangeOfTheEngine() {
    let trim = Self.drive(600) { tick, second in
      if second < 200 {
        (tick.speed, tick.engineSpeed, tick[.longTrim1]) = (0, 800, 8)
      } else if second < 400 {
        (tick.engineLoad, tick[.longTrim1]) = (80, -5)
      }
    }
    #expect(abs(trim.trim[TrimRange.idle.rawValue] - 9.5) < 0.02)
    #expect(abs(trim.trim[TrimRange.load.rawValue] - -3.5) < 0.02)
    #expect(abs(trim.trim[TrimRange.cruise.rawValue] - 4.5) < 0.02)
    #expect(trim.seconds[0] > 190 && trim.seconds[1] == 200 && trim.seconds[2] == 200)
    #expect(trim.bankDifference.isNaN)
  }

  @Test func withoutCalculatedLoadTheManifoldSaysIt() {
    let trim = Self.drive { tick, _ in (tick.engineLoad, tick[.manifoldPressure], tick[.barometer]) = (nil, 66, 82) }
    #expect(trim.seconds[TrimRange.load.rawValue] > 190)
    let bare = Self.drive { tick, _ in tick.engineLoad = nil }
    #expect(bare.seconds[TrimRange.cruise.rawValue] > 190)
  }

  @Test func twoBanksGiveTheirMeanAndDifference() {
    let trim = Self.drive { tick, _ in (tick[.shortTrim2], tick[.longTrim2]) = (0, -0.5) }
    #expect(abs(trim.trim[1] - 2) < 0.02 && abs(trim.bankDifference - 5) < 0.02)
  }

  @Test func theGateIsClosed() {
    #expect(Self.total(Self.drive { tick, _ in tick.coolant = 60 }) == 0, "cold")
    #expect(Self.total(Self.drive { tick, _ in tick.coolant = nil }) == 0, "not known to be warm")
    #expect(Self.total(Self.drive { tick, _ in tick[.fuelSystemState] = 4 }) == 0, "open loop")
    #expect(Self.total(Self.drive { tick, _ in tick[.purge] = 30 }) == 0, "vapour from the tank")
    #expect(Self.total(Self.drive { tick, _ in tick.engineLoad = 5 }) == 0, "fuel cut")
    #expect(Self.total(Self.drive { tick, _ in tick[.shortTrim1] = 0 }) == 0, "a trim that never moves")
    #expect(Self.total(Self.drive { tick, _ in tick[.longTrim1] = 130 }) == 0, "no trim at all")
    #expect(Self.total(Self.drive { tick, _ in (tick[.fuelSystemState], tick[.purge]) = (2, 0) }) > 190)
  }
}
