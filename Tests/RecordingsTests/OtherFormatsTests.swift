// SavvyCAN's formats, CANHacker, BUSMASTER and Telltale's own csv, by samples of our own.
import Testing
import Vocabulary

@testable import Recordings

@Suite struct OtherFormatsTests {
  @Test func readsGVRET() throws {
    let log = recording(
      """
      Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8
      1627274455012500,00000123,false,Rx,0,2,11,22,
      22213513,18FEF100,true,Tx,1,0,
      22213514,00000123,false,1,2,11,22,AA,00,00,00,00,00
      -364210,00000123,false,1,1,0C
      22213515,00000800,false,0,1,11\r
      22213516,00000123,false,0,9,00,01,02,03,04,05,06,07,08
      """)
    #expect(
      try allFrames(log).map(describe) == [
        "1627274455012500000 0 123 0 1122", "22213513000 1 98fef100 0 ", "22213514000 1 123 0 1122",
        "-364210000 1 123 0 0c", "22213515000 0 80000800 0 11", "22213516000 0 123 4 000102030405060708",
      ])
    #expect(log.damage.total == 0 && log.channels == ["0", "1"])
  }

  @Test func readsGenericIdentifiers() throws {
    #expect(
      try descriptions("ID,Data Bytes\n0000021A,FE 36 12 \n18FEF100,\n") == ["0 0 21a 0 fe3612", "0 0 98fef100 0 "])
  }

  @Test func readsCANHacker() throws {
    let frames = try descriptions(
      "@ TEXT @ 3 @ 64 @ 0 @ 10094 @ 20672 @ 00:00:20.672 @\r# $LocalTime=17:42:06.357\r"
        + "15,316000\t1\t00000004\t30B\t2\tAB 2E                  \t00000000\t .      \t\r"
        + "15,3161\t2\t00000005\t1B000067\t8\t00 01 02 03 04 05 06 07\t00000000\t        \t\r"
        + "15,317\t2\t0006\t123\t3\t                       \t00000000\t        \t")
    #expect(
      frames == [
        "15316000000 0 30b 0 ab2e", "15316100000 1 9b000067 0 0001020304050607", "15317000000 1 40000123 0 000000",
      ])
  }

  @Test func readsCRTD() throws {
    let frames = try descriptions(
      """
      166.064000 CXX a comment
      166.064000 R11 0000021A FE 36
      1542473901.020305 2T29 18DAF110 01 02 03 04 05 06 07 08
      1542473901.020305 2CEV an event
      """)
    #expect(frames == ["166064000000 0 21a 0 fe36", "1542473901020305000 1 98daf110 0 0102030405060708"])
  }

  @Test func readsMicrochip() throws {
    let frames = try descriptions(
      """
      //---------------------------------
      Microchip Technology Inc.
      CAN BUS Analyzer
      Logging Started: 30/9/2017 00:00:10
      //---------------------------------
      166064;RX;0x0000021A;2;0xFE;0x36;
      166065;TX;0x18FEF100;0;
      """)
    #expect(
      frames == [
        "\(ASCTests.day + 176_064_000_000) 0 21a 0 fe36", "\(ASCTests.day + 176_065_000_000) 0 98fef100 0 ",
      ])
  }

  static func busmaster(_ mode: String, _ base: String = "HEX", date: String = "30:9:2017 22:00:00:500") -> String {
    "***BUSMASTER Ver 3.2.0***\n***START DATE AND TIME \(date)***\n***\(base)***\n***\(mode) MODE***\n"
  }

  @Test func readsBUSMASTER() throws {
    let log = recording(
      Self.busmaster("SYSTEM") + """
        22:20:14:992 Rx 1 0x21A s 2 FE 36\u{20}
        22:20:15:5 Rx 1 0x18FEF100 x 1 11
        22:20:15:0051 Tx 2 123 sr 4
        22:20:16:000 Rx 2 123 s-fd 12 00 01 02 03 04 05 06 07 08 09 0A 0B
        00:00:01:000 Rx 2 123 s 0
        ***[STOP LOGGING SESSION]***
        """)
    let time = ASCTests.day + 80_415_000_000_000
    #expect(
      try allFrames(log).map(describe) == [
        "\(time - 8_000_000) 0 21a 0 fe36", "\(time + 5_000_000) 0 98fef100 0 11",
        "\(time + 5_100_000) 1 40000123 0 00000000", "\(time + 1_000_000_000) 1 123 4 000102030405060708090a0b",
        "\(ASCTests.day + 86_401_000_000_000) 1 123 0 ",
      ])
    #expect(log.damage.total == 0)
  }

  @Test(arguments: [("ABSOLUTE", [1.0, 3.0]), ("RELATIVE", [1.0, 4.0])] as [(String, [Double])])
  func readsOtherTimesOfBUSMASTER(mode: String, seconds: [Double]) throws {
    let rows = "0:0:1:0 Rx 1 0x123 s 1 11\n0:0:3:0 Rx 1 0x123 s 1 11\n"
    let frames = try allFrames(recording(Self.busmaster(mode) + rows))
    #expect(frames.map { Double($0.time.nanoseconds - ASCTests.day) / 1e9 - 79_200.5 } == seconds)
  }

  @Test func readsBUSMASTERInDecimal() throws {
    let frames = try descriptions(Self.busmaster("SYSTEM", "DEC", date: "") + "00:00:01:000 Rx 1 291 s 2 16 255\n")
    #expect(frames == ["1000000000 0 123 0 10ff"])
  }

  @Test func readsItsOwnCSV() throws {
    let frames = try descriptions(
      """
      time,channel,id,extended,flags,length,data
      1627274455.012500001,can1,7E8,false,,2,0341
      -0.5,can1,18FEF100,true,remote,3,
      1.0,vcan0,00000123,false,fd brs esi,9,000102030405060708
      2.0,vcan0,00000804,false,error,1,AA
      """)
    #expect(
      frames == [
        "1627274455012500001 0 7e8 0 0341", "-500000000 0 d8fef100 0 000000", "1000000000 1 123 7 000102030405060708",
        "2000000000 1 20000804 0 aa",
      ])
  }

  @Test(arguments: [
    (.gvret, "x,00000123,false,0,1,11", .time), (.gvret, "1,0000X123,false,0,1,11", .identifier),
    (.gvret, "1,00000123,maybe,0,1,11", .type), (.gvret, "1,00000123,false,,1,11", .channel),
    (.gvret, "1,00000123,false,0,2,11", .data), (.gvret, "1,00000123,false,0,65,11", .data),
    (.gvret, "1,00000123,false,0,1,1G", .data), (.genericid, "123", .identifier), (.genericid, "123,1", .data),
    (.canhacker, "1,0\t1\tx\t123\t0\t", .type), (.canhacker, "1,0\t1\t4\t123\t2\t11\t", .data),
    (.canhacker, "1,0\t1\t4\t1X3\t2\t11\t", .identifier), (.canhacker, "1,0\tx\t4\t123\t1\t11\t", .channel),
    (.crtd, "1.0 R12 123 11", .type), (.crtd, "1.0 R11 800 11", .identifier), (.crtd, "1.0 R11 123 1", .data),
    (.crtd, "x R11 123 11", .time), (.microchip, "1;RX;0x123;2;0x11;", .data),
    (.microchip, "1;QX;0x123;1;0x11;", .type),
    (.microchip, ";RX;0x123;1;0x11;", .time), (.microchip, "1;RX;0xX;1;0x11;", .identifier),
    (.busmaster, "0:0:0 Rx 1 123 s 0", .time), (.busmaster, "0:0:0:0 Qx 1 123 s 0", .type),
    (.busmaster, "0:0:0:0 Rx x 123 s 0", .channel), (.busmaster, "0:0:0:0 Rx 1 800 s 0", .identifier),
    (.busmaster, "0:0:0:0 Rx 1 123 q 0", .type), (.busmaster, "0:0:0:0 Rx 1 123 s 2 11", .data),
    (.csv, "1.0,can0,123,maybe,,0,", .type), (.csv, "1.0,can0,123,false,odd,0,", .type),
    (.csv, "1.0,can0,800,false,,0,", .identifier), (.csv, "1.0,,123,false,,0,", .channel),
    (.csv, "1.0,can0,123,false,,2,11", .data), (.csv, "1.0,can0,123,false,,9,112233445566778899", .data),
  ] as [(RecordingFormat, String, RecordingDamage.Kind)])
  func countsDamage(format: RecordingFormat, line: String, kind: RecordingDamage.Kind) throws {
    let log = recording(line + "\n", format: format)
    #expect(try allFrames(log).isEmpty)
    #expect(log.damage[kind] == 1 && log.damage.total == 1, "\(String(describing: log.damage.first))")
  }
}
