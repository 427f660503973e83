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
    let store = try folder.open {
      ($0.retention.seconds, $0.retention.minutes, $0.retention.hours) = (10, 15, 25)
      ($0.retention.health, $0.retention.events, $0.retention.trips) = (20, 30, 40)
    }
    for i in 0..<500 {
      try store.commit(
        RollUpResolution.allCases.map { .rollUps($0, startWall: Int64(i), version: 1, chunk: [1]) } + [
          .health(component: "cooling", wall: Int64(i), data: []), outgoing(.events),
          .trip(number: UInt32(i), startedWall: 0, data: []),
        ])
    }
    // Retention comes around every 1000 records: 166 commits of six, and the last time was within the last of these.
    for (table, kept) in [
      ("rollup_second", 10), ("rollup_minute", 15), ("rollup_hour", 25), ("health", 20), ("event", 30), ("trip", 40),
    ] {
      let count = try store.connection.prepare("SELECT count(*) FROM \(table)")
      #expect(try count.step())
      #expect((kept..<kept + 167).contains(Int(count.int64(0))), "\(table)")
    }
    #expect(store.queued[1] == 501, "the outbox is not history")
    let newest = try store.rollUps(.minute, from: 490, to: 600, limit: 100)
    #expect(newest.map(\.startWall) == Array(490..<500))
  }

  // MARK: Roll-ups

  @Test(arguments: RollUpResolution.allCases)
  func rollUpsComeBackByTheirSpanInOrder(_ resolution: RollUpResolution) throws {
    let folder = try StateFolder()
    let store = try folder.open()
    for start in [30, 10, 20, 40] as [Int64] {
      try store.commit([.rollUps(resolution, startWall: start, version: 7, chunk: [UInt8(start), 1])])
    }
    let found = try store.rollUps(resolution, from: 10, to: 40, limit: 9)
    #expect(found.map(\.startWall) == [10, 20, 30], "the span's end is not within it; a clock that was set back counts")
    #expect(found.first == StoredRollUps(startWall: 10, version: 7, chunk: [10, 1]))
    #expect(try store.rollUps(resolution, from: 11, to: 99, limit: 1).map(\.startWall) == [20])
    for other in RollUpResolution.allCases where other != resolution {
      #expect(try store.rollUps(other, from: .min, to: .max, limit: 9) == [])
    }
    try store.connection.execute("UPDATE \(resolution.table) SET chunk = x'FF01' WHERE start = 20")
    #expect(try store.rollUps(resolution, from: 0, to: 99, limit: 9).map(\.startWall) == [10, 30, 40], "damaged")
  }

  @Test func aSignalKeepsItsNumberInEveryCatalogue() throws {
    let folder = try StateFolder()
    func numbers(_ paths: [String]) throws -> [UInt32] {
      var catalogue = SignalCatalogue()
      for path in paths {
        _ = catalogue.add(SignalDescription(path: path, unit: "V", range: 0...1, staleAfter: 1))
      }
      return try folder.open().numbers(of: catalogue)
    }
    let first = try numbers(["Vehicle.A", "Vehicle.B"])
    let second = try numbers(["Vehicle.B", "Vehicle.C"])
    #expect(first.count == 2 && second[0] == first[1] && Set(first + second).count == 3)
    let signals = try folder.open().signals()
    #expect(signals[first[0]]?.path == "Vehicle.A" && signals[first[1]]?.unit == "V" && signals.count == 3)
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

  @Test func onlyThePartsThatChangedAreWritten() throws {
    let folder = try StateFolder()
    var data = (0..<45_001).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
    do {
      let store = try folder.open()
      for _ in 0..<2 { try store.commit([.checkpoint(version: 1, data: data)]) }
    }
    let store = try folder.open()
    try store.connection.execute(
      """
      CREATE TEMP TABLE written (number INTEGER);
      CREATE TEMP TRIGGER count AFTER INSERT ON main.checkpoint_part BEGIN INSERT INTO written VALUES (new.number); END
      """)
    func written() throws -> [Int64] {
      let select = try store.connection.prepare("SELECT number FROM written ORDER BY number")
      var numbers: [Int64] = []
      while try select.step() { numbers.append(select.int64(0)) }
      try store.connection.execute("DELETE FROM written")
      return numbers
    }
    data[1] ^= 1
    data[960 * 20] ^= 1
    try store.commit([.checkpoint(version: 1, data: data)])
    #expect(try written() == [65_536, 65_556], "the parts of the elder slot that differ, known from the file")
    try store.commit([.checkpoint(version: 1, data: data)])
    #expect(try written() == [0, 20])
    try store.commit([.checkpoint(version: 1, data: data)])
    #expect(try written() == [] && store.checkpoint()?.data == data)
    data.removeLast(2000)
    try store.commit([.checkpoint(version: 1, data: data)])
    #expect(try store.checkpoint()?.data == data, "a shorter one leaves nothing of the longer behind")
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
    try store.connection.execute("UPDATE checkpoint_part SET data = zeroblob(100) WHERE number = 0")
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

  @Test func aHolderThatIsAboutToLetGoIsWaitedFor() throws {
    let folder = try StateFolder()
    var first: FileLock? = try FileLock(folder.file)
    #expect(first?.hasWaited == false)
    var pauses = 0
    let error = #expect(throws: StoreError.self) { _ = try FileLock(folder.file, pause: { pauses += 1 }) }
    #expect(error?.kind == .inUse && pauses == FileLock.patience && first != nil)
    pauses = 0
    let second = try FileLock(
      folder.file,
      pause: {
        pauses += 1
        if pauses == 3 { first = nil }
      })
    #expect(pauses == 3 && second.hasWaited)
  }

  @Test func aFolderThatCannotBeMadeOrWritten() throws {
    let missing = #expect(throws: StoreError.self) {
      _ = try Store.open(directory: "/proc/no/such", StoreSettings(vehicle: "v"))
    }
    #expect(missing?.kind == .unwritable)
    #expect(
      missing?.description.hasPrefix("/proc/no/such: cannot make the state folder: ") == true
        && missing?.description.contains("`state:`") == true)
    let file = try StateFolder()
    try file.replaceFile(with: [1])
    let notAFolder = #expect(throws: StoreError.self) {
      _ = try Store.open(directory: file.file, StoreSettings(vehicle: "v"))
    }
    #expect(notAFolder?.kind == .unwritable)
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
    #expect(try reader.depth(.events) == OutboxDepth(count: 102, lowest: 1, last: 102))
  }
}
