// The DBC parser on what the format allows and on what real files hold instead.

import DecoderCore
import Decoding
import Testing
import Vocabulary

@Suite struct DBCParserTests {
  func parse(_ text: String) -> NetworkDescription {
    NetworkDescription.parse(bytes: Array(text.utf8), name: "test.dbc")
  }

  /// A message of one `SG_` line.
  func signal(_ line: String) -> (signal: NetworkDescription.Signal?, problems: [NetworkDescription.Problem]) {
    let file = parse("BO_ 1 A: 8 X\n" + line + "\n")
    return (file.messages.first?.signals.first, file.problems)
  }

  @Test func aWholeFile() throws {
    let file = parse(
      """
      VERSION "1.0"

      NS_ :
      \tNS_DESC_
      \tCM_
      \tBA_DEF_
      \tVAL_
      \tBU_SG_REL_

      BS_:

      BU_: ECU1 ECU2
       ECU3
      VAL_TABLE_ Switch 1 "on" 0 "off" ;

      BO_ 2364540158 EEC1: 8 ECU1
       SG_ EngSpeed : 24|16@1+ (0.125,0) [0|8031.875] "rpm"  ECU2,ECU3
       SG_ Torque : 16|8@1- (1,-125) [-125|125] "%" ECU2

      BO_ 256 Status: 4 Vector__XXX
       SG_ Temperature : 7|16@0- (0.1,-40) [0|0] "°C" Vector__XXX

      BO_TX_BU_ 256 : ECU1,ECU2;
      EV_ Var: 0 [0|0] "" 0 2 DUMMY_NODE_VECTOR0 Vector__XXX;
      CM_ "all of it";
      CM_ BU_ ECU1 "a node";
      CM_ BO_ 256 "a message
      BO_ 999 NotAMessage: 8 X
      over lines";
      CM_ SG_ 256 Temperature "a \\"quoted\\" word";
      BA_DEF_ BO_ "Cycle" INT 0 1000;
      BA_DEF_DEF_ "Cycle" 100;
      BA_ "Cycle" BO_ 256 50;
      VAL_ 256 Temperature 1 "hot" 0 "cold" ;
      SIG_GROUP_ 256 Group 1 : Temperature;
      """)
    #expect(file.problems.isEmpty, "\(file.problems)")
    #expect(file.messages.map(\.name) == ["EEC1", "Status"])
    #expect(file.signalCount == 3)
    let speed = try #require(file.messages.first?.signals.first)
    #expect(file.messages[0].id == CANID(extended: 0x0CF0_04FE))
    #expect(file.messages[1].id == CANID(standard: 256))
    #expect(file.messages[1].length == 4)
    #expect(speed.startBit == 24 && speed.length == 16 && speed.byteOrder == .little && speed.format == .unsigned)
    #expect(speed.factor == 0.125 && speed.offset == 0 && speed.range == 0...8031.875 && speed.unit == "rpm")
    let temperature = file.messages[1].signals[0]
    #expect(temperature.byteOrder == .big && temperature.format == .signed && temperature.range == nil)
    #expect(temperature.unit == "°C" && temperature.line == 21)
    #expect(temperature.valueNames == [.init(value: 1, name: "hot"), .init(value: 0, name: "cold")])
    #expect(temperature.comment == "a \"quoted\" word")
    #expect(file.messages[1].comment == "a message\nBO_ 999 NotAMessage: 8 X\nover lines")
    #expect(file.comment == "all of it")
    #expect(speed.valueNames.isEmpty && speed.comment == nil && file.messages[0].comment == nil)
  }

  @Test func valueTables() {
    let file = parse(
      """
      VAL_TABLE_ Gear 3 "third" -1 "reverse" 0.0 "neutral" ;
      BO_ 1 A: 8 X
       SG_ Actual : 0|8@1- (1,0) [0|1] "" X
       SG_ Wanted : 8|8@1- (1,0) [0|1] "" X
       SG_ Other : 16|8@1- (1,0) [0|1] "" X
      VAL_ 1 Actual Gear ;
      VAL_ 1 Wanted 1 "first" 9223372036854775807 "snv";
      VAL_ 1 Other ;
      VAL_ EnvironmentVariable 0 "off" ;
      VAL_ 1 Other NoSuchTable ;
      VAL_ 1 Other 0.5 "half" ;
      VAL_ 1 Ghost 0 "boo" ;
      CM_ SG_ 1 Ghost "boo";
      CM_ BO_ 2 "boo";
      """)
    #expect(
      file.messages.first?.signals.map(\.valueNames) == [
        [.init(value: 3, name: "third"), .init(value: -1, name: "reverse"), .init(value: 0, name: "neutral")],
        [.init(value: 1, name: "first"), .init(value: .max, name: "snv")], [],
      ])
    #expect(file.problems.map(\.line) == [10, 11, 12, 13, 14], "\(file.problems)")
    #expect(file.problems.first?.reason == "no value table NoSuchTable above")
  }

  @Test(arguments: [
    ".25", "0.25", "+.25", "2.5E-1", "25e-2", "0.250",
  ])
  func numbersAsPeopleWriteThem(number: String) {
    let (signal, problems) = signal(" SG_ S : 0|8@1+ (\(number),0) [0|1] \"\" X")
    #expect(signal?.factor == 0.25)
    #expect(problems.isEmpty)
  }

  @Test(arguments: ["0x10", "inf", "nan", "1e999", "1,5", "", "--1", "1.2.3"])
  func whatIsNoNumberCostsItsLine(number: String) {
    let (signal, problems) = signal(" SG_ S : 0|8@1+ (\(number),0) [0|1] \"\" X")
    #expect(signal == nil)
    #expect(problems.map(\.line) == [2])
  }

  @Test func oddSpacingAndNames() {
    let file = parse(
      "  BO_ 1 2STEP_Msg :8 X\n\tSG_ 4WD_Active:7|8 @ 0 - ( -1 , -.5 ) [ -10 | 10 ]\"km/h\"\n"
        + " SG_ Second m0M : 8|8@1+ (1,0) [0|0] \"\" X,\n   Y\n SG_ Mux M : 0|8@1+ (1,0) [0|0] \"\"")
    #expect(file.problems.isEmpty, "\(file.problems)")
    #expect(file.messages.map(\.name) == ["2STEP_Msg"])
    #expect(file.messages.first?.signals.map(\.name) == ["4WD_Active", "Second", "Mux"])
    #expect(file.messages.first?.signals.first?.offset == -0.5)
    #expect(file.messages.first?.signals.first?.format == .signed)
  }

  @Test func lineEndsAndByteOrderMark() {
    let lines = ["VERSION \"\"", "BO_ 1 A: 8 X", " SG_ S : 0|8@1+ (1,0) [0|1] \"\" X", "BO_ x", "BO_ 2 B: 8 X"]
    for end in ["\n", "\r\n", "\r"] {
      let bytes: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(lines.joined(separator: end).utf8)
      let file = NetworkDescription.parse(bytes: bytes, name: "")
      #expect(file.messages.map(\.name) == ["A", "B"])
      #expect(file.problems.map(\.line) == [4])
    }
  }

  @Test func windows1252AndUTF8InOneFile() {
    var bytes = Array("BO_ 1 A: 8 X\n SG_ S : 0|8@1+ (1,0) [0|1] \"".utf8)
    bytes += [0xB0, 0x43, 0x80] + Array("\" X\n SG_ T : 8|8@1+ (1,0) [0|1] \"µ°\" X\n".utf8)
    bytes += Array("CM_ \"Gr".utf8) + [0xFC, 0xDF] + Array("e\";\nCM_ BO_ 1 \"Grüße\";".utf8)
    let file = NetworkDescription.parse(bytes: bytes, name: "")
    #expect(file.messages.first?.signals.map(\.unit) == ["°C€", "µ°"])
    #expect(file.comment == "Grüße" && file.messages.first?.comment == "Grüße")
    #expect(file.problems.isEmpty)
  }

  @Test(arguments: [true, false]) func utf16WithAMark(isLittle: Bool) {
    let units = [0xFEFF] + Array("BO_ 1 A: 8 X\n SG_ Ö : 0|8@1+ (1,0) [0|1] \"\" X\n".utf16)
    let bytes = units.flatMap { isLittle ? [UInt8($0 & 0xFF), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    #expect(NetworkDescription.parse(bytes: bytes, name: "").messages.first?.signals.map(\.name) == ["Ö"])
  }

  @Test func oneBadLineCostsThatLine() {
    let file = parse(
      """
      BO_ 1 A: 8 X
       SG_ Good : 0|8@1+ (1,0) [0|1] "" X
       SG_ Bad : 0|8@2+ (1,0) [0|1] "" X
       SG_ NoUnit : 0|8@1+ (1,0) [0|1]
       SG_ AlsoGood : 8|8@1+ (1,0) [0|1] "" X
      CM_ SG_ 1 Good "never closed;
      BO_ 2 B: 8 X
       SG_ Limits : 0|8@1+ (1,0) [a|b] "km" X
      VAL_ 1 Good 0 "zero"
      NEW_KEYWORD_ 1 2 3;
      CM_ 99 "on nothing";
      BO_ 3 C: 8 X
      BO_ nonsense
       SG_ Orphan : 0|8@1+ (1,0) [0|1] "" X
      """)
    #expect(file.messages.map(\.name) == ["A", "B", "C"])
    #expect(file.messages[0].signals.map(\.name) == ["Good", "AlsoGood"])
    #expect(file.messages[1].signals.map(\.unit) == ["km"])
    #expect(file.messages[1].signals.first?.range == nil)
    #expect(file.messages[2].signals.isEmpty)
    #expect(file.problems.map(\.line) == [3, 4, 6, 8, 9, 10, 11, 13, 14], "\(file.problems)")
    #expect(file.problems[0].reason == "expected '0', found '2+'")
    #expect(file.problems[5].reason == "'NEW_KEYWORD_' begins no DBC statement")
  }

  @Test func identifiers() {
    let file = parse(
      """
      BO_ 2047 Standard: 8 X
      BO_ 274923520 Unmarked: 8 X
      BO_ 1075054137 Impossible: 8 X
      BO_ 3221225472 VECTOR__INDEPENDENT_SIG_MSG: 0 Vector__XXX
       SG_ Unused : 0|8@1+ (1,0) [0|1] "" X
      BO_ 2047 Twice: 8 X
      SIG_VALTYPE_ 3221225472 Unused : 1;
      """)
    #expect(file.messages.map(\.name) == ["Standard", "Unmarked", "Twice"])
    #expect(file.messages[1].id == CANID(extended: 274_923_520))
    #expect(file.problems.map(\.line) == [2, 3, 6])
  }

  @Test func signalsThatCannotBeRightAreNamed() {
    let file = parse(
      """
      SG_ Early : 0|8@1+ (1,0) [0|1] "" X
      BO_ 1 A: 2 X
       SG_ S : 0|8@1+ (1,0) [0|1] "" X
       SG_ S : 8|8@1+ (1,0) [0|1] "" X
       SG_ Nothing : 0|0@1+ (1,0) [0|1] "" X
       SG_ Outside : 7|24@0+ (1,0) [0|1] "" X
       SG_ Alone m3 : 0|8@1+ (1,0) [0|1] "" X
      """)
    #expect(file.problems.map(\.line) == [1, 4, 5, 6, 7])
    #expect(file.messages.first?.signals.map(\.name) == ["S", "Outside"])
  }

  @Test func likelyMistakesAreNamedAndKept() {
    let file = parse(
      """
      BO_ 1 A: 9 X
       SG_ Constant : 0|8@1+ (0,5) [0|1] "" X
       SG_ Turned : 8|8@1+ (1,0) [10|-10] "" X
       SG_ HalfAFloat : 16|16@1- (1,0) [0|0] "" X
       SG_ Double : 0|64@1- (1,0) [0|0] "" X
      BO_ 2 B: 12 X
      BO_ 3 C: 65 X
      SIG_VALTYPE_ 1 HalfAFloat : 1;
      SIG_VALTYPE_ 1 Double : 1;
      """)
    #expect(file.messages.map(\.signals.count) == [4, 0, 0])
    #expect(file.messages[0].signals[1].range == -10...10)
    #expect(file.messages[0].signals[3].format == .float64)
    #expect(
      file.problems.map { "\($0.line): \($0.reason)" } == [
        "1: message A: no frame has 9 data bytes",
        "2: signal Constant: factor 0 gives the same value for every frame",
        "3: signal Turned: minimum 10.0 is above maximum -10.0; taken the other way round",
        "4: signal HalfAFloat: an IEEE number has 32 or 64 bits, this one 16",
        "7: message C: no frame has 65 data bytes",
        "9: signal Double: value type 1, but 64 bits; the bits count",
      ])
  }

  @Test func signalsOfOneNameBehindAMultiplexorAreKept() {
    let file = parse(
      """
      BO_ 1 A: 8 X
       SG_ Page M : 0|8@1+ (1,0) [0|0] "" X
       SG_ S m1 : 8|8@1+ (1,0) [0|0] "" X
       SG_ S m2 : 16|8@1+ (1,0) [0|0] "" X
      """)
    #expect(file.messages.first?.signals.map(\.name) == ["Page", "S", "S_m2"])
    #expect(file.problems.map(\.line) == [4])
  }

  @Test func extendedMultiplexingAndFloats() throws {
    let file = parse(
      """
      BO_ 1 A: 8 X
       SG_ Mux M : 0|8@1+ (1,0) [0|0] "" X
       SG_ Inner m1M : 8|8@1+ (1,0) [0|0] "" X
       SG_ Leaf m2 : 16|32@1- (1,0) [0|0] "" X
       SG_ Simple m7 : 16|8@1+ (1,0) [0|0] "" X
      SG_MUL_VAL_ 1 Leaf Inner 2-2, 5-9;
      SG_MUL_VAL_ 1 Ghost Inner 2-2;
      SG_MUL_VAL_ 1 Simple Ghost 2-2;
      SG_MUL_VAL_ 1 Simple Mux 9-2;
      SIG_VALTYPE_ 1 Leaf : 1;
      SIG_VALTYPE_ 1 Leaf2 : 1;
      """)
    let signals = try #require(file.messages.first?.signals)
    #expect(signals.map { $0.selection?.multiplexor } == [nil, "Mux", "Inner", "Mux"])
    #expect(signals[2].selection?.values == [2...2, 5...9])
    #expect(signals[2].format == .float32)
    #expect(signals[3].selection?.values == [7...7])
    #expect(file.problems.map(\.line) == [7, 8, 9, 11])
  }

  @Test func longNamesComeFromAttributes() {
    let file = parse(
      """
      BO_ 1 A_short: 8 X
       SG_ Mux_short M : 0|8@1+ (1,0) [0|0] "" X
       SG_ Leaf_short m1 : 8|8@1+ (1,0) [0|0] "" X
      BA_ "SystemMessageLongSymbol" BO_ 1 "A_very_long_name";
      BA_ "SystemSignalLongSymbol" SG_ 1 Mux_short "Mux_very_long_name";
      """)
    #expect(file.messages.map(\.name) == ["A_very_long_name"])
    #expect(file.messages.first?.signals.map(\.name) == ["Mux_very_long_name", "Leaf_short"])
    #expect(file.messages.first?.signals.last?.selection?.multiplexor == "Mux_very_long_name")
    #expect(file.problems.isEmpty)
  }

  /// No cut of a file and no changed byte of it may crash the parser, nor lose the lines before it.
  @Test func damagedFilesAreRead() {
    let text = """
      VERSION "1"
      NS_ :
       CM_
      BU_: A
      BO_ 1 A: 8 X
       SG_ S m1M : 0|8@1+ (1.5,-2e3) [0|1] "V" X
      CM_ SG_ 1 S "text";
      SG_MUL_VAL_ 1 S M 1-1, 2-3;
      SIG_VALTYPE_ 1 S : 1;
      """
    let bytes = Array(text.utf8)
    for cut in 0...bytes.count { _ = NetworkDescription.parse(bytes: Array(bytes[..<cut]), name: "") }
    var random = Seeded(state: 2)
    for _ in 0..<3000 {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      let file = NetworkDescription.parse(bytes: damaged, name: "")
      var problems: [DecoderTable.Problem] = []
      _ = DecoderTable(file.compileAll().messages, problems: &problems)
    }
  }
}
