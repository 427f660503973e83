// A whole look at a file, its rows written out, and the file made small.
import SQLite
import Testing
import Vocabulary

@testable import Store

@Suite struct MaintenanceTests {
  private func filled(_ folder: borrowing StateFolder) throws {
    let store = try folder.open()
    try store.commit((0..<50).map { event in
      .outgoing(lane: .events, type: "trip.ended", subject: "trip-\(event)", time: aMoment, data: Array("{\"n\":\(event)}".utf8))
    })
    try store.commit([
      .trip(number: 1, startedWall: 1, data: Array("{\"km\":12}".utf8)),
      .counters(vehicle: "", [StoredCounter(component: "engine-oil", name: "damage", value: 0.25)]),
      .checkpoint(version: 1, data: [UInt8](repeating: 7, count: 5000)),
      .outgoing(lane: .telemetry, type: "t", subject: nil, time: aMoment, data: [0x28, 0xB5]),
    ])
  }

  private func damage(_ sql: String, _ folder: borrowing StateFolder) throws {
    try Connection(path: folder.file, mode: .readWrite).execute(sql)
  }

  @Test func aWholeFileIsWell() throws {
    let folder = try StateFolder()
    try filled(folder)
    let found = try StoreInspection(path: folder.file)
    #expect(found.problems.isEmpty && found.vehicle == "van-7" && found.checkpoints == 1)
    #expect(found.tables.first { $0.name == "outbox" }?.rows == 52)
    // The first row of the epoch is the epoch's own.
    #expect(found.streams.filter { $0.last > 0 }.map(\.last) == [51, 1])
    #expect(found.streams.map(\.waiting).reduce(0, +) == 52)
  }

  @Test(arguments: [
    ("UPDATE outbox SET data = x'00' WHERE sequence = 7", "1 rows of table outbox"),
    ("UPDATE trip SET started = 2", "1 rows of table trip"),
    ("UPDATE checkpoint_part SET data = zeroblob(960) WHERE number % 65536 = 1", "the checkpoint of slot"),
    ("UPDATE lane SET last = 3 WHERE lane = 1", "the file holds sequence 51 of lane events, of which 3 were given"),
    ("DELETE FROM lane WHERE lane = 2", "table lane does not have all lanes of epoch 1"),
    ("DELETE FROM epoch", "table epoch does not have epoch 1"),
    (
      "DELETE FROM outbox WHERE lane = 1; UPDATE lane SET last = 3 WHERE lane = 1",
      "the file holds sequence 51 of lane events"
    ),
    (
      """
      INSERT INTO outbox (key, first, type, boot, uptime, wall, quality, data)
        SELECT key + 100, 50, type, boot, uptime, wall, quality, data FROM outbox WHERE lane = 1 AND sequence = 51
      """, "sequence 50 of lane events waits, and a tombstone stands for it as well"
    ),
  ])
  func whatIsNotAsItWasWrittenIsTold(sql: String, expected: String) throws {
    let folder = try StateFolder()
    try filled(folder)
    try damage(sql, folder)
    let found = try StoreInspection(path: folder.file)
    #expect(found.problems.contains { $0.contains(expected) }, "\(found.problems)")
  }

  @Test func sequencesThatNoRowStandsForAreCounted() throws {
    let folder = try StateFolder()
    try filled(folder)
    try folder.open().commit([
      .acknowledged(Acknowledgement(epoch: 1, lane: .events, first: 1, last: 5)),
      .acknowledged(Acknowledgement(epoch: 1, lane: .events, first: 10, last: 12)),
      .acknowledged(Acknowledgement(epoch: 1, lane: .events, first: 51, last: 51)),
      .acknowledged(Acknowledgement(epoch: 1, lane: .telemetry, first: 1, last: 1)),
    ])
    let found = try StoreInspection(path: folder.file)
    #expect(found.problems.isEmpty && found.streams.map(\.absent) == [0, 4, 0], "\(found.streams)")
  }

  @Test(arguments: [(4, "start telltaled once"), (99, "use the telltale that came with its telltaled")])
  func aFileOfAnotherVersionIsSaidToBe(version: Int, mend: String) throws {
    let folder = try StateFolder()
    try filled(folder)
    try damage("PRAGMA user_version = \(version)", folder)
    let error = #expect(throws: StoreError.self) { _ = try StoreInspection(path: folder.file) }
    #expect(error?.description.contains(mend) == true && error?.description.contains("schema \(version)") == true)
    #expect(throws: StoreError.self) { _ = try StoreExport.outbox.run(path: folder.file) { _ in } }
  }

  @Test func aFileWithTornPagesIsReadAsFarAsItGoes() throws {
    let folder = try StateFolder()
    try filled(folder)
    var bytes = try folder.contents("")
    for page in stride(from: 8, to: bytes.count / 4096, by: 3) {
      for i in page * 4096..<(page + 1) * 4096 { bytes[i] = UInt8(truncatingIfNeeded: i &* 31) }
    }
    try folder.replaceFile(with: bytes)
    let found = try StoreInspection(path: folder.file)
    #expect(!found.problems.isEmpty && !found.tables.isEmpty)
  }

  @Test func rowsAreWrittenOutAsJSONAndDamagedOnesCounted() throws {
    let folder = try StateFolder()
    try filled(folder)
    var lines: [String] = []
    func export(_ what: StoreExport) throws -> Int {
      lines.removeAll()
      return try what.run(path: folder.file) { lines.append(String(decoding: $0, as: UTF8.self)) }
    }
    #expect(try export(.trips) == 0)
    #expect(lines == [#"{"number":1,"started":1,"data":{"km":12}}"#])
    #expect(try export(.counters) == 0)
    #expect(lines == [#"{"vehicle":"","component":"engine-oil","name":"damage","value":0.25}"#])
    #expect(try export(.outbox) == 0 && lines.count == 52)
    #expect(lines.last?.hasSuffix(#""data":"28b5"}"#) == true)
    try damage("UPDATE outbox SET data = x'00' WHERE sequence = 7", folder)
    #expect(try export(.outbox) == 1 && lines.count == 51)
  }

  @Test func aVacuumMakesTheFileSmallAndKeepsItsRows() throws {
    let folder = try StateFolder()
    do {
      let store = try folder.open()
      let large = [UInt8](repeating: 1, count: 20_000)
      try store.commit((0..<100).map { _ in .outgoing(lane: .telemetry, type: "t", subject: nil, time: aMoment, data: large) })
      try store.commit([.acknowledged(Acknowledgement(epoch: 1, lane: .telemetry, first: 1, last: 99))])
      #expect(throws: StoreError.self) { try Store.vacuum(path: folder.file) }
    }
    let (before, after) = try Store.vacuum(path: folder.file)
    #expect(before > 2_000_000 && after < 400_000, "\(before) \(after)")
    #expect(try StoreInspection(path: folder.file).problems.isEmpty)
    #expect(throws: StoreError.self) { try Store.vacuum(path: folder.path + "/nothing.sqlite") }
  }

  @Test(arguments: [4, Schema.version + 1]) func aVacuumLeavesAnotherVersionAlone(version: Int32) throws {
    let folder = try StateFolder()
    try filled(folder)
    try damage("PRAGMA user_version = \(version)", folder)
    let bytes = try folder.contents
    #expect(throws: StoreError.self) { try Store.vacuum(path: folder.file) }
    #expect(try folder.contents == bytes)
  }

  @Test func aVacuumLeavesADamagedFileAlone() throws {
    let folder = try StateFolder()
    try filled(folder)
    try damage("UPDATE trip SET started = 2", folder)
    let bytes = try folder.contents
    let error = #expect(throws: StoreError.self) { try Store.vacuum(path: folder.file) }
    #expect(error?.description.contains("start telltaled once: it saves what is readable") == true)
    #expect(try folder.contents == bytes)
  }
}
