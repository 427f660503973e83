// The truth about a simulated car: what no sensor shows, to hold estimates against.
import Vocabulary

/// The true state of a simulated petrol car at the end of a recording. Encoded, it is `LOG.truth.json`.
///
/// Distances whose name ends in `km` count from the begin of the recording, like what Telltale has watched; those with
/// `odometer` are what the instrument shows. What never happens is nil and left out.
public struct PetrolTruth: Encodable, Sendable {
  public struct Trip: Encodable, Sendable {
    /// Engine start and stop, RFC 3339.
    public let start: String
    public let end: String
    public let km: Double
  }

  public struct EngineOil: Encodable, Sendable {
    public let rate: Double
    /// Consumed fraction, 1 at the end of life: the larger of use and age.
    public let stateEnd: Double
    public let consumedByUse: Double
    public let consumedByAge: Double
    /// This engine's wear over the formula's.
    public let unitFactor: Double
    /// Where the oil is at its end, found by letting the car live on; extrapolated beyond two years.
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

  public let vehicle: String
  public let seed: UInt64
  public let start: String
  public let end: String
  public let km: Double
  /// From `start` to the last frame.
  public let days: Double
  public let odometerStartKm: Double
  public let odometerEndKm: Double
  public let frames: Int
  public let trips: [Trip]
  public let components: Components

  enum CodingKeys: String, CodingKey {
    case vehicle, seed, start, end, km, days
    case odometerStartKm = "odometer_start_km"
    case odometerEndKm = "odometer_end_km"
    case frames, trips, components
  }
}

extension PetrolTruth {
  /// The truth about `car` as it stands. Takes a fraction of a second, since the car lives on to its oil's end.
  public init(_ car: SimulatedPetrolCar) {
    let configuration = car.configuration
    vehicle = "petrol"
    seed = configuration.seed
    start = rfc3339UTC(wallNanoseconds: configuration.start)
    end = rfc3339UTC(wallNanoseconds: car.now)
    km = rounded(car.distanceKm)
    days = rounded(Double(car.now - configuration.start) / Double(TripCalendar.nanosecondsPerDay))
    odometerStartKm = rounded(car.odometerStart)
    odometerEndKm = rounded(car.odometerStart + car.distanceKm)
    frames = car.frames
    trips = car.trips.map {
      Trip(
        start: rfc3339UTC(wallNanoseconds: $0.start), end: rfc3339UTC(wallNanoseconds: $0.end), km: rounded($0.km))
    }
    components = Components(engineOil: EngineOil(car), cooling: Cooling(car), charging: Charging(car))
  }
}

extension PetrolTruth.EngineOil {
  fileprivate init(_ car: SimulatedPetrolCar) {
    rate = car.oil.rate
    stateEnd = rounded(car.oil.consumed)
    consumedByUse = rounded(car.oil.byUse)
    consumedByAge = rounded(car.oil.byAge)
    unitFactor = rounded(car.oil.unitFactor)
    let later = car.livingOn()
    let known = later.oil.endOfLifeKm
    let extrapolated = later.oil.consumed > 0 ? later.distanceKm / later.oil.consumed : nil
    endOfLifeKm = (known ?? extrapolated).map(rounded)
    endOfLifeOdometerKm = (known ?? extrapolated).map { rounded($0 + car.odometerStart) }
    endOfLifeBy = later.oil.consumed > 0 ? (later.oil.byUse >= later.oil.byAge ? "use" : "age") : nil
  }
}

extension PetrolTruth.Cooling {
  fileprivate init(_ car: SimulatedPetrolCar) {
    rate = car.configuration.wear[.cooling]
    let consumed = car.cooling.consumed(km: car.distanceKm)
    stateEnd = rounded(consumed)
    onsetKm = car.cooling.onsetKm.map(rounded)
    endOfLifeKm = car.cooling.endOfLifeKm.map(rounded)
    endOfLifeOdometerKm = car.cooling.endOfLifeKm.map { rounded($0 + car.odometerStart) }
    regulatedTemperatureStart = rounded(car.regulatedTemperature)
    regulatedTemperatureEnd = rounded(car.regulatedTemperature - SimulatedPetrolCar.coolingFailure * consumed)
    failureTemperature = rounded(car.regulatedTemperature - SimulatedPetrolCar.coolingFailure)
  }
}

extension PetrolTruth.Charging {
  fileprivate init(_ car: SimulatedPetrolCar) {
    rate = car.configuration.wear[.charging]
    stateEnd = rounded(car.charging.consumed(km: car.distanceKm))
    onsetKm = car.charging.onsetKm.map(rounded)
    endOfLifeKm = car.charging.endOfLifeKm.map(rounded)
    endOfLifeOdometerKm = car.charging.endOfLifeKm.map { rounded($0 + car.odometerStart) }
    runningVoltageStart = rounded(car.regulatedVoltage)
    runningVoltageEnd = rounded(car.regulatedVoltage - car.voltageSag)
    failureVoltage = SimulatedPetrolCar.chargingFailure
  }
}

/// To six decimals: what stands in a document is read by people too.
private func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
