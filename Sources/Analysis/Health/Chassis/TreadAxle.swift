// The tread of one axle's tyres: distance, and the rolling radius that shrinks with it, on one trend filter.
import Pipeline
import Prognostics
import Vocabulary

/// What is known of the tyres of one axle. Wear counts from 0 (new) to 1 (limit); the filter sees what is left after
/// `start` as its whole life, so that tyres that are met half worn are no special case.
struct TreadAxle: BitwiseCopyable {
  enum Change: BitwiseCopyable {
    case none
    /// The radius jumped up: new tyres, or larger ones.
    case larger
    /// It jumped down: another set, or the tyres of the other axle.
    case smaller
  }

  private(set) var bank: ShapeBank<224>
  /// Distance on these tyres since the filter began, km.
  private(set) var km = 0.0
  /// Wear when the filter began.
  private(set) var start = 0.0
  private(set) var isStartKnown = false
  /// Where these tyres came, in the vehicle's km; NaN where they were there before Telltale.
  private(set) var since = Double.nan
  /// Radius of a tyre whose wear is `referenceWear` of the filter's scale.
  private var reference = 0.0
  private var referenceTicks = 0.0
  private var referenceWear = 0.0
  private var radius = Ewma(memory: 4)
  private var suspect = Double.nan
  // The tick that runs: distance, and the mean radius over the kilometres that gave one.
  private var tickKm = 0.0
  private var radiusSum = 0.0
  private var radiusWeight = 0.0
  /// Ticks with a radius.
  private(set) var radiusTicks: UInt32 = 0
  /// Somebody measured these tyres.
  private(set) var isMeasured = false

  static let tickLength = 500.0
  /// Stretches that a tick's radius needs, km.
  static let leastStretch = 10.0
  static let learningTicks = 8.0
  /// A step of the radius that is another tyre, as a share of it.
  static let step = 0.008

  init(_ model: ShapeBankModel) { bank = ShapeBank(model) }

  /// Tyres of known or unknown wear.
  mutating func begin(wear: Double, isKnown: Bool, atKm: Double, _ model: ShapeBankModel) {
    self = TreadAxle(model)
    start = min(max(0, wear), 0.98)
    isStartKnown = isKnown
    since = atKm
  }

  /// Puts back what a counter of an earlier version said of tyres whose radius has to be learned again.
  mutating func resume(km: Double, start: Double, isKnown: Bool, _ model: ShapeBankModel) {
    begin(wear: start, isKnown: isKnown, atKm: .nan, model)
    self.km = max(0, km)
    bank.pass(usage: self.km / (1 - self.start), model)
  }

  /// Wear that is left at the start of the filter, as a share of the whole.
  private var scale: Double { 1 - start }

  /// Consumed fraction of the whole tread.
  func consumed(_ model: ShapeBankModel) -> Double { start + scale * bank.consumed(model).mean }

  /// What the radius alone says of it, percent of the radius; NaN before there is a reference.
  var radiusLoss: Double {
    guard referenceTicks >= Self.learningTicks, !radius.isEmpty else { return .nan }
    return (1 - radius.mean / reference) * 100
  }

  /// Adds distance, with the radius of a trip where it gave one.
  /// - Parameters:
  ///   - radius: compensated for pressure; NaN without one.
  ///   - range: loss of radius from new to the limit, as a share of it.
  mutating func add(
    km tripKm: Double, radius tripRadius: Double, over radiusKm: Double, range: Double, _ model: ShapeBankModel
  ) -> Change {
    km += tripKm
    tickKm += tripKm
    if tripRadius.isFinite, radiusKm > 0 {
      radiusSum += tripRadius * radiusKm
      radiusWeight += radiusKm
    }
    guard tickKm >= Self.tickLength else { return .none }
    guard radiusWeight >= Self.leastStretch else {
      // Distance without a radius wears the tyres all the same; a tick that has begun waits for its stretches a little.
      if radiusWeight == 0 || tickKm >= 3 * Self.tickLength {
        bank.pass(usage: tickKm / scale, model)
        closeTick()
      }
      return .none
    }
    let mean = radiusSum / radiusWeight
    let change = self.change(to: mean, range: range, model)
    let passed = tickKm / scale
    closeTick()
    guard change == .none else { return change }
    // A radius that no tyre wears to in one tick is taken once it comes again.
    guard suspect.isNaN else {
      bank.pass(usage: passed, model)
      return .none
    }
    radiusTicks &+= 1
    radius.add(mean)
    if referenceTicks < Self.learningTicks {
      bank.pass(usage: passed, model)
      referenceTicks += 1
      reference += (mean - reference) / referenceTicks
      // The tyres wear while they are learned: the mean is that of the middle.
      if referenceTicks == Self.learningTicks {
        referenceWear = max(0, bank.consumed(model).mean - 0.5 * passed * (Self.learningTicks - 1) / model.duration)
      }
    } else {
      bank.step(wear(at: mean, range: range), usage: passed, model)
    }
    return .none
  }

  private mutating func closeTick() { (tickKm, radiusSum, radiusWeight) = (0, 0, 0) }

  /// On the filter's scale.
  private func wear(at radius: Double, range: Double) -> Double {
    referenceWear + (1 - radius / reference) / range / scale
  }

  private mutating func change(to mean: Double, range: Double, _ model: ShapeBankModel) -> Change {
    guard referenceTicks >= Self.learningTicks else { return .none }
    let expected = reference * (1 - (bank.consumed(model).mean - referenceWear) * scale * range)
    let step = mean / expected - 1
    guard abs(step) > Self.step else {
      suspect = .nan
      return .none
    }
    guard !suspect.isNaN, abs(mean / suspect - 1) < Self.step / 2 else {
      suspect = mean
      return .none
    }
    suspect = .nan
    return step > 0 ? .larger : .smaller
  }

  /// Takes a measured wear in: as many values of the filter as its certainty is worth.
  /// - Parameter deviation: of the wear, above 0.
  mutating func measured(
    wear measured: Double, deviation: Double, range: Double, _ model: ShapeBankModel
  ) {
    isMeasured = true
    // Nothing is known of the tyres before: they begin here.
    guard isStartKnown, measured > start else { return resume(wear: measured, model) }
    let value = (measured - start) / scale
    let spread = max(0.02, deviation / scale)
    let worth = model.noise * model.noise / (model.learning * spread * spread)
    for _ in 0..<Int(max(1, min(20, worth))) { bank.step(value, usage: 0, model) }
    // Tyres that wore faster than any life the filter thinks of: it must begin with what was measured, or it would not
    // believe it.
    if abs(bank.consumed(model).mean - value) > 3 * spread { return resume(wear: measured, model) }
    // The radius is henceforth read against the measurement.
    guard referenceTicks >= Self.learningTicks, !radius.isEmpty else { return }
    referenceWear += 0.7 * (value - wear(at: radius.mean, range: range))
  }

  /// Begins with the same tyres, of a wear that is known now. What was learned of their radius stays.
  private mutating func resume(wear: Double, _ model: ShapeBankModel) {
    let (reference, ticks, radius, since) = (radius.mean, referenceTicks, radius, since)
    begin(wear: wear, isKnown: true, atKm: since, model)
    isMeasured = true
    if ticks >= Self.learningTicks { (self.reference, referenceTicks, self.radius) = (reference, ticks, radius) }
  }

  /// Remaining distance at ten equally likely levels, km; where nobody knows how worn the tyres were, over all that
  /// they may have been.
  func remaining(_ model: ShapeBankModel) -> InlineArray<10, Double> {
    let left = bank.remainingUsage(at: QuantileLevels.ten, model)
    if isStartKnown { return InlineArray { max(1, left[$0] * scale) } }
    // Of a whole life of `left + km`, worn to s before: what is left of it is that much less.
    var all = InlineArray<50, Double>(repeating: 0)
    for i in 0..<10 {
      for j in 0..<5 { all[5 * i + j] = max(1, left[i] - (Double(j) + 0.5) / 5 * (left[i] + km)) }
    }
    for i in 1..<50 {
      let value = all[i]
      var place = i
      while place > 0 && all[place - 1] > value {
        all[place] = all[place - 1]
        place -= 1
      }
      all[place] = value
    }
    return InlineArray { all[5 * $0 + 2] }
  }
}
