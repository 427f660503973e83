// The components whose health Telltale knows, and the states a component can be in.

/// A component of the vehicle. The name is the key of configuration, socket and payloads.
public enum ComponentID: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  case engineOil = 0
  case cooling = 1
  case charging = 2

  /// The key in configuration, socket and payloads, for example `engine-oil`.
  public var name: String {
    switch self {
    case .engineOil: "engine-oil"
    case .cooling: "cooling"
    case .charging: "charging"
    }
  }

  /// What a technician calls it.
  public var title: String {
    switch self {
    case .engineOil: "Engine oil"
    case .cooling: "Cooling system and thermostat"
    case .charging: "Charging system"
    }
  }

  public init?(name: String) {
    guard let found = ComponentID.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}

/// State of a component. `ok` to `critical` are the bands of its score (ISO 13374 health assessment);
/// `learning` and `unknown` are said instead of a band while there is no ground for one.
public enum HealthState: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  case ok = 0
  case watch = 1
  case service = 2
  case critical = 3
  case learning = 4
  case unknown = 5

  public var name: String {
    switch self {
    case .ok: "ok"
    case .watch: "watch"
    case .service: "service"
    case .critical: "critical"
    case .learning: "learning"
    case .unknown: "unknown"
    }
  }

  /// Whether the score has been judged: neither learning nor unknown.
  @inlinable public var isBand: Bool { rawValue <= HealthState.critical.rawValue }
}

extension HealthState {
  /// The score below which each worse band begins: watch below 60, service below 40, critical below 20.
  @inlinable public static func edge(above band: HealthState) -> Double {
    switch band {
    case .watch: 60
    case .service: 40
    case .critical: 20
    default: .infinity
    }
  }

  /// The band of a score without regard to the bands before it; no hysteresis, no debounce.
  @inlinable public static func band(ofScore score: Double) -> HealthState {
    if score < edge(above: .critical) { return .critical }
    if score < edge(above: .service) { return .service }
    return score < edge(above: .watch) ? .watch : .ok
  }
}
