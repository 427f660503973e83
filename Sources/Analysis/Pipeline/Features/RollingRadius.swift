// How far the wheels really roll: satellite speed over wheel speed on straight and steady stretches.

/// Compares satellite speed with the speeds of the wheels over stretches of at least two kilometres.
///
/// A tyre that is worn turns faster at the same speed: the ratio falls with its radius. Curves, braking and the delay
/// of a satellite receiver fall out by the gates and by the length of a stretch.
struct RollingRadius: BitwiseCopyable, Sendable {
  /// Sums of one axle over stretches of which the present one may still be too short.
  private struct Axle: BitwiseCopyable {
    var satellite = 0.0
    var wheel = 0.0
    var pressure = 0.0
    var pressureSeconds = 0.0

    static func + (a: Axle, b: Axle) -> Axle {
      Axle(
        satellite: a.satellite + b.satellite, wheel: a.wheel + b.wheel, pressure: a.pressure + b.pressure,
        pressureSeconds: a.pressureSeconds + b.pressureSeconds)
    }
  }

  private var total: InlineArray<2, Axle> = InlineArray(repeating: Axle())
  private var stretch: InlineArray<2, Axle> = InlineArray(repeating: Axle())
  private var stretchKm = 0.0
  private var lastSatellite = Double.nan
  private var missingFor = 0.0

  /// km/h; below it receivers and slip weigh too much, above it tyres grow.
  static let speeds = 60.0...120.0
  /// m/s².
  static let steadiness = 0.3
  static let stretchLength = 2.0
  /// Most that the wheels of one axle differ on a straight road: wear and pressure, and a curve of 150 m.
  static let straightness = 0.01
  /// A second or two without a value is no end of a stretch, s.
  static let tolerance = 3.0

  private static let wheels: PerWheel<FeatureInput> = [
    .wheelFrontLeft, .wheelFrontRight, .wheelRearLeft, .wheelRearRight,
  ]

  mutating func observe(_ tick: VehicleTick) {
    guard let satellite = tick[.satelliteSpeed], satellite.isFinite, tick.seconds > 0 else {
      missingFor += tick.seconds
      lastSatellite = .nan
      if missingFor > RollingRadius.tolerance { close() }
      return
    }
    missingFor = 0
    let acceleration = lastSatellite.isNaN ? 0 : (satellite - lastSatellite) / 3.6 / tick.seconds
    lastSatellite = satellite
    guard RollingRadius.speeds.contains(satellite), abs(acceleration) < RollingRadius.steadiness else {
      close()
      return
    }
    var hasWheels = false
    for axle in 0..<2 {
      let left = tick[RollingRadius.wheels[2 * axle]]
      let right = tick[RollingRadius.wheels[2 * axle + 1]]
      guard let speed = left ?? right, speed.isFinite, speed > 0 else { continue }
      hasWheels = true
      let other = right ?? speed
      guard abs(speed - other) <= RollingRadius.straightness * speed else {
        close()
        return
      }
      add(axle, satellite, (speed + other) / 2, tick)
    }
    if !hasWheels, let speed = tick.speed, speed.isFinite, speed > 0 { add(0, satellite, speed, tick) }
    stretchKm += satellite * tick.seconds / 3600
  }

  private mutating func add(_ axle: Int, _ satellite: Double, _ wheel: Double, _ tick: VehicleTick) {
    // Slip and worn tyres are a few per cent; anything else is another unit or a receiver that has lost its way.
    guard satellite / wheel > 0.9, satellite / wheel < 1.1 else { return }
    stretch[axle].satellite += satellite * tick.seconds
    stretch[axle].wheel += wheel * tick.seconds
    for wheel in (2 * axle)..<(2 * axle + 2) {
      guard let pressure = TyreGas.absolutePressure(tick, wheel: wheel) else { continue }
      stretch[axle].pressure += pressure * tick.seconds
      stretch[axle].pressureSeconds += tick.seconds
    }
  }

  /// Keeps the present stretch if it is long enough, and begins the next.
  private mutating func close() {
    if stretchKm >= RollingRadius.stretchLength {
      for axle in 0..<2 { total[axle] = total[axle] + stretch[axle] }
    }
    if stretchKm > 0 { stretch = InlineArray(repeating: Axle()) }
    stretchKm = 0
  }

  mutating func finish(_ features: inout TyreFeatures) {
    close()
    for axle in 0..<2 where total[axle].wheel > 0 {
      features.radius[axle] = total[axle].satellite / total[axle].wheel
      features.radiusKm[axle] = total[axle].satellite / 3600
      if total[axle].pressureSeconds > 0 {
        features.radiusPressure[axle] = total[axle].pressure / total[axle].pressureSeconds
      }
    }
  }
}
