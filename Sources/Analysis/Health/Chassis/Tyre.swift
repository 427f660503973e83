// One tyre's air: the filter of its level and loss, and the steps that are no loss: pump, puncture, another wheel.
import Pipeline
import Prognostics

/// What is known of the air in one tyre. Pressures are absolute and at 20 Celsius, kPa; losses are per month.
struct Tyre: BitwiseCopyable {
  enum Step: BitwiseCopyable {
    case none
    /// Filled up, or another wheel with more air.
    case up
    /// Much air lost between two trips, or another wheel with less.
    case down
  }

  /// Nil before the first reading.
  private(set) var filter: LevelDrift?
  /// Mean of the first readings, moved up by a later filling: what the tyre should have, where nobody says so.
  private(set) var learned = 0.0
  private var learnedCount = 0.0
  private var compensation = TyreFeatures.Compensation.measured
  /// A reading that the filter did not expect; NaN without one. Only a second one like it is a step.
  private var suspect = Double.nan
  /// Fading mean of what the filter did not expect, in standard deviations: far from 0 when the loss has changed.
  private var bias = 0.0
  /// Time that has passed since the filter's last step, months.
  private var pending = 0.0
  /// A loss that must be told at once and that no filling has ended yet.
  var isUrgent = false
  /// Where a leak became certain, km; NaN without one.
  var leakSince = Double.nan

  static let learningReadings = 4.0
  /// Natural loss is 3 to 7 kPa a month by what trade and makers say; a leak is anything.
  private static let (usualDrift, usualDriftSpread) = (-3.0, 4.0)
  /// Walks of PROGNOSTICS 4.6, as variances per month.
  private static let (levelWalk, driftWalk) = (0.01, 0.15 * 0.15)
  /// Standard deviations of an innovation that no noise makes.
  private static let surprise = 3.0
  /// Mean surprise of some five readings that no noise makes, and what the loss may then have become, per month.
  private static let (changeBias, changedDriftSpread, changedLevelSpread) = (0.9, 8.0, 4.0)
  /// Standard deviation, as a share of the pressure, of what the tyre should have: gauges differ, and pumps.
  private static let referenceScatter = 0.006
  /// A pump that was set too high does not make the right pressure: what is learned rises by no more than this.
  private static let highestRise = 1.15

  var isLearned: Bool { learnedCount >= Tyre.learningReadings }

  /// Takes a reading in after so many months; NaN is none, but time passes.
  /// - Parameter isTold: what the tyre should have need not be learned.
  mutating func take(
    _ value: Double, _ compensation: TyreFeatures.Compensation, after months: Double, isTold: Bool
  ) -> Step {
    pending += months
    guard value.isFinite else { return .none }
    let noise = Tyre.noise(of: value, compensation)
    guard let known = filter, compensation == self.compensation else {
      // The first reading; or a thermometer has come or gone, and with it the noise.
      filter = Tyre.filter(
        at: value, noise: noise, variance: noise, drift: filter?.drift ?? Tyre.usualDrift,
        driftVariance: filter?.driftVariance ?? Tyre.usualDriftSpread * Tyre.usualDriftSpread)
      self.compensation = compensation
      learn(value)
      pending = 0
      return .none
    }
    let forecast = known.forecast(after: pending)
    let spread = (forecast.variance + noise).squareRoot()
    let surprise = (value - forecast.mean) / spread
    if (isLearned || isTold || isUrgent) && abs(surprise) > Tyre.surprise {
      let isAgain = !suspect.isNaN && abs(value - suspect) < 2 * spread
      guard isAgain || isUrgent else {
        suspect = value
        return .none
      }
      return step(to: isAgain ? (value + suspect) / 2 : value, noise: noise, known)
    }
    suspect = .nan
    // A loss that was seen while driving and is not there when the trip ends was none.
    if surprise > -1 { isUrgent = false }
    bias += 0.2 * (max(-Tyre.surprise, min(Tyre.surprise, surprise)) - bias)
    var next = known
    if isLearned && abs(bias) > Tyre.changeBias {
      bias = 0
      next = Tyre.filter(
        at: forecast.mean, noise: noise,
        variance: forecast.variance + Tyre.changedLevelSpread * Tyre.changedLevelSpread, drift: known.drift,
        driftVariance: known.driftVariance + Tyre.changedDriftSpread * Tyre.changedDriftSpread)
      next.step(value, usage: 0)
    } else {
      next.step(value, usage: pending)
    }
    filter = next
    pending = 0
    learn(value)
    return .none
  }

  /// Whether it loses air for certain (nine parts in ten).
  var isLosing: Bool { filter.map { -$0.drift > 1.28 * $0.driftVariance.squareRoot() } ?? false }

  /// Months until the pressure has fallen to a threshold, whose own scatter counts, at the seven published levels; nil
  /// before the first reading.
  func remaining(to threshold: Double, upTo limit: Double) -> QuantileSet? {
    guard let filter else { return nil }
    let side = 3.0.squareRoot() * Tyre.referenceScatter * threshold
    let parts: InlineArray<3, QuantileSet> = InlineArray { node in
      filter.remainingUsage(to: threshold + Double(node - 1) * side, rising: false, upTo: limit)
    }
    return mixture(of: parts, weights: [1, 4, 1], at: QuantileLevels.seven)
  }

  private mutating func step(to value: Double, noise: Double, _ known: LevelDrift) -> Step {
    let isUp = value > known.level
    filter = Tyre.filter(
      at: value, noise: noise, variance: noise / 2, drift: known.drift,
      driftVariance: isUp ? known.driftVariance : Tyre.usualDriftSpread * Tyre.usualDriftSpread)
    suspect = .nan
    bias = 0
    pending = 0
    if isUp { learned = max(learned, min(value, Tyre.highestRise * learned)) }
    return isUp ? .up : .down
  }

  /// Which loss belongs to this wheel is no longer known.
  mutating func forgetDrift() {
    guard let known = filter else { return }
    filter = Tyre.filter(
      at: known.level, noise: known.noise, variance: known.levelVariance, drift: Tyre.usualDrift,
      driftVariance: Tyre.usualDriftSpread * Tyre.usualDriftSpread)
  }

  private mutating func learn(_ value: Double) {
    guard !isLearned else { return }
    learnedCount += 1
    learned += (value - learned) / learnedCount
  }

  private static func filter(
    at level: Double, noise: Double, variance: Double, drift: Double, driftVariance: Double
  ) -> LevelDrift {
    LevelDrift(
      level: level, levelVariance: variance, drift: drift, driftVariance: driftVariance, noise: noise,
      levelWalk: levelWalk, driftWalk: driftWalk)
  }

  /// Variance of a reading. 3.2 kPa at a car's pressure (a step of 2.5 kPa and a thermometer that lags); of the
  /// pressure itself otherwise, since what is left of the temperature grows with it.
  private static func noise(of pressure: Double, _ compensation: TyreFeatures.Compensation) -> Double {
    let share =
      switch compensation {
      case .measured: 0.0094
      case .ambient: 0.015
      case .assumed: 0.04
      }
    let deviation = max(2, share * pressure)
    return deviation * deviation
  }
}
