// Microchip CAN BUS Analyzer log, milliseconds since its start:
//   Logging Started: 23/9/2015 22:17:43
//   166064;RX;0x0000021A;8;0xFE;0x36;0x12;0xFE;0x69;0x05;0x07;0xAD;
import Vocabulary

private let semicolon = UInt8(ascii: ";")

struct MicrochipLines {
  /// Nanoseconds since 1970 of the time 0.
  private var start: Int64 = 0

  mutating func read(_ line: Span<UInt8>, into frame: inout CANFrame) throws(RecordingDamage.Kind) -> ChannelName? {
    var i = 0
    line.skipBlanks(&i)
    guard i < line.count, isDigit(line[i]) else {
      try readHeader(line, &i)
      return nil
    }
    guard let offset = line.nanoseconds(&i, unit: 1_000_000), line.take(semicolon, &i) else { throw .time }
    frame.time = try moment(start, plus: offset)
    guard line.has("RX;", at: i) || line.has("TX;", at: i) else { throw .type }
    i += 3
    guard let value = line.integer(&i, isHexadecimal: true), value <= 0x1FFF_FFFF, line.take(semicolon, &i) else {
      throw .identifier
    }
    frame.id = value > 0x7FF ? CANID(extended: value) : CANID(standard: value)
    guard let code = line.decimal(&i, upTo: 15) else { throw .data }
    let length = dataLength(code: code, isFlexible: false)
    if length > 0 {
      guard line.take(semicolon, &i) else { throw .data }
      try frame.readBytes(length, line, &i, isHexadecimal: true, separator: semicolon)
    }
    _ = line.take(semicolon, &i)
    line.skipBlanks(&i)
    guard line.isAtEnd(i) else { throw .data }
    return .one
  }

  /// Free text but for the start, between two rules.
  private mutating func readHeader(_ line: Span<UInt8>, _ i: inout Int) throws(RecordingDamage.Kind) {
    if line.has("Logging Started:", at: i) {
      i += 16
      line.skipBlanks(&i)
      guard let (day, month, year) = line.dateNumbers(&i, separator: UInt8(ascii: "/")),
        let date = midnight(year: year, month: month, day: day)
      else { return }
      line.skipBlanks(&i)
      start = date + (line.timeOfDay(&i) ?? 0)
    } else if line.has("RX;", at: i) || line.has("TX;", at: i) || line.has(";", at: i) {
      throw .time
    }
  }
}

extension RecordingWriter {
  mutating func writeMicrochipHeader(start: Int64) {
    let date = civilDate(daysSince1970: Int(start / nanosecondsPerDay))
    text.put(
      "//---------------------------------\nMicrochip Technology Inc.\nCAN BUS Analyzer\nTelltale\nLogging Started: ")
    text.putNumber(Int64(date.day))
    text.put(UInt8(ascii: "/"))
    text.putNumber(Int64(date.month))
    text.put(UInt8(ascii: "/"))
    text.putNumber(Int64(date.year))
    text.put(UInt8(ascii: " "))
    text.putTime(start % nanosecondsPerDay)
    text.put("\n//---------------------------------\n")
  }

  mutating func writeMicrochip(_ frame: CANFrame) {
    text.putNumber(offset(of: frame) / 1_000_000)
    text.put(";RX;0x")
    text.putHex(frame.id.value, digits: 8)
    text.put(semicolon)
    text.putNumber(Int64(frame.dataLength))
    text.put(semicolon)
    for k in 0..<frame.dataLength {
      text.put("0x")
      text.putHex(UInt32(frame[k]), digits: 2)
      text.put(semicolon)
    }
    text.put(UInt8(ascii: "\n"))
  }
}
