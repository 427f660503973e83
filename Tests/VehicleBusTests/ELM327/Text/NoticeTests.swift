// What an adapter says of itself, however it writes it and whatever it is glued to.
import Testing
import VehicleBus

struct NoticeTests {
  static let spoken: [(String, [ELMNotice])] = [
    ("OK", [.ok]), ("ok", [.ok]), ("?", [.unknownCommand]), ("??", [.unknownCommand]),
    ("SEARCHING...", [.searching]), ("SEARCHING", [.searching]), ("Searching. . .", [.searching]),
    ("SEARCHING: OK", [.searching]), ("SEARCHING...OK", [.searching]),
    ("SEARCHING...ERROR", [.searching, .unableToConnect]),
    ("BUS INIT: OK", [.busInitialised]), ("BUS INIT: ...OK", [.busInitialised]), ("BUSINIT:OK", [.busInitialised]),
    ("BUS INIT: ERROR", [.busInitFailed]), ("BUS INIT: ...ERROR", [.busInitFailed]),
    ("BUSINIT: ERROR", [.busInitFailed]),
    ("bus init: ... error", [.busInitFailed]),
    ("BUS INIT: BUS ERROR", [.other("BUS INIT"), .busError]),
    ("NO DATA", [.noData]), ("NODATA", [.noData]), ("No Data.", [.noData]), ("NO  DATA", [.noData]),
    ("UNABLE TO CONNECT", [.unableToConnect]), ("UNABLETOCONNECT", [.unableToConnect]),
    ("CAN ERROR", [.canError]), ("BUS ERROR", [.busError]), ("BUS BUSY", [.busBusy]), ("FB ERROR", [.feedbackError]),
    ("DATA ERROR", [.dataError]), ("<DATA ERROR", [.dataError]), ("RX ERROR", [.rxError]), ("<RX ERROR", [.rxError]),
    ("BUFFER FULL", [.bufferFull]), ("STOPPED", [.stopped]), ("LV RESET", [.lowVoltageReset]),
    ("ACT ALERT", [.sleepAlert]), ("!ACT ALERT", [.sleepAlert]), ("LP ALERT", [.sleepAlert]),
    ("!LP ALERT", [.sleepAlert]),
    ("ERR93", [.internalError(93)]), ("ERR 04", [.internalError(4)]), ("ERROR", [.plainError]),
    ("+CME ERROR: 10", [.plainError]), ("FC RX TIMEOUT", [.noData]), ("UART RX OVERFLOW", [.bufferFull]),
    ("ELM327 v1.5", [.identity("ELM327 v1.5")]), (" ELM327 v2.1 ", [.identity("ELM327 v2.1")]),
    ("OBDII v1.5", [.identity("OBDII v1.5")]),
    ("OBDII to RS232 Interpreter", [.identity("OBDII to RS232 Interpreter")]),
    ("OBDLink MX+ r3.1", [.identity("OBDLink MX+ r3.1")]), ("STN1110 v4.0.1", [.identity("STN1110 v4.0.1")]),
    ("vLinker MC+ v2.2.85", [.identity("vLinker MC+ v2.2.85")]),
    ("14.8V", [.voltage(14.8)]), ("12.6", [.voltage(12.6)]), ("9,87v", [.voltage(9.87)]), ("0.0V", [.voltage(0)]),
    ("12.05 V", [.voltage(12.05)]),
    ("SEARCHING...UNABLE TO CONNECT", [.searching, .unableToConnect]),
    ("SEARCHING...NO DATA", [.searching, .noData]), ("SEARCHING...BUS INIT: ...ERROR", [.searching, .busInitFailed]),
    ("STOPPEDNO DATA", [.stopped, .noData]), ("NO DATALV RESET", [.noData, .lowVoltageReset]),
    ("OKELM327 v1.5", [.ok, .identity("ELM327 v1.5")]),
    // Too short to be believed in front of anything.
    ("OKAY", [.other("OKAY")]), ("ERROR 12", [.other("ERROR 12")]), ("?X", [.other("?X")]),
    ("ERRORFRAME", [.other("ERRORFRAME")]),
    ("ERR9", [.other("ERR9")]),
    ("NO DAT", [.other("NO DAT")]), ("AUTO, ISO 15765-4 (CAN 11/500)", [.other("AUTO, ISO 15765-4 (CAN 11/500)")]),
    ("$GPGGA,123519,4807.038,N", [.other("$GPGGA,123519,4807.038,N")]), ("1.2.3", [.other("1.2.3")]),
    ("123.4V", [.other("123.4V")]), ("BUFFE", [.other("BUFFE")]),
  ]

  @Test(arguments: spoken.indices)
  func everyNotice(index: Int) {
    let (text, notices) = Self.spoken[index]
    for command in ["0100", "", "ATH1"] {
      let reply = reply("\(text)\r\r>", to: command)
      #expect(reply.notices == notices, "\(text) after \(command)")
      #expect(reply.messages.isEmpty && reply.damagedLines == 0 && reply.isPrompted, "\(text) after \(command)")
    }
  }

  @Test(arguments: [
    ("A6", ELMProtocol.can11at500, true), ("6", .can11at500, false), ("A", .j1939, false), ("AA", .j1939, true),
    ("a5", .kwpFastInit, true), ("3", .iso9141, false),
  ])
  func protocolNumbers(text: String, vehicleProtocol: ELMProtocol, isAutomatic: Bool) {
    for command in ["ATDPN", "AT DPN\r", "at dpn"] {
      #expect(
        reply("\(text)\r\r>", to: command).notices == [.protocolNumber(vehicleProtocol, isAutomatic: isAutomatic)])
    }
    #expect(
      !reply("\(text)\r\r>", to: "ATI").notices.contains(.protocolNumber(vehicleProtocol, isAutomatic: isAutomatic)))
  }

  @Test(arguments: ["A0", "0", "B6", "A66", "D"])
  func protocolsThatAreNone(text: String) {
    #expect(reply("\(text)\r\r>", to: "ATDPN").notices == [.other(text)])
  }

  @Test func aProtocolNumberThatMayGoOnIsNotBelieved() {
    #expect(reply("A", to: "ATDPN").notices == [.other("A")])
    #expect(reply("A\r", to: "ATDPN").notices == [.protocolNumber(.j1939, isAutomatic: false)])
    #expect(reply("A6", to: "ATDPN").notices == [.protocolNumber(.can11at500, isAutomatic: true)])
    #expect(reply("6", to: "ATDPN").notices == [.protocolNumber(.can11at500, isAutomatic: false)])
  }

  @Test func namesWithAVersionAreIdentitiesOnlyWhereAsked() {
    #expect(reply("Car Gateway v0.9\r>", to: "ATI").notices == [.identity("Car Gateway v0.9")])
    #expect(reply("Car Gateway v0.9\r>", to: "ATRV").notices == [.other("Car Gateway v0.9")])
    #expect(reply("Revision: V1.2\r>", to: "ATI").notices == [.other("Revision: V1.2")])
  }

  @Test func resultOfBusInitOnALineOfItsOwn() {
    #expect(reply("BUS INIT: ...\rOK\r41 00 BE 1F B8 10\r>", to: "0100").notices == [.busInitialised])
    #expect(reply("BUS INIT: ...\rERROR\r>", to: "0100").notices == [.busInitFailed])
    #expect(reply("BUS INIT: ...\r>", to: "0100").notices == [.other("BUS INIT")])
  }

  @Test func garbageBeforeABannerDoesNoHarm() {
    let reply = reply([0xFC] + Array("\r\rELM327 v1.5\r\r>".utf8), to: "ATZ")
    #expect(reply.notices == [.identity("ELM327 v1.5")])
    #expect(reply.damagedLines == 0)
  }

  @Test(arguments: [
    ("SEARCHING...7E8 06 41 00 BE 3E A8 13", [ELMNotice.searching], "7E8 4100BE3EA813"),
    ("SEARCHING...\r7E8 06 41 00 BE 3E A8 13", [.searching], "7E8 4100BE3EA813"),
    ("BUS INIT: OK41 00 BE 3E A8 13", [.busInitialised], "4100BE3EA813"),
    ("BUS INIT: ...OK\r41 00 BE 3E A8 13", [.busInitialised], "4100BE3EA813"),
    ("OK7E8064100BE3EA813", [.ok], "7E8 4100BE3EA813"),
    ("7E8 06 41 00 BE 3E A8 13\rSTOPPED", [.stopped], "7E8 4100BE3EA813"),
    ("7E8 06 41 00 BE 3E A8 13 STOPPED", [.stopped], "7E8 4100BE3EA813"),
    ("41 00 BE 3E A8 13 BUFFER FULL", [.bufferFull], "4100BE3EA813"),
    ("7E8 06 41 00 BE 3E A8 13ELM327 v1.5", [.identity("ELM327 v1.5")], "7E8 4100BE3EA813"),
  ])
  func noticesGluedToData(text: String, notices: [ELMNotice], message: String) {
    let reply = reply("\(text)\r\r>", to: "0100")
    #expect(reply.notices == notices)
    #expect(reply.texts == [message])
    #expect(reply.damagedLines == 0)
  }

  @Test(arguments: ["<DATA ERROR", "DATA ERROR", "<RX ERROR", "<rx error", "RX ERROR"])
  func marksDamageTheirLine(mark: String) {
    let reply = reply("7E8 03 41 0D 10 \(mark)\r7E9 03 41 0D 11\r\r>", to: "010D")
    #expect(reply.texts == ["7E9 410D11"])
    #expect(reply.damagedLines == 1)
    #expect(reply.notices == [mark.lowercased().contains("rx") ? .rxError : .dataError])
  }

  @Test func whatAdaptersSayOfThemselvesIsNoData() {
    for (command, text) in [
      ("ATKW", "1:08 2:08"), ("ATPPS", "00:FF F  01:FF F"), ("STSN", "110012345678"), ("ATRD", "5A"), ("ATDPN", "A6"),
    ] {
      let reply = reply("\(text)\r\r>", to: command)
      #expect(reply.messages.isEmpty && reply.damagedLines == 0 && reply.notices.count == 1, "\(command)")
    }
  }

  @Test func answersThatComeLateAreAnswers() {
    #expect(reply("7E8 06 41 00 BE 3E A8 13\r>", to: "ATRV").texts == ["7E8 4100BE3EA813"])
    let long = reply("014\r0:490201574630\r1:44414243444546\r2:47483031323334\r>OK\r>", to: "ATH1")
    #expect(long.texts == ["4902015746304441424344454647483031323334"])
    #expect(long.notices == [.ok])
  }
}
