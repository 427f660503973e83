// Exponentially weighted mean and variance.
import CMath

/// Mean and variance of a stream with exponentially fading memory, free of the bias of an arbitrary first value.
///
/// The weights of what was seen so far always sum to one: the first value is the mean. Fixed size, no allocation.
public struct Ewma: BitwiseCopyable, Sendable {
  private let gain: Double
  private var weight = 0.0

  /// 0 before the first value.
  public private(set) var mean = 0.0
  /// Weighted mean of squared distances from the mean; 0 before the second value.
  public private(set) var variance = 0.0
  /// Whether there is a mean.
  public var isEmpty: Bool { weight == 0 }

  /// - Parameter memory: values after which a value's weight has fallen to 1/e, above 0.
  public init(memory: Double) {
    precondition(memory > 0, "the memory of an average must be above 0")
    gain = 1 - exp(-1 / memory)
  }

  /// Takes the next value.
  ///
  /// - Returns: whether it was taken; a value that is not finite or beyond 1e100 is not.
  @discardableResult
  public mutating func add(_ value: Double) -> Bool {
    guard value.isUsable else { return false }
    weight = weight * (1 - gain) + gain
    let share = gain / weight
    let distance = value - mean
    mean += share * distance
    variance = (1 - share) * (variance + share * distance * distance)
    return true
  }
}
