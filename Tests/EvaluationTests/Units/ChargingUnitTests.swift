// Simulated generators: a decline is told with its end, a sound one never.
import Evaluation
import Testing
import Vocabulary

@Suite struct ChargingUnitTests {
  @Test func aDeclineIsFoundAndItsEndTold() throws {
    let result = UnitTrial.run(ChargingUnit.self, variant: .nominal, units: 8)
    #expect(result.found >= 0.7, "\(result.found)")
    let last = try #require(result.stages.last)
    // Before the onset nothing can be known: not each has been told at nine tenths of a life.
    #expect(last.told >= 1 && last.told < 8, "\(last)")
    #expect(try #require(result.stages.first).told <= 2)
  }

  @Test func aSoundGeneratorIsLeftAlone() {
    let result = UnitTrial.run(ChargingUnit.self, variant: .healthy, units: 2, kmLimit: 40_000)
    #expect(result.falseAlarms == 0 && result.healthyKm >= 80_000 && result.found.isNaN)
  }

  @Test func aGeneratorThatDiesIsFoundInDays() {
    let result = UnitTrial.run(ChargingUnit.self, variant: .step, units: 6)
    #expect(result.found == 1 && result.medianDelayKm < 400, "\(result.found) \(result.medianDelayKm)")
  }
}
