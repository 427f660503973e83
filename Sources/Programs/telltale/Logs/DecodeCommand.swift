// `telltale decode`: every value that a recording holds, as rows.
import Adapters
import ArgumentParser
import DecoderCore
import Decoding
import Recordings
import Vocabulary

struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Print the signals of a recording, one row a value.",
    discussion: """
      Each row has the time in seconds, the signal, its value, its unit and its validity: valid, out-of-range, \
      not-available or error. What is not available or in error has no value. Where a description names single values, \
      JSON rows have the name as "label".

      --dbc gives all signals of a description under their own names; --pack those that an adapter pack maps, under \
      their VSS names and in their units, OBD-II replies included. More packs may be given.

      Examples:
        telltale decode drive.log --dbc car.dbc > drive.csv
        telltale decode drive.trc --pack obd2 --format jsonl
        telltale decode truck.log --pack j1939 --channel can1
        telltale decode ev.log --dbc ev-uds.dbc --isotp
      """)

  @OptionGroup var recording: LogOptions

  @Option(help: ArgumentHelp("The network description: a DBC, KCD or SYM file.", valueName: "file"))
  var dbc: String?

  @Option(help: ArgumentHelp("An adapter pack, by name or folder.", valueName: "name"))
  var pack: [String] = []

  @OptionGroup var packs: PackOptions

  @Flag(help: "With --dbc: match 29-bit frames by parameter group; the source address does not count.")
  var j1939 = false

  @Flag(
    help: "With --dbc: its messages come over ISO-TP on the identifier of the answer, their first byte is the length.")
  var isotp = false

  @Flag(help: "With --dbc: plain arithmetic, no valid ranges, no reserved values.")
  var raw = false

  @Option(help: "csv, jsonl or json.")
  var format = RowFormat.csv

  @Flag(help: "Print one JSON document: an array of rows.")
  var json = false

  func validate() throws {
    if (dbc == nil) == pack.isEmpty { throw ValidationError("give either --dbc FILE or --pack NAME") }
    if dbc == nil && (j1939 || raw || isotp) {
      throw ValidationError("--j1939, --isotp and --raw go with --dbc; a pack says it itself")
    }
    if j1939 && isotp { throw ValidationError("a description is either of J1939 or of messages over ISO-TP") }
  }

  func run() throws {
    var vocabulary = try makeVocabulary()
    var rows = SampleRows(json ? .json : format, signals: vocabulary.signals)
    var samples = Array(
      repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)),
      count: max(1, vocabulary.decoder.largestMessage))
    _ = try recording.forEachFrame("decoding \(recording.log)") { frame, _ in
      var out = samples.mutableSpan
      let count = vocabulary.decoder.decode(frame, into: &out) { _ in }
      for sample in samples[..<count] { rows.add(sample) }
      if rows.isFull { try put(rows.take()) }
    }
    rows.finish()
    try put(rows.take())
    if rows.rows == 0 {
      let frames = vocabulary.decoder.counters.frames
      complain("\(recording.log): \(frames) frames, none with a signal of \(dbc ?? pack.joined(separator: ", "))")
      throw ExitCode(1)
    }
  }

  private func makeVocabulary() throws -> RowVocabulary {
    if let dbc { return try RowVocabulary(description: dbc, j1939: j1939, isotp: isotp, isRaw: raw) }
    let vehicle = try VehicleDefinition(packs: try pack.map { try packs.load($0) }, overrides: [])
    for problem in vehicle.problems { complain(problem.description) }
    return RowVocabulary(vehicle)
  }
}

/// A decoder and what its signal identifiers stand for.
private struct RowVocabulary: ~Copyable {
  var decoder: FrameDecoder
  let signals: [RowSignal]

  init(description path: String, j1939: Bool, isotp: Bool, isRaw: Bool) throws {
    let description = try NetworkDescription.loadForUse(path: path, isotp: isotp)
    let all = description.compileAll(j1939: j1939, validity: !isRaw)
    var ignored: [DecoderTable.Problem] = []
    var none: [MappingProblem] = []
    // Messages of several frames are messages too where frames match by parameter group.
    var diagnostics = DiagnosticDecoder.Configuration()
    if all.messages.contains(where: { $0.matching == .parameterGroup }) { diagnostics.j1939Buses = .max }
    if isotp { diagnostics.transported = all.messages }
    decoder = FrameDecoder(
      table: DecoderTable(isotp ? [] : all.messages, problems: &ignored),
      diagnostic: DiagnosticDecoder(diagnostics, problems: &none), signals: 0)
    signals = all.signals.map { source in
      let message = description.messages[source.message]
      let signal = message.signals[source.signal]
      // The decoder's own arithmetic, so that a value finds its name exactly.
      let labels = signal.valueNames.map { (Double($0.value) * signal.factor + signal.offset, $0.name) }
      return RowSignal(
        name: message.name + "." + signal.name, unit: signal.unit,
        labels: Dictionary(labels, uniquingKeysWith: { first, _ in first }))
    }
  }

  init(_ vehicle: VehicleDefinition) {
    decoder = vehicle.decoder
    signals = vehicle.catalogue.descriptions.map { RowSignal(name: $0.path, unit: $0.unit) }
  }
}
