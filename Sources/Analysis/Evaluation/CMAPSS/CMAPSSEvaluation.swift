// Runs a fitted model over engines that were cut short, as it would run on board, and says how good it was.
import Prognostics

/// How good prognoses of a set of engines were.
public struct LifeScores: Sendable {
  /// Root mean square error of the mean, in cycles.
  public let rmse: Double
  /// Sum over the engines; late prognoses cost more. Grows exponentially with the worst miss.
  public let nasaScore: Double
  /// Shares of engines within the 10...90 % and the 5...95 % interval, bounds included.
  public let coverage80: Double
  public let coverage90: Double
  /// Mean width of the 10...90 % interval, in cycles.
  public let width80: Double
  /// Mean continuous ranked probability score, in cycles.
  public let crps: Double

  /// - Parameter cap: both prognoses and truths beyond it count as equal to it.
  init(_ prognoses: [LifeQuantiles], truth: [Double], cap: Double) {
    let capped = prognoses.map { all in LifeQuantiles { min(all[$0], cap) } }
    let truth = truth.map { min($0, cap) }
    let errors = zip(capped, truth).map { quantiles, truth in
      (0..<39).reduce(0) { $0 + quantiles[$1] } / 39 - truth
    }
    rmse = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
    nasaScore = PrognosticMetrics.nasaScore(errors)
    func level(_ i: Int) -> [Double] { capped.map { $0[i] } }
    coverage80 = PrognosticMetrics.coverage(low: level(3), high: level(35), truth: truth)
    coverage90 = PrognosticMetrics.coverage(low: level(1), high: level(37), truth: truth)
    width80 = capped.reduce(0) { $0 + $1[35] - $1[3] } / Double(capped.count)
    crps =
      zip(capped, truth).reduce(0) {
        $0 + PrognosticMetrics.crps($1.0, at: QuantileLevels.thirtyNine, truth: $1.1)
      } / Double(capped.count)
  }
}

/// A model's run over a test set.
public struct CMAPSSEvaluation: Sendable {
  /// One estimator's scores and cost.
  public struct Result: Sendable {
    /// Remaining cycles capped at 125, as publications have it, and as they are.
    public let capped: LifeScores
    public let uncapped: LifeScores
    /// State of one engine between two cycles.
    public let bytesOfState: Int
    /// Time that one cycle of one engine takes, in nanoseconds.
    public let nanosecondsPerUpdate: Double
    /// Time that a prognosis takes on top, whenever one is wanted.
    public let nanosecondsPerPrognosis: Double
  }

  public let engines: Int
  public let model: Result
  /// The model's indicator through a shape bank, one state more and no conformal table.
  public let shapeBank: Result

  public init(of model: RemainingLifeModel, over tests: EngineTestSet) {
    engines = tests.runs.count
    self.model = Self.run(
      tests, bytes: MemoryLayout<EngineFilter>.size, begin: { model.begin() },
      step: { model.step(&$0, $1, row: $2) }, prognosis: { model.remaining($0) })

    let assumed = model.bank.model
    self.shapeBank = Self.run(
      tests, bytes: MemoryLayout<EngineFilter>.size + MemoryLayout<BankSettings.Bank>.size,
      begin: { (model.begin(), BankSettings.Bank(assumed)) },
      step: { state, run, row in
        model.step(&state.0, run, row: row)
        state.1.step(BankSettings.indicator(model.expectedRemaining(state.0)), assumed)
      }, prognosis: { $0.1.remainingUsage(at: QuantileLevels.thirtyNine, assumed) })
  }

  private static func run<State>(
    _ tests: EngineTestSet, bytes: Int, begin: () -> State, step: (inout State, EngineRun, Int) -> Void,
    prognosis: (State) -> LifeQuantiles
  ) -> Result {
    let clock = ContinuousClock()
    var states: [State] = []
    let cycles = tests.runs.reduce(0) { $0 + $1.count }
    var prognoses: [LifeQuantiles] = []
    var stepping = Duration.seconds(1_000_000)
    var asking = stepping
    // The quickest of a few passes: others may be using the machine.
    for _ in 0..<3 {
      states.removeAll()
      let took = clock.measure {
        for run in tests.runs {
          var state = begin()
          for row in 0..<run.count { step(&state, run, row) }
          states.append(state)
        }
      }
      stepping = min(stepping, took)
      asking = min(asking, clock.measure { prognoses = states.map(prognosis) })
    }
    return Result(
      capped: LifeScores(prognoses, truth: tests.remaining, cap: RemainingLifeModel.cap),
      uncapped: LifeScores(prognoses, truth: tests.remaining, cap: .infinity), bytesOfState: bytes,
      nanosecondsPerUpdate: stepping / .nanoseconds(1) / Double(max(cycles, 1)),
      nanosecondsPerPrognosis: asking / .nanoseconds(1) / Double(max(states.count, 1)))
  }
}
