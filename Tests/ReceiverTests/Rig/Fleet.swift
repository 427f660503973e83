// A vehicle's outbox and courier and a receiver, stepped in turn on the test's own thread.
import FleetContract
import Logging
import MQTT
import Store
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Receiver
@testable import Sync

let vehicleName = "van-7"

/// The host's monotonic clock, and a hand to push it forward.
final class PushableClock: Sendable {
  private let offset = Atomic<Int64>(0)
  func now() -> Int64 { hostNanoseconds() + offset.load(ordering: .relaxed) }
  func push(seconds: Int64) { offset.add(seconds * 1_000_000_000, ordering: .relaxed) }
}

/// What the courier hands to the recorder, and what it reports.
final class Mailbox: Sendable {
  let acknowledgements = Mutex<[Acknowledgement]>([])
  let reports = Mutex<[CourierReport]>([])
  /// How many acknowledgements it takes before it is emptied.
  let room = Mutex(Int.max)
}

/// One vehicle and one receiver around a broker.
final class Fleet {
  let folder: Folder
  let clock = PushableClock()
  let mailbox = Mailbox()
  let store: Store
  private(set) var courier: Courier
  private(set) var delivery: Delivery?
  private(set) var ingest: Ingest?
  let databasePath: String
  let settings: ReceiverSettings
  private let wakeup: Wakeup
  private let configuration: CourierConfiguration
  private var written = 0

  init(brokerPort: UInt16, prepare: (inout CourierConfiguration) -> Void = { _ in }) throws {
    folder = try Folder()
    store = try Store.open(directory: folder.path, StoreSettings(vehicle: vehicleName, reserve: 0))
    var configuration = CourierConfiguration(
      vehicle: try #require(VehicleID(vehicleName)), host: "127.0.0.1", port: brokerPort, version: "test",
      boot: BootID(high: 0, low: 1), started: "2026-11-21T02:28:00.000Z")
    configuration.backOff = BackOff(first: 0.02, limit: 0.1)
    prepare(&configuration)
    self.configuration = configuration
    courier = try Fleet.courier(configuration, store.path, clock, mailbox)
    databasePath = folder.path + "/receiver.db"
    settings = ReceiverSettings(
      name: "depot", host: "127.0.0.1", port: brokerPort, storage: .sqlite(path: databasePath))
    wakeup = try Wakeup()
  }

  private static func courier(
    _ configuration: CourierConfiguration, _ path: String, _ clock: PushableClock, _ mailbox: Mailbox
  ) throws -> Courier {
    try Courier(
      configuration, outboxPath: path, monotonic: { clock.now() }, random: { 0.5 },
      acknowledged: { acknowledgement in
        let hasRoom = mailbox.room.withLock { room in
          guard room > 0 else { return false }
          room -= 1
          return true
        }
        if hasRoom { mailbox.acknowledgements.withLock { $0.append(acknowledgement) } }
        return hasRoom
      },
      renewEpoch: {},
      report: { report in mailbox.reports.withLock { $0.append(report) } })
  }

  func startVehicle() throws {
    courier = try Fleet.courier(configuration, store.path, clock, mailbox)
    delivery = Delivery(courier)
  }

  func startReceiver() throws {
    var quiet = Logger(label: "test")
    quiet.logLevel = .critical
    // The broker may be away for a moment: no test waits seconds for the receiver's back-off.
    let clock = clock
    ingest = try Ingest(
      settings, logger: quiet, wakeup: wakeup, backOff: BackOff(first: 0.02, limit: 0.1), monotonic: { clock.now() },
      wall: { 1_795_228_080_000_000_000 }, publishCounters: { _ in })
  }

  /// Ends the receiver without a word and without a commit.
  func killReceiver() { ingest = nil }
  func killVehicle() { delivery = nil }

  func write(_ lane: Lane, _ count: Int, type: String = "trip.ended") throws {
    let records = (0..<count).map { _ -> StoreRecord in
      written += 1
      return .outgoing(
        lane: lane, type: type, subject: nil,
        time: Timestamp(
          boot: BootID(high: 0, low: 1), uptime: Instant(nanoseconds: Int64(written)), wallNanoseconds: 0,
          quality: .none), data: Array("{\"number\":\(written)}".utf8))
    }
    try store.commit(records)
    courier.poke()
  }

  /// One turn of everybody: courier, receiver, recorder.
  func turn() throws {
    delivery?.step(timeout: 1)
    ingest?.step(timeout: 1)
    let acknowledgements = mailbox.acknowledgements.withLock { list in
      defer { list = [] }
      return list
    }
    if !acknowledgements.isEmpty { try store.commit(acknowledgements.map { .acknowledged($0) }) }
  }

  /// Turns until `condition` holds; fails the test after 30 s.
  func turn(until condition: () throws -> Bool, _ what: Comment) throws {
    let deadline = Deadline()
    while try !condition() {
      try #require(!deadline.isOver, what)
      try turn()
    }
  }

  var queued: Int {
    get throws {
      let reader = try OutboxReader(path: store.path)
      return try reader.epochs().reduce(0) { sum, epoch in
        try Lane.allCases.reduce(sum) { $0 + (try reader.depth($1, of: epoch).count) }
      }
    }
  }

  /// Turns until the outbox is empty.
  func settle() throws { try turn(until: { try queued == 0 }, "the outbox is not empty") }
}
