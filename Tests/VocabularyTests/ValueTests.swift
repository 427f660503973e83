// Frames, signals, components, events: the small values and their names.
import Testing
import Vocabulary

@Suite struct ValueTests {
  /// Engine speed from two senders; a request to 0x21 and to all; both sides of PDU format 240; both data pages.
  @Test(arguments: [
    (0x0CF0_0400, 0xF004), (0x18F0_0421, 0xF004), (0x18EA_21F9, 0xEA00), (0x18EA_FFF9, 0xEA00), (0x18EF_1234, 0xEF00),
    (0x18F0_1234, 0xF012), (0x1BF0_1234, 0x3F012),
  ] as [(UInt32, UInt32)])
  func theParameterGroupIsWithoutPriorityAndAddresses(id: UInt32, group: UInt32) {
    #expect(CANID(extended: id).parameterGroup == group)
  }

  @Test func identifiersKeepTheirFormat() {
    let standard = CANID(standard: 0xFFF)
    #expect(standard.value == 0x7FF && !standard.isExtended && standard.key == 0x7FF)
    let extended = CANID(extended: 0xFFFF_FFFF)
    #expect(extended.value == 0x1FFF_FFFF && extended.isExtended && extended.key == 0x9FFF_FFFF)
    #expect(CANID(standard: 0x123).key != CANID(extended: 0x123).key)
    let remote = CANID(rawValue: 0x123 | CANID.remoteFlag)
    #expect(remote.isRemoteRequest && remote.key == 0x123 && remote.value == 0x123)
    let error = CANID(rawValue: CANID.errorFlag | 0x4)
    #expect(error.isErrorFrame && error.key == 0x4)
  }

  @Test func payloadBytesAreIndependent() {
    var payload = CANPayload()
    for i in 0..<64 { payload[i] = UInt8(i * 3 + 1) }
    for i in 0..<64 { #expect(payload[i] == UInt8(i * 3 + 1)) }
    payload[9] = 0
    #expect(payload[8] == 25 && payload[9] == 0 && payload[10] == 31)
    #expect(CANPayload(word: 0x0807_0605_0403_0201)[0] == 1)
    #expect(CANPayload(word: 0x0807_0605_0403_0201)[7] == 8)
  }

  @Test func classicFramesHoldEightBytes() {
    let frame = CANFrame(time: .zero, id: CANID(standard: 1), bytes: Array(1...12))
    #expect(frame.length == 8 && frame[7] == 8 && frame[8] == 0)
    let empty = CANFrame(time: .zero, id: CANID(standard: 1), bytes: [])
    #expect(empty.length == 0 && empty[0] == 0)
  }

  @Test func catalogueKeepsTheFirstDescriptionOfAPath() throws {
    var catalogue = SignalCatalogue()
    let speed = SignalDescription(path: "Vehicle.Speed", unit: "km/h", range: 0...250, staleAfter: 5)
    let addedFirst = catalogue.add(speed)
    let first = try #require(addedFirst)
    let second = catalogue.add(SignalDescription(path: "Vehicle.Speed", unit: "m/s", range: 0...70, staleAfter: 1))
    #expect(second == first && catalogue.count == 1 && catalogue[first].unit == "km/h")
    let addedOther = catalogue.add(
      SignalDescription(path: "Vehicle.TraveledDistance", unit: "m", range: 0...1e9, staleAfter: 9))
    let other = try #require(addedOther)
    #expect(catalogue.ids == [first, other] && catalogue.id(of: "Vehicle.TraveledDistance") == other)
    #expect(catalogue.id(of: "Vehicle.speed") == nil)
  }

  @Test func catalogueIsFullAt65535() {
    var catalogue = SignalCatalogue()
    for i in 0..<65_535 {
      _ = catalogue.add(SignalDescription(path: "Vehicle.S\(i)", unit: "", range: 0...1, staleAfter: 1))
    }
    #expect(catalogue.count == 65_535)
    #expect(catalogue.add(SignalDescription(path: "Vehicle.X", unit: "", range: 0...1, staleAfter: 1)) == nil)
    #expect(catalogue.add(SignalDescription(path: "Vehicle.S7", unit: "", range: 0...1, staleAfter: 1))?.index == 7)
  }

  /// Names are keys on the wire: no two alike, and each leads back to its value.
  @Test func namesAreUnique() {
    expectUnique(ComponentID.allCases.map(\.name))
    expectUnique(ComponentID.allCases.map(\.title))
    expectUnique(HealthState.allCases.map(\.name))
    expectUnique(Feature.allCases.map(\.name))
    expectUnique(Feature.allCases.map(\.title))
    expectUnique(Lane.allCases.map(\.name))
    expectUnique(Severity.allCases.map(\.name))
    expectUnique(Validity.allCases.map(\.name))
    for component in ComponentID.allCases { #expect(ComponentID(name: component.name) == component) }
    for lane in Lane.allCases { #expect(Lane(name: lane.name) == lane) }
    #expect(ComponentID(name: "Cooling") == nil && Lane(name: "") == nil)
    #expect(Lane.allCases.map(\.name) == ["alerts", "events", "telemetry"])
  }

  private func expectUnique(_ names: [String]) {
    #expect(Set(names).count == names.count && !names.contains(""), "\(names)")
  }

  @Test func bandsOfScores() {
    let edges: [(Double, HealthState)] = [
      (100, .ok), (60, .ok), (59.999, .watch), (40, .watch), (39.999, .service), (20, .service), (19.999, .critical),
      (0, .critical),
    ]
    for (score, band) in edges { #expect(HealthState.band(ofScore: score) == band) }
    #expect(HealthState.allCases.filter { !$0.isBand } == [.learning, .unknown])
  }

  @Test func anAlertIsNamedByComponentAndEpisode() {
    let stamp = Timestamp(boot: BootID(high: 1, low: 2), uptime: .zero, wallNanoseconds: 0, quality: .ntp)
    let report = HealthReport(unknown: .cooling, because: .none, at: stamp)
    let alert = Alert(
      component: .cooling, episode: 2, severity: .warning, state: .active, opened: stamp, changed: stamp,
      report: report)
    #expect(alert.id == "cooling-2")
    #expect(Event(time: stamp, kind: .alertCreated(alert)).lane == .alerts)
    #expect(Event(time: stamp, kind: .alertResolved(alert)).type == "alert.resolved")
    #expect(Event(time: stamp, kind: .componentCritical(report, from: .ok)).lane == .alerts)
    #expect(Event(time: stamp, kind: .healthComputed(report)).lane == .events)
    #expect(Event(time: stamp, kind: .tripStarted(Trip(number: 1, started: stamp))).type == "trip.started")
  }
}

@Suite struct EvidenceListTests {
  private func list(_ shares: [Double]) -> [Double] {
    var list = EvidenceList()
    for (i, share) in shares.enumerated() {
      list.add(Evidence(feature: .oilAge, value: Double(i), share: share))
    }
    return (0..<list.count).map { list[$0].share }
  }

  @Test func weightiestFirstAndFourAtMost() {
    #expect(list([]) == [])
    #expect(list([0.2]) == [0.2])
    #expect(list([0.1, 0.4, 0.2]) == [0.4, 0.2, 0.1])
    #expect(list([0.1, 0.4, 0.2, 0.3, 0.05]) == [0.4, 0.3, 0.2, 0.1])
    #expect(list([0.1, 0.4, 0.2, 0.3, 0.5]) == [0.5, 0.4, 0.3, 0.2])
  }

  /// All orders of five shares give the same four.
  @Test func orderOfArrivalDoesNotMatter() {
    func permutations(_ rest: [Double]) -> [[Double]] {
      rest.isEmpty ? [[]] : rest.indices.flatMap { i in
        permutations(Array(rest[..<i] + rest[(i + 1)...])).map { [rest[i]] + $0 }
      }
    }
    for order in permutations([0.05, 0.1, 0.2, 0.25, 0.4]) { #expect(list(order) == [0.4, 0.25, 0.2, 0.1]) }
  }

  @Test func theFirstOfEqualsStaysFirst() {
    var list = EvidenceList()
    for i in 0..<6 { list.add(Evidence(feature: .oilAge, value: Double(i), share: 0.1)) }
    #expect((0..<list.count).map { list[$0].value } == [0, 1, 2, 3])
  }
}
