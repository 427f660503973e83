// Units as people and network descriptions write them, and the way from one to another.

/// A linear conversion: `value * factor + offset`.
struct Conversion: Equatable {
  var factor: Double
  var offset = 0.0

  /// This conversion and then `next`, as one.
  func followed(by next: Conversion) -> Conversion {
    Conversion(factor: factor * next.factor, offset: offset * next.factor + next.offset)
  }

  func isNear(_ other: Conversion) -> Bool {
    abs(factor - other.factor) <= 1e-3 * abs(other.factor) && abs(offset - other.offset) <= 0.2
  }

  /// As the keys of a pack: `factor: 3.6`, `factor: 1, offset: -273.15`.
  var keys: String {
    "`factor: \(Conversion.short(factor))" + (offset == 0 ? "`" : ", offset: \(Conversion.short(offset))`")
  }

  /// Seven digits are more than any signal has.
  private static func short(_ value: Double) -> String {
    let rounded = (value * 1e7).rounded() / 1e7
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : String(rounded)
  }

  /// The VSS identifier of a unit however it is written, for example `celsius` for `degC`; nil for an unknown one.
  static func vssUnit(_ text: String) -> String? {
    let plain = text.lowercased().filter { $0 != " " && $0 != "." && $0 != "°" }
    return synonyms[plain]
  }

  /// Nil when the units measure different things, or are not known.
  static func from(_ unit: String, to target: String) -> Conversion? {
    guard let known = vssUnit(unit), let wanted = vssUnit(target) else { return nil }
    if known == wanted { return Conversion(factor: 1) }
    return steps.first { $0.from == known && $0.to == wanted }?.step
  }

  /// What a unit measures; nil for an unknown one and for those that people write for several things.
  static func quantity(of unit: String) -> String? { vssUnit(unit).flatMap { quantities[$0] } }

  private static let quantities: [String: String] = [
    "km/h": "speed", "mph": "speed", "m/s": "speed", "celsius": "temperature", "fahrenheit": "temperature",
    "kelvin": "temperature", "rpm": "rotation", "V": "voltage", "mV": "voltage", "A": "current", "mA": "current",
    "kPa": "pressure", "Pa": "pressure", "mbar": "pressure", "bar": "pressure", "psi": "pressure", "MPa": "pressure",
    "km": "distance", "mile": "distance", "Nm": "torque", "kW": "power", "Wh": "energy", "kWh": "energy",
    "kg/h": "mass flow", "g/s": "mass flow", "l/h": "volume flow",
  ]

  private static let synonyms: [String: String] = [
    "km/h": "km/h", "kmh": "km/h", "kph": "km/h", "kmph": "km/h", "mph": "mph", "mi/h": "mph", "m/s": "m/s",
    "c": "celsius", "degc": "celsius", "celsius": "celsius", "℃": "celsius", "f": "fahrenheit",
    "degf": "fahrenheit", "fahrenheit": "fahrenheit", "k": "kelvin", "kelvin": "kelvin", "rpm": "rpm", "1/min": "rpm",
    "u/min": "rpm", "r/min": "rpm", "min-1": "rpm", "%": "percent", "percent": "percent", "pct": "percent",
    "ratio": "ratio", "v": "V", "volt": "V", "volts": "V", "mv": "mV", "a": "A", "amp": "A", "ampere": "A", "ma": "mA",
    "kpa": "kPa", "pa": "Pa", "hpa": "mbar", "mbar": "mbar", "bar": "bar", "psi": "psi", "mpa": "MPa", "g/s": "g/s",
    "kg/h": "kg/h", "m": "m", "km": "km", "mi": "mile", "mile": "mile", "miles": "mile", "s": "s", "sec": "s",
    "min": "min",
    "h": "h", "hr": "h", "hours": "h", "nm": "Nm", "w": "W", "kw": "kW", "wh": "Wh", "kwh": "kWh", "l": "l",
    "l/h": "l/h",
    "ml": "ml", "deg": "degrees", "degree": "degrees", "degrees": "degrees", "rad": "rad", "m/s^2": "m/s^2",
    "m/s2": "m/s^2", "m/s²": "m/s^2", "g": "g",
  ]

  private static let steps: [(from: String, to: String, step: Conversion)] = [
    ("m/s", "km/h", Conversion(factor: 3.6)), ("mph", "km/h", Conversion(factor: 1.609344)),
    ("kelvin", "celsius", Conversion(factor: 1, offset: -273.15)),
    ("fahrenheit", "celsius", Conversion(factor: 5.0 / 9, offset: -160.0 / 9)),
    ("ratio", "percent", Conversion(factor: 100)), ("mV", "V", Conversion(factor: 0.001)),
    ("mA", "A", Conversion(factor: 0.001)), ("Pa", "kPa", Conversion(factor: 0.001)),
    ("mbar", "kPa", Conversion(factor: 0.1)), ("bar", "kPa", Conversion(factor: 100)),
    ("MPa", "kPa", Conversion(factor: 1000)), ("psi", "kPa", Conversion(factor: 6.894757)),
    ("kPa", "Pa", Conversion(factor: 1000)), ("mbar", "Pa", Conversion(factor: 100)),
    ("kg/h", "g/s", Conversion(factor: 1 / 3.6)), ("km", "m", Conversion(factor: 1000)),
    ("mile", "m", Conversion(factor: 1609.344)), ("mile", "km", Conversion(factor: 1.609344)),
    ("m", "km", Conversion(factor: 0.001)), ("min", "s", Conversion(factor: 60)), ("h", "s", Conversion(factor: 3600)),
    ("s", "h", Conversion(factor: 1.0 / 3600)), ("min", "h", Conversion(factor: 1.0 / 60)),
    ("W", "kW", Conversion(factor: 0.001)), ("kW", "W", Conversion(factor: 1000)),
    ("Wh", "kWh", Conversion(factor: 0.001)), ("ml", "l", Conversion(factor: 0.001)),
    ("rad", "degrees", Conversion(factor: 57.29577951308232)), ("g", "m/s^2", Conversion(factor: 9.80665)),
  ]
}
