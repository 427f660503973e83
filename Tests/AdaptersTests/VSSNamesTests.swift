// Names of VSS come in their own units, and slips in names and units are told with the mend.
import ConfigurationFile
import Pipeline
import Testing

@testable import Adapters

@Suite struct VSSNamesTests {
  private func problem(_ entry: String) throws -> String {
    let folder = try TemporaryPack("pack: p\ndbc:\n  - file: a.dbc\n    signals:\n      - {from: A.B, \(entry)}")
    do {
      return try folder.load().problems.first?.description ?? "none"
    } catch let error as ConfigurationError {
      return "refused " + error.description
    }
  }

  @Test func whatFeaturesReadIsInTheTableWithTheirUnits() {
    for input in FeatureInput.allCases where !input.signal.path.hasPrefix("Vehicle.Telltale.") {
      #expect(VSSNames.unit(of: input.signal.path) == input.signal.unit, "\(input.signal.path)")
    }
  }

  @Test(arguments: [
    ("signal: Vehicle.Speed, unit: m/s", "write `unit: km/h` with `factor: 3.6`"),
    ("signal: Vehicle.Speed, unit: mph, factor: 0.5", "with `factor: 0.804672`"),
    (
      "signal: Vehicle.Exterior.AirTemperature, unit: kelvin, factor: 0.1",
      "`unit: celsius` with `factor: 0.1, offset: -273.15`"
    ),
    ("signal: Vehicle.TraveledDistance, unit: km", "`unit: m` with `factor: 1000`"),
    ("signal: Vehicle.Speed, unit: knots", "convert it with factor and offset and write `unit: km/h`"),
    ("signal: Vehicle.Speed", "missing: VSS has Vehicle.Speed in km/h; write `unit: km/h`"),
  ])
  func anotherUnitIsRefusedWithTheConversion(entry: String, mend: String) throws {
    let text = try problem(entry)
    #expect(
      text.hasPrefix("refused ") && text.contains(":5: dbc[0].signals[0].unit: ") && text.contains(mend), "\(text)")
  }

  @Test func anOBDParameterBringsItsUnit() throws {
    let folder = try TemporaryPack("pack: p\nobd2:\n  - {pid: 0xA6, signal: Vehicle.TraveledDistance}")
    let error = #expect(throws: ConfigurationError.self) { _ = try folder.load() }
    #expect(error?.description.contains("write `unit: m` with `factor: 1000`") == true)
  }

  @Test(arguments: [
    ("Vehicle.Sped", "Vehicle.Speed"), ("vehicle.speed", nil), ("Vehicle.speed", "Vehicle.Speed"),
    ("Vehicle.TravelledDistance", "Vehicle.TraveledDistance"),
    ("Vehicle.LowVoltageBatery.CurrentVoltage", "Vehicle.LowVoltageBattery.CurrentVoltage"),
    (
      "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temprature",
      "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature"
    ),
    ("Vehicle.Powertrain.CombustionEngine.MAX", "Vehicle.Powertrain.CombustionEngine.MAF"),
    ("Vehicle.Powertrain.CombustionEngine.XYZ", nil), ("Vehicle.Cabin.Door.Row1.IsOpen", nil),
  ])
  func aSlipInANameIsAsked(path: String, meant: String?) throws {
    #expect(VSSNames.unit(of: path) == nil)
    guard VSSNames.isPath(path) else { return }
    let text = try problem("signal: \(path)")
    if let meant {
      #expect(text.contains(":5: dbc[0].signals[0].signal: ") && text.contains("did you mean \(meant)?"), "\(text)")
    } else {
      #expect(text == "none")
    }
  }

  @Test(arguments: [
    ("degC", "celsius", Conversion(factor: 1)), ("°C", "celsius", Conversion(factor: 1)),
    ("KM/H", "km/h", Conversion(factor: 1)), ("1/min", "rpm", Conversion(factor: 1)),
    ("%", "percent", Conversion(factor: 1)),
    ("degF", "celsius", Conversion(factor: 5.0 / 9, offset: -160.0 / 9)), ("psi", "kPa", Conversion(factor: 6.894757)),
    ("hPa", "kPa", Conversion(factor: 0.1)), ("km/h", "celsius", nil), ("furlong", "m", nil),
  ])
  func unitsAreKnownHoweverTheyAreWritten(unit: String, target: String, expected: Conversion?) {
    #expect(Conversion.from(unit, to: target) == expected)
  }

  @Test func oneConversionAfterAnother() {
    // 212 F in steps of 0.1 F is 100 C.
    let both = Conversion(factor: 0.1).followed(by: Conversion(factor: 5.0 / 9, offset: -160.0 / 9))
    #expect(abs(2120 * both.factor + both.offset - 100) < 1e-9)
    // -40 F, the offset of the first, is -40 C.
    let shifted = Conversion(factor: 0.1, offset: -40).followed(by: Conversion(factor: 5.0 / 9, offset: -160.0 / 9))
    #expect(abs(shifted.offset + 40) < 1e-9)
  }
}
