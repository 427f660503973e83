// The simulated recirculation valve: its truth, and what is said of a few of them.
import Evaluation
import Testing

@Suite struct ExhaustRecirculationUnitTests {
  @Test func itsErrorFollowsTheTruthInEitherDirection() {
    var directions: Set<Bool> = []
    for seed in 0..<8 {
      var unit = ExhaustRecirculationUnit(variant: .nominal, seed: UInt64(seed))
      var (sum, truth, count) = (0.0, 0.0, 0.0)
      while unit.consumed < 1 {
        let error = unit.nextTrip().features.parts.exhaust.recirculationError
        guard error.isFinite, unit.consumed > 0.7 else { continue }
        sum += error
        truth += 30 * unit.consumed
        count += 1
      }
      #expect(abs(abs(sum) - truth) / count < 4)
      directions.insert(sum < 0)
    }
    #expect(directions.count == 2)
  }

  @Test func aFewOfThemAreFoundInTimeAndNoneTooSoon() {
    let result = UnitTrial.run(ExhaustRecirculationUnit.self, variant: .nominal, units: 8)
    #expect(result.found >= 0.85 && result.falseAlarms == 0)
    // Before the onset there is nothing to tell; near the end it is told of all.
    #expect(result.stages[0].told <= 2 && result.stages[3].told >= 7)
    let step = UnitTrial.run(ExhaustRecirculationUnit.self, variant: .step, units: 8)
    #expect(step.found >= 0.85 && step.medianDelayKm < 500)
  }

  @Test func aHealthyOneRaisesNoAlarm() {
    let result = UnitTrial.run(ExhaustRecirculationUnit.self, variant: .healthy, units: 3, kmLimit: 40_000)
    #expect(result.falseAlarms == 0 && result.healthyKm > 110_000)
  }
}
