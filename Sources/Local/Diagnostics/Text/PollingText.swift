// Polling for people: what is asked, what the guard let out and why it held back.

/// The state with its grounds, then for each bus its control units and what is asked of them.
public func text(of polling: PollingDocument, colour: Bool) -> String {
  let until = polling.pausedUntil.map { " until " + $0 } ?? (polling.state == "paused" ? " until it is resumed" : "")
  let nobody = polling.configured ? "" : ", no source of the configuration may transmit"
  let parked = polling.parked
  let since = parked.since.map { " since " + $0 } ?? ""
  var lines = [
    StyledText("polling: " + polling.state + until + nobody, meaning(ofPolling: polling.state)),
    StyledText("vehicle: " + (parked.state == "unknown" ? "not known whether it is parked" : parked.state + since)),
  ]
  lines += parked.evidence.map { StyledText("    " + $0, .faint) }
  var text = lines.map { $0.rendered(colour: colour) + "\n" }.joined()
  for bus in polling.buses { text += "\n" + Diagnostics.text(of: bus, colour: colour) }
  return text
}

func meaning(ofPolling state: String) -> StyledText.Meaning {
  switch state {
  case "running": .good
  case "paused", "quiet": .warning
  default: .plain
  }
}

private func text(of bus: PollingDocument.Bus, colour: Bool) -> String {
  let budget = Figures.plain(bus.budgetPerSecond) + (bus.budgetPerSecond == 1 ? " request" : " requests")
  var lines = [
    StyledText("\(bus.name): at most \(budget) a second, \(bus.granted) sent since the start")
  ]
  if let hindrance = bus.hindrance { lines.append(StyledText("    held back now: " + hindrance, .warning)) }
  for refusal in bus.refused where refusal.count > 0 {
    let last = refusal.last.map { ", last " + $0 } ?? ""
    lines.append(StyledText("    \(refusal.count) held back (\(refusal.code))" + last, .faint))
  }
  if bus.stretch > 1.005 {
    let factor = Figures.plain((bus.stretch * 100).rounded() / 100)
    lines.append(
      StyledText("    all periods are \(factor) times as long as wished: more is asked for than may be sent", .notice))
  }
  var text = lines.map { $0.rendered(colour: colour) + "\n" }.joined()
  if !bus.units.isEmpty {
    var table = TextTable(columns: [
      "ASKED ON": .left, "ANSWERS ON": .left, "PARAMETERS": .right, "AT ONCE": .right, "ANSWERS IN": .right,
    ])
    for unit in bus.units {
      let delay = unit.answerMilliseconds.map { Figures.plain($0) + " ms" } ?? Figures.unknown
      table.add([
        StyledText(unit.request ?? "all units"), StyledText(unit.answer), StyledText("\(unit.pids)"),
        StyledText("\(unit.packSize)"), StyledText(delay),
      ])
    }
    text += table.rendered(colour: colour)
  }
  if !bus.items.isEmpty {
    var table = TextTable(columns: [
      "ASKED FOR": .left, "UNIT": .left, "WISHED EVERY": .right, "MET EVERY": .right, "STATE": .left,
    ])
    for item in bus.items {
      table.add([
        StyledText(item.what), StyledText(item.unit ?? Figures.unknown),
        StyledText(item.everySeconds.map { period($0) } ?? "waking"),
        StyledText(item.metSeconds.map { period($0) } ?? Figures.unknown),
        StyledText(item.state, meaning(ofItem: item.state)),
      ])
    }
    text += table.rendered(colour: colour)
  }
  return text
}

private func meaning(ofItem state: String) -> StyledText.Meaning {
  switch state {
  case "served": .good
  case "refused", "silent": .warning
  case "unsupported": .faint
  default: .plain
  }
}

/// Periods go down to tens of milliseconds, finer than a span is shown.
private func period(_ seconds: Double) -> String {
  seconds < 9.95 ? Figures.plain((seconds * 100).rounded() / 100) + " s" : Figures.span(seconds: seconds)
}
