// `telltale adapter explain`: what packs make of a vehicle, signal by signal and component by component.
public import ConfigurationFile
import Health
import Vocabulary

/// What one pack, or several together, say about a vehicle.
public struct AdapterExplanation: Encodable, Sendable {
  public struct Pack: Encodable, Sendable {
    public var name: String
    public var title: String
    public var description: String
    public var covers: [String]
    /// `never`, the only word that a pack may say.
    public var transmit: String
  }

  public struct Signal: Encodable, Sendable {
    /// VSS path, and its unit; empty for a number without one.
    public var path: String
    public var unit: String
    /// Lowest and highest possible value; nil where the packs give none.
    public var range: [Double]?
    /// Age in seconds at which the last value no longer stands for now.
    public var staleAfter: Double
    /// The first source is the one whose unit, range and age hold.
    public var sources: [Source]
    /// Names of the components that it feeds.
    public var components: [String]
  }

  public struct Source: Encodable, Sendable {
    public var pack: String
    /// `PID 0C`, or `EngineStatus.EngineSpeed of car.dbc, id 120`, or with `PGN 61444, SPN 190` for J1939, or
    /// `sensor tpms/front-left/pressure in Pa`.
    public var from: String
    /// The signal is the source's value `* factor + offset`.
    public var factor: Double
    public var offset: Double
    /// Seconds between two values; nil when the pack does not say.
    public var every: Double?
  }

  /// What the packs would have asked, if the user's configuration allows asking.
  public struct Question: Encodable, Sendable {
    /// `01 0C`, `22 F1 90 of 7E4, answered on 7EC`, or `PGN 65253 of all units`.
    public var ask: String
    /// Seconds between two answers; nil for once after each waking of the vehicle.
    public var every: Double?
  }

  public struct Component: Encodable, Sendable {
    public var component: String
    public var title: String
    /// Whether all that it needs is mapped; without that it stays unknown.
    public var isMapped: Bool
    public var inputs: [Input]
    public var parameters: [Parameter]
  }

  public struct Input: Encodable, Sendable {
    /// Paths of which one is enough.
    public var anyOf: [String]
    public var isRequired: Bool
    /// Those of them that are mapped.
    public var mapped: [String]
  }

  public struct Parameter: Encodable, Sendable {
    public var name: String
    /// Nil for one that has no value unless somebody gives it one.
    public var value: Double?
    public var unit: String
    public var summary: String
    /// The pack that gives it; nil for the standard value.
    public var pack: String?
  }

  public var packs: [Pack]
  public var displacementLitres: Double
  public var signals: [Signal]
  public var components: [Component]
  public var questions: [Question]
  public var problems: [PackProblem]

  /// - Parameter packs: in the order of a configuration.
  /// - Throws: `ConfigurationError` when a network description that a pack names cannot be read at all.
  public init(_ packs: [AdapterPack]) throws(ConfigurationError) {
    let vehicle = try VehicleDefinition(packs: packs, overrides: [], file: "command line")
    self.packs = packs.map {
      Pack(name: $0.name, title: $0.title, description: $0.summary, covers: $0.covers, transmit: "never")
    }
    displacementLitres = vehicle.parameters.displacementLitres
    problems = vehicle.problems
    signals = vehicle.catalogue.ids.map { id in
      let description = vehicle.catalogue[id]
      let isBounded = description.range != Section.anyNumber
      return Signal(
        path: description.path, unit: description.unit,
        range: isBounded ? [description.range.lowerBound, description.range.upperBound] : nil,
        staleAfter: description.staleAfter,
        sources: vehicle.sources.filter { $0.signal == id }.map {
          Source(
            pack: vehicle.packs[$0.pack], from: $0.text, factor: $0.factor, offset: $0.offset, every: $0.period)
        },
        components: ComponentInput.components(fedBy: description.path).map(\.name))
    }
    questions = vehicle.polls.map {
      Question(ask: $0.item.question.text, every: $0.item.period.isFinite ? $0.item.period : nil)
    }
    let mapped = Set(signals.filter { !$0.sources.isEmpty }.map(\.path))
    components = ComponentID.allCases.map { component in
      let inputs = ComponentInput.of(component).map { input in
        Input(anyOf: input.paths, isRequired: input.isRequired, mapped: input.paths.filter { mapped.contains($0) })
      }
      return Component(
        component: component.name, title: component.title,
        isMapped: inputs.allSatisfy { !$0.isRequired || !$0.mapped.isEmpty }, inputs: inputs,
        parameters: AdapterExplanation.parameters(of: component, vehicle, packs))
    }
  }

  private static func parameters(
    of component: ComponentID, _ vehicle: VehicleDefinition, _ packs: [AdapterPack]
  ) -> [Parameter] {
    let values = vehicle.components[Int(component.rawValue)]
    return values.descriptions.map { description in
      let giver = packs.last { pack in
        pack.parameters.contains { $0.component == component && $0.name == description.name }
      }
      return Parameter(
        name: description.name, value: values[description.name], unit: description.unit, summary: description.summary,
        pack: giver?.name)
    }
  }
}
