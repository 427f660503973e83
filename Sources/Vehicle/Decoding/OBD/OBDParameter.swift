// Parameters of OBD-II service 01 (SAE J1979, ISO 15031-5, J1979-DA): which parameter identifiers carry what.

/// A parameter of service 01, with one value or several. Freeze frames (service 02) and the data identifiers
/// F400...F4FF of SAE J1979-2 carry the same data.
///
/// Not told: what PIDs 4F and 50, where a car has them, say of other scales of PIDs 0B, 10, 24...2B, 34...3B and 44.
public struct OBDParameter: Sendable {
  public let pid: UInt8
  /// Bytes after the parameter identifier, 1...41.
  public let dataBytes: Int
  /// Bytes of cars with more or fewer banks of cylinders than usual; nil where the length never differs.
  public let otherDataBytes: Int?
  public let title: String
  /// In the standard's order, at least one.
  public let values: [OBDValue]

  /// Nil where the parameter has none of that name.
  public func value(named name: String) -> OBDValue? { values.first { $0.name == name } }

  /// Nil for an unknown parameter. Reads the table's text anew: for configuration and display, not for each message.
  public static func of(pid: UInt8) -> OBDParameter? {
    var found: OBDParameter?
    OBDTableReader.read(OBDParameterTable.text(of: pid), only: pid) { found = $0 }
    return found
  }

  /// Ascending by `pid`. Reads the table's text anew.
  public static var all: [OBDParameter] {
    var all: [OBDParameter] = []
    for text in OBDParameterTable.texts { OBDTableReader.read(text) { all.append($0) } }
    return all
  }
}

/// One value of a parameter: a number, a state, or a set of bits.
public struct OBDValue: Sendable {
  /// In lowerCamelCase and unique within its parameter; what an adapter pack says.
  public internal(set) var name: String
  public internal(set) var title: String
  /// VSS unit identifier, or one in its manner where VSS has none (`mA`, `ppm`); empty for numbers without a unit,
  /// states and sets of bits.
  public internal(set) var unit: String
  /// The first of its data bytes, 0 being the standard's byte A.
  public internal(set) var firstByte: Int
  /// 1...4, the most significant one first.
  public internal(set) var byteCount: Int
  /// Its lowest bit in the last of its bytes, 0...7; not 0 only where `byteCount` is 1.
  public internal(set) var lowestBit: Int
  /// 1...32.
  public internal(set) var bitCount: Int
  /// Two's complement.
  public internal(set) var isSigned: Bool
  /// The value is `raw * scale + offset`.
  public internal(set) var scale: Double
  public internal(set) var offset: Double
  /// The bit of data byte A that says whether the unit has this value; nil where it always has.
  public internal(set) var support: Int?
  /// The bit of data byte A that says that there is no value at the moment; nil where nothing says so.
  public internal(set) var absence: Int?
  /// Whether all bits set mean that there is no value.
  public internal(set) var isAbsentAllOnes: Bool
  /// What single raw values mean, ascending; empty for numbers and sets of bits.
  public internal(set) var states: [OBDState]

  /// What the bits can say at all, in `unit`.
  public var range: ClosedRange<Double> {
    let count = Double(UInt64(1) << UInt64(bitCount))
    let raw = isSigned ? (-count / 2)...(count / 2 - 1) : 0...(count - 1)
    return (raw.lowerBound * scale + offset)...(raw.upperBound * scale + offset)
  }

  /// The meaning of a value that is a state; nil for a reserved one, and where there are no states.
  public func state(of value: Double) -> String? { states.first { Double($0.raw) == value }?.name }
}

/// What one raw value of an enumeration means.
public struct OBDState: Equatable, Sendable {
  public let raw: UInt32
  /// A few words, for people.
  public let name: String
}
