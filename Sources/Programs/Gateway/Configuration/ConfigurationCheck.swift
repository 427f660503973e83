// `telltaled --check`: is the configuration right, and what memory will it take?
import Adapters
import Clock
public import ConfigurationFile
import Diagnostics
import Documents
import Health
import Pipeline
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
        + "; \(configuration.interfaces.count) interfaces; broker "
        + (configuration.broker.map { "\($0.host):\($0.port)" } ?? "none"))
    for component in ComponentID.allCases {
      lines.append("  \(component.name): " + (isMapped(component) ? "inputs mapped" : "inputs not mapped, so unknown"))
    }
    lines += warnings.map { "warning: \($0)" }
    lines.append(verdict)
    return lines.joined(separator: "\n")
  }

  private func isMapped(_ component: ComponentID) -> Bool {
    let monitor = HealthMonitor(
      inputs: FeatureInputs(vehicle.catalogue), parameters: vehicle.components, vehicle: vehicle.parameters)
    if case .unmappedInput = monitor.report(component, at: RealClock().now(), km: 0).reason { return false }
    return true
  }

  private var warnings: [String] {
    var warnings = vehicle.problems.map(\.description)
    if configuration.interfaces.isEmpty {
      warnings.append("no sources: only --replay can run; add `sources: [{can: can0}]` for a vehicle")
    }
    let now = RealClock().now()
    for p in configuration.parameters where p.name == "last_service" && now.quality.isTrusted {
      if p.value * 1e9 > Double(now.wallNanoseconds) {
        warnings.append("components.\(p.component.name).last_service is in the future")
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
