// A petrol car with known wear, from its owner's habits down to the frames on its bus, driven by a seed alone.
public import Vocabulary

/// A simulated petrol car: read its frames as from a recording, then ask for the truth.
///
/// Two cars with the same configuration give the same frames on one machine. Wear rates change what the sensors show,
/// never when or where the car is driven. The car's bus sleeps while it is parked; a drive is key-on, start, driving,
/// stop, key-off, and all of that can be seen in the signals only, as in a real car.
public struct SimulatedPetrolCar: Sendable {
  public struct Configuration: Equatable, Sendable {
    public var seed: UInt64
    /// Begin of the recording, nanoseconds since 1970. 2026-01-05T06:00:00Z unless set.
    public var start: Int64 = 1_767_592_800_000_000_000
    /// The recording ends with the drive in which this distance is reached; nil for no such end.
    public var km: Double?
    /// No drive starts after this many days; nil for no such end.
    public var days: Double?
    public var wear = WearRates()
    public var rates = LoggerRates()

    /// A car without an end: set `km` or `days`, or stop reading.
    public init(seed: UInt64) { self.seed = seed }
  }

  /// From engine start to engine stop.
  public struct Trip: Equatable, Sendable {
    /// Nanoseconds since 1970.
    public var start: Int64
    public var end: Int64
    public var km: Double
  }

  /// The one bus of the car, as `CANFrame.bus` counts.
  public static let channels = ["can0"]

  public let configuration: Configuration
  /// Since the begin of the recording.
  public private(set) var distanceKm = 0.0
  /// Frames given so far.
  public private(set) var frames = 0
  public private(set) var trips: [Trip] = []
  /// Now in the car's life, nanoseconds since 1970.
  public private(set) var now: Int64

  let odometerStart: Double
  let cooling: GrowingFault
  let charging: GrowingFault
  /// Coolant temperature that the healthy thermostat of this car holds, Celsius.
  let regulatedTemperature: Double
  /// What the healthy regulator of this car holds at 30 degrees Celsius, V.
  let regulatedVoltage: Double
  private(set) var oil: AgingOil

  /// Below regulation the thermostat has failed by this much (the convention of trouble code P0128), K.
  static let coolingFailure = 11.0
  /// At 30 degrees Celsius, V.
  static let chargingFailure = 13.0
  private static let secondsPerStep = 0.5
  private static let nanosecondsPerStep: Int64 = 500_000_000
  private static let tankLitres = 45.0

  private enum Phase: Sendable {
    case parked
    case keyOn(steps: Int)
    case cranking(steps: Int)
    case running
    case keyOff(steps: Int)
    case ended
  }

  private var phase = Phase.parked
  private var calendar: TripCalendar
  private var weather: Weather
  private var traffic: Traffic
  private var engine = Engine()
  private var temperatures: Temperatures
  private let oilOffset: Double
  private var tripRandom: RandomStream
  private var sensors: RandomStream
  private var fuelLitres: Double
  private var ambient: Double

  /// Taken from the calendar and not begun yet.
  private var nextTrip: PlannedTrip?

  // Of the drive under way.
  private var engineStart: Int64 = 0
  private var distanceAtStart = 0.0
  private var thermostatScatter = 0.0
  private var voltageScatter = 0.0
  private var heatShare = 1.0

  // The bus.
  private let schedule: [(message: PetrolMessage, period: Int)]
  private var steps = 0
  private var pending: [CANFrame] = []
  private var nextPending = 0
  /// A silent car lives on without frames.
  private var isSilent = false

  public init(_ configuration: Configuration) {
    self.configuration = configuration
    let seed = configuration.seed
    now = configuration.start
    var vehicle = RandomStream(seed: seed, for: .vehicle)
    odometerStart = (vehicle.uniform(24_000...88_000) * 10).rounded() / 10
    regulatedTemperature = 88 + 0.6 * vehicle.normal()
    regulatedVoltage = 13.98 + 0.05 * vehicle.normal()
    oilOffset = 1.5 * vehicle.normal()
    fuelLitres = vehicle.uniform(12...SimulatedPetrolCar.tankLitres)

    var wear = RandomStream(seed: seed, for: .wear)
    cooling = GrowingFault(
      rate: configuration.wear[.cooling], onset: wear.logNormal(median: 8000, spread: 0.3),
      life: wear.logNormal(median: 20_000, spread: 0.3), shape: wear.uniform(1...1.6))
    charging = GrowingFault(
      rate: configuration.wear[.charging], onset: wear.logNormal(median: 10_000, spread: 0.3),
      life: wear.logNormal(median: 14_000, spread: 0.3), shape: wear.uniform(1...1.6))
    oil = AgingOil(
      rate: configuration.wear[.engineOil], unitFactor: wear.logNormal(median: 1, spread: 0.1))

    calendar = TripCalendar(seed: seed, start: configuration.start)
    weather = Weather(seed: seed)
    weather.advance(to: Int(configuration.start / TripCalendar.nanosecondsPerDay))
    ambient = weather.temperature(second: Double(configuration.start % TripCalendar.nanosecondsPerDay) * 1e-9)
    temperatures = Temperatures(ambient: ambient)
    traffic = Traffic(seed: seed)
    tripRandom = RandomStream(seed: seed, for: .trip)
    sensors = RandomStream(seed: seed, for: .sensors)
    schedule = PetrolMessage.schedule(configuration.rates)
    pending.reserveCapacity(schedule.count)
  }

  /// Gives the next frames in the order of their times and returns their number; 0 when the recording is over (or for
  /// an empty `frames`). `time` is in nanoseconds since 1970, `bus` is an index into `channels`.
  public mutating func read(into frames: UnsafeMutableBufferPointer<CANFrame>) -> Int {
    var count = 0
    while count < frames.count {
      if nextPending < pending.count {
        frames[count] = pending[nextPending]
        nextPending += 1
        count += 1
      } else if case .ended = phase {
        break
      } else {
        step()
      }
    }
    self.frames += count
    return count
  }

  /// The car as it lives on after the recording, without frames, until its oil is at its end or two years are over.
  func livingOn() -> SimulatedPetrolCar {
    var car = self
    car.isSilent = true
    if case .ended = car.phase { car.phase = .parked }
    let last = now + 2 * 366 * TripCalendar.nanosecondsPerDay
    while car.oil.endOfLifeKm == nil && car.now < last { car.step() }
    return car
  }

  // MARK: - Half a second of life

  private mutating func step() {
    switch phase {
    case .ended:
      return
    case .parked:
      leave()
      return
    case .keyOn(let left):
      phase = left > 0 ? .keyOn(steps: left - 1) : .cranking(steps: 1)
    case .cranking(let left):
      engine.crank()
      if left > 0 {
        phase = .cranking(steps: left - 1)
      } else {
        engineStart = now
        phase = .running
      }
    case .running:
      drive()
    case .keyOff(let left):
      phase = left > 0 ? .keyOff(steps: left - 1) : .parked
    }
    emitFrames()
    now += SimulatedPetrolCar.nanosecondsPerStep
  }

  /// Lets the time pass up to the next drive, or ends the recording.
  private mutating func leave() {
    let trip = nextTrip ?? calendar.next()
    nextTrip = trip
    if !isSilent && isOver(before: trip) {
      phase = .ended
      return
    }
    nextTrip = nil
    // A drive that took longer than meant pushes the next one back.
    let leaving = max(trip.start, now + 240 * 1_000_000_000)
    let parked = Double(leaving - now) * 1e-9
    now = leaving
    weather.advance(to: Int(now / TripCalendar.nanosecondsPerDay))
    ambient = ambientNow
    temperatures.park(seconds: parked, ambient: ambient)
    if fuelLitres < 11 { fuelLitres = SimulatedPetrolCar.tankLitres * 0.96 }
    growOlder()

    traffic.begin(trip)
    distanceAtStart = distanceKm
    thermostatScatter = 0.5 * tripRandom.normal()
    voltageScatter = 0.09 * tripRandom.normal()
    heatShare = 1 + 0.07 * tripRandom.normal()
    phase = .keyOn(steps: Int(tripRandom.uniform(4...12)))
  }

  private func isOver(before trip: PlannedTrip) -> Bool {
    if let km = configuration.km, distanceKm >= km { return true }
    guard let days = configuration.days else { return false }
    return Double(trip.start - configuration.start) >= days * Double(TripCalendar.nanosecondsPerDay)
  }

  private mutating func drive() {
    let seconds = SimulatedPetrolCar.secondsPerStep
    traffic.advance(seconds: seconds)
    distanceKm = distanceAtStart + traffic.travelled / 1000
    ambient = ambientNow
    engine.run(
      roadSpeed: traffic.speed, acceleration: traffic.acceleration, coolant: temperatures.coolant,
      intake: temperatures.intake, rest: Double(now - engineStart) * 1e-9)
    let consumed = cooling.consumed(km: distanceKm)
    temperatures.advance(
      seconds: seconds, engine: engine, roadSpeed: traffic.speed, ambient: ambient,
      thermostat: regulatedTemperature + thermostatScatter - SimulatedPetrolCar.coolingFailure * consumed,
      leak: consumed, heatShare: heatShare, oilOffset: oilOffset)
    fuelLitres = max(0, fuelLitres - engine.fuelFlow * seconds)
    oil.run(revolutions: engine.speed * seconds / 60, oil: temperatures.oil)
    growOlder()
    if traffic.hasArrived {
      engine.stop()
      trips.append(Trip(start: engineStart, end: now, km: distanceKm - distanceAtStart))
      phase = .keyOff(steps: Int(tripRandom.uniform(2...8)))
    }
  }

  private mutating func growOlder() {
    let days = Double(now - configuration.start) / Double(TripCalendar.nanosecondsPerDay)
    oil.grow(days: days, km: distanceKm)
  }

  private var ambientNow: Double {
    weather.temperature(second: Double(now % TripCalendar.nanosecondsPerDay) * 1e-9)
  }

  // MARK: - What its bus carries

  private mutating func emitFrames() {
    guard !isSilent else { return }
    pending.removeAll(keepingCapacity: true)
    nextPending = 0
    let readings = readSensors()
    let slot = SimulatedPetrolCar.nanosecondsPerStep / 1000 / Int64(schedule.count) * 1000
    for (place, entry) in schedule.enumerated() where (steps + place) % entry.period == 0 {
      // Control units answer a little later at one time than at another, in whole microseconds.
      let jitter = Int64(sensors.uniform() * 10_000) * 1000
      let time = Instant(nanoseconds: now + Int64(place) * slot + jitter)
      pending.append(entry.message.frame(readings, time: time, count: (steps + place) / entry.period))
    }
    steps += 1
  }

  private mutating func readSensors() -> Readings {
    var now = Readings()
    now.engineSpeed = engine.speed > 0 ? engine.speed + 8 * sensors.normal() : 0
    now.load = engine.load
    now.torque = engine.torque
    now.manifoldPressure = engine.manifoldPressure + 0.5 * sensors.normal()
    now.airFlow = engine.airFlow * (1 + 0.015 * sensors.normal())
    now.throttle = engine.throttle
    now.speed = traffic.speed * 3.6
    now.acceleration = traffic.acceleration
    now.isBraking = traffic.isBraking
    now.isFuelCut = engine.isCutOff
    now.coolant = temperatures.coolant + 0.2 * sensors.normal()
    now.intake = temperatures.intake
    now.ambient = ambient + 0.5
    now.oil = temperatures.oil
    now.voltage = systemVoltage + 0.1 * sensors.normal()
    now.fuelLevel = fuelLitres / SimulatedPetrolCar.tankLitres + 0.004 * sensors.normal()
    if case .running = phase { now.runTime = Double(self.now - engineStart) * 1e-9 }
    now.odometerKm = odometerStart + distanceKm
    return now
  }

  /// V, before the noise of its sensor.
  private var systemVoltage: Double {
    switch phase {
    case .running: return regulatedVoltage + voltageScatter - 0.0134 * (temperatures.intake - 30) - voltageSag
    case .cranking: return 10.2
    case .keyOff: return 12.7
    default: return 12.5
    }
  }

  /// What the worn alternator lacks now, V.
  var voltageSag: Double {
    (regulatedVoltage - SimulatedPetrolCar.chargingFailure) * charging.consumed(km: distanceKm)
  }
}
