// Comma-separated values of Telltale's own. Seconds since 1970 with nine digits; flags are words with blanks between
// them:
//   time,channel,id,extended,flags,length,data
//   1627274455.012500000,can1,7E8,false,,8,03412F8C00000000
//   1627274455.013000000,can1,18FEF100,true,fd brs,12,000102030405060708090A0B
import Vocabulary

private let comma = UInt8(ascii: ",")

enum PlainCSVLine {
  static let header: StaticString = "time,channel,id,extended,flags,length,data"

  static func read(_ line: Span<UInt8>, into frame: inout CANFrame) throws(RecordingDamage.Kind) -> ChannelName? {
    var i = 0
    line.skipBlanks(&i)
    if line.has(header, at: i) { return nil }
    let isNegative = line.take(UInt8(ascii: "-"), &i)
    guard let time = line.nanoseconds(&i, unit: nanosecondsPerSecond, allowingComma: false), line.take(comma, &i) else {
      throw .time
    }
    frame.time = Instant(nanoseconds: isNegative ? -time : time)
    let channel = try line.channelName(&i, before: comma)
    guard line.take(comma, &i), let value = line.integer(&i, isHexadecimal: true), value <= 0x1FFF_FFFF,
      line.take(comma, &i)
    else { throw .identifier }
    let isExtended = line.has("true,", at: i)
    guard isExtended || line.has("false,", at: i) else { throw .type }
    i += isExtended ? 5 : 6
    frame.id = CANID(rawValue: value | (isExtended ? CANID.extendedFlag : 0))
    try readFlags(line, &i, into: &frame)
    // An error frame keeps its class there, whose bits are more than those of a standard identifier.
    guard isExtended || frame.id.isErrorFrame || value <= 0x7FF else { throw .identifier }
    let isFlexible = frame.flags.contains(.flexibleDataRate)
    guard let length = line.decimal(&i, upTo: isFlexible ? 64 : 8), line.take(comma, &i) else { throw .data }
    if !frame.id.isRemoteRequest {
      for k in 0..<length {
        guard i + 1 < line.count, let high = hexDigit(line[i]), let low = hexDigit(line[i + 1]) else { throw .data }
        frame.payload[k] = high << 4 | low
        i += 2
      }
    }
    frame.length = UInt8(length)
    line.skipBlanks(&i)
    guard line.isAtEnd(i) else { throw .data }
    return channel
  }

  /// Up to the comma behind them.
  private static func readFlags(
    _ line: Span<UInt8>, _ i: inout Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) {
    while !line.take(comma, &i) {
      line.skipBlanks(&i)
      if line.has("remote", at: i) {
        frame.id.rawValue |= CANID.remoteFlag
        i += 6
      } else if line.has("error", at: i) {
        frame.id.rawValue |= CANID.errorFlag
        i += 5
      } else if line.has("fd", at: i) {
        frame.flags.insert(.flexibleDataRate)
        i += 2
      } else if line.has("brs", at: i) {
        frame.flags.insert(.bitRateSwitch)
        i += 3
      } else if line.has("esi", at: i) {
        frame.flags.insert(.errorStateIndicator)
        i += 3
      } else {
        throw .type
      }
    }
  }
}

extension RecordingWriter {
  mutating func writePlainCSVHeader() {
    text.put(PlainCSVLine.header)
    text.put(UInt8(ascii: "\n"))
  }

  mutating func writePlainCSV(_ frame: CANFrame) {
    let time = frame.time.nanoseconds
    if time < 0 { text.put(UInt8(ascii: "-")) }
    let magnitude = Int64(clamping: time.magnitude)
    text.putNumber(magnitude / nanosecondsPerSecond)
    text.put(UInt8(ascii: "."))
    text.putDecimal(magnitude % nanosecondsPerSecond, digits: 9)
    text.put(comma)
    text.put(channelName(of: frame))
    text.put(comma)
    let value = frame.id.rawValue & 0x1FFF_FFFF
    text.putHex(value, digits: frame.id.isExtended || value > 0x7FF ? 8 : 3)
    text.put(frame.id.isExtended ? ",true," : ",false,")
    var isFirst = true
    putFlag(frame.id.isRemoteRequest, "remote", &isFirst)
    putFlag(frame.id.isErrorFrame, "error", &isFirst)
    putFlag(frame.isFlexible, "fd", &isFirst)
    putFlag(frame.flags.contains(.bitRateSwitch), "brs", &isFirst)
    putFlag(frame.flags.contains(.errorStateIndicator), "esi", &isFirst)
    text.put(comma)
    text.putNumber(Int64(frame.dataLength))
    text.put(comma)
    if !frame.id.isRemoteRequest { for k in 0..<frame.dataLength { text.putHex(UInt32(frame[k]), digits: 2) } }
    text.put(UInt8(ascii: "\n"))
  }

  private mutating func putFlag(_ isSet: Bool, _ word: StaticString, _ isFirst: inout Bool) {
    guard isSet else { return }
    if !isFirst { text.put(UInt8(ascii: " ")) }
    text.put(word)
    isFirst = false
  }
}
