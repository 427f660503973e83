// An electric car: a motor, a battery of 96 cells in series that gets warm, and a converter for the 12 V.
import CMath

struct ElectricMachine: Sendable {
  let odometerStart: Double

  private static let cells = 96.0
  private static let capacityKWh = 62.0
  private static let resistance = 0.11
  private static let massKg = 1780.0
  /// What the motor gives and takes at most, W.
  private static let fullPower = 130_000.0
  private static let fullRecovery = 55_000.0

  /// 0...1.
  private var charge: Double
  private var temperature: Double
  /// A that leave the battery.
  private var current = 0.0
  /// W at the wheels.
  private var power = 0.0
  private let cellSpread: Double

  init(_ configuration: SimulatedVehicle.Configuration, ambient: Double) {
    var vehicle = RandomStream(seed: configuration.seed, for: .vehicle)
    odometerStart = (vehicle.uniform(8_000...70_000) * 10).rounded() / 10
    charge = vehicle.uniform(0.45...0.9)
    cellSpread = vehicle.uniform(0.004...0.02)
    temperature = ambient
  }

  mutating func park(seconds: Double, _ life: DrivingLife) {
    temperature = life.ambient + (temperature - life.ambient) * exp(-seconds / 20_000)
    current = 0
    power = 0
    // Plugged in at home, 7 kW at most.
    if charge < 0.5 { charge = min(0.85, charge + 7 * seconds / 3600 / ElectricMachine.capacityKWh) }
  }

  mutating func run(_ life: DrivingLife) {
    let seconds = DrivingLife.secondsPerStep
    let speed = life.traffic.speed
    let rolling = speed > 0.2 ? ElectricMachine.massKg * 9.81 * 0.0095 : 0
    let force = ElectricMachine.massKg * 1.04 * life.traffic.acceleration + rolling + 0.5 * 1.2 * 0.65 * speed * speed
    power = max(-ElectricMachine.fullRecovery, min(ElectricMachine.fullPower, force * speed))
    let climate = min(3500, 130 * abs(life.ambient - 21))
    let taken = (power > 0 ? power / 0.9 : power * 0.75) + 350 + climate
    current = taken / openVoltage
    charge = max(0.03, charge - taken * seconds / 3600 / (ElectricMachine.capacityKWh * 1000))
    let heat = current * current * ElectricMachine.resistance
    // 260 kg of cells; below 10 degrees a heater works, above 32 the cooling.
    temperature += (heat / 250_000 + (temperature > 32 ? -0.004 : temperature < 10 ? 0.004 : 0)) * seconds
  }

  mutating func stop() {
    current = 0.6
    power = 0
  }

  func readings(_ life: DrivingLife, noise: inout RandomStream) -> Readings {
    var now = Readings()
    now.speed = life.traffic.speed * 3.6
    now.acceleration = life.traffic.acceleration
    now.isBraking = life.traffic.isBraking
    now.demand = max(0, power / ElectricMachine.fullPower)
    now.load = now.demand
    now.ambient = life.ambient + 0.5
    now.voltage = (life.isRunning ? 14.1 : 12.7) + 0.03 * noise.normal()
    now.odometerKm = odometerStart + life.distanceKm
    if life.isRunning { now.runTime = Double(life.now - life.engineStart) * 1e-9 }
    now.stateOfCharge = charge
    now.packCurrent = current + 0.2 * noise.normal()
    now.packVoltage = openVoltage - current * ElectricMachine.resistance + 0.3 * noise.normal()
    now.packTemperature = temperature
    now.highestCell = now.packVoltage / ElectricMachine.cells + cellSpread / 2
    now.lowestCell = now.packVoltage / ElectricMachine.cells - cellSpread / 2
    now.motorSpeed = now.speed * 76
    return now
  }

  private var openVoltage: Double { ElectricMachine.cells * (3.32 + 0.82 * charge) }
}
