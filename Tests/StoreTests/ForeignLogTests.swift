// A log that is not the file's own, which SQLite cannot tell from one that is: nobody writes it into the file.
import Glibc
import SQLite
import Testing
import Vocabulary

@testable import Store

@Suite struct ForeignLogTests {
  /// The log of a database that is none of ours.
  /// - Parameter pageSize: bytes.
  private static func log(pageSize: Int = 4096, schema: Int32 = 0) throws -> [UInt8] {
    let folder = try StateFolder()
    let connection = try Connection(path: folder.file)
    try connection.execute(
      "PRAGMA page_size = \(pageSize); PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a)")
    try connection.setUserVersion(schema)
    try connection.execute("INSERT INTO t VALUES (zeroblob(50000)), (zeroblob(50000))")
    return try folder.contents("-wal")
  }

  private func withLog(_ log: [UInt8], _ folder: borrowing StateFolder) throws {
    try folder.replaceFile(with: SalvageTests.template.bytes)
    try folder.replace("-wal", with: log)
  }

  @Test(arguments: [4096, 1024]) func lookingChangesNothing(pageSize: Int) throws {
    let folder = try StateFolder()
    let log = try Self.log(pageSize: pageSize)
    try withLog(log, folder)
    let found = try StoreInspection(path: folder.file)
    #expect(found.problems.count == 1 && found.problems[0].contains("is another file's"), "\(found.problems)")
    var rows = 0
    #expect(try StoreExport.trips.run(path: folder.file) { _ in rows += 1 } == 0)
    #expect(rows == 60)
    #expect(try folder.contents == SalvageTests.template.bytes && folder.contents("-wal") == log)
  }

  @Test func lookingLeavesAKilledStoreAndItsLogAsTheyAre() throws {
    let folder = try StateFolder()
    try SalvageTests().killed(folder) { store in for _ in 0..<20 { try store.commit([outgoing(.alerts, "x")]) } }
    let (bytes, log) = (try folder.contents, try folder.contents("-wal"))
    #expect(try StoreInspection(path: folder.file).problems.isEmpty)
    var rows = 0
    #expect(try StoreExport.outbox.run(path: folder.file) { _ in rows += 1 } == 0)
    #expect(rows == 21)
    #expect(try folder.contents == bytes && folder.contents("-wal") == log)
  }

  @Test func lookingAtAClosedStoreLeavesNothingBeside() throws {
    let folder = try StateFolder()
    try folder.replaceFile(with: SalvageTests.template.bytes)
    #expect(try StoreInspection(path: folder.file).problems.isEmpty)
    #expect(access(folder.file + "-wal", F_OK) != 0 && access(folder.file + "-shm", F_OK) != 0)
  }

  @Test func aVacuumRefusesIt() throws {
    let folder = try StateFolder()
    let log = try Self.log()
    try withLog(log, folder)
    let error = #expect(throws: StoreError.self) { try Store.vacuum(path: folder.file) }
    #expect(error?.description.contains("another file's; start telltaled once") == true)
    #expect(try folder.contents == SalvageTests.template.bytes && folder.contents("-wal") == log)
  }

  @Test(arguments: [4096, 1024]) func theDaemonSetsItAsideAndGoesOnInANewEpoch(pageSize: Int) throws {
    let folder = try StateFolder()
    let log = try Self.log(pageSize: pageSize)
    try withLog(log, folder)
    do {
      let store = try folder.open()
      #expect(store.repaired?.contains("set aside as telltale.sqlite-wal.foreign") == true)
      #expect(try folder.contents("-wal.foreign") == log && access(folder.file + ".damaged-1", F_OK) != 0)
      #expect(store.epoch != SalvageTests.template.epoch)
      let reader = try OutboxReader(path: store.path)
      #expect(try reader.epochs().map(\.id) == [SalvageTests.template.epoch, store.epoch])
      let beginning = try #require(try reader.rows(.events, after: 0, limit: 1).first)
      #expect(String(decoding: beginning.data, as: UTF8.self).hasPrefix("{\"reason\":\"restored\""))
    }
    let rows = try SalvageTests.rows(of: folder.file)
    for (table, expected) in SalvageTests.template.rows {
      #expect(expected.isSubset(of: rows[table] ?? []), "\(table)")
    }
    try SalvageTests().expectCleanSecondOpening(folder)
    #expect(try StoreInspection(path: folder.file).problems.isEmpty)
  }

  @Test func aNewerVersionsLogIsNoneOfAnotherFile() throws {
    let folder = try StateFolder()
    let log = try Self.log(schema: Schema.version + 1)
    try withLog(log, folder)
    let error = #expect(throws: StoreError.self) { _ = try folder.open() }
    #expect(error?.kind == .newerSchema)
    #expect(try folder.contents == SalvageTests.template.bytes && folder.contents("-wal") == log)
  }

  @Test func aDamagedFileIsSetAsideWithItsLogUnchanged() throws {
    let folder = try StateFolder()
    let log = try Self.log()
    // Nobody can tell whose the log is, beside a file that is not ours any more.
    let bytes = [UInt8](repeating: 0x5A, count: 4096) + SalvageTests.template.bytes.dropFirst(4096)
    try withLog(log, folder)
    try folder.replaceFile(with: bytes)
    #expect(try folder.open().repaired?.contains("set aside as telltale.sqlite.damaged-1") == true)
    #expect(try folder.contents(".damaged-1") == bytes && folder.contents(".damaged-1-wal") == log)
  }
}
