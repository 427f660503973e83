// How often a controller that left its bus is brought back: quickly at first, then ever more rarely.
import Vocabulary

/// The restarts of one bus. The first comes one second after the controller left the bus, each further one after twice
/// the time of the last, up to a minute; a minute of error-active makes it quick again.
struct RestartPace {
  private static let first = 1.0
  private static let longest = 60.0
  private static let calm = 60.0

  /// Seconds from now, or from leaving the bus, to the next restart.
  private var delay = RestartPace.first
  private var due: Instant?
  private var calmSince: Instant?

  /// Whether to restart now; asked at each look. `isOff`: the controller is off its bus and to be brought back.
  mutating func isDue(isOff: Bool, isCalm: Bool, at now: Instant) -> Bool {
    if isCalm {
      let since = calmSince ?? now
      calmSince = since
      if now.seconds(since: since) >= RestartPace.calm { delay = RestartPace.first }
    } else {
      calmSince = nil
    }
    guard isOff else {
      due = nil
      return false
    }
    let time = due ?? now.advanced(seconds: delay)
    guard now >= time else {
      due = time
      return false
    }
    delay = min(RestartPace.longest, delay * 2)
    due = now.advanced(seconds: delay)
    return true
  }
}
