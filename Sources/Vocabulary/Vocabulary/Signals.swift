// Signals: what a decoded value is called, what it means, and whether it is a value at all.

/// A signal's place in the running `SignalCatalogue`, dense from 0.
public struct SignalID: Hashable, BitwiseCopyable, Sendable {
  public var rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
  @inlinable public var index: Int { Int(rawValue) }
}

/// Whether a decoded number is a value. Only `valid` ones may reach a feature.
public enum Validity: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  case valid = 0
  /// Older than the signal's `staleAfter`, or the bus sleeps.
  case stale = 1
  /// The sender says that it has no value (J1939 0xFF.., OBD-II not supported), or none was ever seen.
  case notAvailable = 2
  /// The sender says that its sensor is broken (J1939 0xFE..).
  case error = 3
  /// Outside the range that the pack gives for this signal.
  case outOfRange = 4

  public var name: String {
    switch self {
    case .valid: "valid"
    case .stale: "stale"
    case .notAvailable: "not-available"
    case .error: "error"
    case .outOfRange: "out-of-range"
    }
  }
}

/// One decoded signal value.
public struct Sample: BitwiseCopyable, Sendable {
  public var time: Instant
  /// In the unit of the signal's description. Meaningless unless `validity` is `.valid` or `.outOfRange`.
  public var value: Double
  public var signal: SignalID
  public var validity: Validity

  @inlinable public init(time: Instant, value: Double, signal: SignalID, validity: Validity = .valid) {
    self.time = time
    self.value = value
    self.signal = signal
    self.validity = validity
  }
}

/// What stands behind a `SignalID`.
public struct SignalDescription: Hashable, Sendable {
  /// COVESA VSS 6.0 path, for example `Vehicle.Speed`; what VSS lacks stands below `Vehicle.Telltale`.
  public var path: String
  /// VSS unit identifier, for example `km/h`, `celsius`, `V`; empty for a number without unit.
  public var unit: String
  /// Physically possible values; others become `Validity.outOfRange`.
  public var range: ClosedRange<Double>
  /// Seconds after which the last value no longer stands for now.
  public var staleAfter: Double

  public init(path: String, unit: String, range: ClosedRange<Double>, staleAfter: Double) {
    self.path = path
    self.unit = unit
    self.range = range
    self.staleAfter = staleAfter
  }
}

/// All signals of a running configuration. Made once, before the first frame; never changes after.
public struct SignalCatalogue: Sendable {
  public private(set) var descriptions: [SignalDescription] = []
  private var index: [String: SignalID] = [:]

  public init() {}

  public var count: Int { descriptions.count }
  public var ids: [SignalID] { (0..<count).map { SignalID(rawValue: UInt16($0)) } }

  /// Adds a signal, or finds the one that has its path: the first description of a path stays.
  /// Nil when 65,535 signals are in already.
  public mutating func add(_ description: SignalDescription) -> SignalID? {
    if let known = index[description.path] { return known }
    guard descriptions.count < Int(UInt16.max) else { return nil }
    let id = SignalID(rawValue: UInt16(descriptions.count))
    descriptions.append(description)
    index[description.path] = id
    return id
  }

  public func id(of path: String) -> SignalID? { index[path] }
  public subscript(id: SignalID) -> SignalDescription { descriptions[id.index] }
}
