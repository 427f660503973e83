// Lists that nobody was heard asking for: what they prove, for whom, and how many codes at a time.
import Testing
import Vocabulary

@testable import Alerting

private let oil = TroubleCode(spn: 110, fmi: 0)
private let misfire = TroubleCode(obd: 0x0301)
private let thermostat = TroubleCode(obd: 0x0128)

@Suite struct UnaskedListTests {
  /// One list of each status, as a tester asks for them.
  private func ask(_ ward: inout DiagnosticWard, _ lists: [(TroubleCodeStatus, [TroubleCode])]) {
    for (status, codes) in lists { ward.list(codes, status, broadcast: true) }
  }

  // MARK: Lists that are told

  @Test func aListWithACodeThatIsNotBelievedIsNotTold() {
    var ward = DiagnosticWard()
    let lamps = WarningLamps(states: 0x04, flashes: 0xFF)
    for k in 0..<60 {
      ward.broadcast([TroubleCode(spn: k % 2 == 0 ? 100 : 110, fmi: 0)], times: 1, lamps: lamps)
    }
    #expect(ward.said.isEmpty && !ward.told.contains(.active))
    #expect(ward.count { if case .listBegan = $0 { true } else { false } } == 1, "its lamps are steady")
    ward.broadcast([oil], times: 3)
    #expect(ward.said.count == 1 && !ward.told.contains(.active))
    ward.broadcast([oil], times: 1)
    #expect(ward.told.contains(.active), "three lists with nothing but what is believed")
  }

  @Test func aListThatIsNotBelievedBeginsAnew() {
    var ward = DiagnosticWard()
    for _ in 0..<10 {
      ward.broadcast([], times: 2)
      ward.broadcast([oil], times: 1)
    }
    #expect(!ward.told.contains(.active))
  }

  /// Also when it is believed and there is no room for it.
  @Test func aListWithACodeThatHasNoRoomIsNotTold() {
    for isBroadcast in [false, true] {
      var ward = DiagnosticWard()
      for half in 0..<2 {
        let codes = (0..<32).map { TroubleCode(spn: UInt32(1000 + 32 * half + $0), fmi: 1) }
        ward.list(codes, .confirmed, complete: [], DiagnosticWard.truck)
      }
      for _ in 0..<20 {
        ward.list([oil], .active, broadcast: isBroadcast, DiagnosticWard.truck)
        ward.pass(1)
      }
      #expect(ward.report(oil, DiagnosticWard.truck) == nil && !ward.told.contains(.active))
    }
  }

  @Test func listsOfEachKindAreCountedByThemselves() {
    var ward = DiagnosticWard()
    ward.broadcast([], times: 10)
    ward.list([], .previouslyActive, broadcast: true, DiagnosticWard.truck)
    #expect(ward.told.contains(.active) && !ward.told.contains(.previouslyActive))
  }

  // MARK: Many codes

  @Test func twentyCodesOfOneListAreBelievedTogether() {
    var ward = DiagnosticWard()
    let codes = (0..<20).map { TroubleCode(spn: 100 + UInt32($0), fmi: 4) }
    ward.seconds = 7
    ward.broadcast(codes, times: 3)
    #expect(ward.book.counters.unconfirmed == 0)
    for code in codes { #expect(ward.report(code, DiagnosticWard.truck)?.since == DiagnosticWard.stamp(7)) }
  }

  /// Everybody else on the bus tells long lists, steady or not, once or for ever.
  @Test(arguments: [true, false]) func floodsTakeNobodysCandidates(isSteady: Bool) {
    var ward = DiagnosticWard()
    var random = SeededNormal(seed: 9)
    func flood(_ ward: inout DiagnosticWard) {
      for address in 1..<UInt8(250) {
        let first = isSteady ? 0 : UInt32(random.uniform() * 100_000)
        let codes = (0..<30).map { TroubleCode(spn: first + $0, fmi: 4) }
        // Not complete: nothing is dropped for not being in it.
        ward.list(codes, .active, complete: [], broadcast: true, ControlUnit(bus: 1, sourceAddress: address))
      }
    }
    flood(&ward)
    ward.pass(1)
    flood(&ward)
    let codes = (0..<8).map { TroubleCode(spn: 100 + $0, fmi: 4) }
    for _ in 0..<3 {
      ward.list(codes, .active, broadcast: true, DiagnosticWard.truck)
      ward.pass(1)
    }
    for code in codes { #expect(ward.report(code, DiagnosticWard.truck)?.since == DiagnosticWard.stamp(1)) }
    ward.pass(11)
    // Those that are silent share no longer.
    let more = (0..<20).map { TroubleCode(spn: 200 + $0, fmi: 4) }
    ward.broadcast(more, times: 3)
    for code in more { #expect(ward.report(code, DiagnosticWard.truck)?.since == DiagnosticWard.stamp(15)) }
  }

  /// Its own old candidates make room for a unit's new ones.
  @Test func candidatesThatAreNotToldAnyMoreMakeRoom() {
    var ward = DiagnosticWard()
    for k in 0..<10 {
      let codes = (0..<24).map { TroubleCode(spn: UInt32(1000 * k + $0), fmi: 4) }
      ward.list(codes, .active, complete: [], broadcast: true, DiagnosticWard.truck)
      ward.pass(11)
    }
    ward.broadcast([oil], times: 3)
    #expect(ward.said == ["+SPN 110 FMI 0 active"])
  }

  // MARK: Replies whose requests went unheard

  @Test func aReplyWhoseRequestWentUnheardNeedsThreeAndMayTakeLong() {
    var ward = DiagnosticWard()
    for hour in 0..<3 {
      #expect(ward.report(misfire) == nil && ward.report(thermostat) == nil && ward.book.count == 0)
      ask(&ward, [(.confirmed, [misfire]), (.pending, [thermostat]), (.permanent, [])])
      if hour < 2 { ward.pass(3600) }
    }
    #expect(ward.report(misfire)?.status == .confirmed && ward.report(thermostat)?.status == .pending)
    #expect(ward.report(misfire)?.since == DiagnosticWard.stamp(0), "the first of the three")
    #expect(ward.told.contains(.permanent) && !ward.told.contains(.confirmed))
    for hour in 0..<3 {
      #expect(ward.report(misfire)?.status == .confirmed && ward.report(thermostat)?.status == .pending, "\(hour)")
      ward.pass(3600)
      ask(&ward, [(.confirmed, []), (.pending, []), (.permanent, [])])
    }
    ward.pass(20)
    #expect(ward.report(misfire)?.status == [] && ward.report(thermostat)?.status == [])
    #expect(ward.said.suffix(2).sorted() == ["-P0128", "-P0301"] && ward.faults.isEmpty)
    #expect(ward.told.contains(.confirmed))
  }

  @Test func aBurstOfRepliesProvesNothing() {
    var ward = DiagnosticWard()
    for _ in 0..<100 { ward.list([misfire], .confirmed, broadcast: true) }
    #expect(ward.book.count == 0)
    ward.list([misfire], .confirmed)
    for _ in 0..<100 { ward.list([], .confirmed, broadcast: true) }
    #expect(ward.report(misfire)?.status == .confirmed)
  }

  /// What was missing before the code came back counts no more.
  @Test func absenceIsCountedAnewForACodeThatCameBack() {
    var ward = DiagnosticWard()
    for _ in 0..<5 {
      ward.list([misfire], .confirmed)
      for _ in 0..<2 {
        ward.pass(60)
        ward.list([], .confirmed, broadcast: true)
      }
      #expect(ward.report(misfire)?.status == .confirmed)
      ward.list([], .confirmed)
      #expect(ward.report(misfire)?.status == [])
    }
  }

  @Test func aReplyInBetweenBeginsAnew() {
    var ward = DiagnosticWard()
    for k in 0..<40 {
      ward.list(k % 3 == 2 ? [] : [misfire], .confirmed, broadcast: true)
      ward.pass(3600)
    }
    #expect(ward.said.isEmpty)
    ward.list([misfire], .confirmed)
    for k in 0..<40 {
      ward.list(k % 3 == 2 ? [misfire] : [], .confirmed, broadcast: true)
      ward.pass(3600)
    }
    #expect(ward.said == ["+P0301 confirmed"])
  }

  /// Of J1939 lists no more than ten seconds lie between, for a code as for its absence and the list.
  @Test func listsOfJ1939MayNotTakeLong() {
    var ward = DiagnosticWard()
    for _ in 0..<20 {
      ward.broadcast([oil], times: 1)
      ward.pass(10)
    }
    #expect(ward.book.count == 0)
    ward.broadcast([oil], times: 3)
    #expect(ward.said.count == 1)
    for _ in 0..<20 {
      ward.broadcast([], times: 1)
      ward.pass(10)
    }
    #expect(ward.said.count == 1 && !ward.told.contains(.active))
    for _ in 0..<3 {
      ward.broadcast([], times: 1)
      ward.pass(9)
    }
    #expect(ward.said.suffix(1) == ["-SPN 110 FMI 0"] && ward.told.contains(.active))
  }

  /// The lists of service 03 and of service 19 say nothing of one another's codes.
  @Test func repliesInTwoNotationsDoNotDropOneAnothersCodes() {
    var ward = DiagnosticWard()
    let fine = TroubleCode(uds: 0x0301_00)
    for _ in 0..<3 {
      ask(&ward, [(.confirmed, [misfire]), (.confirmed, [fine])])
      ward.pass(60)
    }
    #expect(ward.report(misfire) != nil && ward.report(fine) != nil)
  }

  /// A code that is listed on with less than before, as a status byte of UDS says it.
  @Test func aStatusThatIsNotListedAnyMoreGoes() {
    var ward = DiagnosticWard()
    let code = TroubleCode(uds: 0x0301_23)
    let all: TroubleCodeStatus = [.active, .confirmed]
    for _ in 0..<3 {
      ward.list([code], all, broadcast: true)
      ward.pass(60)
    }
    #expect(ward.report(code)?.status == all)
    for _ in 0..<2 {
      ward.list([code], .confirmed, complete: all, broadcast: true)
      ward.pass(60)
    }
    ward.list([code, code], .active, complete: all, broadcast: true)
    #expect(ward.report(code)?.status == all, "none was missing three times in a row")
    for _ in 0..<3 {
      ward.say(.listBegan(lamps: nil, isBroadcast: true))
      ward.say(.listed(code, status: .active, occurrences: nil))
      ward.say(.listed(code, status: .confirmed, occurrences: nil))
      ward.say(.listEnded(complete: all, notation: .uds))
      ward.pass(60)
    }
    #expect(ward.report(code)?.status == all, "two lines say it together")
    for _ in 0..<3 {
      ward.list([code], .confirmed, complete: all, broadcast: true)
      ward.pass(60)
    }
    #expect(ward.report(code)?.status == .confirmed && ward.faults.isEmpty)
    // It is listed, with more than is believed.
    for k in 0..<20 {
      ward.list([code], [.confirmed, k % 2 == 0 ? .active : .previouslyActive], complete: .confirmed, broadcast: true)
      ward.pass(60)
    }
    #expect(ward.report(code)?.status == .confirmed)
  }

  /// What a code never had is not missing.
  @Test func whatComesDoesNotKeepWhatGoes() {
    var ward = DiagnosticWard()
    let code = TroubleCode(uds: 0x0301_23)
    let all: TroubleCodeStatus = [.active, .confirmed, .pending]
    ward.list([code], [.active, .confirmed], complete: all)
    for status: TroubleCodeStatus in [.active, .active, [.active, .pending]] {
      #expect(ward.report(code)?.status == [.active, .confirmed])
      ward.list([code], status, complete: all, broadcast: true)
      ward.pass(60)
    }
    #expect(ward.report(code)?.status == .active)
  }
}
