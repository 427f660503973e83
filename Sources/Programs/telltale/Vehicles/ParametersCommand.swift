// `telltale adapter parameters`: what a pack can map from OBD-II.
import ArgumentParser
import Decoding
import Diagnostics
import Documents
import Vocabulary

extension AdapterCommand {
  struct Parameters: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "parameters",
      abstract: "List the parameters of OBD-II service 01 that a pack can map.",
      discussion: """
        A parameter may have several values; a pack names the one it means with `value:`, or takes the first. RANGE is \
        what the bytes can say at all.

        Examples:
          telltale adapter parameters
          telltale adapter parameters --json | jq '.[] | select(.pid == "14")'
        """)

    @Flag(help: "Print one JSON document and nothing else.")
    var json = false

    func run() throws {
      let rows = OBDParameter.all.flatMap { parameter in parameter.values.map { Row(parameter, $0) } }
      guard !json else { return try put(try jsonText(rows)) }
      var table = TextTable(columns: ["PID": .left, "VALUE": .left, "UNIT": .left, "RANGE": .left, "": .left])
      for row in rows {
        let range = "\(short(row.least))...\(short(row.greatest))"
        table.add([
          StyledText(row.pid), StyledText(row.value), StyledText(row.unit),
          StyledText(row.states.isEmpty ? range : "\(row.states.count) states"), StyledText(row.title),
        ])
      }
      try put(table.rendered(colour: colourWanted))
    }

    private func short(_ value: Double) -> String {
      value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : decimal(value, 3)
    }
  }

  private struct Row: Encodable {
    struct State: Encodable {
      var raw: UInt32
      var name: String
    }

    /// Two hexadecimal digits.
    var pid: String
    var value: String
    var title: String
    var unit: String
    var least: Double
    var greatest: Double
    var states: [State]

    init(_ parameter: OBDParameter, _ value: OBDValue) {
      pid = hexadecimal(parameter.pid)
      self.value = value.name
      title = value.title
      unit = value.unit
      least = value.range.lowerBound
      greatest = value.range.upperBound
      states = value.states.map { State(raw: $0.raw, name: $0.name) }
    }
  }
}
