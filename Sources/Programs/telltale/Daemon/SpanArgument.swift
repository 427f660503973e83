// Spans of time as people write them on a command line.
import ArgumentParser

/// Seconds of `90s`, `1.5h`, `10 min` or `1d`, at least 1 s and at most 7 d, the longest that the daemon takes.
///
/// - Throws: `ValidationError` with the mend. A bare number is refused: nobody can tell whether it means minutes.
func spanArgument(_ text: String) throws -> Double {
  let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
  let unit = text.dropFirst(digits.count).drop { $0 == " " }
  let seconds: Double? =
    switch unit {
    case "s": 1
    case "min": 60
    case "h": 3600
    case "d": 86_400
    default: nil
    }
  guard let seconds, let count = Double(digits) else {
    throw ValidationError("\"\(text)\" is no span of time: write a number and s, min, h or d, for example 10min")
  }
  guard (1...604_800).contains(count * seconds) else {
    throw ValidationError("\"\(text)\" is too short or too long: give 1s to 7d, or leave it out to pause until resumed")
  }
  return count * seconds
}
