// BUSMASTER log. Times are of the day (system mode), since the start (absolute) or since the line before (relative);
// the last part counts milliseconds, or tenths of them in four digits:
//   ***START DATE AND TIME 23:9:2015 22:17:28:928***
//   ***HEX***
//   ***SYSTEM MODE***
//   22:20:14:992 Rx 1 0x21A s 8 FE 36 12 FE 69 05 07 AD
import Vocabulary

private let colon = UInt8(ascii: ":")

struct BUSMASTERLines {
  private enum Clock { case ofTheDay, sinceStart, sinceLineBefore }

  private var clock = Clock.ofTheDay
  private var isHexadecimal = true
  /// Nanoseconds since 1970 when logging started, and of the midnight before.
  private var start: Int64 = 0
  private var day: Int64 = 0
  /// The last line's time, or all times so far if they are relative.
  private var elapsed: Int64 = 0

  mutating func read(_ line: Span<UInt8>, into frame: inout CANFrame) throws(RecordingDamage.Kind) -> ChannelName? {
    var i = 0
    line.skipBlanks(&i)
    if line.has("***", at: i) {
      readHeader(line, i + 3)
      return nil
    }
    frame.time = try instant(line, &i)
    line.skipBlanks(&i)
    guard line.takeWord("Rx", &i) || line.takeWord("Tx", &i) else { throw .type }
    line.skipBlanks(&i)
    let channel = try line.channelNumber(&i)
    line.skipBlanks(&i)
    if line.has("ERR", at: i) {
      frame.becomeErrorFrame()
      return channel
    }
    guard let value = line.integer(&i, isHexadecimal: isHexadecimal), i < line.count, isBlank(line[i]) else {
      throw .identifier
    }
    line.skipBlanks(&i)
    let (isExtended, isRemote, isFlexible) = try BUSMASTERLines.type(line, &i)
    guard value <= (isExtended ? 0x1FFF_FFFF : 0x7FF) else { throw .identifier }
    frame.id = isExtended ? CANID(extended: value) : CANID(standard: value)
    line.skipBlanks(&i)
    guard let code = line.decimal(&i, upTo: 64), isFlexible || code <= 15 else { throw .data }
    let length = isFlexible ? code : dataLength(code: code, isFlexible: false)
    if isFlexible { frame.flags = .flexibleDataRate }
    if isRemote {
      frame.id.rawValue |= CANID.remoteFlag
      frame.length = UInt8(length)
    } else {
      try frame.readBytes(length, line, &i, isHexadecimal: isHexadecimal, separator: UInt8(ascii: " "))
    }
    line.skipBlanks(&i)
    guard line.isAtEnd(i) else { throw .data }
    return channel
  }

  /// `s` standard or `x` extended, with `r` behind for a remote request or `-fd` for FD.
  private static func type(
    _ line: Span<UInt8>, _ i: inout Int
  ) throws(RecordingDamage.Kind) -> (isExtended: Bool, isRemote: Bool, isFlexible: Bool) {
    let isExtended = line.has("x", at: i)
    guard isExtended || line.has("s", at: i) else { throw .type }
    i += 1
    let isRemote = line.take(UInt8(ascii: "r"), &i)
    let isFlexible = line.has("-fd", at: i)
    if isFlexible { i += 3 }
    guard i < line.count, isBlank(line[i]), !(isRemote && isFlexible) else { throw .type }
    return (isExtended, isRemote, isFlexible)
  }

  private mutating func instant(_ line: Span<UInt8>, _ i: inout Int) throws(RecordingDamage.Kind) -> Instant {
    guard let time = BUSMASTERLines.time(line, &i) else { throw .time }
    switch clock {
    case .ofTheDay:
      // A clock that falls back by more than half a day has passed midnight.
      if elapsed - time > nanosecondsPerDay / 2 { day = try moment(day, plus: nanosecondsPerDay).nanoseconds }
      elapsed = time
      return try moment(day, plus: time)
    case .sinceStart: return try moment(start, plus: time)
    case .sinceLineBefore:
      elapsed = try moment(elapsed, plus: time).nanoseconds
      return try moment(start, plus: elapsed)
    }
  }

  /// `hours:minutes:seconds:part`.
  private static func time(_ line: Span<UInt8>, _ i: inout Int) -> Int64? {
    guard let whole = line.timeOfDay(&i), line.take(colon, &i) else { return nil }
    let begin = i
    guard let part = line.decimal(&i, upTo: 9999) else { return nil }
    return whole + Int64(part) * (i - begin == 4 ? 100_000 : 1_000_000)
  }

  private mutating func readHeader(_ line: Span<UInt8>, _ begin: Int) {
    var i = begin
    if line.has("START DATE AND TIME", at: i) {
      i += 19
      line.skipBlanks(&i)
      guard let (dayOfMonth, month, year) = line.dateNumbers(&i, separator: colon),
        let date = midnight(year: year, month: month, day: dayOfMonth)
      else { return }
      line.skipBlanks(&i)
      day = date
      start = date + (BUSMASTERLines.time(line, &i) ?? 0)
      elapsed = 0
    } else if line.has("HEX***", at: i) {
      isHexadecimal = true
    } else if line.has("DEC***", at: i) {
      isHexadecimal = false
    } else if line.has("SYSTEM MODE***", at: i) {
      clock = .ofTheDay
    } else if line.has("ABSOLUTE MODE***", at: i) {
      clock = .sinceStart
    } else if line.has("RELATIVE MODE***", at: i) {
      clock = .sinceLineBefore
    }
  }
}

extension RecordingWriter {
  /// In absolute mode: times of the day would lose the days between frames.
  mutating func writeBUSMASTERHeader(start: Int64) {
    let date = civilDate(daysSince1970: Int(start / nanosecondsPerDay))
    text.put(
      "***BUSMASTER Ver 3.2.2***\n***PROTOCOL CAN***\n***[START LOGGING SESSION]***\n***START DATE AND TIME ")
    text.putNumber(Int64(date.day))
    text.put(colon)
    text.putNumber(Int64(date.month))
    text.put(colon)
    text.putNumber(Int64(date.year))
    text.put(UInt8(ascii: " "))
    text.putTime(start % nanosecondsPerDay, fractionDigits: 3, separator: colon)
    text.put("***\n***HEX***\n***ABSOLUTE MODE***\n***<Time><Tx/Rx><Channel><CAN ID><Type><DLC><DataBytes>***\n")
  }

  mutating func writeBUSMASTERTrailer() { text.put("***[STOP LOGGING SESSION]***\n") }

  mutating func writeBUSMASTER(_ frame: CANFrame) {
    text.putTime(offset(of: frame), fractionDigits: 4, separator: colon)
    text.put(" Rx ")
    text.put(channelNumber(of: frame, from: 1))
    text.put(" 0x")
    text.putHex(frame.id.value, digits: frame.id.isExtended ? 8 : 3)
    text.put(frame.id.isExtended ? " x" : " s")
    if frame.id.isRemoteRequest { text.put("r") } else if frame.isFlexible { text.put("-fd") }
    text.put(UInt8(ascii: " "))
    text.putNumber(Int64(frame.dataLength))
    if !frame.id.isRemoteRequest { putBytes(frame) }
    text.put(UInt8(ascii: "\n"))
  }
}
