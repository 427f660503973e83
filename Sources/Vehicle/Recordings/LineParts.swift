// What lines of every format are made of: blanks, words, numbers, data bytes. Each part moves the position `i` behind
// itself. Any bytes may come: nothing here traps, and a number that is too large is none.
import Vocabulary

extension Span where Element == UInt8 {
  func isAtEnd(_ i: Int) -> Bool { i >= count }

  func skipBlanks(_ i: inout Int) {
    while i < count, isBlank(self[i]) { i += 1 }
  }

  /// Up to the next blank or the end.
  func skipWord(_ i: inout Int) {
    while i < count, !isBlank(self[i]) { i += 1 }
  }

  /// Moves on if this byte comes next.
  func take(_ byte: UInt8, _ i: inout Int) -> Bool {
    guard i < count, self[i] == byte else { return false }
    i += 1
    return true
  }

  /// Whether these ASCII letters come next, in upper or lower case.
  func has(_ text: StaticString, at i: Int) -> Bool {
    let length = text.utf8CodeUnitCount
    guard length <= count - i else { return false }
    return text.withUTF8Buffer { expected in
      for k in 0..<length where lowerCase(self[i + k]) != lowerCase(expected[k]) { return false }
      return true
    }
  }

  /// Moves on if this word comes next, in upper or lower case, with a blank or the end behind it.
  func takeWord(_ text: StaticString, _ i: inout Int) -> Bool {
    let end = i + text.utf8CodeUnitCount
    guard has(text, at: i), end == count || isBlank(self[end]) else { return false }
    i = end
    return true
  }

  /// A whole decimal number up to `limit`; nil for anything else.
  func decimal(_ i: inout Int, upTo limit: Int) -> Int? {
    let start = i
    var value = 0
    while i < count, isDigit(self[i]) {
      value = value &* 10 &+ Int(self[i] &- 0x30)
      guard value <= limit else { return nil }
      i += 1
    }
    return i > start ? value : nil
  }

  /// Hexadecimal digits: their value and how many there are. More than eight are taken, but the value is cut.
  func hexadecimal(_ i: inout Int) -> (value: UInt32, digits: Int) {
    let start = i
    var value: UInt32 = 0
    while i < count, let digit = hexDigit(self[i]) {
      value = value << 4 | UInt32(digit)
      i += 1
    }
    return (value, i - start)
  }

  /// A number in hexadecimal or decimal digits, `0x` before the former or not; nil when none stands here or it does not
  /// fit 32 bits.
  func integer(_ i: inout Int, isHexadecimal: Bool) -> UInt32? {
    if isHexadecimal {
      if has("0x", at: i) { i += 2 }
      let (value, digits) = hexadecimal(&i)
      return 1...8 ~= digits ? value : nil
    }
    return decimal(&i, upTo: Int(UInt32.max)).map { UInt32($0) }
  }

  /// A decimal number of a unit that has `unit` nanoseconds, in nanoseconds; digits below one nanosecond are dropped.
  /// Nil when none stands here or it leads beyond the year 2262.
  ///
  /// Inlined so that the unit is a constant: the divisions by it cost more than all the digits else.
  @inline(__always)
  func nanoseconds(_ i: inout Int, unit: Int64, allowingComma: Bool = true) -> Int64? {
    let start = i
    let limit = Int64.max / unit - 1
    var whole: Int64 = 0
    while i < count, isDigit(self[i]) {
      whole = whole &* 10 &+ Int64(self[i] &- 0x30)
      guard whole <= limit else { return nil }
      i += 1
    }
    guard i > start else { return nil }
    var fraction: Int64 = 0
    if i < count, self[i] == UInt8(ascii: ".") || allowingComma && self[i] == UInt8(ascii: ",") {
      i += 1
      var place = unit / 10
      while i < count, isDigit(self[i]) {
        fraction += Int64(self[i] &- 0x30) * place
        place /= 10
        i += 1
      }
    }
    return whole * unit + fraction
  }

  /// 1...15 printable characters up to a blank or `separator`.
  func channelName(
    _ i: inout Int, before separator: UInt8 = UInt8(ascii: " ")
  ) throws(RecordingDamage.Kind) -> ChannelName {
    var name = ChannelName()
    while i < count, !isBlank(self[i]), self[i] != separator {
      guard name.count < ChannelName.capacity, self[i] > 0x20, self[i] < 0x7F else { throw .channel }
      name.append(self[i])
      i += 1
    }
    guard name.count > 0 else { throw .channel }
    return name
  }

  /// The number of a bus, at most three digits.
  func channelNumber(_ i: inout Int) throws(RecordingDamage.Kind) -> ChannelName {
    var name = ChannelName()
    while i < count, isDigit(self[i]), name.count < 4 {
      name.append(self[i])
      i += 1
    }
    guard 1...3 ~= name.count else { throw .channel }
    return name
  }

  /// How many bytes stand here as two hexadecimal digits each with blanks between them, up to anything else; at most
  /// 65.
  func countOfBytes(from start: Int) -> Int {
    var i = start
    var found = 0
    while found <= 64 {
      skipBlanks(&i)
      guard hexadecimal(&i).digits == 2, i == count || isBlank(self[i]) else { break }
      found += 1
    }
    return found
  }
}

extension CANFrame {
  static var empty: CANFrame {
    CANFrame(time: Instant(nanoseconds: 0), id: CANID(rawValue: 0), length: 0, payload: CANPayload())
  }

  /// Takes `count` data bytes in two hexadecimal digits each, with blanks before each.
  mutating func readBytes(
    _ count: Int, _ line: Span<UInt8>, _ i: inout Int
  ) throws(RecordingDamage.Kind) {
    for k in 0..<count {
      line.skipBlanks(&i)
      guard i + 1 < line.count, let high = hexDigit(line[i]), let low = hexDigit(line[i + 1]),
        i + 2 == line.count || isBlank(line[i + 2])
      else { throw .data }
      payload.words[k >> 3] |= UInt64(high << 4 | low) << UInt64((k & 7) * 8)
      i += 2
    }
    length = UInt8(truncatingIfNeeded: count)
  }

  /// Takes `count` data bytes with `separator` between them, or blanks before each; `0x` may stand before their digits.
  mutating func readBytes(
    _ count: Int, _ line: Span<UInt8>, _ i: inout Int, isHexadecimal: Bool, separator: UInt8
  ) throws(RecordingDamage.Kind) {
    for k in 0..<count {
      if separator == UInt8(ascii: " ") {
        line.skipBlanks(&i)
      } else if k > 0 {
        guard line.take(separator, &i) else { throw .data }
      }
      guard let byte = line.integer(&i, isHexadecimal: isHexadecimal), byte <= 0xFF,
        i == line.count || line[i] == separator || isBlank(line[i])
      else { throw .data }
      payload[k] = UInt8(byte)
    }
    length = UInt8(truncatingIfNeeded: count)
  }

  /// An error frame of which the log says no more: a protocol violation of unknown kind (`linux/can/error.h`).
  mutating func becomeErrorFrame() {
    id = CANID(rawValue: CANID.errorFlag | 0x8)
    length = 8
  }
}

/// Data bytes that a length code stands for (ISO 11898-1): codes above 8 are 8 bytes in a classic frame, 12...64 in FD.
func dataLength(code: Int, isFlexible: Bool) -> Int {
  guard code > 8 else { return code }
  guard isFlexible else { return 8 }
  switch code {
  case 9: return 12
  case 10: return 16
  case 11: return 20
  case 12: return 24
  case 13: return 32
  case 14: return 48
  default: return 64
  }
}

/// The least length code whose frame holds so many bytes.
func lengthCode(holding length: Int) -> Int {
  for code in 0..<15 where dataLength(code: code, isFlexible: true) >= length { return code }
  return 15
}

/// Space, tab, and the bytes of line ends: a log's lines may end in either or both.
func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
func lowerCase(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }
