// `telltale evaluate components`: every component's model beside simulated parts whose truth is known.
import ArgumentParser
import Documents
import Evaluation
import Vocabulary

struct EvaluateComponentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "components",
    abstract: "Hold every component's model against simulated parts with known truth.",
    discussion: """
      Each part lives from new to failure on a simulated vehicle; the model sees what its features would see. At 25, 50, 75 \
      and 90 % of each life the remaining life that the model tells is held against the truth: the median error in \
      kilometres and days, and how many truths lie within the 80 and 90 % intervals. Units of which no remaining life is \
      told, because nothing shows that they wear, are counted apart. False alarms are counted while a part is truly below \
      half of its life, and over parts that never fail.

      Variants: nominal, healthy, wrong-prior, seasonal, regime-change, gaps, sensor-swap, step.

      Examples:
        telltale evaluate components
        telltale evaluate components --component cooling --variant seasonal --units 50
        telltale evaluate components --json > components.json
      """)

  @Option(help: ArgumentHelp("Only this one, as `telltale health` names it.", valueName: "name"))
  var component: String?

  @Option(help: ArgumentHelp("Only this one; else all that make sense for the component.", valueName: "name"))
  var variant: String?

  @Option(help: ArgumentHelp("Parts of each component and variant.", valueName: "number"))
  var units = 200

  @Option(help: ArgumentHelp("Parts that never fail, each watched for 100,000 km.", valueName: "number"))
  var healthyUnits = 20

  @Option(help: ArgumentHelp("Seed of the first part.", valueName: "number"))
  var seed: UInt64 = 1

  @Flag(help: "Print one JSON document and nothing else.")
  var json = false

  func validate() throws {
    guard (1...100_000).contains(units), (1...100_000).contains(healthyUnits) else {
      throw ValidationError("give 1 to 100000 parts")
    }
    if let component, !SimulatedUnits.components.contains(where: { $0.name == component }) {
      let names = SimulatedUnits.components.map(\.name).joined(separator: ", ")
      throw ValidationError("no simulated part is called \"\(component)\"; there are \(names)")
    }
    if let variant, UnitVariant(rawValue: variant) == nil {
      let names = UnitVariant.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("no variant is called \"\(variant)\"; there are \(names)")
    }
  }

  func run() throws {
    var rows: [ComponentAccuracy] = []
    for part in SimulatedUnits.components where component == nil || part.name == component {
      for kind in SimulatedUnits.variants(of: part) where variant == nil || kind.rawValue == variant {
        complain("\(part.name), \(kind.rawValue) ...")
        let count = kind == .healthy ? healthyUnits : units
        if let result = SimulatedUnits.run(part, variant: kind, units: count, seed: seed) {
          rows.append(ComponentAccuracy(result, units: count))
        }
      }
    }
    if json { try put(try jsonText(rows)) } else { try put(ComponentAccuracy.text(of: rows)) }
  }
}

/// One component and variant, as JSON.
struct ComponentAccuracy: Codable {
  struct Stage: Codable {
    var life: Double
    var units: Int
    var told: Int
    var medianErrorKm: Double?
    var medianErrorDays: Double?
    var medianRelativeError: Double?
    var coverage80Km: Double?
    var coverage90Km: Double?
    var coverage80Days: Double?
    var coverage90Days: Double?
  }

  var component: String
  var variant: String
  var units: Int
  var stages: [Stage]
  var healthyKm: Double
  var falseAlarms: Int
  var falseAlarmsOfWorstUnit: Int
  /// Share of failures that were told before the end or within 500 km after it; null where nothing failed.
  var found: Double?
  var medianDelayKm: Double?

  init(_ result: TrialResult, units: Int) {
    component = result.component.name
    variant = result.variant.rawValue
    self.units = units
    stages = result.stages.map {
      Stage(
        life: $0.stage, units: $0.units, told: $0.told, medianErrorKm: known($0.medianErrorKm),
        medianErrorDays: known($0.medianErrorDays), medianRelativeError: known($0.medianRelativeError),
        coverage80Km: known($0.coverage80Km), coverage90Km: known($0.coverage90Km),
        coverage80Days: known($0.coverage80Days), coverage90Days: known($0.coverage90Days))
    }
    healthyKm = result.healthyKm
    falseAlarms = result.falseAlarms
    falseAlarmsOfWorstUnit = result.worstUnit
    found = known(result.found)
    medianDelayKm = known(result.medianDelayKm)
  }

  static func text(of rows: [ComponentAccuracy]) -> String {
    var lines: [String] = []
    for row in rows {
      let alarms = "\(row.falseAlarms) false alarms in \(decimal(row.healthyKm, 0)) km"
      let found = row.found.map { ", \(decimal($0 * 100, 0)) % of failures told" } ?? ""
      let delay = row.medianDelayKm.map { ", a step after \(decimal($0, 0)) km" } ?? ""
      lines.append("\(row.component), \(row.variant), \(row.units) parts: \(alarms)\(found)\(delay)")
      for stage in row.stages {
        guard let km = stage.medianErrorKm, let days = stage.medianErrorDays else {
          lines.append("  at \(decimal(stage.life * 100, 0)) %: no remaining life told of \(stage.units)")
          continue
        }
        lines.append(
          "  at \(decimal(stage.life * 100, 0)) %: told of \(stage.told) of \(stage.units), median error "
            + "\(decimal(km, 0)) km, \(decimal(days, 0)) days (\(decimal((stage.medianRelativeError ?? .nan) * 100, 0)) %), "
            + "80/90 % cover \(share(stage.coverage80Km))/\(share(stage.coverage90Km)) in km, "
            + "\(share(stage.coverage80Days))/\(share(stage.coverage90Days)) in days")
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func share(_ value: Double?) -> String { decimal(value ?? .nan, 2) }
}

private func known(_ value: Double) -> Double? { value.isFinite ? value : nil }
