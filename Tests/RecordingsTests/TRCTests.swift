// PEAK trace, each version, by samples of our own.
import Testing
import Vocabulary

@testable import Recordings

@Suite struct TRCTests {
  /// 2021-12-18T14:28:07.062, as near as ten digits of a day come to it.
  static let start: Int64 = 1_639_837_687_062_001_000

  @Test func reads10() throws {
    let frames = try descriptions(
      """
      ;##########################################################################
      ;   Start time: 18.12.2021 14:28:07.062
           1)     17535  00000100  2  11 22
           2)     17540  FFFFFFFF  4  00 00 00 08 -- -- -- -- BUSHEAVY
           3)     17700      0704  1  RTR
      """)
    #expect(frames == ["17535000000 0 80000100 0 1122", "17700000000 0 40000704 0 00"])
  }

  @Test func reads11() throws {
    let frames = try descriptions(
      """
      ;$FILEVERSION=1.1\r
      ;$STARTTIME=44548.6028595139\r
      ;---+--   ----+----  --+--  ----+---  +  -+ -- -- -- -- -- -- --\r
           1)     17535.4  Tx     00000100  8  00 01 02 03 04 05 06 07 \r
           2)     17540.3  Warng  FFFFFFFF  4  00 00 00 08  BUSHEAVY \r
           3)     17550.0  Error      0008  4  00 19 08 08\r
           4)     48937,6  Rx         0704  9  00 01 02 03 04 05 06 07\r
           5)     48938.6  Rx         0704  1  RTR\r
      """)
    #expect(
      frames == [
        "\(Self.start + 17_535_400_000) 0 80000100 0 0001020304050607",
        "\(Self.start + 17_550_000_000) 0 20000008 0 0000000000000000",
        "\(Self.start + 48_937_600_000) 0 704 0 0001020304050607", "\(Self.start + 48_938_600_000) 0 40000704 0 00",
      ])
  }

  @Test(arguments: ["1.2", "1.3"]) func readsTheBusOf(version: String) throws {
    let reserved = version == "1.3" ? " -" : ""
    let log = recording(
      """
      ;$FILEVERSION=\(version)
      ;$STARTTIME=44548.6028595139
           1)     17535.400 2  Tx    00000100\(reserved) 2    11 22
           2)     17540.300 1  Warng FFFFFFFF\(reserved)  4    00 00 00 08 BUSHEAVY
           3)     17700.001 1  Rx        0704\(reserved) 1    RTR
      """)
    #expect(
      try allFrames(log).map(describe) == [
        "\(Self.start + 17_535_400_000) 0 80000100 0 1122", "\(Self.start + 17_700_001_000) 1 40000704 0 00",
      ])
    #expect(log.channels == ["2", "1"] && log.damage.total == 0)
  }

  @Test func reads20() throws {
    let frames = try descriptions(
      """
      ;$FILEVERSION=2.0
      ;$STARTTIME=44548.6028595139
      ;$COLUMNS=N,O,T,I,d,l,D
            1     17535.400 DT 00000100 Tx 2  11 22
            2     17540.300 ST          Rx    00 00 00 08
            3     17550.000 FD     0101 Rx 12 00 01 02 03 04 05 06 07 08 09 0A 0B
            4     17560.000 ER          Rx    04 00 02 00 00
            5     17570.000 RR     0704 Rx 1
            6     17580.000 EV User-defined event
      """)
    #expect(
      frames == [
        "\(Self.start + 17_535_400_000) 0 80000100 0 1122",
        "\(Self.start + 17_550_000_000) 0 101 4 000102030405060708090a0b",
        "\(Self.start + 17_560_000_000) 0 20000008 0 0000000000000000",
        "\(Self.start + 17_570_000_000) 0 40000704 0 00",
      ])
  }

  @Test func reads21() throws {
    let twelve = "00 01 02 03 04 05 06 07 08 09 0A 0B"
    let log = recording(
      """
      ;$FILEVERSION=2.1
      ;$STARTTIME=44548.6028595139
      ;$COLUMNS=N,O,T,B,I,d,R,L,D
            1         1.000 DT 1  00000100 Tx -  2    11 22
            2         2.000 ST 1         - Rx -  4    00 00 00 08
            3         3.000 FD 2      0101 Rx -  9    \(twelve)
            4         4.000 FB 2      0101 Rx -  9    \(twelve)
            5         5.000 FE 2      0101 Rx -  9    \(twelve)
            6         6.000 BI 2      0101 Rx -  12   \(twelve)
            7         7.000 ER 2         - Rx -  5    04 00 08 00 00
            8         8.000 EC 2         - Rx -  2    01 02
            9         9.000 RR 1      0704 Rx 33 1
           10        10.000 DT 1      0704 Rx 33 15   00 01 02 03 04 05 06 07
      """)
    let frames = try allFrames(log)
    #expect(log.damage.total == 0 && log.channels == ["1", "2"])
    #expect(frames.map { ($0.time.nanoseconds - Self.start) / 1_000_000 } == [1, 3, 4, 5, 6, 7, 9, 10])
    #expect(frames.map(\.flags.rawValue) == [0, 4, 5, 6, 7, 0, 0, 0])
    #expect(frames.map(\.length) == [2, 12, 12, 12, 12, 8, 1, 8])
    #expect(frames[5].id.isErrorFrame && frames[5].bus == 1 && frames[6].id.isRemoteRequest)
  }

  @Test func readsTheCSVOfPEAKConverter() throws {
    let frames = try descriptions(
      """
      $STARTTIME=44548.6028595139
      Start time: 18/12/2021 14:28:07.062

         Glossary:
           DT: CAN or J1939 data frame

      Number Time (ms) Bus Direction Type ID (hex) Reserved Length D0 D1 D2 D3 D4 D5 D6 D7 D...\u{20}
      1 0.100 1 Rx DT 0593 - 2 11 22
      2 1.700 1 Rx FB 0356 - 12 00 01 02 03 04 05 06 07 08 09 0A 0B
      """)
    #expect(
      frames == [
        "\(Self.start + 100_000) 0 593 0 1122", "\(Self.start + 1_700_000) 0 356 5 000102030405060708090a0b",
      ])
  }

  /// Rows without any header, as someone cuts them out of a trace.
  @Test(arguments: [
    ("  1)  1.5  0100  1  11", 1_500_000), ("  1)  1.5  Rx  0100  1  11", 1_500_000),
    ("  1)  1.5 3 Rx  0100  1  11", 1_500_000), ("  1)  1.5 3 Rx  0100 -  1  11", 1_500_000),
    ("  1  1.5 DT 1  0100 Rx -  1  11", 1_500_000),
  ] as [(String, Int)])
  func tellsTheVersionByTheRow(line: String, time: Int) throws {
    #expect(try descriptions(line, format: .trc) == ["\(time) 0 100 0 11"])
  }

  @Test(arguments: [
    ("  1)  x  Rx  0100  1  11", .time), ("  1)  1.0  Xx  0100  1  11", .type),
    ("  1)  1.0  Rx  01G0  1  11", .identifier),
    ("  1)  1.0  Rx  0800  1  11", .identifier), ("  1)  1.0  Rx  20000000  1  11", .identifier),
    ("  1)  1.0  Rx  0100  2  11", .data), ("  1)  1.0  Rx  0100  1  11 22", .data),
    ("  1)  1.0  Rx  0100  16  11", .data),
    ("  1)  1.0  Rx  0100  1  1", .data), ("99999999999999999999)  1.0  Rx  0100  1  11", .time),
    ("  1)  99999999999999999999.0  Rx  0100  1  11", .time),
  ] as [(String, RecordingDamage.Kind)])
  func countsDamage(line: String, kind: RecordingDamage.Kind) throws {
    let log = recording(";$FILEVERSION=1.1\n" + line + "\n  2)  2.0  Rx  0100  1  22\n")
    #expect(try allFrames(log).count == 1)
    #expect(log.damage.first == RecordingDamage.Place(line: 2, kind: kind) && log.damage.total == 1)
  }
}
