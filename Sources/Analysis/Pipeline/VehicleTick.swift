// What the vehicle does in one second: the inputs that features and component models read.
public import Vocabulary

/// The vehicle over the last second; nil is "not known", never 0.
public struct VehicleTick: BitwiseCopyable, Sendable {
  public var time: Instant
  /// Seconds since the tick before, 0...5: a longer gap is no observation.
  public var seconds: Double
  /// NaN is "not known".
  @usableFromInline internal private(set) var values: InlineArray<64, Double>

  /// In the unit of the input.
  public subscript(input: FeatureInput) -> Double? {
    @inlinable get {
      let value = values[Int(input.rawValue)]
      return value.isNaN ? nil : value
    }
    set { set(Int(input.rawValue), newValue ?? .nan) }
  }

  /// The inputs that are known, a bit each.
  public private(set) var known = FeatureInputSet()

  private mutating func set(_ index: Int, _ value: Double) {
    values[index] = value
    known[index] = !value.isNaN
  }

  /// Whether the input with this number is known.
  @inlinable public func isKnown(_ index: Int) -> Bool { !values[index].isNaN }

  /// km/h.
  public var speed: Double? { get { self[.speed] } set { self[.speed] = newValue } }
  /// Revolutions per minute.
  public var engineSpeed: Double? { get { self[.engineSpeed] } set { self[.engineSpeed] = newValue } }
  /// Calculated load, 0...100 percent.
  public var engineLoad: Double? { get { self[.engineLoad] } set { self[.engineLoad] = newValue } }
  /// Celsius.
  public var coolant: Double? { get { self[.coolant] } set { self[.coolant] = newValue } }
  public var oilTemperature: Double? { get { self[.oilTemperature] } set { self[.oilTemperature] = newValue } }
  public var intakeTemperature: Double? { get { self[.intakeTemperature] } set { self[.intakeTemperature] = newValue } }
  public var ambientTemperature: Double? { get { self[.ambientTemperature] } set { self[.ambientTemperature] = newValue } }
  /// Intake air, g/s, measured or by speed-density.
  public var airFlow: Double? { get { self[.airFlow] } set { self[.airFlow] = newValue } }
  /// System voltage, V.
  public var voltage: Double? { get { self[.voltage] } set { self[.voltage] = newValue } }
  /// Whether `airFlow` was measured, not computed from the manifold pressure.
  public var isAirFlowMeasured = true

  /// - Parameter seconds: since the tick before; held within 0...5.
  public init(time: Instant, seconds: Double) {
    self.time = time
    self.seconds = max(0, min(5, seconds))
    values = InlineArray(repeating: .nan)
  }

  /// Reads the table at `time`. Where no air flow is measured it is computed from manifold pressure (speed-density, ideal
  /// gas, volumetric efficiency 0.85); without an intake temperature 25 Celsius stands in, 1 % of error for 3 kelvin.
  public init(
    _ table: borrowing SignalTable, _ inputs: FeatureInputs, at time: Instant, seconds: Double,
    displacementLitres: Double
  ) {
    self.init(time: time, seconds: seconds)
    for input in 0..<FeatureInput.count {
      set(input, table.value(inputs.signal(at: input), at: time) ?? .nan)
    }
    deriveAirFlow(displacementLitres: displacementLitres)
  }

  /// Computes the air flow from the manifold pressure where none is measured.
  public mutating func deriveAirFlow(displacementLitres: Double) {
    guard airFlow == nil, let rpm = engineSpeed, let pressure = self[.manifoldPressure] else { return }
    let kelvin = (intakeTemperature ?? 25) + 273.15
    let specificGasConstant = 0.287  // kJ/(kg K); kPa * litres / that is grams
    airFlow = rpm / 120 * displacementLitres * pressure / (specificGasConstant * kelvin) * 0.85
    isAirFlowMeasured = false
  }

  /// Whether the engine runs: turning faster than a starter turns it, or, where its speed is not known, the car moving.
  public var engineRuns: Bool {
    if let engineSpeed { return engineSpeed > 400 }
    return (speed ?? 0) > 5
  }
}
