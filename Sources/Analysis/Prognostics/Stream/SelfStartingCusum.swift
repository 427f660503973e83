// Detects that the mean of a series has changed, without having been told what the mean was.
import CMath

/// A two-sided CUSUM on means of five values, standardised by the batches before (self-starting, Hawkins 1987).
///
/// Batches of five take most of the autocorrelation out of values that come once per drive. Each batch mean is compared
/// with the mean and scatter of all earlier ones; Student's t becomes a normal deviate by Wallace's formula, so that a
/// short reference neither cries wolf nor is frozen. Two things keep a shift out of the reference: batches are not
/// learnt while a sum is above three quarters of the limit, and when a change is found the reference goes back to what
/// it was when the sum last left zero. It stays there until the values return or `reset` is called.
///
/// A slow ramp is learnt in part and found late: ramps belong to a trend filter. Fixed size, no allocation.
public struct SelfStartingCusum: BitwiseCopyable, Sendable {
  public enum Change: BitwiseCopyable, Sendable {
    case none
    /// The mean has risen above the reference.
    case up
    /// The mean has fallen below the reference.
    case down
  }

  /// Values per batch.
  public static var batchLength: Int { 5 }
  /// Batches that are only learnt, before the sums begin to move.
  public static var learningBatches: Int { 8 }
  /// What a sum loses per batch, in standard deviations: half the smallest step worth finding.
  public static var slack: Double { 0.25 }
  /// A sum above this is a change.
  public static var limit: Double { 17 }

  private static var holdLevel: Double { 0.75 * limit }
  /// A sum stops here, so that a change that goes away by itself is seen to.
  private static var highest: Double { 1.25 * limit }
  /// One batch, however far off, does not make a change.
  private static var largestDeviate: Double { 4 }
  /// Batch means of autocorrelated values still hang together a little; deviates are made smaller by this.
  private static var dependence: Double { 1.05 }

  private var reference = ReferenceScatter()
  private var referenceBeforeRise = ReferenceScatter()
  private var referenceBeforeFall = ReferenceScatter()
  private var batchSum = 0.0
  private var batchCount = 0
  private var batchesRising = 0
  private var batchesFalling = 0
  private let leastScatter: Double

  /// The upper sum in standard deviations of a batch mean, 0 to 1.25 times the limit.
  public private(set) var upperSum = 0.0
  /// The lower sum, likewise.
  public private(set) var lowerSum = 0.0
  /// Deviate of the last batch, -4...4; 0 while learning.
  public private(set) var lastDeviate = 0.0

  /// - Parameter leastScatter: standard deviation of a batch mean below which differences mean nothing, at least 0, in
  ///   the unit of the values; for coarse signals about their resolution divided by 8.
  public init(leastScatter: Double = 0) {
    precondition(leastScatter >= 0 && leastScatter.isFinite, "the least scatter of a CUSUM must be at least 0")
    self.leastScatter = leastScatter
  }

  /// Whether and where the mean has gone.
  public var change: Change {
    if upperSum > Self.limit && upperSum >= lowerSum { return .up }
    return lowerSum > Self.limit ? .down : .none
  }

  /// Batches since the larger sum left zero, the estimate of when a change began; 0 when both sums are 0.
  public var batchesSinceZero: Int { upperSum >= lowerSum ? batchesRising : batchesFalling }

  /// Batches in the reference.
  public var referenceBatches: Int { Int(reference.count) }
  /// Mean of the reference, in the unit of the values.
  public var referenceMean: Double { reference.mean }
  /// Standard deviation of the batch means in the reference, in the unit of the values; 0 below two batches.
  public var referenceScatter: Double { reference.standardDeviation }

  /// Takes the next value.
  ///
  /// - Returns: whether it was taken; a value that is not finite or beyond 1e100 is not.
  @discardableResult
  public mutating func add(_ value: Double) -> Bool {
    guard value.isUsable else { return false }
    batchSum += value
    batchCount += 1
    if batchCount == Self.batchLength {
      let mean = batchSum / Double(Self.batchLength)
      batchSum = 0
      batchCount = 0
      add(batch: mean)
    }
    return true
  }

  /// Forgets everything: the part or its setting was changed, and a new reference is to be learnt.
  public mutating func reset() { self = SelfStartingCusum(leastScatter: leastScatter) }

  private mutating func add(batch mean: Double) {
    guard reference.count >= Double(Self.learningBatches) else {
      reference.add(mean)
      return
    }
    let before = change
    lastDeviate = deviate(of: mean)
    if upperSum == 0 { referenceBeforeRise = reference }
    if lowerSum == 0 { referenceBeforeFall = reference }
    upperSum = min(max(0, upperSum + lastDeviate - Self.slack), Self.highest)
    lowerSum = min(max(0, lowerSum - lastDeviate - Self.slack), Self.highest)
    batchesRising = upperSum > 0 ? batchesRising + 1 : 0
    batchesFalling = lowerSum > 0 ? batchesFalling + 1 : 0
    switch (before, change) {
    case (.none, .up): reference = referenceBeforeRise
    case (.none, .down): reference = referenceBeforeFall
    default: if max(upperSum, lowerSum) <= Self.holdLevel { reference.add(mean) }
    }
  }

  private func deviate(of mean: Double) -> Double {
    // Below a billionth of the mean lies rounding, not scatter.
    let scatter = max(max(reference.standardDeviation, leastScatter), max(1e-9 * abs(reference.mean), 1e-300))
    let n = reference.count
    let freedom = n - 1
    let t = (mean - reference.mean) / scatter * (n / (n + 1)).squareRoot()
    let size = (freedom * log1p(t * t / freedom)).squareRoot() * (8 * freedom + 1) / (8 * freedom + 3)
    return min(size / Self.dependence, Self.largestDeviate) * (t < 0 ? -1 : 1)
  }
}

/// Running mean and scatter of batch means (Welford).
private struct ReferenceScatter: BitwiseCopyable, Sendable {
  var count = 0.0
  var mean = 0.0
  var squares = 0.0

  var standardDeviation: Double { count > 1 ? (squares / (count - 1)).squareRoot() : 0 }

  mutating func add(_ x: Double) {
    count += 1
    let distance = x - mean
    mean += distance / count
    squares += distance * (x - mean)
  }
}
