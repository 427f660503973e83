// What comes out of a source for what the kernel puts into its socket.
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct SocketCANSourceReadTests {
  @Test func framesComeInOrderAndWhole() {
    let wire = SocketPair(bus: 5)
    for i in 0..<40 { wire.send(0x100 + UInt32(i), length: 8, data: (0..<8).map { UInt8(i) &* 8 &+ $0 }) }
    let read = wire.read()
    #expect(read.map(\.id.rawValue) == (0..<40).map { 0x100 + UInt32($0) })
    for (i, frame) in read.enumerated() {
      #expect(frame.bus == 5 && frame.length == 8 && frame.flags == [])
      #expect(frame.data == (0..<8).map { UInt8(i) &* 8 &+ $0 } + [UInt8](repeating: 0, count: 56))
    }
    #expect(wire.source.counters.frames == 40 && wire.source.state == .open)
    #expect(wire.read().isEmpty && wire.source.state == .open)
  }

  @Test(arguments: [1, 2, 7, 64, 127, 128, 129, 400])
  func readsOfAnySizeMissNothing(limit: Int) {
    let wire = SocketPair()
    var seen: [UInt32] = []
    var sent: UInt32 = 0
    var random = SocketDraws(seed: UInt64(limit))
    while sent < 2000 {
      for _ in 0..<Int.random(in: 1...200, using: &random) {
        let frame = SocketPair.datagram(sent, length: 0, data: [])
        // A full socket: the rest is sent after the next read.
        guard Glibc.send(wire.far, frame, frame.count, Int32(MSG_DONTWAIT)) > 0 else { break }
        sent += 1
      }
      while true {
        let read = wire.read(limit: limit)
        #expect(read.count <= min(limit, 128))
        if read.isEmpty { break }
        seen += read.map(\.id.rawValue)
      }
    }
    #expect(seen == Array(0..<sent))
  }

  @Test func flexibleDataRateFramesKeepTheirFlags() {
    let wire = SocketPair()
    let data = (0..<64).map { UInt8($0) ^ 0xA5 }
    wire.send(0x8123_4567, length: 64, flags: 0xFF, data: data, size: 72)
    wire.send(0x321, length: 12, flags: 0, data: data, size: 72)
    wire.send(0x321, length: 3, flags: 0xFF, data: [1, 2, 3])
    let read = wire.read()
    guard read.count == 3 else { return #expect(read.count == 3) }
    #expect(read[0].flags == [.bitRateSwitch, .errorStateIndicator, .flexibleDataRate] && read[0].data == data)
    #expect(read[0].id == CANID(extended: 0x123_4567) && read[0].length == 64)
    #expect(read[1].flags == .flexibleDataRate && read[1].length == 12)
    #expect(read[2].flags == [])
  }

  /// What an older, longer frame left in the batch must not shine through.
  @Test(arguments: 0...64) func bytesBeyondTheLengthAreZero(length: Int) {
    let wire = SocketPair()
    let full = [UInt8](repeating: 0xEE, count: 64)
    wire.send(1, length: 64, data: full, size: 72)
    #expect(wire.read().count == 1)
    wire.send(2, length: UInt8(length), data: full, size: length > 8 ? 72 : 16)
    let read = wire.read()
    #expect(read.first?.length == UInt8(length))
    #expect(read.first?.data == full.prefix(length) + [UInt8](repeating: 0, count: 64 - length))
  }

  @Test(arguments: [(UInt8(9), 16, UInt8(8)), (255, 16, 8), (65, 72, 64), (255, 72, 64)])
  func lengthsBeyondTheFrameAreCut(length: UInt8, size: Int, expected: UInt8) {
    let wire = SocketPair()
    wire.send(7, length: length, data: [UInt8](repeating: 1, count: 64), size: size)
    let read = wire.read()
    #expect(read.first?.length == expected)
    #expect(read.first?.data.reduce(0) { $0 + Int($1) } == Int(expected))
  }

  /// 73 bytes and more are cut to 72 on their way here, and still are no frame.
  @Test func datagramsOfOtherSizesAreSkippedAndCounted() {
    let wire = SocketPair()
    var garbage: UInt64 = 0
    for size in Array(0...200) + [2060, 4096] {
      wire.send([UInt8](repeating: 0x11, count: size))
      if size != 16 && size != 72 { garbage += 1 }
      if size % 16 == 0 { while !wire.read().isEmpty {} }
    }
    wire.send(0x42, length: 1, data: [9])
    var read: [CANFrame] = []
    for _ in 0..<8 { read += wire.read() }
    #expect(read.last?.id == CANID(standard: 0x42))
    #expect(wire.source.counters.damagedLines == garbage && wire.source.counters.frames == 3)
  }

  @Test func randomDatagramsHarmNothing() {
    var random = SocketDraws(seed: 11)
    let wire = SocketPair()
    for _ in 0..<20_000 {
      let size = Int.random(in: 0...2, using: &random) == 0 ? Int.random(in: 0...90, using: &random) : 16
      wire.send((0..<size).map { _ in UInt8.random(in: 0...255, using: &random) })
      for frame in wire.read() {
        #expect(!frame.id.isErrorFrame && frame.length <= (frame.flags.contains(.flexibleDataRate) ? 64 : 8))
      }
      while wire.source.nextChange(at: .zero) != nil {}
    }
    let counters = wire.source.counters
    #expect(counters.frames > 0 && counters.errorFrames > 0 && counters.damagedLines > 0)
  }

  @Test func errorFramesAreCountedAndNotHandedOn() {
    let wire = SocketPair()
    wire.send(0x100, length: 8, data: [1])
    wire.send(0x2000_0004, length: 8, data: [0, 0x01])
    wire.send(0x2000_0028, length: 8, data: [0, 0, 0x04, 0x0A])
    wire.send(0x101, length: 8, data: [2])
    wire.send(0x2000_0204, length: 8, data: [0, 0x20, 0, 0, 0, 0, 130, 5])
    let read = wire.read()
    #expect(read.map(\.id.rawValue) == [0x100, 0x101] && read.last?[0] == 2)
    #expect(wire.source.counters.errorFrames == 3 && wire.source.counters.overruns == 1)
    #expect(wire.source.errors[.stuff] == 1 && wire.source.errors[.noAcknowledgement] == 1)
    #expect(wire.source.signs.errorFrames == 3 && wire.source.signs.condition.state == .errorPassive)
    #expect(wire.source.signs.condition.transmitErrors == 130 && wire.source.signs.condition.receiveErrors == 5)
    #expect(wire.source.lastError?.frame.state == .errorPassive)
    // A batch of nothing else hands on nothing.
    wire.send(0x2000_0040, length: 8, data: [])
    #expect(wire.read().isEmpty)
    #expect(wire.source.state == .down && wire.source.problem?.contains("bus-off") == true)
    #expect(wire.source.descriptor != nil && wire.source.counters.outages == 1)
    #expect(wire.source.nextChange(at: .zero)?.condition.state == .errorPassive)
    #expect(wire.source.nextChange(at: .zero)?.condition.state == .busOff)
    // The bus speaks again, so it is no longer off.
    wire.send(0x102, length: 8, data: [])
    #expect(wire.read().count == 1 && wire.source.state == .open && wire.source.problem == nil)
  }

  @Test func timesAreThoseOfReadingWhereTheKernelGivesNoneAndNeverRunBack() {
    let wire = SocketPair()
    var last = Instant.zero
    for _ in 0..<50 {
      wire.send(1, length: 0, data: [])
      wire.send(2, length: 0, data: [])
      for frame in wire.read() {
        #expect(frame.time >= last && frame.time > .zero)
        last = frame.time
      }
    }
  }

  @Test func theSignsTellWhoSpeaks() {
    let wire = SocketPair()
    #expect(wire.source.signs.lastTraffic == BusSigns.never && wire.source.signs.lastAnswer == BusSigns.never)
    wire.send(0x7E8, length: 8, data: [])
    let answer = wire.read().first?.time
    #expect(wire.source.signs.lastAnswer == answer && wire.source.signs.lastTraffic == BusSigns.never)
    wire.send(0x98DB_33F1, length: 8, data: [])
    let request = wire.read().first?.time
    #expect(wire.source.signs.lastForeignRequest == request && wire.source.signs.lastTraffic == BusSigns.never)
    wire.send(0x98FE_F100, length: 8, data: [])
    let traffic = wire.read().first?.time
    #expect(wire.source.signs.lastTraffic == traffic)
    #expect(wire.source.signs.lastAnswer == answer && wire.source.signs.lastForeignRequest == request)
  }

  @Test(arguments: [
    (UInt32(0x7DF), FrameRole.request), (0x7E0, .request), (0x7E7, .request), (0x7E8, .answer), (0x7EF, .answer),
    (0x7F0, .traffic), (0x7DE, .traffic), (0x000, .traffic), (0x98DB_33F1, .request), (0x98DB_3300, .request),
    (0x98DA_10F1, .request), (0x98DA_F110, .answer), (0x98DA_10F9, .request), (0x98DA_FA10, .answer),
    (0x98DA_1020, .diagnostic), (0x98DB_FF20, .diagnostic), (0x98FE_F100, .traffic), (0x8000_07E8, .traffic),
    (0x80DA_F110, .traffic), (0x98DC_F110, .traffic),
  ]) func rolesFollowTheIdentifiers(word: UInt32, role: FrameRole) {
    #expect(FrameRole(word) == role)
  }

  /// A vehicle that is simulated on this machine speaks like one; only what leaves from the daemon's own address is its own.
  @Test(arguments: [
    (UInt32(0x98EA_FFF9), true), (0x98EC_00F9, true), (0x98EB_00F9, true), (0x98E8_00F9, true), (0x9CC8_00F9, true),
    (0x98EC_FF00, false), (0x98EA_FFFA, false), (0x98FE_F1F9, false), (0x0EA, false), (0x18EA_FFF9, false), (0x7DF, false),
  ]) func ownRequestsOfJ1939(word: UInt32, isOwn: Bool) {
    #expect(FrameRole.isOwnRequest(word, from: 0xF9) == isOwn)
    #expect(!FrameRole.isOwnRequest(word, from: 0x21))
  }

  @Test func whatLeavesFromOurAddressIsCountedWhoeverSentIt() {
    let wire = SocketPair()
    for _ in 0..<5 { wire.send(0x98EC_00F9, length: 8, data: [0x11, 1, 1, 0xFF, 0xFF, 0xEB, 0xFE, 0]) }
    _ = wire.read()
    #expect(wire.source.signs.transmitted == 5 && wire.source.signs.lastTraffic == BusSigns.never)
    #expect(wire.source.counters.transmitted == 0, "the kernel does not say that it sent them")
  }
}

/// SplitMix64: the same numbers on every run.
struct SocketDraws: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
