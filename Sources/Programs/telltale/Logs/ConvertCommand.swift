// `telltale convert`: a recording of one format becomes one of another.
import ArgumentParser
import Documents
import Glibc
import Recordings
import Vocabulary

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Rewrite a recording in another format.",
    discussion: """
      The input's format is told by its content, the output's by the ending of its name; --from and --to say it where \
      that is not enough. Damaged lines are left out and counted. What the new format cannot say is lost: finer times, \
      names of channels, flags of FD frames, the class of an error; frames that it would make others of are left out \
      and counted.

      Formats: candump (.log), PCAN trace (.trc), Vector ASCII (.asc), GVRET (gvret) and generic (genericid) csv of \
      SavvyCAN, CANHacker (canhacker), OVMS (crtd), Microchip (microchip), BUSMASTER (busmaster), and csv, Telltale's \
      own, which holds everything.

      Examples:
        telltale convert drive.trc drive.log
        telltale convert capture.csv - --to candump | telltaled --config t.yaml --replay -
        telltale convert drive.log drive.csv --to gvret
      """)

  @OptionGroup var recording: LogOptions

  @Argument(help: ArgumentHelp("The recording to write; - is standard output.", valueName: "out"))
  var output: String

  @Option(help: "The format to write; told by the name's ending when not given.")
  var to: RecordingFormat?

  @Flag(help: "Print a summary as one JSON document.")
  var json = false

  func validate() throws {
    if json && output == "-" { throw ValidationError("--json and - both want standard output; name a file") }
    guard to != nil || RecordingFormat(path: output) != nil else {
      throw ValidationError(
        "the name \(output) does not say which format to write; give --to with one of "
          + RecordingFormat.names)
    }
    if output != "-", isSameFile(recording.log, output) {
      throw ValidationError("\(output) is the recording itself; name another file, or it would be lost")
    }
  }

  func run() throws {
    guard let format = to ?? RecordingFormat(path: output) else { throw ExitCode(2) }
    do {
      try convert(to: format)
    } catch let error as RecordingError where error.isBrokenPipe {
      throw ExitCode(1)
    }
  }

  private func convert(to format: RecordingFormat) throws {
    // The output is created at the first frame, so that a wrong name of the input leaves nothing behind.
    var writer: RecordingWriter?
    let reader = try recording.forEachFrame("converting \(recording.log)") { frame, reader in
      if writer == nil { writer = try RecordingWriter(path: output, format: format, channels: reader.channels) }
      if writer?.channels.count != reader.channels.count { writer?.channels = reader.channels }
      try writer?.write(frame)
    }
    try writer?.finish()
    let summary = Summary(
      input: recording.log, from: reader.format.rawValue, output: output, to: format.rawValue,
      frames: writer?.frames ?? 0, leftOut: writer?.leftOut ?? 0, lines: reader.lines, damaged: reader.damage.total)
    if json {
      try put(try jsonText(summary))
    } else {
      complain(
        "\(summary.output): \(summary.frames) frames, \(summary.leftOut) that \(summary.to) cannot hold, "
          + "\(summary.damaged) damaged lines of \(summary.input) left out")
    }
    if summary.frames == 0 { throw ExitCode(1) }
  }

  private struct Summary: Encodable {
    var input: String
    var from: String
    var output: String
    var to: String
    var frames: Int
    /// Frames that the output's format cannot hold.
    var leftOut: Int
    var lines: Int
    var damaged: Int
  }
}

/// Whether a recording's name (`-` is standard input) and another name lead to one existing file.
private func isSameFile(_ log: String, _ other: String) -> Bool {
  var first = stat()
  var second = stat()
  guard (log == "-" ? fstat(STDIN_FILENO, &first) : stat(log, &first)) == 0, stat(other, &second) == 0,
    second.st_mode & S_IFMT == S_IFREG
  else { return false }
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino
}
