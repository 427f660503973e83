// Trouble codes: what stands, what may come back, and how much it matters.
@testable import Health
import Pipeline
import Testing
import Vocabulary

@Suite struct TroubleCodeHealthTests {
  /// Reads codes once a trip of 50 km.
  private struct Reader {
    var model = TroubleCodeHealth(.troubleCodes, ComponentParameters(.troubleCodes), VehicleParameters())
    var usage = VehicleUsage()
    var day = 0.0

    var stamp: Timestamp { ComponentBench.stamp(day, .ntp) }

    mutating func read(_ trips: Int = 1, _ codes: CodeFeatures?) {
      for _ in 0..<trips {
        day += 1
        usage.add(50, unseen: 0, endedAt: stamp)
        var trip = TripFeatures(trip: Trip(number: 1, started: stamp))
        trip.trip.ended = stamp
        model.tripEnded(trip, usage)
        if let codes { model.read(codes, at: stamp, usage) }
      }
    }

    var report: HealthReport { model.report(at: stamp, usage) }
  }

  private func list(
    _ codes: (TroubleCode, TroubleCodeStatus)..., lamps: WarningLamps? = nil, isNew: Bool = false
  ) -> CodeFeatures {
    var features = CodeFeatures()
    features.wereRead = true
    for (code, status) in codes { features.add(code, status: status, lamps: lamps, isNew: isNew) }
    return features
  }

  private static let catalyst = TroubleCode(obd: 0x0420)
  private static let misfire = TroubleCode(obd: 0x0301)
  private static let wheelSpeed = TroubleCode(obd: 0x4035)
  private static let lamp = WarningLamps(malfunction: true)

  @Test func nothingReadIsUnknownAndNothingSetIsSound() {
    var reader = Reader()
    reader.read(10, nil)
    #expect(reader.report.state == .unknown)
    guard case .noValidTick(.codeReading) = reader.report.reason else {
      Issue.record("\(reader.report.reason)")
      return
    }
    reader.read(3, list())
    #expect(reader.report.state == .learning)
    reader.read(9, list())
    #expect(reader.report.state == .ok && reader.report.score == 100 && reader.report.remainingUsefulLife == nil)
  }

  @Test func theScoreFollowsStatusAndSeverity() {
    func score(_ codes: CodeFeatures) -> Double {
      var reader = Reader()
      reader.read(12, codes)
      return reader.report.score.rounded()
    }
    #expect(score(list((Self.catalyst, .pending))) == 85)
    #expect(score(list((Self.catalyst, .confirmed))) == 65)
    #expect(score(list((Self.catalyst, .permanent))) == 60)
    #expect(score(list((Self.catalyst, .confirmed), lamps: Self.lamp)) == 50)
    // A pending code lights no lamp, whoever else does.
    #expect(score(list((Self.catalyst, .pending), lamps: Self.lamp)) == 85)
    // Two systems multiply; two codes of one system do not.
    #expect(score(list((Self.catalyst, .confirmed), (Self.misfire, .confirmed), lamps: Self.lamp)) == 25)
    #expect(score(list((Self.catalyst, .confirmed), (TroubleCode(obd: 0x0430), .confirmed), lamps: Self.lamp)) == 50)
    #expect(score(list((Self.wheelSpeed, .confirmed))) == 30)
    #expect(score(list((Self.wheelSpeed, .confirmed), lamps: Self.lamp)) == 0)
    // UDS says it with a failure type, J1939 with its lamps alone.
    #expect(score(list((TroubleCode(uds: 0x042000), [.confirmed, .lampRequested]))) == 50)
    let stop = WarningLamps(states: 0b0001_0000, flashes: 0xFF)
    #expect(score(list((TroubleCode(spn: 110, fmi: 0), .active), lamps: stop)) == 0)
    #expect(score(list((TroubleCode(spn: 110, fmi: 0), .active))) == 65)
    let none = WarningLamps(states: 0, flashes: 0xFF)
    #expect(score(list((TroubleCode(spn: 110, fmi: 0), .active), lamps: none)) == 86)
  }

  @Test func systemsAreKnownByTheirNumbers() {
    #expect(TroubleCodeGroup(TroubleCode(obd: 0x0171), nil) == .fuelAndAir)
    #expect(TroubleCodeGroup(Self.misfire, nil) == .ignition)
    #expect(TroubleCodeGroup(TroubleCode(obd: 0x0A80), nil) == .hybrid)
    #expect(TroubleCodeGroup(TroubleCode(obd: 0x1234), nil) == .makerPowertrain)
    #expect(TroubleCodeGroup(TroubleCode(obd: 0x242F), nil) == .morePowertrain)
    #expect(TroubleCodeGroup(TroubleCode(obd: 0x8001), nil) == .restraints)
    #expect(TroubleCodeGroup(TroubleCode(obd: 0xC121), nil) == .network)
    #expect(TroubleCodeSeverity(TroubleCode(obd: 0x0524), nil) == .safety)
    #expect(TroubleCodeSeverity(TroubleCode(obd: 0x0532), nil) == .comfort)
    #expect(TroubleCodeSeverity(TroubleCode(obd: 0x8001), nil) == .safety)
    #expect(TroubleCodeSeverity(TroubleCode(obd: 0x9234), nil) == .comfort)
    #expect(TroubleCodeSeverity(TroubleCode(obd: 0xC121), nil) == .safety)
    #expect(TroubleCodeSeverity(TroubleCode(obd: 0xC100), nil) == .emissions)
    #expect(Set(TroubleCodeGroup.allCases.map(\.rawValue)) == Set(0..<16))
  }

  @Test func aCodeThatWasClearedMayComeBackAndIsForgottenInTime() throws {
    var reader = Reader()
    reader.read(20, list())
    reader.read(1, list((Self.wheelSpeed, .confirmed), lamps: Self.lamp, isNew: true))
    reader.read(5, list((Self.wheelSpeed, .confirmed), lamps: Self.lamp))
    let standing = reader.report
    #expect(standing.score < 1 && standing.evidence(.activeCodes)?.value == 1)
    #expect(standing.evidence(.activeCodes)?.sinceKm == 1_050.0)
    reader.read(1, list())
    let cleared = reader.report
    let evidence = try #require(cleared.evidence(.codeRecurrence))
    // a = 1.2 and b = 6.3 after 1,350 km: 1 - (b/(b+1))^a.
    #expect(abs(evidence.value - 16.2) < 1 && abs(cleared.score - 83.8) < 1)
    reader.read(600, list())
    #expect(reader.report.score > 96 && reader.report.score < 100)
  }

  @Test func aCodeThatIsBackSoonAfterClearingWasNotRepaired() {
    func recurrence(warmUps: Double?, km: Double? = nil) -> Double {
      var reader = Reader()
      reader.read(4, list())
      reader.read(1, list((Self.misfire, .confirmed), isNew: true))
      reader.read(3, list())
      var back = list((Self.misfire, .confirmed), isNew: true)
      back.warmUpsSinceClear = warmUps
      back.kmSinceClear = km
      reader.read(1, back)
      reader.read(1, list())
      return reader.report.evidence(.codeRecurrence)?.value ?? .nan
    }
    let later = recurrence(warmUps: 200)
    #expect(later > 30 && recurrence(warmUps: 12) > later + 8)
    #expect(recurrence(warmUps: nil) == later && recurrence(warmUps: nil, km: 300) > later + 8)
  }

  @Test func aRepairIsBelieved() {
    var reader = Reader()
    reader.read(20, list((Self.misfire, .confirmed), lamps: Self.lamp, isNew: true))
    #expect(reader.report.score < 60)
    reader.model.serviced(at: reader.stamp, reader.usage)
    #expect(reader.report.score == 100)
  }

  @Test func aRestartGoesOnBitForBit() {
    var reader = Reader()
    reader.read(5, list((Self.misfire, .pending), isNew: true))
    reader.read(3, list())
    var other = reader
    other.model = TroubleCodeHealth(.troubleCodes, ComponentParameters(.troubleCodes), VehicleParameters())
    other.model.restore(reader.model.state)
    reader.read(7, list())
    other.read(7, list())
    #expect(reader.report.score.bitPattern == other.report.score.bitPattern && reader.report.score < 100)
  }
}
