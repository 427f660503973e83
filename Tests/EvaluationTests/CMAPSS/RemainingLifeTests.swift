import Prognostics
import Testing

@testable import Evaluation

@Suite("Remaining life of engines")
struct RemainingLifeTests {
  /// Two regimes, two ways to fail; engines to learn from and others that were cut short.
  private struct Bench {
    let trained: [EngineRun]
    let model: RemainingLifeModel
    let report: FitReport
    let tests: EngineTestSet

    /// The fitted model but for its indicators, of which there is one per way to fail, from 3 of 4 engines.
    var twoModes: RemainingLifeModel {
      let learner = LifeLearner(trained, learners: trained.indices.filter { $0 % 4 != 0 })
      let maps = learner.maps(
        LifeChoices(components: 2, view: .place, faultModes: 2, reach: 1, ridge: 0.1), centres: 40, rows: 900)
      return RemainingLifeModel(
        sensors: learner.sensors.keeping(2), view: .place, modes: maps.modes, lives: maps.lives,
        calibration: model.calibration, bank: model.bank)
    }

    init() throws {
      var maker = SyntheticEngines(seed: 21, regimes: 2, modes: 2)
      trained = maker.trained(16)
      (model, report) = try RemainingLifeModel.fit(trained, effort: .test)
      var draws = Draws(seed: 22)
      var rows: [[Double]] = []
      var truth = ""
      for unit in 1...30 {
        let run = maker.run(unit: unit)
        let left = 5 + Int(115 * draws.uniform())
        rows += run.dropLast(left)
        truth += "\(left)\n"
      }
      tests = try EngineTestSet(
        test: EngineFile(
          table: NumberTable(text: Array(SyntheticEngines.text(rows).utf8), columns: 26), name: "test"),
        remaining: NumberTable(text: Array(truth.utf8), columns: 1), names: ("test", "rul"))
    }
  }

  private static let bench = Result { try Bench() }

  @Test("Regimes are found in the training engines, and what did not move is not used")
  func structure() throws {
    let bench = try Self.bench.get()
    #expect(bench.report.regimes == 2)
    #expect(bench.report.engines == 16)
    #expect(bench.model.components == 2)
  }

  @Test("Two ways to fail give two indicators, and an engine that nears its end is known by its way")
  func twoIndicators() throws {
    let bench = try Self.bench.get()
    let model = bench.twoModes
    #expect(model.faultModes == 2)
    let modes = try #require(model.modes)
    var modeOf: [Int: Int] = [:]
    for engine in stride(from: 0, to: bench.trained.count, by: 4) {
      let run = bench.trained[engine]
      var filter = model.begin()
      for row in 0..<(run.count - 30) { model.step(&filter, run, row: row) }
      #expect(abs(model.expectedRemaining(filter) - 30) < 20)
      let likely = modes(filter.features(components: 2, .place))
      let mode = likely[0] > likely[1] ? 0 : 1
      #expect(modeOf[run.unit % 2, default: mode] == mode)
      modeOf[run.unit % 2] = mode
    }
  }

  @Test("Prognoses of other engines are near the truth, and their intervals are honest")
  func accuracy() throws {
    let bench = try Self.bench.get()
    let result = CMAPSSEvaluation(of: bench.model, over: bench.tests)
    #expect(result.engines == 30)
    // Always telling the mean would miss by 33 cycles; what the noise allows is about 10.
    #expect(result.model.capped.rmse < 15)
    #expect(result.model.uncapped.rmse < 16)
    #expect(abs(result.model.capped.rmse - bench.report.crossValidatedRMSE) < 5)
    #expect((0.65...0.97).contains(result.model.capped.coverage80))
    #expect((0.78...1).contains(result.model.capped.coverage90))
    #expect(result.model.capped.width80 < 45)
    #expect(result.shapeBank.capped.rmse < 20)
    #expect(result.model.bytesOfState <= 256)
    #expect(result.shapeBank.bytesOfState <= 256 + 1024)
  }

  @Test("A stored model says what the fitted one says")
  func storing() throws {
    let bench = try Self.bench.get()
    for model in [bench.model, bench.twoModes] {
      let restored = try RemainingLifeModel(model.stored())
      let run = bench.tests.runs[0]
      var (a, b) = (model.begin(), restored.begin())
      for row in 0..<run.count {
        model.step(&a, run, row: row)
        restored.step(&b, run, row: row)
      }
      for i in 0..<39 { #expect(model.remaining(a)[i] == restored.remaining(b)[i]) }
      #expect(restored.bank.hazard == model.bank.hazard)
      #expect(restored.bank.forgetting == model.bank.forgetting)
    }
  }

  @Test("A stored model that lacks something is refused by name")
  func damagedStore() throws {
    let members = try Self.bench.get().twoModes.stored().members
    #expect(throws: TableError("\"halfWidth\" is missing; store the model anew")) {
      try RemainingLifeModel(StoredNumbers(members.filter { $0.name != "halfWidth" }))
    }
    for index in members.indices {
      var changed = members
      changed[index].values.append(1)
      changed[index].values.append(1)
      #expect(throws: TableError.self, "\(members[index].name)") { try RemainingLifeModel(StoredNumbers(changed)) }
    }
    #expect(throws: TableError("\"components\" is 99.0, outside 1...8")) {
      try RemainingLifeModel(StoredNumbers(members.map { $0.name == "components" ? ($0.name, [99]) : $0 }))
    }
  }

  @Test("A prognosis knows nothing of the cycles to come, and a copied state goes on as if nothing had been")
  func streaming() throws {
    let bench = try Self.bench.get()
    let run = bench.tests.runs[1]
    var whole = bench.model.begin()
    var early: LifeQuantiles?
    var copy = whole
    for row in 0..<run.count {
      bench.model.step(&whole, run, row: row)
      if row == 50 {
        early = bench.model.remaining(whole)
        copy = whole
      }
    }
    for row in 51..<run.count { bench.model.step(&copy, run, row: row) }
    #expect(bench.model.expectedRemaining(copy) == bench.model.expectedRemaining(whole))
    var short = bench.model.begin()
    for row in 0...50 { bench.model.step(&short, run, row: row) }
    for i in 0..<39 { #expect(early?[i] == bench.model.remaining(short)[i]) }
  }

  @Test("Quantiles ascend and are never below nothing")
  func quantiles() throws {
    let model = try Self.bench.get().model
    for expected in stride(from: 0.0, through: 125, by: 5) {
      let q = model.calibration.quantiles(expected)
      #expect(q[0] >= 0)
      for i in 1..<39 { #expect(q[i] >= q[i - 1]) }
    }
  }

  @Test("Five engines are enough and always give the same coefficients; three, or still sensors, are refused")
  func fewEngines() throws {
    var maker = SyntheticEngines(seed: 24)
    let runs = maker.trained(5)
    let (model, report) = try RemainingLifeModel.fit(runs, effort: .test)
    #expect(report.faultModes == 1)
    #expect(model.components >= 1)
    #expect(report.crossValidatedRMSE < 40)
    let again = try RemainingLifeModel.fit(runs, effort: .test).model
    #expect(again.stored().members.map(\.values) == model.stored().members.map(\.values))
    #expect(
      throws: TableError("only 3 engines with 30 cycles or more to learn from; 4 are needed")
    ) { try RemainingLifeModel.fit(Array(runs.prefix(3)), effort: .test) }

    let still = runs.map { run in
      EngineRun(
        unit: run.unit, rows: run.cycles.map { ($0, ArraySlice([Double](repeating: 5, count: EngineRun.width))) })
    }
    #expect(throws: TableError("no sensor moves in any operating regime: there is nothing to learn from")) {
      try RemainingLifeModel.fit(still, effort: .test)
    }
  }

  @Test("A calibration takes out bias, holds its promise on what it was fitted on, and grows with the misses")
  func calibration() {
    func outcomes(_ scatter: Double) -> [(expected: Double, truth: Double)] {
      var draws = Draws(seed: 26)
      return (0..<2000).map { _ in
        let expected = 125 * draws.uniform()
        return (expected, max(0, expected + 5 + scatter * (0.5 + expected / 125) * draws.normal()))
      }
    }
    let few = Calibration(fitting: outcomes(4))
    let many = Calibration(fitting: outcomes(12))
    for expected in [40.0, 70, 115] {
      #expect(abs(few.quantiles(expected)[19] - expected - 5) < 2)
      let widths = [few, many].map { $0.quantiles(expected)[35] - $0.quantiles(expected)[3] }
      #expect(widths[1] > 2 * widths[0])
    }
    #expect(few.quantiles(115)[35] - few.quantiles(115)[3] > 1.3 * (few.quantiles(20)[35] - few.quantiles(20)[3]))
    let within = outcomes(4).filter {
      let q = few.quantiles($0.expected)
      return q[3] <= $0.truth && $0.truth <= q[35]
    }
    #expect(abs(Double(within.count) / 2000 - 0.8) < 0.02)
  }

  @Test("Scores are those of their definitions")
  func scores() {
    // A prognosis that is certain of 50 beside truths of 40, 50 and 200.
    let certain = LifeQuantiles(repeating: 50)
    let capped = LifeScores([certain, certain, certain], truth: [40, 50, 200], cap: 125)
    #expect(abs(capped.rmse - ((100.0 + 0 + 75 * 75) / 3).squareRoot()) < 1e-12)
    #expect(abs(capped.coverage80 - 1.0 / 3) < 1e-12)
    #expect(capped.width80 == 0)
    let uncapped = LifeScores([certain], truth: [200], cap: .infinity)
    #expect(abs(uncapped.rmse - 150) < 1e-12)
    // Beyond the cap both count as the cap.
    let far = LifeScores([LifeQuantiles(repeating: 300)], truth: [200], cap: 125)
    #expect(far.rmse == 0)
    #expect(far.coverage90 == 1)
    #expect(far.nasaScore == 0)
  }
}
