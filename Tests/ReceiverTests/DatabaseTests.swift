// The receiver's storage: idempotent, with a gap ledger that agrees with a plain set of sequences.
import FleetContract
import SQLite
import Testing
import Vocabulary

@testable import Receiver

private let epoch = "0123456789abcdef0123456789abcdef"

private func arrival(
  _ sequence: Int64, lane: Lane = .events, vehicle: String = "van-7", id: String? = nil, data: String = "{}"
) throws -> Batch.Arrival {
  var event = CloudEvent(
    vehicle: try #require(VehicleID(vehicle)), epoch: epoch, lane: lane, sequence: sequence, type: "trip.ended",
    subject: nil,
    time: Timestamp(boot: BootID(high: 0, low: 1), uptime: .zero, wallNanoseconds: 0, quality: .none),
    data: Array(data.utf8))
  if let id { event.id = id }
  return Batch.Arrival(event: event, received: 1_000_000_000)
}

private func batch(_ arrivals: [Batch.Arrival]) -> Batch {
  var batch = Batch()
  batch.arrivals = arrivals
  return batch
}

@Suite struct DatabaseTests {
  private let folder: Folder
  private let database: ReceiverDatabase
  private let reader: FleetReader
  private let outbox: OutboxKey

  init() throws {
    folder = try Folder()
    database = try ReceiverDatabase(path: folder.path + "/receiver.db")
    reader = try FleetReader(path: folder.path + "/receiver.db")
    outbox = OutboxKey(vehicle: try #require(VehicleID("van-7")), epoch: epoch)
  }

  @Test func joinsSequencesIntoRuns() {
    #expect(runs(of: []) == [])
    #expect(runs(of: [3, 1, 2, 2, 7, 9, 8, 5]) == [1...3, 5...5, 7...9])
  }

  @Test(arguments: UInt64(1)...8) func ledgerAgreesWithASet(seed: UInt64) async throws {
    var random = seed
    func next(_ bound: UInt64) -> UInt64 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (random >> 33) % bound
    }
    var seen: Set<Int64> = []
    for _ in 0..<40 {
      var arrivals: [Batch.Arrival] = []
      for _ in 0...next(12) { arrivals.append(try arrival(Int64(next(120)) + 1)) }
      let before = seen
      let outcome = try database.commit(batch(arrivals))
      seen.formUnion(arrivals.map(\.event.sequence))
      #expect(outcome.stored == seen.count - before.count)
      #expect(outcome.duplicates == arrivals.count - outcome.stored)
      let first = Int64(next(120)) + 1
      let span = first...first + Int64(next(40))
      let expected = runs(of: Array(seen)).filter { $0.overlaps(span) }
      #expect(try database.committed(outbox, .events, in: span) == expected)
    }
    let stream = try #require(try await reader.vehicle("van-7", runs: 100)?.streams.first)
    let last = try #require(seen.max())
    #expect(stream.last == last)
    #expect(stream.received == Int64(seen.count))
    #expect(stream.missingRuns == runs(of: (1...last).filter { !seen.contains($0) }))
    #expect(stream.contiguous == (1...).first { !seen.contains($0) }.map { $0 - 1 })
  }

  @Test func keepsOtherContentUnderATakenKeyAside() async throws {
    _ = try database.commit(batch([try arrival(1, data: "{\"a\":1}")]))
    let outcome = try database.commit(batch([try arrival(1, data: "{\"a\":2}"), try arrival(1, data: "{\"a\":2}")]))
    #expect(outcome.conflicts == 2)
    #expect(outcome.stored == 0)
    let connection = try Connection(path: folder.path + "/receiver.db", mode: .readOnly)
    let select = try connection.prepare("SELECT (SELECT data FROM record), (SELECT group_concat(data) FROM conflict)")
    #expect(try select.step())
    #expect(select.text(0) == "{\"a\":1}")
    #expect(select.text(1) == "{\"a\":2}")
    #expect(try await reader.vehicle("van-7")?.streams.first?.conflicts == 2)
  }

  @Test func oneEventIDIsOneRecord() throws {
    _ = try database.commit(batch([try arrival(1, id: "same")]))
    #expect(try database.commit(batch([try arrival(2, id: "same")])).conflicts == 1)
    // Another vehicle may use it.
    #expect(try database.commit(batch([try arrival(2, vehicle: "van-8", id: "same")])).stored == 1)
  }

  @Test func boundsWhatItKeepsAside() throws {
    _ = try database.commit(batch([try arrival(1)]))
    for i in 0..<ReceiverDatabase.conflictsKept + 20 {
      _ = try database.commit(batch([try arrival(1, data: "{\"i\":\(i)}")]))
    }
    let connection = try Connection(path: folder.path + "/receiver.db", mode: .readOnly)
    let select = try connection.prepare("SELECT count(*) FROM conflict")
    #expect(try select.step())
    #expect(select.int64(0) == Int64(ReceiverDatabase.conflictsKept))
  }

  @Test func aFailedCommitLeavesNothingAndIsForgotten() throws {
    let other = try Connection(path: folder.path + "/receiver.db")
    try other.execute("CREATE TRIGGER full BEFORE INSERT ON coverage BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    #expect(throws: SQLiteError.self) { try database.commit(batch([try arrival(1)])) }
    #expect(try database.committed(outbox, .events, in: 1...1) == [])
    try other.execute("DROP TRIGGER full")
    #expect(try database.commit(batch([try arrival(1)])).stored == 1)
    #expect(try database.committed(outbox, .events, in: 1...1) == [1...1])
  }

  @Test func refusesAFileOfALaterVersion() throws {
    let path = folder.path + "/later.db"
    try Connection(path: path).setUserVersion(99)
    let error = #expect(throws: ReceiverError.self) { try ReceiverDatabase(path: path) }
    #expect(error?.description.contains("schema 99, this version knows 1") == true)
  }
}

@Suite struct FleetAPITests {
  private let folder: Folder
  private let database: ReceiverDatabase
  private let api: FleetAPI

  init() throws {
    folder = try Folder()
    database = try ReceiverDatabase(path: folder.path + "/receiver.db")
    api = FleetAPI(
      name: "<depot>", reader: try FleetReader(path: folder.path + "/receiver.db"), counters: { IngestCounters() })
    var first = batch([])
    for sequence in [1, 2, 4, 5] as [Int64] {
      first.arrivals.append(try arrival(sequence, data: "{\"n\":\(sequence)}"))
    }
    var alert = try arrival(1, lane: .alerts, data: #"{"severity":"critical<script>","state":"active"}"#)
    alert.event.type = "alert.created"
    alert.event.subject = "<img src=x onerror=alert(1)>"
    first.arrivals.append(alert)
    let vehicle = try #require(VehicleID("van-7"))
    first.healths[vehicle] = Batch.Document(
      json: Array(
        #"[{"component":"cooling","title":"<b>\"Cooling\"</b>","state":"watch","score":61.4},{"state":7}]"#.utf8),
      received: 0, isRetained: true)
    first.statuses[vehicle] = (Batch.Document(json: Array("{}".utf8), received: 0, isRetained: true), true)
    _ = try database.commit(first)
  }

  private func get(_ path: String, _ query: [String: String] = [:]) async throws -> (status: Int, json: JSONSlice) {
    let answer = await api.answer(path: path, query: query)
    return (answer.status, try JSONSlice(answer.body, limit: 1_000_000))
  }

  @Test func listsVehicles() async throws {
    let (status, json) = try await get("/api/v1/vehicles")
    #expect(status == 200)
    let vehicle = try #require(json.elements?.first)
    #expect(vehicle["id"]?.string == "van-7")
    #expect(vehicle["online"]?.bytes == Array("true".utf8))
    #expect(vehicle["received"]?["events"]?.int64 == 4)
    #expect(vehicle["received"]?["alerts"]?.int64 == 1)
    #expect(vehicle["missing"]?.int64 == 1)
    #expect(vehicle["duplicates"]?.int64 == 0)
    #expect(vehicle["epochs"]?.elements?.first?.string == epoch)
    #expect(vehicle["lastSeen"]?.string == "1970-01-01T00:00:01.000Z")
  }

  @Test func pagesThroughRecords() async throws {
    func numbers(_ query: [String: String]) async throws -> [Int64?]? {
      try await get("/api/v1/vehicles/van-7/events", query).json.elements?.map { $0["data"]?["n"]?.int64 }
    }
    #expect(try await numbers([:]) == [1, 2, 4, 5])
    #expect(try await numbers(["limit": "2"]) == [4, 5])
    #expect(try await numbers(["limit": "2", "since": "0"]) == [1, 2])
    #expect(try await numbers(["since": "3"]) == [5])
    #expect(try await get("/api/v1/vehicles/van-7/trips").json.elements?.count == 5 - 1)
    #expect(try await get("/api/v1/vehicles/van-7/alerts").json.elements?.first?["type"]?.string == "alert.created")
  }

  @Test func showsGapsAndHealth() async throws {
    let gaps = try await get("/api/v1/vehicles/van-7/gaps").json
    let events = try #require(gaps.elements?.first { $0["lane"]?.string == "events" })
    #expect(events["contiguous"]?.int64 == 2)
    #expect(events["last"]?.int64 == 5)
    #expect(events["ranges"]?.bytes == Array("[[3,3]]".utf8))
    let health = try await get("/api/v1/vehicles/van-7/health").json
    #expect(health["health"]?.elements?.first?["component"]?.string == "cooling")
  }

  @Test(arguments: [
    ("/nothing", 404), ("/api/v1/vehicles/van-9/events", 404), ("/api/v1/vehicles/van-7/secrets", 404),
    ("/api/v1/vehicles/' OR 1=1 --/events", 404),
  ]) func refusesPaths(path: String, status: Int) async throws {
    let answer = try await get(path)
    #expect(answer.status == status)
    #expect(answer.json["error"]?.string != nil)
  }

  @Test(arguments: ["limit=0", "limit=1001", "limit=x", "since=-1", "since=1.5"])
  func refusesBounds(text: String) async throws {
    let parts = text.split(separator: "=").map(String.init)
    #expect(try await get("/api/v1/vehicles", [parts[0]: parts[1]]).status == 400)
  }

  @Test func pageEscapesEverything() async throws {
    let answer = await api.answer(path: "/", query: [:])
    let page = String(decoding: answer.body, as: UTF8.self)
    #expect(answer.contentType == "text/html; charset=utf-8")
    #expect(page.contains("van-7"))
    #expect(page.contains("&lt;depot&gt;"))
    #expect(page.contains("&lt;b&gt;&quot;Cooling&quot;&lt;/b&gt;: <span class=\"watch\">watch</span> 61"))
    #expect(page.contains("&lt;img src=x onerror=alert(1)&gt;"))
    #expect(!page.contains("<img") && !page.contains("<script") && !page.contains("<b>"))
  }

  @Test func metricsHaveTheExpositionForm() async throws {
    let text = String(decoding: await api.answer(path: "/metrics", query: [:]).body, as: UTF8.self)
    #expect(text.contains("telltale_receiver_records{lane=\"events\"} 4\n"))
    #expect(text.contains("telltale_receiver_missing{lane=\"events\"} 1\n"))
    #expect(text.contains("telltale_receiver_vehicles_online 1\n"))
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(line.wholeMatch(of: #/telltale_receiver_[a-z_]+(\{[a-z]+="[a-z-]+"\})? [0-9]+/#) != nil)
    }
  }
}

@Test(arguments: [
  ("127.0.0.1:8080", ReceiverSettings.Listen.tcp(host: "127.0.0.1", port: 8080)),
  ("[::1]:0", .tcp(host: "::1", port: 0)), ("localhost:80", .tcp(host: "localhost", port: 80)),
  ("unix:/run/x.sock", .unix(path: "/run/x.sock")),
]) func readsListenAddresses(text: String, expected: ReceiverSettings.Listen) {
  #expect(ReceiverSettings.Listen(text) == expected)
}

@Test(arguments: [
  "", "8080", ":8080", "::1:80", "host:99999", "unix:relative", "unix:/" + String(repeating: "a", count: 110),
])
func refusesListenAddresses(text: String) { #expect(ReceiverSettings.Listen(text) == nil) }
