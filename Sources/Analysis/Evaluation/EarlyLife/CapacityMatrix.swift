// The discharge curves of one cell's first cycles.
import CMath

/// Discharge capacity on a grid of voltages, for each cycle; or its change since some cycle, which serves as well.
public struct CapacityMatrix: Sendable {
  public let name: String
  /// By cycle, then by voltage.
  private let cycles: [[Double]]
  public var cycleCount: Int { cycles.count }

  /// Cycles over which the median is taken, so that one odd cycle is none of a cell's properties.
  static var window: Int { 5 }
  private static var fewestCycles: Int { 20 }
  private static var fewestVoltages: Int { 10 }

  /// - Parameter table: numbers alone, but for a header; the longer side is the voltages, the shorter one the cycles.
  /// - Throws: with the line, for a table that is not whole.
  public init(_ table: DelimitedText) throws(SeriesError) {
    var rows: [[Double]] = []
    for row in table.rows {
      let fields = (0..<table.filledCount(of: row)).map { MeasuredNumber(table.field($0, of: row)) }
      let numbers: [Double] = fields.compactMap { if case .value(let number) = $0 { number } else { nil } }
      if rows.isEmpty && numbers.isEmpty { continue }
      guard numbers.count == fields.count, numbers.count == rows.first?.count ?? numbers.count else {
        throw .malformed(
          file: table.name,
          reason: "line \(row.line): \(numbers.count) numbers where \(rows.first?.count ?? fields.count) belong; "
            + "every row of the matrix needs all of its numbers")
      }
      rows.append(numbers)
    }
    let columns = rows.first?.count ?? 0
    let (cycles, voltages) = (min(rows.count, columns), max(rows.count, columns))
    guard cycles >= Self.fewestCycles, voltages >= Self.fewestVoltages else {
      throw .malformed(
        file: table.name,
        reason: "\(rows.count) rows of \(columns) numbers; a matrix of capacity over voltage has at least "
          + "\(Self.fewestCycles) cycles")
    }
    name = SeriesRows.unitName(of: table.name)
    self.cycles = rows.count < columns ? rows : (0..<columns).map { column in rows.map { $0[column] } }
  }

  /// Logarithm of the variance over voltage of what the capacity changed between two stages.
  ///
  /// - Parameters:
  ///   - cycle: of the earlier stage, counted from 1.
  ///   - last: of the later stage; both are medians of five cycles.
  func logVarianceOfChange(from cycle: Int, to last: Int) -> Double {
    let early = median(around: cycle - 1 - Self.window / 2)
    let late = median(around: last - Self.window)
    let changes = zip(late, early).map { $0 - $1 }
    let mean = changes.reduce(0, +) / Double(changes.count)
    let variance = changes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(changes.count)
    return log(max(variance, 1e-15))
  }

  /// For each voltage the median over five cycles from `first` on.
  private func median(around first: Int) -> [Double] {
    let first = max(0, first)
    let group = cycles[first..<min(first + Self.window, cycles.count)]
    return cycles[0].indices.map { voltage in
      let values = group.map { $0[voltage] }.sorted()
      return values[values.count / 2]
    }
  }
}
