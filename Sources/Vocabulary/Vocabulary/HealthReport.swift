// What Telltale says about a component: score, confidence, remaining useful life, evidence, reason.

/// The quantiles at 5, 10, 25, 50, 75, 90 and 95 % of a distribution, ascending.
public struct Quantiles: Hashable, BitwiseCopyable, Sendable {
  public var p05, p10, p25, p50, p75, p90, p95: Double

  public static let levels: [Double] = [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95]

  public init(p05: Double, p10: Double, p25: Double, p50: Double, p75: Double, p90: Double, p95: Double) {
    self.p05 = p05
    self.p10 = p10
    self.p25 = p25
    self.p50 = p50
    self.p75 = p75
    self.p90 = p90
    self.p95 = p95
  }
}

/// Distance and time until a component reaches its failure level (ISO 13381-1: an estimate with its uncertainty).
public struct RemainingUsefulLife: Hashable, BitwiseCopyable, Sendable {
  /// Kilometres, at least 0.
  public var km: Quantiles
  /// Days, at least 0.
  public var days: Quantiles

  public init(km: Quantiles, days: Quantiles) {
    self.km = km
    self.days = days
  }
}

/// One ground for a score.
public struct Evidence: BitwiseCopyable, Sendable {
  public var feature: Feature
  /// In the feature's unit.
  public var value: Double
  /// What `value` is held against, in the same unit; NaN where there is no reference.
  public var reference: Double
  /// Standard deviations between the two; NaN where no scatter is known.
  public var z: Double
  /// Share of the consumed life that this ground explains, 0...1.
  public var share: Double
  /// Odometer-like distance at which a change was first seen, in km since Telltale watches; NaN where none was.
  public var sinceKm: Double

  public init(
    feature: Feature, value: Double, reference: Double = .nan, z: Double = .nan, share: Double, sinceKm: Double = .nan
  ) {
    self.feature = feature
    self.value = value
    self.reference = reference
    self.z = z
    self.share = share
    self.sinceKm = sinceKm
  }
}

/// At most four grounds, the weightiest first.
public struct EvidenceList: BitwiseCopyable, Sendable {
  private var slots: InlineArray<4, Evidence>
  public private(set) var count: Int = 0

  public init() { slots = InlineArray(repeating: Evidence(feature: .oilAge, value: 0, share: 0)) }

  public subscript(index: Int) -> Evidence {
    precondition(index >= 0 && index < count)
    return slots[index]
  }

  /// Puts a ground in its place by share; the weakest falls out when all four slots are taken.
  public mutating func add(_ ground: Evidence) {
    var i = min(count, 3)
    if count == 4 && slots[3].share >= ground.share { return }
    while i > 0 && slots[i - 1].share < ground.share {
      slots[i] = slots[i - 1]
      i -= 1
    }
    slots[i] = ground
    count = min(4, count + 1)
  }
}

/// The health of one component at one time.
public struct HealthReport: BitwiseCopyable, Sendable {
  public var component: ComponentID
  public var state: HealthState
  /// 0 (failed) to 100 (new); NaN while unknown.
  public var score: Double
  /// 0...1: how much data stands behind the score.
  public var confidence: Double
  /// Consumed fraction of life, 0 new, 1 at the failure level, may pass 1; NaN while unknown.
  public var consumed: Double
  /// Posterior probability that the score really is below its band's upper edge, 0...1 (1 where a detector fired).
  public var confirmation: Double
  /// The score that is nine parts in ten certain not to be better, at least `score`: where this one's band is not
  /// certain, that of `sureScore` is. 100 while unknown.
  public var sureScore = 100.0
  /// A sudden danger: a band for the worse holds at once, without waiting for further observations.
  public var isUrgent = false
  /// Nil while it cannot be said; `reason` then tells why.
  public var remainingUsefulLife: RemainingUsefulLife?
  public var evidence: EvidenceList
  public var reason: HealthReason
  public var updated: Timestamp
  /// Distance that Telltale has watched when this was computed, km; NaN while unknown.
  public var atKm: Double
  /// Observations behind it.
  public var ticks: UInt32

  /// A component of which nothing is known.
  public init(unknown component: ComponentID, because reason: HealthReason, at updated: Timestamp) {
    self.component = component
    state = .unknown
    score = .nan
    confidence = 0
    consumed = .nan
    confirmation = 0
    remainingUsefulLife = nil
    evidence = EvidenceList()
    self.reason = reason
    self.updated = updated
    atKm = .nan
    ticks = 0
  }
}
