// The daemon as it runs on a vehicle, on a machine whose bus is not there: sources that are down, sensors, commands.
import Foundation
import Glibc
import Testing

@Suite struct LiveTests {
  struct Source: Decodable {
    var name: String
    var kind: String
    var state: String
    var busState: String?
    var frames: Int
    var error: String?
    struct Refusal: Decodable { var kind: String; var example: String? }
    var errors: [Refusal]
  }
  struct Signal: Decodable {
    var path: String
    var value: Double?
    var validity: String
  }

  /// An interface of this name exists on no machine.
  private let interface = "tt-none-0"

  private func sendDatagram(_ text: String, to path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let sent = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        Array(text.utf8).withUnsafeBytes {
          sendto(descriptor, $0.baseAddress, $0.count, 0, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    }
    if sent != text.utf8.count { throw RigError(description: "the datagram was not taken: \(String(cString: strerror(errno)))") }
  }

  @Test func sensorsReachSignalsAndTheirFaultsAreTold() throws {
    let rig = try Rig()
    try rig.configure(
      "sources: [{can: \(interface)}]\nsensors: {socket: sensors.sock}", adapters: "[obd2, aftermarket-sensors]")
    try rig.startDaemon([])
    let path = rig.folder.path + "/sensors.sock"
    try rig.wait(for: "the sensors' socket") { FileManager.default.fileExists(atPath: path) }
    try sendDatagram(#"[{"bn":"tpms/front-left/","n":"pressure","u":"bar","v":2.5},{"n":"temperature","u":"Cel","v":31}]"#, to: path)
    let base = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire."
    try rig.wait(for: "the tyre's pressure") {
      try rig.run("telltale", ["signals", "--json", base + "Pressure", "--socket", rig.socket]).json([Signal].self)[0].validity
        == "valid"
    }
    let signals = try rig.run(
      "telltale", ["signals", "--json", base + "Pressure", base + "AirTemperature", "--socket", rig.socket]
    ).json([Signal].self)
    #expect(signals.map(\.value) == [250, 31])

    try sendDatagram("[{", to: path)
    try sendDatagram(#"[{"n":"nobody/knows/me","v":1}]"#, to: path)
    func sources() throws -> [Source] {
      try rig.run("telltale", ["sources", "--json", "--socket", rig.socket]).json([Source].self)
    }
    try rig.wait(for: "the refusals") { try sources().contains { $0.kind == "senml" && $0.frames == 3 } }
    let told = try sources()
    #expect(told.map(\.kind) == ["socketcan", "senml"])
    #expect(told[0].state == "down" && told[0].error != nil)
    #expect(told[1].errors.map(\.kind).contains("unknown-name") && told[1].errors.allSatisfy { $0.example != nil })
    #expect(rig.stop("telltaled") == 0)
    #expect(!FileManager.default.fileExists(atPath: path), "the socket's name goes with the daemon")
  }

  @Test func commandsAreRefusedWhereNothingMayBeSent() throws {
    let rig = try Rig()
    try rig.configure("sources: [{can: \(interface)}]", adapters: "[obd2]")
    try rig.startDaemon([])
    for command in [["polling", "pause"], ["polling", "resume"], ["dtcs", "clear", "--yes"]] {
      let outcome = try rig.run("telltale", command + ["--socket", rig.socket])
      #expect(outcome.status == 4 && outcome.errors.contains("listen-only"), "\(command): \(outcome.errors)")
    }
    #expect(try rig.run("telltale", ["polling", "--socket", rig.socket]).status == 0)
    #expect(rig.stop("telltaled") == 0)
  }

  /// Authority comes from the configuration and the kernel's word on who asks, not from being root.
  @Test func pausingIsForEverybodyClearingForTechnicians() throws {
    let rig = try Rig()
    try rig.configure("sources: [{can: \(interface), transmit: polling}]", adapters: "[obd2]")
    try rig.startDaemon([])
    struct Polling: Decodable { var state: String; var configured: Bool }
    func polling() throws -> Polling {
      try rig.run("telltale", ["polling", "--json", "--socket", rig.socket]).json(Polling.self)
    }
    #expect(try rig.run("telltale", ["polling", "pause", "--for", "10min", "--socket", rig.socket]).status == 0)
    try rig.wait(for: "the pause") { try polling().state == "paused" }
    let visitor = try rig.run("telltale", ["dtcs", "clear", "--yes", "--socket", rig.socket])
    #expect(visitor.status == 4 && visitor.errors.contains("not-authorised"), "\(visitor.errors)")
    #expect(try rig.run("telltale", ["polling", "resume", "--socket", rig.socket]).status == 0)
    // Without a bus nobody knows whether the vehicle is awake.
    try rig.wait(for: "its end") { try polling().state == "quiet" }
    #expect(rig.log("telltaled").contains("pause-polling by"))
    #expect(rig.log("telltaled").contains(": refused (not-authorised)"))
    // A pause outlives a reload.
    #expect(try rig.run("telltale", ["polling", "pause", "--socket", rig.socket]).status == 0)
    rig.signal("telltaled", SIGHUP)
    try rig.wait(for: "the daemon to begin anew") { rig.log("telltaled").contains("begins anew") }
    try rig.wait(for: "the pause after the reload") { (try? polling().state) == "paused" }
    #expect(rig.stop("telltaled") == 0)

    try rig.configure(
      "sources: [{can: \(interface), transmit: polling}]\ntechnicians: [\"\(getuid())\"]", adapters: "[obd2]")
    try rig.startDaemon([])
    let technician = try rig.run("telltale", ["dtcs", "clear", "--yes", "--socket", rig.socket])
    #expect(technician.status == 4 && technician.errors.contains("not-standing"), "\(technician.errors)")
    #expect(rig.stop("telltaled") == 0)
  }
}
