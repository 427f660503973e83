// From what the configuration says of a source to what the bus's rooms are configured with.
import Decoding
import VehicleBus
import Vocabulary

extension SourceChoice {
  /// Nil where the system sets the interface up.
  var setup: LinkSetup? {
    bitrate.map {
      LinkSetup(bitRate: $0, dataBitRate: dataBitrate, samplePoint: samplePoint, listenOnly: isListenOnly)
    }
  }
}

extension TransmitPolicy {
  init(_ sources: [SourceChoice]) {
    self.init(
      sources.map { source in
        var bus = Bus()
        guard let polling = source.polling else { return bus }
        bus.mayTransmit = true
        bus.requestsPerSecond = polling.perSecond
        bus.requestsPerSecondOfUnit = polling.perUnit
        bus.pairs = polling.units.map { Pair(request: $0.request, answer: $0.answer) }
        return bus
      })
    longestProbePause = sources.compactMap { $0.polling?.longestProbe }.min() ?? 0
  }
}

extension TransmitPolicy {
  /// Whether the guard would ever let a question out: with an awake vehicle, a sound bus and budget left.
  func mayAsk(_ item: PollItem, on bus: UInt8) -> Bool {
    var circumstances = TransmitCircumstances()
    circumstances.observed = .zero
    circumstances.vehicle = .awake
    circumstances.condition = BusCondition(.errorActive)
    (circumstances.busTokens, circumstances.unitTokens) = (1, 1)
    let transmission: Transmission
    switch item.question {
    case .parameter(let pid):
      guard let bytes = RequestBytes([0x01, pid]) else { return false }
      transmission = Transmission(bus: bus, address: .everybody11, content: .service(bytes))
    case .request(let bytes, let address):
      transmission = Transmission(bus: bus, address: address, content: .service(bytes))
    case .parameterGroup(let group, let unit):
      transmission = Transmission(bus: bus, address: .j1939(unit), content: .parameterGroup(group))
    }
    return TransmitGuard.decide(transmission, policy: self, circumstances: circumstances, at: .zero) == nil
  }
}

extension Poller {
  /// Nil for a source that may not be asked.
  convenience init?(_ source: SourceChoice, bus: UInt8, items: [PollItem]) {
    guard let choice = source.polling else { return nil }
    var lengths: [UInt8: Int] = [:]
    for parameter in OBDParameter.all where parameter.otherDataBytes == nil {
      lengths[parameter.pid] = parameter.dataBytes
    }
    var options = PollOptions(parameterLengths: lengths)
    options.addressing =
      switch choice.addressing {
      case .automatic: .automatic
      case .bits11: .everybody11
      case .bits29: .everybody29
      }
    options.asksUnitsAlone = choice.isPhysical
    options.mostParameters = choice.parametersAtOnce
    options.requestsPerSecond = choice.perSecond
    options.requestsPerSecondOfUnit = choice.perUnit
    self.init(
      bus: bus, planner: PollPlanner(items, options), isotp: ISOTPPort(interface: source.interface),
      j1939: J1939Port(interface: source.interface, address: choice.j1939Address))
  }
}
