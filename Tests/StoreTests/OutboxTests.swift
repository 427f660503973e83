// The outbox: gapless sequences, what a reader sees, what an acknowledgement deletes.
import SQLite
import Testing
import Vocabulary

@testable import Store

@Suite struct OutboxTests {
  private func sequences(_ reader: OutboxReader, _ lane: Lane) throws -> [Int64] {
    try reader.rows(lane, after: 0, limit: 10_000).map(\.sequence)
  }

  @Test func eachLaneIsASequenceOfItsOwn() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit([outgoing(.alerts), outgoing(.telemetry), outgoing(.alerts)])
    try store.commit([outgoing(.events), outgoing(.alerts)])
    let reader = try OutboxReader(path: store.path)
    #expect(try sequences(reader, .alerts) == [1, 2, 3])
    #expect(try sequences(reader, .events) == [1, 2], "the first row says that the epoch began")
    #expect(try sequences(reader, .telemetry) == [1])
    #expect(try reader.depth(.alerts) == OutboxDepth(count: 3, lowest: 1, last: 3))
    #expect(store.queued[0] == 3 && store.queued[1] == 2 && store.queued[2] == 1)
  }

  @Test func rowsComeBackAsTheyWereGiven() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit([outgoing(.alerts, "{\"ä\":1}", subject: "cooling-1"), outgoing(.alerts, "")])
    let rows = try OutboxReader(path: store.path).rows(.alerts, after: 0, limit: 9)
    #expect(
      rows.first
        == OutboxRow(
          epoch: store.epoch, lane: .alerts, sequence: 1, type: "test.happened", subject: "cooling-1", time: aMoment,
          data: Array("{\"ä\":1}".utf8)))
    #expect(rows.last?.subject == nil && rows.last?.data == [])
    #expect(try OutboxReader(path: store.path).rows(.alerts, after: 1, limit: 9).map(\.sequence) == [2])
    #expect(try OutboxReader(path: store.path).rows(.alerts, after: 0, limit: 1).map(\.sequence) == [1])
  }

  /// A roll-back half-way through takes the sequence numbers back with it.
  @Test func aTransactionThatFailsLeavesNoGap() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit([outgoing(.events)])
    try store.connection.execute(
      "CREATE TRIGGER refuse BEFORE INSERT ON trip BEGIN SELECT RAISE(ABORT, 'refused'); END")
    let error = #expect(throws: StoreError.self) {
      try store.commit([
        outgoing(.events), outgoing(.alerts), .trip(number: 1, startedWall: 0, data: []), outgoing(.events),
      ])
    }
    #expect(error?.kind == .database && error?.description.contains("\n") == false)
    #expect(store.queued[0] == 0 && store.queued[1] == 2)
    try store.commit([outgoing(.events), outgoing(.alerts)])
    let reader = try OutboxReader(path: store.path)
    #expect(try sequences(reader, .events) == [1, 2, 3] && sequences(reader, .alerts) == [1])
    #expect(store.queued[0] == 1 && store.queued[1] == 3)
    #expect(try reader.depth(.events).last == 3)
  }

  @Test func aReaderSeesCommittedRowsOnly() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    let reader = try OutboxReader(path: store.path)
    try store.connection.execute("BEGIN IMMEDIATE")
    try store.outbox.put(.alerts, "t", nil, aMoment, [])
    try store.outbox.flush()
    #expect(try sequences(reader, .alerts) == [] && reader.depth(.alerts).last == 0)
    try store.connection.execute("COMMIT")
    #expect(try sequences(reader, .alerts) == [1] && reader.depth(.alerts).last == 1)
  }

  @Test func aReaderCannotWriteAndNeedsAStore() throws {
    let folder = try StateFolder()
    let error = #expect(throws: StoreError.self) { _ = try OutboxReader(path: folder.file) }
    #expect(error?.kind == .unwritable)
  }

  @Test func acknowledgementsDeleteRangesAndMayComeTwice() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit((0..<10).map { _ in outgoing(.telemetry) } + [outgoing(.alerts)])
    let reader = try OutboxReader(path: store.path)
    for _ in 0..<2 {
      try store.commit([.acknowledged(Acknowledgement(epoch: 1, lane: .telemetry, first: 3, last: 5))])
      #expect(try sequences(reader, .telemetry) == [1, 2, 6, 7, 8, 9, 10])
      #expect(store.queued[2] == 7)
    }
    try store.commit([
      .acknowledged(Acknowledgement(epoch: 1, lane: .telemetry, first: 1, last: 10)),
      .acknowledged(Acknowledgement(epoch: 1, lane: .telemetry, first: 9, last: 2)),
    ])
    #expect(try reader.depth(.telemetry) == OutboxDepth(count: 0, lowest: 0, last: 10))
    #expect(try sequences(reader, .alerts) == [1])
    try store.commit([outgoing(.telemetry)])
    #expect(try sequences(reader, .telemetry) == [11], "a number is never given twice")
  }

  @Test func whatIsNeitherQueuedNorDeclaredCanBeBuriedOnce() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit((0..<20).map { _ in outgoing(.telemetry) })
    // As damage that nobody noticed leaves it.
    try store.connection.execute("DELETE FROM outbox WHERE lane = 2 AND sequence IN (3, 4, 5, 9, 20)")
    #expect(try store.bury([4...10, 19...99, (-5)...3, 30...40], .telemetry, of: 1) == 5)
    let reader = try OutboxReader(path: store.path)
    let rows = try reader.rows(.telemetry, after: 0, limit: 99)
    #expect(rows.filter(\.isTombstone).map { $0.first...$0.sequence } == [3...5, 9...9, 20...20])
    #expect(rows.count == 18 && rows.filter { !$0.isTombstone }.allSatisfy { $0.type == "test.happened" })
    #expect(
      rows.first { $0.isTombstone }.map { String(decoding: $0.data, as: UTF8.self) }
        == #"{"first":3,"last":5,"count":null,"reason":"damage","lane":"telemetry"}"#)
    for epoch in [1, 2] as [Int32] { #expect(try store.bury([1...99], .telemetry, of: epoch) == 0, "once, and no other's") }
    #expect(try reader.rows(.telemetry, after: 0, limit: 99) == rows && reader.depth(.telemetry).last == 20)
    try store.begin(.conflict)
    try store.connection.execute("DELETE FROM outbox WHERE epoch = 1 AND lane = 2")
    #expect(try store.bury([2...3], .telemetry, of: 1) == 2, "an elder epoch, of which nothing else is left")
    #expect(try reader.depth(.telemetry, of: reader.epochs()[0]) == OutboxDepth(count: 1, lowest: 2, last: 20))
  }

  @Test func sequenceAndEpochOutliveARestart() throws {
    let folder = try StateFolder()
    let epoch: Epoch
    do {
      let store = try folder.open()
      epoch = store.epoch
      try store.commit([outgoing(.alerts), outgoing(.alerts)])
    }
    let store = try folder.open()
    try store.commit([outgoing(.alerts)])
    #expect(store.epoch == epoch && store.repaired == nil && store.queued[0] == 3)
    let reader = try OutboxReader(path: store.path)
    #expect(try sequences(reader, .alerts) == [1, 2, 3] && reader.current().id == epoch)
  }

  @Test func anEpochIs32Digits() {
    let epoch = Epoch.random()
    #expect(Epoch(epoch.description) == epoch && epoch.description.count == 32 && epoch != .random())
    for text in ["", "0", epoch.description + "0", epoch.description.uppercased() + " "] { #expect(Epoch(text) == nil) }
    #expect(Epoch(String(epoch.description.dropLast()) + "-") == nil)
  }
}
