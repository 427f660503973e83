// Packs become a vehicle: one catalogue, one decoder, one set of component parameters.
public import ConfigurationFile
public import DecoderCore
public import Decoding
public import Health
public import VehicleBus
public import Vocabulary

/// Everything that the packs and the configuration say about the vehicle, ready for the gateway to be built from.
public struct VehicleDefinition: Sendable {
  public let catalogue: SignalCatalogue
  public let table: DecoderTable
  public let parameters: VehicleParameters
  public let components: [ComponentParameters]
  /// What the packs hold but cannot be used: the rest works.
  public let problems: [PackProblem]
  /// Names of the packs, in order.
  public let packs: [String]
  /// Records of aftermarket sensors that are signals.
  public let sensors: [SensorMapping]
  /// What is worth asking, and on which bus; nil for every bus. Whether anything is asked is the user's to say, never a
  /// pack's.
  public let polls: [(item: PollItem, bus: UInt8?)]
  /// Where each signal comes from, in the order of the packs; a signal may have several sources.
  let sources: [SignalSource]
  /// What `table` was built from.
  let messages: [DecoderTable.Message]
  let diagnostics: DiagnosticDecoder.Configuration

  /// A decoder of its own for whoever captures.
  public var decoder: FrameDecoder { FrameDecoder(table: table, diagnostic: diagnosticDecoder, signals: catalogue.count) }

  var diagnosticDecoder: DiagnosticDecoder {
    // Each mapping was checked when it was taken over.
    var none: [MappingProblem] = []
    return DiagnosticDecoder(diagnostics, problems: &none)
  }

  /// Values of OBD-II parameters that are mapped.
  var parameterCount: Int { diagnostics.parameters.count }

  /// - Parameters:
  ///   - packs: in order of precedence: of two mappings to one path both are decoded, the first one's description
  ///     holds. Of two packs that map one OBD-II parameter to one path the first does it. A pack that is bound to a
  ///     bus goes, there, before those of every bus, identifier by identifier.
  ///   - overrides: component parameters of the user's configuration; they win over the packs'.
  ///   - file: what errors call the place of the overrides and of the list of packs.
  /// - Throws: `ConfigurationError` when a network description that a pack names cannot be read at all.
  public init(
    packs: [AdapterPack], overrides: [(component: ComponentID, name: String, value: Double)],
    displacementLitres: Double? = nil, file: String = "configuration"
  ) throws(ConfigurationError) {
    var builder = VehicleBuilder()
    var vehicle = VehicleParameters()
    var components = ComponentID.allCases.map { ComponentParameters($0) }
    var taken: [AdapterPack] = []
    for pack in packs {
      if taken.contains(where: { $0.isSame(as: pack) }) {
        builder.problems.append(PackProblem(file: file, reason: "the pack \(pack.name) is named twice; once is enough"))
        continue
      }
      taken.append(pack)
      try builder.add(pack)
      if let litres = pack.displacementLitres { vehicle.displacementLitres = litres }
      for p in pack.parameters { _ = components[Int(p.component.rawValue)].set(p.name, p.value) }
    }
    if let displacementLitres { vehicle.displacementLitres = displacementLitres }
    for p in overrides { _ = components[Int(p.component.rawValue)].set(p.name, p.value) }
    try VehicleDefinition.check(components, file)
    table = builder.makeTable()
    messages = builder.messages.map(\.message)
    catalogue = builder.catalogue
    diagnostics = builder.makeDiagnostics()
    sources = builder.sources
    sensors = builder.sensors
    polls = builder.polls
    problems = builder.problems
    self.components = components
    self.packs = taken.map(\.name)
    parameters = vehicle
  }

  /// Parameters that are right one by one and wrong together.
  private static func check(_ components: [ComponentParameters], _ file: String) throws(ConfigurationError) {
    for charging in components where charging.component == .charging {
      guard let low = charging["low_voltage"], let normal = charging["normal_voltage"],
        let high = charging["high_voltage"]
      else { continue }
      guard low + 0.4 <= normal, normal + 0.4 <= high else {
        throw ConfigurationError(
          file: file, key: "components.charging",
          reason:
            "low_voltage \(low), normal_voltage \(normal) and high_voltage \(high) are not in this order, 0.4 V apart",
          mend: "give all three for this vehicle, for example 26, 28 and 30.4 at 24 V")
      }
    }
  }
}

/// One source of one signal of the catalogue.
struct SignalSource: Sendable {
  var signal: SignalID
  /// Index in the vehicle's packs.
  var pack: Int
  /// `PID 0C`, `EngineStatus.EngineSpeed of car.dbc, id 120`, or `sensor tpms/front-left/pressure in Pa`.
  var text: String
  var factor: Double
  var offset: Double
  var period: Double?
}

extension AdapterPack {
  /// Whether both would decode the same frames to the same signals.
  fileprivate func isSame(as other: AdapterPack) -> Bool {
    directory == other.directory && (bus == nil || other.bus == nil || bus == other.bus)
  }
}
