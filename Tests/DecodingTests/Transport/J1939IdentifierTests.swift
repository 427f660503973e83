// Identifiers of SAE J1939, both ways.

import Decoding
import Testing
import Vocabulary

@Suite struct J1939IdentifierTests {
  /// Worked out by hand from the standard's layout.
  @Test(arguments: [
    (0x0CF0_0400, 3, 0xF004, 0x00, 0xFF), (0x18EA_FFF9, 6, 0xEA00, 0xF9, 0xFF), (0x18EA_00F9, 6, 0xEA00, 0xF9, 0x00),
    (0x1CEC_FF00, 7, 0xEC00, 0x00, 0xFF), (0x18FE_CA3D, 6, 0xFECA, 0x3D, 0xFF), (0x09F8_0103, 2, 0x1F801, 0x03, 0xFF),
    (0x19EF_1203, 6, 0x1EF00, 0x03, 0x12), (0x1FFF_FFFF, 7, 0x3FFFF, 0xFF, 0xFF), (0, 0, 0, 0, 0),
  ] as [(UInt32, UInt8, UInt32, UInt8, UInt8)])
  func parts(value: UInt32, priority: UInt8, group: UInt32, source: UInt8, destination: UInt8) {
    let identifier = J1939Identifier(CANID(extended: value))
    #expect(identifier?.priority == priority)
    #expect(identifier?.parameterGroup == group)
    #expect(identifier?.source == source)
    #expect(identifier?.destination == destination)
    let made = J1939Identifier(priority: priority, parameterGroup: group, source: source, destination: destination)
    #expect(made == identifier && made.id == CANID(extended: value))
  }

  @Test func everyIdentifierComesBack() {
    var random = Seeded(state: 3)
    for _ in 0..<20_000 {
      let id = CANID(extended: UInt32.random(in: 0...0x1FFF_FFFF, using: &random))
      #expect(J1939Identifier(id)?.id == id)
      #expect(J1939Identifier(id)?.parameterGroup == id.parameterGroup)
    }
  }

  @Test func whatHasNoPlace() {
    #expect(J1939Identifier(CANID(standard: 0x7FF)) == nil)
    #expect(J1939Identifier(CANID(rawValue: 0x98FE_CA00 | CANID.remoteFlag)) == nil)
    #expect(J1939Identifier(CANID(rawValue: 0x98FE_CA00 | CANID.errorFlag)) == nil)
    let identifier = J1939Identifier(priority: 14, parameterGroup: 0xFF_FECA, source: 1, destination: 5)
    #expect(identifier.id == CANID(extended: 0x1BFE_CA01))
    #expect(J1939Identifier(parameterGroup: 0xEA12, source: 1, destination: 5).id == CANID(extended: 0x18EA_0501))
  }
}
