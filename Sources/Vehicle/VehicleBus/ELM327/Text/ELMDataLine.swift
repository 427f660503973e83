// The digits of one line, or of a line's part between two notices, before anybody knows what they mean.
import Vocabulary

struct ELMDataLine: Sendable {
  /// Digits and colons, without blanks. Anything at all if the line is damaged.
  var characters: [UInt8]
  /// Where blanks stood: before so many characters.
  var breaks: [Int]
  /// Marked as damaged by the adapter, or with characters that do not belong there.
  var isDamaged = false
  /// More of it may be missing at its end.
  var isCut = false
  /// Of the reply's lines, counted from 0: damaged ones are counted once.
  var number = 0

  /// `0:490201574630`, perhaps with a length before it and more of them behind.
  var isNumbered: Bool { characters.contains(0x3A) }
  /// `014`: the length of an answer whose numbered lines follow.
  var isLength: Bool { characters.count == 3 && !isNumbered }
  var isNumberedOrLength: Bool { isNumbered || isLength }

  /// The bytes from the character `start` on. Nil where there is an odd number of digits, a colon, or a blank within a
  /// byte: something was lost.
  func bytes(from start: Int, to end: Int? = nil) -> [UInt8]? {
    let end = end ?? characters.count
    guard start <= end, (end - start) % 2 == 0 else { return nil }
    guard breaks.allSatisfy({ $0 <= start || $0 >= end || ($0 - start) % 2 == 0 }) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity((end - start) / 2)
    for place in stride(from: start, to: end, by: 2) {
      guard let high = hexDigit(characters[place]), let low = hexDigit(characters[place + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  /// The number that the digits in `range` are, at most eight of them.
  func number(_ range: Range<Int>) -> UInt32? {
    guard range.upperBound <= characters.count, range.count <= 8 else { return nil }
    var number: UInt32 = 0
    for place in range {
      guard let digit = hexDigit(characters[place]) else { return nil }
      number = number << 4 | UInt32(digit)
    }
    return number
  }
}
