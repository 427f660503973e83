// The change detector: golden vectors, false alarms, delays, return, refusals.
import Foundation
import Prognostics
import Testing

@Suite struct SelfStartingCusumTests {
  private struct Vector: Decodable {
    struct Expectation: Decodable {
      var after: Int, state: Int, up: Double, down: Double, z: Double, since: Int, mean: Double, sd: Double
    }
    var name: String, values: [Double], expect: [Expectation]
  }

  @Test func goldenVectors() throws {
    let vectors: [Vector] = try Golden.load("cusum")
    #expect(vectors.count == 6)
    for vector in vectors {
      var cusum = SelfStartingCusum()
      var next = 0
      for (i, value) in vector.values.enumerated() {
        #expect(cusum.add(value) == true)
        guard next < vector.expect.count, vector.expect[next].after == i + 1 else { continue }
        let expected = vector.expect[next]
        next += 1
        let place = "\(vector.name) after \(i + 1)"
        #expect(cusum.change == (expected.state > 0 ? .up : expected.state < 0 ? .down : .none), "\(place)")
        #expect(Golden.agree(cusum.upperSum, expected.up), "\(place)")
        #expect(Golden.agree(cusum.lowerSum, expected.down), "\(place)")
        #expect(Golden.agree(cusum.lastDeviate, expected.z), "\(place)")
        #expect(cusum.batchesSinceZero == expected.since, "\(place)")
        #expect(Golden.agree(cusum.referenceMean, expected.mean), "\(place)")
        #expect(Golden.agree(cusum.referenceScatter, expected.sd), "\(place)")
      }
      #expect(next == vector.expect.count)
    }
  }

  /// First-order autoregressive values with unit variance.
  private struct Drives {
    var random: SeededGenerator
    var phi: Double
    var last = 0.0

    init(seed: UInt64, phi: Double) {
      random = SeededGenerator(seed: seed)
      self.phi = phi
      last = random.normal()
    }

    mutating func next() -> Double {
      last = phi * last + (1 - phi * phi).squareRoot() * random.normal()
      return last
    }
  }

  /// Share of units that show a change within 2,000 values without one. Measured over 3,000 units: .004 and .043.
  @Test(arguments: [(phi: 0.0, most: 0.02), (phi: 0.5, most: 0.05)])
  func falseAlarmsIn2000Drives(phi: Double, most: Double) {
    var alarms = 0
    for unit in 0..<500 {
      var drives = Drives(seed: UInt64(unit), phi: phi)
      var cusum = SelfStartingCusum()
      for _ in 0..<2_000 {
        cusum.add(13.9 + 0.117 * drives.next())
        if cusum.change != .none {
          alarms += 1
          break
        }
      }
    }
    #expect(Double(alarms) / 500 <= most)
  }

  /// Median delay in batches after a step of so many batch deviations at batch 60; derived 24, 10 and 5.
  @Test(arguments: [(step: 1.0, most: 34), (step: 2.0, most: 15), (step: 4.0, most: 8)])
  func stepsAreFoundInTime(step: Double, most: Int) {
    let deviationOfBatch = (2.225 / 5).squareRoot()  // of means of five with phi .5
    for sign in [1.0, -1.0] {
      var delays: [Int] = []
      for unit in 0..<100 {
        var drives = Drives(seed: UInt64(1_000 + unit), phi: 0.5)
        var cusum = SelfStartingCusum()
        for _ in 0..<300 { cusum.add(drives.next()) }
        guard cusum.change == .none else { continue }
        var delay = 200
        for i in 0..<1_000 {
          cusum.add(drives.next() + sign * step * deviationOfBatch)
          if cusum.change != .none {
            #expect(cusum.change == (sign > 0 ? .up : .down))
            delay = i / 5 + 1
            break
          }
        }
        delays.append(delay)
      }
      #expect(delays.count > 90)
      #expect(delays.sorted()[delays.count / 2] <= most)
    }
  }

  @Test func changeIsDatedAndHeldAgainstTheReferenceBeforeIt() {
    var drives = Drives(seed: 11, phi: 0)
    var cusum = SelfStartingCusum()
    for _ in 0..<500 { cusum.add(20 + drives.next()) }
    let before = (mean: cusum.referenceMean, batches: cusum.referenceBatches)
    var batches = 0
    while cusum.change == .none && batches < 100 {
      for _ in 0..<5 { cusum.add(22 + drives.next()) }
      batches += 1
    }
    #expect(cusum.change == .up)
    #expect(abs(cusum.batchesSinceZero - batches) <= 6)
    #expect(abs(cusum.referenceMean - before.mean) < 0.05)
    // The new level is never learnt, however long it lasts.
    for _ in 0..<5_000 { cusum.add(22 + drives.next()) }
    #expect(cusum.change == .up)
    #expect(cusum.referenceBatches <= before.batches + 3)
    #expect(abs(cusum.referenceMean - before.mean) < 0.05)
    // And when the old level comes back the change ends by itself.
    for _ in 0..<200 { cusum.add(20 + drives.next()) }
    #expect(cusum.change == .none)
  }

  @Test func oneWildBatchIsNoChange() {
    var drives = Drives(seed: 12, phi: 0)
    var cusum = SelfStartingCusum()
    for _ in 0..<300 { cusum.add(drives.next()) }
    for _ in 0..<5 { cusum.add(1e9) }
    #expect(cusum.lastDeviate == 4)
    #expect(cusum.change == .none)
  }

  @Test func constantValuesAreNoChangeAndLeastScatterForgivesTheResolution() {
    var exact = SelfStartingCusum()
    var forgiving = SelfStartingCusum(leastScatter: 0.1)
    for i in 0..<600 {
      // 13.9 is no binary fraction: sums of five differ in the last digit.
      let value = i < 400 ? 13.9 : 13.91
      exact.add(value)
      forgiving.add(value)
      if i == 399 { #expect(exact.change == .none && exact.upperSum == 0) }
    }
    #expect(exact.change == .up)
    #expect(forgiving.change == .none)
  }

  @Test func resetLearnsAnew() {
    var cusum = SelfStartingCusum()
    for i in 0..<100 { cusum.add(Double(i % 3)) }
    for i in 0..<100 { cusum.add(50 + Double(i % 3)) }
    #expect(cusum.change == .up)
    cusum.reset()
    #expect(cusum.change == .none && cusum.referenceBatches == 0)
    for i in 0..<200 { cusum.add(50 + Double(i % 3)) }
    #expect(cusum.change == .none)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e101]) func refusesWhatIsNoValue(value: Double) {
    var drives = Drives(seed: 13, phi: 0)
    var with = SelfStartingCusum()
    var without = SelfStartingCusum()
    for _ in 0..<303 {
      let drive = drives.next()
      with.add(drive)
      without.add(drive)
      #expect(with.add(value) == false)
    }
    #expect(with.upperSum == without.upperSum && with.lowerSum == without.lowerSum)
    #expect(with.referenceMean == without.referenceMean)
  }

  @Test func extremesNeverPoison() {
    var cusum = SelfStartingCusum()
    for i in 0..<200 { cusum.add(i % 2 == 0 ? 1e100 : -1e100) }
    for _ in 0..<200 { cusum.add(1) }
    #expect(cusum.referenceMean.isFinite && cusum.referenceScatter.isFinite)
    #expect(cusum.upperSum.isFinite && cusum.lastDeviate.isFinite)
  }

  @Test func stateIsSmall() { #expect(MemoryLayout<SelfStartingCusum>.size <= 160) }
}
