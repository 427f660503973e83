// Damaged files: the store always opens, saves what is readable, tells the rest, invents nothing.
import Glibc
import SQLite
import Testing
import Vocabulary

@testable import Store

@Suite struct SalvageTests {
  // MARK: What is broken here

  /// A closed store with rows in every table, written once; each test works on a copy.
  /// `ever`: `rows` and those that were acknowledged since.
  static let template:
    (bytes: [UInt8], rows: [String: Set<[Value]>], ever: [String: Set<[Value]>], epoch: Epoch) = {
    do {
      let folder = try StateFolder()
      let epoch: Epoch
      var ever: [String: Set<[Value]>] = [:]
      do {
        let store = try folder.open()
        epoch = store.epoch
        for i in 0..<60 {
          let text = String(repeating: "\(i) ", count: 40 + i % 7 * 60)
          // Of tables that would put a longer one on pages of its own.
          let short = String(text.prefix(900))
          let minute = Int64(i + 1) * 60_000_000_000
          try store.commit([
            outgoing(.telemetry, text), outgoing(.telemetry, text + text), outgoing(.events, text, subject: "s-\(i)"),
            outgoing(.alerts, "\(i)"), .alert(id: "a-\(i)", state: "active", changedWall: Int64(i), data: Array(short.utf8)),
            .trip(number: UInt32(i + 1), startedWall: Int64(i), data: Array(text.utf8)),
            .health(component: "cooling", wall: Int64(i), data: Array(text.utf8)),
            .rollUps(.second, startWall: minute + 1_000_000_000, version: 1, chunk: Array(text.utf8)),
            .rollUps(.minute, startWall: minute, version: 1, chunk: Array(text.utf8)),
            .rollUps(.hour, startWall: 60 * minute, version: 1, chunk: Array(text.utf8)),
            .diagnostic(unit: "u", key: "k-\(i)", wall: 1, version: 1, block: [UInt8(i)], data: Array(short.utf8)),
            .note(name: "n-\(i)", text: short), .counters(vehicle: "VIN", [StoredCounter(component: "c\(i)", name: "n", value: 0.5)]),
            .checkpoint(version: Int32(i), data: (0..<9000).map { UInt8(truncatingIfNeeded: $0 / 960 * i) }),
          ])
        }
        ever = try rows(of: folder.file)
        // What was acknowledged is not there to be saved.
        try store.commit([.acknowledged(Acknowledgement(epoch: 1, lane: .telemetry, first: 1, last: 30))])
      }
      return (try folder.contents, try rows(of: folder.file), ever, epoch)
    } catch { fatalError("\(error)") }
  }()

  static let tables: [SealedTable] =
    [.meta, .outbox, .event, .alert, .trip, .health, .diagnostic, .counter] + RollUpResolution.allCases.map { .rollUps($0) }

  /// The values of all rows, by table.
  static func rows(of path: String) throws -> [String: Set<[Value]>] {
    let connection = try Connection(path: path, mode: .readOnly)
    var rows: [String: Set<[Value]>] = [:]
    for table in tables {
      let select = try connection.prepare("SELECT \(table.columns.joined(separator: ", ")) FROM \(table.name)")
      while try select.step() {
        rows[table.name, default: []].insert(table.columns.indices.map { select.value($0) })
      }
    }
    return rows
  }

  // MARK: What must hold

  /// Opens the damaged file and checks all that must hold of whatever became of it.
  func expectSound(_ folder: borrowing StateFolder) throws {
    let store = try folder.open()
    let (original, ever) = (Self.template.rows, Self.template.ever)
    let isFresh = store.epoch != Self.template.epoch
    #expect(isFresh == (store.repaired != nil))
    #expect(store.repaired?.contains("\n") != true)
    let reader = try OutboxReader(path: store.path)
    let epochs = try reader.epochs()
    let report = store.repaired ?? ""

    // Nothing is invented: every row is one that was there, or one of the new epoch or a tombstone.
    let rows = try Self.rows(of: store.path)
    for (table, rows) in rows {
      let strange = rows.subtracting(ever[table] ?? []).filter { row in
        table != "outbox" || isFresh && row[0] != .integer(Int64(epochs.last?.number ?? 0)) && row[3] == .null
      }
      #expect(strange.isEmpty, "\(table): \(strange.first.map { "\($0)" } ?? "")")
      // What is missing is told.
      let missing = (original[table] ?? []).subtracting(rows)
      #expect(missing.isEmpty || report.contains(" \(table) ") || report.contains("nothing could be saved"), "\(table) \(report)")
    }
    // Every sequence of the elder epoch that was given is there or declared, once.
    if isFresh, let elder = epochs.first, elder.id == Self.template.epoch {
      for lane in Lane.allCases {
        var next: Int64 = 1
        for row in try reader.rows(lane, of: elder, after: 0, limit: 10_000) {
          #expect(row.first == next)
          next = row.sequence + 1
        }
        #expect(try reader.depth(lane, of: elder).last == next - 1)
      }
    }
    try store.commit([outgoing(.alerts), .checkpoint(version: 99, data: [1])])
    #expect(try store.checkpoint()?.data == [1])
    if isFresh {
      let beginning = try #require(try reader.rows(.events, after: 0, limit: 1).first)
      #expect(beginning.type == "epoch.began" && beginning.sequence == 1)
      #expect(String(decoding: beginning.data, as: UTF8.self).contains("\"salvaged\""))
    }
  }

  func expectCleanSecondOpening(_ folder: borrowing StateFolder) throws {
    let again = try folder.open { $0.checksEverything = true }
    #expect(again.repaired == nil && again.checkedEverything)
    let found = try StoreInspection(path: folder.file)
    #expect(found.problems.isEmpty, "\(found.problems)")
    #expect(try again.connection.pragma("integrity_check") == "ok")
  }

  // MARK: Ways to be damaged

  struct Dice {
    var state: UInt64
    mutating func callAsFunction(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(1, below)
    }
  }

  /// Four kinds of damage in turn: whole pages of noise, a few bytes, zeros, a cut.
  @Test(arguments: 0..<240) func whateverIsDamagedItOpensAndTellsTheTruth(seed: Int) throws {
    var dice = Dice(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 99)
    var bytes = Self.template.bytes
    let pages = bytes.count / 4096
    switch seed % 4 {
    case 0:
      for _ in 0...dice(4) {
        let page = dice(pages)
        for i in page * 4096..<(page + 1) * 4096 { bytes[i] = UInt8(dice(256)) }
      }
    case 1:
      for _ in 0...dice(5) {
        let start = dice(8) == 0 ? dice(4096) : dice(bytes.count)
        for i in start..<min(bytes.count, start + 1 + dice(60)) { bytes[i] = UInt8(dice(256)) }
      }
    case 2:
      let start = dice(pages) * 4096
      for i in start..<min(bytes.count, start + 4096 * (1 + dice(3))) { bytes[i] = 0 }
    default: bytes.removeLast(1 + dice(bytes.count - 1))
    }
    let folder = try StateFolder()
    try folder.replaceFile(with: bytes)
    try expectSound(folder)
    try expectCleanSecondOpening(folder)
  }

  @Test func aCutAtAnyLengthIsBearable() throws {
    for length in [1, 15, 16, 99, 100, 511, 512, 1000, 4095, 4096, 4097, 8192, 12_288] {
      let folder = try StateFolder()
      try folder.replaceFile(with: Array(Self.template.bytes.prefix(length)))
      try expectSound(folder)
      try expectCleanSecondOpening(folder)
    }
  }

  @Test func onePageOfTelemetryCostsItsRowsOnly() throws {
    let folder = try StateFolder()
    var bytes = Self.template.bytes
    // The page that holds the row in the middle.
    let marker = Array(String(repeating: "45 ", count: 40 + 45 % 7 * 60).utf8) + Array("45 ".utf8)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: marker) })
    for i in place / 4096 * 4096..<place / 4096 * 4096 + 4096 { bytes[i] = 0xA5 }
    try folder.replaceFile(with: bytes)
    let store = try folder.open()
    let report = try #require(store.repaired)
    #expect(report.contains("; set aside as telltale.sqlite.damaged-1; saved "))
    let elder = try #require(try OutboxReader(path: store.path).epochs().first)
    #expect(elder.id == Self.template.epoch)
    let saved = try Self.rows(of: store.path)
    let total = Self.template.rows.values.reduce(0) { $0 + $1.count }
    let kept = Self.template.rows.reduce(0) { $0 + $1.value.intersection(saved[$1.key] ?? []).count }
    #expect(kept < total && kept > total - 40, "\(kept) of \(total): \(report)")
  }

  @Test func aFileOfZerosOrTextSavesNothingAndSaysSo() throws {
    for bytes in [[UInt8](repeating: 0, count: 40_000), Array(String(repeating: "no database\n", count: 999).utf8)] {
      let folder = try StateFolder()
      try folder.replaceFile(with: bytes)
      let store = try folder.open()
      #expect(store.repaired?.contains("nothing could be saved") == true)
      #expect(store.repaired?.contains("set aside as telltale.sqlite.damaged-1") == true)
    }
  }

  @Test func aFileOfLengthZeroIsAFreshOneWhateverItsLogSays() throws {
    let folder = try StateFolder()
    try killed(folder) { store in try store.commit([outgoing(.alerts, "of the file before")]) }
    try folder.replaceFile(with: [])
    let store = try folder.open()
    #expect(store.repaired == nil && store.queued[0] == 0 && store.queued[1] == 1)
  }

  @Test func aUsedFolderWhoseFileIsEmptyHasLostIt() throws {
    let folder = try StateFolder()
    #expect(try folder.open { $0.reserve = 4096 }.repaired == nil)
    try folder.replaceFile(with: [])
    let store = try folder.open { $0.reserve = 4096 }
    let report = try #require(store.repaired)
    #expect(report.contains("empty") && report.contains("nothing could be saved"), "\(report)")
    #expect(report.contains("set aside as telltale.sqlite.damaged-1"))
    let beginning = try #require(try OutboxReader(path: store.path).rows(.events, after: 0, limit: 1).first)
    #expect(String(decoding: beginning.data, as: UTF8.self).contains("\"salvaged\""))
  }

  // MARK: The log

  /// A store that was killed: its file as the last checkpoint left it, its log with all that came after.
  func killed(_ folder: borrowing StateFolder, _ body: (Store) throws -> Void) throws {
    let other = try StateFolder()
    let store = try other.open()
    try store.connection.execute("PRAGMA wal_autocheckpoint = 0")
    try body(store)
    try folder.replaceFile(with: try other.contents)
    try folder.replace("-wal", with: try other.contents("-wal"))
  }

  @Test func aLogIsReadAndItsTornEndIsNot() throws {
    for cut in [0, 100] {
      let folder = try StateFolder()
      try killed(folder) { store in for i in 0..<20 { try store.commit([outgoing(.alerts, "\(i)")]) } }
      try folder.replace("-wal", with: try folder.contents("-wal").dropLast(cut))
      let store = try folder.open()
      #expect(store.repaired == nil && store.checkedEverything)
      #expect(try OutboxReader(path: store.path).depth(.alerts).count == (cut == 0 ? 20 : 19))
    }
  }

  @Test(arguments: 0..<20) func aDamagedLogNeverKeepsItFromOpening(seed: Int) throws {
    let folder = try StateFolder()
    try killed(folder) { store in
      for i in 0..<30 { try store.commit([outgoing(.alerts, "\(i)"), outgoing(.telemetry, String(repeating: "x", count: 3000))]) }
    }
    var dice = Dice(state: UInt64(seed) &+ 7)
    var log = try folder.contents("-wal")
    for _ in 0...dice(3) {
      let start = seed % 4 == 0 ? dice(32) : dice(log.count)
      for i in start..<min(log.count, start + 1 + dice(5000)) { log[i] = UInt8(dice(256)) }
    }
    try folder.replace("-wal", with: log)
    try folder.replace("-shm", with: (0..<32_768).map { _ in UInt8(dice(256)) })
    let store = try folder.open()
    for row in try OutboxReader(path: store.path).rows(.alerts, after: 0, limit: 99) where !row.isTombstone {
      #expect(String(decoding: row.data, as: UTF8.self) == "\(row.sequence - 1)")
    }
    try store.commit([outgoing(.alerts)])
  }

  @Test func theLogOfAnotherStoreBringsNoneOfItsRows() throws {
    let folder = try StateFolder()
    try killed(folder) { store in for _ in 0..<30 { try store.commit([outgoing(.alerts, "foreign")]) } }
    let foreign = try folder.contents("-wal")
    try folder.replaceFile(with: Self.template.bytes)
    try folder.replace("-wal", with: foreign)
    let store = try folder.open()
    let reader = try OutboxReader(path: store.path)
    for epoch in try reader.epochs() where epoch.id == Self.template.epoch {
      let rows = try reader.rows(.alerts, of: epoch, after: 0, limit: 999)
      #expect(!rows.contains { $0.data == Array("foreign".utf8) })
    }
    try store.commit([outgoing(.alerts)])
    try expectCleanLater(folder)
  }

  private func expectCleanLater(_ folder: borrowing StateFolder) throws {
    #expect(access(folder.file, F_OK) == 0)
  }

  // MARK: Housekeeping

  @Test func threeDamagedFilesAreKept() throws {
    let folder = try StateFolder()
    for _ in 1...5 {
      try folder.replaceFile(with: Array("this is no database".utf8))
      _ = try folder.open()
    }
    let kept = (1...6).filter { access("\(folder.file).damaged-\($0)", F_OK) == 0 }
    #expect(kept == [3, 4, 5])
  }

  @Test func aReplacementThatWasCutShortIsEnded() throws {
    let folder = try StateFolder()
    try folder.replaceFile(with: Self.template.bytes)
    // The copy was whole, the damaged file not yet aside; and beside it the rest of an earlier try.
    #expect(rename(folder.file, folder.file + ".salvaged") == 0)
    try folder.replace(".new", with: [1])
    try folder.replaceFile(with: Array("this is no database".utf8))
    let store = try folder.open()
    #expect(store.repaired == nil && store.epoch == Self.template.epoch)
    #expect(access(folder.file + ".damaged-1", F_OK) == 0 && access(folder.file + ".new", F_OK) != 0)
  }

  @Test func anotherVehiclesDamagedFileIsRefused() throws {
    let folder = try StateFolder()
    try folder.replaceFile(with: Array(Self.template.bytes.dropLast(5000)))
    let error = #expect(throws: StoreError.self) { _ = try folder.open(vehicle: "van-8") }
    #expect(error?.kind == .otherVehicle && access(folder.file + ".damaged-1", F_OK) != 0)
  }

  @Test func aLargeFileThatWasClosedIsNotReadThrough() throws {
    let folder = try StateFolder()
    do {
      let store = try folder.open()
      let chunk = [UInt8](repeating: 7, count: 1 << 20)
      for i in 0..<65 { try store.commit([.rollUps(.hour, startWall: Int64(i), version: 1, chunk: chunk)]) }
    }
    #expect(try !folder.open().checkedEverything)
    #expect(try folder.open { $0.checksEverything = true }.checkedEverything)
    try folder.replace("-wal", with: [])
    #expect(try folder.open().checkedEverything, "it was not closed")
  }
}
