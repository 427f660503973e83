// SavvyCAN's csv forms. GVRET has microseconds (below 0 where a log was cut and counted anew), buses, and in newer logs
// a direction:
//   Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8
//   22213513,00000111,false,Rx,0,8,00,00,00,00,00,00,00,00,
// The generic form has identifiers and bytes only:
//   ID,Data Bytes
//   0000021A,FE 36 12 FE 69 05 07 AD
import Vocabulary

private let comma = UInt8(ascii: ",")

enum GVRETLine {
  static func read(_ line: Span<UInt8>, into frame: inout CANFrame) throws(RecordingDamage.Kind) -> ChannelName? {
    var i = 0
    line.skipBlanks(&i)
    if line.has("Time Stamp", at: i) { return nil }
    let isNegative = line.take(UInt8(ascii: "-"), &i)
    guard let time = line.nanoseconds(&i, unit: 1000, allowingComma: false), line.take(comma, &i) else { throw .time }
    frame.time = Instant(nanoseconds: isNegative ? -time : time)
    guard let value = line.integer(&i, isHexadecimal: true), value <= 0x1FFF_FFFF, line.take(comma, &i) else {
      throw .identifier
    }
    let isExtended = line.has("true", at: i) || line.has("1", at: i)
    guard isExtended || line.has("false", at: i) || line.has("0", at: i) else { throw .type }
    frame.id = isExtended || value > 0x7FF ? CANID(extended: value) : CANID(standard: value)
    while i < line.count, line[i] != comma { i += 1 }
    _ = line.take(comma, &i)
    if line.has("Rx,", at: i) || line.has("Tx,", at: i) { i += 3 }
    let channel = try line.channelName(&i, before: comma)
    guard line.take(comma, &i), let length = line.decimal(&i, upTo: 64) else { throw .data }
    if length > 0 {
      guard line.take(comma, &i) else { throw .data }
      try frame.readBytes(length, line, &i, isHexadecimal: true, separator: comma)
    }
    // A comma ends each row, and the columns behind the frame's length may hold anything of two digits.
    while i < line.count, line[i] == comma || hexDigit(line[i]) != nil || isBlank(line[i]) { i += 1 }
    guard line.isAtEnd(i) else { throw .data }
    if length > 8 { frame.flags = .flexibleDataRate }
    return channel
  }
}

enum GenericIDLine {
  static func read(_ line: Span<UInt8>, into frame: inout CANFrame) throws(RecordingDamage.Kind) -> ChannelName? {
    var i = 0
    line.skipBlanks(&i)
    if line.has("ID,", at: i) { return nil }
    guard let value = line.integer(&i, isHexadecimal: true), value <= 0x1FFF_FFFF, line.take(comma, &i) else {
      throw .identifier
    }
    frame.id = value > 0x7FF ? CANID(extended: value) : CANID(standard: value)
    let present = line.countOfBytes(from: i)
    guard present <= 64 else { throw .data }
    try frame.readBytes(present, line, &i)
    line.skipBlanks(&i)
    guard line.isAtEnd(i) else { throw .data }
    if present > 8 { frame.flags = .flexibleDataRate }
    return .one
  }
}

extension RecordingWriter {
  mutating func writeGVRETHeader() {
    text.put("Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8\n")
  }

  mutating func writeGVRET(_ frame: CANFrame) {
    let microseconds = frame.time.nanoseconds / 1000
    if microseconds < 0 { text.put(UInt8(ascii: "-")) }
    text.putNumber(abs(microseconds))
    text.put(comma)
    text.putHex(frame.id.value, digits: 8)
    text.put(frame.id.isExtended ? ",true,Rx," : ",false,Rx,")
    text.put(channelNumber(of: frame, from: 0))
    text.put(comma)
    text.putNumber(Int64(frame.dataLength))
    text.put(comma)
    for k in 0..<frame.dataLength {
      text.putHex(UInt32(frame[k]), digits: 2)
      text.put(comma)
    }
    text.put(UInt8(ascii: "\n"))
  }

  mutating func writeGenericIDHeader() { text.put("ID,Data Bytes\n") }

  mutating func writeGenericID(_ frame: CANFrame) {
    text.putHex(frame.id.value, digits: 8)
    text.put(comma)
    for k in 0..<frame.dataLength {
      text.putHex(UInt32(frame[k]), digits: 2)
      text.put(UInt8(ascii: " "))
    }
    text.put(UInt8(ascii: "\n"))
  }
}
