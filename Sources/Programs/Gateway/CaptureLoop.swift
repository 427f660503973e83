// The capture thread's loop: waits for frames of any source, runs them through the stage, never blocks on anything else.
import CLinux
import Clock
import Glibc
import Synchronization
import VehicleBus
import Vocabulary

/// Joins sources and stage. `run` is the body of the capture thread; the rest may be called from any thread.
// @unchecked: sources and stage are touched by `run` alone once it has begun; what others read is atomic or behind a lock.
final class CaptureLoop: @unchecked Sendable {
  private let sources: [any FrameSource]
  private let stage: CaptureStage
  private let board: SnapshotBoard
  private let clock: any TimeSource
  private let isReplay: Bool
  private let ringBell: @Sendable () -> Void
  private let frames: UnsafeMutableBufferPointer<CANFrame>
  private let isStopping = Atomic<Bool>(false)
  private let progress = Atomic<UInt64>(0)
  private let ended = Atomic<Bool>(false)
  private let wakeup: Int32

  /// Frames of one read.
  static let batch = 256
  private static let wakeupTag: UInt64 = .max
  private static let snapshotNanoseconds: Int64 = 200_000_000

  init(
    sources: [any FrameSource], stage: CaptureStage, board: SnapshotBoard, clock: any TimeSource, isReplay: Bool,
    ringBell: @escaping @Sendable () -> Void
  ) {
    self.sources = sources
    self.stage = stage
    self.board = board
    self.clock = clock
    self.isReplay = isReplay
    self.ringBell = ringBell
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

  func stop() {
    isStopping.store(true, ordering: .releasing)
    telltale_eventfd_signal(wakeup)
  }

  /// The thread's body: returns when it is stopped, or when all recordings are through.
  func run() {
    let epoll = telltale_epoll_create()
    telltale_epoll_add(epoll, wakeup, CaptureLoop.wakeupTag)
    var registered = [Int32](repeating: -1, count: sources.count)
    var tags = [UInt64](repeating: 0, count: 16)
    var snapshotDue: Int64 = 0
    var reopenDue: Int64 = 0
    // Whether anything came since the last snapshot: then the next one must not wait for the next frame.
    var isStale = false
    while !isStopping.load(ordering: .acquiring) {
      progress.wrappingAdd(1, ordering: .relaxed)
      let host = RealClock.hostNanoseconds()
      if host >= reopenDue {
        reopenDue = host + 1_000_000_000
        for i in sources.indices { watch(i, epoll, &registered) }
      }
      let taken = readAll()
      if !isReplay {
        stage.droppedByKernel = sources.reduce(0) { $0 &+ $1.counters.dropped }
        stage.advance(to: clock.now().uptime)
      }
      if host >= snapshotDue || taken < 0 {
        snapshotDue = host + CaptureLoop.snapshotNanoseconds
        board.renewIfFree(fill)
        isStale = false
      }
      if taken < 0 { break }
      if taken > 0 { isStale = true }
      if taken == 0 {
        let untilSnapshot = isStale ? max(1, (snapshotDue - host) / 1_000_000) : 1000
        telltale_epoll_wait(epoll, &tags, Int32(tags.count), min(Int32(untilSnapshot), waitMilliseconds()))
      }
    }
    finish()
    close(epoll)
  }

  /// Reads every source once. The frames taken; -1 when all sources are recordings that are through.
  private func readAll() -> Int {
    var total = 0
    var isOver = true
    for source in sources {
      let count = source.read(into: frames)
      if source.state != .ended { isOver = false }
      var done = 0
      while done < count {
        let rest = UnsafeBufferPointer(rebasing: frames[done..<count])
        let taken = stage.process(rest)
        done += taken
        if done < count {
          // Only a recording waits, and only for the recorder: the disk sets the pace then.
          ringBell()
          if isStopping.load(ordering: .acquiring) { return total + done }
          CaptureLoop.pause()
        }
      }
      total += count
    }
    if total > 0 { ringBell() }
    return isOver && total == 0 ? -1 : total
  }

  private func finish() {
    waitForRoom()
    while stage.tellDiagnosis(isLast: true) > 0 { waitForRoom() }
    stage.finish(endingTrip: isReplay)
    ringBell()
    board.renew(fill)
    ended.store(true, ordering: .releasing)
  }

  /// Lets the recorder catch up, for a recording only.
  private func waitForRoom() {
    while isReplay && !stage.hasRoom && !isStopping.load(ordering: .acquiring) {
      ringBell()
      CaptureLoop.pause()
    }
  }

  private func fill(_ snapshot: inout CaptureSnapshot) {
    stage.fill(&snapshot)
    for i in sources.indices {
      snapshot.sources[i].state = sources[i].state
      snapshot.sources[i].counters = sources[i].counters
      snapshot.sources[i].problem = sources[i].problem
    }
  }

  /// Opens a source that is down and keeps its descriptor in the epoll set.
  private func watch(_ i: Int, _ epoll: Int32, _ registered: inout [Int32]) {
    sources[i].reopen()
    let descriptor = sources[i].descriptor ?? -1
    guard descriptor != registered[i] else { return }
    // A descriptor that was closed has left the set by itself.
    if descriptor >= 0 { telltale_epoll_add(epoll, descriptor, UInt64(i)) }
    registered[i] = descriptor
  }

  /// Until the next frame of a paced recording, and at most a second: then the sleeping bus gets its tick.
  private func waitMilliseconds() -> Int32 {
    var wait: Int64 = 1_000_000_000
    for source in sources { if let ready = source.nanosecondsUntilReady() { wait = min(wait, ready) } }
    return Int32(max(1, wait / 1_000_000))
  }

  private static func pause() {
    var time = timespec(tv_sec: 0, tv_nsec: 200_000)
    nanosleep(&time, nil)
  }
}

extension SourceSnapshot {
  init(_ source: any FrameSource) {
    self.init(
      name: source.name, kind: source.kind, state: source.state, counters: source.counters, problem: source.problem)
  }
}
