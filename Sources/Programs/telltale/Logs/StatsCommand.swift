// `telltale stats`: how well a network description fits a recording, and what its signals were.
import ArgumentParser
import Decoding
import Diagnostics
import Documents
import Recordings
import Vocabulary

struct StatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Count the frames and signals of a recording, decoded with a network description.",
    discussion: """
      The quickest way to see whether a description fits a vehicle: which frames have a message, and whether what the \
      signals say can be true.

      Values out of the range that the description gives, and those that SAE J1939 reserves for "not available" and \
      "error", are counted apart and are no values. --raw is plain arithmetic without these rules.

      counts  decoded      frames whose message the description knows
              no_message   frames that it does not know
              short        decoded ones with fewer bytes than their message: they give the signals that are whole
              unknown_mux  frames with a multiplexor value that the description does not know: they give the signals \
      that are not multiplexed. With --strict-mux they give nothing, nor do frames of a message that is too short for \
      its own signals, and all of these are counted here
              unreadable   damaged lines of the recording

      Examples:
        telltale stats drive.log --dbc car.dbc
        telltale stats truck.trc --dbc j1939.dbc --j1939
        telltale stats two-buses.log --dbc body.dbc --channel can1 --json
      """)

  @OptionGroup var recording: LogOptions

  @Option(help: ArgumentHelp("The network description: a DBC, KCD or SYM file.", valueName: "file"))
  var dbc: String

  @Flag(help: "Match 29-bit frames by parameter group; the source address does not count.")
  var j1939 = false

  @Flag(help: "Plain arithmetic on the file as it stands: no valid ranges, no reserved values, no repairs.")
  var raw = false

  @Flag(help: "Refuse what cantools refuses: a frame with an unknown multiplexor value gives nothing.")
  var strictMux = false

  @Flag(help: "Print one JSON document and nothing else.")
  var json = false

  func run() throws {
    let description = try NetworkDescription.loadForUse(path: dbc)
    var statistics = LogStatistics(
      description, j1939: j1939, isRaw: raw, isStrict: strictMux)
    let reader = try recording.forEachFrame("reading \(recording.log)") { frame, _ in statistics.observe(frame) }
    if json {
      try put(document(statistics, unreadable: reader.damage.total))
    } else {
      try put(text(statistics, unreadable: reader.damage.total))
    }
    if statistics.counts.frames == 0 {
      complain("\(recording.log): no data frame in it")
      throw ExitCode(1)
    }
  }

  private func document(_ statistics: LogStatistics, unreadable: Int) -> [UInt8] {
    var text = JSONText(reserving: 65_536)
    let counts = statistics.counts
    text.beginObject()
    text.member("dbc", dbc)
    text.member("log", recording.log)
    text.member("channel", recording.channel)
    text.member("pgn_match", j1939)
    text.member("raw", raw)
    text.key("counts")
    text.beginObject()
    text.member("frames", Int64(counts.frames))
    text.member("decoded", Int64(counts.decoded))
    text.member("no_message", Int64(counts.noMessage))
    text.member("short", Int64(counts.short))
    text.member("unknown_mux", Int64(counts.unknownMultiplexor))
    text.member("unreadable", Int64(unreadable))
    if counts.remote > 0 { text.member("remote", Int64(counts.remote)) }
    if counts.error > 0 { text.member("error_frames", Int64(counts.error)) }
    text.endObject()
    let messages = statistics.seenMessages
    text.key("message_counts")
    text.beginObject()
    for message in messages { text.member(message.name, Int64(message.frames)) }
    text.endObject()
    text.key("signals")
    text.beginObject()
    for message in messages {
      for signal in message.signals where signal.counts.isSeen {
        text.key(message.name + "." + signal.name)
        write(signal.counts, to: &text)
      }
    }
    text.endObject()
    text.endObject()
    return text.bytes + [0x0A]
  }

  /// Without a valid value only the counts of what was none.
  private func write(_ signal: LogStatistics.SignalCounts, to text: inout JSONText) {
    text.beginObject()
    text.member("n", Int64(signal.n))
    if signal.n > 0 {
      let values = [
        ("first", signal.first, signal.exact?.first), ("min", signal.min, signal.exact?.min),
        ("max", signal.max, signal.exact?.max), ("sum", signal.sum, nil), ("last", signal.last, signal.exact?.last),
      ]
      for (key, value, exact) in values {
        text.key(key)
        if let exact { text.value(exact) } else { text.value(value) }
      }
    }
    if signal.notAvailable > 0 { text.member("not_available", Int64(signal.notAvailable)) }
    if signal.error > 0 { text.member("error", Int64(signal.error)) }
    if signal.outOfRange > 0 { text.member("out_of_range", Int64(signal.outOfRange)) }
    text.endObject()
  }

  private func text(_ statistics: LogStatistics, unreadable: Int) -> String {
    let counts = statistics.counts
    let share = counts.frames > 0 ? 100 * Double(counts.decoded) / Double(counts.frames) : 0
    var lines = [
      "\(counts.frames) frames, \(counts.decoded) decoded (\(decimal(share, 1)) %), \(counts.noMessage) without a message",
      "\(counts.short) shorter than their message, \(counts.unknownMultiplexor) with an unknown multiplexor value, "
        + "\(unreadable) damaged lines",
    ]
    if counts.remote + counts.error > 0 {
      lines.append("\(counts.remote) remote requests and \(counts.error) error frames, which carry no signals")
    }
    var table = TextTable(columns: [
      "SIGNAL": .left, "N": .right, "FIRST": .right, "MIN": .right, "MAX": .right, "MEAN": .right, "LAST": .right,
      "UNIT": .left, "NO VALUE": .right,
    ])
    for message in statistics.seenMessages {
      for signal in message.signals where signal.counts.isSeen {
        let c = signal.counts
        let values = c.n > 0 ? [c.first, c.min, c.max, c.sum / Double(c.n), c.last] : Array(repeating: .nan, count: 5)
        let without = c.notAvailable + c.error + c.outOfRange
        table.add(
          [StyledText(message.name + "." + signal.name), StyledText("\(c.n)")]
            + values.map { StyledText($0.isNaN ? "–" : figure($0)) }
            + [StyledText(signal.unit), StyledText("\(without)", without > 0 ? .warning : .plain)])
      }
    }
    return lines.joined(separator: "\n") + "\n" + table.rendered(colour: colourWanted)
  }
}

/// At most six significant decimals, without closing zeros; very large and small numbers as they are.
func figure(_ value: Double) -> String {
  guard abs(value) < 1e12, value == 0 || abs(value) >= 1e-6 else { return "\(value)" }
  var text = decimal(value, 6)
  guard text.contains(".") else { return text }
  while text.last == "0" { text.removeLast() }
  if text.last == "." { text.removeLast() }
  return text
}
