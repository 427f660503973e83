// Who keeps a place when there is little room: units that are heard, whatever was forged before them.
import Testing
import Vocabulary

@testable import Alerting

private let oil = TroubleCode(spn: 110, fmi: 0)
private let coolant = TroubleCode(spn: 111, fmi: 1)
private let amber = WarningLamps(states: 0x04, flashes: 0xFF)

@Suite struct DiagnosticRoomTests {
  private let ghosts = (0..<40).map { ControlUnit(bus: 1, sourceAddress: UInt8(100 + $0)) }
  private let trucks = (0..<6).map { ControlUnit(sourceAddress: UInt8($0)) }

  /// What six units of a truck say in a second.
  private func drive(_ ward: inout DiagnosticWard, seconds: Int) {
    for _ in 0..<seconds {
      for (k, unit) in trucks.enumerated() {
        ward.list(k < 3 ? [oil] : [], .active, broadcast: true, lamps: amber, unit)
        ward.say(.identity(.vin, index: 0, ShortText("1M8GDM9AXKP042788".utf8)), unit)
      }
      ward.pass(1)
    }
  }

  /// Each of the six is known by its lamps, its list, its VIN and, the first three, by its code.
  private func expectTrucks(_ ward: borrowing DiagnosticWard, _ comment: Comment) {
    for unit in trucks {
      let names = ward.records().filter { $0.unit == unit }.map(DiagnosticWard.name)
      #expect(names.count == (unit.address < 3 ? 4 : 3), comment)
    }
    for unit in trucks.prefix(3) { #expect(ward.report(oil, unit)?.status == .active, comment) }
    #expect(ward.book.vehicleIdentification()?.string == "1M8GDM9AXKP042788", comment)
  }

  @Test func ghostsThatSpokeOnceGiveWay() {
    var ward = DiagnosticWard()
    for unit in ghosts { ward.list([coolant], .active, unit) }
    ward.pass(60)
    #expect(ward.said.count == 40 && ward.stored.count == 80)
    drive(&ward, seconds: 200)
    #expect(!ward.records().contains { trucks.contains($0.unit) } && ward.book.counters.gaveWay == 0)
    drive(&ward, seconds: 140)
    expectTrucks(ward, "after 300 s of silence")
    #expect(ward.book.counters.gaveWay == 6 && Set(ward.records().map(\.unit)).count == 40)
    #expect(ward.said.count == 43 && !ward.said.contains { $0.hasPrefix("-") }, "nobody cleared anything")
    #expect(ward.stored.count == ward.book.count && ward.faults.isEmpty, "\(ward.faults.prefix(3))")
  }

  @Test func ghostsOfBeforeARestartGiveWayAtOnce() {
    var ward = DiagnosticWard()
    for unit in ghosts { ward.list([coolant], .active, unit) }
    ward.pass(60)
    var next = DiagnosticWard()
    next.book.restore(ward.stored)
    #expect(next.book.count == 80)
    drive(&next, seconds: 4)
    #expect(next.said == Array(repeating: "+SPN 110 FMI 0 active", count: 3))
    drive(&next, seconds: 2)
    expectTrucks(next, "after a restart")
    #expect(next.book.counters.gaveWay == 6)
  }

  /// One that is heard again after the start stays; to what is no code and no list only those without codes give way.
  @Test func whatGivesWayToWhat() {
    var ward = DiagnosticWard()
    for unit in ghosts.dropLast(2) { ward.list([coolant], .active, unit) }
    for unit in ghosts.suffix(2) { ward.say(.addressClaimed(name: 1), unit) }
    ward.pass(301)
    ward.say(.addressClaimed(name: 1), ghosts[39])
    ward.say(.addressClaimed(name: 7), trucks[0])
    #expect(ward.records().contains { $0.unit == trucks[0] } && !ward.records().contains { $0.unit == ghosts[38] })
    ward.say(.addressClaimed(name: 8), trucks[1])
    #expect(ward.book.counters.refused == 1 && ward.book.counters.gaveWay == 1, "the others have codes or were heard")
    ward.list([], .active, trucks[1])
    #expect(ward.records().contains { $0.unit == trucks[1] } && ward.report(coolant, ghosts[0]) == nil)
    ward.say(.addressClaimed(name: 8), trucks[1])
    ward.say(.listBegan(lamps: amber, isBroadcast: false), trucks[2])
    ward.say(.listEnded(complete: [], notation: .j1939), trucks[2])
    #expect(ward.records().contains { $0.unit == trucks[2] }, "for its lamps")
    ward.list([oil], .active, trucks[3])
    #expect(ward.report(oil, trucks[3]) != nil && ward.report(coolant, ghosts[2]) == nil)
    #expect(ward.report(coolant, ghosts[3]) != nil && ward.book.counters.gaveWay == 4)
  }

  /// However long those with codes were silent.
  @Test func unitsWithoutCodesGiveWayFirst() {
    var ward = DiagnosticWard()
    for unit in ghosts.dropLast() { ward.list([coolant], .active, unit) }
    ward.pass(1)
    ward.say(.addressClaimed(name: 1), ghosts[39])
    ward.pass(301)
    ward.list([oil], .active, trucks[0])
    #expect(ward.book.counters.gaveWay == 1 && !ward.records().contains { $0.unit == ghosts[39] })
  }

  @Test func aCodeTakesThePlaceOfAUnitWithoutOneThatWasSilentForTenSeconds() {
    var ward = DiagnosticWard()
    for (k, unit) in ghosts.enumerated() {
      ward.seconds = Double(k) / 10
      ward.say(.addressClaimed(name: UInt64(k)), unit)
    }
    ward.seconds = 9
    ward.list([oil], .active, trucks[0])
    #expect(ward.report(oil, trucks[0]) == nil && ward.book.counters.gaveWay == 0)
    ward.seconds = 11
    ward.list([oil], .active, trucks[0])
    #expect(ward.report(oil, trucks[0]) != nil && ward.book.counters.gaveWay == 1)
    #expect(!ward.records().contains { $0.unit == ghosts[0] }, "silent longest")
    ward.say(.addressClaimed(name: 1), trucks[1])
    #expect(!ward.records().contains { $0.unit == trucks[1] })
  }

  /// Forged units of every kind, code or not, asked for or not, for ten minutes.
  @Test(arguments: 0..<3) func aFloodPushesOutNobodyWhoIsHeard(seed: UInt64) {
    var random = SeededNormal(seed: seed)
    var ward = DiagnosticWard(records: seed == 2 ? 100 : 512)
    drive(&ward, seconds: 5)
    expectTrucks(ward, "before")
    for second in 0..<600 {
      drive(&ward, seconds: 1)
      for _ in 0..<5 {
        let unit = ControlUnit(bus: 1 + UInt8(random.uniform() * 3), sourceAddress: UInt8(random.uniform() * 254))
        let code = TroubleCode(spn: UInt32(random.uniform() * 1000), fmi: 3)
        switch Int(random.uniform() * 4) {
        case 0: ward.say(.addressClaimed(name: UInt64(second)), unit)
        case 1: ward.say(.data(identifier: UInt16(random.uniform() * 65535), ShortText()), unit)
        default: ward.list([code], .active, unit)
        }
      }
      if second % 100 == 0 { expectTrucks(ward, "second \(second)") }
    }
    expectTrucks(ward, "after")
    #expect(ward.book.counters.gaveWay > 10 && ward.book.counters.refused > 100)
    #expect(ward.said.count { $0 == "-SPN 110 FMI 0" } == 0 && ward.faults.isEmpty, "\(ward.faults.prefix(3))")
  }

  /// Two forged units, and not forty, take all records.
  @Test(arguments: [0, 48]) func fullRecordsGiveWayToo(facts: Int) {
    var ward = DiagnosticWard(records: 64)
    for k in 0..<facts { ward.say(.data(identifier: UInt16(k), ShortText()), ghosts[0]) }
    ward.list((0..<64 - facts).map { TroubleCode(spn: UInt32($0), fmi: 2) }, .active, ghosts[1])
    #expect(ward.book.count == 64)
    drive(&ward, seconds: 290)
    #expect(!ward.records().contains { trucks.contains($0.unit) })
    drive(&ward, seconds: 20)
    expectTrucks(ward, "after 300 s of silence")
    #expect(ward.book.counters.gaveWay == 1 && ward.said.count == 64 - facts + 3)
    drive(&ward, seconds: 60)
    #expect(ward.stored.count == ward.book.count && ward.faults.isEmpty, "\(ward.faults.prefix(3))")
  }

  /// Who has a place and no room for a code gets it from those who were silent, and lamps get no room from codes.
  @Test func roomIsMadeOfTheKindThatIsNeeded() {
    var ward = DiagnosticWard(records: 64)
    ward.list((0..<15).map { TroubleCode(spn: $0, fmi: 2) }, .active, complete: [], ghosts[1])
    ward.list([coolant], .active, complete: [], ghosts[0])
    for k in 0..<47 { ward.say(.data(identifier: UInt16(k), ShortText()), ghosts[0]) }
    ward.say(.addressClaimed(name: 1), trucks[0])
    #expect(ward.book.count == 64)
    ward.pass(200)
    ward.list([oil], .active, trucks[0])
    #expect(ward.report(oil, trucks[0]) == nil)
    ward.pass(101)
    ward.list([oil], .active, complete: [], trucks[0])
    #expect(ward.report(oil, trucks[0]) != nil && ward.book.counters.gaveWay == 1)
    #expect(!ward.records().contains { $0.unit == ghosts[1] } && ward.book.count == 50, "silent longest")
    ward.list([], .active, complete: [], lamps: amber, trucks[0])
    #expect(ward.book.counters.gaveWay == 2 && ward.book.count == 3)

    var other = DiagnosticWard(records: 64)
    other.list([coolant], .active, complete: [], ghosts[1])
    other.list([coolant], .active, complete: [], ghosts[0])
    for k in 0..<48 { other.say(.data(identifier: UInt16(k), ShortText()), ghosts[0]) }
    other.pass(301)
    other.list([], .active, complete: [], lamps: amber, trucks[0])
    #expect(other.report(coolant, ghosts[1]) != nil && other.book.count == 2, "it has nothing but a code")
  }

  /// A unit that is told anew before the store knows that it gave way: what the world was told of its code holds.
  @Test func aUnitThatComesBackAtOnceIsToldRight() {
    var ward = DiagnosticWard()
    for unit in ghosts { ward.list([coolant], .active, unit) }
    ward.pass(301)
    ward.list([oil], .active, trucks[0])
    #expect(ward.report(coolant, ghosts[0]) == nil && ward.book.counters.gaveWay == 1)
    let said = ward.said.count
    ward.list([coolant], .previouslyActive, ghosts[0])
    ward.pass(20)
    #expect(ward.report(coolant, ghosts[0])?.status == .previouslyActive)
    #expect(Set(ward.said.suffix(from: said)) == ["+SPN 110 FMI 0 active", "-SPN 111 FMI 1"])
    #expect(ward.faults.isEmpty && ward.stored.count == ward.book.count)
  }
}
