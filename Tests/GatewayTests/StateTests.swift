// What the daemon makes of its database beyond rows: epochs that begin, damage, notes, rows that are sought.
import Foundation
import Glibc
import Store
import Sync
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Gateway

@Suite struct StateTests {
  private static let boot = BootID(high: 1, low: 1)

  private func moment(_ seconds: Int64) -> Timestamp {
    Timestamp(
      boot: Self.boot, uptime: Instant(nanoseconds: seconds * 1_000_000_000),
      wallNanoseconds: 1_780_000_000_000_000_000, quality: .ntp)
  }

  private func open(_ folder: Folder, machine: String = "one", at seconds: Int64 = 1) throws -> Store {
    let now = moment(seconds)
    return try Store.open(
      directory: folder.path, StoreSettings(vehicle: "van-7", machine: machine, reserve: 0, now: { now }))
  }

  @Test func anImageThatWasCopiedIsToldAtTheStartThatNoticesIt() throws {
    let folder = try Folder()
    func beginning(machine: String, at seconds: Int64) throws -> EpochBeginning? {
      try EpochBeginning(of: open(folder, machine: machine, at: seconds), since: moment(seconds))
    }
    #expect(try beginning(machine: "one", at: 1)?.reason == .fresh)
    #expect(try beginning(machine: "one", at: 2) == nil)
    let cloned = try beginning(machine: "two", at: 3)
    #expect(cloned?.reason == .cloned && cloned?.news?.contains("another machine") == true)
    #expect(try beginning(machine: "two", at: 4) == nil)
  }

  /// Gives its shelf away, so that the file is closed as soon as the recorder has ended.
  private final class Cupboard: Sendable {
    private let shelf: Mutex<RecorderShelf?>
    init(_ shelf: RecorderShelf) { self.shelf = Mutex(shelf) }

    func take() -> RecorderShelf? {
      shelf.withLock { shelf in
        defer { shelf = nil }
        return shelf
      }
    }
  }

  /// A recorder with what it needs, on a thread of its own.
  private final class Running {
    let recorder: Recorder
    let rings: CaptureRings
    private let ended = DispatchSemaphore(value: 0)

    init(_ store: Store, beganEpoch: Bool = false) throws {
      let definition = try vehicle()
      rings = CaptureRings(signals: definition.catalogue.count)
      recorder = Recorder(
        rings: rings, catalogue: definition.catalogue, told: [], desk: WorkshopDesk(technicians: []),
        counters: CounterBook(definition), log: { _ in })
      let cupboard = Cupboard(
        RecorderShelf(
          store, try TelemetryRecorder(TelemetryChoice(), definition.catalogue, store), beganEpoch: beganEpoch))
      Thread { [recorder, ended] in
        if let shelf = cupboard.take() { recorder.run(shelf, waitMilliseconds: 5) }
        ended.signal()
      }.start()
    }

    /// Lets it end and waits for that.
    func end() throws {
      recorder.stop()
      try #require(ended.wait(timeout: .now() + 20) == .success)
    }

    /// Hands an event over, as capture does.
    func tell(at time: Timestamp) {
      let gap = ObservationGap(from: time, to: time, km: .nan)
      _ = rings.records.push(.event(Event(time: time, kind: .observationGap(gap))))
      _ = rings.records.push(.boundary)
      recorder.ring()
    }

    func wait(until condition: () -> Bool) throws {
      let end = ContinuousClock.now + .seconds(20)
      while !condition() {
        try #require(ContinuousClock.now < end)
        var nothing = pollfd(fd: -1, events: 0, revents: 0)
        poll(&nothing, 0, 2)
      }
    }
  }

  @Test func whatIsNotedJustBeforeTheEndIsKept() throws {
    for round in 0..<20 {
      let folder = try Folder()
      let running = try Running(open(folder))
      running.recorder.note("mqtt.spent", "\(round)")
      try running.end()
      #expect(try open(folder, at: 2).note("mqtt.spent") == "\(round)")
    }
  }

  @Test func rowsThatAreSoughtAndNotStoredAreDeclaredLost() throws {
    let folder = try Folder()
    let store = try open(folder)
    let row = StoreRecord.outgoing(
      lane: .events, type: "trip.started", subject: nil, time: .unknown, data: Array("{}".utf8))
    try store.commit([row, row, row, row])
    let epoch = try #require(try OutboxReader(path: store.path).epochs().last)
    try store.commit([.acknowledged(Acknowledgement(epoch: epoch.number, lane: .events, first: 2, last: 4))])
    let running = try Running(store, beganEpoch: true)
    running.recorder.declareLost(SoughtRows(epoch: epoch.number, lane: .events, ranges: [1...3]))
    try running.wait { [outbox = try OutboxReader(path: store.path)] in
      (try? outbox.rows(.events, of: epoch, after: 0, limit: 9).map { $0.first...$0.sequence }) == [1...1, 2...3, 5...5]
    }
    try running.end()
  }

  @Test func rowsThatTheStoreItselfWroteCountAsProduced() throws {
    let folder = try Folder()
    let running = try Running(open(folder), beganEpoch: true)
    running.tell(at: moment(2))
    try running.wait { running.recorder.snapshot.commits == 1 }
    #expect(running.recorder.snapshot.produced[1] == 2 && running.recorder.snapshot.queued[1] == 2)
    running.recorder.renewEpoch()
    try running.wait { running.recorder.snapshot.queued[1] == 3 || running.recorder.isIdle }
    running.tell(at: moment(3))
    try running.wait { running.recorder.snapshot.commits == 2 }
    #expect(running.recorder.snapshot.produced[1] == 4 && running.recorder.snapshot.queued[1] == 4)
    try running.end()
  }

  @Test func aFileThatIsDamagedWhileItRunsIsNoticedAndReadFromEndToEndAtTheNextStart() throws {
    let folder = try Folder()
    let data = [UInt8](repeating: UInt8(ascii: "7"), count: 1000)
    do {
      let store = try open(folder)
      for _ in 0..<20 {
        try store.commit(
          (0..<100).map { _ in
            .outgoing(lane: .events, type: "trip.started", subject: nil, time: .unknown, data: data)
          })
      }
    }
    let store = try open(folder, at: 2)
    let path = store.path
    let running = try Running(store)
    var status = stat()
    try #require(stat(path, &status) == 0 && access(path + "-wal", F_OK) == 0)
    let rubbish = [UInt8](repeating: 0xA5, count: Int(status.st_size) - 4096)
    let file = Glibc.open(path, O_WRONLY)
    #expect(pwrite(file, rubbish, rubbish.count, 4096) == rubbish.count)
    close(file)

    #expect(running.recorder.damage == nil)
    running.tell(at: moment(3))
    try running.wait { running.recorder.damage != nil }
    #expect(running.recorder.damage?.contains(path) == true)
    try running.end()
    #expect(access(path + "-wal", F_OK) == 0, "a file that was closed is not read from end to end")
  }

  @Test func aDiskThatDamagesTheFileOverAndOverIsLeftInPeaceForTenMinutes() {
    let found = DamageRule(wasChecked: false, started: 5)
    #expect(found.isDue(at: 6))
    let again = DamageRule(wasChecked: true, started: 5)
    #expect(!again.isDue(at: 6) && !again.isDue(at: 4 + DamageRule.pause) && again.isDue(at: 5 + DamageRule.pause))
  }

  /// A state that has lost its checkpoint: episodes and trips are counted on, and what was open stays so.
  @Test func noNumberIsGivenASecondTimeAfterTheCheckpointIsLost() throws {
    let folder = try Folder()
    let store = try Store.open(directory: folder.path, StoreSettings(vehicle: "van"))
    let book = CounterBook(try vehicle())
    #expect(book.checkpoint(of: [], try store.standingHistories(), vehicle: nil) == nil, "a new state")
    try store.commit([
      .alert(id: "engine-oil-2", state: "resolved", changedWall: 7, data: []),
      .alert(id: "engine-oil-3", state: "active", changedWall: 9, data: []),
      .alert(id: "cooling-1", state: "resolved", changedWall: 8, data: []),
      .alert(id: "of-a-later-version-x", state: "active", changedWall: 8, data: []),
      .trip(number: 258, startedWall: 5, data: []),
    ])
    let checkpoint = try #require(book.checkpoint(of: [], try store.standingHistories(), vehicle: nil))
    #expect(checkpoint.alerts[.engineOil].open?.id == "engine-oil-3" && checkpoint.alerts[.engineOil].episodes == 3)
    #expect(checkpoint.alerts[.engineOil].open?.opened.wallNanoseconds == 9)
    #expect(checkpoint.alerts[.cooling].open == nil && checkpoint.alerts[.cooling].episodes == 1)
    #expect(checkpoint.trips.trips == 258)
  }
}
