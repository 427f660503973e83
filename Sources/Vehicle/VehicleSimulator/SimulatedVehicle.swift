// A vehicle with known wear and faults, from its owner's habits down to the frames on its bus, by a seed alone.
public import Vocabulary

/// A simulated vehicle: read its frames as from a recording, then ask for the truth.
///
/// Two vehicles with the same configuration give the same frames on one machine. Wear rates change what the sensors
/// show, faults what the control units say, neither when or where the vehicle is driven. Its bus sleeps while it is
/// parked; a drive is key-on, start, driving, stop, key-off, and all of that can be seen in the signals only, as in a
/// real vehicle.
public struct SimulatedVehicle: Sendable {
  /// From engine start to engine stop.
  public struct Trip: Equatable, Sendable {
    /// Nanoseconds since 1970.
    public var start: Int64
    public var end: Int64
    public var km: Double
  }

  /// The one bus of the vehicle, as `CANFrame.bus` counts.
  public static let channels = ["can0"]

  public let configuration: Configuration
  /// Frames given so far.
  public private(set) var frames = 0

  private(set) var machine: Machine
  private var life: DrivingLife
  private var network: DiagnosticNetwork
  private var sensors: RandomStream

  private let schedule: [(message: BusMessage, period: Int)]
  private var steps = 0
  private var queue: FrameQueue
  private var isOver = false
  /// A silent vehicle lives on without frames.
  private var isSilent = false

  public init(_ configuration: Configuration) {
    self.configuration = configuration
    life = DrivingLife(configuration)
    machine = Machine(configuration, ambient: life.ambient)
    network = DiagnosticNetwork(configuration)
    sensors = RandomStream(seed: configuration.seed, for: .sensors)
    schedule = BusMessage.schedule(of: configuration.vehicle, configuration.rates)
    queue = FrameQueue(capacity: schedule.count)
  }

  /// Since the begin of the recording.
  public var distanceKm: Double { life.distanceKm }
  public var trips: [Trip] { life.trips }
  /// Now in the vehicle's life, nanoseconds since 1970.
  public var now: Int64 { life.now }
  var odometerStart: Double { machine.odometerStart }

  /// Its control units as they are now; a truck has none of these.
  public var controlUnits: [SimulatedControlUnit] { network.units }
  /// A truck's control units as they are now.
  public var truckUnits: [SimulatedTruckUnit] { network.truckUnits }
  /// When each trouble code had which status.
  public var statusEpisodes: [StatusEpisode] { network.ledger.episodes }

  /// Gives the next frames in the order of their times and returns their number; 0 when the recording is over (or for
  /// an empty `frames`). `time` is in nanoseconds since 1970, `bus` is an index into `channels`.
  public mutating func read(into frames: UnsafeMutableBufferPointer<CANFrame>) -> Int {
    var count = 0
    while count < frames.count {
      if let frame = queue.pop() {
        frames[count] = frame
        count += 1
      } else if isOver {
        break
      } else {
        step()
      }
    }
    self.frames += count
    return count
  }

  /// The vehicle as it lives on after the recording, without frames, until its oil is at its end or two years are over.
  func livingOn() -> SimulatedVehicle {
    var vehicle = self
    vehicle.isSilent = true
    vehicle.life.liveOn()
    let last = now + 2 * 366 * TripCalendar.nanosecondsPerDay
    while vehicle.machine.combustion?.oil.endOfLifeKm == nil && vehicle.now < last { vehicle.step() }
    return vehicle
  }

  /// Half a second of life.
  private mutating func step() {
    let wasRunning = life.isRunning
    let moment = life.step()
    machine.follow(moment, life)
    switch moment {
    case .over:
      isOver = true
      // What a tool was still asking for.
      queue.release(before: .max)
      return
    case .left:
      if !isSilent { network.turnKey(at: now, km: distanceKm, queue: &queue) }
      return
    default: break
    }
    if !isSilent { speak(wasRunning: wasRunning) }
    life.tick()
  }

  private mutating func speak(wasRunning: Bool) {
    let readings = machine.readings(life, noise: &sensors)
    let (now, km) = (life.now, life.distanceKm)
    switch (wasRunning, life.isRunning) {
    case (false, true): network.startEngine(km: km, readings)
    case (true, true): network.advance(km: km, at: now, readings, queue: &queue)
    case (true, false): network.stopEngine(km: km, at: now)
    case (false, false): break
    }
    let slot = DrivingLife.nanosecondsPerStep / 1000 / Int64(schedule.count) * 1000
    for (place, entry) in schedule.enumerated() where (steps + place) % entry.period == 0 {
      // Control units answer a little later at one time than at another, in whole microseconds.
      let jitter = Int64(sensors.uniform() * 10_000) * 1000
      let time = now + Int64(place) * slot + jitter
      switch entry.message {
      case .reply(let pid, let unit): network.sendReply(pid, of: unit, readings, at: time, queue: &queue)
      case .data(let item, let unit): network.sendData(item, of: unit, readings, at: time, queue: &queue)
      case .activeCodes(let unit): network.sendActiveCodes(of: unit, at: time, queue: &queue)
      case .petrol(let message):
        let count = (steps + place) / entry.period
        queue.add(message.frame(readings, time: Instant(nanoseconds: time), count: count))
      case .group(let message): queue.add(message.frame(readings, time: Instant(nanoseconds: time)))
      }
    }
    network.converse(at: now, km: km, readings, queue: &queue)
    steps += 1
    queue.release(before: now + DrivingLife.nanosecondsPerStep)
  }
}
