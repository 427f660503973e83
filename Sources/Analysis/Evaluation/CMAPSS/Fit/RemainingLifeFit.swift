// Fits a model of remaining life on run-to-failure data alone; every choice by cross-validation over engines.
import Prognostics

/// What a fit chose, and how it did on engines that it had left out.
public struct FitReport: Sendable {
  public internal(set) var engines = 0
  public internal(set) var regimes = 0
  public internal(set) var components = 0
  public internal(set) var faultModes = 0
  public internal(set) var reach = 0.0
  public internal(set) var ridge = 0.0
  /// Root mean square error of the indicators on engines left out, remaining cycles capped.
  public internal(set) var crossValidatedRMSE = 0.0
}

extension RemainingLifeModel {
  /// Engines with fewer cycles teach nothing.
  private static let shortestRun = 30
  private static let fewestEngines = 4
  private static let folds = 5

  /// - Parameters:
  ///   - runs: engines that ran to failure; those with fewer than 30 cycles are passed over.
  ///   - progress: told now and then what is being done.
  /// - Throws: for fewer than 4 engines, or when no sensor moves.
  public static func fit(
    _ runs: [EngineRun], effort: FitEffort = .full, progress: (String) -> Void = { _ in }
  ) throws(TableError) -> (model: RemainingLifeModel, report: FitReport) {
    let runs = runs.filter { $0.count >= shortestRun }
    guard runs.count >= fewestEngines else {
      throw TableError(
        "only \(runs.count) engines with \(shortestRun) cycles or more to learn from; \(fewestEngines) are needed")
    }
    progress("finding operating regimes and what the sensors hold")
    let whole = LifeLearner(runs, learners: Array(runs.indices))
    guard whole.sensors.components > 0 else {
      throw TableError("no sensor moves in any operating regime: there is nothing to learn from")
    }
    let folds = min(folds, runs.count)
    let learners = (0..<folds).map { fold in
      progress("preparing fold \(fold + 1) of \(folds)")
      return LifeLearner(runs, learners: runs.indices.filter { $0 % folds != fold })
    }
    let trial = CrossTrial(runs: runs, learners: learners)
    let choices = trial.choose(effort, progress)

    progress("judging engines that were left out")
    let outcomes = trial.outcomes(choices, centres: effort.centres, rows: effort.rows)
    let calibration = Calibration(fitting: outcomes.flatMap(\.cuts))
    let bank = BankSettings(fitting: outcomes)
    progress("fitting all \(runs.count) engines")
    let maps = whole.maps(choices, centres: effort.centres, rows: effort.rows)
    let model = RemainingLifeModel(
      sensors: whole.sensors.keeping(choices.components), view: choices.view, modes: maps.modes, lives: maps.lives,
      calibration: calibration, bank: bank)
    let report = FitReport(
      engines: runs.count, regimes: model.regimes, components: choices.components, faultModes: model.faultModes,
      reach: choices.reach, ridge: choices.ridge,
      crossValidatedRMSE: CrossTrial.cappedRMSE(outcomes.flatMap(\.cuts)))
    return (model, report)
  }
}

/// Judges choices by engines that the maps were not fitted on.
struct CrossTrial {
  let runs: [EngineRun]
  /// One for each fold; engine i is left out by learner `i % count`.
  let learners: [LifeLearner]

  /// What was expected of one engine that was left out: at cuts like those of a test set, and all along its run.
  struct Outcome {
    var cuts: [(expected: Double, truth: Double)]
    var course: [Double]
    var remaining: [Double]
    var cutRows: [Int]
  }

  /// View and components, then fault modes, then reach and ridge: each beside the best of the others; and once more.
  ///
  /// Where few engines judge, much of a difference is chance: what departs from using all that the sensors hold must
  /// be better by a share that falls with their number.
  func choose(_ effort: FitEffort, _ progress: (String) -> Void) -> LifeChoices {
    let bar = 1 - 0.25 / Double(runs.count)
    let most = learners.reduce(SensorMap.most) { min($0, $1.sensors.components) }
    var best = LifeChoices(components: most, view: .change, faultModes: 1, reach: 1, ridge: 0.1)
    var least = Double.infinity
    var known: Set<LifeChoices> = []
    func weigh(_ change: (inout LifeChoices) -> Void) {
      var choices = best
      change(&choices)
      guard known.insert(choices).inserted else { return }
      let error = error(choices, effort)
      progress(
        "\(choices.components) components by \(choices.view), \(choices.faultModes) fault modes, reach "
          + "\(choices.reach), ridge \(choices.ridge): error \((error * 100).rounded() / 100)")
      if error < bar * least { (best, least) = (choices, error) }
    }
    for _ in 0..<2 {
      for view in [EngineView.change, .place] {
        for components in (1...most).reversed() { weigh { ($0.components, $0.view) = (components, view) } }
      }
      for modes in 1...3 { weigh { $0.faultModes = modes } }
      for reach in [0.7, 1.0, 1.4, 2.0] {
        for ridge in [0.03, 0.1, 0.5, 1] { weigh { ($0.reach, $0.ridge) = (reach, ridge) } }
      }
    }
    return best
  }

  /// Few engines are cut more often, so that chance does not choose.
  private var cutsInSearch: Int { max(5, 200 / runs.count) }

  /// Root mean square error of the indicators in search of a choice.
  private func error(_ choices: LifeChoices, _ effort: FitEffort) -> Double {
    let outcomes = learners.indices.flatMap { fold in
      let maps = learners[fold].maps(choices, centres: effort.searchCentres, rows: effort.searchRows)
      return leftOut(fold).flatMap { engine in
        Self.cuts(of: runs[engine], engine: engine, count: cutsInSearch).map { row in
          (
            expected: learners[fold].expected(maps, choices, engine: engine, row: row),
            truth: runs[engine].remaining(at: row)
          )
        }
      }
    }
    return Self.cappedRMSE(outcomes)
  }

  /// What engines that were left out turn out like, in their order.
  func outcomes(_ choices: LifeChoices, centres: Int, rows: Int) -> [Outcome] {
    var result: [Int: Outcome] = [:]
    for fold in learners.indices {
      let maps = learners[fold].maps(choices, centres: centres, rows: rows)
      for engine in leftOut(fold) {
        let run = runs[engine]
        let course = (0..<run.count).map { learners[fold].expected(maps, choices, engine: engine, row: $0) }
        let cutRows = Self.cuts(of: run, engine: engine, count: 20)
        result[engine] = Outcome(
          cuts: cutRows.map { (course[$0], run.remaining(at: $0)) }, course: course,
          remaining: (0..<run.count).map { run.remaining(at: $0) }, cutRows: cutRows)
      }
    }
    return runs.indices.compactMap { result[$0] }
  }

  private func leftOut(_ fold: Int) -> [Int] { runs.indices.filter { $0 % learners.count == fold } }

  /// Rows at which a run is cut as in a test set: remaining cycles spread evenly from 5 to the horizon, after at least
  /// 25 cycles.
  static func cuts(of run: EngineRun, engine: Int, count: Int) -> [Int] {
    let last = run.count - 1
    let span = min(LifeLearner.horizon, Double(last - LifeLearner.leastSeen)) - 5
    guard span > 0 else { return [] }
    return (0..<count).map { i in
      // Each engine's cuts lie elsewhere within their shares, by the golden ratio.
      let place = (Double(engine * count + i) * 0.618_033_988_75).truncatingRemainder(dividingBy: 1)
      return last - Int(5 + span * (Double(i) + place) / Double(count))
    }
  }

  static func cappedRMSE(_ outcomes: [(expected: Double, truth: Double)]) -> Double {
    let squares = outcomes.reduce(0.0) {
      let miss = $1.expected - min($1.truth, RemainingLifeModel.cap)
      return $0 + miss * miss
    }
    return (squares / Double(max(outcomes.count, 1))).squareRoot()
  }
}
