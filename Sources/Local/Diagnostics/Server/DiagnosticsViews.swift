// What the server may look at: read-only views of the running house, handed in by who composes it.
public import Documents

/// Read-only views of the daemon. Each closure is called on the server's event loop, once per request, and must return
/// at once from a snapshot: it may not wait for another thread's work.
public struct DiagnosticsViews: Sendable {
  public var status: @Sendable () -> StatusDocument
  /// Every signal of the catalogue, those without a value included.
  public var signals: @Sendable () -> [SignalDocument]
  /// Every component, the unknown ones included.
  public var health: @Sendable () -> [HealthDocument]
  public var alerts: @Sendable () -> [AlertDocument]
  public var sources: @Sendable () -> [SourceDocument]
  public var memory: @Sendable () -> MemoryDocument
  /// The latest trips; the caller bounds their number.
  public var trips: @Sendable () -> [TripDocument]
  /// Every trouble code that is known, those that are there first.
  public var dtcs: @Sendable () -> [TroubleCodeDocument]
  /// Every control unit that said something about itself.
  public var units: @Sendable () -> [ControlUnitDocument]
  /// The body of `/metrics` in Prometheus' text format.
  public var metrics: @Sendable () -> String

  /// - Parameter metrics: Nil to make `/metrics` from the other views.
  public init(
    status: @escaping @Sendable () -> StatusDocument,
    signals: @escaping @Sendable () -> [SignalDocument],
    health: @escaping @Sendable () -> [HealthDocument],
    alerts: @escaping @Sendable () -> [AlertDocument],
    sources: @escaping @Sendable () -> [SourceDocument],
    memory: @escaping @Sendable () -> MemoryDocument,
    trips: @escaping @Sendable () -> [TripDocument],
    dtcs: @escaping @Sendable () -> [TroubleCodeDocument],
    units: @escaping @Sendable () -> [ControlUnitDocument],
    metrics: (@Sendable () -> String)? = nil
  ) {
    self.status = status
    self.signals = signals
    self.health = health
    self.alerts = alerts
    self.sources = sources
    self.memory = memory
    self.trips = trips
    self.dtcs = dtcs
    self.units = units
    self.metrics =
      metrics ?? {
        prometheusText(status: status(), health: health(), alerts: alerts(), sources: sources(), memory: memory())
      }
  }
}
