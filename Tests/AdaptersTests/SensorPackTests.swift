// The sections `senml` and `ask` of a pack: what they become, and faults named by file, line and key.
import ConfigurationFile
import Documents
import Testing
import VehicleBus
import Vocabulary

@testable import Adapters

@Suite struct SensorPackTests {
  private func vehicle(_ packs: AdapterPack...) throws -> VehicleDefinition {
    try VehicleDefinition(packs: packs, overrides: [], file: "telltale.yaml")
  }

  // MARK: senml

  /// The value that a record of a sensor becomes; nil when it becomes none.
  private func value(_ record: String, _ entry: String) throws -> Double? {
    let folder = try TemporaryPack("pack: p\nsenml:\n  - {name: a, signal: Vehicle.S, \(entry)}")
    let vehicle = try vehicle(try folder.load())
    #expect(vehicle.problems.isEmpty && vehicle.sensors.count == 1)
    var intake = SensorIntake(SensorCatalogue(vehicle.sensors))
    var found: Double?
    intake.take(Array("[{\"n\":\"a\",\(record)}]".utf8), at: .zero, wall: nil) { found = $0.value }
    return found
  }

  @Test(arguments: [
    ("unit: kPa, senml_unit: Pa", "\"v\":221000", 221.0), ("unit: kPa, senml_unit: bar", "\"v\":2.21", 221),
    ("unit: kPa", "\"v\":221000", 221), ("unit: kPa", "\"u\":\"psi\",\"v\":32", 220.632),
    ("unit: celsius", "\"v\":20.5", 20.5), ("unit: celsius, senml_unit: K", "\"v\":300", 26.85),
    ("unit: kPa, senml_unit: bar, factor: 100", "\"v\":2", 200), ("range: [0, 1]", "\"vb\":true", 1),
    ("unit: g/s, senml_unit: V, factor: 20, offset: -1", "\"v\":2", 39),
    ("unit: furlong, senml_unit: m, factor: 0.005", "\"v\":400", 2),
    ("unit: celsius, senml_unit: count, factor: 0.5", "\"v\":3", 1.5),
    ("unit: kPa, senml_unit: inHg, factor: 3.386", "\"v\":10", 33.86),
  ])
  func aRecordComesInTheUnitOfItsSignal(entry: String, record: String, expected: Double) throws {
    let found = try #require(try value(record, entry))
    #expect(abs(found - expected) < 1e-3)
  }

  @Test func aRecordInAUnitOfAnotherQuantityBecomesNothing() throws {
    #expect(try value("\"u\":\"Cel\",\"v\":1", "unit: kPa") == nil)
  }

  @Test(arguments: [
    ("{signal: Vehicle.S}", ":3: senml[0].name: ", "missing"),
    ("{name: a b, signal: Vehicle.S}", ":3: senml[0].name: ", "is no name of SenML"),
    ("{name: /a, signal: Vehicle.S}", ":3: senml[0].name: ", "is no name of SenML"),
    ("{name: a, signal: S}", ":3: senml[0].signal: ", "is no VSS path"),
    ("{name: a, signal: Vehicle.S, unit: kPa, senml_unit: Cel}",
      ":3: senml[0].senml_unit: ", "does not measure what kPa does"),
    ("{name: a, signal: Vehicle.S, unit: kPa, senml_unit: kpa}",
      ":3: senml[0].senml_unit: ", "no unit of SenML that is known"),
    ("{name: a, signal: Vehicle.S, unit: furlong}",
      ":3: senml[0].senml_unit: ", "no unit of SenML is known that goes with furlong"),
    ("{name: a, signal: Vehicle.S, unit: furlong, senml_unit: m}",
      ":3: senml[0].factor: ", "is not known; write `factor: 1`"),
    ("{name: a, signal: Vehicle.S, unit: kPa, senml_unit: bar, factor: 10}",
      ":3: senml[0].factor: ", "from bar to kPa it is `factor: 100`"),
    ("{name: a, signal: Vehicle.Speed, unit: m/s}", ":3: senml[0].unit: ", "VSS has it in km/h"),
    ("{name: a, signal: Vehicle.S, colour: red}", ":3: senml[0].colour: ", "unknown key"),
    ("{name: a, signal: Vehicle.S, range: [2, 1]}", ":3: senml[0].range: ", "not two ascending numbers"),
    ("{name: a, signal: Vehicle.S, every: 5}", ":3: senml[0].every: ", "duration with its unit"),
  ])
  func aFaultIsNamedByFileLineAndKey(entry: String, place: String, reason: String) throws {
    try expectFault("senml", entry, place, reason)
  }

  private func expectFault(_ section: String, _ entry: String, _ place: String, _ reason: String) throws {
    let folder = try TemporaryPack("pack: p\n\(section):\n  - \(entry)")
    let error = #expect(throws: ConfigurationError.self) { _ = try folder.load() }
    let line = error?.description ?? ""
    #expect(line.hasPrefix(folder.path + "/pack.yaml" + place), "\(line)")
    #expect(line.contains(reason) && line.contains("; ") && !line.contains("\n"), "\(line)")
  }

  @Test func aSensorIsASourceLikeAnyOther() throws {
    let pack = try shippedPack("aftermarket-sensors")
    let vehicle = try vehicle(pack)
    #expect(vehicle.problems.isEmpty && vehicle.sensors.count == vehicle.catalogue.count && vehicle.polls.isEmpty)
    let pressure = try #require(vehicle.sensors.first { $0.name == "tpms/front-left/pressure" })
    #expect(pressure.unit == "Pa" && pressure.conversion.factor == 0.001 && pressure.range == 0...1200)
    #expect(
      vehicle.catalogue[pressure.signal].path == "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"
        && vehicle.catalogue[pressure.signal].staleAfter == 600)
    let explanation = try AdapterExplanation([pack])
    let from = explanation.signals.flatMap { $0.sources.map(\.from) }
    #expect(from.contains("sensor tpms/front-left/pressure in Pa") && from.contains("sensor door/cargo"), "\(from)")
  }

  @Test func aSensorThatIsMappedTwiceIsAProblemOfTheSecondLine() throws {
    let a = try TemporaryPack("pack: p\nsenml:\n  - {name: a, signal: Vehicle.S}\n  - {name: a, signal: Vehicle.T}")
    let vehicle = try vehicle(try a.load(), try a.load())
    #expect(vehicle.problems.first?.line == 4)
    #expect(vehicle.problems.first?.reason.contains("a is mapped to Vehicle.S already; leave one out") == true)
    #expect(vehicle.sensors.map(\.name) == ["a"])
    let same = try TemporaryPack("pack: q\nsenml:\n  - {name: a, signal: Vehicle.S}", name: "q")
    #expect(try self.vehicle(try same.load(), try a.load()).problems.count == 1,
      "what two packs say alike is said once")
  }

  @Test(arguments: [("", 15.0), (", every: 1 min", 180), (", every: 1 min, stale_after: 5 s", 5)])
  func theRateGivesTheAgeLimit(rest: String, staleAfter: Double) throws {
    let folder = try TemporaryPack("pack: p\nsenml:\n  - {name: a, signal: Vehicle.S\(rest)}")
    #expect(try folder.load().signals.first?.description.staleAfter == staleAfter)
  }

  // MARK: ask

  private func item(_ entry: String) throws -> PollItem? {
    let folder = try TemporaryPack("pack: p\nask:\n  - \(entry)")
    let pack = try folder.load()
    #expect(pack.questions.first?.line == 3)
    return try vehicle(pack).polls.first?.item
  }

  private func bytes(_ values: UInt8...) throws -> RequestBytes { try #require(RequestBytes(values)) }

  @Test func questionsAreRead() throws {
    let vin = try bytes(0x22, 0xF1, 0x90)
    let (to7E4, from7EC) = (CANID(standard: 0x7E4), CANID(standard: 0x7EC))
    #expect(
      try item("{request: \"22 F1 90\", to: 0x7E4, answer: 0x7EC, every: 60 s}")
        == PollItem(.request(vin, .unit(request: to7E4, answer: from7EC)), every: 60))
    #expect(try item("{request: 22f190, to: 0x7E4}")?.question == .request(vin, .unit(request: to7E4, answer: from7EC)))
    #expect(
      try item("{request: 22 F1 90, to: 0x18DA10F1}")?.question
        == .request(vin, .unit(request: CANID(extended: 0x18DA_10F1), answer: CANID(extended: 0x18DA_F110))))
    #expect(
      try item("{request: 22 F1 90, to: 0x6A0, answer: 0x800}")?.question
        == .request(vin, .unit(request: CANID(standard: 0x6A0), answer: CANID(extended: 0x800))))
    #expect(try item("{request: \"09 02\"}") == PollItem(.request(try bytes(9, 2), .everybody11), every: .infinity))
    #expect(try item("{request: \"03\", to: 0x18DB33F1}")?.question == .request(try bytes(3), .everybody29))
    #expect(try item("{request: \"03\", to: 0x7DF}")?.question == .request(try bytes(3), .everybody11))
    #expect(try item("{pgn: 65253, of: 0, every: 10 min}") == PollItem(.parameterGroup(65253, of: 0), every: 600))
    #expect(try item("{pgn: 65253}")?.question == .parameterGroup(65253, of: 255))
  }

  @Test(arguments: [
    ("{every: 5 s}", ":3: ask[0].request: ", "missing"),
    ("{request: \"03\", pgn: 1024}", ":3: ask[0].pgn: ", "at once"),
    ("{request: \"2\"}", ":3: ask[0].request: ", "not 1 to 8 bytes"),
    ("{request: \"22 F1 9G\"}", ":3: ask[0].request: ", "not 1 to 8 bytes"),
    ("{request: \"22 01 02 03 04 05 06 07 08\"}", ":3: ask[0].request: ", "not 1 to 8 bytes"),
    ("{request: \"04\"}", ":3: ask[0].request: ", "service 04 is none that may be asked"),
    ("{request: \"08 01\"}", ":3: ask[0].request: ", "service 08 is none that may be asked"),
    ("{request: \"2E F1 90 00\"}", ":3: ask[0].request: ", "service 2E is none"),
    ("{request: \"31 01\"}", ":3: ask[0].request: ", "service 31 is none"),
    ("{request: \"14 FF FF FF\"}", ":3: ask[0].request: ", "service 14 is none"),
    ("{request: \"22 F1 90\", to: 0x6A0}", ":3: ask[0].answer: ", "missing"),
    ("{request: \"22 F1 90\", answer: 0x6A0}", ":3: ask[0].to: ", "missing beside answer"),
    ("{request: \"22 F1 90\", to: 0x6A0, answer: 0x6A0}", ":3: ask[0].answer: ", "is the identifier of the request"),
    ("{request: \"22 F1 90\", to: 0x20000000}", ":3: ask[0].to: ", "out of range"),
    ("{pgn: 262144}", ":3: ask[0].pgn: ", "out of range"),
    ("{pgn: 59905}", ":3: ask[0].pgn: ", "write 59904"),
    ("{pgn: 65253, of: 254}", ":3: ask[0].of: ", "units that have none"),
    ("{pgn: 65253, to: 0x7E0}", ":3: ask[0].to: ", "unknown key"),
    ("{request: \"03\", of: 3}", ":3: ask[0].of: ", "unknown key"),
    ("{request: \"03\", every: 0 s}", ":3: ask[0].every: ", "out of range"),
  ])
  func aWrongQuestionIsNamedByFileLineAndKey(entry: String, place: String, reason: String) throws {
    try expectFault("ask", entry, place, reason)
  }

  @Test func whatIsWantedTwiceIsAskedAsOftenAsItIsWantedMost() throws {
    let a = try TemporaryPack(
      """
      pack: p
      obd2:
        - {pid: 0x0C, signal: Vehicle.Powertrain.CombustionEngine.Speed, every: 1 s}
        - {pid: 0x14, value: voltage, signal: Vehicle.A}
        - {pid: 0x14, value: trim, signal: Vehicle.B, every: 5 s}
      ask:
        - {request: "03", every: 60 s}
        - {request: "03", every: 30 s}
      """)
    var bound = try TemporaryPack("pack: q\nobd2:\n  - {pid: 0x0D, signal: Vehicle.Speed}", name: "q").load()
    bound.bus = 2
    let polls = try vehicle(try a.load(), bound).polls
    #expect(
      polls.map(\.item) == [
        PollItem(.parameter(0x0C), every: 1), PollItem(.parameter(0x14), every: 5),
        PollItem(.request(try bytes(3), .everybody11), every: 30), PollItem(.parameter(0x0D), every: 10),
      ])
    #expect(polls.map(\.bus) == [nil, nil, nil, 2])
  }

  @Test func explanationShowsWhatWouldBeAsked() throws {
    let folder = try TemporaryPack(
      "pack: p\nask:\n  - {request: 22 F1 90, to: 0x7E4}\n  - {pgn: 65253, every: 60 s}\n  - {request: \"09 02\"}"
        + "\nobd2:\n  - {pid: 0x0C, signal: Vehicle.S, every: 1 s}")
    let questions = try AdapterExplanation([try folder.load()]).questions
    #expect(
      questions.map(\.ask) == [
        "01 0C", "22 F1 90 of 7E4, answered on 7EC", "PGN 65253 of all units", "09 02 of all units",
      ])
    #expect(questions.map(\.every) == [1, nil, 60, nil])
  }
}
