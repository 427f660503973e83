// The measured way of a 12 V battery to its failure: one value a week, from the best source that the vehicle has.
import Pipeline
import Prognostics
import Vocabulary

/// Follows the battery's indicator, 0 as new and 1 failed, with a shape bank in days.
///
/// The resistance at engine starts is held against that of the first eight weeks; the state of health of a battery
/// sensor stands for itself. A better source takes over once its reference is known; a worse one after eight silent
/// weeks.
struct BatteryTrend: BitwiseCopyable {
  /// Where the indicator comes from, the better the later.
  enum Source: UInt8, BitwiseCopyable {
    case none, sensor, voltage, current
  }

  private(set) var source = Source.none
  /// Resistance of this battery as new, at 25 Celsius, mOhm; NaN until it is learnt.
  private(set) var reference = Double.nan
  private(set) var referenceSource = Source.none
  /// State of health that the battery's sensor told last, percent.
  private(set) var health = Double.nan
  private(set) var observations = Observations()
  private var bank: ShapeBank<224>
  /// Values that the bank has taken, the last of them, and when that was.
  private var ticks: UInt32 = 0
  private var last = Double.nan
  private var lastDay = 0.0
  /// Weeks in a row in which the battery looked like another one.
  private var otherWeeks: UInt32 = 0
  /// Values that may be beyond the failure level less those within it, at least 0: starts, or trips of which the sensor
  /// told.
  private var failures = 0
  /// Consumed life that an earlier version knew; NaN where none did.
  private var known = Double.nan

  // Sum and number of the weekly medians that make the reference, and their beginning.
  private var referenceSum = 0.0
  private var referenceCount = 0.0
  private var referenceFrom = 0.0
  private var lastResistanceDay = 0.0

  // The week that runs.
  private var began = 0.0
  private var byCurrent = P2Quantile(level: 0.5)
  private var byVoltage = P2Quantile(level: 0.5)
  private var healthBegan = 0.0
  private var byHealth = P2Quantile(level: 0.5)

  static let week = 7.0
  /// Starts that make a week, and days after which one start must do.
  static let startsOfWeek = 3
  static let longestWeek = 28.0
  static let referenceWeeks = 8.0
  /// Days after which a source that is silent gives way to a worse one.
  static let silence = 56.0
  /// Fall of the indicator that is another battery, or a sensor that has forgotten all it knew.
  static let replacedFall = 0.25

  init(_ model: ShapeBankModel) { bank = ShapeBank(model) }

  // MARK: What comes in

  /// - Parameter resistance: at 25 Celsius and full charge, mOhm.
  mutating func take(
    resistance: Double, from source: Source, at time: Timestamp, _ model: ShapeBankModel
  ) {
    guard resistance.isFinite, resistance > 0, resistance < 1000 else { return }
    if source == .current { byCurrent.add(resistance) } else { byVoltage.add(resistance) }
    if source == self.source { note(resistance / reference - 1, model) }
    observations.count(true, at: time)
  }

  /// - Parameters:
  ///   - consumed: what the state of health stands for, 0 new, 1 failed.
  ///   - health: percent.
  mutating func take(
    health consumed: Double, _ health: Double, at time: Timestamp, _ model: ShapeBankModel
  ) {
    self.health = health
    byHealth.add(consumed)
    guard source == .sensor || source == .none else { return }
    note(consumed, model)
    observations.count(true, at: time)
  }

  private mutating func note(_ value: Double, _ model: ShapeBankModel) {
    let mayHaveFailed = value >= model.failureLevel - model.failureLevelScatter
    failures = max(0, min(2 * Observations.judged, failures + (mayHaveFailed ? 1 : -1)))
  }

  /// Takes the week in, if one is over.
  /// - Parameters:
  ///   - days: that have passed so far.
  ///   - wear: consumed life by age, for a battery that was not new when its reference was learnt; 0 where nobody
  ///     knows.
  ///   - age: days of the battery; 0 where it is not known.
  /// - Returns: whether another battery has been fitted.
  mutating func closeWeek(at days: Double, wear: Double, age: Double, _ model: ShapeBankModel) -> Bool {
    if days - began >= Self.week {
      let needed = days - began >= Self.longestWeek ? 1 : Self.startsOfWeek
      let best: (Source, Double)? =
        byCurrent.count >= needed ? (.current, byCurrent.value)
        : byVoltage.count >= needed ? (.voltage, byVoltage.value) : nil
      if let (source, median) = best {
        began = days
        byCurrent.reset()
        byVoltage.reset()
        return take(week: median, from: source, at: days, wear: wear, age: age, model)
      }
    }
    if days - healthBegan >= Self.week && byHealth.count > 0 {
      healthBegan = days
      take(healthWeek: byHealth.value, at: days, age: age, model)
      byHealth.reset()
    }
    return false
  }

  private mutating func take(
    week resistance: Double, from found: Source, at days: Double, wear: Double, age: Double, _ model: ShapeBankModel
  ) -> Bool {
    if found != referenceSource {
      guard found.rawValue > referenceSource.rawValue || days - lastResistanceDay > Self.silence else { return false }
      referenceSource = found
      reference = .nan
      (referenceSum, referenceCount, referenceFrom) = (0, 0, days - Self.week)
    }
    lastResistanceDay = days
    if reference.isNaN {
      referenceSum += resistance
      referenceCount += 1
      guard referenceCount == Self.referenceWeeks else { return false }
      reference = referenceSum / referenceCount / (1 + max(0, wear))
      start(found, at: days, history: age > 0 ? age : days - referenceFrom, model)
      return false
    }
    if source != found { start(found, at: days, history: age > 0 ? age : max(0, known) * model.duration, model) }
    let value = resistance / reference - 1
    if isOther(value, most: 0.1, model) { return otherWeeks >= 2 }
    step(value, at: days, model)
    return false
  }

  private mutating func take(healthWeek value: Double, at days: Double, age: Double, _ model: ShapeBankModel) {
    guard source == .none || source == .sensor || days - lastDay > Self.silence else { return }
    if source != .sensor || (isOther(value, most: 1, model) && otherWeeks >= 4) {
      // As old as it is worn, where nobody knows better.
      start(.sensor, at: days, history: age > 0 ? age : max(0, value) * model.duration, model)
    }
    if otherWeeks == 0 { step(value, at: days, model) }
  }

  /// Whether the value is that of a part which is much better than this one; weeks in a row are counted.
  private mutating func isOther(_ value: Double, most: Double, _ model: ShapeBankModel) -> Bool {
    let fall = bank.consumed(model).mean - value
    guard ticks > 0, value <= most, fall >= max(Self.replacedFall, 3 * bank.noise) else {
      otherWeeks = 0
      return false
    }
    otherWeeks += 1
    return true
  }

  private mutating func start(_ found: Source, at days: Double, history: Double, _ model: ShapeBankModel) {
    // A source that was believed before does not have to earn it again.
    if source != found { ticks = 0 }
    source = found
    bank = ShapeBank(model)
    bank.pass(usage: history, model)
    (lastDay, otherWeeks, failures) = (days, 0, 0)
  }

  private mutating func step(_ value: Double, at days: Double, _ model: ShapeBankModel) {
    guard bank.step(value, usage: max(0, days - lastDay), model) else { return }
    ticks += 1
    last = value
    lastDay = days
  }

  /// A workshop has measured the consumed life: where that is far off, the reference was of a battery that was worn.
  mutating func calibrate(consumed used: Double, at days: Double, age: Double, _ model: ShapeBankModel) {
    guard source != .none, ticks > 0 else { return }
    if source != .sensor && abs(bank.consumed(model).mean - used) > 0.1 {
      reference *= (1 + max(0, last)) / (1 + used)
      start(source, at: days, history: age > 0 ? age : used * model.duration, model)
    }
    step(used, at: days, model)
  }

  // MARK: What it says

  /// Nil while too few weeks stand behind it.
  func consumed(_ model: ShapeBankModel) -> (mean: Double, onsetProbability: Double)? {
    ticks >= UInt32(Observations.judged) ? bank.consumed(model) : nil
  }

  /// Consumed life of a battery that has failed all of a sudden, faster than a trend of weeks can tell.
  var failedConsumed: Double { failures >= Observations.judged ? 0.9 : 0 }

  var noise: Double { bank.noise }

  var tick: HealthReason.Tick { source == .sensor ? .trip : .engineStart }

  /// - Parameter days: that have passed so far.
  func remainingDays(at days: Double, _ model: ShapeBankModel) -> QuantileSet {
    let left = bank.remainingUsage(model)
    let since = max(0, days - lastDay)
    return QuantileSet { max(0, left[$0] - since) }
  }

  /// Days since the likeliest onset.
  func onsetDays(_ model: ShapeBankModel) -> Double { bank.dominant(model).onsetAge }

  /// Nil while too few weeks stand behind it.
  func evidence(share: Double, sinceKm: Double) -> Evidence? {
    guard ticks >= UInt32(Observations.judged) else { return nil }
    if source == .sensor {
      return Evidence(
        feature: .batterySensorHealth, value: health, reference: 100, z: -last / bank.noise, share: share,
        sinceKm: sinceKm)
    }
    return Evidence(
      feature: .crankResistanceRise, value: 1 + last, reference: 1, z: last / bank.noise, share: share,
      sinceKm: sinceKm)
  }

  // MARK: What outlives versions

  /// Takes over what an earlier version knew.
  mutating func restore(reference: Double) { self.reference = reference }
  mutating func restore(referenceSource: Source) { self.referenceSource = referenceSource }
  mutating func restore(consumed: Double) { known = consumed }
}
