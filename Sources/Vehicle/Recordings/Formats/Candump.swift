// can-utils' candump. Log form, `candump -L` and `-l`, `-x` and `-N` included:
//   (1627274455.012500) can1 7E8#03412F8C00000000
// and the view for a terminal, with `-t a|d|z|A`, `-a`, `-x` and `-e`, or without a time:
//   (1627274455.012500)  can1  RX - -  7E8   [8]  03 41 2F 8C 00 00 00 00   '.A/.....'
import Vocabulary

struct CandumpLines {
  /// Times are those since the line before (`-t d`) and are summed up.
  var isDelta = false
  private var sum: Int64 = 0

  mutating func read(_ line: Span<UInt8>, into frame: inout CANFrame) throws(RecordingDamage.Kind) -> ChannelName? {
    if CandumpLines.isRemark(line) { return nil }
    var i = 0
    line.skipBlanks(&i)
    let hasTime = line.take(UInt8(ascii: "("), &i)
    if hasTime { frame.time = try instant(line, &i) }
    line.skipBlanks(&i)
    let channel: ChannelName
    do throws(RecordingDamage.Kind) {
      channel = try line.channelName(&i)
      // A name with the `#` of the frame in it means that the channel is missing.
      guard i < line.count else { throw .channel }
    } catch {
      throw hasTime ? error : .time
    }
    line.skipBlanks(&i)
    let word = i
    let (value, digits) = line.hexadecimal(&i)
    if hasTime, line.take(UInt8(ascii: "#"), &i) {
      frame.id = try CandumpLines.identifier(value, digits: digits)
      try CandumpLines.readLogForm(line, &i, into: &frame)
    } else {
      i = word
      try CandumpLines.readTerminalForm(line, &i, hasTime: hasTime, into: &frame)
    }
    return channel
  }

  /// Whether the times of a log's first lines are those since the line before: they are small, and jump up and down.
  ///
  /// `-t d` and `-t z` both begin with 0 and look the same. But times since the start run back rarely, where several
  /// sockets are read; gaps shrink as often as they grow.
  static func looksLikeDeltas(_ lines: Span<UInt8>) -> Bool {
    var steps = 0
    var stepsBack = 0
    var first: Int64?
    var previous: Int64 = 0
    var start = 0
    while start < lines.count, steps < 200 {
      var end = start
      while end < lines.count, lines[end] != 0x0A { end += 1 }
      let line = lines.extracting(start..<end)
      start = end + 1
      var i = 0
      line.skipBlanks(&i)
      guard line.take(UInt8(ascii: "("), &i), let time = line.nanoseconds(&i, unit: nanosecondsPerSecond),
        line.take(UInt8(ascii: ")"), &i)
      else { continue }
      // Nobody waits a day for the next line.
      if time >= nanosecondsPerDay { return false }
      if first == nil {
        first = time
      } else {
        steps += 1
        if time < previous { stepsBack += 1 }
      }
      previous = time
    }
    // A part of a log does not begin with 0: then it takes more lines to be sure.
    return stepsBack > 0 && stepsBack * 4 >= steps && (first == 0 || steps >= 20)
  }

  /// A comment, what `candump -e` explains below an error frame, or a report of lost frames (`-d`).
  private static func isRemark(_ line: Span<UInt8>) -> Bool {
    guard line.count > 1 else { return false }
    switch line[0] {
    case UInt8(ascii: "#"): return true
    case 0x09: return line[1] &- UInt8(ascii: "a") < 26
    case UInt8(ascii: "D"): return line.has("DROPCOUNT: ", at: 0)
    default: return false
    }
  }

  /// `seconds)`, `seconds.fraction)` or `year-month-day hours:minutes:seconds.fraction)`.
  private mutating func instant(_ line: Span<UInt8>, _ i: inout Int) throws(RecordingDamage.Kind) -> Instant {
    var time: Int64?
    if i + 4 < line.count, line[i + 4] == UInt8(ascii: "-") {
      guard let (year, month, day) = line.dateNumbers(&i, separator: UInt8(ascii: "-")),
        let date = midnight(year: year, month: month, day: day)
      else { throw .time }
      line.skipBlanks(&i)
      time = line.timeOfDay(&i).map { date + $0 }
    } else {
      time = line.nanoseconds(&i, unit: nanosecondsPerSecond)
    }
    guard let time, line.take(UInt8(ascii: ")"), &i) else { throw .time }
    guard isDelta else { return Instant(nanoseconds: time) }
    sum = try moment(sum, plus: time).nanoseconds
    return Instant(nanoseconds: sum)
  }

  /// Three digits for a standard identifier, eight for an extended one or with the flag of an error frame.
  private static func identifier(_ value: UInt32, digits: Int) throws(RecordingDamage.Kind) -> CANID {
    switch (digits, value) {
    case (3, 0...0x7FF): return CANID(standard: value)
    case (8, 0...0x1FFF_FFFF): return CANID(extended: value)
    case (8, CANID.errorFlag...(CANID.errorFlag | 0x1FFF_FFFF)): return CANID(rawValue: value)
    default: throw .identifier
    }
  }

  // MARK: Log form

  private static func readLogForm(
    _ line: Span<UInt8>, _ i: inout Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) {
    if i < line.count {
      switch line[i] {
      case UInt8(ascii: "#"):
        i += 1
        guard i < line.count, let flags = hexDigit(line[i]) else { throw .data }
        i += 1
        frame.flags = CANFrame.Flags(rawValue: flags & 0x03).union(.flexibleDataRate)
        try readJoinedBytes(line, &i, limit: 64, into: &frame)
      case UInt8(ascii: "R"), UInt8(ascii: "r"):
        i += 1
        try readRemoteRequest(line, &i, into: &frame)
      default:
        try readJoinedBytes(line, &i, limit: 8, into: &frame)
        skipRawLengthCode(line, &i, length: frame.length)
      }
    }
    // Behind it stands at most the direction that `candump -x` writes.
    let end = i
    line.skipBlanks(&i)
    if i > end, i < line.count, line[i] == UInt8(ascii: "R") || line[i] == UInt8(ascii: "T") {
      i += 1
      line.skipBlanks(&i)
    }
    guard line.isAtEnd(i) else { throw .data }
  }

  /// The length code of a remote request is written only when it is not 0.
  private static func readRemoteRequest(
    _ line: Span<UInt8>, _ i: inout Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) {
    frame.id.rawValue |= CANID.remoteFlag
    guard i < line.count, let length = hexDigit(line[i]) else { return }
    guard length <= 8 else { throw .data }
    i += 1
    frame.length = length
    skipRawLengthCode(line, &i, length: length)
  }

  /// Whole bytes up to the first blank, `_` or the end.
  private static func readJoinedBytes(
    _ line: Span<UInt8>, _ i: inout Int, limit: Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) {
    var count = 0
    var word: UInt64 = 0
    while i < line.count, !isBlank(line[i]), line[i] != UInt8(ascii: "_") {
      guard count < limit, i + 1 < line.count, let high = hexDigit(line[i]), let low = hexDigit(line[i + 1]) else {
        throw .data
      }
      word |= UInt64(high << 4 | low) &<< UInt64((count & 7) &* 8)
      // One store a word, not one a byte.
      if count & 7 == 7 {
        frame.payload.words[count >> 3] = word
        word = 0
      }
      count += 1
      i += 2
    }
    if count & 7 > 0 { frame.payload.words[count >> 3] = word }
    frame.length = UInt8(count)
  }

  /// `_9`...`_F` behind eight bytes: a length code beyond eight, which changes nothing of the data.
  private static func skipRawLengthCode(_ line: Span<UInt8>, _ i: inout Int, length: UInt8) {
    guard length == 8, i + 1 < line.count, line[i] == UInt8(ascii: "_"), let code = hexDigit(line[i + 1]), code > 8
    else { return }
    i += 2
  }

  // MARK: Terminal form

  private static func readTerminalForm(
    _ line: Span<UInt8>, _ i: inout Int, hasTime: Bool, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) {
    if line.takeWord("RX", &i) || line.takeWord("TX", &i) {
      try readFlag("B", .bitRateSwitch, line, &i, into: &frame)
      try readFlag("E", .errorStateIndicator, line, &i, into: &frame)
      line.skipBlanks(&i)
    }
    let (value, digits) = line.hexadecimal(&i)
    let end = i
    line.skipBlanks(&i)
    let open = i < line.count ? line[i] : 0
    guard i > end, open == UInt8(ascii: "[") || open == UInt8(ascii: "{") else { throw hasTime ? .identifier : .time }
    frame.id = try identifier(value, digits: digits)
    i += 1
    let length = try readLength(line, &i, isRawCode: open == UInt8(ascii: "{"), into: &frame)
    line.skipBlanks(&i)
    if line.has("remote request", at: i) {
      i += 14
      frame.id.rawValue |= CANID.remoteFlag
      frame.length = UInt8(length)
    } else {
      try frame.readBytes(length, line, &i)
    }
    line.skipBlanks(&i)
    // The same bytes as text (`-a`), or what the identifier's flag says already.
    guard line.isAtEnd(i) || line[i] == UInt8(ascii: "'") || line.has("ERRORFRAME", at: i) else { throw .data }
  }

  /// A letter, or `-` in its place.
  private static func readFlag(
    _ letter: StaticString, _ flag: CANFrame.Flags, _ line: Span<UInt8>, _ i: inout Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) {
    line.skipBlanks(&i)
    if line.takeWord(letter, &i) {
      frame.flags.insert(flag)
    } else if !line.takeWord("-", &i) {
      throw .type
    }
  }

  /// `[8]` for a classic frame, `[08]` for an FD frame; `{F}` is the length code of a classic frame of eight bytes.
  private static func readLength(
    _ line: Span<UInt8>, _ i: inout Int, isRawCode: Bool, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) -> Int {
    if isRawCode {
      guard i < line.count, let code = hexDigit(line[i]), code > 8 else { throw .data }
      i += 1
      guard line.take(UInt8(ascii: "}"), &i) else { throw .data }
      return 8
    }
    let start = i
    guard let length = line.decimal(&i, upTo: 64), i - start <= 2 else { throw .data }
    let isFlexible = i - start == 2
    guard isFlexible || length <= 8, line.take(UInt8(ascii: "]"), &i) else { throw .data }
    if isFlexible { frame.flags.insert(.flexibleDataRate) } else { frame.flags = [] }
    return length
  }
}

extension RecordingWriter {
  /// As `candump -L` writes it: microseconds, upper-case digits.
  mutating func writeCandump(_ frame: CANFrame) {
    let microseconds = max(0, frame.time.nanoseconds) / 1000
    text.put(UInt8(ascii: "("))
    text.putDecimal(microseconds / 1_000_000, digits: 10)
    text.put(UInt8(ascii: "."))
    text.putDecimal(microseconds % 1_000_000, digits: 6)
    text.put(") ")
    text.put(channelName(of: frame))
    text.put(UInt8(ascii: " "))
    // Error frames show their flag, as candump writes them.
    if frame.id.isErrorFrame {
      text.putHex(frame.id.rawValue & 0x1FFF_FFFF | CANID.errorFlag, digits: 8)
    } else {
      text.putHex(frame.id.value, digits: frame.id.isExtended ? 8 : 3)
    }
    text.put(UInt8(ascii: "#"))
    if frame.id.isRemoteRequest {
      text.put(UInt8(ascii: "R"))
      if frame.length > 0 { text.putHex(UInt32(min(frame.length, 8)), digits: 1) }
    } else {
      if frame.isFlexible {
        text.put(UInt8(ascii: "#"))
        text.putHex(UInt32(frame.flags.rawValue & 0x03), digits: 1)
      }
      for k in 0..<frame.dataLength { text.putHex(UInt32(frame[k]), digits: 2) }
    }
    text.put(UInt8(ascii: "\n"))
  }
}
