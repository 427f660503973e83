// From names to a table: conversions, multiplexors that come along, names that do not exist.

import DecoderCore
import Decoding
import Testing
import Vocabulary

@Suite struct DBCCompilerTests {
  let file = NetworkDescription.parse(
    bytes: Array(
      """
      BO_ 256 Engine: 8 X
       SG_ CoolantTemperature : 0|8@1+ (0.75,-48) [-48|143.25] "degC" X
       SG_ Page M : 8|4@1+ (1,0) [0|15] "" X
       SG_ Inner m2M : 16|8@1+ (1,0) [0|255] "" X
       SG_ OilLevel m1 : 16|8@1+ (0.5,0) [0|100] "%" X
       SG_ Deep m3 : 24|8@1+ (1,0) [0|255] "" X
       SG_ Serial : 0|80@1+ (1,0) [0|0] "" X
      BO_ 257 Wheels: 8 X
       SG_ Speed : 7|16@0+ (0.01,0) [0|300] "m/s" X
      SG_MUL_VAL_ 256 Deep Inner 3-3;
      """.utf8), name: "car.dbc")

  func samples(_ mappings: [SignalMapping], _ frame: CANFrame) -> [Sample] {
    var problems: [MappingProblem] = []
    var refused: [DecoderTable.Problem] = []
    let table = DecoderTable(file.compile(mappings, problems: &problems), problems: &refused)
    #expect(problems.isEmpty && refused.isEmpty)
    return table.samples(of: frame).samples
  }

  func map(_ message: String, _ signal: String, _ target: UInt16) -> SignalMapping {
    SignalMapping(message: message, signal: signal, target: SignalID(rawValue: target))
  }

  @Test func unitsAreConverted() {
    var speed = map("Wheels", "Speed", 3)
    speed.factor = 3.6
    speed.range = 0...300
    let found = samples([speed], frame(CANID(standard: 257), [0x0B, 0xB8, 0, 0, 0, 0, 0, 0]))
    #expect(found.map(\.signal.rawValue) == [3])
    #expect(abs((found.first?.value ?? 0) - 108) < 1e-12)
    #expect(found.first?.validity == .valid)
    #expect(
      samples([speed], frame(CANID(standard: 257), [0x7F, 0xFF, 0, 0, 0, 0, 0, 0])).first?.validity == .outOfRange)
  }

  @Test func multiplexorsComeAlongSilently() {
    let deep = [map("Engine", "Deep", 9), map("Engine", "OilLevel", 8)]
    let id = CANID(standard: 256)
    #expect(samples(deep, frame(id, [0, 2, 3, 77, 0, 0, 0, 0])).map(\.value) == [77])
    #expect(samples(deep, frame(id, [0, 2, 4, 77, 0, 0, 0, 0])).isEmpty)
    #expect(samples(deep, frame(id, [0, 1, 50, 77, 0, 0, 0, 0])).map(\.value) == [25])
  }

  @Test func oneSignalMayServeTwoTargets() {
    let found = samples(
      [map("Engine", "CoolantTemperature", 1), map("Engine", "CoolantTemperature", 2)],
      frame(CANID(standard: 256), [100]))
    #expect(found.map(\.value) == [27, 27])
    #expect(found.map(\.signal.rawValue) == [1, 2])
  }

  @Test func wrongNamesAreReportedWithTheNearestRightOne() {
    var problems: [MappingProblem] = []
    let messages = file.compile(
      [
        map("Engin", "CoolantTemperature", 0), map("Engine", "CoolantTemp", 1), map("Engine", "coolanttemperature", 1),
        map("Wheels", "Speed", 2), map("Gearbox", "Gear", 3), map("Engine", "Serial", 4),
      ], problems: &problems)
    #expect(messages.count == 1)
    #expect(
      problems.map(\.description) == [
        "Engin.CoolantTemperature: no such message in car.dbc; did you mean Engine?",
        "Engine.CoolantTemp: no such signal in car.dbc",
        "Engine.coolanttemperature: no such signal in car.dbc; did you mean CoolantTemperature?",
        "Gearbox.Gear: no such message in car.dbc",
        "Engine.Serial: line 7 of car.dbc: a signal of more than 64 bits or of none cannot become a number",
      ])
  }

  @Test func messagesKeepTheirBus() {
    var problems: [MappingProblem] = []
    #expect(file.compile([map("Wheels", "Speed", 2)], bus: 1, problems: &problems).map(\.bus) == [1])
  }

  @Test func everythingHasAnIdentifierOfItsOwn() {
    let all = file.compileAll()
    #expect(all.sources == [0, 1])
    #expect(all.signals.map { file.messages[$0.message].signals[$0.signal].name }
      == ["CoolantTemperature", "Page", "Inner", "OilLevel", "Deep", "Speed"])
    #expect(all.messages.map(\.signals.count) == [5, 1])
  }
}
