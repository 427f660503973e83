// Frames from an adapter, on capture's side: the control thread speaks with it and puts them in a queue.
import CLinux
public import Vocabulary

/// What an adapter hears, or its control units answer, as frames of a bus. Neither allocates nor waits.
public final class AdapterSource: BusSource {
  public let name: String
  public var kind: String { "elm327" }
  public var state: SourceState { tracker.condition.state.isReadable ? .open : .down }
  public private(set) var counters = SourceCounters()
  /// An adapter tells of no error frames.
  public var errors: BusErrorCounts { BusErrorCounts() }
  public var lastError: (frame: BusErrorFrame, time: Instant)? { nil }
  /// Whoever puts frames into the queue wakes capture.
  public var descriptor: Int32? { nil }

  private let take: @Sendable (UnsafeMutableBufferPointer<CANFrame>) -> Int
  private var lastTime = Instant(nanoseconds: .min)
  private var tracker: BusStateTracker
  private var traffic = BusSigns()
  /// Whether control has said anything about the adapter.
  private var isKnown = false

  // Made before they are needed: capture does not allocate.
  private let downText: String
  private let absentText: String

  /// - Parameters:
  ///   - name: as the configuration calls it.
  ///   - bus: as its frames carry it.
  ///   - read: fills a buffer from the start with the oldest frames of the queue and returns how many; called on the
  ///     capture thread alone, and must neither allocate nor wait.
  public init(name: String, bus: UInt8, read: @escaping @Sendable (UnsafeMutableBufferPointer<CANFrame>) -> Int) {
    self.name = name
    take = read
    tracker = BusStateTracker(bus: bus, name: ShortText(name.utf8))
    downText = "\(name): the adapter does not work yet; `telltale sources` says what it is doing"
    absentText = "\(name): no adapter; plug it in, or see `telltale sources` for what keeps it from being opened"
  }

  public var problem: String? {
    switch tracker.condition.state {
    case .down, .busOff: downText
    case .absent: isKnown ? absentText : nil
    case .errorActive, .errorWarning, .errorPassive: nil
    }
  }

  public var blindSince: Instant? { tracker.blindSince }

  public var signs: BusSigns {
    var signs = traffic
    signs.condition = tracker.condition
    return signs
  }

  public func nanosecondsUntilReady() -> Int64? { nil }

  public func note(link: BusCondition, at time: Instant) {
    isKnown = true
    tracker.note(link: link, at: time)
  }

  public func nextChange(at now: Instant) -> BusChange? { tracker.nextChange(at: now) }

  @discardableResult public func attend() -> Bool {
    updateOutages(Instant(nanoseconds: telltale_clock_boottime_ns()))
    return false
  }

  public func read(into frames: UnsafeMutableBufferPointer<CANFrame>) -> Int {
    let count = take(frames)
    guard count > 0 else { return 0 }
    var time = lastTime
    for i in 0..<count {
      // Instants of one source never run back.
      time = max(time, frames[i].time)
      frames[i].time = time
      switch FrameRole(frames[i].id.rawValue) {
      case .traffic: traffic.lastTraffic = time
      case .answer: traffic.lastAnswer = time
      // An adapter that asks hears nobody's requests but those it was given; one that listens never asks.
      case .request, .diagnostic: break
      }
    }
    lastTime = time
    counters.frames &+= UInt64(count)
    if !tracker.condition.state.isReadable {
      tracker.noteReceived(at: time)
      updateOutages(time)
    }
    return count
  }

  private func updateOutages(_ now: Instant) {
    counters.outages = tracker.outages
    counters.blindNanoseconds = tracker.blindNanoseconds(at: now)
  }
}
