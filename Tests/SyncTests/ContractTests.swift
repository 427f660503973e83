// What crosses the air: topics, events, acknowledgements and status, as sent and as a stranger might send them.
import Testing
import Vocabulary

@testable import FleetContract

private let epoch = "0123456789abcdef0123456789abcdef"
private let boot = BootID(high: 1, low: 2)

private func event(vehicle: String = "van-7", data: String = "{\"a\":1}") throws -> CloudEvent {
  CloudEvent(
    vehicle: try #require(VehicleID(vehicle)), epoch: epoch, lane: .alerts, sequence: 42, type: "alert.created",
    subject: "cooling-2",
    time: Timestamp(
      boot: boot, uptime: Instant(nanoseconds: 5), wallNanoseconds: 1_795_228_080_000_000_000, quality: .ntp),
    data: Array(data.utf8))
}

private func topic(_ text: String = "telltale/v1/van-7/alerts") throws -> Topic { try #require(Topic(text)) }

@Suite struct TopicTests {
  @Test(arguments: ["alerts", "events", "telemetry", "status", "health", "ack"])
  func readsBack(channel: String) throws {
    let text = "telltale/v1/Van_7.a-B/" + channel
    #expect(try topic(text).description == text)
  }

  @Test(arguments: [
    "telltale/v1/van/other", "telltale/v2/van/alerts", "telltale/v1//alerts", "telltale/v1/van/alerts/x",
    "telltale/v1/v+n/alerts", "telltale/v1/v n/alerts", "telltale/v1/vän/alerts", "", "telltale/v1/",
    "telltale/v1/" + String(repeating: "a", count: 65) + "/alerts",
  ]) func refuses(text: String) { #expect(Topic(text) == nil) }
}

@Suite struct CloudEventTests {
  @Test func hasTheDocumentedForm() throws {
    let text = String(decoding: try event().encoded, as: UTF8.self)
    #expect(
      text == """
        {"specversion":"1.0","id":"\(epoch).alerts.42","source":"/telltale/v1/van-7","type":"alert.created",\
        "subject":"cooling-2","time":"2026-11-21T02:28:00.000Z","datacontenttype":"application/json",\
        "epoch":"\(epoch)","lane":"alerts","sequence":"0000000000000000042",\
        "boot":"00000000000000010000000000000002","uptime":"5","clockquality":"ntp","data":{"a":1}}
        """)
  }

  @Test(arguments: ["{}", "null", "[1, 2.50,\"\\u00e9\"]", "{\"text\":\"\\\"é\\n\"}", " {\"spaces\" : 1 }"])
  func carriesDataUntouched(data: String) throws {
    let sent = try event(data: data)
    var received = try CloudEvent(decoding: sent.encoded, from: topic())
    #expect(String(decoding: received.data, as: UTF8.self) == data.drop { $0 == " " })
    received.data = sent.data
    #expect(received == sent)
  }

  @Test func escapesText() throws {
    var sent = try event()
    sent.subject = "quote \" backslash \\ line \u{0A} é"
    #expect(throws: CloudEventError.invalid(attribute: "subject", expected: "text of at most 256 bytes")) {
      try CloudEvent(decoding: sent.encoded, from: topic())
    }
    sent.subject = "quote \" backslash \\ é 😀"
    #expect(try CloudEvent(decoding: sent.encoded, from: topic()).subject == sent.subject)
  }

  @Test(arguments: ["specversion", "id", "source", "type", "time", "epoch", "lane", "sequence", "boot", "uptime",
    "clockquality", "data"])
  func namesAMissingAttribute(name: String) throws {
    let text = String(decoding: try event().encoded, as: UTF8.self).replacing("\"\(name)\":", with: "\"x\(name)\":")
    #expect(throws: CloudEventError.missing(name)) {
      try CloudEvent(decoding: Array(text.utf8), from: topic())
    }
  }

  @Test(arguments: [
    ("\"specversion\":\"1.0\"", "\"specversion\":\"0.3\"", "specversion"),
    ("\"sequence\":\"0000000000000000042\"", "\"sequence\":42", "sequence"),
    ("\"sequence\":\"0000000000000000042\"", "\"sequence\":\"0\"", "sequence"),
    ("\"sequence\":\"0000000000000000042\"", "\"sequence\":\"-1\"", "sequence"),
    ("\"sequence\":\"0000000000000000042\"", "\"sequence\":\"9223372036854775807\"", "sequence"),
    ("\"sequence\":\"0000000000000000042\"", "\"sequence\":\"99999999999999999999\"", "sequence"),
    ("\"uptime\":\"5\"", "\"uptime\":5e400", "uptime"),
    ("\"uptime\":\"5\"", "\"uptime\":\"-5\"", "uptime"),
    ("\"clockquality\":\"ntp\"", "\"clockquality\":\"good\"", "clockquality"),
    ("\"type\":\"alert.created\"", "\"type\":\"\"", "type"),
    ("\"time\":\"2026", "\"time\":\"next week 2026", "time"),
    ("\"boot\":\"0000", "\"boot\":\"XXXX", "boot"),
    ("\"datacontenttype\":\"application/json\"", "\"datacontenttype\":\"text/html\"", "datacontenttype"),
  ]) func namesAWrongAttribute(found: String, replacement: String, attribute: String) throws {
    let text = String(decoding: try event().encoded, as: UTF8.self).replacing(found, with: replacement)
    let error = #expect(throws: CloudEventError.self) { try CloudEvent(decoding: Array(text.utf8), from: topic()) }
    guard case .invalid(let name, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(name == attribute)
  }

  @Test func refusesAnotherVehiclesOrLanesTopic() throws {
    let bytes = try event().encoded
    #expect(throws: CloudEventError.self) { try CloudEvent(decoding: bytes, from: topic("telltale/v1/van-8/alerts")) }
    #expect(throws: CloudEventError.self) { try CloudEvent(decoding: bytes, from: topic("telltale/v1/van-7/events")) }
  }

  @Test func refusesADuplicateAttribute() throws {
    let text = String(decoding: try event().encoded, as: UTF8.self).replacing("{\"spec", with: "{\"lane\":1,\"spec")
    #expect(throws: CloudEventError.duplicateAttribute("lane")) {
      try CloudEvent(decoding: Array(text.utf8), from: topic())
    }
  }

  @Test func survivesHostileBytes() throws {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
    #expect(throws: CloudEventError.notJSON(.tooDeep(limit: 64))) { try CloudEvent(decoding: deep, from: topic()) }
    let large = [UInt8](repeating: UInt8(ascii: " "), count: CloudEvent.sizeLimit + 1)
    #expect(throws: CloudEventError.notJSON(.tooLarge(bytes: large.count, limit: CloudEvent.sizeLimit))) {
      try CloudEvent(decoding: large, from: topic())
    }
    #expect(throws: CloudEventError.notJSON(.notUTF8)) { try CloudEvent(decoding: [0x22, 0xFF, 0x22], from: topic()) }
    #expect(throws: CloudEventError.notAnObject) { try CloudEvent(decoding: Array("[]".utf8), from: topic()) }
    #expect(throws: CloudEventError.self) { try CloudEvent(decoding: [], from: topic()) }
    // Every cut of a good message, and every byte of it flipped, is an error or an event, never a trap.
    let good = try event().encoded
    for end in good.indices {
      #expect(throws: CloudEventError.self) { try CloudEvent(decoding: Array(good[..<end]), from: topic()) }
      var bent = good
      bent[end] ^= 0x12
      _ = try? CloudEvent(decoding: bent, from: topic())
    }
  }
}

/// JSON by the letter of RFC 8259's grammar, recursive and without care for speed: what the scanner is held against.
/// Escapes and control characters within strings are not looked at.
private struct Grammar {
  let text: [UInt8]

  static func accepts(_ text: [UInt8]) -> Bool { Grammar(text: text).value(0) == text.count }

  private func value(_ i: Int) -> Int? {
    guard i < text.count else { return nil }
    return switch text[i] {
    case UInt8(ascii: "{"): list(i, closing: UInt8(ascii: "}")) { string($0).flatMap { byte(":", $0) }.flatMap(value) }
    case UInt8(ascii: "["): list(i, closing: UInt8(ascii: "]"), value)
    case UInt8(ascii: "\""): string(i)
    default: number(i)
    }
  }

  private func list(_ i: Int, closing: UInt8, _ item: (Int) -> Int?) -> Int? {
    if i + 1 < text.count && text[i + 1] == closing { return i + 2 }
    var end = item(i + 1)
    while let next = end, next < text.count, text[next] == UInt8(ascii: ",") { end = item(next + 1) }
    guard let end, end < text.count, text[end] == closing else { return nil }
    return end + 1
  }

  private func byte(_ character: Unicode.Scalar, _ i: Int) -> Int? {
    i < text.count && text[i] == UInt8(ascii: character) ? i + 1 : nil
  }

  private func string(_ i: Int) -> Int? {
    guard let start = byte("\"", i) else { return nil }
    return text[start...].firstIndex(of: UInt8(ascii: "\"")).map { $0 + 1 }
  }

  private func number(_ i: Int) -> Int? {
    let start = byte("-", i) ?? i
    return byte("0", start) ?? digits(start)
  }

  private func digits(_ i: Int) -> Int? {
    let end = text[min(i, text.count)...].firstIndex { !(0x30...0x39).contains($0) } ?? text.count
    return end > i ? end : nil
  }
}

@Suite struct JSONTests {
  @Test func agreesWithTheGrammarOnAllShortTexts() {
    let alphabet = Array("{}[]\":,01-".utf8)
    var texts: [[UInt8]] = [[]]
    for _ in 1...5 {
      texts = texts.flatMap { text in alphabet.map { text + [$0] } }
      for text in texts {
        let isTaken = (try? JSONSlice(text, limit: 100)) != nil
        if isTaken != Grammar.accepts(text) {
          Issue.record("\(String(decoding: text, as: UTF8.self)) is \(isTaken ? "" : "not ")taken")
        }
      }
    }
  }

  @Test(arguments: [
    "tru", "nul", "01", "1.", ".5", "1e", "+1", "\"\\x\"", "\"\\u12g4\"", "\"\u{01}\"", "{\"a\" 1}", "{a:1}", "[1,]",
    "{\"a\":1,}", "1 2", "\"",
  ]) func refuses(text: String) { #expect(throws: JSONError.self) { try JSONSlice(Array(text.utf8), limit: 100) } }

  @Test func walksObjectsAndArrays() throws {
    let text = #" {"a" : [1, {"b":null}, "x\u0041\ud83d\ude00\n"], "c":-12, "d":1.5} "#
    let json = try JSONSlice(Array(text.utf8), limit: 100)
    #expect(json.members?.map(\.key) == ["a", "c", "d"])
    #expect(json["a"]?.elements?.count == 3)
    #expect(json["a"]?.elements?[1]["b"]?.kind == .null)
    #expect(json["a"]?.elements?[2].string == "xA😀\n")
    #expect(json["c"]?.int64 == -12)
    #expect(json["d"]?.int64 == nil)
    #expect(json["e"] == nil)
  }

  @Test func takesTheDeepestAllowedNesting() throws {
    for depth in [63, 64, 65] {
      let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      let isTaken = (try? JSONSlice(Array(text.utf8), limit: 1000)) != nil
      #expect(isTaken == (depth <= 64))
    }
  }
}

@Suite struct AcknowledgementMessageTests {
  @Test func readsBack() throws {
    let sent = AcknowledgementMessage(
      receiver: "depot", epoch: epoch, ranges: [.alerts: [1...20], .telemetry: [1...7, 9...12]])
    #expect(
      String(decoding: sent.encoded, as: UTF8.self)
        == #"{"receiver":"depot","epoch":"\#(epoch)","ranges":{"alerts":[[1,20]],"telemetry":[[1,7],[9,12]]}}"#)
    #expect(try AcknowledgementMessage(decoding: sent.encoded) == sent)
  }

  @Test(arguments: [
    #"{"receiver":"r","epoch":"E","ranges":{}}"#, #"{"receiver":"r","epoch":"x","ranges":{}}"#,
    #"{"receiver":"r","epoch":"E","ranges":{"alerts":[[2,1]]}}"#,
    #"{"receiver":"r","epoch":"E","ranges":{"alerts":[[0,1]]}}"#,
    #"{"receiver":"r","epoch":"E","ranges":{"alerts":[[1]]}}"#,
    #"{"receiver":"r","epoch":"E","ranges":{"alerts":[[1,2,3]]}}"#,
    #"{"receiver":"r","epoch":"E","ranges":{"alerts":[["1",2]]}}"#,
    #"{"receiver":"r","epoch":"E","ranges":{"alerts":[[1,99999999999999999999]]}}"#,
    #"{"receiver":"r","epoch":"E","ranges":{"captures":[]}}"#, #"{"receiver":"r","epoch":"E"}"#, "[]", "{",
    #"{"receiver":"r","epoch":"E","ranges":{"alerts":[],"alerts":[]}}"#,
  ]) func refuses(text: String) {
    let isGood = text.contains(#""E","ranges":{}}"#)
    let bytes = Array(text.replacing("\"E\"", with: "\"\(epoch)\"").utf8)
    #expect(((try? AcknowledgementMessage(decoding: bytes)) != nil) == isGood)
  }

  @Test func boundsItsRanges() throws {
    for count in [64, 65] {
      var ranges: [ClosedRange<Int64>] = []
      for i in 0..<Int64(count) { ranges.append(2 * i + 1...2 * i + 1) }
      let bytes = AcknowledgementMessage(receiver: "r", epoch: epoch, ranges: [.events: ranges]).encoded
      let isTaken = (try? AcknowledgementMessage(decoding: bytes)) != nil
      #expect(isTaken == (count <= 64))
    }
  }
}

@Test func statusReadsBack() {
  let sent = StatusDocument(
    isOnline: true, version: "1.2", boot: boot.description, epoch: epoch,
    queued: [.alerts: 0, .events: 3, .telemetry: 9], started: "2026-11-21T02:28:00.000Z")
  #expect(StatusDocument(decoding: sent.encoded) == sent)
  #expect(StatusDocument(decoding: Array("{\"state\":\"online\"}".utf8)) == nil)
}
