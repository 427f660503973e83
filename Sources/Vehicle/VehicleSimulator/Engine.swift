// A 1.6 litre petrol engine with a six-speed gearbox: from what the road asks to what its sensors show.
import CMath

/// What the engine does now. Off: no revolutions, no air, the manifold at the pressure outside.
struct Engine: Sendable {
  /// Revolutions per minute.
  private(set) var speed = 0.0
  /// Calculated load, 0...1 (SAE J1979).
  private(set) var load = 0.0
  /// Manifold pressure, kPa absolute.
  private(set) var manifoldPressure = 99.0
  /// Air mass flow, g/s.
  private(set) var airFlow = 0.0
  /// Throttle plate, 0...1.
  private(set) var throttle = 0.14
  /// Crankshaft torque, Nm; negative while the car drives the engine.
  private(set) var torque = 0.0
  /// Fuel, litres per second.
  private(set) var fuelFlow = 0.0

  /// Driven by the wheels without fuel.
  private(set) var isCutOff = false

  private var gear = 0

  /// Engine speed in each gear, 1/min per km/h.
  private static let ratios: [Double] = [118, 66, 45, 34, 27.5, 23]
  private static let displacementLitres = 1.6
  static let fullTorque = 150.0
  private static let fullPower = 82_000.0
  private static let massKg = 1320.0

  mutating func stop() { self = Engine() }

  /// Driven by the starter.
  mutating func crank() {
    stop()
    speed = 230
    manifoldPressure = 82
    airFlow = 0.9
  }

  /// - Parameters:
  ///   - roadSpeed: m/s.
  ///   - acceleration: m/s^2.
  ///   - coolant: Celsius; a cold engine idles faster.
  ///   - intake: Celsius of the air that it draws.
  ///   - rest: seconds since the engine caught; it flares up first.
  mutating func run(roadSpeed: Double, acceleration: Double, coolant: Double, intake: Double, rest: Double) {
    let idle = 740 + 9 * max(0, min(70, 70 - coolant)) + 450 * exp(-rest / 2)
    let kmh = roadSpeed * 3.6
    shift(kmh: kmh, acceleration: acceleration)
    let geared = kmh * Engine.ratios[gear]
    // Below idle speed the clutch slips.
    let isDriving = kmh > 1 && geared > idle * 0.8
    speed = isDriving ? max(idle, geared) : idle

    let rolling = kmh > 0.5 ? Engine.massKg * 9.81 * 0.011 : 0
    let force = Engine.massKg * 1.05 * acceleration + rolling + 0.5 * 1.2 * 0.66 * roadSpeed * roadSpeed
    // Wheels and gearbox, then what pumps and alternator take.
    let power = (force > 0 ? force / 0.92 : force * 0.92) * roadSpeed + 900
    let angular = speed * 2 * .pi / 60
    let most = min(Engine.fullTorque, Engine.fullPower / angular)
    torque = max(-28, min(most, power / angular))
    isCutOff = torque < 0 && speed > 1250
    load = isCutOff ? 0.09 : max(0.13, min(1, 0.14 + 0.86 * max(0, torque) / most))

    manifoldPressure = 20 + 79 * load
    // Speed-density: half the displacement per revolution, ideal gas, volumetric efficiency 0.86.
    let density = manifoldPressure / (0.287 * (intake + 273.15))
    airFlow = 0.86 * density * Engine.displacementLitres * speed / 120
    throttle = min(0.95, 0.125 + 0.75 * load * load * (0.45 + speed / 9000))
    // Stoichiometric petrol, 745 g per litre.
    fuelFlow = isCutOff ? 0 : airFlow / 14.7 / 745
  }

  private mutating func shift(kmh: Double, acceleration: Double) {
    let upAt = 2300 + 900 * max(0, min(1.5, acceleration))
    while gear < Engine.ratios.count - 1 && kmh * Engine.ratios[gear] > upAt { gear += 1 }
    while gear > 0 && kmh * Engine.ratios[gear] < 1250 { gear -= 1 }
  }
}
