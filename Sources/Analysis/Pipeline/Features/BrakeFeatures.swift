// Work of the friction brakes: how the vehicle slows while the pedal is pressed, and how hot the discs become by it.
import CMath
import Vocabulary

/// Work of the brakes in stops of one kind, each second of it weighted by what the disc's temperature does to the wear.
///
/// A vehicle of `m` kg whose resistance is `r` times the usual one put `m (kinetic - r resistance) - recovered` joules
/// into its friction brakes.
public struct BrakeWork: BitwiseCopyable, Sendable {
  /// Kinetic energy (and potential energy where the slope is known) that was lost, J/kg.
  public var kinetic = 0.0
  /// What rolling, air and engine took of it in a usual car, J/kg.
  public var resistance = 0.0
  /// What the traction battery took of it, J.
  public var recovered = 0.0

  public init(kinetic: Double = 0, resistance: Double = 0, recovered: Double = 0) {
    self.kinetic = kinetic
    self.resistance = resistance
    self.recovered = recovered
  }

  fileprivate mutating func add(_ other: BrakeWork, weight: Double = 1) {
    kinetic += weight * other.kinetic
    resistance += weight * other.resistance
    recovered += weight * other.recovered
  }

  /// For a usual car, J/kg.
  fileprivate var net: Double { kinetic - resistance - recovered / BrakeGatherer.usualMass }
}

/// Work of the brakes of one axle by the kind of stop.
public struct AxleBrakeWork: BitwiseCopyable, Sendable {
  public var normal = BrakeWork()
  /// With a disc above 250 Celsius.
  public var hot = BrakeWork()
  /// From more than 100 km/h.
  public var fast = BrakeWork()
}

/// What one trip says about the brakes.
public struct BrakeFeatures: BitwiseCopyable, Sendable {
  /// Distance over which speed and pedal were known, km.
  public var watchedKm = 0.0
  /// Times that the pedal slowed the vehicle.
  public var stops: UInt32 = 0
  /// The pedal's signal does not tell the truth: the vehicle lost more energy in hard decelerations without it than
  /// with it, though nothing recovers energy, or it was pressed for most of the way.
  public var isPedalStuck = false
  public var front = AxleBrakeWork()
  public var rear = AxleBrakeWork()
  /// Mass by the power train's work over the motion it gave, kg, and that motion in J/kg: some hundred for an
  /// acceleration. NaN and 0 where no torque is known.
  public var mass = Double.nan
  public var massMotion = 0.0

  public init() {}
}

/// Gathers `BrakeFeatures`.
///
/// Energies are differences of `v²/2` over a stop, so that steps and noise of the speed fall out but for its ends.
struct BrakeGatherer: BitwiseCopyable, Sendable {
  /// A usual car, kg: what discs are sized for. A heavier vehicle has larger ones.
  static let usualMass = 1500.0
  /// Seconds between two speeds that are evaluated: no shorter than differences mean something, and no longer than a
  /// slow poll takes.
  private static let shortest = 0.1, longest = 2.5
  /// m/s²: nothing on wheels slows or gains more.
  private static let hardest = 15.0
  /// Share of the recovered energy that reaches the battery, and of the engine's that reaches the wheels.
  private static let efficiency = 0.88

  private var features = BrakeFeatures()
  private var front = Disc(share: 0.35, capacity: 3_500)
  private var rear = Disc(share: 0.15, capacity: 2_200)

  // The inputs' last values; NaN is "not known".
  private var speed = Double.nan
  private var speedAt = Instant.zero
  private var wheels: InlineArray<4, Double> = InlineArray(repeating: .nan)
  private var wheelsAt = Instant(nanoseconds: .min)
  private var isPressed: Bool?
  private var pressedFrom = Instant.zero
  private var pressedSeconds = 0.0
  private var engineSpeed = Double.nan
  private var idleSpeed = 850.0
  private var volts = Double.nan, amperes = Double.nan
  /// Whether there is a traction battery: a car that may slow without its pedal.
  private var recovers = false
  private var ambient = 15.0
  private var slope = SlopeSense()

  // The stop that is going on.
  private var isStopping = false
  private var stopSpeed = 0.0
  private var stopFront = BrakeWork(), stopRear = BrakeWork(), stop = BrakeWork()
  /// J/kg lost at more than 2 m/s² with and without the pedal.
  private var lostWith = 0.0, lostWithout = 0.0
  private var pressedKm = 0.0

  private var mass = MassSense()

  mutating func begin(at stamp: Timestamp) {
    features = BrakeFeatures()
    lostWith = 0
    lostWithout = 0
    pressedKm = 0
    mass = MassSense()
  }

  mutating func take(_ input: FeatureInput, _ value: Double, at time: Instant) {
    switch input {
    case .speed:
      // Wheels are finer and come more often, where they are known.
      if abs(time.seconds(since: wheelsAt)) > 1 { take(speed: value / 3.6, at: time) }
    case .wheelFrontLeft: takeWheels(value, at: time)
    case .wheelFrontRight: wheels[1] = value
    case .wheelRearLeft: wheels[2] = value
    case .wheelRearRight: wheels[3] = value
    case .brakePedal: take(pedal: value, at: time)
    case .engineSpeed: engineSpeed = value
    case .tractionVoltage: volts = value
    case .tractionCurrent: amperes = value
    case .longitudinalAcceleration: slope.acceleration = value
    default: break
    }
  }

  /// Once a second: what has gone stale, and what needs no more than that.
  mutating func observe(_ tick: VehicleTick, at stamp: Timestamp, isDriving: Bool) {
    if tick[.brakePedal] == nil { isPressed = nil }
    if tick[.longitudinalAcceleration] == nil { slope.acceleration = .nan }
    engineSpeed = tick.engineSpeed ?? .nan
    volts = tick[.tractionVoltage] ?? .nan
    if volts > 0 { recovers = true }
    amperes = tick[.tractionCurrent] ?? .nan
    if let celsius = tick.ambientTemperature, (-50...60).contains(celsius) { ambient = celsius }
    var power = Double.nan
    if let percent = tick[.actualTorque], let torque = tick[.referenceTorque], let rpm = tick.engineSpeed {
      power = percent / 100 * torque * rpm * .pi / 30 * Self.efficiency
    }
    if let volts = tick[.tractionVoltage], let amperes = tick[.tractionCurrent] {
      // Positive current charges.
      power = (power.isNaN ? 0 : power) - volts * amperes * Self.efficiency
    }
    let speed = (tick.speed ?? .nan) / 3.6
    if speed < 0.5, engineSpeed > 300 { idleSpeed += (engineSpeed - idleSpeed) * 0.02 }
    mass.observe(
      speed: speed, power: isPressed == true ? .nan : power,
      resistance: Self.rolling(speed) + engineFriction(at: speed) + slope.force, seconds: tick.seconds)
  }

  mutating func finish() -> BrakeFeatures {
    closeStop()
    var result = features
    result.isPedalStuck = (!recovers && lostWithout > lostWith) || pressedKm > max(0.5, result.watchedKm / 2)
    (result.mass, result.massMotion) = (mass.mass, mass.motion)
    return result
  }

  private mutating func takeWheels(_ frontLeft: Double, at time: Instant) {
    wheels[0] = frontLeft
    wheelsAt = time
    var (sum, count) = (0.0, 0.0)
    for i in 0..<4 where !wheels[i].isNaN { (sum, count) = (sum + wheels[i], count + 1) }
    take(speed: sum / count / 3.6, at: time)
  }

  private mutating func take(pedal value: Double, at time: Instant) {
    // A pedal at rest may read a percent; a switch reads 0 or 100.
    let isNow = (0...110).contains(value) ? value > 2 : nil
    if isPressed == true {
      pressedSeconds += max(0, time.seconds(since: max(pressedFrom, speedAt)))
    }
    if isNow == true { pressedFrom = time }
    isPressed = isNow
  }

  private mutating func take(speed new: Double, at time: Instant) {
    guard (0...120).contains(new) else { return }
    let seconds = time.seconds(since: speedAt)
    if seconds >= 0 && seconds < Self.shortest && !speed.isNaN { return }
    let old = speed
    if isPressed == true { pressedSeconds += max(0, time.seconds(since: max(pressedFrom, speedAt))) }
    let pressed = min(1, max(0, pressedSeconds / seconds))
    (speed, speedAt, pressedSeconds) = (new, time, 0)
    guard seconds > 0, seconds <= Self.longest, !old.isNaN, abs(new - old) <= Self.hardest * seconds else {
      closeStop()
      front.cool(seconds, speed: 0, ambient: ambient)
      rear.cool(seconds, speed: 0, ambient: ambient)
      return
    }
    step(from: old, to: new, seconds, pressed: isPressed == nil && pressed == 0 ? nil : pressed)
  }

  /// - Parameter pressed: share of the time in which the pedal was pressed; nil where that is not known.
  private mutating func step(from old: Double, to new: Double, _ seconds: Double, pressed: Double?) {
    let mean = (old + new) / 2
    let way = mean * seconds
    front.cool(seconds, speed: mean, ambient: ambient)
    rear.cool(seconds, speed: mean, ambient: ambient)
    slope.follow(acceleration: (new - old) / seconds, speed: mean, seconds)
    guard let pressed else {
      closeStop()
      return
    }
    features.watchedKm += way / 1000
    pressedKm += pressed * way / 1000
    let lost = (old * old - new * new) / 2
    if lost > 2 * way {
      lostWith += pressed * lost
      lostWithout += (1 - pressed) * lost
    }
    guard pressed > 0 else {
      closeStop()
      return
    }
    if !isStopping {
      isStopping = true
      stopSpeed = old
    }
    var work = BrakeWork()
    work.kinetic = (lost - slope.force * way) * pressed
    work.resistance = (Self.rolling(mean) + engineBraking(at: mean)) * way * pressed
    if volts > 0, amperes > 0 { work.recovered = volts * amperes * seconds * pressed / Self.efficiency }
    front.heat(work.net)
    rear.heat(work.net)
    stop.add(work)
    stopFront.add(work, weight: front.wear)
    stopRear.add(work, weight: rear.wear)
  }

  /// Counts the stop that went on, if the brakes did anything in it.
  private mutating func closeStop() {
    guard isStopping else { return }
    isStopping = false
    if stop.net > 0 {
      features.stops &+= 1
      let isFast = stopSpeed > 100 / 3.6
      features.front.add(stopFront, isHot: front.celsius > 250, isFast: isFast)
      features.rear.add(stopRear, isHot: rear.celsius > 250, isFast: isFast)
    }
    (stop, stopFront, stopRear) = (BrakeWork(), BrakeWork(), BrakeWork())
  }

  /// Rolling and air resistance of a usual car, m/s².
  private static func rolling(_ speed: Double) -> Double { 0.11 + 2.6e-4 * speed * speed }

  /// What the engine's friction takes of a car in gear, m/s²: 0.015 N m per kilogram of the car.
  private func engineFriction(at speed: Double) -> Double {
    if engineSpeed.isNaN || speed < 3 { return 0 }
    return 0.015 * engineSpeed * .pi / 30 / speed
  }

  /// The same while braking: an engine near its idle speed drives itself.
  private func engineBraking(at speed: Double) -> Double {
    // Neither an engine nor a traction battery is known: an engine in a middle gear.
    if engineSpeed.isNaN && !recovers { return 0.15 }
    return engineSpeed > 1.4 * idleSpeed ? engineFriction(at: speed) : 0
  }
}

extension AxleBrakeWork {
  fileprivate mutating func add(_ work: BrakeWork, isHot: Bool, isFast: Bool) {
    if isHot { hot.add(work) } else if isFast { fast.add(work) } else { normal.add(work) }
  }
}

/// A brake disc (or drum) of a usual car as one lump of metal.
private struct Disc: BitwiseCopyable {
  /// Of all brake work, that of this one wheel.
  private let share: Double
  /// J/K.
  private let capacity: Double
  private(set) var celsius = 15.0

  init(share: Double, capacity: Double) {
    self.share = share
    self.capacity = capacity
  }

  /// - Parameter net: brake work of the whole vehicle, J/kg; nine tenths of it warm the disc, the rest the pad.
  mutating func heat(_ net: Double) {
    celsius = max(-50, min(900, celsius + net * BrakeGatherer.usualMass * share * 0.9 / capacity))
  }

  /// Gives off heat: 6 W/K at rest and 2.5 more for each m/s, of a disc of 3.5 kJ/K.
  mutating func cool(_ seconds: Double, speed: Double, ambient: Double) {
    // A clock that ran backwards: another boot, long enough after the last one.
    guard seconds >= 0 else {
      celsius = ambient
      return
    }
    celsius = ambient + (celsius - ambient) * exp(-seconds * (6 + 2.5 * speed) / 3_500)
  }

  /// How many times faster the pad wears than on a cool disc: four times at 400 Celsius.
  var wear: Double {
    let above = max(0, celsius - 150) / 100
    return 1 + 0.48 * above * above
  }
}

/// The slope of the road by an accelerometer: it feels gravity, the wheels do not.
private struct SlopeSense: BitwiseCopyable {
  /// The accelerometer's last value, m/s²; NaN is "not known".
  var acceleration = Double.nan
  /// Difference to the wheels' acceleration over some seconds, and over half an hour: slopes, and how the sensor lies.
  private var difference = 0.0
  private var offset = 0.0
  private var seconds = 0.0
  /// How far both agree in accelerating: means of the product and the square.
  private var product = 0.0
  private var square = 0.0

  private static let learning = 600.0

  mutating func follow(acceleration wheels: Double, speed: Double, _ seconds: Double) {
    guard abs(acceleration) < 20, speed > 5 else { return }
    let now = acceleration - wheels
    difference += (now - difference) * (1 - exp(-seconds / 3))
    self.seconds = min(self.seconds + seconds, 1_800)
    let share = seconds / max(self.seconds, 60)
    offset += (now - offset) * share
    product += (acceleration * wheels - product) * share
    square += (wheels * wheels - square) * share
  }

  /// What the slope takes, m/s², positive uphill; 0 until the sensor is known to feel what the wheels do.
  var force: Double {
    let isAgreed = product > 0.6 * square && product < 1.6 * square
    guard seconds >= Self.learning, !acceleration.isNaN, isAgreed else { return 0 }
    return max(-1.5, min(1.5, difference - offset))
  }
}

/// The vehicle's mass by energy: what the power train gave over an acceleration, through the motion it made.
private struct MassSense: BitwiseCopyable {
  private var work = 0.0
  /// J/kg.
  private(set) var motion = 0.0
  private var speed = Double.nan
  private var started = Double.nan
  private var openWork = 0.0
  private var openMotion = 0.0

  /// Wheels and engine turn faster too.
  private static let turning = 1.05
  /// Of one acceleration: from at least this speed, and by at least this much, m/s.
  private static let slowest = 4.0, gain = 5.0

  var mass: Double { motion > 0 ? work / motion : .nan }

  /// - Parameters:
  ///   - speed: m/s; NaN where it is not known.
  ///   - power: at the wheels, W; NaN where it is not known or the brakes work.
  ///   - resistance: m/s².
  mutating func observe(speed new: Double, power: Double, resistance: Double, seconds: Double) {
    let old = speed
    speed = new
    guard seconds > 0, power > 0, old >= Self.slowest, new - old > 0.3 * seconds else {
      close(at: old)
      return
    }
    if started.isNaN { started = old }
    openWork += power * seconds
    openMotion += (new * new - old * old) / 2 * Self.turning + resistance * (old + new) / 2 * seconds
  }

  private mutating func close(at speed: Double) {
    if speed - started >= Self.gain {
      work += openWork
      motion += openMotion
    }
    (started, openWork, openMotion) = (.nan, 0, 0)
  }
}
