// Why nothing, or not all, is said of a component.

/// Why a component is unknown or learning, or why its remaining life is not given.
public enum HealthReason: BitwiseCopyable, Sendable {
  case none
  /// An input never came, or not for this vehicle.
  case missingInput(SignalID)
  /// No pack maps an input that the component needs.
  case unmappedInput(ComponentID)
  /// Inputs come, but no tick has passed its gate yet.
  case noValidTick(Tick)
  /// Too few ticks for a judgement.
  case learning(seen: Int, needed: Int, Tick)
  /// There were ticks enough once, but they are old, or most trips of late did not pass the gate.
  case tooFewLately(Tick)
  /// Nothing that is measured shows that the part wears: there is no end to be told.
  case noDegradation
  /// The part was in use before Telltale came and nobody said since when, or how worn it was.
  case wearUnknown(ComponentID)
  /// A remaining distance cannot be told honestly of such a part: only its state is.
  case stateOnly

  /// What a component counts as one observation.
  public enum Tick: UInt8, BitwiseCopyable, Sendable {
    case trip = 0
    case warmTrip = 1
    case chargingTrip = 2
    case engineStart = 3
    case rest = 4
    case closedLoopTrip = 5
    case catalystTest = 6
    case fullThrottle = 7
    case airFlowTrip = 8
    case pressureReading = 9
    case straightStretch = 10
    case regeneration = 11
    case recirculationTrip = 12
    case capacityWindow = 13
    case vibrationTrip = 14
    case codeReading = 15
    case brakingTrip = 16

    public var plural: String {
      switch self {
      case .trip: "trips"
      case .warmTrip: "trips at working temperature"
      case .chargingTrip: "trips with the engine above idle for a minute"
      case .engineStart: "engine starts"
      case .rest: "rests of four hours"
      case .closedLoopTrip: "warm trips in closed loop"
      case .catalystTest: "catalyst tests"
      case .fullThrottle: "stretches at high air flow"
      case .airFlowTrip: "trips with air flow and manifold pressure"
      case .pressureReading: "days with tyre pressures"
      case .straightStretch: "steady stretches with satellite speed"
      case .regeneration: "regenerations or 700 km"
      case .recirculationTrip: "trips with exhaust gas recirculation"
      case .capacityWindow: "charges or discharges of 15 %"
      case .vibrationTrip: "trips at steady speed with vibration"
      case .codeReading: "readings of trouble codes"
      case .brakingTrip: "trips with braking"
      }
    }
  }

  /// A sentence for a technician; nil for `.none`.
  public func text(_ catalogue: SignalCatalogue) -> String? {
    switch self {
    case .none: nil
    case .missingInput(let signal):
      "no valid \(catalogue[signal].path) seen yet"
    case .unmappedInput(let component):
      "no loaded adapter pack maps the inputs of \(component.name); see `telltaled --check`"
    case .noValidTick(let tick): "0 \(tick.plural) seen yet"
    case .learning(let seen, let needed, let tick): "\(seen) of \(needed) \(tick.plural) seen"
    case .tooFewLately(let tick): "too few \(tick.plural) seen lately to judge by"
    case .noDegradation: "no degradation seen: there is no end to be told"
    case .wearUnknown(let component):
      "wear before Telltale is unknown, so the interval covers all of it; say when it was last done: "
        + "telltale service \(component.name)"
    case .stateOnly: "no honest distance can be told of such a part: have it looked at when its state says so"
    }
  }
}
