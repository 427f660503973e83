// The store: durability, checkpoints, retention, and every way in which a file can be wrong.
import Glibc
import SQLite
import Testing
import Vocabulary

@testable import Store

@Suite struct StoreTests {
  @Test func everyCommitIsOnTheDisk() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    #expect(try store.connection.pragma("synchronous") == "2", "FULL")
    #expect(try store.connection.pragma("journal_mode") == "wal")
    #expect(store.bytes > 0 && store.repaired == nil)
  }

  // MARK: Histories

  @Test func alertsAndTripsComeBackNewestFirst() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit([
      .alert(id: "a-1", state: "active", changedWall: 10, data: [1]), .trip(number: 1, startedWall: 0, data: [1]),
      .alert(id: "b-1", state: "active", changedWall: 20, data: [2]), .trip(number: 2, startedWall: 0, data: [2]),
    ])
    try store.commit([.alert(id: "a-1", state: "resolved", changedWall: 30, data: [3])])
    #expect(try store.alerts(limit: 9) == [[3], [2]] && store.alerts(limit: 1) == [[3]])
    #expect(try store.trips(limit: 9) == [[2], [1]])
  }

  @Test func retentionKeepsTheNewest() throws {
    let folder = try StateFolder()
    var retention = Store.Retention()
    (retention.rollUps, retention.health, retention.events, retention.trips) = (10, 20, 30, 40)
    let store = try folder.open(retention: retention)
    let rollUp = RollUp(signal: SignalID(rawValue: 0), count: 1, minimum: 1, maximum: 1, sum: 1, last: 1)
    for i in 0..<500 {
      try store.commit([
        .rollUps(startWall: Int64(i), seconds: 60, [rollUp]), .health(component: "cooling", wall: Int64(i), data: []),
        outgoing(.events), .trip(number: UInt32(i), startedWall: 0, data: []),
      ])
    }
    for (table, kept) in [("rollup", 10), ("health", 20), ("event", 30), ("trip", 40)] {
      let count = try store.connection.prepare("SELECT count(*) FROM \(table)")
      #expect(try count.step())
      #expect(count.int64(0) == kept, "\(table)")
    }
    let newest = try store.connection.prepare("SELECT min(start), max(start) FROM rollup")
    #expect(try newest.step() && newest.int64(0) == 490 && newest.int64(1) == 499)
    #expect(store.queued[1] == 500, "the outbox is not history")
  }

  @Test func aMinuteNamesSignalsByTheStoresOwnNumbers() throws {
    let folder = try StateFolder()
    func minute(_ signals: [String], _ id: UInt16) throws -> [UInt8] {
      let store = try folder.open(signals: signals)
      let rollUp = RollUp(signal: SignalID(rawValue: id), count: 258, minimum: 1, maximum: 2, sum: 3, last: -2)
      try store.commit([.rollUps(startWall: 0, seconds: 60, [rollUp])])
      let select = try store.connection.prepare("SELECT chunk FROM rollup ORDER BY id DESC LIMIT 1")
      return try select.step() ? select.blob(0) : []
    }
    let first = try minute(["Vehicle.A", "Vehicle.B"], 1)
    let second = try minute(["Vehicle.B", "Vehicle.C"], 0)
    #expect(first == second && first.count == 40, "B is B, wherever it stands in the catalogue")
    #expect(first[4] == 2 && first[5] == 1 && first[32...] == [0, 0, 0, 0, 0, 0, 0, 0xC0])
  }

  // MARK: Checkpoints

  @Test func theNewestCheckpointComesBack() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    #expect(try store.checkpoint() == nil)
    for i in 1...5 { try store.commit([.checkpoint(version: Int32(i), data: [UInt8(i), 0, 255])]) }
    #expect(try store.checkpoint()?.data == [5, 0, 255] && store.checkpoint()?.version == 5)
    let count = try store.connection.prepare("SELECT count(*) FROM checkpoint")
    #expect(try count.step() && count.int64(0) == 2)
  }

  @Test func aNoteIsReplacedAndComesBackAtTheNextStart() throws {
    let folder = try StateFolder()
    do {
      let store = try folder.open()
      #expect(try store.note("adapter") == nil)
      try store.commit([.note(name: "adapter", text: "1"), .note(name: "epoch", text: "not the file's")])
      try store.commit([.note(name: "adapter", text: "2 ö")])
    }
    let again = try folder.open()
    #expect(try again.note("adapter") == "2 ö" && again.note("epoch") == "not the file's")
  }

  @Test func aDamagedCheckpointGivesWayToTheOneBefore() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    for i in 1...4 { try store.commit([.checkpoint(version: 1, data: [UInt8](repeating: UInt8(i), count: 100))]) }
    try store.connection.execute(
      "UPDATE checkpoint SET data = zeroblob(100) WHERE generation = (SELECT max(generation) FROM checkpoint)")
    #expect(try store.checkpoint()?.data.first == 3)
    try store.connection.execute("UPDATE checkpoint SET crc = crc + 1")
    #expect(try store.checkpoint() == nil)
  }

  /// A commit that failed must not make the next checkpoint replace the newest good one.
  @Test func aFailedCommitKeepsTheSlotsInTurn() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    for i in 1...2 { try store.commit([.checkpoint(version: 1, data: [UInt8(i)])]) }
    try store.connection.execute(
      "CREATE TRIGGER refuse BEFORE INSERT ON trip BEGIN SELECT RAISE(ABORT, 'refused'); END")
    #expect(throws: StoreError.self) {
      try store.commit([.checkpoint(version: 1, data: [66]), .trip(number: 1, startedWall: 0, data: [])])
    }
    try store.commit([.checkpoint(version: 1, data: [3])])
    try store.connection.execute("UPDATE checkpoint SET crc = 0 WHERE generation = 3")
    #expect(try store.checkpoint()?.data == [2])
  }

  @Test func checksumOfTheStandard() {
    #expect(crc32(Array("123456789".utf8)) == 0xCBF4_3926 && crc32([]) == 0)
  }

  // MARK: Whose file it is

  @Test func anotherVehiclesStoreIsRefused() throws {
    let folder = try StateFolder()
    _ = try folder.open(vehicle: "van-7")
    let error = #expect(throws: StoreError.self) { _ = try folder.open(vehicle: "van-8") }
    #expect(error?.kind == .otherVehicle)
    #expect(
      error?.description == "\(folder.file): the state belongs to vehicle \"van-7\", not \"van-8\"; "
        + "give this vehicle a `state:` folder of its own, or set `vehicle.id` back")
    _ = try folder.open(vehicle: "van-7")
  }

  @Test func aNewerSchemaIsRefusedAndLeftAlone() throws {
    let folder = try StateFolder()
    do {
      let store = try folder.open()
      try store.connection.execute("PRAGMA user_version = 99")
    }
    let error = #expect(throws: StoreError.self) { _ = try folder.open() }
    #expect(error?.kind == .newerSchema && error?.description.contains("--state") == true)
    #expect(error?.description.contains("schema 99") == true)
    #expect(access(folder.file + ".damaged-1", F_OK) != 0)
  }

  @Test func aSecondDaemonIsRefused() throws {
    let folder = try StateFolder()
    let first = try folder.open()
    let error = #expect(throws: StoreError.self) { _ = try folder.open() }
    #expect(error?.kind == .inUse && error?.description.contains(": another telltaled uses this state") == true)
    #expect(error?.description.hasPrefix(folder.path) == true)
    try first.commit([outgoing(.events)])
  }

  @Test func aFolderThatCannotBeMadeOrWritten() throws {
    let missing = #expect(throws: StoreError.self) {
      _ = try Store.open(directory: "/proc/no/such", vehicle: "v", catalogue: SignalCatalogue())
    }
    #expect(missing?.kind == .unwritable)
    #expect(
      missing?.description.hasPrefix("/proc/no/such: cannot make the state folder: ") == true
        && missing?.description.contains("`state:`") == true)
    let file = try StateFolder()
    try file.replaceFile(with: [1])
    let notAFolder = #expect(throws: StoreError.self) {
      _ = try Store.open(directory: file.file, vehicle: "v", catalogue: SignalCatalogue())
    }
    #expect(notAFolder?.kind == .unwritable)
  }

  // MARK: Damage

  /// A store with a few hundred rows, closed.
  private func filled(_ folder: borrowing StateFolder) throws -> Epoch {
    let store = try folder.open()
    for i in 0..<300 {
      try store.commit([
        outgoing(.events, String(repeating: "x", count: 200)), .checkpoint(version: 1, data: [UInt8(i & 255)]),
      ])
    }
    return store.epoch
  }

  private func expectFresh(_ folder: borrowing StateFolder, after epoch: Epoch?) throws {
    let store = try folder.open()
    #expect(store.repaired?.contains("set aside as \(folder.file).damaged-1") == true)
    #expect(store.repaired?.contains("\n") == false && store.epoch != epoch)
    #expect(access(folder.file + ".damaged-1", F_OK) == 0)
    try store.commit([outgoing(.alerts)])
    #expect(try OutboxReader(path: store.path).rows(.alerts, after: 0, limit: 9).map(\.sequence) == [1])
  }

  @Test func aTextFileIsSetAside() throws {
    let folder = try StateFolder()
    try folder.replaceFile(with: Array(String(repeating: "not a database at all\n", count: 500).utf8))
    try expectFresh(folder, after: nil)
  }

  @Test func aTruncatedFileIsSetAside() throws {
    let folder = try StateFolder()
    let epoch = try filled(folder)
    let bytes = try folder.contents
    try folder.replaceFile(with: Array(bytes.prefix(bytes.count / 2 / 4096 * 4096 + 100)))
    try expectFresh(folder, after: epoch)
  }

  @Test func aFileOfLengthZeroIsBegunAnew() throws {
    let folder = try StateFolder()
    let epoch = try filled(folder)
    try folder.replaceFile(with: [])
    let store = try folder.open()
    #expect(store.epoch != epoch)
    try store.commit([outgoing(.alerts)])
  }

  /// Whatever bytes are overwritten, the daemon starts and stores: with the file as it was, or with a fresh one.
  @Test(arguments: 0..<60) func randomDamageNeverKeepsItFromStarting(seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % below
    }
    let folder = try StateFolder()
    let epoch = try filled(folder)
    var bytes = try folder.contents
    // A third of the damage goes to the header and the schema, where it hurts most.
    let start = seed % 3 == 0 ? random(4096) : random(bytes.count)
    for i in start..<min(bytes.count, start + 1 + random(3000)) { bytes[i] = UInt8(random(256)) }
    try folder.replaceFile(with: bytes)
    let store = try folder.open()
    if store.repaired == nil { #expect(store.epoch == epoch) } else { #expect(store.epoch != epoch) }
    try store.commit([outgoing(.alerts), .checkpoint(version: 1, data: [1])])
    #expect(try store.checkpoint()?.data == [1])
  }

  // MARK: A full disk

  @Test func aFullDiskIsSaidAndBearable() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit([outgoing(.events)])
    let pages = try #require(try store.connection.pragma("page_count"))
    try store.connection.execute("PRAGMA max_page_count = \(pages)")
    let big = (0..<100).map { _ in outgoing(.events, String(repeating: "x", count: 1000)) }
    let error = #expect(throws: StoreError.self) { try store.commit(big) }
    #expect(error?.kind == .full && error?.description.contains("free space") == true)
    #expect(!store.connection.isInTransaction)
    try store.connection.execute("PRAGMA max_page_count = 1000000")
    try store.commit(big)
    let reader = try OutboxReader(path: store.path)
    #expect(try reader.depth(.events) == OutboxDepth(count: 101, lowest: 1, last: 101))
  }
}
