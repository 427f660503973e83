// A receiver's request for what never came, as it is sent and as a stranger might send it.
import Testing
import Vocabulary

@testable import FleetContract

private let epoch = "0123456789abcdef0123456789abcdef"

@Suite struct MissingRangesTests {
  @Test func standBesideTheCommittedOnes() throws {
    let message = AcknowledgementMessage(
      receiver: "depot", epoch: epoch, ranges: [.events: [1...6, 10...12]],
      missing: [.events: [7...9], .alerts: [2...2]])
    #expect(
      String(decoding: message.encoded, as: UTF8.self) == """
        {"receiver":"depot","epoch":"\(epoch)","ranges":{"events":[[1,6],[10,12]]},\
        "missing":{"alerts":[[2,2]],"events":[[7,9]]}}
        """)
    #expect(try AcknowledgementMessage(decoding: message.encoded) == message)
  }

  @Test func areLeftOutWhenNothingIsMissing() throws {
    let message = AcknowledgementMessage(receiver: "depot", epoch: epoch, ranges: [:], missing: [.events: []])
    #expect(
      String(decoding: message.encoded, as: UTF8.self)
        == "{\"receiver\":\"depot\",\"epoch\":\"\(epoch)\",\"ranges\":{}}")
    #expect(try AcknowledgementMessage(decoding: message.encoded).missing == [:])
  }

  @Test(arguments: [
    ("[]", AcknowledgementError.invalid("missing")), ("null", .invalid("missing")),
    ("{\"events\":[[9,7]]}", .invalid("missing.events")), ("{\"events\":[[0,7]]}", .invalid("missing.events")),
    ("{\"events\":[[1,281474976710657]]}", .invalid("missing.events")), ("{\"faults\":[]}", .invalid("missing")),
    ("{\"events\":[],\"events\":[]}", .invalid("missing")),
    ("{\"events\":[\(Array(repeating: "[1,1]", count: 65).joined(separator: ","))]}", .tooManyRanges(64)),
  ]) func refuses(missing: String, expected: AcknowledgementError) {
    let text = "{\"receiver\":\"depot\",\"epoch\":\"\(epoch)\",\"ranges\":{},\"missing\":\(missing)}"
    #expect(throws: expected) { try AcknowledgementMessage(decoding: Array(text.utf8)) }
  }
}
