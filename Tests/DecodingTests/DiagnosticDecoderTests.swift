// From frames of diagnostic protocols to samples and facts: each layer is tested by itself, here that they are joined right.

import DecoderCore
import Decoding
import Testing
import Vocabulary

@Suite struct DiagnosticDecoderTests {
  struct Told {
    var samples: [Sample] = []
    var facts: [DiagnosticFact] = []
  }

  func decoder(
    _ pids: [UInt8] = [], table: [DecoderTable.Message] = [], transported: [DecoderTable.Message] = [],
    j1939Buses: UInt64 = .max, signals: Int = 0
  ) -> FrameDecoder {
    var configuration = DiagnosticDecoder.Configuration()
    configuration.parameters = pids.map { .init(pid: $0, target: SignalID(rawValue: UInt16($0)), range: 0...1e9) }
    configuration.transported = transported
    configuration.j1939Buses = j1939Buses
    var problems: [MappingProblem] = []
    var defects: [DecoderTable.Problem] = []
    let decoder = FrameDecoder(
      table: DecoderTable(table, problems: &defects),
      diagnostic: DiagnosticDecoder(configuration, problems: &problems), signals: signals)
    #expect(problems.isEmpty && defects.isEmpty)
    return decoder
  }

  /// A frame every ten milliseconds.
  func feed(_ decoder: inout FrameDecoder, _ frames: [(CANID, [UInt8])], bus: UInt8 = 0) -> Told {
    var told = Told()
    var buffer = Array(repeating: blank, count: max(1, decoder.largestMessage))
    for (i, (id, bytes)) in frames.enumerated() {
      var span = buffer.mutableSpan
      let count = decoder.decode(frame(id, bytes, bus: bus, seconds: Double(i) * 0.01), into: &span) {
        told.facts.append($0)
      }
      told.samples += buffer[..<count]
    }
    return told
  }

  let tester = CANID(standard: 0x7E0)
  let engine = CANID(standard: 0x7E8)

  @Test func aReplyOfSeveralFramesGivesAllItsValues() {
    var decoder = decoder([0x0C, 0x0D, 0x05, 0x10])
    let told = feed(
      &decoder,
      [
        (tester, [5, 1, 0x0C, 0x0D, 0x05, 0x10]), (engine, [0x10, 11, 0x41, 0x0C, 0x1A, 0xF8, 0x0D, 60]),
        (tester, [0x30, 0, 0]), (engine, [0x21, 0x05, 0x7B, 0x10, 0x01, 0xF4]),
      ])
    #expect(told.samples.map(\.value) == [1726, 60, 83, 5])
    #expect(told.samples.allSatisfy { $0.time == Instant.zero.advanced(seconds: 0.03) })
    #expect(decoder.counters.decoded == 4 && decoder.counters.unmatched == 0)
    #expect(decoder.diagnostics.obd.replies == 1 && decoder.diagnostics.isotp.messages == 2)
  }

  @Test func parametersComeByUDSToo() {
    var decoder = decoder([0x0D])
    let told = feed(&decoder, [(tester, [3, 0x22, 0xF4, 0x0D]), (engine, [4, 0x62, 0xF4, 0x0D, 88])])
    #expect(told.samples.map(\.value) == [88])
  }

  @Test func aUnitWith29BitsSpeaksLikeOneWith11() throws {
    var decoder = decoder([0x0D])
    let told = feed(
      &decoder,
      [
        (CANID(extended: 0x18DB_33F1), [2, 1, 0x0D]), (CANID(extended: 0x18DA_F110), [3, 0x41, 0x0D, 50]),
        (CANID(extended: 0x18DA_F110), [2, 0x43, 0]),
      ])
    #expect(told.samples.map(\.value) == [50])
    #expect(try #require(told.facts.first).unit == ControlUnit(answersOn: CANID(extended: 0x18DA_F110)))
    #expect(told.facts.count == 2)
  }

  @Test func refusalsGoToTheServiceTheyAreOf() {
    var decoder = decoder()
    let told = feed(
      &decoder,
      [
        (tester, [2, 9, 2]), (engine, [3, 0x7F, 0x09, 0x12]), (tester, [3, 0x22, 0xF1, 0x90]),
        (engine, [3, 0x7F, 0x22, 0x31]),
      ])
    let refused = told.facts.compactMap { if case .refused(let service, let reason) = $0.content { [service, reason] } else { nil } }
    #expect(refused == [[0x09, 0x12], [0x22, 0x31]])
    #expect(decoder.diagnostics.obd.refusals == 1 && decoder.diagnostics.uds.refusals == 1)
  }

  @Test func aVehicleIdentificationByEachProtocol() {
    let vin = Array("1XPWD40X1ED215307".utf8)
    func texts(_ told: Told) -> [String] {
      told.facts.compactMap { if case .identity(.vin, _, let text) = $0.content { text.string } else { nil } }
    }
    var decoder = decoder()
    let obd = feed(
      &decoder,
      [
        (tester, [2, 9, 2]), (engine, [0x10, 20, 0x49, 2, 1] + vin[..<3]), (engine, [0x21] + vin[3..<10]),
        (engine, [0x22] + vin[10...]),
      ])
    #expect(texts(obd) == [String(decoding: vin, as: UTF8.self)])
    let uds = feed(
      &decoder,
      [
        (CANID(extended: 0x18DA_EEFB), [3, 0x22, 0xF1, 0x90]),
        (CANID(extended: 0x18DA_FBEE), [0x10, 20, 0x62, 0xF1, 0x90] + vin[..<3]),
        (CANID(extended: 0x18DA_FBEE), [0x21] + vin[3..<10]), (CANID(extended: 0x18DA_FBEE), [0x22] + vin[10...]),
      ])
    #expect(texts(uds) == [String(decoding: vin, as: UTF8.self)])
    let j1939 = feed(
      &decoder,
      [
        (CANID(extended: 0x18EC_FF00), [0x20, 18, 0, 3, 0xFF, 0xEC, 0xFE, 0]),
        (CANID(extended: 0x18EB_FF00), [1] + vin[..<7]), (CANID(extended: 0x18EB_FF00), [2] + vin[7..<14]),
        (CANID(extended: 0x18EB_FF00), [3] + vin[14...] + [UInt8(ascii: "*"), 0xFF, 0xFF, 0xFF]),
      ])
    #expect(texts(j1939) == [String(decoding: vin, as: UTF8.self)])
    #expect(j1939.facts.first?.unit == ControlUnit(sourceAddress: 0))
  }

  @Test func troubleCodesInOneFrameAndInSeveral() {
    var decoder = decoder()
    let told = feed(
      &decoder,
      [
        (CANID(extended: 0x18FE_CA03), [4, 0xFF, 0x6E, 0, 0, 1, 0xFF, 0xFF]),
        (CANID(extended: 0x1CEC_FF00), [0x20, 10, 0, 2, 0xFF, 0xCA, 0xFE, 0]),
        (CANID(extended: 0x1CEB_FF00), [1, 4, 0xFF, 0x64, 0, 1, 2, 0x66]),
        (CANID(extended: 0x1CEB_FF00), [2, 0, 4, 3, 0xFF, 0xFF, 0xFF, 0xFF]),
      ])
    let codes = told.facts.compactMap { if case .listed(let code, _, _) = $0.content { "\($0.unit.name) \(code.name)" } else { nil } }
    #expect(codes == ["SA 3 SPN 110 FMI 0", "SA 0 SPN 100 FMI 1", "SA 0 SPN 102 FMI 4"])
    #expect(decoder.counters.decoded == 4)
  }

  /// What nobody was heard asking for: a list is a broadcast, a clearing is not told.
  @Test func answersWithoutQuestions() {
    func broadcasts(_ told: Told) -> [Bool] {
      told.facts.compactMap { if case .listBegan(_, let isBroadcast) = $0.content { isBroadcast } else { nil } }
    }
    func clearings(_ told: Told) -> Int { told.facts.count { if case .cleared = $0.content { true } else { false } } }
    let answers: [(CANID, [UInt8])] = [
      (engine, [2, 0x43, 0]), (engine, [3, 0x59, 0x02, 0xFF]), (engine, [1, 0x44]), (engine, [1, 0x54]),
    ]
    var decoder = decoder()
    let unasked = feed(&decoder, answers)
    #expect(broadcasts(unasked) == [true, true] && clearings(unasked) == 0)
    #expect(decoder.diagnostics.unaskedLists == 2 && decoder.diagnostics.unaskedClearings == 2)
    let questions: [(CANID, [UInt8])] = [
      (tester, [1, 3]), (tester, [3, 0x19, 2, 0xFF]), (tester, [1, 4]), (tester, [4, 0x14, 0xFF, 0xFF, 0xFF]),
    ]
    let asked = feed(&decoder, questions + answers)
    #expect(broadcasts(asked) == [false, false] && clearings(asked) == 2)
    // On another bus nobody asked.
    #expect(broadcasts(feed(&decoder, answers, bus: 1)) == [true, true])
    // Ten seconds later nobody waits for an answer any more; a unit that asked for patience has it.
    var late = self.decoder()
    var buffer = [blank]
    func list(at seconds: Double, _ bytes: [UInt8], _ id: CANID) -> [Bool] {
      var told = Told()
      var span = buffer.mutableSpan
      _ = late.decode(frame(id, bytes, seconds: seconds), into: &span) { told.facts.append($0) }
      return broadcasts(told)
    }
    _ = list(at: 0, [1, 3], tester)
    _ = list(at: 8, [3, 0x7F, 3, 0x78], engine)
    #expect(list(at: 17, [2, 0x43, 0], engine) == [false])
    #expect(list(at: 28, [2, 0x43, 0], engine) == [true])
  }

  @Test func nobodyIsBelievedToSpeakJ1939() {
    var decoder = decoder(j1939Buses: 1 << 1)
    let frames: [(CANID, [UInt8])] = [(CANID(extended: 0x18FE_CA03), [4, 0xFF, 0x6E, 0, 0, 1, 0xFF, 0xFF])]
    #expect(feed(&decoder, frames, bus: 0).facts.isEmpty)
    #expect(feed(&decoder, frames, bus: 1).facts.count == 3)
    #expect(decoder.counters.unmatched == 1)
  }

  @Test func theTableDecodesMessagesOfSeveralFrames() {
    let speed = DecoderTable.Signal(
      signal: SignalID(rawValue: 7), startBit: 96, length: 16, scale: 0.125, reserved: .j1939)
    let reference = DecoderTable.Message(
      id: CANID(extended: 0x18FE_E3FE), matching: .parameterGroup, length: 40, signals: [speed])
    var decoder = decoder(table: [reference])
    func packets(_ low: UInt8, _ high: UInt8) -> [(CANID, [UInt8])] {
      [(CANID(extended: 0x18EC_FF00), [0x20, 40, 0, 6, 0xFF, 0xE3, 0xFE, 0])]
        + (1...6).map { (CANID(extended: 0x18EB_FF00), [$0, 0, 0, 0, 0, 0, $0 == 2 ? low : 0, $0 == 2 ? high : 0]) }
    }
    let told = feed(&decoder, packets(0x20, 0x1C))
    #expect(told.samples.map(\.value) == [900] && told.samples.map(\.validity) == [.valid])
    #expect(feed(&decoder, packets(0xFF, 0xFF)).samples.map(\.validity) == [.notAvailable])
  }

  // MARK: Several senders of one parameter group

  private func speedDecoder(signals: Int = 8) -> FrameDecoder {
    let speed = DecoderTable.Signal(
      signal: SignalID(rawValue: 7), startBit: 8, length: 16, scale: 1 / 256.0, reserved: .j1939)
    let message = DecoderTable.Message(
      id: CANID(extended: 0x18FE_F1FE), matching: .parameterGroup, length: 8, signals: [speed])
    return decoder(table: [message], signals: signals)
  }

  /// A speed from a source address at a time; nil for "not available".
  private func speeds(_ decoder: inout FrameDecoder, _ told: [(seconds: Double, source: UInt32, speed: Double?)]) -> [String] {
    var buffer = [blank]
    var seen: [String] = []
    for (seconds, source, speed) in told {
      let raw = speed.map { UInt16($0 * 256) } ?? 0xFFFF
      let bytes: [UInt8] = [0xFF, UInt8(raw & 0xFF), UInt8(raw >> 8), 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
      var span = buffer.mutableSpan
      let count = decoder.decode(frame(CANID(extended: 0x18FE_F100 | source), bytes, seconds: seconds), into: &span) { _ in }
      for sample in buffer[..<count] {
        seen.append(sample.validity == .valid ? "\(Int(sample.value)) from \(source)" : "none from \(source)")
      }
    }
    return seen
  }

  @Test func theFirstUnitWithAValueOwnsASignal() {
    var decoder = speedDecoder()
    let seen = speeds(
      &decoder,
      [
        (0, 49, nil), (0.1, 0, 50), (0.2, 49, nil), (0.3, 49, 70), (0.4, 0, 51), (0.5, 0, nil), (0.6, 49, 71), (1, 0, 52),
      ])
    #expect(seen == ["none from 49", "50 from 0", "51 from 0", "none from 0", "52 from 0"])
    #expect(decoder.counters.otherSource == 3 && decoder.counters.decoded == 8)
  }

  @Test func anotherUnitTakesOverASignalAfterTenSecondsWithoutAValue() {
    var decoder = speedDecoder()
    let seen = speeds(
      &decoder, [(0, 0, 50), (5, 0, nil), (9.9, 49, 70), (10, 49, 71), (10.1, 0, 52), (11, 49, 72), (0.5, 0, 40)])
    // The last one: the recording's time jumped back.
    #expect(seen == ["50 from 0", "none from 0", "71 from 49", "72 from 49", "40 from 0"])
  }

  @Test func aToolThatShowsEverythingGetsTheValuesOfAll() {
    var decoder = speedDecoder(signals: 0)
    #expect(speeds(&decoder, [(0, 0, 50), (0.1, 49, 70)]) == ["50 from 0", "70 from 49"])
  }

  @Test func aDescriptionDecodesMessagesOverISOTP() {
    // Service and identifier select, as in DBC files for logged UDS data: the first byte is the length.
    let service = DecoderTable.Signal(signal: nil, startBit: 8, length: 8)
    let charge = DecoderTable.Signal(
      signal: SignalID(rawValue: 9), startBit: 64, length: 8, scale: 0.5,
      presence: .selected(multiplexor: 0, values: [0x62...0x62]))
    let battery = DecoderTable.Message(id: CANID(standard: 0x7EC), length: 62, signals: [service, charge])
    var decoder = decoder(transported: [battery])
    let told = feed(
      &decoder,
      [
        (CANID(standard: 0x7EC), [0x10, 0x0A, 0x62, 1, 1, 0xFF, 0xF7, 0xE7]),
        (CANID(standard: 0x7EC), [0x21, 0xFF, 131, 0, 0, 0, 0, 0]),
      ])
    #expect(told.samples.map(\.value) == [65.5])
    // What it does not describe goes its usual way.
    let codes = feed(&decoder, [(CANID(standard: 0x7EC), [4, 0x43, 1, 0x0A, 0x80])])
    #expect(codes.samples.isEmpty && codes.facts.count == 3)
  }

  /// Frames of every kind with random data: nothing traps, and each counts once.
  @Test func randomFrames() {
    var decoder = decoder(Array(0x04...0x62).filter { OBDParameter.of(pid: $0) != nil })
    var random = Seeded(state: 4)
    var facts = 0
    var buffer = Array(repeating: blank, count: decoder.largestMessage)
    let groups: [UInt32] = [0xEC00, 0xEB00, 0xFECA, 0xFECB, 0xFECD, 0xFECE, 0xFEEC, 0xE800, 0xEE00, 0xC700]
    for i in 0..<200_000 {
      let id =
        switch random.next() % 4 {
        case 0: CANID(standard: UInt32(0x7E0 + random.next() % 16))
        case 1: CANID(extended: 0x18DA_00F1 | UInt32(random.next() % 4) << 8)
        case 2: CANID(extended: 0x18DA_F100 | UInt32(random.next() % 4))
        default: CANID(extended: 0x1800_0000 | groups[Int(random.next() % 10)] << 8 | UInt32(random.next() % 4))
        }
      var bytes = (0..<8).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      if i % 2 == 0 { bytes[0] &= 0x3F }
      var span = buffer.mutableSpan
      let count = decoder.decode(
        frame(id, Array(bytes.prefix(Int(random.next() % 9))), seconds: Double(i) * 0.001), into: &span) { _ in facts += 1 }
      #expect(count <= buffer.count)
    }
    let counters = decoder.counters
    #expect(counters.frames == 200_000)
    #expect(counters.decoded + counters.unmatched + counters.malformed == counters.frames)
    #expect(facts > 0)
  }
}
