// Bad input gets one clear line that names file, line or key and the mend; what can go on goes on.
import Foundation
import Testing

@Suite struct BadInputTests {
  /// Runs the daemon on a configuration and returns its complaint, which must be a single line.
  private func refusal(_ rig: Rig, _ arguments: [String], status: Int32 = 1) throws -> String {
    let outcome = try rig.run("telltaled", arguments)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    let lines = outcome.errors.split(separator: "\n").filter { $0.contains("error") }
    #expect(lines.count == 1, "\(outcome.errors)")
    return String(lines.first ?? "")
  }

  @Test func missingConfiguration() throws {
    let rig = try Rig()
    let line = try refusal(rig, ["--config", rig.folder.path + "/none.yaml", "--check"])
    #expect(line.contains("none.yaml"))
  }

  @Test(arguments: [
    ("vehicle: {id: a\n", ":"), ("vehicle: {id: a}\nsourses: []\n", "sources"),
    ("vehicle: {id: a}\nmqtt: {host: h, prot: 1}\n", "port"), ("vehicle: {id: a b}\n", "vehicle.id"),
    ("vehicle: {id: a}\nadapters: [obd3]\n", "obd2"), ("vehicle: {id: a}\nlimits: {memory: 1 MiB}\n", "limits.memory"),
    ("vehicle: {id: a}\ncomponents: {engine-oil: {interval_km: 3}}\n", "interval_km"),
    ("vehicle: {id: a}\ncomponents: {engine-oil: {last_service: yesterday}}\n", "last_service"),
    ("vehicle: {id: a}\nmqtt: {port: 70000, host: h}\n", "mqtt.port"), ("vehicle: {id: ..}\n", "vehicle.id"),
    ("vehicle: {id: a}\nadapters: []\n", "adapters"),
    ("vehicle: {id: a}\nadapters: [{bus: can0}]\nsources: [{can: can0}]\n", "adapters[0].pack"),
    ("vehicle: {id: a}\nadapters: [{pack: obd2, bus: can9}]\nsources: [{can: can0}]\n", "sources has can0"),
    ("vehicle: {id: a}\nadapters: [obd2, {pack: obd2, lane: 1}]\n", "adapters[1].lane"),
    ("vehicle: {id: a}\nadapters: [[obd2]]\n", "adapters[0]"),
    ("vehicle: {id: a}\nsources: [{can: can0}, {can: can0}]\n", "sources[1].can"),
    ("vehicle: {id: a}\nsources: [{can: can0-of-the-left-door}]\n", "sources[0].can"),
    ("vehicle: {id: a}\ncomponents: {charging: {low_voltage: 14.2}}\n", "charging"),
    ("vehicle: {id: a}\nsources: [{can: can0, transmit: yes}]\n", "sources[0].transmit"),
    ("vehicle: {id: a}\nsources: [{can: can0, polling: {requests_per_second: 5}}]\n", "`transmit: polling`"),
    ("vehicle: {id: a}\nsources: [{can: can0, transmit: polling, polling: {requests_per_second: 500}}]\n", "0.1"),
    ("vehicle: {id: a}\nsources: [{can: can0, transmit: polling, polling: {probe: 2 s}}]\n", "sources[0].polling.probe"),
    ("vehicle: {id: a}\nsources: [{can: can0, bitrate: 5 Mbit/s}]\n", "1 Mbit/s"),
    ("vehicle: {id: a}\nsources: [{can: can0, data_bitrate: 2 Mbit/s}]\n", "`bitrate`"),
    ("vehicle: {id: a}\nsources: [{can: can0, transmit: polling, bitrate: 500 kbit/s, listen_only: true}]\n", "listen_only"),
    ("vehicle: {id: a}\nsources: [{can: can0, transmit: polling, polling: {units: [{to: 0x7A0, answer: 0x7A0}]}}]\n", "answer"),
    ("vehicle: {id: a}\ncapture: {linger: 2 s}\n", "capture.linger"),
    ("vehicle: {id: a}\ncapture: {priority: 200}\n", "capture.priority"),
    ("vehicle: {id: a}\nsensors: {mqtt: {host: h}}\n", "sensors.mqtt.topic"),
  ])
  func aWrongConfigurationNamesItsKeyAndTheMend(text: String, mention: String) throws {
    let rig = try Rig()
    let path = try rig.write("telltale.yaml", text + (text.contains("adapters") ? "" : "adapters_path: \(packFolder)\n"))
    let outcome = try rig.run("telltaled", ["--config", path, "--check"])
    #expect(outcome.status == 1)
    let said = outcome.errors + outcome.output
    #expect(said.contains("telltale.yaml:") && said.contains(mention), "\(said)")
  }

  @Test func aWrongCallIsTwoAndTeaches() throws {
    let rig = try Rig()
    #expect(try rig.run("telltaled", []).status == 2)
    #expect(try rig.run("telltaled", ["--config", "x", "--exit-at-end"]).status == 2)
    #expect(try rig.run("telltaled", ["--config", "x", "--replay", "y", "--speed", "-1"]).status == 2)
    let help = try rig.run("telltaled", ["--help"])
    #expect(help.status == 0 && help.output.contains("--replay"))
    #expect(try rig.run("telltale", ["no-such"]).status == 2)
    #expect(try rig.run("telltale", ["health", "--socket", rig.socket]).status == 3)
  }

  @Test func aComponentThatIsNotThereIsRefusedWithTheNearest() throws {
    let rig = try Rig()
    try rig.configure()
    try rig.startDaemon(["--replay", try rig.write("idle.log", "(1800000000.000000) can0 7FF#00\n")])
    let outcome = try rig.run("telltale", ["health", "coling", "--socket", rig.socket])
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(outcome.errors == "Error: there is no component coling: did you mean cooling? /v1/health lists all\n")
    #expect(try rig.stop("telltaled") == 0)
  }

  @Test func aRecordingThatIsMissingOrEmptyIsSaid() throws {
    let rig = try Rig()
    try rig.configure()
    let config = rig.folder.path + "/telltale.yaml"
    #expect(try refusal(rig, ["--config", config, "--replay", rig.folder.path + "/no.log"]).contains("no.log"))
    let empty = try rig.write("empty.log", "")
    #expect(try refusal(rig, ["--config", config, "--replay", empty, "--exit-at-end"]).contains("empty.log"))
  }

  @Test func aRecordingThatNoPackDescribesIsSaid() throws {
    let rig = try Rig()
    try rig.configure()
    let log = try rig.write("drive.log", "(1700000000.000000) can0 123#0102\n(1700000001.000000) can0 123#0102\n")
    let outcome = try rig.run(
      "telltaled", ["--config", rig.folder.path + "/telltale.yaml", "--replay", log, "--exit-at-end"])
    #expect(outcome.status == 0 && outcome.output.contains("frames 2 lines 2 damaged 0 decoded 0"))
    #expect(outcome.errors.contains("none of the 2 frames is described by obd2, simulated-petrol"), "\(outcome.errors)")
  }

  @Test func aDriveThatTheStateAlreadyKnowsIsWarnedOf() throws {
    let rig = try Rig()
    try rig.configure()
    let log = try rig.simulate(days: 2)
    let call = ["--config", rig.folder.path + "/telltale.yaml", "--replay", log, "--exit-at-end"]
    #expect(try !rig.run("telltaled", call).errors.contains("counts twice"))
    let again = try rig.run("telltaled", call)
    #expect(again.status == 0 && again.errors.contains("counts twice"), "\(again.errors)")
  }

  @Test func aPackInAnotherUnitThanTheFeaturesReadIsRefused() throws {
    let rig = try Rig()
    try FileManager.default.createDirectory(atPath: rig.folder.path + "/pack", withIntermediateDirectories: true)
    try rig.write(
      "pack/pack.yaml",
      "pack: pack\nobd2:\n  - {pid: 0x0D, signal: Vehicle.Speed, unit: m/s, factor: 0.27777777777777777}\n")
    try rig.configure(adapters: "[\(rig.folder.path)/pack]")
    let line = try refusal(rig, ["--config", rig.folder.path + "/telltale.yaml", "--check"])
    #expect(line.contains("Vehicle.Speed") && line.contains("km/h"))
  }

  @Test func damagedLinesAreCountedAndReportedOnce() throws {
    let rig = try Rig()
    try rig.configure()
    let log = try rig.write(
      "drive.log",
      """
      (1700000000.000000) can0 7E8#03410D1E00000000
      (1700000000.100000) can0 7E8#03410D1
      rubbish
      (1700000000.200000) can0 7E8#03410D1F00000000

      """)
    let outcome = try rig.run(
      "telltaled", ["--config", rig.folder.path + "/telltale.yaml", "--replay", log, "--exit-at-end"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("frames 2 lines 4 damaged 2"))
    #expect(outcome.errors.components(separatedBy: "drive.log:2").count == 2, "\(outcome.errors)")
  }

  @Test func oneBadDBCLineIsReportedAndTheRestLoads() throws {
    let rig = try Rig()
    try FileManager.default.createDirectory(atPath: rig.folder.path + "/pack", withIntermediateDirectories: true)
    try rig.write(
      "pack/car.dbc",
      """
      VERSION ""
      BO_ 291 Engine: 8 ECU
       SG_ Speed : 0|16@1+ (0.01,0) [0|300] "km/h" ECU
       SG_ Broken : what|is@this
      """)
    try rig.write(
      "pack/pack.yaml",
      "pack: car\ndbc:\n  - file: car.dbc\n    signals:\n      - {from: Engine.Speed, signal: Vehicle.Speed, unit: km/h}\n")
    try rig.configure(adapters: "[\(rig.folder.path)/pack]")
    let outcome = try rig.run("telltaled", ["--config", rig.folder.path + "/telltale.yaml", "--check"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("car.dbc:4"))
    #expect(outcome.output.contains("1 signals"))
  }

  @Test func aStateFolderThatCannotBeWrittenIsSaid() throws {
    let rig = try Rig()
    try rig.write("file", "no folder")
    try rig.configure()
    let log = try rig.write("drive.log", "(1700000000.000000) can0 7E8#03410D1E00000000\n")
    let line = try refusal(
      rig,
      ["--config", rig.folder.path + "/telltale.yaml", "--replay", log, "--state", rig.folder.path + "/file/state"])
    #expect(line.contains("/file/state") && line.contains("state"))
  }

  @Test func withoutABrokerTheDaemonGoesOnAndSaysSo() throws {
    let rig = try Rig()
    try rig.configure("mqtt: {host: 127.0.0.1, port: 1}")
    let log = try rig.simulate(days: 3)
    try rig.startDaemon(["--replay", log])
    try rig.wait(for: "the replay") { rig.isThrough }
    try rig.wait(for: "a word about the broker") {
      try rig.status().warnings.contains { $0.contains("127.0.0.1:1") && $0.contains("wait in the outbox") }
    }
    #expect(try rig.status().waiting > 0)
    #expect(try rig.stop("telltaled") == 0)
  }

  @Test func twoDaemonsNeverShareAStateOrASocket() throws {
    let rig = try Rig()
    try rig.configure()
    let log = try rig.write("drive.log", "(1700000000.000000) can0 7E8#03410D1E00000000\n")
    try rig.startDaemon(["--replay", log])
    let config = rig.folder.path + "/telltale.yaml"
    #expect(try refusal(rig, ["--config", config, "--replay", log]).contains("another telltaled"))
    #expect(
      try refusal(rig, ["--config", config, "--replay", log, "--state", rig.folder.path + "/other"])
        .contains("another telltaled"))
    #expect(try rig.stop("telltaled") == 0)
  }
}
