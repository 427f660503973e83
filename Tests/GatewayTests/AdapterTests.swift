// Adapter packs: those that ship are without fault, those with one say where it is on one line.
import ConfigurationFile
import Decoding
import Glibc
import Health
import Testing
import Vocabulary

@testable import Adapters

@Suite struct AdapterTests {
  /// The folder adapters/ of this checkout.
  private static let adapters: String = {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/adapters"
  }()

  private static func packs() -> [String] {
    // An empty list fails the tests that ask for it.
    guard let folder = opendir(adapters) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if access("\(adapters)/\(name)/pack.yaml", F_OK) == 0 { names.append(name) }
    }
    return names.sorted()
  }

  @Test func everyPackThatShipsLoadsWithoutAProblem() throws {
    let names = Self.packs()
    #expect(names.contains("obd2"))
    for name in names {
      let pack = try AdapterPack.load(directory: "\(Self.adapters)/\(name)")
      #expect(pack.name == name && !pack.title.isEmpty && !pack.signals.isEmpty)
      let vehicle = try VehicleDefinition(packs: [pack], overrides: [])
      #expect(vehicle.problems.isEmpty, "\(vehicle.problems)")
      #expect(vehicle.catalogue.count == Set(pack.signals.map(\.description.path)).count)
      for description in vehicle.catalogue.descriptions {
        #expect(description.range.lowerBound < description.range.upperBound && description.staleAfter > 0)
      }
    }
  }

  @Test func allPacksTogetherAreOneVehicle() throws {
    let packs = try Self.packs().map { try AdapterPack.load(directory: "\(Self.adapters)/\($0)") }
    let vehicle = try VehicleDefinition(
      packs: packs, overrides: [(.cooling, "failure_drop", 9)], displacementLitres: 2.2)
    #expect(vehicle.problems.isEmpty && vehicle.packs == packs.map(\.name))
    #expect(vehicle.parameters.displacementLitres == 2.2)
    #expect(vehicle.components[Int(ComponentID.cooling.rawValue)]["failure_drop"] == 9)
  }

  // MARK: Packs with a fault

  @Test(arguments: [
    ("pack: p\nobd2:\n  - {pid: 0x0C, signal: Vehicle.Speed, colour: red}", ":3: obd2[0].colour: ", "unknown key"),
    ("pack: p\nobd2:\n  - {pid: 0x01, signal: Vehicle.Speed}", ":3: obd2[0].pid: ", "PID 1 is not among those"),
    ("pack: p\nobd2:\n  - {pid: 300, signal: Vehicle.Speed}", ":3: obd2[0].pid: ", "; "),
    ("pack: p\ntransmit: always", ":2: transmit: ", "a pack cannot grant transmission; write `transmit: never`"),
    ("pack: p\nobd2:\n  - {pid: 12, signal: Speed}", ":3: obd2[0].signal: ", "\"Speed\" is no VSS path"),
    ("pack: p\nobd2:\n  - {pid: 12, signal: Vehicle.A b}", ":3: obd2[0].signal: ", "is no VSS path"),
    (
      "pack: p\nobd2:\n  - pid: 12\n    signal: Vehicle.S\n    range: [9, 1]", ":5: obd2[0].range: ",
      "not two ascending numbers"
    ),
    ("pack: p\nobd2:\n  - {pid: 12, signal: Vehicle.S, stale_after: 0 s}", ":3: obd2[0].stale_after: ", "; "),
    (
      "pack: p\ndbc:\n  - file: a.dbc\n    signals:\n      - {from: X, signal: Vehicle.S}", ":5: ",
      "is not MESSAGE.SIGNAL"
    ),
    (
      "pack: p\ncomponents:\n  engine-oil:\n    last_service: 2026-02-30", ":4: components.engine-oil.last_service: ",
      "is no date"
    ),
    ("pack: p\ncomponents:\n  engine-oil: {interval_km: 5}", ":3: components.engine-oil.interval_km: ", "; "),
    ("pack: p\ncomponents:\n  engin-oil: {interval_km: 5000}", ":3: components.engin-oil: ", "engine-oil"),
    ("title: no name", ":1: pack: ", "missing; "),
  ])
  func aFaultIsNamedByFileLineAndKey(text: String, place: String, reason: String) throws {
    let folder = try PackFolder(pack: text)
    let error = #expect(throws: ConfigurationError.self) { _ = try AdapterPack.load(directory: folder.path) }
    let line = error?.description ?? ""
    #expect(line.hasPrefix(folder.path + "/pack.yaml" + place), "\(line)")
    #expect(line.contains(reason) && !line.contains("\n"), "\(line)")
  }

  @Test func aMissingPackIsNamed() {
    let error = #expect(throws: ConfigurationError.self) { _ = try AdapterPack.load(directory: "/no/such") }
    #expect(error?.description.contains("/no/such/pack.yaml") == true)
  }

  @Test func aMissingDBCIsNamedWithTheLineThatNeedsIt() throws {
    let folder = try PackFolder(
      pack: "pack: p\ndbc:\n  - file: gone.dbc\n    signals:\n      - {from: A.B, signal: Vehicle.S}")
    let pack = try AdapterPack.load(directory: folder.path)
    let error = #expect(throws: ConfigurationError.self) { _ = try VehicleDefinition(packs: [pack], overrides: []) }
    let line = error?.description ?? ""
    #expect(line.hasPrefix(folder.path + "/pack.yaml:5: dbc: ") && line.contains("gone.dbc") && !line.contains("\n"))
  }

  private static let dbc = """
    VERSION ""
    BO_ 256 EngineStatus: 8 Vector__XXX
     SG_ CoolantTemp : 0|8@1+ (1,-40) [-40|215] "degC" Vector__XXX
     SG_ OilTemp : 8|8@1+ (1,-40) [-40|215] "degC" Vector__XXX

    """

  @Test func aMessageThatIsNotInTheDBCIsAProblemWithTheNearestName() throws {
    let folder = try PackFolder(
      pack: """
        pack: p
        dbc:
          - file: car.dbc
            signals:
              - {from: EngineStatus.CoolantTemp, signal: Vehicle.A}
              - {from: EngineState.CoolantTemp, signal: Vehicle.B}
              - {from: EngineStatus.OilTmp, signal: Vehicle.C}
        """, dbc: Self.dbc)
    let vehicle = try VehicleDefinition(packs: [try AdapterPack.load(directory: folder.path)], overrides: [])
    #expect(vehicle.problems.count == 2, "\(vehicle.problems)")
    #expect(vehicle.problems.contains { $0.contains("EngineState") && $0.contains("EngineStatus") })
    #expect(vehicle.problems.contains { $0.contains("OilTmp") && $0.contains("OilTemp") })
    var decoder = vehicle.decoder
    let frame = CANFrame(time: .zero, id: CANID(standard: 256), bytes: [130, 0, 0, 0, 0, 0, 0, 0])
    #expect(decode(frame, &decoder) == ["Vehicle.A 90.0"], "the rest works")

    func decode(_ frame: CANFrame, _ decoder: inout FrameDecoder) -> [String] {
      let out = UnsafeMutableBufferPointer<Sample>.allocate(capacity: 16)
      out.initialize(repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)))
      defer { out.deallocate() }
      var span = out.mutableSpan
      let count = decoder.decode(frame, into: &span)
      return (0..<count).map { "\(vehicle.catalogue[out[$0].signal].path) \(out[$0].value)" }
    }
  }

  /// Two packs that map signals of one message: each gets its own.
  @Test func packsMayShareAMessage() throws {
    func pack(_ signal: String, _ path: String) throws -> PackFolder {
      try PackFolder(
        pack: "pack: p\ndbc:\n  - file: car.dbc\n    signals:\n      - {from: EngineStatus.\(signal), signal: \(path)}",
        dbc: Self.dbc)
    }
    let (a, b) = (try pack("CoolantTemp", "Vehicle.A"), try pack("OilTemp", "Vehicle.B"))
    let vehicle = try VehicleDefinition(
      packs: [try AdapterPack.load(directory: a.path), try AdapterPack.load(directory: b.path)], overrides: [])
    #expect(vehicle.problems.isEmpty && vehicle.catalogue.count == 2)
    var decoder = vehicle.decoder
    let out = UnsafeMutableBufferPointer<Sample>.allocate(capacity: 16)
    out.initialize(repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)))
    defer { out.deallocate() }
    var span = out.mutableSpan
    let count = decoder.decode(
      CANFrame(time: .zero, id: CANID(standard: 256), bytes: [130, 140, 0, 0, 0, 0, 0, 0]), into: &span)
    #expect((0..<count).map { out[$0].value }.sorted() == [90, 100])
  }
}

/// A folder with one pack, gone when the test ends.
private final class PackFolder {
  let path: String

  init(pack: String, dbc: String? = nil) throws {
    var template = Array("/tmp/telltale-pack-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try write("pack.yaml", pack)
    if let dbc { try write("car.dbc", dbc) }
  }

  private func write(_ name: String, _ text: String) throws {
    let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw Failure(code: errno) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(code: errno) }
  }

  deinit {
    for name in ["pack.yaml", "car.dbc"] { unlink(path + "/" + name) }
    rmdir(path)
  }

  struct Failure: Error { let code: Int32 }
}
