// `telltale evaluate cmapss`: how long engines run on, learnt from engines that ran to failure.
import ArgumentParser
import Diagnostics
import Documents
import Evaluation

struct EvaluateCMAPSSCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cmapss",
    abstract: "Fit remaining life on C-MAPSS engines and judge it on others.",
    discussion: """
      The files are those of NASA's turbofan benchmark: unit, cycle, 3 settings and 21 sensors in each row, and one \
      number of remaining cycles for each unit of the test file. Everything is fitted on the training file alone: \
      operating regimes and fault modes are found in it, and each choice is made by cross-validation over its engines. \
      The test file is run cycle by cycle with a state of fixed size for each engine.

      Scores are for remaining cycles capped at 125, as is usual, and uncapped. shape_bank is the same indicator \
      through the filter that vehicles' components use. Lines that are no rows are left out and named.

      Examples:
        telltale evaluate cmapss --train train_FD001.txt --test test_FD001.txt --rul RUL_FD001.txt
        telltale evaluate cmapss --train train_FD003.txt --store turbofan.json
        telltale evaluate cmapss --model turbofan.json --test test_FD003.txt --rul RUL_FD003.txt --json
      """)

  @Option(help: ArgumentHelp("Engines that ran to failure.", valueName: "file"))
  var train: String?

  @Option(help: ArgumentHelp("A model that --store wrote, instead of --train.", valueName: "file"))
  var model: String?

  @Option(help: ArgumentHelp("Engines whose runs were cut short.", valueName: "file"))
  var test: String?

  @Option(help: ArgumentHelp("Cycles that each of them had left.", valueName: "file"))
  var rul: String?

  @Option(help: ArgumentHelp("Write the fitted coefficients here, as JSON; - is standard output.", valueName: "file"))
  var store: String?

  @Flag(help: "Print one JSON document and nothing else.")
  var json = false

  func validate() throws {
    if (train == nil) == (model == nil) { throw ValidationError("give either --train FILE or --model FILE") }
    if (test == nil) != (rul == nil) { throw ValidationError("--test and --rul go together") }
    if test == nil && store == nil { throw ValidationError("give --test and --rul, or --store, or all of them") }
    if store == "-" && test != nil { throw ValidationError("scores and --store - both want standard output") }
  }

  func run() throws {
    let (fitted, report) = try makeModel()
    if let store { try StoredModelFile.store(fitted, at: store) }
    guard let test, let rul else { return complain(CMAPSSDocument.Fit(fitted, report).text) }
    let tests = try EngineTestSet(test: test, remaining: rul)
    for note in tests.notes { complain(note) }
    let document = CMAPSSDocument(
      CMAPSSEvaluation(of: fitted, over: tests), fitted, report, notes: tests.notes.count)
    try put(json ? try jsonText(document) : Array(document.text(colour: colourWanted).utf8))
  }

  private func makeModel() throws -> (RemainingLifeModel, FitReport?) {
    if let model { return (try StoredModelFile.read(model), nil) }
    guard let train else { throw ExitCode(2) }
    let file = try EngineFile(path: train)
    for note in file.notes { complain(note) }
    var progress = Progress()
    defer { progress.finish() }
    do {
      let (fitted, report) = try RemainingLifeModel.fit(file.runs) { progress.update("\(train): \($0)") }
      return (fitted, report)
    } catch {
      throw TableError("\(train): \(error)")
    }
  }
}

/// The result as JSON and as text.
struct CMAPSSDocument: Encodable {
  struct Scores: Encodable {
    var rmse: Double
    /// Null where a miss is so large that the score is no number.
    var nasaScore: Double?
    var coverage80: Double
    var coverage90: Double
    var width80: Double
    var crps: Double

    init(_ scores: LifeScores) {
      (rmse, crps) = (scores.rmse, scores.crps)
      nasaScore = scores.nasaScore.isFinite ? scores.nasaScore : nil
      (coverage80, coverage90, width80) = (scores.coverage80, scores.coverage90, scores.width80)
    }

    enum CodingKeys: String, CodingKey {
      case rmse
      case nasaScore = "nasa_score"
      case coverage80, coverage90, width80, crps
    }

    func encode(members c: inout KeyedEncodingContainer<CodingKeys>) throws {
      try c.encode(rmse, forKey: .rmse)
      try c.encode(nasaScore, forKey: .nasaScore)
      try c.encode(coverage80, forKey: .coverage80)
      try c.encode(coverage90, forKey: .coverage90)
      try c.encode(width80, forKey: .width80)
      try c.encode(crps, forKey: .crps)
    }
  }

  /// Scores with capped cycles beside what they cost, the uncapped ones within.
  struct Estimator: Encodable {
    var capped: Scores
    var uncapped: Scores
    var bytesOfState: Int
    var nsPerUpdate: Double
    var nsPerPrognosis: Double

    init(_ result: CMAPSSEvaluation.Result) {
      capped = Scores(result.capped)
      uncapped = Scores(result.uncapped)
      bytesOfState = result.bytesOfState
      nsPerUpdate = result.nanosecondsPerUpdate
      nsPerPrognosis = result.nanosecondsPerPrognosis
    }

    enum CodingKeys: String, CodingKey {
      case bytesOfState = "bytes_of_state"
      case nsPerUpdate = "ns_per_update"
      case nsPerPrognosis = "ns_per_prognosis"
      case uncapped
    }

    func encode(to encoder: any Encoder) throws {
      var scores = encoder.container(keyedBy: Scores.CodingKeys.self)
      try capped.encode(members: &scores)
      var c = encoder.container(keyedBy: CodingKeys.self)
      try c.encode(bytesOfState, forKey: .bytesOfState)
      try c.encode(nsPerUpdate, forKey: .nsPerUpdate)
      try c.encode(nsPerPrognosis, forKey: .nsPerPrognosis)
      try c.encode(uncapped, forKey: .uncapped)
    }
  }

  struct Fit: Encodable {
    var regimes: Int
    var faultModes: Int
    var components: Int
    var bytesOfCoefficients: Int
    /// Of engines in training, and what cross-validation over them found; null for a stored model.
    var engines: Int?
    var reach: Double?
    var ridge: Double?
    var crossValidatedRMSE: Double?

    init(_ fitted: RemainingLifeModel, _ report: FitReport?) {
      (regimes, faultModes, components) = (fitted.regimes, fitted.faultModes, fitted.components)
      bytesOfCoefficients = fitted.bytes
      (engines, reach, ridge) = (report?.engines, report?.reach, report?.ridge)
      crossValidatedRMSE = report?.crossValidatedRMSE
    }

    var text: String {
      let chosen = crossValidatedRMSE.map { "; RMSE \(decimal($0, 2)) on engines left out of training" } ?? ""
      return "fit: \(regimes) operating regime\(regimes == 1 ? "" : "s"), \(faultModes) fault "
        + "mode\(faultModes == 1 ? "" : "s"), \(components) sensor component\(components == 1 ? "" : "s"), "
        + "\(bytesOfCoefficients) bytes of coefficients\(chosen)"
    }

    enum CodingKeys: String, CodingKey {
      case regimes, components, engines, reach, ridge
      case faultModes = "fault_modes"
      case bytesOfCoefficients = "bytes_of_coefficients"
      case crossValidatedRMSE = "cross_validated_rmse"
    }

    func encode(to encoder: any Encoder) throws {
      var c = encoder.container(keyedBy: CodingKeys.self)
      try c.encode(regimes, forKey: .regimes)
      try c.encode(faultModes, forKey: .faultModes)
      try c.encode(components, forKey: .components)
      try c.encode(bytesOfCoefficients, forKey: .bytesOfCoefficients)
      try c.encode(engines, forKey: .engines)
      try c.encode(reach, forKey: .reach)
      try c.encode(ridge, forKey: .ridge)
      try c.encode(crossValidatedRMSE, forKey: .crossValidatedRMSE)
    }
  }

  var engines: Int
  /// What was left out of the test files, told on standard error.
  var notes: Int
  var model: Estimator
  var shapeBank: Estimator
  var fit: Fit

  init(_ evaluation: CMAPSSEvaluation, _ fitted: RemainingLifeModel, _ report: FitReport?, notes: Int) {
    engines = evaluation.engines
    self.notes = notes
    model = Estimator(evaluation.model)
    shapeBank = Estimator(evaluation.shapeBank)
    fit = Fit(fitted, report)
  }

  enum CodingKeys: String, CodingKey {
    case engines, notes, fit
    case shapeBank = "shape_bank"
  }

  func encode(to encoder: any Encoder) throws {
    try model.encode(to: encoder)
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(engines, forKey: .engines)
    try c.encode(notes, forKey: .notes)
    try c.encode(shapeBank, forKey: .shapeBank)
    try c.encode(fit, forKey: .fit)
  }

  func text(colour: Bool) -> String {
    var table = TextTable(columns: [
      "": .left, "RMSE": .right, "NASA": .right, "COV80": .right, "COV90": .right, "WIDTH80": .right, "CRPS": .right,
      "BYTES": .right, "NS/UPDATE": .right,
    ])
    for (name, estimator) in [("model", model), ("shape bank", shapeBank)] {
      for (kind, scores) in [("capped at 125", estimator.capped), ("uncapped", estimator.uncapped)] {
        table.add([
          StyledText("\(name), \(kind)"), StyledText(decimal(scores.rmse, 2)),
          StyledText(decimal(scores.nasaScore ?? .nan, 0)), StyledText(decimal(scores.coverage80, 2)),
          StyledText(decimal(scores.coverage90, 2)),
          StyledText(decimal(scores.width80, 1)), StyledText(decimal(scores.crps, 2)),
          StyledText(String(estimator.bytesOfState)), StyledText(decimal(estimator.nsPerUpdate, 0)),
        ])
      }
    }
    return table.rendered(colour: colour) + "\n\(engines) engines judged; \(fit.text)\n"
  }
}
