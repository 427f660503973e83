// What a vehicle definition is gathered in, pack by pack: signals, their sources, messages, and what cannot be used.
import ConfigurationFile
import DecoderCore
import Decoding
import VehicleBus
import Vocabulary

struct VehicleBuilder {
  var catalogue = SignalCatalogue()
  var sources: [SignalSource] = []
  var problems: [PackProblem] = []
  private(set) var replies: [(mapping: OBDReplyDecoder.Mapping, bus: UInt8?, pack: AdapterPack)] = []
  private(set) var messages: [(message: DecoderTable.Message, file: String)] = []
  /// Those that come over ISO-TP.
  private(set) var transported: [(message: DecoderTable.Message, file: String)] = []
  private(set) var sensors: [SensorMapping] = []
  private(set) var polls: [(item: PollItem, bus: UInt8?)] = []
  private var packs = 0

  /// - Throws: when a network description cannot be read at all.
  mutating func add(_ pack: AdapterPack) throws(ConfigurationError) {
    problems += pack.problems
    var mappings: [[(mapping: SignalMapping, signal: PackSignal)]] = Array(repeating: [], count: pack.networks.count)
    for signal in pack.signals {
      guard let id = place(signal, of: pack) else { continue }
      switch signal.source {
      case .parameter(let pid, let value): addReply(pid, value, as: id, signal, of: pack)
      case .sensor(let name, let unit): addSensor(name, unit, as: id, signal, of: pack)
      case .message(let network, let message, let name):
        mappings[network].append(
          (
            SignalMapping(
              message: message, signal: name, target: id, factor: signal.factor, offset: signal.offset,
              range: catalogue[id].range), signal
          ))
      }
    }
    for (network, wanted) in zip(pack.networks, mappings) { try add(wanted, from: network, of: pack) }
    for question in pack.questions { ask(question.item, on: pack.bus) }
    packs += 1
  }

  /// The signal's place in the catalogue; nil, and a problem, when it cannot have one.
  private mutating func place(_ signal: PackSignal, of pack: AdapterPack) -> SignalID? {
    guard let id = catalogue.add(signal.description) else {
      report(pack, signal, "more than 65,535 signals; leave some out")
      return nil
    }
    let (unit, path) = (catalogue[id].unit, signal.description.path)
    guard unit == signal.description.unit else {
      let own = signal.description.unit
      report(
        pack, signal,
        "\(path) comes \(own.isEmpty ? "without a unit" : "in \(own)"), before it came "
          + (unit.isEmpty ? "without one" : "in \(unit)") + "; give both the same unit")
      return nil
    }
    return id
  }

  private mutating func addReply(
    _ pid: UInt8, _ value: String?, as id: SignalID, _ signal: PackSignal, of pack: AdapterPack
  ) {
    // The first value may be named, or meant without a name.
    let name = value ?? OBDParameter.of(pid: pid)?.values.first?.name
    let subject = "PID \(hexadecimal(pid))" + (value.map { " \($0)" } ?? "")
    if let first = replies.first(where: { $0.mapping.pid == pid && $0.mapping.field == name }) {
      let known = first.mapping
      // What two packs say alike is said once.
      if known.target == id, known.factor == signal.factor, known.offset == signal.offset {
        return ask(.parameter(pid), every: signal.period, on: pack.bus)
      }
      let owner = first.pack.directory == pack.directory ? "above" : "by the pack \(first.pack.name)"
      report(
        pack, signal,
        "\(subject) is mapped to \(catalogue[known.target].path) \(owner) already; leave one out"
      )
      return
    }
    replies.append(
      (
        .init(
          pid: pid, field: name, target: id, factor: signal.factor, offset: signal.offset,
          range: catalogue[id].range), pack.bus, pack
      ))
    note(id, subject, signal)
    ask(.parameter(pid), every: signal.period, on: pack.bus)
  }

  /// Seconds between two questions for a parameter whose pack does not say.
  private static let standardPeriod = 10.0

  private mutating func ask(_ question: PollItem.Question, every period: Double?, on bus: UInt8?) {
    ask(PollItem(question, every: period ?? VehicleBuilder.standardPeriod), on: bus)
  }

  /// What is wanted several times is asked as often as the one wants it who wants it most often.
  private mutating func ask(_ item: PollItem, on bus: UInt8?) {
    if let known = polls.firstIndex(where: { $0.item.question == item.question && $0.bus == bus }) {
      polls[known].item.period = min(polls[known].item.period, item.period)
    } else {
      polls.append((item, bus))
    }
  }

  private mutating func addSensor(
    _ name: String, _ unit: String, as id: SignalID, _ signal: PackSignal, of pack: AdapterPack
  ) {
    let mapping = SensorMapping(
      name: name, signal: id, unit: unit,
      conversion: SensorConversion(factor: signal.factor, offset: signal.offset), range: catalogue[id].range)
    if let known = sensors.first(where: { $0.name == name }) {
      if known == mapping { return }
      report(pack, signal, "the sensor \(name) is mapped to \(catalogue[known.signal].path) already; leave one out")
      return
    }
    sensors.append(mapping)
    note(id, "sensor \(name)" + (unit.isEmpty ? "" : " in \(unit)"), signal)
  }

  private mutating func add(
    _ wanted: [(mapping: SignalMapping, signal: PackSignal)], from network: PackNetwork, of pack: AdapterPack
  ) throws(ConfigurationError) {
    let path = pack.path(of: network)
    let description: NetworkDescription
    do throws(NetworkDescriptionError) {
      description = try NetworkDescription.load(path: path)
    } catch {
      throw ConfigurationError(
        file: pack.file, line: network.line, key: "dbc", reason: error.description,
        mend: "give the path of the file relative to the pack's folder")
    }
    for problem in description.problems where !problem.isOfFrames || network.transport != .isotp {
      problems.append(PackProblem(file: path, line: problem.line > 0 ? problem.line : nil, reason: problem.reason))
    }
    // One by one, so that a complaint belongs to the line of its mapping.
    var usable: [SignalMapping] = []
    for (mapping, signal) in wanted {
      let twin = usable.contains {
        $0.message == mapping.message && $0.signal == mapping.signal && $0.target == mapping.target
      }
      if twin {
        report(pack, signal, "\(mapping.message).\(mapping.signal) is mapped to this name above already; leave one out")
        continue
      }
      var defects: [MappingProblem] = []
      let compiled = description.compile([mapping], bus: pack.bus, j1939: network.isJ1939, problems: &defects)
      for defect in defects { report(pack, signal, defect.description) }
      guard defects.isEmpty, let message = compiled.first else { continue }
      usable.append(mapping)
      let described = description.signal(mapping)
      note(mapping.target, sourceText(mapping, described, message, network.file), signal)
      if let described, let mend = misreading(described.unit, signal) { report(pack, signal, mend) }
    }
    var none: [MappingProblem] = []
    for message in description.compile(usable, bus: pack.bus, j1939: network.isJ1939, problems: &none) {
      if network.transport == .isotp {
        VehicleBuilder.merge(message, from: path, into: &transported)
      } else {
        VehicleBuilder.merge(message, from: path, into: &messages)
      }
    }
  }

  private func sourceText(
    _ mapping: SignalMapping, _ signal: NetworkDescription.Signal?, _ message: DecoderTable.Message, _ file: String
  ) -> String {
    var text = "\(mapping.message).\(mapping.signal) of \(file), "
    if message.matching == .parameterGroup {
      text += "PGN \(message.id.parameterGroup)"
      if let spn = signal?.spn { text += ", SPN \(spn)" }
    } else {
      text += "id " + String(message.id.value, radix: 16, uppercase: true) + (message.id.isExtended ? " (29 bits)" : "")
    }
    return text
  }

  /// Why a mapping misreads the unit that the file gives; nil when it fits, or when nothing is known about one of the
  /// two.
  private func misreading(_ unit: String, _ signal: PackSignal) -> String? {
    guard let needed = Conversion.from(unit, to: signal.description.unit) else {
      guard let found = Conversion.quantity(of: unit), let wanted = Conversion.quantity(of: signal.description.unit),
        found != wanted
      else { return nil }
      return "the file gives it in \(unit), a \(found), and \(signal.description.unit) is a \(wanted); map another signal"
    }
    let given = Conversion(factor: signal.factor, offset: signal.offset)
    guard !given.isNear(needed) else { return nil }
    return "the file gives it in \(unit), \(signal.description.unit) needs \(needed.keys)"
  }

  private mutating func note(_ id: SignalID, _ text: String, _ signal: PackSignal) {
    sources.append(
      SignalSource(
        signal: id, pack: packs, text: text, factor: signal.factor, offset: signal.offset, period: signal.period))
  }

  private mutating func report(_ pack: AdapterPack, _ signal: PackSignal, _ reason: String) {
    problems.append(PackProblem(file: pack.file, line: signal.line, reason: reason))
  }

  /// Two packs may map signals of one message: a table holds each identifier once, so they become one.
  private static func merge(
    _ message: DecoderTable.Message, from file: String,
    into messages: inout [(message: DecoderTable.Message, file: String)]
  ) {
    guard let at = messages.firstIndex(where: { $0.message.isSameFrame(as: message) }) else {
      messages.append((message, file))
      return
    }
    let shift = messages[at].message.signals.count
    messages[at].message.length = max(messages[at].message.length, message.length)
    for var signal in message.signals {
      if case .selected(let multiplexor, let values) = signal.presence {
        signal.presence = .selected(multiplexor: multiplexor + shift, values: values)
      }
      messages[at].message.signals.append(signal)
    }
  }

  /// The table of all messages; what it cannot take over becomes a problem.
  mutating func makeTable() -> DecoderTable {
    var defects: [DecoderTable.Problem] = []
    let table = DecoderTable(messages.map(\.message), problems: &defects)
    report(defects, in: messages)
    return table
  }

  /// The configuration of the decoder of diagnostic traffic.
  mutating func makeDiagnostics() -> DiagnosticDecoder.Configuration {
    var diagnostics = DiagnosticDecoder.Configuration()
    diagnostics.parameters = replies.map(\.mapping)
    diagnostics.parameterBus = commonReplyBus()
    diagnostics.transported = transported.map(\.message)
    for (message, _) in messages where message.matching == .parameterGroup {
      diagnostics.j1939Buses |= message.bus.map { 1 << UInt64($0 & 63) } ?? .max
    }
    // What is wrong with a mapping was said when it was taken over; a table has more to say.
    var defects: [DecoderTable.Problem] = []
    _ = DecoderTable(diagnostics.transported, problems: &defects)
    report(defects, in: transported)
    return diagnostics
  }

  private mutating func report(
    _ defects: [DecoderTable.Problem], in messages: [(message: DecoderTable.Message, file: String)]
  ) {
    problems += defects.map { defect in
      let (message, file) = messages[defect.message]
      return PackProblem(
        file: file, reason: "message \(String(message.id.value, radix: 16, uppercase: true)): \(defect.reason)")
    }
  }

  /// The bus that replies are looked for on; nil for every bus. There is one decoder of replies, so packs that are
  /// bound to different buses cannot all have theirs.
  private mutating func commonReplyBus() -> UInt8? {
    guard let first = replies.first else { return nil }
    if let other = replies.first(where: { $0.bus != first.bus }) {
      problems.append(
        PackProblem(
          file: other.pack.file,
          reason:
            "OBD-II replies are looked for on every bus, since the packs \(first.pack.name) and \(other.pack.name)"
            + " are bound to different ones; bind both alike"))
      return nil
    }
    return first.bus
  }
}

extension NetworkDescription {
  fileprivate func signal(_ mapping: SignalMapping) -> Signal? {
    messages.first { $0.name == mapping.message }?.signals.first { $0.name == mapping.signal }
  }
}

extension DecoderTable.Message {
  fileprivate func isSameFrame(as other: DecoderTable.Message) -> Bool {
    guard bus == other.bus, matching == other.matching else { return false }
    return matching == .parameterGroup ? id.parameterGroup == other.id.parameterGroup : id.key == other.id.key
  }
}

extension PackNetwork {
  /// As `NetworkDescription.compile` asks it.
  fileprivate var isJ1939: Bool? { transport.map { $0 == .j1939 } }
}
