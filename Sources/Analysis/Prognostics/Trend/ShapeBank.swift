// Tells how far a noisy indicator has come on its way to failure: a Bayesian grid over shape, onset and duration.
import CMath

/// The state of one unit's degradation: one weight and one base for each combination of shape, onset and duration, and
/// for "no onset yet".
///
/// A value is best the median of what one stretch of usage gave (a trip, a week), never a raw sample. Log weights are
/// tempered and fade, so that neither dependent values nor a wrong shape make the bank falsely certain. No random
/// numbers, fixed size (`Float` stored, `Double` computed), no allocation: the state is its bytes, and restored on the
/// same kind of machine it goes on exactly as if nothing had been. It takes 184 bytes and 8 for each hypothesis.
///
/// Every call takes the model that the bank was made with. Values that are not finite or beyond 1e100, and usage that
/// is negative or as large, are refused: the state stays as it was and the method says `false`.
public struct ShapeBank<let hypotheses: Int>: BitwiseCopyable, Sendable {
  var noiseVariance: Double
  private var baseVariance: Double
  /// "No onset yet" has a weight and a base of its own.
  var soundLogWeight: Double
  var soundBase: Double
  /// Usage since an onset was last added.
  private var usageSinceOnset = 0.0
  /// Running mean of the usage between two values; 0 before the first.
  private var usualUsage = 0.0
  /// Log weights are relative to this one; it is written when they are, so that they are rounded once a step.
  var largestLogWeight = 0.0
  /// Usage since each onset; below 0 where there is none yet.
  var ages = InlineArray<32, Float>(repeating: -1)
  // (shape · durations + duration) · onsets + onset
  var logWeights = InlineArray<hypotheses, Float>(repeating: -.infinity)
  var bases: InlineArray<hypotheses, Float>

  /// A bank that knows nothing of its unit yet.
  ///
  /// - Parameter model: with as many hypotheses as the bank has.
  public init(_ model: ShapeBankModel) {
    precondition(model.hypotheses == hypotheses, "a shape bank must have as many hypotheses as its model")
    noiseVariance = model.noise * model.noise
    baseVariance = model.baseScatter * model.baseScatter
    soundLogWeight = log(1 - model.onsetAlready + 1e-9)
    soundBase = model.base
    bases = InlineArray(repeating: Float(model.base))
    ages[0] = 0
    place(onset: 0, logWeight: log(model.onsetAlready), model)
  }

  /// Standard deviation of one value as it is taken at present.
  public var noise: Double { noiseVariance.squareRoot() }

  /// Takes the indicator's value after some more usage.
  ///
  /// Usage of more than five times the usual is a gap: it is split, and only its last part comes with the value.
  /// - Parameter usage: since the value before, at least 0, in the unit of the model's duration.
  /// - Returns: whether it was taken.
  /// - Complexity: 3 to 4 ns for each hypothesis.
  @discardableResult
  public mutating func step(_ value: Double, usage: Double = 1, _ model: ShapeBankModel) -> Bool {
    guard value.isUsable, usage >= 0, usage.isUsable else { return false }
    let parts = parts(of: usage)
    for _ in 1..<parts.count { advance(by: parts.usage, model) }
    weigh(value, after: parts.usage, model)
    // A gap is no usual stretch, but where all stretches have become long the mean must follow.
    if usage > 0 { usualUsage += usualUsage == 0 ? usage : 0.1 * (min(usage, 5 * usualUsage) - usualUsage) }
    return true
  }

  /// Lets usage pass without a value.
  ///
  /// Nothing is learnt but that the unit has not failed: courses that are past their end lose weight.
  @discardableResult
  public mutating func pass(usage: Double, _ model: ShapeBankModel) -> Bool {
    guard usage >= 0, usage.isUsable else { return false }
    let parts = parts(of: usage)
    for _ in 0..<parts.count { advance(by: parts.usage, model) }
    return true
  }

  /// Equal parts of the usual size; at most a hundred, so that no gap takes longer than some 10 µs.
  private func parts(of usage: Double) -> (count: Int, usage: Double) {
    guard usualUsage > 0, usage > 5 * usualUsage else { return (1, usage) }
    let count = min((usage / usualUsage).rounded(), 100)
    return (Int(count), usage / count)
  }

  private mutating func advance(by usage: Double, _ model: ShapeBankModel) {
    grow(by: usage, model)
    for onset in 0..<model.onsets where ages[onset] >= 0 {
      for duration in 0..<model.durations
      where Double(ages[onset]) > ShapeTable.overdue * model.durationValues[duration] {
        for shape in 0..<model.shapes.count {
          let h = (shape * model.durations + duration) * model.onsets + onset
          logWeights[h] -= Float(ShapeTable.lossOfOverdue)
        }
      }
    }
    findLargestLogWeight()
    addOnset(after: usage, model)
  }

  private mutating func findLargestLogWeight() {
    largestLogWeight = soundLogWeight
    for h in 0..<hypotheses { largestLogWeight = max(largestLogWeight, Double(logWeights[h])) }
  }

  private mutating func grow(by usage: Double, _ model: ShapeBankModel) {
    for onset in 0..<model.onsets where ages[onset] >= 0 { ages[onset] = Float(Double(ages[onset]) + usage) }
  }

  private mutating func weigh(_ value: Double, after usage: Double, _ model: ShapeBankModel) {
    grow(by: usage, model)
    let variance = baseVariance + noiseVariance
    // All hypotheses know their base equally well.
    let gain = baseVariance / variance
    baseVariance *= 1 - gain
    var evidence = Evidence(
      value, variance: variance, gain: gain, forgetting: model.forgetting, learning: model.learning,
      largest: largestLogWeight)
    var sound = SIMD4(soundLogWeight, -.infinity, -.infinity, -.infinity)
    var soundBases = SIMD4(repeating: soundBase)
    evidence.weigh(course: SIMD4(repeating: 0), loss: SIMD4(repeating: 0), logWeights: &sound, bases: &soundBases)
    soundLogWeight = sound[0]
    soundBase = soundBases[0]
    var weightSpan = logWeights.mutableSpan
    var baseSpan = bases.mutableSpan
    evidence.weigh(logWeights: &weightSpan, bases: &baseSpan, ages: ages.span, model)

    if model.adaptsNoise {
      let prior = model.noise * model.noise
      let mean = evidence.meanInnovation
      noiseVariance = 0.98 * noiseVariance + 0.02 * max(0.25 * prior, min(6 * prior, mean * mean))
    }
    largestLogWeight = evidence.largestLogWeight
    addOnset(after: usage, model)
  }

  /// When usage has passed one interval of onsets, an onset is added in place of the least likely one.
  private mutating func addOnset(after usage: Double, _ model: ShapeBankModel) {
    usageSinceOnset += usage
    // Sums of uneven parts must not fall short by rounding, or banks in two units would part ways.
    guard usageSinceOnset >= model.onsetInterval * (1 - 1e-9) else { return }
    usageSinceOnset = 0
    let onset = leastLikelyOnset(model)
    ages[onset] = 0
    place(onset: onset, logWeight: soundLogWeight + model.logOnsetProbability, model)
    // The only onset there is may have had the largest.
    findLargestLogWeight()
  }

  /// The first that is free, else the one whose best hypothesis is the worst.
  private func leastLikelyOnset(_ model: ShapeBankModel) -> Int {
    var least = 0
    var leastWeight = Float.infinity
    for onset in 0..<model.onsets {
      if ages[onset] < 0 { return onset }
      var best = -Float.infinity
      for shape in 0..<model.shapes.count {
        for duration in 0..<model.durations {
          best = max(best, logWeights[(shape * model.durations + duration) * model.onsets + onset])
        }
      }
      if best < leastWeight {
        least = onset
        leastWeight = best
      }
    }
    return least
  }

  /// Gives an onset's hypotheses their prior weights, and the base of a part that is still sound.
  private mutating func place(onset: Int, logWeight: Double, _ model: ShapeBankModel) {
    for shape in 0..<model.shapes.count {
      for duration in 0..<model.durations {
        let h = (shape * model.durations + duration) * model.onsets + onset
        logWeights[h] = Float(logWeight + model.logPriors[shape * model.durations + duration])
        bases[h] = Float(soundBase)
      }
    }
  }
}
