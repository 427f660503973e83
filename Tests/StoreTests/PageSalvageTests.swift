// What a salvage reads by pages: all rows on whole pages, whatever was lost around them.
import SQLite
import Testing
import Vocabulary

@testable import Store

@Suite struct PageSalvageTests {
  private let salvage = SalvageTests()
  /// The rows of the template by the page that they lie on.
  private static let rowsByPage: [Int: [String: Set<[Value]>]] = {
    do {
      let folder = try StateFolder()
      try folder.replaceFile(with: SalvageTests.template.bytes)
      let file = PageFile(folder.file)
      let map = PageMap(file)
      var found: [Int: [String: Set<[Value]>]] = [:]
      for table in SalvageTests.tables {
        for number in map.pages[table.name] ?? [] {
          for cell in TreePage(number, of: file)?.rows(of: file) ?? [] {
            let row = RowLayout.all.lazy.filter { $0.table.name == table.name }.compactMap { $0.row(cell) }.first
            if let row { found[number, default: [:]][table.name, default: []].insert(row.values) }
          }
        }
      }
      return found
    } catch { fatalError("\(error)") }
  }()

  @Test func pagesReadAsSQLiteReadsThem() {
    var found: [String: Set<[Value]>] = [:]
    for rows in Self.rowsByPage.values { found.merge(rows) { $0.union($1) } }
    for (table, rows) in SalvageTests.template.rows {
      #expect(found[table]?.subtracting(rows).count == 0 && rows.subtracting(found[table] ?? []).count == 0, "\(table)")
    }
  }

  /// Damages pages of a copy, opens it, and expects every row on the other pages.
  private func expectAllBut(_ pages: some Collection<Int>, _ bytes: [UInt8]) throws {
    let folder = try StateFolder()
    try folder.replaceFile(with: bytes)
    try salvage.expectSound(folder)
    let saved = try SalvageTests.rows(of: folder.file)
    let lost = Set(pages)
    let epochPages = try Self.root("epoch").union(Self.root("sqlite_autoindex_epoch_1"))
    for (page, tables) in Self.rowsByPage where !lost.contains(page) {
      for (table, rows) in tables {
        // Without an identity, of which the file has two copies, no row of the outbox can be told from a damaged one.
        if table == "outbox" && epochPages.isSubset(of: lost) { continue }
        let missing = rows.subtracting(saved[table] ?? []).filter { $0[0] != .text("vehicle") }
        #expect(missing.count == 0, "page \(page): \(missing.count) of \(rows.count) rows of \(table)")
      }
    }
    try salvage.expectCleanSecondOpening(folder)
  }

  private static func root(_ name: String) throws -> Set<Int> {
    let folder = try StateFolder()
    try folder.replaceFile(with: SalvageTests.template.bytes)
    let select = try Connection(path: folder.file).prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?1")
    try select.bind(name, at: 1)
    return try select.step() ? [Int(select.int64(0))] : []
  }

  private func withNoise(_ pages: some Collection<Int>, _ dice: inout SalvageTests.Dice) -> [UInt8] {
    var bytes = SalvageTests.template.bytes
    for page in pages { for i in (page - 1) * 4096..<page * 4096 { bytes[i] = UInt8(dice(256)) } }
    return bytes
  }

  @Test(arguments: [10, 30, 60], 0..<8) func aRunOfLostPagesCostsTheirRowsOnly(share: Int, seed: Int) throws {
    var dice = SalvageTests.Dice(state: UInt64(1000 * share + seed))
    let pages = SalvageTests.template.bytes.count / 4096
    let run = pages * share / 100
    let start = 2 + dice(pages - run)
    let lost = start..<start + run
    try expectAllBut(lost, seed % 2 == 0 ? withNoise(lost, &dice) : {
      var bytes = SalvageTests.template.bytes
      for i in (start - 1) * 4096..<(start - 1 + run) * 4096 { bytes[i] = 0 }
      return bytes
    }())
  }

  @Test func aLostHeaderCostsNothing() throws {
    try expectAllBut([], [UInt8](repeating: 0, count: 100) + SalvageTests.template.bytes.dropFirst(100))
  }

  @Test func aLostFirstPageCostsTheListOfTablesOnly() throws {
    var dice = SalvageTests.Dice(state: 5)
    try expectAllBut([1], withNoise([1], &dice))
  }

  @Test(arguments: SalvageTests.tables.map(\.name) + ["epoch", "lane", "signal", "checkpoint", "sqlite_autoindex_epoch_1"])
  func aLostRootCostsNoRowBelowIt(_ table: String) throws {
    var dice = SalvageTests.Dice(state: 6)
    let root = try Self.root(table)
    #expect(root.count == 1)
    try expectAllBut(root, withNoise(root, &dice))
  }

  /// A lost table of lanes, and all that a lane had waiting: the history still knows what it gave.
  @Test func aLaneGaveWhatTheHistorySays() throws {
    var dice = SalvageTests.Dice(state: 8)
    let alerts = Self.rowsByPage.filter { $0.value["outbox"]?.contains { $0[1] == .integer(0) } == true }.map(\.key)
    let lost = try Self.root("lane").union(alerts)
    let folder = try StateFolder()
    try folder.replaceFile(with: withNoise(lost, &dice))
    do {
      let store = try folder.open()
      let reader = try OutboxReader(path: store.path)
      let elder = try #require(try reader.epochs().first)
      #expect(elder.id == SalvageTests.template.epoch)
      let rows = try reader.rows(.alerts, of: elder, after: 0, limit: 99)
      #expect(rows.map(\.first) == [1] && rows.map(\.sequence) == [60], "all are declared")
      #expect(try reader.depth(.alerts, of: elder).last == 60)
      let beginning = try #require(try reader.rows(.events, after: 0, limit: 1).first)
      #expect(String(decoding: beginning.data, as: UTF8.self).contains("\"alerts\":60"))
    }
    try salvage.expectCleanSecondOpening(folder)
  }

  /// A history's rows of an epoch whose identity is lost keep its number, and the new epoch has another.
  @Test func aLostEpochsRowsAreNotTheNewOnes() throws {
    var dice = SalvageTests.Dice(state: 9)
    let lost = try Self.root("epoch").union(Self.root("sqlite_autoindex_epoch_1"))
    let folder = try StateFolder()
    try folder.replaceFile(with: withNoise(lost, &dice))
    try salvage.expectSound(folder)
    let store = try folder.open()
    let newest = try OutboxReader(path: store.path).current()
    #expect(newest.id == store.epoch && newest.number == 2)
    let events = try SalvageTests.rows(of: store.path)["event"] ?? []
    #expect(events.filter { $0[0] == .integer(1) } == SalvageTests.template.rows["event"])
  }

  @Test func bothCheckpointsLostAreTold() throws {
    var bytes = SalvageTests.template.bytes
    let folder = try StateFolder()
    try folder.replaceFile(with: bytes)
    let file = PageFile(folder.file)
    let pages = PageMap(file).pages["checkpoint_part"] ?? []
    #expect(pages.count > 2)
    for page in pages { bytes.replaceSubrange((page - 1) * 4096..<page * 4096, with: [UInt8](repeating: 0, count: 4096)) }
    try folder.replaceFile(with: bytes)
    let report = try #require(try folder.open().repaired)
    #expect(report.contains("checkpoint 0/2"), "\(report)")
  }

  /// Rows that were deleted lie on free pages, and come back where nothing tells that these are free.
  @Test func aRowFromAFreePageProvesNoLoss() throws {
    let folder = try StateFolder()
    do {
      let store = try folder.open()
      let long = [UInt8](repeating: 9, count: 900)
      try store.commit((0..<400).map {
        .rollUps(.second, startWall: $0 * 1_000_000_000, version: 1, chunk: long)
      })
      try store.connection.execute("DELETE FROM rollup_second WHERE id BETWEEN 200 AND 260")
      // Some of the free pages are in use again.
      try store.commit((0..<4).map { _ in outgoing(.telemetry, String(repeating: "t", count: 3000)) })
    }
    try folder.replaceFile(with: [UInt8](repeating: 0, count: 4096) + folder.contents.dropFirst(4096))
    let report = try #require(try folder.open().repaired)
    #expect(report.contains(/rollup_second [0-9]+\/\?/), "\(report)")
  }

  @Test func whatIsToldToBeLostIsNoMoreThanTheFileHeld() throws {
    let total = SalvageTests.template.ever.reduce(0) { $0 + $1.value.count }
    for seed in 0..<6 {
      var dice = SalvageTests.Dice(state: UInt64(seed))
      let pages = SalvageTests.template.bytes.count / 4096
      let folder = try StateFolder()
      try folder.replaceFile(with: withNoise((0..<pages / 3).map { _ in 1 + dice(pages) }, &dice))
      let report = try #require(try folder.open().repaired)
      let lost = try #require(report.firstMatch(of: /rows, lost ([0-9]+|\?)/)).1
      #expect(lost == "?" || (Int(lost) ?? .max) <= total, "\(report)")
      #expect(report.utf8.count < 700)
    }
  }

  @Test(arguments: ["DELETE FROM epoch", "DELETE FROM lane WHERE lane = 1", "DROP TABLE meta", "DROP TABLE outbox"])
  func missingTablesAndRowsOfStreamsAreNoticed(sql: String) throws {
    let folder = try StateFolder()
    try folder.replaceFile(with: SalvageTests.template.bytes)
    try Connection(path: folder.file, mode: .readWrite).execute(sql)
    let store = try folder.open()
    let report = try #require(store.repaired)
    #expect(store.epoch != SalvageTests.template.epoch)
    let saved = try SalvageTests.rows(of: store.path)
    let spared = SalvageTests.template.rows.keys.filter { !["meta", "outbox"].contains($0) }
    for table in spared { #expect(saved[table] == SalvageTests.template.rows[table], "\(table)") }
    let outbox = (SalvageTests.template.rows["outbox"] ?? []).subtracting(saved["outbox"] ?? [])
    #expect(outbox.isEmpty != sql.contains("epoch") && !sql.contains("outbox") || sql.contains("outbox"), "\(report)")
  }

  @Test func pagesInALogAreReadInTheirPlace() throws {
    let folder = try StateFolder()
    try salvage.killed(folder) { store in
      let long = String(repeating: "x", count: 3000)
      for i in 0..<30 { try store.commit([outgoing(.alerts, "\(i)"), outgoing(.telemetry, long)]) }
    }
    let file = PageFile(folder.file)
    let map = PageMap(file)
    let rows = (map.pages["outbox"] ?? []).reduce(0) { $0 + (TreePage($1, of: file)?.rows(of: file).count ?? 0) }
    #expect(rows == 61 && map.incomplete.isEmpty)
    // A frame whose checksum does not hold, and all after it, are not there.
    var log = try folder.contents("-wal")
    log[32 + 4120 * 3 + 24] ^= 1
    try folder.replace("-wal", with: log)
    let torn = PageFile(folder.file)
    #expect((1...torn.count).compactMap { torn.page($0) }.count < file.count)
  }
}
