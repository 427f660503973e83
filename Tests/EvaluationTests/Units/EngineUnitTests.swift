// Cooling, fuel system, catalyst and oxygen sensors of known truth against their models: found and covered, all quiet
// on healthy ones.
import Evaluation
import Testing
import Vocabulary

@Suite struct EngineUnitTests {
  /// Of so few units only a gross mistake shows.
  private static func check(_ result: TrialResult, _ location: SourceLocation = #_sourceLocation) {
    #expect(result.found >= 0.8, "\(result.found)", sourceLocation: location)
    var told = 0
    var within = 0.0
    for stage in result.stages where stage.told > 0 {
      told += stage.told
      within += stage.coverage90Km * Double(stage.told)
    }
    #expect(told >= 6 && within / Double(told) >= 0.6, "\(result.stages)", sourceLocation: location)
  }

  @Test func cooling() {
    Self.check(UnitTrial.run(CoolingUnit.self, variant: .nominal, units: 8))
    let healthy = UnitTrial.run(CoolingUnit.self, variant: .healthy, units: 2, kmLimit: 50_000)
    #expect(healthy.falseAlarms == 0 && healthy.healthyKm > 90_000)
    let step = UnitTrial.run(CoolingUnit.self, variant: .step, units: 4)
    #expect(step.found == 1 && step.medianDelayKm < 300)
  }

  @Test func fuelSystem() {
    Self.check(UnitTrial.run(FuelSystemUnit.self, variant: .nominal, units: 10))
    let healthy = UnitTrial.run(FuelSystemUnit.self, variant: .healthy, units: 3, kmLimit: 50_000)
    #expect(healthy.falseAlarms == 0 && healthy.healthyKm > 140_000)
    let step = UnitTrial.run(FuelSystemUnit.self, variant: .step, units: 4)
    #expect(step.found >= 0.75 && step.medianDelayKm < 400)
  }

  @Test func catalyst() {
    Self.check(UnitTrial.run(CatalystUnit.self, variant: .nominal, units: 8))
    let healthy = UnitTrial.run(CatalystUnit.self, variant: .healthy, units: 3, kmLimit: 50_000)
    #expect(healthy.falseAlarms == 0 && healthy.healthyKm > 140_000)
  }

  @Test func oxygenSensors() {
    Self.check(UnitTrial.run(OxygenSensorsUnit.self, variant: .nominal, units: 8))
    let healthy = UnitTrial.run(OxygenSensorsUnit.self, variant: .healthy, units: 3, kmLimit: 50_000)
    #expect(healthy.falseAlarms == 0)
  }

  @Test func aSeedIsALife() {
    func life<Unit: SimulatedUnit>(_: Unit.Type, seed: UInt64) -> [Double] {
      var unit = Unit(variant: .nominal, seed: seed)
      return (0..<200).flatMap { _ in
        let trip = unit.nextTrip()
        return [trip.km, trip.days, unit.consumed]
      }
    }
    #expect(life(CoolingUnit.self, seed: 3) == life(CoolingUnit.self, seed: 3))
    #expect(life(CoolingUnit.self, seed: 3) != life(CoolingUnit.self, seed: 4))
    #expect(life(FuelSystemUnit.self, seed: 3) == life(FuelSystemUnit.self, seed: 3))
    #expect(life(CatalystUnit.self, seed: 3) == life(CatalystUnit.self, seed: 3))
  }
}
