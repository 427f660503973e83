// The receiver's figures in Prometheus text exposition.
import Vocabulary

enum ReceiverMetrics {
  /// All metrics, each with its help and type.
  static func text(_ totals: FleetTotals, _ counters: IngestCounters) -> String {
    var page = MetricsPage()
    page.gauge("broker_connected", "1 while connected to the broker.", counters.isConnected ? 1 : 0)
    page.counter("broker_connections_total", "Connections made since the start.", counters.connections)
    page.family(
      "vehicles", "gauge",
      "Vehicles by state: online, silent (says online, not heard for 3 minutes), offline, unknown (no status seen).",
      Liveness.allCases.map { ("state=\"\($0.rawValue)\"", totals.vehicles[$0] ?? 0) })
    page.byLane("records", "Records in the database.", totals.lanes.map(\.received))
    page.byLane("missing", "Sequences that are known to exist and have not arrived.", totals.lanes.map(\.missing))
    page.byLane("gaps", "Runs of missing sequences.", totals.lanes.map(\.gaps))
    page.byLane("lost", "Sequences that vehicles declared lost and that have not arrived.", totals.lanes.map(\.lost))
    page.counter("duplicates_total", "Deliveries of records already stored.", sum(totals, \.duplicates))
    page.counter(
      "conflicts_total", "Deliveries with other content under a key that is taken.", sum(totals, \.conflicts))
    page.gauge("database_bytes", "Size of the database.", totals.databaseBytes)
    page.counter("stored_total", "Records stored since the start.", counters.stored)
    page.family(
      "malformed_total", "counter", "Records stored since the start that nobody can read.",
      counters.malformed.sorted { $0.key < $1.key }.map { ("kind=\"\($0.key)\"", $0.value) })
    page.counter(
      "frames_unopened_total", "Telemetry batches stored without a look into them, for want of time.",
      counters.framesUnopened)
    page.counter(
      "tombstones_total", "Declarations of loss since the start, repeated ones included.", counters.tombstones)
    page.counter("lost_total", "Sequences declared lost since the start.", counters.lost)
    page.counter("recovered_total", "Sequences that came after they were declared lost.", counters.recovered)
    page.counter("commits_total", "Transactions since the start.", counters.commits)
    page.counter("commit_failures_total", "Transactions that failed since the start.", counters.commitFailures)
    page.counter("acknowledgements_total", "Acknowledgements sent since the start.", counters.acknowledgements)
    page.counter(
      "acknowledgements_dropped_total", "Acknowledgements not sent, because too many waited for the broker.",
      counters.acknowledgementsDropped)
    page.counter("renewals_total", "Times that a vehicle was asked to begin a new epoch.", counters.renewals)
    page.counter("gap_requests_total", "Times that a vehicle was asked for a gap again.", counters.gapRequests)
    page.counter(
      "greetings_dropped_total", "Vehicles that came online and were told nothing, for too many came at once.",
      counters.greetingsDropped)
    page.family(
      "refused_total", "counter", "Messages turned down since the start.",
      counters.refused.sorted { $0.key < $1.key }.map { ("kind=\"\($0.key)\"", $0.value) })
    page.histogram("commit_seconds", "Duration of a transaction.", counters.commitSeconds)
    page.histogram("batch_size", "Messages in a transaction.", counters.batchSizes)
    page.histogram(
      "lag_seconds", "From a record's own time to its reception, where the vehicle's clock was good.",
      counters.lagSeconds)
    return page.text
  }

  private static func sum(_ totals: FleetTotals, _ count: (LaneTotals) -> Int64) -> Int64 {
    totals.lanes.reduce(0) { saturatingSum($0, count($1)) }
  }
}

/// Text exposition, family by family.
private struct MetricsPage {
  private static let prefix = "telltale_receiver_"
  private(set) var text = ""

  mutating func family(
    _ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: some BinaryInteger)]
  ) {
    head(name, type, help)
    for sample in samples { line(name, sample.labels, String(sample.value)) }
  }

  mutating func gauge(_ name: String, _ help: String, _ value: some BinaryInteger) {
    family(name, "gauge", help, [("", value)])
  }

  mutating func counter(_ name: String, _ help: String, _ value: some BinaryInteger) {
    family(name, "counter", help, [("", value)])
  }

  mutating func byLane(_ name: String, _ help: String, _ values: [Int64]) {
    family(name, "gauge", help, Lane.allCases.map { ("lane=\"\($0.name)\"", values[Int($0.rawValue)]) })
  }

  mutating func histogram(_ name: String, _ help: String, _ values: Histogram) {
    head(name, "histogram", help)
    let cumulated = values.cumulated
    for (bound, count) in zip(values.bounds, cumulated) { line(name + "_bucket", "le=\"\(bound)\"", String(count)) }
    let count = String(cumulated.last ?? 0)
    line(name + "_bucket", "le=\"+Inf\"", count)
    line(name + "_sum", "", String(values.sum))
    line(name + "_count", "", count)
  }

  private mutating func head(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(MetricsPage.prefix)\(name) \(help)\n# TYPE \(MetricsPage.prefix)\(name) \(type)\n"
  }

  private mutating func line(_ name: String, _ labels: String, _ value: String) {
    text += MetricsPage.prefix + name + (labels.isEmpty ? " " : "{\(labels)} ") + value + "\n"
  }
}
