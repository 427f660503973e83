// A shape bank for a part that may be worn already when Telltale meets it, and for values that jump.
import Prognostics
import Vocabulary

/// A share of the way to failure, 0 new and 1 failed, through a shape bank that begins where the part stands.
///
/// What was lost before is taken off, and the rest of the way is the bank's whole: usage and values are stretched
/// alike, so that a part that comes with half of its way gone has half of a new one's life to go. Values that jump are
/// told apart from wear: a loss that stays is a step, from which the trend begins anew; a gain that stays is a new
/// part, or a sensor that was exchanged.
struct StretchedTrend<let hypotheses: Int>: BitwiseCopyable {
  enum Finding {
    case none
    /// The values went back for good while the part stayed the same: by so much, to be added to those that follow.
    case recalibrated(Double)
    case replaced
  }

  private var bank: ShapeBank<hypotheses>
  private(set) var hasBegun = false
  /// Distance watched when it began, km; NaN before it.
  private(set) var beganKm = Double.nan
  private var worn = 0.0
  /// The last value that it was given.
  private(set) var lastValue = 0.0
  private var recent = Ewma(memory: 3)
  private var losses = Jump()
  private var gains = Jump()

  init(_ model: ShapeBankModel) { bank = ShapeBank(model) }

  /// - Parameter age: usage of the part so far, if known; then its whole life is before the bank's eyes.
  mutating func begin(at value: Double, age: Double?, km: Double, _ model: ShapeBankModel) {
    self = StretchedTrend(model)
    hasBegun = true
    beganKm = km
    lastValue = value
    recent.add(value)
    if let age {
      bank.step(value, usage: age, model)
    } else if value > 2 * model.noise {
      worn = min(value, 0.95)
    }
  }

  /// Standard deviation of one value.
  var noise: Double { bank.noise * (1 - worn) }

  /// - Parameters:
  ///   - usage: since the value before.
  ///   - km: distance watched so far.
  mutating func add(_ value: Double, usage: Double, km: Double, _ model: ShapeBankModel) -> Finding {
    let expected = course(model)
    let scatter = max(noise, 0.7 * model.noise)
    lastValue = value
    recent.add(value)
    let gained = gains.follow(expected - value, scatter)
    let lost = losses.follow(value - expected, scatter)
    if let gained { return gained >= 0.4 && value < 0.3 ? .replaced : .recalibrated(gained) }
    if let lost {
      begin(at: expected + lost, age: nil, km: km, model)
      return .none
    }
    let scale = 1 - worn
    bank.step((value - worn) / scale, usage: usage / scale, model)
    return .none
  }

  /// 0 new, 1 failed: by the course of wear, or by the last values where these are surely beyond it.
  func consumed(_ model: ShapeBankModel) -> Double { hasBegun ? greatest(0, course(model), sureLevel) : 0 }

  private func course(_ model: ShapeBankModel) -> Double { worn + (1 - worn) * bank.consumed(model).mean }
  private var sureLevel: Double { recent.mean - noise }

  func onsetProbability(_ model: ShapeBankModel) -> Double {
    guard hasBegun else { return 0 }
    return worn > 0 ? 1 : bank.consumed(model).onsetProbability
  }

  /// Usage that is left; nothing once the last values are surely beyond the failure level.
  func remainingUsage<let count: Int>(
    at levels: InlineArray<count, Double>, _ model: ShapeBankModel
  ) -> InlineArray<count, Double> {
    var left = bank.remainingUsage(at: levels, model)
    for i in 0..<count { left[i] *= sureLevel >= 1 ? 0 : 1 - worn }
    return left
  }
}

/// Values that lie off to the same side, one after the other. One proves nothing.
private struct Jump: BitwiseCopyable {
  private var sum = 0.0
  private var distances = 0.0
  private var count = 0.0

  /// A cumulative sum finds two values at four standard deviations, or four at three; seasons stay below its slack.
  static var slack: Double { 1.5 }
  static var limit: Double { 5 }
  static var most: Double { 4 }

  /// The mean distance once it is a jump.
  mutating func follow(_ distance: Double, _ scatter: Double) -> Double? {
    sum += min(distance / scatter, Jump.most) - Jump.slack
    guard sum > 0 else {
      self = Jump()
      return nil
    }
    distances += distance
    count += 1
    guard sum >= Jump.limit else { return nil }
    let mean = distances / count
    self = Jump()
    return mean
  }
}

extension HealthReport {
  /// Tells the remaining life by a trend once degradation is nine parts in ten certain, else `noDegradation` as reason.
  /// - Parameter countsInDays: the trend's usage is days, else kilometres.
  mutating func tell<let hypotheses: Int>(
    _ trend: StretchedTrend<hypotheses>, _ model: ShapeBankModel, countsInDays: Bool = false, _ usage: VehicleUsage,
    _ vehicle: VehicleParameters
  ) {
    guard state.isBand else { return }
    guard trend.onsetProbability(model) > 0.9 else {
      reason = .noDegradation
      return
    }
    let left = trend.remainingUsage(at: QuantileLevels.seven, model)
    if countsInDays {
      tell(usage.life(days: left), vehicle)
    } else {
      tell(usage.life(km: left, nodes: trend.remainingUsage(at: QuantileLevels.ten, model)), vehicle)
    }
  }
}
