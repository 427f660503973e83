// `/v1/polling`: what is asked of the vehicle, what the guard let out, and what came of it.

/// Polling as it stands now. Counts are since the start; what is not known is null.
public struct PollingDocument: Codable, Hashable, Sendable {
  /// Whether the configuration lets some source transmit.
  public var configured: Bool
  /// off, running, paused, parked, or quiet while the guard holds back for the sake of the bus.
  public var state: String
  /// When a pause ends by itself, RFC 3339; null while there is none, or one without an end.
  public var pausedUntil: String?
  public var parked: Parked
  /// The buses that may be asked on.
  public var buses: [Bus]

  /// Whether the vehicle is parked.
  public struct Parked: Codable, Hashable, Sendable {
    /// awake, parked or unknown.
    public var state: String
    /// RFC 3339.
    public var since: String?
    /// What speaks for it, one phrase each.
    public var evidence: [String]

    public init(state: String = "unknown", since: String? = nil, evidence: [String] = []) {
      self.state = state
      self.since = since
      self.evidence = evidence
    }

    enum CodingKeys: String, CodingKey {
      case state, since, evidence
    }

    public func encode(to encoder: any Encoder) throws {
      var c = encoder.container(keyedBy: CodingKeys.self)
      try c.encode(state, forKey: .state)
      try c.encode(since, forKey: .since)
      try c.encode(evidence, forKey: .evidence)
    }
  }

  public struct Bus: Codable, Hashable, Sendable {
    /// The source's name.
    public var name: String
    /// Requests per second that the configuration allows.
    public var budgetPerSecond: Double
    /// Requests that the guard let out.
    public var granted: UInt64
    /// What keeps polling from asking on this bus now, in the word of a refusal; null for nothing. Budgets come and go
    /// and are not among it.
    public var hindrance: String?
    /// Reasons for which it ever refused one.
    public var refused: [Refusal]
    /// Control units that answer.
    public var units: [Unit]
    public var items: [Item]
    /// By how much all periods are stretched to stay within the budget; 1 when they are not.
    public var stretch: Double

    public init(
      name: String, budgetPerSecond: Double, granted: UInt64 = 0, hindrance: String? = nil, refused: [Refusal] = [],
      units: [Unit] = [], items: [Item] = [], stretch: Double = 1
    ) {
      self.name = name
      self.budgetPerSecond = budgetPerSecond
      self.granted = granted
      self.hindrance = hindrance
      self.refused = refused
      self.units = units
      self.items = items
      self.stretch = stretch
    }

    enum CodingKeys: String, CodingKey {
      case name, budgetPerSecond, granted, hindrance, refused, units, items, stretch
    }

    public func encode(to encoder: any Encoder) throws {
      var c = encoder.container(keyedBy: CodingKeys.self)
      try c.encode(name, forKey: .name)
      try c.encode(budgetPerSecond, forKey: .budgetPerSecond)
      try c.encode(granted, forKey: .granted)
      try c.encode(hindrance, forKey: .hindrance)
      try c.encode(refused, forKey: .refused)
      try c.encode(units, forKey: .units)
      try c.encode(items, forKey: .items)
      try c.encode(stretch, forKey: .stretch)
    }
  }

  /// How often the guard refused for one reason.
  public struct Refusal: Codable, Hashable, Sendable {
    /// The reason, in a word that does not change: `bus-budget`.
    public var code: String
    public var count: UInt64
    /// RFC 3339.
    public var last: String?

    public init(code: String, count: UInt64, last: String? = nil) {
      self.code = code
      self.count = count
      self.last = last
    }

    enum CodingKeys: String, CodingKey {
      case code, count, last
    }

    public func encode(to encoder: any Encoder) throws {
      var c = encoder.container(keyedBy: CodingKeys.self)
      try c.encode(code, forKey: .code)
      try c.encode(count, forKey: .count)
      try c.encode(last, forKey: .last)
    }
  }

  /// A control unit as the planner knows it.
  public struct Unit: Codable, Hashable, Sendable {
    /// Identifier that it is asked on; null while it is asked with all others.
    public var request: String?
    /// Identifier that it answers on.
    public var answer: String
    /// Parameters that it says it has.
    public var pids: Int
    /// How long its answers take, in tenths of a millisecond at the finest; null before the first.
    public var answerMilliseconds: Double?
    /// Parameters asked for in one request, at most.
    public var packSize: Int

    public init(request: String?, answer: String, pids: Int, answerMilliseconds: Double?, packSize: Int) {
      self.request = request
      self.answer = answer
      self.pids = pids
      self.answerMilliseconds = answerMilliseconds.map { ($0 * 10).rounded() / 10 }
      self.packSize = packSize
    }

    enum CodingKeys: String, CodingKey {
      case request, answer, pids, answerMilliseconds, packSize
    }

    public func encode(to encoder: any Encoder) throws {
      var c = encoder.container(keyedBy: CodingKeys.self)
      try c.encode(request, forKey: .request)
      try c.encode(answer, forKey: .answer)
      try c.encode(pids, forKey: .pids)
      try c.encode(answerMilliseconds, forKey: .answerMilliseconds)
      try c.encode(packSize, forKey: .packSize)
    }
  }

  /// One thing that is asked for.
  public struct Item: Codable, Hashable, Sendable {
    /// For people: `01 0C engine speed`.
    public var what: String
    /// Identifier of the unit that is asked; null while none is known to have it.
    public var unit: String?
    /// The period that was wished for; null for once after each waking of the vehicle.
    public var everySeconds: Double?
    /// The period that is met; null before the second answer.
    public var metSeconds: Double?
    /// waiting, served, unsupported, refused or silent.
    public var state: String

    public init(what: String, unit: String?, everySeconds: Double?, metSeconds: Double?, state: String) {
      self.what = what
      self.unit = unit
      self.everySeconds = everySeconds
      self.metSeconds = metSeconds
      self.state = state
    }

    enum CodingKeys: String, CodingKey {
      case what, unit, everySeconds, metSeconds, state
    }

    public func encode(to encoder: any Encoder) throws {
      var c = encoder.container(keyedBy: CodingKeys.self)
      try c.encode(what, forKey: .what)
      try c.encode(unit, forKey: .unit)
      try c.encode(everySeconds, forKey: .everySeconds)
      try c.encode(metSeconds, forKey: .metSeconds)
      try c.encode(state, forKey: .state)
    }
  }

  /// Without arguments: nothing may be asked.
  public init(
    configured: Bool = false, state: String = "off", pausedUntil: String? = nil, parked: Parked = Parked(),
    buses: [Bus] = []
  ) {
    self.configured = configured
    self.state = state
    self.pausedUntil = pausedUntil
    self.parked = parked
    self.buses = buses
  }

  enum CodingKeys: String, CodingKey {
    case configured, state, pausedUntil, parked, buses
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(configured, forKey: .configured)
    try c.encode(state, forKey: .state)
    try c.encode(pausedUntil, forKey: .pausedUntil)
    try c.encode(parked, forKey: .parked)
    try c.encode(buses, forKey: .buses)
  }
}
