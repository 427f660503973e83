// A catalyst that loses its store of oxygen, and a front sensor that grows slow: seen by the control unit's tests or by
// the movement of the sensors.
import CMath
import Pipeline
public import Vocabulary

/// A catalyst with known truth (PROGNOSTICS 4.9 and 4.15).
public struct CatalystUnit: SimulatedUnit {
  public static let component = ComponentID.catalyst
  public static let variants = ExhaustLife.variants

  private var life: ExhaustLife

  public init(variant: UnitVariant, seed: UInt64) { life = ExhaustLife(variant: variant, seed: seed) }

  public var consumed: Double { life.consumed }

  public mutating func nextTrip() -> SimulatedTrip {
    life.nextTrip(
      result: { ratio, isLowest, part in
        // Rear over front sensor's movement, in 1/256, below 0.75; or the oxygen that it stores above the least.
        let monitor = UInt8(0x21 + part)
        return isLowest
          ? MonitorResult(
            monitor: monitor, test: 0xA9, scaling: 0x06, value: ExhaustLife.number(1_400 * ratio), low: 1_400,
            high: 65_535)
          : MonitorResult(
            monitor: monitor, test: 0x80, scaling: 0x20, value: ExhaustLife.number(192 * ratio), low: 0, high: 192)
      },
      movement: { features, share in (features.ratio, features.seconds) = (0.75 * share, 400) })
  }
}

/// A front oxygen sensor with known truth (PROGNOSTICS 4.9).
public struct OxygenSensorsUnit: SimulatedUnit {
  public static let component = ComponentID.oxygenSensors
  public static let variants = ExhaustLife.variants

  private var life: ExhaustLife

  public init(variant: UnitVariant, seed: UInt64) { life = ExhaustLife(variant: variant, seed: seed) }

  public var consumed: Double { life.consumed }

  public mutating func nextTrip() -> SimulatedTrip {
    life.nextTrip(
      result: { ratio, isLowest, part in
        // Time from rich to lean, ms; or how much of a step in the mixture it shows, in 1/256.
        let monitor = UInt8(part == 0 ? 0x01 : 0x02)
        return isLowest
          ? MonitorResult(
            monitor: monitor, test: 0x82, scaling: 0x20, value: ExhaustLife.number(120 * ratio), low: 120, high: 0)
          : MonitorResult(
            monitor: monitor, test: 0x05, scaling: 0x10, value: ExhaustLife.number(180 * ratio), low: 0, high: 180)
      },
      movement: { features, share in (features.switchingRate, features.seconds) = (0.5 / max(share, 0.05), 400) })
  }
}

/// A part of the exhaust that ages from its share of a limit when new to all of it.
struct ExhaustLife: Sendable {
  /// How the part is seen, beside the movement of the sensors.
  enum Test: Sendable {
    /// The control unit's test, whose limit is the highest or the lowest good value.
    case highestGood
    case lowestGood
    case none
  }

  static let variants: [UnitVariant] = [.nominal, .healthy, .wrongPrior, .regimeChange, .gaps, .sensorSwap, .step]

  private static let kind = EngineFault.Kind(
    life: 60_000, lifeScatter: 0.5, onset: 60_000, already: 0.3, levelScatter: 0.05,
    courses: [0.2, 0.3, 0.3, 0.2])

  private var use: EngineUse
  private let fault: EngineFault
  /// Noise that hangs together over 500 km, and its value now.
  private var slowNoise: DependentNoise
  private var slow = 0.0
  private var slowUntil = 0.0
  private let test: Test
  private let shareWhenNew: Double
  /// Of a second part of the same kind that the control unit tests too and that ages half as far; NaN without one.
  private let secondWhenNew: Double
  /// The last results: they stand until the tests have run again.
  private var results = MonitorFeatures()
  private let swapAt: Double
  private let swapOffset: Double

  init(variant: UnitVariant, seed: UInt64) {
    // Streams of seeds that follow one another are the same but for one draw; those of drawn seeds are not.
    var seeds = SeededDraws(seed: seed)
    var random = SeededDraws(seed: seeds.next())
    fault = EngineFault(ExhaustLife.kind, variant: variant, &random)
    slowNoise = DependentNoise(correlation: 0.3, deviation: 0.075, &random)
    let draw = random.uniform()
    test = draw < 0.25 ? .highestGood : draw < 0.5 ? .lowestGood : .none
    shareWhenNew = random.uniform(0.15...0.45)
    secondWhenNew = random.uniform() < 0.5 ? random.uniform(0.15...0.45) : .nan
    swapAt = variant == .sensorSwap ? fault.middle : .infinity
    swapOffset = 0.08 * random.normal()
    use = EngineUse(variant: variant, middle: fault.middle, random: random)
  }

  var consumed: Double { fault.consumed(at: use.km) }

  /// - Parameters:
  ///   - result: of a test, where the value stands at this ratio to its limit, for part 0 or 1.
  ///   - movement: shows this share of the limit in the movement of the sensors.
  mutating func nextTrip(
    result: (_ ratio: Double, _ isLowest: Bool, _ part: Int) -> MonitorResult,
    movement: (inout CatalystFeatures, _ share: Double) -> Void
  ) -> SimulatedTrip {
    let (km, days, isSeen) = use.next()
    if use.km >= slowUntil {
      slow = slowNoise.next(&use.random)
      slowUntil = use.km + 500
    }
    var features = TripFeatures.beforeTrip
    // Control units test once in a few trips, and the right kind of driving is not part of each.
    if use.random.uniform() < 0.7 && km > 8 {
      let indicator = fault.indicator(at: use.km)
      let progress = indicator + noise()
      movement(&features.parts.catalyst, max(0.01, shareWhenNew + (1 - shareWhenNew) * progress))
      if test != .none {
        results = MonitorFeatures()
        results.add(result(ratio(shareWhenNew, progress), test == .lowestGood, 0))
        if secondWhenNew.isFinite {
          results.add(result(ratio(secondWhenNew, indicator / 2 + noise()), test == .lowestGood, 1))
        }
      }
    }
    features.monitors = results
    var trip = SimulatedTrip(km: km, days: days, features: features)
    trip.isSeen = isSeen
    return trip
  }

  /// Of one test, as a share of the way to the limit.
  private mutating func noise() -> Double {
    slow + 0.1 * use.random.normal() + (use.km >= swapAt ? swapOffset : 0)
  }

  /// Value over limit after this share of the way to it: both kinds of value change evenly.
  private func ratio(_ shareWhenNew: Double, _ progress: Double) -> Double {
    let atFirst = test == .lowestGood ? 1 / shareWhenNew : shareWhenNew
    return max(0.01, atFirst + (1 - atFirst) * progress)
  }

  /// As a control unit sends it.
  static func number(_ value: Double) -> UInt16 { UInt16(max(0, min(65_534, value.rounded()))) }
}
