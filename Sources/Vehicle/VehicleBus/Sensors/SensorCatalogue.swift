// Which records of sensors are signals of the vehicle, and what a record is worth.
public import Vocabulary

/// A record's name, and the signal that it becomes.
public struct SensorMapping: Hashable, Sendable {
  /// As `SenMLRecord.name`.
  public var name: String
  public var signal: SignalID
  /// Of the records, as SenML says it; empty for numbers without a unit and for truth values. A record in another unit
  /// of the same quantity is converted; one that says no unit is taken to be in this one.
  public var unit: String
  /// From `unit` to the signal's.
  public var conversion: SensorConversion
  /// In the signal's unit; a value outside is given as `Validity.outOfRange`.
  public var range: ClosedRange<Double>

  public init(
    name: String, signal: SignalID, unit: String, conversion: SensorConversion, range: ClosedRange<Double>
  ) {
    self.name = name
    self.signal = signal
    self.unit = unit
    self.conversion = conversion
    self.range = range
  }
}

/// All records that the packs know.
public struct SensorCatalogue: Sendable {
  /// Seconds that a sensor's clock may go before ours: such a value counts as of now.
  public static let mostAhead = 5.0
  /// Seconds after which a value is history that no signal is interested in.
  public static let mostBehind = 3600.0

  /// What became of a record.
  enum Verdict {
    case sample(Sample)
    case refused(SensorRefusal)
  }

  private let mappings: [String: SensorMapping]

  /// Of two mappings of one name the first holds.
  public init(_ mappings: [SensorMapping]) {
    self.mappings = Dictionary(mappings.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  public var count: Int { mappings.count }

  /// - Parameter wall: nanoseconds since 1970 at `now`; nil for a clock that was never set.
  func judge(_ record: SenMLRecord, at now: Instant, wall: Int64?) -> Verdict {
    guard let mapping = mappings[record.name] else { return .refused(.unknownName) }
    let raw: Double
    switch record.value {
    case .number(let number): raw = number
    case .truth(let truth): raw = truth ? 1 : 0
    case .text, .none: return .refused(.noNumber)
    }
    guard let inUnit = convert(raw, record.unit, to: mapping.unit) else { return .refused(.unit) }
    let age: Double
    if record.time >= SenMLRecord.firstAbsoluteTime {
      guard let wall else { return .refused(.clockUnset) }
      age = Double(wall) * 1e-9 - record.time
    } else {
      age = -record.time
    }
    guard age >= -SensorCatalogue.mostAhead else { return .refused(.future) }
    guard age <= SensorCatalogue.mostBehind else { return .refused(.tooOld) }
    let value = mapping.conversion(inUnit)
    return .sample(
      Sample(
        time: now.advanced(seconds: -max(0, age)), value: value, signal: mapping.signal,
        validity: mapping.range.contains(value) ? .valid : .outOfRange))
  }

  /// Nil where the units do not go together.
  private func convert(_ value: Double, _ unit: String?, to expected: String) -> Double? {
    guard let unit, unit != expected else { return value }
    guard let given = SensorUnit.senml(unit), let wanted = SensorUnit.senml(expected),
      let conversion = given.conversion(to: wanted)
    else { return nil }
    return conversion(value)
  }

  /// The unit that a record of this name is expected in.
  func unit(of name: String) -> String? { mappings[name]?.unit }
}
