// What is kept of one engine from cycle to cycle: the state of the estimator.

/// What the estimator knows of an engine after some cycles: at most `3 · 8 + 1` numbers.
typealias EngineFeatures = InlineArray<25, Double>

/// In which terms an engine is described.
enum EngineView: Int, Sendable {
  /// By how far it has come from where it began. What few engines teach holds for others in these terms.
  case change
  /// By where it is and where it began, which says more once many engines have taught what either means.
  case place

  /// Numbers of a description.
  func inputs(components: Int) -> Int { components * (self == .change ? 2 : 3) + 1 }
}

/// Follows one engine: a quick and a slow average of each component, where the engine began, and its age.
///
/// Fixed size, no allocation, one map per cycle: what could run on board.
public struct EngineFilter: BitwiseCopyable, Sendable {
  /// Cycles that the averages remember, and cycles that tell where the engine began.
  private static let quickMemory = 5.0
  private static let slowMemory = 20.0
  private static let baselineCycles = 20.0
  /// Weight of a cycle: 1 − e^(−1/memory).
  private static let quickShare = 0.181_269_246_922_018
  private static let slowShare = 0.048_770_575_499_286

  private var quick = Components(repeating: 0)
  private var slow = Components(repeating: 0)
  private var baseline = Components(repeating: 0)
  private var quickWeight = 0.0
  private var slowWeight = 0.0
  private var count = 0.0
  private var firstCycle = 0.0
  private var lastCycle = 0.0

  init() {}

  /// - Parameter cycle: ascending from step to step.
  mutating func step(_ components: Components, cycle: Double) {
    if count == 0 { firstCycle = cycle }
    lastCycle = cycle
    count += 1
    quickWeight += (1 - quickWeight) * Self.quickShare
    slowWeight += (1 - slowWeight) * Self.slowShare
    let quickGain = Self.quickShare / quickWeight
    let slowGain = Self.slowShare / slowWeight
    for i in 0..<SensorMap.most {
      quick[i] += quickGain * (components[i] - quick[i])
      slow[i] += slowGain * (components[i] - slow[i])
    }
    guard count <= Self.baselineCycles else { return }
    for i in 0..<SensorMap.most { baseline[i] += (components[i] - baseline[i]) / count }
  }

  /// The engine in two or three numbers for each of the first components, and then its age in cycles.
  func features(components: Int, _ view: EngineView) -> EngineFeatures {
    var result = EngineFeatures(repeating: 0)
    for i in 0..<components {
      switch view {
      case .change:
        result[2 * i] = quick[i] - baseline[i]
        result[2 * i + 1] = slow[i] - baseline[i]
      case .place:
        result[3 * i] = quick[i]
        result[3 * i + 1] = slow[i]
        result[3 * i + 2] = baseline[i]
      }
    }
    result[view.inputs(components: components) - 1] = lastCycle - firstCycle + 1
    return result
  }
}
