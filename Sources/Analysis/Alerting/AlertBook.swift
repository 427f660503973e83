// The alerts of a vehicle: judges each health report, opens, escalates and resolves episodes.
public import Vocabulary

/// What the alert book knows of one component.
public struct ComponentAlerts: BitwiseCopyable, Sendable {
  /// The state last told: a band, or learning or unknown before the first judgement.
  public var told: HealthState = .unknown
  public var bands = Bands()
  /// Episodes ever opened.
  public var episodes: UInt32 = 0
  /// The open episode, if any.
  public var open: Alert?

  public init() {}
}

/// Judges health reports and keeps alert episodes, one component beside the other, in fixed memory.
///
/// An episode opens when the band falls to service or critical, escalates when it goes from service to critical, and
/// resolves when it is back at ok. Watch is told as an event and is nobody's alert. Checkpointed as it is.
public struct AlertBook: BitwiseCopyable, Sendable {
  private var components: PerComponent<ComponentAlerts> = InlineArray(repeating: ComponentAlerts())

  public init() {}

  public subscript(component: ComponentID) -> ComponentAlerts { components[Int(component.rawValue)] }

  /// Judges `report`: sets its state to the band in force, unless it is learning or unknown, and hands each event that
  /// follows to `emit`, in the order in which they belong on the wire.
  public mutating func judge(_ report: inout HealthReport, emit: (Event) -> Void) {
    let i = Int(report.component.rawValue)
    let before = components[i].told
    if report.state.isBand {
      _ = components[i].bands.observe(
        score: report.score, confirmation: report.confirmation, sureScore: report.sureScore, isUrgent: report.isUrgent)
      report.state = components[i].bands.band
    }
    components[i].told = report.state
    guard report.state != before else { return }
    let time = report.updated
    emit(Event(time: time, kind: .healthChanged(report, from: before)))
    guard report.state.isBand else { return }
    let beforeBand = before.isBand ? before : .ok
    if report.state.rawValue > beforeBand.rawValue {
      emit(Event(time: time, kind: .componentDegraded(report, from: before)))
      if report.state == .critical { emit(Event(time: time, kind: .componentCritical(report, from: before))) }
    }
    moveEpisode(i, report, emit)
  }

  /// The book of another vehicle: nothing is known of it, but no episode gets a number that was given before.
  public func ofAnotherVehicle() -> AlertBook {
    var book = AlertBook()
    for i in 0..<components.count { book.components[i].episodes = components[i].episodes }
    return book
  }

  /// Goes on with the book of a vehicle that was here before.
  public mutating func resume(_ parked: AlertBook) {
    for i in 0..<components.count {
      let given = max(components[i].episodes, parked.components[i].episodes)
      components[i] = parked.components[i]
      components[i].episodes = given
    }
  }

  /// Takes over an episode of which nothing else is known any more: no later one gets its number, and if it was open it goes
  /// on until the component is judged ok.
  public mutating func takeOver(_ alert: Alert) {
    let i = Int(alert.component.rawValue)
    guard alert.episode >= components[i].episodes else { return }
    components[i].episodes = alert.episode
    components[i].open = alert.state == .resolved ? nil : alert
  }

  /// The part was replaced: nothing of the old part's counts against the new one, and its open episode is resolved.
  public mutating func replaced(_ component: ComponentID, at time: Timestamp, emit: (Event) -> Void) {
    let i = Int(component.rawValue)
    components[i].bands = Bands()
    guard var alert = components[i].open else { return }
    alert.state = .resolved
    alert.changed = time
    components[i].open = nil
    emit(Event(time: time, kind: .alertResolved(alert)))
  }

  private mutating func moveEpisode(_ i: Int, _ report: HealthReport, _ emit: (Event) -> Void) {
    let time = report.updated
    let severity: Severity = report.state == .critical ? .critical : .warning
    if var alert = components[i].open {
      alert.report = report
      switch report.state {
      case .ok:
        alert.state = .resolved
        alert.changed = time
        components[i].open = nil
        emit(Event(time: time, kind: .alertResolved(alert)))
      case .critical where alert.severity != .critical:
        alert.severity = .critical
        alert.changed = time
        components[i].open = alert
        emit(Event(time: time, kind: .alertEscalated(alert)))
      default:
        components[i].open = alert
      }
    } else if report.state == .service || report.state == .critical {
      components[i].episodes &+= 1
      let alert = Alert(
        component: report.component, episode: components[i].episodes, severity: severity, state: .active, opened: time,
        changed: time, report: report)
      components[i].open = alert
      emit(Event(time: time, kind: .alertCreated(alert)))
    }
  }
}
