// Files that older versions wrote: made with the old steps, opened with the present version.
import SQLite
import Testing
import Vocabulary

@testable import Store

@Suite struct MigrationTests {
  private static let epoch = "00112233445566778899aabbccddeeff"
  /// Long enough for many parts, and not a whole number of them.
  private static let checkpoint = (0..<45_001).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }

  /// A file as version `version` left it.
  private func write(_ version: Int, _ path: String) throws {
    let connection = try Connection(path: path)
    try connection.execute("PRAGMA journal_mode = WAL")
    for step in Schema.steps[..<version] { try connection.execute(step) }
    try connection.setUserVersion(Int32(version))
    try connection.execute(
      """
      INSERT INTO meta VALUES ('epoch', '\(Self.epoch)'), ('vehicle', 'van-7'), ('note/adapter', 'ö');
      UPDATE lane SET last = 10 * (lane + 1);
      INSERT INTO outbox VALUES
        (0, 10, 'alert.created', 'cooling-1', '00000000000000010000000000000002', 3, -4, 1, x'7B7D'),
        (2, 29, 'vehicle.telemetry.received', NULL, '00000000000000010000000000000002', 3, -4, 1, x''),
        (2, 30, 'vehicle.telemetry.received', NULL, '00000000000000010000000000000002', 3, -4, 1, x'00FF');
      INSERT INTO event (lane, sequence, type, subject, wall, data) VALUES (0, 10, 'alert.created', 'c', 5, x'01');
      INSERT INTO alert VALUES ('cooling-1', 'active', 5, x'02');
      INSERT INTO trip VALUES (3, 6, x'03');
      INSERT INTO health (component, wall, data) VALUES ('cooling', 7, x'04');
      INSERT INTO signal VALUES (9, 'Vehicle.Speed', 'km/h');
      INSERT INTO rollup (start, seconds, chunk) VALUES (60, 60, x'05'), (120, 60, x'06');
      """)
    let insert = try connection.prepare("INSERT INTO checkpoint VALUES (?1, ?2, 8, ?3, ?4)")
    for (generation, data) in [(6, [1]), (7, Self.checkpoint)] as [(Int, [UInt8])] {
      try insert.bind(generation % 2, at: 1)
      try insert.bind(generation, at: 2)
      try insert.bind(Int64(crc32(data)), at: 3)
      try insert.bind(data, at: 4)
      try insert.run()
    }
    if version >= 2 {
      try connection.execute(
        "INSERT INTO diagnostic VALUES ('0/7E8', 'code P0301', 5, 1, \(crc32([7])), x'07', x'7B7D')")
    }
    if version >= 3 {
      try connection.execute(
        """
        INSERT INTO parked VALUES ('VIN', 8, \(crc32([8])), x'08');
        INSERT INTO counter VALUES ('VIN', 'cooling', 'damage', 0.5);
        """)
    }
  }

  @Test(arguments: 1...3) func everyRowOfAnOldFileIsThere(_ version: Int) throws {
    let folder = try StateFolder()
    try write(version, folder.file)
    let store = try folder.open { $0.machine = "m" }
    #expect(store.repaired == nil && store.epoch.description == Self.epoch)
    #expect(try store.connection.userVersion == Schema.version)
    #expect(store.queued[0] == 1 && store.queued[1] == 0 && store.queued[2] == 2, "nothing says that an epoch began")

    let reader = try OutboxReader(path: store.path)
    let alert = OutboxRow(
      epoch: store.epoch, lane: .alerts, sequence: 10, type: "alert.created", subject: "cooling-1", time: aMoment,
      data: Array("{}".utf8))
    #expect(try reader.rows(.alerts, after: 0, limit: 9) == [alert])
    let telemetry = try reader.rows(.telemetry, after: 0, limit: 9)
    #expect(telemetry.map(\.sequence) == [29, 30] && telemetry.map(\.data) == [[], [0, 255]])
    #expect(try reader.depth(.events) == OutboxDepth(count: 0, lowest: 0, last: 20))
    #expect(try store.checkpoint()?.data == Self.checkpoint && store.checkpoint()?.version == 8)
    #expect(try store.alerts(limit: 9) == [[2]] && store.trips(limit: 9) == [[3]])
    #expect(try store.note("adapter") == "ö" && store.signals()[9]?.path == "Vehicle.Speed")
    let minutes = try store.rollUps(.minute, from: 0, to: 999, limit: 9)
    #expect(minutes.map(\.startWall) == [60, 120] && minutes.map(\.chunk) == [[5], [6]])
    #expect(minutes.allSatisfy { $0.version == 0 })
    #expect(try store.diagnostics(version: 1).blocks == (version >= 2 ? [[7]] : []))
    #expect(try store.parked(vehicle: "VIN")?.data == (version >= 3 ? [8] : nil))
    #expect(try store.counters(vehicle: "VIN").map(\.value) == (version >= 3 ? [0.5] : []))

    try store.commit([outgoing(.events), .checkpoint(version: 9, data: [9])])
    #expect(try reader.rows(.events, after: 0, limit: 9).map(\.sequence) == [21], "sequences go on")
    try store.connection.execute("UPDATE checkpoint SET crc = 0 WHERE generation = 8")
    #expect(try store.checkpoint()?.data == Self.checkpoint, "the new one took the elder's slot")
  }

  /// A file as version 4 left it, with 40 rows in each lane, one of them a tombstone.
  private func writeFour(_ path: String) throws -> [OutboxRow] {
    let epoch = try #require(Epoch(Self.epoch))
    let connection = try Connection(path: path)
    try connection.execute("PRAGMA journal_mode = WAL")
    for step in Schema.steps[..<4] { try connection.execute(step) }
    try connection.setUserVersion(4)
    try SealedTable.put([.text("vehicle"), .text("van-7")], with: SealedTable.meta.insertion(on: connection))
    try OutboxTable.insert(OutboxEpoch(number: 1, id: epoch, isCurrent: true), nil, 5, .fresh, on: connection)
    let lanes = try SealedTable.lane.insertion(on: connection)
    let insert = try connection.prepare(
      """
      INSERT INTO outbox (epoch, lane, sequence, first, count, type, subject, boot, uptime, wall, quality, data, seal)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
      """)
    var rows: [OutboxRow] = []
    try connection.execute("BEGIN")
    for lane in Lane.allCases {
      try SealedTable.put([.integer(1), .integer(Int64(lane.rawValue)), .integer(40)], with: lanes)
      for sequence in 1...40 as ClosedRange<Int64> {
        let row = OutboxRow(
          epoch: epoch, lane: lane, sequence: sequence, tombstoneFrom: sequence == 7 ? 7 : nil, type: "t", subject: nil,
          time: aMoment, data: [UInt8](repeating: UInt8(sequence), count: 100 * Int(sequence)))
        try SealedTable.put(row.values(count: row.isTombstone ? 1 : nil, in: 1), of: epoch, with: insert)
        rows.append(row)
      }
    }
    try connection.execute("COMMIT")
    return rows
  }

  /// The seals are of the values, and hold in the new layout.
  @Test func sealedRowsOfVersionFourKeepTheirSeals() throws {
    let folder = try StateFolder()
    let rows = try writeFour(folder.file)
    let store = try folder.open { $0.checksEverything = true }
    #expect(store.repaired == nil && store.epoch.description == Self.epoch)
    let reader = try OutboxReader(path: store.path)
    for lane in Lane.allCases {
      #expect(try reader.rows(lane, after: 0, limit: 99) == rows.filter { $0.lane == lane })
      #expect(try reader.depth(lane) == OutboxDepth(count: 40, lowest: 1, last: 40))
    }
    #expect(try StoreInspection(path: folder.file).problems.isEmpty)
  }

  @Test(.enabled(if: SmallDisk() != nil, "mounting a small file system needs root"))
  func withoutRoomForTheNewLayoutTheFileStaysAsItWas() throws {
    let disk = try #require(SmallDisk())
    let path = Store.file(in: disk.path)
    let rows = try writeFour(path)
    disk.fill(but: 256 << 10)
    let settings = StoreSettings(vehicle: "van-7", reserve: 0)
    let error = #expect(throws: StoreError.self) { _ = try Store.open(directory: disk.path, settings) }
    #expect(error?.kind == .full && error?.description.contains("free space") == true, "\(String(describing: error))")
    disk.empty()
    let store = try Store.open(directory: disk.path, settings)
    #expect(store.repaired == nil && store.queued[0] + store.queued[1] + store.queued[2] == rows.count)
  }

  @Test func aDamagedFileOfVersionFourIsSalvagedIntoThisOne() throws {
    let folder = try StateFolder()
    let rows = try writeFour(folder.file)
    try overwrite("outbox", folder)
    let store = try folder.open()
    #expect(store.repaired?.contains("saved ") == true)
    let reader = try OutboxReader(path: store.path)
    let elder = try #require(try reader.epochs().first)
    let saved = try Lane.allCases.flatMap { try reader.rows($0, of: elder, after: 0, limit: 99) }.filter { rows.contains($0) }
    // An index's root has some rows of its own.
    #expect(saved.count >= 110 && elder.id.description == Self.epoch, "\(saved.count)")
  }

  @Test func aDamagedFileOfVersionThreeIsSalvagedIntoThisOne() throws {
    let folder = try StateFolder()
    try write(3, folder.file)
    try overwrite("trip", folder)
    let store = try folder.open()
    #expect(store.repaired?.contains("trip 0/?") == true)
    #expect(try store.checkpoint()?.data == Self.checkpoint && store.alerts(limit: 9) == [[2]])
    #expect(try store.rollUps(.minute, from: 0, to: 999, limit: 9).map(\.chunk) == [[5], [6]])
    #expect(try store.counters(vehicle: "VIN").map(\.value) == [0.5])
    let reader = try OutboxReader(path: store.path)
    let elder = try #require(try reader.epochs().first)
    #expect(elder.id.description == Self.epoch)
    #expect(try reader.rows(.telemetry, of: elder, after: 0, limit: 9).map(\.sequence) == [28, 29, 30])
    #expect(try reader.depth(.events, of: elder) == OutboxDepth(count: 1, lowest: 1, last: 20), "declared")
  }

  /// Damages the page at which a table begins.
  private func overwrite(_ table: String, _ folder: borrowing StateFolder) throws {
    let root: Int
    do {
      let connection = try Connection(path: folder.file)
      try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
      let select = try connection.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?1")
      try select.bind(table, at: 1)
      #expect(try select.step())
      root = Int(select.int64(0))
    }
    var bytes = try folder.contents
    for i in (root - 1) * 4096..<root * 4096 { bytes[i] = 0xFF }
    try folder.replaceFile(with: bytes)
  }

  @Test func anOldFileBelongsToTheMachineThatOpensItFirst() throws {
    let folder = try StateFolder()
    try write(3, folder.file)
    _ = try folder.open { $0.machine = "a" }
    #expect(try folder.open { $0.machine = "b" }.epoch.description != Self.epoch)
  }

  @Test func aFileOfAnEarlierVersionWithoutAnEpochBeginsOne() throws {
    let folder = try StateFolder()
    do {
      let connection = try Connection(path: folder.file)
      try connection.execute(Schema.steps[0])
      try connection.setUserVersion(1)
    }
    let store = try folder.open()
    #expect(try OutboxReader(path: store.path).epochs().map(\.number) == [1] && store.queued[1] == 1)
  }
}
