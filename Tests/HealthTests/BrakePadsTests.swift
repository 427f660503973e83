// Brake pads: wear by friction energy, thickness by measurement, and a past that nobody knows.
import Pipeline
import Testing
import Vocabulary

@testable import Health

@Suite struct BrakePadsTests {
  private func ward(_ given: [(name: String, value: Double)] = [("used", 0)], drives: Int = 0) -> WearWard {
    var ward = WearWard(.brakePadsFront, given)
    for _ in 0..<drives { ward.brake() }
    return ward
  }

  // MARK: Wear

  @Test(arguments: [(ComponentID.brakePadsFront, 50_000.0), (.brakePadsRear, 70_000)])
  func usualBrakingLastsTheUsualLife(component: ComponentID, life: Double) throws {
    var ward = WearWard(component, [("used", 0)])
    for _ in 0..<250 { ward.brake() }
    let report = ward.report()
    #expect(abs(report.consumed - 10_000 / life) < 1e-9)
    let left = try #require(report.remainingUsefulLife)
    #expect(abs(left.km.p50 / (life - 10_000) - 1) < 0.1 && abs(left.days.p50 * 40 / left.km.p50 - 1) < 0.1)
    #expect(left.km.p10 < 0.85 * left.km.p50 && left.km.p90 > 1.15 * left.km.p50, "of pads that nobody measured")
    #expect(abs(try #require(report.evidence(.padThickness)).value - (11 - 9 * 10_000 / life)) < 1e-6)
  }

  @Test func moreEnergyWearsMore() {
    var (gentle, hard) = (ward(), ward())
    for _ in 0..<20 {
      gentle.brake(severity: 0.5)
      hard.brake(severity: 2)
    }
    #expect(abs(hard.report().consumed / gentle.report().consumed - 4) < 1e-9)
  }

  /// Half worn pads were fitted, or the service was told by mistake: that is no news of how fast pads wear.
  @Test func aMeasurementRightAfterAServiceIsWearFromBefore() throws {
    var ward = ward(drives: 100)
    ward.monitor.serviced(.brakePadsFront, at: Ward.stamp(ward.day))
    ward.measure(0, 6.5)
    for _ in 0..<10 { ward.brake() }
    let half = ward.report()
    #expect(abs(half.consumed - 0.508) < 0.02)
    let left = try #require(half.remainingUsefulLife)
    #expect((18_000...32_000).contains(left.km.p50), "\(left.km.p50)")
    ward.monitor.serviced(.brakePadsFront, at: Ward.stamp(ward.day))
    for _ in 0..<10 { ward.brake() }
    let new = try #require(ward.report().remainingUsefulLife)
    #expect(ward.report().consumed < 0.02 && (40_000...60_000).contains(new.km.p50), "\(new.km.p50)")
  }

  @Test func theLedgerSaysWhatWoreThePads() throws {
    var ward = ward()
    for _ in 0..<6 {
      ward.drive {
        $0.brake = WearWard.braking(km: 40)
        $0.brake.front.hot = BrakeWork(kinetic: 2 * 60 * 40)
        $0.brake.front.fast = BrakeWork(kinetic: 0.5 * 60 * 40)
      }
    }
    let report = ward.report()
    #expect(abs(report.consumed - 6 * 3.5 * 40 / 50_000) < 1e-9)
    for (feature, share) in [
      (Feature.brakeWearHot, 2 / 3.5), (.brakeWearNormal, 1 / 3.5), (.brakeWearFast, 0.5 / 3.5),
    ] {
      let ground = try #require(report.evidence(feature))
      #expect(abs(ground.share - share) < 1e-9 && abs(ground.value - share * report.consumed * 100) < 1e-9)
    }
  }

  @Test func whatTheBatteryTookDoesNotWear() {
    var (friction, electric) = (ward(), ward())
    for _ in 0..<6 {
      friction.brake()
      electric.drive {
        $0.brake = WearWard.braking(km: 40)
        $0.brake.front.normal.recovered = 0.75 * 60 * 40 * 1_500
      }
    }
    #expect(abs(electric.report().consumed / friction.report().consumed - 0.25) < 1e-9)
  }

  @Test func aHeavierLoadWearsMore() {
    var (usual, loaded) = (ward([("used", 0), ("mass", 10_000)]), ward([("used", 0), ("mass", 10_000)]))
    for _ in 0..<20 {
      usual.brake()
      loaded.drive {
        $0.brake = WearWard.braking(km: 40)
        ($0.brake.mass, $0.brake.massMotion) = (20_000, 10_000)
      }
    }
    let ratio = loaded.report().consumed / usual.report().consumed
    #expect(ratio > 1.7 && ratio <= 2)
    // An estimate beyond reason is none.
    var absurd = ward([("used", 0), ("mass", 10_000)])
    for _ in 0..<20 {
      absurd.drive {
        $0.brake = WearWard.braking(km: 40)
        ($0.brake.mass, $0.brake.massMotion) = (300_000, 10_000)
      }
    }
    #expect(absurd.report().consumed == usual.report().consumed)
  }

  @Test func theResistanceOfTheVehicleIsAParameter() {
    var (usual, slippery) = (ward(), ward([("used", 0), ("resistance", 0)]))
    for _ in 0..<6 {
      usual.brake()
      slippery.brake()
    }
    #expect(abs(slippery.report().consumed / usual.report().consumed - 1.5) < 1e-9)
  }

  // MARK: Unknown and learning

  @Test func withoutAPedalNothingIsSaid() {
    let missing = WearWard(.brakePadsFront, without: [.brakePedal])
    #expect(missing.reason() == "no loaded adapter pack maps the inputs of brake-pads-front; see `telltaled --check`")
    var silent = WearWard(.brakePadsFront)
    silent.drive(unseen: [.brakePedal]) { _ in }
    #expect(silent.reason() == "no valid Vehicle.Chassis.Brake.PedalPosition seen yet")
    var idle = WearWard(.brakePadsFront)
    for _ in 0..<10 { idle.drive { $0.brake.watchedKm = 40 } }
    #expect(idle.reason() == "0 trips with braking seen yet" && idle.report().state == .unknown)
  }

  @Test func belowFourTripsItLearns() {
    var ward = ward(drives: 3)
    #expect(ward.report().state == .learning && ward.report().remainingUsefulLife == nil)
    #expect(ward.reason() == "3 of 4 trips with braking seen")
    ward.brake()
    #expect(ward.report().state.isBand && ward.report().remainingUsefulLife != nil && ward.reason() == nil)
  }

  @Test func aPedalThatLiesIsNotCounted() {
    var (honest, lying) = (ward(drives: 20), ward(drives: 20))
    for _ in 0..<20 {
      honest.brake()
      lying.drive {
        $0.brake = WearWard.braking(km: 40, severity: 30)
        $0.brake.isPedalStuck = true
      }
    }
    // The kilometres wore at the usual rate.
    #expect(abs(lying.report().consumed / honest.report().consumed - 1) < 1e-3)
    #expect(lying.report().confidence < 0.75 * honest.report().confidence)
  }

  @Test func kilometresThatNobodySawWearAtTheUsualRate() {
    var seen = ward()
    for _ in 0..<250 { seen.brake(severity: 1.5) }
    var (gaps, blind) = (seen, seen)
    for day in 0..<60 {
      seen.brake(severity: 1.5)
      if day % 3 == 2 {
        gaps.drive(unseenKm: 80) { $0.brake = WearWard.braking(km: 40, severity: 1.5) }
      }
      blind.drive { if day % 2 == 0 { $0.brake = WearWard.braking(km: 40, severity: 1.5) } }
    }
    #expect(abs(gaps.report().consumed / seen.report().consumed - 1) < 0.05)
    #expect(abs(blind.report().consumed / seen.report().consumed - 1) < 0.1)
  }

  // MARK: Measurements

  @Test func oneMeasurementNarrowsTheInterval() throws {
    var ward = ward(drives: 500)
    let before = try #require(ward.report().remainingUsefulLife).km
    // Counted 40 %, measured 50 %.
    ward.measure(0, 6.5, deviation: 0.36)
    let report = ward.report()
    #expect(abs(report.consumed - 0.48) < 0.01)
    let after = try #require(report.remainingUsefulLife).km
    #expect(after.p90 - after.p10 < 0.75 * (before.p90 - before.p10) && after.p50 < 0.85 * before.p50)
  }

  @Test func aWearSensorIsAMeasurement() {
    var ward = ward(drives: 500)
    ward.measure(1, 0.6)
    #expect(abs(ward.report().consumed - 0.59) < 0.01)
    let nonsense: [(Int, Double)] = [(1, 1.5), (2, 0.5), (-1, 0.5), (0, -1), (0, .nan)]
    for (quantity, value) in nonsense {
      let isTaken = ward.measure(quantity, value)
      #expect(!isTaken, "\(value) as quantity \(quantity)")
    }
  }

  @Test func anUnknownPastSaysSoUntilItIsMeasured() throws {
    var unknown = ward([], drives: 100)
    let report = unknown.report()
    let life = try #require(report.remainingUsefulLife).km
    #expect(unknown.reason()?.contains("telltale service brake-pads-front") == true)
    #expect(life.p05 < 6_000 && life.p95 > 30_000 && report.score > 90, "it may be anything, and that is no alarm")
    #expect(report.evidence(.padThickness) == nil)

    unknown.measure(0, 5.6)
    let measured = unknown.report()
    #expect(unknown.reason() == nil && abs(measured.consumed - 0.6) < 0.01)
    let left = try #require(measured.remainingUsefulLife).km
    #expect(left.p10 > 12_000 && left.p90 < 32_000 && abs(left.p50 - 20_000) < 2_000)
    // What comes after wears from there.
    for _ in 0..<250 { unknown.brake() }
    #expect(abs(unknown.report().consumed - 0.8) < 0.01)
  }

  @Test func padsThatGrewAreNewPads() throws {
    var ward = ward(drives: 1_000)
    #expect(ward.report().consumed > 0.79)
    // A little thicker than expected is a better estimate; much thicker is another pad.
    var other = ward
    other.measure(0, 5.5)
    #expect(other.report().consumed > 0.5)
    ward.measure(0, 10.9)
    let report = ward.report()
    #expect(report.consumed < 0.03)
    #expect(try #require(report.evidence(.padThickness)).sinceKm == 40_000)
    #expect(try #require(report.remainingUsefulLife).km.p50 > 35_000)
  }

  @Test func newPadsBeginAnew() throws {
    var ward = ward([], drives: 400)
    ward.monitor.serviced(.brakePadsFront, at: Ward.stamp(ward.day))
    #expect(ward.report().consumed == 0 && ward.reason() == nil)
    for _ in 0..<50 { ward.brake() }
    #expect(abs(ward.report().consumed - 0.04) < 1e-9)
    // A configuration that told of the old pads.
    var next = WearWard(.brakePadsFront, [("used", 0.7)])
    next.monitor.restore(ward.monitor.checkpoint)
    next.day = ward.day
    #expect(abs(next.report().consumed - 0.04) < 1e-9)
  }

  @Test func anEndWithinThePlanningHorizonLowersTheScore() {
    var ward = ward([("used", 0.9)], drives: 10)
    #expect(ward.report().score < 40 && ward.report().confirmation == 1)
    ward = self.ward([("used", 0.3)], drives: 10)
    #expect(ward.report().score > 80)
  }

  // MARK: What outlives

  @Test func aRestartGoesOnBitForBit() {
    var first = ward(drives: 100)
    first.measure(0, 9.5)
    var second = ward()
    second.monitor.restore(first.monitor.checkpoint)
    second.day = first.day
    for _ in 0..<20 {
      first.brake(severity: 1.3)
      second.brake(severity: 1.3)
    }
    let (a, b) = (first.report(), second.report())
    #expect(a.consumed == b.consumed && a.remainingUsefulLife == b.remainingUsefulLife && a.score == b.score)
    #expect(MemoryLayout<BrakePads.State>.size < 400)
  }

  @Test func countersOutliveAVersion() throws {
    var old = ward(drives: 500)
    old.measure(0, 6.5, deviation: 0.36)
    var new = old.upgraded()
    for _ in 0..<10 {
      old.brake()
      new.brake()
    }
    let (a, b) = (old.report(), new.report())
    #expect(abs(a.consumed - b.consumed) < 1e-9 && new.reason() == nil)
    let (left, again) = (try #require(a.remainingUsefulLife).km, try #require(b.remainingUsefulLife).km)
    #expect(abs(left.p50 / again.p50 - 1) < 0.05 && abs(left.p10 / again.p10 - 1) < 0.4, "\(left) \(again)")
    // And once more, and a new set of pads keeps what was learnt of the car.
    var third = new.upgraded()
    third.monitor.serviced(.brakePadsFront, at: Ward.stamp(third.day))
    for _ in 0..<10 { third.brake() }
    #expect(third.report().consumed > 1.15 * 10 * 40 / 50_000)
    // A counter beyond reason is left.
    let before = third.report().consumed
    for (name, value) in [("damage", -5.0), ("log_coefficient", 40), ("of_another_part", 1)] {
      _ = third.monitor.restore(.brakePadsFront, counter: name, value)
    }
    #expect(third.report().consumed == before)
  }
}
