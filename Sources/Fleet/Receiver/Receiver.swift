// A receiver as a program starts it: the ingest thread, the HTTP server, and their common end.
public import Logging
import FleetContract
import Glibc
import MQTT
import Synchronization

/// Takes what vehicles publish into a database, acknowledges what is committed, and serves it over HTTP.
///
/// `run()` returns after `stop()`, within 5 s, with everything committed that had arrived.
public final class Receiver: Sendable {
  private struct State {
    var isStopping = false
    var counters = IngestCounters()
    var waiting: CheckedContinuation<Void, Never>?
    var threadEnd: CheckedContinuation<Void, Never>?
    var hasThreadEnded = false
    /// Why the ingest ended by itself.
    var failure: ReceiverError?
  }

  private let settings: ReceiverSettings
  private let logger: Logger
  private let wakeup: Wakeup
  private let state = Mutex(State())

  /// Opens, and if need be makes, the database.
  /// - Throws: `ReceiverError` for a database that cannot be written or broker options that cannot work.
  public init(_ settings: ReceiverSettings, logger: Logger) throws(ReceiverError) {
    self.settings = settings
    self.logger = logger
    do throws(MQTTError) {
      try settings.broker.validate()
      wakeup = try Wakeup()
    } catch { throw .broker(error) }
    // Made and closed again here, so that a wrong path is told before anything runs.
    _ = try settings.storage.openStorage()
  }

  /// Checks that a receiver could start with these settings, and every page of its database. Takes minutes for one of
  /// many gigabytes; makes and changes nothing, and may be called while the receiver runs.
  /// - Returns: one line on the storage.
  /// - Throws: `ReceiverError` with what is wrong and the mend.
  public static func check(_ settings: ReceiverSettings) throws(ReceiverError) -> String {
    do throws(MQTTError) { try settings.broker.validate() } catch { throw .broker(error) }
    return try settings.storage.check()
  }

  /// Receives and serves until `stop()`. Call it once.
  /// - Throws: `ReceiverError` when the HTTP server cannot start or the database turns out to be damaged.
  public func run() async throws {
    try startIngest()
    let server = FleetServer(
      settings, logger: logger, reader: try settings.storage.openReader(), counters: { self.counters })
    let result = await withTaskGroup(of: Result<Void, any Error>.self) { group in
      group.addTask {
        do { return .success(try await server.run()) } catch { return .failure(error) }
      }
      group.addTask {
        await self.stopped()
        return .success(())
      }
      let first = await group.next() ?? .success(())
      stop()
      group.cancelAll()
      return first
    }
    await ingestEnded()
    if let failure = state.withLock({ $0.failure }) { throw failure }
    try result.get()
  }

  /// Ends `run()`. From any thread, as often as you like.
  public func stop() {
    let waiting = state.withLock { state in
      state.isStopping = true
      defer { state.waiting = nil }
      return state.waiting
    }
    wakeup.ring()
    waiting?.resume()
  }

  var counters: IngestCounters { state.withLock { $0.counters } }

  private func stopped() async {
    await withCheckedContinuation { continuation in
      let isStopping = state.withLock { state in
        if !state.isStopping { state.waiting = continuation }
        return state.isStopping
      }
      if isStopping { continuation.resume() }
    }
  }

  // MARK: The ingest thread.

  private func startIngest() throws(ReceiverError) {
    let context = Unmanaged.passRetained(self)
    var thread = pthread_t()
    let result = pthread_create(&thread, nil, ingestThread, context.toOpaque())
    guard result == 0 else {
      context.release()
      throw .database("no thread for the ingest: error \(result)")
    }
    pthread_detach(thread)
  }

  fileprivate func ingest() {
    do throws(ReceiverError) {
      let ingest = try Ingest(
        settings, logger: logger, wakeup: wakeup, monotonic: { clockNanoseconds(CLOCK_MONOTONIC) },
        wall: { clockNanoseconds(CLOCK_REALTIME) },
        publishCounters: { counters in self.state.withLock { $0.counters = counters } })
      while ingest.damage == nil, !state.withLock({ $0.isStopping }) { ingest.step(timeout: 100) }
      ingest.close()
      if let damage = ingest.damage { throw damage }
    } catch {
      state.withLock { $0.failure = error }
      stop()
    }
    let waiting = state.withLock { state in
      state.hasThreadEnded = true
      return state.threadEnd
    }
    waiting?.resume()
  }

  private func ingestEnded() async {
    await withCheckedContinuation { continuation in
      let hasEnded = state.withLock { state in
        if !state.hasThreadEnded { state.threadEnd = continuation }
        return state.hasThreadEnded
      }
      if hasEnded { continuation.resume() }
    }
  }
}

/// The body of the ingest thread.
private func ingestThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<Receiver>.fromOpaque(context).takeRetainedValue().ingest()
  return nil
}

/// A POSIX clock in nanoseconds.
func clockNanoseconds(_ clock: clockid_t) -> Int64 {
  var time = timespec()
  clock_gettime(clock, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
