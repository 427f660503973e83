// The counters of a checkpoint by name, so that a version which cannot read the checkpoint need not begin anew.
import Adapters
import Alerting
import Health
import Pipeline
import Store
import Vocabulary

/// Reads counters out of checkpoints, and makes a checkpoint of stored ones.
struct CounterBook: Sendable {
  /// What is counted of the vehicle itself, not of a component.
  private static let vehicle = "vehicle"

  private let definition: VehicleDefinition

  init(_ definition: VehicleDefinition) { self.definition = definition }

  func of(_ checkpoint: GatewayCheckpoint) -> [StoredCounter] {
    var monitor = definition.healthMonitor
    monitor.restore(checkpoint.health)
    func ofVehicle(_ name: String, _ value: Double) -> StoredCounter {
      StoredCounter(component: CounterBook.vehicle, name: name, value: value)
    }
    var counters = [
      ofVehicle("trips", Double(checkpoint.trips.trips)), ofVehicle("watched_km", checkpoint.trips.totalKm),
      ofVehicle("usage_km", monitor.usage.km),
    ]
    monitor.counters { component, index, value in
      guard value.isFinite else { return }
      counters.append(
        StoredCounter(component: component.name, name: HealthMonitor.counters(of: component)[index], value: value))
    }
    return counters
  }

  /// A checkpoint of a vehicle of which nothing is known but these counters, its alerts and how many trips it made; nil
  /// where that is nothing.
  func checkpoint(
    of counters: [StoredCounter], _ standing: StandingHistories, vehicle: ShortText?
  ) -> GatewayCheckpoint? {
    var monitor = definition.healthMonitor
    var trips = definition.tripObserver
    var taken = 0
    for counter in counters {
      if counter.component == CounterBook.vehicle {
        switch counter.name {
        case "trips": trips.countOn(trips: UInt32(exactly: counter.value) ?? 0, km: trips.totalKm)
        case "watched_km": trips.countOn(trips: trips.trips, km: counter.value)
        case "usage_km": monitor.countOn(km: counter.value)
        default: continue
        }
        taken += 1
      } else if let component = ComponentID(name: counter.component),
        monitor.restore(component, counter: counter.name, counter.value)
      {
        taken += 1
      }
    }
    let alerts = standing.alerts.compactMap(CounterBook.alert)
    guard taken > 0 || !alerts.isEmpty || standing.lastTrip > 0 else { return nil }
    var book = AlertBook()
    for alert in alerts { book.takeOver(alert) }
    // The trip that ran when the checkpoint was made has a number already.
    trips.countOn(trips: max(trips.trips, UInt32(clamping: standing.lastTrip)), km: trips.totalKm)
    return GatewayCheckpoint(health: monitor.checkpoint, alerts: book, trips: trips, vehicle: vehicle)
  }

  /// An alert of which the table says no more than this. How grave it is, its next judgement tells.
  private static func alert(_ stored: StandingHistories.Alert) -> Alert? {
    guard let (component, episode) = Alert.component(ofID: stored.id),
      let state = Alert.State.allCases.first(where: { $0.name == stored.state })
    else { return nil }
    var time = Timestamp.unknown
    time.wallNanoseconds = stored.changed
    return Alert(
      component: component, episode: episode, severity: .warning, state: state, opened: time, changed: time,
      report: HealthReport(unknown: component, because: .none, at: time))
  }
}
