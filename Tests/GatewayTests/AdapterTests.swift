// The daemon with an ELM327: the simulated one plays adapter and vehicle on a pseudo-terminal, in real time.
import Foundation
import Glibc
import Testing
import VehicleBus

@testable import Gateway

@Suite struct AdapterTests {
  struct Source: Decodable {
    var kind: String
    var state: String
    var busState: String?
    var frames: Int
    var adapter: Adapter?

    struct Adapter: Decodable {
      var text: String
      var state: String
      var banner: String?
      var baudRate: Int?
      var vehicleProtocol: String?
      var requests: Int
      var searches: Int
      var opened: Int
    }
  }
  /// What the simulated adapter counted.
  struct Played: Decodable {
    var requests: Int
    var transmissions: Int
    var commands: Int
  }

  private func source(_ rig: Rig) throws -> Source {
    try #require(
      try rig.run("telltale", ["sources", "--json", "--socket", rig.socket]).json([Source].self).first)
  }

  private func speed(_ rig: Rig) throws -> String {
    try rig.run(
      "telltale",
      ["signals", "--json", "Vehicle.Powertrain.CombustionEngine.Speed", "--socket", rig.socket]
    ).json([LiveTests.Signal].self)[0].validity
  }

  private func plugIn(_ rig: Rig, _ arguments: String...) throws {
    try rig.start(
      "adapter", Rig.program("telltale"),
      ["simulate", "--elm327", "genuine", "--pty", rig.folder.path + "/obd", "--json"] + arguments)
  }

  private func events(_ rig: Rig) throws -> Int {
    try rig.count(rig.state, "SELECT count(*) FROM event WHERE type = 'bus.changed'")
  }

  @Test func readingsBeginWhenTheAdapterIsPluggedInAndAgainAfterItWasGone() throws {
    let rig = try Rig()
    try rig.configure(
      "sources: [{serial: \(rig.folder.path)/obd, transmit: polling, polling: {probe: 10 s}}]",
      adapters: "[elm327, generic-ice]")
    try rig.startDaemon([])
    #expect(try source(rig).adapter?.state == "closed")
    try plugIn(rig)
    try rig.wait(for: "the engine's speed") { try speed(rig) == "valid" }
    // What control shows is up to a second old.
    try rig.wait(for: "the state to be shown") { try source(rig).adapter?.state == "polling" }
    let first = try source(rig)
    #expect(first.kind == "elm327" && first.busState == "error-active" && first.frames > 0)
    #expect(first.adapter?.baudRate == 38_400)
    #expect(first.adapter?.vehicleProtocol == "CAN, 11 bits, 500 kbit/s")
    #expect(first.adapter?.text.contains("ELM327 v1.4b") == true)

    // Pulled out in mid-answer, and plugged in again.
    _ = try rig.stop("adapter", signal: SIGKILL)
    try rig.wait(for: "the adapter to be gone") { try source(rig).busState == "absent" }
    try plugIn(rig)
    try rig.wait(for: "answers after the replug") {
      let now = try source(rig)
      return now.adapter?.state == "polling" && now.frames > first.frames
    }
    #expect(try source(rig).adapter?.opened == 2)
    try rig.wait(for: "the events") { try events(rig) >= 3 }

    // What worked is tried first after a restart: the search takes one request.
    #expect(try rig.stop("telltaled") == 0)
    try rig.startDaemon([])
    try rig.wait(for: "the protocol after the restart") { try source(rig).adapter?.vehicleProtocol != nil }
    #expect(try source(rig).adapter?.searches == 1)
    #expect(try rig.stop("telltaled") == 0)
  }

  @Test func withoutThePermissionOnlyItsOwnCommandsReachTheAdapter() throws {
    let rig = try Rig()
    try rig.configure("sources: [{serial: \(rig.folder.path)/obd}]", adapters: "[elm327, generic-ice]")
    try rig.startDaemon([])
    try plugIn(rig)
    try rig.wait(for: "the adapter to listen") { try source(rig).adapter?.state == "listening" }
    #expect(try source(rig).adapter?.requests == 0)
    #expect(try rig.stop("telltaled") == 0)
    _ = try rig.stop("adapter")
    let text = rig.log("adapter")
    let json = try #require(text.firstIndex(of: "{").map { String(text[$0...]) })
    let played = try JSONDecoder().decode(Played.self, from: Data(json.utf8))
    #expect(played.requests == 0 && played.transmissions == 0 && played.commands > 5)
  }

  @Test(arguments: [
    ("{serial: ttyUSB0}", "sources[0].serial", "/dev/ttyUSB0"),
    ("{serial: obd-1, can: can0}", "sources[0].serial", "an entry of its own"),
    ("{serial: obd-1, baud: fast}", "sources[0].baud", "number"),
    ("{serial: obd-1, baud: 12}", "sources[0].baud", "1200"),
    ("{serial: obd-1, protocol: 12}", "sources[0].protocol", "6 (CAN, 11 bits, 500 kbit/s)"),
    ("{serial: obd-1, bitrate: 500 kbit/s}", "sources[0].bitrate", "unknown key"),
    ("{serial: obd-1}, {serial: obd-1}", "sources[1].serial", "leave one out"),
    ("{serial: \"tcp:example.com:35000\"}", "sources[0].serial", "numeric address"),
  ]) func whatIsWrongWithAnAdaptersEntryIsNamedWithTheMend(entry: String, key: String, mend: String) throws {
    let rig = try Rig()
    let outcome = try rig.run(
      "telltaled", ["--config", try rig.configure("sources: [\(entry)]", adapters: "[elm327]"), "--check"])
    #expect(outcome.status == 1, "\(outcome.output)")
    let message = outcome.errors
    #expect(message.contains("telltale.yaml:") && message.contains(key), "\(message)")
    #expect(message.contains(mend), "\(message)")
    #expect(message.split(separator: "\n").count == 1)
  }

  @Test func whatIsRememberedOfAnAdapterSurvivesAsText() {
    var memory = ELMMemory()
    #expect(memory.text == "" && ELMMemory(text: "") == memory)
    memory.baudRate = 115_200
    memory.vehicleProtocol = .can29at500
    #expect(memory.text == "baud=115200 protocol=7" && ELMMemory(text: memory.text) == memory)
    #expect(ELMMemory(text: "baud=1 protocol=99 =x speed=7 protocol") == ELMMemory(), "what is not understood is not known")
  }
}
