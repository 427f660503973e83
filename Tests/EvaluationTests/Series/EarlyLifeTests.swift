// Life from the first cycles, on matrices whose life follows from their change.
import Testing

@testable import Evaluation

@Suite struct EarlyLifeTests {
  /// Capacity over 60 voltages for 80 cycles, whose dip grows the faster the sooner the cell dies; cycle 79 is odd.
  private func matrix(life: Double, seed: UInt64, transposed: Bool = false) -> String {
    var random = SeriesRandom(seed: seed)
    let depth = 40 / life
    let rows = (0..<60).map { voltage in
      (0..<80).map { cycle in
        let dip = depth * Double(cycle) / 80 * (voltage > 20 && voltage < 40 ? 1.0 : 0)
        return 1 - Double(voltage) / 60 - dip + 1e-4 * random.normal() + (cycle == 78 ? 0.5 : 0)
      }
    }
    let turned = transposed ? (0..<80).map { cycle in rows.map { $0[cycle] } } : rows
    return turned.map { $0.map { "\($0)" }.joined(separator: ",") + "," }.joined(separator: "\r\n")
  }

  private func table(_ text: String, _ name: String = "t.csv") -> DelimitedText {
    DelimitedText(bytes: Array(text.utf8), name: name)
  }

  @Test func livesAreForetoldWithTheirIntervals() throws {
    var random = SeriesRandom(seed: 11)
    let lives = (0..<14).map { _ in 800 * (1 + 0.35 * max(-1.8, min(1.8, random.normal()))) }
    let cells = try lives.enumerated().map { i, life -> (matrix: CapacityMatrix, life: Double) in
      // It does not matter which side of the matrix is the cycles.
      let text = matrix(life: life, seed: UInt64(i), transposed: i % 2 == 1)
      return (matrix: try CapacityMatrix(table(text)), life: life)
    }
    let evaluation = try EarlyLifeEvaluation(cells)
    #expect(evaluation.meanError < 4)
    #expect(evaluation.meanErrorWithoutMeasurement > 15)
    #expect(evaluation.coverage90 >= 0.7)
    #expect(evaluation.cells.allSatisfy { $0.interval80.lowerBound >= $0.interval90.lowerBound })
    #expect(throws: SeriesError.fewCells(3)) { try EarlyLifeEvaluation(Array(cells.prefix(3))) }
  }

  @Test func aMatrixThatIsNotWholeIsRefusedWithItsLine() {
    var lines = matrix(life: 500, seed: 1).split(separator: "\r\n")
    lines[6] = "1,2,3"
    let text = lines.joined(separator: "\n")
    #expect(performing: { try CapacityMatrix(table(text)) }, throws: { "\($0)".contains("line 7: 3 numbers where 80") })
    #expect(throws: SeriesError.self) { try CapacityMatrix(table("1,2\n3,4\n")) }
  }

  @Test func livesAreFoundByNameNumberOrOrder() throws {
    let list = try CellLives(table("life\n100\n200\n300\n"))
    #expect(try list.lives(of: ["cell3", "cell1"]) == [300, 100])
    #expect(try list.lives(of: ["c0", "c2"]) == [100, 300])
    #expect(try list.lives(of: ["a", "b", "c"]) == [100, 200, 300])
    #expect(throws: SeriesError.self) { try list.lives(of: ["cell4"]) }
    let named = try CellLives(table("cell;life\nb1c2;1 200,5\n7;900 cycles\n".replacing("1 200", with: "1200")))
    #expect(try named.lives(of: ["B1C2", "cell7"]) == [1200.5, 900])
    #expect(throws: SeriesError.self) { try named.lives(of: ["cell1"]) }
    #expect(throws: SeriesError.self) { try CellLives(table("100\nlong\n")) }
  }
}
