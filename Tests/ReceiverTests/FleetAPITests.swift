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
    #expect(json["next"]?.kind == .null)
    let vehicle = try #require(json["items"]?.elements?.first)
    #expect(try await get("/api/v1/vehicles/van-7").json.bytes == vehicle.bytes)
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
    let path = "/api/v1/vehicles/van-7/events"
    func page(_ query: [String: String]) async throws -> (numbers: [Int64?]?, next: String?) {
      let json = try await get(path, query).json
      return (json["items"]?.elements?.map { $0["data"]?["n"]?.int64 }, json["next"]?.string)
    }
    #expect(try await page([:]) == ([1, 2, 4, 5], nil))
    // The newest, and from there to the elder ones.
    #expect(try await page(["limit": "2"]) == ([4, 5], path + "?limit=2&before=3"))
    #expect(try await page(["limit": "2", "before": "3"]) == ([1, 2], nil))
    #expect(try await page(["limit": "1", "before": "3"]) == ([2], path + "?limit=1&before=2"))
    // From the first on.
    #expect(try await page(["limit": "2", "after": "0"]) == ([1, 2], path + "?limit=2&after=2"))
    #expect(try await page(["after": "2"]) == ([4, 5], nil))
    #expect(try await page(["after": "9"]) == ([], nil))
    let trips = try await get("/api/v1/vehicles/van-7/trips").json["items"]
    #expect(trips?.elements?.count == 5 - 1)
    let alerts = try await get("/api/v1/vehicles/van-7/alerts").json["items"]
    #expect(alerts?.elements?.first?["type"]?.string == "alert.created")
  }

  @Test func followsNextThroughEveryList() async throws {
    for i in 0..<7 {
      _ = try storage.commit(
        batch([
          try arrival(1, vehicle: "car-\(i)"), try arrival(1, data: "{\"other\":\(i)}"),
          try arrival(Int64(20 + 3 * i), from: Int64(19 + 3 * i)),
          try arrival(1, epoch: String(repeating: "\(i)", count: 32)),
        ]))
    }
    let expected = ["": 8, "/van-7/events": 11, "/van-7/gaps": 9, "/van-7/losses": 7, "/van-7/conflicts": 7]
    for (view, count) in expected {
      var next: String? = "/api/v1/vehicles\(view)?limit=2"
      var items: Set<[UInt8]> = []
      var pages = 0
      while let address = next, pages < 20 {
        let parts = address.split(separator: "?")
        let query = parts[1].split(separator: "&").map { $0.split(separator: "=").map(String.init) }
        let (status, json) = try await get(
          String(parts[0]), Dictionary(uniqueKeysWithValues: query.map { ($0[0], $0[1]) }))
        #expect(status == 200)
        for item in json["items"]?.elements ?? [] { #expect(items.insert(item.bytes).inserted) }
        next = json["next"]?.string
        pages += 1
      }
      #expect(items.count == count, "\(view)")
      #expect(pages == (count + 1) / 2, "\(view)")
    }
  }

  @Test func aPageEndsBeforeItIsTooLarge() async throws {
    let large = "\"" + String(repeating: "a", count: 250_000) + "\""
    for start in [10, 30] as [Int64] {
      _ = try storage.commit(batch(try (start..<start + 20).map { try arrival($0, data: large) }))
    }
    let answer = await api.answer(path: "/api/v1/vehicles/van-7/events", query: ["after": "0", "limit": "1000"])
    #expect(answer.body.count < SQLiteReader.pageBytes + 100_000)
    let page = try JSONSlice(answer.body, limit: 20_000_000)
    let last = try #require(page["items"]?.elements?.last?["number"]?.int64)
    #expect(page["next"]?.string == "/api/v1/vehicles/van-7/events?limit=1000&after=\(last)")
    let rest = await api.answer(path: "/api/v1/vehicles/van-7/events", query: ["after": String(last)])
    #expect(try JSONSlice(rest.body, limit: 20_000_000)["items"]?.elements?.first?["number"]?.int64 == last + 1)
  }

  @Test func showsWhatWasSetAside() async throws {
    _ = try storage.commit(
      batch([
        try arrival(2, data: "{\"n\":\"other\"}"), try arrival(7, id: someEpoch + ".events.1"),
        try arrival(5, lane: .telemetry, data: "\u{1}"), try arrival(5, lane: .telemetry, data: "\u{2}"),
      ]))
    let conflicts = try #require(try await get("/api/v1/vehicles/van-7/conflicts").json["items"]?.elements)
    try #require(conflicts.count == 3)
    #expect(conflicts[0]["sequence"]?.int64 == 2)
    #expect(conflicts[0]["data"]?["n"]?.string == "other")
    // The record that has the key, by sequence or by its id.
    #expect(conflicts[0]["holder"]?.int64 == 2)
    #expect(conflicts[1]["holder"]?.int64 == 1)
    #expect(conflicts[2]["bytes"]?.int64 == 1)
    #expect(try await get("/api/v1/vehicles/van-7").json["conflicts"]?.int64 == 3)
    let page = String(decoding: await api.answer(path: "/", query: [:]).body, as: UTF8.self)
    #expect(page.contains("href=\"/api/v1/vehicles/van-7/conflicts\">3 conflicts</a>"))
    #expect(!page.contains("malformed"))
  }

  @Test func showsGapsAndHealth() async throws {
    let gaps = try await get("/api/v1/vehicles/van-7/gaps").json
    let events = try #require(gaps["items"]?.elements?.first { $0["lane"]?.string == "events" })
    #expect(events["contiguous"]?.int64 == 2)
    #expect(events["last"]?.int64 == 5)
    #expect(events["gaps"]?.int64 == 1)
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

  @Test(arguments: [
    ("events", "limit=0", "limit must be a whole number from 1 to 1000"),
    ("events", "limit=1001", "limit must be a whole number from 1 to 1000"),
    ("telemetry", "limit=21", "limit must be a whole number from 1 to 20"), ("trips", "limit=x", "limit must"),
    ("events", "limit=", "limit must"), ("alerts", "after=-1", "after must be the number of an item"),
    ("conflicts", "before=1.5", "before must be the number of an item"),
    ("gaps", "after=99999999999999999999", "after must be the number of an item"),
    ("losses", "after=7", "'next'"), ("losses", "after=1-2-3", "'next'"),
    ("losses", "before=1", "'before' is not known here: use limit, after"),
    ("malformed", "after=1&before=2", "give one of them"),
    ("events", "since=3", "'since' is not known here: use limit, after, before"),
    ("health", "limit=3", "'limit' is not known here: leave it out"),
  ]) func refusesQueriesWithTheMend(view: String, text: String, expected: String) async throws {
    let parts = text.split(separator: "&").map { $0.split(separator: "=", omittingEmptySubsequences: false) }
    let query = Dictionary(uniqueKeysWithValues: parts.map { (String($0[0]), String($0[1])) })
    let (status, json) = try await get("/api/v1/vehicles/van-7/" + view, query)
    #expect(status == 400)
    #expect(json["error"]?.string?.contains(expected) == true)
  }

  @Test(arguments: [
    ("/api/v1/vehicles/van-7/events", "limit=1&limit=2", "'limit' is given twice: give it once"),
    ("/api/v1/vehicles", "after=", "after has no value: give it one as 'next' has it, or leave it out"),
    ("/api/v1/vehicles/van-7/gaps", "before=", "before has no value"),
    ("/api/v1/vehicles/van%2", "", "write % as %25"), ("/api/v1/vehicles/van%zz7", "", "write % as %25"),
    ("/api/v1/vehicles/%FF", "", "write % as %25"),
  ]) func refusesAddressesWithTheMend(path: String, query: String, expected: String) async throws {
    let parameters = query.split(separator: "&").map { parameter in
      let parts = parameter.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      return (name: parts[0], value: parts[1])
    }
    let answer = await api.answer(path: path, parameters: parameters)
    #expect(answer.status == 400)
    #expect(try JSONSlice(answer.body, limit: 10_000)["error"]?.string?.contains(expected) == true)
  }

  @Test func namesMayBePercentEncoded() async throws {
    let answer = await api.answer(path: "/api/v1/vehicles/van%2d7/%65vents", parameters: [("limit", "1")])
    #expect(answer.status == 200)
    #expect("a%2Fb%C3%A9%25".percentDecoded == "a/bé%")
    #expect(try await get("/api/v1/vehicles/van-7%2Fevents").status == 404)
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
    let gaps = try #require(try await get("/api/v1/vehicles/van-7/gaps").json["items"]?.elements)
    let elder = try #require(gaps.first { $0["lane"]?.string == "events" && $0["epoch"]?.string == someEpoch })
    #expect(elder["closed"]?.boolean == true)
    #expect(elder["last"]?.int64 == 7)
    #expect(elder["ranges"]?.bytes == Array("[[6,7]]".utf8))
    #expect(elder["lost"]?.int64 == 1)
    let loss = try #require(try await get("/api/v1/vehicles/van-7/losses").json["items"]?.elements?.first)
    #expect(loss["range"]?.bytes == Array("[3,3]".utf8))
    #expect(loss["reason"]?.string == "damage")
    #expect(loss["time"]?.string == "1970-01-01T00:00:00.000Z")
    #expect(loss["lane"]?.string == "events")
    #expect(loss["epoch"]?.string == someEpoch)
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
