// An adapter as a bus among buses: whether readings can come by it.
public import Vocabulary

extension ELMStatus {
  /// What the state alone says. `ELMPort.condition` does not follow each short step of it.
  public var condition: BusCondition {
    switch state {
    case .closed: BusCondition(.absent)
    case .probing, .initialising, .backingOff: BusCondition(.down)
    case .searching, .polling, .listening, .asleep: BusCondition(.errorActive)
    }
  }
}

/// Keeps the condition that was while an adapter is being set up, for 10 s at most: plugged in again, or begun anew by
/// itself, it is one change and not two.
struct SteadyCondition {
  private(set) var condition = BusCondition(.absent)
  private var settingUpSince: Instant?

  private static let patience = 10.0

  /// - Returns: when to note again at the latest, nil for whenever the state is another one.
  mutating func note(_ status: ELMStatus, at now: Instant) -> Instant? {
    guard status.state == .probing || status.state == .initialising else {
      settingUpSince = nil
      condition = status.condition
      return nil
    }
    let since = settingUpSince ?? now
    settingUpSince = since
    let end = since.advanced(seconds: SteadyCondition.patience)
    guard now >= end else { return end }
    condition = status.condition
    return nil
  }
}
