// What happened, as JSON: alerts, trips, losses and minutes of telemetry.
public import Vocabulary

/// An alert and the health that moved it last.
public struct AlertDocument: Codable, Hashable, Sendable {
  /// Component and episode, for example `cooling-2`.
  public var id: String
  public var component: String
  public var episode: Int
  /// warning or critical.
  public var severity: String
  /// active, acknowledged or resolved.
  public var state: String
  public var opened: String
  public var changed: String
  public var health: HealthDocument

  public init(_ a: Alert, _ catalogue: SignalCatalogue) {
    id = a.id
    component = a.component.name
    episode = Int(a.episode)
    severity = a.severity.name
    state = a.state.name
    opened = a.opened.rfc3339
    changed = a.changed.rfc3339
    health = HealthDocument(a.report, catalogue)
  }
}

/// A trip; `ended` is null while it runs.
public struct TripDocument: Codable, Hashable, Sendable {
  public var number: Int
  public var started: String
  public var ended: String?
  public var distanceKm: Double
  public var engineSeconds: Double
  public var topSpeed: Double?
  public var coolantAtStart: Double?
  public var coolantAtEnd: Double?
  public var runningVoltage: Double?

  public init(_ t: Trip) {
    number = Int(t.number)
    started = t.started.rfc3339
    ended = t.ended == t.started ? nil : t.ended.rfc3339
    distanceKm = t.distanceKm
    engineSeconds = t.engineSeconds
    topSpeed = t.topSpeed.finite
    coolantAtStart = t.coolantAtStart.finite
    coolantAtEnd = t.coolantAtEnd.finite
    runningVoltage = t.runningVoltage.finite
  }

  enum CodingKeys: String, CodingKey {
    case number, started, ended, distanceKm, engineSeconds, topSpeed, coolantAtStart, coolantAtEnd, runningVoltage
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(number, forKey: .number)
    try c.encode(started, forKey: .started)
    try c.encode(ended, forKey: .ended)
    try c.encode(distanceKm, forKey: .distanceKm)
    try c.encode(engineSeconds, forKey: .engineSeconds)
    try c.encode(topSpeed, forKey: .topSpeed)
    try c.encode(coolantAtStart, forKey: .coolantAtStart)
    try c.encode(coolantAtEnd, forKey: .coolantAtEnd)
    try c.encode(runningVoltage, forKey: .runningVoltage)
  }
}

/// Records that were lost, and where.
public struct DataLossDocument: Codable, Hashable, Sendable {
  public var place: String
  public var count: UInt64

  public init(_ loss: DataLoss) {
    place = loss.place.name
    count = loss.count
  }
}

/// A bus that came from one state into another.
public struct BusChangeDocument: Codable, Hashable, Sendable {
  /// The interface.
  public var name: String
  /// `error-active`, `error-warning`, `error-passive`, `bus-off`, `down` or `absent`.
  public var state: String
  public var previous: String
  /// The controller's error counters.
  public var transmitErrors: Int
  public var receiveErrors: Int
  /// Seconds for which nothing could be received, in the record that ends such a time.
  public var blindSeconds: Double?
  /// Changes since the record before, this one included: more than 1 on a bus that flaps.
  public var changes: Int

  public init(_ change: BusChange) {
    name = change.name.string
    state = change.condition.state.name
    previous = change.previous.name
    transmitErrors = Int(change.condition.transmitErrors)
    receiveErrors = Int(change.condition.receiveErrors)
    blindSeconds = change.blindSeconds.finite
    changes = Int(change.changes)
  }

  enum CodingKeys: String, CodingKey {
    case name, state, previous, transmitErrors, receiveErrors, blindSeconds, changes
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(name, forKey: .name)
    try c.encode(state, forKey: .state)
    try c.encode(previous, forKey: .previous)
    try c.encode(transmitErrors, forKey: .transmitErrors)
    try c.encode(receiveErrors, forKey: .receiveErrors)
    try c.encode(blindSeconds, forKey: .blindSeconds)
    try c.encode(changes, forKey: .changes)
  }
}

/// A wall clock that became good or made a step: the earlier rows of this boot were so many seconds later than they say.
public struct ClockResolutionDocument: Codable, Hashable, Sendable {
  /// none, rtc, ntp or gnss.
  public var quality: String
  public var previous: String
  /// Negative when the clock was set back.
  public var shiftSeconds: Double

  public init(_ resolution: ClockResolution, quality: ClockQuality) {
    self.quality = quality.name
    previous = resolution.before.name
    shiftSeconds = Double(resolution.shiftNanoseconds) * 1e-9
  }
}

/// A span that nobody watched; null is not known.
public struct ObservationGapDocument: Codable, Hashable, Sendable {
  public var from: String
  public var to: String
  public var seconds: Double?
  public var km: Double?

  public init(_ gap: ObservationGap) {
    from = gap.from.rfc3339
    to = gap.to.rfc3339
    seconds = gap.seconds
    km = gap.km.finite
  }

  enum CodingKeys: String, CodingKey { case from, to, seconds, km }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(from, forKey: .from)
    try c.encode(to, forKey: .to)
    try c.encode(seconds, forKey: .seconds)
    try c.encode(km, forKey: .km)
  }
}

/// One signal over the minute of a telemetry record.
public struct RollUpDocument: Codable, Hashable, Sendable {
  public var n: Int
  public var min: Double
  public var max: Double
  public var mean: Double
  public var last: Double

  public init(_ r: RollUp) {
    n = Int(r.count)
    min = r.minimum
    max = r.maximum
    mean = r.count == 0 ? 0 : r.sum / Double(r.count)
    last = r.last
  }
}

/// A minute of roll-ups by VSS path.
public struct TelemetryDocument: Codable, Hashable, Sendable {
  /// Start of the minute, RFC 3339.
  public var start: String
  /// Seconds covered.
  public var seconds: Int
  public var signals: [String: RollUpDocument]

  public init(start: Timestamp, seconds: Int, _ rollUps: some Sequence<RollUp>, _ catalogue: SignalCatalogue) {
    self.start = start.rfc3339
    self.seconds = seconds
    signals = [:]
    for r in rollUps { signals[catalogue[r.signal].path] = RollUpDocument(r) }
  }
}
