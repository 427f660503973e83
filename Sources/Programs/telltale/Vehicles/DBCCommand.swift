// `telltale dbc check`: what a network description holds, and which of its lines are bad.
import ArgumentParser
import Decoding
import Diagnostics
import Documents

struct DBCCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dbc", abstract: "Work with network descriptions: DBC, KCD and SYM files.", subcommands: [Check.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Count the messages and signals of network descriptions and name each bad line.",
      discussion: """
        A bad line never costs the rest of its file: it is named with its number and the reason, and the rest is loaded.

        Exit codes: 0 when every file gave at least one message, problems or not; 1 otherwise, and with --strict when \
        there is any problem.

        Examples:
          telltale dbc check car.dbc
          telltale dbc check --strict adapters/*/*.dbc
          telltale dbc check --json car.dbc | jq '.[].problems'
        """)

    @Argument(help: "DBC, KCD or SYM files.")
    var files: [String]

    @Flag(help: "Print one JSON document and nothing else.")
    var json = false

    @Flag(help: "Fail when a file has any problem.")
    var strict = false

    func run() throws {
      let reports = files.map(DBCReport.init(file:))
      try put(json ? try jsonText(reports) : Array(DBCReport.text(of: reports, colour: colourWanted).utf8))
      if reports.contains(where: { $0.messages == 0 || strict && !$0.problems.isEmpty }) { throw ExitCode(1) }
    }
  }
}

/// What was found in one file.
struct DBCReport: Encodable {
  struct Problem: Encodable {
    /// Counted from 1; 0 when it is the file as a whole.
    var line: Int
    var reason: String
  }

  var file: String
  var messages: Int
  var signals: Int
  var problems: [Problem]

  init(file: String) {
    self.file = file
    do {
      let found = try NetworkDescription.load(path: file)
      messages = found.messages.count
      signals = found.signalCount
      problems = (found.problems + found.undecodable).sorted { $0.line < $1.line }.map {
        Problem(line: $0.line, reason: $0.reason)
      }
    } catch {
      messages = 0
      signals = 0
      problems = [Problem(line: 0, reason: error.description)]
    }
  }

  static func text(of reports: [DBCReport], colour: Bool) -> String {
    var table = TextTable(columns: ["FILE": .left, "MESSAGES": .right, "SIGNALS": .right, "PROBLEMS": .right])
    for r in reports {
      table.add([
        StyledText(r.file), StyledText("\(r.messages)", r.messages == 0 ? .bad : .plain), StyledText("\(r.signals)"),
        StyledText("\(r.problems.count)", r.problems.isEmpty ? .plain : .warning),
      ])
      for p in r.problems { table.add(note: StyledText((p.line > 0 ? "line \(p.line): " : "") + p.reason)) }
    }
    return table.rendered(colour: colour)
  }
}
