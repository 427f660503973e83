// The ingest between a real broker and its database: what it acknowledges, asks for, and when it stops reading.
import FleetContract
import Logging
import MQTT
import SQLite
import TestSupport
import Testing
import Vocabulary

@testable import Receiver

@Suite(.serialized, .enabled(if: Broker.isInstalled, "/usr/sbin/mosquitto is not installed"))
struct IngestTests {
  private let broker: Broker
  private let fleet: Fleet
  private let vehicle: Peer

  init() throws {
    broker = try Broker()
    fleet = try Fleet(brokerPort: broker.port)
    try fleet.startReceiver()
    let fleet = fleet
    try fleet.turn(until: { fleet.ingest?.counters.isConnected == true }, "receiver connects")
    vehicle = try Peer(broker, as: vehicleName, subscribing: ["telltale/v1/\(vehicleName)/ack"])
  }

  private var counters: IngestCounters { fleet.ingest?.counters ?? IngestCounters() }

  private func turn(until condition: () throws -> Bool, _ what: Comment) throws {
    try fleet.turn(
      until: {
        try vehicle.turn()
        return try condition()
      }, what)
  }

  private func status(queued: Int, isOnline: Bool = true) throws {
    let status = StatusDocument(
      isOnline: isOnline, version: "test", boot: someEpoch, epoch: someEpoch, queued: [.events: queued], started: "")
    try vehicle.publish("telltale/v1/\(vehicleName)/status", status.encoded)
  }

  @Test func acknowledgesATombstoneByItsWholeRange() throws {
    try vehicle.publish(arrival(9, from: 3).event)
    try turn(until: { try vehicle.acknowledgements.last?.ranges == [.events: [3...9]] }, "it is acknowledged")
    try vehicle.publish(arrival(2).event)
    try vehicle.publish(arrival(12, from: 5).event)
    try turn(until: { try vehicle.acknowledgements.last?.ranges[.events]?.last == 5...12 }, "it has grown")
    #expect(counters.tombstones == 2)
    #expect(counters.lost == 10)
    #expect(counters.conflicts == 0)
  }

  @Test func asksForANewEpochWhenContentContradicts() throws {
    try vehicle.publish(arrival(1).event)
    try turn(until: { try vehicle.acknowledgements.count == 1 }, "it is acknowledged")
    #expect(try vehicle.acknowledgements[0].renewsEpoch == false)
    try vehicle.publish(arrival(1, data: "[]").event)
    try turn(until: { try vehicle.acknowledgements.count == 2 }, "the other one too")
    #expect(
      try vehicle.acknowledgements[1]
        == AcknowledgementMessage(
          receiver: "depot", epoch: someEpoch, ranges: [.events: [1...1]], renewsEpoch: true))
    #expect(counters.renewals == 1)
  }

  @Test func asksAgainForAGapThatStays() throws {
    for sequence in [1, 2, 5] as [Int64] { try vehicle.publish(arrival(sequence).event) }
    try turn(until: { counters.stored == 3 }, "stored")
    fleet.clock.push(seconds: 50)
    for _ in 0..<10 { try fleet.turn() }
    #expect(counters.gapRequests == 0)
    fleet.clock.push(seconds: 16)
    try turn(until: { try vehicle.acknowledgements.last?.missing == [.events: [3...4]] }, "the gap is asked for")
    #expect(counters.gapRequests == 1)
    try vehicle.publish(arrival(4, from: 3).event)
    try turn(until: { counters.lost == 2 }, "the gap closes")
    fleet.clock.push(seconds: 1000)
    for _ in 0..<10 { try fleet.turn() }
    #expect(counters.gapRequests == 1)
  }

  @Test func asksNobodyWhoIsAway() throws {
    for sequence in [1, 2, 5] as [Int64] { try vehicle.publish(arrival(sequence).event) }
    try status(queued: 0, isOnline: false)
    let reader = try SQLiteStorage(path: fleet.databasePath)
    let name = try #require(VehicleID(vehicleName))
    try turn(until: { try counters.stored == 3 && reader.isOffline(name) }, "stored")
    fleet.clock.push(seconds: 66)
    for _ in 0..<20 { try fleet.turn() }
    #expect(counters.gapRequests == 0)
    try status(queued: 0)
    try turn(until: { try !reader.isOffline(name) }, "it is back")
    fleet.clock.push(seconds: 130)
    try turn(until: { try vehicle.acknowledgements.last?.missing == [.events: [3...4]] }, "the gap is asked for")
  }

  @Test func remembersGapsThroughARestart() throws {
    try vehicle.publish(arrival(7).event)
    try turn(until: { counters.stored == 1 }, "stored")
    fleet.killReceiver()
    try fleet.startReceiver()
    try turn(until: { counters.isConnected }, "receiver is back")
    fleet.clock.push(seconds: 66)
    try turn(until: { try vehicle.acknowledgements.last?.missing == [.events: [1...6]] }, "the gap is asked for")
  }

  @Test func greetsWhoHasSomethingQueued() throws {
    try vehicle.publish(arrival(1).event)
    try turn(until: { try vehicle.acknowledgements.count == 1 }, "it is acknowledged")
    try status(queued: 0)
    try status(queued: 7)
    try turn(until: { try vehicle.acknowledgements.count == 2 }, "it is greeted")
    for _ in 0..<20 { try turn(until: { true }, "") }
    #expect(try vehicle.acknowledgements.map(\.ranges) == [[.events: [1...1]], [.events: [1...1]]])
  }

  @Test func readsNothingWhileCommitsFail() throws {
    let other = try Connection(path: fleet.databasePath)
    try other.execute("CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    try vehicle.publish(arrival(1).event)
    try turn(until: { counters.commitFailures == 1 }, "a commit fails")
    for sequence in 2...6 as ClosedRange<Int64> { try vehicle.publish(arrival(sequence).event) }
    // Whoever reads this one counts it at once.
    try vehicle.publish("telltale/v1/\(vehicleName)/events", Array("hello".utf8))
    try turn(until: { vehicle.delivered == 7 }, "the broker has them")
    for _ in 0..<50 { try fleet.turn() }
    #expect(counters.commitFailures == 1)
    #expect(counters.refused == [:])
    try other.execute("DROP TRIGGER full")
    fleet.clock.push(seconds: 1)
    try turn(until: { counters.stored == 5 }, "what the broker held is stored")
    #expect(counters.commitFailures == 1)
    #expect(counters.refused == ["not-json": 1])
    // The one that failed was not acknowledged, so the vehicle still has it.
    try turn(until: { try vehicle.acknowledgements.last?.ranges == [.events: [2...6]] }, "acknowledged")
  }

  @Test func acknowledgesMoreVehiclesThanTheBrokerTakesAtOnce() throws {
    let observer = try Peer(broker, as: "observer", subscribing: ["telltale/v1/+/ack"])
    for i in 0..<300 { try vehicle.publish(arrival(1, vehicle: "van-\(100 + i)").event) }
    try turn(
      until: {
        try observer.turn()
        return Set(observer.messages.map(\.topic)).count == 300
      }, "each is acknowledged")
    #expect(counters.acknowledgements == 300)
    #expect(counters.acknowledgementsDropped == 0)
  }

  @Test func batchesGrowWithTheLoad() throws {
    for sequence in 1...800 as ClosedRange<Int64> { try vehicle.publish(arrival(sequence).event) }
    try turn(until: { counters.stored == 800 }, "all are stored")
    #expect(counters.commits < 80)
    #expect(counters.batchSizes.sum == 800)
  }

  @Test func anAlertWaitsForNoBatch() throws {
    fleet.killReceiver()
    // A clock that stands still: no batch is ever old enough.
    var quiet = Logger(label: "test")
    quiet.logLevel = .critical
    let ingest = try Ingest(
      fleet.settings, logger: quiet, wakeup: try Wakeup(), monotonic: { 1 }, wall: { 0 }, publishCounters: { _ in })
    let deadline = Deadline()
    func turn(until condition: () -> Bool) throws {
      while !condition() {
        try #require(!deadline.isOver)
        ingest.step(timeout: 1)
        try vehicle.turn()
      }
    }
    try turn(until: { ingest.counters.isConnected })
    try vehicle.publish(arrival(1).event)
    try turn(until: { vehicle.delivered == 1 })
    for _ in 0..<50 { ingest.step(timeout: 1) }
    #expect(ingest.counters.stored == 0)
    try vehicle.publish(arrival(1, lane: .alerts).event)
    try turn(until: { ingest.counters.stored == 2 })
  }
}
