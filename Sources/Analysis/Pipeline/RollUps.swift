// Roll-ups of an interval: of each signal's valid samples how many, least, greatest, sum and last.
public import Vocabulary

/// Two intervals' worth of every signal: the one that runs, and the one before it, for frames of several buses come in
/// batches and the last of an interval may come after the first of the next. Owned by the capture thread.
public struct RollUps: ~Copyable {
  private struct Interval {
    /// Wall nanoseconds; an interval that is not open holds no time.
    var begin: Int64 = .max
    var end: Int64 = .min
    var rollUps: [RollUp]

    var isOpen: Bool { begin < end }

    @inline(__always)
    func holds(_ wallNanoseconds: Int64) -> Bool { wallNanoseconds >= begin && wallNanoseconds < end }

    @inline(__always)
    mutating func add(_ value: Double, to i: Int) {
      rollUps[i].count &+= 1
      rollUps[i].minimum = min(rollUps[i].minimum, value)
      rollUps[i].maximum = max(rollUps[i].maximum, value)
      rollUps[i].sum += value
      rollUps[i].last = value
    }

    mutating func close(_ each: (_ startWallNanoseconds: Int64, RollUp) -> Void) {
      guard isOpen else { return }
      for i in rollUps.indices where rollUps[i].count > 0 {
        each(begin, rollUps[i])
        rollUps[i] = .empty(rollUps[i].signal)
      }
      (begin, end) = (.max, .min)
    }
  }

  private var running: Interval
  private var ended: Interval
  /// Nanoseconds of one interval.
  private let width: Int64

  public init(_ catalogue: SignalCatalogue, seconds: Int64 = 60) {
    running = Interval(rollUps: catalogue.ids.map(RollUp.empty))
    // An array of its own: a copy would be made at the first sample, on capture's thread.
    ended = Interval(rollUps: catalogue.ids.map(RollUp.empty))
    width = seconds * 1_000_000_000
  }

  public var memoryBytes: Int { 2 * running.rollUps.count * MemoryLayout<RollUp>.stride }

  /// Whether `wall` falls into another interval than the one that runs, so that `turn` is due.
  @inline(__always)
  public func isOver(atWall wallNanoseconds: Int64) -> Bool { running.isOpen && !running.holds(wallNanoseconds) }

  /// Whether an interval has ended and is not closed.
  public var hasEnded: Bool { ended.isOpen }

  /// Nanoseconds from a wall time to the next edge of an interval.
  public func untilEdge(fromWall wallNanoseconds: Int64) -> Int64 { width - (wallNanoseconds - floor(wallNanoseconds)) }

  /// Takes a sample into the interval of its own time, as long as that is open.
  @inline(__always)
  public mutating func add(_ sample: Sample, wallNanoseconds: Int64) {
    let i = sample.signal.index
    guard sample.validity == .valid, sample.value.isFinite, i < running.rollUps.count else { return }
    if running.holds(wallNanoseconds) { return running.add(sample.value, to: i) }
    if ended.holds(wallNanoseconds) { return ended.add(sample.value, to: i) }
    if !running.isOpen {
      running.begin = floor(wallNanoseconds)
      running.end = running.begin &+ width
    }
    running.add(sample.value, to: i)
  }

  /// The interval that ran has ended, and waits for what comes late. The one before it must be closed.
  public mutating func turn() { swap(&running, &ended) }

  /// Hands out the roll-ups of the ended interval that hold samples, with its start in wall nanoseconds. Nothing is
  /// handed out where none has ended, or without samples.
  public mutating func closeEnded(_ each: (_ startWallNanoseconds: Int64, RollUp) -> Void) { ended.close(each) }

  @inline(__always)
  private func floor(_ wallNanoseconds: Int64) -> Int64 {
    let rest = wallNanoseconds % width
    return wallNanoseconds &- (rest < 0 ? rest &+ width : rest)
  }
}
