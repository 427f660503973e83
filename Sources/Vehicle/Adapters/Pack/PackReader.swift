// From pack.yaml to an adapter pack: the schema, entry by entry, so that one wrong entry does not hide the next.
import ConfigurationFile
import Decoding
import Vocabulary

/// Reads one `pack.yaml`. Its `pack` is whole only when there are no `errors`.
struct PackReader {
  private(set) var pack: AdapterPack
  /// In the order in which the sections are read; empty for a pack that can be used.
  private(set) var errors: [ConfigurationError] = []

  /// Age in seconds at which a value no longer stands for now, at least. Replies come as often as somebody asks, which
  /// may be seldom; what a vehicle sends of itself comes regularly; sensors save their batteries.
  static let leastAge = (replies: 15.0, messages: 5.0, sensors: 15.0)
  /// A value outlives the loss of two that should have followed it.
  private static let periodsToStale = 3.0

  init(directory: String) {
    var directory = directory
    while directory.utf8.count > 1, directory.utf8.last == UInt8(ascii: "/") { directory.removeLast() }
    pack = AdapterPack(name: "", directory: directory, title: "", summary: "", covers: [])
    attempt { reader throws(ConfigurationError) in try reader.read() }
  }

  /// Runs a step; an error that it throws is kept.
  mutating func attempt(_ step: (inout PackReader) throws(ConfigurationError) -> Void) {
    do throws(ConfigurationError) {
      try step(&self)
    } catch {
      errors.append(error)
    }
  }

  private mutating func read() throws(ConfigurationError) {
    // A pack is knowledge about a kind of vehicle: the environment of one gateway must not change it.
    let root = try Section(root: try YAML.load(path: pack.file), file: pack.file, environment: [:])
    attempt { reader throws(ConfigurationError) in try reader.readHead(root) }
    attempt { reader throws(ConfigurationError) in
      for entry in try root.sections("obd2") {
        reader.attempt { reader throws(ConfigurationError) in reader.pack.signals.append(try reader.parameter(entry)) }
      }
    }
    attempt { reader throws(ConfigurationError) in
      for entry in try root.sections("dbc") {
        reader.attempt { reader throws(ConfigurationError) in try reader.readNetwork(entry) }
      }
    }
    attempt { reader throws(ConfigurationError) in
      for entry in try root.sections("senml") {
        reader.attempt { reader throws(ConfigurationError) in reader.pack.signals.append(try reader.sensor(entry)) }
      }
    }
    attempt { reader throws(ConfigurationError) in
      for entry in try root.sections("ask") {
        reader.attempt { reader throws(ConfigurationError) in
          reader.pack.questions.append(try PackReader.question(entry))
        }
      }
    }
    attempt { reader throws(ConfigurationError) in
      reader.pack.displacementLitres = try root.section("vehicle").optionalNumber("displacement_l", in: 0.1...30)
    }
    attempt { reader throws(ConfigurationError) in
      reader.pack.parameters = try ComponentKeys.read(try root.section("components"))
    }
    // An entry that was given up half-way leaves keys unread, which are not unknown.
    if errors.isEmpty { try root.finish() }
  }

  private mutating func readHead(_ root: Section) throws(ConfigurationError) {
    pack.name = try root.string("pack")
    pack.title = try root.string("title", default: "")
    pack.summary = try root.string("description", default: "")
    // A folded text of YAML ends in a line feed.
    while pack.summary.last?.isNewline == true { pack.summary.removeLast() }
    pack.covers = try root.strings("covers")
    let folder = pack.directory.split(separator: "/").last.map(String.init) ?? pack.directory
    if pack.name != folder, folder != ".", folder != ".." {
      report(root.error("pack", "\"\(pack.name)\" lies in the folder \"\(folder)\"", mend: "give both the same name"))
    }
    let transmit = try root.string("transmit", default: "never")
    guard transmit == "never" else {
      throw root.error(
        "transmit", "a pack cannot grant transmission",
        mend: "write `transmit: never`; polling is the user's to switch on")
    }
  }

  private mutating func readNetwork(_ entry: Section) throws(ConfigurationError) {
    let index = pack.networks.count
    pack.networks.append(
      PackNetwork(
        file: try entry.string("file"), transport: try entry.optionalChoice("protocol"), line: entry.line ?? 0))
    for signal in try entry.sections("signals") {
      attempt { reader throws(ConfigurationError) in
        reader.pack.signals.append(try reader.networkSignal(signal, of: index))
      }
    }
  }

  private mutating func parameter(_ entry: Section) throws(ConfigurationError) -> PackSignal {
    let pid = UInt8(try entry.integer("pid", in: 0...255))
    guard let known = OBDParameter.of(pid: pid) else {
      throw entry.error(
        "pid", "PID \(String(pid, radix: 16, uppercase: true)) is not among those that Telltale decodes",
        mend: "leave it out; `telltale adapter parameters` lists the known ones")
    }
    let name = try entry.optionalString("value")
    guard let value = name.map({ known.value(named: $0) }) ?? known.values.first else {
      let names = known.values.map(\.name).joined(separator: ", ")
      throw entry.error(
        "value", "PID \(hexadecimal(pid)) has no value \"\(name ?? "")\"", mend: "it has \(names)")
    }
    return try signal(
      entry, from: .parameter(pid, value: name), unit: value.unit, range: value.range,
      leastAge: PackReader.leastAge.replies)
  }

  private mutating func networkSignal(
    _ entry: Section, of network: Int
  ) throws(ConfigurationError) -> PackSignal {
    let from = try entry.string("from")
    let parts = from.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      throw entry.error(
        "from", "\"\(from)\" is not MESSAGE.SIGNAL", mend: "write for example `from: ENGINE_1.CoolantTemp`")
    }
    return try signal(
      entry, from: .message(network: network, message: parts[0], signal: parts[1]), unit: nil,
      range: Section.anyNumber, leastAge: PackReader.leastAge.messages)
  }

  /// - Parameters:
  ///   - unit: of the source; nil where only the pack can say it.
  ///   - range: of the source, in its unit.
  mutating func signal(
    _ entry: Section, from source: PackSignal.Source, unit: String?, range: ClosedRange<Double>, leastAge: Double
  ) throws(ConfigurationError) -> PackSignal {
    let path = try entry.string("signal")
    guard VSSNames.isPath(path) else {
      throw entry.error(
        "signal", "\"\(path)\" is no VSS path",
        mend: "write a path like Vehicle.Speed; what VSS lacks goes below Vehicle.Telltale")
    }
    let factor = try entry.number("factor", default: 1)
    let offset = try entry.number("offset", default: 0)
    guard factor != 0 else {
      throw entry.error("factor", "0 makes every value the same", mend: "leave it out for 1")
    }
    let given = try entry.optionalString("unit")
    guard (factor == 1 && offset == 0) || (unit ?? "").isEmpty || given != nil else {
      throw entry.error("unit", "is missing beside factor or offset", mend: "say what unit the conversion leads to")
    }
    try checkName(path, unit: given ?? unit, Conversion(factor: factor, offset: offset), entry)
    let period = try entry.optionalSeconds("every", in: 0.001...86_400)
    return PackSignal(
      description: SignalDescription(
        path: path, unit: given ?? unit ?? "", range: try validRange(entry, range, factor, offset),
        staleAfter: try entry.seconds(
          "stale_after", in: 0.01...86_400,
          default: max(leastAge, (period ?? 0) * PackReader.periodsToStale))),
      factor: factor, offset: offset, period: period, source: source, line: entry.line ?? 0)
  }

  private func validRange(
    _ entry: Section, _ range: ClosedRange<Double>, _ factor: Double, _ offset: Double
  ) throws(ConfigurationError) -> ClosedRange<Double> {
    guard let given = try entry.numbers("range") else {
      if range == Section.anyNumber { return range }
      let ends = (range.lowerBound * factor + offset, range.upperBound * factor + offset)
      return min(ends.0, ends.1)...max(ends.0, ends.1)
    }
    guard given.count == 2, given[0] <= given[1] else {
      throw entry.error("range", "not two ascending numbers", mend: "write for example `range: [0, 250]`")
    }
    return given[0]...given[1]
  }

  /// A name of VSS comes in its own unit; one that is nearly a name of VSS is likely a slip.
  private mutating func checkName(
    _ path: String, unit: String?, _ conversion: Conversion, _ entry: Section
  ) throws(ConfigurationError) {
    guard let expected = VSSNames.unit(of: path) else {
      if let near = VSSNames.nearest(to: path) {
        report(
          entry.error(
            "signal", "\(path) is not a name of VSS",
            mend: "did you mean \(near)? What VSS lacks goes below Vehicle.Telltale"))
      }
      return
    }
    guard unit != expected else { return }
    let wanted = expected.isEmpty ? "without a unit" : "in \(expected)"
    guard let unit else {
      throw entry.error(
        "unit", "missing: VSS has \(path) \(wanted)",
        mend: "write `unit: \(expected)`, with factor and offset if the file has another unit")
    }
    let mend =
      if let step = Conversion.from(unit, to: expected) {
        "write `unit: \(expected)` with " + conversion.followed(by: step).keys
      } else {
        "convert it with factor and offset and write `unit: \(expected)`"
      }
    throw entry.error(
      "unit", "\(path) comes \(unit.isEmpty ? "without a unit" : "in \(unit)"), VSS has it \(wanted)", mend: mend)
  }

  private mutating func report(_ error: ConfigurationError) { pack.problems.append(PackProblem(error)) }
}
