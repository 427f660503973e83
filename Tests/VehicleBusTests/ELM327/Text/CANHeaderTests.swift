// Answers on CAN with headers: identifiers, the pieces of ISO-TP, and what becomes of those that are missing.
import Testing
import VehicleBus
import Vocabulary

struct CANHeaderTests {
  static let vin = [
    "7E8 10 14 49 02 01 57 46 30 ", "7E8 21 44 41 42 43 44 45 46 ", "7E8 22 47 48 30 31 32 33 34 ",
  ]
  static let vinText = "7E8 4902015746304441424344454647483031323334"

  @Test(arguments: [nil, .can11at500, .can11at250] as [ELMProtocol?])
  func elevenBits(vehicleProtocol: ELMProtocol?) {
    for headers in [nil, true] {
      for text in ["7E8 06 41 00 BE 3E A8 13 ", "7E8064100BE3EA813", "7e8 06 41 00 be 3e a8 13", "7E8 064100BE3EA813"] {
        let reply = reply("\(text)\r\r>", to: "0100", headers: headers, vehicleProtocol)
        #expect(
          reply.messages == [
            ELMMessage(sender: .can(CANID(standard: 0x7E8)), bytes: [0x41, 0x00, 0xBE, 0x3E, 0xA8, 0x13])
          ], "\(text)")
        #expect(reply.damagedLines == 0)
      }
    }
  }

  @Test(arguments: [nil, .can29at500, .can29at250] as [ELMProtocol?])
  func twentyNineBits(vehicleProtocol: ELMProtocol?) {
    for headers in [nil, true] {
      for text in ["18 DA F1 10 06 41 00 BE 3E A8 13 ", "18DAF110 06 41 00 BE 3E A8 13", "18DAF110064100BE3EA813"] {
        let reply = reply("\(text)\r\r>", to: "0100", headers: headers, vehicleProtocol)
        #expect(
          reply.messages == [
            ELMMessage(sender: .can(CANID(extended: 0x18DA_F110)), bytes: [0x41, 0x00, 0xBE, 0x3E, 0xA8, 0x13])
          ], "\(text)")
        #expect(reply.damagedLines == 0)
      }
    }
  }

  @Test(arguments: [
    ("7E8 8 06 41 00 BE 3E A8 13 00", "7E8 4100BE3EA813"), ("7E88064100BE3EA81300", "7E8 4100BE3EA813"),
    ("18 DA F1 10 8 06 41 00 BE 3E A8 13 AA", "18DAF110 4100BE3EA813"),
    ("18DAF1108064100BE3EA813AA", "18DAF110 4100BE3EA813"),
  ])
  func numberOfBytesMayBeShown(text: String, message: String) {
    for headers in [nil, true] {
      #expect(reply("\(text)\r\r>", to: "0100", headers: headers).texts == [message])
    }
    let wrong = reply(text.replacingFirst("8 06", "7 06") + "\r>", to: "0100", headers: true)
    #expect(!text.contains("8 06") || wrong.texts.isEmpty && wrong.damagedLines == 1)
  }

  @Test func paddingIsCutByTheLength() {
    #expect(reply("7E8 03 41 0D 10 AA AA AA AA\r>", to: "010D").texts == ["7E8 410D10"])
    let long = reply("7E8 10 08 62 F1 90 01 02 03\r7E8 21 04 05 AA AA AA AA AA\r>", to: "22F190")
    #expect(long.texts == ["7E8 62F1900102030405"])
  }

  @Test func longAnswer() {
    let reply = reply(Self.vin.joined(separator: "\r") + "\r\r>", to: "0902")
    #expect(reply.texts == [Self.vinText])
    #expect(reply.damagedLines == 0)
  }

  @Test func piecesAreCountedRoundFifteen() {
    let bytes = (0..<200).map { UInt8($0) }
    let payload = [0x62] + bytes
    var lines = ["7E8 10 C9 " + payload[..<6].map { twoDigits($0) }.joined(separator: " ")]
    for (index, start) in stride(from: 6, to: payload.count, by: 7).enumerated() {
      let piece = payload[start..<min(start + 7, payload.count)].map { twoDigits($0) }
      lines.append("7E8 2" + String((index + 1) % 16, radix: 16) + " " + piece.joined(separator: " "))
    }
    #expect(lines.count == 29)
    #expect(reply(lines.joined(separator: "\r") + "\r>", to: "2201").messages.map(\.bytes) == [payload])
    // One less than a whole round would fit again without the numbers.
    lines.removeSubrange(3..<19)
    let lost = reply(lines.joined(separator: "\r") + "\r>", to: "2201")
    #expect(lost.messages.isEmpty && lost.damagedLines == 13)
  }

  @Test func unitsMayAnswerInterleaved() {
    let other = Self.vin.map { $0.replacingFirst("7E8", "7E9") }
    let lines = [
      Self.vin[0], other[0], other[1], Self.vin[1], "7EA 03 7F 09 12", "7E8 30 00 00", other[2], Self.vin[2],
    ]
    let reply = reply(lines.joined(separator: "\r") + "\r\r>", to: "0902")
    #expect(reply.texts == [Self.vinText, Self.vinText.replacingFirst("7E8", "7E9"), "7EA 7F0912"])
    #expect(reply.damagedLines == 0)
  }

  /// Every line left out, repeated, or changed places with another.
  @Test func brokenLongAnswersAreDamaged() {
    let single = "7E9 03 41 0D 10"
    for index in Self.vin.indices {
      var missing = Self.vin
      missing.remove(at: index)
      let reply = reply((missing + [single]).joined(separator: "\r") + "\r\r>", to: "0902")
      #expect(reply.texts == ["7E9 410D10"] && reply.damagedLines == 2, "without \(Self.vin[index])")
    }
    // A beginning that is repeated begins anew, and behind a whole answer a piece is one too many.
    for (index, isWhole, damaged) in [(0, true, 1), (1, false, 4), (2, true, 1)] {
      var repeated = Self.vin
      repeated.insert(Self.vin[index], at: index)
      let reply = reply((repeated + [single]).joined(separator: "\r") + "\r\r>", to: "0902")
      #expect(reply.texts == (isWhole ? [Self.vinText] : []) + ["7E9 410D10"], "twice \(Self.vin[index])")
      #expect(reply.damagedLines == damaged, "twice \(Self.vin[index])")
    }
    // A piece that is too short, an answer within another, and one that needs no pieces.
    for lines in [
      ["7E8 10 0D 62 F1 90 01 02 03", "7E8 21 04 05 06", "7E8 22 07 08 09 0A 0B 0C 0D"],
      [Self.vin[0], "7E8 03 62 F1 90", Self.vin[1], Self.vin[2]], ["7E8 10 07 62 F1 90 01 02 03", "7E8 21 04"],
    ] {
      let reply = reply(lines.joined(separator: "\r") + "\r\r>", to: "22F190")
      #expect(
        reply.messages.allSatisfy { $0.bytes.count == 3 } && reply.damagedLines == min(3, lines.count), "\(lines)")
    }
    let swapped = reply([Self.vin[0], Self.vin[2], Self.vin[1]].joined(separator: "\r") + "\r\r>", to: "0902")
    #expect(swapped.messages.isEmpty && swapped.damagedLines == 3)
  }

  @Test(arguments: [
    "7E8 06 41 00 BE 3E A8", "7E8 06 41 00 BE 3E A8 1", "7E8 06 41 00 BE 3E A8 1G", "7E8 0 641 00 BE 3E A8 13",
    "7 E8 06 41 00 BE 3E A8 13", "7E 806 41 00 BE 3E A8 13",
    "7E8", "7E8 06", "7E8 00 41", "7E8 08 41 00 BE 3E A8 13 00", "7E8 44 41 00 BE 3E A8 13", "8E8 06 41 00 BE 3E A8 13",
    "7E8 06 41 00 BE 3E A8 13 00 00", "7E8 10 07 41 00 BE 3E A8 13", "7E8 10 14 49 02 01 57 46", "7E8 21 41 00",
    "E8 06 41 00 BE 3E A8 13", "41 00 BE 3E A8 13", "014", "0:410C",
  ])
  func whatIsNoWholeFrameIsDamaged(text: String) {
    let reply = reply("\(text)\r7E9 03 41 0D 10\r\r>", to: "0100", headers: true, .can11at500)
    #expect(reply.texts == ["7E9 410D10"])
    #expect(reply.damagedLines == 1)
  }

  @Test func otherBytesInALineDamageIt() {
    let reply = reply(Array("7E8 06 41 00 BE 3E A8 13".utf8) + [0x80, 0x0D, 0x3E], to: "0100")
    #expect(reply.messages.isEmpty && reply.damagedLines == 1)
  }

  @Test func requestsOverheardAreNoAnswers() {
    let reply = reply("7DF 02 01 0C\r7E0 30 00 00\r7E8 04 41 0C 1A F8\r>", to: "010C")
    #expect(reply.texts == ["7E8 410C1AF8"])
    #expect(reply.damagedLines == 0)
  }

  @Test func refusalsAreMessages() {
    let reply = reply("7E8 03 7F 22 78\r7E8 03 7F 22 78\r7E8 05 62 01 05 12 34\r>", to: "220105")
    #expect(reply.texts == ["7E8 7F2278", "7E8 6201051234"])
  }

  @Test func repeatedAnswersAreLeftOut() {
    let reply = reply("7E8 04 41 15 00 FF \r7E8 04 41 15 00 FF \r7E9 04 41 15 00 FF \r\r>", to: "01151")
    #expect(reply.texts == ["7E8 411500FF", "7E9 411500FF"])
  }

  @Test func cutOffWithoutPrompt() {
    let whole = reply("7E8 06 41 00 BE 3E A8 13", to: "0100")
    #expect(whole.texts == ["7E8 4100BE3EA813"] && whole.damagedLines == 0 && !whole.isPrompted)
    let short = reply("7E8 06 41 00 BE 3E A8", to: "0100", headers: true)
    #expect(short.messages.isEmpty && short.damagedLines == 1)
    let long = reply(Self.vin.dropLast().joined(separator: "\r"), to: "0902")
    #expect(long.messages.isEmpty && long.damagedLines == 2)
  }

  @Test func groupsOfJ1939AreMessagesAsTheyStand() {
    let reply = reply(
      "18 FE CA 00 04 FF 10 00 03 01 FF FF\r18FECA03FFFF00000000FFFF\r>", to: "00FECA", headers: true, .j1939)
    #expect(reply.texts == ["18FECA00 04FF10000301FFFF", "18FECA03 FFFF00000000FFFF"])
  }

  @Test func protocolThatIsKnownIsBelieved() {
    let text = "7E8 06 41 00 BE 3E A8 13\r>"
    #expect(reply(text, to: "0100", headers: true, .can29at500).damagedLines == 1)
    #expect(reply(text, to: "0100", headers: true, .iso9141).damagedLines == 1)
    #expect(reply(text, to: "0100", headers: false).damagedLines == 1)
    let kline = withSum("84F110410C0C1A") + "\r>"
    #expect(reply(kline, to: "010C", headers: true, .can11at500).damagedLines == 1)
    #expect(reply(kline, to: "010C", headers: true, .can29at500).damagedLines == 1)
  }
}

extension String {
  func replacingFirst(_ part: String, _ other: String) -> String {
    guard let range = firstRange(of: part) else { return self }
    return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
  }
}
