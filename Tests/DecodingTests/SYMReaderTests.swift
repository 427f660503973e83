// The SYM reader on versions 5 and 6 and on damaged files.

import DecoderCore
import Decoding
import Testing
import Vocabulary

@Suite struct SYMReaderTests {
  func parse(_ text: String) -> NetworkDescription {
    NetworkDescription.parse(bytes: Array(text.utf8), name: "test.sym")
  }

  @Test func versionSix() throws {
    let file = parse(
      """
      FormatVersion=6.0 // Do not edit this line!
      Title="a // b"
      {ENUMS}
      Enum=State(0="off", // a comment
        1="on", 0Fh="fault") // another
      {SIGNALS}
      Sig=Speed unsigned 16 -m /u:km/h /f:0.01 /max:300 /spn:84 // of the vehicle
      Sig="Oil level" signed 8 -h /u:"% of max" /o:-40 /min:-40 /max:5Fh /e:State
      Sig=Ratio float
      Sig=Exact double
      Sig=Flag bit
      {SEND}
      [Drive]
      ID=1F0h	// from the gearbox
      Len=8
      CycleTime=100 -p
      Sig=Speed 8
      Sig="Oil level" 24
      Var=Local State 32,4
      {RECEIVE}
      ["Far away"]
      ID=100h
      Type=Extended
      Sig=Ratio 0
      Sig=Flag 32
      [Eight]
      ID=00000110h-00000111h
      Sig=Exact 0
      """)
    #expect(file.problems.isEmpty, "\(file.problems)")
    #expect(file.messages.map(\.name) == ["Drive", "Far away", "Eight", "Eight"])
    #expect(
      file.messages.map(\.id) == [CANID(standard: 0x1F0)] + [0x100, 0x110, 0x111].map { CANID(extended: $0) })
    let drive = file.messages[0]
    #expect(drive.length == 8 && drive.cycleTime == 0.1 && drive.comment == "from the gearbox" && drive.line == 13)
    let signals = drive.signals
    #expect(signals.map(\.name) == ["Speed", "Oil level", "Local"])
    // Bits of Motorola signals are counted from the top of byte 0.
    #expect(signals[0].startBit == 15 && signals[0].length == 16 && signals[0].byteOrder == .big)
    #expect(signals[0].factor == 0.01 && signals[0].unit == "km/h" && signals[0].range == -.infinity...300)
    #expect(signals[0].spn == 84 && signals[0].comment == "of the vehicle")
    #expect(signals[1].startBit == 24 && signals[1].format == .signed && signals[1].offset == -40)
    #expect(signals[1].unit == "% of max" && signals[1].range == -40...95)
    #expect(
      signals[1].valueNames
        == [.init(value: 0, name: "off"), .init(value: 1, name: "on"), .init(value: 15, name: "fault")])
    #expect(signals[2].valueNames.count == 3 && signals[2].length == 4)
    #expect(file.messages[1].signals.map(\.format) == [.float32, .unsigned])
    #expect(file.messages[1].signals.map(\.length) == [32, 1])
    #expect(file.messages[3].signals.map(\.format) == [.float64])
  }

  @Test func versionFive() {
    let file = parse(
      """
      FormatVersion=5.0 // Do not edit this line!
      {ENUMS}
      enum Relay(0="Open",
        1="Closed")
      {SENDRECEIVE}
      [Command]
      ID=0CFFAB41h	// 29 bits
      Type=Extended
      DLC=4
      Var=Enable unsigned 6,2 -m /max:1 /e:Relay	// to run
      Var=Level float 0,32 /u:V /f:2
      """)
    #expect(file.problems.isEmpty, "\(file.problems)")
    #expect(file.messages.map(\.id) == [CANID(extended: 0x0CFF_AB41)])
    #expect(file.messages.map(\.length) == [4])
    #expect(file.messages[0].signals.map(\.startBit) == [1, 0])
    #expect(file.messages[0].signals[0].valueNames.map(\.name) == ["Open", "Closed"])
  }

  @Test func multiplexing() {
    let file = parse(
      """
      FormatVersion=6.0
      {SIGNALS}
      Sig=Shared unsigned 8
      {RECEIVE}
      [Pages]
      ID=700h
      Mux=First 0,8 1
      Var=A unsigned 8,8
      Sig=Shared 24
      [Pages]
      Mux=Second 0,8 0Ah
      Var=B unsigned 8,16
      Var=A unsigned 32,8 /f:2
      Sig=Shared 24
      """)
    #expect(file.messages.count == 1)
    let signals = file.messages[0].signals
    #expect(signals.map(\.name) == ["First", "A", "Shared", "B", "A_m10"])
    #expect(signals.map { $0.selection?.values } == [nil, [1...1], [1...1, 10...10], [10...10], [10...10]])
    #expect(Set(signals.dropFirst().map { $0.selection?.multiplexor }) == ["First"])
    #expect(file.problems.map(\.line) == [13])
    var problems: [DecoderTable.Problem] = []
    let table = DecoderTable(file.compileAll().messages, problems: &problems)
    #expect(problems.isEmpty)
    let second = table.samples(of: frame(CANID(standard: 0x700), [10, 1, 2, 3, 4, 0, 0, 0])).samples
    #expect(second.map(\.value).sorted() == [3, 8, 10, 513])
  }

  @Test func oneBadLineCostsThatLine() {
    let file = parse(
      """
      FormatVersion=6.0
      Var=Early unsigned 0,8
      {ENUMS}
      Enum=Bad(x="y")
      {SIGNALS}
      Sig=Good unsigned 8
      Sig=NoLength unsigned
      Sig=BadFactor unsigned 8 /f:two
      {SEND}
      [A]
      ID=zz
      Sig=Good 0
      [B]
      ID=002h
      Sig=Ghost 0
      Sig=Good x
      Sig=Good 8 // in place
      Var=NoEnum unsigned 0,8 /e:Nothing
      this is no line
      Var=NoType thing 8,8
      [C]
      ID=003h-001h
      [D]
      ID=000h-FFFh
      [E]
      ID=005h
      Mux=None 0,0 0 -t
      Sig=Good 0
      """)
    #expect(file.messages.map(\.name) == ["B", "E"])
    #expect(file.messages.map { $0.signals.map(\.name) } == [["Good", "NoEnum", "NoType"], ["Good"]])
    #expect(file.messages[1].signals[0].selection == nil)
    #expect(
      file.problems.map(\.line) == [2, 4, 7, 8, 10, 11, 15, 16, 18, 19, 20, 21, 22, 23, 24, 27], "\(file.problems)")
  }

  @Test func damagedFilesAreRead() {
    let bytes = Array(
      """
      FormatVersion=6.0
      {ENUMS}
      Enum=E(0="a", 1="b")
      {SIGNALS}
      Sig=S unsigned 8 -m /u:"V" /f:0.5 /e:E
      {SEND}
      [A]
      ID=001h-003h
      Mux=M 0,8 0Ah -m
      Sig=S 8
      """.utf8)
    for cut in 0...bytes.count { _ = NetworkDescription.parse(bytes: Array(bytes[..<cut]), name: "", format: .sym) }
    var random = Seeded(state: 6)
    for _ in 0..<2000 {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      var problems: [DecoderTable.Problem] = []
      let file = NetworkDescription.parse(bytes: damaged, name: "", format: .sym)
      _ = DecoderTable(file.compileAll().messages, problems: &problems)
    }
  }
}
