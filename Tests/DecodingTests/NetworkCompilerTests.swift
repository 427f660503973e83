// From names to a table: conversions, multiplexors that come along, names that do not exist.

import DecoderCore
import Decoding
import Testing
import Vocabulary

@Suite struct NetworkCompilerTests {
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

  // MARK: J1939

  /// Two senders of one group, one group from any sender, one 11-bit message.
  let machine = NetworkDescription.parse(
    bytes: Array(
      """
      BO_ 2365480193 Temperature_01: 8 X
       SG_ Coolant : 0|8@1+ (1,-40) [-40|210] "degC" X
      BO_ 2365480242 Temperature_32: 8 X
       SG_ Coolant : 0|8@1+ (1,-40) [-40|210] "degC" X
      BO_ 2364540158 EEC1: 8 X
       SG_ Speed : 24|16@1+ (0.125,0) [0|0] "rpm" X
      BO_ 256 Own: 8 X
       SG_ Value : 0|8@1+ (0.1,0) [0|0.3] "" X
      BA_ "ProtocolType" "J1939";
      """.utf8), name: "machine.dbc")

  @Test func parameterGroupsAreMatchedAsTheFileSays() {
    func compiled(_ j1939: Bool?) -> [DecoderTable.Message] {
      var problems: [MappingProblem] = []
      let mappings = [
        map("Temperature_01", "Coolant", 0), map("Temperature_32", "Coolant", 1), map("EEC1", "Speed", 2),
        map("Own", "Value", 3),
      ]
      return machine.compile(mappings, j1939: j1939, problems: &problems)
    }
    // Two senders of one group are told apart by their addresses.
    #expect(compiled(nil).map(\.matching) == [.identifier, .identifier, .parameterGroup, .identifier])
    #expect(compiled(nil).map { $0.signals[0].reserved } == [.none, .none, .j1939, .none])
    #expect(compiled(true).map(\.matching) == [.parameterGroup, .parameterGroup, .parameterGroup, .identifier])
    #expect(compiled(false).allSatisfy { $0.matching == .identifier && $0.signals[0].reserved == .none })
  }

  @Test func everythingAsParameterGroups() {
    let plain = machine.compileAll()
    #expect(plain.sources == [0, 1, 2, 3] && plain.messages.allSatisfy { $0.matching == .identifier })
    // Of a group the last message counts.
    let groups = machine.compileAll(j1939: true)
    #expect(groups.sources == [1, 2, 3])
    #expect(groups.messages.map(\.matching) == [.parameterGroup, .parameterGroup, .identifier])
    #expect(groups.messages.allSatisfy { $0.signals.allSatisfy { $0.reserved == .none } })
  }

  @Test func validityIsThatOfTheFile() {
    let raw = machine.compileAll()
    #expect(raw.messages.allSatisfy { $0.signals.allSatisfy { $0.range == -.infinity ... .infinity } })
    let valid = machine.compileAll(validity: true)
    #expect(valid.messages.map { $0.signals[0].reserved } == [.j1939, .j1939, .j1939, .none])
    // [0|0] is no range.
    #expect(valid.messages[2].signals[0].range == -.infinity ... .infinity)
    var problems: [DecoderTable.Problem] = []
    let table = DecoderTable(valid.messages, problems: &problems)
    func validity(_ raw: UInt8) -> Validity? {
      table.samples(of: frame(CANID(standard: 256), [raw, 0, 0, 0, 0, 0, 0, 0])).samples.first?.validity
    }
    // 3 * 0.1 is above 0.3 by a rounding, which is no reason to refuse it.
    #expect(validity(3) == .valid)
    #expect(validity(4) == .outOfRange)
  }

  @Test func messagesOfOneNameAllGiveTheSignal() {
    let range = NetworkDescription.parse(
      bytes: Array("{SEND}\n[A]\nID=010h-012h\nVar=S unsigned 0,8\n".utf8), name: "a.sym")
    var problems: [MappingProblem] = []
    #expect(range.compile([map("A", "S", 0)], problems: &problems).map(\.id.value) == [0x10, 0x11, 0x12])
    #expect(problems.isEmpty)
  }

  @Test func aFileWithoutMessagesSaysSo() {
    var problems: [MappingProblem] = []
    let empty = NetworkDescription.parse(bytes: [], name: "empty.dbc")
    #expect(empty.compile([map("A", "S", 0)], problems: &problems).isEmpty)
    #expect(problems.map(\.description) == ["A.S: empty.dbc: no message in it: the file is empty"])
  }

  /// What selects a signal was refused: the signal is not taken for one that is always there.
  @Test func aSignalWithoutItsMultiplexorIsRefused() {
    let broken = NetworkDescription.parse(
      bytes: Array(
        """
        BO_ 1 A: 8 X
         SG_ First : 16|8@1+ (1,0) [0|0] "" X
         SG_ Lost m1M : 0|8@1+ (1,0) [0|0] "" X
         SG_ Leaf m2 : 8|8@1+ (1,0) [0|0] "" X
        SG_MUL_VAL_ 1 Leaf Lost 2-2;
        """.utf8), name: "")
    #expect(broken.problems.map(\.line) == [3, 4])
    var refused: [DecoderTable.Problem] = []
    _ = DecoderTable(broken.compileAll(validity: true).messages, problems: &refused)
    #expect(refused.map(\.reason) == [.unusableMultiplexor])
  }

  @Test func whatNoTableCanDecodeIsToldWithItsLine() {
    let deep = (1...11).map { " SG_ S\($0) m1M : \($0 * 4)|4@1+ (1,0) [0|0] \"\" X" }
    let chain = (1...11).map { "SG_MUL_VAL_ 1 S\($0) S\($0 - 1) 1-1;" }
    let text = ["BO_ 1 A: 8 X", " SG_ S0 M : 0|4@1+ (1,0) [0|0] \"\" X"] + deep + chain
    let description = NetworkDescription.parse(bytes: Array(text.joined(separator: "\n").utf8), name: "deep.dbc")
    #expect(description.problems.isEmpty)
    #expect(description.undecodable.map(\.line) == [11, 12, 13])
    #expect(description.undecodable.first?.reason == "signal S9: more than eight multiplexors below each other")
  }

  /// Plain decoding takes the file as it stands: `m` without a value is no multiplexor there.
  @Test func aRepairedSelectionCountsOnlyWithValidityRules() {
    let odd = NetworkDescription.parse(
      bytes: Array(
        """
        BO_ 1 A: 8 X
         SG_ Which m : 0|8@1+ (1,0) [0|0] "" X
         SG_ Leaf m2 : 8|8@1+ (1,0) [0|0] "" X
         SG_ Other : 16|8@1+ (1,0) [0|0] "" X
        SG_MUL_VAL_ 1 Other Which 3-4;
        """.utf8), name: "")
    #expect(odd.messages[0].signals.map { $0.selection?.isRepaired } == [nil, true, true])
    #expect(odd.compileAll().signals.map(\.signal) == [0])
    #expect(odd.compileAll(validity: true).signals.map(\.signal) == [0, 1, 2])
  }
}
