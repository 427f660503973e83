// Packs together: one catalogue and one decoder, and what does not go together said once, with its line.
import ConfigurationFile
import Testing
import Vocabulary

@testable import Adapters

@Suite struct VehicleDefinitionTests {
  private func vehicle(_ packs: [AdapterPack]) throws -> VehicleDefinition {
    try VehicleDefinition(packs: packs, overrides: [], file: "telltale.yaml")
  }

  private func engine(_ signal: String, _ path: String, unit: String = "") -> String {
    "pack: p\ndbc:\n  - file: car.dbc\n    signals:\n      - {from: EngineStatus.\(signal), signal: \(path)"
      + (unit.isEmpty ? "}" : ", unit: \(unit)}")
  }

  @Test func aMissingFileIsNamedWithTheLineThatNeedsIt() throws {
    let folder = try TemporaryPack(
      "pack: p\ndbc:\n  - file: gone.dbc\n    signals:\n      - {from: A.B, signal: Vehicle.S}")
    let pack = try folder.load()
    let error = #expect(throws: ConfigurationError.self) { _ = try vehicle([pack]) }
    let line = error?.description ?? ""
    #expect(line.hasPrefix(folder.path + "/pack.yaml:3: dbc: ") && line.contains("gone.dbc") && !line.contains("\n"))
    #expect(!AdapterPack.check(directory: folder.path).isUsable)
  }

  @Test func aMessageThatIsNotThereIsAProblemOfItsLineWithTheNearestName() throws {
    let folder = try TemporaryPack(
      """
      pack: p
      dbc:
        - file: car.dbc
          signals:
            - {from: EngineStatus.CoolantTemp, signal: Vehicle.A}
            - {from: EngineState.CoolantTemp, signal: Vehicle.B}
            - {from: EngineStatus.OilTmp, signal: Vehicle.C}
      """, files: ["car.dbc": carDBC])
    let vehicle = try vehicle([try folder.load()])
    #expect(
      vehicle.problems.map(\.line) == [6, 7] && vehicle.problems.allSatisfy { $0.file == folder.path + "/pack.yaml" })
    #expect(vehicle.problems[0].reason.contains("did you mean EngineStatus?"), "\(vehicle.problems)")
    #expect(vehicle.problems[1].reason.contains("did you mean OilTemp?"), "\(vehicle.problems)")
    let frame = CANFrame(time: .zero, id: CANID(standard: 256), bytes: [130, 0, 0, 0, 0, 0, 0, 0])
    #expect(decode(frame, vehicle) == ["Vehicle.A 90.0"], "the rest works")
  }

  @Test func aUnitThatTheFileContradictsIsAProblem() throws {
    func problems(_ rest: String) throws -> [String] {
      let folder = try TemporaryPack(
        "pack: p\ndbc:\n  - file: car.dbc\n    signals:\n"
          + "      - {from: EngineStatus.Speed, signal: Vehicle.Speed, unit: km/h\(rest)}",
        files: ["car.dbc": carDBC])
      return try vehicle([try folder.load()]).problems.map(\.description)
    }
    let found = try problems("")
    #expect(
      found.count == 1 && found[0].contains(":5: the file gives it in mph, km/h needs `factor: 1.609344`"), "\(found)")
    #expect(try problems(", factor: 1.609344").isEmpty && problems(", factor: 1.61").isEmpty)
  }

  @Test func aUnitOfAnotherQuantityIsAProblem() throws {
    let folder = try TemporaryPack(
      engine("CoolantTemp", "Vehicle.Speed", unit: "km/h"), files: ["car.dbc": carDBC])
    let found = try vehicle([try folder.load()]).problems.map(\.reason)
    #expect(found == ["the file gives it in degC, a temperature, and km/h is a speed; map another signal"])
  }

  @Test func aMappingThatStandsTwiceIsAProblemOfTheSecondLine() throws {
    let yaml = engine("CoolantTemp", "Vehicle.A") + "\n      - {from: EngineStatus.CoolantTemp, signal: Vehicle.A}"
    let folder = try TemporaryPack(yaml, files: ["car.dbc": carDBC])
    let vehicle = try vehicle([try folder.load()])
    #expect(vehicle.problems.map(\.line) == [6] && vehicle.problems[0].reason.contains("above already"))
    let frame = CANFrame(time: .zero, id: CANID(standard: 256), bytes: [130, 0, 0, 0, 0, 0, 0, 0])
    #expect(decode(frame, vehicle) == ["Vehicle.A 90.0"])
  }

  @Test func aPackWithoutASignalSaysSo() throws {
    let folder = try TemporaryPack("pack: p\ntitle: nothing\n")
    let check = AdapterPack.check(directory: folder.path)
    #expect(check.problems.map(\.reason) == ["maps no signal; list some below obd2, dbc or senml"])
  }

  /// Two packs that map signals of one message: each gets its own.
  @Test func packsMayShareAMessage() throws {
    let a = try TemporaryPack(engine("CoolantTemp", "Vehicle.A"), files: ["car.dbc": carDBC])
    let b = try TemporaryPack(engine("OilTemp", "Vehicle.B"), files: ["car.dbc": carDBC])
    let vehicle = try vehicle([try a.load(), try b.load()])
    #expect(vehicle.problems.isEmpty && vehicle.catalogue.count == 2)
    let frame = CANFrame(time: .zero, id: CANID(standard: 256), bytes: [130, 140, 0, 0, 0, 0, 0, 0])
    #expect(decode(frame, vehicle).sorted() == ["Vehicle.A 90.0", "Vehicle.B 100.0"])
  }

  @Test func aPackNamedTwiceIsOneProblem() throws {
    let vehicle = try vehicle([try shippedPack("obd2"), try shippedPack("simulated-petrol"), try shippedPack("obd2")])
    #expect(vehicle.problems.map(\.description) == ["telltale.yaml: the pack obd2 is named twice; once is enough"])
    #expect(vehicle.packs == ["obd2", "simulated-petrol"])
    var twice = try shippedPack("simulated-petrol")
    twice.bus = 0
    var other = twice
    other.bus = 1
    #expect(try self.vehicle([twice, other]).problems.isEmpty, "on two buses it is two")
  }

  @Test func oneParameterForTwoNamesIsOneProblemAndForOneNameNone() throws {
    let same = try TemporaryPack("pack: p\nobd2:\n  - {pid: 0x0D, signal: Vehicle.Speed}")
    #expect(try vehicle([try shippedPack("obd2"), try same.load()]).problems.isEmpty)
    let other = try TemporaryPack("pack: p\nobd2:\n  - {pid: 0x0D, signal: Vehicle.Telltale.Pace}")
    let problems = try vehicle([try shippedPack("obd2"), try other.load()]).problems
    #expect(problems.count == 1)
    #expect(
      problems.first?.description.contains("pack.yaml:3: PID 0D is mapped to Vehicle.Speed by the pack obd2") == true)
  }

  @Test func oneNameInTwoUnitsIsAProblemAndIsNotMisread() throws {
    let a = try TemporaryPack(engine("CoolantTemp", "Vehicle.A", unit: "celsius"), files: ["car.dbc": carDBC])
    let b = try TemporaryPack(engine("OilTemp", "Vehicle.A", unit: "kelvin"), files: ["car.dbc": carDBC])
    let vehicle = try vehicle([try a.load(), try b.load()])
    #expect(vehicle.problems.count == 1 && vehicle.problems[0].line == 5, "\(vehicle.problems)")
    let frame = CANFrame(time: .zero, id: CANID(standard: 256), bytes: [130, 140, 0, 0, 0, 0, 0, 0])
    #expect(decode(frame, vehicle) == ["Vehicle.A 90.0"])
  }

  // MARK: Buses and protocols

  @Test func aPackBoundToABusIsDeafOnOthers() throws {
    let folder = try TemporaryPack(engine("CoolantTemp", "Vehicle.A"), files: ["car.dbc": carDBC])
    var pack = try folder.load()
    pack.bus = 1
    var replies = try shippedPack("obd2")
    replies.bus = 1
    let vehicle = try vehicle([pack, replies])
    #expect(vehicle.problems.isEmpty)
    for bus in UInt8(0)...1 {
      let frame = CANFrame(time: .zero, id: CANID(standard: 256), bus: bus, bytes: [130, 0, 0, 0, 0, 0, 0, 0])
      #expect(decode(frame, vehicle) == (bus == 1 ? ["Vehicle.A 90.0"] : []))
      let reply = CANFrame(time: .zero, id: CANID(standard: 0x7E8), bus: bus, bytes: [3, 0x41, 0x0D, 50, 0, 0, 0, 0])
      #expect(decode(reply, vehicle) == (bus == 1 ? ["Vehicle.Speed 50.0"] : []))
    }
  }

  @Test func repliesBoundToTwoBusesAreAProblem() throws {
    var a = try shippedPack("obd2")
    a.bus = 0
    var b = try shippedPack("generic-ice")
    b.bus = 1
    let problems = try vehicle([a, b]).problems
    #expect(problems.count == 1 && problems[0].reason.contains("obd2 and generic-ice"), "\(problems)")
  }

  @Test func aJ1939FileMatchesByGroupAndKnowsReservedValues() throws {
    func vehicle(_ kind: String) throws -> VehicleDefinition {
      let folder = try TemporaryPack(
        "pack: p\ndbc:\n  - file: car.dbc\n    protocol: \(kind)\n    signals:\n"
          + "      - {from: CCVS1.WheelSpeed, signal: Vehicle.A}",
        files: ["car.dbc": carDBC])
      return try self.vehicle([try folder.load()])
    }
    func frame(_ id: UInt32, _ speed: UInt16) -> CANFrame {
      let bytes = [0xFF, UInt8(speed & 0xFF), UInt8(speed >> 8), 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
      return CANFrame(time: .zero, id: CANID(extended: id), bytes: bytes)
    }
    let truck = try vehicle("j1939")
    #expect(decode(frame(0x18FE_F100, 0x4000), truck) == ["Vehicle.A 64.0"], "another source address")
    #expect(decode(frame(0x18FE_F1FE, 0xFFFF), truck) == ["Vehicle.A not-available"])
    #expect(decode(frame(0x18FE_F1FE, 0xFEFF), truck) == ["Vehicle.A error"])
    #expect(decode(frame(0x18FE_F200, 0x4000), truck) == [])
    let plain = try vehicle("can")
    #expect(decode(frame(0x18FE_F100, 0x4000), plain) == [])
    #expect(decode(frame(0x18FE_F1FE, 0xFFFF), plain) == ["Vehicle.A 255.99609375"])
  }

  /// A message of 55 bytes that no frame has, and a second value of one OBD-II parameter.
  @Test func answersOverISOTPAndValuesOfOneParameter() throws {
    let folder = try TemporaryPack(
      """
      pack: p
      obd2:
        - {pid: 0x14, value: voltage, signal: Vehicle.Telltale.V}
        - {pid: 0x14, value: trim, signal: Vehicle.Telltale.T}
        - {pid: 0x0D, signal: Vehicle.Speed}
        - {pid: 0x0D, value: speed, signal: Vehicle.Telltale.Again}
      dbc:
        - file: uds.dbc
          protocol: isotp
          signals: [{from: Battery.Charge, signal: Vehicle.Telltale.C, unit: percent, range: [0, 100]}]
      """,
      files: [
        "uds.dbc": """
        BO_ 1979 Battery: 55 X
         SG_ Service M : 8|8@1+ (1,0) [0|0] "" X
         SG_ Charge m98 : 32|8@1+ (0.5,0) [0|0] "%" X

        """
      ])
    let definition = try vehicle([try folder.load()])
    #expect(definition.problems.count == 1 && definition.problems[0].reason.contains("PID 0D"), "\(definition.problems)")
    func values(_ id: UInt32, _ bytes: [UInt8]) -> [String] {
      decode(CANFrame(time: .zero, id: CANID(standard: id), bytes: bytes), definition)
    }
    #expect(values(0x7E8, [4, 0x41, 0x14, 90, 128]) == ["Vehicle.Telltale.V 0.45", "Vehicle.Telltale.T 0.0"])
    #expect(values(0x7BB, [4, 0x62, 1, 1, 150]) == ["Vehicle.Telltale.C 75.0"])
    #expect(values(0x7BB, [4, 0x61, 1, 1, 150]) == [])
  }
}
