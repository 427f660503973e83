// Paths to answers: the fleet API without a server, so that it can be tested as functions.
import Documents
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
  let reader: any FleetReader
  let counters: @Sendable () -> IngestCounters
  /// Nanoseconds since 1970.
  let wall: @Sendable () -> Int64

  static let defaultLimit = 100
  static let limits = 1...1000
  /// Missing and lost ranges listed for each stream at most.
  static let runsListed = 100
  /// Telemetry batches in one answer at most: opened, each may have megabytes.
  static let batchesListed = 20

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
          body: Array(try await FleetPage.render(name: name, reader: reader, counters: counters(), at: wall()).utf8))
      case (1, "metrics"):
        let totals = try await reader.totals(heardSince: wall() - Liveness.patience)
        let text = ReceiverMetrics.text(totals, counters())
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
    let now = wall()
    var json = JSONText()
    json.beginArray()
    for vehicle in try await reader.vehicles(after: after, limit: limit) {
      write(vehicle, at: now, to: &json)
    }
    json.endArray()
    return .json(json.bytes)
  }

  private func vehicle(_ name: String, _ view: String, since: Int64?, limit: Int) async throws -> Answer {
    let selection: RecordSelection
    switch view {
    case "health", "gaps": selection = .trips
    case "alerts": selection = .lane(.alerts)
    case "events": selection = .lane(.events)
    case "telemetry": selection = .lane(.telemetry)
    case "trips": selection = .trips
    default: return .error(404, "no such view; there are health, alerts, events, telemetry, trips and gaps")
    }
    let limit = view == "telemetry" ? min(limit, FleetAPI.batchesListed) : limit
    guard let vehicle = try await reader.vehicle(name, runs: view == "gaps" ? min(limit, FleetAPI.runsListed) : 0)
    else { return .error(404, "no vehicle of that name has been seen") }
    var json = JSONText()
    switch view {
    case "gaps": writeGaps(of: vehicle, to: &json)
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
}
