// The gap ledger: agrees with plain sets whatever comes in whatever order, and costs what is stored, not what is
// claimed.
import FleetContract
import TestSupport
import Testing
import Vocabulary

@testable import Receiver

@Suite struct LedgerTests {
  private let folder: Folder
  private let storage: SQLiteStorage
  private let reader: SQLiteReader

  init() throws {
    folder = try Folder()
    storage = try SQLiteStorage(path: folder.path + "/receiver.db")
    reader = try SQLiteReader(path: folder.path + "/receiver.db")
  }

  private func ledger(_ key: StreamKey) async throws -> StreamLedger {
    let vehicle = try #require(try await reader.vehicle(vehicleName, runs: 1000))
    return try #require(vehicle.streams.first { $0.epoch == key.outbox.epoch && $0.lane == key.lane })
  }

  private func runs(_ set: Set<Int64>) -> [ClosedRange<Int64>] { joined(set.map { $0...$0 }) }

  @Test func joinsRanges() {
    #expect(joined([]) == [])
    #expect(joined([3...3, 1...1, 2...2, 2...2, 7...9, 8...8, 5...5]) == [1...3, 5...5, 7...9])
    #expect(joined([1...10, 2...3, 11...12]) == [1...12])
  }

  @Test func findsGaps() {
    #expect(gaps(between: [], given: nil, limit: 5) == [])
    #expect(gaps(between: [], given: 3, limit: 5) == [1...3])
    #expect(gaps(between: [2...3, 7...7], given: nil, limit: 5) == [1...1, 4...6])
    #expect(gaps(between: [2...3, 7...7], given: 9, limit: 5) == [1...1, 4...6, 8...9])
    #expect(gaps(between: [2...3, 7...7], given: 9, limit: 2) == [1...1, 4...6])
    #expect(gaps(between: [1...9], given: 9, limit: 5) == [])
    #expect(gaps(between: [1...9], given: 8, limit: 5) == [])
  }

  /// Records and tombstones at random, repeated, overlapping, growing; the model is two sets.
  @Test(arguments: UInt64(1)...24) func agreesWithSets(seed: UInt64) async throws {
    var dice = Dice(seed: seed)
    var present: Set<Int64> = []
    var lost: Set<Int64> = []
    var tombstones: [ClosedRange<Int64>] = []
    for _ in 0..<40 {
      var arrivals: [Batch.Arrival] = []
      var came: Set<Int64> = []
      var declared: Set<Int64> = []
      for _ in 0...dice.roll(12) {
        if dice.roll(4) > 0 {
          let sequence = dice.roll(120) + 1
          arrivals.append(try arrival(sequence))
          came.insert(sequence)
        } else {
          var first = dice.roll(120) + 1
          var last = first + dice.roll(20)
          // A later tombstone may cover an earlier one and more, or be the same again.
          if let elder = tombstones.last, dice.roll(2) == 0 {
            (first, last) = (max(1, elder.lowerBound - dice.roll(3)), elder.upperBound + dice.roll(3))
          }
          tombstones.append(first...last)
          arrivals.append(try arrival(last, from: first))
          declared.formUnion(first...last)
        }
      }
      let outcome = try storage.commit(batch(arrivals))
      #expect(outcome.stored == came.subtracting(present).count)
      #expect(outcome.recovered == Int64(came.intersection(lost).count))
      present.formUnion(came)
      #expect(outcome.lost == Int64(declared.subtracting(present).subtracting(lost).count))
      lost = lost.union(declared).subtracting(present)
      #expect(outcome.conflicts == 0)

      let first = dice.roll(120) + 1
      let asked = [first...first + dice.roll(40), 5...5]
      let expected = joined(asked).flatMap { wanted in
        runs(present.union(lost)).filter { $0.overlaps(wanted) }.map { $0.clamped(to: wanted) }
      }
      #expect(try storage.committed(asked, of: stream()) == expected)
    }
    let ledger = try await ledger(stream())
    let covered = present.union(lost)
    let last = try #require(covered.max())
    let missing = Set(1...last).subtracting(covered)
    #expect(ledger.last == last)
    #expect(ledger.received == Int64(present.count))
    #expect(ledger.lost == Int64(lost.count))
    #expect(ledger.missing == Int64(missing.count))
    #expect(ledger.missingRuns == runs(missing))
    #expect(ledger.gaps == Int64(runs(missing).count))
    let losses = try await reader.losses(in: stream())
    #expect(joined(losses.map(\.range)) == runs(lost))
    #expect(losses.allSatisfy { loss in !loss.range.contains { present.contains($0) } })
    #expect(try storage.missing(in: stream(), limit: 1000) == runs(missing))
    #expect(ledger.contiguous == (1...).first { !covered.contains($0) }.map { $0 - 1 })
  }

  @Test func theOrderWithinAndBetweenBatchesDoesNotMatter() async throws {
    let arrivals = [
      try arrival(1), try arrival(2), try arrival(8, from: 3, data: "{\"reason\":\"quota\"}"), try arrival(5),
      try arrival(9), try arrival(12, from: 2, data: "{\"reason\":\"quota\"}"),
    ]
    for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [2, 5, 2, 0, 3, 1, 4, 5]] {
      for size in [1, 3, 8] {
        let folder = try Folder()
        let storage = try SQLiteStorage(path: folder.path + "/r.db")
        for start in stride(from: 0, to: order.count, by: size) {
          _ = try storage.commit(batch(order[start..<min(order.count, start + size)].map { arrivals[$0] }))
        }
        let reader = try SQLiteReader(path: folder.path + "/r.db")
        let vehicle = try await reader.vehicle(vehicleName, runs: 100)
        let ledger = try #require(vehicle?.streams.first)
        let losses = try await reader.losses(in: stream())
        #expect(joined(losses.map(\.range)) == [3...4, 6...8, 10...12])
        #expect(losses.allSatisfy { $0.reason == "quota" })
        #expect(ledger.received == 4)
        #expect(ledger.missing == 0)
      }
    }
  }

  @Test func acknowledgesATombstoneByItsWholeRange() throws {
    _ = try storage.commit(batch([try arrival(40)]))
    let outcome = try storage.commit(batch([try arrival(9, from: 4), try arrival(20)]))
    let touched = try #require(outcome.touched[stream()])
    #expect(joined(touched) == [4...9, 20...20])
    #expect(try storage.committed(touched, of: stream()) == [4...9, 20...20])
  }

  /// A vehicle that was restored from a copy gives sequences anew that are taken: none of them is acknowledged before its
  /// own content has come, and been kept aside.
  @Test func acknowledgesNothingThatLiesBesideWhatCame() throws {
    _ = try storage.commit(batch(try (1...20).map { try arrival($0) }))
    let again = try storage.commit(batch([try arrival(8), try arrival(12)]))
    #expect(try storage.committed(try #require(again.touched[stream()]), of: stream()) == [8...8, 12...12])
    let other = try storage.commit(batch([try arrival(15, data: "{\"another\":1}")]))
    #expect(other.conflicts == 1 && other.contradicting.count == 1)
    #expect(try storage.committed(try #require(other.touched[stream()]), of: stream()) == [15...15])
  }

  @Test func aHugeTombstoneCostsNothing() async throws {
    _ = try storage.commit(batch([try arrival(10), try arrival(1000)]))
    let limit = CloudEvent.sequenceLimit
    let begun = threadNanoseconds()
    for epoch in [someEpoch, laterEpoch] {
      #expect(try storage.commit(batch([try arrival(limit, from: 1, epoch: epoch)])).lost >= limit - 2)
      #expect(try storage.commit(batch([try arrival(limit, from: 1, epoch: epoch)])).lost == 0)
    }
    #expect(threadNanoseconds() - begun < 2_000_000_000)
    let ledger = try await ledger(stream())
    #expect(try await reader.losses(in: stream()).map(\.range) == [1...9, 11...999, 1001...limit])
    #expect(ledger.received == 2)
    #expect(try storage.commit(batch([try arrival(limit / 2)])).recovered == 1)
    let totals = try await reader.totals(heardSince: 0)
    #expect(totals.lanes[1].lost == 2 * limit - 3)
    #expect(totals.lanes[1].received == 3)
    #expect(totals.lanes[1].missing == 0)
  }

  @Test func aStrangersReasonIsNotRepeated() async throws {
    for (i, data) in ["{\"reason\":\"<b>\"}", "{\"reason\":7}", "null", "{}"].enumerated() {
      let sequence = Int64(i) * 2 + 1
      _ = try storage.commit(batch([try arrival(sequence, from: sequence, data: data)]))
    }
    #expect(try await reader.losses(in: stream()).map(\.reason) == ["unknown", "unknown", "unknown", "unknown"])
  }
}
