// Trip segmentation and the features of a trip, from one tick a second in fixed memory.
public import Vocabulary

/// What one trip says about the components. NaN is "not observed".
public struct TripFeatures: BitwiseCopyable, Sendable {
  public var trip: Trip
  /// Median coolant at more than 30 km/h once warm, Celsius, and how many seconds stand behind it.
  public var steadyCoolant: Double = .nan
  public var steadySeconds: Double = 0
  /// 95 % quantile of the warm coolant below 20 km/h, Celsius, and its seconds.
  public var standingCoolant: Double = .nan
  public var standingSeconds: Double = 0
  /// A cold start (below 45 Celsius) that reached 75: grams of intake air and seconds it took, and where it began.
  public var warmUpAir: Double = .nan
  public var warmUpSeconds: Double = .nan
  public var warmUpFrom: Double = .nan
  /// Median system voltage above 1,200 rpm after the first minute, V, and its seconds.
  public var runningVoltage: Double = .nan
  public var voltageSeconds: Double = 0
  /// Mean ambient (else intake) temperature over the same seconds, Celsius.
  public var voltageTemperature: Double = .nan
  public var parts = PartFeatures()
  /// Trouble codes at the end of the trip; filled in by who reads them.
  public var codes = CodeFeatures()
  /// The control units' own tests as they stand; filled in by who reads them.
  public var monitors = MonitorFeatures()
  /// Kilometres that the vehicle's own odometer counted since the trip before and nobody watched; 0 where it has none.
  public var unseenKm = 0.0
  /// When the engine was last seen running before this trip; boot 0 and wall 0 before the first.
  public var lastRunningBefore: Timestamp

  public init(trip: Trip, lastRunningBefore: Timestamp = .unknown) {
    self.trip = trip
    self.lastRunningBefore = lastRunningBefore
  }
}

/// Finds trips and gathers their features. Owned by the capture thread; about 1 kB, checkpointed as it is.
public struct TripObserver: BitwiseCopyable, Sendable {
  /// What the observer has to tell after a tick.
  public enum Outcome: BitwiseCopyable, Sendable {
    case nothing
    case started(Trip)
    case ended(TripFeatures)
  }

  /// Seconds over which the coolant must stand still to be as warm as it gets.
  static let plateauSeconds = 60.0
  /// Seconds without a running engine after which a trip is over.
  public static let pause = 60.0
  /// Seconds of a running engine that make a trip; it then began with the first of them.
  static let confirmSeconds = 3.0

  /// Trips ever started.
  public private(set) var trips: UInt32 = 0
  /// Kilometres watched, all trips together.
  public private(set) var totalKm = 0.0
  public private(set) var current: TripFeatures?

  private var parts = PartGatherers()
  private var runningFor = 0.0
  private var runningSince = Timestamp.unknown
  /// When the engine was last seen running; boot 0 and wall 0 before that.
  public private(set) var lastRunning = Timestamp.unknown
  private var lastSpeed = Double.nan
  /// The vehicle's odometer when it was last seen, km, and whether this trip has been held against it.
  private var lastOdometer = Double.nan
  private var odometerBeforeTrip = Double.nan
  private var isAnchored = false

  /// Gaps that are believed, km: more than rounding, and less than a number that jumped.
  private static let gap = 2.0...100_000.0
  // One kelvin a bin, with the whole degrees of OBD-II in the middle of a bin: else every median is half a bin off.
  private var steady = Histogram(59.5...123.5)
  private var standing = Histogram(59.5...123.5)
  private var voltage: Histogram
  private var temperatureSum = 0.0
  private var temperatureCount = 0.0
  private var air = 0.0
  private var airSeconds = 0.0
  private var coolantStart = Double.nan
  private var warmUpOver = false
  /// The coolant has been where the thermostat should hold it.
  private var isWarm = false
  /// The coolant did not move by a kelvin in the last minute, five minutes or more into the drive.
  private var isLevel = false
  private var coolantMark = Double.nan
  private var markAge = 0.0
  private var warmAbove: Double

  /// - Parameters:
  ///   - regulatedTemperature: where the thermostat should hold the coolant, Celsius. The steady features begin 4 kelvin
  ///     below it, or while the coolant stands still: a thermostat that leaks never gets there.
  ///   - normalVoltage: of the running system, V; readings from 3 V below to 2 V above it are told apart.
  public init(regulatedTemperature: Double, normalVoltage: Double = 14) {
    warmAbove = regulatedTemperature - 4
    voltage = Histogram(Float(normalVoltage - 3)...Float(normalVoltage + 2))
  }

  /// Whether a trip runs.
  public var isDriving: Bool { current != nil }
  /// Whether the vehicle's own odometer tells what passes unseen.
  public var hasOdometer: Bool { lastOdometer.isFinite }

  /// Takes one second in. `stamp` is the full time of the tick.
  public mutating func observe(_ tick: VehicleTick, stamp: Timestamp) -> Outcome {
    let outcome = follow(tick, stamp)
    parts.observe(tick, at: stamp, isDriving: isDriving)
    return outcome
  }

  /// Takes a sample in, for features that need the rate of the bus.
  public mutating func take(_ input: FeatureInput, _ value: Double, at time: Instant) {
    parts.take(input, value, at: time)
  }

  private mutating func follow(_ tick: VehicleTick, _ stamp: Timestamp) -> Outcome {
    if tick.engineRuns {
      if runningFor == 0 { runningSince = stamp }
      runningFor += tick.seconds
      if current == nil {
        guard runningFor >= TripObserver.confirmSeconds else { return .nothing }
        begin(after: runningFor - tick.seconds)
        gather(tick, stamp)
        return current.map { .started($0.trip) } ?? .nothing
      }
      gather(tick, stamp)
      return .nothing
    }
    runningFor = 0
    lastSpeed = .nan
    guard current != nil, stamp.uptime.seconds(since: lastRunning.uptime) >= TripObserver.pause else { return .nothing }
    return finish()
  }

  /// Ends the trip that runs, if any: the recording is over, the gateway goes down, or time made a jump.
  public mutating func finish() -> Outcome {
    guard var features = current else { return .nothing }
    features.trip.ended = lastRunning
    features.steadyCoolant = steady.quantile(0.5)
    features.standingCoolant = standing.quantile(0.95)
    features.runningVoltage = voltage.quantile(0.5)
    features.trip.runningVoltage = features.runningVoltage
    if temperatureCount > 0 { features.voltageTemperature = temperatureSum / temperatureCount }
    features.parts = parts.finish()
    current = nil
    runningFor = 0
    return .ended(features)
  }

  /// Takes over what an observer of an earlier run knew: its counters, and the trip that ran if its engine was last seen
  /// in this same boot and less than a pause ago.
  /// - Returns: false when a trip ran and has ended meanwhile; the earlier observer's `finish` then has its features.
  public mutating func resume(_ earlier: TripObserver, at now: Timestamp) -> Bool {
    let (warmAbove, fresh) = (self.warmAbove, self.voltage)
    guard earlier.isDriving else {
      take(over: earlier)
      return true
    }
    let isSameBoot = earlier.lastRunning.boot == now.boot && earlier.lastRunning.uptime <= now.uptime
    if isSameBoot && now.uptime.seconds(since: earlier.lastRunning.uptime) < TripObserver.pause {
      self = earlier
      self.warmAbove = warmAbove
      // A range that the configuration has changed begins its histogram anew.
      if !voltage.hasRange(of: fresh) { voltage = fresh }
      return true
    }
    take(over: earlier)
    return false
  }

  private mutating func take(over earlier: TripObserver) {
    trips = earlier.trips
    totalKm = earlier.totalKm
    parts = earlier.parts
    lastOdometer = earlier.lastOdometer
    lastRunning = earlier.lastRunning
  }

  /// The trip that runs is one of another vehicle, as has just been told: what its odometer said is none of this one's.
  public mutating func forgetOdometerOfTrip() {
    guard var features = current else { return }
    features.unseenKm = 0
    current = features
    lastOdometer = odometerBeforeTrip
  }

  /// Counts on from what another version of the observer had counted.
  /// - Parameter km: watched, all trips together; what is not a distance counts nothing.
  public mutating func countOn(trips: UInt32, km: Double) {
    self.trips = trips
    if km.isFinite && km >= 0 { totalKm = km }
  }

  /// Begins with another vehicle: kilometres and features begin anew, trips are counted on.
  /// - Parameter earlier: what was known of that vehicle when it was here before.
  public mutating func change(to earlier: TripObserver?, from fresh: TripObserver) {
    let count = trips
    self = fresh
    trips = count
    if let earlier {
      take(over: earlier)
      trips = count
    }
  }

  private mutating func begin(after seconds: Double) {
    trips &+= 1
    var trip = Trip(number: trips, started: runningSince)
    trip.engineSeconds = seconds
    current = TripFeatures(trip: trip, lastRunningBefore: lastRunning)
    steady.reset()
    standing.reset()
    voltage.reset()
    temperatureSum = 0
    temperatureCount = 0
    air = 0
    airSeconds = 0
    coolantStart = .nan
    warmUpOver = false
    isWarm = false
    isLevel = false
    coolantMark = .nan
    markAge = 0
    lastSpeed = .nan
    isAnchored = false
    odometerBeforeTrip = lastOdometer
    parts.begin(at: runningSince)
  }

  private mutating func gather(_ tick: VehicleTick, _ stamp: Timestamp) {
    guard var features = current else { return }
    lastRunning = stamp
    features.trip.engineSeconds += tick.seconds
    if let speed = tick.speed {
      let mean = lastSpeed.isNaN ? speed : (speed + lastSpeed) / 2
      let km = mean * tick.seconds / 3600
      features.trip.distanceKm += km
      totalKm += km
      features.trip.topSpeed = features.trip.topSpeed.isNaN ? speed : max(features.trip.topSpeed, speed)
      lastSpeed = speed
    } else {
      lastSpeed = .nan
    }
    if let metres = tick[.odometer] { anchor(metres / 1000, &features) }
    if let flow = tick.airFlow {
      air += flow * tick.seconds
      airSeconds += tick.seconds
    }
    if let coolant = tick.coolant { gather(coolant: coolant, tick, &features) }
    if let volts = tick.voltage, let rpm = tick.engineSpeed, rpm > 1200, features.trip.engineSeconds > 60 {
      voltage.add(volts)
      features.voltageSeconds += tick.seconds
      if let temperature = tick.ambientTemperature ?? tick.intakeTemperature {
        temperatureSum += temperature
        temperatureCount += 1
      }
    }
    current = features
  }

  /// Holds the trip's first reading of the odometer against the last one of the trip before.
  private mutating func anchor(_ odometer: Double, _ features: inout TripFeatures) {
    if !isAnchored && lastOdometer.isFinite {
      let unseen = odometer - lastOdometer - features.trip.distanceKm
      if TripObserver.gap.contains(unseen) { features.unseenKm = unseen }
    }
    isAnchored = true
    lastOdometer = odometer
  }

  private mutating func gather(coolant: Double, _ tick: VehicleTick, _ features: inout TripFeatures) {
    if coolantStart.isNaN {
      coolantStart = coolant
      features.trip.coolantAtStart = coolant
    }
    features.trip.coolantAtEnd = coolant
    if !warmUpOver && coolant >= 75 {
      warmUpOver = true
      // Air that was not seen is not 0: without a flow for most of the time there is no sum.
      if coolantStart < 45 && airSeconds >= 0.9 * features.trip.engineSeconds {
        features.warmUpAir = air
        features.warmUpSeconds = features.trip.engineSeconds
        features.warmUpFrom = coolantStart
      }
    }
    if coolant >= warmAbove { isWarm = true }
    markAge += tick.seconds
    if coolantMark.isNaN || markAge >= TripObserver.plateauSeconds {
      // A plateau below the regulated temperature holds only as long as it lasts: an engine that was slow to warm up
      // behind a queue of cars goes on to its real temperature and is asked again.
      isLevel = features.trip.engineSeconds >= 300 && abs(coolant - coolantMark) < 1
      coolantMark = coolant
      markAge = 0
    }
    guard isWarm || isLevel, let speed = tick.speed else { return }
    if speed > 30 {
      steady.add(coolant)
      features.steadySeconds += tick.seconds
    } else if speed < 20 {
      standing.add(coolant)
      features.standingSeconds += tick.seconds
    }
  }
}
