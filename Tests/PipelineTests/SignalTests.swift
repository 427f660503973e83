// The signal table, roll-ups, histogram and memory plan.
import Pipeline
import Testing
import Vocabulary

@Suite struct SignalTableTests {
  private let speed = SignalID(rawValue: 0)

  private func table(staleAfter: Double = 5) -> SignalTable {
    var catalogue = SignalCatalogue()
    _ = catalogue.add(
      SignalDescription(path: "Vehicle.Speed", unit: "km/h", range: 0...250, staleAfter: staleAfter))
    return SignalTable(catalogue)
  }

  private func at(_ seconds: Double) -> Instant { Instant.zero.advanced(seconds: seconds) }

  private func reading(_ table: borrowing SignalTable) -> SignalReading {
    let buffer = UnsafeMutableBufferPointer<SignalReading>.allocate(capacity: 1)
    defer { buffer.deallocate() }
    buffer.initialize(repeating: .never)
    table.copy(into: buffer)
    return buffer[0]
  }

  @Test func nothingSeenIsNotAvailableAndNotZero() {
    let table = table()
    #expect(table.value(speed, at: .zero) == nil && table.value(nil, at: .zero) == nil)
    #expect(table.value(SignalID(rawValue: 9), at: .zero) == nil)
    #expect(reading(table).validity == .notAvailable && reading(table).updates == 0)
  }

  @Test func aValueGoesStale() {
    var table = table()
    table.update(Sample(time: at(10), value: 88, signal: speed))
    #expect(table.value(speed, at: at(10)) == 88)
    #expect(table.value(speed, at: at(15)) == 88)
    #expect(table.value(speed, at: at(15.001)) == nil)
    #expect(reading(table).validity(at: at(16), staleAfterNanoseconds: 5_000_000_000) == .stale)
    table.update(Sample(time: at(16), value: 0, signal: speed))
    #expect(table.value(speed, at: at(16)) == 0)
  }

  @Test(arguments: [Validity.outOfRange, .error, .notAvailable])
  func whatIsNoValueDoesNotReplaceOne(validity: Validity) {
    var table = table()
    table.update(Sample(time: at(1), value: 50, signal: speed))
    table.update(Sample(time: at(2), value: 999, signal: speed, validity: validity))
    #expect(table.value(speed, at: at(2)) == nil)
    let kept = reading(table)
    #expect(kept.value == 50 && kept.validTime == at(1) && kept.time == at(2))
    #expect(kept.validity == validity && kept.updates == 2)
    #expect(kept.validity(at: at(100), staleAfterNanoseconds: 1) == validity)
  }

  @Test func aForeignSignalIsIgnored() {
    var table = table()
    table.update(Sample(time: at(1), value: 50, signal: SignalID(rawValue: 1)))
    #expect(reading(table).updates == 0)
  }

  @Test(arguments: [Double.infinity, 1e300, -1, .nan]) func anyAgeLimitIsBearable(limit: Double) {
    var table = table(staleAfter: limit)
    table.update(Sample(time: at(1), value: 50, signal: speed))
    #expect(table.value(speed, at: at(1)) == 50)
  }
}

@Suite struct RollUpsTests {
  private let second: Int64 = 1_000_000_000

  private func catalogue() -> SignalCatalogue {
    var catalogue = SignalCatalogue()
    for path in ["Vehicle.A", "Vehicle.B"] {
      _ = catalogue.add(SignalDescription(path: path, unit: "", range: -1e9...1e9, staleAfter: 5))
    }
    return catalogue
  }

  private func sample(_ value: Double, _ signal: UInt16 = 0, _ validity: Validity = .valid) -> Sample {
    Sample(time: .zero, value: value, signal: SignalID(rawValue: signal), validity: validity)
  }

  @Test func aMinuteOfSamples() {
    var rollUps = RollUps(catalogue())
    for value in [3.0, -1, 7, 2] { rollUps.add(sample(value), wallNanoseconds: 61 * second) }
    rollUps.add(sample(99, 0, .outOfRange), wallNanoseconds: 61 * second)
    rollUps.add(sample(1, 7), wallNanoseconds: 61 * second)
    var closed: [(Int64, RollUp)] = []
    rollUps.turn()
    rollUps.closeEnded { closed.append(($0, $1)) }
    #expect(closed.count == 1 && closed.first?.0 == 60 * second)
    let r = closed[0].1
    #expect(r.count == 4 && r.minimum == -1 && r.maximum == 7 && r.sum == 11 && r.last == 2 && r.signal.index == 0)
    rollUps.closeEnded { _, _ in Issue.record("a minute was handed out twice") }
  }

  @Test(arguments: [
    (0, 0, 59_999_999_999), (1, 0, 59_999_999_999), (60_000_000_000, 60_000_000_000, 119_999_999_999),
    (-1, -60_000_000_000, -1), (-60_000_000_000, -60_000_000_000, -1),
    (-60_000_000_001, -120_000_000_000, -60_000_000_001),
    (1_795_228_080_000_000_000, 1_795_228_080_000_000_000, 1_795_228_139_999_999_999),
  ] as [(Int64, Int64, Int64)])
  func edgesOfTheMinute(wall: Int64, start: Int64, last: Int64) {
    var rollUps = RollUps(catalogue())
    #expect(rollUps.isOver(atWall: wall) == false)
    rollUps.add(sample(1), wallNanoseconds: wall)
    #expect(rollUps.isOver(atWall: start) == false && rollUps.isOver(atWall: last) == false)
    #expect(rollUps.isOver(atWall: last + 1) == true && rollUps.isOver(atWall: start - 1) == true)
    rollUps.turn()
    rollUps.closeEnded { at, _ in #expect(at == start) }
    #expect(rollUps.isOver(atWall: last + 1) == false)
  }

  @Test func whatComesLateJoinsTheMinuteThatHasEnded() {
    var rollUps = RollUps(catalogue())
    rollUps.add(sample(1), wallNanoseconds: 119 * second)
    #expect(!rollUps.hasEnded && rollUps.untilEdge(fromWall: 119 * second) == second)
    rollUps.turn()
    // Before anything of the next minute has come, and after.
    rollUps.add(sample(2), wallNanoseconds: 118 * second)
    rollUps.add(sample(3), wallNanoseconds: 120 * second)
    rollUps.add(sample(4), wallNanoseconds: 119 * second)
    var closed: [(Int64, UInt32, Double)] = []
    rollUps.closeEnded { closed.append(($0, $1.count, $1.sum)) }
    // Too late: better in another minute than not at all.
    rollUps.add(sample(5), wallNanoseconds: 119 * second)
    rollUps.turn()
    rollUps.closeEnded { closed.append(($0, $1.count, $1.sum)) }
    #expect(closed.map(\.0) == [60 * second, 120 * second] && closed.map(\.1) == [3, 2] && closed.map(\.2) == [7, 8])
  }

  @Test func aMinuteWithoutSamplesIsNothing() {
    var rollUps = RollUps(catalogue())
    rollUps.add(sample(.nan, 0, .notAvailable), wallNanoseconds: 5)
    #expect(rollUps.isOver(atWall: 1_000 * second) == false)
    rollUps.turn()
    rollUps.closeEnded { _, _ in Issue.record("nothing was seen, something was handed out") }
  }
}

@Suite struct HistogramTests {
  @Test func emptyIsNotANumber() {
    #expect(Histogram(0...1).quantile(0.5).isNaN)
    var histogram = Histogram(0...1)
    for value in [Double.nan, .infinity, -.infinity] { histogram.add(value) }
    #expect(histogram.count == 0 && histogram.quantile(0.5).isNaN)
  }

  @Test func quantilesAreWithinABinOfTheExactOnes() {
    var state: UInt64 = 7
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-53
    }
    for _ in 0..<20 {
      var histogram = Histogram(11...16)
      let (low, wide) = (11 + 4 * uniform(), 0.2 + uniform())
      var values = (0..<500).map { _ in low + wide * uniform() * uniform() }
      for value in values { histogram.add(value) }
      values.sort()
      for p in [0.05, 0.25, 0.5, 0.75, 0.95] {
        let exact = min(16, values[Int(p * 499)])
        #expect(abs(histogram.quantile(p) - exact) <= 5.0 / 64 + 1e-9, "p \(p)")
      }
    }
  }

  /// Whole degrees stand in the middle of their bins, so that a median has no bias.
  @Test(arguments: [60.0, 86, 88, 123]) func wholeDegreesAreUnbiased(degrees: Double) {
    var histogram = Histogram(59.5...123.5)
    for _ in 0..<100 { histogram.add(degrees) }
    #expect(abs(histogram.quantile(0.5) - degrees) < 1e-4)
    for _ in 0..<50 { histogram.add(degrees - 1); histogram.add(degrees + 1) }
    if degrees > 60 && degrees < 123 { #expect(abs(histogram.quantile(0.5) - degrees) < 1e-4) }
  }

  @Test func valuesOutsideFallIntoTheEndBins() {
    var histogram = Histogram(0...64)
    histogram.add(-1e300)
    histogram.add(1e300)
    #expect(histogram.count == 2 && histogram.quantile(0.25) < 1 && histogram.quantile(1) == 64)
    histogram.reset()
    #expect(histogram.count == 0)
  }
}

@Suite struct MemoryPlanTests {
  @Test func theLineThatBreaksTheLimit() {
    var plan = MemoryPlan(limit: 100)
    plan.add("ring", 60)
    plan.add("table", 40)
    #expect(plan.breaking == nil && plan.total == 100)
    plan.add("cache", 1)
    plan.add("more", 500)
    #expect(plan.breaking == MemoryPlan.Line(buffer: "cache", bytes: 1) && plan.total == 601)
    #expect(plan.lines.map(\.buffer) == ["ring", "table", "cache", "more"])
  }
}
