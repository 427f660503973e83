// `telltaled --check`: is the configuration right, and what memory will it take?
import Adapters
import Clock
public import ConfigurationFile
import Diagnostics
import Documents
import Glibc
import Health
import Pipeline
import VehicleBus
import Vocabulary

/// The answer of a check.
public struct ConfigurationCheck {
  private let configuration: GatewayConfiguration
  private let vehicle: VehicleDefinition
  private let plan: MemoryPlan

  /// - Throws: `ConfigurationError` when the packs cannot be loaded at all.
  public init(_ configuration: GatewayConfiguration, isReplay: Bool) throws(ConfigurationError) {
    self.configuration = configuration
    vehicle = try configuration.vehicleDefinition()
    plan = MemoryPlan(configuration, vehicle, isReplay: isReplay)
  }

  /// Whether the daemon would start with it.
  public var isPassed: Bool { plan.breaking == nil }

  /// The plan as a table, then what the packs hold that cannot be used.
  public var text: String {
    var lines = ["memory plan of \(configuration.file)"]
    let width = plan.lines.map(\.buffer.count).max() ?? 0
    for line in plan.lines { lines.append(row(line.buffer, line.bytes, width)) }
    lines.append(row("sum", plan.total, width))
    lines.append(row("limit (limits.memory)", plan.limit, width))
    lines.append(
      "\(vehicle.catalogue.count) signals from \(vehicle.packs.joined(separator: ", "))"
        + "; \(configuration.sources.count) source\(configuration.sources.count == 1 ? "" : "s"); broker "
        + (configuration.broker.map { "\($0.host):\($0.port)" } ?? "none"))
    lines += sourceLines.map { "  " + $0 }
    let monitor = vehicle.healthMonitor
    for component in ComponentID.allCases {
      let otherwise = HealthMonitor.isToldByTests(component)
        ? "inputs not mapped; judged by the control unit's own tests (service 06), if it gives them"
        : "inputs not mapped, so unknown"
      lines.append("  \(component.name): " + (isMapped(component, monitor) ? "inputs mapped" : otherwise))
    }
    lines += warnings.map { "warning: \($0)" }
    lines.append(verdict)
    return lines.joined(separator: "\n")
  }

  private func isMapped(_ component: ComponentID, _ monitor: HealthMonitor) -> Bool {
    if case .unmappedInput = monitor.report(component, at: RealClock().now()).reason { return false }
    return true
  }

  /// What becomes of each source: what is heard, and what is asked.
  private var sourceLines: [String] {
    let plan = PollPlan(polls: vehicle.polls, speaksJ1939: vehicle.speaksJ1939, sources: configuration.sources)
    return configuration.sources.enumerated().map { index, source in
      let bus = UInt8(index)
      let line = source.name + ": " + (source.adapter.map { words(for: $0) } ?? words(for: source, bus))
      guard let polling = source.polling else { return line + ", listens only" }
      let questions = plan.items[bus]?.count ?? 0
      return line + ", TRANSMITS: asks for \(questions) things, at most \(polling.perSecond) requests a second"
    }
  }

  private func words(for source: SourceChoice, _ bus: UInt8) -> String {
    let filters = vehicle.kernelFilters(bus: bus)
    let isFiltered = source.isFiltered && !filters.contains(.everything)
    return (isFiltered ? "\(filters.count) kernel filters" : "every frame")
      + (source.bitrate.map { ", set up with \($0) bit/s" } ?? "")
  }

  private func words(for adapter: AdapterChoice) -> String {
    "ELM327 adapter, " + (adapter.baudRate.map { "\($0) baud" } ?? "baud rate searched for") + ", "
      + (adapter.vehicleProtocol?.title ?? "protocol searched for")
  }

  private var warnings: [String] {
    var warnings = vehicle.problems.map(\.description)
    let plan = PollPlan(polls: vehicle.polls, speaksJ1939: vehicle.speaksJ1939, sources: configuration.sources)
    let policy = TransmitPolicy(configuration.sources)
    for (index, source) in configuration.sources.enumerated() where source.polling != nil {
      let items = plan.items[UInt8(index)] ?? []
      if items.isEmpty { warnings.append("\(source.name) may transmit, but no pack says what to ask there") }
      for item in items where !policy.mayAsk(item, on: UInt8(index)) {
        warnings.append(
          "\(source.name): \(item.question.text) is never asked: the guard knows neither its service nor its unit; a "
            + "unit of your own stands below `polling: {units: [{to: ID, answer: ID}]}`")
      }
    }
    for user in configuration.technicians where getpwnam(user) == nil && UInt32(user) == nil {
      warnings.append("technicians: this machine knows no user \(user)")
    }
    if vehicle.sensors.isEmpty, configuration.sensorSocket != nil || configuration.sensorTopic != nil {
      warnings.append("sensors can be heard, but no pack knows one; add a pack with a section senml, see docs/sensors.md")
    }
    if !vehicle.sensors.isEmpty, configuration.sensorSocket == nil, configuration.sensorTopic == nil {
      warnings.append("packs know \(vehicle.sensors.count) sensors, but none can be heard; add `sensors: {socket: PATH}`")
    }
    if configuration.sourceNames.isEmpty {
      warnings.append("no sources: only --replay can run; add `sources: [{can: can0}]` for a vehicle")
    }
    let now = RealClock().now()
    for p in configuration.parameters where now.quality.isTrusted && ComponentKeys.isDate(p.name, of: p.component) {
      if p.value * 1e9 > Double(now.wallNanoseconds) {
        warnings.append("components.\(p.component.name).\(p.name) is in the future")
      }
    }
    return warnings
  }

  private var verdict: String {
    guard let breaking = plan.breaking else { return "ok" }
    return "error: " + Gateway.overLimit(configuration, plan, breaking)
  }

  private func row(_ name: String, _ bytes: Int, _ width: Int) -> String {
    let number = String(bytes)
    return "  " + name + String(repeating: " ", count: max(0, width - name.count))
      + String(repeating: " ", count: max(1, 12 - number.count)) + number
  }

  /// The same as one JSON document.
  public var json: String {
    struct Document: Encodable {
      var ok: Bool
      var plan: [MemoryDocument.Buffer]
      var total: Int
      var limit: Int
      var signals: Int
      var adapters: [String]
      var problems: [String]
      var error: String?
    }
    let document = Document(
      ok: isPassed, plan: plan.lines.map { .init(buffer: $0.buffer, bytes: $0.bytes) }, total: plan.total,
      limit: plan.limit, signals: vehicle.catalogue.count, adapters: vehicle.packs, problems: warnings,
      error: isPassed ? nil : verdict)
    return line(document)
  }
}

extension ReplaySummary {
  /// The summary as one JSON document.
  public var json: String { line(self) }
}

/// A document as one line of text.
private func line(_ document: some Encodable) -> String {
  let bytes = (try? jsonText(document)) ?? []
  return String(decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...], as: UTF8.self)
}
