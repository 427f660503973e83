// Engines whose truth is known, made as text like the benchmark's files.
@testable import Evaluation

/// Draws numbers that are the same on every machine (SplitMix64).
struct Draws {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) / Double(1 << 53)
  }

  /// Mean 0, variance 1, near enough to a bell.
  mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
}

/// Engines that wear along one of several directions of their sensors, in one of several operating regimes each cycle.
///
/// Sensors 1 and 5 stand still within a regime, the others are noisy. Wear grows to 1 over the last 120 to 160 cycles.
struct SyntheticEngines {
  var regimes = 1
  var modes = 1
  var noise = 0.25
  private var draws: Draws

  init(seed: UInt64, regimes: Int = 1, modes: Int = 1) {
    draws = Draws(seed: seed)
    self.regimes = regimes
    self.modes = modes
  }

  static let stillSensors: Set<Int> = [0, 4]

  /// How a sensor answers to full wear in a mode, in units of about four times its noise.
  private static func answer(_ sensor: Int, mode: Int) -> Double {
    stillSensors.contains(sensor) ? 0 : (sensor % 3 == mode ? 1 : 0.1) * (sensor % 2 == 0 ? 1 : -1)
  }

  /// Rows of one engine that runs to its end: unit, cycle, settings, sensors.
  mutating func run(unit: Int) -> [[Double]] {
    let life = 130 + Int(90 * draws.uniform())
    let duration = 120 + 40 * draws.uniform()
    let start = (0..<EngineRun.sensors).map { _ in 0.04 * draws.normal() }
    return (1...life).map { cycle in
      let regime = Int(Double(regimes) * draws.uniform())
      let elapsed = max(0, 1 - Double(life - cycle) / duration)
      let wear = elapsed * elapsed
      let settings = [20 * Double(regime) + 0.002 * draws.normal(), 0.2 * Double(regime), 100]
      let sensors = (0..<EngineRun.sensors).map { sensor in
        let middle = 100 + 10 * Double(sensor) + 50 * Double(regime)
        if Self.stillSensors.contains(sensor) { return middle }
        let x = start[sensor] + Self.answer(sensor, mode: unit % modes) * wear + noise * draws.normal()
        return middle + (1 + Double(regime)) * x
      }
      return [Double(unit), Double(cycle)] + settings + sensors
    }
  }

  static func text(_ rows: [[Double]]) -> String {
    rows.map { $0.map { String($0) }.joined(separator: " ") + " \n" }.joined()
  }

  /// Engines that ran to their end.
  mutating func trained(_ count: Int) -> [EngineRun] {
    let rows = (1...count).flatMap { run(unit: $0) }
    return EngineFile(table: NumberTable(text: Array(Self.text(rows).utf8), columns: 26), name: "train").runs
  }
}

extension FitEffort {
  /// Small enough for a debug build.
  static let test = FitEffort(centres: 40, rows: 900, searchCentres: 16, searchRows: 200)
}
