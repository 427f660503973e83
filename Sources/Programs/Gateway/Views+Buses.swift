// What the technician may look at of the buses: sources, the health of the data, polling; and the way for commands.
import Clock
import Decoding
import Diagnostics
import Documents
import VehicleBus
import Vocabulary

extension Views {
  /// What is wrong with sources, one line each with its mend.
  var problems: [String] {
    let snapshot = control?.snapshot
    // Of adapters control knows more.
    let sources = board.sources().enumerated().filter { snapshot?.adapters[UInt8($0.offset)] == nil }
    return sources.compactMap(\.element.problem) + (snapshot?.problems ?? [])
  }

  var sourceNames: [String] { board.sources().map(\.name) }

  func sources() -> [SourceDocument] { buses() + (control?.snapshot.sensors.map { [sensors($0)] } ?? []) }

  /// What was added to the vehicle counts as one source.
  private func sensors(_ counters: SensorCounters) -> SourceDocument {
    let refused = SensorRefusal.allCases.filter { counters.refused($0) > 0 }
    var document = SourceDocument(
      name: configuration.sensorSocket ?? configuration.sensorTopic?.topic ?? "sensors", kind: "senml", state: "open",
      frames: counters.datagrams, dropped: 0, damagedLines: 0)
    document.errors = refused.map { .init(kind: $0.code, count: counters.refused($0), example: counters.example(of: $0)) }
    if let topic = sensorTopic?.snapshot, !topic.isConnected, configuration.sensorSocket == nil { document.state = "down" }
    return document
  }

  private func buses() -> [SourceDocument] {
    let control = control?.snapshot
    return board.sources().enumerated().map { index, source in
      let isDamage = source.counters.damagedLines > 0
      var document = SourceDocument(
        name: source.name, kind: source.kind, state: source.state.name, frames: source.counters.frames,
        dropped: source.counters.dropped, damagedLines: source.counters.damagedLines,
        firstDamage: isDamage ? source.problem : nil, error: isDamage ? nil : source.problem)
      guard let control else { return document }
      describe(&document, source)
      if let (status, lost) = control.adapters[UInt8(index)] {
        document.adapter = adapter(status)
        document.error = status.trouble?.text
        document.dropped = lost
        document.transmitted = status.counters.requests
        document.damagedLines = status.counters.damagedLines
      } else if let report = control.links[UInt8(index)]?.report {
        document.bitrate = report.bitRate > 0 ? Int(report.bitRate) : nil
        document.interfaceKind = report.kind.isEmpty ? nil : report.kind
        document.onBus = report.exists ? report.statistics.receivedPackets : nil
        document.filtered = control.isFiltered[index]
        document.interfaceDropped = control.losses[index].dropped
        // Told by error frames, counted by the interface, or both: one loss, two witnesses.
        document.overruns = max(document.overruns, control.losses[index].overruns)
        document.receiveBufferBytes = control.receiveBuffers[index] > 0 ? control.receiveBuffers[index] : nil
        if report.controllerState != nil {
          document.transmitErrors = Int(source.signs.condition.transmitErrors)
          document.receiveErrors = Int(source.signs.condition.receiveErrors)
        }
      }
      return document
    }
  }

  private func adapter(_ status: ELMStatus) -> AdapterDocument {
    func names(_ abilities: ELMAbilities) -> [String] {
      ELMAbilities.names.filter { abilities.contains($0.ability) }.map(\.name)
    }
    var document = AdapterDocument(
      text: status.sentence, state: status.state.name, since: text(of: status.since))
    document.trouble = status.trouble?.text
    document.banner = status.banner
    document.title = status.profile?.title
    document.abilities = names(status.abilities)
    document.disproved = names(status.disproved)
    document.baudRate = status.baudRate
    document.vehicleProtocol = status.vehicleProtocol?.title
    document.parametersAtOnce = status.mostParameters
    document.voltage = status.voltage
    document.requests = status.counters.requests
    document.answered = status.counters.answered
    document.searches = status.counters.searches
    document.commands = status.counters.commands
    document.damagedLines = status.counters.damagedLines
    document.resets = status.counters.resets
    document.resynchronisations = status.counters.resynchronisations
    document.opened = status.counters.opened
    return document
  }

  private func describe(_ document: inout SourceDocument, _ source: SourceSnapshot) {
    document.busState = source.signs.condition.state.name
    document.errorFrames = source.counters.errorFrames
    document.errors = BusErrorKind.allCases.compactMap { kind in
      source.errors[kind] > 0 ? .init(kind: kind.name, count: source.errors[kind]) : nil
    }
    document.overruns = source.counters.overruns
    document.transmitted = source.counters.transmitted
    document.outages = source.counters.outages
    document.blindSeconds = Double(source.counters.blindNanoseconds) * 1e-9
    document.blindSince = source.blindSince.map { text(of: $0) }
    document.lastError = source.lastError.map { $0.frame.text + ", at " + text(of: $0.time) }
  }

  /// An instant of this boot as RFC 3339 has it.
  private func text(of time: Instant) -> String {
    var now = RealClock().now()
    now.wallNanoseconds &+= time.nanoseconds &- now.uptime.nanoseconds
    now.uptime = time
    return now.rfc3339
  }

  func dataHealth() -> DataHealthDocument {
    var hours = board.sources().map(\.quality.hour)
    for (index, lost) in (control?.snapshot.recentLosses ?? []).enumerated() where index < hours.count {
      hours[index].lost &+= lost
    }
    return DataHealthDocument(
      of: zip(buses(), hours).map { source, hour in
        .init(
          source: source, frames: hour.frames, lost: hour.lost, blindSeconds: hour.blind, observedSeconds: hour.observed)
      })
  }

  // MARK: Polling

  func polling() -> PollingDocument {
    guard let snapshot = control?.snapshot, let transmit = snapshot.transmit else { return PollingDocument() }
    let names = configuration.sourceNames
    func name(_ bus: UInt8) -> String { Int(bus) < names.count ? names[Int(bus)] : "bus \(bus)" }
    let isEndless = transmit.pausedUntil == Instant(nanoseconds: .max)
    return PollingDocument(
      configured: true, state: Views.state(transmit), pausedUntil: isEndless ? nil : transmit.pausedUntil.map { text(of: $0) },
      parked: .init(
        state: transmit.parked.state.name, since: transmit.parked.since > .zero ? text(of: transmit.parked.since) : nil,
        evidence: transmit.parked.evidence.map { $0.text(name: name) }),
      buses: transmit.buses.filter(\.mayTransmit).map { bus in
        document(bus, snapshot.polls[bus.bus], transmit.refusals.filter { $0.last.bus == bus.bus }, name(bus.bus))
      })
  }

  private static func state(_ report: TransmitReport) -> String {
    if report.pausedUntil != nil { return "paused" }
    let buses = report.buses.filter(\.mayTransmit)
    switch report.parked.state {
    case .awake: break
    case .parked: return "parked"
    // Nobody knows, most often because no bus can be heard.
    case .unknown: return "quiet"
    }
    return buses.allSatisfy { $0.hindrance != nil } ? "quiet" : "running"
  }

  private func document(
    _ bus: TransmitReport.Bus, _ report: PollReport?, _ refused: [TransmitReport.Refused], _ name: String
  ) -> PollingDocument.Bus {
    PollingDocument.Bus(
      name: name, budgetPerSecond: configuration.sources[Int(bus.bus)].polling?.perSecond ?? 0, granted: bus.granted,
      hindrance: bus.hindrance?.code,
      refused: refused.map { .init(code: $0.reason.code, count: $0.count, last: text(of: $0.time)) },
      units: report?.units.map { unit in
        .init(
          request: unit.address.requestName, answer: unit.address.answerName, pids: unit.supported,
          answerMilliseconds: known(unit.answerTime.mean * 1000), packSize: unit.packSize)
      } ?? [],
      items: report?.items.map { item in
        .init(
          what: item.question.text, unit: item.unit?.answerName, everySeconds: known(item.periodWanted),
          metSeconds: known(item.periodMet), state: item.state.name)
      } ?? [], stretch: report?.stretch ?? 1)
  }

  // MARK: Commands

  /// What concerns a bus goes to control; in a replay there is none to command.
  var command: DiagnosticsViews.Command {
    { command, caller, reply in
      switch command {
      case .measure, .service: desk.submit(command, by: caller, reply: reply)
      default:
        guard let control else { return DiagnosticsViews.refuse(command, caller, reply) }
        control.carryOut(command, for: caller, reply)
      }
    }
  }
}

private func known(_ value: Double) -> Double? { value.isFinite ? value : nil }

extension RequestAddress {
  /// Nil where all units are asked at once.
  fileprivate var requestName: String? {
    switch self {
    case .everybody11, .everybody29: nil
    case .unit(let request, _): name(of: request)
    case .j1939(let address): address == 255 ? nil : "SA \(address)"
    }
  }

  fileprivate var answerName: String {
    switch self {
    case .everybody11, .everybody29: "all"
    case .unit(_, let answer): name(of: answer)
    case .j1939(let address): address == 255 ? "all" : "SA \(address)"
    }
  }

  private func name(of id: CANID) -> String { String(id.value, radix: 16, uppercase: true) }
}

extension PollReport.State {
  fileprivate var name: String {
    switch self {
    case .waiting: "waiting"
    case .served: "served"
    case .unsupported: "unsupported"
    case .refused: "refused"
    case .silent: "silent"
    }
  }
}
