// What candump prints to a terminal, and times as its options write them.
import Testing
import Vocabulary

@testable import Recordings

@Suite struct CandumpTests {
  @Test func readsTheViewForATerminal() throws {
    let frames = try descriptions(
      """
      # a comment
       (1627274455.012500)  can0  123   [8]  11 22 33 44 55 66 77 88   '."3DUfw.'
      (2.0)  can0  18FEF100   [0]
        can0  123   [2]  remote request
        can0  123  [12]  00 01 02 03 04 05 06 07 08 09 0a 0B
        can0  123   {F}  11 22 33 44 55 66 77 88
        can0  RX - -  123   [1]  11
        can0  TX B E  123  [01]  11
        can0  20000004   [8]  00 08 00 00 00 00 60 00   ERRORFRAME
      \tcontroller-problem{rx-error-warning}
      DROPCOUNT: dropped 5 CAN frames on 'can0' socket (total drops 5)
      """)
    #expect(
      frames == [
        "1627274455012500000 0 123 0 1122334455667788", "2000000000 0 98fef100 0 ", "0 0 40000123 0 0000",
        "0 0 123 4 000102030405060708090a0b", "0 0 123 0 1122334455667788", "0 0 123 0 11", "0 0 123 7 11",
        "0 0 20000004 0 0008000000006000",
      ])
  }

  @Test func readsDatesAndWholeSeconds() throws {
    let frames = try descriptions(
      """
      (2021-07-26 04:40:55.012500)  can0  123   [1]  11
      (1627274455)  can0  123   [1]  11
      (1627274455,5)  can0  123   [1]  11
      """)
    #expect(
      frames == [
        "1627274455012500000 0 123 0 11", "1627274455000000000 0 123 0 11", "1627274455500000000 0 123 0 11",
      ])
  }

  /// `-t d` and `-t z` look the same; gaps shrink as often as they grow.
  @Test func sumsUpTimesSinceTheLineBefore() throws {
    let gaps = ["000.000000", "000.010000", "000.009000", "000.010500", "001.000000"]
    let expected: [Int64] = [0, 10_000_000, 19_000_000, 29_500_000, 1_029_500_000]
    for form in ["  can0  123   [1]  11", " can0 123#11"] {
      let frames = try allFrames(recording(gaps.map { "(" + $0 + ")" + form + "\n" }.joined()))
      #expect(frames.map(\.time.nanoseconds) == expected)
    }
  }

  @Test func takesTimesSinceTheStartAsTheyStand() throws {
    // Two sockets: now and then a frame of the one comes before an earlier frame of the other.
    let times = (0..<40).map { $0 == 20 ? 18.5 : Double($0) }
    let log = recording(times.map { "(\($0)) can0 123#11\n" }.joined())
    #expect(try allFrames(log).map { Double($0.time.nanoseconds) / 1e9 } == times)
  }

  @Test(arguments: [
    ("(1.0)  can0  123   [2]  11", .data), ("(1.0)  can0  123   [1]  11 22", .data),
    ("(1.0)  can0  123   [9]  11", .data), ("(1.0)  can0  123  [65]  11", .data),
    ("(1.0)  can0  123   [1]  1", .data), ("(1.0)  can0  123   [1  11", .data),
    ("(1.0)  can0  12   [1]  11", .identifier), ("(1.0)  can0  RX x -  123   [1]  11", .type),
    ("(2021-13-26 04:40:55.0)  can0  123   [1]  11", .time), ("(2021-07-26 04:61:55.0)  can0  123   [1]  11", .time),
  ] as [(String, RecordingDamage.Kind)])
  func countsDamage(line: String, kind: RecordingDamage.Kind) throws {
    let log = recording(line, format: .candump)
    #expect(try allFrames(log).isEmpty)
    #expect(log.damage[kind] == 1 && log.damage.total == 1)
  }
}
