// PEAK-System trace, versions 1.0 to 2.1. The columns of 1.x are fixed, those of 2.x stand in the header:
//   ;$FILEVERSION=2.1
//   ;$STARTTIME=44548.6028595139
//   ;$COLUMNS=N,O,T,B,I,d,R,L,D
//         1     17535.400 DT 1  00000100 Tx -  8    00 00 00 00 00 00 00 00
// PEAK-Converter's csv has the same columns in another order, without semicolons before the header.
import Vocabulary

struct TRCLines {
  /// Ten times the version: 10...13, 20, 21; 0 when the header does not say.
  private var version = 0
  /// Nanoseconds since 1970 of the offset 0.
  private var start: Int64 = 0
  private var columns = TRCLines.columns("NOTBIdRLD")
  /// Inside the header of PEAK-Converter's csv, whose lines are marked by nothing.
  private var isInPreamble = false

  private typealias Columns = InlineArray<12, UInt8>

  mutating func read(_ line: Span<UInt8>, into frame: inout CANFrame) throws(RecordingDamage.Kind) -> ChannelName? {
    var i = 0
    line.skipBlanks(&i)
    guard i < line.count else { return nil }
    if line[i] == UInt8(ascii: ";") {
      readHeader(line, from: i + 1)
      return nil
    }
    if line[i] == UInt8(ascii: "$") {
      isInPreamble = true
      readHeader(line, from: i)
      return nil
    }
    if isInPreamble {
      if line.has("Number ", at: i) {
        columns = TRCLines.columns("NOBdTIRlD")
        version = 21
        isInPreamble = false
      }
      return nil
    }
    var j = i
    _ = line.decimal(&j, upTo: .max / 16)
    let isNumbered = j < line.count && line[j] == UInt8(ascii: ")")
    return version >= 20 || version == 0 && !isNumbered
      ? try readColumns(line, i, into: &frame) : try readFixed(line, i, into: &frame)
  }

  // MARK: Header

  private static func columns(_ letters: StaticString) -> Columns {
    var columns = Columns(repeating: 0)
    letters.withUTF8Buffer { for k in 0..<min($0.count, columns.count) { columns[k] = $0[k] } }
    return columns
  }

  /// What follows the semicolon; comments mean nothing.
  private mutating func readHeader(_ line: Span<UInt8>, from begin: Int) {
    var i = begin
    if line.has("$FILEVERSION=", at: i) {
      i += 13
      if let major = line.decimal(&i, upTo: 9), line.take(UInt8(ascii: "."), &i),
        let minor = line.decimal(&i, upTo: 9)
      {
        version = major * 10 + minor
        if version == 20 { columns = TRCLines.columns("NOTIdlD") }
      }
    } else if line.has("$STARTTIME=", at: i) {
      i += 11
      start = TRCLines.startTime(line, &i)
    } else if line.has("$COLUMNS=", at: i) {
      i += 9
      var named = Columns(repeating: 0)
      for k in 0..<named.count where i < line.count && !isBlank(line[i]) {
        named[k] = line[i]
        i += 1
        if !line.take(UInt8(ascii: ","), &i) { break }
      }
      columns = named
    }
  }

  /// Days since 1899-12-30 as nanoseconds since 1970, to the microsecond; 0 for what is no such time.
  private static func startTime(_ line: Span<UInt8>, _ i: inout Int) -> Int64 {
    guard let days = line.decimal(&i, upTo: 132_000), days >= daysBefore1970 else { return 0 }
    var fraction = 0.0
    if line.take(UInt8(ascii: "."), &i) || line.take(UInt8(ascii: ","), &i) {
      var place = 0.1
      while i < line.count, isDigit(line[i]) {
        fraction += Double(line[i] &- 0x30) * place
        place /= 10
        i += 1
      }
    }
    return Int64(days - daysBefore1970) * nanosecondsPerDay + Int64((fraction * 86_400e6).rounded()) * 1000
  }

  fileprivate static let daysBefore1970 = 25_569

  // MARK: 1.x

  private enum EntryType { case data, error, remark }

  /// `number) offset [bus] [type] identifier [reserved] length data`, by version or by what stands there.
  private func readFixed(
    _ line: Span<UInt8>, _ begin: Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) -> ChannelName? {
    var i = begin
    try readNumberAndTime(line, &i, into: &frame)
    var channel = ChannelName.one
    var type = TRCLines.entryType(line, &i)
    if type == nil, version != 10, version != 11 {
      var j = i
      line.skipWord(&j)
      if version >= 12 || j - i <= 2 {
        channel = try line.channelNumber(&i)
        line.skipBlanks(&i)
        type = TRCLines.entryType(line, &i)
      }
    }
    if type == nil, version > 10 { throw .type }
    switch type {
    case .error?:
      frame.becomeErrorFrame()
      return channel
    case .remark?: return nil
    case .data?, nil: break
    }
    if line.has("FFFFFFFF", at: i) { return nil }
    frame.id = try TRCLines.identifier(line, &i)
    line.skipBlanks(&i)
    if version == 13 || i < line.count && line[i] == UInt8(ascii: "-") {
      line.skipWord(&i)
      line.skipBlanks(&i)
    }
    guard let code = line.decimal(&i, upTo: 15) else { throw .data }
    line.skipBlanks(&i)
    let length = dataLength(code: code, isFlexible: false)
    if line.takeWord("RTR", &i) {
      frame.id.rawValue |= CANID.remoteFlag
      frame.length = UInt8(length)
    } else {
      try frame.readBytes(length, line, &i)
    }
    line.skipBlanks(&i)
    guard line.isAtEnd(i) else { throw .data }
    return channel
  }

  private static func entryType(_ line: Span<UInt8>, _ i: inout Int) -> EntryType? {
    var type: EntryType?
    if line.takeWord("Rx", &i) || line.takeWord("Tx", &i) {
      type = .data
    } else if line.takeWord("Error", &i) {
      type = .error
    } else if line.takeWord("Warng", &i) || line.takeWord("Event", &i) {
      type = .remark
    }
    line.skipBlanks(&i)
    return type
  }

  private func readNumberAndTime(
    _ line: Span<UInt8>, _ i: inout Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) {
    guard line.decimal(&i, upTo: .max / 16) != nil else { throw .time }
    _ = line.take(UInt8(ascii: ")"), &i)
    line.skipBlanks(&i)
    try readTime(line, &i, into: &frame)
    line.skipBlanks(&i)
  }

  private func readTime(
    _ line: Span<UInt8>, _ i: inout Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) {
    guard let offset = line.nanoseconds(&i, unit: 1_000_000), i < line.count, isBlank(line[i]) else { throw .time }
    frame.time = try moment(start, plus: offset)
  }

  /// Up to four digits are a standard identifier, more an extended one.
  private static func identifier(_ line: Span<UInt8>, _ i: inout Int) throws(RecordingDamage.Kind) -> CANID {
    let (value, digits) = line.hexadecimal(&i)
    guard 1...8 ~= digits, i == line.count || isBlank(line[i]), value <= (digits > 4 ? 0x1FFF_FFFF : 0x7FF) else {
      throw .identifier
    }
    return digits > 4 ? CANID(extended: value) : CANID(standard: value)
  }

  // MARK: 2.x

  private func readColumns(
    _ line: Span<UInt8>, _ begin: Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) -> ChannelName? {
    var i = begin
    var channel = ChannelName.one
    var isError = false
    /// Bytes that the line announces, and by which column.
    var announced: (count: Int, isCode: Bool)?
    for k in 0..<columns.count {
      line.skipBlanks(&i)
      // A hardware error has no identifier, and no column in its place: behind it only the bus can be told.
      if isError, columns[k] != UInt8(ascii: "B") { break }
      switch columns[k] {
      case UInt8(ascii: "N"):
        guard line.decimal(&i, upTo: .max / 16) != nil else { throw .time }
        _ = line.take(UInt8(ascii: ")"), &i)
      case UInt8(ascii: "O"):
        try readTime(line, &i, into: &frame)
      case UInt8(ascii: "T"):
        guard let type = try readType(line, &i, into: &frame) else { return nil }
        isError = type == .error
      case UInt8(ascii: "B"):
        if line.takeWord("-", &i) { break }
        channel = try line.channelNumber(&i)
      case UInt8(ascii: "I"):
        frame.id.rawValue |= try TRCLines.identifier(line, &i).rawValue
      case UInt8(ascii: "L"):
        guard let code = line.decimal(&i, upTo: 15) else { throw .data }
        announced = (code, true)
      case UInt8(ascii: "l"):
        guard let count = line.decimal(&i, upTo: 64) else { throw .data }
        announced = (count, false)
      case UInt8(ascii: "D"):
        try readData(line, &i, announced: announced, into: &frame)
        return channel
      case 0: break
      default: line.skipWord(&i)
      }
    }
    if isError { frame.becomeErrorFrame() }
    return channel
  }

  /// Nil for status changes, error counters and events: they are no frames.
  private func readType(
    _ line: Span<UInt8>, _ i: inout Int, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) -> EntryType? {
    if line.takeWord("DT", &i) { return .data }
    if line.takeWord("ER", &i) { return .error }
    if line.takeWord("ST", &i) || line.takeWord("EC", &i) || line.takeWord("EV", &i) { return nil }
    if line.takeWord("RR", &i) {
      frame.id.rawValue |= CANID.remoteFlag
    } else if line.takeWord("FD", &i) {
      frame.flags = .flexibleDataRate
    } else if line.takeWord("FB", &i) {
      frame.flags = [.flexibleDataRate, .bitRateSwitch]
    } else if line.takeWord("FE", &i) {
      frame.flags = [.flexibleDataRate, .errorStateIndicator]
    } else if line.takeWord("BI", &i) {
      frame.flags = [.flexibleDataRate, .bitRateSwitch, .errorStateIndicator]
    } else {
      throw .type
    }
    return .data
  }

  private func readData(
    _ line: Span<UInt8>, _ i: inout Int, announced: (count: Int, isCode: Bool)?, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) {
    let isFlexible = frame.flags.contains(.flexibleDataRate)
    let limit = isFlexible ? 64 : 8
    var length = announced.map { $0.isCode ? dataLength(code: $0.count, isFlexible: isFlexible) : $0.count }
    if frame.id.isRemoteRequest {
      frame.length = UInt8(min(length ?? 0, 8))
    } else {
      let present = line.countOfBytes(from: i)
      // Some tools write the length where its code belongs.
      if isFlexible, let announced, announced.isCode, present == announced.count { length = present }
      guard present == length ?? present, present <= limit else { throw .data }
      try frame.readBytes(present, line, &i)
    }
    line.skipBlanks(&i)
    guard line.isAtEnd(i) else { throw .data }
  }
}

extension RecordingWriter {
  mutating func writeTRCHeader(start: Int64) {
    let day = start / nanosecondsPerDay
    // Twelve digits of a day are finer than a microsecond.
    let fraction = (Double(start % nanosecondsPerDay) / Double(nanosecondsPerDay) * 1e12).rounded()
    text.put(";$FILEVERSION=2.1\r\n;$STARTTIME=")
    text.putNumber(day + Int64(TRCLines.daysBefore1970))
    text.put(UInt8(ascii: "."))
    text.putDecimal(Int64(fraction), digits: 12)
    text.put(
      """
      \r\n;$COLUMNS=N,O,T,B,I,d,R,L,D\r
      ;\r
      ;   Number   Offset  Type    ID     Rx/Tx\r
      ;   |        [ms]    |  Bus  [hex]  |  Reserved\r
      ;   |        |       |  |    |      |  |  Data length code\r
      ;   |        |       |  |    |      |  |  |    Data [hex]\r
      ;---+-- ------+------ +- +- --+----- +- +- +--- +- -- -- -- -- -- -- --\r

      """)
  }

  mutating func writeTRC(_ frame: CANFrame) {
    let microseconds = offset(of: frame) / 1000
    text.putNumber(Int64(frames + 1), width: 7)
    text.put(UInt8(ascii: " "))
    text.putNumber(microseconds / 1000, width: 9)
    text.put(UInt8(ascii: "."))
    text.putDecimal(microseconds % 1000, digits: 3)
    text.put(trcType(frame))
    text.put(channelNumber(of: frame, from: 1))
    text.put(UInt8(ascii: " "))
    if frame.id.isErrorFrame {
      // Kind "other", direction, place, and the two error counters: nothing of it is known.
      text.put("       - Rx -  5    08 00 00 00 00\r\n")
      return
    }
    if !frame.id.isExtended { text.put("    ") }
    text.putHex(frame.id.value, digits: frame.id.isExtended ? 8 : 4)
    text.put(" Rx -  ")
    let code = frame.isFlexible ? lengthCode(holding: frame.dataLength) : min(Int(frame.length), 8)
    text.putNumber(Int64(code))
    if !frame.id.isRemoteRequest {
      text.put("   ")
      // An FD frame has only the lengths of its codes; the rest is padding.
      let length = frame.isFlexible ? dataLength(code: code, isFlexible: true) : code
      for k in 0..<length {
        text.put(UInt8(ascii: " "))
        text.putHex(UInt32(frame[k]), digits: 2)
      }
    }
    text.put("\r\n")
  }

  private func trcType(_ frame: CANFrame) -> StaticString {
    if frame.id.isErrorFrame { return " ER " }
    if frame.id.isRemoteRequest { return " RR " }
    guard frame.isFlexible else { return " DT " }
    switch (frame.flags.contains(.bitRateSwitch), frame.flags.contains(.errorStateIndicator)) {
    case (false, false): return " FD "
    case (true, false): return " FB "
    case (false, true): return " FE "
    case (true, true): return " BI "
    }
  }
}
