// One condition of a bus out of what its controller reports and what its link says, and the changes worth telling.
public import Vocabulary

/// Follows one bus. Error frames come at once and can be lost; what the control thread reads of the link comes later
/// and is complete. Whatever is newer rules.
///
/// Every transition is told once, in order. A bus that flaps is told of at most eight times at once and then every ten
/// seconds, with the number of transitions since. Whoever starts on a sound bus is told nothing.
public struct BusStateTracker: BitwiseCopyable, Sendable {
  public private(set) var condition = BusCondition(.absent)
  /// Times that a bus which could be read no longer could.
  public private(set) var outages: UInt64 = 0

  private let bus: UInt8
  private let name: ShortText
  /// False until anything was noted: how long the bus was absent before is nobody's knowledge.
  private var isKnown = false
  /// When the state last moved: what is older says nothing new.
  private var movedAt = BusSigns.never
  /// Since when nothing can be received; nil while it can.
  public private(set) var blindSince: Instant?
  private var blindNanoseconds: UInt64 = 0

  /// The state that was told last, and what came since.
  private var toldState = BusState.absent
  private var untoldChanges: UInt32 = 0
  private var untoldBlindNanoseconds: UInt64?
  private var waiting: InlineArray<8, BusChange>
  private var firstWaiting = 0
  private var waitingCount = 0
  private var tokens = BusStateTracker.burst
  private var tokensAt = BusSigns.never

  private static let burst = 8
  private static let nanosecondsPerToken: Int64 = 10_000_000_000

  public init(bus: UInt8, name: ShortText) {
    self.bus = bus
    self.name = name
    waiting = InlineArray(repeating: BusChange(bus: bus, name: name, condition: condition, previous: .absent))
  }

  /// An error frame, stamped `time`.
  public mutating func note(_ frame: BusErrorFrame, at time: Instant) {
    guard time >= movedAt else { return }
    var new = condition
    if let state = frame.state { new.state = state }
    if let counters = frame.errorCounters {
      new.transmitErrors = counters.transmit
      new.receiveErrors = counters.receive
    }
    move(to: new, at: time)
  }

  /// The link's condition as it was read at `time`.
  public mutating func note(link: BusCondition, at time: Instant) {
    guard time >= movedAt else { return }
    move(to: link, at: time)
  }

  /// A frame came: a bus that was thought unreadable is not.
  public mutating func noteReceived(at time: Instant) {
    guard !condition.state.isReadable, time > movedAt else { return }
    move(to: BusCondition(.errorActive), at: time)
  }

  /// The next change to be told; nil when there is none, or none may be told yet.
  public mutating func nextChange(at now: Instant) -> BusChange? {
    if waitingCount > 0 {
      let change = waiting[firstWaiting]
      firstWaiting = (firstWaiting + 1) % waiting.count
      waitingCount -= 1
      return change
    }
    return untoldChanges > 0 && takeToken(at: now) ? tell() : nil
  }

  /// Time in which nothing could be received, a running outage included.
  public func blindNanoseconds(at now: Instant) -> UInt64 {
    blindNanoseconds &+ (blindSince.map { BusStateTracker.nanoseconds(from: $0, to: now) } ?? 0)
  }

  private mutating func move(to new: BusCondition, at time: Instant) {
    let previous = condition.state
    condition = new
    if !isKnown {
      isKnown = true
      if !new.state.isReadable { blindSince = time }
      if new.state == .errorActive {
        toldState = .errorActive
        movedAt = time
        return
      }
    } else if previous.isReadable && !new.state.isReadable {
      blindSince = time
      outages &+= 1
    } else if !previous.isReadable && new.state.isReadable, let since = blindSince {
      let blind = BusStateTracker.nanoseconds(from: since, to: time)
      blindNanoseconds &+= blind
      untoldBlindNanoseconds = (untoldBlindNanoseconds ?? 0) &+ blind
      blindSince = nil
    }
    guard new.state != previous else { return }
    movedAt = time
    untoldChanges &+= 1
    // Nobody may have asked for a long time; then the newest are told as one.
    guard waitingCount < waiting.count, takeToken(at: time) else { return }
    waiting[(firstWaiting + waitingCount) % waiting.count] = tell()
    waitingCount += 1
  }

  private mutating func tell() -> BusChange {
    var change = BusChange(bus: bus, name: name, condition: condition, previous: toldState, changes: untoldChanges)
    if condition.state.isReadable, let blind = untoldBlindNanoseconds {
      change.blindSeconds = Double(blind) * 1e-9
      untoldBlindNanoseconds = nil
    }
    toldState = condition.state
    untoldChanges = 0
    return change
  }

  private mutating func takeToken(at time: Instant) -> Bool {
    if tokensAt == BusSigns.never { tokensAt = time }
    let earned = max(0, time.nanoseconds &- tokensAt.nanoseconds) / BusStateTracker.nanosecondsPerToken
    if earned > 0 {
      tokens = min(BusStateTracker.burst, tokens + Int(min(earned, Int64(BusStateTracker.burst))))
      tokensAt = Instant(nanoseconds: tokensAt.nanoseconds &+ earned * BusStateTracker.nanosecondsPerToken)
    }
    guard tokens > 0 else { return false }
    // A full bucket earns nothing while it is full.
    if tokens == BusStateTracker.burst { tokensAt = time }
    tokens -= 1
    return true
  }

  private static func nanoseconds(from earlier: Instant, to later: Instant) -> UInt64 {
    // Further apart than half of all instants the difference no longer fits a signed word; its bits still are right.
    later > earlier ? UInt64(bitPattern: later.nanoseconds &- earlier.nanoseconds) : 0
  }
}
