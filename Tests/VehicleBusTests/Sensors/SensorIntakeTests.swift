// What records become: names, units, ranges, times, and what is counted of the rest.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct SensorIntakeTests {
  private static let now = Instant(nanoseconds: 5_000_000_000_000)
  private static let wall: Int64 = 1_763_000_000_000_000_000
  private static let id = SignalID(rawValue: 7)

  private func catalogue(unit: String = "Pa", factor: Double = 0.001, range: ClosedRange<Double> = 0...1000)
    -> SensorCatalogue
  {
    SensorCatalogue([
      SensorMapping(
        name: "tpms/fl", signal: Self.id, unit: unit, conversion: SensorConversion(factor: factor), range: range)
    ])
  }

  private func take(
    _ records: String, _ catalogue: SensorCatalogue? = nil, wall: Int64? = wall
  ) -> (samples: [Sample], counters: SensorCounters) {
    var intake = SensorIntake(catalogue ?? self.catalogue())
    var samples: [Sample] = []
    intake.take(Array("[\(records)]".utf8), at: Self.now, wall: wall) { samples.append($0) }
    return (samples, intake.counters)
  }

  private func refusal(_ records: String, wall: Int64? = wall) -> (SensorRefusal?, String?, Int) {
    let (samples, counters) = take(records, wall: wall)
    let reasons = SensorRefusal.allCases.filter { counters.refused($0) > 0 }
    #expect(reasons.count <= 1)
    return (reasons.first, reasons.first.flatMap { counters.example(of: $0) }, samples.count)
  }

  @Test(arguments: [
    (#""u":"Pa","v":221000"#, 221.0), (#""v":221000"#, 221), (#""u":"bar","v":2.21"#, 221),
    (#""u":"hPa","v":2210"#, 221),
    (#""u":"kPa","v":221"#, 221), (#""u":"psi","v":32"#, 220.632), (#""vb":true"#, 0.001), (#""vb":false"#, 0),
  ])
  func aValueComesInTheSignalsUnit(record: String, value: Double) throws {
    let (samples, counters) = take("{\"n\":\"tpms/fl\",\(record)}")
    let sample = try #require(samples.first)
    #expect(samples.count == 1 && abs(sample.value - value) < 1e-3 && sample.signal == Self.id)
    #expect(sample.validity == .valid && sample.time == Self.now && counters.samples == 1 && counters.records == 1)
  }

  @Test(arguments: [
    ("\"t\":-2.5", -2.5), ("\"t\":3", 0), ("\"t\":1763000000", 0.0), ("\"t\":1762999990", -10),
    ("\"t\":1763000004.5", 0),
    ("\"bt\":1762996410,\"t\":0", -3590), ("\"t\":0", 0), ("\"bt\":-10,\"t\":-1", -11),
  ])
  func aTimeIsPlacedOnTheBootsAxis(time: String, age: Double) throws {
    let sample = try #require(take("{\"n\":\"tpms/fl\",\"v\":1,\(time)}").samples.first)
    #expect(abs(sample.time.seconds(since: Self.now) - age) < 1e-3)
  }

  @Test func whatIsNoValueIsCountedByReasonWithItsFirstExample() {
    func check(_ record: String, _ reason: SensorRefusal, _ example: String, wall: Int64? = Self.wall) {
      let found = refusal(record, wall: wall)
      #expect(found.0 == reason && found.1 == example, "\(found)")
      #expect(found.2 == (reason == .outOfRange ? 1 : 0))
    }
    check(#"{"n":"tpms/xx","v":1}"#, .unknownName, "tpms/xx")
    check(#"{"n":"tpms/fl","u":"Cel","v":1}"#, .unit, "tpms/fl is in Cel, expected Pa")
    check(#"{"n":"tpms/fl","u":"\u001b[31m p","v":1}"#, .unit, "tpms/fl is in ?[31m?p, expected Pa")
    check(#"{"n":"tpms/fl","u":"","v":1}"#, .unit, "tpms/fl is in nothing, expected Pa")
    check(#"{"n":"tpms/fl","vs":"high"}"#, .noNumber, "tpms/fl")
    check(#"{"n":"tpms/fl","vd":"aGk"}"#, .noNumber, "tpms/fl")
    check(#"{"n":"tpms/fl","s":1}"#, .noNumber, "tpms/fl")
    check(#"{"n":"tpms/fl","v":1,"t":5.1}"#, .future, "tpms/fl at 5.1 s")
    check(#"{"n":"tpms/fl","v":1,"t":1763000006}"#, .future, "tpms/fl at 1763000006.0 s")
    check(#"{"n":"tpms/fl","v":1,"t":-3601}"#, .tooOld, "tpms/fl at -3601.0 s")
    check(#"{"n":"tpms/fl","v":1,"t":1762996398}"#, .tooOld, "tpms/fl at 1762996398.0 s")
    check(#"{"n":"tpms/fl","v":1,"t":1763000000}"#, .clockUnset, "tpms/fl at 1763000000.0 s", wall: nil)
    check(#"{"n":"tpms/fl","v":1,"bt":1e308,"t":1e308}"#, .future, "tpms/fl at inf s")
    check(#"{"n":"tpms/fl","v":-1}"#, .outOfRange, "tpms/fl is -0.001 in the signal's unit")
    check(#"{"n":"tpms/fl","v":1e308,"u":"bar"}"#, .outOfRange, "tpms/fl is inf in the signal's unit")
  }

  @Test func aValueOutOfRangeIsGivenAsSuch() {
    let (samples, counters) = take(#"{"n":"tpms/fl","v":2e6},{"n":"tpms/fl","v":2e5}"#)
    #expect(samples.map(\.validity) == [.outOfRange, .valid] && samples.map(\.value) == [2000, 200])
    #expect(counters.refused(.outOfRange) == 1 && counters.samples == 2 && counters.records == 2)
  }

  @Test(arguments: [
    ("{", SensorRefusal.notJSON), ("1", .notSenML),
    ("{\"n\":\"tpms/fl\",\"v\":1},{\"n\":\"tpms/fl\",\"v\":1,\"a_\":0}", .notUnderstood),
    (String(repeating: "{\"bn\":\"a\"},", count: 256) + "{\"bn\":\"a\"}", .tooManyRecords),
  ])
  func aBrokenPackGivesNothingAtAll(records: String, reason: SensorRefusal) {
    let found = refusal(records)
    #expect(found.0 == reason && found.1?.hasPrefix("byte ") == true && found.2 == 0)
  }

  @Test func onlyTheFirstExampleIsKept() {
    let counters = take(#"{"n":"a","v":1},{"n":"b","v":1}"#).counters
    #expect(counters.refused(.unknownName) == 2 && counters.example(of: .unknownName) == "a")
    #expect(counters.example(of: .unit) == nil)
  }

  @Test func aFloodIsThrownAwayUnread() {
    var intake = SensorIntake(catalogue())
    var samples = 0
    let pack = Array(#"[{"n":"tpms/fl","v":1}]"#.utf8)
    for round in 0..<1000 {
      let time = Instant(nanoseconds: 5_000_000_000_000 + Int64(round) * 1_000_000)
      intake.take(pack, at: time, wall: nil) { _ in samples += 1 }
    }
    #expect(samples == SensorIntake.mostPerSecond && intake.counters.refused(.flood) == 800)
    intake.take(pack, at: Instant(nanoseconds: 5_001_000_000_000), wall: nil) { _ in samples += 1 }
    #expect(samples == SensorIntake.mostPerSecond + 1 && intake.counters.datagrams == 1001)
  }

  // MARK: Units

  @Test(arguments: [
    ("Pa", "kPa", 100_000.0, 100.0), ("K", "celsius", 300, 26.85), ("Cel", "celsius", -3.5, -3.5),
    ("m/s", "km/h", 10, 36),
    ("km/h", "km/h", 10, 10), ("/", "percent", 0.5, 50), ("%RH", "percent", 40, 40), ("1/min", "rpm", 800, 800),
    ("Hz", "rpm", 10, 600), ("m3", "l", 0.05, 50), ("kWh", "kWh", 3, 3), ("J", "kWh", 7.2e6, 2), ("km", "m", 1.5, 1500),
    ("degF", "celsius", 212, 100), ("Ah", "Ah", 60, 60), ("lat", "degrees", 48.5, 48.5), ("m/s2", "m/s^2", 9.81, 9.81),
    ("count", "", 3, 3), ("min", "s", 2, 120),
  ])
  func unitsLeadToThoseOfVSS(from: String, to: String, value: Double, expected: Double) throws {
    let (said, wanted) = (try #require(SensorUnit.senml(from)), try #require(SensorUnit.vss(to)))
    let conversion = try #require(said.conversion(to: wanted))
    #expect(abs(conversion(value) - expected) < 1e-9 * max(1, abs(expected)))
  }

  /// C is the coulomb of the registry, not a temperature.
  @Test(arguments: [("C", "celsius"), ("Pa", "celsius"), ("V", "A"), ("W", "kWh"), ("m", "m/s")])
  func unitsOfOtherThingsDoNot(from: String, to: String) throws {
    let (said, wanted) = (try #require(SensorUnit.senml(from)), try #require(SensorUnit.vss(to)))
    #expect(said.conversion(to: wanted) == nil)
  }

  @Test(arguments: ["kPa", "celsius", "km/h", "percent", "V", "A", "rpm", "m", "s", "l", "kWh", "degrees", "m/s^2"])
  func theUsualUnitIsOneThatConverts(unit: String) throws {
    let usual = try #require(SensorUnit.usual(for: unit).flatMap { SensorUnit.senml($0) })
    let wanted = try #require(SensorUnit.vss(unit))
    #expect(usual.conversion(to: wanted) != nil)
  }
}
