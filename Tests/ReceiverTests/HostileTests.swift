// Whatever a stranger with a broker account publishes: counted, and the receiver goes on. And the whole receiver as the
// program runs it, over HTTP.
import FleetContract
import Glibc
import Logging
import MQTT
import TestSupport
import Testing
import Vocabulary

@testable import Receiver
@testable import Sync

@Suite(.serialized, .enabled(if: Broker.isInstalled, "/usr/sbin/mosquitto is not installed"))
struct HostileTests {
  /// Event 1 of `van-7` with something wrong.
  private func event(
    sequence: String = "0000000000000000001", adding member: String? = nil, data: String = "{}"
  ) throws -> [UInt8] {
    let text = String(decoding: try arrival(1, data: data).event.encoded, as: UTF8.self)
      .replacing("\"0000000000000000001\"", with: "\"\(sequence)\"")
    return Array((member.map { text.replacing("\"data\":", with: $0 + ",\"data\":") } ?? text).utf8)
  }

  private func telemetry(sequence: Int64, first: Int64? = nil) throws -> [UInt8] {
    TelemetryMessage(
      vehicle: try #require(VehicleID(vehicleName)), epoch: someEpoch, sequence: sequence,
      time: Timestamp(boot: BootID(high: 0, low: 1), uptime: .zero, wallNanoseconds: 0, quality: .none),
      content: first.map { .dropped(DroppedTelemetry(reason: "quota", count: nil), first: $0) } ?? .columns([1])
    ).encoded
  }

  private func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
  }

  @Test func hostilePayloadsAreCountedAndGoodOnesStored() throws {
    let broker = try Broker()
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startReceiver()
    try fleet.turn(until: { fleet.ingest?.counters.isConnected == true }, "receiver connects")
    let stranger = try Peer(broker)
    let hostile: [(topic: String, payload: [UInt8], kind: String)] = [
      ("telltale/v1/van-7/alerts", Array("hello".utf8), "not-json"),
      ("telltale/v1/van-7/alerts", [], "not-json"),
      ("telltale/v1/van-7/alerts", [0xFF, 0xFE, 0x00], "not-json"),
      ("telltale/v1/van-7/events", [UInt8](repeating: UInt8(ascii: "["), count: 100_000), "too-deep"),
      ("telltale/v1/van-7/events", [UInt8](repeating: UInt8(ascii: " "), count: 300_000), "too-large"),
      ("telltale/v1/van-7/telemetry", Array("{\"specversion\":\"1.0\"}".utf8), "not-protobuf"),
      ("telltale/v1/van-7/telemetry", [], "bad-attribute"),
      ("telltale/v1/van-7/telemetry", [UInt8](repeating: 0x0A, count: 300_000), "too-large"),
      ("telltale/v1/van-7/telemetry", try telemetry(sequence: 1 << 48 + 1), "bad-attribute"),
      ("telltale/v1/van-7/telemetry", try telemetry(sequence: 4, first: 5), "bad-attribute"),
      ("telltale/v1/van-7/telemetry", try telemetry(sequence: 0), "bad-attribute"),
      ("telltale/v1/v n/events", Array("{}".utf8), "unknown-topic"),
      ("telltale/v1/van-7/status", Array("{\"state\":1e999}".utf8), "bad-status"),
      ("telltale/v1/van-7/status", [], "bad-status"),
      ("telltale/v1/van-7/health", Array("{}".utf8), "bad-health"),
      // Sequences and tombstones beyond all bounds.
      ("telltale/v1/van-7/events", try event(sequence: "9223372036854775808"), "bad-attribute"),
      ("telltale/v1/van-7/events", try event(sequence: "9223372036854775807"), "bad-attribute"),
      ("telltale/v1/van-7/events", try event(sequence: "0000281474976710657"), "bad-attribute"),
      // Sequences of 19 digits, no fewer: as text they would not be in order.
      ("telltale/v1/van-7/events", try event(sequence: "1"), "bad-attribute"),
      ("telltale/v1/van-7/events", try event(sequence: "000000000000000001"), "bad-attribute"),
      ("telltale/v1/van-7/events", try event(adding: "\"firstsequence\":\"1\""), "bad-attribute"),
      ("telltale/v1/van-7/events", try event(adding: "\"firstsequence\":\"0000000000000000000\""), "bad-attribute"),
      ("telltale/v1/van-7/events", try event(adding: "\"firstsequence\":\"0000000000000000009\""), "bad-attribute"),
      ("telltale/v1/van-7/events", try event(adding: "\"firstsequence\":1"), "bad-attribute"),
      ("telltale/v1/van-7/events", try event(adding: "\"sequence\":\"2\""), "bad-attribute"),
      ("telltale/v1/van-7/events", try event(data: nested(64)), "too-deep"),
      // Of another vehicle than the topic's.
      ("telltale/v1/van-8/events", try event(), "wrong-topic"),
      ("telltale/v1/van-7/alerts", try event(), "wrong-topic"),
    ]
    for message in hostile { try stranger.publish(message.topic, message.payload) }
    var expected: [String: UInt64] = [:]
    for message in hostile { expected[message.kind, default: 0] += 1 }
    try fleet.turn(
      until: {
        try stranger.turn()
        return fleet.ingest?.counters.refused == expected
      }, "each is counted")
    try fleet.startVehicle()
    try fleet.write(.events, 10)
    try fleet.settle()
    #expect(fleet.ingest?.counters.stored == 11)
    // As deep as may be.
    try stranger.publish("telltale/v1/van-7/alerts", arrival(9, lane: .alerts, data: nested(63)).event.encoded)
    try fleet.turn(
      until: {
        try stranger.turn()
        return fleet.ingest?.counters.stored == 12
      }, "it is stored")
    #expect(fleet.ingest?.counters.refused == expected)
  }

  @Test func whatNobodyCanReadIsAcknowledgedAndCounted() throws {
    let broker = try Broker()
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startReceiver()
    try fleet.turn(until: { fleet.ingest?.counters.isConnected == true }, "receiver connects")
    let vehicle = try Peer(broker, as: vehicleName, subscribing: ["telltale/v1/\(vehicleName)/ack"])
    try vehicle.publish("telltale/v1/van-7/telemetry", telemetry(sequence: 1))
    let claim = "{\"reason\":\"salvaged\",\"predecessor\":\"\(laterEpoch)\",\"last\":{\"events\":9000000000000000000}}"
    try vehicle.publish(arrival(1, type: "epoch.began", data: claim).event)
    try fleet.turn(
      until: {
        try vehicle.turn()
        return try Set(vehicle.acknowledgements.flatMap(\.ranges.keys)) == [.events, .telemetry]
      }, "both are acknowledged")
    #expect(fleet.ingest?.counters.malformed == ["bad-frame": 1, "bad-beginning": 1])
    #expect(fleet.ingest?.counters.stored == 2)
    #expect(fleet.ingest?.counters.framesUnopened == 0)
  }

  @Test func timesCenturiesAwayAreStored() throws {
    let broker = try Broker()
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startReceiver()
    try fleet.turn(until: { fleet.ingest?.counters.isConnected == true }, "receiver connects")
    let stranger = try Peer(broker)
    for (i, time) in ["1678-01-01T00:00:00Z", "2261-12-31T23:59:60Z", "9999-12-31T23:59:59+99:99"].enumerated() {
      var event = try arrival(Int64(i) + 1).event
      (event.time, event.clockQuality) = (time, .gnss)
      try stranger.publish(event)
    }
    try fleet.turn(
      until: {
        try stranger.turn()
        return fleet.ingest?.counters.stored == 3
      }, "all are stored")
  }

  @Test func packetsBeyondTheLimitStayAtTheBroker() throws {
    let broker = try Broker()
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startReceiver()
    try fleet.turn(until: { fleet.ingest?.counters.isConnected == true }, "receiver connects")
    let stranger = try Peer(broker)
    try stranger.publish("telltale/v1/van-7/events", [UInt8](repeating: 0x20, count: 2_000_000))
    try stranger.publish("telltale/v1/van-7/events", Array("x".utf8))
    try fleet.turn(
      until: {
        try stranger.turn()
        return fleet.ingest?.counters.refused["not-json"] == 1
      }, "the small one arrives")
    #expect(fleet.ingest?.counters.refused == ["not-json": 1])
    #expect(fleet.ingest?.counters.connections == 1)
  }

  @Test func theWholeReceiverServesAndEnds() async throws {
    let broker = try Broker()
    let folder = try Folder()
    let portFile = folder.path + "/port"
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let receiver = try Receiver(
      ReceiverSettings(
        name: "depot", host: "127.0.0.1", port: broker.port, storage: .sqlite(path: folder.path + "/r.db"),
        listen: .tcp(host: "127.0.0.1", port: 0), portFile: portFile), logger: logger)
    let running = Task { try await receiver.run() }
    let deadline = Deadline()
    var port: UInt16?
    while port == nil || !receiver.counters.isConnected {
      try #require(!deadline.isOver)
      await Task.yield()
      port = firstNumber(in: portFile)
    }
    let answer = try await get("/api/v1/vehicles?limit=5", from: try #require(port))
    #expect(answer.hasPrefix("HTTP/1.1 200"))
    #expect(answer.hasSuffix("\r\n\r\n{\"items\":[],\"next\":null}"))
    #expect(try await get("/api/v1/vehicles?limit=x", from: try #require(port)).hasPrefix("HTTP/1.1 400"))
    #expect(try await get("/metrics", from: try #require(port)).contains("telltale_receiver_broker_connected 1"))

    receiver.stop()
    try await running.value
  }

  private func firstNumber(in path: String) -> UInt16? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 16)
    guard fgets(&text, 16, file) != nil else { return nil }
    return UInt16(String(decoding: text.prefix { $0 > 32 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  /// An HTTP answer, head and body. The server answers on the threads that tests run on: none of them waits here.
  private func get(_ path: String, from port: UInt16) async throws -> String {
    let socket = try #require(connect(to: port))
    defer { close(socket) }
    let request = Array("GET \(path) HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".utf8)
    #expect(Glibc.write(socket, request, request.count) == request.count)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let deadline = Deadline()
    while true {
      let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count > 0 {
        bytes += buffer[..<count]
      } else if count < 0 && errno == EAGAIN {
        try #require(!deadline.isOver, "the receiver does not answer")
        await Task.yield()
      } else {
        break
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
