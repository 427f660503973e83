// The numbers of OBD-II service 01 (SAE J1979, ISO 15031-5): which parameter identifiers carry what.

/// A parameter of service 01 whose data bytes are one big-endian unsigned number.
public struct OBDParameter: Sendable {
  public var pid: UInt8
  /// Bytes after the parameter identifier, 1...5.
  public var dataBytes: Int
  /// The value is `raw * scale + offset`.
  public var scale: Double
  public var offset: Double
  /// VSS unit identifier.
  public var unit: String
  public var title: String

  /// What the data bytes can say at all, in `unit`.
  public var range: ClosedRange<Double> {
    let largest = Double((UInt64(1) << UInt64(dataBytes * 8)) - 1)
    return offset...(largest * scale + offset)
  }

  init(_ pid: UInt8, _ dataBytes: Int, _ scale: Double, _ offset: Double, _ unit: String, _ title: String) {
    self.pid = pid
    self.dataBytes = dataBytes
    self.scale = scale
    self.offset = offset
    self.unit = unit
    self.title = title
  }

  /// Nil for a parameter that is not one linear number, or unknown.
  public static func of(pid: UInt8) -> OBDParameter? { all.first { $0.pid == pid } }

  /// Ascending by `pid`.
  public static let all: [OBDParameter] = [
    OBDParameter(0x04, 1, 100.0 / 255, 0, "percent", "Calculated engine load"),
    OBDParameter(0x05, 1, 1, -40, "celsius", "Engine coolant temperature"),
    OBDParameter(0x06, 1, 100.0 / 128, -100, "percent", "Short-term fuel trim, bank 1"),
    OBDParameter(0x07, 1, 100.0 / 128, -100, "percent", "Long-term fuel trim, bank 1"),
    OBDParameter(0x08, 1, 100.0 / 128, -100, "percent", "Short-term fuel trim, bank 2"),
    OBDParameter(0x09, 1, 100.0 / 128, -100, "percent", "Long-term fuel trim, bank 2"),
    OBDParameter(0x0A, 1, 3, 0, "kPa", "Fuel pressure above atmosphere"),
    OBDParameter(0x0B, 1, 1, 0, "kPa", "Intake manifold pressure, absolute"),
    OBDParameter(0x0C, 2, 0.25, 0, "rpm", "Engine speed"),
    OBDParameter(0x0D, 1, 1, 0, "km/h", "Vehicle speed"),
    OBDParameter(0x0E, 1, 0.5, -64, "degrees", "Ignition advance of cylinder 1"),
    OBDParameter(0x0F, 1, 1, -40, "celsius", "Intake air temperature"),
    OBDParameter(0x10, 2, 0.01, 0, "g/s", "Mass air flow"),
    OBDParameter(0x11, 1, 100.0 / 255, 0, "percent", "Throttle position, absolute"),
    OBDParameter(0x1F, 2, 1, 0, "s", "Time since engine start"),
    OBDParameter(0x21, 2, 1, 0, "km", "Distance driven with the malfunction lamp on"),
    OBDParameter(0x23, 2, 10, 0, "kPa", "Fuel rail pressure above atmosphere"),
    OBDParameter(0x2C, 1, 100.0 / 255, 0, "percent", "Exhaust gas recirculation demanded"),
    OBDParameter(0x2E, 1, 100.0 / 255, 0, "percent", "Evaporative purge demanded"),
    OBDParameter(0x2F, 1, 100.0 / 255, 0, "percent", "Fuel level"),
    OBDParameter(0x30, 1, 1, 0, "", "Warm-ups since trouble codes were cleared"),
    OBDParameter(0x31, 2, 1, 0, "km", "Distance driven since trouble codes were cleared"),
    OBDParameter(0x33, 1, 1, 0, "kPa", "Barometric pressure, absolute"),
    OBDParameter(0x3C, 2, 0.1, -40, "celsius", "Catalyst temperature, bank 1 sensor 1"),
    OBDParameter(0x3D, 2, 0.1, -40, "celsius", "Catalyst temperature, bank 2 sensor 1"),
    OBDParameter(0x3E, 2, 0.1, -40, "celsius", "Catalyst temperature, bank 1 sensor 2"),
    OBDParameter(0x3F, 2, 0.1, -40, "celsius", "Catalyst temperature, bank 2 sensor 2"),
    OBDParameter(0x42, 2, 0.001, 0, "V", "Supply voltage at the control unit"),
    OBDParameter(0x43, 2, 100.0 / 255, 0, "percent", "Absolute load"),
    OBDParameter(0x44, 2, 2.0 / 65536, 0, "ratio", "Air-fuel equivalence ratio demanded"),
    OBDParameter(0x45, 1, 100.0 / 255, 0, "percent", "Throttle position, relative"),
    OBDParameter(0x46, 1, 1, -40, "celsius", "Ambient air temperature"),
    OBDParameter(0x47, 1, 100.0 / 255, 0, "percent", "Throttle position, absolute, sensor B"),
    OBDParameter(0x49, 1, 100.0 / 255, 0, "percent", "Accelerator pedal position, sensor D"),
    OBDParameter(0x4A, 1, 100.0 / 255, 0, "percent", "Accelerator pedal position, sensor E"),
    OBDParameter(0x4C, 1, 100.0 / 255, 0, "percent", "Throttle position demanded"),
    OBDParameter(0x4D, 2, 1, 0, "min", "Running time with the malfunction lamp on"),
    OBDParameter(0x4E, 2, 1, 0, "min", "Running time since trouble codes were cleared"),
    OBDParameter(0x52, 1, 100.0 / 255, 0, "percent", "Ethanol in the fuel"),
    OBDParameter(0x59, 2, 10, 0, "kPa", "Fuel rail pressure, absolute"),
    OBDParameter(0x5A, 1, 100.0 / 255, 0, "percent", "Accelerator pedal position, relative"),
    OBDParameter(0x5B, 1, 100.0 / 255, 0, "percent", "Remaining charge of the hybrid battery"),
    OBDParameter(0x5C, 1, 1, -40, "celsius", "Engine oil temperature"),
    OBDParameter(0x5D, 2, 1.0 / 128, -210, "degrees", "Fuel injection timing"),
    OBDParameter(0x5E, 2, 0.05, 0, "l/h", "Engine fuel rate"),
    OBDParameter(0x61, 1, 1, -125, "percent", "Engine torque demanded by the driver"),
    OBDParameter(0x62, 1, 1, -125, "percent", "Engine torque"),
    OBDParameter(0x63, 2, 1, 0, "Nm", "Reference engine torque"),
    OBDParameter(0xA6, 4, 0.1, 0, "km", "Odometer"),
  ]

  /// Data bytes of each parameter, linear or not, that fits in a single-frame reply; 0 where unknown or longer.
  /// A reply with several parameters can only be taken apart with them.
  static let dataBytes: [UInt8] = {
    var bytes = [UInt8](repeating: 0, count: 256)
    func set(_ count: UInt8, _ pids: ClosedRange<Int>...) {
      for range in pids { for pid in range { bytes[pid] = count } }
    }
    set(1, 0x04...0x0B, 0x0D...0x0F, 0x11...0x13, 0x1C...0x1E, 0x2C...0x30, 0x33...0x33, 0x45...0x4C)
    set(1, 0x51...0x52, 0x5A...0x5C, 0x5F...0x5F, 0x61...0x62)
    set(2, 0x02...0x03, 0x0C...0x0C, 0x10...0x10, 0x14...0x1B, 0x1F...0x1F, 0x21...0x23, 0x31...0x32, 0x3C...0x3F)
    set(2, 0x42...0x44, 0x4D...0x4E, 0x53...0x59, 0x5D...0x5E, 0x63...0x63, 0x65...0x65)
    set(4, 0x00...0x01, 0x20...0x20, 0x24...0x2B, 0x34...0x3B, 0x40...0x41, 0x4F...0x50, 0x60...0x60)
    set(4, 0x80...0x80, 0xA0...0xA0, 0xA6...0xA6, 0xC0...0xC0)
    set(5, 0x64...0x64, 0x66...0x66)
    return bytes
  }()
}
