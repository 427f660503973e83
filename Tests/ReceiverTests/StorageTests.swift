// The receiver's storage in SQLite: idempotent, exact about content, whole or not at all.
import FleetContract
import Glibc
import SQLite
import TestSupport
import Testing
import Vocabulary

@testable import Receiver

@Suite struct StorageTests {
  private let folder: Folder
  private let storage: SQLiteStorage
  private let reader: SQLiteReader

  init() throws {
    folder = try Folder()
    storage = try SQLiteStorage(path: folder.path + "/receiver.db")
    reader = try SQLiteReader(path: folder.path + "/receiver.db")
  }

  @Test func keepsOtherContentUnderATakenKeyAside() async throws {
    _ = try storage.commit(batch([try arrival(1, data: "{\"a\":1}")]))
    let outcome = try storage.commit(batch([try arrival(1, data: "{\"a\":2}"), try arrival(1, data: "{\"a\":2}")]))
    #expect(outcome.conflicts == 2)
    #expect(outcome.stored == 0)
    let connection = try Connection(path: folder.path + "/receiver.db", mode: .readOnly)
    let select = try connection.prepare("SELECT (SELECT data FROM record), (SELECT group_concat(data) FROM conflict)")
    #expect(try select.step())
    #expect(select.text(0) == "{\"a\":1}")
    #expect(select.text(1) == "{\"a\":2}")
    #expect(try await reader.vehicle("van-7")?.lanes[1].conflicts == 2)
  }

  @Test func oneEventIDIsOneRecord() throws {
    _ = try storage.commit(batch([try arrival(1, id: "same")]))
    #expect(try storage.commit(batch([try arrival(2, id: "same")])).conflicts == 1)
    // Another vehicle may use it.
    #expect(try storage.commit(batch([try arrival(2, vehicle: "van-8", id: "same")])).stored == 1)
  }

  @Test func namesTheOutboxThatContradicts() throws {
    _ = try storage.commit(batch([try arrival(1), try arrival(1, epoch: laterEpoch)]))
    let outcome = try storage.commit(
      batch([try arrival(1, data: "{\"a\":2}"), try arrival(1, epoch: laterEpoch), try arrival(2, epoch: laterEpoch)]))
    #expect(outcome.contradicting == [try stream().outbox])
    // A tombstone contradicts nothing, whatever stands in its range.
    #expect(try storage.commit(batch([try arrival(1, from: 1)])).contradicting == [])
  }

  @Test func storesTextAsItIs() async throws {
    let text = "'); DROP TABLE record; --"
    var event = try arrival(1, id: text, type: text, data: "\"'); DROP TABLE record; --\"")
    event.event.subject = text
    #expect(try storage.commit(batch([event])).stored == 1)
    let vehicle = try #require(try await reader.vehicle(vehicleName))
    let page = try await reader.records(of: vehicle.id, .lane(.events), Stretch(limit: 10))
    let record = try #require(page.items.first).event
    #expect(record.id == text)
    #expect(record.type == text)
    #expect(record.subject == text)
    guard case .json(let data) = record.data else { throw StorageError(description: "no JSON") }
    #expect(data == event.event.data)
    #expect(try await reader.vehicle(text) == nil)
    #expect(try await reader.vehicles(after: text, limit: 10).items.count == 1)
  }

  @Test func takesOverAFileOfVersionOne() async throws {
    let path = folder.path + "/v1.db"
    let old = try Connection(path: path)
    try old.execute(versionOneDump)
    try old.setUserVersion(1)
    let storage = try SQLiteStorage(path: path)
    // Known records stay known, the lost one closes the gap, the ledger goes on.
    let outcome = try storage.commit(
      batch([
        try arrival(3, from: 3, data: "{\"reason\":\"quota\"}"), try arrival(6, data: "{\"n\":6}"),
        try arrival(7, data: "{\"n\":7}"),
      ]))
    #expect(outcome.stored == 2)
    #expect(outcome.lost == 1)
    #expect(try storage.committed([1...9], of: stream()) == [1...7, 9...9])
    let vehicle = try #require(try await SQLiteReader(path: path).vehicle(vehicleName, runs: 10))
    #expect(vehicle.vehicle.statusSince == 1_795_319_319_182_197_570)
    let events = try #require(vehicle.streams.first { $0.lane == .events })
    #expect(events.received == 7)
    #expect(events.lost == 1)
    #expect(events.missingRuns == [8...8])
    #expect(events.duplicates == 1)
    #expect(events.conflicts == 1)
    #expect(try Connection(path: path).userVersion == 3)
    // Once more: nothing is done twice.
    _ = try SQLiteStorage(path: path)
  }

  @Test func boundsWhatItKeepsAside() throws {
    _ = try storage.commit(batch([try arrival(1)]))
    let others = try (0..<SQLiteStorage.conflictsKept + 20).map { try arrival(1, data: "{\"i\":\($0)}") }
    _ = try storage.commit(batch(others))
    // What has no room is not acknowledged: the vehicle keeps it.
    #expect(try storage.commit(batch([try arrival(1, data: "{\"more\":1}")])).touched.isEmpty)
    let connection = try Connection(path: folder.path + "/receiver.db", mode: .readOnly)
    let select = try connection.prepare("SELECT count(*) FROM conflict")
    #expect(try select.step())
    #expect(select.int64(0) == Int64(SQLiteStorage.conflictsKept))
  }

  @Test func aFailedCommitLeavesNothingAndIsForgotten() throws {
    let other = try Connection(path: folder.path + "/receiver.db")
    try other.execute("CREATE TRIGGER full BEFORE INSERT ON coverage BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    #expect(throws: StorageError.self) { try storage.commit(batch([try arrival(1)])) }
    #expect(try storage.committed([1...1], of: stream()) == [])
    try other.execute("DROP TRIGGER full")
    #expect(try storage.commit(batch([try arrival(1)])).stored == 1)
    #expect(try storage.committed([1...1], of: stream()) == [1...1])
  }

  @Test func refusesAFileOfALaterVersion() throws {
    let path = folder.path + "/later.db"
    try Connection(path: path).setUserVersion(99)
    let error = #expect(throws: ReceiverError.self) { try SQLiteStorage(path: path) }
    #expect(error?.description.contains("schema 99, this version knows 3") == true)
  }
}
