// Regenerations, the flow resistance of the clean filter, and the error of a steady demand.
import Pipeline
import Testing
import Vocabulary

@Suite struct ExhaustFeaturesTests {
  private struct Car {
    var observer = TripObserver(regulatedTemperature: 88)
    var now = 0.0
    var ended: [TripFeatures] = []

    mutating func drive(_ seconds: Int, _ set: (inout VehicleTick) -> Void = { _ in }) {
      pass(seconds) { tick in
        (tick.engineSpeed, tick.speed, tick.coolant, tick.airFlow) = (2000, 90, 88, 60)
        set(&tick)
      }
    }

    mutating func park() throws -> ExhaustFeatures {
      pass(70) { _ in }
      return try #require(ended.last).parts.exhaust
    }

    private mutating func pass(_ seconds: Int, _ set: (inout VehicleTick) -> Void) {
      for _ in 0..<seconds {
        now += 1
        var tick = VehicleTick(time: Instant.zero.advanced(seconds: now), seconds: 1)
        set(&tick)
        let stamp = Timestamp(
          boot: BootID(high: 0, low: 1), uptime: tick.time, wallNanoseconds: tick.time.nanoseconds, quality: .none)
        if case .ended(let features) = observer.observe(tick, stamp: stamp) { ended.append(features) }
      }
    }
  }

  /// m³/h of 60 g/s at 300 Celsius behind 2 kPa.
  private static let flow = 60e-3 * 0.287 * 573.15 / 103.3 * 3600

  @Test func aRegenerationMarksTheCleanFilter() throws {
    var car = Car()
    func sooty(_ tick: inout VehicleTick) {
      (tick[.regeneration], tick[.filterInletTemperature], tick[.filterPressureDrop]) = (0, 300, 4)
    }
    car.drive(600, sooty)
    car.drive(400) { tick in
      (tick[.regeneration], tick[.filterInletTemperature], tick[.filterPressureDrop]) = (1, 600, 9)
    }
    car.drive(600) { tick in
      (tick[.regeneration], tick[.filterInletTemperature], tick[.filterPressureDrop]) = (0, 300, 2)
    }
    let first = try car.park()
    #expect(first.regenerations == 1 && first.failedRegenerations == 0 && first.regenerationDistance.isNaN)
    #expect(abs(first.cleanResistance - 2 / Self.flow * 1000) < 0.02)
    #expect(first.filterResistance > first.cleanResistance)

    // 50 km later the filter is clean no more; the next regeneration is as far behind the first as was driven.
    car.drive(4 * 3600, sooty)
    car.drive(400) { $0[.regeneration] = 1 }
    car.drive(10) { $0[.regeneration] = 0 }
    let second = try car.park()
    #expect(abs(second.regenerationDistance - (600 + 4 * 3600 + 400) * 90 / 3600) < 1)
    #expect(second.cleanResistance > first.cleanResistance * 1.9)
  }

  @Test func aRegenerationThatIsWantedHasNotBegunAndAShortOneHasFailed() throws {
    var car = Car()
    car.drive(400) { $0[.regeneration] = 2 }
    car.drive(100) { $0[.regeneration] = 1 }
    car.drive(100) { $0[.regeneration] = 0 }
    var features = try car.park()
    #expect(features.regenerations == 0 && features.failedRegenerations == 1)
    // One that the end of the trip cuts short.
    car.drive(200) { $0[.regeneration] = 1 }
    features = try car.park()
    #expect(features.regenerations == 0 && features.failedRegenerations == 1)
  }

  @Test func sootThatIsLeftTellsAFailedRegenerationFromACompleteOne() throws {
    var car = Car()
    func regenerate(to soot: Double) {
      car.drive(60) { ($0[.regeneration], $0[.sootLoad]) = (0, 90) }
      car.drive(600) { ($0[.regeneration], $0[.sootLoad]) = (1, soot) }
      car.drive(10) { ($0[.regeneration], $0[.sootLoad]) = (0, soot) }
    }
    regenerate(to: 70)
    let stillSooty = try car.park()
    regenerate(to: 10)
    let burnt = try car.park()
    #expect(stillSooty.failedRegenerations == 1 && burnt.regenerations == 1)
  }

  @Test func heatAloneTellsARegenerationButNeverAFailure() throws {
    var car = Car()
    car.drive(200) { $0[.filterInletTemperature] = 560 }
    car.drive(60) { $0[.filterInletTemperature] = 300 }
    var features = try car.park()
    #expect(features.regenerations == 0 && features.failedRegenerations == 0)
    car.drive(600) { $0[.filterInletTemperature] = 560 }
    car.drive(60) { $0[.filterInletTemperature] = 300 }
    features = try car.park()
    #expect(features.regenerations == 1)
  }

  @Test func whatWasDrivenUnwatchedCountsByTheOdometer() throws {
    var car = Car()
    car.drive(400) { ($0[.regeneration], $0[.odometer]) = (1, 100_000_000) }
    car.drive(10) { ($0[.regeneration], $0[.odometer]) = (0, 100_000_000) }
    _ = try car.park()
    car.drive(400) { ($0[.regeneration], $0[.odometer]) = (1, 100_300_000) }
    car.drive(10) { $0[.regeneration] = 0 }
    let features = try car.park()
    #expect(abs(features.regenerationDistance - 300) < 12)
  }

  @Test func onlyASteadyDemandHasAnError() throws {
    var car = Car()
    car.drive(120) { ($0[.recirculationCommanded], $0[.recirculationError]) = (30, -12) }
    // No demand, the end of the range, and a cold engine say nothing.
    car.drive(120) { ($0[.recirculationCommanded], $0[.recirculationError]) = (0, 60) }
    car.drive(120) { ($0[.recirculationCommanded], $0[.recirculationError]) = (30, 99.2) }
    car.drive(120) { ($0[.recirculationCommanded], $0[.recirculationError], $0.coolant) = (30, 50, 30) }
    let steady = try car.park()
    #expect(steady.recirculationError == -12)
    var demand = 10.0
    car.drive(300) { tick in
      demand = demand > 80 ? 10 : demand + 7
      (tick[.recirculationCommanded], tick[.recirculationError]) = (demand, -40)
    }
    let moving = try car.park()
    #expect(moving.recirculationError.isNaN)
  }
}
