// All that burns fuel, gets warm and wears in a petrol car, a diesel van or a truck.

struct CombustionMachine: Sendable {
  let odometerStart: Double
  let cooling: GrowingFault
  let charging: GrowingFault
  /// Coolant temperature that the healthy thermostat of this vehicle holds, Celsius.
  let regulatedTemperature: Double
  /// What the healthy regulator of this vehicle holds at 30 degrees Celsius, V for each 12 V of its batteries.
  let regulatedVoltage: Double
  private(set) var oil: AgingOil
  private(set) var engine: Engine

  /// Below regulation the thermostat has failed by this much (the convention of trouble code P0128), K.
  static let coolingFailure = 11.0
  /// At 30 degrees Celsius, V for each 12 V.
  static let chargingFailure = 13.0

  private var temperatures: Temperatures
  private var aftertreatment: Aftertreatment?
  private let oilOffset: Double
  private var fuelLitres: Double
  private var fuelUsed = 0.0
  private var runSeconds = 0.0
  private var transmissionOil: Double

  // Of the drive under way.
  private var thermostatScatter = 0.0
  private var voltageScatter = 0.0
  private var heatShare = 1.0

  init(_ design: EngineDesign, _ configuration: SimulatedVehicle.Configuration, ambient: Double) {
    let seed = configuration.seed
    var vehicle = RandomStream(seed: seed, for: .vehicle)
    odometerStart = (design.endurance * vehicle.uniform(24_000...88_000) * 10).rounded() / 10
    regulatedTemperature = 88 + 0.6 * vehicle.normal()
    regulatedVoltage = 13.98 + 0.05 * vehicle.normal()
    oilOffset = 1.5 * vehicle.normal()
    fuelLitres = vehicle.uniform(12 * design.tankLitres / 45...design.tankLitres)
    if case .compression = design.ignition {
      aftertreatment = Aftertreatment(design, ambient: ambient, random: &vehicle)
    }

    var wear = RandomStream(seed: seed, for: .wear)
    cooling = GrowingFault(
      rate: configuration.wear[.cooling], onset: design.endurance * wear.logNormal(median: 8000, spread: 0.3),
      life: design.endurance * wear.logNormal(median: 20_000, spread: 0.3), shape: wear.uniform(1...1.6))
    charging = GrowingFault(
      rate: configuration.wear[.charging], onset: design.endurance * wear.logNormal(median: 10_000, spread: 0.3),
      life: design.endurance * wear.logNormal(median: 14_000, spread: 0.3), shape: wear.uniform(1...1.6))
    oil = AgingOil(
      rate: configuration.wear[.engineOil], unitFactor: wear.logNormal(median: 1, spread: 0.1), design: design)
    engine = Engine(design)
    temperatures = Temperatures(ambient: ambient)
    transmissionOil = ambient
  }

  mutating func park(seconds: Double, _ life: DrivingLife) {
    temperatures.park(seconds: seconds, ambient: life.ambient)
    aftertreatment?.park(seconds: seconds, ambient: life.ambient)
    transmissionOil = temperatures.oil
    if fuelLitres < 11 * engine.design.tankLitres / 45 { fuelLitres = engine.design.tankLitres * 0.96 }
    oil.grow(days: life.days, km: life.distanceKm)
    thermostatScatter = 0.5 * life.scatter.0
    voltageScatter = 0.09 * life.scatter.1
    heatShare = 1 + 0.07 * life.scatter.2
  }

  mutating func crank() { engine.crank() }

  mutating func run(_ life: DrivingLife) {
    let seconds = DrivingLife.secondsPerStep
    engine.run(
      roadSpeed: life.traffic.speed, acceleration: life.traffic.acceleration, coolant: temperatures.coolant,
      intake: temperatures.intake, rest: Double(life.now - life.engineStart) * 1e-9)
    let consumed = cooling.consumed(km: life.distanceKm)
    temperatures.advance(
      seconds: seconds, engine: engine, roadSpeed: life.traffic.speed, ambient: life.ambient,
      thermostat: regulatedTemperature + thermostatScatter - CombustionMachine.coolingFailure * consumed,
      leak: consumed, heatShare: heatShare, oilOffset: oilOffset)
    aftertreatment?.run(seconds: seconds, engine: engine, coolant: temperatures.coolant)
    transmissionOil += (0.85 * temperatures.coolant + 6 * engine.load - transmissionOil) * seconds / 900
    fuelLitres = max(0, fuelLitres - engine.fuelFlow * seconds)
    fuelUsed += engine.fuelFlow * seconds
    runSeconds += seconds
    oil.run(revolutions: engine.speed * seconds / 60, oil: temperatures.oil)
    oil.grow(days: life.days, km: life.distanceKm)
  }

  mutating func stop() { engine.stop() }

  var coolant: Double { temperatures.coolant }

  func readings(_ life: DrivingLife, noise: inout RandomStream) -> Readings {
    var now = Readings()
    now.engineSpeed = engine.speed > 0 ? engine.speed + 8 * noise.normal() : 0
    now.load = engine.load
    now.demand = engine.demand
    now.torque = engine.torque
    now.fullTorque = engine.design.fullTorque
    now.manifoldPressure = engine.manifoldPressure + 0.5 * noise.normal()
    now.airFlow = engine.airFlow * (1 + 0.015 * noise.normal())
    now.throttle = engine.throttle
    now.speed = life.traffic.speed * 3.6
    now.acceleration = life.traffic.acceleration
    now.isBraking = life.traffic.isBraking
    now.isFuelCut = engine.isCutOff
    now.coolant = temperatures.coolant + 0.2 * noise.normal()
    now.intake = temperatures.intake
    now.ambient = life.ambient + 0.5
    now.oil = temperatures.oil
    now.transmissionOil = transmissionOil
    now.voltage = engine.design.batteries * (systemVoltage(life) + 0.1 * noise.normal())
    now.fuelLevel = fuelLitres / engine.design.tankLitres + 0.004 * noise.normal()
    now.fuelRate = engine.fuelFlow * 3600
    if life.isRunning { now.runTime = Double(life.now - life.engineStart) * 1e-9 }
    now.odometerKm = odometerStart + life.distanceKm
    // Before the recording it was driven at 45 km/h in the mean.
    now.engineHours = odometerStart / 45 + runSeconds / 3600
    now.fuelUsed = odometerStart * engine.design.fullTorque / 8000 + fuelUsed
    aftertreatment?.show(engine, in: &now)
    return now
  }

  /// V for each 12 V, before the noise of its sensor.
  private func systemVoltage(_ life: DrivingLife) -> Double {
    switch life.phase {
    case .running:
      return regulatedVoltage + voltageScatter - 0.0134 * (temperatures.intake - 30) - voltageSag(km: life.distanceKm)
    case .cranking: return 10.2
    case .keyOff: return 12.7
    default: return 12.5
    }
  }

  /// What the worn alternator lacks, V for each 12 V.
  func voltageSag(km: Double) -> Double {
    (regulatedVoltage - CombustionMachine.chargingFailure) * charging.consumed(km: km)
  }
}
