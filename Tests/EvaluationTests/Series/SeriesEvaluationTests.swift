// The estimators over units whose truth is known.
import Testing

@testable import Evaluation

@Suite struct SeriesEvaluationTests {
  private func outcome(
    _ series: SyntheticSeries, level: FailureLevel? = nil
  ) throws -> (evaluation: SeriesEvaluation, outcome: SeriesEvaluation.Outcome, lives: [Double]) {
    let (text, lives) = series.table()
    let evaluation = try SeriesEvaluation(try rows(text), level: level ?? .absolute(series.failed))
    return (evaluation, try evaluation.leaveOneOut(), lives)
  }

  @Test func aStraightCourseIsForetoldFallingAndRising() throws {
    for (new, failed) in [(100.0, 20.0), (0, 8)] {
      var series = SyntheticSeries(course: { $0 })
      (series.new, series.failed) = (new, failed)
      let (evaluation, outcome, lives) = try outcome(series)
      #expect(evaluation.rises == (failed > new))
      #expect(evaluation.counting == .running)
      for (unit, life) in zip(evaluation.units, lives) { #expect(abs((unit.life ?? 0) - life) < 0.06 * life) }
      let bank = try #require(outcome.figures[.shapeBank])
      #expect(bank.all.count == 40)
      #expect(bank.stages[3].rmse < 4)
      #expect(bank.all.rmse < 7)
      #expect(bank.all.coverage90 > 0.75)
      #expect(bank.all.crps < 0.6 * (outcome.figures[.priorOnly]?.all.crps ?? 0))
    }
  }

  @Test func aKneeIsForetoldByTheCurveOfTheOthersAndNotByAStraightLine() throws {
    let series = SyntheticSeries(course: { $0 < 0.7 ? 0.5 * $0 : 0.35 + (0.65 / 0.3) * ($0 - 0.7) })
    let (_, outcome, _) = try outcome(series)
    #expect(outcome.models.allSatisfy { $0.settings.usesCurve })
    let bank = try #require(outcome.figures[.shapeBank])
    for other in [Estimator.linearKalman, .leastSquares, .priorOnly] {
      let figures = try #require(outcome.figures[other])
      #expect(bank.all.rmse < 0.6 * figures.all.rmse)
      #expect(bank.all.crps < 0.6 * figures.all.crps)
    }
    #expect(try #require(outcome.figures[.leastSquares]).stages[2].bias > 10)
    let curve = try #require(outcome.models[0].prior.curve)
    #expect(abs(curve.value(at: 0.5) - 0.25) < 0.04)
    #expect(abs(curve.value(at: 0.85) - 0.675) < 0.06)
  }

  @Test func noiseWidensTheInterval() throws {
    let quiet = try outcome(SyntheticSeries(course: { $0 }, noise: 0.01, units: 5)).outcome
    let noisy = try outcome(SyntheticSeries(course: { $0 }, noise: 0.15, units: 5)).outcome
    let widths = try [quiet, noisy].map { try #require($0.figures[.shapeBank]).stages[2].width80 }
    #expect(widths[1] > 1.2 * widths[0])
  }

  @Test func unitsThatDidNotFailAreNamedAndLeftOut() throws {
    var (text, _) = SyntheticSeries(course: { $0 }, units: 4).table()
    for usage in 0..<20 { text += "alive,\(usage * 10),\(100 - usage)\n" }
    text += "short,1,90\nspent,1,10\nspent,2,9\nspent,3,8\nspent,4,7\n"
    let evaluation = try SeriesEvaluation(try rows(text), level: .relative(0.2))
    #expect(evaluation.units.count == 4)
    #expect(evaluation.leftOut.map(\.name) == ["alive", "short", "spent"])
    #expect(evaluation.leftOut.map(\.reason) == ["has not failed", "1 measurement", "has not failed"])
    let absolute = try SeriesEvaluation(try rows(text), level: .absolute(20))
    #expect(absolute.leftOut.last?.reason == "is past the failure level from the start")
    #expect(throws: SeriesError.self) { try SeriesEvaluation(try rows(text), level: .absolute(-1000)) }
  }

  @Test func oneUnitNeedsAPriorAndTwoHaveOne() throws {
    let (text, _) = SyntheticSeries(course: { $0 }, units: 1).table()
    let evaluation = try SeriesEvaluation(try rows(text), level: .absolute(20))
    #expect(throws: SeriesError.noPrior(ends: 1)) { try evaluation.leaveOneOut() }
    let guess = SeriesModel(prior: .guess(life: 380), settings: .usual(usesCurve: false))
    let guessed = try #require(evaluation.run(with: guess).figures[.shapeBank])
    #expect(guessed.all.count == 4)
    #expect(guessed.all.rmse < 25)
    let (_, outcome, _) = try outcome(SyntheticSeries(course: { $0 }, units: 2))
    #expect(outcome.models.map(\.prior.units) == [1, 1])
    #expect(try #require(outcome.figures[.shapeBank]).all.rmse < 25)
  }

  @Test func noUnitTeachesItsOwnPrior() throws {
    let (evaluation, outcome, _) = try outcome(SyntheticSeries(course: { $0 }, units: 5))
    let lives = evaluation.units.compactMap(\.life)
    for (i, model) in outcome.models.enumerated() {
      let others = lives.indices.filter { $0 != i }.map { lives[$0] }
      let product = others.reduce(1, *)
      #expect(model.prior.units == 4)
      #expect(abs(product.squareRoot().squareRoot() - model.prior.life) < 1e-9 * model.prior.life)
    }
  }

  @Test func theUnitOfUsageDoesNotMatter() throws {
    let text = SyntheticSeries(course: { $0 * $0 }, units: 5).table().text
    let lines = text.split(separator: "\n")
    let scaled = lines.prefix(1) + lines.dropFirst().map { line in
      let fields = line.split(separator: ",")
      return Substring("\(fields[0]),\((Double(fields[1]) ?? 0) * 1024),\(fields[2])")
    }
    let figures = try [text, scaled.joined(separator: "\n")].map { text in
      try #require(try SeriesEvaluation(try rows(text), level: .absolute(20)).leaveOneOut().figures[.shapeBank])
    }
    #expect(abs(figures[0].all.rmse - figures[1].all.rmse) < 1e-6)
    #expect(abs(figures[0].all.crps - figures[1].all.crps) < 1e-6)
  }

  @Test func aStoredCurveForetellsOtherUnits() throws {
    let course = { (x: Double) in x < 0.6 ? x / 3 : 0.2 + 2 * (x - 0.6) }
    let learnt = try SeriesEvaluation(try rows(SyntheticSeries(course: course).table().text), level: .absolute(20))
    let model = try #require(learnt.modelWithCurve)
    let others = SyntheticSeries(course: course, units: 8, seed: 99).table().text
    let curve = try #require(model.prior.curve)
    let judged = try SeriesEvaluation(try rows(others), level: .absolute(20), curve: curve).run(with: model)
    #expect(try #require(judged.figures[.shapeBank]).all.rmse < 8)
    #expect(throws: FadeCurve.Flaw.self) { try FadeCurve(values: curve.values.dropLast()) }
    #expect(throws: FadeCurve.Flaw.self) { try FadeCurve(values: curve.values.reversed()) }
    #expect(throws: FadeCurve.Flaw.self) { try FadeCurve(values: curve.values.map { 2 * $0 }) }
  }

  @Test func stateIsSmallAndOfFixedSize() {
    let model = SeriesModel(prior: .guess(life: 100), settings: .usual(usesCurve: false))
    #expect(model.bytesOfState <= 1_024 + 192)
  }
}
