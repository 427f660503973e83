// Tyres, hubs, air filter and air-flow sensor of known truth against their models: found in time, and no false alarm.
import Evaluation
import Testing
import Vocabulary

@Suite struct ChassisUnitTests {
  /// Truths that the intervals of all told stages should hold: of so few units only a gross mistake shows.
  private static func check(
    _ result: TrialResult, inDays: Bool, found: Double, _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(result.found >= found, "\(result)", sourceLocation: location)
    for stage in result.stages where stage.stage == 0.5 || stage.stage == 0.75 {
      #expect(stage.told == stage.units && stage.units > 0, sourceLocation: location)
      let coverage = inDays ? stage.coverage90Days : stage.coverage90Km
      #expect(coverage >= 0.65, "\(stage)", sourceLocation: location)
    }
  }

  @Test func tyrePressure() {
    Self.check(UnitTrial.run(TyrePressureUnit.self, variant: .nominal, units: 20), inDays: true, found: 0.9)
    let healthy = UnitTrial.run(TyrePressureUnit.self, variant: .healthy, units: 5, kmLimit: 30_000)
    #expect(healthy.falseAlarms == 0 && healthy.healthyKm > 140_000)
    let step = UnitTrial.run(TyrePressureUnit.self, variant: .step, units: 8)
    #expect(step.found == 1 && step.medianDelayKm < 250)
  }

  @Test func tyreTread() {
    Self.check(UnitTrial.run(TyreTreadUnit.self, variant: .nominal, units: 10), inDays: false, found: 0.7)
    let healthy = UnitTrial.run(TyreTreadUnit.self, variant: .healthy, units: 3, kmLimit: 30_000)
    #expect(healthy.falseAlarms == 0)
  }

  @Test func airFilter() {
    Self.check(UnitTrial.run(AirFilterUnit.self, variant: .nominal, units: 30), inDays: false, found: 0.7)
    let healthy = UnitTrial.run(AirFilterUnit.self, variant: .healthy, units: 3, kmLimit: 40_000)
    #expect(healthy.falseAlarms == 0)
  }

  @Test func airFlowSensor() {
    let nominal = UnitTrial.run(AirFlowSensorUnit.self, variant: .nominal, units: 10)
    #expect(nominal.found == 1 && nominal.falseAlarms == 0)
    #expect(UnitTrial.run(AirFlowSensorUnit.self, variant: .healthy, units: 4, kmLimit: 50_000).falseAlarms == 0)
    #expect(UnitTrial.run(AirFlowSensorUnit.self, variant: .step, units: 5).medianDelayKm < 300)
  }

  @Test func wheelBearings() {
    let nominal = UnitTrial.run(WheelBearingsUnit.self, variant: .nominal, units: 10)
    #expect(nominal.found == 1 && nominal.falseAlarms == 0)
    for stage in nominal.stages { #expect(stage.told == 0, "no distance is told of a bearing") }
    #expect(UnitTrial.run(WheelBearingsUnit.self, variant: .healthy, units: 4, kmLimit: 50_000).falseAlarms == 0)
    #expect(UnitTrial.run(WheelBearingsUnit.self, variant: .step, units: 5).medianDelayKm < 500)
  }

  @Test func aSeedIsALife() {
    func life<Unit: SimulatedUnit>(_: Unit.Type, seed: UInt64) -> [Double] {
      var unit = Unit(variant: .nominal, seed: seed)
      return (0..<200).flatMap { _ in
        let trip = unit.nextTrip()
        return [trip.km, trip.days, unit.consumed]
      }
    }
    func isALife<Unit: SimulatedUnit>(_ unit: Unit.Type) -> Bool {
      life(unit, seed: 3) == life(unit, seed: 3) && life(unit, seed: 3) != life(unit, seed: 4)
    }
    #expect(isALife(TyrePressureUnit.self) && isALife(TyreTreadUnit.self) && isALife(WheelBearingsUnit.self))
    #expect(isALife(AirFilterUnit.self) && isALife(AirFlowSensorUnit.self))
  }
}
