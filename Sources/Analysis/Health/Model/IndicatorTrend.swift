// The course of an indicator that comes with the drives: ticks into a trend, and what is said when a part was replaced.
import Prognostics
import Vocabulary

/// A mean in which some values count for more than others.
struct WeightedMean: BitwiseCopyable {
  private var sum = 0.0
  private(set) var weight = 0.0
  private(set) var count = 0

  /// NaN before the first value.
  var mean: Double { weight > 0 ? sum / weight : .nan }

  mutating func add(_ value: Double, weight: Double = 1) {
    sum += value * weight
    self.weight += weight
    count += 1
  }
}

/// The trend of an indicator that is 0 for this vehicle's sound part and 1 at the failure level; usage is kilometres.
struct IndicatorTrend: BitwiseCopyable {
  private(set) var trend: StretchedTrend<224>
  private var start = WeightedMean()
  private var lastKm = Double.nan
  /// What the indicator went back by while its part stayed the same, in all: a sensor was exchanged.
  private(set) var offset = 0.0
  /// Distance at which a new part was noticed, km, and how far the old one had come; NaN without one.
  private(set) var replacedAtKm = Double.nan
  private(set) var consumedBefore = Double.nan

  /// One tick says too little of where a part stands.
  static let startTicks = 3

  init(_ model: ShapeBankModel) { trend = StretchedTrend(model) }

  /// The bank's model, from a component's parameters (`TrendParameters`), for two or four shapes. Onsets are spread
  /// over one life, so that even one of the short ones has begun near an onset that is told apart. The log weights fade
  /// more slowly than is the bank's custom: what is known of a part before it wears shall not be forgotten while it
  /// does not. On simulated units that makes the intervals a fifth narrower, at the same coverage.
  static func model(
    _ parameters: ComponentParameters, shapes: [(shape: ShapeBankModel.Shape, weight: Double)]
  ) -> ShapeBankModel {
    TrendParameters.model(
      parameters, shapes: shapes, onsets: 32 / shapes.count, span: parameters.value("trend_life"), forgetting: 0.995)
  }

  /// Standard deviation of a mean over about one tick, as a share of the way to failure. A step does not widen it, as
  /// it would the variance of the values themselves.
  var spread: Double { 0.8 * trend.noise }

  /// Takes a tick in.
  /// - Parameters:
  ///   - value: share of the way to failure that the indicator shows; what is not finite is no tick.
  ///   - km: distance so far; what was driven unseen counts as well.
  /// - Returns: whether the part has been replaced.
  mutating func add(_ value: Double, km: Double, _ model: ShapeBankModel) -> Bool {
    guard value.isFinite else { return false }
    let usage = lastKm.isNaN ? 0 : max(0, km - lastKm)
    lastKm = km
    guard trend.hasBegun else {
      start.add(value)
      if start.count == IndicatorTrend.startTicks { trend.begin(at: start.mean, age: nil, km: km, model) }
      return false
    }
    let before = trend.consumed(model)
    switch trend.add(value + offset, usage: usage, km: km, model) {
    case .none: break
    case .recalibrated(let loss): offset += loss
    case .replaced:
      self = IndicatorTrend(model)
      lastKm = km
      replacedAtKm = km
      consumedBefore = before
      return true
    }
    return false
  }
}

extension HealthReport {
  /// Tells the remaining life by a trend, and how far it says that the part has come, or that it was replaced.
  mutating func tell(
    _ indicator: IndicatorTrend, _ model: ShapeBankModel, _ usage: VehicleUsage, _ vehicle: VehicleParameters
  ) {
    guard state.isBand else { return }
    tell(indicator.trend, model, usage, vehicle)
    let now = 100 * indicator.trend.consumed(model)
    if remainingUsefulLife != nil {
      evidence.add(Evidence(feature: .degradationTrend, value: now, reference: 0, share: 0))
    } else if !indicator.replacedAtKm.isNaN {
      evidence.add(
        Evidence(
          feature: .degradationTrend, value: now, reference: 100 * indicator.consumedBefore, share: 0,
          sinceKm: indicator.replacedAtKm))
    }
  }
}
