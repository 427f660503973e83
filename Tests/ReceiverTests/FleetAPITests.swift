// What the receiver answers over HTTP, without a server.
import FleetContract
import TestSupport
import Testing
import Vocabulary

@testable import Receiver

@Suite struct FleetAPITests {
  private let folder: Folder
  private let storage: SQLiteStorage
  private let api: FleetAPI

  init() throws {
    folder = try Folder()
    storage = try SQLiteStorage(path: folder.path + "/receiver.db")
    api = FleetAPI(
      name: "<depot>", reader: try SQLiteReader(path: folder.path + "/receiver.db"), counters: { IngestCounters() },
      wall: { 100_000_000_000 })
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
    _ = try storage.commit(first)
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
    #expect(vehicle["state"]?.string == "online")
    #expect(vehicle["since"]?.string == "1970-01-01T00:00:00.000Z")
    #expect(vehicle["missing"]?.int64 == 1)
    #expect(vehicle["lost"]?.int64 == 0)
    #expect(vehicle["duplicates"]?.int64 == 0)
    #expect(vehicle["epochs"]?.elements?.first?.string == someEpoch)
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

  @Test func showsEpochsAndLosses() async throws {
    let beginning = "{\"reason\":\"salvaged\",\"predecessor\":\"\(someEpoch)\",\"last\":{\"events\":7}}"
    _ = try storage.commit(
      batch([
        try arrival(1, epoch: laterEpoch, type: "epoch.began", data: beginning),
        try arrival(3, from: 2, data: "{\"reason\":\"damage\"}"),
      ]))
    let gaps = try #require(try await get("/api/v1/vehicles/van-7/gaps").json.elements)
    let elder = try #require(gaps.first { $0["lane"]?.string == "events" && $0["epoch"]?.string == someEpoch })
    #expect(elder["closed"]?.boolean == true)
    #expect(elder["last"]?.int64 == 7)
    #expect(elder["ranges"]?.bytes == Array("[[6,7]]".utf8))
    #expect(elder["lost"]?.int64 == 1)
    #expect(
      elder["losses"]?.bytes
        == Array("[{\"range\":[3,3],\"reason\":\"damage\",\"time\":\"1970-01-01T00:00:00.000Z\"}]".utf8))
    let later = try #require(gaps.first { $0["epoch"]?.string == laterEpoch })
    #expect(later["closed"]?.boolean == false)
    #expect(later["reason"]?.string == "salvaged")
    #expect(later["predecessor"]?.string == someEpoch)
  }

  @Test func metricsHaveTheExpositionForm() async throws {
    let text = String(decoding: await api.answer(path: "/metrics", query: [:]).body, as: UTF8.self)
    #expect(text.contains("telltale_receiver_records{lane=\"events\"} 4\n"))
    #expect(text.contains("telltale_receiver_missing{lane=\"events\"} 1\n"))
    #expect(text.contains("telltale_receiver_gaps{lane=\"events\"} 1\n"))
    #expect(text.contains("telltale_receiver_vehicles{state=\"online\"} 1\n"))
    #expect(text.contains("telltale_receiver_commit_seconds_bucket{le=\"+Inf\"} 0\n"))
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(line.wholeMatch(of: #/telltale_receiver_[a-z_]+(\{[a-z]+="[a-zA-Z0-9.+-]+"\})? [0-9.]+/#) != nil)
    }
  }
}
