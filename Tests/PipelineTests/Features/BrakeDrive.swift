// A car with known physics that is driven and braked, and shows it to a gatherer as a bus would.
import Glibc
import Vocabulary

@testable import Pipeline

/// Follows its own speed in steps of 10 ms and adds up what its friction brakes took.
struct BrakeDrive {
  var gatherer = BrakeGatherer()
  /// kg.
  var mass = 1_500.0
  /// Samples a second, and the step of the speed in km/h.
  var rate = 50.0
  var resolution = 0.01
  var showsPedal = true
  var pedalReads: Double?
  var source = FeatureInput.speed
  /// Ambient, Celsius; nil where it is not known.
  var ambient: Double? = 15
  /// Share of the braking force that the electric machine gives, and the pack's voltage; nil for a combustion engine.
  var recovering: Double?
  /// Rise of the road, m/s² of gravity along it, and whether an accelerometer with this offset is there.
  var slope = 0.0
  var accelerometerOffset: Double?
  /// Whether the power train's torque is told.
  var showsTorque = false

  private(set) var speed = 0.0
  private(set) var time = 100.0
  /// J, and km.
  private(set) var friction = 0.0
  private(set) var km = 0.0
  private var sinceSample = 0.0
  private var sinceTick = 0.0

  private var engineSpeed: Double { speed > 6 ? 2_000 : 850 }
  private var resistance: Double {
    let engine = recovering == nil && speed > 6 ? 0.015 * engineSpeed * .pi / 30 / speed : 0
    return 0.11 + 2.6e-4 * speed * speed + engine
  }

  /// Accelerates at `acceleration` m/s² (0 holds the speed, negative brakes) until `seconds` are over or the car has
  /// reached `target` km/h.
  mutating func drive(_ acceleration: Double, seconds: Double = .infinity, to target: Double? = nil) {
    let dt = 0.01
    var left = seconds
    let isBraking = acceleration < 0
    while left > 0 {
      if let target, (target / 3.6 - speed) * acceleration <= 0 { return }
      if target == nil && isBraking && speed <= 0 { return }
      let old = speed
      speed = max(0, speed + acceleration * dt)
      let mean = (old + speed) / 2
      km += mean * dt / 1000
      let force = isBraking ? max(0, -acceleration - resistance - slope) : 0
      let recovered = recovering.map { $0 * force } ?? 0
      friction += mass * (force - recovered) * mean * dt
      show(acceleration, isBraking: isBraking, recoveredPower: mass * recovered * mean, dt)
      left -= dt
    }
  }

  /// Rolls with the brakes holding the speed on a slope that falls by more than the resistance.
  mutating func descend(seconds: Double) {
    let dt = 0.01
    for _ in 0..<Int(seconds / dt) {
      km += speed * dt / 1000
      friction += mass * max(0, -slope - resistance) * speed * dt
      show(0, isBraking: true, recoveredPower: 0, dt)
    }
  }

  /// Stands with the ignition off.
  mutating func park(seconds: Double) { time += seconds }

  private mutating func show(_ acceleration: Double, isBraking: Bool, recoveredPower: Double, _ dt: Double) {
    time += dt
    sinceSample += dt
    sinceTick += dt
    let at = Instant.zero.advanced(seconds: time)
    if sinceSample >= 1 / rate - 1e-9 {
      sinceSample = 0
      let shown = (speed * 3.6 / resolution).rounded() * resolution
      if source == .speed {
        gatherer.take(.speed, shown, at: at)
      } else {
        for wheel in [FeatureInput.wheelFrontRight, .wheelRearLeft, .wheelRearRight, .wheelFrontLeft] {
          gatherer.take(wheel, shown, at: at)
        }
        // The vehicle's own speed is coarse and late.
        gatherer.take(.speed, shown.rounded(.down), at: at)
      }
      if showsPedal { gatherer.take(.brakePedal, pedalReads ?? (isBraking ? 100 : 0), at: at) }
      if recovering == nil {
        gatherer.take(.engineSpeed, engineSpeed, at: at)
      } else {
        gatherer.take(.tractionVoltage, 400, at: at)
        gatherer.take(.tractionCurrent, recoveredPower * 0.88 / 400, at: at)
      }
      if let accelerometerOffset {
        gatherer.take(.longitudinalAcceleration, acceleration + slope + accelerometerOffset, at: at)
      }
    }
    guard sinceTick >= 1 - 1e-9 else { return }
    sinceTick = 0
    var tick = VehicleTick(time: at, seconds: 1)
    tick.speed = speed * 3.6
    tick.ambientTemperature = ambient
    tick[.brakePedal] = showsPedal ? (pedalReads ?? (isBraking ? 100 : 0)) : nil
    if recovering == nil {
      tick.engineSpeed = engineSpeed
    } else {
      (tick[.tractionVoltage], tick[.tractionCurrent]) = (400, recoveredPower * 0.88 / 400)
    }
    if let accelerometerOffset { tick[.longitudinalAcceleration] = acceleration + slope + accelerometerOffset }
    if showsTorque {
      let force = isBraking ? 0 : mass * (acceleration * 1.05 + resistance)
      tick[.referenceTorque] = 400
      tick[.actualTorque] = force * speed / 0.88 / (engineSpeed * .pi / 30) / 400 * 100
    }
    gatherer.observe(tick, at: BrakeDrive.stamp(time), isDriving: true)
  }

  static func stamp(_ seconds: Double) -> Timestamp {
    let uptime = Instant.zero.advanced(seconds: seconds)
    return Timestamp(boot: BootID(high: 0, low: 1), uptime: uptime, wallNanoseconds: 0, quality: .none)
  }

  /// Ten kilometres or so of town and country.
  mutating func tour() {
    for (top, low, brake) in [
      (50.0, 0.0, 1.6), (70, 30, 1.2), (50, 0, 2.4), (90, 50, 1.0), (60, 0, 1.9), (50, 20, 1.4),
    ] {
      drive(1.2, to: top)
      drive(0, seconds: 40)
      drive(-brake, to: low)
      drive(0, seconds: 7.3)
    }
    drive(-1.5)
  }
}

extension AxleBrakeWork {
  /// Joules of all stops, in a car of `mass` kg with the usual resistance.
  func joules(_ mass: Double) -> Double {
    [normal, hot, fast].reduce(0) { $0 + mass * ($1.kinetic - $1.resistance) - $1.recovered }
  }
}
