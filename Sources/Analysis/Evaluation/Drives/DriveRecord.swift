// A real drive as what the features read of it, second by second.
public import Pipeline
import Vocabulary

/// One drive: rows of inputs at the rate at which they were recorded.
public struct DriveRecord: Sendable {
  /// What each column is.
  public let inputs: [FeatureInput]
  /// Seconds since the drive's begin, ascending.
  public private(set) var times: [Double] = []
  /// Row by row, a value for each column; NaN where there is none.
  private var values: [Float] = []

  public init(inputs: [FeatureInput]) { self.inputs = inputs }

  /// - Parameter row: a value for each column. A row that does not come after the last one is left out.
  public mutating func add(_ row: [Double], at time: Double) {
    guard row.count == inputs.count, times.last.map({ time > $0 }) ?? true else { return }
    times.append(time)
    values += row.map { Float($0) }
  }

  public var seconds: Double { (times.last ?? 0) - (times.first ?? 0) }

  /// Kilometres by the vehicle's speed; 0 where there is none.
  public var km: Double {
    guard let column = inputs.firstIndex(of: .speed) else { return 0 }
    var km = 0.0
    for row in times.indices.dropFirst() {
      let speed = value(row, column)
      if speed.isFinite { km += speed * min(5, times[row] - times[row - 1]) / 3600 }
    }
    return km
  }

  func value(_ row: Int, _ column: Int) -> Double { Double(values[row * inputs.count + column]) }
}
