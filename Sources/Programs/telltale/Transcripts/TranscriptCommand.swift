// `telltale adapter transcript`: what dialogues with ELM327 adapters say, read as the daemon would read them.
import ArgumentParser
import Diagnostics
import Documents
import VehicleBus

extension AdapterCommand {
  struct Transcript: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "transcript",
      abstract: "Read dialogues with ELM327 adapters that were noted down.",
      discussion: """
        Each line of the file is a dialogue:
          {"id": "a name", "exchanges": [{"tx": "010C\\r", "rx": "41 0C 0A F4\\r\\r>"}]}
        What is shown is how it ended and what it told: adapter, voltage, VIN, values, trouble codes, refusals.

        outcome  ok             the vehicle answered (or the adapter, asked alone)
                 no-data        the vehicle did not answer
                 no-bus         no vehicle was found
                 bus-error      the vehicle's bus is disturbed
                 adapter-error  the adapter: began anew, overran, fell silent
                 not-elm327     something else is at the other end

        The last word on the vehicle is the outcome: an answer makes up for an error before it. Lines that are damaged \
        are counted and never used. What was asked for and not told is a dash, null in JSON.

        Exit codes: 0 when every line was a dialogue, whatever its outcome; 1 when one was not, or there was none.

        Examples:
          telltale adapter transcript dialogues.jsonl
          telltale adapter transcript dialogues.jsonl --json | jq '.[].outcome'
        """)

    @Argument(help: ArgumentHelp("Dialogues, one JSON object in each line.", valueName: "file"))
    var file: String

    @Flag(help: "Print one JSON document and nothing else: an array, one object for each dialogue.")
    var json = false

    func run() throws {
      let found = try TranscriptFile(path: file)
      let reports = found.transcripts.map { DialogueReader.report(of: $0) }
      try put(json ? try jsonText(reports) : Array(text(reports).utf8))
      for problem in found.problems { complain("\(file):\(problem.line): \(problem.reason); this line is left out") }
      if reports.isEmpty && found.problems.isEmpty { complain("\(file): no dialogue in it; wanted one in each line") }
      if reports.isEmpty || !found.problems.isEmpty { throw ExitCode(1) }
    }

    private func text(_ reports: [DialogueReport]) -> String {
      var table = TextTable(columns: ["DIALOGUE": .left, "OUTCOME": .left, "TOLD": .left])
      for report in reports {
        table.add([
          StyledText(report.id), StyledText(report.outcome.rawValue, report.outcome == .ok ? .good : .warning),
          StyledText(report.text),
        ])
      }
      return reports.isEmpty ? "" : table.rendered(colour: colourWanted)
    }
  }
}
