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

extension Poller {
  /// Nil for a source that may not be asked.
  convenience init?(_ source: SourceChoice, bus: UInt8, items: [PollItem]) {
    guard let choice = source.polling else { return nil }
    var lengths: [UInt8: Int] = [:]
    for parameter in OBDParameter.all where parameter.otherDataBytes == nil { lengths[parameter.pid] = parameter.dataBytes }
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
