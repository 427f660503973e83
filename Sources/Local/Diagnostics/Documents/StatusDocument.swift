// `/v1/status`: the daemon at a glance.
public import Documents

/// What the daemon is, how it stands, and what it has counted since it started. Counts are since the start unless said
/// otherwise. An `error` is absent while there is none; what else is not known is null.
public struct StatusDocument: Codable, Hashable, Sendable {
  /// The vehicle's id from the configuration.
  public var vehicle: String
  /// The daemon's version.
  public var version: String
  /// When the daemon started, RFC 3339.
  public var started: String
  public var uptimeSeconds: Double
  public var clock: Clock
  /// `live` or `replay`.
  public var mode: String
  /// How many sources are configured; `/v1/sources` has them.
  public var sources: Int
  public var frames: Frames
  public var signals: Signals
  /// The trip that runs now; null while parked.
  public var trip: TripDocument?
  /// Trips since Telltale watches this vehicle.
  public var trips: Int
  /// Distance since Telltale watches this vehicle, km.
  public var distanceKm: Double
  public var vehicleScore: VehicleScoreDocument
  /// Null while no control unit has told one.
  public var vehicleIdentification: VehicleIdentityDocument?
  /// Whether some control unit commands it on; null while none says.
  public var malfunctionLamp: Bool?
  /// The lamps of J1939 beside it that some control unit commands on: red-stop, amber-warning, protect.
  public var warningLamps: [String]
  public var troubleCodes: TroubleCodeCountsDocument
  /// Null while no control unit that tests itself says.
  public var readiness: VehicleReadinessDocument?
  /// Whose word stands behind `troubleCodes`; empty while no control unit has told a list.
  public var listsTold: [ListToldDocument]
  public var diagnosticTraffic: DiagnosticTrafficDocument
  /// Whether what the sources gave can be trusted; null while nobody has judged it.
  public var data: DataHealthDocument?
  /// off, running, paused, parked or quiet; `/v1/polling` has more.
  public var polling: String
  public var sync: Sync
  public var store: Store
  /// What somebody should look at, one sentence each.
  public var warnings: [String]

  /// The clock that dates records.
  public struct Clock: Codable, Hashable, Sendable {
    /// RFC 3339.
    public var now: String
    /// none, rtc, ntp or gnss.
    public var quality: String
    /// The running boot, 32 hexadecimal digits.
    public var boot: String

    public init(now: String, quality: String, boot: String) {
      self.now = now
      self.quality = quality
      self.boot = boot
    }
  }

  /// What became of the frames.
  public struct Frames: Codable, Hashable, Sendable {
    public var received: UInt64
    /// Gave at least one sample.
    public var decoded: UInt64
    /// No loaded pack knows the identifier.
    public var unmatched: UInt64
    /// Known, but too short or self-contradictory.
    public var malformed: UInt64
    /// Lost before decoding, in the kernel's queue or in a full ring.
    public var dropped: UInt64

    public init(received: UInt64, decoded: UInt64, unmatched: UInt64, malformed: UInt64, dropped: UInt64) {
      self.received = received
      self.decoded = decoded
      self.unmatched = unmatched
      self.malformed = malformed
      self.dropped = dropped
    }
  }

  public struct Signals: Codable, Hashable, Sendable {
    /// Signals in the catalogue.
    public var known: Int
    /// Signals that have a valid value now.
    public var valid: Int

    public init(known: Int, valid: Int) {
      self.known = known
      self.valid = valid
    }
  }

  /// The courier between outbox and broker.
  public struct Sync: Codable, Hashable, Sendable {
    public var configured: Bool
    public var connected: Bool
    /// `host:port`; null when no broker is configured.
    public var broker: String?
    public var error: String?
    /// Rows that no receiver has acknowledged yet.
    public var queued: Queued
    /// Rows handed to the broker, repetitions included.
    public var published: UInt64
    /// Rows that a receiver says are in its database.
    public var acknowledged: UInt64
    /// Bytes handed to the broker in the last 24 hours.
    public var bytesToday: Int = 0
    /// Whether rows wait because the day's bytes are used up.
    public var heldBack = false
    /// What was turned down since the start.
    public var refused = Refused()

    /// Messages that somebody did not take, counted since the start.
    public struct Refused: Codable, Hashable, Sendable {
      /// Receivers' words that the daemon turned down: malformed, of a foreign epoch, of rows that were never sent.
      public var acknowledgements: UInt64
      /// Messages that the broker turned down.
      public var publications: UInt64
      /// Rows that are too large for the broker, each time that they are met.
      public var oversized: UInt64

      public init(acknowledgements: UInt64 = 0, publications: UInt64 = 0, oversized: UInt64 = 0) {
        self.acknowledgements = acknowledgements
        self.publications = publications
        self.oversized = oversized
      }
    }

    public struct Queued: Codable, Hashable, Sendable {
      public var alerts: Int
      public var events: Int
      public var telemetry: Int

      public init(alerts: Int, events: Int, telemetry: Int) {
        self.alerts = alerts
        self.events = events
        self.telemetry = telemetry
      }
    }

    public init(
      configured: Bool, connected: Bool, broker: String?, error: String? = nil, queued: Queued, published: UInt64,
      acknowledged: UInt64, bytesToday: Int = 0, heldBack: Bool = false, refused: Refused = Refused()
    ) {
      self.refused = refused
      self.bytesToday = bytesToday
      self.heldBack = heldBack
      self.configured = configured
      self.connected = connected
      self.broker = broker
      self.error = error
      self.queued = queued
      self.published = published
      self.acknowledged = acknowledged
    }

    enum CodingKeys: String, CodingKey {
      case configured, connected, broker, error, queued, published, acknowledged, bytesToday, heldBack, refused
    }

    public func encode(to encoder: any Encoder) throws {
      var c = encoder.container(keyedBy: CodingKeys.self)
      try c.encode(configured, forKey: .configured)
      try c.encode(connected, forKey: .connected)
      try c.encode(broker, forKey: .broker)
      try c.encodeIfPresent(error, forKey: .error)
      try c.encode(queued, forKey: .queued)
      try c.encode(published, forKey: .published)
      try c.encode(acknowledged, forKey: .acknowledged)
      try c.encode(bytesToday, forKey: .bytesToday)
      try c.encode(heldBack, forKey: .heldBack)
      try c.encode(refused, forKey: .refused)
    }
  }

  /// The database.
  public struct Store: Codable, Hashable, Sendable {
    public var path: String
    /// On disk, write-ahead log included.
    public var bytes: Int64
    public var error: String?
    /// Written to the disk since the daemon started, whole pages of it; 0 where the kernel does not count.
    public var bytesWritten: Int64
    /// Rows that were given up for want of room, by lane, since the daemon started. The receiver is told of each.
    public var dropped: Sync.Queued

    public init(
      path: String, bytes: Int64, error: String? = nil, bytesWritten: Int64 = 0, dropped: Sync.Queued = .init(alerts: 0, events: 0, telemetry: 0)
    ) {
      self.path = path
      self.bytes = bytes
      self.error = error
      self.bytesWritten = bytesWritten
      self.dropped = dropped
    }
  }

  public init(
    vehicle: String, version: String, started: String, uptimeSeconds: Double, clock: Clock, mode: String, sources: Int,
    frames: Frames, signals: Signals, trip: TripDocument?, trips: Int, distanceKm: Double, vehicleScore: VehicleScoreDocument,
    diagnosis: DiagnosisSummary, diagnosticTraffic: DiagnosticTrafficDocument, sync: Sync, store: Store, warnings: [String],
    data: DataHealthDocument? = nil, polling: String = "off"
  ) {
    self.vehicle = vehicle
    self.version = version
    self.started = started
    self.uptimeSeconds = uptimeSeconds
    self.clock = clock
    self.mode = mode
    self.sources = sources
    self.frames = frames
    self.signals = signals
    self.trip = trip
    self.trips = trips
    self.distanceKm = distanceKm
    self.vehicleScore = vehicleScore
    vehicleIdentification = diagnosis.vehicleIdentification
    malfunctionLamp = diagnosis.malfunctionLamp
    warningLamps = diagnosis.warningLamps
    troubleCodes = diagnosis.troubleCodes
    readiness = diagnosis.readiness
    listsTold = diagnosis.listsTold
    self.diagnosticTraffic = diagnosticTraffic
    self.data = data
    self.polling = polling
    self.sync = sync
    self.store = store
    self.warnings = warnings
  }

  enum CodingKeys: String, CodingKey {
    case vehicle, version, started, uptimeSeconds, clock, mode, sources, frames, signals, trip, trips, distanceKm
    case vehicleScore, vehicleIdentification, malfunctionLamp, warningLamps, troubleCodes, readiness, listsTold
    case diagnosticTraffic, data, polling, sync, store, warnings
  }

  // Written out so that a parked vehicle says `"trip": null`: a missing key would read as "not asked".
  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(vehicle, forKey: .vehicle)
    try c.encode(version, forKey: .version)
    try c.encode(started, forKey: .started)
    try c.encode(uptimeSeconds, forKey: .uptimeSeconds)
    try c.encode(clock, forKey: .clock)
    try c.encode(mode, forKey: .mode)
    try c.encode(sources, forKey: .sources)
    try c.encode(frames, forKey: .frames)
    try c.encode(signals, forKey: .signals)
    try c.encode(trip, forKey: .trip)
    try c.encode(trips, forKey: .trips)
    try c.encode(distanceKm, forKey: .distanceKm)
    try c.encode(vehicleScore, forKey: .vehicleScore)
    try c.encode(vehicleIdentification, forKey: .vehicleIdentification)
    try c.encode(malfunctionLamp, forKey: .malfunctionLamp)
    try c.encode(warningLamps, forKey: .warningLamps)
    try c.encode(troubleCodes, forKey: .troubleCodes)
    try c.encode(readiness, forKey: .readiness)
    try c.encode(listsTold, forKey: .listsTold)
    try c.encode(diagnosticTraffic, forKey: .diagnosticTraffic)
    try c.encode(data, forKey: .data)
    try c.encode(polling, forKey: .polling)
    try c.encode(sync, forKey: .sync)
    try c.encode(store, forKey: .store)
    try c.encode(warnings, forKey: .warnings)
  }
}
