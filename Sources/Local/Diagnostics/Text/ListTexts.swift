// Signals, trips and memory for people.
public import Documents

public func text(of signals: [SignalDocument], colour: Bool) -> String {
  guard !signals.isEmpty else { return "no signal has a value yet; --all lists those that could have one\n" }
  var table = TextTable(columns: ["SIGNAL": .left, "VALUE": .right, "UNIT": .left, "AGE": .right, "VALIDITY": .left])
  for s in signals {
    let meaning: StyledText.Meaning = s.validity == "valid" ? .plain : s.validity == "stale" ? .faint : .warning
    table.add([
      StyledText(s.path), StyledText(Figures.plain(s.value)), StyledText(Figures.unit(s.unit)),
      StyledText(Figures.span(seconds: s.ageSeconds)),
      StyledText(s.validity + (s.lastValue.map { ", was " + Figures.plain($0) } ?? ""), meaning),
    ])
  }
  return table.rendered(colour: colour)
}

public func text(of trips: [TripDocument], colour: Bool) -> String {
  guard !trips.isEmpty else { return "no trips yet\n" }
  var table = TextTable(columns: [
    "TRIP": .right, "STARTED": .left, "ENDED": .left, "KM": .right, "ENGINE": .right, "TOP KM/H": .right,
    "COOLANT °C": .right, "VOLTAGE V": .right,
  ])
  for t in trips {
    table.add([
      StyledText("\(t.number)"), StyledText(t.started), StyledText(t.ended ?? "runs"),
      StyledText(decimal(t.distanceKm, 1)), StyledText(Figures.span(seconds: t.engineSeconds)),
      StyledText(Figures.fixed(t.topSpeed, 0)),
      StyledText(Figures.fixed(t.coolantAtStart, 0) + " to " + Figures.fixed(t.coolantAtEnd, 0)),
      StyledText(Figures.fixed(t.runningVoltage, 2)),
    ])
  }
  return table.rendered(colour: colour)
}

public func text(of memory: MemoryDocument, colour: Bool) -> String {
  var table = TextTable(columns: ["BUFFER": .left, "BYTES": .right, "": .right])
  func line(_ title: String, _ bytes: Int, _ meaning: StyledText.Meaning = .plain) {
    table.add([StyledText(title), StyledText("\(bytes)", meaning), StyledText(Figures.bytes(bytes), .faint)])
  }
  for buffer in memory.planned { line(buffer.buffer, buffer.bytes) }
  line("planned in all", memory.plannedTotal, memory.plannedTotal > memory.limit ? .bad : .plain)
  line("limit of the plan", memory.limit)
  line("resident now", memory.resident)
  line("resident at its peak", memory.peak)
  line("private now", memory.privateBytes)
  return table.rendered(colour: colour)
}
