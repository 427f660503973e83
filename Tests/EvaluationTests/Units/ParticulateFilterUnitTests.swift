// The simulated particulate filter: its truth, and what is said of one of them.
import Evaluation
import Testing

@Suite struct ParticulateFilterUnitTests {
  @Test func itRegeneratesSoonerTheFullerItIs() {
    var unit = ParticulateFilterUnit(variant: .nominal, seed: 2)
    var (early, earlyCount, late, lateCount) = (0.0, 0.0, 0.0, 0.0)
    while unit.consumed < 1 {
      let km = unit.nextTrip().features.parts.exhaust.regenerationDistance
      guard km.isFinite else { continue }
      if unit.consumed < 0.2 {
        early += km
        earlyCount += 1
      } else if unit.consumed > 0.8 {
        late += km
        lateCount += 1
      }
    }
    #expect(earlyCount > 10 && lateCount > 10 && late / lateCount < 0.85 * early / earlyCount)
  }

  @Test func whereNobodyWatchesNothingIsTold() {
    var unit = ParticulateFilterUnit(variant: .gaps, seed: 4)
    var unseen = 0
    for _ in 0..<3000 where !unit.nextTrip().isSeen { unseen += 1 }
    #expect(unseen > 900 && unseen < 1100)
  }

  @Test func theSameSeedLivesTheSameLifeAndItsEndIsFound() {
    let result = UnitTrial.run(ParticulateFilterUnit.self, variant: .wrongPrior, units: 1, seed: 3)
    let again = UnitTrial.run(ParticulateFilterUnit.self, variant: .wrongPrior, units: 1, seed: 3)
    #expect(result.found == 1 && result.falseAlarms == 0)
    #expect(result.stages.map(\.medianErrorKm) == again.stages.map(\.medianErrorKm))
  }

  @Test func aHealthyOneRaisesNoAlarm() {
    let result = UnitTrial.run(ParticulateFilterUnit.self, variant: .healthy, units: 1, kmLimit: 40_000)
    #expect(result.falseAlarms == 0 && result.healthyKm > 39_000)
  }
}
