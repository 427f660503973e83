// Facts about control units out of replies, and what any bytes at all can do: nothing that they do not hold.

import Decoding
import Testing
import Vocabulary

@Suite struct OBDFactTests {
  func facts(_ message: [UInt8]) -> [String] {
    var decoder = WholeOBDTable.decoder()
    let told = decoder.tell(message)
    #expect(told.verdict == .reply, "\(message)")
    return told.words
  }

  @Test func readinessOfBothKindsOfEngine() {
    #expect(
      facts([0x41, 0x01, 0x83, 0x07, 0x65, 0x04]) == [
        "lamp true codes 3 spark supported "
          + #"["misfire", "fuel-system", "components", "catalyst", "evaporative-system", "oxygen-sensor", "#
          + #""oxygen-sensor-heater"] incomplete ["evaporative-system"]"#
      ])
    #expect(
      facts([0x62, 0xF4, 0x01, 0x00, 0x5D, 0xEB, 0x60]) == [
        "lamp false codes 0 compression supported "
          + #"["misfire", "components", "exhaust-gas-recirculation", "hydrocarbon-catalyst", "#
          + #""nitrogen-oxide-treatment", "boost-pressure", "exhaust-gas-sensor", "particulate-filter"] "#
          + #"incomplete ["misfire", "components", "exhaust-gas-sensor", "particulate-filter"]"#
      ])
    // What is not supported cannot be incomplete; and the monitors of this drive are no fact.
    #expect(facts([0x41, 0x01, 0, 0x70, 0, 0xFF]) == ["lamp false codes 0 spark supported [] incomplete []"])
    #expect(facts([0x41, 0x41, 0, 0x07, 0x65, 0x04]) == [])
    #expect(facts([0x41, 0x02, 0x03, 0x01]) == [])
  }

  @Test func freezeFrames() {
    #expect(facts([0x42, 0x02, 0x00, 0x03, 0x01]) == ["frame 0 P0301"])
    #expect(facts([0x42, 0x02, 0x00, 0x00, 0x00]) == [])
    #expect(facts([0x42, 0x0C, 0x00, 0x1A, 0xF8]) == ["frame 0 0C[0] 1726.0"])
    #expect(
      facts([0x42, 0x05, 0x01, 0x7B, 0x14, 0x01, 90, 0xFF]) == [
        "frame 1 05[0] 83.0", "frame 1 14[0] 0.45", "frame 1 14[1] nan",
      ])
    #expect(facts([0x42, 0x67, 0x00, 0x01, 130, 7]) == ["frame 0 67[0] 90.0", "frame 0 67[1] nan"])
    // One parameter of two frames.
    #expect(facts([0x42, 0x0D, 0x00, 60, 0x0D, 0x01, 61]) == ["frame 0 0D[0] 60.0", "frame 1 0D[0] 61.0"])
    #expect(facts([0x42, 0x00, 0x00, 0x7E, 0x00, 0x00, 0x00]) == [])
    // A car of two banks has no bank 3.
    #expect(facts([0x42, 0x06, 0x00, 0x80]) == ["frame 0 06[0] 0.0"])
  }

  @Test func listsOfTroubleCodes() {
    #expect(facts([0x43, 0]) == ["began - false", "ended confirmed"])
    #expect(facts([0x43, 1, 0x01, 0x33]) == ["began - false", "P0133 confirmed -", "ended confirmed"])
    #expect(
      facts([0x47, 2, 0x43, 0x21, 0xC1, 0x00]) == [
        "began - false", "C0321 pending -", "U0100 pending -", "ended pending",
      ])
    #expect(facts([0x4A, 1, 0x91, 0x23]) == ["began - false", "B1123 permanent -", "ended permanent"])
    // Empty places are no codes.
    #expect(facts([0x43, 2, 0, 0, 0x03, 0x01]) == ["began - false", "P0301 confirmed -", "ended confirmed"])
  }

  @Test func aCountThatContradictsTheLengthEndsNothing() {
    var decoder = WholeOBDTable.decoder()
    let short = decoder.tell([0x43, 3, 0x01, 0x33, 0x03, 0x01])
    #expect(short.words == ["began - false", "P0133 confirmed -", "P0301 confirmed -", "ended "])
    let long = decoder.tell([0x43, 1, 0x01, 0x33, 0x03, 0x01])
    #expect(long.words == ["began - false", "P0133 confirmed -", "ended "])
    #expect(short.verdict == .malformed && long.verdict == .malformed)
    #expect(decoder.counters.malformed == 2 && decoder.counters.replies == 0)
  }

  @Test func listsOfTheProtocolsBeforeCAN() {
    var decoder = WholeOBDTable.decoder()
    #expect(
      decoder.tell([0x43, 0x01, 0x33, 0, 0, 0, 0]).words == ["began - false", "P0133 confirmed -", "ended confirmed"])
    #expect(decoder.tell([0x43, 0, 0, 0, 0, 0, 0], seconds: 10).words == ["began - false", "ended confirmed"])
    // Four codes need two messages; neither is the whole list.
    let first = decoder.tell([0x43, 0x01, 0x33, 0x03, 0x01, 0x03, 0x02], seconds: 20)
    #expect(first.words.count == 5 && first.words.last == "ended ")
    #expect(decoder.tell([0x43, 0x04, 0x20, 0, 0, 0, 0], seconds: 20.1).words.last == "ended ")
    #expect(decoder.tell([0x43, 0x04, 0x20, 0, 0, 0, 0], seconds: 30).words.last == "ended confirmed")
    #expect(decoder.counters.replies == 5)
  }

  @Test func clearedAndRefused() {
    #expect(facts([0x44]) == ["cleared"])
    #expect(facts([0x7F, 0x01, 0x12]) == ["refused 01 12"])
    #expect(facts([0x7F, 0x0A, 0x11]) == ["refused 0A 11"])
    // Patience is asked for: nothing is refused yet.
    var decoder = WholeOBDTable.decoder()
    #expect(decoder.tell([0x7F, 0x04, 0x78]).facts.isEmpty)
    #expect(decoder.counters.pending == 1 && decoder.counters.refusals == 0)
  }

  @Test func monitorResults() {
    #expect(
      facts([0x46, 0x01, 0x07, 0x0A, 0x0B, 0xB8, 0x00, 0x00, 0x19, 0x64]) == ["monitor 01 07 0A 3000 0 6500"])
    #expect(
      facts([0x46, 0xA2, 0x0B, 0x24, 0, 1, 0, 0, 0xFF, 0xFF, 0xA2, 0x0C, 0x24, 0, 2, 0, 0, 0xFF, 0xFF]) == [
        "monitor A2 0B 24 1 0 65535", "monitor A2 0C 24 2 0 65535",
      ])
    #expect(facts([0x46, 0x00, 0xC0, 0x00, 0x00, 0x01, 0x20, 0x80, 0, 0, 0]) == [])
  }

  @Test func vehicleInformation() {
    let vin = Array("1D4GP00R55B123456".utf8)
    #expect(facts([0x49, 0x02, 1] + vin) == ["vin 0 1D4GP00R55B123456"])
    #expect(facts([0x49, 0x02] + vin) == ["vin 0 1D4GP00R55B123456"])
    #expect(facts([0x49, 0x02, 1, 0, 0, 0] + vin) == ["vin 0 1D4GP00R55B123456"])
    #expect(facts([0x49, 0x02, 1] + [UInt8](repeating: 0xFF, count: 17)) == [])
    #expect(facts([0x49, 0x02, 1] + Array("1D4GP00R55B12345O".utf8)) == [])
    let first = Array("JMB*36761500".utf8) + [0, 0, 0, 0]
    let second = Array("SECOND OF THE 2 ".utf8)
    #expect(facts([0x49, 0x04, 2] + first + second) == ["calibration 0 JMB*36761500", "calibration 1 SECOND OF THE 2"])
    #expect(facts([0x49, 0x06, 2, 0x17, 0x91, 0xBC, 0x82, 0, 0, 0, 1]) == ["cvn 0 1791bc82", "cvn 1 1"])
    #expect(facts([0x49, 0x08, 2, 0x01, 0x00, 0x00, 0x07]) == ["ipt 0 false 256", "ipt 1 false 7"])
    #expect(facts([0x49, 0x0B, 1, 0x01, 0x00]) == ["ipt 0 true 256"])
    let name = Array("ECM".utf8) + [0] + Array("-EngineControl".utf8) + [0, 0]
    #expect(facts([0x49, 0x0A, 1] + name) == ["name 0 ECM-EngineControl"])
    #expect(facts([0x49, 0x00, 0x55, 0x40, 0, 0]) == [])
    #expect(facts([0x49, 0x03, 2]) == [])
  }

  /// Whole messages of every service.
  static let whole: [[UInt8]] = [
    [0x41, 0x01, 0x83, 0x07, 0x65, 0x04, 0x05, 0x7B, 0x66, 3, 1, 2, 3, 4, 0x0C, 0x1A, 0xF8],
    [0x62, 0xF4, 0x05, 0x7B, 0xF4, 0x9A, 0x06, 0, 0x59, 0x90, 0xFF, 0x9C],
    [0x42, 0x02, 0x00, 0x03, 0x01, 0x05, 0x00, 0x7B, 0x14, 0x00, 90, 0xFF],
    [0x43, 4, 0x01, 0x33, 0x03, 0x01, 0x43, 0x21, 0xC1, 0x00], [0x47, 1, 0x03, 0x01], [0x44],
    [0x46, 0xA2, 0x0B, 0x24, 0, 1, 0, 0, 0xFF, 0xFF, 0x20, 0x80, 0, 0, 0, 0xA2, 0x0C, 0x24, 0, 2, 0, 0, 0xFF, 0xFF],
    [0x49, 0x02, 1] + Array("1D4GP00R55B123456".utf8), [0x49, 0x04, 1] + Array("CALIBRATION 0001".utf8),
    [0x49, 0x06, 2, 0x17, 0x91, 0xBC, 0x82, 0, 0, 0, 1], [0x49, 0x08, 2, 0x01, 0x00, 0x00, 0x07],
    [0x49, 0x0A, 1] + Array("ECM0-EngineControl00".utf8), [0x7F, 0x01, 0x12],
  ]

  @Test(arguments: whole) func aCutMessageTellsNothingThatItDoesNotHold(message: [UInt8]) {
    var decoder = WholeOBDTable.decoder()
    let all = decoder.tell(message)
    #expect(all.verdict == .reply)
    for length in 0..<message.count {
      let cut = decoder.tell(Array(message[..<length]), seconds: Double(length) * 100)
      // Seven bytes are a list without a count: indeed another message.
      if message[0] == 0x43 && length == 7 { continue }
      // A list that is cut ends nothing; all else is what the whole message begins with.
      let facts = cut.words.filter { $0 != "ended " }
      #expect(facts == Array(all.words.prefix(facts.count)), "\(length) of \(message)")
      #expect(cut.values.elementsEqual(all.values.prefix(cut.values.count)) { $0 == $1 || $0.isNaN && $1.isNaN })
    }
  }

  @Test func anyBytesAreBorneAndCountedOnce() {
    var decoder = WholeOBDTable.decoder()
    var random = Seeded(state: 3)
    let services: [UInt8] = [0x41, 0x42, 0x43, 0x44, 0x46, 0x47, 0x49, 0x4A, 0x62, 0x7F]
    let largest = decoder.largestReply
    var most = 0
    for i in 0..<150_000 {
      // Some as long as ISO-TP can make them.
      let length = i % 500 == 0 ? 4095 : Int.random(in: 0...60, using: &random)
      var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      if length > 0 && i % 8 != 0 { bytes[0] = services[i % services.count] }
      if length > 1 && i % 3 == 0 { bytes[1] = bytes[0] == 0x62 ? 0xF4 : UInt8.random(in: 0...0x20, using: &random) }
      if length > 2 && i % 5 == 0 { bytes[2] = UInt8.random(in: 0...4, using: &random) }
      if i % 4 == 0 { bytes = Self.whole[i % Self.whole.count] + bytes.prefix(i % 3) }
      let told = decoder.tell(bytes, from: obdUnit(UInt32(i % 8)), seconds: Double(i))
      most = max(most, told.samples.count)
      for fact in told.facts {
        if case .freezeFrameValue(_, _, let value) = fact { #expect(value.isNaN || abs(value) < 1e10) }
        if case .identity(.vin, _, let text) = fact { #expect(VehicleIdentification.isValid(text)) }
      }
    }
    #expect(most > 0 && most <= largest)
    let c = decoder.counters
    #expect(c.replies > 0 && c.malformed > 0 && c.unknownParameter > 0 && c.refusals > 0 && c.otherService > 0)
    #expect(c.replies + c.malformed + c.unknownParameter + c.refusals + c.pending + c.otherService == 150_000)
  }
}
