// What is watched on one bus: whether errors come, and whether more leaves than was asked for.
import Vocabulary

/// Keeps the last signs of one bus and when they last were bad.
struct BusWatch: Sendable {
  private(set) var signs = BusSigns()
  /// The last time at which the controller was in warning or worse, a counter had risen by more than 8, or more than 5
  /// error frames had come, within 10 s. One error on sending alone raises the counter by 8 (ISO 11898-1).
  private(set) var lastErrors = BusSigns.never
  /// The last time at which this machine had sent more than 3 frames per granted request, and 48 on top, within 10 s.
  /// The kernel answers whoever starts a long answer with flow control: one frame for each, and a question to all has at
  /// most a few such answers.
  private(set) var lastFlood = BusSigns.never
  private var transmitErrors = RecentRise()
  private var receiveErrors = RecentRise()
  private var errorFrames = RecentRise()
  private var transmitted = RecentRise()
  private var grants = RecentRise()

  mutating func note(_ signs: BusSigns, granted: UInt64, mayTransmit: Bool, at now: Instant) {
    self.signs = signs
    let condition = signs.condition
    let counters = max(
      transmitErrors.note(UInt64(condition.transmitErrors), at: now),
      receiveErrors.note(UInt64(condition.receiveErrors), at: now))
    let frames = errorFrames.note(signs.errorFrames, at: now)
    switch condition.state {
    case .errorWarning, .errorPassive, .busOff: lastErrors = now
    case .errorActive, .down, .absent: if counters > 8 || frames > 5 { lastErrors = now }
    }
    let sent = transmitted.note(signs.transmitted, at: now)
    let explained = grants.note(granted, at: now) * 3 + 48
    if mayTransmit, sent > explained { lastFlood = now }
  }
}

/// By how much a counter has risen within the last 10 s, in fixed memory.
struct RecentRise: Sendable {
  static let window = 10.0
  /// Oldest first: at most one older than the window, then at least half a second apart.
  private var lows: [(time: Instant, value: UInt64)] = []

  /// Notes `value` and says how far it lies above the lowest one of the window; with notes further apart than the
  /// window, above the one before.
  mutating func note(_ value: UInt64, at now: Instant) -> UInt64 {
    while lows.count > 1, lows[1].time.secondsAgo(at: now) >= RecentRise.window { lows.removeFirst() }
    if let last = lows.last, last.time.secondsAgo(at: now) < 0.5 {
      lows[lows.count - 1].value = min(last.value, value)
    } else {
      lows.append((now, value))
    }
    return value - lows.reduce(value) { min($0, $1.value) }
  }
}
