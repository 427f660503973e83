// Which identifiers are diagnosis, who speaks to whom, and what merely looks like it.

import Decoding
import Testing
import Vocabulary

@Suite struct ISOTPAddressTests {
  typealias Heard = ISOTPBench.Heard

  @Test func candidates() {
    for value in 0...0x7FF as ClosedRange<UInt32> {
      let id = CANID(standard: value)
      #expect(ISOTPListener.isCandidate(id) == (value >= 0x700))
      #expect(!ISOTPListener.isCandidate(CANID(extended: value)))
    }
    for flag in [CANID.remoteFlag, CANID.errorFlag] {
      #expect(!ISOTPListener.isCandidate(CANID(rawValue: 0x7E8 | flag)))
      #expect(!ISOTPListener.isCandidate(CANID(rawValue: 0x98DA_F110 | flag)))
    }
    for (value, isCandidate) in [
      (0x18DA_F110, true), (0x18DB_33F1, true), (0x00DA_F110, true), (0x1CDB_0000, true), (0x18D9_F110, false),
      (0x18DC_33F1, false), (0x19DA_F110, false), (0x1ADA_F110, false), (0x18EC_FF00, false),
    ] as [(UInt32, Bool)] {
      #expect(ISOTPListener.isCandidate(CANID(extended: value)) == isCandidate)
    }
  }

  @Test func emissionsDiagnosis() {
    var bench = ISOTPBench()
    bench.take(CANID(standard: 0x7DF), [0x01, 0x03])
    bench.take(CANID(standard: 0x7E5), [0x02, 0x3E, 0x00])
    bench.take(CANID(standard: 0x7ED), [0x02, 0x7E, 0x00])
    #expect(
      bench.heard == [
        Heard(CANID(standard: 0x7DF), [0x03], isRequest: true),
        Heard(CANID(standard: 0x7E5), [0x3E, 0x00], unit: CANID(standard: 0x7ED), isRequest: true),
        Heard(CANID(standard: 0x7ED), [0x7E, 0x00], unit: CANID(standard: 0x7ED)),
      ])
  }

  /// Of any priority; the tester F1 or any other.
  @Test(arguments: [(0x18DA_10F1, 0x18DA_F110), (0x18DA_EEFB, 0x18DA_FBEE), (0x14DA_10F1, 0x14DA_F110)])
  func normalFixedAddressing(there: UInt32, back: UInt32) {
    var bench = ISOTPBench()
    let (there, back) = (CANID(extended: there), CANID(extended: back))
    let vin: [UInt8] = [0x62, 0xF1, 0x90] + Array("LC04S43R0K4000092".utf8)
    #expect(bench.take(there, [0x03, 0x22, 0xF1, 0x90]) == .message)
    let frames = isotpFrames(vin, padding: 0xFF)
    #expect(bench.take(back, frames[0]) == .part)
    #expect(bench.take(there, [0x30, 0, 1]) == .part)
    for bytes in frames.dropFirst() { bench.take(back, bytes) }
    #expect(
      bench.heard == [
        Heard(there, [0x22, 0xF1, 0x90], unit: back, isRequest: true), Heard(back, vin, unit: back),
      ])
  }

  @Test func functional() {
    var bench = ISOTPBench()
    let id = CANID(extended: 0x18DB_33F1)
    #expect(bench.take(id, [0x02, 0x01, 0x00]) == .message)
    #expect(bench.heard == [Heard(id, [0x01, 0x00], isRequest: true)])
    #expect(bench.take(id, [0x02, 0x41, 0x00]) == .notDiagnostic)
    #expect(bench.take(id, [0x10, 0x14, 0x22, 0, 0, 0, 0, 0]) == .notDiagnostic)
    #expect(bench.take(id, [0x21, 0x14, 0x22]) == .notDiagnostic)
    #expect(bench.counters.foreign == 2 && bench.counters.unexpected == 1)
  }

  /// Frames that are well-formed but say nothing that goes in their direction.
  @Test(arguments: [
    (CANID(standard: 0x7E8), 0x01), (CANID(standard: 0x7E8), 0x40), (CANID(standard: 0x7E8), 0xB1),
    (CANID(standard: 0x7E0), 0x41), (CANID(standard: 0x7E0), 0x00), (CANID(standard: 0x7DF), 0x7F),
    (CANID(extended: 0x18DA_F110), 0x22), (CANID(extended: 0x18DA_10F1), 0x62), (CANID(extended: 0x18DA_1020), 0x00),
    (CANID(extended: 0x18DA_1020), 0x40), (CANID(extended: 0x18DA_F1F1), 0x22), (CANID(extended: 0x18DA_F1F1), 0x62),
  ] as [(CANID, UInt8)])
  func foreign(id: CANID, service: UInt8) {
    var bench = ISOTPBench()
    #expect(bench.take(id, [0x03, service, 0x00, 0x00]) == .notDiagnostic)
    #expect(bench.take(id, [0x10, 0x14, service, 0x00, 0x00, 0x00, 0x00, 0x00]) == .notDiagnostic)
    #expect(bench.heard.isEmpty && bench.counters.foreign == 2 && bench.listener.running == 0)
  }

  @Test func namedByTheCaller() {
    let (standard, extended) = (CANID(standard: 0x5A3), CANID(extended: 0x17FE_0076))
    var bench = ISOTPBench(ISOTPListener(named: [(standard, nil), (extended, 1), (CANID(standard: 0x7BB), 0)]))
    for id in [standard, extended, CANID(standard: 0x7E8)] {
      let concerns = bench.concerns(id)
      #expect(concerns)
    }
    for id in [CANID(standard: 0x5A2), CANID(extended: 0x5A3), CANID(rawValue: 0x5A3 | CANID.remoteFlag)] {
      let concerns = bench.concerns(id)
      #expect(!concerns)
    }
    let reply: [UInt8] = [0x03, 0x62, 0x12, 0x34]
    #expect(bench.take(standard, reply) == .message)
    #expect(bench.take(standard, reply, bus: 7) == .message)
    #expect(bench.take(extended, reply) == .notDiagnostic)
    #expect(bench.take(extended, reply, bus: 1) == .message)
    #expect(bench.take(CANID(standard: 0x7BB), reply) == .message)
    #expect(bench.take(CANID(standard: 0x7BB), reply, bus: 1) == .notDiagnostic)
    #expect(bench.take(standard, [0x03, 0x22, 0x12, 0x34]) == .notDiagnostic)
    #expect(
      bench.heard == [
        Heard(standard, [0x62, 0x12, 0x34], unit: standard),
        Heard(standard, [0x62, 0x12, 0x34], unit: standard, bus: 7),
        Heard(extended, [0x62, 0x12, 0x34], unit: extended, bus: 1),
        Heard(CANID(standard: 0x7BB), [0x62, 0x12, 0x34], unit: CANID(standard: 0x7BB)),
      ])
  }
}

@Suite struct SolicitedReplyTests {
  typealias Heard = ISOTPBench.Heard
  static let tester = CANID(standard: 0x770)
  static let unit = CANID(standard: 0x778)

  /// A recorded exchange: the unit asks for patience, then answers in four frames.
  @Test func exchange() {
    var bench = ISOTPBench()
    #expect(bench.take(Self.tester, [0x03, 0x22, 0xBC, 0x03, 0, 0, 0, 0], seconds: 1) == .notDiagnostic)
    #expect(bench.take(Self.unit, [0x03, 0x7F, 0x22, 0x78, 0, 0, 0, 0], seconds: 2) == .message)
    #expect(bench.take(Self.unit, [0x10, 0x0B, 0x62, 0xBC, 0x03, 0xFD, 0xEE, 0x3C], seconds: 6.5) == .part)
    #expect(bench.take(Self.tester, [0x30, 0, 0], seconds: 6.6) == .part)
    #expect(bench.take(Self.unit, [0x21, 0x73, 0x0A, 0x60, 0x40, 0xAA, 0xAA, 0xAA], seconds: 6.7) == .message)
    #expect(
      bench.heard == [
        Heard(Self.tester, [0x22, 0xBC, 0x03], unit: Self.unit, isRequest: true, time: 1),
        Heard(Self.unit, [0x7F, 0x22, 0x78], unit: Self.unit, time: 2),
        Heard(
          Self.unit, [0x62, 0xBC, 0x03, 0xFD, 0xEE, 0x3C, 0x73, 0x0A, 0x60, 0x40, 0xAA], unit: Self.unit, time: 6.7),
      ])
    #expect(bench.counters.lateRequests == 1 && bench.counters.unsolicited == 1 && bench.counters.messages == 2)
  }

  /// Late, on another bus, on the request's own identifier, or without any request: no reply.
  @Test(arguments: [
    (1.0, 0, 0x778, true), (6.01, 0, 0x778, false), (-4.1, 0, 0x778, false), (1, 1, 0x778, false),
    (1, 0, 0x770, false), (1, 0, 0x701, true),
  ] as [(Double, UInt8, UInt32, Bool)])
  func timeAndPlace(seconds: Double, bus: UInt8, value: UInt32, isReply: Bool) {
    var bench = ISOTPBench()
    bench.take(Self.tester, [0x02, 0x10, 0x03], seconds: 1)
    let verdict = bench.take(CANID(standard: value), [0x06, 0x50, 0x03, 0, 0x32, 1, 0xF4], bus: bus, seconds: seconds)
    #expect(verdict == (isReply ? .message : .notDiagnostic))
    #expect(bench.heard.count == (isReply ? 2 : 0))
  }

  /// What each service must echo, and what is none of its answers.
  static let answers: [(request: [UInt8], reply: [UInt8], others: [[UInt8]])] = [
    ([0x01, 0x0C, 0x0D], [0x41, 0x0D, 0x20], [[0x41, 0x05, 0x20], [0x41, 0x0C], [0x7F, 0x02, 0x12], [0x81, 0x0C, 0]]),
    ([0x02, 0x0C, 0x01], [0x42, 0x0C, 0x01, 1, 2], [[0x42, 0x0C, 0x00, 1, 2], [0x42, 0x01, 0x0C, 1]]),
    ([0x03], [0x43, 0x01, 0x03, 0x01], [[0x43, 0x02, 0x03, 0x01], [0x43]]),
    ([0x04], [0x44], [[0x44, 0x00]]),
    ([0x06, 0x21], [0x46, 0x21, 0x01], [[0x46, 0x22, 0x01]]),
    ([0x07], [0x47, 0x00], [[0x47, 0x01]]),
    ([0x09, 0x02], [0x49, 0x02, 0x01], [[0x49, 0x04, 0x01]]),
    ([0x0A], [0x4A, 0x00], [[0x4A, 0x03, 0x01]]),
    ([0x10, 0x83], [0x50, 0x03], [[0x50, 0x81], [0x50]]),
    ([0x10, 0x90], [0x50, 0x90], [[0x50, 0x91]]),
    ([0x11, 0x01], [0x51, 0x01], [[0x51, 0x02]]),
    ([0x14, 0xFF, 0xFF, 0xFF], [0x54], [[0x54, 0x00]]),
    ([0x14, 0xFF, 0x00], [0x54, 0xFF, 0x00], [[0x54, 0x00, 0xFF], [0x54, 0xFF]]),
    ([0x18, 0x00, 0xFF, 0x00], [0x58, 0x01, 0x03, 0x01, 0x20], [[0x58, 0x01, 0x03, 0x01], [0x58]]),
    ([0x19, 0x02, 0xFF], [0x59, 0x02, 0xFF], [[0x59, 0x01, 0xFF], [0x59]]),
    ([0x1A, 0x90], [0x5A, 0x90, 0x31], [[0x5A, 0x91, 0x31]]),
    ([0x20], [0x60], [[0x60, 0x00]]),
    ([0x21, 0x01], [0x61, 0x01, 0xFF], [[0x61, 0x02, 0xFF]]),
    ([0x22, 0xF1, 0x90, 0xF1, 0x87], [0x62, 0xF1, 0x87, 0x31], [[0x62, 0xF1, 0x8A, 0x31], [0x62, 0x90, 0xF1, 0x31]]),
    ([0x27, 0x01], [0x67, 0x01, 1, 2], [[0x67, 0x02, 1, 2]]),
    ([0x2E, 0xF1, 0x90, 0x31], [0x6E, 0xF1, 0x90], [[0x6E, 0xF1, 0x90, 0x31], [0x6E, 0xF1, 0x91]]),
    ([0x2F, 0x12, 0x34, 0x00], [0x6F, 0x12, 0x34, 0x00], [[0x6F, 0x12, 0x35]]),
    ([0x31, 0x01, 0x02, 0x03], [0x71, 0x01, 0x02, 0x03], [[0x71, 0x01, 0x02, 0x04], [0x71, 0x02, 0x02, 0x03]]),
    ([0x3E, 0x00], [0x7E, 0x00], [[0x7E], [0x7E, 0x01]]),
    ([0x3E], [0x7E], [[0x7E, 0x00]]),
    ([0x85, 0x02], [0xC5, 0x02], [[0xC5, 0x01]]),
  ]

  @Test(arguments: answers)
  func echo(request: [UInt8], reply: [UInt8], others: [[UInt8]]) {
    for (bytes, isReply) in others.map({ ($0, false) }) + [(reply, true), ([0x7F, request[0], 0x11], true)]
      + [([0x7F, request[0] ^ 1, 0x11], false), ([0x7F, request[0]], false), ([0x7F, request[0], 0x11, 0x00], false)]
    {
      var bench = ISOTPBench()
      bench.take(Self.tester, [UInt8(request.count)] + request)
      let verdict = bench.take(Self.unit, [UInt8(bytes.count)] + bytes + Array(repeating: 0, count: 7 - bytes.count))
      #expect(verdict == (isReply ? .message : .notDiagnostic), "\(request) \(bytes)")
      #expect(bench.messages == (isReply ? [request, bytes] : []))
    }
  }

  /// What no tester asks, and what asks nothing.
  @Test(arguments: [[0x03, 0x00], [0x01], [0x02, 0x0C], [0x04, 0x01], [0x22, 0x01], [0x41, 0x0C], [0x10], [0xBA, 0x01]])
  func noRequest(bytes: [UInt8]) {
    var bench = ISOTPBench()
    bench.take(Self.tester, [UInt8(bytes.count)] + bytes)
    let answer = [bytes[0] | 0x40] + bytes.dropFirst() + [0]
    #expect(bench.take(Self.unit, [UInt8(answer.count)] + answer) == .notDiagnostic)
    #expect(bench.take(Self.unit, [0x03, 0x7F, bytes[0], 0x11]) == .notDiagnostic)
  }

  /// Requests on the emission identifiers are delivered at once, and never again.
  @Test func functionalRequest() {
    var bench = ISOTPBench()
    bench.take(CANID(standard: 0x7DF), [0x02, 0x09, 0x02])
    bench.take(Self.unit, [0x03, 0x7F, 0x09, 0x11])
    bench.take(CANID(standard: 0x710), [0x03, 0x7F, 0x09, 0x12])
    #expect(bench.messages == [[0x09, 0x02], [0x7F, 0x09, 0x11], [0x7F, 0x09, 0x12]])
    #expect(bench.heard[1].unit == ControlUnit(answersOn: Self.unit))
  }

  /// Too long for one frame: it solicits the reply, but is not put together.
  @Test func longRequest() {
    var bench = ISOTPBench()
    bench.take(Self.tester, [0x10, 0x14, 0x2E, 0xF1, 0x90, 0x31, 0x32, 0x33])
    #expect(bench.take(Self.unit, [0x03, 0x6E, 0xF1, 0x90]) == .message)
    #expect(bench.messages == [[0x6E, 0xF1, 0x90]])
  }

  /// A slow unit answers after the tester has asked for other things.
  @Test func overtakingRequest() {
    var bench = ISOTPBench()
    bench.take(CANID(standard: 0x7DF), [0x03, 0x19, 0x02, 0x08], seconds: 0)
    bench.take(Self.unit, [0x03, 0x7F, 0x19, 0x78], seconds: 1)
    bench.take(CANID(standard: 0x7DF), [0x04, 0x18, 0x00, 0xFF, 0x00], seconds: 2)
    #expect(bench.take(Self.unit, [0x03, 0x59, 0x02, 0x09], seconds: 5.5) == .message)
    #expect(bench.take(Self.unit, [0x03, 0x59, 0x02, 0x09], seconds: 6.5) == .notDiagnostic)
  }

  /// More testers than there is room for: the newest are known.
  @Test func manyRequests() {
    for base in [0.0, 1000.0] {
      var bench = ISOTPBench()
      // Those of a recording before this one, whose time ran further.
      for value in 0..<40 as Range<UInt32> { bench.take(CANID(standard: 0x700 + value), [0x01, 0x04], seconds: base) }
      for value in 0..<40 as Range<UInt32> {
        bench.take(CANID(standard: 0x730 + value), [0x02, 0x21, UInt8(value)], seconds: Double(value) * 0.01)
      }
      let answered = (0..<40 as Range<UInt8>).filter {
        bench.take(Self.unit, [0x03, 0x61, $0, 0], seconds: 0.5) == .message
      }
      #expect(Array(answered.suffix(8)) == Array(32..<40))
      #expect(answered.count <= 32)
    }
  }

  /// Traffic of other kinds on the same identifiers gives nothing, whatever it looks like.
  @Test func otherTraffic() {
    var bench = ISOTPBench()
    var random = Seeded(state: 7)
    var frames = 0
    for step in 0..<50_000 {
      let id = CANID(standard: UInt32.random(in: 0x700...0x7DE, using: &random))
      var bytes = (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }
      // Replies of any kind, consecutive frames and flow control, without any request.
      let first: [UInt8] = [0x02, 0x03, 0x10, 0x21, 0x30, bytes[0] & 0x07]
      bytes[0] = first[step % first.count]
      let service = bytes[0] == 0x10 ? 2 : 1
      bytes[service] |= 0x40
      #expect(bench.take(id, bytes, seconds: Double(step) * 0.001) == .notDiagnostic)
      frames += 1
    }
    #expect(bench.heard.isEmpty)
    #expect(bench.counters.balance(frames: frames, running: 0))
  }
}
