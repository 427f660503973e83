// One ELM327 adapter in the control thread's care: its port, what others are told of it, when it is to rest.
import Adapters
import CLinux
import ConfigurationFile
import Pipeline
import VehicleBus
import Vocabulary

/// Belongs to the control thread.
final class AdapterControl {
  let bus: UInt8
  let port: ELMPort
  private(set) var lastAnswer = BusSigns.never
  private var seenAnswers: UInt64 = 0
  private let name: String
  private let memory: AdapterMemory
  private let box: HeardBox
  private var kept: ELMMemory
  private var told: (condition: BusCondition, at: Instant)?
  private var watched: UInt64?
  private var voltage = VoltageWatch()
  private var voltageSeen = Instant.zero
  private var isResting = false
  private var wantsLook = false

  /// A condition is told again after that many seconds, in case it was lost on the way.
  private static let refresh = 10.0

  /// All adapters of a configuration.
  /// - Throws: `GatewayError`: what is known of adapters cannot be read.
  static func all(
    _ configuration: GatewayConfiguration, link: BusLink, memory: AdapterMemory
  ) throws(GatewayError) -> [AdapterControl] {
    guard configuration.sources.contains(where: { $0.adapter != nil }) else { return [] }
    let profiles: [ELMProfile]
    do throws(ConfigurationError) {
      profiles = try ELMProfiles.read(folder: configuration.packFolder)
    } catch {
      throw GatewayError(error)
    }
    return configuration.sources.enumerated().compactMap { bus, source -> AdapterControl? in
      guard let choice = source.adapter, let heard = link.heard[bus] else { return nil }
      return AdapterControl(source, choice, bus: UInt8(bus), profiles, heard, memory)
    }
  }

  private init(
    _ source: SourceChoice, _ choice: AdapterChoice, bus: UInt8, _ profiles: [ELMProfile], _ heard: Ring<CANFrame>,
    _ memory: AdapterMemory
  ) {
    self.bus = bus
    self.memory = memory
    name = source.name
    var settings = ELMSettings()
    settings.baudRate = choice.baudRate
    settings.vehicleProtocol = choice.vehicleProtocol
    settings.mayTransmit = source.polling != nil
    if let rate = source.polling?.perSecond { settings.secondsBetweenTries = 1 / rate }
    settings.memory = memory.recall(source.name)
    kept = settings.memory
    let box = HeardBox()
    self.box = box
    port = ELMPort(
      address: choice.address, session: ELMSession(settings, bus: bus, profiles: profiles),
      deliver: { frame in
        box.isNew = true
        return heard.push(frame)
      })
  }

  /// Opens, reads, writes. Returns when to call again at the latest.
  func step(at now: Instant) -> Instant {
    let next = port.step(at: now)
    if port.memory != kept {
      kept = port.memory
      memory.keep(kept, of: name)
    }
    return next
  }

  /// Whether frames were heard since the last call.
  func takeHeard() -> Bool {
    defer { box.isNew = false }
    return box.isNew
  }

  /// When a control unit answered last, as far as this thread knows; whether that is news since the last call.
  func takeAnswer(at now: Instant) -> Bool {
    let answered = port.status.counters.answered
    guard answered != seenAnswers else { return false }
    seenAnswers = answered
    lastAnswer = now
    return true
  }

  /// Frames lost since the start, by the adapter or for want of room.
  var lost: UInt64 { port.status.counters.losses &+ port.counters.framesLost }

  /// How the bus behind it is.
  var condition: BusCondition { port.condition }

  /// What capture and the store are to be told; nil when that is nothing new.
  func notice(at now: Instant) -> BusNotice? {
    let condition = port.condition
    if let told, told.condition.state == condition.state, now.seconds(since: told.at) < AdapterControl.refresh {
      return nil
    }
    // An adapter that was plugged in may be in another vehicle, or in one that was started meanwhile.
    if condition.state.isReadable, told.map({ !$0.condition.state.isReadable }) ?? true { wantsLook = true }
    told = (condition, now)
    return BusNotice(bus: bus, condition: condition, at: now)
  }

  /// Whether something speaks for a look at a parked vehicle, once for each such thing.
  func wantsLook(at now: Instant) -> Bool {
    let status = port.status
    if isResting, let volts = status.voltage, status.voltageAt > voltageSeen {
      voltageSeen = status.voltageAt
      if voltage.rises(volts, at: now) { wantsLook = true }
    }
    defer { wantsLook = false }
    return wantsLook
  }

  /// Rests while nothing may be asked, and wakes when it may.
  func heed(isQuiet: Bool, at now: Instant) {
    guard isQuiet != isResting else { return }
    isResting = isQuiet
    // From where it was while the vehicle was in use: an engine that is just being started is one that is not parked.
    voltage.reset()
    if let volts = port.status.voltage { _ = voltage.rises(volts, at: now) }
    if isQuiet { port.sleep(at: now) } else { port.wake(at: now) }
  }

  /// Has the port watched: once for each descriptor.
  func watch(by epoll: Int32, tag: UInt64) {
    guard port.generation != watched, let descriptor = port.descriptor else { return }
    watched = port.generation
    telltale_epoll_add(epoll, descriptor, tag)
  }

  /// In one line with its mend; nil while all is well.
  var problem: String? {
    // The voltage that goes with it moves, and each move would be another problem.
    let text: String? =
      switch port.status.trouble {
      case .ignitionOff: ELMTrouble.ignitionOff(volts: nil).text
      case .noBus: ELMTrouble.noBus(volts: nil).text
      case let trouble: trouble?.text
      }
    // What is wrong with the port begins with its name.
    return text.map { $0.hasPrefix(name) ? $0 : name + ": " + $0 }
  }

  func close() { port.close() }
}

/// Whether frames came, where a closure can say so; touched by the control thread alone.
private final class HeardBox {
  var isNew = false
}
