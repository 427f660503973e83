// Catalyst and oxygen sensors: by the control unit's test, by the sensors' movement, limits of either side.
import Pipeline
import Testing
import Vocabulary

@testable import Health

@Suite struct ExhaustTests {
  /// A seeded car on the bench; each drive of 27 km shows what `set` makes of a scatter of 8 % of the way to the limit.
  private struct Car {
    var bench: ComponentBench
    var random: SeededNormal

    init(_ component: ComponentID, _ seed: UInt64, inputs: [FeatureInput]? = nil) {
      bench = ComponentBench(component, inputs: inputs)
      random = SeededNormal(seed: seed &* 53 &+ 3)
    }

    @discardableResult
    mutating func drive(_ set: (inout CatalystFeatures, _ noise: Double) -> Void) -> HealthReport {
      let noise = 0.08 * random.next()
      bench.drive(27, days: 0.7) { set(&$0.parts.catalyst, noise) }
      return bench.report
    }

    /// The same of results that the control unit shows at the end of the drive.
    @discardableResult
    mutating func test(_ results: (_ noise: Double) -> [MonitorResult]) -> HealthReport {
      let noise = 0.08 * random.next()
      bench.drive(27, days: 0.7) { for result in results(noise) { $0.monitors.add(result) } }
      return bench.report
    }
  }

  /// A catalyst's test whose value stands at this ratio to its limit, in steps of 0.001.
  private static func result(_ ratio: Double, bank: UInt8 = 1, isLowest: Bool = false) -> MonitorResult {
    MonitorResult(
      monitor: 0x20 + bank, test: 0x80, scaling: 0x20, value: UInt16(max(1, 1000 * ratio)), low: isLowest ? 1000 : 0,
      high: isLowest ? 65_535 : 1000)
  }

  @Test func theIndexRatioIsHeldAgainstItsLimit() throws {
    var car = Car(.catalyst, 1)
    for _ in 0..<60 { car.drive { ($0.ratio, $0.seconds) = (0.15 + 0.6 * $1, 300) } }
    #expect(car.bench.report.score > 90)
    var report = car.bench.report
    for _ in 0..<60 { report = car.drive { ($0.ratio, $0.seconds) = (0.6 + 0.6 * $1, 300) } }
    let ground = report.evidence[0]
    #expect(ground.feature == .catalystRatio && abs(ground.value - 0.6) < 0.05 && abs(ground.reference - 0.15) < 0.05)
    #expect(report.consumed > 0.6 && report.consumed < 0.9 && ground.z > 5)
  }

  /// The control unit's limit may be the highest or the lowest good value.
  @Test(arguments: [false, true]) func theMonitorIsHeldAgainstItsLimit(isLowest: Bool) {
    var car = Car(.catalyst, 2)
    /// New at 0.3 of the highest, or at 3 times the lowest good value.
    func drive(_ way: Double) -> HealthReport {
      car.test { [Self.result(isLowest ? 3 - 2 * (way + $0) : 0.3 + 0.7 * (way + $0), isLowest: isLowest)] }
    }
    for _ in 0..<60 { _ = drive(0) }
    #expect(car.bench.report.score > 85)
    var report = drive(0.85)
    for _ in 0..<40 { report = drive(0.85) }
    let ground = report.evidence[0]
    let share = isLowest ? (now: 1 / 1.3, new: 1.0 / 3) : (now: 0.895, new: 0.3)
    #expect(ground.feature == .catalystMonitor && abs(ground.value - share.now) < 0.06, "\(ground)")
    #expect(abs(ground.reference - share.new) < 0.04 && report.score < 45)
    for _ in 0..<10 { report = drive(1.4) }
    #expect(report.score <= 10 && report.confirmation == 1)
  }

  /// Failed from the first day: the control unit says on which side of its limit it is good.
  @Test(arguments: [false, true]) func aPartThatHadFailedIsNotTakenForNew(isLowest: Bool) {
    var car = Car(.catalyst, 3)
    for _ in 0..<20 { car.test { [Self.result((isLowest ? 0.5 : 1.6) + 0.1 * $0, isLowest: isLowest)] } }
    #expect(car.bench.report.score == 0)
  }

  /// One that is near its limit from the first day was not new then.
  @Test func aWornPartIsNotTakenForNew() {
    var car = Car(.catalyst, 11)
    for _ in 0..<30 { car.test { [Self.result(0.9 + 0.3 * $0)] } }
    #expect(car.bench.report.consumed > 0.7 && car.bench.report.score < 55)
  }

  /// Each bank against what it was when new: one near its limit from the first day does not hide the other.
  @Test func theWorstBankIsJudged() {
    var car = Car(.catalyst, 8)
    for _ in 0..<60 { car.test { [Self.result(0.48 + 0.3 * $0), Self.result(0.1 + 0.5 * $0, bank: 2)] } }
    #expect(car.bench.report.score > 85)
    var report = car.bench.report
    for _ in 0..<60 { report = car.test { [Self.result(0.48 + 0.3 * $0), Self.result(0.8 + 0.5 * $0, bank: 2)] } }
    let ground = report.evidence[0]
    #expect(abs(ground.value - 0.8) < 0.06 && abs(ground.reference - 0.1) < 0.04, "\(ground)")
    #expect(report.consumed > 0.65 && report.consumed < 0.9)
  }

  @Test func theMonitorIsPreferredOnceItIsThere() {
    var car = Car(.catalyst, 4)
    for _ in 0..<30 { car.drive { ($0.ratio, $0.seconds) = (0.7 + 0.2 * $1, 300) } }
    #expect(car.bench.report.evidence[0].feature == .catalystRatio)
    for _ in 0..<10 {
      car.bench.drive(27) {
        ($0.parts.catalyst.ratio, $0.parts.catalyst.seconds) = (0.7, 300)
        $0.monitors.add(Self.result(0.25))
      }
    }
    #expect(car.bench.report.evidence[0].feature == .catalystMonitor && car.bench.report.score > 80)
  }

  /// A result that only repeats the last one is no new test, until two hundred kilometres have passed.
  @Test func aResultThatComesAgainCountsOnce() {
    var bench = ComponentBench(.catalyst)
    for _ in 0..<40 { bench.drive(10) { $0.monitors.add(Self.result(0.2)) } }
    #expect(bench.report.ticks == 2)
    bench.drive(10) { $0.monitors.add(Self.result(0.21)) }
    #expect(bench.report.ticks == 3, "another result is another test")
  }

  /// What stands when the part is replaced is a result of the old one.
  @Test func aNewPartIsNotJudgedByTheOldOnesResult() {
    var car = Car(.catalyst, 10, inputs: [])
    for _ in 0..<20 { car.test { [Self.result(1.3 + 0.1 * $0)] } }
    #expect(car.bench.report.score == 0)
    car.test { _ in [Self.result(1.3)] }
    car.bench.monitor.serviced(.catalyst, at: car.bench.stamp)
    for _ in 0..<5 { car.test { _ in [Self.result(1.3)] } }
    #expect(car.bench.report.reason.text(SignalCatalogue()) == "0 catalyst tests seen yet")
    for _ in 0..<10 { car.test { [Self.result(0.2 + 0.1 * $0)] } }
    #expect(car.bench.report.score > 90 && abs(car.bench.report.evidence[0].reference - 0.2) < 0.01)
  }

  /// A car that shows no oxygen sensor is judged by its control unit's tests all the same.
  @Test(arguments: [ComponentID.catalyst, .oxygenSensors]) func testsNeedNoSignal(component: ComponentID) {
    let catalogue = SignalCatalogue()
    var car = Car(component, 9, inputs: [.speed])
    car.drive { ($0.ratio, $0.switchingRate, $0.seconds) = (0.2 + $1, 1.5, 300) }
    let blind = car.bench.report
    #expect(blind.state == .unknown && blind.reason.text(catalogue)?.contains(component.name) == true)
    for _ in 0..<30 {
      car.test {
        let value = UInt16(60 + 100 * $0)
        return [
          MonitorResult(monitor: 0x21, test: 0x80, scaling: 0x20, value: value, low: 0, high: 205),
          MonitorResult(monitor: 0x01, test: 0x05, scaling: 0x10, value: value, low: 0, high: 180),
        ]
      }
    }
    let report = car.bench.report
    #expect(report.state == .ok && report.score > 85 && report.confidence > 0.9)
    #expect(report.evidence[0].feature == (component == .catalyst ? .catalystMonitor : .oxygenSensorMonitor))
    var next = car.bench.restarted()
    next.restore(car.bench.monitor.checkpoint)
    #expect(next.report(component, at: car.bench.stamp).score == report.score)
  }

  @Test func aSlowSensorIsSeenByItsSwitching() throws {
    var car = Car(.oxygenSensors, 5)
    for _ in 0..<60 { car.drive { ($0.switchingRate, $0.seconds) = (1.6 * (1 + $1), 300) } }
    #expect(car.bench.report.score > 90)
    var report = car.bench.report
    for _ in 0..<60 { report = car.drive { ($0.switchingRate, $0.seconds) = (0.55 * (1 + $1), 300) } }
    let ground = report.evidence[0]
    #expect(ground.feature == .oxygenSensorRate && abs(ground.value - 0.55) < 0.05 && report.score < 45)
  }

  @Test func agingHasAnEnd() {
    var told = 0
    for seed in 0..<5 as Range<UInt64> {
      var car = Car(.catalyst, seed)
      for _ in 0..<200 { car.test { [Self.result(0.3 + 0.7 * $0)] } }
      // To the limit in 60,000 km; half of it is gone.
      for drive in 1...1111 {
        car.test { [Self.result(0.3 + 0.7 * (Double(drive) / 2222 + $0))] }
      }
      guard let life = car.bench.report.remainingUsefulLife else { continue }
      told += 1
      #expect(life.km.p05 < 30_000 && life.km.p95 > 30_000, "\(life.km)")
    }
    #expect(told >= 4)
  }

  @Test func withoutATestNothingIsSaid() {
    let catalogue = SignalCatalogue()
    var bench = ComponentBench(.catalyst, inputs: [.oxygenRear])
    bench.drive { $0.monitors.add(MonitorResult(monitor: 0x21, test: 0x80, scaling: 0x20, value: 0, low: 0, high: 0)) }
    #expect(bench.report.state == .unknown && bench.report.score.isNaN)
    #expect(bench.report.reason.text(catalogue) == "0 catalyst tests seen yet")
    let blind = ComponentBench(.oxygenSensors, inputs: [.speed]).report
    #expect(blind.reason.text(catalogue)?.contains("oxygen-sensors") == true)
  }

  @Test(arguments: [ComponentID.catalyst, .oxygenSensors]) func aRestartGoesOnBitForBit(component: ComponentID) {
    func set(_ seen: inout CatalystFeatures, _ noise: Double) {
      (seen.ratio, seen.switchingRate, seen.seconds) = (0.4 + noise, 1 + noise, 300)
    }
    var car = Car(component, 6)
    for _ in 0..<200 { car.drive(set) }
    var other = car
    other.bench.monitor = car.bench.restarted()
    other.bench.monitor.restore(car.bench.monitor.checkpoint)
    for _ in 0..<40 {
      let (a, b) = (car.drive(set), other.drive(set))
      #expect(a.score == b.score && a.consumed == b.consumed && a.remainingUsefulLife == b.remainingUsefulLife)
    }
  }

  /// What is known of the new part, by either kind of test.
  @Test(arguments: [false, true]) func theReferenceOutlivesAVersion(isMonitored: Bool) {
    var car = Car(.catalyst, 7)
    func drive(_ share: Double) {
      if isMonitored {
        car.test { [Self.result(0.1), Self.result(1 / share + $0, bank: 2, isLowest: true)] }
      } else {
        car.drive { ($0.ratio, $0.seconds) = (0.75 * share + 0.1 * $1, 300) }
      }
    }
    for _ in 0..<40 { drive(0.2) }
    var next = car.bench.restarted()
    car.bench.monitor.counters { component, index, value in
      guard component == .catalyst, value.isFinite else { return }
      let isKnown = next.restore(component, counter: HealthMonitor.counters(of: component)[index], value)
      #expect(isKnown)
    }
    car.bench.monitor = next
    for _ in 0..<20 { drive(0.45) }
    let ground = car.bench.report.evidence[0]
    #expect(abs(ground.reference - (isMonitored ? 0.2 : 0.15)) < 0.03, "\(ground)")
  }
}
