// The quota and the order of sacrifice; the reserve on a disk that is really full.
import Glibc
import SQLite
import Testing
import Vocabulary

@testable import Store

@Suite struct QuotaTests {
  private static let kilobyte = String(repeating: "x", count: 1000)

  private func telemetry(_ count: Int) -> [StoreRecord] { (0..<count).map { _ in outgoing(.telemetry, Self.kilobyte) } }

  /// What a lane says of every sequence from 1 to its last: `.` present, `x` within a tombstone, `-` neither.
  private func picture(_ reader: OutboxReader, _ lane: Lane, of epoch: OutboxEpoch? = nil) throws -> String {
    let epoch = try epoch ?? reader.current()
    var picture = [Character](repeating: "-", count: Int(try reader.depth(lane, of: epoch).last))
    for row in try reader.rows(lane, of: epoch, after: 0, limit: 100_000) {
      for sequence in row.first...row.sequence { picture[Int(sequence - 1)] = row.isTombstone ? "x" : "." }
    }
    return String(picture)
  }

  private func count(_ table: String, _ store: Store) throws -> Int64 {
    let count = try store.connection.prepare("SELECT count(*) FROM \(table)")
    return try count.step() ? count.int64(0) : -1
  }

  @Test func theStoreStaysBelowItsQuota() throws {
    let folder = try StateFolder()
    let store = try folder.open { $0.quota = 1 << 20 }
    for i in 0..<100 as Range<Int64> {
      try store.commit(telemetry(50) + [outgoing(.events), .rollUps(.hour, startWall: i, version: 1, chunk: [])])
    }
    #expect(try store.bytesInUse <= 1 << 20)
    let reader = try OutboxReader(path: store.path)
    let picture = try picture(reader, .telemetry)
    #expect(!picture.contains("-") && picture.count == 5000, "every sequence is there or declared")
    #expect(picture.hasPrefix("xxxx") && picture.hasSuffix("...."), "the oldest go, the newest stay")
    #expect(picture.contains(".xxx.xxx.xxx"), "thinned before dropped")
    #expect(try !self.picture(reader, .events).contains("x"), "events outlive telemetry")
    let losses = try #require(store.takeLosses())
    #expect(losses.thinned > 0 && losses.telemetry > 0 && losses.events == 0 && losses.histories > 0)
    #expect(picture.count { $0 == "x" } == losses.thinned + losses.telemetry)
    #expect(store.dropped[2] == losses.thinned + losses.telemetry && store.dropped[1] == 0)
    #expect(store.takeLosses() == nil)
    #expect(losses.description.hasPrefix("gave up rows: ") && losses.description.contains("of telemetry by thinning"))
  }

  @Test func tombstonesCountWhatTheyStandForAndMerge() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit(telemetry(300))
    while try step(store) {}
    let reader = try OutboxReader(path: store.path)
    let rows = try reader.rows(.telemetry, after: 0, limit: 999)
    #expect(rows.count == 1 && rows[0].isTombstone && rows[0].first == 1 && rows[0].sequence == 300)
    #expect(rows[0].type == "data.dropped" && rows[0].subject == nil && rows[0].time == aMoment)
    #expect(
      String(decoding: rows[0].data, as: UTF8.self)
        == #"{"first":1,"last":300,"count":300,"reason":"quota","lane":"telemetry"}"#)
    #expect(try reader.depth(.telemetry) == OutboxDepth(count: 1, lowest: 1, last: 300) && store.queued[2] == 1)
    try store.commit(telemetry(2))
    while try step(store) {}
    #expect(try reader.rows(.telemetry, after: 0, limit: 9).map(\.first) == [1], "a later one covers an earlier one")
    #expect(try reader.depth(.telemetry).last == 302)
  }

  private func step(_ store: Store) throws -> Bool {
    var more = false
    try store.transaction { () throws(SQLiteError) in more = try store.sacrifice.step(.everything) }
    return more
  }

  @Test func theOrderOfSacrifice() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit(telemetry(40) + (0..<30).map { _ in outgoing(.events) })
    for i in 0..<200 {
      try store.commit([
        .rollUps(.second, startWall: Int64(i), version: 1, chunk: [1]),
        .health(component: "c", wall: Int64(i), data: []),
      ])
    }
    try store.commit([
      .outgoing(lane: .alerts, type: "alert.created", subject: "a-1", time: aMoment, data: []),
      .outgoing(lane: .alerts, type: "alert.escalated", subject: "a-1", time: aMoment, data: []),
      .outgoing(lane: .alerts, type: "alert.escalated", subject: "a-1", time: aMoment, data: []),
      .outgoing(lane: .alerts, type: "alert.created", subject: "b-1", time: aMoment, data: []),
      .outgoing(lane: .alerts, type: "alert.resolved", subject: "a-1", time: aMoment, data: []),
      .outgoing(lane: .alerts, type: "note", subject: nil, time: aMoment, data: []),
      .outgoing(lane: .alerts, type: "note", subject: nil, time: aMoment, data: []),
    ])
    let reader = try OutboxReader(path: store.path)
    func pictures() throws -> [String] { try Lane.allCases.map { try picture(reader, $0) } }
    let whole = try pictures()
    while try count("rollup_second", store) > 0 { #expect(try step(store)) }
    while try count("health", store) > 50 { #expect(try step(store)) }
    #expect(try pictures() == whole, "histories go first")
    // The log of events is shorter than what is kept of it.
    #expect(try step(store))
    #expect(try pictures()[2] == String(repeating: ".xxx", count: 5) + String(repeating: ".", count: 20))
    #expect(try step(store))
    #expect(try pictures()[2] == String(repeating: "x", count: 40))
    #expect(try pictures()[1] == whole[1])
    #expect(try step(store))
    #expect(try pictures()[1] == "." + String(repeating: "x", count: 30), "what says that the epoch began stays")
    #expect(try pictures()[0] == whole[0])
    #expect(try step(store))
    #expect(try pictures()[0] == ".xx....", "the newest state of an alert stays, and what created it")
    #expect(try !step(store))
  }

  @Test func elderEpochsGoFirst() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit(telemetry(4))
    try store.begin(.conflict)
    try store.commit(telemetry(4))
    let reader = try OutboxReader(path: store.path)
    let epochs = try reader.epochs()
    #expect(try step(store) && picture(reader, .telemetry, of: epochs[0]) == ".xxx")
    #expect(try step(store) && picture(reader, .telemetry, of: epochs[0]) == "xxxx")
    #expect(try picture(reader, .telemetry) == "....")
    #expect(try reader.rows(.telemetry, of: epochs[0], after: 0, limit: 9).first?.epoch == epochs[0].id)
    #expect(try step(store) && picture(reader, .telemetry) == "xxxx")
  }

  @Test func aTombstoneGoesWhenItsWholeRangeIsAcknowledged() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit(telemetry(10))
    while try step(store) {}
    let reader = try OutboxReader(path: store.path)
    #expect(try reader.rows(.telemetry, after: 4, limit: 9).map(\.first) == [1], "found from within its range")
    for (first, last) in [(2, 10), (1, 9), (5, 5)] as [(Int64, Int64)] {
      try store.commit([.acknowledged(Acknowledgement(epoch: 1, lane: .telemetry, first: first, last: last))])
      #expect(try reader.depth(.telemetry).count == 1)
    }
    try store.commit([.acknowledged(Acknowledgement(epoch: 1, lane: .telemetry, first: 1, last: 10))])
    #expect(try reader.depth(.telemetry).count == 0 && store.queued[2] == 0)
  }

  @Test func aFileThatMayNotGrowMakesRoomWithinItself() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit(telemetry(500))
    let pages = try #require(try store.connection.pragma("page_count"))
    try store.connection.execute("PRAGMA max_page_count = \(pages)")
    let events = (0..<50).map { _ in outgoing(.events, Self.kilobyte) }
    // A minute of attempts, in which nothing is given up; then telemetry makes room.
    for _ in 0..<60 {
      #expect(throws: StoreError.self) { try store.commit(events) }
      #expect(store.takeLosses() == nil)
    }
    try store.commit(events)
    #expect(try #require(store.takeLosses()).thinned > 0 && store.queued[1] == 51)
  }

  // MARK: A full disk

  @Test(.enabled(if: SmallDisk() != nil, "mounting a small file system needs root"))
  func theReserveIsForAlerts() throws {
    let disk = try #require(SmallDisk())
    var settings = StoreSettings(vehicle: "v", reserve: 256 << 10)
    settings.now = { aMoment }
    let store = try Store.open(directory: disk.path, settings)
    let reserve = disk.path + "/telltale.reserve"
    #expect(access(reserve, F_OK) == 0)
    for _ in 0..<40 { try store.commit([outgoing(.telemetry)]) }
    disk.fill()
    // What fits into the log goes on; then the disk is full for everything but alerts.
    var stored = 0
    let full = #expect(throws: StoreError.self) {
      for _ in 0..<1000 {
        try store.commit([outgoing(.events, Self.kilobyte)])
        stored += 1
      }
    }
    #expect(full?.kind == .full && access(reserve, F_OK) == 0)
    for _ in 0..<80 { try store.commit([outgoing(.alerts, Self.kilobyte)]) }
    #expect(access(reserve, F_OK) != 0 && store.takeLosses()?.reserveWasUsed == true)
    let kept = #expect(throws: StoreError.self) { try store.commit([outgoing(.events)]) }
    #expect(kept?.kind == .full && kept?.description.contains("kept for alerts") == true)
    disk.empty()
    try store.commit([outgoing(.events)])
    #expect(access(reserve, F_OK) == 0, "made again when there is room")
    let reader = try OutboxReader(path: store.path)
    #expect(try reader.depth(.telemetry) == OutboxDepth(count: 40, lowest: 1, last: 40))
    #expect(try reader.depth(.alerts) == OutboxDepth(count: 80, lowest: 1, last: 80))
    // The epoch's own row, those before the disk was full, and the one after: none made room for others.
    #expect(try reader.depth(.events) == OutboxDepth(count: stored + 2, lowest: 1, last: Int64(stored) + 2))
  }

  /// What fills the disk is the store's own: once a receiver has the rows, all goes on.
  @Test(.enabled(if: SmallDisk() != nil, "mounting a small file system needs root"))
  func acknowledgedRowsLeaveADiskThatIsFullOfThem() throws {
    let disk = try #require(SmallDisk())
    let store = try Store.open(directory: disk.path, StoreSettings(vehicle: "v", reserve: 256 << 10, now: { aMoment }))
    var stored: Int64 = 1
    #expect(throws: StoreError.self) {
      for _ in 0..<5000 {
        try store.commit([outgoing(.events, Self.kilobyte)])
        stored += 1
      }
    }
    try store.commit([
      .acknowledged(Acknowledgement(epoch: 1, lane: .events, first: 1, last: stored)), outgoing(.events, Self.kilobyte),
    ])
    let reader = try OutboxReader(path: store.path)
    #expect(try reader.depth(.events) == OutboxDepth(count: 1, lowest: stored + 1, last: stored + 1))
    for _ in 0..<50 { try store.commit([outgoing(.events, Self.kilobyte)]) }
    #expect(try reader.depth(.events).count == 51)
  }
}
