// The courier's own thread: connection, outbox and window together, one step at a time.
import FleetContract
import MQTT
import Store
import Vocabulary

/// What `Courier.run()` drives. Belongs to one thread.
final class Delivery {
  let courier: Courier
  let configuration: CourierConfiguration
  let topics: [Topic]
  private var client: Client?
  var outbox: OutboxReader?
  /// Those with rows and the current one, ascending with time; the window has the streams of these.
  private(set) var epochs: [OutboxEpoch] = []
  /// Epochs whose rows have all been acknowledged: a late duplicate of an acknowledgement is nothing strange.
  private(set) var finished: [OutboxEpoch] = []
  var window: Window
  private(set) var depths: [Stream: OutboxDepth] = [:]
  /// Accepted, but the recorder had no room yet. Nothing is read from the broker until they are handed over.
  var accepted: [Acknowledgement] = []
  var budget: DailyBudget
  /// The moment of this step.
  private(set) var present: Timestamp
  private var clocks: ClockWatch
  var counters = CourierSnapshot()

  // Times on the monotonic clock, nanoseconds.
  private var nextEpochs: Int64 = 0
  private var nextDepths: Int64 = 0
  private var nextOutboxAttempt: Int64 = 0
  var nextStatus: Int64 = .max
  var nextHealth: Int64 = 0
  /// When a receiver said something last; nil while it has said nothing on this connection.
  var lastAnswer: Int64?
  /// When a receiver was last found to be back.
  var lastReturn: Int64 = .min / 2
  /// When rows of a stream that are not under way were last asked for.
  var lastSought: [Stream: Int64] = [:]
  /// Whether the last `status` said that nothing is queued.
  var saidEmpty = false
  var publishedHealth = 0
  /// What the log has been told of, so that it is told once.
  var contradicted: Epoch?
  var toldOversized: Set<Lane> = []
  private var toldLastLane = Lane.telemetry
  private var isSettled = false

  static let second: Int64 = 1_000_000_000
  static let statusPeriod = 60 * second
  static let seekPause = 60 * second
  /// Reads of the outbox in one step at most.
  static let readsAtOnce = 64
  /// Elder epochs under way at once. There are hardly ever two; a store that was damaged over and over has its turn
  /// later.
  static let elderLimit = 32

  init(_ courier: Courier) {
    self.courier = courier
    configuration = courier.configuration
    topics = Lane.allCases.map { Topic(courier.configuration.vehicle, .lane($0)) }
    window = Delivery.emptyWindow(courier.configuration)
    present = courier.clock()
    budget = DailyBudget(
      limit: courier.configuration.dailyBytes, earlier: courier.configuration.spentBytes, at: present)
    clocks = ClockWatch(monotonic: courier.monotonic(), wall: courier.wall())
  }

  private static func emptyWindow(_ configuration: CourierConfiguration) -> Window {
    Window(
      size: configuration.window,
      policy: RetransmissionPolicy(
        first: Int64(configuration.retransmitAfter * 1e9), limit: Int64(configuration.retransmitLimit * 1e9)))
  }

  var isFinished: Bool {
    let now = courier.monotonic()
    let (isStopping, deadline) = courier.shared.withLock { ($0.isStopping, $0.drainDeadline) }
    guard !isStopping else { return true }
    guard let deadline else { return false }
    return isSettled || now >= deadline
  }

  var current: OutboxEpoch? { epochs.last { $0.isCurrent } }

  /// Waits up to `timeout` milliseconds for the broker or the wake-up, then does what there is to do.
  func step(timeout: Int32) {
    let now = courier.monotonic()
    present = courier.clock()
    guard openOutbox(now), let client else {
      courier.wakeup.wait(milliseconds: timeout)
      return
    }
    if clocks.hasJumped(monotonic: now, wall: courier.wall()) { client.wallClockChanged() }
    handOver()
    let rowsCame = courier.shared.withLock { shared in
      defer { shared.rowsCame = false }
      return shared.rowsCame
    }
    if rowsCame { window.rowsMayHaveCome() }
    if now >= nextEpochs { lookForEpochs(now) }
    if now >= nextDepths { readDepths(now) }
    budget.turn(to: present)
    if client.isConnected { publish(now, client) }
    if let note = budget.note(at: present) { courier.spent(note) }

    let hasMore = client.isConnected && window.step(at: now, room: client.room, through: budget.lastLane) != nil
    for event in client.step(timeout: hasMore ? 0 : timeout, reading: accepted.isEmpty) { handle(event) }
    handOver()
    checkSettled()
    post()
  }

  /// Says goodbye: `offline` in `status`, then DISCONNECT. Takes at most 2 s.
  func close() {
    readDepths(courier.monotonic())
    present = courier.clock()
    defer { if let note = budget.lastNote(at: present) { courier.spent(note) } }
    guard let client else { return }
    if client.isConnected {
      let deadline = courier.monotonic() + Delivery.second
      while client.room == 0 && client.isConnected && courier.monotonic() < deadline { _ = client.step(timeout: 20) }
      publishHealth(client)
      publishStatus(client, online: false)
      while client.inFlight > 0 && courier.monotonic() < deadline { _ = client.step(timeout: 20) }
    }
    client.disconnect(timeout: 1000)
    counters.isConnected = false
    post()
  }

  // MARK: Outbox.

  private func openOutbox(_ now: Int64) -> Bool {
    if outbox != nil { return true }
    guard now >= nextOutboxAttempt else { return false }
    do throws(StoreError) {
      let reader = try OutboxReader(path: courier.outboxPath)
      adopt(try reader.epochs())
      outbox = reader
    } catch {
      outboxFailed(error, now)
      return false
    }
    readDepths(now)
    if outbox != nil { makeClient() }
    return outbox != nil
  }

  private func makeClient() {
    var options = configuration.broker
    options.subscriptions = [Topic(configuration.vehicle, .acknowledgement).description]
    options.will = will
    do throws(MQTTError) {
      client = try Client(
        options, backOff: configuration.backOff, wakeup: courier.wakeup, monotonic: courier.monotonic,
        random: courier.random)
    } catch {
      // The options were validated when the courier was made; what is left can only be said and tried again.
      outbox = nil
      counters.lastError = error.description
      nextOutboxAttempt = courier.monotonic() + 60 * Delivery.second
      courier.report(.disconnected(reason: error.description, retryAfter: 60))
    }
  }

  func outboxFailed(_ error: StoreError, _ now: Int64) {
    outbox = nil
    client?.disconnect(timeout: 100)
    client = nil
    counters.isConnected = false
    counters.lastError = error.description
    nextOutboxAttempt = now + 5 * Delivery.second
    courier.report(.outboxUnreadable(error.description, isDamaged: error.kind == .damaged))
    post()
  }

  /// Takes over which epochs there are now.
  private func adopt(_ found: [OutboxEpoch]) {
    let elder = found.filter { !$0.isCurrent }.prefix(Delivery.elderLimit)
    let found = elder + found.filter(\.isCurrent)
    if Array(found) == epochs { return }
    let gone = epochs.filter { known in !found.contains { $0.id == known.id } }
    finished = (finished + gone).suffix(Delivery.elderLimit)
    // Another file after a repair: the numbers have another meaning.
    if epochs.contains(where: { known in found.contains { $0.number == known.number && $0.id != known.id } }) {
      window = Delivery.emptyWindow(configuration)
      depths = [:]
      finished = []
    }
    let was = current?.id
    epochs = Array(found)
    window.keep(epochs.map(\.number))
    lastSought = lastSought.filter { sought in (epochs + finished).contains { $0.number == sought.key.epoch } }
    guard was != current?.id else { return }
    nextStatus = min(nextStatus, courier.monotonic())
    client?.updateWill(will)
  }

  /// A new epoch shows itself here, or an elder one that is through; and rows of whose commit nobody told.
  private func lookForEpochs(_ now: Int64) {
    guard let outbox else { return }
    nextEpochs = now + Delivery.second
    let known = epochs
    do throws(StoreError) { adopt(try outbox.epochs()) } catch { return outboxFailed(error, now) }
    window.rowsMayHaveCome()
    if epochs != known { nextDepths = now }
  }

  /// Counts what is queued. Where that is much it takes its time: a hundredth of all time at the most.
  func readDepths(_ now: Int64) {
    guard let outbox else { return }
    let begun = courier.monotonic()
    defer { nextDepths = now + max(Delivery.second, 100 * (courier.monotonic() - begun)) }
    let limit = window.policy.limit
    do throws(StoreError) {
      adopt(try outbox.epochs())
      var depths: [Stream: OutboxDepth] = [:]
      for epoch in epochs {
        for lane in Lane.allCases {
          let stream = Stream(epoch: epoch.number, lane: lane)
          let depth = try outbox.depth(lane, of: epoch)
          if self.depths[stream] == nil { window.cursors[stream]?.rewind(to: Delivery.start(depth)) }
          window.cursors[stream]?.rewindIfLingering(depth.lowest, at: now, after: limit)
          depths[stream] = depth
        }
      }
      self.depths = depths
    } catch { return outboxFailed(error, now) }
    window.rowsMayHaveCome()
  }

  /// The lowest row to be published.
  private static func start(_ depth: OutboxDepth) -> Int64 { depth.lowest == 0 ? depth.last + 1 : depth.lowest }

  func rewindAll() {
    for (stream, depth) in depths { window.cursors[stream]?.rewind(to: Delivery.start(depth)) }
  }

  // MARK: Telling.

  /// Rows in the outbox as last counted, of all epochs.
  func queued(_ lane: Lane) -> Int { depths.reduce(0) { $1.key.lane == lane ? $0 + $1.value.count : $0 } }

  /// While somebody waits for an empty outbox: is it?
  private func checkSettled() {
    isSettled = false
    guard outbox != nil, accepted.isEmpty, Lane.allCases.allSatisfy({ window.outstanding($0) == 0 }),
      courier.shared.withLock({ $0.drainDeadline != nil })
    else { return }
    readDepths(courier.monotonic())
    isSettled = outbox != nil && Lane.allCases.allSatisfy { queued($0) == 0 }
  }

  private func post() {
    let last = budget.lastLane
    counters.isHeldBack = false
    for lane in Lane.allCases {
      counters.outstanding[Int(lane.rawValue)] = window.outstanding(lane)
      counters.queued[Int(lane.rawValue)] = queued(lane)
      guard lane.rawValue > last.rawValue, queued(lane) > 0 else { continue }
      counters.isHeldBack = true
      if lane.rawValue <= toldLastLane.rawValue, let limit = budget.limit {
        courier.report(.heldBack(lane: lane, used: budget.used, limit: limit))
        toldLastLane = last
      }
    }
    if last.rawValue > toldLastLane.rawValue { toldLastLane = last }
    counters.bytesToday = budget.used
    let counters = counters
    courier.shared.withLock { $0.snapshot = counters }
  }
}

/// Notices that somebody has set the wall clock.
struct ClockWatch: Sendable {
  /// Wall clock less monotonic clock, nanoseconds.
  private var offset: Int64
  private static let limit: Int64 = 60_000_000_000

  init(monotonic: Int64, wall: Int64) { offset = wall - monotonic }

  /// Whether the wall clock has moved by more than a minute against the monotonic one since the last jump.
  mutating func hasJumped(monotonic: Int64, wall: Int64) -> Bool {
    let present = wall - monotonic
    guard abs(present - offset) > ClockWatch.limit else { return false }
    offset = present
    return true
  }
}
