// Vector ASCII logs: headers in two languages, number bases, and which events are frames.
import Testing
import Vocabulary

@testable import Recordings

@Suite struct ASCTests {
  static let day: Int64 = 1_506_729_600_000_000_000  // 2017-09-30

  @Test func readsFramesAmongOtherEvents() throws {
    let log = recording(
      """
      date Sam Sep 30 15:06:13.191 2017
      base hex  timestamps absolute
      internal events logged
      // version 9.0.0
      Begin Triggerblock Sam Sep 30 15:06:13.191 2017
         0.000000 Start of measurement
         0.015991 CAN 1 Status:chip status error passive - TxErr: 132 RxErr: 0
         1.015991 1  Statistic: D 0 R 0 XD 0 XR 0 E 0 O 0 B 0.00%
         2.501000 1 ErrorFrame
         2.501020 2 ErrorFrame Flags = 0xe CodeExt = 0x20a2 Code = 0x82 ID = 0 DLC = 0 Position = 5 Length = 11300
         2.510001 2 100 Tx r
         2.584921 2 300 Tx r 8 Length = 1704000 BitCount = 145 ID = 88888888x
         3.098426 1  18EBFF00x       Rx d 8 01 A0 0F A6 60 3B D1 40    Length = 273910 BitCount = 141 ID = 418119424x
         3.297743 1  J1939TP FEE3p        6    0  0   -   Rx   d 4 A0 0F A6 60
         3.300000 L1 3A Rx 2 01 02
        13.258671 1  3FF             Tx   d D 55 AA 01 02 03 04 05 06  Length = 232016 BitCount = 119 ID = 1023
        14.000000 1  3FF             TxRq d 0
      End TriggerBlock
      """)
    let start = Self.day + 54_373_191_000_000
    #expect(
      try allFrames(log).map(describe) == [
        "\(start + 2_501_000_000) 0 20000008 0 0000000000000000",
        "\(start + 2_501_020_000) 1 20000008 0 0000000000000000",
        "\(start + 2_510_001_000) 1 40000100 0 ", "\(start + 2_584_921_000) 1 40000300 0 0000000000000000",
        "\(start + 3_098_426_000) 0 98ebff00 0 01a00fa6603bd140", "\(start + 13_258_671_000) 0 3ff 0 55aa010203040506",
        "\(start + 14_000_000_000) 0 3ff 0 ",
      ])
    #expect(log.damage.total == 0 && log.lines == 18 && log.channels == ["1", "2"])
  }

  @Test func readsFlexibleDataRate() throws {
    let zeros = Array(repeating: "00", count: 60).joined(separator: " ")
    let frames = try descriptions(
      """
      base hex  timestamps absolute
        30.0 CANFD   1 Rx        300  Generic_Name_12    1 0 8  8 11 C2 03 04 05 06 07 08   102203  133   303000 0 0
        30.1 CANFD   1 Tx        1C4D80A7x               0 1 8  8 11 C2 03 04 05 06 07 08   102203  133   303000 0 0
        30.2 CANFD   1 Rx        4EE                     0 0 f 64 A1 02 03 04 \(zeros) 1331984 11 1000 46500250
        30.3 CANFD   1 Tx     50005x                     0 0 5 0 140000 73 200050 7a60 46500250
        30.4 CANFD   1 Rx        123                     0 0 2 2 11 22 102203 133 300000 0
        30.5 CANFD   1 Tx ErrorFrame Not Acknowledge error, dominant error flag fffe c7 31ca Arb. 556 44 0 0 f 64 00
        30.6 CANFD   1 Rx        123                     0 0 2 2 11 22
      """)
    #expect(
      frames == [
        "30000000000 0 300 5 11c2030405060708", "30100000000 0 9c4d80a7 6 11c2030405060708",
        "30200000000 0 4ee 4 a1020304" + String(repeating: "00", count: 60), "30300000000 0 c0050005 0 0000000000",
        "30400000000 0 123 0 1122", "30500000000 0 20000008 0 0000000000000000", "30600000000 0 123 4 1122",
      ])
  }

  @Test func readsDecimalNumbers() throws {
    let frames = try descriptions(
      "base dec  timestamps absolute\n  1.5 1  291  Rx   d 8 0 16 32 48 64 80 96 255\n  1.6 1 418119424x Rx d 1 10\n")
    #expect(frames == ["1500000000 0 123 0 00102030405060ff", "1600000000 0 98ebff00 0 0a"])
  }

  /// Events that are no frames count too.
  @Test func sumsUpRelativeTimes() throws {
    let frames = try descriptions(
      """
      base hex  timestamps relative
      no internal events logged
         0.500000 1  123  Rx   d 1 11
         0.250000 1  Statistic: D 0
         0.125000 1  123  Rx   d 1 22
      """)
    #expect(frames == ["500000000 0 123 0 11", "875000000 0 123 0 22"])
  }

  @Test(arguments: [
    ("Sat Sep 30 15:06:13.191 2017", 54_373_191), ("Sam Sep 30 15:06:13 2017", 54_373_000),
    ("Sat Sep 30 10:06:13.191 PM 2017", 79_573_191), ("Sat Sep 30 12:06:13.191 am 2017", 373_191),
    ("Sat Sep 30 12:06:13.000 pm 2017", 43_573_000),
  ] as [(String, Int64)])
  func readsTheTimeOfDay(date: String, milliseconds: Int64) throws {
    let frames = try allFrames(recording("date \(date)\nbase hex  timestamps absolute\n 0.0 1 123 Rx d 0\n"))
    #expect(frames.map(\.time.nanoseconds) == [Self.day + milliseconds * 1_000_000])
  }

  @Test(arguments: [
    ("Jan", 1), ("Feb", 2), ("Mar", 3), ("Mär", 3), ("Mrz", 3), ("Apr", 4), ("May", 5), ("Mai", 5), ("Jun", 6),
    ("Jul", 7), ("Aug", 8), ("Sep", 9), ("Oct", 10), ("Okt", 10), ("Nov", 11), ("Dec", 12), ("Dez", 12),
  ])
  func readsTheMonth(name: String, month: Int) throws {
    let text = "date Mon \(name) 5 00:00:00.000 2024\nbase hex  timestamps absolute\n 0.0 1 123 Rx d 0\n"
    let days = Int64(daysSince1970(year: 2024, month: month, day: 5))
    #expect(try allFrames(recording(text)).map(\.time.nanoseconds) == [days * 86_400_000_000_000])
  }

  /// A block's date is that of its own time 0 when its times start again, else of its begin in the same measurement.
  @Test func followsTriggerBlocks() throws {
    let head = "date Sat Sep 30 15:00:00 2017\nbase hex  timestamps absolute\n"
    let blocks = [("16:00:00", "0.5"), ("16:00:20", "20.5"), ("17:00:00", "0.5")]
      .map { "Begin Triggerblock Sat Sep 30 \($0.0) 2017\n \($0.1) 1 123 Rx d 0\nEnd TriggerBlock\n" }.joined()
    let seconds = try allFrames(recording(head + blocks)).map { Double($0.time.nanoseconds - Self.day) / 1e9 }
    #expect(seconds == [57_600.5, 57_620.5, 61_200.5])
  }

  @Test(arguments: [
    ("nonsense", .time), (" 1.x 1 123 Rx d 0", .time), (" 1.0 1 XYZ Rx d 0", .identifier),
    (" 1.0 1 800 Rx d 0", .identifier),
    (" 1.0 1 123 Rx q 0", .type), (" 1.0 1 123 Rx d", .data), (" 1.0 1 123 Rx d 2 11", .data),
    (" 1.0 1 123 Rx d 1 1G", .data), (" 1.0 1 123 Rx d 1 111", .data), (" 1.0 CANFD 1 Rx 123 2 0 1 1 11", .type),
    (" 1.0 CANFD 1 Rx 123 1 0 1 65 11", .data), (" 1.0 CANFD x Rx 123 1 0 1 1 11", .channel),
  ] as [(String, RecordingDamage.Kind)])
  func countsDamage(line: String, kind: RecordingDamage.Kind) throws {
    let log = recording("base hex  timestamps absolute\n" + line + "\n 2.0 1 123 Rx d 0\n")
    #expect(try allFrames(log).count == 1)
    #expect(log.damage.first == RecordingDamage.Place(line: 2, kind: kind) && log.damage.total == 1)
  }
}
