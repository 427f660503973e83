// Which pack fits a recording: recordings of many vehicles, each with its own pack among those of others.
import Recordings
import Testing
import VehicleSimulator
import Vocabulary

@testable import Adapters

@Suite struct AdapterMatchTests {
  private func ranking(_ log: String, _ packs: [AdapterPack]) throws -> [AdapterMatch.Fit] {
    let reader = try RecordingReader(path: try #require(corpus) + "/can/" + log)
    var match = AdapterMatch(packs)
    let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 1024)
    defer { buffer.deallocate() }
    while case let count = try reader.read(into: buffer), count > 0 {
      for frame in buffer[..<count] { match.observe(frame) }
    }
    #expect(match.problems.isEmpty && match.frames > 1000)
    return match.ranking
  }

  private func shippedPacks() throws -> [AdapterPack] { try shipped.names.map { try shippedPack($0) } }

  @Test(.enabled(if: corpus != nil, "TELLTALE_CORPUS is not set"), arguments: 1...4)
  func aDriveWithRepliesIsOBD(number: Int) throws {
    let ranking = try ranking("css/obd2-drive-\(number).log", shippedPacks())
    #expect(ranking[0].pack == "obd2" && ranking[0].score > 0.6, "\(ranking)")
    let receiver = try #require(ranking.first { $0.pack == "canmod-gps" })
    #expect(receiver.score > 0.3 && receiver.identifiersMatched == receiver.identifiersTotal, "\(ranking)")
    for other in ["j1939", "simulated-petrol"] {
      #expect(try #require(ranking.first { $0.pack == other }).score < 0.1, "\(ranking)")
    }
  }

  @Test(.enabled(if: corpus != nil, "TELLTALE_CORPUS is not set"))
  func aMachineIsJ1939() throws {
    let ranking = try ranking("css/j1939-machine.log", shippedPacks())
    #expect(ranking[0].pack == "j1939" && ranking[0].score > 0.5 && ranking[1].score < 0.1, "\(ranking)")
  }

  /// A boat with NMEA 2000, and diagnosis over UDS: no vehicle that ships is like them. The boat has a satellite
  /// receiver that one pack knows.
  @Test(.enabled(if: corpus != nil, "TELLTALE_CORPUS is not set"), arguments: ["nmea2000-2", "ev-uds-isotp"])
  func foreignTrafficIsNoVehicle(log: String) throws {
    let ranking = try ranking("css/\(log).log", shippedPacks().filter { $0.name != "canmod-gps" })
    #expect(ranking[0].score < 0.1, "\(ranking)")
  }

  // MARK: Makes against each other

  /// Packs of makes that map a handful of signals each, made here from network descriptions as somebody would.
  private func makes() throws -> [TemporaryPack] {
    func pack(_ name: String, _ dbc: String, _ signals: [(from: String, path: String, rest: String)]) throws
      -> TemporaryPack
    {
      let entries = signals.map { "      - {from: \($0.from), signal: Vehicle.\($0.path), \($0.rest)}\n" }.joined()
      return try TemporaryPack(
        "pack: \(name)\ndbc:\n  - file: \(try #require(corpus))/\(dbc)\n    signals:\n" + entries, name: name)
    }
    let rpm = "Powertrain.CombustionEngine.Speed"
    let coolant = "Powertrain.CombustionEngine.EngineCoolant.Temperature"
    let pedal = "Chassis.Accelerator.PedalPosition"
    return [
      try pack(
        "ford", "dbc/opendbc/ford_lincoln_base_pt.dbc",
        [
          ("EngVehicleSpThrottle.EngAout3_N_Actl", rpm, "unit: rpm, range: [0, 9000]"),
          ("EngVehicleSpThrottle.ApedPos_Pc_ActlArb", pedal, "unit: percent, range: [0, 100]"),
          ("BrakeSysFeatures.Veh_V_ActlBrk", "Speed", "unit: km/h, range: [0, 320]"),
          ("Cluster_Info1_FD1.OdometerMasterValue", "TraveledDistance", "unit: m, factor: 1000, range: [0, 2e9]"),
        ]),
      try pack(
        "hyundai", "can/kia-forte/hyundai_kia_generic.dbc",
        [
          ("EMS_366.N", rpm, "unit: rpm, range: [0, 9000]"), ("EMS_366.VS", "Speed", "unit: km/h, range: [0, 254]"),
          ("EMS12.TEMP_ENG", coolant, "unit: celsius, range: [-40, 140]"),
          ("EMS12.TPS", "Powertrain.CombustionEngine.TPS", "unit: percent, range: [-16, 105]"),
          ("SAS11.SAS_Angle", "Chassis.SteeringWheel.Angle", "unit: degrees, range: [-900, 900]"),
        ]),
      try pack(
        "toyota", "can/toyota-yaris/toyota_iQ_2009_can.dbc",
        [
          ("COMMAND.ACC_PEDAL_MEAN", "Telltale.Pedal", "range: [-500, 5000]"),
          ("LOW_RES_INDICATORS.LOW_RES_RPM", rpm, "unit: rpm, range: [0, 9000]"),
          ("CONTAINS_LRES_SPEED.SPEED_LOWRES", "Speed", "unit: km/h, range: [0, 250]"),
        ]),
      try pack(
        "vw", "dbc/opendbc/vw_pq.dbc",
        [
          ("Motor_1.Motordrehzahl", rpm, "unit: rpm, range: [0, 9000]"),
          ("Motor_2.MO2_Kuehlm_T", coolant, "unit: celsius, range: [-48, 143]"),
          ("Kombi_1.Angezeigte_Geschwindigkeit", "Speed", "unit: km/h, range: [0, 326]"),
          ("Lenkwinkel_1.LW1_LRW", "Chassis.SteeringWheel.Angle", "unit: degrees, range: [0, 900]"),
        ]),
    ]
  }

  @Test(
    .enabled(if: corpus != nil, "TELLTALE_CORPUS is not set"),
    arguments: [
      ("ford", "ford-gt350/aconoff.log"), ("ford", "ford-gt350/normalsportcomfortengineon.log"),
      ("hyundai", "hyundai-kona/turnonlog.log"), ("toyota", "toyota-yaris/aconoff.log"),
      ("toyota", "toyota-yaris/turnonstockecu.log"), ("vw", "rusefi/passat-idling.trc"),
    ])
  func eachMakeIsTold(make: String, log: String) throws {
    let made = try makes()
    let ranking = try ranking(log, shippedPacks() + made.map { try $0.load() })
    #expect(ranking[0].pack == make && ranking[0].score > 0.45, "\(ranking[..<4])")
    #expect(ranking[1].score < 0.6 * ranking[0].score, "\(ranking[..<4])")
  }

  // MARK: What decides

  @Test func aSimulatedCarIsTold() throws {
    var match = AdapterMatch(try shippedPacks())
    var configuration = SimulatedVehicle.Configuration(seed: 7)
    configuration.days = 3
    var car = SimulatedVehicle(configuration)
    let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 1024)
    defer { buffer.deallocate() }
    while case let count = car.read(into: buffer), count > 0 { for frame in buffer[..<count] { match.observe(frame) } }
    let ranking = match.ranking
    #expect(ranking.map(\.pack).prefix(2) == ["simulated-petrol", "obd2"], "\(ranking)")
    #expect(ranking[0].score > 0.9 && ranking[0].plausible == 1, "\(ranking[0])")
    #expect(ranking[0].reasons.contains("3 of 3 mapped messages seen"), "\(ranking[0].reasons)")
    let enough = "with all of its signals enough for engine-oil, cooling, charging"
    #expect(ranking[0].reasons.contains { $0.hasPrefix(enough) }, "\(ranking[0].reasons)")
  }

  private static let engine =
    "pack: p\ndbc:\n  - file: car.dbc\n    signals:\n      "
    + "- {from: EngineStatus.CoolantTemp, signal: Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature, "
    + "unit: celsius, range: [-40, 140], every: 100 ms}"

  /// A score from frames of one identifier among others.
  private func score(_ bytes: [UInt8], id: UInt32 = 256, period: Double = 0.1, others: UInt32 = 0) throws
    -> AdapterMatch.Fit
  {
    let folder = try TemporaryPack(Self.engine, files: ["car.dbc": carDBC])
    var match = AdapterMatch([try folder.load()])
    for i in 0..<100 {
      var bytes = bytes
      bytes[1] = UInt8(i)
      let time = Instant.zero.advanced(seconds: Double(i) * period)
      match.observe(CANFrame(time: time, id: CANID(standard: id), bytes: bytes))
      for other in 0..<others { match.observe(CANFrame(time: time, id: CANID(standard: 512 + other), bytes: bytes)) }
    }
    return try #require(match.ranking.first)
  }

  @Test func lengthValuesRateAndSurroundingsCount() throws {
    let good: [UInt8] = [120, 0, 0, 0, 0, 0, 0, 0]
    let right = try score(good)
    #expect(right.score > 0.95 && right.framesMatched == 100 && right.identifiersMatched == 1, "\(right)")
    #expect(try score(good, id: 257).score == 0)
    #expect(try score([120, 0, 0, 0]).score == 0, "another length")
    let wrong = try score([220, 0, 0, 0, 0, 0, 0, 0])
    #expect(wrong.score == 0 && wrong.plausible == 0, "180 degrees")
    let slow = try score(good, period: 10)
    #expect(slow.score < 0.9 * right.score && slow.reasons.contains("1 of 1 messages come at another rate"), "\(slow)")
    // One known identifier of eleven hundred used ones is what chance gives.
    #expect(try score(good, others: 10).score > 0.6)
    #expect(try score(good, others: 1100).score < 0.35)
  }

  @Test func remoteAndErrorFramesSayNothing() throws {
    let folder = try TemporaryPack(Self.engine, files: ["car.dbc": carDBC])
    var match = AdapterMatch([try folder.load()])
    for flag in [CANID.remoteFlag, CANID.errorFlag] {
      match.observe(CANFrame(time: .zero, id: CANID(rawValue: 256 | flag), bytes: [120, 0, 0, 0, 0, 0, 0, 0]))
    }
    #expect(match.frames == 0 && match.ranking[0].score == 0)
  }

  @Test func aPackThatCannotBeReadIsAProblemAndNotRanked() throws {
    let folder = try TemporaryPack(Self.engine)
    let match = AdapterMatch([try folder.load()])
    #expect(match.ranking.isEmpty && match.problems.count == 1 && match.problems[0].line == 3)
  }
}
