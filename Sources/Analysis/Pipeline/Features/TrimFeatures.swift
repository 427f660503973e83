// Fuel trim at idle, at cruise and under load: how far the engine's control has to correct the fuel, and where.
import Vocabulary

/// Where in its range an engine's fuel trim was seen. Faults differ by it: a leak behind the throttle shows at idle, a
/// pump or an air-flow sensor under load.
public enum TrimRange: Int, CaseIterable, BitwiseCopyable, Sendable {
  case idle = 0
  case cruise = 1
  case load = 2
}

/// What one trip says of the fuel trim: short- and long-term trim together, warm and in closed loop.
public struct TrimFeatures: BitwiseCopyable, Sendable {
  /// Mean over both banks by `TrimRange`, percent, above 0 where fuel is added; NaN where the range was not seen.
  public var trim: InlineArray<3, Double> = InlineArray(repeating: .nan)
  /// Seconds behind each.
  public var seconds: InlineArray<3, Double> = InlineArray(repeating: 0)
  /// Bank 1 less bank 2 over all ranges, percent; NaN on an engine with one bank.
  public var bankDifference = Double.nan

  public init() {}
}

/// Gathers `TrimFeatures` from ticks in fixed memory.
struct TrimGatherer: BitwiseCopyable, Sendable {
  /// Celsius above which trims count: below it the mixture is enriched, and the thermostats of most cars open later.
  static let warm = 75.0
  /// Percent of movement of the short-term trim without which nothing controls it.
  static let leastMovement = 0.5

  private var sums: InlineArray<3, Double> = InlineArray(repeating: 0)
  private var seconds: InlineArray<3, Double> = InlineArray(repeating: 0)
  private var differenceSum = 0.0
  private var differenceSeconds = 0.0
  private var lowest = Double.infinity
  private var highest = -Double.infinity

  /// A trip begins.
  mutating func begin(at stamp: Timestamp) { self = TrimGatherer() }

  /// Takes one second in, driving or parked.
  mutating func observe(_ tick: VehicleTick, at stamp: Timestamp, isDriving: Bool) {
    guard isDriving, tick.engineRuns, TrimGatherer.isControlled(tick), let range = TrimGatherer.range(of: tick),
      let short = TrimGatherer.trim(tick[.shortTrim1]), let long = TrimGatherer.trim(tick[.longTrim1])
    else { return }
    lowest = min(lowest, short)
    highest = max(highest, short)
    var total = short + long
    if let short2 = TrimGatherer.trim(tick[.shortTrim2]), let long2 = TrimGatherer.trim(tick[.longTrim2]) {
      let second = short2 + long2
      differenceSum += (total - second) * tick.seconds
      differenceSeconds += tick.seconds
      total = (total + second) / 2
    }
    sums[range.rawValue] += total * tick.seconds
    seconds[range.rawValue] += tick.seconds
  }

  /// Takes one sample in at the rate of the bus.
  mutating func take(_ input: FeatureInput, _ value: Double, at time: Instant) {}

  /// The trip is over.
  mutating func finish() -> TrimFeatures {
    var features = TrimFeatures()
    // A trim that stood still all the way is one that nothing controlled: open loop, or a value that hangs.
    guard highest - lowest >= TrimGatherer.leastMovement else { return features }
    for i in 0..<3 where seconds[i] > 0 {
      features.trim[i] = sums[i] / seconds[i]
      features.seconds[i] = seconds[i]
    }
    if differenceSeconds > 0 { features.bankDifference = differenceSum / differenceSeconds }
    return features
  }

  /// Warm and in closed loop, no vapour let in from the tank. Vehicles that do not tell the last two are taken at their
  /// trim's word.
  private static func isControlled(_ tick: VehicleTick) -> Bool {
    guard let coolant = tick.coolant, coolant >= warm, coolant < 150 else { return false }
    // SAE J1979 service 01, PID 03: the second bit alone is closed loop without a fault.
    if let state = tick[.fuelSystemState], state != 2 { return false }
    if let purge = tick[.purge], purge >= 1 { return false }
    return true
  }

  /// Nil between the ranges, and with the foot off the pedal, where the fuel is cut.
  private static func range(of tick: VehicleTick) -> TrimRange? {
    guard let rpm = tick.engineSpeed, let speed = tick.speed else { return nil }
    if speed < 2 { return rpm < 1200 ? .idle : nil }
    guard speed > 20 else { return nil }
    guard let load = tick.engineLoad ?? tick[.manifoldPressure].map({ $0 / (tick[.barometer] ?? 101.3) * 100 }) else {
      return .cruise
    }
    return load < 20 ? nil : load < 60 ? .cruise : .load
  }

  /// A trim as J1979 can say it; anything else is no trim.
  private static func trim(_ value: Double?) -> Double? {
    guard let value, value >= -100, value < 100 else { return nil }
    return value
  }
}
