// Where the seconds and minutes of telemetry end: by the time of each sample, whenever the stage does its work.
import Testing
import Vocabulary

@testable import Gateway

private let millisecond: Int64 = 1_000_000
private let second: Int64 = 1_000_000_000

@Suite struct IntervalTests {
  /// A wall clock whose seconds turn 370 ms after those of the uptime.
  private static let good: Int64 = 1_780_000_000 * second - 370 * millisecond

  private func drive(rollUpSeconds: Int64 = 1) throws -> (drive: Drive, speed: SignalID, wall: (Int64) -> Int64) {
    let drive = Drive(try vehicle(), startWall: Self.good + second, rollUpSeconds: rollUpSeconds)
    let speed = try #require(drive.definition.catalogue.id(of: "Vehicle.Powertrain.CombustionEngine.Speed"))
    return (drive, speed, { Self.good + $0 })
  }

  /// The interval of a wall time, in seconds.
  private func interval(_ wall: Int64, _ seconds: Int64 = 1) -> Int64 { wall / second / seconds * seconds }

  private func told(_ drive: Drive) -> [(start: Int64, rollUp: RollUp)] {
    drive.minutes.flatMap { minute in minute.rollUps.map { (minute.start / second, $0) } }
  }

  /// Each sample says in which interval it belongs.
  @Test(arguments: [1, 60] as [Int64])
  func everySampleCountsInTheIntervalOfItsOwnTime(seconds: Int64) throws {
    let (drive, speed, wall) = try drive(rollUpSeconds: seconds)
    var expected: [Int64: UInt32] = [:]
    // Steps that meet neither ticks nor edges, and both sides of each edge.
    var time = 3 * second
    var times: [Int64] = []
    while time < 200 * second {
      times.append(time)
      time += 93 * millisecond
    }
    for edge in Int64(4)..<190 {
      times += [-1, 0, 1].map { edge * second + 370 * millisecond + $0 }
    }
    for time in times.sorted() {
      let interval = interval(wall(time), seconds)
      drive.wait(until: Instant(nanoseconds: time))
      drive.stage.take(
        Sample(time: Instant(nanoseconds: time), value: 1000 + Double(interval % 3600), signal: speed))
      expected[interval, default: 0] += 1
    }
    drive.finish()
    let told = told(drive)
    #expect(told.map(\.start) == expected.keys.sorted())
    for (start, rollUp) in told {
      let value = 1000 + Double(start % 3600)
      #expect(rollUp.count == expected[start] && rollUp.minimum == value && rollUp.maximum == value)
    }
  }

  /// Two buses whose frames are read one bus after the other, forty milliseconds at a time.
  @Test func whatAnotherBusBringsLateCountsInItsOwnSecond() throws {
    let (drive, speed, wall) = try drive()
    let other = try #require(drive.definition.catalogue.id(of: "Vehicle.Speed"))
    var expected: [Int64: UInt32] = [:]
    for batch in Int64(0)..<500 {
      for signal in [speed, other] {
        for step in Int64(0)..<4 {
          let time = 5 * second + (batch * 40 + step * 10) * millisecond
          drive.stage.take(
            Sample(time: Instant(nanoseconds: time), value: Double(interval(wall(time)) % 100), signal: signal))
          expected[interval(wall(time)), default: 0] += 1
        }
      }
      drive.wait(until: Instant(nanoseconds: 5 * second + (batch * 40 + 39) * millisecond))
    }
    drive.finish()
    var counts: [Int64: UInt32] = [:]
    for (start, rollUp) in told(drive) {
      counts[start, default: 0] += rollUp.count
      #expect(rollUp.minimum == Double(start % 100) && rollUp.maximum == Double(start % 100))
    }
    #expect(counts == expected)
    #expect(drive.minutes.map(\.start) == Set(drive.minutes.map(\.start)).sorted(), "one of each, in their order")
  }

  @Test func anIntervalIsHandedOverSoonAfterItsEndOnASilentBus() throws {
    let (drive, speed, _) = try drive()
    drive.stage.take(Sample(time: Instant(nanoseconds: 5 * second), value: 7, signal: speed))
    drive.wait(until: Instant(nanoseconds: 5 * second + 380 * millisecond))
    #expect(drive.minutes.isEmpty)
    drive.wait(until: Instant(nanoseconds: 7 * second))
    #expect(drive.minutes.count == 1)
  }

  @Test func aClockThatIsSetBackOrForwardBeginsAnother() throws {
    let (drive, speed, _) = try drive(rollUpSeconds: 60)
    for (i, shift) in ([0, -7200, 7200, 0] as [Int64]).enumerated() {
      let from = Int64(i) * 10 * second + 5 * second
      drive.clock.advance(to: Instant(nanoseconds: from))
      drive.clock.set(wallNanoseconds: Self.good + 30 * second + shift * second, quality: .ntp)
      drive.wait(until: Instant(nanoseconds: from + second))
      for step in Int64(2)...5 {
        drive.stage.take(Sample(time: Instant(nanoseconds: from + step * second), value: 7, signal: speed))
      }
    }
    drive.finish()
    let minute = interval(Self.good + 30 * second, 60)
    #expect(told(drive).map(\.start) == [minute, minute - 7200, minute + 7200, minute])
    #expect(told(drive).allSatisfy { $0.rollUp.count == 4 })
  }
}
