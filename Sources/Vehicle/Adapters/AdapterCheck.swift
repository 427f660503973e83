// `telltale adapter check`: everything that is wrong with one pack, and what it holds.
import ConfigurationFile
import Vocabulary

/// The answer of a check.
public struct AdapterCheck: Encodable, Sendable {
  public var pack: String
  public var directory: String
  /// Whether a daemon would start with it.
  public var isUsable: Bool
  /// Signals of the catalogue that it gives.
  public var signals: Int
  /// OBD-II parameters and messages that they come from.
  public var parameters: Int
  public var messages: Int
  /// Records of aftermarket sensors.
  public var sensors: Int
  public var files: Int
  /// ELM327 adapters that it knows, from adapters.yaml beside pack.yaml.
  public var adapters: Int
  /// Empty for a pack without fault. For one that is refused, first why.
  public var problems: [PackProblem]
}

extension AdapterPack {
  /// Looks at all of a pack, where `load` stops at the first error: the schema, the network descriptions that it names,
  /// each mapping, the parameters of components, and the knowledge of ELM327 adapters beside it.
  public static func check(directory: String) -> AdapterCheck {
    let reader = PackReader(directory: directory)
    let pack = reader.pack
    var check = AdapterCheck(
      pack: pack.name, directory: pack.directory, isUsable: reader.errors.isEmpty, signals: 0, parameters: 0,
      messages: 0, sensors: 0, files: pack.networks.count, adapters: 0,
      problems: reader.errors.map { PackProblem($0) })
    for signal in pack.signals { if case .parameter = signal.source { check.parameters += 1 } }
    do throws(ConfigurationError) {
      let vehicle = try VehicleDefinition(packs: [pack], overrides: [], file: pack.file)
      check.signals = vehicle.catalogue.count
      check.messages = vehicle.table.messageCount
      check.sensors = vehicle.sensors.count
      check.problems += vehicle.problems
      if vehicle.sources.isEmpty, check.problems.isEmpty {
        check.problems.append(PackProblem(file: pack.file, reason: "maps no signal; list some below obd2, dbc or senml"))
      }
    } catch {
      check.isUsable = false
      check.problems += [PackProblem(error)] + pack.problems
    }
    if let reader = ELMProfileReader(directory: pack.directory) {
      check.adapters = reader.profiles.count
      check.isUsable = check.isUsable && reader.errors.isEmpty
      check.problems += reader.errors.map { PackProblem($0) }
    }
    return check
  }
}
