// `telltale evaluate early`: how well a cell's life is foretold from its first cycles.
import ArgumentParser
import Diagnostics
import Documents
import Evaluation

struct EvaluateEarlyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "early",
    abstract: "Foretell the life of battery cells from their first cycles, and compare with the truth.",
    discussion: """
      Each file is the matrix of one cell: discharge capacity (or its change) on a grid of voltages, for each of the \
      first cycles, about a hundred of them. The logarithm of the life is a straight line over the logarithm of the \
      variance over voltage of what the capacity changed between an early cycle and the last one; medians of five \
      cycles keep odd cycles out. Each cell is foretold from the others; the early cycle is chosen among them by \
      leaving one out, and the interval is what they missed by.

      --lives holds a life a line (the file of the n-th line has a name that ends with n), or a column of cell names \
      and a column of lives.

      Example:
        telltale evaluate early --lives lives.csv cell1.csv cell5.csv cell9.csv cell13.csv --json
      """)

  @Option(help: ArgumentHelp("Lives of the cells, in cycles.", valueName: "file"))
  var lives: String

  @Flag(help: "Print one JSON document and nothing else.")
  var json = false

  @Argument(help: ArgumentHelp("Matrices, one file per cell.", valueName: "cell.csv"))
  var files: [String]

  func run() throws {
    do {
      let evaluation = try evaluation()
      try put(json ? document(evaluation) : Array(text(evaluation).utf8))
    } catch let error as SeriesError {
      complain("Error: " + error.description)
      throw ExitCode(error.isWrongCall ? 2 : 1)
    }
  }

  private func evaluation() throws(SeriesError) -> EarlyLifeEvaluation {
    let table = try CellLives(try DelimitedText.read(path: lives))
    var progress = Progress()
    var matrices: [CapacityMatrix] = []
    for file in files {
      matrices.append(try CapacityMatrix(try DelimitedText.read(path: file)))
      progress.update("\(matrices.count) of \(files.count) cells read")
    }
    progress.finish()
    let known = try table.lives(of: matrices.map(\.name))
    return try EarlyLifeEvaluation(zip(matrices, known).map { (matrix: $0, life: $1) })
  }

  private func document(_ evaluation: EarlyLifeEvaluation) -> [UInt8] {
    var text = JSONText(reserving: 4096)
    func members(_ all: [(String, Double)]) {
      for (key, value) in all {
        text.key(key)
        text.value(value)
      }
    }
    text.beginObject()
    members([
      ("error_percent", evaluation.meanError), ("median_error_percent", evaluation.medianError),
      ("rmse", evaluation.rmse), ("coverage80", evaluation.coverage80), ("coverage90", evaluation.coverage90),
      ("width80", evaluation.width80), ("error_percent_without_measurement", evaluation.meanErrorWithoutMeasurement),
    ])
    text.key("cells")
    text.beginArray()
    for cell in evaluation.cells {
      text.beginObject()
      text.member("cell", cell.name)
      members([
        ("life", cell.life), ("predicted", cell.predicted), ("low80", cell.interval80.lowerBound),
        ("high80", cell.interval80.upperBound), ("low90", cell.interval90.lowerBound),
        ("high90", cell.interval90.upperBound),
      ])
      text.member("first_cycle", Int64(cell.firstCycle))
      text.endObject()
    }
    text.endArray()
    text.endObject()
    return text.bytes + [0x0A]
  }

  private func text(_ evaluation: EarlyLifeEvaluation) -> String {
    var table = TextTable(columns: [
      "CELL": .left, "LIFE": .right, "FORETOLD": .right, "ERROR %": .right, "80 %": .right, "90 %": .right,
    ])
    for cell in evaluation.cells {
      let ranges = [cell.interval80, cell.interval90].map {
        StyledText("\(decimal($0.lowerBound, 0))...\(decimal($0.upperBound, 0))", $0 ~= cell.life ? .plain : .warning)
      }
      let error = decimal(100 * (cell.predicted - cell.life) / cell.life, 1)
      table.add([cell.name, decimal(cell.life, 0), decimal(cell.predicted, 0), error].map { StyledText($0) } + ranges)
    }
    return table.rendered(colour: colourWanted)
      + "mean error \(decimal(evaluation.meanError, 1)) %, median \(decimal(evaluation.medianError, 1)) %, within the "
      + "80 % interval \(decimal(evaluation.coverage80, 2)), within the 90 % one \(decimal(evaluation.coverage90, 2)); "
      + "by the other cells' lives alone the mean error is \(decimal(evaluation.meanErrorWithoutMeasurement, 1)) %\n"
  }
}
