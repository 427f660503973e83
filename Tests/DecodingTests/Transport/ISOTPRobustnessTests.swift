// ISO-TP fed with everything that a bus can hold: prefixes, losses, noise.

import Decoding
import Testing
import Vocabulary

@Suite struct ISOTPRobustnessTests {
  static let ids: [CANID] =
    [0x7DF, 0x7E0, 0x7E1, 0x7E8, 0x7E9, 0x7BB, 0x770, 0x778, 0x701].map { CANID(standard: $0) }
    + [0x18DA_F110, 0x18DA_10F1, 0x18DA_EEFB, 0x18DA_FBEE, 0x18DB_33F1].map { CANID(extended: $0) }

  /// Each frame of a message cut at every length: a message is delivered only if all that it holds was there.
  @Test(arguments: [8, 12, 64]) func everyCut(frameLength: Int) {
    for count in [1, 6, 7, 8, 20, 61, 62, 63, 100] {
      let message = [0x62] + (1..<count).map { UInt8($0) }
      let frames = isotpFrames(message, frameLength: frameLength, padding: 0xAA)
      for (index, whole) in frames.enumerated() {
        for length in 0...whole.count {
          var bench = ISOTPBench()
          for (other, bytes) in frames.enumerated() {
            bench.take(CANID(standard: 0x7E8), other == index ? Array(bytes.prefix(length)) : bytes)
          }
          #expect(bench.messages.allSatisfy { message.starts(with: $0) && $0.count == message.count })
          #expect(bench.counters.balance(frames: frames.count, running: bench.listener.running))
          if length == whole.count { #expect(bench.messages == [message]) }
        }
      }
      for kept in 0..<frames.count {
        var bench = ISOTPBench()
        for bytes in frames.prefix(kept) { bench.take(CANID(standard: 0x7E8), bytes) }
        #expect(bench.heard.isEmpty)
      }
    }
  }

  /// Bytes that mean something are made likely, so that noise gets everywhere.
  @Test func noise() {
    var bench = ISOTPBench(ISOTPListener(named: [(CANID(standard: 0x7BB), nil)], sessions: 4, largest: 64))
    let memory = bench.listener.memoryBytes
    var random = Seeded(state: 1)
    let controls: [UInt8] = [0x02, 0x03, 0x07, 0x10, 0x10, 0x21, 0x21, 0x22, 0x23, 0x30, 0x31, 0x32, 0x00, 0x1F]
    let services: [UInt8] = [0x01, 0x22, 0x62, 0x41, 0x7F, 0x3E, 0x7E, 0x19, 0x59]
    let count = 300_000
    var time = 0.0
    for _ in 0..<count {
      let isLong = UInt8.random(in: 0...15, using: &random) == 0
      let isCut = UInt8.random(in: 0...15, using: &random) == 0
      let length = isLong || isCut ? UInt8.random(in: 0...(isLong ? 64 : 8), using: &random) : 8
      var payload = CANPayload()
      for i in 0..<Int(length) { payload[i] = UInt8.random(in: 0...255, using: &random) }
      if UInt8.random(in: 0...7, using: &random) > 0, length > 3 {
        payload[0] = controls.randomElement(using: &random) ?? 0
        let start = payload[0] >> 4 == 1 ? 2 : 1
        if start == 2 { payload[1] = UInt8.random(in: 0...40, using: &random) }
        payload[start] = services.randomElement(using: &random) ?? 0
      }
      time += Double.random(in: -0.02...0.04, using: &random)
      // What a broken driver might hand over: more bytes than a frame has.
      let claimed = UInt8.random(in: 0...255, using: &random) == 0 ? 255 : length
      let frame = CANFrame(
        time: Instant.zero.advanced(seconds: time), id: Self.ids.randomElement(using: &random) ?? CANID(rawValue: 0),
        bus: UInt8.random(in: 0...1, using: &random), length: claimed, payload: payload)
      bench.take(frame)
    }
    #expect(bench.counters.balance(frames: count, running: bench.listener.running))
    #expect(bench.listener.memoryBytes == memory)
    #expect(bench.messages.allSatisfy { !$0.isEmpty && $0.count <= 64 })
    let seen = bench.counters
    for counter in [
      seen.messages, seen.lateRequests, seen.flowControls, seen.unexpected, seen.malformed, seen.foreign,
      seen.unsolicited, seen.sequenceErrors, seen.timeouts, seen.aborted, seen.overflows, seen.tooLarge, seen.evicted,
    ] { #expect(counter > 0, "\(seen)") }
  }

  /// Many units at once, some frames lost: what is delivered was sent, and what lost nothing is delivered.
  @Test func losses() {
    var random = Seeded(state: 2)
    for _ in 0..<200 {
      var queues: [(id: CANID, message: [UInt8], frames: [[UInt8]], isWhole: Bool)] = (0..<8).map { unit in
        let count = Int.random(in: 1...400, using: &random)
        let message = [0x62] + (1..<max(count, 2)).map { _ in UInt8.random(in: 0...255, using: &random) }
        var frames = isotpFrames(message, padding: Bool.random(using: &random) ? 0x55 : nil)
        let isLossy = UInt8.random(in: 0...2, using: &random) == 0
        if isLossy { frames.remove(at: Int.random(in: 0..<frames.count, using: &random)) }
        return (CANID(standard: 0x7E8 + UInt32(unit)), message, frames, !isLossy)
      }
      let whole = queues.filter(\.isWhole).map(\.message)
      let all = queues.map(\.message)
      var bench = ISOTPBench()
      var time = 0.0
      while let place = queues.indices.filter({ !queues[$0].frames.isEmpty }).randomElement(using: &random) {
        time += 0.0001
        bench.take(queues[place].id, queues[place].frames.removeFirst(), seconds: time)
      }
      #expect(Set(whole).isSubset(of: Set(bench.messages)))
      #expect(Set(bench.messages).isSubset(of: Set(all)))
    }
  }
}
