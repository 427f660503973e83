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
      if finished.contains(where: { $0.description == acknowledgement.epoch }) { return }
      return refuse("epoch \(acknowledgement.epoch) is not of this outbox")
    }
    // After a silence the receiver is back: what backed off meanwhile goes now. In steady traffic a row that is never
    // acknowledged keeps backing off.
    let now = courier.monotonic()
    if now - lastAnswer >= window.policy.first { window.receiverAnswered() }
    lastAnswer = now
    for (lane, ranges) in acknowledgement.ranges {
      for range in ranges { acknowledge(range, Stream(epoch: epoch.number, lane: lane)) }
    }
    let policy = window.policy
    for (lane, ranges) in acknowledgement.missing {
      let stream = Stream(epoch: epoch.number, lane: lane)
      for range in ranges { window.cursors[stream]?.missed(range, at: now, policy) }
    }
    if acknowledgement.renewsEpoch && epoch.isCurrent { renew(epoch.id, acknowledgement.receiver) }
  }

  private func acknowledge(_ range: ClosedRange<Int64>, _ stream: Stream) {
    let highest = window.cursors[stream]?.highest ?? 0
    switch window.cursors[stream]?.acknowledge(range, given: max(depths[stream]?.last ?? 0, highest)) {
    case .accepted(let first, let last, let rows):
      counters.acknowledged += UInt64(rows)
      accepted.append(Acknowledgement(epoch: stream.epoch, lane: stream.lane, first: first, last: last))
    case .known, nil: break
    case .refused: refuse("\(stream.lane.name) \(range.lowerBound) to \(range.upperBound) were never sent")
    }
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
