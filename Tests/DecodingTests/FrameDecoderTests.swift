// The whole hot path: table and diagnostic traffic together, and that every frame is counted once.

import DecoderCore
import Decoding
import Testing
import Vocabulary

@Suite struct FrameDecoderTests {
  func decoder() -> FrameDecoder {
    let byte = DecoderTable.Signal(signal: SignalID(rawValue: 0), startBit: 0, length: 8)
    let (table, _) = DecoderTable.of(
      .init(id: CANID(standard: 0x100), length: 4, signals: [byte]),
      .init(id: CANID(standard: 0x7E9), length: 8, signals: [byte]))
    var configuration = DiagnosticDecoder.Configuration()
    configuration.parameters = [.init(pid: 0x0D, target: SignalID(rawValue: 1), range: 0...255)]
    var problems: [MappingProblem] = []
    return FrameDecoder(table: table, diagnostic: DiagnosticDecoder(configuration, problems: &problems), signals: 2)
  }

  func decode(_ decoder: inout FrameDecoder, _ frame: CANFrame) -> [Double] {
    var buffer = Array(repeating: blank, count: decoder.largestMessage)
    var span = buffer.mutableSpan
    let count = decoder.decode(frame, into: &span) { _ in }
    return buffer[..<count].map(\.value)
  }

  @Test func everyFrameCountsOnce() {
    var decoder = decoder()
    #expect(decode(&decoder, frame(CANID(standard: 0x100), [5, 0, 0, 0])) == [5])
    #expect(decode(&decoder, frame(CANID(standard: 0x100), [6])) == [6])
    #expect(decode(&decoder, frame(CANID(standard: 0x101), [6])) == [])
    #expect(decode(&decoder, frame(CANID(standard: 0x7E8), [3, 0x41, 0x0D, 60])) == [60])
    #expect(decode(&decoder, frame(CANID(standard: 0x7E8), [9, 0x41, 0x0D, 60])) == [])
    #expect(decode(&decoder, frame(CANID(standard: 0x7E8), [3, 0x12, 0x0D, 60])) == [])
    #expect(decode(&decoder, frame(CANID(rawValue: 0x100 | CANID.remoteFlag), [5, 0, 0, 0])) == [])
    #expect(decode(&decoder, frame(CANID(rawValue: 0x100 | CANID.errorFlag), [5, 0, 0, 0])) == [])
    let counters = decoder.counters
    #expect(counters.frames == 8 && counters.decoded == 3 && counters.unmatched == 2)
    #expect(counters.malformed == 1 && counters.remote == 1 && counters.error == 1 && counters.short == 1)
    let diagnostics = decoder.diagnostics
    #expect(diagnostics.obd.replies == 1 && diagnostics.isotp.malformed == 1 && diagnostics.isotp.foreign == 1)
  }

  @Test func anIdentifierCanBeBoth() {
    var decoder = decoder()
    #expect(decode(&decoder, frame(CANID(standard: 0x7E9), [3, 0x41, 0x0D, 60, 0, 0, 0, 0])) == [3, 60])
    #expect(decoder.largestMessage == 2)
    #expect(decoder.memoryBytes > decoder.table.memoryBytes)
  }
}
