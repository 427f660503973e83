// What must hold of every component, whatever its model: restarts, dates, pace, service, measurements and nonsense.
import Evaluation
import Health
import Pipeline
import Testing
import Vocabulary

private let kinds: [any SimulatedUnit.Type] = [
  EngineOilUnit.self, CoolingUnit.self, ChargingUnit.self, BatteryUnit.self, FrontPadsUnit.self, RearPadsUnit.self,
  TyrePressureUnit.self, TyreTreadUnit.self, AirFilterUnit.self, AirFlowSensorUnit.self, FuelSystemUnit.self,
  CatalystUnit.self, OxygenSensorsUnit.self, ParticulateFilterUnit.self, ExhaustRecirculationUnit.self,
  TransmissionFluidUnit.self, TractionBatteryUnit.self, WheelBearingsUnit.self, TroubleCodeUnit.self,
]

private func kind(of component: ComponentID) throws -> any SimulatedUnit.Type {
  try #require(kinds.first { $0.component == component }, "every component has a part")
}

/// Parts that live neither for decades nor for a few weeks.
private func watched(
  _ component: ComponentID, _ variant: UnitVariant = .nominal, day: Double = 0, km: Double = 1, days: Double = 1
) throws -> MetamorphicWard {
  let seed: UInt64 =
    switch component {
    case .particulateFilter, .tractionBattery: 10
    case .airFilter: 1
    default: 7
    }
  return try MetamorphicWard(kind(of: component), variant, seed: seed, day: day, km: km, days: days)
}

/// Parts of which a remaining life is told by the end of their lives.
private let withAnEnd = ComponentID.allCases.filter {
  ![.airFlowSensor, .wheelBearings, .troubleCodes].contains($0)
}

@Suite struct MetamorphicComponentTests {
  /// Early, in mid-life and late: another process goes on with the bytes as if nothing had been.
  @Test(arguments: ComponentID.allCases) func aRestartChangesNothing(_ component: ComponentID) throws {
    var through = try watched(component)
    var restarted = through
    for _ in 0..<3 {
      through.drive(trips: 2)
      restarted.drive(trips: 2)
      restarted.restart()
      #expect(restarted.report.bits == through.report.bits)
    }
    for consumed in [0.4, 0.7, 0.95] {
      through.drive(until: consumed)
      restarted.drive(until: consumed)
      restarted.restart()
      through.drive(trips: 7)
      restarted.drive(trips: 7)
      #expect(restarted.report.bits == through.report.bits)
    }
    #expect(through.report.state.isBand, "nothing would be compared")
  }

  /// Three years later, on the same days of the week, the same vehicle is told the same.
  @Test(arguments: ComponentID.allCases) func theDateDoesNotMatter(_ component: ComponentID) throws {
    var now = try watched(component)
    var later = try watched(component, day: 1_024)
    now.drive(until: 0.7)
    later.drive(until: 0.7)
    let (a, b) = (now.report, later.report)
    #expect(a.state.isBand && a.state == b.state && a.ticks == b.ticks)
    // A date in seconds, and a day's share of it, round a little differently.
    #expect(abs(a.score - b.score) < 1e-3 && abs(a.consumed - b.consumed) < 1e-5, "\(a.score) \(b.score)")
    if let early = a.remainingUsefulLife, let late = b.remainingUsefulLife {
      for (x, y) in zip(early.km.ascending, late.km.ascending) { #expect(abs(x - y) <= 1e-3 * x + 1) }
      for (x, y) in zip(early.days.ascending, late.days.ascending) { #expect(abs(x - y) <= 2e-3 * x + 1) }
    } else {
      #expect((a.remainingUsefulLife == nil) == (b.remainingUsefulLife == nil))
    }
  }

  /// Nothing known, measurements out of range, counters of no version: the next reports are the same, to the last bit.
  @Test(arguments: ComponentID.allCases) func nonsenseChangesNothing(_ component: ComponentID) throws {
    var sound = try watched(component)
    sound.drive(until: 0.6)
    var told = sound
    var empty = VehicleTick(time: told.stamp.uptime, seconds: 1)
    for input in FeatureInput.allCases { empty[input] = .nan }
    told.monitor.observe(empty)
    told.monitor.observe(VehicleTick(time: told.stamp.uptime, seconds: .nan))
    let known = MeasurementDescription.of(component)
    for quantity in -1...known.count {
      let range = known.indices.contains(quantity) ? known[quantity].range : 0...1
      for value in [Double.nan, .infinity, -.infinity, range.lowerBound - 1, range.upperBound + 1] {
        #expect(!take(&told, quantity, value, nil), "quantity \(quantity), value \(value)")
      }
      for deviation in [Double.nan, .infinity, 0, -1] {
        #expect(!take(&told, quantity, range.upperBound, deviation), "quantity \(quantity), deviation \(deviation)")
      }
    }
    for name in HealthMonitor.counters(of: component) + ["no such counter"] {
      for value in [Double.nan, .infinity] {
        let isTaken = told.monitor.restore(component, counter: name, value)
        #expect(!isTaken, "\(name)")
      }
    }
    #expect(told.report.bits == sound.report.bits)
    sound.drive(trips: 12)
    told.drive(trips: 12)
    #expect(told.report.bits == sound.report.bits && told.report.state.isBand)
  }

  private func take(_ ward: inout MetamorphicWard, _ quantity: Int, _ value: Double, _ deviation: Double?) -> Bool {
    ward.monitor.measured(ward.component, quantity: quantity, value: value, deviation: deviation, at: ward.stamp)
  }

  /// Whatever has worn, a service leaves a part that is as good as new, or one that has to be met anew.
  @Test(arguments: ComponentID.allCases) func aServiceMakesThePartNew(_ component: ComponentID) throws {
    var ward = try watched(component)
    ward.drive(until: 0.95)
    let worn = ward.report
    #expect(worn.state.isBand && worn.score < 80, "\(worn.score)")
    ward.monitor.serviced(component, at: ward.stamp)
    let new = ward.report
    if new.state.isBand {
      #expect(new.consumed < 0.1 && new.score > 90, "\(new.consumed) \(new.score)")
      if let left = new.remainingUsefulLife, let before = worn.remainingUsefulLife {
        #expect(left.km.p50 > 2 * before.km.p50 && left.days.p50 > 2 * before.days.p50)
      }
    } else {
      #expect(new.remainingUsefulLife == nil && !(new.score < 90), "\(new.score)")
    }
  }

  /// Twice the distance a day: what wears by distance has as many kilometres left and half the days; what ages by days
  /// as many days and twice the kilometres.
  @Test(arguments: withAnEnd) func doublingTheUseADay(_ component: ComponentID) throws {
    let countsInDays = try kind(of: component).countsInDays
    var once = try watched(component)
    var twice = try watched(component, km: countsInDays ? 2 : 1, days: countsInDays ? 1 : 0.5)
    once.drive(until: 0.85)
    twice.drive(until: 0.85)
    let a = try #require(once.report.remainingUsefulLife)
    let b = try #require(twice.report.remainingUsefulLife)
    let (km, days) = (b.km.p50 / a.km.p50, b.days.p50 / a.days.p50)
    // Not to the kilometre: some take an observation a week, which is then another distance.
    #expect(abs(km / (countsInDays ? 2 : 1) - 1) < 0.25, "kilometres \(a.km.p50) to \(b.km.p50)")
    #expect(abs(days / (countsInDays ? 1 : 0.5) - 1) < 0.25, "days \(a.days.p50) to \(b.days.p50)")
  }

  /// Sound parts, trip by trip: the score stands still but for noise.
  @Test(arguments: ComponentID.allCases) func aHealthyTripDoesNotLowerTheScore(_ component: ComponentID) throws {
    var ward = try watched(component, .healthy)
    ward.drive(trips: 150)
    var score = ward.report.score
    for _ in 0..<40 {
      ward.drive()
      let now = ward.report.score
      #expect(now > score - 5, "\(score) to \(now)")
      score = now
    }
    #expect(score > 60)
  }

  /// The worse the workshop finds it, the less is left and the lower the score.
  @Test(arguments: ComponentID.allCases.flatMap { component in
    MeasurementDescription.of(component).map { (component, $0.name) }
  })
  func aWorseMeasurementShortensTheLife(_ component: ComponentID, _ name: String) throws {
    let known = MeasurementDescription.of(component)
    let quantity = try #require(known.firstIndex { $0.name == name })
    // From good to bad, in the quantity's own unit.
    let values: [Double] =
      switch name {
      case "thickness": [9, 7, 5, 3]
      case "depth", "depth_front", "depth_rear": [7, 5.5, 4, 2.5]
      case "oil_life": [80, 60, 40, 15]
      case "capacity": [98, 94, 89, 83]
      case "state_of_health": [95, 85, 75, 60]
      case "worn_share": [0.3, 0.45, 0.6, 0.85]
      case "ash": [20, 40, 60, 85]
      default: []
      }
    #expect(!values.isEmpty, "an unknown quantity")
    var ward = try watched(component)
    ward.drive(until: 0.5)
    var reports: [HealthReport] = []
    for value in values {
      var measured = ward
      #expect(take(&measured, quantity, value, nil))
      reports.append(measured.report)
    }
    for (better, worse) in zip(reports, reports.dropFirst()) {
      // An axle that is not the worst one decides nothing.
      #expect(worse.score <= better.score && worse.consumed >= better.consumed, "\(better.score) \(worse.score)")
      guard let long = better.remainingUsefulLife else { continue }
      let short = try #require(worse.remainingUsefulLife, "the end of a good part is told and not that of a bad one")
      // The upper levels also tell how certain the measurement was.
      for (x, y) in zip(short.km.ascending, long.km.ascending).prefix(4) { #expect(x <= y) }
      for (x, y) in zip(short.days.ascending, long.days.ascending).prefix(4) { #expect(x <= y) }
    }
    let (best, worst) = try (#require(reports.first), #require(reports.last))
    #expect(worst.score < best.score - 10, "\(best.score) \(worst.score)")
    if let long = best.remainingUsefulLife, let short = worst.remainingUsefulLife {
      #expect(short.km.p50 < 0.7 * long.km.p50 && short.days.p50 < 0.7 * long.days.p50)
    }
  }
}
