// The command that an adapter repeats is no answer.
import Testing
import VehicleBus

struct EchoTests {
  @Test(arguments: [
    ("010C", "010C\r41 0C 1A F8"), ("010C", "01 0C\r41 0C 1A F8"), ("01 0c\r\n", "01 0C \r\n41 0C 1A F8"),
    ("010c", "010C41 0C 1A F8"), ("010C1", "010C1\r41 0C 1A F8"), ("010C", "\r\r010C\r41 0C 1A F8"),
    ("STPX H:7E0, D:010C, R:1", "STPXH:7E0,D:010C,R:1\r41 0C 1A F8"),
    ("010C", "ATRV\r12.4V\r010C\r41 0C 1A F8"),
  ])
  func isLeftOut(command: String, received: String) {
    let reply = reply("\(received)\r\r>", to: command)
    #expect(reply.texts == ["410C1AF8"])
    #expect(reply.damagedLines == 0)
  }

  @Test func isNeverAnAnswerByItself() {
    for command in ["0101", "03", "0902", "220105", "3E00", "01", "10C0"] {
      let reply = reply("\(command)\r\r>", to: command)
      #expect(reply.messages.isEmpty && reply.notices.isEmpty && reply.damagedLines == 0, "\(command)")
    }
  }

  @Test(arguments: [
    ("0101", "0101  STOPPED", [ELMNotice.stopped]), ("0101", "0101    ERR93", [.internalError(93)]),
    ("ATE0", "ATE0OK", [.ok]), ("ATE0", "ATE0\rOK", [.ok]), ("ATZ", "ATZELM327 v1.5", [.identity("ELM327 v1.5")]),
    ("ATRV", "AT RV14.8V", [.voltage(14.8)]),
    ("0100", "0100SEARCHING...UNABLE TO CONNECT", [.searching, .unableToConnect]),
    ("ATDPN", "ATDPNA6", [.protocolNumber(.can11at500, isAutomatic: true)]), ("ATSP0", "OK\rATSP0OK", [.ok, .ok]),
  ])
  func mayHaveNoticesGluedBehind(command: String, received: String, notices: [ELMNotice]) {
    let reply = reply("\(received)\r\r>", to: command)
    #expect(reply.notices == notices)
    #expect(reply.messages.isEmpty && reply.damagedLines == 0)
  }

  /// The length of an answer may begin with the digits of its request.
  @Test func lengthsAreNoEchoes() {
    // 28 codes.
    let payload: [UInt8] = [0x43, 0x1C] + (1...28).flatMap { [0x01, UInt8($0)] }
    #expect(payload.count == 0x3A)
    var lines = ["0:" + payload[..<6].map { twoDigits($0) }.joined()]
    for (index, start) in stride(from: 6, to: payload.count, by: 7).enumerated() {
      lines.append("\(index + 1):" + payload[start..<min(start + 7, payload.count)].map { twoDigits($0) }.joined())
    }
    for beginning in ["03A\r", "03\r03A\r", "03A", "03A ", "03 \r03A "] {
      let reply = reply(beginning + lines.joined(separator: "\r") + "\r\r>", to: "03")
      #expect(reply.messages.map(\.bytes) == [payload] && reply.damagedLines == 0, "\(beginning)")
    }
  }
}
