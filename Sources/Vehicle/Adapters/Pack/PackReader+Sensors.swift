// The `senml:` section of pack.yaml: records of aftermarket sensors that are signals of the vehicle.
import ConfigurationFile
import VehicleBus
import Vocabulary

extension PackReader {
  /// `{name: tpms/front-left/pressure, signal: Vehicle.X, unit: kPa, senml_unit: Pa, range: [0, 1000], every: 60 s}`.
  /// From `senml_unit` to `unit` the conversion is known; factor and offset are for units between which it is not.
  mutating func sensor(_ entry: Section) throws(ConfigurationError) -> PackSignal {
    let name = try entry.string("name")
    guard SenMLRecord.isName(name.utf8) else {
      throw entry.error(
        "name", "\"\(name)\" is no name of SenML",
        mend: "use A-Z a-z 0-9 - : . / _ and begin with a letter or a digit, for example tpms/front-left/pressure")
    }
    var signal = try signal(
      entry, from: .sensor(name: name, unit: ""), unit: nil, range: Section.anyNumber,
      leastAge: PackReader.leastAge.sensors)
    let given = try entry.optionalString("senml_unit")
    let unit = signal.description.unit
    if let known = try PackReader.conversion(from: given, to: unit, entry) {
      if entry.contains("factor") || entry.contains("offset") {
        let wanted = Conversion(factor: known.factor, offset: known.offset)
        guard Conversion(factor: signal.factor, offset: signal.offset).isNear(wanted) else {
          throw entry.error(
            entry.contains("factor") ? "factor" : "offset",
            "from \(given ?? SensorUnit.usual(for: unit) ?? "") to \(unit) it is \(wanted.keys)",
            mend: "leave factor and offset out; the conversion is known")
        }
      }
      (signal.factor, signal.offset) = (known.factor, known.offset)
    }
    signal.source = .sensor(name: name, unit: given ?? SensorUnit.usual(for: unit) ?? "")
    return signal
  }

  /// Nil where the two measure things that only the pack can bring together, or are not known.
  private static func conversion(
    from given: String?, to unit: String, _ entry: Section
  ) throws(ConfigurationError) -> SensorConversion? {
    guard let given else {
      guard let usual = SensorUnit.usual(for: unit) else {
        throw entry.error(
          "senml_unit", "missing: no unit of SenML is known that goes with \(unit)",
          mend: "write the unit that the sensor says, and factor and offset if it is another one")
      }
      // A number without a unit is as the pack scales it.
      return usual.isEmpty ? nil : try conversion(from: usual, to: unit, entry)
    }
    guard let said = SensorUnit.senml(given) else {
      // Sensors may say what they like; the pack must know what it means.
      guard entry.contains("factor") else {
        throw entry.error(
          "senml_unit", "\"\(given)\" is no unit of SenML that is known",
          mend: "write for example Pa, Cel, V, m/s2 or %, or say with `factor` what it makes in \(unit)")
      }
      return nil
    }
    guard let wanted = SensorUnit.vss(unit) else {
      guard entry.contains("factor") else {
        throw entry.error(
          "factor", "missing: the way from \(given) to \(unit) is not known",
          mend: "write `factor: 1` if they are the same")
      }
      return nil
    }
    if let known = said.conversion(to: wanted) { return known }
    // A number without a unit may stand for anything that the pack says.
    if unit.isEmpty || given == "count" { return nil }
    throw entry.error(
      "senml_unit", "\(given) does not measure what \(unit) does",
      mend: "map another sensor, or give the signal another unit")
  }
}
