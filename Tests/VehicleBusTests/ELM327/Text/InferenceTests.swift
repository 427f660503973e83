// How an answer is written is found out from the answer, if nobody said.
import Testing
import VehicleBus

struct InferenceTests {
  /// Digits that have two readings, and the one that is right.
  @Test(arguments: [
    // The service of a refusal or an answer is not an identifier.
    ("41 6B 00 12 34 56 78", "016B", "416B0012345678"), ("7E 00", "3E00", "7E00"), ("486B10", "086B", "486B10"),
    ("7E0 2 7E 00", "3E00", ""), ("7E8 02 7E 00", "3E00", "7E8 7E00"), ("7E8 3 02 7E 00", "3E00", "7E8 7E00"),
    // Odd digits make an identifier only in front of a frame that is whole.
    ("410C000", "010C", ""), ("62 20 10 5", "222010", ""), ("6220105", "222010", ""), ("41 00 BE 3E A8 1", "0100", ""),
    ("4101007ED", "0101", ""), ("C1 57 8F", "81", "C1578F"), ("83 F1 10 C1 EF 8F C3", "81", "10 C1EF8F"),
    ("50 03 00 32 01 F4", "1003", "5003003201F4"), ("5003003201F4", "1003", "5003003201F4"),
    ("18 DA F1 10 03 7F 22 31", "22F190", "18DAF110 7F2231"), ("18DB33F1 02 01 00", "0100", ""),
    ("6F1 03 62 01 05", "220105", "6F1 620105"), ("17FC0076 04 62 02 8C 51", "22028C", "17FC0076 62028C51"),
  ])
  func readings(text: String, command: String, message: String) {
    let reply = reply("\(text)\r\r>", to: command)
    #expect(reply.texts == (message.isEmpty ? [] : [message]))
  }

  @Test func oneReplyIsWrittenInOneWay() {
    let more = reply("7E8 06 41 00 BE 3E A8 13\r7E9 06 41 00 88 18 00 11\r41 00 00 00 00 01\r>", to: "0100")
    #expect(more.texts == ["7E8 4100BE3EA813", "7E9 410088180011"] && more.damagedLines == 1)
    let less = reply("7E8 06 41 00 BE 3E A8 13\r41 00 88 18 00 11\r41 00 00 00 00 01\r>", to: "0100")
    #expect(less.texts == ["410088180011", "410000000001"] && less.damagedLines == 1)
    let mixed = reply("7E8 06 41 00 BE 3E A8 13\r18DAF110 06 41 00 BE 3E A8 13\r>", to: "0100")
    #expect(mixed.messages.count == 1 && mixed.damagedLines == 1)
  }

  @Test func theServiceThatWasAskedDecides() {
    // A checksum that is right by chance.
    let chance = withSum("416B00621234")
    #expect(reply("\(chance)\r>", to: "016B").texts == [chance])
    #expect(reply("\(chance)\r>", to: "221234").texts == ["00 621234"])
    #expect(reply("7E8 06 41 00 BE 3E A8 13\r>", to: "STPX H:7E0, D:0100").texts == ["7E8 4100BE3EA813"])
  }

  @Test func answersToOtherServicesAreTakenIfThereIsNothingElse() {
    #expect(reply("62 F1 90 41\r>", to: "010C").texts == ["62F19041"])
    #expect(reply("7E8 04 62 F1 90 41\r>", to: "010C").texts == ["7E8 62F19041"])
  }
}
