// From the broker to the recorder: what the connection tells, and acknowledgements.
import FleetContract
import MQTT
import Store
import Vocabulary

extension Delivery {
  func handle(_ event: Client.Event) {
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
    rewindAll()
    nextStatus = now
    lastAnswer = nil
    // The broker may have lost what it kept.
    publishedHealth = 0
    courier.report(.connected(host: configuration.broker.host, port: configuration.broker.port))
  }

  private func take(_ message: Message) {
    let acknowledgement: AcknowledgementMessage
    do throws(AcknowledgementError) {
      acknowledgement = try AcknowledgementMessage(decoding: message.payload)
    } catch { return refuse(error.description) }
    guard let epoch = epochs.first(where: { $0.id.description == acknowledgement.epoch }) else {
      if let past = finished.first(where: { $0.id.description == acknowledgement.epoch }) {
        return seek(acknowledgement.missing, of: past)
      }
      return refuse("epoch \(acknowledgement.epoch) is not of this outbox")
    }
    let now = courier.monotonic()
    var accepted: Int64?
    for (lane, ranges) in acknowledgement.ranges {
      for range in ranges {
        guard let published = acknowledge(range, Stream(epoch: epoch.number, lane: lane)) else { continue }
        accepted = max(accepted ?? published, published)
      }
    }
    receiverAnswered(accepted, now)
    for (lane, ranges) in acknowledgement.missing { seek(ranges, Stream(epoch: epoch.number, lane: lane), now) }
    if acknowledgement.renewsEpoch && epoch.isCurrent { renew(epoch.id, acknowledgement.receiver) }
  }

  /// After a silence the receiver is back: what went out meanwhile was lost and goes again now.
  ///
  /// A receiver that is only slow answers in the order of publication: what went out a moment before that which it has
  /// accepted is lost, what came after is still under way. In steady traffic a row that is never acknowledged keeps
  /// backing off. The first word on a connection counts as one after a silence, however soon it comes: a receiver that
  /// greets may have come a moment after what went out.
  /// - Parameter accepted: when the latest of the rows that it has accepted was published; nil: it has only greeted.
  private func receiverAnswered(_ accepted: Int64?, _ now: Int64) {
    let policy = window.policy
    defer { lastAnswer = now }
    if let lastAnswer { guard now - lastAnswer >= policy.answer, now - lastReturn >= policy.first else { return } }
    lastReturn = now
    window.receiverIsBack(since: accepted.map { $0 - policy.answer } ?? now)
  }

  /// Sends again what a receiver misses, and hands on what is not under way: if it is not queued either, it is lost.
  private func seek(_ ranges: [ClosedRange<Int64>], _ stream: Stream, _ now: Int64) {
    let policy = window.policy
    var unknown: [ClosedRange<Int64>] = []
    for range in ranges { unknown += window.cursors[stream]?.missed(range, at: now, policy) ?? [] }
    handOn(unknown, stream, now)
  }

  /// Of an epoch that is through nothing is under way: what a receiver misses of it is lost.
  private func seek(_ missing: [Lane: [ClosedRange<Int64>]], of past: OutboxEpoch) {
    let now = courier.monotonic()
    for (lane, ranges) in missing { handOn(ranges, Stream(epoch: past.number, lane: lane), now) }
  }

  private func handOn(_ ranges: [ClosedRange<Int64>], _ stream: Stream, _ now: Int64) {
    guard !ranges.isEmpty, now - (lastSought[stream] ?? .min / 2) >= Delivery.seekPause else { return }
    lastSought[stream] = now
    courier.sought(SoughtRows(epoch: stream.epoch, lane: stream.lane, ranges: ranges))
  }

  /// When the latest of the rows was published that this accepts; nil when it accepts none.
  private func acknowledge(_ range: ClosedRange<Int64>, _ stream: Stream) -> Int64? {
    let highest = window.cursors[stream]?.highest ?? 0
    switch window.cursors[stream]?.acknowledge(range, given: max(depths[stream]?.last ?? 0, highest)) {
    case .accepted(let first, let last, let rows):
      counters.acknowledged += UInt64(rows)
      accepted.append(Acknowledgement(epoch: stream.epoch, lane: stream.lane, first: first, last: last))
      return window.cursors[stream]?.latestAccepted
    case .known, nil: break
    case .refused: refuse("\(stream.lane.name) \(range.lowerBound) to \(range.upperBound) were never sent")
    }
    return nil
  }

  private func renew(_ epoch: Epoch, _ receiver: String) {
    counters.renewals += 1
    courier.renewEpoch()
    if contradicted == epoch { return }
    contradicted = epoch
    courier.report(.epochContradicted(epoch: epoch.description, receiver: receiver))
  }

  private func refuse(_ reason: String) {
    counters.refusedAcknowledgements += 1
    // One line tells of it; the counter tells how often.
    if counters.refusedAcknowledgements == 1 { courier.report(.acknowledgementRefused(reason)) }
  }

  func handOver() {
    let count = accepted.firstIndex { !courier.acknowledged($0) } ?? accepted.count
    accepted.removeFirst(count)
  }
}
