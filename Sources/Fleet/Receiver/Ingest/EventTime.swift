// The wall clock time of an event, for the lag between vehicle and receiver.
import Vocabulary

/// Nanoseconds since 1970 of an RFC 3339 time of the form that decoding has checked; nil for one that no calendar has.
func wallNanoseconds(ofRFC3339 text: String) -> Int64? {
  let bytes = Array(text.utf8)
  guard bytes.count >= 20 else { return nil }
  func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1) - 0x30 } }
  let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
  let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
  guard (1678...2261).contains(year), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
    second <= 60
  else { return nil }
  var nanoseconds: Int64 = 0
  var position = 19
  if bytes[position] == UInt8(ascii: ".") {
    position += 1
    var unit: Int64 = 100_000_000
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
      nanoseconds += Int64(bytes[position] - 0x30) * unit
      unit /= 10
      position += 1
    }
  }
  var seconds = Int64(daysSince1970(year: year, month: month, day: day)) * 86_400
  seconds += Int64(hour * 3600 + minute * 60 + second)
  // An offset says how far the text is ahead of UTC.
  if bytes.count == position + 6, bytes[position] != UInt8(ascii: "Z") {
    let offset = Int64(number(position + 1..<position + 3) * 3600 + number(position + 4..<position + 6) * 60)
    seconds -= bytes[position] == UInt8(ascii: "-") ? -offset : offset
  }
  return seconds * 1_000_000_000 + nanoseconds
}
