// The courier's own thread: connection, outbox and window together, one step at a time.
import FleetContract
import MQTT
import Store
import Vocabulary

/// What `Courier.run()` drives. Belongs to one thread.
final class Delivery {
  private let courier: Courier
  private let configuration: CourierConfiguration
  private let topics: [Topic]
  private var client: Client?
  private var outbox: OutboxReader?
  private var epoch: Epoch?
  private var window: Window
  private let freshWindow: Window
  private var depths = Lane.allCases.map { _ in OutboxDepth(count: 0, lowest: 0, last: 0) }
  /// Accepted, but the recorder had no room yet. Nothing is read from the broker until they are handed over.
  private var accepted: [Acknowledgement] = []
  private var counters = CourierSnapshot()

  // Times on the monotonic clock, nanoseconds.
  private var nextDepths: Int64 = 0
  private var nextOutboxAttempt: Int64 = 0
  private var nextStatus: Int64 = .max
  private var nextHealth: Int64 = 0
  private var lastAnswer: Int64 = .min / 2
  /// The lowest queued row of each lane, and since when it has been that one although it is acknowledged.
  private var lingering = Lane.allCases.map { _ in (lowest: Int64(0), since: Int64(0)) }
  private var publishedHealth = 0
  private var isSettled = false

  private static let second: Int64 = 1_000_000_000
  private static let statusPeriod = 60 * second

  init(_ courier: Courier) {
    self.courier = courier
    configuration = courier.configuration
    topics = Lane.allCases.map { Topic(courier.configuration.vehicle, .lane($0)) }
    window = Window(
      size: configuration.window,
      policy: RetransmissionPolicy(
        first: Int64(configuration.retransmitAfter * 1e9), limit: Int64(configuration.retransmitLimit * 1e9)))
    freshWindow = window
  }

  var isFinished: Bool {
    let now = courier.monotonic()
    let (isStopping, deadline) = courier.shared.withLock { ($0.isStopping, $0.drainDeadline) }
    guard !isStopping else { return true }
    guard let deadline else { return false }
    return isSettled || now >= deadline
  }

  /// Waits up to `timeout` milliseconds for the broker or the wake-up, then does what there is to do.
  func step(timeout: Int32) {
    let now = courier.monotonic()
    guard openOutbox(now), let client else {
      courier.wakeup.wait(milliseconds: timeout)
      return
    }
    handOver()
    let rowsCame = courier.shared.withLock { shared in
      defer { shared.rowsCame = false }
      return shared.rowsCame
    }
    if rowsCame { window.rowsMayHaveCome() }
    if now >= nextDepths { readDepths(now) }
    if client.isConnected { publish(now, client) }

    let hasMore = client.isConnected && window.step(at: now, room: client.room) != nil
    for event in client.step(timeout: hasMore ? 0 : timeout, reading: accepted.isEmpty) { handle(event) }
    handOver()
    checkSettled()
    post()
  }

  /// Says goodbye: `offline` in `status`, then DISCONNECT. Takes at most 2 s.
  func close() {
    readDepths(courier.monotonic())
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
      let epoch = try reader.epoch()
      try makeClient(epoch)
      outbox = reader
      // Another file after a repair: its sequences are others.
      if self.epoch != epoch { window = freshWindow }
      self.epoch = epoch
      return true
    } catch {
      outboxFailed(error, now)
      return false
    }
  }

  private func makeClient(_ epoch: Epoch) throws(StoreError) {
    var options = configuration.broker
    options.subscriptions = [Topic(configuration.vehicle, .acknowledgement).description]
    options.will = BrokerOptions.Will(
      topic: Topic(configuration.vehicle, .status).description, payload: status(online: false, epoch).encoded)
    do throws(MQTTError) {
      client = try Client(
        options, backOff: configuration.backOff, wakeup: courier.wakeup, monotonic: courier.monotonic,
        random: courier.random)
    } catch {
      // The options were validated when the courier was made; what is left can only be said and tried again.
      counters.lastError = error.description
      nextOutboxAttempt = courier.monotonic() + 60 * Delivery.second
      courier.report(.disconnected(reason: error.description, retryAfter: 60))
    }
  }

  private func outboxFailed(_ error: StoreError, _ now: Int64) {
    outbox = nil
    client?.disconnect(timeout: 100)
    client = nil
    counters.isConnected = false
    counters.lastError = error.description
    nextOutboxAttempt = now + 5 * Delivery.second
    courier.report(.outboxUnreadable(error.description))
    post()
  }

  private func readDepths(_ now: Int64) {
    guard let outbox else { return }
    nextDepths = now + Delivery.second
    do throws(StoreError) {
      for lane in Lane.allCases { depths[Int(lane.rawValue)] = try outbox.depth(lane) }
    } catch { return outboxFailed(error, now) }
    window.rowsMayHaveCome()
    for lane in Lane.allCases { rewindLingering(lane, now) }
  }

  /// A row that is acknowledged and still queued after the longest retransmission wait was never deleted: it goes round
  /// again, so that its acknowledgement comes again.
  private func rewindLingering(_ lane: Lane, _ now: Int64) {
    let i = Int(lane.rawValue)
    let lowest = depths[i].lowest
    let isOpen = lowest == 0 || lowest >= window[lane].next || window[lane].outstanding.first?.sequence == lowest
    if isOpen || lingering[i].lowest != lowest {
      lingering[i] = (lowest, now)
    } else if now - lingering[i].since >= window.policy.limit {
      window[lane].rewind(to: lowest)
      lingering[i].since = now
    }
  }

  // MARK: Up.

  private func publish(_ now: Int64, _ client: Client) {
    guard let outbox, let epoch else { return }
    if now >= nextStatus && client.room > 0 {
      publishStatus(client, online: true)
      nextStatus = now + Delivery.statusPeriod
    }
    if now >= nextHealth && publishHealth(client) { nextHealth = now + Delivery.second }
    do {
      while let step = window.step(at: now, room: client.room) {
        switch step {
        case .again(let lane, let sequence):
          let row = try outbox.rows(lane, after: sequence - 1, limit: 1).first
          if let row, row.sequence == sequence {
            try publish(row, epoch, client)
            counters.republished += 1
            window[lane].published(sequence, at: now)
          } else {
            window[lane].gone(sequence)
          }
        case .new(let lane, let after, let limit):
          let rows = try outbox.rows(lane, after: after, limit: limit)
          if rows.count < limit { window[lane].foundNoRows() }
          for row in rows {
            try publish(row, epoch, client)
            window[lane].published(row.sequence, at: now)
          }
        }
      }
    } catch let error as StoreError {
      outboxFailed(error, now)
    } catch {
      // The window filled or the connection ended within this step; rows not marked as published stay where they are.
      counters.lastError = String(describing: error)
    }
  }

  /// - Throws: only what concerns the connection. A row that no packet can carry counts as refused and as published: it
  ///   stays queued and backs off instead of holding its lane up.
  private func publish(_ row: OutboxRow, _ epoch: Epoch, _ client: Client) throws(MQTTError) {
    let event = CloudEvent(
      vehicle: configuration.vehicle, epoch: epoch.description, lane: row.lane, sequence: row.sequence, type: row.type,
      subject: row.subject, time: row.time, data: row.data)
    let topic = topics[Int(row.lane.rawValue)].description
    do throws(MQTTError) {
      try client.publish(topic, event.encoded)
      counters.published += 1
    } catch .unsendable(_, let reason) {
      counters.refusedPublications += 1
      counters.lastError = "row \(row.lane.name) \(row.sequence) cannot be sent: " + reason
    }
  }

  private func status(online: Bool, _ epoch: Epoch) -> StatusDocument {
    var queued: [Lane: Int] = [:]
    for lane in Lane.allCases { queued[lane] = depths[Int(lane.rawValue)].count }
    return StatusDocument(
      isOnline: online, version: configuration.version, boot: configuration.boot.description,
      epoch: epoch.description, queued: queued, started: configuration.started)
  }

  private func publishStatus(_ client: Client, online: Bool) {
    guard let epoch else { return }
    publishRetained(.status, status(online: online, epoch).encoded, client)
  }

  /// Publishes the health if there is a newer one; whether it did.
  @discardableResult
  private func publishHealth(_ client: Client) -> Bool {
    let (health, edition) = courier.shared.withLock { ($0.health, $0.healthEdition) }
    guard let health, edition != publishedHealth, client.room > 0 else { return false }
    publishRetained(.health, health, client)
    publishedHealth = edition
    return true
  }

  private func publishRetained(_ channel: Topic.Channel, _ payload: [UInt8], _ client: Client) {
    do throws(MQTTError) {
      try client.publish(Topic(configuration.vehicle, channel).description, payload, retain: true)
    } catch { counters.lastError = error.description }
  }

  // MARK: Down.

  private func handle(_ event: Client.Event) {
    switch event {
    case .connected: connected()
    case .disconnected(let error, let seconds):
      counters.isConnected = false
      counters.lastError = error.description
      courier.report(.disconnected(reason: error.description, retryAfter: seconds))
    case .delivered: break
    case .refused(_, let code):
      counters.refusedPublications += 1
      if counters.refusedPublications == 1 {
        courier.report(.publicationRefused(topic: Topic.prefix + configuration.vehicle.description, code: code))
      }
    case .message(let message): take(message)
    }
  }

  private func connected() {
    counters.isConnected = true
    let now = courier.monotonic()
    readDepths(now)
    for lane in Lane.allCases {
      let depth = depths[Int(lane.rawValue)]
      window[lane].rewind(to: depth.lowest == 0 ? depth.last + 1 : depth.lowest)
    }
    nextStatus = now
    // The broker may have lost what it kept.
    publishedHealth = 0
    courier.report(.connected(host: configuration.broker.host, port: configuration.broker.port))
  }

  private func take(_ message: Message) {
    let acknowledgement: AcknowledgementMessage
    do throws(AcknowledgementError) {
      acknowledgement = try AcknowledgementMessage(decoding: message.payload)
    } catch { return refuse(error.description) }
    guard acknowledgement.epoch == epoch?.description else {
      return refuse("epoch \(acknowledgement.epoch) is not this outbox's")
    }
    // After a silence the receiver is back: what backed off meanwhile goes now. In steady traffic a row that is never
    // acknowledged keeps backing off.
    let now = courier.monotonic()
    if now - lastAnswer >= window.policy.first { window.receiverAnswered() }
    lastAnswer = now
    for (lane, ranges) in acknowledgement.ranges {
      for range in ranges { acknowledge(range, lane) }
    }
  }

  private func acknowledge(_ range: ClosedRange<Int64>, _ lane: Lane) {
    let given = max(depths[Int(lane.rawValue)].last, window[lane].highest)
    switch window[lane].acknowledge(range, given: given) {
    case .accepted(let first, let last, let rows):
      counters.acknowledged += UInt64(rows)
      accepted.append(Acknowledgement(lane: lane, first: first, last: last))
    case .known: break
    case .refused: refuse("\(lane.name) \(range.lowerBound) to \(range.upperBound) were never sent")
    }
  }

  private func refuse(_ reason: String) {
    counters.refusedAcknowledgements += 1
    // One line tells of it; the counter tells how often.
    if counters.refusedAcknowledgements == 1 { courier.report(.acknowledgementRefused(reason)) }
  }

  private func handOver() {
    while let first = accepted.first, courier.acknowledged(first) { accepted.removeFirst() }
  }

  // MARK: Telling.

  /// While somebody waits for an empty outbox: is it?
  private func checkSettled() {
    isSettled = false
    guard let outbox, accepted.isEmpty, window.outstanding == 0,
      courier.shared.withLock({ $0.drainDeadline != nil })
    else { return }
    do throws(StoreError) {
      for lane in Lane.allCases where try outbox.depth(lane).count > 0 { return window.rowsMayHaveCome() }
      isSettled = true
    } catch { outboxFailed(error, courier.monotonic()) }
  }

  private func post() {
    for lane in Lane.allCases {
      counters.outstanding[Int(lane.rawValue)] = window[lane].outstanding.count
      counters.queued[Int(lane.rawValue)] = depths[Int(lane.rawValue)].count
    }
    let counters = counters
    courier.shared.withLock { $0.snapshot = counters }
  }
}
