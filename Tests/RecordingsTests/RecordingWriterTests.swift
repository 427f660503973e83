// The candump writer: what it writes is what candump writes, and the reader reads it back.
import Glibc
import Testing
import Vocabulary

@testable import Recordings

@Suite struct RecordingWriterTests {
  @Test func writesEveryKindOfFrameAsCandumpDoes() throws {
    let time = Instant(nanoseconds: 1_627_274_455_012_500_999)
    var flexible = CANFrame(time: time, id: CANID(standard: 0x123), bus: 1, bytes: [1, 2, 3])
    flexible.flags = [.flexibleDataRate, .bitRateSwitch]
    flexible.length = 12
    flexible.payload[11] = 0xFE
    var remote = CANFrame(time: time, id: CANID(rawValue: 0x123 | CANID.remoteFlag), bytes: [])
    let emptyRemote = remote
    remote.length = 8
    let frames = [
      CANFrame(time: time, id: CANID(extended: 0x17F_0010), bytes: [0x20, 0xAB]),
      CANFrame(time: Instant(nanoseconds: -5), id: CANID(standard: 0x7), bytes: []),
      flexible, emptyRemote, remote,
      CANFrame(time: time, id: CANID(rawValue: CANID.errorFlag | 4), bytes: [0, 0, 0, 0, 0, 0, 0, 1]),
    ]
    let expected = """
      (1627274455.012500) can0 017F0010#20AB
      (0000000000.000000) can0 007#
      (1627274455.012500) vcan1 123##10102030000000000000000FE
      (1627274455.012500) can0 123#R
      (1627274455.012500) can0 123#R8
      (1627274455.012500) can0 20000004#0000000000000001

      """
    #expect(String(decoding: try written(frames, channels: ["can0", "vcan1"]), as: UTF8.self) == expected)
  }

  @Test func writesMoreThanItsBuffer() throws {
    var frame = CANFrame(time: .zero, id: CANID(standard: 0x123), bytes: [])
    frame.flags = .flexibleDataRate
    frame.length = 64
    let text = try written(Array(repeating: frame, count: 2000), channels: ["a-channel-with-a-long-name"])
    #expect(text.count == 2000 * "(0000000000.000000) a-channel-with- 123##0".utf8.count + 2000 * 129)
  }

  @Test func saysWhyItCannotWrite() throws {
    #expect {
      _ = try RecordingWriter(path: "/nowhere/out.log")
    } throws: {
      "\($0)" == "/nowhere/out.log: cannot create: No such file or directory; check the path"
    }
    #expect {
      var writer = try RecordingWriter(path: "/dev/full")
      try writer.write(CANFrame(time: .zero, id: CANID(standard: 1), bytes: []))
      try writer.flush()
    } throws: {
      "\($0)" == "/dev/full: cannot write: No space left on device; free some space and write it again"
    }
  }
}
