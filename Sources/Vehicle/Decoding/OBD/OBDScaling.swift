// Unit and scaling identifiers of service 06 (SAE J1979-DA, ISO 15031-5): what the three numbers of a result are in.

/// How the numbers of a monitor result are scaled: 16 bits each, `raw * scale + offset`.
public struct OBDScaling: Equatable, Sendable {
  public let scale: Double
  public let offset: Double
  /// VSS unit identifier, or one in its manner where VSS has none; empty for a number without a unit.
  public let unit: String
  /// Two's complement: all identifiers from 80 on.
  public let isSigned: Bool

  /// Nil for an identifier that is reserved, or unknown.
  public static func of(_ identifier: UInt8) -> OBDScaling? {
    for line in OBDTableReader.lines(text) {
      let words = OBDTableReader.words(line, most: 3)
      guard words.count == 3, UInt8(Substring(words[0]), radix: 16) == identifier,
        let (scale, offset) = OBDTableReader.scaling(words[1])
      else { continue }
      return OBDScaling(
        scale: scale, offset: offset, unit: OBDTableReader.unit(words[2]), isSigned: identifier >= 0x80)
    }
    return nil
  }

  /// The value, or a limit, of a result in `unit`.
  public func value(of raw: UInt16) -> Double {
    (isSigned ? Double(Int16(bitPattern: raw)) : Double(raw)) * scale + offset
  }

  /// Identifier, scale and offset, unit (`-` for none).
  private static let text = """
    01 1 -
    02 0.1 -
    03 0.01 -
    04 0.001 -
    05 0.0000305 -
    06 0.000305 -
    07 1/4 rpm
    08 0.01 km/h
    09 1 km/h
    0A 0.000122 V
    0B 0.001 V
    0C 0.01 V
    0D 1/256 mA
    0E 0.001 A
    0F 0.01 A
    10 0.001 s
    11 0.1 s
    12 1 s
    13 0.001 ohm
    14 1 ohm
    15 1000 ohm
    16 0.1-40 celsius
    17 0.01 kPa
    18 0.0117 kPa
    19 0.079 kPa
    1A 1 kPa
    1B 10 kPa
    1C 0.01 degrees
    1D 0.5 degrees
    1E 0.0000305 ratio
    1F 0.05 ratio
    20 1/256 ratio
    21 0.001 Hz
    22 1 Hz
    23 1000 Hz
    24 1 -
    25 1 km
    26 0.0001 V/ms
    27 0.01 g/s
    28 1 g/s
    29 0.25 Pa/s
    2A 0.001 kg/h
    2B 1 -
    2C 0.01 g
    2D 0.01 mg
    2E 1 -
    2F 0.01 percent
    30 0.001526 percent
    31 0.001 l
    32 0.0007747 mm
    33 0.00024414 ratio
    34 1 min
    35 0.01 s
    36 0.01 g
    37 0.1 g
    38 1 g
    39 0.01-327.68 percent
    3A 0.001 g
    3B 0.0001 g
    3C 0.1 us
    3D 0.01 mA
    3E 0.00006103516 mm^2
    3F 0.01 l
    40 1 ppm
    41 0.01 uA
    81 1 -
    82 0.1 -
    83 0.01 -
    84 0.001 -
    85 0.0000305 -
    86 0.000305 -
    87 1 ppm
    8A 0.000122 V
    8B 0.001 V
    8C 0.01 V
    8D 1/256 mA
    8E 0.001 A
    90 0.001 s
    96 0.1 celsius
    99 0.1 kPa
    9C 0.01 degrees
    9D 0.5 degrees
    A8 1 g/s
    A9 0.25 Pa/s
    AD 0.01 mg
    AE 0.1 mg
    AF 0.01 percent
    B0 0.003052 percent
    B1 0.002 V/s
    FC 0.01 kPa
    FD 0.001 kPa
    FE 0.25 Pa
    """
}
