// What the ingest has done since it started.

/// Counters for `/metrics`.
struct IngestCounters: Sendable {
  var isConnected = false
  var stored: UInt64 = 0
  var duplicates: UInt64 = 0
  var conflicts: UInt64 = 0
  /// Records stored that nobody can read, by kind. The kinds are few and fixed.
  var malformed: [String: UInt64] = [:]
  /// Telemetry stored without a look into it, because the time for that was used up.
  var framesUnopened: UInt64 = 0
  var tombstones: UInt64 = 0
  /// Sequences that vehicles declared lost, and those of them that came after all.
  var lost: UInt64 = 0
  var recovered: UInt64 = 0
  var commits: UInt64 = 0
  var commitFailures: UInt64 = 0
  var acknowledgements: UInt64 = 0
  /// Acknowledgements that were not sent, because too many waited for the broker.
  var acknowledgementsDropped: UInt64 = 0
  /// Epochs that vehicles were asked to renew, and gaps that they were asked for again.
  var renewals: UInt64 = 0
  var gapRequests: UInt64 = 0
  var connections: UInt64 = 0
  /// Vehicles that came online and were not told what is committed, because too many came at once.
  var greetingsDropped: UInt64 = 0
  /// Messages turned down, by kind. The kinds are few and fixed.
  var refused: [String: UInt64] = [:]
  var commitSeconds = Histogram(bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5])
  /// Messages in a commit.
  var batchSizes = Histogram(bounds: [1, 4, 16, 64, 256, 1024, 2048])
  /// Seconds from a record's own time to its reception, of records whose clock was good.
  var lagSeconds = Histogram(bounds: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600, 3600, 86_400])
}
