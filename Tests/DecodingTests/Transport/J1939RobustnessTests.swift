// The transport protocol of J1939 under attack: memory stays what it is, and honest units are heard.

import Decoding
import Testing
import Vocabulary

@Suite struct J1939RobustnessTests {
  func message(_ count: Int, seed: Int = 0) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 + seed) &* 11) }
  }

  /// A broadcast of 30 bytes from address 0, packets 100 ms apart, with an attack between any two of its frames.
  func honest(_ bench: inout J1939Bench, _ attack: (inout J1939Bench) -> Void) {
    bench.take(0xEC00, from: 0, j1939Announcement(32, length: 30, group: 0xFECA))
    for bytes in j1939Packets(message(30)) {
      bench.seconds += 0.1
      attack(&bench)
      bench.take(0xEB00, from: 0, bytes)
    }
  }

  @Test func endlessRequestsToSend() {
    var bench = J1939Bench()
    for _ in 0..<20 {
      honest(&bench) { bench in
        for _ in 0..<400 { bench.take(0xEC00, from: 249, to: 0, j1939Announcement(16, length: 1785, group: 0xFEDA)) }
      }
    }
    #expect(bench.messages == Array(repeating: message(30), count: 20))
    #expect(bench.counters.replaced > 30_000 && bench.listener.running <= 2)
  }

  /// From all addresses to all addresses: the flood displaces its own sessions, not the one that goes on.
  @Test func floodOfSessions() {
    var bench = J1939Bench()
    let memory = bench.listener.memoryBytes
    var random = Seeded(state: 4)
    bench.take(0xEC00, from: 0, j1939Announcement(32, length: 30, group: 0xFECA))
    var packets = j1939Packets(message(30))
    bench.take(0xEB00, from: 0, packets.removeFirst())
    for bytes in packets {
      bench.seconds += 0.1
      for _ in 0..<400 {
        let (from, to) = (UInt8.random(in: 1...253, using: &random), UInt8.random(in: 0...253, using: &random))
        bench.take(0xEC00, from: from, to: to, j1939Announcement(16, length: 1785, group: 0xFEDA))
      }
      bench.take(0xEB00, from: 0, bytes)
    }
    #expect(bench.messages == [message(30)])
    #expect(bench.counters.evicted > 1000 && bench.listener.running == 31)
    #expect(bench.listener.memoryBytes == memory)
  }

  @Test func floodsOfClearancesAcknowledgementsAndAborts() {
    var bench = J1939Bench()
    var random = Seeded(state: 5)
    for _ in 0..<20 {
      honest(&bench) { bench in
        for _ in 0..<100 {
          let (from, to) = (UInt8.random(in: 1...253, using: &random), UInt8.random(in: 0...253, using: &random))
          let group = j1939Group(0xFECA)
          bench.take(0xEC00, from: from, to: to, [17, 255, 1, 255, 255] + group)
          bench.take(0xEC00, from: from, to: to, j1939Announcement(19, length: 30, group: 0xFECA))
          bench.take(0xEC00, from: from, to: to, [255, 1, 255, 255, 255] + group)
        }
      }
    }
    #expect(bench.messages == Array(repeating: message(30), count: 20))
    #expect(bench.counters.clearances == 10_000 && bench.counters.aborts == 10_000 && bench.counters.aborted == 0)
  }

  @Test func wrongNumbersWithoutAnySession() {
    var bench = J1939Bench()
    var random = Seeded(state: 6)
    honest(&bench) { bench in
      for _ in 0..<400 {
        let number = UInt8.random(in: 1...255, using: &random)
        bench.take(0xEB00, from: UInt8.random(in: 1...253, using: &random), [number, 0, 0, 0, 0, 0, 0, 0])
      }
    }
    #expect(bench.messages == [message(30)] && bench.counters.strayPackets == 2000)
  }

  /// As many as there are addresses: all are heard where the table has room for all, else as many as it has room for.
  @Test(arguments: [254, 32]) func interleavedBroadcasts(room: Int) {
    var bench = J1939Bench(J1939Listener(sessions: room))
    let sources = Array(0..<254 as Range<UInt8>)
    for source in sources { bench.take(0xEC00, from: source, j1939Announcement(32, length: 30, group: 0xFECA)) }
    for number in 0..<5 {
      for source in sources { bench.take(0xEB00, from: source, j1939Packets(message(30, seed: Int(source)))[number]) }
    }
    #expect(bench.heard.count == room && bench.listener.running == 0)
    #expect(bench.heard.allSatisfy { $0.bytes == message(30, seed: Int($0.source)) })
    #expect(bench.counters.evicted == UInt64(254 - room))
    #expect(bench.listener.memoryBytes >= room * 1785 && bench.listener.memoryBytes < room * 1900 + 1000)
  }

  @Test func everyPrefix() {
    let packets = j1939Packets(message(30))
    for (index, whole) in packets.enumerated() {
      for length in 0...8 {
        var bench = J1939Bench()
        bench.take(0xEC00, from: 0, j1939Announcement(32, length: 30, group: 0xFECA))
        for (other, bytes) in packets.enumerated() {
          bench.take(0xEB00, from: 0, other == index ? Array(whole.prefix(length)) : bytes)
        }
        let needed = index == 4 ? 3 : 8
        #expect(bench.messages == (length >= needed ? [message(30)] : []))
        #expect(bench.counters.balance(frames: 6, running: bench.listener.running))
      }
    }
  }

  /// Few addresses and groups, likely control bytes: noise gets everywhere.
  @Test func noise() {
    var bench = J1939Bench(J1939Listener(sessions: 4))
    let memory = bench.listener.memoryBytes
    var random = Seeded(state: 8)
    let addresses: [UInt8] = [0, 1, 9, 249, 253, 254, 255]
    let count = 300_000
    for _ in 0..<count {
      bench.seconds += Double.random(in: -0.05...0.1, using: &random)
      let group = [0xEB00, 0xEB00, 0xEC00, 0xEC00, 0xC800, 0xC700].randomElement(using: &random) ?? 0
      var bytes = (0..<Int.random(in: 0...8, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if UInt8.random(in: 0...7, using: &random) > 0 {
        let control = ([16, 17, 19, 32, 255] as [UInt8]).randomElement(using: &random) ?? 0
        let length = Int.random(in: 9...30, using: &random)
        bytes = j1939Announcement(control, length: length, group: 0xFECA)
        if control == 17 || control == 255 { (bytes[1], bytes[2]) = (UInt8.random(in: 0...4, using: &random), 1) }
        if group == 0xEB00 { bytes[0] = UInt8.random(in: 0...5, using: &random) }
      }
      let from = addresses.randomElement(using: &random) ?? 0
      let to = addresses.randomElement(using: &random) ?? 0
      bench.take(UInt32(group), from: from, to: to, bytes, bus: UInt8.random(in: 0...1, using: &random))
    }
    #expect(bench.counters.balance(frames: count, running: bench.listener.running))
    #expect(bench.listener.memoryBytes == memory)
    #expect(bench.messages.allSatisfy { 9...1785 ~= $0.count })
    let seen = bench.counters
    for counter in [
      seen.messages, seen.strayPackets, seen.extended, seen.malformed, seen.sequenceErrors, seen.timeouts, seen.aborted,
      seen.replaced, seen.incomplete, seen.evicted,
    ] { #expect(counter > 0, "\(seen)") }
  }
}
