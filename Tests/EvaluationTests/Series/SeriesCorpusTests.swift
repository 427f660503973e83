// Real cells to the end of their lives. These figures are the gates of the accuracy table.
import Glibc
import Testing

@testable import Evaluation

private let corpus = getenv("TELLTALE_CORPUS").map { String(cString: $0) }

@Suite(.enabled(if: corpus != nil, "TELLTALE_CORPUS names no folder with the corpus"))
struct SeriesCorpusTests {
  private func rows(
    _ files: [String], unit: String?, usage: String, value: String
  ) throws -> SeriesRows {
    var rows = SeriesRows()
    for file in files {
      let table = try DelimitedText.read(path: (corpus ?? "") + "/degradation/" + file)
      try rows.add(table, SeriesColumns(unit: unit, usage: usage, value: value))
    }
    return rows
  }

  @Test func cellsThatFadeWithAKnee() throws {
    let rows = try rows(["rwth-sanyo/checkups.csv"], unit: "cell", usage: "AhEla", value: "CapDCH1")
    let evaluation = try SeriesEvaluation(rows, level: .relative(0.8))
    #expect(evaluation.counting == .eachRow)
    #expect(evaluation.units.count == 24)
    let outcome = try evaluation.leaveOneOut()
    let bank = try #require(outcome.figures[.shapeBank])
    #expect(bank.all.rmse <= 7)
    #expect(0.85...0.97 ~= bank.all.coverage90)
    #expect(0.72...0.92 ~= bank.all.coverage80)
    for other in [Estimator.linearKalman, .leastSquares, .priorOnly] {
      #expect(bank.all.rmse < 0.8 * (outcome.figures[other]?.all.rmse ?? 0))
    }
  }

  @Test func twoCellsWithNothingToLearnFromButEachOther() throws {
    let rows = try rows(
      ["nasa-battery/B0005_cycles.csv", "nasa-battery/B0006_cycles.csv"], unit: nil, usage: "cycle_num", value: "cap")
    let evaluation = try SeriesEvaluation(rows, level: .absolute(1.4))
    #expect(evaluation.counting == .running)
    let figures = try evaluation.leaveOneOut().figures
    let bank = try #require(figures[.shapeBank])
    for stage in 0..<3 {
      #expect(bank.stages[stage].rmse < (figures[.linearKalman]?.stages[stage].rmse ?? 0))
      #expect(bank.stages[stage].rmse < (figures[.leastSquares]?.stages[stage].rmse ?? 0))
    }
    #expect(bank.all.coverage90 >= 0.85)
  }

  @Test func livesFromNinetyNineCycles() throws {
    let names = [1, 5, 9, 13, 17, 21, 25, 29, 33, 37, 41].map { "cell\($0).csv" }
    let folder = (corpus ?? "") + "/degradation/severson/"
    let lives = try CellLives(try DelimitedText.read(path: folder + "train_cycle_lives.csv"))
    let matrices = try names.map { try CapacityMatrix(try DelimitedText.read(path: folder + $0)) }
    let known = try lives.lives(of: matrices.map(\.name))
    let evaluation = try EarlyLifeEvaluation(zip(matrices, known).map { (matrix: $0, life: $1) })
    #expect(evaluation.meanError < 12)
    #expect(evaluation.meanError < 0.5 * evaluation.meanErrorWithoutMeasurement)
    #expect(evaluation.coverage90 >= 0.8)
  }
}
