// One quantile of a stream without storing it: the P² algorithm (Jain and Chlamtac, CACM 28, 1985).

/// Estimates one quantile with five markers whose heights follow parabolas through their neighbours.
///
/// Accurate to about .1 % of rank in a stationary stream, up to 6 % in one that drifts: use it within one stretch and
/// `reset` it. Fixed size, no allocation.
public struct P2Quantile: BitwiseCopyable, Sendable {
  private let level: Double
  private var heights = InlineArray<5, Double>(repeating: 0)
  private var positions: InlineArray<5, Double> = [0, 1, 2, 3, 4]
  private var desired: InlineArray<5, Double>

  /// Values seen.
  public private(set) var count = 0

  /// - Parameter level: 0...1.
  public init(level: Double) {
    precondition(level >= 0 && level <= 1, "the level of a quantile must lie within 0...1")
    self.level = level
    desired = [0, 2 * level, 4 * level, 2 + 2 * level, 4]
  }

  /// The estimate: nearest rank for up to five values, NaN without any.
  public var value: Double {
    if count == 0 { return .nan }
    if count <= 5 { return heights[Int(level * Double(count - 1) + 0.5)] }
    return heights[2]
  }

  /// Takes the next value.
  ///
  /// - Returns: whether it was taken; a value that is not finite or beyond 1e100 is not.
  @discardableResult
  public mutating func add(_ value: Double) -> Bool {
    guard value.isUsable else { return false }
    count += 1
    if count <= 5 {
      insert(value)
      return true
    }
    let cell = place(value)
    for i in (cell + 1)..<5 { positions[i] += 1 }
    desired[1] += level / 2
    desired[2] += level
    desired[3] += (1 + level) / 2
    desired[4] += 1
    for i in 1...3 { adjust(i) }
    return true
  }

  /// Begins anew with the same level.
  public mutating func reset() { self = P2Quantile(level: level) }

  /// Keeps the first five values in order.
  private mutating func insert(_ value: Double) {
    var i = count - 1
    while i > 0 && heights[i - 1] > value {
      heights[i] = heights[i - 1]
      i -= 1
    }
    heights[i] = value
  }

  /// The cell 0...3 between markers that a value falls into; the outer markers are the extremes.
  private mutating func place(_ value: Double) -> Int {
    if value < heights[0] {
      heights[0] = value
      return 0
    }
    if value >= heights[4] {
      heights[4] = value
      return 3
    }
    var cell = 0
    while cell < 3 && value >= heights[cell + 1] { cell += 1 }
    return cell
  }

  /// Moves an inner marker by one position when it has fallen behind or run ahead by one.
  private mutating func adjust(_ i: Int) {
    let lag = desired[i] - positions[i]
    let step: Int
    if lag >= 1 && positions[i + 1] - positions[i] > 1 {
      step = 1
    } else if lag <= -1 && positions[i - 1] - positions[i] < -1 {
      step = -1
    } else {
      return
    }
    let parabola = parabolicHeight(of: i, moved: Double(step))
    if heights[i - 1] < parabola && parabola < heights[i + 1] {
      heights[i] = parabola
    } else {
      let slope = (heights[i + step] - heights[i]) / (positions[i + step] - positions[i])
      heights[i] += Double(step) * slope
    }
    positions[i] += Double(step)
  }

  private func parabolicHeight(of i: Int, moved step: Double) -> Double {
    let below = positions[i] - positions[i - 1]
    let above = positions[i + 1] - positions[i]
    let rise = (below + step) * (heights[i + 1] - heights[i]) / above
    let fall = (above - step) * (heights[i] - heights[i - 1]) / below
    return heights[i] + step / (below + above) * (rise + fall)
  }
}
