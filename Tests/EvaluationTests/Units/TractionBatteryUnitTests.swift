// The simulated traction battery: its truth, and what is said of a few of them.
import Evaluation
import Testing

@Suite struct TractionBatteryUnitTests {
  @Test func itFadesAsItsPriorSaysAndAHealthyOneDoesNot() {
    var lives: [Double] = []
    for seed in 0..<40 {
      var unit = TractionBatteryUnit(variant: .nominal, seed: UInt64(seed))
      var days = 0.0
      while unit.consumed < 1 { days += unit.nextTrip().days }
      lives.append(days)
    }
    let median = lives.sorted()[20]
    #expect(abs(median - 3165) < 600)
    var healthy = TractionBatteryUnit(variant: .healthy, seed: 3)
    for _ in 0..<2000 { _ = healthy.nextTrip() }
    #expect(healthy.consumed == 0)
  }

  @Test func itsWindowsHoldTheCapacityThatIsLeft() {
    var unit = TractionBatteryUnit(variant: .nominal, seed: 5)
    var (sum, count, truth) = (0.0, 0.0, 0.0)
    while count < 100 {
      let features = unit.nextTrip().features.parts.traction
      for i in 0..<features.windowCount {
        sum += features.window(i).charge / features.window(i).share
        truth += 150 * (1 - 0.2 * unit.consumed)
        count += 1
      }
    }
    #expect(abs(sum / truth - 1) < 0.02)
  }

  @Test func aFewOfThemAreFoundInTimeAndNoneTooSoon() {
    let result = UnitTrial.run(TractionBatteryUnit.self, variant: .nominal, units: 4)
    #expect(result.found == 1 && result.falseAlarms == 0)
    #expect(result.stages[1].told == 4 && result.stages[1].coverage90Days >= 0.5)
    let step = UnitTrial.run(TractionBatteryUnit.self, variant: .step, units: 4)
    #expect(step.found >= 0.5 && step.medianDelayKm < 600)
  }

  @Test func aHealthyOneRaisesNoAlarm() {
    let result = UnitTrial.run(TractionBatteryUnit.self, variant: .healthy, units: 2, kmLimit: 60_000)
    #expect(result.falseAlarms == 0 && result.healthyKm > 110_000)
  }
}
