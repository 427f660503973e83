// The signals of COVESA VSS 6.0 that packs and components use, with the units that the specification gives them.

/// Names of VSS. The table holds what concerns the health of a vehicle, not the whole specification: a name outside
/// of it is no mistake.
public enum VSSNames {
  /// The VSS unit identifier of a path, empty for a number without unit; nil for a path that the table does not have.
  public static func unit(of path: String) -> String? { units[path] }

  /// Whether this is the form of a path: `Vehicle.` and parts of letters, digits and underscores.
  static func isPath(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count > 1 && parts[0] == "Vehicle"
      && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isNameByte) }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// A name of the table that somebody probably meant: two letters off at most, whatever the case.
  static func nearest(to path: String) -> String? {
    let wanted = Array(path.lowercased().utf8)[...]
    for edits in 0...2 {
      let found = units.keys.sorted().first { isWithin(edits, wanted, Array($0.lowercased().utf8)[...]) }
      // A short name is two letters off from many a good one: its last part must be longer.
      if let found, edits == 0 || path.split(separator: ".").last.map({ $0.utf8.count >= 3 * edits }) ?? false {
        return found
      }
    }
    return nil
  }

  /// Whether so many insertions, deletions and replacements turn `a` into `b`.
  private static func isWithin(_ edits: Int, _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
    guard abs(a.count - b.count) <= edits else { return false }
    let common = zip(a, b).prefix { $0 == $1 }.count
    let (a, b) = (a.dropFirst(common), b.dropFirst(common))
    if a.isEmpty && b.isEmpty { return true }
    guard edits > 0 else { return false }
    return isWithin(edits - 1, a.dropFirst(), b.dropFirst()) || isWithin(edits - 1, a.dropFirst(), b)
      || isWithin(edits - 1, a, b.dropFirst())
  }

  private static let units: [String: String] = {
    var units: [String: String] = [:]
    for (branch, leaves) in branches {
      for (leaf, unit) in leaves { units["Vehicle." + branch + leaf] = unit }
    }
    for row in ["Row1", "Row2"] {
      for side in ["Left", "Right"] {
        for (leaf, unit) in wheel { units["Vehicle.Chassis.Axle.\(row).Wheel.\(side)." + leaf] = unit }
      }
    }
    return units
  }()

  private static let wheel = [
    "Speed": "km/h", "AngularSpeed": "degrees/s", "Tire.Pressure": "kPa", "Tire.AirTemperature": "celsius",
    "Tire.RubberTemperature": "celsius", "Brake.PadWear": "percent", "Brake.FluidLevel": "percent",
  ]

  /// Below `Vehicle.`, by branch.
  private static let branches: KeyValuePairs<String, [String: String]> = [
    "": [
      "Speed": "km/h", "AverageSpeed": "km/h", "TraveledDistance": "m", "TraveledDistanceSinceStart": "m",
      "TripMeterReading": "m", "TripDuration": "s", "CurrentOverallWeight": "kg", "Exterior.AirTemperature": "celsius",
      "Exterior.Humidity": "percent", "Cabin.HVAC.AmbientAirTemperature": "celsius",
    ],
    "Acceleration.": ["Longitudinal": "m/s^2", "Lateral": "m/s^2", "Vertical": "m/s^2"],
    "AngularVelocity.": ["Roll": "degrees/s", "Pitch": "degrees/s", "Yaw": "degrees/s"],
    "CurrentLocation.": [
      "Latitude": "degrees", "Longitude": "degrees", "Heading": "degrees", "Altitude": "m", "HorizontalAccuracy": "m",
      "VerticalAccuracy": "m",
    ],
    "Service.": ["DistanceToService": "km", "TimeToService": "s"],
    "LowVoltageBattery.": [
      "CurrentVoltage": "V", "CurrentCurrent": "A", "NominalVoltage": "V", "NominalCapacity": "Ah",
    ],
    "Chassis.": [
      "Accelerator.PedalPosition": "percent", "Brake.PedalPosition": "percent", "SteeringWheel.Angle": "degrees",
    ],
    "Powertrain.": ["Range": "m", "AccumulatedBrakingEnergy": "kWh"],
    "Powertrain.CombustionEngine.": [
      "Speed": "rpm", "EngineHours": "h", "IdleHours": "h", "Power": "kW", "Torque": "Nm", "MAP": "kPa", "MAF": "g/s",
      "TPS": "percent", "EOP": "kPa", "EngineOil.Temperature": "celsius", "EngineCoolant.Temperature": "celsius",
      "DieselExhaustFluid.Level": "percent", "DieselExhaustFluid.Range": "m",
      "DieselParticulateFilter.InletTemperature": "celsius", "DieselParticulateFilter.OutletTemperature": "celsius",
      "DieselParticulateFilter.DeltaPressure": "Pa",
    ],
    "Powertrain.FuelSystem.": [
      "RelativeLevel": "percent", "AbsoluteLevel": "l", "Range": "m", "InstantConsumption": "l/100km",
      "AverageConsumption": "l/100km",
    ],
    "Powertrain.Transmission.": ["Temperature": "celsius", "TraveledDistance": "m", "ClutchWear": "percent"],
    "Powertrain.TractionBattery.": [
      "StateOfHealth": "percent", "StateOfCharge.Current": "percent", "StateOfCharge.Displayed": "percent",
      "StateOfCharge.CurrentEnergy": "kWh", "CurrentVoltage": "V", "CurrentCurrent": "A", "CurrentPower": "W",
      "Temperature.Average": "celsius", "Temperature.Min": "celsius", "Temperature.Max": "celsius",
      "CellVoltage.Min": "V", "CellVoltage.Max": "V", "NetCapacity": "kWh", "AccumulatedChargedEnergy": "kWh",
      "AccumulatedConsumedEnergy": "kWh", "AccumulatedChargedThroughput": "Ah", "AccumulatedConsumedThroughput": "Ah",
      "Range": "m", "TimeRemaining": "s",
    ],
    // Not of VSS: what features read from the overlay.
    "Telltale.OBD.": ["EngineLoad": "percent", "IntakeTemperature": "celsius"],
  ]
}
