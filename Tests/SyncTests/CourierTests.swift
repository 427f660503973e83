// The courier where no broker answers. Against a real broker: the receiver's tests.
import FleetContract
import Glibc
import Store
import Synchronization
import Testing
import Vocabulary

@testable import Sync

/// A loopback port on which nobody listens, at least when it was looked at.
private func closedPort() throws -> UInt16 {
  let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(socket) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      _ = bind(socket, $0, length)
      _ = getsockname(socket, $0, &length)
    }
  }
  return try #require(address.sin_port == 0 ? nil : UInt16(bigEndian: address.sin_port))
}

@Suite struct CourierWithoutBrokerTests {
  private final class Folder {
    let path: String
    init() throws {
      var template = Array("/tmp/telltale-sync-XXXXXX".utf8CString)
      path = try #require(mkdtemp(&template).map { String(cString: $0) })
    }
    deinit {
      for suffix in ["", "-wal", "-shm"] { unlink(path + "/telltale.sqlite" + suffix) }
      rmdir(path)
    }
  }

  private final class Reports: Sendable {
    let list = Mutex<[CourierReport]>([])
  }

  private func courier(_ outbox: String, reports: Reports, clock: @escaping @Sendable () -> Int64) throws -> Courier {
    let configuration = CourierConfiguration(
      vehicle: try #require(VehicleID("van-7")), host: "127.0.0.1", port: try closedPort(), version: "0",
      boot: BootID(high: 0, low: 1), started: "2026-11-21T02:28:00.000Z")
    return try Courier(
      configuration, outboxPath: outbox, monotonic: clock, random: { 0.5 }, acknowledged: { _ in true },
      report: { report in reports.list.withLock { $0.append(report) } })
  }

  @Test func saysWhereNoBrokerIsAndBacksOff() throws {
    let folder = try Folder()
    let store = try Store.open(directory: folder.path, vehicle: "van-7", catalogue: SignalCatalogue())
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
    let store = try Store.open(directory: folder.path, vehicle: "van-7", catalogue: SignalCatalogue())
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
    guard case .outboxUnreadable = reports.list.withLock({ $0.first }) else {
      Issue.record("no report")
      return
    }
  }
}
