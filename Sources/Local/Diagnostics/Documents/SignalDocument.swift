// `/v1/signals` and `/v1/signals/{path}`: one signal as it stands now.
public import Vocabulary

/// A signal's value, if it is one.
public struct SignalDocument: Codable, Hashable, Sendable {
  /// COVESA VSS path.
  public var path: String
  /// Null unless `validity` is `valid`: an old or refused reading is no value.
  public private(set) var value: Double?
  /// The reading that has gone stale; absent otherwise.
  public private(set) var lastValue: Double?
  /// VSS unit identifier; empty for a number without unit.
  public var unit: String
  /// valid, stale, not-available, error or out-of-range.
  public private(set) var validity: String
  /// Seconds since the last sample; null when there never was one.
  public var ageSeconds: Double?

  /// - Parameters:
  ///   - reading: The last decoded number in the description's unit; NaN when there is none. A valid reading that is
  ///     not finite becomes `not-available`.
  ///   - ageSeconds: Seconds since the last sample; NaN when there never was one.
  public init(_ description: SignalDescription, validity: Validity, reading: Double, ageSeconds age: Double) {
    path = description.path
    unit = description.unit
    self.validity = (validity == .valid && !reading.isFinite ? Validity.notAvailable : validity).name
    value = validity == .valid && reading.isFinite ? reading : nil
    lastValue = validity == .stale && reading.isFinite ? reading : nil
    ageSeconds = age.isFinite ? age : nil
  }

  enum CodingKeys: String, CodingKey {
    case path, value, lastValue, unit, validity, ageSeconds
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(path, forKey: .path)
    try c.encode(value, forKey: .value)
    try c.encodeIfPresent(lastValue, forKey: .lastValue)
    try c.encode(unit, forKey: .unit)
    try c.encode(validity, forKey: .validity)
    try c.encode(ageSeconds, forKey: .ageSeconds)
  }
}
