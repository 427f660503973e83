// The broker configuration and the access list that ship, on a real mosquitto: nobody speaks for another.
import FleetContract
import Glibc
import MQTT
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: Broker.isInstalled, "/usr/sbin/mosquitto is not installed"))
struct AccessTests {
  private let accounts: Folder
  private let broker: Broker

  init() throws {
    accounts = try Folder()
    let passwords = try accounts.write("van-7:seven\nvan-8:eight\nreceiver:depot\n", to: "passwords")
    let program = try ChildProcess("/usr/bin/mosquitto_passwd", ["-U", passwords], output: accounts.path + "/log")
    #expect(try program.wait(seconds: 10) == 0)
    broker = try Broker(try Self.shipped(passwords: passwords))
  }

  /// The lines of examples/mosquitto.conf, with passwords in place of certificates and this test's files.
  private static func shipped(passwords: String) throws -> String {
    let file = try #require(fopen(example("mosquitto.conf"), "r"))
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 16_384)
    let count = fread(&buffer, 1, buffer.count, file)
    let text = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let dropped: Set = [
      "listener", "cafile", "certfile", "keyfile", "tls_version", "require_certificate", "use_identity_as_username",
      "persistence", "persistence_location", "set_tcp_nodelay",
    ]
    return text.split(separator: "\n").compactMap { line in
      switch line.split(separator: " ").first.map(String.init) {
      case "#password_file": "password_file " + passwords
      case "acl_file": "acl_file " + example("mosquitto.acl")
      case let word? where dropped.contains(word): nil
      default: String(line)
      }
    }.joined(separator: "\n")
  }

  private func vehicle(
    _ name: String = "van-7", _ password: String = "seven", subscribing filters: [String] = []
  ) throws -> Peer {
    try Peer(broker, as: name, password: password, subscribing: filters)
  }

  private func settle(_ peers: Peer..., until condition: () -> Bool) throws {
    let deadline = Deadline()
    while !condition() {
      try #require(!deadline.isOver, "no answer of the broker")
      for peer in peers { try peer.turn(timeout: 1) }
    }
  }

  @Test func aVehicleWritesItsOwnTopicsOnly() throws {
    let receiver = try Peer(
      broker, as: "receiver", password: "depot",
      subscribing: ["status", "health", "alerts", "events", "telemetry"].map { "telltale/v1/+/" + $0 })
    let vehicle = try vehicle()
    let own = ["status", "health", "alerts", "events", "telemetry"]
    for channel in own { try vehicle.publish("telltale/v1/van-7/" + channel, [0x31]) }
    let others =
      own.map { "telltale/v1/van-8/" + $0 } + ["telltale/v1/van-7/ack", "telltale/v1/van-8/ack", "telltale/v1/van-7/x"]
    for topic in others { try vehicle.publish(topic, [0x32]) }
    try settle(vehicle, receiver, until: { vehicle.delivered + vehicle.refusals.count == own.count + others.count })
    // 0x87: not authorised.
    #expect(vehicle.refusals == others.map { _ in 0x87 })
    try settle(vehicle, receiver, until: { receiver.messages.count >= own.count })
    #expect(Set(receiver.messages.map(\.topic)) == Set(own.map { "telltale/v1/van-7/" + $0 }))
    #expect(receiver.messages.allSatisfy { $0.payload == [0x31] })
  }

  @Test func aVehicleReadsItsOwnAcknowledgementsOnly() throws {
    let vehicle = try vehicle(subscribing: ["telltale/v1/#"])
    let receiver = try Peer(broker, as: "receiver", password: "depot")
    let other = try self.vehicle("van-8", "eight")
    try receiver.publish("telltale/v1/van-8/ack", [0x31])
    try other.publish("telltale/v1/van-8/events", [0x32])
    try settle(receiver, other, until: { receiver.delivered == 1 && other.delivered == 1 })
    try receiver.publish("telltale/v1/van-7/ack", [0x33])
    try settle(receiver, vehicle, until: { !vehicle.messages.isEmpty })
    #expect(vehicle.messages.map(\.payload) == [[0x33]])
  }

  @Test func aReceiverWritesAcknowledgementsOnly() throws {
    let receiver = try Peer(broker, as: "receiver", password: "depot")
    let refused = [
      "telltale/v1/van-7/events", "telltale/v1/van-7/status", "telltale/v1/receiver/events", "telltale/v1/receiver/ack",
      "other",
    ]
    for topic in refused { try receiver.publish(topic, [0x31]) }
    try receiver.publish("telltale/v1/van-7/ack", [0x32])
    try settle(receiver, until: { receiver.delivered + receiver.refusals.count == refused.count + 1 })
    #expect(receiver.refusals.count == refused.count)
  }

  @Test func aLastWillCannotBeAnothersStatus() throws {
    let observer = try Peer(broker, as: "receiver", password: "depot", subscribing: ["telltale/v1/+/status"])
    do {
      let liar = try Peer(
        broker, as: "van-7", password: "seven",
        will: BrokerOptions.Will(topic: "telltale/v1/van-8/status", payload: [0x31]))
      try liar.turn()
    } catch is MQTTError {}
    let honest = try Peer(broker, as: "van-8", password: "eight")
    try honest.publish("telltale/v1/van-8/status", [0x32])
    try settle(honest, observer, until: { !observer.messages.isEmpty })
    #expect(observer.messages.map(\.payload) == [[0x32]])
  }

  @Test func nobodyComesInWithoutAPassword() throws {
    let client = try Client(
      BrokerOptions(host: "127.0.0.1", port: broker.port, clientID: "van-7"), wakeup: try Wakeup(),
      monotonic: hostNanoseconds)
    let deadline = Deadline()
    var reason: String?
    while reason == nil {
      try #require(!deadline.isOver)
      for case .disconnected(let error, _) in client.step(timeout: 10) { reason = error.description }
    }
    #expect(reason?.contains("check client id, user name and password") == true)
  }
}
