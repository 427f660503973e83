// The daemon as it runs on a vehicle, on a machine whose bus is not there: sources that are down, sensors, commands.
import Foundation
import Glibc
import MQTT
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
    #expect(try rig.stop("telltaled") == 0)
    #expect(!FileManager.default.fileExists(atPath: path), "the socket's name goes with the daemon")
  }

  /// Publishes one message and waits until the broker has taken it over.
  private func publish(_ text: String, retain: Bool = false, on rig: Rig) throws {
    let client = try Client(
      BrokerOptions(host: "127.0.0.1", port: rig.port, clientID: "sensor"), wakeup: try Wakeup(),
      monotonic: { Int64(DispatchTime.now().uptimeNanoseconds) })
    try rig.wait(for: "the sensor's connection") {
      _ = client.step(timeout: 100)
      return client.isConnected
    }
    try client.publish("sensors/cargo", Array(text.utf8), retain: retain)
    try rig.wait(for: "the broker's word") {
      _ = client.step(timeout: 100)
      return client.inFlight == 0
    }
    client.disconnect(timeout: 1000)
  }

  @Test(.enabled(if: mosquittoPath != nil, "needs mosquitto"))
  func sensorsAreHeardOnABrokersTopicAndAgainAfterItsRestart() throws {
    let rig = try Rig()
    try rig.startBroker()
    let port = rig.port
    // Nobody knows how old a retained message is: it is left out.
    try publish(#"[{"n":"temperature/cargo","u":"Cel","v":99}]"#, retain: true, on: rig)
    try rig.configure(
      "sources: [{can: \(interface)}]\nsensors: {mqtt: {host: 127.0.0.1, port: \(port), topic: \"sensors/#\"}}",
      adapters: "[obd2, aftermarket-sensors]")
    try rig.startDaemon([])
    func temperature() throws -> Double? {
      try rig.run(
        "telltale", ["signals", "--json", "Vehicle.Telltale.Sensor.Temperature.Cargo", "--socket", rig.socket]
      ).json([Signal].self)[0].value
    }
    let heard = "sensors are heard on sensors/#"
    try rig.wait(for: "the subscription") { rig.log("telltaled").contains(heard) }
    #expect(try temperature() == nil)
    try publish(#"[{"n":"temperature/cargo","u":"Cel","v":4.5}]"#, on: rig)
    try rig.wait(for: "the temperature") { try temperature() == 4.5 }
    _ = try rig.stop("mosquitto", signal: SIGKILL)
    try rig.startBroker()
    try rig.wait(for: "the subscription after the restart") {
      rig.log("telltaled").components(separatedBy: heard).count == 3
    }
    try publish(#"[{"n":"temperature/cargo","u":"Cel","v":5.5}]"#, on: rig)
    try rig.wait(for: "the next temperature") { try temperature() == 5.5 }
    #expect(try rig.stop("telltaled") == 0)
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
    #expect(try rig.stop("telltaled") == 0)
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
    #expect(try rig.stop("telltaled") == 0)

    try rig.configure(
      "sources: [{can: \(interface), transmit: polling}]\ntechnicians: [\"\(getuid())\"]", adapters: "[obd2]")
    try rig.startDaemon([])
    let technician = try rig.run("telltale", ["dtcs", "clear", "--yes", "--socket", rig.socket])
    #expect(technician.status == 4 && technician.errors.contains("not-standing"), "\(technician.errors)")
    #expect(try rig.stop("telltaled") == 0)
  }
}
