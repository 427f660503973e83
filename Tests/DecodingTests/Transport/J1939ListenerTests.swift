// The transport protocol of SAE J1939-21: broadcasts, connections, and everything that can break them off.

import Decoding
import Testing
import Vocabulary

@Suite struct J1939ListenerTests {
  func message(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 11) } }

  func counters(_ set: (inout J1939Listener.Counters) -> Void) -> J1939Listener.Counters {
    var counters = J1939Listener.Counters()
    set(&counters)
    return counters
  }

  @Test func candidates() {
    for group in 0...0x3FF as ClosedRange<UInt32> {
      let isTransport = [0xEB, 0xEC, 0xC7, 0xC8].contains(group)
      for priority in [0, 6, 7] as [UInt32] {
        let id = CANID(extended: priority << 26 | group << 16 | 0xFF00)
        #expect(J1939Listener.isCandidate(id) == isTransport)
        #expect(!J1939Listener.isCandidate(CANID(rawValue: id.rawValue | CANID.remoteFlag)))
      }
    }
    #expect(!J1939Listener.isCandidate(CANID(standard: 0x7EC)))
    var bench = J1939Bench()
    #expect(bench.take(0xFECA, from: 0, [0, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF]) == .notTransport)
    #expect(bench.counters == counters { _ in })
  }

  /// Recorded: two trouble codes of an engine.
  @Test func broadcast() {
    var bench = J1939Bench()
    #expect(bench.take(0xEC00, from: 0, [0x20, 0x0E, 0x00, 0x02, 0xFF, 0xCA, 0xFE, 0x00]) == .part)
    #expect(bench.take(0xEB00, from: 0, [0x01, 0x43, 0xFF, 0xBF, 0x00, 0x09, 0x08, 0x54]) == .part)
    #expect(bench.take(0xEB00, from: 0, [0x02, 0x00, 0x09, 0x08, 0xED, 0x14, 0x1F, 0x01]) == .message)
    let bytes: [UInt8] = [0x43, 0xFF, 0xBF, 0x00, 0x09, 0x08, 0x54, 0x00, 0x09, 0x08, 0xED, 0x14, 0x1F, 0x01]
    #expect(bench.heard == [J1939Bench.Heard(parameterGroup: 0xFECA, source: 0, destination: 255, bytes: bytes)])
    #expect(bench.counters == counters { ($0.messages, $0.broadcasts, $0.packets) = (1, 1, 2) })
    #expect(bench.take(0xEB00, from: 0, [0x02, 0, 0, 0, 0, 0, 0, 0]) == .part)
    #expect(bench.counters.strayPackets == 1 && bench.listener.running == 0)
  }

  @Test func everyLength() {
    for count in 9...1785 {
      var bench = J1939Bench()
      bench.take(0xEC00, from: 5, j1939Announcement(32, length: count, group: 0xFEEC))
      for bytes in j1939Packets(message(count)) { bench.take(0xEB00, from: 5, bytes) }
      bench.take(0xEC00, from: 5, to: 249, j1939Announcement(16, length: count, group: 0xFEEC))
      for bytes in j1939Packets(message(count)).reversed() { bench.take(0xEB00, from: 5, to: 249, bytes) }
      #expect(bench.messages == [message(count), message(count)])
    }
  }

  /// The receiver asks for two packets, to wait, for one of them again, for the rest.
  @Test func connection() {
    var bench = J1939Bench()
    let packets = j1939Packets(message(30))
    let group = j1939Group(0xFEDA)
    bench.take(0xEC00, from: 0, to: 249, j1939Announcement(16, length: 30, group: 0xFEDA))
    bench.take(0xEC00, from: 249, to: 0, [17, 2, 1, 0xFF, 0xFF] + group)
    bench.take(0xEB00, from: 0, to: 249, packets[0])
    bench.take(0xEB00, from: 0, to: 249, packets[1])
    for _ in 0..<4 {
      bench.seconds += 1
      bench.take(0xEC00, from: 249, to: 0, [17, 0, 0xFF, 0xFF, 0xFF] + group)
    }
    bench.take(0xEC00, from: 249, to: 0, [17, 4, 2, 0xFF, 0xFF] + group)
    bench.seconds += 1
    for bytes in packets[1...3] { #expect(bench.take(0xEB00, from: 0, to: 249, bytes) == .part) }
    #expect(bench.take(0xEB00, from: 0, to: 249, packets[4]) == .message)
    bench.take(0xEC00, from: 249, to: 0, j1939Announcement(19, length: 30, group: 0xFEDA))
    #expect(bench.messages == [message(30)])
    #expect(bench.heard.first?.destination == 249)
    #expect(
      bench.counters
        == counters { ($0.messages, $0.requests, $0.clearances, $0.acknowledgements, $0.packets) = (1, 1, 6, 1, 6) })
  }

  @Test(arguments: [(1.2, true), (1.3, false), (-1.2, true), (-1.3, false)])
  func time(step: Double, isHeard: Bool) {
    for (control, destination) in [(32, 255), (16, 249)] as [(UInt8, UInt8)] {
      var bench = J1939Bench()
      bench.seconds = 10
      bench.take(0xEC00, from: 0, to: destination, j1939Announcement(control, length: 14, group: 0xFECA))
      bench.seconds += 1
      let packets = j1939Packets(message(14))
      bench.take(0xEB00, from: 0, to: destination, packets[0])
      bench.seconds += step
      bench.take(0xEB00, from: 0, to: destination, packets[1])
      #expect(bench.messages == (isHeard ? [message(14)] : []))
      #expect(bench.counters.timeouts == (isHeard ? 0 : 1) && bench.counters.strayPackets == (isHeard ? 0 : 1))
    }
  }

  @Test(arguments: [[1], [0, 0], [0, 2], [0, 1, 1], [1, 0]])
  func broadcastOutOfOrder(order: [Int]) {
    var bench = J1939Bench()
    bench.take(0xEC00, from: 0, j1939Announcement(32, length: 21, group: 0xFECA))
    let packets = j1939Packets(message(21))
    for index in order { bench.take(0xEB00, from: 0, packets[index]) }
    for bytes in packets { bench.take(0xEB00, from: 0, bytes) }
    #expect(bench.heard.isEmpty && bench.counters.sequenceErrors == 1)
  }

  @Test func numbersThatCannotBe() {
    var bench = J1939Bench()
    bench.take(0xEC00, from: 0, to: 249, j1939Announcement(16, length: 14, group: 0xFECA))
    #expect(bench.take(0xEB00, from: 0, to: 249, [0, 1, 2, 3, 4, 5, 6, 7]) == .malformed)
    #expect(bench.take(0xEB00, from: 0, to: 249, [1]) == .malformed)
    #expect(bench.take(0xEB00, from: 0, to: 249, []) == .malformed)
    #expect(bench.take(0xEB00, from: 0, to: 249, [1, 2, 3, 4, 5, 6, 7]) == .malformed)
    #expect(bench.listener.running == 1)
    #expect(bench.take(0xEB00, from: 0, to: 249, [3, 1, 2, 3, 4, 5, 6, 7]) == .malformed)
    #expect(bench.listener.running == 0)
    #expect(bench.counters == counters { ($0.requests, $0.malformed, $0.packets, $0.sequenceErrors) = (1, 4, 1, 1) })
  }

  /// Of the last packet only what the message needs must be there.
  @Test func shortLastPacket() {
    var bench = J1939Bench()
    bench.take(0xEC00, from: 0, j1939Announcement(32, length: 10, group: 0xFECA))
    let packets = j1939Packets(message(10))
    bench.take(0xEB00, from: 0, packets[0])
    #expect(bench.take(0xEB00, from: 0, Array(packets[1].prefix(3))) == .malformed)
    #expect(bench.take(0xEB00, from: 0, Array(packets[1].prefix(4))) == .message)
  }

  @Test func announcementsThatCannotBe() {
    var bench = J1939Bench()
    var cases: [(UInt8, UInt8, [UInt8])] = [
      (0, 255, j1939Announcement(32, length: 8, group: 0xFECA)),
      (0, 255, j1939Announcement(32, length: 1786, group: 0xFECA)),
      (0, 255, j1939Announcement(32, length: 14, packets: 3, group: 0xFECA)),
      (0, 255, j1939Announcement(32, length: 15, packets: 2, group: 0xFECA)),
      (0, 255, j1939Announcement(32, length: 0, packets: 0, group: 0xFECA)),
      (0, 255, j1939Announcement(32, length: 14, group: 0x4FECA)),
      (0, 249, j1939Announcement(32, length: 14, group: 0xFECA)),
      (0, 255, j1939Announcement(16, length: 14, group: 0xFECA)),
      (0, 255, j1939Announcement(33, length: 14, group: 0xFECA)),
      (0, 255, [17, 1, 1, 255, 255, 0xCA, 0xFE, 0]), (0, 255, j1939Announcement(19, length: 14, group: 0xFECA)),
    ]
    // Addresses that nobody has.
    cases += [(254, 255), (255, 255), (0, 254)].map { ($0, $1, j1939Announcement(32, length: 14, group: 0xFECA)) }
    let whole = j1939Announcement(32, length: 14, group: 0xFECA)
    cases += (0..<8).map { (0, 255, Array(whole.prefix($0))) }
    for (source, destination, bytes) in cases {
      let verdict = bench.take(0xEC00, from: source, to: destination, bytes)
      #expect(verdict == .malformed, "\(source) \(destination) \(bytes)")
    }
    #expect(bench.counters == counters { $0.malformed = UInt64(cases.count) })
    #expect(bench.listener.running == 0)
  }

  /// The last byte of a parameter group with a destination says nothing.
  @Test func groupWithDestination() {
    var bench = J1939Bench()
    bench.take(0xEC00, from: 0, to: 3, j1939Announcement(16, length: 9, group: 0x1EF03))
    for bytes in j1939Packets(message(9)) { bench.take(0xEB00, from: 0, to: 3, bytes) }
    #expect(bench.heard.first?.parameterGroup == 0x1EF00)
  }

  @Test func replacedAndAbandoned() {
    var bench = J1939Bench()
    bench.take(0xEC00, from: 0, j1939Announcement(32, length: 21, group: 0xFECA))
    bench.take(0xEB00, from: 0, j1939Packets(message(21))[0])
    bench.take(0xEC00, from: 0, j1939Announcement(32, length: 14, group: 0xFEEC))
    for bytes in j1939Packets(message(14)) { bench.take(0xEB00, from: 0, bytes) }
    #expect(bench.heard.map(\.parameterGroup) == [0xFEEC] && bench.counters.replaced == 1)
    // What the receiver has, though a packet was missed here.
    bench.take(0xEC00, from: 0, to: 9, j1939Announcement(16, length: 21, group: 0xFECA))
    bench.take(0xEB00, from: 0, to: 9, j1939Packets(message(21))[1])
    bench.take(0xEC00, from: 9, to: 0, j1939Announcement(19, length: 21, group: 0xFECB))
    #expect(bench.listener.running == 1)
    bench.take(0xEC00, from: 9, to: 0, j1939Announcement(19, length: 21, group: 0xFECA))
    #expect(bench.listener.running == 0 && bench.counters.incomplete == 1)
  }

  /// By either side, for the group that it names.
  @Test(arguments: [(0, 9, 0xFECA, true), (9, 0, 0xFECA, true), (9, 0, 0xFECB, false), (8, 0, 0xFECA, false)])
  func abort(from source: UInt8, to destination: UInt8, group: UInt32, ends: Bool) {
    var bench = J1939Bench()
    bench.take(0xEC00, from: 0, to: 9, j1939Announcement(16, length: 21, group: 0xFECA))
    for reason in [1, 2, 3, 4, 250] as [UInt8] {
      bench.take(0xEC00, from: source, to: destination, [255, reason, 0xFF, 0xFF, 0xFF] + j1939Group(group))
    }
    #expect(bench.listener.running == (ends ? 0 : 1))
    #expect(
      bench.counters
        == counters {
          ($0.requests, $0.aborts, $0.aborted) = (1, 5, ends ? 1 : 0)
          ($0.abortsBusy, $0.abortsResources, $0.abortsTimeout, $0.abortsOther) = (1, 1, 1, 2)
        })
  }

  /// Between the same addresses in both directions, and on two buses.
  @Test func connectionsAtOnce() {
    var bench = J1939Bench()
    let packets = j1939Packets(message(40))
    for bus in [0, 1] as [UInt8] {
      bench.take(0xEC00, from: 0, to: 9, j1939Announcement(16, length: 40, group: 0xFECA), bus: bus)
      bench.take(0xEC00, from: 9, to: 0, j1939Announcement(16, length: 40, group: 0xFECA), bus: bus)
      bench.take(0xEC00, from: 0, j1939Announcement(32, length: 40, group: 0xFECA), bus: bus)
    }
    for bytes in packets {
      for bus in [0, 1] as [UInt8] {
        bench.take(0xEB00, from: 0, to: 9, bytes, bus: bus)
        bench.take(0xEB00, from: 9, to: 0, bytes, bus: bus)
        bench.take(0xEB00, from: 0, bytes, bus: bus)
      }
    }
    #expect(bench.messages == Array(repeating: message(40), count: 6))
  }

  @Test func extended() {
    var bench = J1939Bench()
    #expect(bench.take(0xC800, from: 0, to: 9, [20, 0, 0x10, 0, 0, 0xCA, 0xFE, 0]) == .part)
    #expect(bench.take(0xC700, from: 0, to: 9, [1, 1, 2, 3, 4, 5, 6, 7]) == .part)
    #expect(bench.counters == counters { $0.extended = 2 } && bench.listener.running == 0)
  }
}
