// Courier, mosquitto and receiver together: nothing lost, nothing twice, whatever ends in between.
import FleetContract
import MQTT
import SQLite
import Store
import TestSupport
import Testing
import Vocabulary

@testable import Receiver
@testable import Sync

@Suite(.serialized, .enabled(if: Broker.isInstalled, "/usr/sbin/mosquitto is not installed"))
struct EndToEndTests {
  /// The receiver's ledger, by lane.
  private func ledger(_ fleet: Fleet) async throws -> [Lane: StreamLedger] {
    let reader = try SQLiteReader(path: fleet.databasePath)
    let vehicle = try #require(try await reader.vehicle(vehicleName, runs: 10))
    return Dictionary(uniqueKeysWithValues: vehicle.streams.map { ($0.lane, $0) })
  }

  /// Every produced row stands in the database once, and in the ledger; and so does the epoch's own first event.
  private func expectAll(_ fleet: Fleet, _ written: [Lane: Int]) async throws {
    let produced = written.merging([.events: 1], uniquingKeysWith: +)
    let ledger = try await ledger(fleet)
    for (lane, count) in produced {
      #expect(ledger[lane]?.received == Int64(count))
      #expect(ledger[lane]?.contiguous == Int64(count))
      #expect(ledger[lane]?.missing == 0)
      #expect(ledger[lane]?.conflicts == 0)
    }
    let database = try Connection(path: fleet.databasePath, mode: .readOnly)
    let select = try database.prepare(
      "SELECT count(*), count(DISTINCT event_id), count(DISTINCT data), count(DISTINCT epoch) FROM record"
        + " JOIN stream ON stream.id = record.stream")
    #expect(try select.step())
    let total = Int64(produced.values.reduce(0, +))
    #expect(select.int64(0) == total)
    #expect(select.int64(1) == total)
    #expect(select.int64(2) == total)
    #expect(select.int64(3) == 1)
  }

  @Test func everythingArrivesOnce() async throws {
    let broker = try Broker()
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startReceiver()
    // First: what a vehicle publishes while nobody subscribes is published again.
    try fleet.turn(until: { fleet.ingest?.counters.isConnected == true }, "receiver connects")
    try fleet.startVehicle()
    try fleet.write(.telemetry, 700)
    try fleet.write(.events, 300)
    try fleet.write(.alerts, 5)
    try fleet.settle()
    try await expectAll(fleet, [.telemetry: 700, .events: 300, .alerts: 5])
    let ledger = try await ledger(fleet)
    #expect(ledger.values.allSatisfy { $0.duplicates == 0 })
    let snapshot = fleet.courier.snapshot
    #expect(snapshot.acknowledged == 1006)
    #expect(snapshot.republished == 0)
    #expect(snapshot.refusedAcknowledgements == 0)
    #expect(snapshot.outstanding == [0, 0, 0])
  }

  @Test func brokerDiesAndComesBackInTheMiddle() async throws {
    let broker = try Broker()
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startReceiver()
    try fleet.startVehicle()
    try fleet.write(.telemetry, 1500)
    for round in 1...3 {
      try fleet.turn(until: { fleet.courier.snapshot.acknowledged > UInt64(round * 200) }, "rows flow")
      broker.kill()
      try fleet.write(.events, 40)
      try fleet.write(.alerts, 2)
      try fleet.turn(until: { !fleet.courier.snapshot.isConnected }, "the courier notices")
      try broker.start()
    }
    try fleet.turn(
      until: {
        // What the receiver's broken connection swallowed is published again after half a minute.
        fleet.clock.push(seconds: 1)
        return try fleet.queued == 0
      }, "the outbox is not empty")
    try await expectAll(fleet, [.telemetry: 1500, .events: 120, .alerts: 6])
  }

  @Test func receiverDiesWithoutCommit() async throws {
    let broker = try Broker()
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startReceiver()
    try fleet.startVehicle()
    try fleet.turn(until: { fleet.ingest?.counters.isConnected == true && fleet.courier.snapshot.isConnected }, "start")
    try fleet.write(.telemetry, 600)
    try fleet.turn(until: { fleet.courier.snapshot.published >= 100 }, "rows are on their way")
    fleet.killReceiver()
    try fleet.write(.alerts, 3)
    try fleet.turn(
      until: { fleet.courier.snapshot.outstanding[0] == 3 && fleet.courier.snapshot.outstanding[2] == 256 },
      "the window fills")
    try fleet.startReceiver()
    try fleet.turn(until: { fleet.ingest?.counters.isConnected == true }, "the receiver is back")
    fleet.clock.push(seconds: 31)
    try fleet.settle()
    try await expectAll(fleet, [.telemetry: 600, .alerts: 3])
  }

  @Test func vehicleDiesAndItsWillSaysSo() async throws {
    let broker = try Broker()
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startReceiver()
    // What is published before it listens would come again only after the retransmission time.
    try fleet.turn(until: { fleet.ingest?.counters.isConnected == true }, "receiver connects")
    try fleet.startVehicle()
    fleet.courier.updateHealth(Array(#"[{"component":"cooling","title":"Cooling","state":"watch","score":61.5}]"#.utf8))
    try fleet.write(.events, 50)
    try fleet.settle()
    let reader = try SQLiteReader(path: fleet.databasePath)
    #expect(try await reader.vehicle(vehicleName)?.isOnline == true)
    let id = try #require(try await reader.vehicle(vehicleName)?.id)
    let deadline = Deadline()
    while try await reader.health(of: id) == nil {
      try #require(!deadline.isOver)
      try fleet.turn()
    }
    fleet.killVehicle()
    while try await reader.vehicle(vehicleName)?.isOnline == true {
      try #require(!deadline.isOver)
      try fleet.turn()
    }
    // A new process goes on where the old one was.
    try fleet.startVehicle()
    try fleet.write(.events, 50)
    try fleet.settle()
    try await expectAll(fleet, [.events: 100])
  }

  @Test func alertsOvertakeABacklog() throws {
    let broker = try Broker()
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startReceiver()
    try fleet.startVehicle()
    try fleet.turn(until: { fleet.ingest?.counters.isConnected == true }, "receiver connects")
    try fleet.write(.telemetry, 3000)
    try fleet.turn(until: { fleet.courier.snapshot.published > 0 }, "rows flow")
    try fleet.write(.alerts, 1, type: "alert.created")
    try fleet.settle()
    let database = try Connection(path: fleet.databasePath, mode: .readOnly)
    let select = try database.prepare("SELECT number FROM record WHERE lane = 0")
    #expect(try select.step())
    // Within the one window of telemetry that was under way.
    #expect(select.int64(0) <= 600)
  }

  @Test func aFullRecorderRingLosesNothing() async throws {
    let broker = try Broker()
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startReceiver()
    try fleet.startVehicle()
    fleet.mailbox.room.withLock { $0 = 1 }
    try fleet.write(.telemetry, 1000)
    try fleet.turn(until: { fleet.courier.snapshot.acknowledged > 256 }, "a second acknowledgement waits")
    for _ in 0..<20 { try fleet.turn() }
    #expect(try fleet.queued > 0)
    fleet.mailbox.room.withLock { $0 = .max }
    try fleet.settle()
    try await expectAll(fleet, [.telemetry: 1000])
  }

  @Test func refusesForeignAndInventedAcknowledgements() throws {
    let broker = try Broker()
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startVehicle()
    try fleet.write(.events, 10)
    try fleet.turn(until: { fleet.courier.snapshot.outstanding[1] == 11 }, "rows are published")
    let stranger = try Peer(broker)
    let epoch = fleet.store.epoch.description
    let bad = [
      AcknowledgementMessage(
        receiver: "x", epoch: String(repeating: "0", count: 32), ranges: [.events: [1...10]]).encoded,
      AcknowledgementMessage(receiver: "x", epoch: epoch, ranges: [.events: [1...12]]).encoded,
      AcknowledgementMessage(receiver: "x", epoch: epoch, ranges: [.alerts: [1...1]]).encoded,
      Array("[[[[".utf8),
    ]
    for payload in bad { try stranger.publish("telltale/v1/\(vehicleName)/ack", payload) }
    try fleet.turn(
      until: {
        try stranger.turn()
        return fleet.courier.snapshot.refusedAcknowledgements == 4
      }, "four refusals")
    #expect(try fleet.queued == 11)
    #expect(fleet.courier.snapshot.acknowledged == 0)
    // A true one still counts, and its duplicate does no harm.
    let good = AcknowledgementMessage(receiver: "x", epoch: epoch, ranges: [.events: [1...11]]).encoded
    for _ in 1...2 { try stranger.publish("telltale/v1/\(vehicleName)/ack", good) }
    try fleet.turn(
      until: {
        try stranger.turn()
        return try fleet.queued == 0
      }, "the outbox is not empty")
    #expect(fleet.courier.snapshot.refusedAcknowledgements == 4)
  }

  @Test func doesNotFightOverItsIdentity() throws {
    // DISCONNECT with reason 0x8E; mosquitto 2.0.11 hangs up on the elder twin without it.
    let broker = try ScriptedBroker(lastPacket: [0xE0, 0x02, 0x8E, 0x00])
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startVehicle()
    try fleet.turn(
      until: {
        broker.turn()
        return fleet.mailbox.reports.withLock { $0.count == 2 }
      }, "connected and taken over")
    let report = try #require(fleet.mailbox.reports.withLock { $0.last })
    guard case .disconnected(let reason, let wait) = report else {
      Issue.record("\(report)")
      return
    }
    #expect(reason.contains("another client connected as 'telltale-van-7'"))
    #expect(wait == 225)
  }

  @Test func pausesLongWhenItIsNotAllowedIn() throws {
    let broker = try Broker("allow_anonymous false")
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startVehicle()
    try fleet.turn(until: { fleet.mailbox.reports.withLock { !$0.isEmpty } }, "a report")
    let report = try #require(fleet.mailbox.reports.withLock { $0.first })
    guard case .disconnected(let reason, let wait) = report else {
      Issue.record("\(report)")
      return
    }
    #expect(reason.contains("check client id, user name and password"))
    #expect(wait == 2700)
  }

  @Test func runsOnItsOwnThreadAndDrains() throws {
    let broker = try Broker()
    let fleet = try Fleet(brokerPort: broker.port)
    try fleet.startReceiver()
    // What is published before it listens would come again only after the retransmission time.
    try fleet.turn(until: { fleet.ingest?.counters.isConnected == true }, "the receiver listens")
    try fleet.write(.telemetry, 300)
    let courier = try #require(fleet.delivery == nil ? fleet.courier : nil)
    let thread = try CourierThread(courier)
    courier.drain(seconds: 30)
    try fleet.turn(until: { thread.hasEnded }, "the courier ends")
    #expect(try fleet.queued == 0)
    #expect(courier.snapshot.acknowledged == 301)
    let database = try Connection(path: fleet.databasePath, mode: .readOnly)
    try fleet.turn(
      until: {
        let select = try database.prepare("SELECT online FROM vehicle")
        return try select.step() && select.int64(0) == 0
      }, "it says goodbye")
  }
}
