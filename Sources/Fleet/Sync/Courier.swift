// The courier as the rest of the daemon sees it: a thread body, and what other threads may ask of it.
public import MQTT
public import Store
public import Vocabulary
import Glibc
import Synchronization

/// Moves committed outbox rows to the broker and receivers' acknowledgements back to the recorder.
///
/// `run()` is the body of one thread; everything else may be called from any thread at any time and does not block.
public final class Courier: Sendable {
  /// What other threads leave for the courier, and what it leaves for them.
  struct Shared {
    var snapshot = CourierSnapshot()
    var health: [UInt8]?
    var healthEdition = 0
    var rowsCame = false
    var isStopping = false
    /// On the monotonic clock; nil while nobody waits for an empty outbox.
    var drainDeadline: Int64?
  }

  let configuration: CourierConfiguration
  let outboxPath: String
  let monotonic: @Sendable () -> Int64
  let wall: @Sendable () -> Int64
  let clock: @Sendable () -> Timestamp
  let random: @Sendable () -> Double
  let acknowledged: @Sendable (Acknowledgement) -> Bool
  let renewEpoch: @Sendable () -> Void
  let sought: @Sendable (SoughtRows) -> Void
  let spent: @Sendable (SpentBytes) -> Void
  let report: @Sendable (CourierReport) -> Void
  let wakeup: Wakeup
  let shared = Mutex(Shared())

  /// - Parameters:
  ///   - outboxPath: the store's database file; opened by `run()` on its own thread.
  ///   - monotonic: nanoseconds of a host clock that never goes back; also in a replay.
  ///   - wall: nanoseconds since 1970 of the host's clock, which may jump.
  ///   - clock: where the day of the byte budget is counted; by default `monotonic` counts, of one boot.
  ///   - random: uniform in 0..<1, for the jitter of reconnects.
  ///   - acknowledged: hands an acknowledgement to the recorder; false: no room now, ask again. Called by `run()`.
  ///   - renewEpoch: a receiver has other content under sequences of the current epoch: the recorder should begin a new
  ///     one. Called by `run()`, for each message that says so.
  ///   - sought: a receiver asks for rows that are not under way: the recorder should declare lost what of them it does
  ///     not have. Called by `run()`, at most once a minute for a stream.
  ///   - spent: what the byte budget has spent, to be kept for the next process. Called by `run()`, some hundred times
  ///     a day at the most.
  ///   - report: news for the log. Called by `run()`.
  /// - Throws: `MQTTError.invalidOption`, before any thread starts.
  public init(
    _ configuration: CourierConfiguration, outboxPath: String,
    monotonic: @escaping @Sendable () -> Int64 = monotonicNanoseconds,
    wall: @escaping @Sendable () -> Int64 = wallNanoseconds,
    clock: (@Sendable () -> Timestamp)? = nil,
    random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
    acknowledged: @escaping @Sendable (Acknowledgement) -> Bool, renewEpoch: @escaping @Sendable () -> Void,
    sought: @escaping @Sendable (SoughtRows) -> Void = { _ in },
    spent: @escaping @Sendable (SpentBytes) -> Void = { _ in },
    report: @escaping @Sendable (CourierReport) -> Void
  ) throws(MQTTError) {
    try configuration.broker.validate()
    guard (1...65_536).contains(configuration.window) else {
      throw .invalidOption(name: "courier window", reason: "is \(configuration.window); 1 to 65,536 rows are possible")
    }
    if let bytes = configuration.dailyBytes, bytes < 1 {
      throw .invalidOption(name: "daily bytes", reason: "is \(bytes); give at least 1, or leave it out for no limit")
    }
    self.configuration = configuration
    self.outboxPath = outboxPath
    self.monotonic = monotonic
    self.wall = wall
    let boot = configuration.boot
    self.clock =
      clock ?? {
        Timestamp(
          boot: boot, uptime: Instant(nanoseconds: monotonic()), wallNanoseconds: wall(), quality: .none)
      }
    self.random = random
    self.acknowledged = acknowledged
    self.renewEpoch = renewEpoch
    self.sought = sought
    self.spent = spent
    self.report = report
    wakeup = try Wakeup()
  }

  /// The thread's body: returns after `stop()` or the end of `drain(seconds:)`, disconnected cleanly.
  ///
  /// A step takes at most 50 ms, so that it returns in time from anywhere.
  public func run() {
    let delivery = Delivery(self)
    while !delivery.isFinished { delivery.step(timeout: 50) }
    delivery.close()
  }

  /// Tells that rows have been committed.
  public func poke() {
    let isNews = shared.withLock { shared in
      defer { shared.rowsCame = true }
      return !shared.rowsCame
    }
    if isNews { wakeup.ring() }
  }

  /// Replaces the retained `health`, an array of health documents as JSON. The latest wins; nothing queues.
  public func updateHealth(_ json: [UInt8]) {
    shared.withLock {
      $0.health = json
      $0.healthEdition += 1
    }
  }

  /// Ends `run()` now; what is queued stays in the outbox.
  public func stop() {
    shared.withLock { $0.isStopping = true }
    wakeup.ring()
  }

  /// Ends `run()` as soon as the outbox is empty, in `seconds` at the latest.
  public func drain(seconds: Double) {
    let deadline = monotonic() + Int64(max(0, seconds) * 1e9)
    shared.withLock { $0.drainDeadline = deadline }
    wakeup.ring()
  }

  public var snapshot: CourierSnapshot { shared.withLock { $0.snapshot } }
}

/// CLOCK_MONOTONIC in nanoseconds.
public func monotonicNanoseconds() -> Int64 { nanoseconds(of: CLOCK_MONOTONIC) }

/// CLOCK_REALTIME in nanoseconds since 1970.
public func wallNanoseconds() -> Int64 { nanoseconds(of: CLOCK_REALTIME) }

private func nanoseconds(of clock: clockid_t) -> Int64 {
  var time = timespec()
  clock_gettime(clock, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
