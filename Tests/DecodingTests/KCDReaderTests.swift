// The KCD reader on what the format allows and on what damaged files hold instead.

import DecoderCore
import Decoding
import Testing
import Vocabulary

@Suite struct KCDReaderTests {
  func parse(_ messages: String) -> NetworkDescription {
    let start = "<?xml version='1.0'?>\n<k:NetworkDefinition xmlns:k='u'><Bus name='b'>\n"
    let text = start + messages + "\n</Bus></k:NetworkDefinition>"
    return NetworkDescription.parse(bytes: Array(text.utf8), name: "test.kcd")
  }

  @Test func aWholeMessage() throws {
    let file = parse(
      """
      <!-- <Message id="9" name="Commented"/> -->
      <Message id="0x1F0" name="Engine" length="8" interval="50">
        <Notes>From the &quot;engine&quot; <![CDATA[<1>]]></Notes>
        <Producer><NodeRef id="1"/></Producer>
        <Signal name="Temperature" offset="15" length="12" endianess="big">
          <Notes>of the coolant</Notes>
          <Value type="signed" slope="0.5" intercept="-40" unit="&#xB0;C" min="-40" max="85"/>
          <LabelSet><Label name="init" value="0"/><Label name='a &lt; b' value="-1"/></LabelSet>
        </Signal>
        <Signal name="Flag" offset="3"/>
        <Signal name="Ratio" offset="32" length="32"><Value type="single" min="1"/></Signal>
      </Message>
      <Message id="300" name="Far" format="extended">
        <Signal name="D" offset="0" length="64"><Value type="double"/></Signal>
      </Message>
      """)
    #expect(file.problems.isEmpty, "\(file.problems)")
    #expect(file.messages.map(\.id) == [CANID(standard: 0x1F0), CANID(extended: 300)])
    #expect(file.messages.map(\.length) == [8, 8])
    #expect(file.messages[0].cycleTime == 0.05 && file.messages[0].line == 4)
    #expect(file.messages[0].comment == "From the \"engine\" <1>")
    let signals = file.messages[0].signals
    #expect(signals.map(\.name) == ["Temperature", "Flag", "Ratio"])
    // KCD counts big-endian bits from the top of byte 0, DBC from the bottom of each byte.
    #expect(signals[0].startBit == 8 && signals[0].byteOrder == .big && signals[0].format == .signed)
    #expect(signals[0].factor == 0.5 && signals[0].offset == -40 && signals[0].range == -40...85)
    #expect(signals[0].unit == "°C" && signals[0].comment == "of the coolant")
    #expect(signals[0].valueNames == [.init(value: 0, name: "init"), .init(value: -1, name: "a < b")])
    #expect(signals[1].length == 1 && signals[1].range == nil)
    #expect(signals[2].format == .float32 && signals[2].range == 1 ... .infinity)
    #expect(file.messages[1].signals.map(\.format) == [.float64])
  }

  @Test func multiplexing() {
    let file = parse(
      """
      <Message id="1" name="M" length="8">
        <Multiplex name="Page" offset="0" length="8">
          <MuxGroup count="0"><Signal name="A" offset="8" length="8"/></MuxGroup>
          <MuxGroup count="7"><Signal name="B" offset="8" length="16"/></MuxGroup>
          <Value slope="2"/>
        </Multiplex>
        <Signal name="Always" offset="56" length="8"/>
      </Message>
      """)
    let signals = file.messages[0].signals
    #expect(signals.map(\.name) == ["Page", "A", "B", "Always"])
    #expect(signals.map(\.isMultiplexor) == [true, false, false, false])
    #expect(signals.map(\.factor) == [2, 1, 1, 1])
    #expect(signals.map { $0.selection?.values } == [nil, [0...0], [7...7], nil])
    var problems: [DecoderTable.Problem] = []
    let table = DecoderTable(file.compileAll().messages, problems: &problems)
    let samples = table.samples(of: frame(CANID(standard: 1), [7, 2, 1, 0, 0, 0, 0, 9])).samples
    #expect(samples.map(\.value).sorted() == [9, 14, 258])
  }

  @Test func oneBadElementCostsThatElement() {
    let file = parse(
      """
      <Message id="nine" name="NoNumber"><Signal name="X" offset="0"/></Message>
      <Message name="NoIdentifier"/>
      <Message id="1" name="Good" length="8">
        <Signal name="NoOffset"><Value slope="3"/></Signal>
        <Signal name="BadSlope" offset="0" length="8"><Value slope="fast"/></Signal>
        <Multiplex name="BadMux" offset="x"><MuxGroup count="1"><Signal name="Lost" offset="8"/></MuxGroup></Multiplex>
        <Multiplex name="Mux" offset="0" length="4"><MuxGroup><Signal name="NoCount" offset="8"/></MuxGroup></Multiplex>
        <Signal name="Unclosed offset="16" length="8"/>
        <Signal name="Fine" offset="24" length="8"/>
      </Message>
      <Message id="2" name="Twice" length="8"/>
      <Message id="2" name="Twice2" length="8"/>
      <Message id="0x800" name="Wide" length="8"/>
      """)
    #expect(file.messages.map(\.name) == ["Good", "Twice", "Twice2", "Wide"])
    #expect(file.messages[0].signals.map(\.name) == ["BadSlope", "Mux", "Fine"])
    #expect(file.problems.map(\.line) == [3, 4, 6, 7, 8, 8, 9, 9, 10, 14, 15], "\(file.problems)")
  }

  /// What stands in an element that was refused is not taken for the element around it.
  @Test func aBadSignalDoesNotChangeItsMultiplexor() {
    let file = parse(
      """
      <Message id="1" name="M" length="8">
        <Multiplex name="Page" offset="0" length="8">
          <MuxGroup count="0"><Signal name="NoOffset"><Value slope="3"/><Notes>lost</Notes></Signal></MuxGroup>
        </Multiplex>
      </Message>
      """)
    #expect(file.messages.first?.signals.map(\.factor) == [1])
    #expect(file.messages.first?.signals.first?.comment == nil)
    #expect(file.problems.map(\.line) == [5])
  }

  @Test func cutFilesKeepWhatIsThere() {
    let text = """
      <Bus><Message id="1" name="A" length="8"><Signal name="S" offset="0" length="8"><Value slope="2"/></Signal>
      <Multiplex name="M" offset="8"><MuxGroup count="1"><Signal name="T" offset="16"/></MuxGroup></Multiplex>
      </Message></Bus>
      """
    let bytes = Array(text.utf8)
    for cut in 0...bytes.count { _ = NetworkDescription.parse(bytes: Array(bytes[..<cut]), name: "", format: .kcd) }
    let file = NetworkDescription.parse(bytes: Array(bytes[..<120]), name: "", format: .kcd)
    #expect(file.messages.first?.signals.map(\.name) == ["S"])
    #expect(file.problems.last?.reason == "the file ends inside of message A")
    var random = Seeded(state: 4)
    for _ in 0..<2000 {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      var problems: [DecoderTable.Problem] = []
      let file = NetworkDescription.parse(bytes: damaged, name: "", format: .kcd)
      _ = DecoderTable(file.compileAll().messages, problems: &problems)
    }
  }
}
