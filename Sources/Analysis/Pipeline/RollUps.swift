// Roll-ups of an interval: of each signal's valid samples how many, least, greatest, sum and last.
public import Vocabulary

/// An interval's worth of every signal. Owned by the capture thread.
public struct RollUps: ~Copyable {
  private var open: [RollUp]
  /// Seconds that one roll-up covers.
  public let seconds: Int64
  private var interval: Int64 = .min

  public init(_ catalogue: SignalCatalogue, seconds: Int64 = 60) {
    open = catalogue.ids.map(RollUp.empty)
    self.seconds = seconds
  }

  public var memoryBytes: Int { open.count * MemoryLayout<RollUp>.stride }

  /// Whether `wall` falls into another interval than the samples kept so far, so that these must be closed first.
  @inline(__always)
  public func isOver(atWall wallNanoseconds: Int64) -> Bool {
    interval != .min && RollUps.floor(wallNanoseconds, seconds) != interval
  }

  @inline(__always)
  public mutating func add(_ sample: Sample, wallNanoseconds: Int64) {
    let i = sample.signal.index
    guard sample.validity == .valid, sample.value.isFinite, i < open.count else { return }
    if interval == .min { interval = RollUps.floor(wallNanoseconds, seconds) }
    let value = sample.value
    open[i].count &+= 1
    open[i].minimum = min(open[i].minimum, value)
    open[i].maximum = max(open[i].maximum, value)
    open[i].sum += value
    open[i].last = value
  }

  /// Hands out the interval's roll-ups that hold samples, then begins anew. The interval's start is in wall nanoseconds.
  /// Nothing is handed out for an interval without samples.
  public mutating func close(_ each: (_ startWallNanoseconds: Int64, RollUp) -> Void) {
    guard interval != .min else { return }
    let start = interval * seconds * 1_000_000_000
    for i in open.indices where open[i].count > 0 {
      each(start, open[i])
      open[i] = .empty(open[i].signal)
    }
    interval = .min
  }

  @inline(__always)
  private static func floor(_ wallNanoseconds: Int64, _ seconds: Int64) -> Int64 {
    let width = seconds &* 1_000_000_000
    let quotient = wallNanoseconds / width
    return wallNanoseconds % width < 0 ? quotient &- 1 : quotient
  }
}
