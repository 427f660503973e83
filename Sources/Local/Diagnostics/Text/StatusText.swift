// The daemon at a glance, for people.
import Documents
import Vocabulary

public func text(of status: StatusDocument, colour: Bool) -> String {
  var table = TextTable(columns: ["": .left, "": .left])
  func line(_ title: String, _ text: String, _ meaning: StyledText.Meaning = .plain) {
    table.add([StyledText(title, .faint), StyledText(text, meaning)])
  }
  line("vehicle", status.vehicle)
  line("daemon", "telltaled \(status.version), \(status.mode), up \(Figures.span(seconds: status.uptimeSeconds))")
  let clock = status.clock
  line("clock", "\(clock.now), quality \(clock.quality)", clock.quality == "none" ? .warning : .plain)
  let f = status.frames
  line(
    "frames",
    "\(f.received) received, \(f.decoded) decoded, \(f.unmatched) unmatched, \(f.malformed) malformed, "
      + "\(f.dropped) dropped",
    f.dropped > 0 ? .warning : .plain)
  line("sources", "\(status.sources)")
  if let data = status.data {
    line("data", ([data.state] + data.reasons).joined(separator: "; "), meaning(ofData: data.state))
  }
  line("polling", status.polling, meaning(ofPolling: status.polling))
  line("signals", "\(status.signals.valid) of \(status.signals.known) valid")
  let trip = status.trip.map { "number \($0.number), since \($0.started), \(decimal($0.distanceKm, 1)) km" }
  line("trip", trip ?? "none")
  line("watched", Figures.count(status.trips, "trip") + ", \(decimal(status.distanceKm, 1)) km")
  let score = status.vehicleScore
  line("health", text(of: score), score.score.map { meaning(ofState: HealthState.band(ofScore: $0).name) } ?? .plain)
  line("VIN", vehicle(status.vehicleIdentification), status.vehicleIdentification?.vins == nil ? .plain : .warning)
  line("trouble codes", troubleCodes(status), status.troubleCodes.isClear ? .plain : .warning)
  line("lamp", lamp(status.malfunctionLamp), status.malfunctionLamp == true ? .warning : .plain)
  if !status.warningLamps.isEmpty { line("warning lamps", status.warningLamps.joined(separator: ", "), .warning) }
  line("readiness", readiness(status.readiness))
  let s = status.sync
  line("broker", broker(s), s.configured && !s.connected ? .warning : .plain)
  let queued = [Figures.count(s.queued.alerts, "alert"), Figures.count(s.queued.events, "event")]
  line("queued", queued.joined(separator: ", ") + ", \(s.queued.telemetry) telemetry")
  line("sent", "\(s.published) published, \(s.acknowledged) acknowledged")
  let store = status.store
  line(
    "store", "\(store.path), \(Figures.bytes(store.bytes))" + (store.error.map { ": " + $0 } ?? ""),
    store.error == nil ? .plain : .bad)
  for warning in status.warnings { line("warning", warning, .warning) }
  return table.rendered(colour: colour)
}

private func text(of score: VehicleScoreDocument) -> String {
  guard let value = score.score else { return "no component has a score yet" }
  let pulls = score.pulls.prefix(3).map { "\($0.component) \(decimal($0.share * 100, 0)) %" }
  return "\(decimal(value, 0)) of 100 by \(Figures.count(score.components, "component"))"
    + (pulls.isEmpty ? "" : ", pulled down by " + pulls.joined(separator: ", "))
}

private func meaning(ofData state: String) -> StyledText.Meaning {
  switch state {
  case "good": .good
  case "degraded": .warning
  default: .bad
  }
}

private func broker(_ sync: StatusDocument.Sync) -> String {
  guard sync.configured else { return "none configured" }
  let state = sync.connected ? "connected" : "not connected"
  return "\(sync.broker ?? Figures.unknown), \(state)" + (sync.error.map { ": " + $0 } ?? "")
}
