// Three engines with what they move: a petrol car's, a diesel van's, a truck's.

/// The figures of an engine and its vehicle.
struct EngineDesign: Sendable {
  enum Ignition: Sendable {
    case spark
    /// - Parameter boost: what the turbocharger adds to the manifold at most, kPa.
    case compression(boost: Double)
  }

  var ignition: Ignition
  var displacementLitres: Double
  /// Nm.
  var fullTorque: Double
  /// What the engine brakes with, Nm.
  var dragTorque: Double
  /// W.
  var fullPower: Double
  /// What pumps and alternator take, W.
  var auxiliaryPower: Double
  /// Warm, 1/min.
  var idleSpeed: Double
  /// Fuel is cut above this, 1/min.
  var cutOffSpeed: Double
  var gears: Int
  /// Engine speed in each gear, 1/min per km/h; in line, since the engine looks at its design all the time.
  var ratios: InlineArray<12, Double>
  /// Shifts up above this, and later by `upshiftSpan` for each m/s^2 wanted; 1/min.
  var upshiftSpeed: Double
  var upshiftSpan: Double
  var downshiftSpeed: Double
  var massKg: Double
  var rollingResistance: Double
  /// Drag coefficient times frontal area, m^2.
  var dragArea: Double
  var tankLitres: Double
  /// Coolant and block over those of the petrol car.
  var thermalSize: Double
  /// Air flow at which the oil warms fastest, g/s.
  var fullAirFlow: Double
  /// Batteries of 12 V in series.
  var batteries: Double
  /// What its oil lasts.
  var oilRevolutions: Double
  var oilDays: Double
  /// How long thermostat and alternator last, over those of the petrol car.
  var endurance: Double

  /// A 1.6 litre petrol engine with a six-speed gearbox.
  static let petrol = EngineDesign(
    ignition: .spark, displacementLitres: 1.6, fullTorque: 150, dragTorque: 28, fullPower: 82_000, auxiliaryPower: 900,
    idleSpeed: 740, cutOffSpeed: 1250, gears: 6, ratios: [118, 66, 45, 34, 27.5, 23, 0, 0, 0, 0, 0, 0],
    upshiftSpeed: 2300, upshiftSpan: 900, downshiftSpeed: 1250, massKg: 1320, rollingResistance: 0.011, dragArea: 0.66,
    tankLitres: 45, thermalSize: 1, fullAirFlow: 60, batteries: 1, oilRevolutions: 31_500_000,
    oilDays: 365.25, endurance: 1)

  /// A van's 2.0 litre diesel engine with a six-speed gearbox. Its oil lasts 20,000 km at 1,800 revolutions each.
  static let diesel = EngineDesign(
    ignition: .compression(boost: 150), displacementLitres: 2.0, fullTorque: 340, dragTorque: 45, fullPower: 103_000,
    auxiliaryPower: 1100, idleSpeed: 800, cutOffSpeed: 1150, gears: 6,
    ratios: [105, 57, 37, 27, 21.5, 18, 0, 0, 0, 0, 0, 0], upshiftSpeed: 1900, upshiftSpan: 600, downshiftSpeed: 1100,
    massKg: 2150, rollingResistance: 0.011, dragArea: 1.15, tankLitres: 70, thermalSize: 1.2,
    fullAirFlow: 120, batteries: 1, oilRevolutions: 36_000_000, oilDays: 730.5, endurance: 1)

  /// A 12.8 litre truck engine with a twelve-speed gearbox and 28 t to move. Its oil lasts 80,000 km.
  static let truck = EngineDesign(
    ignition: .compression(boost: 210), displacementLitres: 12.8, fullTorque: 2300, dragTorque: 260,
    fullPower: 340_000, auxiliaryPower: 5000, idleSpeed: 560, cutOffSpeed: 900,
    gears: 12, ratios: [190, 150, 118, 92, 72, 56, 44, 35, 27, 21.5, 17, 13.7], upshiftSpeed: 1350, upshiftSpan: 250,
    downshiftSpeed: 950, massKg: 28_000, rollingResistance: 0.006, dragArea: 5.6, tankLitres: 600, thermalSize: 6,
    fullAirFlow: 450, batteries: 2, oilRevolutions: 72_000_000, oilDays: 548, endurance: 6)
}
