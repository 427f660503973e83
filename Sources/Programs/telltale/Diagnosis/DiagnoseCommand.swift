// `telltale diagnose`: what the control units in a recording say about themselves.
import Adapters
import Alerting
import ArgumentParser
import DecoderCore
import Decoding
import Diagnostics
import Documents
import Recordings
import Vocabulary

struct DiagnoseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Show trouble codes, freeze frames, readiness and identity that a recording holds.",
    discussion: """
      Puts the messages of ISO-TP (OBD-II and UDS, on 7E0 to 7EF and on 18DAxxxx) and of SAE J1939 together, whoever asked \
      for them, and shows what they say, as the daemon would: a list of trouble codes that nobody was heard asking for \
      (DM1, or an answer whose question is not in the recording) counts once it was told three times in a row. With \
      --unasked such an answer counts at once: for loggers that record no questions.

      On other 11-bit identifiers of 700 to 7FF an answer counts when its question was recorded too. Where it was not, \
      name the identifier with --reply.

      --messages prints each message instead, one row with time, transport, sender, kind and bytes.

      Exit codes: 0 when there was any diagnostic message; 1 when there was none.

      Examples:
        telltale diagnose drive.log
        telltale diagnose ev.log --reply 7BB
        telltale diagnose answers-only.log --unasked
        telltale diagnose truck.log --json | jq '.troubleCodes[].code'
        telltale diagnose truck.log --messages | grep 'PGN 65226'
      """)

  @OptionGroup var recording: LogOptions

  @Option(
    name: .customLong("reply"),
    help: ArgumentHelp("Another identifier on which a control unit answers, hexadecimal.", valueName: "id"),
    transform: DiagnoseCommand.identifier)
  var replies: [CANID] = []

  @Flag(help: "Believe answers whose questions were not recorded.")
  var unasked = false

  @Flag(name: .customLong("no-j1939"), help: "29-bit frames are not SAE J1939 (NMEA 2000, a maker's own).")
  var isWithoutGroups = false

  @Flag(help: "Print each message instead of what it says.")
  var messages = false

  @Flag(help: "Print one JSON document and nothing else.")
  var json = false

  func validate() throws {
    if messages && json { throw ValidationError("--messages prints rows; leave --json out") }
  }

  func run() throws {
    var census = MessageCensus(replies: replies, j1939: !isWithoutGroups)
    guard !messages else { return try list(&census) }
    var diagnosis = LogDiagnosis(replies: replies, j1939: !isWithoutGroups, unasked: unasked)
    let reader = try recording.forEachFrame("reading \(recording.log)") { frame, _ in
      census.observe(frame) { _, _, _ in }
      diagnosis.observe(frame)
    }
    diagnosis.finish()
    let report = DiagnosisReport(log: recording.log, frames: reader.frames, diagnosis, census)
    try put(json ? try jsonText(report) : Array(report.text(colour: colourWanted).utf8))
    if report.messages.isEmpty && report.units.isEmpty {
      if !json { complain("\(recording.log): \(reader.frames) frames, and no control unit says anything in them") }
      throw ExitCode(1)
    }
  }

  private func list(_ census: inout MessageCensus) throws {
    var rows: [UInt8] = []
    var count = 0
    _ = try recording.forEachFrame("reading \(recording.log)") { frame, _ in
      census.observe(frame) { kind, time, bytes in
        var data = ""
        for i in bytes.indices { data += hexadecimal(bytes[i]) }
        let seconds = decimal(Double(time.nanoseconds) * 1e-9, 6)
        rows += "\(seconds)  \(kind.transport)  \(kind.unit)  \(kind.message)  \(data)\n".utf8
        count += 1
      }
      if rows.count > 32_768 {
        try put(rows)
        rows.removeAll(keepingCapacity: true)
      }
    }
    try put(rows)
    if count == 0 {
      complain("\(recording.log): no message of a transport protocol")
      throw ExitCode(1)
    }
  }

  private static func identifier(_ text: String) throws -> CANID {
    guard let value = UInt32(text.hasPrefix("0x") ? String(text.dropFirst(2)) : text, radix: 16), value <= 0x1FFF_FFFF
    else { throw ValidationError("wanted a hexadecimal identifier such as 7BB or 18DAF140") }
    return value > 0x7FF || text.utf8.count > 4 ? CANID(extended: value) : CANID(standard: value)
  }
}

/// What the daemon makes of the diagnostic traffic of a recording, without any pack.
struct LogDiagnosis: ~Copyable {
  private var decoder: DiagnosticDecoder
  private(set) var book = DiagnosticBook(records: 2048)
  private let table: DecoderTable
  private var samples = [Sample](repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)), count: 1)
  private var stamp = Timestamp(
    boot: BootID(high: 0, low: 0), uptime: .zero, wallNanoseconds: 0, quality: .ntp)
  private var nextTick = Instant(nanoseconds: .min)

  init(replies: [CANID], j1939: Bool, unasked: Bool = false) {
    var configuration = DiagnosticDecoder.Configuration()
    configuration.j1939Buses = j1939 ? .max : 0
    configuration.believesUnasked = unasked
    configuration.replies = replies
    var problems: [MappingProblem] = []
    var defects: [DecoderTable.Problem] = []
    decoder = DiagnosticDecoder(configuration, problems: &problems)
    table = DecoderTable([], problems: &defects)
  }

  mutating func observe(_ frame: borrowing CANFrame) {
    let time = frame.time
    if time >= nextTick || nextTick.seconds(since: time) > 1 {
      tell()
      nextTick = time.advanced(seconds: 1)
    }
    stamp.uptime = time
    stamp.wallNanoseconds = time.nanoseconds
    guard decoder.concerns(frame) else { return }
    LogDiagnosis.take(frame, &decoder, &book, table, &samples, stamp)
  }

  mutating func finish() {
    while book.tick(at: stamp, room: .max, isLast: true, { _ in }) > 0 {}
  }

  private mutating func tell() { book.tick(at: stamp, room: .max) { _ in } }

  private static func take(
    _ frame: borrowing CANFrame, _ decoder: inout DiagnosticDecoder, _ book: inout DiagnosticBook,
    _ table: DecoderTable, _ samples: inout [Sample], _ stamp: Timestamp
  ) {
    var out = samples.mutableSpan
    _ = decoder.decode(frame, with: table, into: &out, from: 0) { book.take($0, at: stamp) }
  }

  var counters: DiagnosticDecoder.Counters { decoder.counters }

  var records: [DiagnosticRecord] {
    var all: [DiagnosticRecord] = []
    book.forEach { all.append($0) }
    return all
  }
}
