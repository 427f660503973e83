// `telltale diagnose` and `decode --isotp` on recordings of real vehicles: what comes out is counted by hand.
import DecoderCore
import Decoding
import Foundation
import Recordings
import Testing
import Vocabulary

@testable import telltale

@Suite(.enabled(if: ProcessInfo.processInfo.environment["TELLTALE_CORPUS"] != nil, "TELLTALE_CORPUS is not set"))
struct DiagnoseTests {
  private func frames(_ path: String, _ body: (CANFrame) throws -> Void) throws {
    let root = try #require(ProcessInfo.processInfo.environment["TELLTALE_CORPUS"])
    let reader = try RecordingReader(path: root + "/" + path)
    let batch = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 512)
    defer { batch.deallocate() }
    while case let count = try reader.read(into: batch), count > 0 {
      for frame in batch[..<count] { try body(frame) }
    }
  }

  private func report(_ path: String, replies: [CANID] = []) throws -> DiagnosisReport {
    var census = MessageCensus(replies: replies, j1939: true)
    var diagnosis = LogDiagnosis(replies: replies, j1939: true)
    try frames(path) { frame in
      census.observe(frame) { _, _, _ in }
      diagnosis.observe(frame)
    }
    diagnosis.finish()
    return DiagnosisReport(log: path, frames: 0, diagnosis, census)
  }

  private func counts(_ report: DiagnosisReport) -> [String] {
    report.messages.map { "\($0.transport) \($0.unit) \($0.kind) \($0.count)" }
  }

  @Test func anElectricCarsAnswers() throws {
    let named = try report("can/css/ev-uds-isotp.log", replies: [CANID(standard: 0x7BB)])
    #expect(counts(named) == ["iso-tp 7BB reply 62 150", "iso-tp 7EC reply 62 120"])
    #expect(named.units.map(\.data.keys.count) == [1, 1])
    // Its questions were not recorded, so 7BB could be anything.
    #expect(counts(try report("can/css/ev-uds-isotp.log")) == ["iso-tp 7EC reply 62 120"])
  }

  @Test func aMachinesIdentificationAndItsLists() throws {
    let report = try report("can/css/j1939-machine.log")
    #expect(report.vehicleIdentification?.vin == "LC04S44R0K4000092")
    #expect(report.troubleCodes.isEmpty && report.units.contains { $0.address == "SA 47" && $0.listsTold["active"] != nil })
    #expect(
      counts(report) == ["iso-tp 18DAEEFB request 22 9", "iso-tp 18DAFBEE reply 62 9", "j1939 SA 47 PGN 65226 10"])
  }

  @Test func aTrucksBroadcasts() throws {
    let report = try report("can/trucks/02_CAN Logging/candump-2021-10-14_234124.log")
    #expect(counts(report) == ["j1939 SA 0 PGN 65226 25", "j1939 SA 0 PGN 65251 6", "j1939 SA 15 PGN 65249 6"])
    #expect(report.troubleCodes.count == 20 && report.troubleCodes.allSatisfy { $0.status == ["active"] && $0.text != nil })
    #expect(report.troubleCodes.contains { $0.spn == 100 && $0.fmi == 3 })
  }

  @Test func aScanOfAnElectricCar() throws {
    let report = try report("can/kona-ev/221210-1-2021-dcan-car-scanner-elm327.csv")
    #expect(report.units.count >= 18 && report.troubleCodes.contains { $0.code == "C1812-87" && $0.unit.address == "7BF" })
    // Nothing of a scan without answers, and refusals in words.
    #expect(report.units.contains { $0.refusals.contains { $0.text?.isEmpty == false } })
  }

  /// The bytes of the battery's answer, put together plainly, against the description that decodes them.
  @Test func aDescriptionOfAnswersOverISOTP() throws {
    let root = try #require(ProcessInfo.processInfo.environment["TELLTALE_CORPUS"])
    let description = try NetworkDescription.load(path: root + "/can/css/tp_uds.dbc")
    let all = description.compileAll()
    var configuration = DiagnosticDecoder.Configuration()
    configuration.transported = all.messages
    var problems: [MappingProblem] = []
    var defects: [DecoderTable.Problem] = []
    var decoder = FrameDecoder(
      table: DecoderTable([], problems: &defects), diagnostic: DiagnosticDecoder(configuration, problems: &problems),
      signals: 0)
    var buffer = Array(repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)), count: decoder.largestMessage)
    var charges: [Double] = []
    var expected: [Double] = []
    var plain: [UInt8] = []
    try frames("can/css/ev-uds-isotp.log") { frame in
      var out = buffer.mutableSpan
      let count = decoder.decode(frame, into: &out) { _ in }
      for sample in buffer[..<count] {
        let source = all.signals[sample.signal.index]
        let signal = description.messages[source.message].signals[source.signal]
        if signal.name.hasSuffix("StateOfChargeBMS") { charges.append(sample.value) }
      }
      guard frame.id == CANID(standard: 0x7EC) else { return }
      if frame[0] >> 4 == 1 { plain = [] }
      plain += (frame[0] >> 4 == 1 ? 2..<8 : 1..<8).map { frame[$0] }
      // The answer's 62 bytes take a first frame and eight more.
      if frame[0] == 0x28 { expected.append(Double(plain[7]) / 2) }
    }
    #expect(charges.count == 120 && charges == expected)
    #expect(charges.allSatisfy { (0...100).contains($0) })
  }
}
