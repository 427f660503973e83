// Paths to answers: the fleet API without a server, so that it can be tested as functions.
import Documents
import FleetContract
import SQLite
import Vocabulary

/// What an HTTP request gets back.
struct Answer: Sendable {
  var status: Int
  var contentType: String
  var body: [UInt8]

  static func json(_ body: [UInt8], status: Int = 200) -> Answer {
    Answer(status: status, contentType: "application/json; charset=utf-8", body: body)
  }

  static func error(_ status: Int, _ reason: String) -> Answer {
    var json = JSONText()
    json.beginObject()
    json.member("error", reason)
    json.endObject()
    return .json(json.bytes, status: status)
  }
}

struct FleetAPI: Sendable {
  let name: String
  let reader: FleetReader
  let counters: @Sendable () -> IngestCounters

  static let defaultLimit = 100
  static let limits = 1...1000

  /// Answers a GET.
  /// - Parameters:
  ///   - path: without the query, percent-encoding resolved.
  ///   - query: values by name.
  func answer(path: String, query: [String: String]) async -> Answer {
    let limit: Int
    let since: Int64?
    switch bounds(query) {
    case .success(let found): (limit, since) = found
    case .failure(let refusal): return .error(400, refusal.reason)
    }
    do {
      let parts = path.split(separator: "/", omittingEmptySubsequences: true)
      switch (parts.count, parts.first) {
      case (0, _):
        return Answer(
          status: 200, contentType: "text/html; charset=utf-8",
          body: Array(try await FleetPage.render(name: name, reader: reader, counters: counters()).utf8))
      case (1, "metrics"):
        let text = metrics(try await reader.totals(), counters())
        return Answer(status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(text.utf8))
      case (3, "api") where parts[1] == "v1" && parts[2] == "vehicles":
        return try await vehicles(after: query["after"] ?? "", limit: limit)
      case (5, "api") where parts[1] == "v1" && parts[2] == "vehicles":
        return try await vehicle(String(parts[3]), String(parts[4]), since: since, limit: limit)
      default: return .error(404, "no such path; see /api/v1/vehicles")
      }
    } catch {
      return .error(503, "database cannot be read now: \(error)")
    }
  }

  private struct Refusal: Error { var reason: String }

  private func bounds(_ query: [String: String]) -> Result<(limit: Int, since: Int64?), Refusal> {
    var limit = FleetAPI.defaultLimit
    if let text = query["limit"] {
      guard let number = Int(text), FleetAPI.limits.contains(number) else {
        return .failure(Refusal(reason: "limit must be 1 to 1000"))
      }
      limit = number
    }
    guard let text = query["since"] else { return .success((limit, nil)) }
    guard let number = Int64(text), number >= 0 else {
      return .failure(Refusal(reason: "since must be a record's number, 0 for all"))
    }
    return .success((limit, number))
  }

  private func vehicles(after: String, limit: Int) async throws -> Answer {
    var json = JSONText()
    json.beginArray()
    for vehicle in try await reader.vehicles(after: after, limit: limit) { write(vehicle, to: &json) }
    json.endArray()
    return .json(json.bytes)
  }

  private func vehicle(_ name: String, _ view: String, since: Int64?, limit: Int) async throws -> Answer {
    let selection: FleetReader.Selection
    switch view {
    case "health", "gaps": selection = .trips
    case "alerts": selection = .lane(.alerts)
    case "events": selection = .lane(.events)
    case "trips": selection = .trips
    default: return .error(404, "no such view; there are health, alerts, events, trips and gaps")
    }
    guard let vehicle = try await reader.vehicle(name, runs: view == "gaps" ? min(limit, FleetReader.runsListed) : 0)
    else { return .error(404, "no vehicle of that name has been seen") }
    var json = JSONText()
    switch view {
    case "gaps": write(vehicle.streams, to: &json)
    case "health":
      let health = try await reader.health(of: vehicle.id)
      json.beginObject()
      json.member("vehicle", vehicle.name)
      json.member("received", health.map { rfc3339UTC(wallNanoseconds: $0.received) })
      json.key("health")
      if let health { json.raw(Array(health.json.utf8)) } else { json.null() }
      json.endObject()
    default:
      json.beginArray()
      for record in try await reader.records(of: vehicle.id, selection, since: since, limit: limit) {
        write(record, to: &json)
      }
      json.endArray()
    }
    return .json(json.bytes)
  }

  // MARK: Shapes.

  private func write(_ vehicle: FleetReader.Vehicle, to json: inout JSONText) {
    json.beginObject()
    json.member("id", vehicle.name)
    json.key("online")
    if let isOnline = vehicle.isOnline { json.value(isOnline) } else { json.null() }
    json.member("firstSeen", rfc3339UTC(wallNanoseconds: vehicle.firstSeen))
    json.member("lastSeen", vehicle.lastSeen.map { rfc3339UTC(wallNanoseconds: $0) })
    json.key("epochs")
    json.beginArray()
    var listed: Set<String> = []
    for stream in vehicle.streams where listed.insert(stream.epoch).inserted { json.value(stream.epoch) }
    json.endArray()
    json.key("received")
    json.beginObject()
    for lane in Lane.allCases { json.member(lane.name, vehicle.total(lane, \.received)) }
    json.endObject()
    json.member("duplicates", vehicle.total(nil, \.duplicates))
    json.member("conflicts", vehicle.total(nil, \.conflicts))
    json.member("missing", vehicle.total(nil, \.missing))
    json.endObject()
  }

  private func write(_ streams: [FleetReader.Stream], to json: inout JSONText) {
    json.beginArray()
    for stream in streams {
      json.beginObject()
      json.member("epoch", stream.epoch)
      json.member("lane", stream.lane.name)
      json.member("first", stream.first)
      json.member("last", stream.last)
      json.member("contiguous", stream.contiguous)
      json.member("received", stream.received)
      json.member("duplicates", stream.duplicates)
      json.member("conflicts", stream.conflicts)
      json.member("missing", stream.missing)
      json.key("ranges")
      json.beginArray()
      for run in stream.missingRuns {
        json.beginArray()
        json.value(run.lowerBound)
        json.value(run.upperBound)
        json.endArray()
      }
      json.endArray()
      json.endObject()
    }
    json.endArray()
  }

  private func write(_ record: FleetReader.Record, to json: inout JSONText) {
    json.beginObject()
    json.member("number", record.number)
    json.member("id", record.eventID)
    json.member("type", record.type)
    json.member("subject", record.subject)
    json.member("time", record.time)
    json.member("clockQuality", record.clockQuality.name)
    json.member("epoch", record.epoch)
    json.member("lane", record.lane.name)
    json.member("sequence", record.sequence)
    json.member("received", rfc3339UTC(wallNanoseconds: record.received))
    json.key("data")
    json.raw(Array(record.data.utf8))
    json.endObject()
  }

  /// Prometheus text exposition.
  private func metrics(_ totals: FleetReader.Totals, _ counters: IngestCounters) -> String {
    var text = ""
    func metric(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: String)]) {
      text += "# HELP telltale_receiver_\(name) \(help)\n# TYPE telltale_receiver_\(name) \(type)\n"
      for sample in samples { text += "telltale_receiver_\(name)\(sample.labels) \(sample.value)\n" }
    }
    func single(_ name: String, _ type: String, _ help: String, _ value: some CustomStringConvertible) {
      metric(name, type, help, [("", value.description)])
    }
    func byLane(_ values: [Int64]) -> [(labels: String, value: String)] {
      Lane.allCases.map { ("{lane=\"\($0.name)\"}", String(values[Int($0.rawValue)])) }
    }
    single("broker_connected", "gauge", "1 while connected to the broker.", counters.isConnected ? 1 : 0)
    single("broker_connections_total", "counter", "Connections made since the start.", counters.connections)
    single("vehicles", "gauge", "Vehicles known.", totals.vehicles)
    single("vehicles_online", "gauge", "Vehicles whose status says online.", totals.online)
    metric("records", "gauge", "Records in the database.", byLane(totals.received))
    metric("missing", "gauge", "Sequences that have not arrived below the highest that has.", byLane(totals.missing))
    single("duplicates_total", "counter", "Deliveries of records already stored.", totals.duplicates)
    single("conflicts_total", "counter", "Deliveries with other content under a key that is taken.", totals.conflicts)
    single("stored_total", "counter", "Records stored since the start.", counters.stored)
    single("commits_total", "counter", "Transactions since the start.", counters.commits)
    single("commit_failures_total", "counter", "Transactions that failed since the start.", counters.commitFailures)
    single(
      "acknowledgements_total", "counter", "Acknowledgements sent since the start.", counters.acknowledgements)
    metric(
      "refused_total", "counter", "Messages turned down since the start.",
      counters.refused.sorted { $0.key < $1.key }.map { ("{kind=\"\($0.key)\"}", String($0.value)) })
    return text
  }
}

extension FleetReader.Vehicle {
  /// A count summed over the streams of one lane, or of all.
  func total(_ lane: Lane?, _ count: (FleetReader.Stream) -> Int64) -> Int64 {
    streams.reduce(0) { lane == nil || $1.lane == lane ? $0 &+ count($1) : $0 }
  }
}
