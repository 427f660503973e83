// Exhaust gas recirculation: a valve that clogs, one that sticks, and one that is as it always was.
import Health
import Pipeline
import Testing
import Vocabulary

@Suite struct ExhaustRecirculationTests {
  private func drive(
    _ bench: inout ComponentBench, _ trips: Int, _ random: inout SeededNormal, error: (Int) -> Double
  ) {
    for i in 0..<trips {
      let value = error(i) + 5 * random.next()
      bench.drive(27, days: 0.7) { $0.parts.exhaust.recirculationError = value }
    }
  }

  @Test func anErrorThatWasAlwaysThereIsTheVehiclesOwn() {
    var bench = ComponentBench(.exhaustRecirculation)
    var random = SeededNormal(seed: 1)
    #expect(bench.report.state == .unknown)
    drive(&bench, 300, &random) { _ in -7 }
    let report = bench.report
    #expect(report.state == .ok && report.score > 85 && report.remainingUsefulLife == nil)
    guard case .noDegradation = report.reason else { Issue.record("\(report.reason)"); return }
  }

  @Test(arguments: [-1.0, 1]) func aValveThatClogsOrLeaksIsFollowedToTheEnd(direction: Double) throws {
    var bench = ComponentBench(.exhaustRecirculation)
    var random = SeededNormal(seed: 2)
    drive(&bench, 200, &random) { _ in 1 }
    drive(&bench, 400, &random) { 1 + direction * 30 * Double($0) / 600 }
    let middle = bench.report
    #expect(abs(middle.consumed - 0.65) < 0.15)
    let left = try #require(middle.remainingUsefulLife).km
    #expect(left.p05 < 5_400 && left.p95 > 5_400)
    drive(&bench, 170, &random) { 1 + direction * 30 * Double($0 + 400) / 600 }
    let report = bench.report
    #expect(report.score < 40 && report.confirmation >= 0.9)
    let evidence = try #require(report.evidence(.recirculationError))
    #expect(evidence.value * direction > 20 && evidence.sinceKm > 150 * 27)
  }

  @Test func aValveThatSticksIsToldAfterFiveDrives() {
    var bench = ComponentBench(.exhaustRecirculation)
    var random = SeededNormal(seed: 3)
    drive(&bench, 100, &random) { _ in 0 }
    drive(&bench, 4, &random) { _ in -80 }
    #expect(bench.report.score > 60)
    drive(&bench, 1, &random) { _ in -80 }
    #expect(bench.report.score < 20 && bench.report.confirmation == 1)
  }

  @Test func aValveThatWasExchangedBeginsAnew() {
    var bench = ComponentBench(.exhaustRecirculation)
    var random = SeededNormal(seed: 4)
    drive(&bench, 200, &random) { _ in 0 }
    drive(&bench, 400, &random) { -24 * Double($0) / 400 }
    #expect(bench.report.score < 60)
    drive(&bench, 60, &random) { _ in 0 }
    #expect(bench.report.score > 80)
    bench.monitor.serviced(.exhaustRecirculation, at: bench.stamp)
    #expect(bench.report.state == .unknown)
  }

  @Test func aRestartGoesOnBitForBitAndANewVersionKeepsTheOwnError() {
    var bench = ComponentBench(.exhaustRecirculation)
    var random = SeededNormal(seed: 5)
    drive(&bench, 203, &random) { _ in -8 }
    drive(&bench, 300, &random) { -8 - 20 * Double($0) / 300 }
    var other = bench
    other.monitor = bench.restarted()
    other.monitor.restore(bench.monitor.checkpoint)
    var same = random
    drive(&bench, 31, &random) { _ in -27 }
    drive(&other, 31, &same) { _ in -27 }
    #expect(bench.report.consumed.bitPattern == other.report.consumed.bitPattern)
    #expect(bench.report.remainingUsefulLife == other.report.remainingUsefulLife)

    let names = HealthMonitor.counters(of: .exhaustRecirculation)
    var monitor = bench.restarted()
    bench.monitor.counters { component, index, value in
      guard component == .exhaustRecirculation else { return }
      let isKnown = monitor.restore(component, counter: names[index], value)
      #expect(isKnown)
    }
    let consumed = bench.report.consumed
    bench.monitor = monitor
    drive(&bench, 60, &random) { _ in -28 }
    #expect(consumed > 0.4 && abs(bench.report.consumed - consumed) < 0.2)
  }
}
