// From the broker into the database and back: messages become batches, commits become acknowledgements.
import FleetContract
import Glibc
import Logging
import MQTT
import Vocabulary

/// Owns the MQTT client and the storage's writing side. Belongs to one thread.
///
/// What is in memory is bounded: one batch, and the queues of acknowledgements, greetings and gaps. While a commit runs
/// and for a while after one has failed nothing is read, so that the broker, and behind it the vehicles, hold the rest.
final class Ingest {
  /// A batch grows with the load: it is committed when its first message has waited so long, at once with an alert, and
  /// in any case with so many messages or bytes.
  static let batchWait: Int64 = 100_000_000
  static let batchLimit = 2048
  static let batchBytes = 8 * 1024 * 1024
  /// The pause after a failed commit, during which nothing is read.
  private static let failurePause: Int64 = 1_000_000_000
  /// Runs per lane told to a vehicle that appears, and gaps of a stream that it is asked for at once.
  private static let greetingRuns = 16
  private static let gapsAsked = 32
  /// How often gaps are looked through, and how many streams are asked for at once.
  private static let gapPeriod: Int64 = 5_000_000_000
  private static let streamsAsked = 100

  private let settings: ReceiverSettings
  private let logger: Logger
  private let storage: any ReceiverStorage
  private let client: Client
  private let monotonic: () -> Int64
  private let wall: () -> Int64
  private let publishCounters: (IngestCounters) -> Void
  private(set) var counters = IngestCounters()
  private var batch = Batch()
  private var batchSize = 0
  private var batchDeadline = Int64.max
  private var pausedUntil = Int64.min
  /// Lost with the connection: vehicles ask again by publishing again.
  private var acknowledgements = AcknowledgementQueue()
  private var inspection = FrameInspection()
  private var logPace = LogPace()
  private var greetings = Greetings()
  private var gapWatch = GapWatch()
  private var nextGapLook: Int64
  private var isOutOfOrder = false
  /// What was found broken in the database. No step mends it: the receiver has to end.
  private(set) var damage: ReceiverError?

  /// - Parameters:
  ///   - monotonic: nanoseconds of a clock that never goes back.
  ///   - wall: nanoseconds since 1970.
  ///   - publishCounters: called after each step that did something.
  init(
    _ settings: ReceiverSettings, logger: Logger, wakeup: Wakeup, backOff: BackOff = BackOff(limit: 30),
    monotonic: @escaping () -> Int64, wall: @escaping () -> Int64,
    publishCounters: @escaping (IngestCounters) -> Void
  ) throws(ReceiverError) {
    self.settings = settings
    self.logger = logger
    self.monotonic = monotonic
    self.wall = wall
    self.publishCounters = publishCounters
    storage = try settings.storage.openStorage()
    nextGapLook = monotonic() + Ingest.gapPeriod
    var options = settings.broker
    let channels = Lane.allCases.map { Topic.Channel.lane($0) } + [.status, .health]
    options.subscriptions = channels.map(Topic.everyVehicle)
    options.will = nil
    do throws(MQTTError) {
      client = try Client(options, backOff: backOff, wakeup: wakeup, monotonic: monotonic)
    } catch { throw .broker(error) }
    do throws(StorageError) {
      let streams = try storage.incompleteStreams(
        limit: GapWatch.capacity, perVehicle: GapWatch.capacityPerVehicle)
      for stream in streams { try watch(stream) }
    } catch { throw .database(error.description) }
  }

  /// Waits up to `timeout` milliseconds for messages and commits what is due.
  func step(timeout: Int32) {
    let before = monotonic()
    let untilCommit = batch.count == 0 ? Int64(timeout) : max(0, (batchDeadline - before) / 1_000_000 + 1)
    let events = client.step(
      timeout: Int32(clamping: min(Int64(timeout), untilCommit)),
      reading: before >= pausedUntil)
    for event in events {
      handle(event)
      if batch.count >= Ingest.batchLimit || batchSize >= Ingest.batchBytes { commit() }
    }
    if batch.count > 0 && monotonic() >= batchDeadline { commit() }
    askAndGreet()
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
      greetings.removeAll()
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
    case .lane(let lane):
      guard let event = event(lane, message, topic) else { return }
      batch.arrivals.append(Batch.Arrival(event: event, received: received, malformation: malformation(of: event)))
      if event.clockQuality.isTrusted, let happened = wallNanoseconds(ofRFC3339: event.time) {
        // Centuries do not fit 64 bits of nanoseconds, and a vehicle may claim them.
        counters.lagSeconds.add(max(0, (Double(received) - Double(happened)) * 1e-9))
      }
      if lane == .alerts { batchDeadline = min(batchDeadline, monotonic()) }
    case .status:
      guard let status = StatusDocument(decoding: message.payload) else {
        return refuse("bad-status", "status is not what the contract says", of: topic.vehicle)
      }
      batch.statuses[topic.vehicle] = (
        Batch.Document(json: message.payload, received: received, isRetained: message.isRetained), status.isOnline
      )
      // One that has nothing queued waits for no word.
      if status.isOnline, status.queued.values.contains(where: { $0 > 0 }),
        !greetings.add(OutboxKey(vehicle: topic.vehicle, epoch: status.epoch))
      {
        counters.greetingsDropped += 1
      }
    case .health:
      guard let root = try? JSONSlice(message.payload, limit: CloudEvent.sizeLimit), root.kind == .array else {
        return refuse("bad-health", "health is not a JSON array", of: topic.vehicle)
      }
      batch.healths[topic.vehicle] = Batch.Document(
        json: root.bytes, received: received, isRetained: message.isRetained)
    case .acknowledgement: return
    }
    batchSize += message.payload.count
    batchDeadline = min(batchDeadline, monotonic() + Ingest.batchWait)
  }

  /// The record that a message carries; nil for one that is turned down.
  private func event(_ lane: Lane, _ message: Message, _ topic: Topic) -> CloudEvent? {
    if lane == .telemetry {
      do throws(TelemetryError) {
        return CloudEvent(try TelemetryMessage(decoding: message.payload, from: topic))
      } catch { refuse(error.kind, error.description, of: topic.vehicle) }
    } else {
      do throws(CloudEventError) {
        return try CloudEvent(decoding: message.payload, from: topic)
      } catch { refuse(error.kind, error.description, of: topic.vehicle) }
    }
    return nil
  }

  /// What is wrong with a record's data; nil when nothing is, or nobody looked. Looked at are frames, and what an
  /// epoch's beginning claims of other epochs: all other data are JSON, which decoding has checked.
  private func malformation(of event: CloudEvent) -> Malformation? {
    var found: Malformation?
    if event.lane == .telemetry, event.firstSequence == nil {
      switch inspection.verdict(on: event.data, clock: monotonic) {
      case .readable: break
      case .malformed(let malformation): found = malformation
      case .unopened: counters.framesUnopened += 1
      }
    } else {
      do throws(Malformation) { _ = try EpochBeginning(event) } catch { found = error }
    }
    if let found, logPace.allows(found.kind, of: event.vehicle, at: monotonic()) { logger.unreadable(found, event) }
    return found
  }

  /// Counts a message that is turned down. The log has the first of a kind, and of a vehicle that of each hour.
  private func refuse(_ kind: String, _ line: String, of vehicle: VehicleID? = nil) {
    counters.refused[kind, default: 0] += 1
    var metadata: Logger.Metadata = ["kind": "\(kind)"]
    if let vehicle {
      guard logPace.allows(kind, of: vehicle, at: monotonic()) else { return }
      metadata["vehicle"] = "\(vehicle)"
    } else {
      guard counters.refused[kind] == 1 else { return }
    }
    logger.warning("message refused, further ones are only counted: \(line)", metadata: metadata)
  }

  // MARK: Commits and acknowledgements.

  private func commit() {
    defer {
      batch = Batch()
      batchSize = 0
      batchDeadline = .max
    }
    do throws(StorageError) {
      let begun = monotonic()
      let outcome = try storage.commit(batch)
      counters.commitSeconds.add(Double(monotonic() - begun) * 1e-9)
      count(outcome)
      if isOutOfOrder { logger.notice("database takes records again") }
      isOutOfOrder = false
      var ranges: [OutboxKey: [Lane: [ClosedRange<Int64>]]] = [:]
      for (stream, runs) in outcome.touched {
        ranges[stream.outbox, default: [:]][stream.lane] = try storage.committed(runs, of: stream)
        try watch(stream)
      }
      for (outbox, ranges) in ranges { acknowledge(outbox, ranges, renews: outcome.contradicting.contains(outbox)) }
    } catch {
      // Nothing was acknowledged, so the vehicles keep these rows and send them again.
      counters.commitFailures += 1
      pausedUntil = monotonic() + Ingest.failurePause
      guard !error.isDamage else { return damage = .database(error.description) }
      if !isOutOfOrder { logger.error("\(error.description); vehicles keep what is not committed") }
      isOutOfOrder = true
    }
  }

  private func count(_ outcome: CommitOutcome) {
    counters.commits += 1
    counters.batchSizes.add(Double(batch.count))
    counters.stored += UInt64(outcome.stored)
    counters.duplicates += UInt64(outcome.duplicates)
    counters.conflicts += UInt64(outcome.conflicts)
    for (kind, count) in outcome.malformed { counters.malformed[kind, default: 0] += UInt64(count) }
    for (vehicle, count) in outcome.beyondEpochs {
      counters.refused["too-many-epochs", default: 0] += UInt64(count)
      if logPace.allows("too-many-epochs", of: vehicle, at: monotonic()) {
        logger.tooManyEpochs(vehicle, limit: SQLiteStorage.epochsKept)
      }
    }
    counters.tombstones += UInt64(outcome.tombstones)
    counters.lost &+= UInt64(outcome.lost)
    counters.recovered &+= UInt64(outcome.recovered)
    for outbox in outcome.contradicting where logPace.allows("conflict", of: outbox.vehicle, at: monotonic()) {
      logger.contradicting(outbox)
    }
    counters.renewals += UInt64(outcome.contradicting.count)
  }

  /// Keeps an eye on a stream in which something is missing.
  private func watch(_ stream: StreamKey) throws(StorageError) {
    let gap = try storage.missing(in: stream, limit: 1).first
    gapWatch.note(stream, firstMissing: gap?.lowerBound, at: monotonic())
  }

  /// Tells vehicles that have come online what is committed of their outboxes, so that they need not wait or send it
  /// again; and asks for gaps that have stayed.
  private func askAndGreet() {
    guard client.isConnected, acknowledgements.isEmpty else { return }
    let now = monotonic()
    do throws(StorageError) {
      while let outbox = greetings.next(at: now) {
        var ranges: [Lane: [ClosedRange<Int64>]] = [:]
        for lane in Lane.allCases {
          ranges[lane] = try storage.lastCommitted(
            of: StreamKey(outbox: outbox, lane: lane), limit: Ingest.greetingRuns)
        }
        acknowledge(outbox, ranges)
      }
      guard now >= nextGapLook else { return }
      nextGapLook = now + Ingest.gapPeriod
      for stream in gapWatch.due(at: now, limit: Ingest.streamsAsked) {
        // Nobody would hear it; the gap comes up again.
        if try storage.isOffline(stream.outbox.vehicle) { continue }
        let missing = try storage.missing(in: stream, limit: Ingest.gapsAsked)
        gapWatch.note(stream, firstMissing: missing.first?.lowerBound, at: now)
        if !missing.isEmpty { ask(stream, missing) }
      }
    } catch {
      // These words help and are not needed: vehicles publish again what is not acknowledged.
      if error.isDamage { damage = .database(error.description) }
    }
  }

  private func ask(_ stream: StreamKey, _ missing: [ClosedRange<Int64>]) {
    let message = AcknowledgementMessage(
      receiver: settings.name, epoch: stream.outbox.epoch, ranges: [:], missing: [stream.lane: missing])
    queue(message, for: stream.outbox.vehicle)
    counters.gapRequests += 1
  }

  private func acknowledge(
    _ outbox: OutboxKey, _ ranges: [Lane: [ClosedRange<Int64>]], renews: Bool = false
  ) {
    let messages = AcknowledgementMessage.messages(
      receiver: settings.name, epoch: outbox.epoch, ranges: ranges, renews: renews)
    for message in messages { queue(message, for: outbox.vehicle) }
  }

  private func queue(_ message: AcknowledgementMessage, for vehicle: VehicleID) {
    guard client.isConnected else { return }
    if !acknowledgements.add(message, for: vehicle) { counters.acknowledgementsDropped += 1 }
  }

  private func sendAcknowledgements() {
    counters.acknowledgements += UInt64(acknowledgements.send(to: client))
  }
}
