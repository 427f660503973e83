// `telltale evaluate series`: how well the life of units is foretold from one indicator that has a failure level.
public import ArgumentParser
import Diagnostics
import Documents
public import Evaluation

extension UsageCounting: ExpressibleByArgument {
  public static var allValueStrings: [String] { allCases.map(\.rawValue) }
}

struct EvaluateSeriesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "series",
    abstract: "Foretell the end of units from an indicator with a failure level, and compare with the truth.",
    discussion: """
      Each row of a table is a measurement of a unit: its name, its usage so far (kilometres, cycles, hours, charge), \
      and the indicator. An end is where the indicator passes the failure level and stays there; it may rise or fall \
      towards it. A prognosis is made after the measurement that lies nearest to 25, 50, 75 and 90 % of a unit's life, \
      and all errors are in percent of that life. Units that did not fail are named and left out.

      Beside the shape bank stand what it must be better than: a Kalman filter of level and drift, a straight line of \
      least squares, and the lives of the other units alone.

      Each unit is judged by what the other units teach (--leave-one-out): life, scatter, noise, failure level, and \
      from three units on the fade curve; from four on settings are chosen by cross-validation among them. A curve \
      that was stored with its life, or --life, stands in for the other units.

      Tables may be unsorted, have empty fields, decimal commas, closing commas, and units glued to numbers.

      Examples:
        telltale evaluate series --unit cell --usage cycle --value capacity_ah --threshold 80% cells.csv
        telltale evaluate series --usage km --value depth_mm --threshold 1,6 tyre1.csv tyre2.csv --json
        telltale evaluate series --unit cell --usage ah --value ah_left --threshold 80% --store-curve nmc.json old.csv
        telltale evaluate series --unit cell --usage ah --value ah_left --threshold 80% --curve nmc.json new.csv
      """)

  @Option(help: ArgumentHelp("Column with the unit's name; without it each file is a unit.", valueName: "column"))
  var unit: String?

  @Option(help: ArgumentHelp("Column with the usage.", valueName: "column"))
  var usage: String

  @Option(help: ArgumentHelp("Column with the indicator; rows without it count as usage only.", valueName: "column"))
  var value: String

  @Option(help: ArgumentHelp("Failure level: a value, or a share of a unit's first value such as 80%.", valueName: "x"))
  var threshold: String

  @Option(help: "What the usage column counts: a running total, or what each row added; found out when not given.")
  var usageIs: UsageCounting?

  @Flag(help: "Judge each unit by what the others teach, although there is --life or a curve with a life.")
  var leaveOneOut = false

  @Option(help: ArgumentHelp("A fade curve in place of one that is learnt.", valueName: "file"))
  var curve: String?

  @Option(help: ArgumentHelp("Learn the curve of all units with what goes with it, and write it.", valueName: "file"))
  var storeCurve: String?

  @Option(help: ArgumentHelp("How long a unit lives about, where no other unit tells.", valueName: "usage"))
  var life: Double?

  @Flag(help: "Print one JSON document and nothing else.")
  var json = false

  @Argument(help: ArgumentHelp("Tables with a header.", valueName: "csv"))
  var files: [String]

  func validate() throws {
    if let life, !(life > 0 && life.isFinite) { throw ValidationError("--life must be above 0") }
  }

  func run() throws {
    do {
      try evaluate()
    } catch let error as SeriesError {
      complain("Error: " + error.description)
      throw ExitCode(error.isWrongCall ? 2 : 1)
    }
  }

  private func evaluate() throws {
    let level = try FailureLevel(threshold)
    let given = try curve.map { try FadeCurveFile(path: $0) }
    var rows = SeriesRows()
    for file in files {
      try rows.add(try DelimitedText.read(path: file), SeriesColumns(unit: unit, usage: usage, value: value))
    }
    if let first = rows.problems.first {
      complain(
        "\(rows.problems.count) line\(rows.problems.count == 1 ? "" : "s") left out, the first is \(first.file), "
          + "line \(first.line): \(first.reason)")
    }
    let evaluation = try SeriesEvaluation(rows, level: level, counting: usageIs, curve: given?.curve)
    let report = try report(evaluation, given, problems: rows.problems)
    try put(json ? report.json : Array(report.text(colour: colourWanted).utf8))
    if let storeCurve { try store(evaluation, to: storeCurve) }
  }

  private func report(
    _ evaluation: SeriesEvaluation, _ given: FadeCurveFile?, problems: [SeriesRows.Problem]
  ) throws(SeriesError) -> SeriesReport {
    var outcome: SeriesEvaluation.Outcome
    var prior: SeriesReport.Prior
    if !leaveOneOut, let model = given?.model {
      (outcome, prior) = (evaluation.run(with: model), .curveFile)
    } else if !leaveOneOut, let life {
      var guess = SeriesPrior.guess(life: life)
      guess.curve = given?.curve
      let model = SeriesModel(prior: guess, settings: .usual(usesCurve: given != nil))
      (outcome, prior) = (evaluation.run(with: model), .guess)
    } else {
      var progress = Progress()
      let count = evaluation.units.count
      outcome = try evaluation.leaveOneOut { done in progress.update("\(done) of \(count) units judged") }
      progress.finish()
      prior = .leaveOneOut
    }
    return SeriesReport(evaluation: evaluation, outcome: outcome, prior: prior, problems: problems)
  }

  private func store(_ evaluation: SeriesEvaluation, to path: String) throws {
    guard let model = evaluation.modelWithCurve, let curve = model.prior.curve else {
      complain("\(path) not written: a curve is learnt from at least three units that failed and whose course rises")
      throw ExitCode(1)
    }
    try write(FadeCurveFile.text(of: model, curve), to: path)
  }
}

extension SeriesError {
  /// Whether it is the call that is wrong, and not the data.
  var isWrongCall: Bool {
    switch self {
    case .noColumn, .twoColumns, .noNumbers, .threshold, .noPrior, .fewCells, .unreadable: true
    case .empty, .noEnds, .malformed: false
    }
  }
}
