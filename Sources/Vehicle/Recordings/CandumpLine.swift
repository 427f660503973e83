// One line of a candump log: `(1627274455.012500) can1 7E8#03412F8C00000000`. The grammar of can-utils' `candump -L`
// and `-l`, `-x` (direction at the end) and `-N` (nanoseconds) included.
import Vocabulary

/// An interface name of at most 15 bytes (IFNAMSIZ less its zero) in two words, so that comparing one costs nothing.
struct ChannelName: Equatable, BitwiseCopyable {
  private(set) var low: UInt64 = 0
  private(set) var high: UInt64 = 0
  private(set) var count = 0
  static let capacity = 15

  mutating func append(_ byte: UInt8) {
    if count < 8 {
      low |= UInt64(byte) << UInt64(count * 8)
    } else {
      high |= UInt64(byte) << UInt64((count - 8) * 8)
    }
    count += 1
  }

  /// Allocates: only for a channel that is seen for the first time.
  var text: String {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: ($0 < 8 ? low : high) >> UInt64($0 % 8 * 8)) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A line read: the frame, its bus still 0, and the channel that it was seen on.
struct CandumpLine {
  var frame: CANFrame
  var channel: ChannelName

  /// Reads a line without its line end. Throws the first part that is damaged.
  init(_ line: Span<UInt8>) throws(RecordingDamage.Kind) {
    var i = 0
    skipBlanks(line, &i)
    let time = try instant(line, &i)
    skipBlanks(line, &i)
    channel = try channelName(line, &i)
    skipBlanks(line, &i)
    let id = try identifier(line, &i)
    frame = CANFrame(time: time, id: id, length: 0, payload: CANPayload())
    guard i < line.count else { return }
    switch line[i] {
    case UInt8(ascii: "#"):
      i += 1
      try readFlexibleDataRate(line, &i)
    case UInt8(ascii: "R"), UInt8(ascii: "r"):
      i += 1
      try readRemoteRequest(line, &i)
    default:
      frame.length = try readData(line, &i, limit: 8)
      skipRawLengthCode(line, &i)
    }
    try expectEnd(line, i)
  }

  private mutating func readFlexibleDataRate(_ line: Span<UInt8>, _ i: inout Int) throws(RecordingDamage.Kind) {
    guard i < line.count, let flags = hexDigit(line[i]) else { throw .data }
    i += 1
    frame.flags = CANFrame.Flags(rawValue: flags & 0x03).union(.flexibleDataRate)
    frame.length = try readData(line, &i, limit: 64)
  }

  /// The length code of a remote request is written only when it is not 0.
  private mutating func readRemoteRequest(_ line: Span<UInt8>, _ i: inout Int) throws(RecordingDamage.Kind) {
    frame.id.rawValue |= CANID.remoteFlag
    guard i < line.count, let length = hexDigit(line[i]) else { return }
    guard length <= 8 else { throw .data }
    i += 1
    frame.length = length
    skipRawLengthCode(line, &i)
  }

  /// Whole bytes up to the first blank, `_` or the end.
  private mutating func readData(
    _ line: Span<UInt8>, _ i: inout Int, limit: Int
  ) throws(RecordingDamage.Kind) -> UInt8 {
    var count = 0
    while i < line.count, !isBlank(line[i]), line[i] != UInt8(ascii: "_") {
      guard count < limit, i + 1 < line.count, let high = hexDigit(line[i]), let low = hexDigit(line[i + 1]) else {
        throw .data
      }
      frame.payload.words[count >> 3] |= UInt64(high << 4 | low) << UInt64((count & 7) * 8)
      count += 1
      i += 2
    }
    return UInt8(count)
  }

  /// `_9`...`_F` behind eight bytes: a length code beyond eight, which changes nothing of the data.
  private func skipRawLengthCode(_ line: Span<UInt8>, _ i: inout Int) {
    guard frame.length == 8, i + 1 < line.count, line[i] == UInt8(ascii: "_"), let code = hexDigit(line[i + 1]),
      code > 8
    else { return }
    i += 2
  }
}

/// Blanks, and the direction that `candump -x` writes.
private func expectEnd(_ line: Span<UInt8>, _ start: Int) throws(RecordingDamage.Kind) {
  var i = start
  skipBlanks(line, &i)
  if i > start, i < line.count, line[i] == UInt8(ascii: "R") || line[i] == UInt8(ascii: "T") {
    i += 1
    skipBlanks(line, &i)
  }
  guard i == line.count else { throw .data }
}

/// `(seconds)` or `(seconds.fraction)` in nanoseconds; fraction digits beyond the ninth are dropped.
private func instant(_ line: Span<UInt8>, _ i: inout Int) throws(RecordingDamage.Kind) -> Instant {
  guard i < line.count, line[i] == UInt8(ascii: "(") else { throw .time }
  i += 1
  let start = i
  var seconds: Int64 = 0
  while i < line.count, isDigit(line[i]) {
    // Beyond this the nanoseconds since 1970 would leave 64 bits (year 2262).
    guard seconds < 922_337_203 || seconds == 922_337_203 && line[i] <= UInt8(ascii: "5") else { throw .time }
    seconds = seconds * 10 + Int64(line[i] - UInt8(ascii: "0"))
    i += 1
  }
  guard i > start, i < line.count else { throw .time }
  var fraction: Int64 = 0
  if line[i] == UInt8(ascii: ".") {
    i += 1
    var unit: Int64 = 100_000_000
    while i < line.count, isDigit(line[i]) {
      fraction += Int64(line[i] - UInt8(ascii: "0")) * unit
      unit /= 10
      i += 1
    }
  }
  guard i < line.count, line[i] == UInt8(ascii: ")") else { throw .time }
  i += 1
  return Instant(nanoseconds: seconds * 1_000_000_000 + fraction)
}

private func channelName(_ line: Span<UInt8>, _ i: inout Int) throws(RecordingDamage.Kind) -> ChannelName {
  var name = ChannelName()
  while i < line.count, !isBlank(line[i]) {
    guard name.count < ChannelName.capacity, line[i] > 0x20, line[i] < 0x7F else { throw .channel }
    name.append(line[i])
    i += 1
  }
  // A name with the `#` of the frame in it means that the channel is missing.
  guard name.count > 0, i < line.count else { throw .channel }
  return name
}

private func identifier(_ line: Span<UInt8>, _ i: inout Int) throws(RecordingDamage.Kind) -> CANID {
  var value: UInt32 = 0
  var digits = 0
  while i < line.count, let digit = hexDigit(line[i]) {
    guard digits < 8 else { throw .identifier }
    value = value << 4 | UInt32(digit)
    digits += 1
    i += 1
  }
  guard i < line.count, line[i] == UInt8(ascii: "#") else { throw .identifier }
  i += 1
  switch (digits, value) {
  case (3, 0...0x7FF): return CANID(standard: value)
  case (8, 0...0x1FFF_FFFF): return CANID(extended: value)
  case (8, CANID.errorFlag...(CANID.errorFlag | 0x1FFF_FFFF)): return CANID(rawValue: value)
  default: throw .identifier
  }
}

private func skipBlanks(_ line: Span<UInt8>, _ i: inout Int) {
  while i < line.count, isBlank(line[i]) { i += 1 }
}

/// Space, tab, or the carriage return of a CRLF line end.
func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
