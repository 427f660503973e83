// Dates and times of day as logs write them. None says its time zone: they are taken as UTC.
import Vocabulary

let nanosecondsPerSecond: Int64 = 1_000_000_000
let nanosecondsPerDay: Int64 = 86_400 * nanosecondsPerSecond

/// Midnight of a date in nanoseconds since 1970; nil for no date of the years 1970...2261.
func midnight(year: Int, month: Int, day: Int) -> Int64? {
  guard 1970...2261 ~= year, 1...12 ~= month, 1...31 ~= day else { return nil }
  return Int64(daysSince1970(year: year, month: month, day: day)) * nanosecondsPerDay
}

/// Adds an offset to a moment.
func moment(_ start: Int64, plus offset: Int64) throws(RecordingDamage.Kind) -> Instant {
  let (sum, isTooLate) = start.addingReportingOverflow(offset)
  guard !isTooLate else { throw .time }
  return Instant(nanoseconds: sum)
}

extension Span where Element == UInt8 {
  /// `hours:minutes:seconds`, with a fraction or without, in nanoseconds; at most 99,999 hours.
  func timeOfDay(_ i: inout Int) -> Int64? {
    guard let hours = decimal(&i, upTo: 99_999), take(UInt8(ascii: ":"), &i),
      let minutes = decimal(&i, upTo: 59), take(UInt8(ascii: ":"), &i),
      let seconds = nanoseconds(&i, unit: nanosecondsPerSecond), seconds < 61 * nanosecondsPerSecond
    else { return nil }
    return Int64(hours * 3600 + minutes * 60) * nanosecondsPerSecond + seconds
  }

  /// Three numbers of a date with `separator` between them, in the order in which they stand.
  func dateNumbers(_ i: inout Int, separator: UInt8) -> (Int, Int, Int)? {
    guard let first = decimal(&i, upTo: 9999), take(separator, &i), let second = decimal(&i, upTo: 9999),
      take(separator, &i), let third = decimal(&i, upTo: 9999)
    else { return nil }
    return (first, second, third)
  }
}
