// What a shape bank assumes of a kind of part: courses of degradation, how long they take, and how noisy it all is.
import CMath

/// The fixed part of a `ShapeBank`: made once per kind of part, shared by all units of that kind.
///
/// An indicator that lies at `base` while the part is sound grows after an onset along `failureLevel · ψ(s/T)`, where
/// `s` is the usage since the onset, `T` the duration of the degradation and ψ one of the shapes: ψ(0) = 0, ψ(1) = 1.
/// The part has failed when the indicator reaches `failureLevel`. Usage is counted in any one unit throughout.
public struct ShapeBankModel: Sendable {
  /// A course of degradation: the consumed fraction of life over the elapsed fraction of its duration.
  public enum Shape: Sendable {
    /// x
    case linear
    /// x²
    case quadratic
    /// (e^2.54x − 1) / (e^2.54 − 1): half of the damage in the last quarter.
    case exponential
    /// √x
    case squareRoot
    /// Slow to 60 % of the duration, then five and a half times as fast.
    case knee
    /// 81 values at x = 0, 1/32, ... 2.5 that never fall, with 0 at x = 0 and 1 at x = 1: a course learnt elsewhere.
    case table([Double])
  }

  /// Onsets that a bank can tell apart at most.
  public static var mostOnsets: Int { 32 }

  public let shapes: [(shape: Shape, weight: Double)]
  /// Indicator at which the part has failed, above 0.
  public let failureLevel: Double
  /// Standard deviation of the failure level between units.
  public let failureLevelScatter: Double
  /// Standard deviation of one value of the indicator around its course, above 0.
  public let noise: Double
  /// Indicator of a sound part, and its standard deviation between units.
  public let base: Double
  public let baseScatter: Double
  /// Usage from onset to failure in the middle of the population, above 0, and the standard deviation of its logarithm.
  public let duration: Double
  public let durationScatter: Double
  /// Durations (from −2 to +2 standard deviations) and onsets that are told apart.
  public let durations: Int
  public let onsets: Int
  /// Usage over which onsets are spread; beyond it the least likely one gives way to a new one. Infinite where there is
  /// one onset that stays.
  public let span: Double
  /// Probability of an onset per unit of usage.
  public let hazard: Double
  /// Probability that the degradation has begun when the bank begins, 0...1.
  public let onsetAlready: Double
  /// Share of a log weight that survives a value, above 0 up to 1; .98 remembers some 50 values.
  public let forgetting: Double
  /// Share of a value's log likelihood that counts, above 0: below 1 because values hang together.
  public let learning: Double
  /// Whether the noise follows what is seen, within a half and two and a half times `noise`.
  public let adaptsNoise: Bool

  /// Hypotheses of a bank with this model.
  public var hypotheses: Int { shapes.count * onsets * durations }

  // What follows from the above, so that no step and no query has to compute it again.

  /// The segments of all shapes, see `ShapeTable`.
  let tables: [SIMD2<Double>]
  /// Usage from onset to failure of each duration.
  let durationValues: [Double]
  /// Segments of a table per unit of usage, for each duration.
  let segmentsPerUsage: [Double]
  /// Logarithms of the prior weights of shapes and durations: `shape · durations + duration`.
  let logPriors: [Double]
  /// Usage between two onsets that are told apart.
  let onsetInterval: Double
  /// Logarithm of the probability of an onset within that usage.
  let logOnsetProbability: Double
  /// 160 amounts of remaining usage with equal ratios, on which its distribution is built, and the ratio's logarithm.
  let grid: [Double]
  let logGridRatio: Double
  /// Probability that a part without onset has failed after each amount of the grid.
  let failuresFromNoOnset: [Double]

  /// - Parameters:
  ///   - shapes: courses with their prior weights, above 0; those that the physics excludes are left out, since a shape
  ///     that is missing is punished with an interval that is wrong, one too many with an interval that is wide.
  ///   - onsets: 1...32.
  ///   - durations: at least 2.
  ///   - span: above 0; nil for 1.6 durations, or for no end with one onset.
  ///   - hazard: above 0; nil for one onset per duration.
  public init(
    shapes: [(shape: Shape, weight: Double)] = [
      (.linear, 0.35), (.quadratic, 0.20), (.exponential, 0.30), (.squareRoot, 0.15),
    ],
    failureLevel: Double = 1, failureLevelScatter: Double = 0.05, noise: Double = 0.1, base: Double = 0,
    baseScatter: Double = 0.05, duration: Double = 100, durationScatter: Double = 0.5, durations: Int = 7,
    onsets: Int = 8, span: Double? = nil, hazard: Double? = nil, onsetAlready: Double = 0.5, forgetting: Double = 0.98,
    learning: Double = 0.4, adaptsNoise: Bool = true
  ) {
    precondition(!shapes.isEmpty, "a shape bank needs a shape")
    precondition(shapes.allSatisfy { $0.weight > 0 }, "the weight of a shape must be above 0")
    precondition(durations >= 2, "a shape bank needs two durations")
    precondition((1...Self.mostOnsets).contains(onsets), "a shape bank has 1...32 onsets")
    precondition(failureLevel > 0 && noise > 0 && duration > 0, "failure level, noise and duration must be above 0")
    precondition(failureLevelScatter >= 0 && baseScatter >= 0 && durationScatter >= 0, "a scatter is at least 0")
    precondition(onsetAlready >= 0 && onsetAlready <= 1, "the probability of an onset must lie within 0...1")
    precondition(forgetting > 0 && forgetting <= 1 && learning > 0, "forgetting within 0...1 and learning above 0")
    self.shapes = shapes
    self.failureLevel = failureLevel
    self.failureLevelScatter = failureLevelScatter
    self.noise = noise
    self.base = base
    self.baseScatter = baseScatter
    self.duration = duration
    self.durationScatter = durationScatter
    self.durations = durations
    self.onsets = onsets
    let span = span ?? (onsets == 1 ? .infinity : 1.6 * duration)
    let hazard = hazard ?? 1 / duration
    precondition(span > 0 && hazard > 0, "span and hazard of onsets must be above 0")
    self.span = span
    self.hazard = hazard
    self.onsetAlready = onsetAlready
    self.forgetting = forgetting
    self.learning = learning
    self.adaptsNoise = adaptsNoise

    let deviates = (0..<durations).map { -2 + 4 * Double($0) / Double(durations - 1) }
    let values = deviates.map { duration * exp(durationScatter * $0) }
    let normaliser = log(deviates.reduce(0) { $0 + exp(-0.5 * $1 * $1) })
    durationValues = values
    segmentsPerUsage = values.map { Double(ShapeTable.segments) / ShapeTable.end / $0 }
    tables = shapes.flatMap { ShapeTable.entries(of: $0.shape, failureLevel: failureLevel) }
    logPriors = shapes.flatMap { shape in deviates.map { log(shape.weight) - 0.5 * $0 * $0 - normaliser } }
    onsetInterval = span / Double(onsets)
    logOnsetProbability = log(min(hazard * span / Double(onsets), 0.5))

    let first = 0.002 * values[durations / 2]
    let last = 4 * values[durations - 1]
    let grid = (0..<ShapeBankGrid.size).map { first * pow(last / first, Double($0) / Double(ShapeBankGrid.size - 1)) }
    self.grid = grid
    logGridRatio = log(grid[1] / grid[0])
    let priors = logPriors
    failuresFromNoOnset = grid.map { usage in
      // Onset by the hazard, then a whole duration.
      priors.indices.reduce(0) { sum, i in
        let rest = usage - values[i % durations]
        return rest > 0 ? sum - exp(priors[i]) * expm1(-hazard * rest) : sum
      }
    }
  }
}

/// The grid on which the distribution of the remaining usage is built.
enum ShapeBankGrid {
  static var size: Int { 160 }
}
