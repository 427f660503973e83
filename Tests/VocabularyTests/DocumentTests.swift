// Documents: what is not known is null, numbers read well, events keep their shape.
import FoundationEssentials
import Testing
import Vocabulary

@testable import Documents

@Suite struct DocumentTests {
  private let stamp = Timestamp(
    boot: BootID(high: 1, low: 2), uptime: .zero, wallNanoseconds: 1_795_228_080_000_000_000, quality: .ntp)

  private func text(_ document: some Encodable) throws -> String {
    String(decoding: try jsonText(document), as: UTF8.self)
  }

  @Test func unknownHealthIsNullAndNeverZero() throws {
    let report = HealthReport(unknown: .cooling, because: .noValidTick(.warmTrip), at: stamp)
    let document = HealthDocument(report, SignalCatalogue())
    #expect(
      try text(document)
        == #"{"component":"cooling","title":"Cooling system and thermostat","state":"unknown","score":null,"#
        + #""confidence":0,"consumed":null,"rul":null,"evidence":[],"#
        + #""reason":"0 trips at working temperature seen yet","updated":null,"atKm":null,"ticks":0}"# + "\n")
  }

  @Test func numbersThatAreNotFiniteBecomeNull() throws {
    var report = HealthReport(unknown: .charging, because: .none, at: stamp)
    report.state = .ok
    report.score = .nan
    report.consumed = .infinity
    report.confidence = .nan
    report.atKm = -.infinity
    report.evidence.add(Evidence(feature: .runningVoltage, value: .nan, share: .infinity))
    let json = try text(HealthDocument(report, SignalCatalogue()))
    for key in ["score", "consumed", "atKm", "rul", "reason", "value", "reference", "z", "share", "sinceKm"] {
      #expect(json.contains("\"\(key)\":null"), "\(key)")
    }
    #expect(json.contains(#""updated":"2026-11-21T02:28:00.000Z""#))
  }

  @Test func healthDocumentsReadBackAsTheyWere() throws {
    var report = HealthReport(unknown: .engineOil, because: .wearUnknown(.engineOil), at: stamp)
    report.state = .watch
    (report.score, report.confidence, report.consumed, report.atKm, report.ticks) = (55.5, 0.75, 0.62, 1234.5, 9)
    let q = Quantiles(p05: 1, p10: 2, p25: 3, p50: 4, p75: 5, p90: 6, p95: 7)
    report.remainingUsefulLife = RemainingUsefulLife(km: q, days: q)
    report.evidence.add(Evidence(feature: .oilWearCold, value: 12.25, share: 0.5))
    let document = HealthDocument(report, SignalCatalogue())
    let read = try JSONDecoder().decode(HealthDocument.self, from: Data(try jsonText(document)))
    #expect(read == document)
    #expect(read.rul?.km.p05 == 1 && read.rul?.days.p95 == 7 && read.state == "watch")
  }

  @Test func evidenceAsASentence() {
    let oil = Evidence(feature: .oilWearCold, value: 12.25, share: 0.304)
    #expect(EvidenceDocument(oil).text == "oil wear while cold: 12.3 % (30 % of the wear)")
    let volts = Evidence(
      feature: .runningVoltage, value: 13.1, reference: 13.98, z: -7.52, share: 1, sinceKm: 1999.6)
    #expect(
      EvidenceDocument(volts).text
        == "system voltage with the engine running: 13.10 V against 13.98 V, 7.5 standard deviations below, "
        + "since about km 2000 (100 % of the wear)")
    let unknown = Evidence(feature: .warmUpAir, value: .nan, share: 0)
    #expect(EvidenceDocument(unknown).text == "air needed to warm up, measured over expected: –")
  }

  @Test(arguments: [
    (0.0, 0, "0"), (-0.04, 1, "0.0"), (1.005, 2, "1.01"), (12.25, 1, "12.3"), (-12.5, 0, "-13"), (0.05, 1, "0.1"),
    (99.999, 2, "100.00"), (7, 3, "7.000"), (-0.5, 1, "-0.5"), (123_456_789.125, 3, "123456789.125"),
    (1e17, 0, "100000000000000000"), (1e15, 4, "–"), (.greatestFiniteMagnitude, 1, "–"), (.nan, 1, "–"),
    (-.infinity, 0, "–"),
  ])
  func decimals(value: Double, places: Int, text: String) {
    // 1.005 and its like are read as the nearest Double, which may lie below the half.
    let expected = value == 1.005 ? ["1.00", "1.01"] : [text]
    #expect(expected.contains(decimal(value, places)))
  }

  @Test func aRunningTripHasNoEnd() throws {
    var trip = Trip(number: 3, started: stamp)
    let running = try text(TripDocument(trip))
    #expect(running.contains(#""ended":null"#) && running.contains(#""topSpeed":null"#))
    trip.ended = Timestamp(
      boot: stamp.boot, uptime: stamp.uptime, wallNanoseconds: stamp.wallNanoseconds + 60_000_000_000, quality: .ntp)
    #expect(try text(TripDocument(trip)).contains(#""ended":"2026-11-21T02:29:00.000Z""#))
  }

  @Test func telemetryByPath() throws {
    var catalogue = SignalCatalogue()
    let addedId = catalogue.add(
      SignalDescription(path: "Vehicle.Speed", unit: "km/h", range: 0...250, staleAfter: 5))
    let id = try #require(addedId)
    let rollUp = RollUp(signal: id, count: 4, minimum: 1, maximum: 4, sum: 10, last: 3)
    let document = TelemetryDocument(start: stamp, seconds: 60, [rollUp], catalogue)
    #expect(
      try text(document)
        == #"{"start":"2026-11-21T02:28:00.000Z","seconds":60,"#
        + #""signals":{"Vehicle.Speed":{"n":4,"min":1,"max":4,"mean":2.5,"last":3}}}"# + "\n")
  }

  @Test func reasonsAreSentences() throws {
    var catalogue = SignalCatalogue()
    let addedId = catalogue.add(
      SignalDescription(path: "Vehicle.Speed", unit: "km/h", range: 0...250, staleAfter: 5))
    let id = try #require(addedId)
    #expect(HealthReason.missingInput(id).text(catalogue) == "no valid Vehicle.Speed seen yet")
    #expect(HealthReason.learning(seen: 3, needed: 4, .trip).text(catalogue) == "3 of 4 trips seen")
    #expect(
      HealthReason.tooFewLately(.warmTrip).text(catalogue)
        == "too few trips at working temperature seen lately to judge by")
    #expect(HealthReason.none.text(catalogue) == nil)
  }
}
