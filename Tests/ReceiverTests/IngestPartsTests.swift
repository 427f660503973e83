// The pure parts of the ingest: who is greeted when, which gaps are asked for when, figures and times.
import FleetContract
import TestSupport
import Testing

@testable import Receiver

private let second: Int64 = 1_000_000_000

@Suite struct GreetingsTests {
  private func outbox(_ i: Int) throws -> OutboxKey {
    OutboxKey(vehicle: try #require(VehicleID("van-\(i)")), epoch: someEpoch)
  }

  @Test func aWholeFleetIsGreetedAtTwoHundredASecond() throws {
    var greetings = Greetings()
    var greeted: [OutboxKey] = []
    for i in 0..<5000 { #expect(greetings.add(try outbox(i))) }
    var now = 100 * second
    var seconds = 0
    while !greetings.isEmpty && seconds < 100 {
      var count = 0
      for _ in 0..<10 {
        while let next = greetings.next(at: now) {
          greeted.append(next)
          count += 1
        }
        now += second / 10
      }
      #expect(count <= 2 * Int(Greetings.perSecond))
      seconds += 1
    }
    #expect((24...25).contains(seconds))
    #expect(greeted == (try (0..<5000).map(outbox)))
  }

  @Test func whoWaitsIsQueuedOnce() throws {
    var greetings = Greetings()
    for _ in 0..<3 { #expect(greetings.add(try outbox(1))) }
    #expect(greetings.next(at: second) != nil)
    #expect(greetings.next(at: second) == nil)
    // Greeted, it may come again.
    #expect(greetings.add(try outbox(1)))
    #expect(greetings.next(at: second) != nil)
  }

  @Test func theQueueIsBounded() throws {
    var greetings = Greetings()
    for i in 0..<Greetings.capacity { #expect(greetings.add(try outbox(i))) }
    #expect(!greetings.add(try outbox(Greetings.capacity)))
    #expect(greetings.add(try outbox(0)))
  }
}

@Suite struct GapWatchTests {
  @Test func asksAfterAMinuteThenEverMoreSeldom() throws {
    var watch = GapWatch()
    let key = try stream()
    watch.note(key, firstMissing: 7, at: 0)
    var asked: [Int64] = []
    for now in 0..<2200 where !watch.due(at: Int64(now) * second, limit: 10).isEmpty { asked.append(Int64(now)) }
    #expect(asked == [60, 180, 420, 900, 1500, 2100])
  }

  @Test func aGapThatMovesOnIsNotAskedFor() throws {
    var watch = GapWatch()
    let key = try stream()
    for now in 0..<100 {
      watch.note(key, firstMissing: Int64(now / 30 + 1), at: Int64(now) * second)
      #expect(watch.due(at: Int64(now) * second, limit: 10).isEmpty)
    }
    watch.note(key, firstMissing: nil, at: 100 * second)
    #expect(watch.isEmpty)
    #expect(watch.due(at: 10_000 * second, limit: 10).isEmpty)
  }

  @Test func isBounded() throws {
    var watch = GapWatch()
    func key(_ i: Int) throws -> StreamKey {
      StreamKey(
        outbox: OutboxKey(vehicle: try #require(VehicleID("van-\(i % 1000)")), epoch: String(i / 1000)), lane: .events)
    }
    for i in 0..<GapWatch.capacity + 10 { watch.note(try key(i), firstMissing: 1, at: 0) }
    #expect(watch.due(at: 100 * second, limit: .max).count == GapWatch.capacity)
    watch.note(try key(0), firstMissing: 1, at: 100 * second)
    #expect(watch.due(at: 101 * second, limit: 3).isEmpty)
  }

  @Test func noVehicleHasMoreThanItsRoom() throws {
    var watch = GapWatch()
    for i in 0..<1000 { watch.note(try stream(epoch: String(i)), firstMissing: 1, at: 0) }
    #expect(watch.due(at: 100 * second, limit: .max).count == GapWatch.capacityPerVehicle)
    // A gap that closes makes room, once.
    for _ in 1...3 { watch.note(try stream(epoch: "0"), firstMissing: nil, at: 0) }
    for i in 500..<510 { watch.note(try stream(epoch: String(i)), firstMissing: 1, at: 0) }
    #expect(watch.due(at: 10_000 * second, limit: .max).count == GapWatch.capacityPerVehicle)
  }
}

@Suite struct LivenessTests {
  private func vehicle(online: Bool?, seen: Int64?, status: Int64?) -> FleetVehicle {
    FleetVehicle(
      id: 1, name: "van-7", firstSeen: 0, lastSeen: seen.map { $0 * second }, isOnline: online,
      statusAt: status.map { $0 * second }, statusSince: 5 * second)
  }

  @Test func saysWhatItIsAndSinceWhen() {
    #expect(vehicle(online: nil, seen: 10, status: nil).liveness(at: 900 * second) == (.unknown, nil))
    #expect(vehicle(online: false, seen: 10, status: 10).liveness(at: 900 * second) == (.offline, 5 * second))
    #expect(vehicle(online: true, seen: 10, status: 10).liveness(at: 190 * second) == (.online, 5 * second))
    #expect(vehicle(online: true, seen: 10, status: 10).liveness(at: 191 * second) == (.silent, 190 * second))
    // After a restart of the receiver only a retained status speaks for it.
    #expect(vehicle(online: true, seen: 10, status: 800).liveness(at: 900 * second) == (.online, 5 * second))
    #expect(vehicle(online: true, seen: nil, status: 10).liveness(at: 900 * second) == (.silent, 190 * second))
  }

  @Test func theSumsSayTheSame() async throws {
    let folder = try Folder()
    let storage = try SQLiteStorage(path: folder.path + "/r.db")
    func status(_ vehicle: String, _ isOnline: Bool, at received: Int64, retained: Bool = false) throws {
      var batch = Batch()
      batch.statuses[try #require(VehicleID(vehicle))] = (
        Batch.Document(json: Array("{}".utf8), received: received * second, isRetained: retained), isOnline
      )
      _ = try storage.commit(batch)
    }
    try status("a", true, at: 10)
    try status("b", true, at: 800)
    try status("c", true, at: 700)
    try status("c", true, at: 750, retained: true)
    try status("c", false, at: 800)
    try status("c", false, at: 810)
    _ = try storage.commit(batch([try arrival(1)]))
    let reader = try SQLiteReader(path: folder.path + "/r.db")
    let totals = try await reader.totals(heardSince: 900 * second - Liveness.patience)
    #expect(totals.vehicles == [.silent: 1, .online: 1, .offline: 1, .unknown: 1])
    let c = try #require(try await reader.vehicle("c"))
    #expect(c.statusSince == 800 * second)
    #expect(c.lastSeen == 810 * second)
  }
}

@Test func histogramsCumulate() {
  var histogram = Histogram(bounds: [1, 2])
  for value in [0.5, 1, 1.5, 2.5, 100] { histogram.add(value) }
  #expect(histogram.cumulated == [2, 3, 5])
  #expect(histogram.sum == 105.5)
}

@Test(arguments: [
  ("2026-11-21T02:28:00.000Z", 1_795_228_080_000_000_000), ("1970-01-01T00:00:00Z", 0),
  ("1969-12-31T23:59:59.5Z", -500_000_000), ("2026-11-21T03:58:00.25+01:30", 1_795_228_080_250_000_000),
  ("2026-11-20T21:28:00-05:00", 1_795_228_080_000_000_000), ("2000-02-29T00:00:00.123456789Z", 951_782_400_123_456_789),
  ("2026-11-21T02:28:00.00000000000001Z", 1_795_228_080_000_000_000),
] as [(String, Int64)]) func readsTimes(text: String, expected: Int64) {
  #expect(wallNanoseconds(ofRFC3339: text) == expected)
}

@Test(arguments: ["9999-01-01T00:00:00Z", "0000-00-00T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", ""])
func takesNoTimeThatCannotBe(text: String) { #expect(wallNanoseconds(ofRFC3339: text) == nil) }
