// Recordings of other people: what they hold is heard, and what merely looks like it is not.

import Decoding
import Testing
import Vocabulary

@Suite(.enabled(if: environment("TELLTALE_CORPUS") != nil, "TELLTALE_CORPUS is not set"))
struct TransportCorpusTests {
  static let folder = (environment("TELLTALE_CORPUS") ?? "") + "/can"
  /// On 11-bit identifiers that the standard gives to diagnosis.
  static let standard: Set<UInt32> = Set(0x7E8...0x7EF)

  /// Replies of an electric car on an identifier that only who knows the car can name; no requests in the log.
  @Test func namedReplies() throws {
    let named = CANID(standard: 0x7BB)
    let frames = TransportLog.frames(of: Self.folder + "/css/ev-uds-isotp.log")
    try #require(frames.count > 1000)
    var bench = ISOTPBench(ISOTPListener(named: [(named, nil)]))
    var plain = PlainReassembly()
    var expected: [[UInt8]] = []
    for frame in frames {
      bench.take(frame)
      if let message = plain.take(frame) { expected.append(message) }
    }
    #expect(expected.count > 200)
    #expect(bench.messages == expected)
    #expect(Set(bench.heard.map(\.id)) == [named, CANID(standard: 0x7EC)])
    #expect(bench.counters.balance(frames: frames.count, running: bench.listener.running))
    print(
      "\(frames.count) frames, messages \(bench.messages.count), broken off \(bench.counters.sequenceErrors)",
      "silent \(bench.counters.timeouts) overtaken \(bench.counters.aborted)")
    // Without the name the other identifier's alone.
    var unnamed = ISOTPBench()
    for frame in frames { unnamed.take(frame) }
    #expect(unnamed.heard.map(\.bytes) == bench.heard.filter { $0.id != named }.map(\.bytes))
  }

  /// A tester with the address FB asks a unit for what it is.
  @Test func testerOfAnotherAddress() throws {
    let frames = TransportLog.frames(of: Self.folder + "/css/j1939-machine.log")
    try #require(frames.count > 40)
    var bench = ISOTPBench()
    for frame in frames { bench.take(frame) }
    let (requests, replies) = (bench.heard.filter(\.isRequest), bench.heard.filter { !$0.isRequest })
    #expect(requests.count == 9 && requests.allSatisfy { $0.id == CANID(extended: 0x18DA_EEFB) })
    #expect(replies.count == 9 && replies.allSatisfy { $0.id == CANID(extended: 0x18DA_FBEE) })
    #expect(bench.heard.allSatisfy { $0.unit == ControlUnit(bus: 1, answersOn: CANID(extended: 0x18DA_FBEE)) })
    for (request, reply) in zip(requests, replies) {
      #expect(reply.bytes.starts(with: [request.bytes[0] | 0x40] + request.bytes.dropFirst()))
    }
    #expect(replies.first?.bytes == [0x62, 0xF1, 0x90] + Array("LC04S44R0K4000092".utf8))
    #expect(bench.counters.flowControls == 5 && bench.counters.malformed == 0)
  }

  /// A scan of all units of a car: every reply that the plain way finds, by whichever identifier, answers a request.
  @Test func scanOfUnits() throws {
    let paths = files(below: Self.folder + "/kona-ev", ending: "elm327.csv")
    let frames = paths.flatMap(TransportLog.frames)
    try #require(frames.count > 1000)
    var bench = ISOTPBench()
    var plain = PlainReassembly()
    var expected: [[UInt8]] = []
    for frame in frames {
      bench.take(frame)
      if let message = plain.take(frame), message[0] & 0x40 != 0 { expected.append(message) }
    }
    let replies = bench.heard.filter { !$0.isRequest }
    #expect(expected.count > 500)
    #expect(replies.map(\.bytes) == expected)
    let units = Set(replies.map(\.id.value)).subtracting(Self.standard)
    #expect(units.count > 10)
    print("\(replies.count) replies of \(units.count + 4) units, \(bench.heard.count - replies.count) requests")
  }

  /// Where no tester is on the bus no other identifier of 700...7FF gives a message. No broadcast is lost.
  @Test func everyLog() throws {
    let logs = TransportLog.all(below: Self.folder)
    try #require(logs.count > 20)
    var total = (messages: 0, broadcasts: 0)
    for (path, frames) in logs {
      var isotp = ISOTPBench()
      var j1939 = J1939Bench()
      var counts = (isotp: 0, j1939: 0)
      for frame in frames {
        isotp.take(frame)
        j1939.take(frame)
        if ISOTPListener.isCandidate(frame.id) { counts.isotp += 1 } else { counts.j1939 += 1 }
      }
      #expect(isotp.counters.balance(frames: counts.isotp, running: isotp.listener.running), "\(path)")
      #expect(j1939.counters.balance(frames: counts.j1939, running: j1939.listener.running), "\(path)")
      // One is cut off by the log's end.
      #expect(j1939.heard.count + 1 >= Int(j1939.counters.broadcasts), "\(path) \(j1939.counters)")
      let hasTester = isotp.heard.contains { $0.isRequest }
      let isElsewhere = isotp.heard.contains { !$0.id.isExtended && !Self.standard.contains($0.id.value) }
      #expect(hasTester || !isElsewhere, "\(path)")
      total.messages += isotp.heard.count
      total.broadcasts += j1939.heard.count
    }
    #expect(total.messages > 29_000 && total.broadcasts > 400)
  }
}
