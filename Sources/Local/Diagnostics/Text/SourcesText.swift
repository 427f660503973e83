// Sources for people: how each bus is, what was lost, and for how long nothing could be heard.

/// One row a source, and below it what is worth knowing about its interface and its errors.
public func text(of sources: [SourceDocument], colour: Bool) -> String {
  guard !sources.isEmpty else { return "no sources configured\n" }
  var table = TextTable(columns: [
    "SOURCE": .left, "KIND": .left, "STATE": .left, "FRAMES": .right, "LOST": .right, "PER MILLION": .right,
    "BLIND": .right,
  ])
  for s in sources {
    let isBus = s.busState != nil
    table.add([
      StyledText(s.name), StyledText(s.kind), state(of: s), StyledText("\(s.frames)"),
      StyledText("\(s.lost)", s.lost > 0 ? .warning : .plain), StyledText(Figures.rate(perMillion: s.lossPerMillion)),
      StyledText(isBus ? Figures.span(seconds: s.blindSeconds) : Figures.unknown, s.isBlind ? .bad : .plain),
    ])
    for note in notes(on: s) { table.add(note: note) }
  }
  return table.rendered(colour: colour)
}

private func state(of source: SourceDocument) -> StyledText {
  guard let bus = source.busState else { return StyledText(source.state, source.error == nil ? .plain : .bad) }
  let text = bus == source.state ? bus : source.state + ", " + bus
  if source.isBlind { return StyledText(text, .bad) }
  return StyledText(text, bus == "error-active" ? (source.error == nil ? .good : .bad) : .warning)
}

private func notes(on source: SourceDocument) -> [StyledText] {
  var notes: [StyledText] = []
  // The sentence on an adapter says what is wrong as well.
  if let adapter = source.adapter {
    notes.append(StyledText(adapter.text, adapter.trouble == nil ? .plain : .bad))
  } else if let error = source.error {
    notes.append(StyledText(error, .bad))
  }
  if source.kind == "senml" { return notes + intake(of: source) }
  if let since = source.blindSince { notes.append(StyledText("nothing can be heard since " + since, .bad)) }
  let facts = interface(source)
  if !facts.isEmpty { notes.append(StyledText(facts.joined(separator: ", "), .faint)) }
  if source.lost > 0 { notes.append(StyledText(loss(source), .warning)) }
  if source.errorFrames > 0 { notes.append(StyledText(errors(source), .warning)) }
  if let last = source.lastError { notes.append(StyledText("the last: " + last, .warning)) }
  if let transmit = source.transmitErrors, let receive = source.receiveErrors, transmit > 0 || receive > 0 {
    // From 97 on the controller itself warns (ISO 11898-1).
    let isHigh = max(transmit, receive) > 96
    notes.append(StyledText("error counters: \(transmit) sending, \(receive) receiving", isHigh ? .warning : .faint))
  }
  if source.outages > 0 {
    let span = Figures.span(seconds: source.blindSeconds)
    notes.append(StyledText("could not be heard \(times(source.outages)), \(span) in all", .warning))
  }
  if source.damagedLines > 0 {
    let first = source.firstDamage.map { "; the first: " + $0 } ?? ""
    let damaged = Figures.count(source.damagedLines, source.busState == nil ? "line" : "message")
    notes.append(StyledText("\(damaged) could not be read\(first)", .warning))
  }
  return notes
}

/// What came from sensors, and why some of it was refused.
private func intake(of source: SourceDocument) -> [StyledText] {
  let refused = source.errors.filter { $0.count > 0 }.map { reason in
    StyledText(
      "\(reason.count) refused (\(reason.kind))" + (reason.example.map { ", the first: " + $0 } ?? ""), .warning)
  }
  return [StyledText(Figures.count(source.frames, "datagram"), .faint)] + refused
}

private func interface(_ source: SourceDocument) -> [String] {
  var facts: [String] = []
  if let kind = source.interfaceKind { facts.append("a \(kind) interface") }
  if let bitrate = source.bitrate { facts.append(Figures.plain(Double(bitrate) / 1000) + " kbit/s") }
  if let onBus = source.onBus { facts.append(Figures.count(onBus, "packet") + " at the interface") }
  if let bytes = source.receiveBufferBytes { facts.append("\(bytes / 1024) KiB to wait in") }
  if source.filtered { facts.append("the kernel hands on only what a pack describes") }
  if let adapter = source.adapter {
    let searches = adapter.searches > 0 ? ", \(adapter.searches) of them to find the protocol" : ""
    facts.append(Figures.count(adapter.requests, "request") + searches + ", \(adapter.answered) answered")
  } else if source.busState != nil {
    facts.append(Figures.count(source.transmitted, "frame") + " sent from this machine, by whatever program")
  }
  return facts
}

private func loss(_ source: SourceDocument) -> String {
  var parts: [String] = []
  let cause = source.adapter == nil ? " because the daemon came too late" : " or more by the adapter, or on the way from it"
  if source.dropped > 0 { parts.append(Figures.count(source.dropped, "frame") + cause) }
  if source.overruns > 0 { parts.append("some in the controller \(times(source.overruns))") }
  if source.interfaceDropped > 0 { parts.append(Figures.count(source.interfaceDropped, "frame") + " at the interface") }
  return "lost: " + parts.joined(separator: ", ")
}

private func times(_ count: UInt64) -> String { count == 1 ? "once" : "\(count) times" }

private func errors(_ source: SourceDocument) -> String {
  let kinds = source.errors.filter { $0.count > 0 }.map { inWords($0) }
  return Figures.count(source.errorFrames, "error frame") + (kinds.isEmpty ? "" : ": " + kinds.joined(separator: ", "))
}

/// How often, and what the kind of error on a bus means (linux/can/error.h).
private func inWords(_ error: SourceDocument.ErrorCount) -> String {
  let count = error.count
  return switch error.kind {
  case "tx-timeout": "\(count) not sent in time"
  case "arbitration-lost": "\(count) arbitration lost"
  case "rx-overflow": Figures.count(count, "overflow") + " of the controller's receive buffer"
  case "tx-overflow": Figures.count(count, "overflow") + " of the controller's send buffer"
  case "warning", "passive", "active": Figures.count(count, "change") + " to error-" + error.kind
  case "bit", "form", "stuff", "transceiver": Figures.count(count, error.kind + " error")
  case "protocol": Figures.count(count, "other error") + " of the protocol"
  case "overload": Figures.count(count, "overload")
  case "no-ack": "\(count) not acknowledged (nobody else on the bus?)"
  case "bus-error": Figures.count(count, "bus error")
  case "restarted": Figures.count(count, "restart")
  default: "\(count) \(error.kind)"
  }
}
