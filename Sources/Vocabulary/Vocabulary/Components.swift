// The components whose health Telltale knows, and the states a component can be in.

/// A component of the vehicle. The name is the key of configuration, socket and payloads.
public enum ComponentID: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  case engineOil = 0
  case cooling = 1
  case charging = 2
  case battery = 3
  case brakePadsFront = 4
  case brakePadsRear = 5
  case tyrePressure = 6
  case tyreTread = 7
  case airFilter = 8
  case airFlowSensor = 9
  case fuelSystem = 10
  case catalyst = 11
  case oxygenSensors = 12
  case particulateFilter = 13
  case exhaustRecirculation = 14
  case transmissionFluid = 15
  case tractionBattery = 16
  case wheelBearings = 17
  case troubleCodes = 18

  /// The key in configuration, socket and payloads, for example `engine-oil`.
  public var name: String {
    switch self {
    case .engineOil: "engine-oil"
    case .cooling: "cooling"
    case .charging: "charging"
    case .battery: "battery-12v"
    case .brakePadsFront: "brake-pads-front"
    case .brakePadsRear: "brake-pads-rear"
    case .tyrePressure: "tyre-pressure"
    case .tyreTread: "tyre-tread"
    case .airFilter: "air-filter"
    case .airFlowSensor: "air-flow-sensor"
    case .fuelSystem: "fuel-system"
    case .catalyst: "catalyst"
    case .oxygenSensors: "oxygen-sensors"
    case .particulateFilter: "particulate-filter"
    case .exhaustRecirculation: "exhaust-recirculation"
    case .transmissionFluid: "transmission-fluid"
    case .tractionBattery: "traction-battery"
    case .wheelBearings: "wheel-bearings"
    case .troubleCodes: "trouble-codes"
    }
  }

  /// What a technician calls it.
  public var title: String {
    switch self {
    case .engineOil: "Engine oil"
    case .cooling: "Cooling system and thermostat"
    case .charging: "Charging system"
    case .battery: "12 V battery"
    case .brakePadsFront: "Front brake pads"
    case .brakePadsRear: "Rear brake pads"
    case .tyrePressure: "Tyre pressure"
    case .tyreTread: "Tyre tread"
    case .airFilter: "Air filter"
    case .airFlowSensor: "Air-flow sensor"
    case .fuelSystem: "Fuel system and injectors"
    case .catalyst: "Catalyst"
    case .oxygenSensors: "Oxygen sensors"
    case .particulateFilter: "Particulate filter"
    case .exhaustRecirculation: "Exhaust gas recirculation"
    case .transmissionFluid: "Transmission fluid"
    case .tractionBattery: "Traction battery"
    case .wheelBearings: "Wheel bearings"
    case .troubleCodes: "Stored trouble codes"
    }
  }

  public init?(name: String) {
    guard let found = ComponentID.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}

/// One value for each component, by its number.
public typealias PerComponent<Value> = InlineArray<19, Value>

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
