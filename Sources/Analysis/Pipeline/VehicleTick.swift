// What the vehicle does in one second: the inputs that features and component models read, by VSS path.
public import Vocabulary

/// Which signals of the catalogue feed the features. Bound once by path; what is not in the catalogue stays nil.
public struct FeatureInputs: Sendable {
  public var speed: SignalID?
  public var engineSpeed: SignalID?
  public var engineLoad: SignalID?
  public var coolant: SignalID?
  public var oilTemperature: SignalID?
  public var intakeTemperature: SignalID?
  public var ambientTemperature: SignalID?
  public var airFlow: SignalID?
  public var manifoldPressure: SignalID?
  public var voltage: SignalID?

  /// What the features read: VSS path and the unit that they expect, in the order of the properties.
  public static let expected: [(path: String, unit: String)] = [
    ("Vehicle.Speed", "km/h"),
    ("Vehicle.Powertrain.CombustionEngine.Speed", "rpm"),
    ("Vehicle.Telltale.OBD.EngineLoad", "percent"),
    ("Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature", "celsius"),
    ("Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature", "celsius"),
    ("Vehicle.Telltale.OBD.IntakeTemperature", "celsius"),
    ("Vehicle.Exterior.AirTemperature", "celsius"),
    ("Vehicle.Powertrain.CombustionEngine.MAF", "g/s"),
    ("Vehicle.Powertrain.CombustionEngine.MAP", "kPa"),
    ("Vehicle.LowVoltageBattery.CurrentVoltage", "V"),
  ]

  /// Binds by path. A signal in another unit than expected is refused when the configuration is read, not here.
  public init(_ catalogue: SignalCatalogue) {
    let ids = FeatureInputs.expected.map { catalogue.id(of: $0.path) }
    speed = ids[0]
    engineSpeed = ids[1]
    engineLoad = ids[2]
    coolant = ids[3]
    oilTemperature = ids[4]
    intakeTemperature = ids[5]
    ambientTemperature = ids[6]
    airFlow = ids[7]
    manifoldPressure = ids[8]
    voltage = ids[9]
  }

  /// The first signal of the catalogue whose unit the features would misread; nil when all fit.
  public static func misfit(in catalogue: SignalCatalogue) -> (path: String, unit: String, expected: String)? {
    for (path, unit) in expected {
      if let id = catalogue.id(of: path), catalogue[id].unit != unit { return (path, catalogue[id].unit, unit) }
    }
    return nil
  }
}

/// The vehicle over the last second; nil is "not known", never 0.
public struct VehicleTick: BitwiseCopyable, Sendable {
  public var time: Instant
  /// Seconds since the tick before, 0...5: a longer gap is no observation.
  public var seconds: Double
  /// km/h.
  public var speed: Double?
  /// Revolutions per minute.
  public var engineSpeed: Double?
  /// Calculated load, 0...100 percent.
  public var engineLoad: Double?
  /// Celsius.
  public var coolant: Double?
  public var oilTemperature: Double?
  public var intakeTemperature: Double?
  public var ambientTemperature: Double?
  /// Intake air, g/s, measured or by speed-density.
  public var airFlow: Double?
  /// System voltage, V.
  public var voltage: Double?

  /// - Parameter seconds: since the tick before; held within 0...5.
  public init(time: Instant, seconds: Double) {
    self.time = time
    self.seconds = max(0, min(5, seconds))
  }

  /// Reads the table at `time`. Where no air flow is measured it is computed from manifold pressure (speed-density, ideal
  /// gas, volumetric efficiency 0.85); without an intake temperature 25 Celsius stands in, 1 % of error for 3 kelvin.
  public init(
    _ table: borrowing SignalTable, _ inputs: FeatureInputs, at time: Instant, seconds: Double,
    displacementLitres: Double
  ) {
    self.init(time: time, seconds: seconds)
    speed = table.value(inputs.speed, at: time)
    engineSpeed = table.value(inputs.engineSpeed, at: time)
    engineLoad = table.value(inputs.engineLoad, at: time)
    coolant = table.value(inputs.coolant, at: time)
    oilTemperature = table.value(inputs.oilTemperature, at: time)
    intakeTemperature = table.value(inputs.intakeTemperature, at: time)
    ambientTemperature = table.value(inputs.ambientTemperature, at: time)
    voltage = table.value(inputs.voltage, at: time)
    airFlow = table.value(inputs.airFlow, at: time)
    if airFlow == nil, let rpm = engineSpeed, let pressure = table.value(inputs.manifoldPressure, at: time) {
      let kelvin = (intakeTemperature ?? 25) + 273.15
      let specificGasConstant = 0.287  // kJ/(kg K); kPa * litres / that is grams
      airFlow = rpm / 120 * displacementLitres * pressure / (specificGasConstant * kelvin) * 0.85
    }
  }

  /// Whether the engine runs: turning faster than a starter turns it, or, where its speed is not known, the car moving.
  @inlinable public var engineRuns: Bool {
    if let engineSpeed { return engineSpeed > 400 }
    return (speed ?? 0) > 5
  }
}
