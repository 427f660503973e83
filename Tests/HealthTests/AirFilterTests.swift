// Air filter: distance guesses, the resistance knows, the calendar ends it, a new filter is seen.
import Pipeline
import Testing
import Vocabulary

@testable import Health

@Suite struct AirFilterTests {
  private struct Car {
    var ward: ChassisWard
    var random: SeededNormal
    var life = 34_000.0
    var km = 0.0
    var source = AirPathFeatures.Source.restrictionSensor
    var peak = Double.nan

    init(_ seed: UInt64 = 1, _ given: [(String, Double)] = [("used", 0)]) {
      ward = ChassisWard(.airFilter, given)
      random = SeededNormal(seed: seed)
    }

    mutating func drive(km distance: Double, each: Double = 40) {
      for _ in 0..<Int(distance / each) {
        km += each
        // At full throttle three tenths of a clean intake's loss are the filter's.
        let share = source == .manifold ? 0.3 : 1
        let resistance = 1.2 * (1 + 3 * share * km / life) * (1 + 0.1 * random.next())
        let (source, peak) = (source, peak)
        ward.drive(km: each) { parts in
          parts.airPath.peakRestriction = peak
          guard source != .none else { return }
          (parts.airPath.resistance, parts.airPath.resistanceSeconds) = (resistance, 15)
          parts.airPath.resistanceSource = source
        }
      }
    }
  }

  @Test func theResistanceTellsADustyLifeFromACleanOne() throws {
    for source in [AirPathFeatures.Source.restrictionSensor, .manifold] {
      for life in [18_000.0, 60_000] {
        var car = Car()
        (car.life, car.source) = (life, source)
        car.drive(km: 0.6 * life)
        let report = car.ward.report
        #expect(abs(report.consumed - 0.6) < 0.2, "\(life) \(report.consumed)")
        let told = try #require(report.remainingUsefulLife).km
        #expect(told.p10 < 0.4 * life && told.p90 > 0.4 * life, "\(told)")
        #expect(report.evidence[0].feature == .intakeRestriction && report.evidence[0].value > 1.3)
      }
    }
  }

  @Test func withoutPressuresDistanceAndDustSpeak() throws {
    var car = Car(1, [("used", 0), ("dust", 2)])
    car.source = .none
    car.drive(km: 11_250)
    let report = car.ward.report
    #expect(abs(report.consumed - 0.5) < 0.01 && report.ground(.intakeRestriction) == nil)
    #expect(abs((report.ground(.filterDistance)?.value ?? 0) - 22_500) < 100)
    #expect(try abs(#require(report.remainingUsefulLife).km.p50 - 11_250) < 3_000)
  }

  @Test func aFilterOfUnknownAgeSaysSo() throws {
    var car = Car(1, [])
    car.source = .none
    car.drive(km: 1_000)
    if case .wearUnknown = car.ward.report.reason {} else { Issue.record("nobody said how old it is") }
    let unknown = try #require(car.ward.report.remainingUsefulLife).km
    #expect(unknown.p10 < 10_000 && car.ward.report.score > 75)
    car.ward.monitor.serviced(.airFilter, at: car.ward.stamp)
    if case .none = car.ward.report.reason {} else { Issue.record("a new one is known") }
    #expect(try #require(car.ward.report.remainingUsefulLife).km.p10 > unknown.p10)
  }

  @Test func theCalendarEndsIt() throws {
    var car = Car()
    car.source = .none
    for _ in 0..<47 { car.ward.drive(km: 20, after: 30.5) { _ in } }
    let report = car.ward.report
    #expect(report.consumed > 0.95 && report.confirmation == 1)
    #expect(try #require(report.remainingUsefulLife).days.p50 < 60)
  }

  @Test func aNewFilterIsSeen() {
    var car = Car()
    car.drive(km: 22_000)
    #expect(car.ward.report.consumed > 0.5)
    let changedAt = car.ward.monitor.usage.km
    car.km = 0
    car.drive(km: 1_500)
    let report = car.ward.report
    #expect(report.consumed < 0.1, "\(report.consumed)")
    #expect(report.evidence[0].sinceKm > changedAt && report.evidence[0].sinceKm < changedAt + 1_500)
  }

  @Test func aCloggedIntakeIsFoundByItsPressureAtOnce() {
    var car = Car()
    car.drive(km: 2_000)
    car.peak = 9
    car.drive(km: 120)
    #expect(car.ward.report.score < 20 && car.ward.report.confirmation == 1)
  }

  @Test func anotherSensorBeginsAnew() {
    var car = Car()
    car.drive(km: 10_000)
    #expect(car.ward.report.ground(.intakeRestriction) != nil)
    car.source = .manifold
    car.drive(km: 200)
    #expect(car.ward.report.ground(.intakeRestriction) == nil, "its resistance is another one's")
  }

  @Test func gapsWearItToo() {
    var car = Car()
    car.source = .none
    car.drive(km: 400)
    var features = TripFeatures(trip: Trip(number: 99, started: car.ward.stamp))
    (features.trip.ended, features.trip.distanceKm, features.unseenKm) = (car.ward.stamp, 20, 9_000)
    car.ward.monitor.tripEnded(features)
    #expect(abs(car.ward.report.consumed - 9_420.0 / 45_000) < 0.01)
  }

  @Test func countersOutliveAVersion() {
    var car = Car(1, [("used", 0.25)])
    car.source = .none
    car.drive(km: 9_000)
    var next = ChassisWard(.airFilter)
    car.ward.monitor.counters { component, index, value in
      guard component == .airFilter else { return }
      let isKnown = next.monitor.restore(component, counter: AirFilter.counters[index], value)
      #expect(isKnown)
    }
    next.day = car.ward.day
    for _ in 0..<4 { next.drive(km: 30) { _ in } }
    #expect(abs(next.report.consumed - car.ward.report.consumed) < 0.01)
    if case .none = next.report.reason {} else { Issue.record("what was known of its wear is still known") }
  }

  @Test func itGoesOnFromACheckpointToTheBit() {
    var car = Car(5)
    car.drive(km: 9_000)
    var twin = car
    twin.ward.monitor = ChassisWard.monitor(.airFilter, [("used", 0)])
    twin.ward.monitor.restore(car.ward.monitor.checkpoint)
    car.drive(km: 9_000)
    twin.drive(km: 9_000)
    #expect(car.ward.report.consumed == twin.ward.report.consumed)
    #expect(car.ward.report.remainingUsefulLife == twin.ward.report.remainingUsefulLife)
  }
}
