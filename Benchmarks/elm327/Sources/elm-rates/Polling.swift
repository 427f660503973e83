// Telltale's way to an adapter as the daemon's control thread has it: planner, guard, poller and port, one loop.
import Adapters
import CLinux
import ConfigurationFile
import DecoderCore
import Decoding
import Glibc
import VehicleBus
import Vocabulary

struct Polling {
  private let port: ELMPort
  private let poller: Poller
  private var plan: Plan
  private let decoded: DecodedValues

  /// The guard, which cannot be copied, where a struct that is copied can have it.
  private final class Plan {
    var transmitGuard: TransmitGuard
    init(_ policy: TransmitPolicy) { transmitGuard = TransmitGuard(policy) }
  }

  /// Single values of the petrol car's engine: three requests of six.
  static let parameters: [UInt8] = [
    0x04, 0x05, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x1F, 0x2F, 0x31, 0x33, 0x42, 0x46, 0x4D, 0x4E, 0x5C,
  ]

  /// The most that the configuration can allow: neither planner nor guard is to be what holds it up.
  private static let requestsPerSecond = 50.0

  init(port path: String, adapters: String, most: Int) throws(RateError) {
    let profiles: [ELMProfile]
    do throws(ConfigurationError) {
      profiles = try ELMProfiles.read(folder: PackFolder(path: adapters))
    } catch {
      throw RateError(error.description)
    }
    var settings = ELMSettings()
    settings.mayTransmit = true
    let decoded = try DecodedValues(of: Polling.parameters)
    self.decoded = decoded
    port = ELMPort(
      address: .path(path), session: ELMSession(settings, bus: 0, profiles: profiles),
      deliver: { frame in
        decoded.take(frame)
        return true
      })
    var lengths: [UInt8: Int] = [:]
    for parameter in OBDParameter.all where parameter.otherDataBytes == nil {
      lengths[parameter.pid] = parameter.dataBytes
    }
    var options = PollOptions(parameterLengths: lengths)
    options.mostParameters = most
    options.requestsPerSecond = Polling.requestsPerSecond
    options.requestsPerSecondOfUnit = Polling.requestsPerSecond
    // As often as the planner does at all.
    let items = Polling.parameters.map { PollItem(.parameter($0), every: 0.05) }
    poller = Poller(bus: 0, planner: PollPlanner(items, options), isotp: port)
    var bus = TransmitPolicy.Bus()
    bus.mayTransmit = true
    bus.requestsPerSecond = Polling.requestsPerSecond
    bus.requestsPerSecondOfUnit = Polling.requestsPerSecond
    bus.burst = 10
    bus.burstOfUnit = 10
    plan = Plan(TransmitPolicy([bus]))
  }

  /// Counts for so many seconds.
  mutating func run(for seconds: Double) throws(RateError) -> Rate {
    defer {
      poller.stop()
      port.close()
    }
    let epoll = telltale_epoll_create()
    defer { close(epoll) }
    var tags: [UInt64] = [0]
    var watched: UInt64 = 0
    var lookDue = Instant.zero
    let begin = now
    var firstValue: Instant?
    var start: Rate?
    while true {
      let now = now
      var wake = port.step(at: now)
      if port.generation != watched, let descriptor = port.descriptor {
        watched = port.generation
        telltale_epoll_add(epoll, descriptor, 1)
      }
      if now >= lookDue || !isConditionTold {
        tellSigns(at: now)
        lookDue = now.advanced(seconds: 1)
      }
      poller.limit(parametersAtOnce: port.status.mostParameters)
      wake = min(wake, poller.step(at: now, &plan.transmitGuard), port.step(at: now), lookDue)

      if firstValue == nil, decoded.count > 0 { firstValue = now }
      if let first = firstValue, start == nil, now.seconds(since: first) >= warmUp { start = counted }
      if let first = firstValue, let start, now.seconds(since: first) >= warmUp + seconds {
        var rate = counted.since(start, seconds: now.seconds(since: first) - warmUp)
        rate.firstValue = first.seconds(since: begin)
        return rate
      }
      guard firstValue != nil || now.seconds(since: begin) < patience else {
        throw RateError("\(port.address): no value within \(Int(patience)) s; the adapter is \(port.status.state.name)")
      }
      let pause = wake.seconds(since: now)
      telltale_epoll_wait(epoll, &tags, 1, Int32(max(0, min(1, pause)) * 1000) + 1)
    }
  }

  private var now: Instant { Instant(nanoseconds: telltale_clock_boottime_ns()) }

  private var counted: Rate {
    let status = port.status
    var rate = Rate()
    rate.values = decoded.count
    rate.requests = status.counters.requests
    rate.commands = status.counters.commands
    rate.adapter = status.profile?.name ?? ""
    return rate
  }

  private var toldCondition: BusState?
  private var isConditionTold: Bool { toldCondition == port.condition.state }

  /// The engine runs; the bus is what the adapter is.
  private mutating func tellSigns(at now: Instant) {
    var signs = VehicleSigns(time: now)
    signs.engineSpeed = TimedValue(value: 800, time: now)
    signs.buses[0].condition = port.condition
    toldCondition = port.condition.state
    plan.transmitGuard.note(signs)
  }
}

/// Counts the values that the decoder takes out of the frames that the port hands to capture.
private final class DecodedValues {
  private(set) var count: UInt64 = 0
  private var decoder: FrameDecoder
  private var samples: [Sample]

  init(of parameters: [UInt8]) throws(RateError) {
    var diagnostics = DiagnosticDecoder.Configuration()
    for (place, pid) in parameters.enumerated() {
      guard let value = OBDParameter.of(pid: pid)?.values.first else { continue }
      diagnostics.parameters.append(
        .init(pid: pid, field: value.name, target: SignalID(rawValue: UInt16(place)), range: value.range))
    }
    var defects: [DecoderTable.Problem] = []
    var problems: [MappingProblem] = []
    decoder = FrameDecoder(
      table: DecoderTable([], problems: &defects), diagnostic: DiagnosticDecoder(diagnostics, problems: &problems),
      signals: parameters.count)
    guard problems.isEmpty else { throw RateError("a parameter cannot be decoded") }
    samples = Array(
      repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)), count: max(1, decoder.largestMessage))
  }

  func take(_ frame: CANFrame) {
    var out = samples.mutableSpan
    count += UInt64(decoder.decode(frame, into: &out) { _ in })
  }
}
