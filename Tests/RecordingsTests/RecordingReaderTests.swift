// The reader: the log form of candump, every kind of damage, every way in which a pipe can cut a log.
import Glibc
import Testing
import Vocabulary

@testable import Recordings

private func reader(_ text: String, pieces: [Int] = [], capacity: Int = 65_536) -> RecordingReader {
  recording(text, format: .candump, pieces: pieces, capacity: capacity)
}

@Suite struct RecordingReaderTests {
  @Test func readsAnOrdinaryLine() throws {
    let log = reader("(1627274455.012500) can1 17F00010#2010000000000000\n(1627274455.5) can1 7E8#0341\n")
    let frames = try allFrames(log)
    #expect(frames.count == 2)
    #expect(frames[0].time.nanoseconds == 1_627_274_455_012_500_000)
    #expect(frames[0].id == CANID(extended: 0x17F0_0010))
    #expect(bytes(frames[0]) == [0x20, 0x10, 0, 0, 0, 0, 0, 0])
    #expect(frames[1].time.nanoseconds == 1_627_274_455_500_000_000)
    #expect(frames[1].id == CANID(standard: 0x7E8))
    #expect(bytes(frames[1]) == [0x03, 0x41])
    #expect(log.channels == ["can1"])
    #expect(log.lines == 2 && log.frames == 2 && log.damage.total == 0 && log.damage.first == nil)
  }

  @Test func readsEveryKindOfFrame() throws {
    let frames = try allFrames(
      reader(
        """
        (1.0) can0 123#
        (1.0) can0 123#R
        (1.0) can0 123#R8
        (1.0) can0 1abcdef0#deadBEEF
        (1.0) can0 20000004#0000000000000000
        (1.0) can0 123##1112233445566778899AABBCC
        (1.0) can0 123##0
        (1.0) can0 123#1122334455667788_E
        """))
    #expect(frames.count == 8)
    #expect(frames[0].length == 0)
    #expect(frames[1].id.isRemoteRequest && frames[1].id.value == 0x123 && frames[1].length == 0)
    #expect(frames[2].id.isRemoteRequest && frames[2].length == 8)
    #expect(bytes(frames[3]) == [0xDE, 0xAD, 0xBE, 0xEF] && frames[3].id.isExtended)
    #expect(frames[4].id.isErrorFrame && !frames[4].id.isExtended && frames[4].length == 8)
    #expect(frames[5].flags == [.flexibleDataRate, .bitRateSwitch])
    #expect(bytes(frames[5]) == [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC])
    #expect(frames[6].flags == .flexibleDataRate && frames[6].length == 0)
    #expect(frames[7].length == 8 && frames[7].flags == [])
  }

  @Test func readsTheLongestFlexibleDataRateFrame() throws {
    let data = (0..<64).map { String($0 + 0x100, radix: 16).dropFirst() }.joined()
    let frames = try allFrames(reader("(1.000000) can0 123##3" + data))
    #expect(frames.count == 1)
    #expect(bytes(frames[0]) == (0..<64).map { UInt8($0) })
    #expect(frames[0].flags == [.flexibleDataRate, .bitRateSwitch, .errorStateIndicator])
  }

  @Test func takesBlanksCarriageReturnsAndDirections() throws {
    let log = reader(
      "\r\n  (1.0)\tcan0  123#11 \r\n\n(2.0) can0 123#22 R\r\n(3.0) can0 123#33 T  \n   \n(4.0) can0 123#44\r")
    #expect(try allFrames(log).map { $0[0] } == [0x11, 0x22, 0x33, 0x44])
    #expect(log.lines == 4 && log.damage.total == 0)
  }

  @Test(arguments: [
    ("(7) can0 1#", nil), ("(7) can0 001#", Int64(7_000_000_000)), ("(7.) can0 001#", 7_000_000_000),
    ("(7.25) can0 001#", 7_250_000_000), ("(7.123) can0 001#", 7_123_000_000),
    ("(0000000007.123456789) can0 001#", 7_123_456_789), ("(7.1234567899) can0 001#", 7_123_456_789),
    ("(9223372035.999999999) can0 001#", 9_223_372_035_999_999_999), ("(9223372036.0) can0 001#", nil),
  ] as [(String, Int64?)])
  func readsTimes(line: String, nanoseconds: Int64?) throws {
    #expect(try allFrames(reader(line)).first?.time.nanoseconds == nanoseconds)
  }

  @Test func deliversTimesThatRunBackwards() throws {
    let log = reader("(5.0) can0 001#\n(4.0) can0 001#\n(6.0) can0 001#\n")
    #expect(try allFrames(log).map { $0.time.nanoseconds / 1_000_000_000 } == [5, 4, 6])
    #expect(log.damage.total == 0)
  }

  @Test(arguments: [
    ("nonsense", .time), ("can0 123#11", .time), ("() can0 123#11", .time), ("(x) can0 123#11", .time),
    ("(1.0 can0 123#11", .time),
    ("(1.0", .time), ("(-1.0) can0 123#11", .time), ("(99999999999.0) can0 123#11", .time),
    ("(1.0)", .channel), ("(1.0) can0", .channel), ("(1.0) 123#11", .channel),
    ("(1.0) abcdefghijklmnop 123#11", .channel), ("(1.0) ca\u{1}n 123#11", .channel), ("(1.0) cän 123#11", .channel),
    ("(1.0) can0 ", .identifier), ("(1.0) can0 123", .identifier), ("(1.0) can0 #11", .identifier),
    ("(1.0) can0 12#11", .identifier), ("(1.0) can0 1234#11", .identifier), ("(1.0) can0 800#11", .identifier),
    ("(1.0) can0 40000000#11", .identifier), ("(1.0) can0 123456789#11", .identifier),
    ("(1.0) can0 12G#11", .identifier), ("(1.0) can0 123 #11", .identifier),
    ("(1.0) can0 123#1", .data), ("(1.0) can0 123#1G", .data), ("(1.0) can0 123#112233445566778899", .data),
    ("(1.0) can0 123#11 22", .data), ("(1.0) can0 123#R9", .data), ("(1.0) can0 123#R81", .data),
    ("(1.0) can0 123##", .data), ("(1.0) can0 123##111Z", .data), ("(1.0) can0 123#11_9", .data),
    ("(1.0) can0 123##0" + String(repeating: "00", count: 65), .data), ("(1.0) can0 123#11\u{0}", .data),
  ] as [(String, RecordingDamage.Kind)])
  func countsDamage(line: String, kind: RecordingDamage.Kind) throws {
    let log = reader("(1.0) can0 123#AA\n\n" + line + "\n(2.0) can0 123#BB\n")
    #expect(try allFrames(log).map { $0[0] } == [0xAA, 0xBB])
    #expect(log.damage[kind] == 1 && log.damage.total == 1)
    #expect(log.damage.first == RecordingDamage.Place(line: 3, kind: kind))
    #expect(log.lines == 3 && log.frames == 2)
  }

  @Test func readsSixteenChannelsAndNoMore() throws {
    let text = (0..<20).map { "(1.0) can\($0 % 18) 123#\(10 + $0)\n" }.joined()
    let log = reader(text)
    let frames = try allFrames(log)
    #expect(log.channels == (0..<16).map { "can\($0)" })
    #expect(frames.map { Int($0.bus) } == Array(0..<16) + [0, 1])
    #expect(log.damage[.tooManyChannels] == 2)
  }

  @Test func countsALineLongerThanTheBuffer() throws {
    let long = "(1.0) can0 123#" + String(repeating: "0", count: 500)
    let log = reader("(1.0) can0 123#AA\n" + long + "\n(2.0) can0 123#BB\n" + long, capacity: 64)
    #expect(try allFrames(log).map { $0[0] } == [0xAA, 0xBB])
    #expect(log.damage[.tooLong] == 2 && log.damage.total == 2 && log.lines == 4)
    #expect(log.damage.first == RecordingDamage.Place(line: 2, kind: .tooLong))
  }

  /// A pipe may cut the log anywhere: every pair of cuts gives the same frames and the same counts.
  @Test func readsTheSameAtEveryCut() throws {
    let text = "(1.5) can0 123#1122\r\n\n(bad\n(2.5) vcan1 1ABCDEF0##1AABB\n(3.5) can0 456#R3"
    let whole = reader(text)
    let expected = try allFrames(whole).map(describe)
    #expect(expected.count == 3)
    for first in 1..<text.utf8.count {
      for second in stride(from: 1, to: text.utf8.count - first, by: 3) {
        let cut = reader(text, pieces: [first, second])
        #expect(try allFrames(cut, batch: 1 + first % 3).map(describe) == expected)
        #expect(cut.lines == whole.lines && cut.damage.first == whole.damage.first)
      }
    }
    let bytewise = reader(text, pieces: Array(repeating: 1, count: text.utf8.count), capacity: 48)
    #expect(try allFrames(bytewise).map(describe) == expected)
  }

  /// Whatever the bytes, reading ends, and each line that is not blank is a frame, a remark or counted as damage.
  @Test func survivesRandomBytes() throws {
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let line = Array("(1627274455.012500) can1 7E8##1341AABB\r\n".utf8)
    for _ in 0..<2000 {
      var text: [UInt8] = []
      for _ in 0..<8 {
        var broken = line
        for _ in 0..<next(4) { broken[next(broken.count)] = UInt8(next(256)) }
        if next(4) == 0 { broken.removeSubrange(next(broken.count)...) }
        text += broken
      }
      var position = 0
      let log = RecordingReader(name: "random", format: .candump, capacity: 128) { buffer throws(RecordingError) in
        let count = min(buffer.count, text.count - position)
        buffer.copyBytes(from: text[position..<(position + count)])
        position += count
        return count
      }
      let frames = try allFrames(log)
      #expect(frames.count + log.damage.total <= log.lines && frames.count == log.frames)
    }
  }

  @Test func deliversWhatAPipeHasBeforeWaiting() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    let log = RecordingReader(descriptor: ends[0], name: "pipe")
    let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 8)
    defer { buffer.deallocate() }
    for (text, expected) in [("(1.0) can0 123#11\n(2.0) can0 123#22\n(3.0) ca", 2), ("n0 123#33\n", 1)] {
      let bytes = Array(text.utf8)
      #expect(write(ends[1], bytes, bytes.count) == bytes.count)
      #expect(try log.read(into: buffer) == expected)
    }
    close(ends[1])
    #expect(try log.read(into: buffer) == 0)
    #expect(log.frames == 3 && log.damage.total == 0)
  }

  @Test func saysWhichFileCannotBeReadAndWhy() throws {
    #expect {
      try RecordingReader(path: "/nowhere/drive.log")
    } throws: {
      "\($0)" == "/nowhere/drive.log: cannot open: No such file or directory; check the path"
    }
    #expect {
      try RecordingReader(path: "/tmp")
    } throws: {
      "\($0)" == "/tmp: cannot read: Is a directory; name a file, not a folder"
    }
    let closed = RecordingReader(descriptor: -1, name: "closed")
    #expect {
      try allFrames(closed)
    } throws: {
      ($0 as? RecordingError)?.code == EBADF
    }
  }
}
