// The schema of pack.yaml: what is taken, and faults named by file, line and key on one line.
import ConfigurationFile
import Testing
import Vocabulary

@testable import Adapters

@Suite struct PackSchemaTests {
  @Test(arguments: [
    ("pack: p\nobd2:\n  - {pid: 0x0C, signal: Vehicle.S, colour: red}", ":3: obd2[0].colour: ", "unknown key"),
    ("pack: p\nobd2:\n  - {pid: 0xC1, signal: Vehicle.S}", ":3: obd2[0].pid: ", "PID C1 is not among those"),
    ("pack: p\nobd2:\n  - {pid: 0x14, value: volts, signal: Vehicle.S}", ":3: obd2[0].value: ", "voltage, trim"),
    ("pack: p\nobd2:\n  - {pid: 300, signal: Vehicle.S}", ":3: obd2[0].pid: ", "; "),
    ("pack: p\ntransmit: always", ":2: transmit: ", "a pack cannot grant transmission; write `transmit: never`"),
    ("pack: p\nobd2:\n  - {pid: 12, signal: Speed}", ":3: obd2[0].signal: ", "\"Speed\" is no VSS path"),
    ("pack: p\nobd2:\n  - {pid: 12, signal: Vehicle.A b}", ":3: obd2[0].signal: ", "is no VSS path"),
    ("pack: p\nobd2:\n  - {pid: 12, signal: Vehicle..A}", ":3: obd2[0].signal: ", "is no VSS path"),
    (
      "pack: p\nobd2:\n  - pid: 12\n    signal: Vehicle.S\n    range: [9, 1]", ":5: obd2[0].range: ",
      "not two ascending numbers"
    ),
    ("pack: p\nobd2:\n  - {pid: 12, signal: Vehicle.S, stale_after: 0 s}", ":3: obd2[0].stale_after: ", "; "),
    ("pack: p\nobd2:\n  - {pid: 12, signal: Vehicle.S, every: 5}", ":3: obd2[0].every: ", "duration with its unit"),
    (
      "pack: p\nobd2:\n  - {pid: 12, signal: Vehicle.S, factor: 0, unit: m}", ":3: obd2[0].factor: ",
      "every value the same"
    ),
    ("pack: p\nobd2:\n  - {pid: 12, signal: Vehicle.S, factor: 2}", ":3: obd2[0].unit: ", "missing beside factor"),
    (
      "pack: p\ndbc:\n  - file: a.dbc\n    signals:\n      - {from: X, signal: Vehicle.S}", ":5: ",
      "is not MESSAGE.SIGNAL"
    ),
    ("pack: p\ndbc:\n  - {file: a.dbc, protocol: j1938}", ":3: dbc[0].protocol: ", "did you mean \"j1939\"?"),
    ("pack: p\ndbc:\n  - {signals: []}", ":3: dbc[0].file: ", "missing"),
    ("pack: p\ncovers: every car", ":2: covers: ", "a list is expected"),
    (
      "pack: p\ncomponents:\n  engine-oil:\n    last_service: 2026-02-30", ":4: components.engine-oil.last_service: ",
      "is no date"
    ),
    ("pack: p\ncomponents:\n  engine-oil: {interval_km: 5}", ":3: components.engine-oil.interval_km: ", "; "),
    ("pack: p\ncomponents:\n  engin-oil: {interval_km: 5000}", ":3: components.engin-oil: ", "engine-oil"),
    ("title: no name", ":1: pack: ", "missing; "),
    ("pack: [p", ":2: ", "; "),
  ])
  func aFaultIsNamedByFileLineAndKey(text: String, place: String, reason: String) throws {
    let folder = try TemporaryPack(text)
    let error = #expect(throws: ConfigurationError.self) { _ = try folder.load() }
    let line = error?.description ?? ""
    #expect(line.hasPrefix(folder.path + "/pack.yaml" + place), "\(line)")
    #expect(line.contains(reason) && !line.contains("\n"), "\(line)")
    // A check says the same.
    let check = AdapterPack.check(directory: folder.path)
    #expect(!check.isUsable && check.problems.first?.description == line, "\(check.problems)")
  }

  @Test func aMissingPackIsNamed() {
    let error = #expect(throws: ConfigurationError.self) { _ = try AdapterPack.load(directory: "/no/such") }
    #expect(error?.description.contains("/no/such/pack.yaml") == true)
  }

  @Test func aCheckGoesOnAfterAFault() throws {
    let folder = try TemporaryPack(
      """
      pack: p
      transmit: yes
      obd2:
        - {pid: 0xC1, signal: Vehicle.S}
        - {pid: 0x0C, signal: Vehicle.Powertrain.CombustionEngine.Speed}
        - {pid: 0x0D, signal: Speed}
      dbc:
        - file: car.dbc
          signals:
            - {from: X, signal: Vehicle.S}
            - {from: EngineStatus.OilTmp, signal: Vehicle.T}
      components:
        cooling: {failure_drop: 99}
      """, files: ["car.dbc": carDBC])
    let check = AdapterPack.check(directory: folder.path + "/")
    #expect(!check.isUsable)
    #expect(check.problems.map(\.line) == [2, 4, 6, 10, 13, 11], "\(check.problems)")
    #expect(check.problems.allSatisfy { $0.file == folder.path + "/pack.yaml" })
    #expect(check.signals == 2 && check.parameters == 1 && check.files == 1)
  }

  // MARK: What is taken

  @Test func theHeadIsRead() throws {
    let folder = try TemporaryPack(
      "pack: p\ntitle: T\ndescription: >\n  D.\ncovers: [one, two]\nvehicle: {displacement_l: 2}")
    let pack = try folder.load()
    #expect(pack.title == "T" && pack.summary == "D." && pack.covers == ["one", "two"])
    #expect(pack.displacementLitres == 2 && pack.problems.isEmpty && pack.bus == nil)
  }

  @Test func aPackWithAnotherNameThanItsFolderIsAProblem() throws {
    let folder = try TemporaryPack("pack: q\nobd2:\n  - {pid: 12, signal: Vehicle.S}")
    let pack = try folder.load()
    #expect(pack.problems.map(\.line) == [1] && pack.problems[0].reason.contains("\"q\" lies in the folder \"p\""))
    let check = AdapterPack.check(directory: folder.path)
    #expect(check.isUsable && check.problems == pack.problems && check.signals == 1)
  }

  /// Three periods, but replies stand for 15 s at least and messages for 5 s.
  @Test(arguments: [
    ("obd2:\n  - {pid: 12, signal: Vehicle.S}", 15.0, nil),
    ("obd2:\n  - {pid: 12, signal: Vehicle.S, every: 1 s}", 15, 1.0),
    ("obd2:\n  - {pid: 12, signal: Vehicle.S, every: 1 min}", 180, 60),
    ("obd2:\n  - {pid: 12, signal: Vehicle.S, every: 1 min, stale_after: 2 s}", 2, 60),
    ("dbc:\n  - {file: a.dbc, signals: [{from: A.B, signal: Vehicle.S}]}", 5, nil),
    ("dbc:\n  - {file: a.dbc, signals: [{from: A.B, signal: Vehicle.S, every: 20 ms}]}", 5, 0.02),
    ("dbc:\n  - {file: a.dbc, signals: [{from: A.B, signal: Vehicle.S, every: 4 s}]}", 12, 4),
  ])
  func theRateGivesTheAgeLimit(text: String, staleAfter: Double, period: Double?) throws {
    let folder = try TemporaryPack("pack: p\n" + text)
    let signal = try #require(try folder.load().signals.first)
    #expect(signal.description.staleAfter == staleAfter && signal.period == period)
  }
}
