// Cooling and fuel system on real drives: what the features are, no alarm in them, and faults put into them are found.
import Foundation
import Pipeline
import Testing
import Vocabulary

@testable import Health

@Suite(.enabled(if: corpusFolder != nil, "TELLTALE_CORPUS is not set"))
struct RealCarTests {
  private func trips(_ fault: (inout VehicleTick) -> Void = { _ in }) throws -> [TripFeatures] {
    try RealCarDrives.trips(in: try #require(corpusFolder).appendingPathComponent("obd/carobd"), fault: fault)
  }

  @Test func theFeaturesArePlausible() throws {
    let trips = try trips()
    #expect(trips.count == 5)
    let warm = trips.filter { $0.steadySeconds >= 100 }
    #expect(warm.count >= 4)
    for trip in warm { #expect(trip.steadyCoolant > 84 && trip.steadyCoolant < 89, "\(trip.steadyCoolant)") }
    let controlled = trips.filter { $0.parts.trim.seconds[TrimRange.cruise.rawValue] >= 60 }
    #expect(controlled.count >= 3)
    for trip in controlled {
      let trim = trip.parts.trim
      #expect(abs(trim.trim[TrimRange.cruise.rawValue]) < 8, "\(trim.trim[1])")
      #expect(trim.bankDifference.isNaN && trip.parts.catalyst.ratio.isNaN)
    }
  }

  /// Years of such drives: each is drawn from the real ones as a whole, so that ranges, drive and resolution hang
  /// together as they really do.
  private struct Year {
    var bench: ComponentBench
    var random: SeededNormal
    let healthy: [TripFeatures]
    let faulty: [TripFeatures]

    init(_ component: ComponentID, healthy: [TripFeatures], faulty: [TripFeatures] = [], seed: UInt64) {
      bench = ComponentBench(component)
      random = SeededNormal(seed: seed)
      self.healthy = healthy
      self.faulty = faulty
    }

    mutating func drive(isFaulty: Bool = false) -> HealthReport {
      let trips = isFaulty ? faulty : healthy
      let trip = trips[Int(random.uniform() * Double(trips.count))]
      // Drives of this car scatter by .59 K and 2.18 % (129 of them); five show less than all.
      let kelvin = 0.5 * random.next()
      let percent = 1.5 * random.next()
      bench.drive(27, days: 0.7) { features in
        let times = features.trip
        features = trip
        features.trip = times
        features.trip.engineSeconds = trip.trip.engineSeconds
        features.steadyCoolant += kelvin
        for i in 0..<3 { features.parts.trim.trim[i] += percent }
      }
      return bench.report
    }
  }

  @Test(arguments: [ComponentID.cooling, .fuelSystem]) func twoThousandDrivesGiveNoAlarm(_ component: ComponentID) throws {
    let healthy = try trips()
    var alarms = 0
    for seed in 1...4 as ClosedRange<UInt64> {
      var year = Year(component, healthy: healthy, seed: seed)
      var last = year.drive()
      for _ in 0..<500 {
        last = year.drive()
        if last.asks(below: 40) { alarms += 1 }
      }
      #expect(last.state == .ok && last.score > 80, "a component that stays unknown has not passed")
    }
    #expect(alarms == 0)
  }

  /// Drives after a fault until the report asks for service, or until the detector has seen it; nil when it has not.
  private func drives(
    _ component: ComponentID, faulty: [TripFeatures], limit: Int,
    _ isFound: (HealthReport, HealthMonitor.Checkpoint) -> Bool
  ) throws -> Int? {
    var year = Year(component, healthy: try trips(), faulty: faulty, seed: 9)
    for _ in 0..<200 { _ = year.drive() }
    return (1...limit).first { _ in
      let report = year.drive(isFaulty: true)
      return isFound(report, year.bench.monitor.checkpoint)
    }
  }

  @Test func aThermostatThatLeaksIsFound() throws {
    let five = try trips { tick in if let coolant = tick.coolant, coolant > 60 { tick.coolant = coolant - 5 } }
    let step = try drives(.cooling, faulty: five, limit: 100) { $1.cooling.detector.change == .down }
    let eleven = try trips { tick in if let coolant = tick.coolant, coolant > 60 { tick.coolant = coolant - 11 } }
    let failure = try drives(.cooling, faulty: eleven, limit: 100) { report, _ in report.score < 40 }
    print("real car, thermostat: -5 K found after \(step ?? -1) drives, -11 K is service after \(failure ?? -1)")
    #expect((step ?? 999) <= 60 && (failure ?? 999) <= 20)
  }

  @Test(arguments: [2.0, 4.0]) func fuelThatIsCorrectedIsFound(percent: Double) throws {
    let faulty = try trips { tick in if let trim = tick[.longTrim1] { tick[.longTrim1] = trim + percent } }
    let found = try drives(.fuelSystem, faulty: faulty, limit: 600) { $1.fuelSystem.detector.change == .up }
    print("real car, fuel trim: +\(percent) % found after \(found ?? -1) drives")
    #expect((found ?? 999) <= (percent < 3 ? 300 : 100))
  }
}
