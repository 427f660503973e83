// The shape bank: golden vectors, restart, gaps, metamorphic relations, simulated units with known truth, refusals.
import Foundation
import Prognostics
import Testing

@Suite struct ShapeBankTests {
  private struct Vector: Decodable {
    struct Expectation: Decodable { var t: Int, rul: [Double], deg: [Double], R: Double }
    var z: [Double], expect: [Expectation]
  }

  @Test func goldenVector() throws {
    let vector: Vector = try Golden.load("sbf")
    let model = ShapeBankModel(noise: 0.0065.squareRoot(), baseScatter: 0.03, duration: 120)
    var bank = ShapeBank<224>(model)
    var compared = 0
    for (i, value) in vector.z.enumerated() {
      #expect(bank.step(value, model) == true)
      guard let expected = vector.expect.first(where: { $0.t == i }) else { continue }
      let left = array(bank.remainingUsage(model))
      #expect(zip(left, expected.rul).allSatisfy(Golden.agree), "\(left) for \(expected.rul)")
      let consumed = bank.consumed(model)
      #expect(Golden.agree(consumed.mean, expected.deg[0]), "\(consumed) for \(expected.deg)")
      #expect(Golden.agree(consumed.onsetProbability, expected.deg[1]), "\(consumed) for \(expected.deg)")
      #expect(Golden.agree(bank.noise * bank.noise, expected.R), "\(bank.noise) for \(expected.R)")
      compared += 1
    }
    #expect(compared == 5)
  }

  private func agrees<let n: Int>(_ bank: ShapeBank<n>, _ vector: ShapeBankVector) -> Int {
    var bank = bank
    let model = vector.model.model
    var compared = 0
    for (i, step) in vector.steps.enumerated() {
      if let value = step.value {
        #expect(bank.step(value, usage: step.usage, model) == true)
      } else {
        #expect(bank.pass(usage: step.usage, model) == true)
      }
      guard let expected = vector.expect.first(where: { $0.after == i + 1 }) else { continue }
      let left = array(bank.remainingUsage(model))
      let consumed = bank.consumed(model)
      let place = "\(vector.name) after \(i + 1): \(left), \(consumed), \(bank.noise) for \(expected)"
      #expect(zip(left, expected.left).allSatisfy(Golden.agree), "\(place)")
      #expect(Golden.agree(consumed.mean, expected.consumed[0]), "\(place)")
      #expect(Golden.agree(consumed.onsetProbability, expected.consumed[1]), "\(place)")
      #expect(Golden.agree(bank.noise, expected.noise), "\(place)")
      compared += 1
    }
    return compared
  }

  /// Onsets that are no multiple of four lanes, a learnt table, another failure level, uneven usage, gaps.
  @Test func goldenVectorsOfOtherModels() throws {
    let vectors: [ShapeBankVector] = try Golden.load("shape_bank")
    try #require(vectors.count == 3)
    #expect(agrees(ShapeBank<80>(vectors[0].model.model), vectors[0]) == 6)
    #expect(agrees(ShapeBank<21>(vectors[1].model.model), vectors[1]) == 4)
    #expect(agrees(ShapeBank<162>(vectors[2].model.model), vectors[2]) == 5)
  }

  private let model = ShapeBankModel(noise: 0.08, duration: 120, durations: 5, onsets: 4)

  /// A bank of `model`'s form over a noisy straight course with an onset at 30, its usage scaled by `scale`.
  private func grown(
    _ model: ShapeBankModel, ticks: Int = 110, noise: Double = 0.06, scale: Double = 1, seed: UInt64 = 1
  ) -> ShapeBank<80> {
    var random = SeededGenerator(seed: seed)
    var bank = ShapeBank<80>(model)
    for i in 0..<ticks { bank.step(max(0, Double(i - 30) / 120) + noise * random.normal(), usage: scale, model) }
    return bank
  }

  @Test func stateIsSmall() {
    #expect(MemoryLayout<ShapeBank<80>>.size == 56 + 128 + 8 * 80)
    #expect(MemoryLayout<ShapeBank<80>>.size <= 1_024)
  }

  @Test func restoredFromItsBytesItGoesOnBitForBit() {
    var bank = grown(model)
    let bytes = withUnsafeBytes(of: bank) { Array($0) }
    var restored = bytes.withUnsafeBytes { $0.loadUnaligned(as: ShapeBank<80>.self) }
    var random = SeededGenerator(seed: 9)
    for i in 0..<60 {
      let value = 0.66 + Double(i) / 120 + 0.06 * random.normal()
      bank.step(value, usage: i == 20 ? 30 : 1, model)
      restored.step(value, usage: i == 20 ? 30 : 1, model)
    }
    #expect(withUnsafeBytes(of: bank) { Array($0) } == withUnsafeBytes(of: restored) { Array($0) })
    #expect(array(bank.remainingUsage(model)) == array(restored.remainingUsage(model)))
  }

  @Test(arguments: [0.001, 16.093_44, 500]) func scalingTheUnitOfUsageScalesTheRemainingUsage(scale: Double) {
    let scaled = ShapeBankModel(noise: 0.08, duration: 120 * scale, durations: 5, onsets: 4)
    let plain = grown(model)
    let other = grown(scaled, scale: scale)
    for (a, b) in zip(array(plain.remainingUsage(model)), array(other.remainingUsage(scaled))) {
      #expect(abs(b / a / scale - 1) < 1e-4)
    }
    #expect(abs(plain.consumed(model).mean - other.consumed(scaled).mean) < 1e-5)
    #expect(abs(plain.dominant(model).onsetAge * scale / other.dominant(scaled).onsetAge - 1) < 1e-4)
  }

  @Test(arguments: [0.2, 30]) func scalingTheIndicatorChangesNothing(scale: Double) {
    let scaled = ShapeBankModel(
      failureLevel: scale, failureLevelScatter: 0.05 * scale, noise: 0.08 * scale, baseScatter: 0.05 * scale,
      duration: 120, durations: 5, onsets: 4)
    var plain = ShapeBank<80>(model)
    var other = ShapeBank<80>(scaled)
    var random = SeededGenerator(seed: 3)
    for i in 0..<100 {
      let value = Double(i) / 140 + 0.06 * random.normal()
      plain.step(value, model)
      other.step(scale * value, scaled)
    }
    for (a, b) in zip(array(plain.remainingUsage(model)), array(other.remainingUsage(scaled))) {
      #expect(abs(b / a - 1) < 1e-4)
    }
  }

  @Test func moreNoiseNeverNarrowsTheIntervalOnAverage() {
    var last = 0.0
    for noise in [0.02, 0.05, 0.1, 0.2] {
      let model = ShapeBankModel(noise: noise, duration: 120, durations: 5, onsets: 4)
      var width = 0.0
      for seed in 1...20 as ClosedRange<UInt64> {
        let left = grown(model, noise: noise, seed: seed).remainingUsage(model)
        width += left[6] - left[0]
      }
      #expect(width > last, "noise \(noise)")
      last = width
    }
  }

  /// A value as of a sound part never makes the part look worse, by more than what a step of time does.
  @Test func soundValuesNeverWorsenTheState() {
    for seed in 1...10 as ClosedRange<UInt64> {
      let bank = grown(model, seed: seed)
      var sound = bank
      let before = bank.consumed(model).mean
      sound.step(before - 0.2, usage: 0, model)
      #expect(sound.consumed(model).mean <= before + 0.01, "seed \(seed)")
      #expect(sound.remainingUsage(model)[3] >= bank.remainingUsage(model)[3] * 0.98, "seed \(seed)")
    }
  }

  @Test func aSoundPartStaysSound() {
    let model = ShapeBankModel(noise: 0.08, duration: 120, durations: 5, onsets: 4, hazard: 1 / 400, onsetAlready: 0.05)
    var bank = ShapeBank<80>(model)
    var random = SeededGenerator(seed: 4)
    for _ in 0..<400 { bank.step(0.08 * random.normal(), model) }
    #expect(abs(bank.consumed(model).mean) < 0.06)
    #expect(bank.remainingUsage(model)[1] > 60)
  }

  @Test func theLikeliestShapeIsTheTrueOne() {
    let model = ShapeBankModel(
      shapes: [(.squareRoot, 0.3), (.quadratic, 0.7)], noise: 0.05, duration: 120, durations: 5, onsets: 8)
    var random = SeededGenerator(seed: 5)
    var bank = ShapeBank<80>(model)
    for i in 0..<100 { bank.step((Double(i) / 120).squareRoot() + 0.05 * random.normal(), model) }
    let dominant = bank.dominant(model)
    #expect(dominant.shape == 0 && dominant.probability > 0.9, "\(dominant)")
    #expect(abs(dominant.onsetAge - 100) < 15, "\(dominant)")
  }

  /// A gap is as many steps without a value, and then the value.
  @Test func aGapIsSplit() {
    var atOnce = grown(model)
    var parts = atOnce
    atOnce.step(0.9, usage: 40, model)
    for _ in 0..<39 { #expect(parts.pass(usage: 1, model) == true) }
    parts.step(0.9, model)
    #expect(array(atOnce.remainingUsage(model)) == array(parts.remainingUsage(model)))
    #expect(atOnce.consumed(model) == parts.consumed(model))
    // Five times the usual is no gap yet: one step.
    var long = grown(model)
    var one = long
    long.step(0.7, usage: 5, model)
    for _ in 0..<4 { one.pass(usage: 1, model) }
    one.step(0.7, model)
    #expect(long.consumed(model) != one.consumed(model))
  }

  @Test func usageWithoutValuesShortensWhatIsLeft() {
    var bank = grown(model)
    let before = bank.remainingUsage(model)
    bank.pass(usage: 15, model)
    let after = bank.remainingUsage(model)
    #expect(before[3] - after[3] > 8 && before[3] - after[3] < 20, "\(before[3]), \(after[3])")
    #expect(isAscending(after))
  }

  @Test func anEndlessGapEndsTheLifeInBoundedTime() {
    var bank = grown(model)
    #expect(bank.pass(usage: 1e9, model) == true)
    #expect(array(bank.remainingUsage(model)).allSatisfy { $0.isFinite && $0 > 0 })
    #expect(bank.step(0.3, usage: 1e99, model) == true)
    #expect(array(bank.remainingUsage(model)).allSatisfy { $0.isFinite && $0 > 0 })
    #expect(bank.consumed(model).mean.isFinite)
  }

  /// The only onset is kept however long the life, unless a span says otherwise; then the likeliest may have to go.
  @Test func oneOnsetStays() {
    let one = ShapeBankModel(noise: 0.05, duration: 100, durations: 8, onsets: 1, onsetAlready: 0.999)
    let spanned = ShapeBankModel(noise: 0.05, duration: 100, durations: 8, onsets: 1, span: 90, onsetAlready: 0.999)
    var kept = ShapeBank<32>(one)
    var restarted = ShapeBank<32>(spanned)
    for i in 0..<180 {
      kept.step(Double(i) / 220, one)
      restarted.step(Double(i) / 220, spanned)
    }
    #expect(abs(kept.consumed(one).mean - 179.0 / 220) < 0.03)
    #expect(abs(kept.dominant(one).onsetAge - 180) < 1e-6)
    #expect(restarted.dominant(spanned).onsetAge < 90)
    #expect(restarted.noise.isFinite && array(restarted.remainingUsage(spanned)).allSatisfy { $0.isFinite })
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300]) func refusesWhatIsNoValue(value: Double) {
    var bank = grown(model)
    let before = withUnsafeBytes(of: bank) { Array($0) }
    #expect(bank.step(value, model) == false)
    #expect(bank.step(0.5, usage: value, model) == false)
    #expect(bank.step(0.5, usage: -1, model) == false)
    #expect(bank.pass(usage: value, model) == false)
    #expect(withUnsafeBytes(of: bank) { Array($0) } == before)
  }

  @Test func wildValuesMoveItLittleAndBreakNothing() {
    var bank = grown(model)
    let before = bank.consumed(model).mean
    bank.step(1e6, model)
    #expect(abs(bank.consumed(model).mean - before) < 0.1)
    for _ in 0..<3_000 { bank.step(1e99, model) }
    for _ in 0..<3_000 { bank.step(-1e99, model) }
    #expect(array(bank.remainingUsage(model)).allSatisfy { $0.isFinite && $0 > 0 })
    #expect(bank.consumed(model).onsetProbability.isFinite)
  }
}

/// Models and steps of the golden vectors that the scalar reference in this folder writes.
struct ShapeBankVector: Decodable {
  struct Expectation: Decodable { var after: Int, left: [Double], consumed: [Double], noise: Double }

  struct Step: Decodable {
    var value: Double?
    var usage: Double

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      value = try list.decode(Double?.self)
      usage = try list.decode(Double.self)
    }
  }

  struct Shape: Decodable {
    var shape: ShapeBankModel.Shape
    var weight: Double

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      if let name = try? list.decode(String.self) {
        switch name {
        case "linear": shape = .linear
        case "quadratic": shape = .quadratic
        case "exponential": shape = .exponential
        case "squareRoot": shape = .squareRoot
        case "knee": shape = .knee
        default: throw DecodingError.dataCorruptedError(in: list, debugDescription: "no shape is called \(name)")
        }
      } else {
        shape = .table(try list.decode([Double].self))
      }
      weight = try list.decode(Double.self)
    }
  }

  struct Model: Decodable {
    var shapes: [Shape]
    var failure_level: Double?, failure_level_scatter: Double?, noise: Double?, base: Double?, base_scatter: Double?
    var duration: Double?, duration_scatter: Double?, durations: Int?, onsets: Int?, span: Double?, hazard: Double?
    var onset_already: Double?, forgetting: Double?, learning: Double?, adapts_noise: Bool?

    var model: ShapeBankModel {
      ShapeBankModel(
        shapes: shapes.map { ($0.shape, $0.weight) }, failureLevel: failure_level ?? 1,
        failureLevelScatter: failure_level_scatter ?? 0.05, noise: noise ?? 0.1, base: base ?? 0,
        baseScatter: base_scatter ?? 0.05, duration: duration ?? 100, durationScatter: duration_scatter ?? 0.5,
        durations: durations ?? 7, onsets: onsets ?? 8, span: span, hazard: hazard,
        onsetAlready: onset_already ?? 0.5, forgetting: forgetting ?? 0.98, learning: learning ?? 0.4,
        adaptsNoise: adapts_noise ?? true)
    }
  }

  var name: String, model: Model, steps: [Step], expect: [Expectation]
}
