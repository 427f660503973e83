// Epochs: what begins one, what it says, what becomes of the rows of the one before.
import SQLite
import Testing
import Vocabulary

@testable import Store

@Suite struct EpochTests {
  private func beginning(_ reader: OutboxReader, of epoch: OutboxEpoch) throws -> String {
    let row = try #require(try reader.rows(.events, of: epoch, after: 0, limit: 1).first)
    #expect(row.type == "epoch.began" && row.sequence == 1 && row.subject == nil && row.time == aMoment)
    return String(decoding: row.data, as: UTF8.self)
  }

  @Test func aFreshStoreSaysSo() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    let reader = try OutboxReader(path: store.path)
    #expect(try reader.epochs() == [OutboxEpoch(number: 1, id: store.epoch, isCurrent: true)])
    #expect(try beginning(reader, of: reader.current()) == #"{"reason":"fresh","predecessor":null}"#)
  }

  @Test func aConflictBeginsAnotherAndKeepsWhatIsQueued() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    let elder = store.epoch
    try store.commit([outgoing(.alerts), outgoing(.telemetry), outgoing(.telemetry)])
    let reader = try OutboxReader(path: store.path)
    let rows = try reader.rows(.telemetry, after: 0, limit: 9)
    try store.begin(.conflict)
    let epochs = try reader.epochs()
    #expect(epochs.map(\.id) == [elder, store.epoch] && epochs.map(\.number) == [1, 2])
    #expect(epochs.map(\.isCurrent) == [false, true] && elder != store.epoch)
    #expect(
      try beginning(reader, of: epochs[1])
        == #"{"reason":"conflict","predecessor":"\#(elder)","last":{"alerts":1,"events":1,"telemetry":2}}"#)
    #expect(try reader.rows(.telemetry, of: epochs[0], after: 0, limit: 9) == rows)
    #expect(try reader.depth(.telemetry, of: epochs[0]) == OutboxDepth(count: 2, lowest: 1, last: 2))
    try store.commit([outgoing(.telemetry)])
    #expect(try reader.rows(.telemetry, of: epochs[1], after: 0, limit: 9).map(\.sequence) == [1])
    #expect(store.queued[2] == 3, "over all epochs")
  }

  @Test func anAcknowledgementIsOfOneEpoch() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit([outgoing(.alerts)])
    try store.begin(.conflict)
    try store.commit([outgoing(.alerts), .acknowledged(Acknowledgement(epoch: 1, lane: .alerts, first: 1, last: 1))])
    let reader = try OutboxReader(path: store.path)
    #expect(try reader.rows(.alerts, after: 0, limit: 9).count == 1 && store.queued[0] == 1)
    try store.commit([.acknowledged(Acknowledgement(epoch: 1, lane: .events, first: 1, last: 1))])
    #expect(try reader.epochs().map(\.number) == [2], "an elder epoch without rows is not told")
  }

  @Test func epochsThatNothingIsLeftOfAreForgotten() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    for number in 1...5 as ClosedRange<Int32> {
      if number != 2 { try store.commit([.acknowledged(Acknowledgement(epoch: number, lane: .events, first: 1, last: 9))]) }
      try store.begin(.conflict)
    }
    let select = try store.connection.prepare("SELECT group_concat(number) FROM (SELECT number FROM epoch ORDER BY 1)")
    #expect(try select.step() && select.text(0) == "2,5,6", "one with rows, the predecessor and the current one")
  }

  @Test func anotherMachineBeginsAnotherEpoch() throws {
    let folder = try StateFolder()
    func open(_ machine: String?) throws -> Epoch { try folder.open { $0.machine = machine }.epoch }
    let untold = try open(nil)
    #expect(try open("a") == untold, "an epoch without a machine is adopted")
    #expect(try open(nil) == untold && open("a") == untold)
    let cloned = try open("b")
    #expect(cloned != untold)
    #expect(try open("b") == cloned)
    let reader = try OutboxReader(path: folder.file)
    #expect(try beginning(reader, of: reader.current()).hasPrefix(#"{"reason":"cloned","predecessor":"\#(untold)","#))
  }

  @Test func aBeginningThatFailsChangesNothing() throws {
    let folder = try StateFolder()
    let store = try folder.open()
    try store.commit([outgoing(.alerts)])
    let epoch = store.epoch
    try store.connection.execute(
      "CREATE TRIGGER refuse BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'refused'); END")
    #expect(throws: StoreError.self) { try store.begin(.conflict) }
    try store.connection.execute("DROP TRIGGER refuse")
    #expect(store.epoch == epoch)
    try store.commit([outgoing(.alerts)])
    #expect(try OutboxReader(path: store.path).rows(.alerts, after: 0, limit: 9).map(\.sequence) == [1, 2])
  }
}
