// CRTD, the Open Vehicle Monitoring System's log. The bus number is left out where there is only one; comments and
// events begin with C and E:
//   166.064000 CXX a comment
//   166.064000 R11 0000021A FE 36 12 FE 69 05 07 AD
//   1542473901.020305 1R29 18DAF110 00 00
import Vocabulary

enum CRTDLine {
  /// Time and `CXX`, with which a log begins.
  static func isComment(_ line: Span<UInt8>, _ begin: Int) -> Bool {
    var i = begin
    guard line.nanoseconds(&i, unit: nanosecondsPerSecond) != nil else { return false }
    line.skipBlanks(&i)
    return line.takeWord("CXX", &i)
  }

  static func read(_ line: Span<UInt8>, into frame: inout CANFrame) throws(RecordingDamage.Kind) -> ChannelName? {
    var i = 0
    line.skipBlanks(&i)
    guard let time = line.nanoseconds(&i, unit: nanosecondsPerSecond), i < line.count, isBlank(line[i]) else {
      throw .time
    }
    frame.time = Instant(nanoseconds: time)
    line.skipBlanks(&i)
    var channel = ChannelName.one
    if i < line.count, isDigit(line[i]) { channel = try line.channelNumber(&i) }
    let isExtended = line.takeWord("R29", &i) || line.takeWord("T29", &i)
    guard isExtended || line.takeWord("R11", &i) || line.takeWord("T11", &i) else {
      if i < line.count, line[i] == UInt8(ascii: "C") || line[i] == UInt8(ascii: "E") { return nil }
      throw .type
    }
    line.skipBlanks(&i)
    let (value, digits) = line.hexadecimal(&i)
    guard 1...8 ~= digits, value <= (isExtended ? 0x1FFF_FFFF : 0x7FF), i == line.count || isBlank(line[i]) else {
      throw .identifier
    }
    frame.id = isExtended ? CANID(extended: value) : CANID(standard: value)
    let present = line.countOfBytes(from: i)
    guard present <= 8 else { throw .data }
    try frame.readBytes(present, line, &i)
    line.skipBlanks(&i)
    guard line.isAtEnd(i) else { throw .data }
    return channel
  }
}

extension RecordingWriter {
  mutating func writeCRTDHeader(start: Int64) {
    text.putNumber(start / nanosecondsPerSecond)
    text.put(".000000 CXX Telltale\n")
  }

  mutating func writeCRTD(_ frame: CANFrame) {
    let microseconds = max(0, frame.time.nanoseconds) / 1000
    text.putNumber(microseconds / 1_000_000)
    text.put(UInt8(ascii: "."))
    text.putDecimal(microseconds % 1_000_000, digits: 6)
    text.put(UInt8(ascii: " "))
    text.put(channelNumber(of: frame, from: 1))
    text.put(frame.id.isExtended ? "R29 " : "R11 ")
    text.putHex(frame.id.value, digits: 8)
    putBytes(frame)
    text.put(UInt8(ascii: "\n"))
  }
}
