// Error frames of linux/can/error.h, bit by bit.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct BusErrorFrameTests {
  static func frame(_ classes: UInt32, _ bytes: [UInt8] = []) -> BusErrorFrame {
    let id = CANID(rawValue: CANID.errorFlag | classes)
    return BusErrorFrame(id: id, data: CANFrame(time: .zero, id: id, bytes: bytes).payload.words[0])
  }

  static func kinds(_ frame: BusErrorFrame) -> [BusErrorKind] { BusErrorKind.allCases.filter { frame.contains($0) } }

  @Test(arguments: [
    (UInt32(0x001), [UInt8](), [BusErrorKind.transmitTimeout], "the driver gave up on sending a frame"),
    (0x002, [], [.arbitrationLost], "arbitration lost"), (0x002, [7], [.arbitrationLost], "arbitration lost in bit 7"),
    (0x004, [], [.other], "error of an unknown kind"),
    (0x004, [0, 0x01], [.receiveOverflow], "the controller's receive buffer overflowed"),
    (0x004, [0, 0x02], [.transmitOverflow], "the controller's transmit buffer overflowed"),
    (0x004, [0, 0x04], [.warning], "error-warning (receiving)"),
    (0x004, [0, 0x08], [.warning], "error-warning (sending)"),
    (0x004, [0, 0x30], [.passive], "error-passive (receiving and sending)"),
    (0x004, [0, 0x40], [.active], "error-active again"),
    (0x008, [], [.otherProtocol], "protocol error"), (0x008, [0, 0, 0x01], [.bit], "bit error"),
    (0x008, [0, 0, 0x08, 0x06], [.bit], "dominant bit error in the identifier"),
    (0x008, [0, 0, 0x90, 0x19], [.bit], "recessive bit error in the acknowledgement slot while sending"),
    (0x008, [0, 0, 0x02, 0x1A], [.form], "form error in the end of frame"),
    (0x008, [0, 0, 0x04, 0x0A], [.stuff], "stuff error in the data"),
    (0x008, [0, 0, 0x20], [.overload], "overload error"),
    (0x008, [0, 0, 0x06], [.form, .stuff], "form and stuff error"),
    (0x010, [], [.transceiver], "transceiver fault"),
    (0x010, [0, 0, 0, 0, 0x04], [.transceiver], "transceiver: CAN-H is broken"),
    (
      0x010, [0, 0, 0, 0, 0x75], [.transceiver],
      "transceiver: CAN-H is shorted to the battery and CAN-L is shorted to ground"
    ),
    (0x010, [0, 0, 0, 0, 0x80], [.transceiver], "transceiver: CAN-L is shorted to CAN-H"),
    (0x020, [], [.noAcknowledgement], "no acknowledgement"),
    (0x040, [], [.busOff], "bus-off: the controller has left the bus"), (0x080, [], [.busError], "bus error"),
    (0x100, [], [.restarted], "the controller was started again"),
    (0x000, [], [.other], "error of an unknown kind"), (0x1FFF_FC00, [], [.other], "error of an unknown kind"),
    (
      0x0A8, [0, 0, 0x80, 0x19], [.otherProtocol, .noAcknowledgement, .busError],
      "no acknowledgement, protocol error in the acknowledgement slot while sending"
    ),
  ])
  func everyClassHasItsKindAndItsWords(classes: UInt32, bytes: [UInt8], kinds: [BusErrorKind], text: String) {
    let frame = BusErrorFrameTests.frame(classes, bytes)
    #expect(BusErrorFrameTests.kinds(frame) == kinds)
    #expect(frame.text == text)
  }

  @Test(arguments: [
    (UInt32(0x040), UInt8(0), BusState.busOff as BusState?), (0x044, 0x40, .busOff), (0x100, 0, .errorActive),
    (0x004, 0x04, .errorWarning), (0x004, 0x08, .errorWarning), (0x004, 0x10, .errorPassive),
    (0x004, 0x24, .errorPassive),
    (0x004, 0x40, .errorActive), (0x004, 0x01, nil), (0x008, 0x40, nil), (0x020, 0x30, nil), (0x000, 0, nil),
  ])
  func theStateFollowsTheWorstSign(classes: UInt32, status: UInt8, state: BusState?) {
    #expect(BusErrorFrameTests.frame(classes, [0, status]).state == state)
  }

  @Test func countersCountOnlyWhereTheyAreSaidToBe() {
    let bytes: [UInt8] = [0, 0x20, 0, 0, 0, 0, 135, 12]
    #expect(BusErrorFrameTests.frame(0x004, bytes).errorCounters == nil)
    let frame = BusErrorFrameTests.frame(0x204, bytes)
    #expect(frame.errorCounters?.transmit == 135 && frame.errorCounters?.receive == 12)
    #expect(frame.text == "error-passive (sending); error counters: sending 135, receiving 12")
  }

  @Test func anyBytesMakeOneLineAndAreCounted() {
    var random = SocketDraws(seed: 5)
    var counts = BusErrorCounts()
    var expected = [UInt64](repeating: 0, count: BusErrorKind.allCases.count)
    for _ in 0..<20_000 {
      let frame = BusErrorFrame(id: CANID(rawValue: UInt32.random(in: 0 ... .max, using: &random)), data: random.next())
      #expect(!frame.text.isEmpty && !frame.text.contains("\n") && frame.text.utf8.count < 600)
      let kinds = BusErrorFrameTests.kinds(frame)
      #expect(!kinds.isEmpty)
      for kind in kinds { expected[Int(kind.rawValue)] += 1 }
      counts.note(frame)
    }
    #expect(BusErrorKind.allCases.map { counts[$0] } == expected)
    #expect(Set(BusErrorKind.allCases.map(\.name)).count == BusErrorKind.allCases.count)
  }
}
