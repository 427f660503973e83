// One unit's usage, progress and end, out of rows as they come.
import Testing

@testable import Evaluation

@Suite struct UnitHistoryTests {
  private typealias Row = SeriesRows.Row

  private func falling(_ usage: [Double], _ values: [Double?]) -> [Row] {
    zip(usage, values).map { Row(usage: $0, value: $1) }
  }

  private func history(
    _ rows: [Row], _ level: FailureLevel, _ counting: UsageCounting = .running, rising: Bool = false
  ) throws(UnitHistory.Unusable) -> UnitHistory {
    try UnitHistory(name: "u", rows: rows, level: level, counting: counting, rising: rising)
  }

  @Test func progressAndEndDoNotDependOnDirectionOrOrder() throws {
    let usage = [10.0, 20, 30, 40, 50]
    let down = try history(falling(usage, [2, 1.8, 1.6, 1.5, 1.2]), .relative(0.7))
    let up = try history(falling(usage, [0, 2, 4, 5, 8]), .absolute(6), rising: true)
    let shuffled = try history(
      [4, 0, 2, 1, 3].map { falling(usage, [2, 1.8, 1.6, 1.5, 1.2])[$0] }, .absolute(1.4))
    // 0.6 of the way at 2...1.4: a third of the last step is 10/3.
    for unit in [down, up, shuffled] {
      #expect(abs((unit.life ?? 0) - 100.0 / 3) < 1e-9)
      #expect(unit.points.map(\.usage) == [0, 10, 20, 30, 40])
      #expect(abs(unit.points[2].progress - 2.0 / 3) < 1e-9)
    }
  }

  @Test func oneOddMeasurementIsNoEnd() throws {
    var values: [Double?] = (0..<60).map { 2 - 0.01 * Double($0) }
    values[20] = 1.3
    values[35] = nil
    let unit = try history(falling((0..<60).map(Double.init), values), .absolute(1.495))
    #expect(abs((unit.life ?? 0) - 50.5) < 1e-9)
  }

  @Test func aUnitThatDoesNotGetThereHasNoEndAndRecoveryIsNoError() throws {
    let alive = try history(falling([0, 1, 2, 3, 4], [2, 1.7, 1.8, 1.9, 1.6]), .relative(0.7))
    #expect(alive.life == nil)
    let rested = try history(falling([0, 1, 2, 3, 4, 5], [2, 1.5, 1.7, 1.5, 1.3, 1.2]), .relative(0.7))
    #expect(abs((rested.life ?? 0) - 3.5) < 1e-9)
  }

  @Test func aUnitWithoutACourseIsRefusedWithTheReason() {
    #expect(throws: UnitHistory.Unusable.self) { try history(falling([1], [2]), .relative(0.7)) }
    #expect(throws: UnitHistory.Unusable.self) {
      try history(falling([1, 2, 3, 4], [1.3, 1.2, 1.1, 1]), .absolute(1.4))
    }
  }

  @Test func usageThatEachRowAddsIsToldFromATotal() throws {
    // A test takes 10, the driving between takes 100; the total is in another column.
    let parts = falling([10, 100, 11, 90, 12, 95, 9, 100, 8], [2, nil, 1.8, nil, 1.6, nil, 1.4, nil, 1.2])
    #expect(UsageCounting.found(in: [parts]) == .eachRow)
    let unit = try history(parts, .absolute(1.3), .eachRow)
    #expect(unit.points.map(\.usage) == [0, 111, 213, 317, 425])
    #expect(abs((unit.life ?? 0) - 371) < 1e-9)

    let values: [Double?] = (0..<40).map { 2 - 0.02 * Double($0) }
    let total = falling((0..<40).map(Double.init), values)
    let order = (0..<40).map { ($0 * 17) % 40 }
    #expect(UsageCounting.found(in: [total]) == .running)
    #expect(UsageCounting.found(in: [order.map { total[$0] }]) == .running)
    #expect(UsageCounting.found(in: [total.reversed()]) == .running)
    #expect(UsageCounting.found(in: [values.map { Row(usage: 1, value: $0) }]) == .eachRow)
  }

  @Test func thresholdsAreValuesOrShares() throws {
    #expect(try FailureLevel("1.4") == .absolute(1.4))
    #expect(try FailureLevel("1,4 Ah") == .absolute(1.4))
    #expect(try FailureLevel("80%") == .relative(0.8))
    #expect(try FailureLevel("150 %") == .relative(1.5))
    for text in ["", "eighty", "100%", "-5%", "0%", "80x%"] {
      #expect(throws: SeriesError.threshold(text)) { try FailureLevel(text) }
    }
  }

  @Test func ticksAreMediansOfWhatTheirUsageHolds() throws {
    let usage = (0..<40).map(Double.init)
    var values: [Double?] = usage.map { 100 - $0 }
    values[13] = 500
    let unit = try history(falling(usage, values), .absolute(0))
    let ticks = unit.ticks(span: 10)
    #expect(ticks.map(\.end) == [9, 19, 29, 39])
    #expect(ticks.map(\.usage) == [4.5, 14.5, 24.5, 34.5])
    #expect(zip(ticks, [0.045, 0.145, 0.245, 0.345]).allSatisfy { abs($0.progress - $1) < 0.03 })
    #expect(unit.ticks(span: 10, before: 25).map(\.end) == [9, 19, 24])
    #expect(unit.ticks(span: 0.1).count == 40)
  }
}
