// What the diagnostic book keeps beside trouble codes, what it refuses, and that nothing on a bus can upset it.
import Testing
import Vocabulary

@testable import Alerting

@Suite struct DiagnosticBookTests {
  private func text(_ string: String) -> ShortText { ShortText(string.utf8) }

  @Test func theNewestOfItsKindStays() {
    var ward = DiagnosticWard()
    ward.say(.addressClaimed(name: 1), DiagnosticWard.truck)
    ward.say(.verification(index: 0, 7))
    ward.say(.verification(index: 1, 8))
    ward.say(.freezeFrameValue(.spn(190), frame: 0, value: .nan))
    ward.pass(1)
    let revision = ward.book.revision
    ward.say(.freezeFrameValue(.spn(190), frame: 0, value: .nan))
    ward.say(.verification(index: 1, 8))
    #expect(ward.book.revision == revision && ward.book.count == 4)
    ward.say(.verification(index: 1, 9))
    #expect(ward.book.revision != revision && ward.book.count == 4)
    #expect(ward.count { if case .verification(index: 1, 9) = $0 { true } else { false } } == 1)
    #expect(ward.faults.isEmpty)
  }

  /// One fact of each kind, and the same unit's same kind with another index: each has its own place.
  @Test func kindsAndIndicesAreApart() {
    var ward = DiagnosticWard()
    let readiness = Readiness(
      isLampOn: nil, codeCount: 0, ignition: .spark, supported: .catalyst, incomplete: .catalyst)
    let result = MonitorResult(monitor: 1, test: 2, scaling: 3, value: 4, low: 5, high: 6)
    let others = [
      MonitorResult(monitor: 1, test: 3, scaling: 3, value: 4, low: 5, high: 6),
      MonitorResult(monitor: 2, test: 2, scaling: 3, value: 4, low: 5, high: 6),
    ]
    let facts: [DiagnosticFact.Content] = [
      .readiness(readiness), .cleared, .freezeFrameCode(TroubleCode(obd: 1), frame: 0),
      .freezeFrameCode(TroubleCode(obd: 1), frame: 1), .freezeFrameValue(.pid(12, field: 0), frame: 0, value: 1),
      .freezeFrameValue(.pid(12, field: 1), frame: 0, value: 1), .freezeFrameValue(.spn(3072), frame: 0, value: 1),
      .freezeFrameValue(.pid(12, field: 0), frame: 1, value: 1), .monitor(result), .monitor(others[0]),
      .monitor(others[1]),
      .identity(.calibration, index: 0, text("A")), .identity(.calibration, index: 1, text("A")),
      .identity(.make, index: 0, text("A")), .verification(index: 0, 1), .verification(index: 1, 1),
      .performance(index: 0, isCompressionIgnition: false, 1), .performance(index: 1, isCompressionIgnition: false, 1),
      .data(identifier: 0xF187, text("A")), .data(identifier: 0xF188, text("A")), .refused(service: 9, reason: 0x12),
      .refused(service: 6, reason: 0x12), .addressClaimed(name: 1),
    ]
    // .cleared first: it takes freeze frames and tests away.
    ward.say(.cleared)
    for fact in facts where !isCleared(fact) { ward.say(fact) }
    #expect(ward.book.count == facts.count)
    for unit in [DiagnosticWard.gearbox, DiagnosticWard.truck, ControlUnit(bus: 1, sourceAddress: 0)] {
      ward.say(.verification(index: 0, 1), unit)
    }
    #expect(ward.book.count == facts.count + 3)
    #expect(Set(ward.records().map(DiagnosticWard.name)).count == ward.book.count)
  }

  private func isCleared(_ fact: DiagnosticFact.Content) -> Bool { if case .cleared = fact { true } else { false } }

  @Test func whoToldWhichListIsKnown() {
    var ward = DiagnosticWard()
    func told(_ status: TroubleCodeStatus, _ unit: ControlUnit) -> Timestamp? {
      for record in ward.records() where record.unit == unit {
        if case .fact(.listEnded(let complete, _)) = record.content, complete == status { return record.changed }
      }
      return nil
    }
    ward.list([], .confirmed)
    ward.pass(5)
    #expect(told(.confirmed, DiagnosticWard.engine) == DiagnosticWard.stamp(0))
    #expect(told(.pending, DiagnosticWard.engine) == nil)
    ward.list([], .confirmed, complete: [.confirmed, .pending])
    #expect(told(.confirmed, DiagnosticWard.engine) == DiagnosticWard.stamp(5))
    #expect(told(.pending, DiagnosticWard.engine) == DiagnosticWard.stamp(5))
    ward.broadcast([], times: 2)
    #expect(told(.active, DiagnosticWard.truck) == nil, "two broadcast lists prove nothing")
    ward.broadcast([], times: 100)
    #expect(told(.active, DiagnosticWard.truck) == DiagnosticWard.stamp(ward.seconds - 1))
    let stored = ward.stored.first { DiagnosticWard.name($0) == "0/SA 0 list j1939 active" }
    #expect(stored?.changed == DiagnosticWard.stamp(7), "and it is not stored every second")
  }

  @Test func lampsOfBroadcastListsAreBelievedWhenTheyStay() {
    var ward = DiagnosticWard()
    func lamps() -> WarningLamps? {
      for record in ward.records() { if case .fact(.listBegan(let lamps, _)) = record.content { return lamps } }
      return nil
    }
    let off = WarningLamps(states: 0, flashes: 0xFF)
    let amber = WarningLamps(states: 0x04, flashes: 0xFF)
    ward.broadcast([], times: 3, lamps: off)
    #expect(lamps() == off)
    ward.broadcast([], times: 2, lamps: amber)
    ward.broadcast([], times: 2, lamps: off)
    #expect(lamps() == off)
    ward.broadcast([], times: 3, lamps: amber)
    #expect(lamps()?[.amberWarning] == .on)
  }

  @Test func claimsOfAddressesAreStoredOnceAMinute() {
    var ward = DiagnosticWard()
    var stored = 0
    for k in 0..<600 {
      for _ in 0..<100 { ward.say(.addressClaimed(name: UInt64(k)), DiagnosticWard.truck) }
      let before = ward.stored.first?.changed
      ward.pass(1)
      if ward.stored.first?.changed != before { stored += 1 }
    }
    #expect((9...11).contains(stored))
    guard case .fact(.addressClaimed(let name)) = ward.records()[0].content else { return #expect(Bool(false)) }
    #expect(name == 599)
  }

  // MARK: The vehicle's identification

  @Test func anotherIdentificationHasToBeToldTwice() {
    var ward = DiagnosticWard()
    let (first, second) = (text("1M8GDM9AXKP042788"), text("WVWZZZ1JZXW000001"))
    #expect(ward.book.vehicleIdentification() == nil && ward.book.vehicleIdentification(preferred: first) == nil)
    ward.say(.identity(.vin, index: 0, first))
    ward.say(.identity(.vin, index: 0, second))
    ward.say(.identity(.vin, index: 0, first))
    ward.say(.identity(.vin, index: 0, second))
    #expect(ward.book.vehicleIdentification() == first)
    ward.say(.identity(.vin, index: 0, second))
    #expect(ward.book.vehicleIdentification() == second)
  }

  @Test func mostUnitsDecideAndTheFirstOfEqualsStays() {
    var ward = DiagnosticWard()
    let (first, second) = (text("1M8GDM9AXKP042788"), text("WVWZZZ1JZXW000001"))
    ward.say(.identity(.vin, index: 0, first))
    ward.say(.identity(.vin, index: 0, second), DiagnosticWard.gearbox)
    #expect(ward.book.vehicleIdentification() == first)
    #expect(ward.book.vehicleIdentification(preferred: second) == second, "as it stood before a restart")
    let third = text("1FTFW1ET5DFC10312")
    for _ in 0..<2 { ward.say(.identity(.vin, index: 0, third)) }
    #expect(ward.book.vehicleIdentification() == second, "which is told longer now")
    #expect(ward.book.vehicleIdentification(preferred: third) == third)
    ward.say(.identity(.vin, index: 0, second), DiagnosticWard.truck)
    #expect(ward.book.vehicleIdentification() == second && ward.book.vehicleIdentification(preferred: first) == second)
  }

  @Test func whatWasToldFirstIsKnownAfterARestart() {
    var ward = DiagnosticWard()
    let (first, second) = (text("1M8GDM9AXKP042788"), text("WVWZZZ1JZXW000001"))
    ward.say(.identity(.vin, index: 0, first), DiagnosticWard.truck)
    ward.pass(1)
    ward.say(.identity(.vin, index: 0, second))
    for records in [ward.records(), ward.records().reversed()] {
      var next = DiagnosticWard()
      next.book.restore(records)
      #expect(next.book.vehicleIdentification() == first)
    }
  }

  // MARK: Room

  @Test func aUnitHasRoomForSoManyCodesAndRecords() {
    var ward = DiagnosticWard()
    for k in 0..<300 { ward.say(.data(identifier: UInt16(k), ShortText())) }
    #expect(ward.book.count == 128 && ward.book.counters.refused == 172)
    ward.list((0..<64).map { TroubleCode(obd: $0) }, .confirmed)
    ward.pass(20)
    #expect(ward.book.count == 128 + 64, "whole lists and lamps find no room any more")
    ward.list([TroubleCode(obd: 0x3000)], .pending)
    #expect(ward.report(TroubleCode(obd: 0x3000)) == nil && ward.report(TroubleCode(obd: 0)) != nil)
    ward.list((1..<64).map { TroubleCode(obd: $0) }, .confirmed)
    ward.pass(20)
    ward.list([TroubleCode(obd: 0x3000)], .pending)
    ward.pass(60)
    #expect(ward.report(TroubleCode(obd: 0x3000))?.status == .pending, "a code of which nothing is left gives way")
    #expect(ward.report(TroubleCode(obd: 0)) == nil && ward.said.count == 66 && ward.faults.isEmpty)
    #expect(ward.stored.count == ward.book.count)
  }

  @Test func aListOfMoreCodesThanThereIsRoomForProvesNoAbsence() {
    var ward = DiagnosticWard()
    ward.list([TroubleCode(obd: 0x3FFF)], .confirmed)
    ward.list((0..<100).map { TroubleCode(obd: $0) }, .confirmed)
    #expect(ward.report(TroubleCode(obd: 0x3FFF))?.status == .confirmed)
  }

  @Test func codesFindRoomWhenFactsHaveTakenAllOfTheirs() {
    var ward = DiagnosticWard(records: 64)
    for k in 0..<200 { ward.say(.data(identifier: UInt16(k), ShortText())) }
    #expect(ward.book.count == 48)
    ward.list((0..<16).map { TroubleCode(obd: $0) }, .confirmed)
    ward.list((16..<20).map { TroubleCode(obd: $0) }, .pending)
    #expect(ward.book.count == 64 && ward.records().count(where: \.isCode) == 16)
    let bytes = ward.book.memoryBytes
    #expect(bytes > 64 * MemoryLayout<DiagnosticRecord>.stride && DiagnosticBook().memoryBytes < 400_000)
  }

  // MARK: Hostile buses

  private func content(_ random: inout SeededNormal, broadcastOnly: Bool) -> DiagnosticFact.Content {
    func byte() -> UInt8 { UInt8(random.uniform() * 256) }
    func number() -> UInt32 { UInt32(random.uniform() * 4_294_967_296) }
    switch Int(random.uniform() * (broadcastOnly ? 3 : 15)) {
    case 0:
      return .listBegan(
        lamps: WarningLamps(states: byte(), flashes: byte()), isBroadcast: broadcastOnly || random.uniform() < 0.5)
    case 1:
      return .listed(
        TroubleCode(spn: number(), fmi: byte()), status: broadcastOnly ? .active : TroubleCodeStatus(rawValue: byte()),
        occurrences: byte())
    case 2:
      return .listEnded(
        complete: broadcastOnly ? .active : TroubleCodeStatus(rawValue: byte()),
        notation: random.uniform() < 0.9 ? .j1939 : .uds)
    case 3: return .cleared
    case 4:
      return .readiness(
        Readiness(
          isLampOn: nil, codeCount: byte(), ignition: .unknown, supported: ReadinessMonitors(rawValue: number()),
          incomplete: []))
    case 5: return .freezeFrameCode(TroubleCode(uds: number()), frame: byte())
    case 6: return .freezeFrameValue(.spn(number()), frame: byte(), value: Double(bitPattern: UInt64(number()) << 32))
    case 7: return .freezeFrameValue(.pid(byte(), field: byte()), frame: byte(), value: random.next())
    case 8:
      return .monitor(
        MonitorResult(monitor: byte(), test: byte(), scaling: byte(), value: 1, low: 2, high: UInt16(byte())))
    case 9:
      return .identity(
        IdentityItem(rawValue: byte() % 14) ?? .vin, index: byte(), ShortText([byte(), byte(), byte()]))
    case 10: return .verification(index: byte(), number())
    case 11: return .performance(index: byte(), isCompressionIgnition: byte() < 128, UInt16(byte()))
    case 12: return .data(identifier: UInt16(byte()), ShortText([byte()]))
    case 13: return .refused(service: byte(), reason: byte())
    default: return .addressClaimed(name: UInt64(number()))
    }
  }

  /// DM1 with random content from random addresses, on a bus where three units tell true ones every second.
  @Test func aFuzzedBusSetsNoTroubleCode() {
    var random = SeededNormal(seed: 4)
    var ward = DiagnosticWard()
    let real = TroubleCode(spn: 168, fmi: 17)
    for second in 0..<120 {
      for unit in 0..<3 {
        let codes = unit == 2 && second >= 10 && second < 70 ? [real] : []
        ward.list(codes, .active, broadcast: true, ControlUnit(sourceAddress: UInt8(unit)))
      }
      for _ in 0..<300 {
        // Half of them from everywhere, half from the one unit that has a code to be hidden or forged.
        let address = random.uniform() < 0.5 ? UInt8(3 + random.uniform() * 250) : 1
        let code = TroubleCode(spn: UInt32(random.uniform() * 524_288), fmi: UInt8(random.uniform() * 32))
        ward.list(
          [code], .active, broadcast: true,
          lamps: WarningLamps(states: UInt8(random.uniform() * 256), flashes: UInt8(random.uniform() * 256)),
          ControlUnit(sourceAddress: address))
      }
      ward.pass(1)
    }
    #expect(ward.said == ["+SPN 168 FMI 17 active", "-SPN 168 FMI 17"])
    #expect(ward.book.counters.unconfirmed > 30_000 && ward.book.count < 16 && ward.faults.isEmpty)
  }

  /// Anything at all, also times that jump, restarts and little room: what the store holds is right in the end, and
  /// each code's events take turns.
  @Test(arguments: 0..<8) func nothingUpsetsTheBook(seed: UInt64) {
    var random = SeededNormal(seed: seed)
    var ward = DiagnosticWard(records: seed % 2 == 0 ? 512 : 40)
    let bytes = ward.book.memoryBytes
    for step in 0..<20_000 {
      let unit: ControlUnit =
        random.uniform() < 0.7
        ? ControlUnit(answersOn: CANID(standard: 0x7E8 + UInt32(random.uniform() * 3)))
        : ControlUnit(bus: UInt8(random.uniform() * 4), sourceAddress: UInt8(random.uniform() * 256))
      ward.say(content(&random, broadcastOnly: false), unit)
      if random.uniform() < 0.02 { ward.pass(1, room: Int(random.uniform() * 20)) }
      if random.uniform() < 0.001 { ward.seconds += random.uniform() * 100 - 50 }
      if step % 5000 == 4999 {
        while true {
          let before = ward.stored.map(\.changed)
          let events = ward.events.count
          ward.pass(1, room: 64, isLast: true)
          if ward.stored.map(\.changed) == before && ward.events.count == events { break }
        }
        let kept = Dictionary(grouping: ward.records(), by: DiagnosticWard.name)
        let stored = Dictionary(grouping: ward.stored, by: DiagnosticWard.name)
        #expect(Set(kept.keys) == Set(stored.keys) && kept.allSatisfy { $0.value.count == 1 })
        for (name, records) in kept {
          if stored[name]?.first?.changed != records[0].changed && !name.contains("list") { ward.faults.append(name) }
        }
        #expect(ward.book.count <= ward.book.capacity && ward.book.memoryBytes == bytes)
        let restored = ward.stored
        ward.book = DiagnosticBook(records: ward.book.capacity)
        ward.book.restore(restored)
        #expect(ward.book.count == restored.count && ward.book.counters.refused == 0)
      }
    }
    #expect(ward.faults.isEmpty, "\(ward.faults.prefix(5))")
    var isSet: [String: Bool] = [:]
    for event in ward.events {
      switch event.kind {
      case .troubleCodeSet(let report):
        if report.gravity == .none { ward.faults.append("set with nothing") }
        isSet["\(report.unit.bus)\(report.unit.name)\(report.code.name)"] = true
      case .troubleCodeCleared(let report):
        if isSet.updateValue(false, forKey: "\(report.unit.bus)\(report.unit.name)\(report.code.name)") != true {
          ward.faults.append("cleared before it was set")
        }
      default: ward.faults.append(event.type)
      }
    }
    #expect(ward.faults.isEmpty, "\(ward.faults.prefix(5))")
    #expect(ward.events.count > 30)
  }
}

extension TroubleCodeReport {
  fileprivate var gravity: Gravity { Gravity(status) }
}
