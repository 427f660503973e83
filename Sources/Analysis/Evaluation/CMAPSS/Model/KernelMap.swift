// A smooth function of the features, learnt from examples: a line plus bumps around some of the examples.
import CMath

/// Up to four numbers that one map tells.
typealias MapOutputs = InlineArray<4, Double>

/// Regularised least squares with Gaussian kernels on a subset of the examples (subset of regressors; Rasmussen and
/// Williams 2006, chapter 8), on top of a linear map.
struct KernelMap: Sendable {
  static let mostOutputs = 4

  let inputs: Int
  let outputs: Int
  /// Reach of a bump in standard deviations per dimension.
  let reach: Double
  /// For each input.
  let means: [Double]
  let scales: [Double]
  /// `inputs` standardised numbers for each centre.
  let centres: [Double]
  /// For each input, then for the constant: a weight for each output.
  let linear: [Double]
  /// For each centre: a weight for each output.
  let bumps: [Double]

  /// What the map says of an engine with these features.
  func callAsFunction(_ features: EngineFeatures) -> MapOutputs {
    var result = MapOutputs(repeating: 0)
    var x = EngineFeatures(repeating: 0)
    for output in 0..<outputs { result[output] = linear[inputs * outputs + output] }
    for i in 0..<inputs {
      x[i] = (features[i] - means[i]) * scales[i]
      for output in 0..<outputs { result[output] += x[i] * linear[i * outputs + output] }
    }
    let sharpness = -0.5 / (reach * reach * Double(inputs))
    for centre in 0..<(centres.count / inputs) {
      var distance = 0.0
      for i in 0..<inputs {
        let d = x[i] - centres[centre * inputs + i]
        distance += d * d
      }
      let height = exp(sharpness * distance)
      for output in 0..<outputs { result[output] += height * bumps[centre * outputs + output] }
    }
    return result
  }
}

/// Examples from which maps are learnt: features, and what each map is to tell of them.
struct Examples {
  let inputs: Int
  let outputs: Int
  var features: [Double] = []
  var targets: [Double] = []

  var count: Int { targets.count / outputs }

  mutating func add(_ x: EngineFeatures, _ target: MapOutputs) {
    for i in 0..<inputs { features.append(x[i]) }
    for i in 0..<outputs { targets.append(target[i]) }
  }
}

extension KernelMap {
  /// - Parameters:
  ///   - examples: at least one, in an order in which neighbours are alike.
  ///   - most: centres, spread evenly over the examples; with few examples one for every two of them.
  ///   - ridge: what a bump's height costs, above 0.
  init(fitting examples: Examples, centres most: Int, reach: Double, ridge: Double) {
    let (inputs, outputs, count) = (examples.inputs, examples.outputs, examples.count)
    var means = [Double](repeating: 0, count: inputs)
    var scales = means
    for i in examples.features.indices { means[i % inputs] += examples.features[i] / Double(count) }
    for i in examples.features.indices {
      let d = examples.features[i] - means[i % inputs]
      scales[i % inputs] += d * d / Double(count)
    }
    scales = scales.map { $0 > 1e-18 ? 1 / $0.squareRoot() : 0 }
    let x = examples.features.indices.map { (examples.features[$0] - means[$0 % inputs]) * scales[$0 % inputs] }

    // The line first: the bumps are for what it leaves.
    let linear = Self.line(x, examples)
    var rest = examples.targets
    for row in 0..<count {
      for o in 0..<outputs {
        var sum = linear[inputs * outputs + o]
        for i in 0..<inputs { sum += x[row * inputs + i] * linear[i * outputs + o] }
        rest[row * outputs + o] -= sum
      }
    }

    let size = max(1, min(most, count / 2))
    let centres = (0..<size).flatMap { c in
      let row = size == 1 ? 0 : c * (count - 1) / (size - 1)
      return x[(row * inputs)..<((row + 1) * inputs)]
    }
    var normal = SymmetricMatrix(size: size)
    var right = [Double](repeating: 0, count: size * outputs)
    var heights = [Double](repeating: 0, count: size)
    func measure(_ point: [Double], _ row: Int) {
      let sharpness = -0.5 / (reach * reach * Double(inputs))
      for c in 0..<size {
        var distance = 0.0
        for i in 0..<inputs {
          let d = point[row * inputs + i] - centres[c * inputs + i]
          distance += d * d
        }
        heights[c] = exp(sharpness * distance)
      }
    }
    for row in 0..<count {
      measure(x, row)
      normal.addLower(heights)
      for c in 0..<size { for o in 0..<outputs { right[c * outputs + o] += heights[c] * rest[row * outputs + o] } }
    }
    for c in 0..<size {
      measure(centres, c)
      for other in 0...c { normal[c, other] += ridge * heights[other] }
      normal[c, c] += 1e-6
    }
    self.init(
      inputs: inputs, outputs: outputs, reach: reach, means: means, scales: scales, centres: centres, linear: linear,
      bumps: normal.solve(right, columns: outputs))
  }

  /// Least squares with a ridge of a thousandth, the constant left free.
  private static func line(_ x: [Double], _ examples: Examples) -> [Double] {
    let (inputs, outputs, count) = (examples.inputs, examples.outputs, examples.count)
    var normal = SymmetricMatrix(size: inputs + 1)
    var right = [Double](repeating: 0, count: (inputs + 1) * outputs)
    var row = [Double](repeating: 1, count: inputs + 1)
    for r in 0..<count {
      for i in 0..<inputs { row[i] = x[r * inputs + i] }
      normal.addLower(row)
      for i in 0...inputs {
        for o in 0..<outputs { right[i * outputs + o] += row[i] * examples.targets[r * outputs + o] }
      }
    }
    for i in 0..<inputs { normal[i, i] += 1e-3 * Double(count) }
    return normal.solve(right, columns: outputs)
  }
}
