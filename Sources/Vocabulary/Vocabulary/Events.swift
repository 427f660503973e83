// What happened: the records that leave the vehicle.

/// The three lanes of the outbox; each is a gapless sequence of its own per epoch. Alerts overtake.
public enum Lane: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  case alerts = 0
  case events = 1
  case telemetry = 2

  public var name: String {
    switch self {
    case .alerts: "alerts"
    case .events: "events"
    case .telemetry: "telemetry"
    }
  }

  public init?(name: String) {
    guard let found = Lane.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}

public enum Severity: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  case warning = 0
  case critical = 1

  public var name: String { self == .warning ? "warning" : "critical" }
}

/// An alert: one episode of one component needing somebody.
public struct Alert: BitwiseCopyable, Sendable {
  public enum State: UInt8, BitwiseCopyable, CaseIterable, Sendable {
    case active = 0
    case acknowledged = 1
    case resolved = 2

    public var name: String {
      switch self {
      case .active: "active"
      case .acknowledged: "acknowledged"
      case .resolved: "resolved"
      }
    }
  }

  public var component: ComponentID
  /// Counted from 1 for each component of this vehicle.
  public var episode: UInt32
  public var severity: Severity
  public var state: State
  public var opened: Timestamp
  public var changed: Timestamp
  /// The health that moved the alert last.
  public var report: HealthReport

  public init(
    component: ComponentID, episode: UInt32, severity: Severity, state: State, opened: Timestamp, changed: Timestamp,
    report: HealthReport
  ) {
    self.component = component
    self.episode = episode
    self.severity = severity
    self.state = state
    self.opened = opened
    self.changed = changed
    self.report = report
  }

  /// Component and episode, for example `cooling-2`.
  public var id: String { component.name + "-" + String(episode) }

  /// What an `id` says.
  public static func component(ofID id: String) -> (component: ComponentID, episode: UInt32)? {
    guard let dash = id.lastIndex(of: "-"), let component = ComponentID(name: String(id[..<dash])),
      let episode = UInt32(id[id.index(after: dash)...])
    else { return nil }
    return (component, episode)
  }
}

/// A drive from engine start to engine stop.
public struct Trip: BitwiseCopyable, Sendable {
  /// Counted from 1 since Telltale watches this vehicle.
  public var number: UInt32
  public var started: Timestamp
  /// Equal to `started` while the trip runs.
  public var ended: Timestamp
  /// Integrated from vehicle speed, km.
  public var distanceKm: Double
  /// Seconds with the engine running.
  public var engineSeconds: Double
  /// Highest vehicle speed, km/h; NaN if none was seen.
  public var topSpeed: Double
  /// First and last coolant temperature, Celsius; NaN where not seen.
  public var coolantAtStart: Double
  public var coolantAtEnd: Double
  /// Median system voltage with the engine above idle, V; NaN where not seen.
  public var runningVoltage: Double

  public init(number: UInt32, started: Timestamp) {
    self.number = number
    self.started = started
    ended = started
    distanceKm = 0
    engineSeconds = 0
    topSpeed = .nan
    coolantAtStart = .nan
    coolantAtEnd = .nan
    runningVoltage = .nan
  }
}

/// Records that were lost before they could be stored, and where.
public struct DataLoss: BitwiseCopyable, Sendable {
  public enum Place: UInt8, BitwiseCopyable, Sendable {
    case kernelQueue = 0
    case recorderRing = 1

    public var name: String {
      switch self {
      case .kernelQueue: "kernel-queue"
      case .recorderRing: "recorder-ring"
      }
    }
  }

  public var place: Place
  public var count: UInt64

  public init(place: Place, count: UInt64) {
    self.place = place
    self.count = count
  }
}

/// Something that happened on the vehicle, with what belongs to it.
public struct Event: BitwiseCopyable, Sendable {
  public enum Kind: BitwiseCopyable, Sendable {
    case healthComputed(HealthReport)
    /// A component's state changed; the state it had before.
    case healthChanged(HealthReport, from: HealthState)
    case componentDegraded(HealthReport, from: HealthState)
    case componentCritical(HealthReport, from: HealthState)
    case alertCreated(Alert)
    case alertEscalated(Alert)
    case alertResolved(Alert)
    case tripStarted(Trip)
    case tripEnded(Trip)
    case dataDropped(DataLoss)
    /// A control unit tells a trouble code that it did not tell before, or a worse status of it.
    case troubleCodeSet(TroubleCodeReport)
    /// Nothing is left of a trouble code; the report as it was, with an empty status.
    case troubleCodeCleared(TroubleCodeReport)
    /// A bus became readable or unreadable, or its controller's fault confinement moved.
    case busChanged(BusChange)
    /// The gateway hears another vehicle than before, by its identification number.
    case vehicleChanged(from: ShortText, to: ShortText)
    /// A workshop's word about a component, and the distance watched, km.
    case workshop(WorkshopEntry, atKm: Double)
    case clockResolved(ClockResolution)
    case observationGap(ObservationGap)
  }

  public var time: Timestamp
  public var kind: Kind

  public init(time: Timestamp, kind: Kind) {
    self.time = time
    self.kind = kind
  }

  /// The event's type on the wire, for example `alert.created`.
  public var type: String {
    switch kind {
    case .healthComputed: "vehicle.health.computed"
    case .healthChanged: "vehicle.health.changed"
    case .componentDegraded: "component.degraded"
    case .componentCritical: "component.critical"
    case .alertCreated: "alert.created"
    case .alertEscalated: "alert.escalated"
    case .alertResolved: "alert.resolved"
    case .tripStarted: "trip.started"
    case .tripEnded: "trip.ended"
    case .dataDropped: "data.dropped"
    case .troubleCodeSet: "dtc.set"
    case .troubleCodeCleared: "dtc.cleared"
    case .busChanged: "bus.changed"
    case .vehicleChanged: "vehicle.changed"
    case .workshop(let entry, _):
      if case .service = entry.kind { "component.serviced" } else { "component.measured" }
    case .clockResolved: "clock.resolved"
    case .observationGap: "observation.gap"
    }
  }

  /// The lane it travels in.
  public var lane: Lane {
    switch kind {
    case .alertCreated, .alertEscalated, .alertResolved, .componentCritical: .alerts
    default: .events
    }
  }
}

/// One signal over one interval: what a roll-up keeps of its valid samples.
public struct RollUp: BitwiseCopyable, Sendable {
  public var signal: SignalID
  public var count: UInt32
  public var minimum: Double
  public var maximum: Double
  public var sum: Double
  public var last: Double

  @inlinable public init(signal: SignalID, count: UInt32, minimum: Double, maximum: Double, sum: Double, last: Double) {
    self.signal = signal
    self.count = count
    self.minimum = minimum
    self.maximum = maximum
    self.sum = sum
    self.last = last
  }

  /// Nothing yet: count 0.
  @inlinable public static func empty(_ signal: SignalID) -> RollUp {
    RollUp(signal: signal, count: 0, minimum: .infinity, maximum: -.infinity, sum: 0, last: 0)
  }
}
