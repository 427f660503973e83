// From the outbox to the broker.
import FleetContract
import MQTT
import Store
import Vocabulary

extension Delivery {
  func publish(_ now: Int64, _ client: Client) {
    // A receiver greets those who say that they have something for it; it may come back before the next minute.
    if saidEmpty && window.isUnanswered(since: now - window.policy.answer) { nextStatus = min(nextStatus, now) }
    if now >= nextStatus && client.room > 0 {
      publishStatus(client, online: true)
      nextStatus = now + Delivery.statusPeriod
    }
    if now >= nextHealth && publishHealth(client) { nextHealth = now + Delivery.second }
    do {
      // Bounded: rows that are too large for the broker are passed by without taking room.
      for _ in 0..<Delivery.readsAtOnce {
        guard let outbox, let step = window.step(at: now, room: client.room, through: budget.lastLane) else { return }
        switch step {
        case .again(let stream, let sequence):
          guard let epoch = epoch(stream) else { return }
          let row = try outbox.rows(stream.lane, of: epoch, after: sequence - 1, limit: 1).first
          // The row itself, or the tombstone that took its place.
          if let row, row.first <= sequence {
            try publish(row, stream, now, client)
            counters.republished += 1
          } else {
            window.cursors[stream]?.gone(sequence)
          }
        case .new(let stream, let after, let limit):
          guard let epoch = epoch(stream) else { return }
          let rows = try outbox.rows(stream.lane, of: epoch, after: after, limit: limit)
          if rows.count < limit { window.cursors[stream]?.foundNoRows() }
          for row in rows where stream.lane.rawValue <= budget.lastLane.rawValue {
            try publish(row, stream, now, client)
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

  private func epoch(_ stream: Stream) -> OutboxEpoch? { epochs.first { $0.number == stream.epoch } }

  /// - Throws: only what concerns the connection. A row that no packet can carry stays queued and does not hold up
  ///   those after it.
  private func publish(_ row: OutboxRow, _ stream: Stream, _ now: Int64, _ client: Client) throws(MQTTError) {
    let rows = min(row.first, row.sequence)...row.sequence
    do throws(MQTTError) {
      try send(topics[Int(row.lane.rawValue)], encoded(row), client)
      counters.published += 1
      window.cursors[stream]?.published(rows, at: now)
    } catch .tooLarge(let bytes, let limit) {
      counters.oversizedRows += 1
      if toldOversized.insert(row.lane).inserted {
        courier.report(.rowTooLarge(lane: row.lane, sequence: row.sequence, bytes: bytes, limit: limit))
      }
      window.cursors[stream]?.skip(rows)
    } catch .unsendable(_, let reason) {
      counters.refusedPublications += 1
      counters.lastError = "row \(row.lane.name) \(row.sequence) cannot be sent: " + reason
      window.cursors[stream]?.skip(rows)
    }
  }

  private func encoded(_ row: OutboxRow) -> [UInt8] {
    if row.lane == .telemetry {
      let content: TelemetryMessage.Content =
        row.isTombstone
        ? .dropped(DroppedTelemetry(data: row.data) ?? DroppedTelemetry(reason: "damage", count: nil), first: row.first)
        : .columns(row.data)
      return TelemetryMessage(
        vehicle: configuration.vehicle, epoch: row.epoch.description, sequence: row.sequence, time: row.time,
        content: content
      ).encoded
    }
    return CloudEvent(
      vehicle: configuration.vehicle, epoch: row.epoch.description, lane: row.lane, sequence: row.sequence,
      firstSequence: row.isTombstone ? row.first : nil, type: row.type, subject: row.subject, time: row.time,
      data: row.data
    ).encoded
  }

  /// The one way out: what is handed to the broker is counted.
  private func send(
    _ topic: Topic, _ payload: [UInt8], _ client: Client, retain: Bool = false
  ) throws(MQTTError) {
    let before = client.bytesPublished
    try client.publish(topic.description, payload, retain: retain)
    budget.spend(Int(client.bytesPublished - before), at: present)
  }

  // MARK: Retained documents.

  private func status(online: Bool) -> StatusDocument {
    var queued: [Lane: Int] = [:]
    // The depths are those of the last look; what is under way is queued in any case.
    for lane in Lane.allCases { queued[lane] = max(self.queued(lane), window.outstanding(lane)) }
    return StatusDocument(
      isOnline: online, version: configuration.version, boot: configuration.boot.description,
      epoch: current?.id.description ?? "", queued: queued, started: configuration.started)
  }

  var will: BrokerOptions.Will {
    BrokerOptions.Will(
      topic: Topic(configuration.vehicle, .status).description, payload: status(online: false).encoded)
  }

  func publishStatus(_ client: Client, online: Bool) {
    let status = status(online: online)
    saidEmpty = status.queued.values.allSatisfy { $0 == 0 }
    publishRetained(.status, status.encoded, client)
  }

  /// Publishes the health if there is a newer one and the budget allows it; whether it did.
  @discardableResult
  func publishHealth(_ client: Client) -> Bool {
    let (health, edition) = courier.shared.withLock { ($0.health, $0.healthEdition) }
    guard let health, edition != publishedHealth, client.room > 0, budget.lastLane != .alerts else { return false }
    publishRetained(.health, health, client)
    publishedHealth = edition
    return true
  }

  private func publishRetained(_ channel: Topic.Channel, _ payload: [UInt8], _ client: Client) {
    do throws(MQTTError) {
      try send(Topic(configuration.vehicle, channel), payload, client, retain: true)
    } catch { counters.lastError = error.description }
  }
}
