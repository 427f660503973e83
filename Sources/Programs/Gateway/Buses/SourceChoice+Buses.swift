// From what the configuration says of a source to what the bus's rooms are configured with.
import Decoding
import VehicleBus
import Vocabulary

extension SourceChoice {
  /// What capture reads.
  func frameSource(bus: Int, _ link: BusLink) -> any FrameSource {
    guard let heard = link.heard[bus] else {
      return SocketCANSource(
        interface: name, bus: UInt8(bus), slot: link.slots[bus], testerAddress: testerAddress)
    }
    return AdapterSource(name: name, bus: UInt8(bus)) { frames in
      var count = 0
      while count < frames.count, let frame = heard.pop() {
        frames[count] = frame
        count += 1
      }
      return count
    }
  }

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
  /// - Parameter adapter: what carries the requests where the source is an adapter.
  convenience init?(_ source: SourceChoice, bus: UInt8, items: [PollItem], adapter: ELMPort?) {
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
    let planner = PollPlanner(items, options)
    if let adapter {
      self.init(bus: bus, planner: planner, isotp: adapter)
    } else {
      self.init(
        bus: bus, planner: planner, isotp: ISOTPPort(interface: source.name),
        j1939: J1939Port(interface: source.name, address: choice.j1939Address))
    }
  }
}
