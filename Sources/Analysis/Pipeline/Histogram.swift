// Quantiles of a quantity whose physical range is known: 64 bins, no drift, no order of arrival.

/// A fixed histogram over a known range. Values outside fall into the end bins. 268 bytes.
public struct Histogram: BitwiseCopyable, Sendable {
  private var bins: InlineArray<64, UInt32> = InlineArray(repeating: 0)
  public private(set) var count: UInt32 = 0
  private let lower: Float
  private let width: Float

  /// - Parameter range: the quantity's physical range; not empty.
  public init(_ range: ClosedRange<Float>) {
    lower = range.lowerBound
    width = max((range.upperBound - range.lowerBound) / 64, .leastNormalMagnitude)
  }

  /// Whether both have the same bins.
  func hasRange(of other: Histogram) -> Bool { lower == other.lower && width == other.width }

  public mutating func add(_ value: Double) {
    guard value.isFinite else { return }
    let position = (value - Double(lower)) / Double(width)
    bins[Int(max(0, min(63, position)))] &+= 1
    count &+= 1
  }

  /// The quantile at `p` (0...1), interpolated within its bin; NaN while empty.
  public func quantile(_ p: Double) -> Double {
    guard count > 0 else { return .nan }
    let target = p * Double(count)
    var below = 0.0
    for i in 0..<64 where bins[i] > 0 {
      let here = Double(bins[i])
      if below + here >= target {
        return Double(lower) + Double(width) * (Double(i) + max(0, target - below) / here)
      }
      below += here
    }
    return Double(lower) + Double(width) * 64
  }

  public mutating func reset() { self = Histogram(lower...(lower + width * 64)) }
}
