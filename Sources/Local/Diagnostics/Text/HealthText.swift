// Health and alerts for people: the table first, the grounds below each line.
public import Documents

/// Components with score, confidence and remaining life (median, 5 % to 95 %), each followed by its reason and its
/// evidence.
public func text(of health: [HealthDocument], colour: Bool) -> String {
  guard !health.isEmpty else { return "no components\n" }
  var table = TextTable(columns: [
    "COMPONENT": .left, "STATE": .left, "SCORE": .right, "CONFIDENCE": .right, "RUL KM": .right, "RUL DAYS": .right,
  ])
  for h in health {
    table.add([
      StyledText(h.component), StyledText(h.state, meaning(ofState: h.state)), StyledText(Figures.fixed(h.score, 0)),
      StyledText(Figures.fixed(h.knownConfidence, 2)), StyledText(Figures.interval(h.rul?.km)),
      StyledText(Figures.interval(h.rul?.days)),
    ])
    if let reason = h.reason { table.add(note: StyledText(reason)) }
    for ground in h.evidence { table.add(note: StyledText(ground.text, .faint)) }
  }
  return table.rendered(colour: colour)
}

/// Alerts, the newest change last as the daemon gives them, each followed by what moved it.
public func text(of alerts: [AlertDocument], colour: Bool) -> String {
  guard !alerts.isEmpty else { return "no alerts\n" }
  var table = TextTable(columns: [
    "ALERT": .left, "SEVERITY": .left, "STATE": .left, "OPENED": .left, "CHANGED": .left, "SCORE": .right,
  ])
  for a in alerts {
    let severity: StyledText.Meaning =
      a.state == "resolved" ? .faint : meaning(ofState: a.severity == "critical" ? "critical" : "watch")
    table.add([
      StyledText(a.id), StyledText(a.severity, severity), StyledText(a.state), StyledText(a.opened),
      StyledText(a.changed), StyledText(Figures.fixed(a.health.score, 0)),
    ])
    if let reason = a.health.reason { table.add(note: StyledText(reason)) }
    for ground in a.health.evidence { table.add(note: StyledText(ground.text, .faint)) }
  }
  return table.rendered(colour: colour)
}

func meaning(ofState state: String) -> StyledText.Meaning {
  switch state {
  case "ok": .good
  case "learning": .notice
  case "watch", "service": .warning
  case "critical": .bad
  default: .faint
  }
}
