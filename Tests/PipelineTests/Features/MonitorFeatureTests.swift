// Results of on-board monitors: limits of either side and of both, results that say nothing, and of which part they
// are.
import Pipeline
import Testing
import Vocabulary

@Suite struct MonitorFeatureTests {
  /// What stands in the places of the catalysts after one result of bank 1.
  private static func catalyst(
    _ value: UInt16, _ low: UInt16, _ high: UInt16, scaling: UInt8 = 0x20
  ) -> (highest: Double, lowest: Double) {
    var monitors = MonitorFeatures()
    monitors.add(MonitorResult(monitor: 0x21, test: 0x80, scaling: scaling, value: value, low: low, high: high))
    return (monitors[0], monitors[1])
  }

  @Test func aHighestGoodValueCountsFromNothing() {
    #expect(Self.catalyst(0, 0, 200).highest == 0)
    #expect(Self.catalyst(50, 0, 200).highest == 0.25)
    #expect(Self.catalyst(200, 0, 200).highest == 1)
    #expect(Self.catalyst(60_000, 0, 200).highest == 2)
    #expect(Self.catalyst(50, 0, 200).lowest.isNaN)
  }

  @Test(arguments: [0, 65_535] as [UInt16]) func aLowestGoodValueCountsInLimits(none: UInt16) {
    #expect(Self.catalyst(300, 100, none).lowest == -1)
    #expect(Self.catalyst(150, 100, none).lowest == 0.5)
    #expect(Self.catalyst(100, 100, none).lowest == 1)
    #expect(Self.catalyst(50, 100, none).lowest == 1.5)
    #expect(Self.catalyst(50, 100, none).highest.isNaN)
  }

  @Test func betweenTwoLimitsTheInnerHalfIsBest() {
    #expect(Self.catalyst(200, 100, 300).highest == 0)
    #expect(Self.catalyst(250, 100, 300).highest == 0)
    #expect(Self.catalyst(275, 100, 300).highest == 0.5)
    #expect(Self.catalyst(125, 100, 300).highest == 0.5)
    #expect(Self.catalyst(300, 100, 300).highest == 1)
    #expect(Self.catalyst(90, 100, 300).highest > 1)
  }

  @Test func negativeNumbersAreNegative() {
    // -20 between -100 and 0: a limit of 0 is none, and a lowest good value below it has no ratio.
    #expect(Self.catalyst(0xFFEC, 0xFF9C, 0, scaling: 0x9C).lowest.isNaN)
    // -75 between -100 and 100; and between the end of the numbers and 100.
    #expect(Self.catalyst(0xFFB5, 0xFF9C, 100, scaling: 0x9C).highest == 0.5)
    #expect(Self.catalyst(0xFFB5, 0x8000, 100, scaling: 0x9C).highest == 0)
    #expect(Self.catalyst(50, 0x8000, 100, scaling: 0x9C).highest == 0.5)
    #expect(Self.catalyst(150, 100, 0x7FFF, scaling: 0x9C).lowest == 0.5)
  }

  @Test(arguments: [
    (0, 0, 0), (70, 0, 0), (70, 0, 65_535), (0, 100, 65_535), (5, 300, 100), (70, 100, 100), (70, 65_535, 0),
  ] as [(UInt16, UInt16, UInt16)])
  func whatSaysNothingIsNoResult(value: UInt16, low: UInt16, high: UInt16) {
    let seen = Self.catalyst(value, low, high)
    #expect(seen.highest.isNaN && seen.lowest.isNaN)
  }

  /// 600 Celsius of 650 are no 92 %.
  @Test(arguments: [0x16, 0x39, 0x96] as [UInt8]) func whatHasNoZeroHasNoRatio(scaling: UInt8) {
    #expect(Self.catalyst(6400, 0, 6900, scaling: scaling).highest.isNaN)
    #expect(Self.catalyst(6400, 6000, 0, scaling: scaling).lowest.isNaN)
    #expect(Self.catalyst(6500, 6000, 7000, scaling: scaling).highest == 0)
  }

  @Test(arguments: [
    (0x21, 0x80, 0), (0x22, 0x80, 2), (0x01, 0x05, 4), (0x05, 0x82, 4), (0x02, 0x05, 6), (0x04, 0x07, 6),
    (0x06, 0x0A, 6), (0x08, 0x80, 6),
  ] as [(UInt8, UInt8, Int)])
  func everyPartHasItsPlace(monitor: UInt8, test: UInt8, place: Int) {
    var monitors = MonitorFeatures()
    let isTaken = monitors.add(MonitorResult(monitor: monitor, test: test, scaling: 0x10, value: 42, low: 0, high: 168))
    #expect(isTaken)
    for other in 0..<8 { #expect(other == place ? monitors[other] == 0.25 : monitors[other].isNaN, "\(other)") }
  }

  /// Banks that no car with two has, heaters, misfires, and the constants of the sensors' tests.
  @Test(arguments: [
    (0x00, 0x80), (0x09, 0x05), (0x20, 0x80), (0x23, 0x80), (0x41, 0x80), (0xA2, 0x0B), (0x01, 0x01), (0x02, 0x04),
  ] as [(UInt8, UInt8)])
  func othersAreNotTakenIn(monitor: UInt8, test: UInt8) {
    var monitors = MonitorFeatures()
    let isTaken = monitors.add(MonitorResult(monitor: monitor, test: test, scaling: 0x10, value: 42, low: 0, high: 168))
    #expect(!isTaken)
    for place in 0..<8 { #expect(monitors[place].isNaN) }
  }

  @Test func theWorstOfSeveralTestsStands() {
    func seen(_ values: [UInt16]) -> Double {
      var monitors = MonitorFeatures()
      for (i, value) in values.enumerated() {
        monitors.add(
          MonitorResult(monitor: 0x21, test: 0x80 + UInt8(i), scaling: 0x20, value: value, low: 0, high: 200))
      }
      return monitors[0]
    }
    #expect(seen([50, 150, 100]) == 0.75 && seen([150, 50]) == 0.75)
  }

  @Test func aPlaceIsToldAsAShareOfTheLimit() {
    #expect(MonitorFeatures.shareOfLimit(0.25, at: 0) == 0.25)
    // Twice the lowest good value, and half of it.
    #expect(MonitorFeatures.shareOfLimit(0, at: 1) == 0.5)
    #expect(MonitorFeatures.shareOfLimit(1.5, at: 1) == 2)
    #expect(MonitorFeatures.shareOfLimit(2, at: 1) == 2)
  }
}
