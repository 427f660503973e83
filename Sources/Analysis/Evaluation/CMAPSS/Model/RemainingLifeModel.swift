// How long an engine will run on: everything that is fitted on run-to-failure data, and what it says of one engine.
import Prognostics

/// The 39 quantiles of remaining cycles, at `QuantileLevels.thirtyNine`.
public typealias LifeQuantiles = InlineArray<39, Double>

/// One indicator per fault mode, mixed by how likely the modes are, and a conformal table that makes an interval of it.
///
/// An indicator is the expected number of cycles left, up to `cap`: beyond that an engine is as good as sound. All
/// coefficients are fitted off line; what runs per engine is an `EngineFilter`.
public struct RemainingLifeModel: Sendable {
  /// Cycles from which on the benchmark does not tell engines apart.
  public static let cap = 125.0

  let sensors: SensorMap
  let view: EngineView
  /// Tells how likely each fault mode is; nil when there is one.
  let modes: KernelMap?
  /// For each fault mode, how many cycles are left.
  let lives: [KernelMap]
  let calibration: Calibration
  /// The same indicator through a shape bank, for comparison.
  let bank: BankSettings

  /// Operating regimes that were found.
  public var regimes: Int { sensors.regimes.count }
  /// Components of the sensors in use.
  public var components: Int { sensors.components }
  /// Fault modes that were found.
  public var faultModes: Int { lives.count }
  /// Bytes of all coefficients, as doubles.
  public var bytes: Int { 8 * stored().members.reduce(0) { $0 + $1.values.count } }

  /// An engine of which nothing is known yet.
  public func begin() -> EngineFilter { EngineFilter() }

  /// Takes in one cycle of an engine.
  public func step(_ filter: inout EngineFilter, _ run: EngineRun, row: Int) {
    filter.step(sensors.project(run.values, at: row * EngineRun.width), cycle: run.cycles[row])
  }

  /// Expected number of cycles left, 0 to `cap`, as the indicators say it.
  public func expectedRemaining(_ filter: EngineFilter) -> Double {
    Self.expectedRemaining(filter.features(components: components, view), modes, lives)
  }

  static func expectedRemaining(_ x: EngineFeatures, _ modes: KernelMap?, _ lives: [KernelMap]) -> Double {
    func cycles(_ life: KernelMap) -> Double { min(max(life(x)[0], 0), cap) }
    guard let modes else { return cycles(lives[0]) }
    let likely = modes(x)
    var sum = 0.0
    var total = 0.0
    for (mode, life) in lives.enumerated() {
      let weight = min(max(likely[mode], 0.01), 1)
      sum += weight * cycles(life)
      total += weight
    }
    return sum / total
  }

  /// Quantiles of the remaining cycles, without cap.
  public func remaining(_ filter: EngineFilter) -> LifeQuantiles { calibration.quantiles(expectedRemaining(filter)) }
}

/// How far the truth lay from what the indicators said, on engines that they were not fitted on.
struct Calibration: Sendable {
  /// A typical miss in cycles: `least + growth · expected`.
  let least: Double
  let growth: Double
  let table: ConformalTable

  func halfWidth(_ expected: Double) -> Double { least + growth * expected }

  func quantiles(_ expected: Double) -> LifeQuantiles {
    table.corrected(median: expected, halfWidth: halfWidth(expected))
  }
}

extension Calibration {
  /// - Parameter outcomes: what was expected of engines that took no part in the fit, and what came.
  init(fitting outcomes: [(expected: Double, truth: Double)]) {
    // A line through the sizes of the misses.
    let n = max(Double(outcomes.count), 1)
    let meanX = outcomes.reduce(0) { $0 + $1.expected } / n
    let meanY = outcomes.reduce(0) { $0 + abs($1.truth - $1.expected) } / n
    var (xx, xy) = (1e-9, 0.0)
    for outcome in outcomes {
      let d = outcome.expected - meanX
      xx += d * d
      xy += d * (abs(outcome.truth - outcome.expected) - meanY)
    }
    let growth = max(0, xy / xx)
    let least = max(1, meanY - growth * meanX)
    self.init(
      least: least, growth: growth,
      table: ConformalTable(
        fitting: outcomes.map { .init(median: $0.expected, halfWidth: least + growth * $0.expected, truth: $0.truth) },
        cap: RemainingLifeModel.cap))
  }
}

/// What a shape bank assumes of the indicator `1 − expected / cap`: sound at 0, it rises in a line to failure at 1.
struct BankSettings: Sendable {
  typealias Bank = ShapeBank<80>

  let noise: Double
  let baseScatter: Double
  let failureLevelScatter: Double
  let durationScatter: Double
  let hazard: Double
  let forgetting: Double

  var model: ShapeBankModel {
    ShapeBankModel(
      shapes: [(.linear, 1)], failureLevelScatter: failureLevelScatter, noise: noise, baseScatter: baseScatter,
      duration: RemainingLifeModel.cap, durationScatter: durationScatter, durations: 5, onsets: 16,
      span: 2 * RemainingLifeModel.cap, hazard: hazard, forgetting: forgetting)
  }

  static func indicator(_ expected: Double) -> Double { 1 - expected / RemainingLifeModel.cap }
}
