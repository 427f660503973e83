// What one value of an indicator says about the hypotheses of a shape bank, four at a time.

/// Weighs hypotheses by how well they expected a value, and sums up how well they did.
struct Evidence {
  private let value: SIMD4<Double>
  private let gain: SIMD4<Double>
  private let forgetting: SIMD4<Double>
  /// Largest log weight before the value; those that come out are relative to 0.
  private let largestBefore: SIMD4<Double>
  private let limit: SIMD4<Double>
  /// Loss of log weight per squared innovation.
  private let sharpness: SIMD4<Double>
  private var weights = SIMD4<Double>(repeating: 0)
  private var largest = SIMD4<Double>(repeating: -.infinity)
  private var weightedInnovations = SIMD4<Double>(repeating: 0)

  /// - Parameters:
  ///   - variance: of the value around what a hypothesis expects.
  ///   - gain: share of an innovation by which a hypothesis moves its base.
  ///   - largest: log weight.
  init(_ value: Double, variance: Double, gain: Double, forgetting: Double, learning: Double, largest: Double) {
    self.value = SIMD4(repeating: value)
    self.gain = SIMD4(repeating: gain)
    self.forgetting = SIMD4(repeating: forgetting)
    largestBefore = SIMD4(repeating: largest)
    // A wild value counts for three standard deviations.
    limit = SIMD4(repeating: 3 * variance.squareRoot())
    sharpness = SIMD4(repeating: 0.5 * learning / variance)
  }

  /// What the value had in it that the hypotheses did not expect, in the mean with their weights before it.
  var meanInnovation: Double { weightedInnovations.sum() / weights.sum() }

  /// Largest log weight after the value.
  var largestLogWeight: Double { largest.max() }

  /// Moves weights and bases of hypotheses that expect `course` above their base, and lose `loss` on top.
  @inline(__always)
  mutating func weigh(
    course: SIMD4<Double>, loss: SIMD4<Double>, logWeights: inout SIMD4<Double>, bases: inout SIMD4<Double>
  ) {
    let innovation = value - bases - course
    let before = logWeights - largestBefore
    // A weight below e^-20 changes no mean, and in a bank that has learnt most are.
    let best = most(before, SIMD4(before[2], before[3], before[0], before[1]))
    if best[0] > -20 || best[1] > -20 {
      let weight = exponential(before)
      weights += weight
      weightedInnovations += weight * innovation
    }
    let bounded = least(most(innovation, -limit), limit)
    logWeights = forgetting * before - sharpness * bounded * bounded - loss
    largest = most(largest, logWeights)
    bases += gain * bounded
  }

  /// Moves weights and bases of all hypotheses that have an onset.
  ///
  /// Those of onsets that are still free have the log weight −∞ and keep it, whatever is computed beside it.
  // Once for banks of all sizes.
  @inline(never)
  mutating func weigh(
    logWeights: inout MutableSpan<Float>, bases: inout MutableSpan<Float>, ages: Span<Float>, _ model: ShapeBankModel
  ) {
    // A copy, so that sums and constants stay in registers.
    var evidence = self
    var weightBytes = logWeights.mutableBytes
    var baseBytes = bases.mutableBytes
    let tables = model.tables.span
    for duration in 0..<model.durations {
      let segmentsPerUsage = model.segmentsPerUsage[duration]
      for onset in stride(from: 0, to: model.onsets, by: 4) {
        let count = min(4, model.onsets - onset)
        let place = ShapeTable.Place(of: segmentsPerUsage * ages.bytes.four(count, from: onset, filler: 0))
        var h = duration * model.onsets + onset
        for shape in 0..<model.shapes.count {
          var weight = weightBytes.bytes.four(count, from: h, filler: -.infinity)
          var base = baseBytes.bytes.four(count, from: h, filler: 0)
          evidence.weigh(
            course: place.value(in: tables, shape: shape), loss: place.loss, logWeights: &weight, bases: &base)
          weightBytes.setFour(weight, count, from: h)
          baseBytes.setFour(base, count, from: h)
          h += model.durations * model.onsets
        }
      }
    }
    self = evidence
  }
}

extension RawSpan {
  /// Four neighbours of what are floats, as doubles; where there are fewer, `filler` stands for the rest.
  @inline(__always)
  func four(_ count: Int, from index: Int, filler: Double) -> SIMD4<Double> {
    // Every pattern of bits is a float: these loads can go wrong only by their place, which is checked.
    if count == 4 { return SIMD4<Double>(unsafeLoadUnaligned(fromByteOffset: 4 * index, as: SIMD4<Float>.self)) }
    var four = SIMD4<Double>(repeating: filler)
    for lane in 0..<count {
      four[lane] = Double(unsafeLoadUnaligned(fromByteOffset: 4 * (index + lane), as: Float.self))
    }
    return four
  }
}

extension MutableRawSpan {
  /// Stores what `four` has loaded.
  @inline(__always)
  mutating func setFour(_ values: SIMD4<Double>, _ count: Int, from index: Int) {
    if count == 4 {
      storeBytes(of: SIMD4<Float>(values), toByteOffset: 4 * index, as: SIMD4<Float>.self)
    } else {
      for lane in 0..<count {
        storeBytes(of: Float(values[lane]), toByteOffset: 4 * (index + lane), as: Float.self)
      }
    }
  }
}
