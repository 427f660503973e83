// What features read of a vehicle: one name for each signal, its VSS path and unit.
public import Vocabulary

/// A signal that features and component models read. What no pack maps is not known, and never 0.
public enum FeatureInput: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case speed, engineSpeed, engineLoad, coolant, oilTemperature, intakeTemperature, ambientTemperature, airFlow,
    manifoldPressure, voltage
  // Driving.
  case throttle, brakePedal, longitudinalAcceleration, satelliteSpeed, odometer, actualTorque,
    referenceTorque
  case wheelFrontLeft, wheelFrontRight, wheelRearLeft, wheelRearRight
  // Air, fuel and exhaust.
  case barometer, intakeRestriction, shortTrim1, longTrim1, shortTrim2, longTrim2, fuelSystemState, purge
  case oxygenFront, oxygenRear
  case recirculationCommanded, recirculationError
  case filterPressureDrop, filterInletTemperature, exhaustTemperature, sootLoad, ashLoad, regeneration
  // Transmission.
  case transmissionTemperature
  // 12 V battery.
  case batteryCurrent, batteryTemperature, batteryCharge, batteryHealth, ripple
  // Traction battery.
  case tractionVoltage, tractionCurrent, tractionCharge, tractionTemperature, tractionCellLowest, tractionCellHighest,
    tractionHealth
  // Tyres and hubs.
  case pressureFrontLeft, pressureFrontRight, pressureRearLeft, pressureRearRight
  case tyreTemperatureFrontLeft, tyreTemperatureFrontRight, tyreTemperatureRearLeft, tyreTemperatureRearRight
  case vibrationFrontLeft, vibrationFrontRight, vibrationRearLeft, vibrationRearRight

  public static var count: Int { 64 }

  /// Those that the trip itself is made of, or that serve several features.
  public static let ofTrips: Set<FeatureInput> = [.odometer, .barometer, .longitudinalAcceleration]

  /// Whether features need every sample of it, not one a second.
  public var isFast: Bool {
    switch self {
    case .speed, .engineSpeed, .voltage, .batteryCurrent, .brakePedal, .longitudinalAcceleration, .wheelFrontLeft,
      .wheelFrontRight, .wheelRearLeft, .wheelRearRight, .oxygenFront, .oxygenRear, .tractionCurrent, .tractionVoltage:
      true
    default: false
    }
  }

  /// VSS 6.0 path, or one of the overlay below `Vehicle.Telltale`, and the unit that features expect.
  public var signal: (path: String, unit: String) {
    switch self {
    case .speed: ("Vehicle.Speed", "km/h")
    case .engineSpeed: ("Vehicle.Powertrain.CombustionEngine.Speed", "rpm")
    case .engineLoad: ("Vehicle.Telltale.OBD.EngineLoad", "percent")
    case .coolant: ("Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature", "celsius")
    case .oilTemperature: ("Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature", "celsius")
    case .intakeTemperature: ("Vehicle.Telltale.OBD.IntakeTemperature", "celsius")
    case .ambientTemperature: ("Vehicle.Exterior.AirTemperature", "celsius")
    case .airFlow: ("Vehicle.Powertrain.CombustionEngine.MAF", "g/s")
    case .manifoldPressure: ("Vehicle.Powertrain.CombustionEngine.MAP", "kPa")
    case .voltage: ("Vehicle.LowVoltageBattery.CurrentVoltage", "V")
    case .throttle: ("Vehicle.Powertrain.CombustionEngine.TPS", "percent")
    case .brakePedal: ("Vehicle.Chassis.Brake.PedalPosition", "percent")
    case .longitudinalAcceleration: ("Vehicle.Acceleration.Longitudinal", "m/s^2")
    case .satelliteSpeed: ("Vehicle.Telltale.GNSS.Speed", "km/h")
    case .odometer: ("Vehicle.TraveledDistance", "m")
    case .actualTorque: ("Vehicle.Telltale.OBD.ActualTorquePercent", "percent")
    case .referenceTorque: ("Vehicle.Telltale.OBD.ReferenceTorque", "Nm")
    case .wheelFrontLeft: ("Vehicle.Chassis.Axle.Row1.Wheel.Left.Speed", "km/h")
    case .wheelFrontRight: ("Vehicle.Chassis.Axle.Row1.Wheel.Right.Speed", "km/h")
    case .wheelRearLeft: ("Vehicle.Chassis.Axle.Row2.Wheel.Left.Speed", "km/h")
    case .wheelRearRight: ("Vehicle.Chassis.Axle.Row2.Wheel.Right.Speed", "km/h")
    case .barometer: ("Vehicle.Telltale.OBD.BarometricPressure", "kPa")
    case .intakeRestriction: ("Vehicle.Telltale.J1939.AirFilterPressureDrop", "kPa")
    case .shortTrim1: ("Vehicle.Telltale.OBD.ShortTermFuelTrim1", "percent")
    case .longTrim1: ("Vehicle.Telltale.OBD.LongTermFuelTrim1", "percent")
    case .shortTrim2: ("Vehicle.Telltale.OBD.ShortTermFuelTrim2", "percent")
    case .longTrim2: ("Vehicle.Telltale.OBD.LongTermFuelTrim2", "percent")
    case .fuelSystemState: ("Vehicle.Telltale.OBD.FuelSystemStatus1", "")
    case .purge: ("Vehicle.Telltale.OBD.EvaporativePurge", "percent")
    case .oxygenFront: ("Vehicle.Telltale.OBD.OxygenSensor1Voltage", "V")
    case .oxygenRear: ("Vehicle.Telltale.OBD.OxygenSensor2Voltage", "V")
    case .recirculationCommanded: ("Vehicle.Telltale.OBD.ExhaustRecirculationDemanded", "percent")
    case .recirculationError: ("Vehicle.Telltale.OBD.ExhaustRecirculationError", "percent")
    case .filterPressureDrop: ("Vehicle.Telltale.OBD.ParticulateFilterPressureDrop", "kPa")
    case .filterInletTemperature: ("Vehicle.Telltale.OBD.ParticulateFilterInletTemperature", "celsius")
    case .exhaustTemperature: ("Vehicle.Telltale.OBD.ExhaustTemperature1", "celsius")
    case .sootLoad: ("Vehicle.Telltale.J1939.ParticulateFilterSootLoad", "percent")
    case .ashLoad: ("Vehicle.Telltale.J1939.ParticulateFilterAshLoad", "percent")
    case .regeneration: ("Vehicle.Telltale.OBD.ParticulateFilterRegeneration", "")
    case .transmissionTemperature: ("Vehicle.Powertrain.Transmission.Temperature", "celsius")
    case .batteryCurrent: ("Vehicle.LowVoltageBattery.CurrentCurrent", "A")
    case .batteryTemperature: ("Vehicle.Telltale.Sensor.LowVoltageBattery.Temperature", "celsius")
    case .batteryCharge: ("Vehicle.Telltale.Sensor.LowVoltageBattery.StateOfCharge", "percent")
    case .batteryHealth: ("Vehicle.Telltale.Sensor.LowVoltageBattery.StateOfHealth", "percent")
    case .ripple: ("Vehicle.Telltale.Sensor.LowVoltageBattery.Ripple", "V")
    case .tractionVoltage: ("Vehicle.Powertrain.TractionBattery.CurrentVoltage", "V")
    case .tractionCurrent: ("Vehicle.Powertrain.TractionBattery.CurrentCurrent", "A")
    case .tractionCharge: ("Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed", "percent")
    case .tractionTemperature: ("Vehicle.Powertrain.TractionBattery.Temperature.Average", "celsius")
    case .tractionCellLowest: ("Vehicle.Powertrain.TractionBattery.CellVoltage.Min", "V")
    case .tractionCellHighest: ("Vehicle.Powertrain.TractionBattery.CellVoltage.Max", "V")
    case .tractionHealth: ("Vehicle.Powertrain.TractionBattery.StateOfHealth", "percent")
    case .pressureFrontLeft: ("Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", "kPa")
    case .pressureFrontRight: ("Vehicle.Chassis.Axle.Row1.Wheel.Right.Tire.Pressure", "kPa")
    case .pressureRearLeft: ("Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.Pressure", "kPa")
    case .pressureRearRight: ("Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", "kPa")
    case .tyreTemperatureFrontLeft: ("Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.AirTemperature", "celsius")
    case .tyreTemperatureFrontRight: ("Vehicle.Chassis.Axle.Row1.Wheel.Right.Tire.AirTemperature", "celsius")
    case .tyreTemperatureRearLeft: ("Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.AirTemperature", "celsius")
    case .tyreTemperatureRearRight: ("Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.AirTemperature", "celsius")
    case .vibrationFrontLeft: ("Vehicle.Telltale.Sensor.Vibration.HubFrontLeft", "m/s^2")
    case .vibrationFrontRight: ("Vehicle.Telltale.Sensor.Vibration.HubFrontRight", "m/s^2")
    case .vibrationRearLeft: ("Vehicle.Telltale.Sensor.Vibration.HubRearLeft", "m/s^2")
    case .vibrationRearRight: ("Vehicle.Telltale.Sensor.Vibration.HubRearRight", "m/s^2")
    }
  }
}

/// Which signals of the catalogue feed the features. Bound once by path; what is not in the catalogue stays nil.
public struct FeatureInputs: Sendable {
  private let signals: [SignalID?]
  /// By signal; nil for those of which a value a second is enough.
  private let fastInputs: [FeatureInput?]

  /// Binds by path. A signal in another unit than expected is refused when the configuration is read, not here.
  public init(_ catalogue: SignalCatalogue) {
    let signals = FeatureInput.allCases.map { catalogue.id(of: $0.signal.path) }
    var fastInputs: [FeatureInput?] = Array(repeating: nil, count: catalogue.count)
    for (input, signal) in zip(FeatureInput.allCases, signals) {
      if let signal, input.isFast { fastInputs[signal.index] = input }
    }
    self.signals = signals
    self.fastInputs = fastInputs
  }

  /// The signal that gives an input.
  public subscript(input: FeatureInput) -> SignalID? { signals[Int(input.rawValue)] }

  func signal(at index: Int) -> SignalID? { signals[index] }

  /// The input that a signal gives, if features need every sample of it.
  public func fastInput(of signal: SignalID) -> FeatureInput? {
    signal.index < fastInputs.count ? fastInputs[signal.index] : nil
  }

  /// The first signal of the catalogue whose unit the features would misread; nil when all fit.
  public static func misfit(in catalogue: SignalCatalogue) -> (path: String, unit: String, expected: String)? {
    for input in FeatureInput.allCases {
      let (path, unit) = input.signal
      if let id = catalogue.id(of: path), catalogue[id].unit != unit { return (path, catalogue[id].unit, unit) }
    }
    return nil
  }
}
