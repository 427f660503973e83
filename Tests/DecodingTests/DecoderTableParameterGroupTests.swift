// SAE J1939-21: frames found by their parameter group number.

import DecoderCore
import Testing
import Vocabulary

@Suite struct DecoderTableParameterGroupTests {
  func message(
    _ id: CANID, _ number: UInt16, bus: UInt8? = nil, matching: DecoderTable.Matching = .parameterGroup
  ) -> DecoderTable.Message {
    .init(
      bus: bus, id: id, matching: matching, length: 1,
      signals: [.init(signal: SignalID(rawValue: number), startBit: 0, length: 8)])
  }

  func number(_ table: DecoderTable, _ id: UInt32, bus: UInt8 = 0) -> UInt16? {
    table.samples(of: frame(CANID(extended: id), [1], bus: bus)).samples.first?.signal.rawValue
  }

  @Test func priorityAndSourceDoNotCount() {
    // 61444, electronic engine controller 1: PDU format 0xF0, group extension 4.
    let (table, problems) = DecoderTable.of(message(CANID(extended: 0x0CF0_04FE), 1))
    #expect(problems.isEmpty)
    for id: UInt32 in [0x0CF0_04FE, 0x0CF0_0400, 0x18F0_0427, 0x00F0_0400] { #expect(number(table, id) == 1) }
    // Another group extension, format, data page, extended data page.
    for id: UInt32 in [0x0CF0_0500, 0x0CF1_0400, 0x0DF0_0400, 0x0EF0_0400] { #expect(number(table, id) == nil) }
    #expect(table.samples(of: frame(CANID(standard: 0x400), [1])).outcome.isKnown == false)
  }

  @Test func belowFormat240TheDestinationDoesNotCount() {
    // 0: torque speed control, which is sent to one address.
    let (table, _) = DecoderTable.of(message(CANID(extended: 0x0C00_00FE), 1), message(CANID(extended: 0x18EF_FFFE), 2))
    for id: UInt32 in [0x0C00_0027, 0x0C00_0F03, 0x0000_FFFF] { #expect(number(table, id) == 1) }
    for id: UInt32 in [0x18EF_0027, 0x0CEF_2700] { #expect(number(table, id) == 2) }
    #expect(number(table, 0x0C01_0027) == nil)
  }

  @Test func aWholeIdentifierGoesBeforeAParameterGroup() {
    let (table, problems) = DecoderTable.of(
      message(CANID(extended: 0x18FE_EE00), 1), message(CANID(extended: 0x18FE_EE21), 2, matching: .identifier),
      message(CANID(extended: 0x18FE_EE00), 3, matching: .identifier))
    #expect(problems.isEmpty)
    #expect(number(table, 0x18FE_EE17) == 1)
    #expect(number(table, 0x18FE_EE21) == 2)
    #expect(number(table, 0x18FE_EE00) == 3)
    #expect(number(table, 0x1CFE_EE21) == 1)
  }

  @Test func oneGroupHasOneMessageOnABus() {
    let (table, problems) = DecoderTable.of(
      message(CANID(extended: 0x18FE_EE00), 1), message(CANID(extended: 0x0CFE_EE55), 2),
      message(CANID(extended: 0x0CFE_EE55), 3, bus: 1), message(CANID(extended: 0x0CFE_EE56), 4, bus: 1))
    #expect(
      problems == [
        .init(message: 3, signal: nil, reason: .duplicateMessage),
        .init(message: 1, signal: nil, reason: .duplicateMessage),
      ])
    #expect(number(table, 0x18FE_EE77, bus: 0) == 1)
    #expect(number(table, 0x18FE_EE77, bus: 1) == 3)
    #expect(table.messageCount == 2)
  }

  @Test func anElevenBitIdentifierIsComparedWhole() {
    let (table, _) = DecoderTable.of(message(CANID(standard: 0x123), 1), message(CANID(extended: 0x18FE_EE00), 2))
    #expect(table.samples(of: frame(CANID(standard: 0x123), [1])).samples.first?.signal.rawValue == 1)
    #expect(table.samples(of: frame(CANID(standard: 0x122), [1])).samples.isEmpty)
    #expect(number(table, 0x123) == nil)
  }

  @Test func remoteAndErrorFramesAreNoMessages() {
    let (table, _) = DecoderTable.of(
      message(CANID(extended: 0x18FE_EE00), 1), message(CANID(extended: 0x18FE_EE21), 2, matching: .identifier))
    for flag in [CANID.remoteFlag, CANID.errorFlag, CANID.remoteFlag | CANID.errorFlag] {
      for id: UInt32 in [0x98FE_EE00, 0x98FE_EE21, 0x0000_FEEE] {
        #expect(table.samples(of: frame(CANID(rawValue: id | flag), [1])).outcome.isKnown == false)
      }
    }
  }
}
