// The monitor as a whole: restarts, bad numbers, more data, parameters.
import Pipeline
import Testing
import Vocabulary

@testable import Health

@Suite struct HealthMonitorTests {
  /// Those that the ward's drives say something about; their numbers are 0, 1 and 2.
  private static let driven: [ComponentID] = [.engineOil, .cooling, .charging]

  private func drive(_ ward: inout Ward, _ random: inout SeededNormal) {
    let (coolant, volts, air) = (88 + 0.6 * random.next(), 14 + 0.1 * random.next(), 1500 + 50 * random.next())
    ward.day += 0.7
    ward.drive(minutes: 12) { _ in } features: {
      ($0.steadyCoolant, $0.steadySeconds, $0.standingCoolant, $0.standingSeconds) = (coolant, 500, coolant + 5, 90)
      ($0.runningVoltage, $0.voltageSeconds, $0.voltageTemperature) = (volts, 600, 12)
      ($0.warmUpAir, $0.warmUpSeconds, $0.warmUpFrom) = (air, 280, 11)
    }
  }

  /// Reports as text, with every field in all its digits.
  private func text(_ ward: Ward) -> [String] {
    ComponentID.allCases.map { component in
      let report = ward.report(component)
      let grounds = (0..<report.evidence.count).map { String(describing: report.evidence[$0]) }
      return "\(report.state) \(report.score) \(report.confidence) \(report.consumed) \(report.confirmation) "
        + "\(String(describing: report.remainingUsefulLife)) \(report.reason) \(report.ticks) \(grounds)"
    }
  }

  @Test func aRestartChangesNothing() throws {
    var random = SeededNormal(seed: 9)
    var ward = Ward()
    for _ in 0..<70 { drive(&ward, &random) }
    let checkpoint = ward.monitor.checkpoint
    let bytes = withUnsafeBytes(of: checkpoint) { Array($0) }
    var other = ward
    other.monitor = Ward.monitor([], ward.inputs)
    #expect(text(other) != text(ward))
    other.monitor.restore(bytes.withUnsafeBytes { $0.loadUnaligned(as: HealthMonitor.Checkpoint.self) })
    #expect(text(other) == text(ward))
    var again = random
    for _ in 0..<30 {
      drive(&ward, &random)
      drive(&other, &again)
    }
    #expect(text(other) == text(ward), "and they go on alike")
  }

  @Test func moreTripsNeverLowerTheConfidence() {
    var random = SeededNormal(seed: 4)
    var ward = Ward()
    var before = [0.0, 0, 0]
    for _ in 0..<60 {
      drive(&ward, &random)
      for component in HealthMonitorTests.driven {
        let confidence = ward.report(component).confidence
        #expect(confidence >= before[Int(component.rawValue)] && confidence <= 1)
        before[Int(component.rawValue)] = confidence
      }
    }
    #expect(before == [1, 1, 1])
  }

  @Test func shortTripsBetweenDoNotTakeAwayConfidence() {
    var random = SeededNormal(seed: 4)
    var ward = Ward()
    for _ in 0..<20 {
      drive(&ward, &random)
      ward.drive(minutes: 3)
    }
    for component in [ComponentID.cooling, .charging] { #expect(ward.report(component).confidence == 1) }
  }

  @Test func confidenceFallsBetween30And180DaysOfSilence() {
    var random = SeededNormal(seed: 4)
    var ward = Ward()
    for _ in 0..<20 { drive(&ward, &random) }
    let last = ward.day
    for (days, confidence) in [(29.0, 1.0), (105, 0.5), (181, 0)] {
      ward.day = last + days
      #expect(abs(ward.report(.cooling).confidence - confidence) < 0.01)
    }
    ward.quality = .none
    #expect(ward.report(.cooling).confidence == 1, "a clock that cannot be trusted ages nothing")
  }

  /// Whatever a feature holds, the reports stay numbers.
  @Test(arguments: [Double.nan, .infinity, -.infinity]) func badFeaturesPoisonNothing(bad: Double) {
    var random = SeededNormal(seed: 8)
    var ward = Ward([(.engineOil, "used", 0)])
    let fields: [WritableKeyPath<TripFeatures, Double>] = [
      \.steadyCoolant, \.steadySeconds, \.standingCoolant, \.standingSeconds, \.warmUpAir, \.warmUpSeconds,
      \.warmUpFrom, \.runningVoltage, \.voltageSeconds, \.voltageTemperature, \.trip.distanceKm, \.trip.engineSeconds,
      \.trip.topSpeed, \.trip.coolantAtStart,
    ]
    for i in 0..<120 {
      drive(&ward, &random)
      ward.drive(minutes: 5) { _ in } features: {
        ($0.steadyCoolant, $0.steadySeconds, $0.standingCoolant, $0.standingSeconds) = (88, 500, 93, 90)
        ($0.runningVoltage, $0.voltageSeconds, $0.voltageTemperature) = (14, 600, 12)
        ($0.warmUpAir, $0.warmUpSeconds, $0.warmUpFrom) = (1500, 280, 11)
        $0[keyPath: fields[i % fields.count]] = bad
        if i % 5 == 0 { $0[keyPath: fields[(i * 7 + 3) % fields.count]] = bad }
      }
    }
    for component in HealthMonitorTests.driven {
      let report = ward.report(component)
      #expect(report.state == .ok && report.score > 60 && report.consumed.isFinite && report.confidence > 0.9)
      for i in 0..<report.evidence.count {
        #expect(report.evidence[i].value.isFinite && report.evidence[i].share.isFinite, "\(report.evidence[i].feature)")
      }
    }
  }

  @Test func parametersAreCheckedByNameAndRange() {
    var parameters = ComponentParameters(.cooling)
    #expect(parameters["failure_drop"] == 11)
    #expect(parameters.set("failure_drop", 8) && parameters["failure_drop"] == 8)
    for (name, value) in [("failure_drop", 2.9), ("failure_drop", .nan), ("interval_km", 9000), ("", 1)] {
      let isSet = parameters.set(name, value)
      #expect(!isSet, "\(name) \(value)")
    }
    #expect(parameters["failure_drop"] == 8 && parameters["interval_km"] == nil)
    #expect(ComponentParameters(.engineOil)["used"] == nil)
  }

  @Test func everyStandardValueIsInItsRange() {
    for component in ComponentID.allCases {
      let descriptions = ComponentParameters.descriptions(of: component)
      #expect(Set(descriptions.map(\.name)).count == descriptions.count && !descriptions.isEmpty, "\(component)")
      for d in descriptions {
        #expect(d.standard.map { d.range.contains($0) } ?? true, "\(d.name)")
        #expect(!d.summary.isEmpty && !d.summary.contains("\n"))
      }
    }
  }
}
