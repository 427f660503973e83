// The courier where no broker answers. Against a real broker and receiver: the receiver's tests.
import FleetContract
import Store
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Sync

@Suite struct CourierWithoutBrokerTests {
  private final class Reports: Sendable {
    let list = Mutex<[CourierReport]>([])
  }

  private func courier(_ outbox: String, reports: Reports, clock: @escaping @Sendable () -> Int64) throws -> Courier {
    let configuration = CourierConfiguration(
      vehicle: try #require(VehicleID(vehicleName)), host: "127.0.0.1", port: try freePort(), version: "0",
      boot: BootID(high: 0, low: 1), started: "2026-11-21T02:28:00.000Z")
    return try Courier(
      configuration, outboxPath: outbox, monotonic: clock, random: { 0.5 }, acknowledged: { _ in true }, renewEpoch: {},
      report: { report in reports.list.withLock { $0.append(report) } })
  }

  @Test func saysWhereNoBrokerIsAndBacksOff() throws {
    let folder = try Folder()
    let store = try Store.open(directory: folder.path, StoreSettings(vehicle: vehicleName))
    let reports = Reports()
    let now = Atomic<Int64>(1)
    let courier = try courier(store.path, reports: reports, clock: { now.load(ordering: .relaxed) })
    let delivery = Delivery(courier)
    for attempt in 1...3 {
      while reports.list.withLock({ $0.count }) < attempt {
        delivery.step(timeout: 5)
        // Virtual time: half a wait for each step, so that no step sees two attempts.
        now.add(100_000_000, ordering: .relaxed)
      }
    }
    let list = reports.list.withLock { $0 }
    for (report, expected) in zip(list, [0.75, 1.5, 3]) {
      guard case .disconnected(let reason, let wait) = report else {
        Issue.record("\(report)")
        continue
      }
      #expect(reason.hasPrefix("no broker at 127.0.0.1:"))
      #expect(wait == expected)
    }
    #expect(courier.snapshot.lastError?.hasPrefix("no broker at") == true)
    #expect(!courier.snapshot.isConnected)
  }

  @Test func stopsAtOnceAndDrainsNoLongerThanAllowed() throws {
    let folder = try Folder()
    let store = try Store.open(directory: folder.path, StoreSettings(vehicle: vehicleName))
    try store.commit([
      .outgoing(
        lane: .events, type: "trip.started", subject: nil,
        time: Timestamp(boot: BootID(high: 0, low: 1), uptime: .zero, wallNanoseconds: 0, quality: .none),
        data: Array("{}".utf8))
    ])
    let stopped = try courier(store.path, reports: Reports(), clock: monotonicNanoseconds)
    stopped.stop()
    stopped.run()

    let begun = monotonicNanoseconds()
    let drained = try courier(store.path, reports: Reports(), clock: monotonicNanoseconds)
    drained.drain(seconds: 0.3)
    drained.run()
    let elapsed = Double(monotonicNanoseconds() - begun) * 1e-9
    #expect(elapsed >= 0.3 && elapsed < 5)
    #expect(drained.snapshot.published == 0)
  }

  @Test func saysThatThereIsNoOutboxYet() throws {
    let folder = try Folder()
    let reports = Reports()
    let courier = try courier(folder.path + "/telltale.sqlite", reports: reports, clock: monotonicNanoseconds)
    let delivery = Delivery(courier)
    delivery.step(timeout: 1)
    guard case .outboxUnreadable(_, isDamaged: false) = reports.list.withLock({ $0.first }) else {
      Issue.record("no report")
      return
    }
  }

  /// Two days without a broker, in steps of twenty seconds of a virtual clock, with rows that come all the time:
  /// nothing that the courier holds grows with them.
  @Test func holdsNoMoreAfterTwoDaysWithoutABroker() throws {
    let folder = try Folder()
    let store = try Store.open(directory: folder.path, StoreSettings(vehicle: vehicleName))
    let reports = Reports()
    let now = Atomic<Int64>(1)
    let courier = try courier(store.path, reports: reports, clock: { now.load(ordering: .relaxed) })
    let delivery = Delivery(courier)
    let row = StoreRecord.outgoing(
      lane: .telemetry, type: "trip.started", subject: nil, time: .unknown, data: [UInt8](repeating: 7, count: 500))
    var sizes: Set<Int> = []
    for step in 0..<(48 * 180) {
      if step % 180 == 0 {
        try store.commit([StoreRecord](repeating: row, count: 60))
        courier.poke()
        courier.updateHealth([UInt8](repeating: 0x20, count: 1000))
        if step > 0 {
          sizes.insert(
            delivery.accepted.capacity + delivery.depths.count + delivery.epochs.count + delivery.finished.count
              + delivery.window.cursors.values.reduce(0) { $0 + $1.outstanding.capacity })
        }
      }
      delivery.step(timeout: 0)
      now.add(20_000_000_000, ordering: .relaxed)
    }
    #expect(sizes.count == 1)
    #expect(courier.snapshot.queued[2] > 2800 && courier.snapshot.published == 0)
    // An attempt each 150 to 300 seconds, once the waits have grown.
    #expect((500...1300).contains(reports.list.withLock { $0.count }))
  }
}
