// What a vehicle's sensors show at one moment.

/// Sensor values in the units of the trade; those of sensors that a vehicle lacks stay 0.
public struct Readings: Equatable, Sendable {
  /// 1/min.
  public var engineSpeed = 0.0
  /// Calculated load, 0...1.
  public var load = 0.0
  /// Pedal, 0...1.
  public var demand = 0.0
  /// Nm, and the torque that the engine's maker calls full.
  public var torque = 0.0
  public var fullTorque = 0.0
  /// kPa absolute.
  public var manifoldPressure = 0.0
  public var barometricPressure = 99.0
  /// g/s.
  public var airFlow = 0.0
  /// Throttle plate, 0...1.
  public var throttle = 0.0
  /// km/h.
  public var speed = 0.0
  /// m/s^2.
  public var acceleration = 0.0
  public var isBraking = false
  public var isFuelCut = false
  /// Temperatures in Celsius.
  public var coolant = 0.0
  public var intake = 0.0
  public var ambient = 0.0
  public var oil = 0.0
  public var transmissionOil = 0.0
  /// System voltage, V.
  public var voltage = 0.0
  /// 0...1.
  public var fuelLevel = 0.0
  /// l/h.
  public var fuelRate = 0.0
  /// Litres in the engine's life.
  public var fuelUsed = 0.0
  /// Seconds since engine start.
  public var runTime = 0.0
  public var odometerKm = 0.0
  /// Hours in the engine's life.
  public var engineHours = 0.0

  /// Of diesel engines: before the aftertreatment and at the particulate filter, Celsius.
  public var exhaust = 0.0
  public var filter = 0.0
  /// Pressure drop of the particulate filter, kPa.
  public var filterPressure = 0.0
  /// 1 where the filter wants to be cleaned.
  public var soot = 0.0
  public var ash = 0.0
  public var isRegenerating = false
  /// Nitrogen oxides before and after the catalyst, ppm.
  public var nitrogenOxides = 0.0
  public var tailpipeNitrogenOxides = 0.0
  /// Exhaust fluid in its tank, 0...1.
  public var exhaustFluid = 0.0
  /// Exhaust gas recirculation, 0...1.
  public var recirculation = 0.0
  /// kPa.
  public var railPressure = 0.0

  /// Of electric cars: what the battery shows to the driver, 0...1.
  public var stateOfCharge = 0.0
  /// V, and A that leave the battery.
  public var packVoltage = 0.0
  public var packCurrent = 0.0
  public var packTemperature = 0.0
  /// V.
  public var highestCell = 0.0
  public var lowestCell = 0.0
  /// 1/min.
  public var motorSpeed = 0.0

  public init() {}
}
