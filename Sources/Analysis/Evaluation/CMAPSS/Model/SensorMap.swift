// From the sensors of one cycle to a few numbers that hold what is known of an engine's condition.

/// Strongest components of the sensors in units of their noise.
public typealias Components = InlineArray<8, Double>

/// Makes sensors comparable between operating regimes and weighs them by how little noise they have.
///
/// Sensors are standardised in each regime. Their common noise, estimated from differences of successive cycles, is
/// whitened, and the directions in which the smoothed sensors still move most are kept (minimum noise fraction, Green
/// et al. 1988). Two steps on paper, one affine map per regime in use.
struct SensorMap: Sendable {
  static let most = 8

  let regimes: OperatingRegimes
  /// Components that are told, up to `most`.
  let components: Int
  /// For each regime and component: a weight for each sensor, then the offset.
  let weights: [Double]

  static let stride = EngineRun.sensors + 1

  init(regimes: OperatingRegimes, components: Int, weights: [Double]) {
    self.regimes = regimes
    self.components = components
    self.weights = weights
  }

  /// The components of the row that begins at `start`; those beyond `components` are 0.
  func project(_ values: [Double], at start: Int) -> Components {
    let regime = regimes.nearest(values, at: start)
    var result = Components(repeating: 0)
    for component in 0..<components {
      let first = (regime * components + component) * Self.stride
      var sum = weights[first + EngineRun.sensors]
      for sensor in 0..<EngineRun.sensors {
        sum += weights[first + sensor] * values[start + EngineRun.settings + sensor]
      }
      result[component] = sum
    }
    return result
  }

  /// The same map with fewer components.
  func keeping(_ kept: Int) -> SensorMap {
    let rows = (0..<regimes.count).flatMap { regime in (0..<kept).map { regime * components + $0 } }
    return SensorMap(
      regimes: regimes, components: kept,
      weights: rows.flatMap { weights[($0 * Self.stride)..<(($0 + 1) * Self.stride)] })
  }
}

extension SensorMap {
  /// A component whose smoothed variance is below this share of its noise's holds nothing: noise alone leaves .06.
  private static let leastSignal = 0.3

  /// - Parameter runs: run-to-failure data. Sensors that stand still in a regime are not used.
  init(fitting runs: [EngineRun]) {
    let regimes = OperatingRegimes(of: runs)
    let scales = SensorScales(of: runs, regimes)
    let used = scales.used
    let n = used.count

    var noise = SymmetricMatrix(size: n)
    var signal = SymmetricMatrix(size: n)
    var mean = [Double](repeating: 0, count: n)
    var differences = 0.0
    var smoothed: [[Double]] = []
    for run in runs {
      var average = [Double](repeating: 0, count: n)
      var weight = 0.0
      var before: [Double]?
      for row in 0..<run.count {
        let x = scales.standardised(run.values, at: row * EngineRun.width)
        if let before {
          noise.addLower((0..<n).map { x[$0] - before[$0] }, weight: 0.5)
          differences += 1
        }
        before = x
        weight += (1 - weight) * Self.smoothing
        for i in 0..<n { average[i] += Self.smoothing / weight * (x[i] - average[i]) }
        guard row >= 20 else { continue }
        smoothed.append(average)
      }
    }
    noise.scale(by: 1 / max(differences, 1))
    // Sensors that say the same thing twice have a direction without any noise, which is an artefact of rounding.
    for i in 0..<n { noise[i, i] *= 1.001 }
    noise.mirror()
    let (variances, axes) = noise.eigen()
    let floor = 1e-9 * (variances.first ?? 1)
    let whitening = zip(variances, axes).map { variance, axis in axis.map { $0 / max(variance, floor).squareRoot() } }

    let white = smoothed.map { x in whitening.map { axis in zip(axis, x).reduce(0) { $0 + $1.0 * $1.1 } } }
    for x in white { for i in 0..<n { mean[i] += x[i] / Double(white.count) } }
    for x in white { signal.addLower((0..<n).map { x[$0] - mean[$0] }, weight: 1 / Double(white.count)) }
    signal.mirror()
    let (strengths, directions) = signal.eigen()
    let kept = max(1, min(Self.most, strengths.prefix { $0 > Self.leastSignal }.count, n))

    var weights: [Double] = []
    for regime in 0..<regimes.count {
      for direction in directions.prefix(kept) {
        var row = [Double](repeating: 0, count: Self.stride)
        for (i, sensor) in used.enumerated() {
          let weight = zip(direction, whitening).reduce(0) { $0 + $1.0 * $1.1[i] } / scales.deviation(regime, sensor)
          row[sensor] = weight
          row[EngineRun.sensors] -= weight * scales.mean(regime, sensor)
        }
        weights += row
      }
    }
    self.init(regimes: regimes, components: n == 0 ? 0 : kept, weights: weights)
  }

  /// Share of a cycle in the average that tells signal from noise: a memory of eight cycles.
  private static let smoothing = 0.1175
}

/// Mean and standard deviation of each sensor in each regime.
private struct SensorScales {
  private let regimes: OperatingRegimes
  private var means: [Double]
  private var deviations: [Double]
  /// Sensors that move in every regime.
  let used: [Int]

  init(of runs: [EngineRun], _ regimes: OperatingRegimes) {
    self.regimes = regimes
    let size = regimes.count * EngineRun.sensors
    var counts = [Double](repeating: 0, count: regimes.count)
    var means = [Double](repeating: 0, count: size)
    var squares = means
    for run in runs {
      for row in 0..<run.count {
        let start = row * EngineRun.width
        let regime = regimes.nearest(run.values, at: start)
        counts[regime] += 1
        for sensor in 0..<EngineRun.sensors {
          let i = regime * EngineRun.sensors + sensor
          let x = run.values[start + EngineRun.settings + sensor]
          let distance = x - means[i]
          means[i] += distance / counts[regime]
          squares[i] += distance * (x - means[i])
        }
      }
    }
    let deviations = squares.indices.map { (squares[$0] / max(counts[$0 / EngineRun.sensors], 1)).squareRoot() }
    used = (0..<EngineRun.sensors).filter { sensor in
      (0..<regimes.count).allSatisfy {
        let i = $0 * EngineRun.sensors + sensor
        return deviations[i] > 1e-6 * max(abs(means[i]), 1e-9)
      }
    }
    self.means = means
    self.deviations = deviations
  }

  func mean(_ regime: Int, _ sensor: Int) -> Double { means[regime * EngineRun.sensors + sensor] }
  func deviation(_ regime: Int, _ sensor: Int) -> Double { deviations[regime * EngineRun.sensors + sensor] }

  func standardised(_ values: [Double], at start: Int) -> [Double] {
    let regime = regimes.nearest(values, at: start)
    return used.map { (values[start + EngineRun.settings + $0] - mean(regime, $0)) / deviation(regime, $0) }
  }
}
