// Simulated batteries: what is told of them holds, and the simulation is what it says it is.
import Evaluation
import Testing
import Vocabulary

@Suite struct BatteryUnitTests {
  @Test func whatIsToldOfBatteriesHolds() {
    let result = UnitTrial.run(BatteryUnit.self, variant: .nominal, units: 5)
    #expect(result.falseAlarms == 0 && result.found >= 0.8, "\(result.falseAlarms) \(result.found)")
    for stage in result.stages where stage.stage == 0.5 || stage.stage == 0.75 {
      #expect(stage.told == 5 && stage.coverage90Days >= 0.6, "\(stage)")
      #expect(stage.medianErrorDays < 700, "\(stage)")
    }
  }

  @Test func aSoundBatteryIsLeftAlone() {
    let result = UnitTrial.run(BatteryUnit.self, variant: .healthy, units: 2, kmLimit: 40_000)
    #expect(result.falseAlarms == 0 && result.healthyKm >= 80_000 && result.found.isNaN)
  }

  @Test func aCellThatFailsIsFoundInDays() {
    let result = UnitTrial.run(BatteryUnit.self, variant: .step, units: 4, seed: 20)
    #expect(result.found >= 0.75 && result.medianDelayKm < 500, "\(result.found) \(result.medianDelayKm)")
  }

  @Test func aSeedIsALife() {
    func life(_ seed: UInt64) -> (km: Double, days: Double) {
      var unit = BatteryUnit(variant: .nominal, seed: seed)
      var total = (km: 0.0, days: 0.0)
      while unit.consumed < 1 {
        let trip = unit.nextTrip()
        total.km += trip.km
        total.days += trip.days
      }
      return total
    }
    #expect(life(3) == life(3) && life(3) != life(5))
    let lives = (0..<40).map { life(UInt64($0)).days }.sorted()
    #expect(lives[20] > 1_300 && lives[20] < 2_100 && lives[0] > 600 && lives[39] < 5_000, "\(lives)")
  }
}
