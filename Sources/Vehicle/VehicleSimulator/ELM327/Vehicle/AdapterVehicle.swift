// The vehicle that an adapter is plugged into: its ignition, its life, its control units and the traffic on its bus.
public import Vocabulary

/// A vehicle in virtual time. With the ignition on it is driven without end: key on, start, drive, and after its
/// arrival the next drive at once. With the ignition off its bus is silent.
public struct AdapterVehicle: Sendable {
  /// Whom a request is for.
  enum Target {
    case everybody
    case unit(CANID)
    /// Of K-line and J1850.
    case address(UInt8)
  }

  struct Answer {
    var unit: Int
    var time: Instant
    var message: [UInt8]
  }

  /// What comes of a first request in some protocol.
  enum Greeting {
    case answers
    /// Somebody takes the frame, nobody answers it; or it is a line on which nobody has to.
    case silence
    /// Nobody takes the frame, or what is on the bus has another rate.
    case busError
    /// Nobody wakes up on the K-line.
    case initFailed
  }

  public let kind: SimulatedVehicle.Kind
  public let obdProtocol: OBDProtocol
  /// What its sensors show.
  public private(set) var readings = Readings()
  public private(set) var isIgnitionOn: Bool
  /// Its control units, by the identifiers and addresses of its protocol; a truck has none of these.
  public var units: [SimulatedControlUnit]
  /// Seconds from the end of a request to the first answer, in the mean. K-lines take 25 ms at least.
  public var answerDelay = 0.010
  /// Frames a second that its bus carries of itself.
  public var trafficRate: Double

  private var life: DrivingLife
  private var machine: Machine
  private var sensors: RandomStream
  private var random: RandomStream
  /// Up to when it has lived since the ignition was switched on.
  private var livedUntil: Instant?

  /// V at the plug with the ignition off.
  private static let restingVoltage = 12.4

  /// - Parameter obdProtocol: what it speaks; nil for what such a vehicle speaks usually.
  public init(
    _ kind: SimulatedVehicle.Kind = .petrol, speaking obdProtocol: OBDProtocol? = nil, seed: UInt64 = 1,
    isIgnitionOn: Bool = true
  ) {
    let spoken = obdProtocol ?? kind.obdProtocol
    var configuration = SimulatedVehicle.Configuration(kind, seed: seed)
    configuration.diagnostics = true
    self.kind = kind
    self.obdProtocol = spoken
    self.isIgnitionOn = isIgnitionOn
    let usual = UnitCatalogue(kind, seed: seed, faults: []).units
    units = usual.enumerated().map { $1.reached(through: spoken, place: $0) }
    trafficRate = kind == .petrol || kind == .truck ? 150 : 0
    life = DrivingLife(configuration)
    life.isEndless = true
    machine = Machine(configuration, ambient: life.ambient)
    sensors = RandomStream(seed: seed, for: .sensors)
    random = RandomStream(seed: seed, for: .transport)
  }

  /// Turns the key, not before any time that the adapter has come to.
  public mutating func turnIgnition(on isOn: Bool, at time: Instant) {
    guard isOn != isIgnitionOn else { return }
    advance(to: time)
    isIgnitionOn = isOn
    livedUntil = isOn ? time : nil
    if !isOn { park() }
  }

  /// V at the plug.
  public var voltage: Double {
    isIgnitionOn && readings.voltage > 0 ? readings.voltage : AdapterVehicle.restingVoltage * (kind == .truck ? 2 : 1)
  }

  // MARK: Life

  /// Lives on to `time` in steps of half a second.
  mutating func advance(to time: Instant) {
    guard isIgnitionOn else { return }
    var lived = livedUntil ?? time
    if livedUntil == nil { live() }
    while time.nanoseconds - lived.nanoseconds >= DrivingLife.nanosecondsPerStep {
      lived.nanoseconds += DrivingLife.nanosecondsPerStep
      live()
    }
    livedUntil = lived
  }

  private mutating func live() {
    var moment = life.step()
    machine.follow(moment, life)
    // The time between two drives is of no interest to who waits in front of the vehicle.
    if case .left = moment {
      moment = life.step()
      machine.follow(moment, life)
    }
    readings = machine.readings(life, noise: &sensors)
    life.tick()
    for i in units.indices {
      units[i].readings = readings
      units[i].diagnosis.isEngineRunning = life.isRunning
    }
  }

  /// The drive under way goes to its end unseen, so that the next one begins with a key that is turned.
  private mutating func park() {
    var isDriving = true
    while isDriving {
      if case .parked = life.phase { isDriving = false } else { live() }
    }
    readings = Readings()
    for i in units.indices { units[i].diagnosis.isEngineRunning = false }
  }

  // MARK: Requests

  func greeting(in asked: OBDProtocol) -> Greeting {
    if asked.isKLine { return isIgnitionOn && asked == obdProtocol ? .answers : .initFailed }
    if asked.isJ1850 { return isIgnitionOn && asked == obdProtocol ? .answers : .silence }
    guard isIgnitionOn, obdProtocol.isCAN, asked.bitRate == obdProtocol.bitRate else { return .busError }
    return asked == obdProtocol && asked != .j1939 ? .answers : .silence
  }

  /// Whole answers in the order of their times.
  mutating func ask(_ message: [UInt8], _ target: Target, at time: Instant) -> [Answer] {
    advance(to: time)
    guard isIgnitionOn else { return [] }
    let least = obdProtocol.isKLine ? 0.025 : 0.0002
    var answers: [Answer] = []
    for i in units.indices {
      let isFunctional: Bool
      switch target {
      case .everybody: isFunctional = true
      case .unit(let id) where units[i].request == id: isFunctional = false
      case .address(let address) where units[i].address == address: isFunctional = false
      default: continue
      }
      // Before CAN there were the services of OBD-II only, one parameter at a time.
      if !obdProtocol.isCAN && !(1...9).contains(message.first ?? 0) { continue }
      if !obdProtocol.isCAN && message.first == 1 && message.count != 2 { continue }
      guard let answer = units[i].answer(message, isFunctional: isFunctional) else { continue }
      let delay = max(least, answerDelay * random.uniform(0.85...1.15) + 0.0015 * Double(i))
      answers.append(Answer(unit: i, time: time.advanced(seconds: delay), message: answer))
    }
    return answers.sorted { $0.time < $1.time }
  }

  // MARK: Traffic

  /// The number of the first frame of its own that comes after `time`; nil for a bus without traffic.
  func traffic(after time: Instant) -> Int64? {
    guard trafficRate > 0, obdProtocol.isCAN else { return nil }
    return Int64((Double(time.nanoseconds) * 1e-9 * trafficRate).rounded(.down)) + 1
  }

  func trafficTime(_ number: Int64) -> Instant { .zero.advanced(seconds: Double(number) / trafficRate) }

  /// Nil while the bus is silent.
  mutating func trafficFrame(_ number: Int64) -> CANFrame? {
    let time = trafficTime(number)
    advance(to: time)
    guard isIgnitionOn else { return nil }
    let count = Int(truncatingIfNeeded: number)
    if kind == .truck {
      let messages = TruckMessage.allCases
      return messages[count % messages.count].frame(readings, time: time)
    }
    var frame =
      switch count % 7 {
      case 6: PetrolMessage.bodyStatus.frame(readings, time: time, count: count / 7)
      case let place where place.isMultiple(of: 2):
        PetrolMessage.engineStatus.frame(readings, time: time, count: count / 2)
      default: PetrolMessage.vehicleMotion.frame(readings, time: time, count: count / 2)
      }
    if obdProtocol.isExtended { frame.id = CANID(extended: 0x18FF_0000 | frame.id.value) }
    return frame
  }
}

extension SimulatedVehicle.Kind {
  /// What such a vehicle speaks at its plug.
  public var obdProtocol: OBDProtocol {
    switch self {
    case .petrol, .ev: .can11at500
    case .diesel: .can29at500
    case .truck: .j1939
    }
  }
}

extension SimulatedControlUnit {
  /// On K-line and J1850.
  var address: UInt8 { UInt8(truncatingIfNeeded: reply.value) }

  /// The same unit where `obdProtocol` wants it: 7E0 and 7E8 on, or by addresses from 10 on in steps of 8.
  fileprivate func reached(through obdProtocol: OBDProtocol, place: Int) -> SimulatedControlUnit {
    let hasLongID = obdProtocol.isExtended || !obdProtocol.isCAN
    guard request.isExtended != hasLongID else { return self }
    let (short, long) = (UInt32(place & 7), UInt32(0x10 + 8 * place))
    var unit = SimulatedControlUnit(
      name: name,
      request: hasLongID ? CANID(extended: 0x18DA_00F1 | long << 8) : CANID(standard: 0x7E0 + short),
      reply: hasLongID ? CANID(extended: 0x18DA_F100 | long) : CANID(standard: 0x7E8 + short),
      identity: identity, diagnosis: diagnosis, services: services, parameters: parameters)
    unit.mostParameters = mostParameters
    unit.dataItems = dataItems
    unit.monitorResults = monitorResults
    unit.constants = constants
    return unit
  }
}
