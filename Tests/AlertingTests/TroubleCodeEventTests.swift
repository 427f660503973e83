// Which lists of trouble codes set and clear a code, what proves it, and how often it is told.
import Testing
import Vocabulary

@testable import Alerting

private let misfire = TroubleCode(obd: 0x0301)
private let thermostat = TroubleCode(obd: 0x0128)
private let oil = TroubleCode(spn: 110, fmi: 0)

@Suite struct TroubleCodeEventTests {
  @Test func aListThatWasAskedForCountsAtOnce() throws {
    var ward = DiagnosticWard()
    ward.seconds = 5
    ward.list([misfire], .confirmed, occurrences: 3)
    ward.pass(1)
    #expect(ward.said == ["+P0301 confirmed"])
    let found = ward.report(misfire)
    let report = try #require(found)
    #expect(report.since == DiagnosticWard.stamp(5) && report.changed == report.since && report.occurrences == 3)
    #expect(ward.events[0].time == report.since)
    ward.list([misfire], .confirmed, occurrences: 3)
    ward.pass(100)
    #expect(ward.said.count == 1, "the same list again is nothing new")
    #expect(ward.faults.isEmpty)
  }

  @Test func aCodeThatIsMissingFromACompleteListIsCleared() throws {
    var ward = DiagnosticWard()
    ward.list([misfire, thermostat], .confirmed)
    ward.pass(20)
    ward.list([thermostat], .confirmed, complete: [])
    ward.pass(1)
    #expect(ward.said.count == 2, "a list that is not complete proves no absence")
    ward.list([thermostat], .confirmed)
    ward.pass(1)
    #expect(ward.said.suffix(1) == ["-P0301"])
    #expect(ward.report(misfire)?.status == [] && ward.report(thermostat)?.status == .confirmed)
    let gone = ward.events.last
    #expect(gone?.time == DiagnosticWard.stamp(21) && ward.report(misfire)?.since == DiagnosticWard.stamp(0))
    ward.pass(20)
    ward.list([misfire], .confirmed)
    ward.pass(1)
    #expect(ward.said.suffix(1) == ["+P0301 confirmed"])
    #expect(ward.report(misfire)?.since == DiagnosticWard.stamp(42), "a new episode")
    #expect(ward.faults.isEmpty)
  }

  @Test func statusesOfSeveralListsAddUp() {
    var ward = DiagnosticWard()
    ward.list([misfire], .pending)
    ward.pass(20)
    ward.list([misfire], .confirmed)
    ward.pass(20)
    ward.list([misfire], .permanent)
    #expect(ward.report(misfire)?.status == [.pending, .confirmed, .permanent])
    ward.list([], .pending)
    ward.pass(20)
    ward.list([], .confirmed)
    ward.pass(20)
    #expect(ward.report(misfire)?.status == .permanent)
    #expect(ward.said == ["+P0301 pending", "+P0301 confirmed,pending"], "it got worse, and is not gone")
    ward.list([], .permanent)
    ward.pass(1)
    #expect(ward.said.suffix(1) == ["-P0301"])
  }

  @Test func aCodeThatIsConfirmedOnceMoreIsToldOnceMore() {
    var ward = DiagnosticWard()
    ward.list([misfire], [.confirmed, .pending])
    ward.pass(20)
    ward.list([], .confirmed)
    ward.pass(20)
    #expect(ward.said.count == 1 && ward.report(misfire)?.status == .pending)
    ward.list([misfire], .confirmed)
    ward.pass(20)
    #expect(ward.said == ["+P0301 confirmed,pending", "+P0301 confirmed,pending"] && ward.faults.isEmpty)
  }

  @Test func aStatusByteOfUDSIsTheWholeStatus() {
    var ward = DiagnosticWard()
    let code = TroubleCode(uds: 0x030123)
    let all: TroubleCodeStatus = [.active, .confirmed, .pending, .lampRequested]
    ward.list([code], [.active, .confirmed, .lampRequested], complete: all)
    ward.list([code], [.confirmed], complete: all)
    #expect(ward.report(code)?.status == .confirmed)
    ward.list([code], [.lampRequested], complete: all)
    #expect(ward.report(code)?.status == [], "a request for a lamp is no code")
    ward.list([thermostat], [.lampRequested], complete: all)
    #expect(ward.report(thermostat) == nil)
  }

  /// One unit, asked by service 03 and by service 19: the lists of one say nothing of the codes of the other.
  @Test func listsOfOneNotationClearNoCodesOfAnother() {
    var ward = DiagnosticWard()
    let fine = TroubleCode(uds: 0x0301_00)
    ward.list([misfire], .confirmed)
    ward.list([fine], .confirmed)
    ward.list([], .confirmed)
    ward.pass(30)
    #expect(ward.report(misfire)?.status == [] && ward.report(fine)?.status == .confirmed)
    ward.say(.listBegan(lamps: nil, isBroadcast: false))
    ward.say(.listEnded(complete: .confirmed, notation: .uds))
    #expect(ward.report(fine)?.status == [])
  }

  @Test func aCodeThatStandsTwiceInAListHasBoth() {
    var ward = DiagnosticWard()
    ward.say(.listBegan(lamps: nil, isBroadcast: false))
    ward.say(.listed(misfire, status: .active, occurrences: nil))
    ward.say(.listed(misfire, status: .pending, occurrences: nil))
    ward.say(.listEnded(complete: [.active, .pending], notation: .obd))
    #expect(ward.report(misfire)?.status == [.active, .pending])
  }

  @Test func historyIsNoEvent() {
    var ward = DiagnosticWard()
    ward.list([oil], .previouslyActive, DiagnosticWard.truck)
    ward.list([thermostat], .previouslyConfirmed, DiagnosticWard.truck)
    ward.pass(20)
    #expect(ward.said.isEmpty && ward.stored.count == 4)
    ward.list([oil], .active, DiagnosticWard.truck)
    ward.pass(20)
    ward.list([], .active, DiagnosticWard.truck)
    ward.pass(20)
    #expect(ward.said == ["+SPN 110 FMI 0 active,previously-active", "-SPN 110 FMI 0"])
    #expect(ward.report(oil, DiagnosticWard.truck)?.status == .previouslyActive)
  }

  @Test func whatAUnitClearsIsGoneButForThePermanent() {
    var ward = DiagnosticWard()
    ward.list([misfire, thermostat], .confirmed)
    ward.list([misfire], .permanent)
    ward.say(.freezeFrameCode(misfire, frame: 0))
    ward.say(.freezeFrameValue(.pid(0x0C, field: 0), frame: 0, value: 2500))
    ward.say(.monitor(MonitorResult(monitor: 1, test: 1, scaling: 1, value: 1, low: 0, high: 2)))
    ward.say(
      .readiness(
        Readiness(isLampOn: true, codeCount: 2, ignition: .spark, supported: .catalyst, incomplete: .catalyst)))
    ward.say(.verification(index: 0, 0xDEAD_BEEF))
    ward.list([TroubleCode(obd: 0x0700)], .confirmed, DiagnosticWard.gearbox)
    ward.pass(20)
    #expect(ward.stored.count == 11)
    ward.say(.cleared)
    ward.pass(60)
    #expect(ward.said.suffix(1) == ["-P0128"])
    #expect(ward.report(misfire)?.status == .permanent)
    #expect(ward.report(TroubleCode(obd: 0x0700), DiagnosticWard.gearbox)?.status == .confirmed)
    #expect(ward.records().count { $0.isForgottenWhenCleared } == 0)
    #expect(ward.stored.count { $0.isForgottenWhenCleared } == 0 && ward.stored.count == 8, "four less, .cleared more")
    #expect(ward.count { if case .verification = $0 { true } else { false } } == 1)
    #expect(ward.faults.isEmpty)
  }

  // MARK: Broadcast lists

  @Test func aBroadcastCodeNeedsThreeListsInARowOverTwoSeconds() {
    var ward = DiagnosticWard()
    ward.broadcast([oil], times: 2)
    #expect(ward.said.isEmpty && ward.report(oil, DiagnosticWard.truck) == nil)
    ward.broadcast([oil], times: 1)
    #expect(ward.said == ["+SPN 110 FMI 0 active"])
    #expect(ward.report(oil, DiagnosticWard.truck)?.since == DiagnosticWard.stamp(0), "the first of the three")
    ward.broadcast([], times: 2)
    ward.broadcast([oil], times: 1)
    ward.broadcast([], times: 2)
    #expect(ward.said.count == 1)
    ward.pass(10)
    ward.broadcast([], times: 2)
    #expect(ward.said.count == 1, "two of the four came too early")
    ward.broadcast([], times: 1)
    #expect(ward.said.suffix(1) == ["-SPN 110 FMI 0"])
    #expect(ward.faults.isEmpty)
  }

  @Test func aBurstProvesNothing() {
    var ward = DiagnosticWard()
    for _ in 0..<1000 { ward.list([oil], .active, broadcast: true, DiagnosticWard.truck) }
    ward.pass(1)
    for _ in 0..<1000 { ward.list([oil], .active, broadcast: true, DiagnosticWard.truck) }
    ward.pass(1)
    #expect(ward.said.isEmpty && ward.book.count == 0)
  }

  @Test func twoListsProveNothingHoweverLongTheyLast() {
    var ward = DiagnosticWard()
    ward.list([oil, oil, oil], .active, broadcast: true, DiagnosticWard.truck)
    ward.pass(9)
    ward.list([oil, oil, oil], .active, broadcast: true, DiagnosticWard.truck)
    ward.pass(9)
    #expect(ward.said.isEmpty)
    ward.list([oil], .active, broadcast: true, DiagnosticWard.truck)
    ward.pass(1)
    #expect(ward.said.count == 1)
  }

  @Test func aGapBeginsAnew() {
    var ward = DiagnosticWard()
    for _ in 0..<50 {
      ward.broadcast([oil], times: 2)
      ward.pass(10)
    }
    #expect(ward.said.isEmpty)
  }

  @Test func aListInBetweenBeginsAnew() {
    var ward = DiagnosticWard()
    for k in 0..<200 {
      ward.broadcast([oil], times: 2)
      ward.list([TroubleCode(spn: UInt32(k), fmi: 3)], .active, broadcast: true, DiagnosticWard.truck)
    }
    #expect(ward.said.isEmpty && ward.book.counters.unconfirmed > 300)
    // The next list of another kind says nothing about active codes.
    for _ in 0..<3 {
      ward.broadcast([oil], times: 1)
      ward.list([], .confirmed, broadcast: true, DiagnosticWard.truck)
    }
    #expect(ward.said == ["+SPN 110 FMI 0 active"])
  }

  /// More than a unit's candidates have room for.
  @Test func manyCodesComeInOneAfterTheOther() {
    var ward = DiagnosticWard()
    let codes = (0..<60).map { TroubleCode(spn: 100 + UInt32($0), fmi: 4) }
    ward.broadcast(codes, times: 20)
    #expect(Set(ward.said).count == 60 && ward.said.count == 60 && ward.faults.isEmpty)
  }

  @Test func aListThatDoesNotEndIsVoid() {
    var ward = DiagnosticWard()
    ward.say(.listBegan(lamps: nil, isBroadcast: false))
    ward.say(.listed(misfire, status: .confirmed, occurrences: nil))
    ward.pass(1)
    ward.say(.listEnded(complete: .confirmed, notation: .obd))
    ward.say(.listBegan(lamps: nil, isBroadcast: false))
    ward.say(.listed(misfire, status: .confirmed, occurrences: nil))
    ward.list([thermostat], .confirmed)
    ward.say(.listed(misfire, status: .confirmed, occurrences: nil))
    ward.pass(20)
    #expect(ward.said == ["+P0128 confirmed"] && ward.book.counters.voidLists == 2)
  }

  @Test func unitsTellTheirListsAtTheSameTime() {
    var ward = DiagnosticWard()
    ward.say(.listBegan(lamps: nil, isBroadcast: false))
    ward.say(.listBegan(lamps: nil, isBroadcast: false), DiagnosticWard.gearbox)
    ward.say(.listed(misfire, status: .confirmed, occurrences: nil))
    ward.say(.listed(thermostat, status: .confirmed, occurrences: nil), DiagnosticWard.gearbox)
    ward.say(.listEnded(complete: .confirmed, notation: .obd), DiagnosticWard.gearbox)
    ward.say(.listEnded(complete: .confirmed, notation: .obd))
    #expect(ward.report(misfire) != nil && ward.report(misfire, DiagnosticWard.gearbox) == nil)
    #expect(ward.report(thermostat, DiagnosticWard.gearbox) != nil && ward.report(thermostat) == nil)
  }

  @Test func moreListsAtTheSameTimeThanThereArePlacesAreVoid() {
    var ward = DiagnosticWard()
    let units = (0..<9).map { ControlUnit(sourceAddress: $0) }
    for unit in units { ward.say(.listBegan(lamps: nil, isBroadcast: false), unit) }
    for (k, unit) in units.enumerated() {
      ward.say(.listed(TroubleCode(obd: UInt16(k)), status: .confirmed, occurrences: nil), unit)
      ward.say(.listEnded(complete: .confirmed, notation: .obd), unit)
    }
    ward.pass(2)
    #expect(ward.said.sorted() == (1..<9).map { "+P000\($0) confirmed" } && ward.book.counters.voidLists == 1)
  }

  // MARK: How often

  @Test func aCodeThatFlickersIsToldOnceInTenSeconds() {
    var ward = DiagnosticWard()
    for k in 0..<100 {
      ward.list(k % 2 == 0 ? [misfire] : [], .confirmed)
      ward.pass(1)
    }
    let set = ward.events.filter { $0.type == "dtc.set" }
    let cleared = ward.events.filter { $0.type == "dtc.cleared" }
    #expect((5...10).contains(set.count) && (5...10).contains(cleared.count))
    ward.pass(20)
    #expect(ward.said.last == "-P0301" && ward.report(misfire)?.status == [])
    #expect(ward.stored.contains { DiagnosticWard.name($0) == "0/7E8 P0301" && $0.gravity == .none })
    #expect(ward.faults.isEmpty)
  }

  @Test func aCodeThatComesAndGoesWithinASecondIsToldBothWays() {
    var ward = DiagnosticWard()
    ward.list([misfire], .confirmed)
    ward.say(.cleared)
    ward.pass(1)
    #expect(ward.said == ["+P0301 confirmed", "-P0301"])
    ward.list([misfire], .confirmed)
    ward.say(.cleared)
    ward.pass(30)
    #expect(ward.said.count == 2, "too soon to be told again, and gone by now")
    ward.list([misfire], .confirmed)
    ward.pass(1)
    ward.pass(20)
    ward.say(.cleared)
    ward.pass(2)
    ward.list([misfire], .pending)
    ward.say(.cleared)
    ward.pass(7)
    #expect(ward.said.count == 4, "not cleared twice in ten seconds")
    ward.pass(2)
    #expect(ward.said.suffix(2) == ["+P0301 pending", "-P0301"] && ward.said.count == 6, "but told in the end")
    #expect(ward.faults.isEmpty)
  }

  @Test func aClockThatRunsBackClearsNothingThatWasNotSet() {
    var ward = DiagnosticWard()
    for _ in 0..<2 {
      ward.list([misfire], .confirmed)
      ward.pass(1)
      ward.say(.cleared)
      ward.pass(15)
    }
    ward.list([misfire], .confirmed)
    ward.pass(1)
    ward.say(.cleared)
    ward.pass(1)
    #expect(ward.said.count == 6)
    ward.seconds -= 1.1
    ward.list([misfire], .confirmed)
    ward.say(.cleared)
    ward.pass(1)
    #expect(ward.said.count == 6 && ward.faults.isEmpty)
  }

  @Test func withoutRoomEventsWait() {
    var ward = DiagnosticWard()
    ward.list((0..<30).map { TroubleCode(obd: 0x0300 + $0) }, .confirmed)
    ward.pass(3, room: 0)
    ward.pass(3, room: 1)
    #expect(ward.said.isEmpty)
    ward.pass(15, room: 5)
    #expect(ward.said.count == 30 && Set(ward.said).count == 30)
    ward.list((0..<5).map { TroubleCode(obd: 0x0100 + $0) }, .confirmed, complete: [])
    ward.say(.cleared)
    ward.pass(32, room: 2)
    #expect(ward.said.count == 60, "those that were set before are cleared")
    ward.pass(5, room: 3)
    #expect(ward.said.count == 70, "set and cleared are told together")
    #expect(ward.faults.isEmpty)
  }

  @Test func theLastTickWaitsForNothing() {
    var ward = DiagnosticWard()
    ward.list([misfire], .confirmed)
    ward.say(.addressClaimed(name: 1), DiagnosticWard.truck)
    ward.pass(1)
    ward.say(.cleared)
    ward.list([misfire], .confirmed)
    ward.pass(1)
    ward.say(.cleared)
    ward.say(.addressClaimed(name: 2), DiagnosticWard.truck)
    ward.pass(1, isLast: true)
    #expect(ward.said.last == "-P0301")
    #expect(
      ward.stored.contains {
        if case .fact(.addressClaimed(name: 2)) = $0.content { true } else { false }
      })
    let told = ward.stored.count
    ward.pass(1, isLast: true)
    #expect(ward.stored.count == told && ward.faults.isEmpty)
  }

  @Test func aRestartIsSilent() {
    var ward = DiagnosticWard()
    ward.list([misfire], .confirmed)
    ward.list([thermostat], .pending)
    ward.say(.identity(.vin, index: 0, ShortText("1M8GDM9AXKP042788".utf8)))
    ward.pass(1)
    var next = DiagnosticWard()
    next.book.restore(ward.stored)
    next.pass(5)
    #expect(next.events.isEmpty && next.stored.isEmpty, "nothing is new")
    #expect(next.book.count == ward.book.count && next.book.vehicleIdentification()?.string == "1M8GDM9AXKP042788")
    next.list([misfire], .confirmed)
    next.pass(5)
    #expect(next.events.isEmpty, "told again is not set again")
    next.list([thermostat], .confirmed)
    next.pass(1)
    #expect(next.said == ["+P0128 confirmed,pending", "-P0301"] || next.said == ["-P0301", "+P0128 confirmed,pending"])
  }
}
