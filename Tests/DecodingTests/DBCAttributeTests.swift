// The attributes of a DBC file that count: cycle times, J1939 parameter groups, suspect parameter numbers.

import DecoderCore
import Decoding
import Testing
import Vocabulary

@Suite struct DBCAttributeTests {
  /// Two messages with 29-bit identifiers, EEC1 and CCVS, and one with 11 bits.
  func parse(_ attributes: String) -> NetworkDescription {
    let messages = """
      BO_ 2364540158 EEC1: 8 X
       SG_ EngSpeed : 24|16@1+ (0.125,0) [0|8031.875] "rpm" X
      BO_ 2566844926 CCVS: 8 X
       SG_ Speed : 8|16@1+ (0.00390625,0) [0|250.99609375] "km/h" X
      BO_ 256 Standard: 8 X

      """
    return NetworkDescription.parse(bytes: Array((messages + attributes).utf8), name: "a.dbc")
  }

  @Test func cycleTimes() {
    let file = parse(
      """
      BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
      BA_DEF_DEF_ "GenMsgCycleTime" 100;
      BA_ "GenMsgCycleTime" BO_ 2364540158 20;
      BA_ "GenMsgCycleTime" BO_ 256 0;
      """)
    #expect(file.messages.map(\.cycleTime) == [0.02, 0.1, nil])
    #expect(file.problems.isEmpty)
  }

  @Test func suspectParameterNumbers() {
    let file = parse(
      """
      BA_DEF_ SG_ "SPN" INT 0 524287;
      BA_DEF_DEF_ "SPN" 0;
      BA_ "SPN" SG_ 2364540158 EngSpeed 190;
      BA_ "SPN" SG_ 2566844926 Speed 0;
      BA_ "SPN" SG_ 2566844926 Speed -1;
      """)
    #expect(file.messages.flatMap(\.signals).map(\.spn) == [190, nil])
    #expect(file.problems.map(\.line) == [10])
  }

  static let enumeration = #"BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","J1939PG";"# + "\n"

  @Test(arguments: [
    ("", [false, false]),
    // By the number that Vector's own definition has, by that of the file, by text.
    ("BA_ \"VFrameFormat\" BO_ 2364540158 3;", [true, false]),
    (enumeration + "BA_ \"VFrameFormat\" BO_ 2364540158 2;", [true, false]),
    (enumeration + "BA_ \"VFrameFormat\" BO_ 2364540158 3;", [false, false]),
    ("BA_ \"VFrameFormat\" BO_ 2566844926 \"J1939PG\";", [false, true]),
    // What holds for all, and what a message says itself.
    ("BA_ \"ProtocolType\" \"J1939\";", [true, true]),
    ("BA_ \"ProtocolType\" \"J1939\";\nBA_ \"VFrameFormat\" BO_ 2566844926 1;", [true, false]),
    ("BA_DEF_DEF_ \"ProtocolType\" \"J1939\";", [true, true]),
    ("BA_DEF_DEF_ \"ProtocolType\" \"J1939\";\nBA_ \"ProtocolType\" \"\";", [false, false]),
    ("BA_DEF_DEF_ \"ProtocolType\" \"J1939\";\nBA_ \"ProtocolType\" \"GMLAN\";", [false, false]),
    ("BA_DEF_DEF_ \"VFrameFormat\" \"J1939PG\";", [true, true]),
    ("BA_DEF_DEF_ \"VFrameFormat\" \"StandardCAN\";\nBA_DEF_DEF_ \"ProtocolType\" \"J1939\";", [false, false]),
  ]) func parameterGroups(attributes: String, expected: [Bool]) {
    let file = parse(attributes)
    // An 11-bit identifier has no parameter group.
    #expect(file.messages.map(\.isParameterGroup) == expected + [false])
    #expect(file.problems.isEmpty)
  }

  /// Requests to and replies from a control unit have 29-bit identifiers that J1939 leaves to ISO 15765-2.
  @Test func diagnosticsAreNoParameterGroup() {
    let file = NetworkDescription.parse(
      bytes: Array("BO_ 2564485397 Reply: 8 X\nBA_ \"ProtocolType\" \"J1939\";".utf8), name: "")
    #expect(file.messages.map(\.isParameterGroup) == [false])
  }

  @Test func parameterGroupsMayBeLongerThanAFrame() {
    let file = NetworkDescription.parse(
      bytes: Array("BO_ 2566843646 VI: 39 X\nBO_ 1 Other: 39 X\nBA_ \"ProtocolType\" \"J1939\";".utf8), name: "")
    #expect(file.problems.map(\.line) == [2])
  }
}
