// How a new outbox begins, and what that says about the one before.
import FleetContract
import SQLite
import TestSupport
import Testing
import Vocabulary

@testable import Receiver

@Suite struct EpochTests {
  private let folder: Folder
  private let storage: SQLiteStorage
  private let reader: SQLiteReader

  init() throws {
    folder = try Folder()
    storage = try SQLiteStorage(path: folder.path + "/receiver.db")
    reader = try SQLiteReader(path: folder.path + "/receiver.db")
  }

  private func beginning(_ last: String, sequence: Int64 = 1) throws -> Batch.Arrival {
    try arrival(
      sequence, epoch: laterEpoch, type: "epoch.began",
      data: "{\"reason\":\"salvaged\",\"predecessor\":\"\(someEpoch)\",\"last\":\(last)}")
  }

  private func vehicle() async throws -> WholeVehicle {
    try #require(try await reader.vehicle(vehicleName, runs: 10))
  }

  @Test func closesItsPredecessorAndShowsTheGapAtItsEnd() async throws {
    _ = try storage.commit(batch([try arrival(1), try arrival(2), try arrival(3, lane: .telemetry)]))
    _ = try storage.commit(batch([try beginning(#"{"alerts":2,"events":5,"telemetry":null}"#)]))
    let vehicle = try await vehicle()
    let elder = Dictionary(
      uniqueKeysWithValues: vehicle.streams.filter { $0.epoch == someEpoch }.map { ($0.lane, $0) })
    #expect(elder.values.allSatisfy { $0.isClosed })
    #expect(elder[.events]?.missingRuns == [3...5])
    // Nothing of the alerts ever came.
    #expect(elder[.alerts]?.missingRuns == [1...2])
    #expect(elder[.alerts]?.missing == 2)
    #expect(elder[.telemetry]?.missingRuns == [1...2])
    #expect(vehicle.streams.first { $0.epoch == laterEpoch }?.isClosed == false)
    #expect(vehicle.streams.first { $0.epoch == laterEpoch }?.origin?.reason == "salvaged")
    #expect(try storage.missing(in: stream(), limit: 5) == [3...5])
    #expect(Set(try storage.incompleteStreams(limit: 10, perVehicle: 10).map(\.lane)) == [.alerts, .events, .telemetry])
    #expect(try await reader.totals(heardSince: 0).lanes.map(\.gaps) == [1, 1, 1])
    // Salvaged rows and tombstones still come.
    _ = try storage.commit(
      batch([try arrival(4), try arrival(3, from: 3), try arrival(5, from: 5), try arrival(2, from: 1, lane: .alerts)]))
    #expect(try storage.missing(in: stream(), limit: 5) == [])
    #expect(Set(try storage.incompleteStreams(limit: 10, perVehicle: 10).map(\.lane)) == [.telemetry])
  }

  @Test func mayComeBeforeWhatItCloses() async throws {
    _ = try storage.commit(batch([try beginning(#"{"events":2}"#), try arrival(1)]))
    #expect(try storage.missing(in: stream(), limit: 5) == [2...2])
  }

  @Test func isBelievedOnlyAsTheFirstEvent() async throws {
    _ = try storage.commit(batch([try beginning(#"{"events":9}"#, sequence: 2)]))
    let vehicle = try await vehicle()
    #expect(vehicle.streams.first?.origin == nil)
    #expect(vehicle.streams.count == 1)
  }

  @Test(arguments: [
    #"{"events":-1}"#, #"{"events":1.5}"#, #"{"events":4294967297}"#, #"{"alerts":9e18}"#,
    #"{"telemetry":9000000000000000000}"#, #"{"events":"9"}"#, "[9]", "7",
  ]) func whatCannotBeIsMalformedAndNotBelieved(last: String) async throws {
    let event = try beginning(last).event
    let malformation = #expect(throws: Malformation.self) { try EpochBeginning(event) }
    #expect(malformation?.kind == "bad-beginning")
    #expect(malformation?.reason.contains("'last") == true)
    // Nor by a storage that nobody warned.
    _ = try storage.commit(batch([try beginning(last)]))
    let vehicle = try await vehicle()
    #expect(vehicle.streams.count == 1)
    #expect(vehicle.streams.first?.origin == nil)
  }

  @Test(arguments: [#"{"events":0,"alerts":null}"#, #"{"faults":9}"#, "{}", "null"])
  func whatIsNotKnownIsLeftOut(last: String) async throws {
    _ = try storage.commit(batch([try beginning(last)]))
    #expect(try await vehicle().streams.count == 1)
    #expect(try await vehicle().streams.first?.origin?.predecessor == someEpoch)
  }

  @Test(arguments: ["\"\(someEpoch)\"", "\"0\"", "7", "{}"]) func aPredecessorIsAnotherEpoch(text: String) throws {
    let event = try arrival(
      1, type: "epoch.began", data: "{\"reason\":\"cloned\",\"predecessor\":\(text),\"last\":{\"events\":9}}")
    let malformation = #expect(throws: Malformation.self) { try EpochBeginning(event.event) }
    #expect(malformation?.reason.contains("'predecessor'") == true)
  }

  @Test func theLastSequenceThereCanBeCostsAndOverflowsNothing() async throws {
    let limit = EpochBeginning.lastBelieved
    let last = "{\"alerts\":\(limit),\"events\":\(limit),\"telemetry\":\(limit)}"
    _ = try storage.commit(batch([try beginning(last)]))
    #expect(try storage.missing(in: stream(), limit: 5) == [1...limit])
    #expect(try await reader.totals(heardSince: 0).lanes.map(\.missing) == [limit, limit, limit])
    // A file of a version that took any number.
    try Connection(path: folder.path + "/receiver.db").execute("UPDATE stream SET given = \(Int64.max)")
    #expect(try storage.missing(in: stream(), limit: 5) == [1...limit])
    #expect(try await vehicle().vehicle.total(\.missing) == 4 * limit - 1)
    #expect(try await reader.totals(heardSince: 0).lanes.map(\.missing) == [limit, 2 * limit - 1, limit])
  }

  /// One whose predecessor, over any number of steps, is itself.
  @Test(arguments: 2...4) func anEpochDoesNotComeBeforeItself(count: Int) async throws {
    func epoch(_ i: Int) -> String { String(repeating: "0", count: 31) + String(i % count) }
    for i in 0..<count {
      let claim = "{\"reason\":\"cloned\",\"predecessor\":\"\(epoch(i + 1))\",\"last\":{\"events\":9}}"
      let outcome = try storage.commit(batch([try arrival(1, epoch: epoch(i), type: "epoch.began", data: claim)]))
      // Only the last one closes the circle.
      #expect(outcome.malformed == (i == count - 1 ? ["bad-beginning": 1] : [:]))
      #expect(outcome.stored == 1)
    }
    let vehicle = try await vehicle()
    #expect(vehicle.streams.first { $0.epoch == epoch(count - 1) }?.origin == nil)
    #expect(vehicle.streams.first { $0.epoch == epoch(0) }?.isClosed == false)
    #expect(vehicle.vehicle.lanes[1].malformed == 1)
    #expect(try storage.missing(in: stream(epoch: epoch(0)), limit: 5) == [])
    let record = try await reader.records(of: vehicle.vehicle.id, .malformed, Stretch(limit: 5)).items.first
    #expect(record?.malformation?.contains("'predecessor' must be an elder epoch") == true)
  }

  /// What one vehicle may claim in its life does not make the fleet's sum blind.
  @Test func manyThatClaimTheMostLeaveTheSumReadable() async throws {
    for i in 0..<40 {
      var claim = try beginning("{\"alerts\":\(1 << 32 as Int64)}")
      claim.event.vehicle = try #require(VehicleID("car-\(i)"))
      _ = try storage.commit(batch([claim]))
    }
    #expect(try await reader.totals(heardSince: 0).lanes[0].missing == 40 << 32)
    let claim = try beginning("{\"alerts\":\((1 << 32 as Int64) + 1)}")
    #expect(throws: Malformation.self) { try EpochBeginning(claim.event) }
  }

  @Test func sumsAreOfAllEpochs() async throws {
    func epoch(_ i: Int) -> String { String(repeating: "0", count: 32 - String(i).count) + String(i) }
    let arrivals = try (1...250).flatMap {
      [try arrival(2, epoch: epoch($0)), try arrival(4, from: 3, epoch: epoch($0)), try arrival(2, epoch: epoch($0))]
    }
    _ = try storage.commit(batch(arrivals))
    let page = try await reader.vehicles(after: "", limit: 10)
    let vehicle = try #require(page.items.first)
    #expect(vehicle.epochs == (151...250).map(epoch))
    #expect(vehicle.lanes[1].received == 250)
    #expect(vehicle.total(\.missing) == 250)
    #expect(vehicle.total(\.lost) == 500)
    #expect(vehicle.total(\.duplicates) == 250)
    #expect(try await reader.totals(heardSince: 0).lanes[1].missing == 250)
  }

  @Test func aVehicleHasAThousandEpochsAtMost() async throws {
    func epoch(_ i: Int) -> String { String(repeating: "0", count: 32 - String(i).count) + String(i) }
    let first = try storage.commit(batch(try (1...1005).map { try arrival(1, epoch: epoch($0)) }))
    #expect(first.stored == 1000)
    #expect(first.beyondEpochs == [try #require(VehicleID(vehicleName)): 5])
    // What is refused is not acknowledged.
    #expect(first.touched.count == 1000)
    let second = try storage.commit(
      batch([
        try arrival(2, epoch: epoch(3)), try arrival(1, lane: .alerts, epoch: epoch(3)),
        try arrival(1, epoch: epoch(2000)), try arrival(9, from: 1, epoch: epoch(2001)),
        try arrival(1, epoch: epoch(2000), vehicle: "van-8"),
      ]))
    #expect(second.stored == 3)
    #expect(second.lost == 0)
    #expect(second.beyondEpochs == [try #require(VehicleID(vehicleName)): 2])
    // The limit outlasts a restart.
    let again = try SQLiteStorage(path: folder.path + "/receiver.db")
    #expect(try again.commit(batch([try arrival(1, epoch: epoch(2000))])).stored == 0)
  }

  @Test func aPredecessorBeyondTheLimitIsNotTakenEither() throws {
    func epoch(_ i: Int) -> String { String(repeating: "0", count: 32 - String(i).count) + String(i) }
    _ = try storage.commit(batch(try (1...999).map { try arrival(1, epoch: epoch($0)) }))
    // It is the last that has room; the epoch before it would be one too many.
    let claim = "{\"reason\":\"salvaged\",\"predecessor\":\"\(someEpoch)\",\"last\":{\"events\":9}}"
    let outcome = try storage.commit(
      batch([try arrival(1, epoch: laterEpoch, type: "epoch.began", data: claim)]))
    #expect(outcome.stored == 1)
    #expect(outcome.beyondEpochs.values.reduce(0, +) == 1)
    #expect(try storage.missing(in: stream(), limit: 5) == [])
  }

  @Test func noVehicleTakesTheWatchOfTheOthers() throws {
    func epoch(_ i: Int) -> String { String(repeating: "0", count: 32 - String(i).count) + String(i) }
    _ = try storage.commit(batch([try arrival(2, vehicle: "van-8")]))
    _ = try storage.commit(batch(try (1...100).map { try arrival(2, epoch: epoch($0)) }))
    let found = try storage.incompleteStreams(limit: 20, perVehicle: 15)
    #expect(found.filter { $0.outbox.vehicle.description == vehicleName }.count == 15)
    #expect(found.count == 16)
  }
}
