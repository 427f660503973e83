// `/metrics`: the documents' numbers in Prometheus' text exposition format 0.0.4.
public import Documents
import Vocabulary

/// The documents as metrics. What is not known gives no line: a 0 would be a lie that somebody alerts on.
public func prometheusText(
  status: StatusDocument, health: [HealthDocument], alerts: [AlertDocument], sources: [SourceDocument],
  memory: MemoryDocument, polling: PollingDocument = PollingDocument()
) -> String {
  var text = Exposition()
  text.family("telltale_info", "gauge", "Always 1; version, vehicle and mode of the daemon.")
  text.sample(["version": status.version, "vehicle": status.vehicle, "mode": status.mode], 1)
  text.family("telltale_uptime_seconds", "gauge", "Seconds since the daemon started.")
  text.sample([:], status.uptimeSeconds)
  text.family("telltale_frames_total", "counter", "Frames since the start, by what became of them.")
  for (outcome, count) in [
    ("received", status.frames.received), ("decoded", status.frames.decoded), ("unmatched", status.frames.unmatched),
    ("malformed", status.frames.malformed), ("dropped", status.frames.dropped),
  ] { text.sample(["outcome": outcome], Double(count)) }
  text.family("telltale_signals", "gauge", "Signals in the catalogue, and those with a valid value now.")
  text.sample(["state": "known"], Double(status.signals.known))
  text.sample(["state": "valid"], Double(status.signals.valid))
  text.family("telltale_trips_total", "counter", "Trips since Telltale watches this vehicle.")
  text.sample([:], Double(status.trips))
  text.family("telltale_distance_km_total", "counter", "Kilometres since Telltale watches this vehicle.")
  text.sample([:], status.distanceKm)

  text.add(sources)
  text.add(adaptersOf: sources)
  text.add(status.data)
  text.add(polling)

  text.family("telltale_vehicle_score", "gauge", "Score of the vehicle, 0 failed to 100 new; absent while there is none.")
  text.sample([:], status.vehicleScore.score)
  text.family("telltale_component_state", "gauge", "1 for the state that the component is in.")
  for h in health { text.sample(["component": h.component, "state": h.state], 1) }
  text.family("telltale_component_score", "gauge", "Health score, 0 failed to 100 new.")
  for h in health { text.sample(["component": h.component], h.score) }
  text.family("telltale_component_confidence", "gauge", "How much data stands behind the score, 0 to 1.")
  for h in health { text.sample(["component": h.component], h.knownConfidence) }
  text.family("telltale_component_rul_km", "gauge", "Quantiles of the remaining useful life in km.")
  for h in health { text.quantiles(["component": h.component], h.rul?.km) }
  text.family("telltale_component_rul_days", "gauge", "Quantiles of the remaining useful life in days.")
  for h in health { text.quantiles(["component": h.component], h.rul?.days) }
  text.family("telltale_alerts_open", "gauge", "Alerts that are not resolved, by severity.")
  for severity in ["warning", "critical"] {
    text.sample(
      ["severity": severity], Double(alerts.count { $0.severity == severity && $0.state != "resolved" }))
  }

  let codes = status.troubleCodes
  text.family("telltale_trouble_codes", "gauge", "Trouble codes by status; absent while no unit told such a list.")
  for (name, count) in [
    ("active", codes.active), ("confirmed", codes.confirmed), ("pending", codes.pending),
    ("permanent", codes.permanent),
  ] { text.sample(["status": name], count.map { Double($0) }) }
  text.family("telltale_malfunction_lamp", "gauge", "1 while a unit commands it on; absent while none says.")
  text.sample([:], status.malfunctionLamp.map { $0 ? 1 : 0 })
  text.family("telltale_ready", "gauge", "1 when all self-tests are complete; absent while no unit says.")
  text.sample([:], status.readiness.map { $0.ready ? 1 : 0 })
  text.family("telltale_incomplete_monitors", "gauge", "Self-tests that are not complete; absent while no unit says.")
  text.sample([:], status.readiness.map { Double($0.incomplete.count) })

  let traffic = status.diagnosticTraffic
  text.family("telltale_diagnostic_messages_total", "counter", "Messages of diagnostic protocols put together.")
  text.sample([:], Double(traffic.messages))
  text.family("telltale_diagnostic_rejected_total", "counter", "Diagnostic traffic not taken, by protocol and reason.")
  for r in traffic.rejected { text.sample(["transport": r.transport, "reason": r.reason], Double(r.count)) }
  text.family("telltale_diagnostic_unconfirmed_total", "counter", "Trouble codes told too seldom to be believed.")
  text.sample([:], Double(traffic.unconfirmed))
  text.family("telltale_diagnostic_refused_total", "counter", "Facts of control units for which there was no room.")
  text.sample([:], Double(traffic.refused))
  text.family("telltale_diagnostic_units_replaced_total", "counter", "Silent units that gave their place to another.")
  text.sample([:], Double(traffic.gaveWay))
  text.family("telltale_other_source_total", "counter", "J1939 values of units that do not own the signal.")
  text.sample([:], Double(traffic.otherSource))

  text.family("telltale_sync_connected", "gauge", "1 while the broker is connected; absent without a broker.")
  text.sample([:], status.sync.configured ? (status.sync.connected ? 1 : 0) : nil)
  text.family("telltale_outbox_rows", "gauge", "Rows that no receiver has acknowledged yet, by lane.")
  text.sample(["lane": "alerts"], Double(status.sync.queued.alerts))
  text.sample(["lane": "events"], Double(status.sync.queued.events))
  text.sample(["lane": "telemetry"], Double(status.sync.queued.telemetry))
  text.family("telltale_published_total", "counter", "Rows handed to the broker, repetitions included.")
  text.sample([:], Double(status.sync.published))
  text.family("telltale_acknowledged_total", "counter", "Rows that a receiver has in its database.")
  text.sample([:], Double(status.sync.acknowledged))
  text.family("telltale_sync_refused_total", "counter", "Messages that were turned down, by their kind.")
  for (kind, count) in [
    ("acknowledgement", status.sync.refused.acknowledgements), ("publication", status.sync.refused.publications),
    ("oversized", status.sync.refused.oversized),
  ] { text.sample(["kind": kind], Double(count)) }
  text.family("telltale_sync_bytes_today", "gauge", "Bytes handed to the broker in the last 24 hours.")
  text.sample([:], Double(status.sync.bytesToday))
  text.family("telltale_dropped_rows_total", "counter", "Rows given up for want of room on the disk, by lane.")
  text.sample(["lane": "alerts"], Double(status.store.dropped.alerts))
  text.sample(["lane": "events"], Double(status.store.dropped.events))
  text.sample(["lane": "telemetry"], Double(status.store.dropped.telemetry))
  text.family("telltale_store_written_bytes_total", "counter", "Bytes that the store made the disk write.")
  text.sample([:], Double(status.store.bytesWritten))
  text.family("telltale_store_bytes", "gauge", "Size of the database on disk.")
  text.sample([:], Double(status.store.bytes))
  text.family("telltale_memory_bytes", "gauge", "Memory of the daemon, and its planned limit.")
  for (kind, bytes) in [
    ("planned", memory.plannedTotal), ("limit", memory.limit), ("resident", memory.resident), ("peak", memory.peak),
    ("private", memory.privateBytes),
  ] { text.sample(["kind": kind], Double(bytes)) }
  return text.lines
}

extension HealthDocument {
  /// Nil while the component is unknown: there is no score that it could be the confidence of.
  var knownConfidence: Double? { state == HealthState.unknown.name ? nil : confidence }
}
