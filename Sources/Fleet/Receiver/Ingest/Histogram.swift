// A distribution as Prometheus wants it: counts below fixed bounds, and a sum.

/// Counts of values by upper bound. Fixed in size.
struct Histogram: Sendable {
  /// Ascending; a last bucket takes what is above them.
  let bounds: [Double]
  private(set) var counts: [UInt64]
  private(set) var sum = 0.0

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  mutating func add(_ value: Double) {
    counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
    sum += value
  }

  /// How many values are at or below each bound, and at last how many there are.
  var cumulated: [UInt64] {
    var total: UInt64 = 0
    return counts.map { count in
      total += count
      return total
    }
  }
}
