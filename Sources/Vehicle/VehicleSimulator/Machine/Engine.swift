// A combustion engine with its gearbox: from what the road asks to what its sensors show.
import CMath

/// What the engine does now. Off: no revolutions, no air, the manifold at the pressure outside.
struct Engine: Sendable {
  /// Outside, kPa.
  static let airPressure = 99.0
  /// What a litre of diesel fuel holds, kJ.
  private static let dieselEnergy = 35_800.0

  let design: EngineDesign
  /// Revolutions per minute.
  private(set) var speed = 0.0
  /// Calculated load, 0...1 (SAE J1979).
  private(set) var load = 0.0
  /// Manifold pressure, kPa absolute.
  private(set) var manifoldPressure = Engine.airPressure
  /// Air mass flow, g/s.
  private(set) var airFlow = 0.0
  /// Throttle plate, 0...1.
  private(set) var throttle = 0.14
  /// Crankshaft torque, Nm; negative while the vehicle drives the engine.
  private(set) var torque = 0.0
  /// Fuel, litres per second.
  private(set) var fuelFlow = 0.0
  /// Driven by the wheels without fuel.
  private(set) var isCutOff = false

  private var gear = 0

  init(_ design: EngineDesign) { self.design = design }

  mutating func stop() { self = Engine(design) }

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
    let idle =
      design.idleSpeed + (isSpark ? 9 : 4) * max(0, min(70, 70 - coolant)) + (isSpark ? 450 : 150) * exp(-rest / 2)
    let kmh = roadSpeed * 3.6
    shift(kmh: kmh, acceleration: acceleration)
    let geared = kmh * design.ratios[gear]
    // Below idle speed the clutch slips.
    let isDriving = kmh > 1 && geared > idle * 0.8
    speed = isDriving ? max(idle, geared) : idle

    let rolling = kmh > 0.5 ? design.massKg * 9.81 * design.rollingResistance : 0
    let force = design.massKg * 1.05 * acceleration + rolling + 0.5 * 1.2 * design.dragArea * roadSpeed * roadSpeed
    // Wheels and gearbox, then what pumps and alternator take.
    let power = (force > 0 ? force / 0.92 : force * 0.92) * roadSpeed + design.auxiliaryPower
    let angular = speed * 2 * .pi / 60
    let most = min(design.fullTorque, design.fullPower / angular)
    torque = max(-design.dragTorque, min(most, power / angular))
    isCutOff = torque < 0 && speed > design.cutOffSpeed
    load = isCutOff ? 0.09 : max(0.13, min(1, 0.14 + 0.86 * max(0, torque) / most))

    switch design.ignition {
    case .spark:
      manifoldPressure = 20 + 79 * load
      breathe(intake: intake)
      throttle = min(0.95, 0.125 + 0.75 * load * load * (0.45 + speed / 9000))
      // Stoichiometric petrol, 745 g per litre.
      fuelFlow = isCutOff ? 0 : airFlow / 14.7 / 745
    case .compression(let boost):
      // The turbine needs gas: little boost at idle speed whatever the load.
      manifoldPressure = Engine.airPressure + boost * load * min(1, speed / (design.upshiftSpeed * 0.9))
      breathe(intake: intake + (manifoldPressure - Engine.airPressure) * 0.12)
      throttle = 0.92
      let friction = 0.05 * design.fullTorque
      fuelFlow = isCutOff ? 0 : (max(0, torque) + friction) * angular / 1000 / (0.40 * Engine.dieselEnergy)
    }
  }

  /// What the combustion gives to the coolant, kW.
  /// - Parameter share: of it that reaches the coolant, over the usual one.
  func coolantHeat(share: Double) -> Double {
    guard fuelFlow > 0 else { return 0 }
    // A petrol engine gives about 0.8 kJ for each gram of air it burns, a diesel a quarter of its fuel's energy.
    return isSpark ? 0.8 * share * airFlow : 0.26 * share * fuelFlow * Engine.dieselEnergy
  }

  /// Pedal or demand, 0...1.
  var demand: Double { isCutOff ? 0 : max(0, min(1, (load - 0.13) / 0.87)) }

  private var isSpark: Bool { if case .spark = design.ignition { true } else { false } }

  /// Speed-density: half the displacement per revolution, ideal gas, volumetric efficiency 0.86.
  private mutating func breathe(intake: Double) {
    let density = manifoldPressure / (0.287 * (intake + 273.15))
    airFlow = 0.86 * density * design.displacementLitres * speed / 120
  }

  private mutating func shift(kmh: Double, acceleration: Double) {
    let upAt = design.upshiftSpeed + design.upshiftSpan * max(0, min(1.5, acceleration))
    while gear < design.gears - 1 && kmh * design.ratios[gear] > upAt { gear += 1 }
    while gear > 0 && kmh * design.ratios[gear] < design.downshiftSpeed { gear -= 1 }
  }
}
