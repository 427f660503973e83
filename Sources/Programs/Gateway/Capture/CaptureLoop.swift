// The capture thread's loop: waits for frames of any source, runs them through the stage, never blocks on anything else.
import CLinux
import Clock
import Glibc
import Pipeline
import Synchronization
import VehicleBus
import Vocabulary

/// Joins sources and stage. `run` is the body of the capture thread; the rest may be called from any thread.
///
/// On a live bus a wake-up costs more than reading and decoding what it brings. So after one the loop waits a little for
/// more (`linger`, which bounds what is added to the latency of a frame), and reads all that came in batches. The kernel
/// has stamped each frame when it came.
// @unchecked: sources and stage are touched by `run` alone once it has begun; what others read is atomic or behind a lock.
final class CaptureLoop: @unchecked Sendable {
  private let sources: [any FrameSource]
  /// Those of `sources` that are live; their index is their bus.
  private let buses: [any BusSource]
  private let stage: CaptureStage
  private let board: SnapshotBoard
  private let clock: any TimeSource
  /// Nil for a replay.
  private let link: BusLink?
  private let linger: Int64
  private let ringBell: @Sendable () -> Void
  private let frames: UnsafeMutableBufferPointer<CANFrame>
  private var quality: [DataQuality]
  private var postedTransmissions: UInt64 = 0
  private let isStopping = Atomic<Bool>(false)
  private let progress = Atomic<UInt64>(0)
  private let ended = Atomic<Bool>(false)
  private let wakeup: Int32

  /// Frames of one read.
  static let batch = 256
  /// After a read of so many more are likely waiting.
  private static let muchAtOnce = 64
  /// More frames of this machine's than that within a second are worth an alarm.
  private static let suddenly: UInt64 = 64
  /// One alarm says all for a while: under a flood the guard has decided long before.
  private static let alarmNanoseconds: Int64 = 500_000_000
  private static let wakeupTag: UInt64 = .max
  private static let newsTag: UInt64 = .max - 1
  private static let snapshotNanoseconds: Int64 = 200_000_000
  /// What frames tell of the vehicle reaches the guard so soon.
  private static let attendNanoseconds: Int64 = 200_000_000

  /// - Parameter linger: seconds for which frames of a live bus are gathered.
  init(
    sources: [any FrameSource], stage: CaptureStage, board: SnapshotBoard, clock: any TimeSource, link: BusLink?,
    linger: Double, ringBell: @escaping @Sendable () -> Void
  ) {
    self.sources = sources
    buses = sources.compactMap { $0 as? any BusSource }
    self.stage = stage
    self.board = board
    self.clock = clock
    self.link = link
    self.linger = Int64(linger * 1e9)
    self.ringBell = ringBell
    quality = sources.map { _ in DataQuality() }
    frames = .allocate(capacity: CaptureLoop.batch)
    wakeup = telltale_eventfd()
    board.renew { snapshot in
      stage.fill(&snapshot)
      snapshot.sources = sources.map { SourceSnapshot($0) }
    }
  }

  deinit { frames.deallocate() }

  static var memoryBytes: Int { batch * MemoryLayout<CANFrame>.stride }

  /// Grows as long as the loop turns; what the watchdog judges by.
  var turns: UInt64 { progress.load(ordering: .relaxed) }
  /// True when every recording is through, or `stop` has been obeyed.
  var hasEnded: Bool { ended.load(ordering: .acquiring) }

  /// Something waits for capture that did not come from a source.
  func wake() { telltale_eventfd_signal(wakeup) }

  func stop() {
    isStopping.store(true, ordering: .releasing)
    telltale_eventfd_signal(wakeup)
  }

  /// The thread's body: returns when it is stopped, or when all recordings are through.
  func run() {
    let epoll = telltale_epoll_create()
    telltale_epoll_add(epoll, wakeup, CaptureLoop.wakeupTag)
    if let link { telltale_epoll_add(epoll, link.captureBell, CaptureLoop.newsTag) }
    var tags = [UInt64](repeating: 0, count: 16)
    var snapshotDue: Int64 = 0
    var attendDue: Int64 = 0
    var attended: Int64 = 0
    var alarmDue: Int64 = 0
    // Whether anything came since the last snapshot: then the next one must not wait for the next frame.
    var isStale = false
    while !isStopping.load(ordering: .acquiring) {
      progress.wrappingAdd(1, ordering: .relaxed)
      let host = RealClock.hostNanoseconds()
      if host >= attendDue {
        attendDue = host + 1_000_000_000
        attended = host
        attend(epoll)
      }
      let (taken, isMore) = readAll()
      if let link {
        // On a busy bus the loop never waits, so it cannot rely on being woken.
        if link.hasNews { takeNews(epoll) }
        // Somebody makes this machine answer: the guard must not wait for the next second to hear of it.
        if host >= alarmDue, transmissions &- postedTransmissions > CaptureLoop.suddenly {
          alarmDue = host + CaptureLoop.alarmNanoseconds
          attend(epoll)
          link.alarm()
        }
        stage.droppedByKernel = sources.reduce(0) { $0 &+ $1.counters.dropped &+ $1.counters.overruns }
        while stage.takeWorkshop() {}
        // The clock of a live bus is the host's.
        stage.advance(to: Instant(nanoseconds: host))
        tellChanges(at: Instant(nanoseconds: host))
      }
      if host >= snapshotDue || taken < 0 {
        snapshotDue = host + CaptureLoop.snapshotNanoseconds
        board.renewIfFree(fill)
        isStale = false
      }
      if taken < 0 { break }
      if taken > 0 {
        isStale = true
        attendDue = min(attendDue, attended + CaptureLoop.attendNanoseconds)
      }
      if taken == 0 {
        let untilSnapshot = isStale ? max(1, (snapshotDue - host) / 1_000_000) : 1000
        let count = telltale_epoll_wait(
          epoll, &tags, Int32(tags.count), min(Int32(untilSnapshot), waitMilliseconds()))
        var areFrames = false
        for i in 0..<Int(max(0, count)) {
          switch tags[i] {
          case CaptureLoop.newsTag: link?.silence()
          case CaptureLoop.wakeupTag: telltale_eventfd_clear(wakeup)
          default: areFrames = true
          }
        }
        if areFrames { gather() }
      } else if !isMore {
        gather()
      }
    }
    finish()
    serve(epoll, &tags)
    close(epoll)
  }

  /// After a recording is through people may still tell what they did and measured.
  private func serve(_ epoll: Int32, _ tags: inout [UInt64]) {
    while link == nil && !isStopping.load(ordering: .acquiring) {
      telltale_epoll_wait(epoll, &tags, Int32(tags.count), 1000)
      telltale_eventfd_clear(wakeup)
      progress.wrappingAdd(1, ordering: .relaxed)
      while stage.takeWorkshop() {
        ringBell()
        board.renew(fill)
      }
    }
  }

  /// Lets more frames come before the next read.
  private func gather() {
    guard link != nil, linger > 0 else { return }
    CaptureLoop.pause(linger)
  }

  /// Reads every source once. The frames taken, and whether a source may have more; -1 when all sources are recordings
  /// that are through.
  @_optimize(speed)
  private func readAll() -> (taken: Int, isMore: Bool) {
    var total = 0
    var isOver = true
    var isMore = false
    for source in sources {
      let count = source.read(into: frames)
      if source.state != .ended { isOver = false }
      if count >= CaptureLoop.muchAtOnce { isMore = true }
      var done = 0
      while done < count {
        let rest = UnsafeBufferPointer(rebasing: frames[done..<count])
        let taken = stage.process(rest)
        done += taken
        if done < count {
          // Only a recording waits, and only for the recorder: the disk sets the pace then.
          ringBell()
          if isStopping.load(ordering: .acquiring) { return (total + done, false) }
          CaptureLoop.pause(200_000)
        }
      }
      total += count
    }
    // The recorder sleeps unless there is something to store, which is seldom.
    if stage.hasNews { ringBell() }
    return (isOver && total == 0 ? -1 : total, isMore)
  }

  private func finish() {
    waitForRoom()
    while stage.tellDiagnosis(isLast: true) > 0 { waitForRoom() }
    stage.finish(endingTrip: link == nil)
    ringBell()
    board.renew(fill)
    ended.store(true, ordering: .releasing)
  }

  /// Lets the recorder catch up, for a recording only.
  private func waitForRoom() {
    while link == nil && !stage.hasRoom && !isStopping.load(ordering: .acquiring) {
      ringBell()
      CaptureLoop.pause(200_000)
    }
  }

  // MARK: Buses

  /// What control tells: new descriptors, states of links, values of sensors.
  private func takeNews(_ epoll: Int32) {
    guard let link else { return }
    while let notice = link.notices.pop() {
      if Int(notice.bus) < buses.count { buses[Int(notice.bus)].note(link: notice.condition, at: notice.at) }
    }
    while let sample = link.samples.pop() { stage.take(sample) }
    link.descriptorsTaken()
    attend(epoll)
  }

  /// Takes new descriptors into the epoll set, and tells the guard's side what there is to see.
  private func attend(_ epoll: Int32) {
    let now = clock.now().uptime
    for i in sources.indices {
      // A descriptor that was closed has left the set by itself.
      if sources[i].attend(), let descriptor = sources[i].descriptor { telltale_epoll_add(epoll, descriptor, UInt64(i)) }
      let counters = sources[i].counters
      quality[i].observe(
        frames: counters.frames, lost: counters.dropped &+ counters.overruns, isBlind: sources[i].state == .down && sources[i].problem != nil, at: now)
    }
    guard let link else { return }
    var signs = stage.signs(at: now)
    for i in buses.indices.prefix(8) { signs.buses[i] = buses[i].signs }
    link.post(signs)
    postedTransmissions = transmissions
  }

  /// Requests and flow control that left on all buses.
  private var transmissions: UInt64 { buses.reduce(0) { $0 &+ $1.signs.transmitted } }

  private func tellChanges(at now: Instant) {
    for bus in buses {
      while stage.hasRoomToTell, let change = bus.nextChange(at: now) { stage.tell(change) }
    }
  }

  // MARK: For the others to look at

  private func fill(_ snapshot: inout CaptureSnapshot) {
    stage.fill(&snapshot)
    for i in sources.indices {
      snapshot.sources[i].state = sources[i].state
      snapshot.sources[i].counters = sources[i].counters
      snapshot.sources[i].problem = sources[i].problem
      snapshot.sources[i].quality = quality[i]
    }
    for i in buses.indices {
      snapshot.sources[i].signs = buses[i].signs
      snapshot.sources[i].errors = buses[i].errors
      snapshot.sources[i].lastError = buses[i].lastError
      snapshot.sources[i].blindSince = buses[i].blindSince
    }
  }

  /// Until the next frame of a paced recording, and at most a second: then the sleeping bus gets its tick.
  private func waitMilliseconds() -> Int32 {
    var wait: Int64 = 1_000_000_000
    for source in sources { if let ready = source.nanosecondsUntilReady() { wait = min(wait, ready) } }
    return Int32(max(1, wait / 1_000_000))
  }

  private static func pause(_ nanoseconds: Int64) {
    var time = timespec(tv_sec: 0, tv_nsec: Int(nanoseconds))
    nanosleep(&time, nil)
  }
}

extension SourceSnapshot {
  init(_ source: any FrameSource) {
    self.init(
      name: source.name, kind: source.kind, state: source.state, counters: source.counters, problem: source.problem)
  }
}
