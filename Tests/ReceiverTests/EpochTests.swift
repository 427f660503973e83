// How a new outbox begins, and what that says about the one before.
import FleetContract
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

  private func vehicle() async throws -> FleetVehicle {
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
    #expect(vehicle.epochs.map(\.reason) == ["salvaged"])
    #expect(try storage.missing(in: stream(), limit: 5) == [3...5])
    #expect(Set(try storage.incompleteStreams(limit: 10).map(\.lane)) == [.alerts, .events, .telemetry])
    #expect(try await reader.totals(heardSince: 0).gaps == [1, 1, 1])
    // Salvaged rows and tombstones still come.
    _ = try storage.commit(
      batch([try arrival(4), try arrival(3, from: 3), try arrival(5, from: 5), try arrival(2, from: 1, lane: .alerts)]))
    #expect(try storage.missing(in: stream(), limit: 5) == [])
    #expect(Set(try storage.incompleteStreams(limit: 10).map(\.lane)) == [.telemetry])
  }

  @Test func mayComeBeforeWhatItCloses() async throws {
    _ = try storage.commit(batch([try beginning(#"{"events":2}"#), try arrival(1)]))
    #expect(try storage.missing(in: stream(), limit: 5) == [2...2])
  }

  @Test func isBelievedOnlyAsTheFirstEvent() async throws {
    _ = try storage.commit(batch([try beginning(#"{"events":9}"#, sequence: 2)]))
    let vehicle = try await vehicle()
    #expect(vehicle.epochs.isEmpty)
    #expect(vehicle.streams.count == 1)
  }

  @Test(arguments: [
    #"{"events":-1}"#, #"{"events":281474976710657}"#, #"{"events":"9"}"#, #"{"faults":9}"#, "[9]", "7",
  ]) func whatMakesNoSenseIsLeftOut(last: String) async throws {
    _ = try storage.commit(batch([try beginning(last)]))
    #expect(try await vehicle().streams.count == 1)
  }

  @Test func namesNobodyAsItsOwnPredecessor() async throws {
    _ = try storage.commit(
      batch([
        try arrival(
          1, type: "epoch.began",
          data: "{\"reason\":\"cloned\",\"predecessor\":\"\(someEpoch)\",\"last\":{\"events\":9}}")
      ]))
    let vehicle = try await vehicle()
    #expect(vehicle.epochs.first?.predecessor == nil)
    #expect(vehicle.streams.first?.last == 1)
  }
}
