// The air filter's resistance, week by week, over that of the same filter when it was clean.
import Pipeline
import Prognostics
import Vocabulary

/// Follows the intake's resistance on a trend filter. Sensors err by more than a clean filter costs: only the
/// difference to the vehicle's own clean filter counts.
struct FilterResistance: BitwiseCopyable {
  private var bank: ShapeBank<224>
  private var clean = 0.0
  private var cleanTicks = 0.0
  private var source = AirPathFeatures.Source.none
  // The week that runs.
  private var sum = 0.0
  private var windows = 0.0
  private var km = 0.0
  private var weekFrom: Int64 = 0
  /// Windows of five seconds of late, fading over 5,000 km.
  private var lately = 0.0
  private var values = Ewma(memory: 4)
  private var lowTicks: UInt32 = 0
  private(set) var ticks: UInt32 = 0

  static let windowSeconds = 5.0
  static let leastWindows = 3.0
  static let weekDays = 7.0
  static let cleanTicksNeeded = 10.0
  /// Ticks after which the trend says more than the distance.
  static let ticksNeeded: UInt32 = 14
  /// Windows in 5,000 km below which distance alone is the better guide.
  static let windowsNeeded = 20.0
  /// A fall of the consumed fraction that only a new filter makes, and the ticks that have to agree.
  private static let fall = 0.3
  private static let ticksOfNewFilter: UInt32 = 3

  init(_ model: ShapeBankModel) { bank = ShapeBank(model) }

  /// Whether there are enough observations, still, to say more than distance does.
  var isFollowed: Bool { ticks >= Self.ticksNeeded && lately >= Self.windowsNeeded }
  /// Present resistance over the clean one; NaN before there is one.
  var ratio: Double { values.isEmpty ? .nan : values.mean }
  /// Standard deviation of a week's value, as a share of the way from clean to clogged.
  var noise: Double { bank.noise }

  /// Takes a trip in.
  /// - Parameters:
  ///   - range: from how the filter was met to clogged, as a multiple of the resistance that it then had.
  ///   - start: consumed fraction when this filter was first met; the trend is of what was left then.
  /// - Returns: whether the filter must have been replaced.
  mutating func take(
    _ features: AirPathFeatures, range: Double, km tripKm: Double, at time: Timestamp, _ usage: VehicleUsage,
    start: Double, _ model: ShapeBankModel
  ) -> Bool {
    km += tripKm
    lately *= max(0, 1 - tripKm / 5_000)
    if features.resistance.isFinite, features.resistance > 0, features.resistanceSeconds >= Self.windowSeconds {
      if features.resistanceSource != source {
        // Another sensor has another resistance.
        self = FilterResistance(model)
        source = features.resistanceSource
      }
      let count = min(20, features.resistanceSeconds / Self.windowSeconds)
      sum += features.resistance * count
      windows += count
      lately += count
    }
    // A week without high flow stays open until it has some, so that its kilometres are not lost.
    guard windows >= Self.leastWindows, isWeekOver(time, usage) else { return false }
    let value = sum / windows
    let passed = km
    (sum, windows, km) = (0, 0, 0)
    weekFrom = time.quality.isTrusted ? time.wallNanoseconds : 0
    return tick(value, passed: passed / (1 - start), range: range, model)
  }

  private func isWeekOver(_ time: Timestamp, _ usage: VehicleUsage) -> Bool {
    guard time.quality.isTrusted, weekFrom > 0 else { return km >= Self.weekDays * max(usage.rate.mean, 1) }
    return Double(time.wallNanoseconds &- weekFrom) >= Self.weekDays * 86_400e9
  }

  private mutating func tick(_ value: Double, passed: Double, range: Double, _ model: ShapeBankModel) -> Bool {
    ticks &+= 1
    guard cleanTicks >= Self.cleanTicksNeeded else {
      cleanTicks += 1
      clean += (value - clean) / cleanTicks
      bank.pass(usage: passed, model)
      // It clogs while it is learned: the mean is that of the middle.
      if cleanTicks == Self.cleanTicksNeeded { clean /= 1 + range * max(0, bank.consumed(model).mean) / 2 }
      return false
    }
    let ratio = value / clean
    values.add(ratio)
    let consumed = (ratio - 1) / range
    if bank.consumed(model).mean - consumed > Self.fall && consumed < Self.fall {
      // Not taken: either chance, or another filter, and then it is none of this one's.
      lowTicks &+= 1
      bank.pass(usage: passed, model)
      return lowTicks >= Self.ticksOfNewFilter
    }
    lowTicks = 0
    bank.step(consumed, usage: passed, model)
    return false
  }

  /// Consumed fraction of the whole filter.
  func consumed(_ model: ShapeBankModel, start: Double) -> Double {
    max(0, start + (1 - start) * bank.consumed(model).mean)
  }

  /// Remaining distance, km.
  func remaining<let count: Int>(
    _ model: ShapeBankModel, at levels: InlineArray<count, Double>, start: Double
  ) -> InlineArray<count, Double> {
    let left = bank.remainingUsage(at: levels, model)
    return InlineArray { left[$0] * (1 - start) }
  }
}
