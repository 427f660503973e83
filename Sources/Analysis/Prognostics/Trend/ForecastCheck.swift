// Tells from forecasts that have come due whether a model of a unit can be trusted, long before the unit fails.
import CMath

/// Forecasts an indicator twenty ticks ahead as an 80 % interval, and counts how often the value then lay within.
///
/// Besides, it learns by which factor the interval would have to be wider for the promise to be kept in the long run
/// (adaptive conformal inference, Gibbs and Candès 2021). Failures are rare, forecasts are not: this is the only check
/// of a prognosis that every unit can make by itself. Fixed size, no allocation.
public struct ForecastCheck: BitwiseCopyable, Sendable {
  /// Ticks between a forecast and the value that it is compared with.
  public static var horizon: Int { 20 }
  /// Share of values that should lie within.
  public static var promise: Double { 0.8 }

  private static var deviate: Double { 1.281_551_565_544_6 }
  private static var pace: Double { 0.03 }
  /// A forecast long past counts no more than this many after it: a unit may come to be understood.
  private static var memory: Double { 200 }

  private var means = InlineArray<20, Double>(repeating: 0)
  private var deviations = InlineArray<20, Double>(repeating: 0)
  private var ticks = 0
  private var logWidth = 0.0
  private var hits = 0.0

  /// Forecasts that have come due.
  public private(set) var count = 0

  public init() {}

  /// Takes a tick's value, compares it with what was forecast for it, and forecasts the tick that is twenty ahead.
  ///
  /// - Parameters:
  ///   - value: of the indicator.
  ///   - filter: that has taken the value already.
  ///   - usage: per tick.
  /// - Returns: whether it was taken; a value that is not finite or beyond 1e100 is not, nor is usage that is not above
  ///   0.
  @discardableResult
  public mutating func step(_ value: Double, _ filter: LevelDrift, usage: Double) -> Bool {
    guard value.isUsable, usage > 0, usage.isUsable else { return false }
    let place = ticks % Self.horizon
    if ticks >= Self.horizon {
      let miss = abs(value - means[place]) / deviations[place]
      settle(isHit: miss <= Self.deviate, isWithinWidened: miss <= Self.deviate * exp(logWidth))
    }
    let (mean, variance) = filter.forecast(after: usage * Double(Self.horizon))
    means[place] = mean
    deviations[place] = (variance + filter.noise).squareRoot()
    ticks += 1
    return true
  }

  /// Share of forecasts that held; `promise` before the first.
  public var hitRate: Double { count == 0 ? Self.promise : hits }

  /// How far the unit's model can be trusted, 0...1: the hit rate over what was promised, drawn to it by ten forecasts
  /// that held as promised.
  public var trust: Double {
    let seen = min(Double(count), Self.memory)
    return min(1, (hitRate * seen + Self.promise * 10) / (seen + 10) / Self.promise)
  }

  /// What the half widths of a prognosis are to be multiplied with, .5...4: other than 1 only where at least fifty
  /// forecasts held less than 70 % of the time.
  public var widthFactor: Double { count >= 50 && hitRate < 0.7 ? exp(logWidth) : 1 }

  private mutating func settle(isHit: Bool, isWithinWidened: Bool) {
    count += 1
    hits += ((isHit ? 1 : 0) - hits) / min(Double(count), Self.memory)
    logWidth += Self.pace * ((isWithinWidened ? 0 : 1) - (1 - Self.promise))
    logWidth = max(-0.693_147_180_559_945_3, min(1.386_294_361_119_890_6, logWidth))
  }
}
