// Vector CANalyzer and CANoe ASCII log:
//   date Sat Sep 30 15:06:13.191 2017
//   base hex  timestamps absolute
//      17.876708 1  6F9             Rx   d 8 05 0C 00 00 00 00 00 00  Length = 240015 BitCount = 124 ID = 1785
//      30.005021 CANFD   1 Rx        300  Name   1 0 8  8 11 C2 03 04 05 06 07 08   102203  133   303000 ...
//       2.501000 1 ErrorFrame
// Every other event with a time (statistics, chip status, J1939TP, LIN, triggers) is no frame.
import Vocabulary

struct ASCLines {
  private var isHexadecimal = true
  private var isRelative = false
  /// Nanoseconds since 1970 of the time 0.
  private var start: Int64 = 0
  /// The date of a trigger block that has begun. It counts if the times in it start again.
  private var blockStart: Int64?
  private var isInFirstBlock = true
  /// The last event's time, or all times so far if they are relative.
  private var elapsed: Int64 = 0

  mutating func read(_ line: Span<UInt8>, into frame: inout CANFrame) throws(RecordingDamage.Kind) -> ChannelName? {
    var i = 0
    line.skipBlanks(&i)
    guard i < line.count else { return nil }
    guard isDigit(line[i]) else {
      try readHeader(line, &i)
      return nil
    }
    frame.time = try eventTime(line, &i)
    line.skipBlanks(&i)
    if line.takeWord("CANFD", &i) { return try readFlexible(line, &i, into: &frame) }
    var j = i
    guard let channel = try? line.channelNumber(&j), j < line.count, isBlank(line[j]) else { return nil }
    i = j
    return try readClassic(line, &i, into: &frame) ? channel : nil
  }

  private mutating func eventTime(_ line: Span<UInt8>, _ i: inout Int) throws(RecordingDamage.Kind) -> Instant {
    guard let time = line.nanoseconds(&i, unit: nanosecondsPerSecond), i < line.count, isBlank(line[i]) else {
      throw .time
    }
    if let blockStart {
      // A later block of the same measurement goes on counting; its date is then not that of the time 0.
      if isInFirstBlock || time < elapsed { start = blockStart }
      self.blockStart = nil
      isInFirstBlock = false
    }
    elapsed = isRelative ? try moment(elapsed, plus: time).nanoseconds : time
    return try moment(start, plus: elapsed)
  }

  // MARK: Header

  private mutating func readHeader(_ line: Span<UInt8>, _ i: inout Int) throws(RecordingDamage.Kind) {
    if line.takeWord("date", &i) {
      start = ASCLines.date(line, &i) ?? 0
    } else if line.takeWord("base", &i) {
      line.skipBlanks(&i)
      isHexadecimal = !line.has("dec", at: i)
      while i < line.count {
        line.skipBlanks(&i)
        isRelative = isRelative || line.has("relative", at: i)
        line.skipWord(&i)
      }
    } else if line.has("begin triggerblock", at: i) {
      i += 18
      blockStart = ASCLines.date(line, &i)
    } else if !line.has("//", at: i), !line.has("end triggerblock", at: i), !line.has("internal events", at: i),
      !line.has("no internal events", at: i)
    {
      throw .time
    }
  }

  /// `Sat Sep 30 15:06:13.191 2017`, with `am` or `pm` before the year or without, and German names.
  private static func date(_ line: Span<UInt8>, _ i: inout Int) -> Int64? {
    line.skipBlanks(&i)
    line.skipWord(&i)
    line.skipBlanks(&i)
    guard let month = month(line, &i) else { return nil }
    line.skipBlanks(&i)
    guard let day = line.decimal(&i, upTo: 31) else { return nil }
    line.skipBlanks(&i)
    guard var time = line.timeOfDay(&i), time < nanosecondsPerDay else { return nil }
    line.skipBlanks(&i)
    let noon = nanosecondsPerDay / 2
    if line.takeWord("am", &i) {
      if time >= noon { time -= noon }
    } else if line.takeWord("pm", &i), time < noon {
      time += noon
    }
    line.skipBlanks(&i)
    guard let year = line.decimal(&i, upTo: 9999) else { return nil }
    return midnight(year: year, month: month, day: day).map { $0 + time }
  }

  /// By its first letters, English or German. Of März the second letter counts in any encoding.
  private static func month(_ line: Span<UInt8>, _ i: inout Int) -> Int? {
    let names: InlineArray<16, (StaticString, Int)> = [
      ("jan", 1), ("feb", 2), ("mar", 3), ("mrz", 3), ("apr", 4), ("may", 5), ("mai", 5), ("jun", 6), ("jul", 7),
      ("aug", 8), ("sep", 9), ("oct", 10), ("okt", 10), ("nov", 11), ("dec", 12), ("dez", 12),
    ]
    let begin = i
    line.skipWord(&i)
    for k in 0..<names.count where line.has(names[k].0, at: begin) { return names[k].1 }
    guard i - begin >= 3, lowerCase(line[begin]) == UInt8(ascii: "m"), line[begin + 1] >= 0x80 else { return nil }
    return 3
  }

  // MARK: Frames

  /// False for an event that is no frame.
  private func readClassic(
    _ line: Span<UInt8>, _ i: inout Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) -> Bool {
    line.skipBlanks(&i)
    if line.has("ErrorFrame", at: i) {
      frame.becomeErrorFrame()
      return true
    }
    let word = i
    line.skipWord(&i)
    line.skipBlanks(&i)
    // Direction and kind make a frame; without them it is statistics, a transport protocol's message or the like.
    guard line.takeWord("Rx", &i) || line.takeWord("Tx", &i) || line.takeWord("TxRq", &i) else { return false }
    line.skipBlanks(&i)
    let isRemote = line.takeWord("r", &i)
    guard isRemote || line.takeWord("d", &i) else { throw .type }
    var j = word
    try readIdentifier(line, &j, into: &frame)
    line.skipBlanks(&i)
    if isRemote {
      frame.id.rawValue |= CANID.remoteFlag
      // Older versions write no length.
      frame.length = UInt8(min(line.integer(&i, isHexadecimal: isHexadecimal) ?? 0, 8))
      return true
    }
    guard let code = line.integer(&i, isHexadecimal: isHexadecimal), code <= 64 else { throw .data }
    try frame.readBytes(
      dataLength(code: Int(code), isFlexible: false), line, &i, isHexadecimal: isHexadecimal,
      separator: UInt8(ascii: " "))
    return true
  }

  /// An `x` behind it makes it an extended one.
  private func readIdentifier(
    _ line: Span<UInt8>, _ i: inout Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) {
    guard let value = line.integer(&i, isHexadecimal: isHexadecimal) else { throw .identifier }
    let isExtended = line.take(UInt8(ascii: "x"), &i) || line.take(UInt8(ascii: "X"), &i)
    guard value <= (isExtended ? 0x1FFF_FFFF : 0x7FF), i == line.count || isBlank(line[i]) else { throw .identifier }
    frame.id = isExtended ? CANID(extended: value) : CANID(standard: value)
  }

  /// `channel direction identifier [name] brs esi code length data duration bits flags ...`.
  private func readFlexible(
    _ line: Span<UInt8>, _ i: inout Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) -> ChannelName {
    line.skipBlanks(&i)
    let channel = try line.channelNumber(&i)
    line.skipBlanks(&i)
    guard line.takeWord("Rx", &i) || line.takeWord("Tx", &i) || line.takeWord("TxRq", &i) else { throw .type }
    line.skipBlanks(&i)
    if line.has("ErrorFrame", at: i) {
      frame.becomeErrorFrame()
      return channel
    }
    try readIdentifier(line, &i, into: &frame)
    line.skipBlanks(&i)
    if i < line.count, !isDigit(line[i]) {
      line.skipWord(&i)
      line.skipBlanks(&i)
    }
    guard let isSwitched = line.decimal(&i, upTo: 1) else { throw .type }
    line.skipBlanks(&i)
    guard let isPassive = line.decimal(&i, upTo: 1) else { throw .type }
    line.skipBlanks(&i)
    guard let code = line.integer(&i, isHexadecimal: isHexadecimal), code <= 15 else { throw .data }
    line.skipBlanks(&i)
    guard let length = line.decimal(&i, upTo: 64) else { throw .data }
    try frame.readBytes(length, line, &i, isHexadecimal: isHexadecimal, separator: UInt8(ascii: " "))
    frame.flags = .flexibleDataRate
    if isSwitched == 1 { frame.flags.insert(.bitRateSwitch) }
    if isPassive == 1 { frame.flags.insert(.errorStateIndicator) }
    // A controller in FD mode logs classic frames in this form too, and there is no remote request in FD.
    let flags = ASCLines.flags(line, i)
    if length == 0, flags.map({ $0 & ASCLines.remoteFlag != 0 }) ?? (code > 0) {
      frame.id.rawValue |= CANID.remoteFlag
      frame.length = UInt8(min(code, 8))
      frame.flags = []
    } else if length <= 8, let flags, flags != 0, flags & ASCLines.flexibleFlag == 0 {
      frame.flags = []
    }
    return channel
  }

  private static let remoteFlag: UInt32 = 0x10
  fileprivate static let flexibleFlag: UInt32 = 0x1000

  /// The third number behind the data; nil in logs that end before it.
  private static func flags(_ line: Span<UInt8>, _ begin: Int) -> UInt32? {
    var i = begin
    for _ in 0..<2 {
      line.skipBlanks(&i)
      line.skipWord(&i)
    }
    line.skipBlanks(&i)
    let (value, digits) = line.hexadecimal(&i)
    return 1...8 ~= digits ? value : nil
  }
}

extension RecordingWriter {
  mutating func writeASCHeader(start: Int64) {
    text.put("date ")
    putASCDate(start)
    text.put("\nbase hex  timestamps absolute\nno internal events logged\nBegin Triggerblock ")
    putASCDate(start)
    text.put("\n   0.000000 Start of measurement\n")
  }

  mutating func writeASCTrailer() { text.put("End TriggerBlock\n") }

  mutating func writeASC(_ frame: CANFrame) {
    let microseconds = offset(of: frame) / 1000
    text.putNumber(microseconds / 1_000_000, width: 4)
    text.put(UInt8(ascii: "."))
    text.putDecimal(microseconds % 1_000_000, digits: 6)
    text.put(UInt8(ascii: " "))
    let channel = channelNumber(of: frame, from: 1)
    if frame.isFlexible {
      text.put("CANFD   ")
      text.put(channel)
      text.put(" Rx   ")
      putASCIdentifier(frame.id)
      text.put(frame.flags.contains(.bitRateSwitch) ? " 1" : " 0")
      text.put(frame.flags.contains(.errorStateIndicator) ? " 1 " : " 0 ")
      text.putHex(UInt32(lengthCode(holding: frame.dataLength)), digits: 1)
      text.put(UInt8(ascii: " "))
      text.putNumber(Int64(frame.dataLength), width: 2)
      putBytes(frame)
      // Duration, bits, flags, checksum, and four words of bit timing.
      text.put(" 0 0 ")
      text.putHex(ASCLines.flexibleFlag | UInt32(frame.flags.rawValue & 3) << 13, digits: 4)
      text.put(" 0 0 0 0 0\n")
      return
    }
    text.put(channel)
    text.put("  ")
    if frame.id.isErrorFrame {
      text.put("ErrorFrame\n")
      return
    }
    putASCIdentifier(frame.id)
    text.put(frame.id.isRemoteRequest ? " Rx   r " : " Rx   d ")
    text.putNumber(Int64(min(frame.length, 8)))
    if !frame.id.isRemoteRequest { putBytes(frame) }
    text.put(UInt8(ascii: "\n"))
  }

  private mutating func putASCIdentifier(_ id: CANID) {
    text.putHex(id.value, digits: id.isExtended ? 8 : 3)
    text.put(id.isExtended ? "x      " : "            ")
  }

  private mutating func putASCDate(_ time: Int64) {
    let days = Int(time / nanosecondsPerDay)
    let date = civilDate(daysSince1970: days)
    // 1970-01-01 was a Thursday.
    let weekdays: InlineArray<7, StaticString> = ["Thu ", "Fri ", "Sat ", "Sun ", "Mon ", "Tue ", "Wed "]
    let months: InlineArray<12, StaticString> = [
      "Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec ",
    ]
    text.put(weekdays[days % 7])
    text.put(months[date.month - 1])
    text.putNumber(Int64(date.day))
    text.put(UInt8(ascii: " "))
    text.putTime(time % nanosecondsPerDay, fractionDigits: 3, separator: UInt8(ascii: "."))
    text.put(UInt8(ascii: " "))
    text.putNumber(Int64(date.year))
  }
}
