// A courier with its store, a scripted broker and the receiver behind it, stepped by the test's own thread.
import FleetContract
import Glibc
import MQTT
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Store
@testable import Sync

let vehicleName = "van-7"

/// What crossed the air on a lane.
struct Sent: Equatable, CustomStringConvertible {
  var lane: Lane
  var epoch: String
  var rows: ClosedRange<Int64>
  var isTombstone: Bool

  var description: String { "\(lane.name) \(rows)\(isTombstone ? " lost" : "")" }
}

final class Vehicle {
  /// What threads of a real daemon share with the courier.
  final class Desk: Sendable {
    let pushed = Atomic<Int64>(0)
    let wallPushed = Atomic<Int64>(0)
    let reports = Mutex<[CourierReport]>([])
    let acknowledged = Mutex<[Acknowledgement]>([])
    let renewals = Atomic(0)
    let sought = Mutex<[SoughtRows]>([])
    /// The note of the byte budget as it was kept last, and how often one was.
    let spent = Mutex<(text: String?, count: Int)>((nil, 0))

    var now: Int64 { hostNanoseconds() + pushed.load(ordering: .relaxed) }
  }

  let folder: Folder
  let store: Store
  let broker: ScriptedBroker
  let courier: Courier
  let delivery: Delivery
  let desk = Desk()
  private var read = 0

  init(_ change: (inout CourierConfiguration) -> Void = { _ in }) throws {
    folder = try Folder()
    store = try Store.open(directory: folder.path, StoreSettings(vehicle: vehicleName))
    broker = try ScriptedBroker()
    var configuration = CourierConfiguration(
      vehicle: try #require(VehicleID(vehicleName)), host: "127.0.0.1", port: broker.port, version: "0",
      boot: BootID(high: 0, low: 1), started: "2026-11-21T02:28:00.000Z")
    change(&configuration)
    courier = try Courier(
      configuration, outboxPath: store.path, monotonic: { [desk] in desk.now },
      wall: { [desk] in desk.now + desk.wallPushed.load(ordering: .relaxed) }, random: { 1 },
      acknowledged: { [desk] range in
        desk.acknowledged.withLock { $0.append(range) }
        return true
      }, renewEpoch: { [desk] in desk.renewals.add(1, ordering: .relaxed) },
      sought: { [desk] rows in desk.sought.withLock { $0.append(rows) } },
      spent: { [desk] bytes in desk.spent.withLock { $0 = (bytes.text, $0.count + 1) } },
      report: { [desk] report in desk.reports.withLock { $0.append(report) } })
    delivery = Delivery(courier)
  }

  var reports: [CourierReport] { desk.reports.withLock { $0 } }
  var snapshot: CourierSnapshot { courier.snapshot }

  /// Commits rows of a lane.
  func write(_ lane: Lane, _ count: Int = 1, bytes: Int = 8) throws {
    let data = Array("{\"x\":\"\(String(repeating: "x", count: max(0, bytes - 8)))\"}".utf8)
    let row = StoreRecord.outgoing(lane: lane, type: "trip.started", subject: nil, time: .unknown, data: data)
    try store.commit([StoreRecord](repeating: row, count: count))
    courier.poke()
  }

  /// Puts a tombstone in the place of rows, as the store does over its quota.
  func drop(_ lane: Lane, _ rows: ClosedRange<Int64>) throws {
    try store.outbox.delete(lane, rows.lowerBound, rows.upperBound, of: store.outbox.current.number)
    let row = OutboxTable.tombstone(lane, rows, count: Int64(rows.count), of: store.epoch, .unknown)
    try store.outbox.insert(row, count: Int64(rows.count), in: store.outbox.current.number)
  }

  /// Passes time on, and lets the courier see it.
  func pass(seconds: Double) {
    desk.pushed.add(Int64(seconds * 1e9), ordering: .relaxed)
    turn(20)
  }

  /// Passes time on in steps of ten seconds, on a link that is never silent.
  func passTalking(seconds: Int) {
    for step in 0..<seconds / 10 {
      courier.updateHealth(Array("[\(step)]".utf8))
      pass(seconds: 10)
    }
  }

  /// Steps courier and broker some times, and commits what was acknowledged.
  func turn(_ times: Int = 20) {
    for _ in 0..<times {
      broker.turn()
      delivery.step(timeout: 1)
      let ranges = desk.acknowledged.withLock { list in
        defer { list = [] }
        return list
      }
      if !ranges.isEmpty { try? store.commit(ranges.map { .acknowledged($0) }) }
    }
  }

  func turn(until condition: () throws -> Bool, _ what: Comment) throws {
    let end = hostNanoseconds() + 20_000_000_000
    while try !condition() {
      try #require(hostNanoseconds() < end, what)
      turn(1)
    }
  }

  /// What came on the lanes since this was asked last.
  func sent() throws -> [Sent] {
    turn()
    try turn(until: { laneMessages == Int(snapshot.published) }, "what was published comes")
    defer { read = broker.packets.count }
    return try broker.packets[read...].compactMap { packet in
      guard packet[0] >> 4 == 3 else { return nil }
      let (text, payload) = ScriptedBroker.message(packet)
      let topic = try #require(Topic(text))
      guard case .lane(let lane) = topic.channel else { return nil }
      if lane == .telemetry {
        let message = try TelemetryMessage(decoding: payload, from: topic)
        let first = message.firstSequence
        return Sent(
          lane: lane, epoch: message.epoch, rows: (first ?? message.sequence)...message.sequence,
          isTombstone: first != nil)
      }
      let event = try CloudEvent(decoding: payload, from: topic)
      return Sent(
        lane: lane, epoch: event.epoch, rows: (event.firstSequence ?? event.sequence)...event.sequence,
        isTombstone: event.firstSequence != nil)
    }
  }

  private var laneMessages: Int {
    broker.packets.count { packet in
      guard packet[0] >> 4 == 3, let topic = Topic(ScriptedBroker.message(packet).topic) else { return false }
      return Lane.allCases.contains { topic.channel == .lane($0) }
    }
  }

  /// A receiver's word; returns when the courier has taken it.
  func acknowledge(_ ranges: [Lane: [ClosedRange<Int64>]], epoch: String? = nil, renews: Bool = false) throws {
    let message = AcknowledgementMessage(
      receiver: "depot", epoch: epoch ?? store.epoch.description, ranges: ranges, renewsEpoch: renews)
    let before = broker.count(type: 4)
    broker.publish("telltale/v1/\(vehicleName)/ack", message.encoded)
    try turn(until: { broker.count(type: 4) > before }, "the acknowledgement is taken")
    turn(5)
  }

  func rows(_ lane: Lane) throws -> [ClosedRange<Int64>] {
    let reader = try OutboxReader(path: store.path)
    return try reader.epochs().flatMap { epoch in
      try reader.rows(lane, of: epoch, after: 0, limit: 1000).map { $0.first...$0.sequence }
    }
  }
}
