// Answers without headers: single lines, numbered ones, and what cannot be told apart.
import Testing
import VehicleBus

struct HeaderlessTests {
  static let vin = ["014", "0:490201574630", "1:44414243444546", "2:47483031323334"]
  static let vinText = "4902015746304441424344454647483031323334"

  @Test(arguments: [nil, false] as [Bool?])
  func singleLines(headers: Bool?) {
    for text in ["41 0C 1A F8", "410C1AF8", "41 0c 1a f8 ", " 41 0C 1A F8"] {
      #expect(reply("\(text)\r\r>", to: "010C", headers: headers).texts == ["410C1AF8"])
    }
  }

  @Test func severalUnitsAreSeveralMessages() {
    let reply = reply("41 00 BE 3E A8 13\r41 00 88 18 00 11\r\r>", to: "0100")
    #expect(reply.texts == ["4100BE3EA813", "410088180011"])
    #expect(reply.messages.allSatisfy { $0.sender == .untold })
  }

  @Test func bytesStayAsTheyAre() {
    #expect(reply("410C0AF4000000\r>", to: "010C1").texts == ["410C0AF4000000"])
  }

  @Test(arguments: ["\r", "\r\n", "\n", " "])
  func numberedLines(separator: String) {
    for lines in [Self.vin, Self.vin.map { $0.replacingFirst(":", ": ") }] {
      for headers in [nil, false] {
        let reply = reply(lines.joined(separator: separator) + "\r\r>", to: "0902", headers: headers)
        #expect(reply.texts == [Self.vinText])
        #expect(reply.damagedLines == 0)
      }
    }
  }

  @Test func lengthCutsPadding() {
    let reply = reply("00A\r0:470401180122\r1:02232610000000\r\r>", to: "07")
    #expect(reply.texts == ["47040118012202232610"])
  }

  @Test func numbersGoRoundFifteen() {
    let payload = [0x62] + (0..<130).map { UInt8($0) }
    var lines = ["083", "0:" + payload[..<6].map { twoDigits($0) }.joined()]
    for (index, start) in stride(from: 6, to: payload.count, by: 7).enumerated() {
      let piece = payload[start..<min(start + 7, payload.count)].map { twoDigits($0) }
      lines.append(String((index + 1) % 16, radix: 16, uppercase: true) + ":" + piece.joined())
    }
    #expect(reply(lines.joined(separator: "\r") + "\r>", to: "2201").messages.map(\.bytes) == [payload])
    lines.removeSubrange(3..<19)
    let lost = reply(lines.joined(separator: "\r") + "\r>", to: "2201")
    #expect(lost.messages.isEmpty && lost.damagedLines == lines.count)
  }

  @Test func unitsOneAfterTheOther() {
    let other = Self.vin.map { $0.replacingFirst("5746", "5756") }
    let reply = reply((Self.vin + ["7F 09 12"] + other).joined(separator: "\r") + "\r>", to: "0902")
    #expect(reply.texts == [Self.vinText, "7F0912", Self.vinText.replacingFirst("5746", "5756")])
    #expect(reply.damagedLines == 0)
  }

  /// Single answers in between are whole; the lines of two long ones are nobody's.
  @Test func interleavedUnitsAreNotGuessed() {
    let v = Self.vin
    let mixed = reply(
      [v[0], v[1], "7F 09 12", v[0], v[1], v[2], v[2], v[3], v[3]].joined(separator: "\r") + "\r>", to: "0902")
    #expect(mixed.texts == ["7F0912"])
    #expect(mixed.damagedLines == 8)
    let lengthsFirst = reply(
      [v[0], v[0], v[1], v[1], v[2], v[2], v[3], v[3]].joined(separator: "\r") + "\r>", to: "0902")
    #expect(lengthsFirst.messages.isEmpty && lengthsFirst.damagedLines == 8)
    // The second would be made of both.
    let late = reply([v[0], v[1], v[2], v[0], v[1], v[3], v[2], v[3]].joined(separator: "\r") + "\r>", to: "0902")
    #expect(late.messages.isEmpty && late.damagedLines == 8)
  }

  @Test func linesOfAnotherUnitDoNotFillAGap() {
    let v = Self.vin
    let w = v.map { $0.replacingFirst("5746", "5756").replacingFirst("4441", "4442") }
    let reply = reply([v[0], v[1], w[0], w[1], v[2], v[3], w[2], w[3]].joined(separator: "\r") + "\r>", to: "0902")
    #expect(reply.messages.isEmpty && reply.damagedLines == 8)
  }

  @Test func damagedLinesOfOthersDoNoHarm() {
    var lines = Self.vin
    lines.insert("7F 09 1 <DATA ERROR", at: 2)
    let reply = reply(lines.joined(separator: "\r") + "\r>", to: "0902")
    #expect(reply.texts == [Self.vinText] && reply.damagedLines == 1)
  }

  @Test func linesMissingOrBroken() {
    let swapped = reply([0, 1, 3, 2].map { Self.vin[$0] }.joined(separator: "\r") + "\r>", to: "0902")
    #expect(swapped.messages.isEmpty && swapped.damagedLines == 4)
    for index in Self.vin.indices {
      var lines = Self.vin
      lines.remove(at: index)
      let reply = reply(lines.joined(separator: "\r") + "\r\r>", to: "0902")
      #expect(reply.messages.isEmpty && reply.damagedLines == 3, "without \(Self.vin[index])")
    }
    for (index, broken) in [
      (0, "014F"), (0, "000"), (1, "0:49020157463"), (1, "0:4902015746"), (1, "0:49020157463000"),
      (2, "1:444142434445"),
      (2, "1:444142434445G6"), (2, "1:44414243444546 <DATA ERROR"), (3, "2:4748303132333"), (3, ":47483031323334"),
      (3, "2:"),
      (2, "11:44414243444546"), (2, "1:44 41 4 243 44 45 46"),
    ] {
      var lines = Self.vin
      lines[index] = broken
      let reply = reply(lines.joined(separator: "\r") + "\r\r>", to: "0902")
      #expect(reply.messages.isEmpty && reply.damagedLines == 4, "\(broken)")
    }
  }

  @Test(arguments: [
    "41 0C 000", "410C1", "41 0C 1A F", "4 10C 1A F8", "41 0C 1G F8", "00 2F 94", "41 0G",
    "410C WHATEVER THIS IS", "01 0D", "123", "4",
  ])
  func whatIsNoAnswerIsDamaged(text: String) {
    let reply = reply("\(text)\r7F 01 12\r\r>", to: "010C", headers: false)
    #expect(reply.texts == ["7F0112"])
    #expect(reply.damagedLines == 1)
  }

  @Test func cutOffWithoutPrompt() {
    // Whoever decodes them knows their lengths, or they tell them.
    for text in ["41 01 00 07 ED ED", "42 0C 00 1A F8", "44", "7F 01 12", "43 01 01 33"] {
      let reply = reply(text)
      #expect(reply.messages.count == 1 && reply.damagedLines == 0 && !reply.isPrompted, "\(text)")
    }
    for text in ["62 01 05 12", "49 04 01 41", "7F 01", "43 02 01 33", "43", "41 0C 1", "014\r0:4902015746"] {
      let reply = reply(text)
      #expect(reply.messages.isEmpty && reply.damagedLines > 0, "\(text)")
    }
    #expect(reply("62 01 05 12\r").texts == ["62010512"])
    #expect(reply("014\r0:490201574630\r1:44414243444546\r2:47483031323334").texts == [Self.vinText])
  }

  @Test(arguments: ["STOPPED", "BUFFER FULL", "LV RESET", "ERR94", "ELM327 v1.5"])
  func cutOffByWhatInterrupts(notice: String) {
    for separator in ["\r", " ", "\r\r"] {
      let cut = reply("62 01 05 12\(separator)\(notice)\r\r>", to: "220105", headers: false)
      #expect(cut.messages.isEmpty && cut.damagedLines == 1, "\(separator)\(notice)")
    }
    #expect(reply("62 01 05 12\rNO DATA\r\r>", to: "220105").texts == ["62010512"])
  }
}
