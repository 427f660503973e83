// The particulate filter: ash by resistance or by the control unit's count, and regenerations that go wrong.
import Health
import Pipeline
import Testing
import Vocabulary

@Suite struct ParticulateFilterTests {
  /// Drives so many kilometres with a regeneration every 350 km.
  private func drive(
    _ bench: inout ComponentBench, km: Double, resistance: (Double) -> Double, _ random: inout SeededNormal
  ) {
    let start = bench.km
    while bench.km < start + km {
      for i in 0..<10 {
        let clean = resistance(bench.km) * (1 + 0.06 * random.next())
        bench.drive(35) {
          guard i == 0 else { return }
          $0.parts.exhaust.regenerations = 1
          $0.parts.exhaust.regenerationDistance = 350
          $0.parts.exhaust.cleanResistance = clean
        }
      }
    }
  }

  @Test func distanceAloneTellsALifeThatIsHonestAboutItsPast() throws {
    func told(_ given: [(String, Double)]) throws -> HealthReport {
      var bench = ComponentBench(.particulateFilter, given, inputs: [.regeneration, .speed])
      for _ in 0..<100 { bench.drive(50) }
      return bench.report
    }
    let unknown = try told([])
    let known = try told([("used_km", 60_000)])
    #expect(unknown.state == .ok && known.state == .ok && known.score > 75)
    guard case .wearUnknown(.particulateFilter) = unknown.reason else { Issue.record("\(unknown.reason)"); return }
    let wide = try #require(unknown.remainingUsefulLife).km
    let narrow = try #require(known.remainingUsefulLife).km
    #expect(narrow.p05 < 135_000 && narrow.p95 > 135_000)
    #expect(wide.p05 < 0.3 * narrow.p05)
  }

  @Test func resistanceThatDoublesIsTheEnd() throws {
    var bench = ComponentBench(.particulateFilter, [("used_km", 0)])
    var random = SeededNormal(seed: 1)
    drive(&bench, km: 40_000, resistance: { 3 * (1 + $0 / 90_000) }, &random)
    let early = bench.report
    #expect(abs(early.consumed - 0.44) < 0.12 && early.score > 60)
    let middle = try #require(early.remainingUsefulLife).km
    #expect(middle.p05 < 50_000 && middle.p95 > 50_000)
    drive(&bench, km: 47_000, resistance: { 3 * (1 + $0 / 90_000) }, &random)
    let late = bench.report
    #expect(late.score < 40 && late.confirmation >= 0.9)
    let evidence = try #require(late.evidence(.filterResistance))
    #expect(abs(evidence.value - 1.97) < 0.15 && evidence.share > 0.8)
  }

  @Test func withoutASightOfRegenerationsTheLowestResistanceStandsForTheCleanOne() {
    var bench = ComponentBench(.particulateFilter, [("used_km", 0)])
    var random = SeededNormal(seed: 2)
    while bench.km < 80_000 {
      let soot = bench.km.truncatingRemainder(dividingBy: 500) / 250
      let clean = 3 * (1 + bench.km / 80_000) * (1 + 0.04 * random.next())
      bench.drive(35) { $0.parts.exhaust.filterResistance = clean + soot * 2 }
    }
    #expect(bench.report.score < 45)
  }

  @Test func ashThatTheControlUnitCountsIsBelievedFromTheFirst() throws {
    var bench = ComponentBench(.particulateFilter)
    for _ in 0..<150 { bench.drive(50) { $0.parts.exhaust.ashLoad = 55 } }
    let report = bench.report
    #expect(abs(report.consumed - 0.55) < 0.06)
    #expect(report.evidence(.ashLoad)?.value ?? 0 > 50)
    if case .wearUnknown = report.reason { Issue.record("ash is known") }
  }

  @Test func aFilterThatWasCleanedBeginsAnew() {
    var bench = ComponentBench(.particulateFilter)
    for i in 0..<600 { bench.drive(50) { $0.parts.exhaust.ashLoad = 55 + Double(i) / 30 } }
    #expect(bench.report.score < 65)
    for _ in 0..<120 { bench.drive(50) { $0.parts.exhaust.ashLoad = 3 } }
    #expect(bench.report.score > 90)
  }

  @Test func regenerationsThatFailOneAfterTheOtherAreToldAndOneIsNot() {
    var bench = ComponentBench(.particulateFilter, [("used_km", 0)])
    var random = SeededNormal(seed: 3)
    drive(&bench, km: 8_000, resistance: { _ in 3 }, &random)
    for _ in 0..<3 { bench.drive { $0.parts.exhaust.failedRegenerations = 1 } }
    #expect(bench.report.score > 80)
    for _ in 0..<60 { bench.drive { $0.parts.exhaust.failedRegenerations = 1 } }
    let report = bench.report
    #expect(report.score < 60 && report.evidence(.failedRegenerations)?.share ?? 0 > 0.5)
  }

  @Test func aNewRouteIsNoFullFilterButRegenerationsWithoutEndAre() {
    func score(shareOfDistance: Double) -> Double {
      var bench = ComponentBench(.particulateFilter, [("used_km", 0)], inputs: [.regeneration, .speed])
      var random = SeededNormal(seed: 4)
      for i in 0..<400 {
        let km = 400 * (i < 100 ? 1 : shareOfDistance) * (1 + 0.2 * random.next())
        bench.drive(20) {
          $0.parts.exhaust.regenerations = 1
          $0.parts.exhaust.regenerationDistance = km
        }
      }
      return bench.report.score
    }
    #expect(score(shareOfDistance: 1) > 75)
    #expect(score(shareOfDistance: 0.55) >= 40)
    #expect(score(shareOfDistance: 0.3) < 20)
  }

  @Test func aMeasuredAshHoldsForTrendAndDistance() throws {
    var bench = ComponentBench(.particulateFilter)
    var random = SeededNormal(seed: 5)
    drive(&bench, km: 10_000, resistance: { _ in 4 }, &random)
    #expect(bench.report.consumed < 0.2)
    let isTaken = bench.monitor.measured(.particulateFilter, quantity: 0, value: 60, deviation: nil, at: bench.stamp)
    #expect(isTaken)
    #expect(abs(bench.report.consumed - 0.6) < 0.02)
    drive(&bench, km: 5_000, resistance: { _ in 4 }, &random)
    #expect(abs(bench.report.consumed - 0.6) < 0.12)
  }

  @Test func aRestartGoesOnBitForBitAndANewVersionKeepsTheAsh() {
    var bench = ComponentBench(.particulateFilter, [("used_km", 0)])
    var random = SeededNormal(seed: 6)
    drive(&bench, km: 50_000, resistance: { 3 * (1 + $0 / 90_000) }, &random)
    var other = bench
    other.monitor = bench.restarted([("used_km", 0)])
    other.monitor.restore(bench.monitor.checkpoint)
    var same = random
    drive(&bench, km: 3_000, resistance: { 3 * (1 + $0 / 90_000) }, &random)
    drive(&other, km: 3_000, resistance: { 3 * (1 + $0 / 90_000) }, &same)
    #expect(bench.report.consumed.bitPattern == other.report.consumed.bitPattern)
    #expect(bench.report.remainingUsefulLife == other.report.remainingUsefulLife)

    let names = HealthMonitor.counters(of: .particulateFilter)
    var monitor = bench.restarted([("used_km", 0)])
    bench.monitor.counters { component, index, value in
      guard component == .particulateFilter else { return }
      let isKnown = monitor.restore(component, counter: names[index], value)
      #expect(isKnown)
    }
    other.monitor = monitor
    drive(&other, km: 3_000, resistance: { 3 * (1 + $0 / 90_000) }, &random)
    #expect(abs(other.report.consumed - bench.report.consumed) < 0.12)
  }
}
