// `--check` of the receiver's database, and what the receiver does with a file that is damaged or not its own.
import FleetContract
import Glibc
import Logging
import SQLite
import TestSupport
import Testing
import Vocabulary

@testable import Receiver

@Suite struct DatabaseCheckTests {
  private let folder: Folder
  private let path: String

  init() throws {
    folder = try Folder()
    path = folder.path + "/receiver.db"
  }

  private func fill() throws {
    let storage = try SQLiteStorage(path: path)
    _ = try storage.commit(batch(try (1...500).map { try arrival($0, data: "{\"n\":\($0)}") }))
  }

  private func check() throws -> String {
    try Receiver.check(ReceiverSettings(name: "depot", host: "127.0.0.1", storage: .sqlite(path: path)))
  }

  private func refusal() throws -> String {
    try #require(#expect(throws: ReceiverError.self) { try check() }).description
  }

  @Test func aWholeOneIsLeftAsItIs() throws {
    try fill()
    #expect(try check().contains("is whole, all "))
    // Nor does one of a receiver that runs disturb it.
    let storage = try SQLiteStorage(path: path)
    #expect(try check().contains("is whole, all "))
    #expect(try storage.commit(batch([try arrival(501)])).stored == 1)
  }

  @Test func aMissingOneIsNotMade() throws {
    #expect(try check().contains("is not there yet"))
    #expect(access(path, F_OK) != 0)
  }

  @Test func withoutAFolderItTellsTheMend() throws {
    let settings = ReceiverSettings(name: "depot", host: "127.0.0.1", storage: .sqlite(path: folder.path + "/no/r.db"))
    let error = #expect(throws: ReceiverError.self) { try Receiver.check(settings) }
    #expect(error?.description.contains("make the folder") == true)
  }

  @Test(arguments: [true, false]) func whatDoesNotFitTogetherIsFound(isCoarse: Bool) throws {
    try fill()
    let file = try #require(fopen(path, "r+"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    bytes.removeLast(bytes.count - count)
    if isCoarse {
      // Behind the header and the schema, so much that pages cannot be read at all.
      for i in 40_960..<49_152 { bytes[i] = 0xA5 }
    } else {
      // The id stands in the record and in an index over ids: in one of them it is another one now.
      let place = try #require(bytes.ranges(of: Array(".events.250".utf8)).last)
      bytes[place.upperBound - 1] = UInt8(ascii: "9")
    }
    rewind(file)
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    fflush(file)
    #expect(try refusal().contains("is damaged: "))
    #expect(try refusal().contains("set the file aside"))
  }

  @Test func whatIsNoDatabaseIsToldSo() throws {
    try folder.write(String(repeating: "no database ", count: 100), to: "receiver.db")
    #expect(try refusal().contains("is damaged: file is not a database"))
    try Connection(path: folder.path + "/later.db").setUserVersion(99)
    let settings = ReceiverSettings(
      name: "depot", host: "127.0.0.1", storage: .sqlite(path: folder.path + "/later.db"))
    let error = #expect(throws: ReceiverError.self) { try Receiver.check(settings) }
    #expect(error?.description.contains("schema 99") == true)
  }

  // MARK: Files of others.

  /// Copies a file's bytes as they are.
  private func copy(_ from: String, _ to: String) throws {
    try write(try bytes(from), to)
  }

  private func write(_ bytes: [UInt8], _ path: String) throws {
    let file = try #require(fopen(path, "w"))
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    #expect(fclose(file) == 0)
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 22)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    return bytes
  }

  /// Lays the log of another database beside the file, as a copy at the wrong moment does.
  private func addLog(of other: String) throws {
    let connection = try Connection(path: other)
    try connection.pragma("journal_mode", "WAL")
    try connection.execute("CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(100000))")
    try copy(other + "-wal", path + "-wal")
  }

  @Test func aLogOfAnotherFileIsFoundAndNotTakenIn() throws {
    try fill()
    try addLog(of: folder.path + "/other.db")
    let (file, log) = (try bytes(path), try bytes(path + "-wal"))
    #expect(try refusal().contains("is not a receiver's: it has tables and no schema number; without its log it is: "))
    #expect(try refusal().contains("-wal belongs to another file; stop the receiver, move the log away"))
    let error = #expect(throws: ReceiverError.self) { try SQLiteStorage(path: path) }
    #expect(try error?.description == refusal())
    #expect(try bytes(path) == file)
    #expect(try bytes(path + "-wal") == log)
    // The mend mends.
    #expect(unlink(path + "-wal") == 0)
    #expect(try check().contains("is whole, all "))
    #expect(try SQLiteStorage(path: path).commit(batch([try arrival(501)])).stored == 1)
  }

  @Test func theLogOfAKilledReceiverIsReadAndLeft() throws {
    try fill()
    let storage = try SQLiteStorage(path: path)
    _ = try storage.commit(batch([try arrival(501)]))
    let killed = folder.path + "/killed.db"
    try copy(path, killed)
    try copy(path + "-wal", killed + "-wal")
    let (file, log) = (try bytes(killed), try bytes(killed + "-wal"))
    let settings = ReceiverSettings(name: "depot", host: "127.0.0.1", storage: .sqlite(path: killed))
    #expect(try Receiver.check(settings).contains("is whole, all "))
    #expect(try bytes(killed) == file)
    #expect(try bytes(killed + "-wal") == log)
    #expect(try SQLiteStorage(path: killed).commit(batch([try arrival(501)])).duplicates == 1)
  }

  @Test(arguments: [
    ("CREATE TABLE vehicle (name)", 0, "it has tables and no schema number"),
    ("CREATE TABLE vehicle (name)", 3, "'conflict.data' is not in it"),
    ("CREATE TABLE outbox (key)", 7, "'conflict.data' is not in it"),
  ]) func aDatabaseOfAnotherProgramIsLeftAsItIs(sql: String, version: Int32, sign: String) throws {
    do {
      let other = try Connection(path: path)
      try other.execute(sql)
      try other.setUserVersion(version)
    }
    let file = try bytes(path)
    #expect(try refusal().contains("is not a receiver's: \(sign); name another file under 'storage'"))
    #expect(throws: ReceiverError.self) { try SQLiteStorage(path: path) }
    #expect(try bytes(path) == file)
    #expect(access(path + "-wal", F_OK) != 0)
  }

  @Test func anEmptyFileIsTaken() throws {
    try folder.write("", to: "receiver.db")
    #expect(try check().contains("is empty, its tables are made at the start"))
    #expect(try SQLiteStorage(path: path).commit(batch([try arrival(1)])).stored == 1)
  }

  /// Fills the pages behind the header and the schema with what is none.
  private func damage() throws {
    var bytes = try bytes(path)
    for i in 40_960..<min(bytes.count, 131_072) { bytes[i] = 0xA5 }
    try write(bytes, path)
  }

  @Test func damageThatACommitFindsEndsTheReceiver() throws {
    try fill()
    try damage()
    let storage = try SQLiteStorage(path: path)
    let error = #expect(throws: StorageError.self) {
      try storage.commit(batch(try (1...500).map { try arrival($0) }))
    }
    #expect(error?.isDamage == true)
    #expect(error?.description.contains("is damaged: ") == true)
    #expect(error?.description.contains("; --check lists what is wrong; stop the receiver, save what can") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test func damageThatTheStartFindsEndsTheReceiver() async throws {
    try fill()
    var bytes = try bytes(path)
    let select = try Connection(path: path, mode: .readOnly).prepare(
      "SELECT rootpage FROM sqlite_master WHERE name = 'coverage'")
    #expect(try select.step())
    let page = Int(select.int64(0) - 1) * 4096
    select.reset()
    for i in page..<page + 4096 { bytes[i] = 0xA5 }
    try write(bytes, path)
    var settings = ReceiverSettings(name: "depot", host: "127.0.0.1", storage: .sqlite(path: path))
    settings.listen = .unix(path: folder.path + "/http")
    var quiet = Logger(label: "test")
    quiet.logLevel = .critical
    do {
      try await Receiver(settings, logger: quiet).run()
      Issue.record("it ends without a word")
    } catch let error as ReceiverError {
      #expect(error.description.contains("is damaged: "))
      #expect(error.description.contains("--check lists what is wrong; stop the receiver"))
    }
  }
}
