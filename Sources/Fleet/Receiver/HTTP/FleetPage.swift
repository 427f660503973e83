// The receiver's one page: vehicles, their health and open alerts. No script, nothing from elsewhere, all text escaped.
import FleetContract
import Vocabulary

enum FleetPage {
  /// Vehicles shown at most; the API has all.
  static let vehiclesShown = 200
  private static let alertsShown = 20

  static func render(
    name: String, reader: any FleetReader, counters: IngestCounters, at now: Int64
  ) async throws -> String {
    var rows = ""
    let page = try await reader.vehicles(after: "", limit: vehiclesShown)
    for vehicle in page.items {
      let health = try await reader.health(of: vehicle.id)?.json ?? "[]"
      let alerts = try await reader.records(of: vehicle.id, .openAlerts, Stretch(limit: alertsShown))
      rows += row(vehicle, at: now, health: health, alerts: alerts.items)
    }
    if page.hasMore {
      rows += "<tr><td colspan=6>There are more: these are the first \(vehiclesShown) by name.</td></tr>"
    }
    if page.items.isEmpty {
      rows = "<tr><td colspan=6>No vehicle has been seen yet. Point a gateway at this receiver's broker.</td></tr>"
    }
    let broker = counters.isConnected ? "connected to the broker" : "<strong>not connected to the broker</strong>"
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="refresh" content="10">
      <title>\(escaped(name)) – Telltale</title>
      <style>
      body { font: 16px/1.4 system-ui, sans-serif; margin: 2rem; color: #1a1a1a; background: #fff }
      table { border-collapse: collapse; width: 100% }
      th, td { text-align: left; vertical-align: top; padding: .5rem; border-bottom: 1px solid #ccc }
      ul { margin: 0; padding-left: 1rem }
      .ok { color: #1b6e2b } .watch { color: #7a5a00 } .service { color: #a34700 } .critical { color: #b00020 }
      .learning, .unknown { color: #555 }
      </style>
      </head>
      <body>
      <h1>\(escaped(name))</h1>
      <p>\(broker). Machine-readable: <a href="/api/v1/vehicles">vehicles</a>, <a href="/metrics">metrics</a>.</p>
      <table>
      <thead><tr><th>Vehicle</th><th>State</th><th>Last seen</th><th>Health</th><th>Open alerts</th>
      <th>Records</th></tr></thead>
      <tbody>
      \(rows)
      </tbody>
      </table>
      </body>
      </html>

      """
  }

  private static func row(
    _ vehicle: FleetVehicle, at now: Int64, health: String, alerts: [FleetRecord]
  ) -> String {
    let base = "/api/v1/vehicles/" + escaped(vehicle.name)
    let state = vehicle.liveness(at: now).state.rawValue
    let seen = vehicle.lastSeen.map { rfc3339UTC(wallNanoseconds: $0) } ?? "–"
    let received = vehicle.total(\.received)
    let missing = vehicle.total(\.missing)
    let lost = vehicle.total(\.lost)
    return """
      <tr><td>\(escaped(vehicle.name))</td><td>\(state)</td><td>\(seen)</td>
      <td>\(components(health))</td><td>\(list(alerts.map(alert)))</td>
      <td>\(received) (<a href="\(base)/gaps">\(missing) missing</a>, <a href="\(base)/losses">\(lost) lost</a>),
      <a href="\(base)/events">events</a>, <a href="\(base)/trips">trips</a>\(faults(vehicle, base))</td></tr>

      """
  }

  /// Links to what is wrong with a vehicle's records; nothing when nothing is.
  private static func faults(_ vehicle: FleetVehicle, _ base: String) -> String {
    [("conflicts", vehicle.total(\.conflicts)), ("malformed", vehicle.total(\.malformed))]
      .filter { $0.1 > 0 }
      .map { ", <a class=\"critical\" href=\"\(base)/\($0.0)\">\($0.1) \($0.0)</a>" }.joined()
  }

  /// The health array as a list. What does not have the contract's shape is left out, not guessed.
  private static func components(_ json: String) -> String {
    let bytes = Array(json.utf8)
    guard let elements = (try? JSONSlice(bytes, limit: CloudEvent.sizeLimit))?.elements else { return "–" }
    return list(
      elements.prefix(32).compactMap { element in
        guard let title = element["title"]?.string ?? element["component"]?.string,
          let name = element["state"]?.string,
          let state = HealthState.allCases.first(where: { $0.name == name })
        else { return nil }
        var text = escaped(title) + ": <span class=\"\(state.name)\">\(state.name)</span>"
        if let score = rounded(element["score"]) { text += " " + score }
        if let median = rounded(element["rul"]?["km"]?["p50"]) { text += ", " + median + " km left" }
        return text
      })
  }

  /// A number without decimals; nil for anything else and for numbers that no component has.
  private static func rounded(_ value: JSONSlice?) -> String? {
    guard let value, value.kind == .number, let number = Double(String(decoding: value.bytes, as: UTF8.self)),
      abs(number) < 1e12
    else { return nil }
    return String(Int64(number.rounded()))
  }

  private static func alert(_ record: FleetRecord) -> String {
    let event = record.event
    var severity = ""
    if case .json(let text) = event.data, let data = try? JSONSlice(text, limit: CloudEvent.sizeLimit) {
      severity = data["severity"]?.string ?? ""
    }
    let style = severity == "critical" ? "critical" : "service"
    return "<span class=\"\(style)\">" + escaped(event.subject ?? event.type) + "</span> " + escaped(severity)
      + ", " + escaped(event.time)
  }

  private static func list(_ items: [String]) -> String {
    items.isEmpty ? "–" : "<ul>" + items.map { "<li>" + $0 + "</li>" }.joined() + "</ul>"
  }

  /// Text that can stand in HTML, in quotes or between tags.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
