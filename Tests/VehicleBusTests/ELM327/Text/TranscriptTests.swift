// Real dialogues from the corpus, exchange by exchange.
import Foundation
import Testing
import VehicleBus

private let folder = ProcessInfo.processInfo.environment["TELLTALE_CORPUS"]

@Suite(.enabled(if: folder != nil, "TELLTALE_CORPUS is not set"))
struct TranscriptTests {
  private struct Dialogue: Decodable {
    struct Exchange: Decodable {
      var tx: String?
      var rx: String?
    }
    var id: String
    var exchanges: [Exchange]
  }

  /// Exchange by exchange of each dialogue: messages, notices, damaged lines.
  private static func replies() throws -> [String: [ELMReply]] {
    let path = (folder ?? "") + "/obd/elm327-transcripts/transcripts.jsonl"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var replies: [String: [ELMReply]] = [:]
    for line in text.split(separator: "\n") {
      let dialogue = try JSONDecoder().decode(Dialogue.self, from: Data(line.utf8))
      replies[dialogue.id] = dialogue.exchanges.map { exchange in
        // The file has bytes as the characters of the same number.
        reply((exchange.rx ?? "").unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }, to: exchange.tx ?? "")
      }
    }
    return replies
  }

  private static let banner = ELMNotice.identity("ELM327 v1.5")

  @Test func everyExchange() throws {
    let replies = try Self.replies()
    func check(_ id: String, _ exchange: Int, _ messages: [String], _ notices: [ELMNotice] = [], damaged: Int = 0)
      throws
    {
      let reply = try #require(replies[id]?[exchange], "\(id)")
      #expect(reply.texts == messages, "\(id) \(exchange)")
      #expect(reply.notices == notices, "\(id) \(exchange)")
      #expect(reply.damagedLines == damaged, "\(id) \(exchange)")
    }
    try check("iso9141-bus-init-error", 0, [], [Self.banner])
    try check("iso9141-bus-init-error", 1, [], [.ok])
    try check("iso9141-bus-init-error", 5, [], [.busInitFailed])
    try check("yaris2008-no-data-or-bus-init", 1, [], [.ok])
    try check("clone-baud-probe-garbage", 0, [], [.unknownCommand])
    try check("clone-baud-probe-garbage", 3, [])
    try check("clone-baud-probe-garbage", 4, [])
    try check("citroen-7F-after-41", 4, ["410C0000", "7F0112"], [.busInitialised])
    try check("citroen-7F-after-41", 5, ["7F0112"], damaged: 1)
    try check("kwp-7F-01-11", 0, [], [.identity("ELM327 v1.3a")])
    try check("kwp-7F-01-11", 4, [], [.voltage(14.8)])
    try check("kwp-7F-01-11", 6, ["10 7F0111"], [.searching])
    try check("kwp-7F-01-11", 7, [], [.protocolNumber(.kwpFastInit, isAutomatic: true)])
    try check("volvo-v40-bus-init-ok-inline", 3, ["13 4100BE1FB811"], [.busInitialised])
    try check("etios-duplicates-and-nodata", 0, [], [.noData])
    try check("etios-duplicates-and-nodata", 1, ["7E8 411500FF"])
    try check("etios-duplicates-and-nodata", 2, ["7E8 41159CFF"])
    try check("pending-dtc-isotp-no-header", 0, ["47040118012202232610"])
    try check("dtc-unable-to-connect", 0, [], [.searching, .unableToConnect])
    try check("vin-echo-no-headers", 0, ["4902015746304441424344454647483031323334"])
    try check(
      "raw-monitor-data-error", 0, ["002F942735140004", "A6000000000000", "0001140000000B00"],
      [.dataError, .dataError, .dataError], damaged: 3)
    try check("vin-not-supported", 0, [], [.other("ISO 9141-2")])
    try check("vin-not-supported", 1, [], [.noData])
    try check("stopped-and-err93", 0, [], [.stopped])
    try check("stopped-and-err93", 1, [], [.internalError(93)])
    try check("subaru2004-glued-ok", 0, ["10 410C0C1A"], [.ok], damaged: 1)
    try check("rpm-padded", 0, ["410C0AF4000000"])
    try check("clio-two-ecus-no-header", 0, ["4100BE3EA813", "410088180011"])
    try check("clio-two-ecus-no-header", 1, ["41010007A100", "410100040000"])
    try check("battery-and-load-stream", 3, ["7E8 41423183"])
    try check("bare-error-not-an-elm", 0, [], [.ok])
    try check("bare-error-not-an-elm", 2, [], [.plainError])
    try check("hex-lf-instead-of-cr", 0, [], [Self.banner])
    try check("hex-lf-instead-of-cr", 3, [], [.ok])
    try check("dtc-count-byte-K-line", 0, ["01 43010113"])
    try check("freediag-readiness", 0, ["41010007EDED"])
    let long = try #require(replies["xpeng-uds-multiline-padding"]?.first)
    #expect(long.messages.map(\.bytes.count) == [46] && long.damagedLines == 0 && long.isPrompted)
    #expect(long.texts.first?.hasPrefix("620105FFFB740F012C01012C1A") == true)
    for id in ["dm29-ok", "candump-errorframe-odd-hex"] {
      #expect(replies[id]?.allSatisfy(\.messages.isEmpty) == true, "no text of an adapter: \(id)")
    }
  }
}
