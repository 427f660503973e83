// Which band a score stands in: hysteresis, N-of-M debounce and confirmation, so that noise at an edge rings no bell.
public import Vocabulary

/// The band of one component's score, judged over its last ticks.
///
/// A worse band is left only above its edge plus `hysteresis`, and a change needs `needed` of the last `window` ticks; a
/// change for the worse also needs the report's confirmation, or goes only as far as is certain. With 8, 4 and 6 a score of 61 ± 3 at the edge of 60 changes
/// band about once in 1,000 ticks, and a real step is told after 2 to 3 ticks.
public struct Bands: BitwiseCopyable, Sendable {
  public static let hysteresis = 8.0
  public static let needed = 4
  public static let window = 6
  /// Posterior probability that a change for the worse needs.
  public static let confirmation = 0.9

  /// The band in force.
  public private(set) var band: HealthState = .ok
  private var history: InlineArray<6, HealthState> = InlineArray(repeating: .ok)
  private var count = 0

  public init() {}

  /// Takes one judged score (0...100) in; true when the band changed.
  /// - Parameters:
  ///   - sureScore: as in `HealthReport`; counts where `confirmation` does not suffice.
  ///   - isUrgent: a change for the worse needs no further tick.
  public mutating func observe(
    score: Double, confirmation: Double, sureScore: Double = 100, isUrgent: Bool = false
  ) -> Bool {
    guard score.isFinite else { return false }
    var candidate = HealthState.band(ofScore: score)
    // On the way up every edge is higher by the hysteresis, also those beyond the next band.
    if candidate.rawValue < band.rawValue { candidate = HealthState.band(ofScore: score - Bands.hysteresis) }
    if count == Bands.window {
      for i in 1..<Bands.window { history[i - 1] = history[i] }
      count -= 1
    }
    history[count] = candidate
    count += 1
    guard candidate != band else { return false }
    let isWorse = candidate.rawValue > band.rawValue
    if isUrgent && isWorse {
      band = candidate
      count = 0
      return true
    }
    if isWorse && confirmation < Bands.confirmation {
      candidate = HealthState.band(ofScore: max(score, sureScore))
      guard candidate.rawValue > band.rawValue else { return false }
    }
    var agreeing = 0
    for i in 0..<count {
      // On the way up any band at most the candidate agrees; on the way down any at least as bad does, so that a score
      // that falls through a band does not have to stay in it.
      if isWorse ? history[i].rawValue >= candidate.rawValue : history[i].rawValue <= candidate.rawValue { agreeing += 1 }
    }
    guard agreeing >= Bands.needed else { return false }
    band = candidate
    count = 0
    return true
  }
}
