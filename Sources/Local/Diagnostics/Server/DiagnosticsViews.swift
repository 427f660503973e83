// What the server may look at, and the one way in which it may ask for something: handed in by who composes the house.
public import Documents

/// Read-only views of the daemon, and its ear for commands. Each closure is called on the server's event loop, once per
/// request, and must return at once, a view from a snapshot: it may not wait for another thread's work.
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
  public var polling: @Sendable () -> PollingDocument
  /// Carries out a command, or refuses it. The reply may come later and from any thread, within 15 s; a later one, a
  /// second one, and one whose client has left go nowhere. The command stands even when its client leaves.
  public var command: Command
  /// The body of `/metrics` in Prometheus' text format.
  public var metrics: @Sendable () -> String

  public typealias Command =
    @Sendable (DiagnosticsCommand, Caller, _ reply: @escaping @Sendable (CommandReply) -> Void) -> Void

  /// - Parameters:
  ///   - polling: Where it is not given, nothing may be asked of the vehicle.
  ///   - command: Where it is not given, every command is refused.
  ///   - metrics: Nil to make `/metrics` from the other views.
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
    polling: @escaping @Sendable () -> PollingDocument = { PollingDocument() },
    command: @escaping Command = DiagnosticsViews.refuse,
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
    self.polling = polling
    self.command = command
    self.metrics =
      metrics ?? {
        prometheusText(
          status: status(), health: health(), alerts: alerts(), sources: sources(), memory: memory(),
          polling: polling())
      }
  }

  /// Says no to everything: for a daemon that has no bus.
  public static let refuse: Command = { _, _, reply in
    reply(
      .refused(
        code: "no-bus", reason: "this daemon does nothing on a bus", mend: "ask the one that runs on the vehicle"))
  }
}
