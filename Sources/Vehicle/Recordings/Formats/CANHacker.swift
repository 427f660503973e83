// CANHacker trace. Lines end in a carriage return alone, fields in a tab, seconds have a decimal comma:
//   @ TEXT @ 3 @ 64 @ 0 @ 38624 @ 21032 @ 00:00:21.032 @
//   17,439466  1  0004  4A0  8  CC FF 00 00 00 00 CC FF  00000000  (the bytes as text)
import Vocabulary

private let tab: UInt8 = 0x09

enum CANHackerLine {
  /// Bits of the third field.
  fileprivate static let extendedFlag: UInt32 = 1
  fileprivate static let remoteFlag: UInt32 = 2
  fileprivate static let frameFlag: UInt32 = 4

  static func read(_ line: Span<UInt8>, into frame: inout CANFrame) throws(RecordingDamage.Kind) -> ChannelName? {
    var i = 0
    line.skipBlanks(&i)
    if i < line.count, line[i] == UInt8(ascii: "@") || line[i] == UInt8(ascii: "#") { return nil }
    guard let time = line.nanoseconds(&i, unit: nanosecondsPerSecond), line.take(tab, &i) else { throw .time }
    frame.time = Instant(nanoseconds: time)
    let channel = try line.channelNumber(&i)
    guard line.take(tab, &i), let flags = line.integer(&i, isHexadecimal: true), line.take(tab, &i) else {
      throw .type
    }
    let (value, digits) = line.hexadecimal(&i)
    let isExtended = flags & extendedFlag != 0 || digits > 3
    guard 1...8 ~= digits, value <= (isExtended ? 0x1FFF_FFFF : 0x7FF), line.take(tab, &i) else { throw .identifier }
    frame.id = isExtended ? CANID(extended: value) : CANID(standard: value)
    guard let code = line.decimal(&i, upTo: 15), line.take(tab, &i) else { throw .data }
    let length = dataLength(code: code, isFlexible: false)
    if flags & remoteFlag != 0 {
      frame.id.rawValue |= CANID.remoteFlag
      frame.length = UInt8(length)
    } else {
      // Blanks fill the field up; a byte of the next field must not count as data.
      guard line.countOfBytes(from: i) == length else { throw .data }
      try frame.readBytes(length, line, &i)
    }
    return channel
  }
}

extension RecordingWriter {
  /// The counts of frames and time in it are not known yet and stay 0.
  mutating func writeCANHackerHeader() { text.put("@ TEXT @ 3 @ 64 @ 0 @ 0 @ 0 @ 00:00:00.000 @\r") }

  mutating func writeCANHacker(_ frame: CANFrame) {
    let microseconds = max(0, frame.time.nanoseconds) / 1000
    text.putNumber(microseconds / 1_000_000)
    text.put(UInt8(ascii: ","))
    text.putDecimal(microseconds % 1_000_000, digits: 6)
    text.put(tab)
    text.put(channelNumber(of: frame, from: 1))
    text.put(tab)
    let flags =
      CANHackerLine.frameFlag | (frame.id.isExtended ? CANHackerLine.extendedFlag : 0)
      | (frame.id.isRemoteRequest ? CANHackerLine.remoteFlag : 0)
    text.putHex(flags, digits: 4)
    text.put(tab)
    text.putHex(frame.id.value, digits: frame.id.isExtended ? 8 : 3)
    text.put(tab)
    text.putNumber(Int64(min(frame.length, 8)))
    text.put(tab)
    let length = frame.id.isRemoteRequest ? 0 : frame.dataLength
    for k in 0..<8 {
      if k < length { text.putHex(UInt32(frame[k]), digits: 2) } else { text.put("  ") }
      if k < 7 { text.put(UInt8(ascii: " ")) }
    }
    text.put("\t00000000\t")
    for k in 0..<8 {
      let isPrintable = k < length && 0x21...0x7E ~= frame[k]
      text.put(isPrintable ? frame[k] : UInt8(ascii: " "))
    }
    text.put("\t\r")
  }
}
