// Packs become a vehicle: one catalogue, one decoder, one set of component parameters.
public import ConfigurationFile
public import DecoderCore
public import Decoding
public import Health
public import Vocabulary

/// Everything that the packs and the configuration say about the vehicle, ready for the gateway to be built from.
public struct VehicleDefinition: Sendable {
  public let catalogue: SignalCatalogue
  public let table: DecoderTable
  public let parameters: VehicleParameters
  public let components: [ComponentParameters]
  /// What the packs hold but cannot be used, one line each with file and mend: the rest works.
  public let problems: [String]
  /// Names of the packs, in order.
  public let packs: [String]
  private let replies: [OBDReplyDecoder.Mapping]

  /// A decoder of its own for whoever captures.
  public var decoder: FrameDecoder {
    var ignored: [MappingProblem] = []
    return FrameDecoder(table: table, obd: OBDReplyDecoder(replies, problems: &ignored))
  }

  /// - Parameters:
  ///   - packs: in order of precedence: of two mappings to one path both are decoded, the first one's description holds.
  ///   - overrides: component parameters of the user's configuration; they win over the packs'.
  ///   - file: what errors call the place of the overrides.
  /// - Throws: `ConfigurationError` when a DBC file that a pack names cannot be read at all.
  public init(
    packs: [AdapterPack], overrides: [(component: ComponentID, name: String, value: Double)],
    displacementLitres: Double? = nil, file: String = "configuration"
  ) throws(ConfigurationError) {
    var catalogue = SignalCatalogue()
    var problems: [String] = []
    var replies: [OBDReplyDecoder.Mapping] = []
    var messages: [DecoderTable.Message] = []
    var vehicle = VehicleParameters()
    var components = ComponentID.allCases.map { ComponentParameters($0) }
    for pack in packs {
      var byFile: [(file: String, line: Int, mappings: [SignalMapping])] = []
      for signal in pack.signals {
        guard let id = catalogue.add(signal.description) else {
          problems.append("\(pack.directory)/pack.yaml:\(signal.line): more than 65,535 signals; leave some out")
          continue
        }
        let range = catalogue[id].range
        switch signal.source {
        case .parameter(let pid):
          replies.append(.init(pid: pid, target: id, factor: signal.factor, offset: signal.offset, range: range))
        case .dbc(let file, let message, let name):
          let mapping = SignalMapping(
            message: message, signal: name, target: id, factor: signal.factor, offset: signal.offset, range: range)
          if let at = byFile.firstIndex(where: { $0.file == file }) {
            byFile[at].mappings.append(mapping)
          } else {
            byFile.append((file, signal.line, [mapping]))
          }
        }
      }
      for (file, line, mappings) in byFile {
        let path = file.hasPrefix("/") ? file : pack.directory + "/" + file
        let dbc: NetworkDescription
        do throws(NetworkDescriptionError) {
          dbc = try NetworkDescription.load(path: path)
        } catch {
          throw ConfigurationError(
            file: pack.directory + "/pack.yaml", line: line, key: "dbc", reason: error.description,
            mend: "give the path of the DBC file, relative to the pack's folder")
        }
        problems += dbc.problems.map { "\(path):\($0.line): \($0.reason)" }
        var unmapped: [MappingProblem] = []
        for message in dbc.compile(mappings, problems: &unmapped) { VehicleDefinition.merge(message, into: &messages) }
        problems += unmapped.map { "\(pack.directory)/pack.yaml: \($0.description)" }
      }
      if let litres = pack.displacementLitres { vehicle.displacementLitres = litres }
      for p in pack.parameters { _ = components[Int(p.component.rawValue)].set(p.name, p.value) }
    }
    if let displacementLitres { vehicle.displacementLitres = displacementLitres }
    for p in overrides { _ = components[Int(p.component.rawValue)].set(p.name, p.value) }
    try VehicleDefinition.check(components, file)
    var tableProblems: [DecoderTable.Problem] = []
    table = DecoderTable(messages, problems: &tableProblems)
    problems += tableProblems.map { problem in
      let id = messages.indices.contains(problem.message) ? String(messages[problem.message].id.value, radix: 16) : "?"
      return "message \(id): \(problem.reason)"
    }
    var replyProblems: [MappingProblem] = []
    // Built once here only for its complaints.
    _ = OBDReplyDecoder(replies, problems: &replyProblems)
    problems += replyProblems.map(\.description)
    self.catalogue = catalogue
    self.replies = replies
    self.problems = problems
    self.components = components
    self.packs = packs.map(\.name)
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
          reason: "low_voltage \(low), normal_voltage \(normal) and high_voltage \(high) are not in this order, 0.4 V apart",
          mend: "give all three for this vehicle, for example 26, 28 and 30.4 at 24 V")
      }
    }
  }

  /// Two packs may map signals of one message: a table holds each identifier once, so they become one.
  private static func merge(_ message: DecoderTable.Message, into messages: inout [DecoderTable.Message]) {
    guard let at = messages.firstIndex(where: { $0.bus == message.bus && $0.id.key == message.id.key }) else {
      messages.append(message)
      return
    }
    let shift = messages[at].signals.count
    messages[at].length = max(messages[at].length, message.length)
    for var signal in message.signals {
      if case .selected(let multiplexor, let values) = signal.presence {
        signal.presence = .selected(multiplexor: multiplexor + shift, values: values)
      }
      messages[at].signals.append(signal)
    }
  }
}
