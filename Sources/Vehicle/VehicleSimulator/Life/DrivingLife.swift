// A vehicle's life as its owner leads it: parked, key-on, start, driving, stop, key-off, through the seasons.

/// What a vehicle does when, whatever drives it: half a second at a time, from a seed alone.
struct DrivingLife: Sendable {
  /// What half a second brought; the machine follows it.
  enum Moment: Sendable {
    /// No drive begins any more.
    case over
    /// Parked for so many seconds, and the key is turned now.
    case left(parked: Double)
    /// Key on, engine off, before or after a drive.
    case standing
    /// The last half second before the engine runs, or one before that.
    case cranking
    /// The engine runs; with it the first half second of each drive.
    case driving(hasArrived: Bool)
  }

  enum Phase: Sendable {
    case parked
    case keyOn(steps: Int)
    case cranking(steps: Int)
    case running
    case keyOff(steps: Int)
    case ended
  }

  static let secondsPerStep = 0.5
  static let nanosecondsPerStep: Int64 = 500_000_000

  private(set) var phase = Phase.parked
  /// Nanoseconds since 1970, the begin of the half second that `step` lives.
  private(set) var now: Int64
  private(set) var distanceKm = 0.0
  private(set) var trips: [SimulatedVehicle.Trip] = []
  private(set) var traffic: Traffic
  /// Celsius.
  private(set) var ambient: Double
  /// Of the drive under way, or the last one.
  private(set) var engineStart: Int64 = 0
  /// Three normal numbers that make this drive differ from others.
  private(set) var scatter = (0.0, 0.0, 0.0)
  /// Goes on for ever, whatever the configuration says.
  var isEndless = false

  private let start: Int64
  private let lastKm: Double?
  private let lastDay: Double?
  private var calendar: TripCalendar
  private var weather: Weather
  private var random: RandomStream
  /// Taken from the calendar and not begun yet.
  private var nextTrip: PlannedTrip?
  private var distanceAtStart = 0.0

  init(_ configuration: SimulatedVehicle.Configuration) {
    let seed = configuration.seed
    let isTruck = configuration.vehicle == .truck
    start = configuration.start
    lastKm = configuration.km
    lastDay = configuration.days
    now = start
    calendar = TripCalendar(seed: seed, start: start, owner: isTruck ? .haulier : .commuter)
    weather = Weather(seed: seed)
    weather.advance(to: Int(start / TripCalendar.nanosecondsPerDay))
    ambient = weather.temperature(second: Double(start % TripCalendar.nanosecondsPerDay) * 1e-9)
    traffic = Traffic(seed: seed, fastest: isTruck ? 88 / 3.6 : .infinity, agility: isTruck ? 0.4 : 1)
    random = RandomStream(seed: seed, for: .trip)
  }

  var isRunning: Bool { if case .running = phase { true } else { false } }

  /// Lives half a second; `tick` ends it. Leaving home takes no time of its own.
  mutating func step() -> Moment {
    switch phase {
    case .ended:
      return .over
    case .parked:
      return leave()
    case .keyOn(let left):
      phase = left > 0 ? .keyOn(steps: left - 1) : .cranking(steps: 1)
      return .standing
    case .cranking(let left):
      if left > 0 {
        phase = .cranking(steps: left - 1)
      } else {
        engineStart = now
        phase = .running
      }
      return .cranking
    case .running:
      return drive()
    case .keyOff(let left):
      phase = left > 0 ? .keyOff(steps: left - 1) : .parked
      return .standing
    }
  }

  mutating func tick() { now += DrivingLife.nanosecondsPerStep }

  /// Begins again after its end.
  mutating func liveOn() {
    isEndless = true
    if case .ended = phase { phase = .parked }
  }

  /// Since the begin of the recording.
  var days: Double { Double(now - start) / Double(TripCalendar.nanosecondsPerDay) }

  /// Lets the time pass up to the next drive, or ends the recording.
  private mutating func leave() -> Moment {
    let trip = nextTrip ?? calendar.next()
    nextTrip = trip
    if !isEndless && isOver(before: trip) {
      phase = .ended
      return .over
    }
    nextTrip = nil
    // A drive that took longer than meant pushes the next one back.
    let leaving = max(trip.start, now + 240 * 1_000_000_000)
    let parked = Double(leaving - now) * 1e-9
    now = leaving
    weather.advance(to: Int(now / TripCalendar.nanosecondsPerDay))
    ambient = ambientNow
    traffic.begin(trip)
    distanceAtStart = distanceKm
    scatter = (random.normal(), random.normal(), random.normal())
    phase = .keyOn(steps: Int(random.uniform(4...12)))
    return .left(parked: parked)
  }

  private func isOver(before trip: PlannedTrip) -> Bool {
    if let lastKm, distanceKm >= lastKm { return true }
    guard let lastDay else { return false }
    return Double(trip.start - start) >= lastDay * Double(TripCalendar.nanosecondsPerDay)
  }

  private mutating func drive() -> Moment {
    traffic.advance(seconds: DrivingLife.secondsPerStep)
    distanceKm = distanceAtStart + traffic.travelled / 1000
    ambient = ambientNow
    guard traffic.hasArrived else { return .driving(hasArrived: false) }
    trips.append(SimulatedVehicle.Trip(start: engineStart, end: now, km: distanceKm - distanceAtStart))
    phase = .keyOff(steps: Int(random.uniform(2...8)))
    return .driving(hasArrived: true)
  }

  private var ambientNow: Double {
    weather.temperature(second: Double(now % TripCalendar.nanosecondsPerDay) * 1e-9)
  }
}
