// Units of sensors and of signals, and the way from one to the other.

/// A linear conversion: `value * factor + offset`.
public struct SensorConversion: Hashable, BitwiseCopyable, Sendable {
  public var factor: Double
  public var offset: Double

  public init(factor: Double, offset: Double = 0) {
    self.factor = factor
    self.offset = offset
  }

  public func callAsFunction(_ value: Double) -> Double { value * factor + offset }
}

/// A unit of the SenML registry (RFC 8428 section 12.1, secondary units by RFC 8798), one that sensors say although it
/// is not registered, or one of VSS: how it leads to the base unit of what it measures.
public struct SensorUnit: Sendable {
  private enum Quantity {
    case length, mass, time, current, temperature, frequency, force, pressure, energy, power, voltage, charge, ratio
    case speed, acceleration, volume, volumeFlow, angle, illuminance, resistance, number, level
  }

  private let quantity: Quantity
  private let toBase: SensorConversion

  private init(_ quantity: Quantity, _ factor: Double = 1, _ offset: Double = 0) {
    self.quantity = quantity
    toBase = SensorConversion(factor: factor, offset: offset)
  }

  /// A unit as a SenML record says it; nil for one that is not known here.
  public static func senml(_ name: String) -> SensorUnit? { senml[name] }

  /// A unit of VSS; nil for one that is not known here.
  public static func vss(_ name: String) -> SensorUnit? { vss[name]?.unit }

  /// The SenML unit that a sensor for a signal in this VSS unit should use; nil for a unit that is not known here.
  public static func usual(for vssUnit: String) -> String? { vss[vssUnit]?.usual }

  /// From this unit to another; nil where they measure different things.
  public func conversion(to other: SensorUnit) -> SensorConversion? {
    guard quantity == other.quantity else { return nil }
    // Dividing the factors first keeps a conversion to the same unit, and by powers of ten, exact.
    return SensorConversion(
      factor: toBase.factor / other.toBase.factor,
      offset: (toBase.offset - other.toBase.offset) / other.toBase.factor)
  }

  private static let senml: [String: SensorUnit] = [
    "m": .init(.length), "mm": .init(.length, 1e-3), "cm": .init(.length, 1e-2), "km": .init(.length, 1e3),
    "kg": .init(.mass), "g": .init(.mass, 1e-3),
    "s": .init(.time), "ms": .init(.time, 1e-3), "min": .init(.time, 60), "h": .init(.time, 3600),
    "EL": .init(.time),
    "A": .init(.current), "mA": .init(.current, 1e-3),
    "K": .init(.temperature, 1, -273.15), "Cel": .init(.temperature),
    "Hz": .init(.frequency), "1/s": .init(.frequency), "1/min": .init(.frequency, 1 / 60.0),
    "MHz": .init(.frequency, 1e6),
    "N": .init(.force),
    "Pa": .init(.pressure), "hPa": .init(.pressure, 100),
    "J": .init(.energy), "Wh": .init(.energy, 3600), "kWh": .init(.energy, 3.6e6),
    "W": .init(.power), "kW": .init(.power, 1e3),
    "V": .init(.voltage), "mV": .init(.voltage, 1e-3),
    "C": .init(.charge), "Ah": .init(.charge, 3600),
    "/": .init(.ratio), "%": .init(.ratio, 0.01), "%RH": .init(.ratio, 0.01), "%EL": .init(.ratio, 0.01),
    "/100": .init(.ratio, 0.01), "/1000": .init(.ratio, 1e-3), "ppm": .init(.ratio, 1e-6),
    "m/s": .init(.speed), "km/h": .init(.speed, 1 / 3.6),
    "m/s2": .init(.acceleration),
    "m3": .init(.volume), "l": .init(.volume, 1e-3), "m3/s": .init(.volumeFlow), "l/s": .init(.volumeFlow, 1e-3),
    "rad": .init(.angle), "lat": .init(.angle, .pi / 180), "lon": .init(.angle, .pi / 180),
    "lx": .init(.illuminance), "Ohm": .init(.resistance), "count": .init(.number), "dB": .init(.level),
    // Not registered, and said all the same.
    "kPa": .init(.pressure, 1e3), "MPa": .init(.pressure, 1e6), "mbar": .init(.pressure, 100),
    "bar": .init(.pressure, 1e5), "psi": .init(.pressure, 6894.757293168),
    "degC": .init(.temperature), "degF": .init(.temperature, 5 / 9.0, -160 / 9.0), "rpm": .init(.frequency, 1 / 60.0),
    "deg": .init(.angle, .pi / 180),
  ]

  private static let vss: [String: (unit: SensorUnit, usual: String)] = [
    "m": (.init(.length), "m"), "mm": (.init(.length, 1e-3), "m"), "cm": (.init(.length, 1e-2), "m"),
    "km": (.init(.length, 1e3), "m"),
    "kg": (.init(.mass), "kg"), "g": (.init(.mass, 1e-3), "kg"),
    "s": (.init(.time), "s"), "ms": (.init(.time, 1e-3), "s"), "min": (.init(.time, 60), "s"),
    "h": (.init(.time, 3600), "s"),
    "A": (.init(.current), "A"), "mA": (.init(.current, 1e-3), "A"),
    "celsius": (.init(.temperature), "Cel"), "kelvin": (.init(.temperature, 1, -273.15), "K"),
    "Hz": (.init(.frequency), "Hz"), "rpm": (.init(.frequency, 1 / 60.0), "1/min"),
    "N": (.init(.force), "N"),
    "Pa": (.init(.pressure), "Pa"), "kPa": (.init(.pressure, 1e3), "Pa"), "mbar": (.init(.pressure, 100), "Pa"),
    "bar": (.init(.pressure, 1e5), "Pa"), "psi": (.init(.pressure, 6894.757293168), "Pa"),
    "J": (.init(.energy), "J"), "Wh": (.init(.energy, 3600), "J"), "kWh": (.init(.energy, 3.6e6), "J"),
    "W": (.init(.power), "W"), "kW": (.init(.power, 1e3), "W"),
    "V": (.init(.voltage), "V"), "mV": (.init(.voltage, 1e-3), "V"),
    "C": (.init(.charge), "C"), "Ah": (.init(.charge, 3600), "C"),
    "ratio": (.init(.ratio), "/"), "percent": (.init(.ratio, 0.01), "%"), "ppm": (.init(.ratio, 1e-6), "ppm"),
    "m/s": (.init(.speed), "m/s"), "km/h": (.init(.speed, 1 / 3.6), "m/s"),
    "m/s^2": (.init(.acceleration), "m/s2"),
    "l": (.init(.volume, 1e-3), "m3"), "ml": (.init(.volume, 1e-6), "m3"),
    "l/h": (.init(.volumeFlow, 1e-3 / 3600), "m3/s"),
    "degrees": (.init(.angle, .pi / 180), "rad"), "rad": (.init(.angle), "rad"),
    "lux": (.init(.illuminance), "lx"), "Ohm": (.init(.resistance), "Ohm"), "dB": (.init(.level), "dB"),
    // A number without a unit.
    "": (.init(.number), ""),
  ]
}
