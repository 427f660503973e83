// Frames from recordings, as fast as possible or at a factor of the pace at which they were recorded.
public import Clock
public import Recordings
public import Vocabulary

/// Plays one or more recordings, one after the other, on a virtual clock that it moves along.
///
/// The recording's first stamp is the virtual boot's second 1: from there the BOOTTIME axis follows the recording's wall
/// time. A stamp that runs backwards by up to a minute takes the time of the frame before it, so that time never runs
/// back; a larger jump back (the next recording is older) continues the axis without a gap, is counted and told as a
/// problem. The time between two recordings passes on the axis, but a replay at a pace does not wait for it.
public final class RecordingSource: FrameSource {
  public let name: String
  public var kind: String { "recording" }
  public private(set) var state = SourceState.open
  public private(set) var counters = SourceCounters()
  public private(set) var problem: String?
  public var descriptor: Int32? { nil }
  /// The clock that the recording drives. Its wall time is the recording's.
  public let clock: VirtualClock
  /// Lines of all recordings so far, blank ones not counted.
  public private(set) var lines = 0
  /// How often the recordings' time jumped back by more than a minute. From then on `clock` no longer says their wall time.
  public private(set) var jumpsBack = 0

  /// Names of the buses over all recordings, in the order of `CANFrame.bus`: the known ones, then further channels as they
  /// come. At most 255; what comes after goes to the last.
  public private(set) var channels: [String]

  private var waiting: [String]
  private var reader: RecordingReader
  /// Of each channel of the recording that is being read, its place in `channels`.
  private var busOfChannel: [UInt8] = []
  /// Recording nanoseconds that pass in one nanosecond of the host; infinite for "as fast as possible".
  private let speed: Double
  private let hostNanoseconds: () -> Int64

  private var lastInstant: Int64
  /// Wall time of the recording minus instant of the virtual boot.
  private var axisOffset: Int64
  private var hostAtStart: Int64 = 0
  /// Time between recordings, which the pace leaves out.
  private var skipped: Int64 = 0
  private var isNextRecording = false
  /// Frames read ahead of their time: from `nextAhead` to `aheadCount`.
  private let ahead: UnsafeMutableBufferPointer<CANFrame>
  private var nextAhead = 0
  private var aheadCount = 0

  static let aheadCapacity = 1024
  /// Jumps back after which the recording's own clock is not followed over gaps any more.
  static let toleratedJumps = 16
  private static let secondOne: Int64 = 1_000_000_000

  /// - Parameters:
  ///   - paths: recordings in the order in which they are played; `-` is standard input.
  ///   - speed: 1 for the pace of the recording, 10 for ten times as fast; infinity for as fast as possible.
  ///   - buses: names of buses by number: a channel of this name has this number, whatever its place in a recording.
  ///   - hostNanoseconds: a monotonic clock of the host, for the pace.
  /// - Throws: `RecordingError` when the first recording cannot be opened or holds no frame.
  public init(
    paths: [String], speed: Double = .infinity, buses: [String] = [],
    hostNanoseconds: @escaping () -> Int64 = RecordingSource.hostClock
  ) throws(RecordingError) {
    let first = paths.first ?? "-"
    reader = try RecordingReader(path: first)
    waiting = Array(paths.dropFirst())
    // Every other recording is opened once now: better to refuse at the start than after an hour of replay.
    for path in waiting where path != "-" { _ = try RecordingReader(path: path) }
    name = paths.joined(separator: " ")
    channels = buses
    self.speed = speed
    self.hostNanoseconds = hostNanoseconds
    ahead = .allocate(capacity: RecordingSource.aheadCapacity)
    lastInstant = RecordingSource.secondOne
    axisOffset = 0
    do {
      aheadCount = try reader.read(into: ahead)
    } catch {
      ahead.deallocate()
      throw error
    }
    guard aheadCount > 0 else {
      ahead.deallocate()
      let damage = reader.damage.first.map { "; its line \($0.line): \($0.kind.reason)" } ?? ""
      throw RecordingError(file: reader.name, reason: "holds no CAN frame\(damage); give a recording with frames")
    }
    let wallAtFirst = ahead[0].time.nanoseconds
    axisOffset = wallAtFirst &- RecordingSource.secondOne
    // A recording made with a good clock says so by its stamps; one that begins in 1970 has none.
    let quality: ClockQuality = wallAtFirst > 946_684_800_000_000_000 ? .ntp : .none
    clock = VirtualClock(wallNanoseconds: axisOffset, quality: quality)
    hostAtStart = hostNanoseconds()
    note(damage: reader.damage)
    place()
  }

  deinit { ahead.deallocate() }

  public static let hostClock: @Sendable () -> Int64 = { RealClock.hostNanoseconds() }

  public static var memoryBytes: Int { aheadCapacity * MemoryLayout<CANFrame>.stride + 65_536 }

  public func read(into frames: UnsafeMutableBufferPointer<CANFrame>) -> Int {
    var given = 0
    while given < frames.count {
      if nextAhead == aheadCount && !refill() { break }
      var available = min(aheadCount - nextAhead, frames.count - given)
      if speed.isFinite {
        let due = instantDue()
        var ready = 0
        while ready < available && ahead[nextAhead + ready].time.nanoseconds <= due { ready += 1 }
        if ready == 0 { break }
        available = ready
      }
      for i in 0..<available { frames[given + i] = ahead[nextAhead + i] }
      nextAhead += available
      given += available
      if !speed.isFinite { break }
    }
    if given > 0 {
      counters.frames &+= UInt64(given)
      clock.advance(to: frames[given - 1].time)
    }
    return given
  }

  public func nanosecondsUntilReady() -> Int64? {
    // Nothing was there at the last look: look again soon.
    guard state == .open, nextAhead < aheadCount else { return state == .open ? 5_000_000 : 0 }
    guard speed.isFinite else { return 0 }
    let behind = ahead[nextAhead].time.nanoseconds - instantDue()
    // At most an hour: the caller asks again anyway, and a very small speed cannot overflow.
    return behind <= 0 ? 0 : Int64(min(Double(behind) / speed, 3.6e12))
  }

  public func attend() -> Bool { false }

  private func instantDue() -> Int64 {
    let played = min(Double(hostNanoseconds() &- hostAtStart) * speed, 4e18)
    return RecordingSource.secondOne &+ skipped &+ Int64(played)
  }

  private func refill() -> Bool {
    while state == .open {
      nextAhead = 0
      aheadCount = 0
      // A pipe whose writer is slow must not hold the caller up.
      if reader.wouldWait { return false }
      do throws(RecordingError) {
        aheadCount = try reader.read(into: ahead)
      } catch {
        problem = error.description
      }
      note(damage: reader.damage)
      if aheadCount > 0 {
        place()
        return true
      }
      if !openNext() { state = .ended }
    }
    return false
  }

  /// False when no other recording can be opened.
  private func openNext() -> Bool {
    finishedLines += reader.lines
    finishedDamage += UInt64(reader.damage.total)
    while !waiting.isEmpty {
      do throws(RecordingError) {
        reader = try RecordingReader(path: waiting.removeFirst())
        isNextRecording = true
        busOfChannel = []
        return true
      } catch {
        problem = error.description
      }
    }
    return false
  }

  private var finishedLines = 0
  private var finishedDamage: UInt64 = 0

  private func note(damage: RecordingDamage) {
    lines = finishedLines + reader.lines
    counters.damagedLines = finishedDamage + UInt64(damage.total)
    if problem == nil, let first = damage.first {
      problem = "\(reader.name):\(first.line): \(first.kind.reason); lines like this are skipped and counted"
    }
  }

  /// Numbers the buses of the frames just read, and turns their wall stamps into instants that never run back.
  private func place() {
    while busOfChannel.count < reader.channels.count { busOfChannel.append(bus(of: reader.channels[busOfChannel.count])) }
    for i in 0..<aheadCount {
      ahead[i].bus = busOfChannel[Int(ahead[i].bus)]
      let wall = ahead[i].time.nanoseconds
      var instant = wall &- axisOffset
      // Two clocks in one recording: after so many jumps back a jump ahead is no parked car any more.
      if jumpsBack >= RecordingSource.toleratedJumps && instant &- lastInstant > 60_000_000_000 {
        axisOffset = wall &- lastInstant
        instant = lastInstant
      }
      if instant < lastInstant {
        if lastInstant &- instant > 60_000_000_000 {
          axisOffset = wall &- lastInstant
          jumpsBack += 1
          if problem == nil {
            problem = "\(reader.name): time jumps back by more than a minute; played on without a gap, later dates are wrong"
          }
        }
        instant = lastInstant
      }
      if isNextRecording {
        isNextRecording = false
        skipped &+= instant &- lastInstant
      }
      lastInstant = instant
      ahead[i].time = Instant(nanoseconds: instant)
    }
  }

  private func bus(of channel: String) -> UInt8 {
    if let known = channels.firstIndex(of: channel) { return UInt8(known) }
    guard channels.count < 255 else { return 254 }
    channels.append(channel)
    return UInt8(channels.count - 1)
  }
}
