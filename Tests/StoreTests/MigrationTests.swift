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
