// What all components share: confidence, staleness, and the way from consumed life to a judged report.
import CMath
import Prognostics
import Vocabulary

/// Observations of a component and how much they are worth (PROGNOSTICS 5.3).
struct Observations: BitwiseCopyable {
  /// Ticks that passed the component's gate.
  var valid: UInt32 = 0
  /// Share of the last twenty or so trips that passed it, of those that could have, 0...1.
  private var share = 1.0
  /// When the last one passed.
  private var last = Timestamp.unknown

  /// Ticks that stand for full confidence, and for the first judgement (confidence 0.3).
  static let required = 12.0
  static let judged = 4

  /// Counts a trip that could have been an observation; a trip too short for that says nothing and is not counted.
  mutating func count(_ isValid: Bool, at time: Timestamp) {
    share += ((isValid ? 1 : 0) - share) * 0.05
    guard isValid else { return }
    valid &+= 1
    last = time
  }

  /// 0...1. A component that is seen on every second such trip counts as fully covered.
  /// Between 30 and 180 days without a valid tick the confidence falls to 0; a clock that cannot be trusted ages nothing.
  func confidence(at now: Timestamp) -> Double {
    let data = min(1, Double(valid) / Observations.required) * min(1, 2 * share)
    guard now.quality.isTrusted, last.quality.isTrusted, valid > 0 else { return data }
    let days = Double(now.wallNanoseconds &- last.wallNanoseconds) / 86_400e9
    return data * (1 - max(0, min(1, (days - 30) / 150)))
  }
}

extension HealthReport {
  /// A report of a component that has been observed at least once.
  ///
  /// - Parameters:
  ///   - consumed: fraction of life, 0 new, 1 failed.
  ///   - spread: standard deviation of `consumed`; the probability that it really is beyond its band's edge follows.
  ///   - isConfirmed: a detector fired, so that no probability is needed.
  init(
    _ component: ComponentID, consumed: Double, spread: Double, isConfirmed: Bool, _ observations: Observations,
    _ tick: HealthReason.Tick, at time: Timestamp, atKm: Double
  ) {
    self.init(unknown: component, because: .none, at: time)
    self.consumed = consumed
    score = HealthScore.score(consumed: consumed)
    confidence = observations.confidence(at: time)
    ticks = observations.valid
    self.atKm = atKm
    state = .ok
    confirmation = isConfirmed ? 1 : HealthReport.probabilityBeyondEdge(consumed, spread, score)
    sureScore = isConfirmed ? score : HealthScore.score(consumed: max(0, consumed - 1.2816 * max(0, spread)))
    if confidence < 0.3 {
      state = .learning
      let seen = Int(observations.valid)
      reason =
        seen < Observations.judged ? .learning(seen: seen, needed: Observations.judged, tick) : .tooFewLately(tick)
    }
  }

  /// Probability that the consumed life is beyond the upper edge of the band that `score` stands in.
  private static func probabilityBeyondEdge(_ consumed: Double, _ spread: Double, _ score: Double) -> Double {
    let band = HealthState.band(ofScore: score)
    guard band != .ok else { return 1 }
    let edge = consumedLife(atScore: HealthState.edge(above: band))
    guard spread > 0 else { return consumed > edge ? 1 : 0 }
    return 0.5 * erfc((edge - consumed) / spread / 2.0.squareRoot())
  }
}

/// The consumed fraction at which the falling score map reaches `score`, 0...1.15; by bisection to 1e-9.
private func consumedLife(atScore score: Double) -> Double {
  var (low, high) = (0.0, 1.15)
  for _ in 0..<31 {
    let middle = (low + high) / 2
    if HealthScore.score(consumed: middle) > score { low = middle } else { high = middle }
  }
  return (low + high) / 2
}
