// Lines of a bus that an adapter listens to.
import Testing
import VehicleBus
import Vocabulary

struct MonitorLineTests {
  static func frame(_ text: String, _ vehicleProtocol: ELMProtocol = .can11at500) -> CANFrame? {
    Array(text.utf8).withUnsafeBufferPointer {
      ELMMonitorLine.frame($0, vehicleProtocol, at: Instant(nanoseconds: 7), bus: 3)
    }
  }

  @Test(arguments: [
    ("7E8 06 41 00 BE 3E A8 13 ", ELMProtocol.can11at500, CANID(standard: 0x7E8), "064100BE3EA813"),
    ("7E8064100BE3EA81355", .can11at250, CANID(standard: 0x7E8), "064100BE3EA81355"),
    ("7e8 0641", .can11at500, CANID(standard: 0x7E8), "0641"),
    ("  0F1 00", .can11at500, CANID(standard: 0x0F1), "00"), ("123", .can11at500, CANID(standard: 0x123), ""),
    ("18 DA F1 10 06 41 00", .can29at500, CANID(extended: 0x18DA_F110), "064100"),
    ("18DAF110 06 41 00", .can29at250, CANID(extended: 0x18DA_F110), "064100"),
    ("18FEF100FFFFFFFFFFFFFFFE", .j1939, CANID(extended: 0x18FE_F100), "FFFFFFFFFFFFFFFE"),
    ("1FFFFFFF", .can29at500, CANID(extended: 0x1FFF_FFFF), ""),
  ])
  func frames(text: String, vehicleProtocol: ELMProtocol, id: CANID, data: String) throws {
    let frame = try #require(Self.frame(text, vehicleProtocol))
    #expect(frame.id == id && frame.bus == 3 && frame.time == Instant(nanoseconds: 7) && frame.flags == [])
    #expect((0..<Int(frame.length)).map { frame[$0] } == bytes(data))
    #expect((Int(frame.length)..<64).allSatisfy { frame[$0] == 0 })
  }

  @Test(arguments: [
    "", "7E", "7E8 0", "7E8 06 4", "7E8 06 41 <DATA ERROR", "7E8 06 41 <RX ERROR", "BUFFER FULL", "STOPPED",
    "7E8 06 BUFFER FULL",
    "7E8 06 41 00 BE 3E A8 13 00 00", "8E8 06", "7 E8 06", "7E 806", "7E8 0 641", "7E8 06 4G", "7E8\u{0}06", "7E8-06",
    "CAFE",
    "7E806:41",
  ])
  func otherLines(text: String) {
    #expect(Self.frame(text) == nil)
  }

  @Test(arguments: ["18DAF11", "18DAF110 0", "7E8 06 41", "20000000 00", "1 8DAF110", "18DAF110 0 641"])
  func otherLinesOf29Bits(text: String) {
    #expect(Self.frame(text, .can29at500) == nil)
  }

  @Test func onlyCANHasFrames() {
    for vehicleProtocol in ELMProtocol.allCases where !vehicleProtocol.isCAN {
      #expect(Self.frame("48 6B 10 41 00", vehicleProtocol) == nil && Self.frame("7E8 06 41", vehicleProtocol) == nil)
    }
  }

  /// Every frame comes back as it was written, with blanks and without.
  @Test func roundTrip() throws {
    for value in stride(from: UInt32(0), through: 0x7FF, by: 13) {
      let data = (0..<Int(value % 9)).map { UInt8(truncatingIfNeeded: value &* 37 &+ UInt32($0) &* 91) }
      let header = String(value, radix: 16, uppercase: true)
      let digits = String(repeating: "0", count: 3 - header.count) + header
      for separator in ["", " "] {
        let text = ([digits] + data.map { twoDigits($0) }).joined(separator: separator)
        let frame = try #require(Self.frame(text))
        #expect(frame.id.value == value && (0..<Int(frame.length)).map { frame[$0] } == data)
      }
    }
  }

  /// The reply to a command that listens: whole lines as they stood, damaged ones left out.
  @Test func repliesOfListening() {
    let bare = reply(
      "00 2F 94 27 35 14 00 04 \r2: A6 00 00 00 00 00 00 \r00 01 14 00 00 00 0B \r67 0A F7 08 <DATA ERROR\rFF FE 8\r>",
      to: "ATMA")
    #expect(bare.texts == ["002F942735140004", "A6000000000000", "0001140000000B"])
    #expect(bare.damagedLines == 2)
    let headers = reply(
      "7E8 02 01 0C\r7E8 02 01 0C\r7E8 0\r0F1 1122\rBUFFER FULL\r>", to: "STMA", headers: true, .can11at500)
    #expect(headers.texts == ["7E8 02010C", "7E8 02010C", "F1 1122"])
    #expect(headers.damagedLines == 1)
    #expect(headers.notices == [.bufferFull])
    let extended = reply("18 FE F1 00 FF FF FF FF FF FF FF FF\r18FEF100FFFF\r>", to: "AT MA")
    #expect(extended.texts == ["18FEF100 FFFFFFFFFFFFFFFF", "18FEF100 FFFF"])
  }
}
