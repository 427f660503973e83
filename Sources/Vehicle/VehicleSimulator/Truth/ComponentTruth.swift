// The truth about what wears in a vehicle with an engine: oil, thermostat, alternator.
import Vocabulary

extension VehicleTruth {
  public struct EngineOil: Encodable, Sendable {
    public let rate: Double
    /// Consumed fraction, 1 at the end of life: the larger of use and age.
    public let stateEnd: Double
    public let consumedByUse: Double
    public let consumedByAge: Double
    /// This engine's wear over the formula's.
    public let unitFactor: Double
    /// Where the oil is at its end, found by letting the vehicle live on; extrapolated beyond two years.
    public let endOfLifeKm: Double?
    public let endOfLifeOdometerKm: Double?
    /// `use` or `age`: which of the two ends its life.
    public let endOfLifeBy: String?

    enum CodingKeys: String, CodingKey {
      case rate
      case stateEnd = "state_end"
      case consumedByUse = "consumed_by_use"
      case consumedByAge = "consumed_by_age"
      case unitFactor = "unit_factor"
      case endOfLifeKm = "end_of_life_km"
      case endOfLifeOdometerKm = "end_of_life_odometer_km"
      case endOfLifeBy = "end_of_life_by"
    }
  }

  public struct Cooling: Encodable, Sendable {
    public let rate: Double
    public let stateEnd: Double
    public let onsetKm: Double?
    public let endOfLifeKm: Double?
    public let endOfLifeOdometerKm: Double?
    /// What the thermostat holds, Celsius: new, at the recording's end, and where it has failed.
    public let regulatedTemperatureStart: Double
    public let regulatedTemperatureEnd: Double
    public let failureTemperature: Double

    enum CodingKeys: String, CodingKey {
      case rate
      case stateEnd = "state_end"
      case onsetKm = "onset_km"
      case endOfLifeKm = "end_of_life_km"
      case endOfLifeOdometerKm = "end_of_life_odometer_km"
      case regulatedTemperatureStart = "regulated_temperature_start"
      case regulatedTemperatureEnd = "regulated_temperature_end"
      case failureTemperature = "failure_temperature"
    }
  }

  public struct Charging: Encodable, Sendable {
    public let rate: Double
    public let stateEnd: Double
    public let onsetKm: Double?
    public let endOfLifeKm: Double?
    public let endOfLifeOdometerKm: Double?
    /// System voltage with the engine running and air of 30 degrees Celsius: new, at the end, and where it has failed.
    public let runningVoltageStart: Double
    public let runningVoltageEnd: Double
    public let failureVoltage: Double

    enum CodingKeys: String, CodingKey {
      case rate
      case stateEnd = "state_end"
      case onsetKm = "onset_km"
      case endOfLifeKm = "end_of_life_km"
      case endOfLifeOdometerKm = "end_of_life_odometer_km"
      case runningVoltageStart = "running_voltage_start"
      case runningVoltageEnd = "running_voltage_end"
      case failureVoltage = "failure_voltage"
    }
  }

  public struct Components: Encodable, Sendable {
    public let engineOil: EngineOil
    public let cooling: Cooling
    public let charging: Charging

    enum CodingKeys: String, CodingKey {
      case engineOil = "engine-oil"
      case cooling
      case charging
    }
  }
}

extension VehicleTruth.Components {
  init(_ vehicle: SimulatedVehicle, _ machine: CombustionMachine) {
    self.init(
      engineOil: .init(vehicle, machine), cooling: .init(vehicle, machine), charging: .init(vehicle, machine))
  }
}

extension VehicleTruth.EngineOil {
  fileprivate init(_ vehicle: SimulatedVehicle, _ machine: CombustionMachine) {
    rate = machine.oil.rate
    stateEnd = rounded(machine.oil.consumed)
    consumedByUse = rounded(machine.oil.byUse)
    consumedByAge = rounded(machine.oil.byAge)
    unitFactor = rounded(machine.oil.unitFactor)
    let living = vehicle.livingOn()
    let later = living.machine.combustion ?? machine
    let known = later.oil.endOfLifeKm
    let extrapolated = later.oil.consumed > 0 ? living.distanceKm / later.oil.consumed : nil
    endOfLifeKm = (known ?? extrapolated).map(rounded)
    endOfLifeOdometerKm = (known ?? extrapolated).map { rounded($0 + machine.odometerStart) }
    endOfLifeBy = later.oil.consumed > 0 ? (later.oil.byUse >= later.oil.byAge ? "use" : "age") : nil
  }
}

extension VehicleTruth.Cooling {
  fileprivate init(_ vehicle: SimulatedVehicle, _ machine: CombustionMachine) {
    rate = vehicle.configuration.wear[.cooling]
    let consumed = machine.cooling.consumed(km: vehicle.distanceKm)
    stateEnd = rounded(consumed)
    onsetKm = machine.cooling.onsetKm.map(rounded)
    endOfLifeKm = machine.cooling.endOfLifeKm.map(rounded)
    endOfLifeOdometerKm = machine.cooling.endOfLifeKm.map { rounded($0 + machine.odometerStart) }
    regulatedTemperatureStart = rounded(machine.regulatedTemperature)
    regulatedTemperatureEnd = rounded(machine.regulatedTemperature - CombustionMachine.coolingFailure * consumed)
    failureTemperature = rounded(machine.regulatedTemperature - CombustionMachine.coolingFailure)
  }
}

extension VehicleTruth.Charging {
  fileprivate init(_ vehicle: SimulatedVehicle, _ machine: CombustionMachine) {
    rate = vehicle.configuration.wear[.charging]
    stateEnd = rounded(machine.charging.consumed(km: vehicle.distanceKm))
    onsetKm = machine.charging.onsetKm.map(rounded)
    endOfLifeKm = machine.charging.endOfLifeKm.map(rounded)
    endOfLifeOdometerKm = machine.charging.endOfLifeKm.map { rounded($0 + machine.odometerStart) }
    let batteries = machine.engine.design.batteries
    runningVoltageStart = rounded(batteries * machine.regulatedVoltage)
    runningVoltageEnd = rounded(batteries * (machine.regulatedVoltage - machine.voltageSag(km: vehicle.distanceKm)))
    failureVoltage = batteries * CombustionMachine.chargingFailure
  }
}
