// ISO-TP: messages put together, and everything that can break one off.

import Decoding
import Testing
import Vocabulary

@Suite struct ISOTPListenerTests {
  static let engine = CANID(standard: 0x7E8)
  static let tester = CANID(standard: 0x7E0)

  func counters(_ set: (inout ISOTPListener.Counters) -> Void) -> ISOTPListener.Counters {
    var counters = ISOTPListener.Counters()
    set(&counters)
    return counters
  }

  /// A positive response of so many bytes, in which no two neighbours are alike.
  func reply(_ count: Int) -> [UInt8] { [0x62] + (1..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) } }

  @Test(arguments: [[], [0], [0x55, 0x55, 0x55, 0x55, 0x55], [0xFF, 0xAA]] as [[UInt8]])
  func singleFrame(padding: [UInt8]) {
    var bench = ISOTPBench()
    #expect(bench.take(Self.engine, [0x02, 0x41, 0x0D] + padding, seconds: 3) == .message)
    #expect(bench.heard == [ISOTPBench.Heard(Self.engine, [0x41, 0x0D], unit: Self.engine, time: 3)])
    #expect(bench.counters == counters { ($0.messages, $0.singleFrames) = (1, 1) })
  }

  /// Frames of a recorded VIN.
  @Test func severalFrames() {
    var bench = ISOTPBench()
    #expect(bench.take(Self.tester, [0x02, 0x09, 0x02], seconds: 0.9) == .message)
    #expect(bench.take(Self.engine, [0x10, 0x14, 0x49, 0x02, 0x01, 0x31, 0x44, 0x34], seconds: 1) == .part)
    #expect(bench.take(Self.tester, [0x30, 0, 0], seconds: 1.01) == .part)
    #expect(bench.take(Self.engine, [0x21, 0x47, 0x50, 0x30, 0x30, 0x52, 0x35, 0x35], seconds: 1.02) == .part)
    #expect(bench.take(Self.engine, [0x22, 0x42, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36], seconds: 1.03) == .message)
    #expect(bench.heard.count == 2)
    let vin = [0x49, 0x02, 0x01] + Array("1D4GP00R55B123456".utf8)
    #expect(bench.heard.last == ISOTPBench.Heard(Self.engine, vin, unit: Self.engine, time: 1.03))
    #expect(
      bench.counters
        == counters {
          ($0.messages, $0.singleFrames, $0.firstFrames, $0.consecutiveFrames, $0.flowControls) = (2, 1, 1, 2, 1)
        })
    #expect(bench.listener.running == 0)
  }

  /// Without flow control, padded or not, all lengths around the limits of a frame and of the sequence number.
  @Test(arguments: [8, 12, 64]) func everyLength(frameLength: Int) {
    for count in Array(1...300) + [4094, 4095] {
      for padding in [nil, 0xCC] as [UInt8?] {
        var bench = ISOTPBench()
        let message = reply(count)
        for bytes in isotpFrames(message, frameLength: frameLength, padding: padding) { bench.take(Self.engine, bytes) }
        #expect(bench.messages == [message], "\(count) bytes")
        #expect(bench.listener.running == 0)
      }
    }
  }

  @Test func lengthOf32Bits() {
    var bench = ISOTPBench(ISOTPListener(sessions: 1, largest: 5000))
    let message = reply(5000)
    for bytes in isotpFrames(message) { bench.take(Self.engine, bytes) }
    for bytes in isotpFrames(message, frameLength: 64) { bench.take(Self.engine, bytes) }
    #expect(bench.messages == [message, message])
  }

  @Test func tooLarge() {
    var bench = ISOTPBench(ISOTPListener(largest: 100))
    let frames = isotpFrames(reply(101))
    #expect(bench.take(Self.engine, frames[0]) == .part)
    #expect(bench.take(Self.engine, frames[1]) == .notDiagnostic)
    #expect(bench.take(Self.engine, [0x10, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x62, 1]) == .part)
    #expect(bench.heard.isEmpty && bench.listener.running == 0)
    #expect(bench.counters == counters { ($0.firstFrames, $0.tooLarge, $0.unexpected) = (2, 2, 1) })
    for bytes in isotpFrames(reply(100)) { bench.take(Self.engine, bytes) }
    #expect(bench.messages == [reply(100)])
  }

  @Test func messagesInterleave() {
    let ids = (0..<8).map { CANID(standard: 0x7E8 + $0) }
    var bench = ISOTPBench()
    let frames = isotpFrames(reply(200))
    for bytes in frames { for id in ids { bench.take(id, bytes) } }
    for bytes in frames { for bus in 0..<4 as Range<UInt8> { bench.take(Self.engine, bytes, bus: bus) } }
    #expect(bench.messages == Array(repeating: reply(200), count: 12))
    #expect(bench.heard.map(\.unit).suffix(4) == (0..<4).map { ControlUnit(bus: $0, answersOn: Self.engine) })
  }

  @Test(arguments: [[0, 2], [0, 1, 1], [0, 1, 3], [0, 2, 1]])
  func outOfSequence(order: [Int]) {
    var bench = ISOTPBench()
    let frames = isotpFrames(reply(30))
    let verdicts = order.map { bench.take(Self.engine, frames[$0]) }
    #expect(verdicts.contains(.malformed))
    #expect(bench.heard.isEmpty && bench.counters.sequenceErrors == 1 && bench.listener.running == 0)
    for bytes in frames { bench.take(Self.engine, bytes) }
    #expect(bench.messages == [reply(30)])
  }

  @Test func cutShort() {
    var bench = ISOTPBench()
    let frames = isotpFrames(reply(30))
    bench.take(Self.engine, frames[0])
    #expect(bench.take(Self.engine, Array(frames[1].prefix(7))) == .malformed)
    #expect(bench.counters.sequenceErrors == 1)
    #expect(bench.take(Self.engine, frames[2]) == .notDiagnostic)
    #expect(bench.counters.unexpected == 1)
  }

  @Test func overtaken() {
    var bench = ISOTPBench()
    let frames = isotpFrames(reply(30))
    bench.take(Self.engine, frames[0])
    bench.take(Self.engine, frames[1])
    for bytes in frames { bench.take(Self.engine, bytes) }
    bench.take(Self.engine, frames[0])
    bench.take(Self.engine, [0x03, 0x7F, 0x22, 0x78])
    #expect(bench.messages == [reply(30), [0x7F, 0x22, 0x78]])
    #expect(bench.counters.aborted == 2 && bench.listener.running == 0)
  }

  /// Both ways: a recording that was put together from several jumps back, and one of several buses runs back a little.
  @Test(arguments: [(1.01, false), (0.99, true), (-1.01, false), (-0.3, true)])
  func time(step: Double, isHeard: Bool) {
    var bench = ISOTPBench()
    let frames = isotpFrames(reply(9))
    bench.take(Self.engine, frames[0], seconds: 10)
    bench.take(Self.engine, frames[1], seconds: 10 + step)
    #expect(bench.messages == (isHeard ? [reply(9)] : []))
    #expect(bench.counters.timeouts == (isHeard ? 0 : 1))
    #expect(bench.counters.unexpected == (isHeard ? 0 : 1))
  }

  @Test func silentOnesAreNoAborts() {
    var bench = ISOTPBench()
    bench.take(Self.engine, isotpFrames(reply(30))[0], seconds: 1)
    bench.take(Self.engine, isotpFrames(reply(30))[0], seconds: 3)
    #expect(bench.counters.timeouts == 1 && bench.counters.aborted == 0)
  }

  @Test func flowControl() {
    var bench = ISOTPBench()
    let frames = isotpFrames(reply(9))
    bench.take(Self.engine, frames[0], seconds: 1)
    #expect(bench.take(Self.tester, [0x31, 0, 0, 0, 0, 0, 0, 0], seconds: 1.9) == .part)
    #expect(bench.take(Self.tester, [0x30, 0, 0xF1], seconds: 2.8) == .part)
    #expect(bench.take(Self.engine, frames[1], seconds: 3.7) == .message)

    bench.take(Self.engine, frames[0], seconds: 4)
    #expect(bench.take(Self.tester, [0x32, 0, 0], seconds: 4.1) == .part)
    #expect(bench.counters.overflows == 1 && bench.listener.running == 0)
    #expect(bench.take(Self.tester, [0x30, 0, 0], seconds: 4.2) == .notDiagnostic)
    #expect(bench.take(Self.tester, [0x33, 0, 0], seconds: 4.3) == .malformed)
    #expect(bench.take(Self.tester, [0x30, 0], seconds: 4.4) == .malformed)
    // That of another unit or bus.
    bench.take(Self.engine, frames[0], seconds: 5)
    #expect(bench.take(CANID(standard: 0x7E1), [0x32, 0, 0], seconds: 5) == .notDiagnostic)
    #expect(bench.take(Self.tester, [0x32, 0, 0], bus: 1, seconds: 5) == .notDiagnostic)
    #expect(bench.listener.running == 1)
    // Too late.
    #expect(bench.take(Self.tester, [0x30, 0, 0], seconds: 6.1) == .notDiagnostic)
    #expect(bench.counters.timeouts == 1 && bench.listener.running == 0)
  }

  /// The request is the long one, the unit the one that steers it.
  @Test func longRequest() {
    var bench = ISOTPBench()
    let request = [0x2E, 0xF1, 0x90] + Array("1D4GP00R55B123456".utf8)
    let frames = isotpFrames(request)
    bench.take(Self.tester, frames[0])
    #expect(bench.take(Self.engine, [0x30, 0, 0]) == .part)
    for bytes in frames.dropFirst() { bench.take(Self.tester, bytes) }
    #expect(bench.heard == [ISOTPBench.Heard(Self.tester, request, unit: Self.engine, isRequest: true)])
  }

  @Test func theOneSilentForLongestGivesWay() {
    var bench = ISOTPBench(ISOTPListener(sessions: 2))
    let frames = isotpFrames(reply(20))
    let ids = (0..<4).map { CANID(standard: 0x7E8 + $0) }
    bench.take(ids[0], frames[0], seconds: 1)
    bench.take(ids[1], frames[0], seconds: 1.1)
    bench.take(ids[0], frames[1], seconds: 1.2)
    bench.take(ids[2], frames[0], seconds: 1.3)
    #expect(bench.counters.evicted == 1 && bench.counters.timeouts == 0)
    #expect(bench.take(ids[1], frames[1], seconds: 1.4) == .notDiagnostic)
    #expect(bench.take(ids[0], frames[2], seconds: 1.4) == .message)
    #expect(bench.take(ids[2], frames[1], seconds: 1.5) == .part)
    #expect(bench.take(ids[2], frames[2], seconds: 1.5) == .message)
    bench.take(ids[0], frames[0], seconds: 2)
    bench.take(ids[1], frames[0], seconds: 2)
    bench.take(ids[3], frames[0], seconds: 4)
    #expect(bench.counters.evicted == 1 && bench.counters.timeouts == 1 && bench.listener.running == 2)
  }

  @Test func lengthsThatCannotBe() {
    let cases: [[UInt8]] = [
      [], [0x00], [0x00, 0x41], [0x08, 0x41, 0, 0, 0, 0, 0, 0], [0x03, 0x41, 0x0C], [0x0F, 0x41, 0, 0, 0, 0, 0, 0],
      [0x10, 0x07, 0x41, 0, 0, 0, 0, 0], [0x10, 0x14, 0x49, 0x02, 0x01, 0x31, 0x44],
      [0x10, 0x00, 0, 0, 0x0F, 0xFF, 0x41, 0], [0x20], [0x21], [0x40, 0x41], [0xF2, 0x41, 0x0C],
      // FD: the nibble must be 0, the length must fit, what fits in one frame must come in one.
      [0x03, 0x41, 0x0C, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0x00, 0x00, 0x41, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [0x00, 0x0B, 0x41, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0x10, 0x0A, 0x41, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]
    var bench = ISOTPBench()
    for bytes in cases { #expect(bench.take(Self.engine, bytes) == .malformed, "\(bytes)") }
    #expect(bench.counters == counters { $0.malformed = UInt64(cases.count) })
    #expect(bench.take(Self.engine, [0x00, 0x0A, 0x41] + Array(repeating: 0, count: 9)) == .message)
  }

  @Test func memoryIsThatOfTheMessages() {
    let small = ISOTPListener(sessions: 1, largest: 8).memoryBytes
    let usual = ISOTPListener().memoryBytes
    #expect(usual >= 24 * 4095 && usual < 24 * 4095 + 8000)
    #expect(small < 4000)
  }
}
