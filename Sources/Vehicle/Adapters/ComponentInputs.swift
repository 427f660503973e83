// Which signals feed which component: what a pack must map for a component to be judged, and what helps.
public import Vocabulary

/// Something that a component reads.
public struct ComponentInput: Sendable {
  /// VSS paths of which one is enough; the first that is mapped is read.
  public let anyOf: [String]
  /// Without it the component stays unknown.
  public let isRequired: Bool

  /// In the order in which a reader would look for them.
  public static func of(_ component: ComponentID) -> [ComponentInput] {
    let engine = "Vehicle.Powertrain.CombustionEngine."
    func needs(_ paths: String...) -> ComponentInput { ComponentInput(anyOf: paths, isRequired: true) }
    func uses(_ paths: String...) -> ComponentInput { ComponentInput(anyOf: paths, isRequired: false) }
    return switch component {
    case .engineOil:
      [
        needs(engine + "Speed"), needs("Vehicle.Speed"),
        needs(engine + "EngineCoolant.Temperature", engine + "EngineOil.Temperature"),
        uses(engine + "EngineOil.Temperature"), uses("Vehicle.Telltale.OBD.EngineLoad"),
      ]
    case .cooling:
      [
        needs(engine + "EngineCoolant.Temperature"), needs("Vehicle.Speed"), uses(engine + "Speed"),
        uses(engine + "MAF", engine + "MAP"), uses("Vehicle.Telltale.OBD.IntakeTemperature"),
      ]
    case .charging:
      [
        needs("Vehicle.LowVoltageBattery.CurrentVoltage"), needs(engine + "Speed"),
        uses("Vehicle.Exterior.AirTemperature"),
      ]
    }
  }

  /// The components that a signal feeds.
  static func components(fedBy path: String) -> [ComponentID] {
    ComponentID.allCases.filter { of($0).contains { $0.anyOf.contains(path) } }
  }
}
