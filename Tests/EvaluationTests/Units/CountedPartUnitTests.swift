// Simulated counted parts: the models must tell their ends honestly. A few units here; two hundred in release.
import Evaluation
import Testing
import Vocabulary

@Suite struct CountedPartUnitTests {
  private func check<Unit: SimulatedUnit>(_: Unit.Type, units: Int) -> TrialResult {
    let result = UnitTrial.run(Unit.self, variant: .nominal, units: units)
    #expect(result.stages.count == 4 && result.worstUnit <= 1)
    for stage in result.stages {
      #expect(stage.units == units && stage.told == units, "a counted part always has an end")
    }
    // So few units scatter widely around the gates; an interval of half the width, or a biased one, still fails.
    let covered = result.stages.map(\.coverage90Km).reduce(0, +) / 4
    #expect(covered >= 0.75, "\(covered)")
    return result
  }

  @Test func engineOil() { #expect(check(EngineOilUnit.self, units: 16).found > 0.9) }
  @Test func frontPads() {
    let result = check(FrontPadsUnit.self, units: 6)
    #expect(result.found > 0.6 && result.stages[1].medianRelativeError < 0.5)
  }
  @Test func transmissionFluid() { _ = check(TransmissionFluidUnit.self, units: 4) }

  /// What the specification promises of one measurement.
  @Test func rearPadsThatWereMeasured() {
    let result = check(RearPadsUnit.self, units: 6)
    #expect(result.stages[1].medianRelativeError < 0.25 && result.stages[2].medianRelativeError < 0.4)
  }

  @Test func partsThatAreRenewedInTimeRaiseNoAlarm() {
    for result in [
      UnitTrial.run(FrontPadsUnit.self, variant: .healthy, units: 2, kmLimit: 50_000),
      UnitTrial.run(EngineOilUnit.self, variant: .healthy, units: 2, kmLimit: 50_000),
    ] {
      #expect(result.falseAlarms == 0 && result.healthyKm > 90_000 && result.stages.isEmpty, "\(result.component)")
    }
  }

  /// The same seed gives the same life, another one another, and with gaps a third of the trips is unseen.
  @Test func livesAreSeeded() {
    func life(_ seed: UInt64, _ variant: UnitVariant = .nominal) -> (km: [Double], seen: Int) {
      var unit = FrontPadsUnit(variant: variant, seed: seed)
      var trips: [SimulatedTrip] = []
      while unit.consumed < 1 { trips.append(unit.nextTrip()) }
      return (trips.map(\.km), trips.count { $0.isSeen })
    }
    let (a, b, c) = (life(1), life(1), life(2))
    #expect(a.km == b.km && a.km != c.km && a.seen == a.km.count)
    let gaps = life(1, .gaps)
    #expect(abs(Double(gaps.seen) / Double(gaps.km.count) - 2.0 / 3) < 0.06)
    let daily = a.km.reduce(0, +) / Double(a.km.count)
    #expect((5...200).contains(daily))
  }
}
