// The health of one source's data: how much of what came in the last hour was heard.
public import Vocabulary

/// Frames heard, frames lost and seconds without hearing, minute by minute over an hour. Takes no memory beyond itself.
public struct DataQuality: BitwiseCopyable, Sendable {
  private struct Minute: BitwiseCopyable {
    var frames: UInt64 = 0
    var lost: UInt64 = 0
    var observed = 0.0
    var blind = 0.0
  }

  private var minutes: InlineArray<60, Minute> = InlineArray(repeating: Minute())
  private var current = 0
  private var minuteEnds = Instant(nanoseconds: .min)
  private var last = Instant(nanoseconds: .min)
  private var frames: UInt64 = 0
  private var lost: UInt64 = 0

  public init() {}

  /// Takes the totals since the start, about once a second.
  /// - Parameters:
  ///   - lost: frames that came and could not be taken.
  ///   - isBlind: nothing can be heard now.
  public mutating func observe(frames: UInt64, lost: UInt64, isBlind: Bool, at now: Instant) {
    let isFirst = last.nanoseconds == .min
    let elapsed = isFirst ? 0 : max(0, min(3600, now.seconds(since: last)))
    if isFirst { minuteEnds = now.advanced(seconds: 60) }
    last = max(last, now)
    var moved = 0
    while now >= minuteEnds, moved < 60 {
      current = (current + 1) % 60
      minutes[current] = Minute()
      minuteEnds = minuteEnds.advanced(seconds: 60)
      moved += 1
    }
    // After a gap of more than an hour there is nothing left to go through minute by minute.
    if now >= minuteEnds { minuteEnds = now.advanced(seconds: 60) }
    minutes[current].frames &+= frames &- self.frames
    minutes[current].lost &+= lost &- self.lost
    minutes[current].observed += elapsed
    if isBlind { minutes[current].blind += elapsed }
    (self.frames, self.lost) = (frames, lost)
  }

  public struct Hour: BitwiseCopyable, Sendable {
    public var frames: UInt64 = 0
    public var lost: UInt64 = 0
    /// Seconds looked at, at most about 3,600, and those of them in which nothing could be heard.
    public var observed = 0.0
    public var blind = 0.0

    public init() {}
  }

  /// The sums of the last hour.
  public var hour: Hour {
    var sum = Hour()
    for i in minutes.indices {
      sum.frames &+= minutes[i].frames
      sum.lost &+= minutes[i].lost
      sum.observed += minutes[i].observed
      sum.blind += minutes[i].blind
    }
    return sum
  }
}
