// From the broker into the database and back: messages become batches, commits become acknowledgements.
import FleetContract
import Glibc
import Logging
import MQTT
import SQLite
import Synchronization
import Vocabulary

/// What the ingest has done since it started, for `/metrics`.
struct IngestCounters: Sendable {
  var isConnected = false
  var stored: UInt64 = 0
  var duplicates: UInt64 = 0
  var conflicts: UInt64 = 0
  var commits: UInt64 = 0
  var commitFailures: UInt64 = 0
  var acknowledgements: UInt64 = 0
  var connections: UInt64 = 0
  /// Messages turned down, by kind. The kinds are few and fixed.
  var refused: [String: UInt64] = [:]
}

/// Owns the MQTT client and the writing connection. Belongs to one thread.
final class Ingest {
  /// A batch is committed when it has so many messages, or its first one has waited so long.
  static let batchLimit = 256
  static let batchWait: Int64 = 100_000_000
  /// The pause after a failed commit, during which nothing is read.
  private static let failurePause: Int64 = 1_000_000_000
  /// Runs per lane told to a vehicle that appears.
  private static let greetingRuns = 16

  private let settings: ReceiverSettings
  private let logger: Logger
  private let database: ReceiverDatabase
  private let client: Client
  private let monotonic: () -> Int64
  private let wall: () -> Int64
  private let publishCounters: (IngestCounters) -> Void
  private(set) var counters = IngestCounters()
  private var batch = Batch()
  private var batchDeadline = Int64.max
  private var pausedUntil = Int64.min
  /// Acknowledgements that wait for room in the broker connection, in order. Lost with the connection: vehicles ask
  /// again by publishing again.
  private var acknowledgements: [(topic: String, payload: [UInt8])] = []
  private var isOutOfOrder = false

  /// - Parameters:
  ///   - monotonic: nanoseconds of a clock that never goes back.
  ///   - wall: nanoseconds since 1970.
  ///   - publishCounters: called after each step that did something.
  init(
    _ settings: ReceiverSettings, logger: Logger, wakeup: Wakeup, backOff: BackOff = BackOff(),
    monotonic: @escaping () -> Int64, wall: @escaping () -> Int64,
    publishCounters: @escaping (IngestCounters) -> Void
  ) throws(ReceiverError) {
    self.settings = settings
    self.logger = logger
    self.monotonic = monotonic
    self.wall = wall
    self.publishCounters = publishCounters
    database = try ReceiverDatabase(path: settings.databasePath)
    var options = settings.broker
    let channels = Lane.allCases.map { Topic.Channel.lane($0) } + [.status, .health]
    options.subscriptions = channels.map(Topic.everyVehicle)
    options.will = nil
    do throws(MQTTError) {
      client = try Client(options, backOff: backOff, wakeup: wakeup, monotonic: monotonic)
    } catch { throw .broker(error) }
  }

  /// Waits up to `timeout` milliseconds for messages and commits what is due.
  func step(timeout: Int32) {
    let before = monotonic()
    let untilCommit = batch.count == 0 ? Int64(timeout) : max(0, (batchDeadline - before) / 1_000_000 + 1)
    let events = client.step(
      timeout: Int32(clamping: min(Int64(timeout), untilCommit)),
      reading: before >= pausedUntil && acknowledgements.isEmpty)
    for event in events {
      handle(event)
      if batch.count >= Ingest.batchLimit { commit() }
    }
    if batch.count > 0 && monotonic() >= batchDeadline { commit() }
    sendAcknowledgements()
    publishCounters(counters)
  }

  /// Commits what is at hand, acknowledges it and says goodbye. Takes at most 3 s.
  func close() {
    if batch.count > 0 { commit() }
    let deadline = monotonic() + 1_000_000_000
    sendAcknowledgements()
    while client.isConnected && (client.inFlight > 0 || !acknowledgements.isEmpty) && monotonic() < deadline {
      _ = client.step(timeout: 20, reading: true)
      sendAcknowledgements()
    }
    client.disconnect(timeout: 1000)
  }

  // MARK: Messages.

  private func handle(_ event: Client.Event) {
    switch event {
    case .connected:
      counters.isConnected = true
      counters.connections += 1
      logger.info("connected to broker at \(settings.broker.host):\(settings.broker.port)")
    case .disconnected(let error, let seconds):
      counters.isConnected = false
      acknowledgements.removeAll()
      logger.warning("\(error.description); trying again in \(max(1, Int(seconds.rounded()))) s")
    case .delivered: break
    case .refused(_, let code):
      refuse(
        "acknowledgement", "broker refused an acknowledgement (reason 0x\(String(code, radix: 16)));"
          + " let this client write telltale/v1/+/ack")
    case .message(let message): take(message)
    }
  }

  private func take(_ message: Message) {
    guard let topic = Topic(message.topic) else {
      return refuse("unknown-topic", "a message on a topic that is not of this contract")
    }
    let received = wall()
    switch topic.channel {
    case .lane:
      do throws(CloudEventError) {
        let event = try CloudEvent(decoding: message.payload, from: topic)
        batch.arrivals.append(Batch.Arrival(event: event, received: received))
      } catch { return refuse(error.kind, "vehicle \(topic.vehicle): " + error.description) }
    case .status:
      guard let status = StatusDocument(decoding: message.payload) else {
        return refuse("bad-status", "vehicle \(topic.vehicle): status is not what the contract says")
      }
      batch.statuses[topic.vehicle] = (
        Batch.Document(json: message.payload, received: received, isRetained: message.isRetained), status.isOnline
      )
      if status.isOnline { greet(OutboxKey(vehicle: topic.vehicle, epoch: status.epoch)) }
    case .health:
      guard let root = try? JSONSlice(message.payload, limit: CloudEvent.sizeLimit), root.kind == .array else {
        return refuse("bad-health", "vehicle \(topic.vehicle): health is not a JSON array")
      }
      batch.healths[topic.vehicle] = Batch.Document(
        json: root.bytes, received: received, isRetained: message.isRetained)
    case .acknowledgement: return
    }
    if batch.count == 1 { batchDeadline = monotonic() + Ingest.batchWait }
  }

  /// Counts a message that is turned down; the first of each kind is logged.
  private func refuse(_ kind: String, _ line: String) {
    counters.refused[kind, default: 0] += 1
    if counters.refused[kind] == 1 {
      logger.warning("message refused (\(kind), further ones are only counted): \(line)")
    }
  }

  // MARK: Commits and acknowledgements.

  private func commit() {
    defer {
      batch = Batch()
      batchDeadline = .max
    }
    do throws(SQLiteError) {
      let outcome = try database.commit(batch)
      counters.commits += 1
      counters.stored += UInt64(outcome.stored)
      counters.duplicates += UInt64(outcome.duplicates)
      counters.conflicts += UInt64(outcome.conflicts)
      if isOutOfOrder { logger.notice("database takes records again") }
      isOutOfOrder = false
      for (outbox, lanes) in outcome.touched {
        var ranges: [Lane: [ClosedRange<Int64>]] = [:]
        for (lane, span) in lanes { ranges[lane] = try database.committed(outbox, lane, in: span) }
        acknowledge(outbox, ranges)
      }
    } catch {
      // Nothing was acknowledged, so the vehicles keep these rows and send them again.
      counters.commitFailures += 1
      pausedUntil = monotonic() + Ingest.failurePause
      if !isOutOfOrder { logger.error("\(error.description); vehicles keep what is not committed") }
      isOutOfOrder = true
    }
  }

  /// Tells a vehicle that has come online what is committed of its outbox, so that it need not wait or send it again.
  private func greet(_ outbox: OutboxKey) {
    var ranges: [Lane: [ClosedRange<Int64>]] = [:]
    do throws(SQLiteError) {
      for lane in Lane.allCases {
        ranges[lane] = try database.lastCommitted(outbox, lane, limit: Ingest.greetingRuns)
      }
    } catch { return }
    acknowledge(outbox, ranges)
  }

  /// Queues acknowledgements, as many messages as the contract's limit of ranges asks for.
  private func acknowledge(_ outbox: OutboxKey, _ ranges: [Lane: [ClosedRange<Int64>]]) {
    guard client.isConnected else { return }
    var message = AcknowledgementMessage(receiver: settings.name, epoch: outbox.epoch, ranges: [:])
    var count = 0
    func queue() {
      acknowledgements.append((Topic(outbox.vehicle, .acknowledgement).description, message.encoded))
      message.ranges = [:]
      count = 0
    }
    for lane in Lane.allCases {
      for range in ranges[lane] ?? [] {
        if count == AcknowledgementMessage.rangeLimit { queue() }
        message.ranges[lane, default: []].append(range)
        count += 1
      }
    }
    queue()
  }

  private func sendAcknowledgements() {
    var sent = 0
    while sent < acknowledgements.count && client.room > 0 {
      do throws(MQTTError) {
        try client.publish(acknowledgements[sent].topic, acknowledgements[sent].payload)
      } catch { break }
      sent += 1
      counters.acknowledgements += 1
    }
    acknowledgements.removeFirst(sent)
  }
}
