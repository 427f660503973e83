// How often an adapter's port is tried.
import Vocabulary

/// The first time at once; then every half second while nothing is there to be opened, else after 1 s, 2 s, 4 s, 8 s
/// and from then on every 10 s. A connection that has held for 10 s begins the count anew.
struct OpeningPace {
  /// From when on the port may be opened.
  private(set) var due = Instant(nanoseconds: .min)
  private var last: Instant?
  private var pause = OpeningPace.pauses.lowerBound

  private static let pauses = 1.0...10.0
  private static let absentPause = 0.5
  private static let longEnough = 10.0

  /// It is being opened.
  mutating func note(at now: Instant) { last = now }

  /// It could not be opened, or is lost.
  /// - Parameter isAbsent: there is nothing to open, so that trying costs nobody anything.
  mutating func again(isAbsent: Bool, at now: Instant) {
    let last = last ?? now
    if isAbsent || now.seconds(since: last) >= OpeningPace.longEnough { pause = OpeningPace.pauses.lowerBound }
    if isAbsent {
      due = max(now, last.advanced(seconds: OpeningPace.absentPause))
    } else {
      due = now.advanced(seconds: pause)
      pause = min(OpeningPace.pauses.upperBound, pause * 2)
    }
  }
}
