// The daemon as a whole: builds the rooms from the configuration, starts the threads, ends them in order.
import Adapters
import Alerting
import ConfigurationFile
import CLinux
import Clock
import Diagnostics
import FleetContract
import Glibc
import Health
public import Logging
import MQTT
import Pipeline
import Recordings
import Store
import Sync
import Synchronization
import VehicleBus
import Vocabulary

/// An error that keeps the daemon from starting, as one line with its mend.
public struct GatewayError: Error, CustomStringConvertible, Sendable {
  public let description: String

  init(_ error: some Error & CustomStringConvertible) { description = error.description }
  init(_ text: String) { description = text }
}

/// What to replay instead of listening to the configured interfaces.
public struct Replay: Sendable {
  public var recordings: [String]
  /// Recording seconds per second; infinite for as fast as possible.
  public var speed: Double
  /// End by itself when the recordings are through, stored and sent.
  public var exitsAtEnd: Bool

  public init(recordings: [String], speed: Double, exitsAtEnd: Bool) {
    self.recordings = recordings
    self.speed = speed
    self.exitsAtEnd = exitsAtEnd
  }
}

/// A running daemon.
public final class Gateway {
  public static let version = telltaleVersion

  private let configuration: GatewayConfiguration
  private let replay: Replay?
  private let log: Logger
  private let vehicle: VehicleDefinition
  private let views: Views
  private let loop: CaptureLoop
  private let recorder: Recorder
  private let courier: Courier?
  private let server: DiagnosticsServer
  private let recording: RecordingSource?
  /// Nil in a replay: nothing is opened, and nothing can be asked.
  private let control: BusControl?
  private let sensorTopic: SensorTopic?
  private var shelf: RecorderShelf?
  private let damageRule: DamageRule
  private var threads: [UInt64] = []
  private let courierEnd = End()

  /// The end of a replay waits for acknowledgements as long as some came within this time.
  /// Longer than the 30 s after which what was lost on the way is sent again.
  private static let patience = 40.0
  /// Without a connection it does not wait so long: what is not sent now is sent at the next start.
  private static let patienceOffline = 5.0

  /// Builds everything; nothing runs yet.
  /// - Throws: `GatewayError`: a pack, recording or state folder that cannot be used, or a plan over its limit.
  public init(_ configuration: GatewayConfiguration, replay: Replay?, log: Logger) throws(GatewayError) {
    self.configuration = configuration
    self.replay = replay
    self.log = log
    let hostStarted = RealClock.hostNanoseconds()
    let vehicle: VehicleDefinition
    do throws(ConfigurationError) {
      vehicle = try configuration.vehicleDefinition()
    } catch {
      throw GatewayError(error)
    }
    self.vehicle = vehicle
    // The peak of memory is the start: what read the packs makes room for what opens the store.
    telltale_release_free_memory()
    telltale_release_code_pages()
    for problem in vehicle.problems { log.warning("\(problem)") }
    let plan = MemoryPlan(configuration, vehicle, isReplay: replay != nil)
    if let breaking = plan.breaking { throw GatewayError(Gateway.overLimit(configuration, plan, breaking)) }

    let sources: [any FrameSource]
    let clock: any TimeSource
    let link: BusLink?
    if let replay {
      do throws(RecordingError) {
        let source = try RecordingSource(
          paths: replay.recordings, speed: replay.speed, buses: configuration.sourceNames)
        recording = source
        sources = [source]
        clock = source.clock
        link = nil
      } catch {
        throw GatewayError(error)
      }
    } else {
      guard !configuration.sourceNames.isEmpty else {
        throw GatewayError(
          "\(configuration.file): sources: nothing to listen to; add `sources: [{can: can0}]`, or give --replay LOG")
      }
      recording = nil
      let buses = BusLink(adapters: configuration.sources.map { $0.adapter != nil })
      sources = configuration.sources.indices.map { configuration.sources[$0].frameSource(bus: $0, buses) }
      clock = RealClock()
      link = buses
    }
    let store: Store
    let telemetry: TelemetryRecorder
    let checkpoint: GatewayCheckpoint?
    let counters = CounterBook(vehicle)
    var diagnosis = DiagnosticBook()
    let told: [DiagnosticRecord]
    let lost: Int
    let opened = clock.now()
    let beginning: EpochBeginning?
    do throws(StoreError) {
      store = try Store.open(
        directory: configuration.state,
        StoreSettings(
          vehicle: configuration.vehicle, machine: MachineID.read(), quota: configuration.diskLimit,
          now: { clock.now() }))
      beginning = try EpochBeginning(of: store, since: opened)
      telemetry = try TelemetryRecorder(configuration.telemetry, vehicle.catalogue, store)
      let stored = try store.checkpoint()
      let readable = stored.flatMap { GatewayCheckpoint(version: $0.version, bytes: $0.data) }
      if let readable {
        checkpoint = readable
      } else {
        checkpoint = try Gateway.checkpoint(ofCountersIn: store, counters, log, isLost: stored == nil)
      }
      (told, lost) = try DiagnosticRecord.all(in: store)
      diagnosis.restore(told)
    } catch {
      throw GatewayError(error)
    }
    if let repaired = store.repaired { log.error("\(repaired)") }
    if let news = beginning?.news { log.warning("\(news)") }
    shelf = RecorderShelf(store, telemetry, beganEpoch: beginning != nil)
    damageRule = DamageRule(
      wasChecked: store.checkedEverything || store.repaired != nil, started: hostStarted)

    let started = clock.now()
    var standing = vehicle.problems.map(\.description) + (store.repaired.map { [$0] } ?? [])
    if lost > 0 {
      let warning =
        "\(store.path): \(lost) things that control units said cannot be read any more; trouble codes are not known until "
        + "the units tell their lists again"
      log.warning("\(warning)")
      standing.append(warning)
    }
    if let known = checkpoint?.trips.lastRunning, recording != nil, started.wallNanoseconds < known.wallNanoseconds {
      let warning =
        "the recording begins at \(started.rfc3339), before \(known.rfc3339) which this state already knows: if it is the same "
        + "drive it counts twice; give another --state"
      log.warning("\(warning)")
      standing.append(warning)
    }
    let rings = CaptureRings(signals: vehicle.catalogue.count)
    let desk = WorkshopDesk(technicians: configuration.technicians)
    let stage = CaptureStage(
      vehicle, rings: rings, clock: clock, waitsForRoom: replay != nil, checkpoint: checkpoint, diagnosis: diagnosis,
      desk: desk, rollUpSeconds: configuration.telemetry.resolution.rawValue)
    let board = SnapshotBoard(signals: vehicle.catalogue.count, stamp: started)

    let recorder = Recorder(rings: rings, catalogue: vehicle.catalogue, told: told.filter(\.isOfFreezeFrame), desk: desk,
      counters: counters, log: { log.warning("\($0)") })
    self.recorder = recorder
    let control = try link.map { link throws(GatewayError) in
      try BusControl(
        configuration, vehicle, link: link, memory: AdapterMemory(store, configuration, recorder),
        log: { log.notice("\($0)") })
    }
    self.control = control
    sensorTopic = try Gateway.makeSensorTopic(configuration, control, log)
    courier = try Gateway.makeCourier(
      configuration, storePath: store.path, started, recorder, BudgetMemory(store, recorder), log)
    if let courier { recorder.report(to: courier) }

    loop = CaptureLoop(
      sources: sources, stage: stage, board: board, clock: clock, link: link, linger: configuration.linger,
      ringBell: { recorder.ring() })
    desk.onEntry { [loop] in loop.wake() }
    views = Views(
      configuration: configuration, catalogue: vehicle.catalogue, criticalities: Criticalities(vehicle.components),
      board: board, recorder: recorder, courier: courier, control: control, desk: desk, sensorTopic: sensorTopic,
      plan: plan, storePath: store.path, started: RealClock().now(), hostStarted: hostStarted, isReplay: replay != nil, standingWarnings: standing)
    server = DiagnosticsServer(socketPath: configuration.socket, views: views.diagnostics)
  }

  /// Of a state whose checkpoint an earlier version wrote, or that lost it: what wear has been counted is kept, and which
  /// numbers were given; everything else is learnt again. Nil where nothing of it is stored, as in a new state.
  private static func checkpoint(
    ofCountersIn store: borrowing Store, _ counters: CounterBook, _ log: Logger, isLost: Bool
  ) throws(StoreError) -> GatewayCheckpoint? {
    let identity = try store.note("vehicle") ?? ""
    let stored = try store.counters(vehicle: identity)
    let checkpoint = counters.checkpoint(
      of: stored, try store.standingHistories(), vehicle: identity.isEmpty ? nil : ShortText(identity.utf8))
    let what = "\(store.path): the stored health is " + (isLost ? "lost" : "of another version")
    if checkpoint != nil {
      log.warning("\(what): \(stored.count) counters of distance and wear are kept, the rest is learnt again")
    } else if !isLost {
      log.warning("\(what) and cannot be used; learning starts again")
    }
    return checkpoint
  }

  static func overLimit(
    _ configuration: GatewayConfiguration, _ plan: MemoryPlan, _ breaking: MemoryPlan.Line
  ) -> String {
    let place = configuration.file + (configuration.memoryLimitLine.map { ":\($0)" } ?? "")
    return "\(place): limits.memory: the plan needs \(plan.total) bytes and breaks the limit of \(plan.limit) at "
      + "\"\(breaking.buffer)\" (\(breaking.bytes) bytes); raise limits.memory, or load fewer adapters"
  }

  private static func makeCourier(
    _ configuration: GatewayConfiguration, storePath: String, _ started: Timestamp, _ recorder: Recorder,
    _ memory: BudgetMemory, _ log: Logger
  ) throws(GatewayError) -> Courier? {
    guard let broker = configuration.broker, let id = VehicleID(configuration.vehicle) else { return nil }
    var settings = CourierConfiguration(
      vehicle: id, host: broker.host, port: broker.port, version: version, boot: started.boot, started: started.rfc3339)
    settings.broker = broker
    settings.dailyBytes = configuration.dailyBytes
    settings.spentBytes = memory.spent
    // The machine's own, also in a replay.
    let clock = RealClock()
    do throws(MQTTError) {
      return try Courier(
        settings, outboxPath: storePath, clock: { clock.now() },
        acknowledged: { range in
          defer { recorder.ring() }
          return recorder.acknowledgements.push(range)
        },
        renewEpoch: { recorder.renewEpoch() }, sought: { recorder.declareLost($0) }, spent: { memory.keep($0) },
        report: { news in
          switch news {
          case .connected: log.info("\(news.description)")
          case .outboxUnreadable(let reason, isDamaged: true): recorder.found(damage: reason)
          default: log.warning("\(news.description)")
          }
        })
    } catch {
      throw GatewayError(error)
    }
  }

  private static func makeSensorTopic(
    _ configuration: GatewayConfiguration, _ control: BusControl?, _ log: Logger
  ) throws(GatewayError) -> SensorTopic? {
    guard let choice = configuration.sensorTopic, let control else { return nil }
    do throws(MQTTError) {
      return try SensorTopic(
        choice.broker, topic: choice.topic, monotonic: monotonicNanoseconds, deliver: { control.takePack($0) },
        report: { news in
          switch news {
          case .connected: log.info("\(news.description)")
          case .disconnected: log.warning("\(news.description)")
          }
        })
    } catch {
      throw GatewayError(error)
    }
  }

  // MARK: Running

  /// How a run ended.
  public enum Ending {
    case stopped
    case replayed(ReplaySummary)
    /// SIGHUP, and the configuration is right: the program should begin anew with it.
    case reload
  }

  /// Runs until SIGTERM or SIGINT, until SIGHUP with a configuration that is right, or, with `exitsAtEnd`, until the replay
  /// is through, stored and sent.
  ///
  /// Call it from the main thread, before anything else has started a thread: signals are blocked here for all.
  /// - Throws: `GatewayError` when a thread or the socket cannot be started, and, after everything has ended in order, when
  ///   the database's file turned out to be damaged: the next start saves what can be read.
  public func run() throws(GatewayError) -> Ending {
    let signals = telltale_signalfd()
    // Capture never allocates and the others seldom: they need no heaps of their own.
    telltale_share_heap()
    guard let shelf else { throw GatewayError("a gateway runs once") }
    self.shelf = nil
    do throws(DiagnosticsError) {
      try server.start()
    } catch {
      throw GatewayError(error)
    }
    defer { server.stop() }
    try start("recorder", ThreadStack.recorder) { [recorder] in recorder.run(shelf) }
    if let courier {
      try start("courier", ThreadStack.courier) { [courierEnd] in
        courier.run()
        courierEnd.reached.store(true, ordering: .releasing)
      }
    }
    if let control { try start("control", ThreadStack.control) { control.run() } }
    if let sensorTopic { try start("sensors", ThreadStack.sensors) { sensorTopic.run() } }
    // Packs and tables were read with far more memory than they take: what is free now is of no use before the next start.
    telltale_release_free_memory()
    telltale_release_code_pages()
    telltale_release_stack()
    let priority = Int32(recording == nil ? configuration.capturePriority ?? 0 : 0)
    try start("capture", ThreadStack.capture) { [loop, log] in
      let result = telltale_thread_make_realtime(priority)
      if result < 0 {
        log.warning(
          "capture.priority: \(String(cString: strerror(-result))); give the unit LimitRTPRIO=\(priority) and RestrictRealtime=no"
        )
      }
      loop.run()
    }
    log.info("telltaled \(Gateway.version) watches \(configuration.vehicle): \(describeSources())")
    telltale_notify("READY=1\nSTATUS=watching \(configuration.vehicle)")
    let cause = superviseUntilEnd(signals)
    let isReload = cause == .reload
    telltale_notify(isReload ? "RELOADING=1\nMONOTONIC_USEC=\(telltale_clock_monotonic_ns() / 1000)" : "STOPPING=1")
    let summary = end(isReload: isReload)
    if case .damage(let reason) = cause {
      throw GatewayError("\(reason); telltaled ends, and saves what can be read of the file when it is started again")
    }
    if isReload { return .reload }
    // A replay is run for what it stores.
    if summary != nil, let problem = recorder.snapshot.problem { throw GatewayError(problem) }
    return summary.map { .replayed($0) } ?? .stopped
  }

  private func start(_ name: String, _ stack: Int, _ body: @escaping @Sendable () -> Void) throws(GatewayError) {
    var thread: UInt64 = 0
    let context = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
    let result = telltale_thread_start(name, stack, runThreadBody, context, &thread)
    guard result == 0 else {
      Unmanaged<ThreadBody>.fromOpaque(context).release()
      throw GatewayError("cannot start the \(name) thread: \(String(cString: strerror(-result))); raise TasksMax")
    }
    threads.append(thread)
  }

  /// Why a run ends.
  private enum Cause: Equatable {
    /// A signal, or the end of a replay.
    case stop
    case reload
    /// The database's file is damaged.
    case damage(String)
  }

  /// Waits for signals and the end of a replay; feeds the watchdog as long as capture turns; says what changes.
  private func superviseUntilEnd(_ signals: Int32) -> Cause {
    let epoll = telltale_epoll_create()
    telltale_epoll_add(epoll, signals, 0)
    defer { close(epoll) }
    var lastTurns: UInt64 = .max
    var told: Set<String> = []
    var lines = LineBudget()
    var progress = ReplayProgress(isShown: replay != nil)
    while true {
      var tag: UInt64 = 0
      telltale_epoll_wait(epoll, &tag, 1, 250)
      switch telltale_signalfd_read(signals) {
      case SIGTERM, SIGINT: return .stop
      case SIGHUP: if isReloadable() { return .reload }
      default: break
      }
      if let damage = recorder.damage, damageRule.isDue(at: RealClock.hostNanoseconds()) { return .damage(damage) }
      let turns = loop.turns
      // A replay that is through has nothing left to turn for: it is idle, not stuck.
      if turns != lastTurns || loop.hasEnded { telltale_notify("WATCHDOG=1") }
      lastTurns = turns
      tellProblems(&told, &lines)
      if replay != nil { progress.show(views.status()) }
      progress.isOver = loop.hasEnded
      if loop.hasEnded && replay?.exitsAtEnd == true { return .stop }
    }
  }

  /// Says what is wrong with sources when it begins and when it is over, however often a bus flaps not more than a line in
  /// ten seconds for long.
  private func tellProblems(_ told: inout Set<String>, _ lines: inout LineBudget) {
    let present = Set(views.problems)
    for problem in present.subtracting(told) where lines.take() {
      told.insert(problem)
      log.warning("\(problem)")
    }
    for problem in told.subtracting(present) where lines.take() {
      told.remove(problem)
      log.notice("is over: \(problem)")
    }
  }

  /// Whether the configuration, read again, is right. If not, it is said why, and the running one stays.
  private func isReloadable() -> Bool {
    do throws(ConfigurationError) {
      let fresh = try GatewayConfiguration.load(path: configuration.file)
      let plan = MemoryPlan(fresh, try fresh.vehicleDefinition(), isReplay: replay != nil)
      if let breaking = plan.breaking {
        log.error("\(Gateway.overLimit(fresh, plan, breaking)); the running configuration stays")
        return false
      }
      guard replay == nil else {
        log.notice("\(configuration.file) is right; a replay goes on with the one that it began with")
        return false
      }
      log.notice("\(configuration.file) is right and is taken over")
      return true
    } catch {
      log.error("\(error.description); the running configuration stays")
      return false
    }
  }

  /// Ends the threads in the order of the flow, so that nothing that was captured is left behind.
  private func end(isReload: Bool) -> ReplaySummary? {
    // First of all nothing is asked any more.
    control?.stop()
    sensorTopic?.stop()
    loop.stop()
    if let control { waitFor(seconds: 2) { control.hasEnded } }
    waitFor(seconds: 5) { loop.hasEnded }
    recorder.ring()
    waitFor(seconds: 3) { recorder.isIdle }
    if let courier {
      if replay?.exitsAtEnd == true && loop.hasEnded { awaitAcknowledgements(courier) }
      courier.stop()
      waitFor(seconds: 2) { courierEnd.reached.load(ordering: .acquiring) }
    }
    waitFor(seconds: 1) { recorder.isIdle }
    recorder.stop()
    // A capture thread that a half line on a pipe holds up ends with the process; what it handed over is stored.
    if loop.hasEnded { for thread in threads { telltale_thread_join(thread) } }
    threads = []
    let status = views.status()
    if let nothing = views.nothingDecoded(status.frames) { log.warning("\(nothing)") }
    log.info("\(isReload ? "telltaled begins anew" : "telltaled ends"): \(status.frames.received) frames, \(status.trips) trips")
    guard let recording else { return nil }
    return ReplaySummary(status, recording: recording, recorder.snapshot, views.health())
  }

  private func awaitAcknowledgements(_ courier: Courier) {
    var last = (acknowledged: UInt64.max, at: RealClock.hostNanoseconds())
    courier.poke()
    courier.drain(seconds: 3600)
    while !courierEnd.reached.load(ordering: .acquiring) {
      let snapshot = courier.snapshot
      let now = RealClock.hostNanoseconds()
      if snapshot.acknowledged != last.acknowledged { last = (snapshot.acknowledged, now) }
      let patience = snapshot.isConnected ? Gateway.patience : Gateway.patienceOffline
      if Double(now - last.at) * 1e-9 > patience { return }
      waitFor(seconds: 0.05) { courierEnd.reached.load(ordering: .acquiring) }
    }
  }

  private func waitFor(seconds: Double, _ condition: () -> Bool) {
    let deadline = RealClock.hostNanoseconds() + Int64(seconds * 1e9)
    var pause = timespec(tv_sec: 0, tv_nsec: 5_000_000)
    while !condition() && RealClock.hostNanoseconds() < deadline { nanosleep(&pause, nil) }
  }

  private func describeSources() -> String {
    let names = views.sourceNames.joined(separator: ", ")
    return "\(names) with \(vehicle.packs.joined(separator: ", ")); socket \(configuration.socket)"
  }
}

/// Lines of the log: some at once, then one in ten seconds.
private struct LineBudget {
  private static let most = 8.0
  private var level = LineBudget.most
  private var last = RealClock.hostNanoseconds()

  mutating func take() -> Bool {
    let now = RealClock.hostNanoseconds()
    level = min(LineBudget.most, level + Double(now - last) * 1e-10)
    last = now
    guard level >= 1 else { return false }
    level -= 1
    return true
  }
}

/// Set when a thread's work is over.
private final class End: Sendable {
  let reached = Atomic<Bool>(false)
}

/// A thread's work on its way through C.
private final class ThreadBody: Sendable {
  let work: @Sendable () -> Void

  init(_ work: @escaping @Sendable () -> Void) { self.work = work }
}

/// The C entry of every thread. A free function: a closure here would be bound to the main actor and trap.
private func runThreadBody(_ context: UnsafeMutableRawPointer?) {
  guard let context else { return }
  Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().work()
}
