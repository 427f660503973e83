// When a rising voltage is worth a look at a parked vehicle.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct VoltageWatchTests {
  /// Seconds at which it spoke, told one value every ten seconds.
  private static func spoken(_ volts: [Double]) -> [Int] {
    var watch = VoltageWatch()
    return volts.indices.filter {
      watch.rises(volts[$0], at: Instant(nanoseconds: Int64($0) * 10_000_000_000))
    }.map { $0 * 10 }
  }

  @Test func aRestingBatterySaysNothing() {
    #expect(Self.spoken([12.9, 12.7, 12.6, 12.5, 12.6, 12.55, 12.9, 12.5]) == [])
  }

  @Test func theStartOfAnEngineSaysItOnce() {
    #expect(Self.spoken([12.6, 12.5, 11.2, 13.9, 14.2, 14.1]) == [30])
  }

  @Test func aConverterThatTopsUpAgainAndAgainIsHeardEveryFiveMinutes() {
    let wave = (0..<120).map { $0 % 4 < 2 ? 12.4 : 13.4 }
    let spoken = Self.spoken(wave)
    #expect(spoken.count == 4 && zip(spoken, spoken.dropFirst()).allSatisfy { $1 - $0 >= 300 })
  }

  @Test func whatNoVehicleHasIsIgnored() {
    #expect(Self.spoken([.nan, 0, 4.9, 12.5, 99, .infinity, 12.6]) == [])
  }

  @Test func anotherRestBeginsAnew() {
    var watch = VoltageWatch()
    _ = watch.rises(12.0, at: .zero)
    watch.reset()
    let rises = watch.rises(12.6, at: Instant(nanoseconds: 1))
    #expect(!rises, "the low of the last rest counts no more")
  }
}
