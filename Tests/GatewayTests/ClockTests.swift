// A clock that is wrong at first, that is set, and spans that nobody watched: what the records say of them.
import Documents
import Testing
import VehicleSimulator
import Vocabulary

@testable import Gateway

@Suite struct ClockTests {
  private static let good: Int64 = 1_780_000_000_000_000_000

  private func resolutions(of drive: Drive) -> [(time: Timestamp, resolution: ClockResolution)] {
    drive.events.compactMap { event in
      if case .clockResolved(let resolution) = event.kind { (event.time, resolution) } else { nil }
    }
  }

  private func gaps(of drive: Drive) -> [ObservationGap] {
    drive.events.compactMap { event in if case .observationGap(let gap) = event.kind { gap } else { nil } }
  }

  private func pass(_ seconds: ClosedRange<Int64>, _ drive: Drive) {
    for second in seconds { drive.stage.advance(to: Instant(nanoseconds: second * 1_000_000_000)) }
  }

  @Test func aGatewayThatBootsIn1970DatesItsEarlierRowsOnceTheClockIsRight() throws {
    let drive = Drive(try vehicle(), startWall: 1_000_000_000, quality: .none)
    pass(1...10, drive)
    drive.clock.advance(to: Instant(nanoseconds: 10_000_000_000))
    drive.clock.set(wallNanoseconds: Self.good, quality: .ntp)
    pass(11...20, drive)
    drive.finish()
    let told = resolutions(of: drive)
    #expect(told.count == 1)
    let first = try #require(told.first)
    #expect(first.resolution.before == .none && first.time.quality == .ntp)
    // Ten seconds after boot it said 1970-01-01T00:00:10.
    #expect(first.resolution.shiftNanoseconds == Self.good - 10_000_000_000)
    // An earlier row of the boot, put right by the record: its uptime before the record's, on the record's clock.
    #expect(first.time.wallNanoseconds == Self.good + 1_000_000_000)
  }

  @Test func aStepIsToldAndALittleCorrectionIsNot() throws {
    let drive = Drive(try vehicle(), startWall: Self.good)
    pass(1...5, drive)
    drive.clock.advance(to: Instant(nanoseconds: 5_000_000_000))
    let now = drive.clock.now().wallNanoseconds
    drive.clock.set(wallNanoseconds: now + 400_000_000, quality: .ntp)
    pass(6...10, drive)
    #expect(resolutions(of: drive).isEmpty)
    drive.clock.set(wallNanoseconds: now - 3_600_000_000_000, quality: .ntp)
    pass(11...15, drive)
    drive.finish()
    #expect(resolutions(of: drive).map { ($0.resolution.shiftNanoseconds / 1_000_000_000) } == [-3600])
  }

  @Test func aClockThatCameRightWhileTheDaemonWasDownIsToldAtTheNextStart() throws {
    let before = Drive(try vehicle(), startWall: 1_000_000_000, quality: .none)
    pass(1...3, before)
    before.clock.advance(to: Instant(nanoseconds: 3_000_000_000))
    before.finish()
    let checkpoint = try #require(before.checkpoint)

    let sameBoot = Drive(try vehicle(), startWall: Self.good, checkpoint: checkpoint)
    pass(4...6, sameBoot)
    sameBoot.finish()
    #expect(resolutions(of: sameBoot).map(\.resolution.before) == [.none])

    let otherBoot = Drive(try vehicle(), startWall: Self.good, boot: BootID(high: 3, low: 4), checkpoint: checkpoint)
    pass(4...6, otherBoot)
    otherBoot.finish()
    #expect(resolutions(of: otherBoot).isEmpty)
  }

  /// A drive of `seconds` in which nothing but the engine's speed is heard.
  private func drive(_ drive: Drive, seconds: Int64) throws {
    let speed = try #require(drive.definition.catalogue.id(of: "Vehicle.Powertrain.CombustionEngine.Speed"))
    for second in 1...seconds {
      let now = Instant(nanoseconds: second * 1_000_000_000)
      drive.stage.take(Sample(time: now, value: 2000, signal: speed))
      drive.wait(until: now)
    }
  }

  @Test func aTripThatWasCutLeavesAGapWithoutKilometresWhereNoOdometerTellsThem() throws {
    let before = Drive(try vehicle(), startWall: Self.good)
    try drive(before, seconds: 200)
    let checkpoint = try #require(before.checkpoint)
    #expect(checkpoint.trips.isDriving && !checkpoint.trips.hasOdometer)

    let after = Drive(
      try vehicle(), startWall: Self.good + 172_800_000_000_000, boot: BootID(high: 9, low: 9), checkpoint: checkpoint)
    pass(1...3, after)
    after.finish()
    let gap = try #require(gaps(of: after).first)
    #expect(gap.from == checkpoint.trips.lastRunning && gap.km.isNaN)
    #expect(try #require(gap.seconds) > 160_000)
    #expect(ObservationGapDocument(gap).km == nil)
  }
}
