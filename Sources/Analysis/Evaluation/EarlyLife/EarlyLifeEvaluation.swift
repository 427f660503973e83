// Life from the first cycles alone (Severson et al., Nature Energy 4, 2019): a cell whose discharge curve already
// changes unevenly will fail early.
import CMath

/// ln life = a + b · ln var(ΔQ), with an interval from what the other cells missed by.
public struct EarlyLifeModel: Equatable, Sendable {
  /// The cycle that the change is counted from, and the one it is counted to.
  public var firstCycle: Int
  public var lastCycle: Int
  public var intercept: Double
  public var slope: Double
  /// |error of ln life| of cells that were left out, ascending.
  fileprivate var misses: [Double]

  /// Reference cycles to choose from: early enough to be early, late enough that a new cell's settling is over.
  static var references: [Int] { [5, 10, 15, 20, 30] }

  /// Chooses the reference cycle by leaving one cell out at a time.
  ///
  /// - Parameter cells: at least three, with their lives.
  static func fitted(to cells: [(matrix: CapacityMatrix, life: Double)]) -> EarlyLifeModel? {
    guard cells.count >= 3, let last = cells.map(\.matrix.cycleCount).min() else { return nil }
    let lives = cells.map { log($0.life) }
    var best: (loss: Double, model: EarlyLifeModel)?
    for reference in references where 2 * reference <= last {
      let features = cells.map { $0.matrix.logVarianceOfChange(from: reference, to: last) }
      let misses = cells.indices.map { i in
        let line = line(features, lives, without: i)
        return abs(line.intercept + line.slope * features[i] - lives[i])
      }
      let loss = misses.reduce(0) { $0 + $1 * $1 }
      if loss < best?.loss ?? .infinity {
        let line = line(features, lives, without: nil)
        let model = EarlyLifeModel(
          firstCycle: reference, lastCycle: last, intercept: line.intercept, slope: line.slope,
          misses: misses.sorted())
        best = (loss, model)
      }
    }
    return best?.model
  }

  /// The most likely life, in cycles.
  func life(of cell: CapacityMatrix) -> Double {
    exp(intercept + slope * cell.logVarianceOfChange(from: firstCycle, to: lastCycle))
  }

  /// What the life is multiplied and divided by for an interval that holds the truth with a probability (conformal
  /// prediction by cells left out). With too few cells for that, a normal law's interval if it is wider.
  func factor(_ probability: Double) -> Double {
    let rank = Int((probability * Double(misses.count + 1)).rounded(.up))
    guard rank > misses.count else { return exp(misses[rank - 1]) }
    let deviation = (misses.reduce(0) { $0 + $1 * $1 } / Double(misses.count)).squareRoot()
    return exp(max(misses.last ?? 0, (probability > 0.85 ? 1.645 : 1.282) * deviation))
  }

  /// Least squares through all points but one.
  private static func line(
    _ x: [Double], _ y: [Double], without left: Int?
  ) -> (intercept: Double, slope: Double) {
    let kept = x.indices.filter { $0 != left }
    let n = Double(kept.count)
    let meanX = kept.reduce(0) { $0 + x[$1] } / n
    let meanY = kept.reduce(0) { $0 + y[$1] } / n
    let products = kept.reduce(0) { $0 + (x[$1] - meanX) * (y[$1] - meanY) }
    let squares = kept.reduce(0) { $0 + (x[$1] - meanX) * (x[$1] - meanX) }
    let slope = squares > 0 ? products / squares : 0
    return (meanY - slope * meanX, slope)
  }
}

/// Judges each cell with what all others teach.
public struct EarlyLifeEvaluation: Sendable {
  public struct Cell: Sendable {
    public var name: String
    /// In cycles, as all below.
    public var life: Double
    public var predicted: Double
    public var interval80: ClosedRange<Double>
    public var interval90: ClosedRange<Double>
    public var firstCycle: Int
    /// The geometric mean of the other cells' lives: what is known without a measurement.
    public var withoutMeasurement: Double
  }

  public let cells: [Cell]

  /// - Throws: with fewer than four cells.
  public init(_ measured: [(matrix: CapacityMatrix, life: Double)]) throws(SeriesError) {
    var cells: [Cell] = []
    for i in measured.indices {
      var others = measured
      others.remove(at: i)
      guard let model = EarlyLifeModel.fitted(to: others) else { throw .fewCells(measured.count) }
      let predicted = model.life(of: measured[i].matrix)
      let (factor80, factor90) = (model.factor(0.8), model.factor(0.9))
      cells.append(
        Cell(
          name: measured[i].matrix.name, life: measured[i].life, predicted: predicted,
          interval80: predicted / factor80...predicted * factor80,
          interval90: predicted / factor90...predicted * factor90, firstCycle: model.firstCycle,
          withoutMeasurement: exp(others.reduce(0) { $0 + log($1.life) } / Double(others.count))))
    }
    self.cells = cells
  }

  /// Mean of |predicted - true| / true, in percent.
  public var meanError: Double { mean { 100 * abs($0.predicted - $0.life) / $0.life } }
  /// The same for the geometric mean of the other lives.
  public var meanErrorWithoutMeasurement: Double { mean { 100 * abs($0.withoutMeasurement - $0.life) / $0.life } }
  /// Median of |predicted - true| / true, in percent.
  public var medianError: Double {
    let errors = cells.map { 100 * abs($0.predicted - $0.life) / $0.life }.sorted()
    return (errors[(errors.count - 1) / 2] + errors[errors.count / 2]) / 2
  }
  /// Root of the mean squared error, in cycles.
  public var rmse: Double { mean { ($0.predicted - $0.life) * ($0.predicted - $0.life) }.squareRoot() }
  public var coverage80: Double { mean { $0.interval80 ~= $0.life ? 1 : 0 } }
  public var coverage90: Double { mean { $0.interval90 ~= $0.life ? 1 : 0 } }
  /// Mean width of the 80 % interval, in percent of the true life.
  public var width80: Double { mean { 100 * ($0.interval80.upperBound - $0.interval80.lowerBound) / $0.life } }

  private func mean(_ figure: (Cell) -> Double) -> Double {
    cells.reduce(0) { $0 + figure($1) } / Double(cells.count)
  }
}
