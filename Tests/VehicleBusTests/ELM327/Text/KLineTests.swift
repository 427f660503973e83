// Answers of K-line and J1850: headers, checksums, and messages that are brought into CAN's form.
import Testing
import VehicleBus

struct KLineTests {
  @Test(arguments: [nil, .kwpFastInit, .kwpSlowInit] as [ELMProtocol?])
  func keywordProtocol(vehicleProtocol: ELMProtocol?) {
    for headers in [nil, true] {
      let reply = reply(
        "84 F1 10 41 0C 0C 1A F8\r83 F1 18 7F 01 11 1D\r\r>", to: "010C", headers: headers, vehicleProtocol)
      #expect(reply.texts == ["10 410C0C1A", "18 7F0111"])
      #expect(reply.damagedLines == 0)
    }
  }

  @Test func lengthMayStandInAFourthByte() {
    let text = withSum("80F110044100BE3E")
    #expect(reply("\(text)\r>", to: "0100").texts == ["10 4100BE3E"])
    #expect(reply("\(withSum("80F110054100BE3E"))\r>", to: "0100", headers: true, .kwpFastInit).damagedLines == 1)
  }

  @Test(arguments: [nil, .iso9141] as [ELMProtocol?])
  func iso9141(vehicleProtocol: ELMProtocol?) {
    for headers in [nil, true] {
      let reply = reply("48 6B 10 41 00 BE 3E B8 11 C9\r>", to: "0100", headers: headers, vehicleProtocol)
      #expect(reply.messages == [ELMMessage(sender: .address(0x10), bytes: [0x41, 0x00, 0xBE, 0x3E, 0xB8, 0x11])])
    }
  }

  @Test(arguments: [nil, .j1850PWM, .j1850VPW] as [ELMProtocol?])
  func j1850(vehicleProtocol: ELMProtocol?) {
    for headers in [nil, true] {
      let reply = reply(
        "48 6B 10 41 00 BE 3E B8 11 FA\r416B184100000000 01\(withCRC("416B18410000000001").suffix(2))\r>",
        to: "0100", headers: headers, vehicleProtocol)
      #expect(reply.texts == ["10 4100BE3EB811", "18 410000000001"])
    }
  }

  @Test func enhancedModeOfJ1850() {
    #expect(reply("\(withCRC("6CF11062115A2E"))\r>", to: "22115A", headers: true, .j1850VPW).texts == ["10 62115A2E"])
    #expect(reply("\(withCRC("C4F11062115A2E"))\r>", to: "22115A").texts == ["10 62115A2E"])
  }

  /// Each bit changed, each byte lost.
  @Test(arguments: [
    (withSum("84F110410C0C1A"), ELMProtocol.kwpFastInit), (withSum("486B10410C0C1A"), .iso9141),
    (withCRC("486B10410C1AF8"), .j1850VPW),
  ])
  func wrongChecksumsDamage(text: String, vehicleProtocol: ELMProtocol) {
    let whole = bytes(text)
    #expect(reply("\(text)\r>", to: "010C", headers: true, vehicleProtocol).damagedLines == 0)
    var damaged: [[UInt8]] = []
    for place in whole.indices {
      for bit in 0..<8 {
        damaged.append(whole)
        damaged[damaged.count - 1][place] ^= 1 << bit
      }
      damaged.append(whole)
      damaged[damaged.count - 1].remove(at: place)
    }
    for bytes in damaged {
      let reply = reply(bytes.map { twoDigits($0) }.joined() + "\r>", to: "010C", headers: true, vehicleProtocol)
      #expect(reply.messages.isEmpty && reply.damagedLines == 1, "\(bytes)")
    }
    // The sum of the one is not taken for the other's.
    if vehicleProtocol == .iso9141 {
      #expect(reply("\(withCRC("486B10410C0C1A"))\r>", to: "010C", headers: true, .iso9141).damagedLines == 1)
      #expect(reply("\(text)\r>", to: "010C", headers: true, .j1850VPW).damagedLines == 1)
    }
  }

  @Test func framesOnOneLineAreToldApartByTheirLength() {
    let first = withSum("84F110410C0C1A")
    let second = withSum("83F1187F0112")
    for command in ["010C", ""] {
      #expect(reply("\(first)\(second)\r>", to: command).texts == ["10 410C0C1A", "18 7F0112"])
      // The last has no end.
      for end in 6..<(second.count - 2) {
        let reply = reply("\(first)\(second.prefix(end))", to: command)
        #expect(reply.texts == ["10 410C0C1A"] && reply.damagedLines == 1, "\(end)")
      }
      // Without checksums.
      #expect(reply("\(first.dropLast(2))\(second)\r>", to: command).texts == ["10 410C0C1A", "18 7F0112"])
      #expect(reply("\(first)\(second.dropLast(2))", to: command).texts == ["10 410C0C1A", "18 7F0112"])
      #expect(reply("\(first)\(second.dropLast(2))\r>", to: command).damagedLines == 1)
    }
  }

  @Test func whatTheTesterSentIsNoAnswer() {
    let reply = reply("\(withSum("C233F1010C"))\r\(withSum("84F110410C0C1A"))\r>", to: "010C")
    #expect(reply.texts == ["10 410C0C1A"] && reply.damagedLines == 0)
    let other = self.answer("\(withSum("686AF1410C"))", to: "010C")
    #expect(other.messages.isEmpty && other.damagedLines == 0)
  }

  func answer(_ text: String, to command: String) -> ELMReply {
    reply("\(text)\r>", to: command, headers: true, .iso9141)
  }

  static let identification = ["01 00000031", "02 47314A43", "03 35343434", "04 52373235", "05 32333637"]
  static let identificationText = "4902013147314A433534343452373235" + "32333637"

  @Test func identificationNumber() {
    let plain = Self.identification.map { "4902" + $0.filter { $0 != " " } }
    for headers in [nil, false] {
      for vehicleProtocol in [nil, ELMProtocol.iso9141] {
        let reply = reply(
          plain.map(spaced).joined(separator: "\r") + "\r>", to: "0902", headers: headers, vehicleProtocol)
        #expect(reply.texts == [Self.identificationText])
      }
    }
    let kline = plain.map { withSum("87F110" + $0) } + [withSum("83F1187F0912")]
    #expect(
      reply(kline.joined(separator: "\r") + "\r>", to: "0902").texts == ["10 " + Self.identificationText, "18 7F0912"])
    let j1850 = plain.flatMap { [withCRC("486B10" + $0), withCRC("486B18" + $0)] }
    #expect(
      reply(j1850.joined(separator: "\r") + "\r>", to: "0902").texts == [
        "10 " + Self.identificationText, "18 " + Self.identificationText,
      ])
    // One that came twice is there once; one that is missing makes it no number, in the wrong order neither.
    #expect(reply((plain + plain).joined(separator: "\r") + "\r>", to: "0902").texts == [Self.identificationText])
    for index in plain.indices {
      var lines = plain
      lines.remove(at: index)
      let missing = reply(lines.joined(separator: "\r") + "\r>", to: "0902")
      #expect(missing.messages.isEmpty && missing.damagedLines == 4)
    }
    let swapped = reply((plain[1...] + plain[...0]).joined(separator: "\r") + "\r>", to: "0902")
    #expect(swapped.messages.isEmpty && swapped.damagedLines == 5)
    // On CAN such lines are what they are.
    #expect(reply("\(plain[0])\r>", to: "0902", headers: false, .can11at500).texts == [plain[0]])
  }

  @Test func otherThingsOfService09() {
    func lines(_ kind: String, _ count: Int) -> String {
      (1...count).map { withSum("87F11049" + kind + twoDigits(UInt8($0)) + "4142434" + String($0 % 10)) }.joined(
        separator: "\r")
    }
    let calibrations = reply(lines("04", 8) + "\r>", to: "0904")
    #expect(calibrations.messages.map { $0.bytes.count } == [35])
    #expect(calibrations.texts.first?.hasPrefix("10 490402414243414142434241424343") == true)
    #expect(reply(lines("04", 7) + "\r>", to: "0904").damagedLines == 7)
    #expect(reply(lines("06", 2) + "\r>", to: "0906").texts == ["10 4906024142434141424342"])
    #expect(reply(lines("06", 1) + "\r>", to: "0906").texts == ["10 49060141424341"])
    #expect(reply(lines("08", 8) + "\r>", to: "0908").texts.first?.hasPrefix("10 490810414243") == true)
    #expect(
      reply(lines("0A", 5) + "\r>", to: "090A").messages.map { Array($0.bytes.prefix(3)) } == [[0x49, 0x0A, 0x01]])
    #expect(reply(lines("0A", 4) + "\r>", to: "090A").damagedLines == 4)
    // How many messages there will be.
    #expect(reply("\(withSum("83F110490105"))\r>", to: "0901").texts == ["10 490105"])
  }

  @Test(arguments: [("03", "43"), ("07", "47"), ("0A", "4A")])
  func troubleCodes(command: String, service: String) {
    let first = withSum("486B10\(service)013301710420")
    let second = withSum("486B10\(service)C10000000000")
    let other = withSum("486B18\(service)000000000000")
    let reply1 = reply("\(first)\r\(other)\r\(second)\r>", to: command)
    #expect(reply1.texts == ["10 \(service)04013301710420C100", "18 \(service)00"])
    // Without headers; the even number of bytes is CAN's form.
    #expect(reply("\(service)013301710000\r>", to: command).texts == ["\(service)0201330171"])
    #expect(reply("\(service)0133\r>", to: command).texts == ["\(service)010133"])
    #expect(reply("\(service)010133\r\(service)00\r>", to: command).texts == ["\(service)010133", "\(service)00"])
    #expect(
      reply("\(service)013301710000\r>", to: command, headers: false, .can11at500).texts == ["\(service)013301710000"])
    #expect(reply("\(service)010133\r>", to: command, headers: false, .iso9141).damagedLines == 1)
    #expect(reply("\(service)000000000000\r\(service)000000000000\r>", to: command).texts == ["\(service)00"])
  }

  @Test func numberedLinesTellThatItIsCAN() {
    let lines = ["008", "0:430301330171", "1:04200000000000", "43010133000000"]
    let reply = reply(lines.joined(separator: "\r") + "\r>", to: "03")
    #expect(reply.texts == ["4303013301710420", "43010133000000"])
  }

  @Test func codesBeforeTheCutAreTrue() {
    #expect(reply("48 6B 01 43 01 13").texts == ["01 43010113"])
    #expect(reply("48 6B 01 43 01 13 01 34 0", to: "03").texts == ["01 430201130134"])
    #expect(reply("48 6B 01 43 01 13 01 34 00", to: "03", headers: true, .iso9141).damagedLines == 1)
    // A byte was lost somewhere.
    #expect(reply("48 6B 01 43 01 13\r>", to: "03", headers: true).damagedLines == 1)
    #expect(reply("48 6B 01 41 0C 1A", to: "010C", headers: true).damagedLines == 1)
  }
}
