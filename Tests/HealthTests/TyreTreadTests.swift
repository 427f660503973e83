// Tread: the radius corrects what distance guesses, a workshop's depth does more, new tyres are seen.
import Pipeline
import Testing
import Vocabulary

@testable import Health

@Suite struct TyreTreadTests {
  /// Whoever says that tyres are worn out is believed.
  @Test func tyresThatAreSaidToBeWornOutAreNotOK() {
    var ward = ChassisWard(.tyreTread, [("used", 1)])
    for _ in 0..<30 { ward.drive { _ in } }
    let report = ward.report
    #expect(report.score < 20 && report.sureScore < 40, "\(report.score) \(report.sureScore)")
  }

  private struct Car {
    var ward: ChassisWard
    var random: SeededNormal
    /// Kilometres that the tyres last, front and rear, and wear of each axle.
    var lives = [45_000.0, 60_000]
    var wear = [0.0, 0.0]
    var hasSatellites = true
    /// Absolute pressure of all tyres, kPa, and what a kilopascal adds to the radius.
    var pressure = 341.0

    init(_ seed: UInt64 = 1, _ given: [(String, Double)] = [("used", 0)]) {
      ward = ChassisWard(.tyreTread, given)
      random = SeededNormal(seed: seed)
    }

    mutating func drive(km: Double) {
      for _ in 0..<Int(km / 50) {
        for axle in 0..<2 { wear[axle] += 50 / lives[axle] }
        var radii = [Double.nan, .nan]
        if hasSatellites {
          let inflation = 1 + 5e-5 * (pressure - 341)
          radii = wear.map { inflation * (1 - 0.02 * ($0 + 0.2 * random.next())) }
        }
        let air = pressure
        ward.drive(km: 50) { parts in
          for axle in 0..<2 where radii[axle].isFinite {
            (parts.tyre.radius[axle], parts.tyre.radiusKm[axle]) = (radii[axle], 20)
            parts.tyre.radiusPressure[axle] = air
          }
        }
      }
    }

    mutating func measure(_ quantity: Int, _ depth: Double) -> Bool {
      ward.monitor.measured(.tyreTread, quantity: quantity, value: depth, deviation: nil, at: ward.stamp)
    }

    func left(_ axle: Int) -> Double { (1 - wear[axle]) * lives[axle] }
  }

  @Test func theRadiusTellsAFastWearFromASlowOne() throws {
    for (life, seed) in [(30_000.0, 1 as UInt64), (30_000, 2), (75_000, 3), (75_000, 4)] {
      var car = Car(seed)
      car.lives = [life, life * 1.3]
      car.drive(km: 0.7 * life)
      let report = car.ward.report
      #expect(abs(report.consumed - 0.7) < 0.12, "\(report.consumed)")
      let told = try #require(report.remainingUsefulLife).km
      #expect(told.p05 < car.left(0) && told.p95 > car.left(0), "\(told) \(car.left(0))")
      #expect(report.ground(.rollingRadius) != nil && report.ground(.treadDistance) != nil)
    }
  }

  @Test func withoutSatellitesDistanceAloneSpeaks() throws {
    var car = Car(1, [])
    car.hasSatellites = false
    car.drive(km: 10_000)
    var report = car.ward.report
    if case .wearUnknown = report.reason {} else { Issue.record("nobody said how worn they were") }
    let unknown = try #require(report.remainingUsefulLife).km
    #expect(unknown.p10 < 5_000 && unknown.p90 > 25_000, "anything between worn out and new")
    #expect(report.score > 75 && report.ground(.rollingRadius) == nil)
    // 4.8 mm of 8: half of the tread is gone.
    let isTaken = car.measure(0, 4.8)
    #expect(isTaken)
    report = car.ward.report
    if case .none = report.reason {} else { Issue.record("measured, and so known") }
    let known = try #require(report.remainingUsefulLife).km
    #expect(abs(known.p50 - 22_500) < 3_500 && known.p95 - known.p05 < unknown.p95 - unknown.p05)
    #expect(abs(report.consumed - 0.5) < 0.02)
  }

  @Test func aMeasurementOutweighsTheDistance() throws {
    var car = Car()
    car.hasSatellites = false
    car.drive(km: 15_000)
    // The prior says a third; the gauge says 70 %.
    let before = try #require(car.ward.report.remainingUsefulLife).km.p50
    let isTaken = car.measure(1, 8 - 0.7 * 6.4)
    let after = car.ward.report
    #expect(after.consumed > 0.55 && (after.remainingUsefulLife?.km.p50 ?? .nan) < before / 2)
    let isRefused = !car.measure(0, 31)
    #expect(isTaken && isRefused, "no tyre has 31 mm")
  }

  @Test func newTyresAreSeen() {
    var car = Car()
    car.drive(km: 32_000)
    #expect(car.ward.report.consumed > 0.6)
    car.wear = [0, 0]
    car.drive(km: 2_000)
    let report = car.ward.report
    #expect(report.consumed < 0.15 && report.evidence[0].sinceKm > 31_000)
    if case .none = report.reason {} else { Issue.record("the wear of new tyres is known") }
  }

  @Test func wheelsThatChangeAxlesKeepTheirWear() {
    var car = Car()
    car.lives = [25_000, 100_000]
    car.drive(km: 18_000)
    car.wear.swapAt(0, 1)
    car.drive(km: 2_000)
    let axles = car.ward.monitor.checkpoint.tyreTread.axles
    #expect(axles[0].start < 0.4 && axles[1].start > 0.55, "\(axles[0].start) \(axles[1].start)")
    #expect(axles[0].isStartKnown && axles[1].isStartKnown)
  }

  @Test func smallerTyresAreOfUnknownWear() {
    var car = Car()
    car.drive(km: 10_000)
    car.wear = [0.9, 0.9]
    car.drive(km: 2_000)
    if case .wearUnknown = car.ward.report.reason {} else { Issue.record("the winter set may be of any age") }
  }

  @Test func airInTheTyresIsNoWear() {
    var car = Car()
    car.drive(km: 20_000)
    let before = car.ward.report.consumed
    car.pressure -= 60
    car.drive(km: 4_000)
    #expect(abs(car.ward.report.consumed - before - 4_000.0 / 45_000) < 0.08)
  }

  @Test func serviceMakesThemNew() {
    var car = Car(1, [])
    car.hasSatellites = false
    car.drive(km: 30_000)
    car.ward.monitor.serviced(.tyreTread, at: car.ward.stamp)
    #expect(car.ward.report.consumed < 0.02)
    if case .none = car.ward.report.reason {} else { Issue.record("they are known to be new") }
  }

  @Test func countersOutliveAVersion() {
    var car = Car(1, [("used", 0.3)])
    car.drive(km: 12_000)
    var next = ChassisWard(.tyreTread)
    car.ward.monitor.counters { component, index, value in
      guard component == .tyreTread else { return }
      let isKnown = next.monitor.restore(component, counter: TyreTread.counters[index], value)
      #expect(isKnown)
    }
    next.drive(km: 30) { _ in }
    let axle = next.monitor.checkpoint.tyreTread.axles[0]
    #expect(abs(axle.km - 12_030) < 1 && axle.start == 0.3 && axle.isStartKnown)
    #expect(abs(next.report.consumed - car.ward.report.consumed) < 0.2)
  }

  @Test func itGoesOnFromACheckpointToTheBit() {
    var car = Car(5)
    car.drive(km: 9_000)
    var twin = car
    twin.ward.monitor = ChassisWard.monitor(.tyreTread, [("used", 0)])
    twin.ward.monitor.restore(car.ward.monitor.checkpoint)
    car.drive(km: 9_000)
    twin.drive(km: 9_000)
    #expect(car.ward.report.consumed == twin.ward.report.consumed)
    #expect(car.ward.report.remainingUsefulLife == twin.ward.report.remainingUsefulLife)
  }
}
