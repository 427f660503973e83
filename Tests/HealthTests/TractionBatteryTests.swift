// The traction battery: capacity against the new one's, steps, resets of its computer, and cells that part.
import Health
import Pipeline
import Testing
import Vocabulary

@Suite struct TractionBatteryTests {
  /// Drives for so many days and charges each of them: 40 % of the battery, with the display's scatter of 1 %.
  private func use(
    _ bench: inout ComponentBench, days: Int, capacity: Double, _ random: inout SeededNormal,
    _ set: (inout TripFeatures) -> Void = { _ in }
  ) {
    for _ in 0..<days {
      let share = 0.4 + 0.014 * random.next()
      bench.drive {
        $0.parts.traction.add(CapacityWindow(share: share, charge: 0.4 * capacity))
        set(&$0)
      }
    }
  }

  private static let counted: [FeatureInput] = [
    .tractionCurrent, .tractionCharge, .tractionVoltage, .tractionCellLowest, .tractionCellHighest,
  ]

  @Test func aNewBatteryIsUnknownThenLearningThenFine() throws {
    var bench = ComponentBench(.tractionBattery, [("capacity_ah", 150)], inputs: Self.counted)
    var random = SeededNormal(seed: 1)
    bench.drive()
    #expect(bench.report.state == .unknown)
    guard case .noValidTick(.capacityWindow) = bench.report.reason else {
      Issue.record("\(bench.report.reason)")
      return
    }
    use(&bench, days: 5, capacity: 150, &random)
    #expect(bench.report.state == .learning && bench.report.remainingUsefulLife == nil)
    use(&bench, days: 60, capacity: 150, &random)
    let report = bench.report
    #expect(report.state == .ok && report.score > 85)
    let days = try #require(report.remainingUsefulLife).days
    #expect(days.p50 > 1500 && days.p50 < 5000 && days.p05 < days.p50 && days.p50 < days.p95)
    let capacity = try #require(report.evidence(.batteryCapacity))
    #expect(abs(capacity.value - 100) < 2)
  }

  @Test func aUsedBatteryHasLessLeftThanANewOne() throws {
    var random = SeededNormal(seed: 2)
    func life(_ capacity: Double) throws -> (consumed: Double, days: Double) {
      var bench = ComponentBench(.tractionBattery, [("capacity_ah", 150)], inputs: Self.counted)
      use(&bench, days: 120, capacity: capacity, &random)
      return (bench.report.consumed, try #require(bench.report.remainingUsefulLife).days.p50)
    }
    let new = try life(150)
    let used = try life(132)
    #expect(abs(used.consumed - 0.6) < 0.08)
    #expect(used.days < 0.6 * new.days)
  }

  @Test func withoutACapacityTheFirstMonthCountsAsNewAndTheIntervalSaysSo() throws {
    func interval(_ given: [(String, Double)]) throws -> (width: Double, reason: HealthReason) {
      var random = SeededNormal(seed: 3)
      var bench = ComponentBench(.tractionBattery, given, inputs: Self.counted)
      use(&bench, days: 120, capacity: 141, &random)
      let days = try #require(bench.report.remainingUsefulLife).days
      return ((days.p95 - days.p05) / days.p50, bench.report.reason)
    }
    let guessed = try interval([])
    let known = try interval([("capacity_ah", 141)])
    #expect(guessed.width > 1.1 * known.width)
    guard case .wearUnknown(.tractionBattery) = guessed.reason else { Issue.record("\(guessed.reason)"); return }
    guard case .none = known.reason else { Issue.record("\(known.reason)"); return }
  }

  @Test func fadeRunsDownToTheEnd() throws {
    var bench = ComponentBench(.tractionBattery, [("capacity_ah", 150)], inputs: Self.counted)
    var random = SeededNormal(seed: 4)
    var early = Double.nan
    // A fast one: 20 % in four years.
    for month in 0..<46 {
      use(&bench, days: 30, capacity: 150 * (1 - 0.2 * Double(month) / 48), &random)
      if month == 23 { early = try #require(bench.report.remainingUsefulLife).days.p50 }
    }
    let report = bench.report
    #expect(report.score < 40 && report.confirmation >= 0.9)
    #expect(abs(report.consumed - 0.94) < 0.1)
    let left = try #require(report.remainingUsefulLife).days
    #expect(early > 2 * left.p50 && left.p05 < 60 && left.p95 > 60)
  }

  @Test func aModuleThatIsLostIsFoundByTwoCharges() {
    var bench = ComponentBench(.tractionBattery, [("capacity_ah", 150)], inputs: Self.counted)
    var random = SeededNormal(seed: 5)
    use(&bench, days: 200, capacity: 147, &random)
    #expect(bench.report.score > 80)
    use(&bench, days: 2, capacity: 124, &random)
    let report = bench.report
    #expect(report.score < 40 && report.confirmation >= 0.9 && report.consumed > 0.75)
    // It stays so with the month's value.
    use(&bench, days: 60, capacity: 124, &random)
    #expect(bench.report.score < 40)
  }

  @Test func oneOddWindowIsNoStep() {
    var bench = ComponentBench(.tractionBattery, [("capacity_ah", 150)], inputs: Self.counted)
    var random = SeededNormal(seed: 6)
    use(&bench, days: 200, capacity: 147, &random)
    let before = bench.report.score
    use(&bench, days: 1, capacity: 110, &random)
    use(&bench, days: 40, capacity: 147, &random)
    #expect(abs(bench.report.score - before) < 4)
  }

  // MARK: By the battery's own word

  private func tell(_ bench: inout ComponentBench, _ health: Double, days: Int) {
    for _ in 0..<days { bench.drive { $0.parts.traction.stateOfHealth = health } }
  }

  @Test func theBatterysOwnHealthIsAMeasurementAndItsResetNoHealing() throws {
    var bench = ComponentBench(.tractionBattery, inputs: [.tractionHealth])
    for month in 0..<36 { tell(&bench, 100 - Double(month) / 3, days: 30) }
    let before = bench.report
    #expect(abs(before.consumed - 0.58) < 0.1)
    // A display that jumps up by six percent: what was lost stays lost.
    for month in 36..<48 { tell(&bench, 106 - Double(month) / 3, days: 30) }
    #expect(bench.report.consumed > before.consumed)
    #expect(try #require(bench.report.remainingUsefulLife).days.p50 < #require(before.remainingUsefulLife).days.p50)
  }

  @Test func aBatteryThatWasReplacedBeginsAnew() {
    var bench = ComponentBench(.tractionBattery, inputs: [.tractionHealth])
    for month in 0..<36 { tell(&bench, 90 - Double(month) / 3, days: 30) }
    #expect(bench.report.score < 45)
    tell(&bench, 100, days: 130)
    #expect(bench.report.score > 90)
  }

  @Test func chargeThatWasCountedGoesBeforeADisplayThatStandsStill() {
    var bench = ComponentBench(
      .tractionBattery, [("capacity_ah", 150)], inputs: Self.counted + [.tractionHealth])
    var random = SeededNormal(seed: 7)
    for month in 0..<30 {
      use(&bench, days: 30, capacity: 150 * (1 - 0.004 * Double(month)), &random) {
        $0.parts.traction.stateOfHealth = 100
      }
    }
    #expect(bench.report.consumed > 0.45)
  }

  // MARK: Cells and resistance

  @Test func cellsThatPartTellAState() throws {
    var bench = ComponentBench(.tractionBattery, [("capacity_ah", 150)], inputs: Self.counted)
    var random = SeededNormal(seed: 8)
    use(&bench, days: 100, capacity: 150, &random) { $0.parts.traction.cellSpread = 0.02 }
    #expect(bench.report.score > 85)
    use(&bench, days: 100, capacity: 150, &random) { $0.parts.traction.cellSpread = 0.23 }
    let report = bench.report
    #expect(report.score < 40)
    let evidence = try #require(report.evidence(.cellSpread))
    #expect(evidence.share > 0.8 && evidence.reference == 0.02 && evidence.sinceKm >= 3900 && evidence.sinceKm < 4300)
  }

  @Test func resistanceIsHeldAgainstThatOfTheSameTemperature() throws {
    var bench = ComponentBench(.tractionBattery, [("capacity_ah", 150)], inputs: Self.counted)
    var random = SeededNormal(seed: 9)
    func warm(_ trip: inout TripFeatures) {
      trip.parts.traction.resistance = 0.1
      trip.parts.traction.resistanceTemperature = 25
    }
    func cold(_ trip: inout TripFeatures) {
      trip.parts.traction.resistance = 0.19
      trip.parts.traction.resistanceTemperature = -5
    }
    for _ in 0..<4 {
      use(&bench, days: 20, capacity: 150, &random, warm)
      use(&bench, days: 20, capacity: 150, &random, cold)
    }
    let evidence = try #require(bench.report.evidence(.packResistance))
    #expect(abs(evidence.value - 1) < 1e-6 && bench.report.score > 85)
  }

  // MARK: Workshop, restart, new version

  @Test func aMeasuredCapacityIsTheReferenceOfAllThatFollows() {
    var bench = ComponentBench(.tractionBattery, inputs: Self.counted)
    var random = SeededNormal(seed: 10)
    use(&bench, days: 100, capacity: 135, &random)
    #expect(bench.report.consumed < 0.15)
    let isTaken = bench.monitor.measured(.tractionBattery, quantity: 0, value: 90, deviation: nil, at: bench.stamp)
    #expect(isTaken)
    #expect(abs(bench.report.consumed - 0.5) < 0.05)
    use(&bench, days: 100, capacity: 135, &random)
    #expect(abs(bench.report.consumed - 0.5) < 0.12)
    guard case .none = bench.report.reason else { Issue.record("\(bench.report.reason)"); return }
  }

  @Test func aRestartGoesOnBitForBit() {
    var bench = ComponentBench(.tractionBattery, [("capacity_ah", 150)], inputs: Self.counted)
    var random = SeededNormal(seed: 11)
    use(&bench, days: 101, capacity: 146, &random)
    var other = bench
    other.monitor = bench.restarted([("capacity_ah", 150)])
    other.monitor.restore(bench.monitor.checkpoint)
    var same = random
    use(&bench, days: 77, capacity: 145, &random)
    use(&other, days: 77, capacity: 145, &same)
    #expect(bench.report.consumed.bitPattern == other.report.consumed.bitPattern)
    #expect(bench.report.remainingUsefulLife == other.report.remainingUsefulLife)
  }

  @Test func aNewVersionKeepsTheReferenceAndTheLoss() {
    var bench = ComponentBench(.tractionBattery, inputs: Self.counted)
    var random = SeededNormal(seed: 12)
    use(&bench, days: 40, capacity: 150, &random)
    use(&bench, days: 300, capacity: 138, &random)
    let consumed = bench.report.consumed
    #expect(consumed > 0.3)
    var monitor = bench.restarted()
    let names = HealthMonitor.counters(of: .tractionBattery)
    var kept: [(String, Double)] = []
    bench.monitor.counters { if $0 == .tractionBattery { kept.append((names[$1], $2)) } }
    for (name, value) in kept {
      let isKnown = monitor.restore(.tractionBattery, counter: name, value)
      #expect(isKnown)
    }
    bench.monitor = monitor
    use(&bench, days: 100, capacity: 138, &random)
    #expect(abs(bench.report.consumed - consumed) < 0.12)
  }
}
