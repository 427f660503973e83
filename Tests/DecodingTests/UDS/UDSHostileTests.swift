// What no control unit would send: messages cut anywhere, and noise.

import Decoding
import Testing
import Vocabulary

@Suite struct UDSHostileTests {
  private static let vin = Array("WVWZZZ1JZXW000001".utf8)
  private static let codes: [UInt8] = [0x03, 0x01, 0x00, 0x09, 0xC1, 0x00, 0x87, 0x08]

  /// A valid message of each layout, with the request that it answers.
  private static let pairs: [(request: [UInt8], message: [UInt8])] = [
    ([0x19, 0x01, 0x08], [0x59, 0x01, 0xFF, 0x00, 0x00, 0x00]),
    ([0x19, 0x02, 0x08], [0x59, 0x02, 0xFF] + codes),
    ([0x19, 0x03], [0x59, 0x03] + codes),
    ([0x19, 0x04, 0x03, 0x01, 0x00, 0xFF], [0x59, 0x04, 0x03, 0x01, 0x00, 0x09, 0x01, 0x01, 0xF4, 0x05, 0x7B]),
    ([0x19, 0x05, 0x10], [0x59, 0x05, 0x10, 0x03, 0x01, 0x00, 0x09, 0x01, 0xF4, 0x05, 0x7B]),
    ([0x19, 0x06, 0x03, 0x01, 0x00, 0xFF], [0x59, 0x06, 0x03, 0x01, 0x00, 0x09, 0x01, 0x05]),
    ([0x19, 0x08, 0x20, 0xFF], [0x59, 0x08, 0xFF, 0x20, 0x10, 0x03, 0x01, 0x00, 0x09]),
    ([0x19, 0x0A], [0x59, 0x0A, 0xFF] + codes),
    ([0x19, 0x15], [0x59, 0x15, 0xFF] + codes),
    ([0x19, 0x17, 0xFF, 0x10], [0x59, 0x17, 0x10, 0xFF] + codes),
    ([0x19, 0x1A, 0x91], [0x59, 0x1A, 0xFF, 0x91] + codes),
    ([0x19, 0x42, 0x33, 0x08, 0x1E], [0x59, 0x42, 0x33, 0xFF, 0x1E, 0x04, 0x02, 0x03, 0x01, 0x00, 0x09]),
    ([0x19, 0x55, 0x33], [0x59, 0x55, 0x33, 0xFF, 0x02] + codes),
    ([0x19, 0x56, 0x33, 0x01], [0x59, 0x56, 0x33, 0xFF, 0x04, 0x01] + codes),
    ([0x22, 0xF1, 0x90, 0x22, 0x01], [0x62, 0xF1, 0x90] + vin + [0x22, 0x01, 0xAA, 0xBB]),
    ([0x14, 0xFF, 0xFF, 0xFF], [0x54]),
    ([0x22, 0x22, 0x01], [0x7F, 0x22, 0x31]),
  ]

  @Test func aMessageCutAnywhereTellsNothingThatIsNotInIt() {
    for (request, message) in UDSHostileTests.pairs {
      var witness = UDSWitness()
      witness.ask(request)
      let whole = witness.hear(message)
      #expect(whole.verdict == .reply)
      for length in 0..<message.count {
        var witness = UDSWitness()
        witness.ask(request)
        let cut = witness.hear(Array(message.prefix(length)))
        // The data of an identifier is as long as the message has it, and a list ends earlier.
        for line in cut.told where !line.hasPrefix("2201 ") && !line.hasPrefix("ended") {
          #expect(whole.told.contains(line), "cut at \(length): \(line)")
        }
        // Only a list whose last record is whole can be complete.
        let ends = cut.told.filter { $0.hasPrefix("ended") }
        if cut.verdict == .malformed { #expect(ends.allSatisfy { $0 == "ended" }) }
      }
    }
  }

  @Test func noiseNeverTraps() {
    var random = Seeded(state: 0x5EED)
    var decoder = UDSReplyDecoder()
    let units = (0..<40).map { ControlUnit(bus: UInt8($0 % 3), answersOn: CANID(standard: 0x700 + UInt32($0))) }
    let starts: [UInt8] = [0x54, 0x59, 0x59, 0x59, 0x62, 0x62, 0x7F]
    var facts = 0
    var began = 0
    var ended = 0
    for _ in 0..<200_000 {
      // From nanoseconds to centuries, also before the start.
      let shift = Int64.random(in: 0..<64, using: &random)
      let time = Instant(nanoseconds: Int64(truncatingIfNeeded: random.next()) &>> shift)
      let unit = units[Int.random(in: 0..<units.count, using: &random)]
      var bytes = (0..<Int.random(in: 0..<70, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if Bool.random(using: &random), !bytes.isEmpty {
        bytes[0] = [0x14, 0x19, 0x22][Int.random(in: 0..<3, using: &random)]
        if bytes.count > 2, Bool.random(using: &random) { (bytes[1], bytes[2]) = (0xF1, 0x90) }
        decoder.note(request: bytes.span, to: Bool.random(using: &random) ? unit : nil, at: time)
        continue
      }
      if !bytes.isEmpty { bytes[0] = starts[Int.random(in: 0..<starts.count, using: &random)] }
      if bytes.count > 1, bytes[0] == 0x59 { bytes[1] = UInt8.random(in: 0...0x60, using: &random) }
      _ = decoder.decode(bytes.span, from: unit, at: time) { fact in
        facts += 1
        switch fact.content {
        case .listBegan: began += 1
        case .listEnded: ended += 1
        case .identity(.vin, _, let text): #expect(VehicleIdentification.isValid(text))
        default: break
        }
      }
    }
    #expect(facts > 60_000)
    #expect(began == ended)
    let counters = decoder.counters
    #expect(
      counters.replies + counters.malformed + counters.refusals + counters.pending + counters.otherService > 90_000)
  }

  @Test func thousandsOfRequestsDoNotMakeItGrowOrForgetTheNewest() {
    #expect(MemoryLayout<UDSReplyDecoder>.size < 4096)
    var witness = UDSWitness()
    for i in 0..<5_000 {
      let unit = ControlUnit(answersOn: CANID(extended: 0x18DA_F100 | UInt32(i % 256)))
      witness.ask([0x22, UInt8(truncatingIfNeeded: i), 0x01], of: unit, at: Double(i) / 1_000)
    }
    witness.ask([0x19, 0x02, 0x08], at: 5)
    #expect(witness.hear([0x59, 0x02, 0xFF], at: 5).told.last == "ended confirmed")
  }
}
