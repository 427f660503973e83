// When a daemon whose database is damaged ends, so that its next start can save what is readable.

/// At once; but where the file was found whole or was made anew at this very start, ten minutes after that: a disk that
/// damages it over and over would else have it started over and over.
struct DamageRule: Sendable {
  /// Whether this start read the whole file, or salvaged it.
  var wasChecked: Bool
  /// Monotonic nanoseconds.
  var started: Int64

  static let pause: Int64 = 600_000_000_000

  func isDue(at now: Int64) -> Bool { !wasChecked || now - started >= DamageRule.pause }
}
