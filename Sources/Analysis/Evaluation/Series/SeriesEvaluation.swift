// Runs the estimators over units with a known end, each with what the other units teach.
import Prognostics

/// Lives of many units of one kind, ready to be evaluated.
public struct SeriesEvaluation: Sendable {
  /// Stages of life at which a prognosis is judged: the tick that ends nearest to it counts, within `reach`.
  public static var stages: [Double] { [0.25, 0.50, 0.75, 0.90] }
  static var reach: Double { 0.15 }
  /// From so many units on settings are chosen by cross-validation among them.
  static var fewestForChoice: Int { 4 }
  /// From so many units on prognoses are corrected by how those of the cross-validation turned out.
  static var fewestForCorrection: Int { 10 }

  /// Units with a known end.
  public let units: [UnitHistory]
  /// Units that have not failed under observation or say nothing, with the reason.
  public let leftOut: [(name: String, reason: String)]
  public let counting: UsageCounting
  /// Which way the indicator fails.
  public let rises: Bool
  private let curve: FadeCurve?

  /// - Parameters:
  ///   - counting: what the usage column counts; nil to find out.
  ///   - curve: shipped for this kind; nil to learn it.
  /// - Throws: when not one unit lived to its end.
  public init(
    _ rows: SeriesRows, level: FailureLevel, counting: UsageCounting? = nil, curve: FadeCurve? = nil
  ) throws(SeriesError) {
    let counting = counting ?? UsageCounting.found(in: rows.units.map(\.rows))
    let rises = UnitHistory.rises(rows.units, level, counting)
    var units: [UnitHistory] = []
    var leftOut: [(name: String, reason: String)] = []
    for unit in rows.units {
      do throws(UnitHistory.Unusable) {
        let history = try UnitHistory(
          name: unit.name, rows: unit.rows, level: level, counting: counting, rising: rises)
        if history.life != nil { units.append(history) } else { leftOut.append((unit.name, "has not failed")) }
      } catch {
        leftOut.append((unit.name, error.reason))
      }
    }
    guard !units.isEmpty else { throw .noEnds(leftOut.map { "\($0.name): \($0.reason)" }) }
    self.units = units
    self.leftOut = leftOut
    self.counting = counting
    self.rises = rises
    self.curve = curve
  }

  /// What one estimator reached, over all stages and at each.
  public struct Figures: Sendable {
    public var all = PrognosisScores()
    public var stages = [PrognosisScores](repeating: PrognosisScores(), count: SeriesEvaluation.stages.count)

    /// Judges a unit at each stage.
    mutating func add(_ model: SeriesModel, _ estimator: Estimator, _ ticks: [Tick], life: Double) {
      let judged = SeriesEvaluation.stages.map { Self.tick(at: $0 * life, of: ticks, reach: reach * life) }
      let prognoses = model.prognoses(ticks, by: estimator, after: Set(judged.compactMap { $0 }))
      for (stage, tick) in judged.enumerated() {
        guard let tick, let prognosis = prognoses.first(where: { $0.tick == tick }) else { continue }
        all.add(prognosis.remaining, truth: life - ticks[tick].end, life: life)
        stages[stage].add(prognosis.remaining, truth: life - ticks[tick].end, life: life)
      }
    }

    private static func tick(at usage: Double, of ticks: [Tick], reach: Double) -> Int? {
      let nearest = ticks.indices.min { abs(ticks[$0].end - usage) < abs(ticks[$1].end - usage) }
      return nearest.flatMap { abs(ticks[$0].end - usage) <= reach ? $0 : nil }
    }
  }

  /// What came out, for each estimator, and the model that each unit was judged with.
  public struct Outcome: Sendable {
    public fileprivate(set) var figures: [Estimator: Figures] = [:]
    public fileprivate(set) var models: [SeriesModel] = []
  }

  /// Judges each unit with what all others teach.
  ///
  /// - Parameter progress: is told how many units are done.
  /// - Throws: when there is but one unit.
  public func leaveOneOut(progress: (Int) -> Void = { _ in }) throws(SeriesError) -> Outcome {
    var outcome = Outcome()
    for i in units.indices {
      var others = units
      others.remove(at: i)
      guard let model = fitted(to: others) else { throw .noPrior(ends: units.count) }
      judge(units[i], with: model, &outcome)
      progress(i + 1)
    }
    return outcome
  }

  /// Judges all units with one model that was not learnt from them.
  public func run(with model: SeriesModel) -> Outcome {
    var outcome = Outcome()
    for unit in units { judge(unit, with: model, &outcome) }
    return outcome
  }

  /// What all units together teach, with their curve: what ships for their kind. Nil where they show no curve.
  public var modelWithCurve: SeriesModel? { fitted(to: units, mustUseCurve: true) }

  private func judge(_ unit: UnitHistory, with model: SeriesModel, _ outcome: inout Outcome) {
    guard let life = unit.life else { return }
    let ticks = unit.ticks(span: model.prior.tick, before: life)
    for estimator in Estimator.allCases {
      outcome.figures[estimator, default: Figures()].add(model, estimator, ticks, life: life)
    }
    outcome.models.append(model)
  }

  // MARK: Fitting

  /// Learns the prior of some units and chooses settings by cross-validation among them; nil without a unit.
  private func fitted(to units: [UnitHistory], mustUseCurve: Bool = false) -> SeriesModel? {
    guard let prior = SeriesPrior.learnt(from: units, curve: curve) else { return nil }
    let mustUseCurve = mustUseCurve || curve != nil
    if mustUseCurve && prior.curve == nil { return nil }
    guard units.count >= Self.fewestForChoice else {
      return SeriesModel(prior: prior, settings: .usual(usesCurve: mustUseCurve))
    }
    let candidates = SeriesSettings.candidates(hasCurve: prior.curve != nil, mustUseCurve: mustUseCurve)
    var losses = [Double](repeating: 0, count: candidates.count)
    let leftOut = leftOut(of: units)
    for unit in leftOut {
      for (c, settings) in candidates.enumerated() {
        var figures = Figures()
        figures.add(SeriesModel(prior: unit.prior, settings: settings), .shapeBank, unit.ticks, life: unit.life)
        if figures.all.count > 0 { losses[c] += figures.all.crps }
      }
    }
    let best = losses.indices.min { losses[$0] < losses[$1] } ?? 0
    var model = SeriesModel(prior: prior, settings: candidates[best])
    if units.count >= Self.fewestForCorrection { model.correction = correction(leftOut, candidates[best]) }
    return model
  }

  /// A unit with the prior that others teach.
  private struct LeftOut {
    var prior: SeriesPrior
    var ticks: [Tick]
    var life: Double
  }

  /// Eight folds: each unit with what the units of the other folds teach.
  private func leftOut(of units: [UnitHistory]) -> [LeftOut] {
    let folds = min(units.count, 8)
    return (0..<folds).flatMap { fold -> [LeftOut] in
      let kept = units.indices.filter { $0 % folds != fold }.map { units[$0] }
      guard let prior = SeriesPrior.learnt(from: kept, curve: curve) else { return [] }
      return stride(from: fold, to: units.count, by: folds).compactMap { i in
        units[i].life.map { LeftOut(prior: prior, ticks: units[i].ticks(span: prior.tick, before: $0), life: $0) }
      }
    }
  }

  /// How the prognoses of these settings turn out on units left out, in lives of the prior.
  private func correction(_ units: [LeftOut], _ settings: SeriesSettings) -> ConformalTable? {
    let outcomes = units.flatMap { unit in
      let model = SeriesModel(prior: unit.prior, settings: settings)
      // The first tick only says where the unit begins.
      let asked = Set(unit.ticks.indices.dropFirst())
      return model.prognoses(unit.ticks, by: .shapeBank, after: asked).map { prognosis in
        let q = prognosis.remaining.map { $0 / unit.prior.life }
        let truth = (unit.life - unit.ticks[prognosis.tick].end) / unit.prior.life
        return ConformalTable.Outcome(median: q[3], halfWidth: (q[5] - q[1]) / 2, truth: truth)
      }
    }
    return outcomes.contains { $0.halfWidth > 0 } ? ConformalTable(fitting: outcomes, cap: 1) : nil
  }
}
