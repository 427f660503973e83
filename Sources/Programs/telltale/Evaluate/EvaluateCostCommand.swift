// `telltale evaluate cost`: what the health of a vehicle costs on this machine.
import ArgumentParser
import Documents
import Evaluation
import Vocabulary

struct EvaluateCostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost",
    abstract: "Measure what the health of all components costs on this machine.",
    discussion: """
      Bytes of each component's state, microseconds of a report with its remaining life (made once a trip), and the share of \
      one core at full signal rate: all inputs once a second, those that features read at the rate of the bus a hundred \
      times a second, and a trip every ten minutes. What decoding costs is not in it (`make bench`).

      Example:
        telltale evaluate cost
      """)

  @Flag(help: "Print one JSON document and nothing else.")
  var json = false

  func run() throws {
    let cost = HealthCost.measured()
    if json { try put(try jsonText(CostDocument(cost))) } else { try put(text(of: cost)) }
  }

  private func text(of cost: HealthCost) -> String {
    var lines = cost.components.map { component in
      let name = component.component.name
      let report = component.microsecondsPerReport.isFinite ? "\(decimal(component.microsecondsPerReport, 1)) us a report" : ""
      return "\(name): \(component.stateBytes) bytes\(report.isEmpty ? "" : ", " + report)"
    }
    lines.append("all components: \(cost.stateBytes) bytes; the trip that runs and its features: \(cost.featureBytes) bytes")
    lines.append(
      "\(decimal(cost.nanosecondsPerTick, 0)) ns a second of driving, \(decimal(cost.nanosecondsPerSample, 0)) ns a sample, "
        + "\(decimal(HealthCost.samplesPerSecond, 0)) samples a second: \(decimal(cost.shareOfCore * 100, 3)) % of one core")
    return lines.map { $0 + "\n" }.joined()
  }
}

/// The same as JSON.
private struct CostDocument: Encodable {
  struct Component: Encodable {
    var component: String
    var stateBytes: Int
    var microsecondsPerReport: Double?
  }

  var components: [Component]
  var stateBytes: Int
  var featureBytes: Int
  var nanosecondsPerTick: Double
  var nanosecondsPerSample: Double
  var samplesPerSecond: Double
  var shareOfCore: Double

  init(_ cost: HealthCost) {
    components = cost.components.map {
      Component(
        component: $0.component.name, stateBytes: $0.stateBytes,
        microsecondsPerReport: $0.microsecondsPerReport.isFinite ? $0.microsecondsPerReport : nil)
    }
    stateBytes = cost.stateBytes
    featureBytes = cost.featureBytes
    nanosecondsPerTick = cost.nanosecondsPerTick
    nanosecondsPerSample = cost.nanosecondsPerSample
    samplesPerSecond = HealthCost.samplesPerSecond
    shareOfCore = cost.shareOfCore
  }
}
