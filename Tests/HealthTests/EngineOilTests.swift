// Engine oil: wear against the formula, age against the calendar, remaining life against both.
import Pipeline
import Testing
import Vocabulary

@testable import Health

@Suite struct EngineOilTests {
  @Test(arguments: [
    (-40.0, 3.0), (20, 3), (30, 2.5), (40, 2), (60, 1.3), (80, 1), (90, 1), (100, 1), (105, 1.15), (110, 1.3),
    (120, 1.8), (130, 2.6), (140, 4), (145, 5), (150, 6), (300, 6),
  ])
  func penaltyByTemperature(celsius: Double, penalty: Double) {
    #expect(abs(EngineOil.penalty(celsius) - penalty) < 1e-12)
  }

  /// An hour at 2,100 rpm and 60 km/h is 126,000 of the 31.5 million revolutions of an interval.
  @Test func aConstantDriveWearsByTheFormula() throws {
    var ward = Ward([(.engineOil, "used", 0)])
    for _ in 0..<10 { ward.drive() }
    let report = ward.report(.engineOil)
    #expect(abs(report.consumed - 10 * 126_000 / 31.5e6) < 1e-9)
    #expect(abs(try #require(report.evidence(.oilWearNormal)).value - 4) < 1e-6, "percent")
    for _ in 0..<10 { ward.drive { $0.oilTemperature = 130 } }
    #expect(abs(ward.report(.engineOil).consumed - (1 + 2.6) * 0.04) < 1e-9)
  }

  @Test func theLedgerSaysWhatWoreTheOil() throws {
    var ward = Ward([(.engineOil, "used", 0)])
    ward.drive { $0.oilTemperature = 40 }
    ward.drive { $0.oilTemperature = 90 }
    ward.drive { $0.oilTemperature = 130 }
    ward.drive { ($0.engineSpeed, $0.speed) = (800, 0) }
    let report = ward.report(.engineOil)
    let hour = 126_000 / 31.5e6 * 100
    for (feature, percent) in [
      (Feature.oilWearCold, 2 * hour), (.oilWearNormal, hour), (.oilWearHot, 2.6 * hour),
      (.oilWearIdle, hour * 800 / 2100),
    ] {
      let ground = report.evidence(feature)
      // Of five grounds the weightiest four are told; idling is the least.
      if feature == .oilWearIdle { #expect(ground == nil || abs((ground?.value ?? 0) - percent) < 1e-6) } else {
        #expect(abs(try #require(ground).value - percent) < 1e-6)
      }
    }
    #expect(report.evidence[0].feature == .oilWearHot)
    let shares = (0..<report.evidence.count).reduce(0) { $0 + report.evidence[$1].share }
    #expect(shares <= 1 + 1e-12 && shares > 0.8)
  }

  /// Without a sensor the oil follows the coolant: 8 kelvin above it and more under load, in minutes.
  @Test func withoutASensorTheOilFollowsTheCoolant() {
    var cold = Ward([(.engineOil, "used", 0)])
    cold.drive(minutes: 1) { ($0.oilTemperature, $0.coolant) = (nil, 20) }
    var warm = Ward([(.engineOil, "used", 0)])
    warm.drive(minutes: 1) { ($0.oilTemperature, $0.coolant) = (nil, 88) }
    #expect(abs(warm.report(.engineOil).consumed - 0) < 1 && cold.monitor.checkpoint.engineOil.ledger[0] > 0)
    #expect(warm.monitor.checkpoint.engineOil.ledger[0] == 0 && warm.monitor.checkpoint.engineOil.ledger[1] > 0)
    let steady = 88 + 8 + 0.004 * 2100 * 0.3
    warm.drive(minutes: 120) { ($0.oilTemperature, $0.coolant) = (nil, 88) }
    #expect(abs(warm.monitor.checkpoint.engineOil.oilTemperature - steady) < 0.01)
    warm.drive(minutes: 1) { ($0.oilTemperature, $0.coolant) = (nil, 20) }
    let celsius = warm.monitor.checkpoint.engineOil.oilTemperature
    #expect(celsius < 25, "a trip begins with the oil at the coolant's temperature")
  }

  // MARK: Unknown and learning

  @Test func whatIsMissingIsSaid() {
    let speed = "Vehicle.Speed"
    var ward = Ward(without: [speed])
    ward.drive { $0.speed = nil }
    #expect(ward.report(.engineOil).reasonText?.contains("maps the inputs of engine-oil") == true)
    ward = Ward()
    #expect(ward.report(.engineOil).reasonText == "no valid Vehicle.Powertrain.CombustionEngine.Speed seen yet")
    ward.drive { ($0.coolant, $0.oilTemperature) = (nil, nil) }
    #expect(
      ward.report(.engineOil).reasonText
        == "no valid Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature seen yet")
    ward = Ward()
    ward.drive(minutes: 0.5)
    let report = ward.report(.engineOil)
    #expect(report.reasonText == "0 trips seen yet" && report.state == .unknown)
    #expect(report.score.isNaN && report.consumed.isNaN && report.atKm.isNaN && report.remainingUsefulLife == nil)
  }

  @Test func belowFourTripsItLearns() {
    var ward = Ward([(.engineOil, "used", 0)])
    for n in 1...3 {
      ward.drive()
      let report = ward.report(.engineOil)
      #expect(report.state == .learning && report.remainingUsefulLife == nil && report.score > 0)
      #expect(report.reasonText == "\(n) of 4 trips seen")
    }
    ward.drive()
    let report = ward.report(.engineOil)
    #expect(report.state.isBand && report.remainingUsefulLife != nil && report.reasonText == nil && report.ticks == 4)
  }

  @Test func aLongSilenceIsNotFourOfFour() {
    var ward = Ward([(.engineOil, "used", 0)])
    for _ in 0..<20 { ward.drive() }
    ward.day = 170
    let report = ward.report(.engineOil)
    #expect(report.state == .learning && report.reasonText == "too few trips seen lately to judge by")
  }

  // MARK: Remaining life

  private func ascending(_ q: Quantiles) -> Bool {
    let values = [0, q.p05, q.p10, q.p25, q.p50, q.p75, q.p90, q.p95]
    return zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }
  }

  @Test(arguments: [0, 0.3, 0.7, 0.95, 1.1]) func quantilesAscend(used: Double) throws {
    for last in [nil, 10.0, -200, -340, -500] {
      var given: [(ComponentID, String, Double)] = [(.engineOil, "used", used)]
      if let last { given.append((.engineOil, "last_service", Ward.wallSeconds(last))) }
      var ward = Ward(given)
      for day in 0..<30 {
        ward.day = Double(day)
        ward.drive(minutes: 40)
      }
      let life = try #require(ward.report(.engineOil).remainingUsefulLife)
      #expect(ascending(life.km) && ascending(life.days), "last service on day \(String(describing: last))")
    }
  }

  @Test func nominalUseLeavesTheRestOfTheInterval() throws {
    var ward = Ward([(.engineOil, "used", 0), (.engineOil, "interval_months", 60)])
    for day in 0..<60 {
      ward.day = Double(day)
      ward.drive()
    }
    // 3,600 of 15,000 km at 60 km a day.
    let life = try #require(ward.report(.engineOil).remainingUsefulLife)
    #expect(abs(life.km.p50 / 11_400 - 1) < 0.12 && life.km.p05 < 11_400 && life.km.p95 > 11_400)
    #expect(abs(life.days.p50 / 190 - 1) < 0.15)
  }

  @Test func theCalendarGovernsAnOilThatIsHardlyUsed() throws {
    var ward = Ward([(.engineOil, "last_service", Ward.wallSeconds(-300))])
    for day in 0..<30 {
      ward.day = Double(day)
      ward.drive(minutes: 10)
    }
    let report = ward.report(.engineOil)
    let age = 329.0 / 365.25
    #expect(abs(report.consumed - age) < 1e-3 && report.confirmation == 1)
    #expect(abs(try #require(report.remainingUsefulLife).days.p50 - (365.25 - 329)) < 0.1)
    #expect(report.evidence[0].feature == .oilAge && abs(report.evidence[0].value - 12 * age) < 0.01)
    ward.day = 80
    ward.drive()
    let due = ward.report(.engineOil)
    #expect(due.consumed > 1 && due.score < 10 && due.remainingUsefulLife?.days.p95 == 0)
  }

  @Test func anUnknownAgeWidensTheIntervalAndSaysSo() throws {
    func life(_ given: [(ComponentID, String, Double)]) -> HealthReport {
      var ward = Ward(given)
      for day in 0..<20 {
        ward.day = Double(day)
        ward.drive()
      }
      return ward.report(.engineOil)
    }
    let known = life([(.engineOil, "used", 0)])
    let unknown = life([])
    let (narrow, wide) = (try #require(known.remainingUsefulLife), try #require(unknown.remainingUsefulLife))
    #expect(wide.km.p95 - wide.km.p05 > narrow.km.p95 - narrow.km.p05 && wide.km.p05 < 0.3 * narrow.km.p05)
    #expect(wide.km.p50 < 0.7 * narrow.km.p50 && wide.km.p95 <= narrow.km.p95)
    #expect(unknown.reasonText?.contains("telltale service engine-oil") == true && known.reasonText == nil)
    #expect(unknown.score == known.score, "the width alone is no alarm")
  }

  @Test func anEndWithinThePlanningHorizonLowersTheScore() {
    var ward = Ward([(.engineOil, "used", 0.5), (.engineOil, "last_service", Ward.wallSeconds(-346))])
    for day in 0..<10 {
      ward.day = Double(day)
      ward.drive(minutes: 10)
    }
    let report = ward.report(.engineOil)
    #expect(report.score < 40 && report.confirmation == 1)
  }

  // MARK: Clock

  /// Oil grows no younger when the gateway boots in 1970.
  @Test func aLostClockDoesNotMakeTheOilYoung() {
    var ward = Ward([(.engineOil, "last_service", Ward.wallSeconds(-360))])
    for day in 0..<6 {
      ward.day = Double(day)
      ward.drive()
    }
    let before = ward.report(.engineOil).consumed
    ward.quality = .none
    for _ in 0..<6 { ward.drive() }
    let after = ward.report(.engineOil).consumed
    #expect(before > 0.99 && abs(after - before) < 0.01)
  }

  @Test func withoutAClockThereIsNoAge() {
    var ward = Ward([(.engineOil, "used", 0)])
    ward.quality = .none
    for _ in 0..<6 { ward.drive() }
    #expect(abs(ward.report(.engineOil).consumed - 6 * 0.004) < 1e-9)
    #expect(ward.monitor.checkpoint.engineOil.age.from == 0)
  }

  @Test func daysWithoutDrivesCount() {
    var daily = Ward([(.engineOil, "used", 0)])
    var weekly = daily
    for day in 0..<280 {
      (daily.day, weekly.day) = (Double(day), Double(day))
      daily.drive(minutes: 10)
      if day % 7 == 0 { weekly.drive(minutes: 10) }
    }
    let perDay = (daily.monitor.usage.rate.mean, weekly.monitor.usage.rate.mean)
    #expect(abs(perDay.0 - 10) < 1.5 && abs(perDay.1 - 10.0 / 7) < 1.5)
  }

  // MARK: What was not seen

  @Test func kilometresWithoutInputsWearAtTheUsualRate() {
    var seen = Ward([(.engineOil, "used", 0)])
    var half = seen
    for i in 0..<100 {
      seen.drive()
      half.drive { if i % 2 == 1 { ($0.coolant, $0.oilTemperature) = (nil, nil) } }
    }
    let (all, some) = (seen.report(.engineOil).consumed, half.report(.engineOil).consumed)
    #expect(abs(some / all - 1) < 0.02)
  }

  @Test func whatTheConfigurationSaysLaterHoldsAfterARestart() throws {
    var first = Ward()
    for day in 0..<10 {
      first.day = Double(day)
      first.drive()
    }
    #expect(first.report(.engineOil).reasonText?.contains("telltale service engine-oil") == true)
    // The technician does what the reason says.
    var second = Ward([(.engineOil, "last_service", Ward.wallSeconds(-200)), (.engineOil, "used", 0.4)])
    second.monitor.restore(first.monitor.checkpoint)
    second.day = 10
    let report = second.report(.engineOil)
    #expect(abs(try #require(report.evidence(.oilAge)).value - 210 / 30.4375) < 1e-6)
    #expect(abs(second.monitor.checkpoint.engineOil.wear.used - 0.44) < 1e-9)
    var third = Ward([(.engineOil, "last_service", Ward.wallSeconds(-200)), (.engineOil, "used", 0.4)])
    third.monitor.restore(second.monitor.checkpoint)
    #expect(abs(third.monitor.checkpoint.engineOil.wear.used - 0.44) < 1e-9, "said twice is counted once")
  }

  // MARK: Workshop

  /// One drive of an hour is 0.4 % of the oil.
  private func worn(_ drives: Int, _ given: [(ComponentID, String, Double)] = []) -> Ward {
    var ward = Ward(given)
    for day in 0..<drives {
      ward.day = Double(day)
      ward.drive()
    }
    return ward
  }

  @Test func anOilChangeBeginsAnew() throws {
    var ward = worn(50, [(.engineOil, "last_service", Ward.wallSeconds(-300))])
    ward.monitor.serviced(.engineOil, at: Ward.stamp(50))
    ward.day = 50
    let report = ward.report(.engineOil)
    #expect(report.consumed < 1e-9 && report.reason.text(Ward.catalogue()) == nil)
    #expect(report.evidence(.oilWearNormal) == nil)
    #expect(abs(try #require(report.evidence(.oilAge)).value) < 1e-9)
    // The configuration's date is that of the oil that is gone.
    var next = Ward([(.engineOil, "last_service", Ward.wallSeconds(-300)), (.engineOil, "used", 0.5)])
    next.monitor.restore(ward.monitor.checkpoint)
    next.day = 60
    #expect(abs(next.report(.engineOil).consumed - 10 / 365.25) < 1e-6)
  }

  @Test func aServiceMakesAnUnknownPastKnown() {
    var ward = worn(10)
    #expect(ward.report(.engineOil).reasonText?.contains("unknown") == true)
    ward.monitor.serviced(.engineOil, at: Ward.stamp(10))
    ward.drive()
    #expect(ward.report(.engineOil).reasonText == nil)
  }

  @Test func theControlUnitsOilLifeIsBelieved() throws {
    var ward = worn(50, [(.engineOil, "used", 0), (.engineOil, "interval_months", 60)])
    let before = try #require(ward.report(.engineOil).remainingUsefulLife)
    // 20 % by revolutions, 30 % by the control unit.
    _ = ward.monitor.measured(.engineOil, quantity: 0, value: 70, deviation: 2, at: Ward.stamp(50))
    let after = ward.report(.engineOil)
    #expect(after.consumed > 0.22 && after.consumed < 0.3)
    let life = try #require(after.remainingUsefulLife)
    #expect(life.km.p50 < 0.9 * before.km.p50)
    #expect(life.km.p95 / life.km.p05 < before.km.p95 / before.km.p05, "and more is known")
  }

  @Test func anOilLifeThatJumpsUpIsAnOilChange() throws {
    var ward = worn(150, [(.engineOil, "used", 0)])
    #expect(ward.report(.engineOil).consumed > 0.59)
    _ = ward.monitor.measured(.engineOil, quantity: 0, value: 98, deviation: nil, at: Ward.stamp(150))
    ward.day = 150
    let report = ward.report(.engineOil)
    #expect(report.consumed < 0.05)
    #expect(abs(try #require(report.evidence(.oilAge)).value) < 1e-9)
  }

  @Test func anOilOfUnknownPastIsAsWornAsMeasured() throws {
    var ward = worn(20)
    _ = ward.monitor.measured(.engineOil, quantity: 0, value: 40, deviation: nil, at: Ward.stamp(20))
    ward.day = 20
    let report = ward.report(.engineOil)
    #expect(abs(report.consumed - 0.6) < 0.01 && report.reasonText == nil)
    #expect(abs(try #require(report.evidence(.oilAge)).value - 0.6 * 12) < 0.2, "and as old")
  }

  // MARK: What outlives

  @Test func aRestartGoesOnBitForBit() {
    var first = worn(30, [(.engineOil, "used", 0.1)])
    var second = Ward([(.engineOil, "used", 0.1)])
    second.monitor.restore(first.monitor.checkpoint)
    (second.day, first.day) = (30, 30)
    for _ in 0..<10 {
      first.drive(minutes: 33) { $0.oilTemperature = 70 }
      second.drive(minutes: 33) { $0.oilTemperature = 70 }
    }
    let (a, b) = (first.report(.engineOil), second.report(.engineOil))
    #expect(a.consumed == b.consumed && a.remainingUsefulLife == b.remainingUsefulLife && a.score == b.score)
  }

  @Test func countersOutliveAVersion() throws {
    var old = worn(50, [(.engineOil, "used", 0), (.engineOil, "last_service", Ward.wallSeconds(-30))])
    old.drive { $0.oilTemperature = 130 }
    _ = old.monitor.measured(.engineOil, quantity: 0, value: 72, deviation: 2, at: Ward.stamp(50))
    var new = Ward()
    let names = HealthMonitor.counters(of: .engineOil)
    old.monitor.counters { component, index, value in
      guard component == .engineOil, value.isFinite else { return }
      _ = new.monitor.restore(component, counter: names[index], value)
    }
    for day in 51..<56 {
      (old.day, new.day) = (Double(day), Double(day))
      old.drive()
      new.drive()
    }
    let (a, b) = (old.report(.engineOil), new.report(.engineOil))
    #expect(abs(a.consumed - b.consumed) < 1e-9 && b.reasonText == nil)
    for feature in [Feature.oilAge, .oilWearNormal, .oilWearHot] {
      let (kept, counted) = (try #require(b.evidence(feature)), try #require(a.evidence(feature)))
      #expect(abs(kept.value - counted.value) < 1e-6)
    }
    let (left, again) = (try #require(a.remainingUsefulLife).km, try #require(b.remainingUsefulLife).km)
    #expect(abs(left.p50 / again.p50 - 1) < 0.1, "the rate is learnt anew, the oil is not")
  }
}
