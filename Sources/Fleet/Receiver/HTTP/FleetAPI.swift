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

  static let vehiclesPath = "/api/v1/vehicles"
  /// Missing ranges listed for each stream at most.
  static let runsListed = 100
  /// Telemetry batches in one answer at most: opened, each may have megabytes.
  static let batchesListed = 20

  /// Answers a GET.
  /// - Parameters:
  ///   - path: without the query, percent-encoded.
  ///   - parameters: the query's names and values in their order, percent-encoding resolved.
  func answer(path: String, parameters: [(name: String, value: String)]) async -> Answer {
    do throws(Refusal) {
      return await answer(path: path, query: try ListQuery.values(parameters))
    } catch { return .error(400, error.reason) }
  }

  /// Answers a GET with each name in the query once.
  func answer(path: String, query: [String: String]) async -> Answer {
    do {
      let parts = try path.split(separator: "/").map { part throws(Refusal) in
        guard let decoded = part.percentDecoded else {
          throw Refusal(reason: "the path is not percent-encoded as it should be: write % as %25")
        }
        return decoded
      }
      switch parts.first {
      case nil:
        return Answer(
          status: 200, contentType: "text/html; charset=utf-8",
          body: Array(try await FleetPage.render(name: name, reader: reader, counters: counters(), at: wall()).utf8))
      case "metrics" where parts.count == 1:
        let totals = try await reader.totals(heardSince: wall() - Liveness.patience)
        let text = ReceiverMetrics.text(totals, counters())
        return Answer(status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(text.utf8))
      case "api" where parts.starts(with: ["api", "v1", "vehicles"]) && parts.count <= 5:
        return try await vehicles(parts.dropFirst(3), query)
      default: return .error(404, "no such path; see " + FleetAPI.vehiclesPath)
      }
    } catch let refusal as Refusal {
      return .error(400, refusal.reason)
    } catch {
      return .error(503, "database cannot be read now: \(error)")
    }
  }

  /// - Parameter rest: of the path: nothing, a vehicle's name, or that and a view.
  private func vehicles(_ rest: ArraySlice<String>, _ query: [String: String]) async throws -> Answer {
    guard let name = rest.first else { return try await vehicles(query) }
    let view = rest.count == 2 ? rest.last : nil
    if let view, !FleetAPI.views.contains(view) {
      return .error(404, "no such view; there are " + FleetAPI.views.joined(separator: ", "))
    }
    guard let vehicle = try await reader.vehicle(name) else {
      return .error(404, "no vehicle of that name has been seen")
    }
    guard let view else {
      _ = try ListQuery(query, names: [])
      var json = JSONText()
      write(vehicle, at: wall(), to: &json)
      return .json(json.bytes)
    }
    let path = FleetAPI.vehiclesPath + "/" + vehicle.name + "/" + view
    switch view {
    case "health":
      _ = try ListQuery(query, names: [])
      return try await health(of: vehicle)
    case "gaps": return try await gaps(of: vehicle, path, query)
    case "losses": return try await losses(of: vehicle, path, query)
    case "conflicts": return try await conflicts(of: vehicle, path, query)
    case "trips": return try await records(of: vehicle, .trips, path, query)
    case "malformed": return try await records(of: vehicle, .malformed, path, query)
    case "telemetry":
      return try await records(of: vehicle, .lane(.telemetry), path, query, largest: FleetAPI.batchesListed)
    default: return try await records(of: vehicle, .lane(view == "alerts" ? .alerts : .events), path, query)
    }
  }

  private static let views = [
    "health", "alerts", "events", "telemetry", "trips", "gaps", "losses", "conflicts", "malformed",
  ]

  private func vehicles(_ query: [String: String]) async throws -> Answer {
    let query = try ListQuery(query, names: ["limit", "after"])
    let now = wall()
    let page = try await reader.vehicles(after: query.after ?? "", limit: query.limit)
    let next = query.next(FleetAPI.vehiclesPath, page.hasMore, "after", page.items.last?.name ?? "")
    return list(page, next: next) { vehicle, json in write(vehicle, at: now, to: &json) }
  }

  private func health(of vehicle: FleetVehicle) async throws -> Answer {
    let health = try await reader.health(of: vehicle.id)
    var json = JSONText()
    json.beginObject()
    json.member("vehicle", vehicle.name)
    json.member("received", health.map { rfc3339UTC(wallNanoseconds: $0.received) })
    json.key("health")
    if let health { json.raw(Array(health.json.utf8)) } else { json.null() }
    json.endObject()
    return .json(json.bytes)
  }

  private func records(
    of vehicle: FleetVehicle, _ selection: RecordSelection, _ path: String, _ query: [String: String],
    largest: Int = ListQuery.largestLimit
  ) async throws -> Answer {
    let query = try ListQuery(query, names: FleetAPI.bounds, largest: largest)
    let stretch = try query.stretch()
    let page = try await reader.records(of: vehicle.id, selection, stretch)
    return list(page, next: query.next(path, page, stretch, number: \.event.number)) { write($0, to: &$1) }
  }

  private func conflicts(of vehicle: FleetVehicle, _ path: String, _ query: [String: String]) async throws -> Answer {
    let query = try ListQuery(query, names: FleetAPI.bounds)
    let stretch = try query.stretch()
    let page = try await reader.conflicts(of: vehicle.id, stretch)
    return list(page, next: query.next(path, page, stretch, number: \.event.number)) { write($0, to: &$1) }
  }

  private func gaps(of vehicle: FleetVehicle, _ path: String, _ query: [String: String]) async throws -> Answer {
    let query = try ListQuery(query, names: FleetAPI.bounds)
    let stretch = try query.stretch()
    let page = try await reader.ledgers(of: vehicle.id, stretch, runs: FleetAPI.runsListed)
    return list(page, next: query.next(path, page, stretch, number: \.number)) { write($0, to: &$1) }
  }

  private func losses(of vehicle: FleetVehicle, _ path: String, _ query: [String: String]) async throws -> Answer {
    let query = try ListQuery(query, names: ["limit", "after"])
    let page = try await reader.losses(of: vehicle.id, after: try query.place(), limit: query.limit)
    let last = page.items.last.map { "\($0.stream)-\($0.range.lowerBound)" }
    return list(page, next: query.next(path, page.hasMore, "after", last ?? "")) { write($0, to: &$1) }
  }

  private static let bounds = ["limit", "after", "before"]

  private func list<Item>(
    _ page: Page<Item>, next: String?, _ write: (Item, inout JSONText) -> Void
  ) -> Answer {
    var json = JSONText()
    json.beginObject()
    json.key("items")
    json.beginArray()
    for item in page.items { write(item, &json) }
    json.endArray()
    json.member("next", next)
    json.endObject()
    return .json(json.bytes)
  }
}
