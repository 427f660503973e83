// The wall between the receiver and its database: what is written, what is read, and nothing of how.
import FleetContract
import Vocabulary

/// The writing side of a receiver's storage. Belongs to the ingest thread.
///
/// Idempotent: whatever comes again, in whatever order, leaves the same records and the same ledger.
protocol ReceiverStorage: AnyObject {
  /// Commits a batch as one transaction; nothing of it when it throws.
  func commit(_ batch: Batch) throws(StorageError) -> CommitOutcome
  /// What of `runs` is committed in a stream, ascending. No more than was asked for: what lies beyond may have been
  /// committed with other content than a vehicle that was restored from a copy has under these sequences now.
  func committed(_ runs: [ClosedRange<Int64>], of stream: StreamKey) throws(StorageError) -> [ClosedRange<Int64>]
  /// The last `limit` committed runs of a stream, ascending.
  func lastCommitted(of stream: StreamKey, limit: Int) throws(StorageError) -> [ClosedRange<Int64>]
  /// The first `limit` runs that are missing between 1 and the last sequence known to exist, ascending.
  func missing(in stream: StreamKey, limit: Int) throws(StorageError) -> [ClosedRange<Int64>]
  /// At most `limit` streams in which something is missing, of each vehicle the newest `perVehicle`.
  func incompleteStreams(limit: Int, perVehicle: Int) throws(StorageError) -> [StreamKey]
  /// Whether the last word of a vehicle is that it is away.
  func isOffline(_ vehicle: VehicleID) throws(StorageError) -> Bool
}

/// The reading side: what the fleet API, the page and the metrics show. Lists are read page by page.
protocol FleetReader: Sendable {
  /// Vehicles by name after `name`.
  func vehicles(after name: String, limit: Int) async throws(StorageError) -> Page<FleetVehicle>
  func vehicle(_ name: String) async throws(StorageError) -> FleetVehicle?
  /// The ledgers of a vehicle's streams, by their numbers; of each at most `runs` missing ranges.
  func ledgers(of vehicle: Int64, _ stretch: Stretch, runs: Int) async throws(StorageError) -> Page<StreamLedger>
  /// Records by their numbers, that is, by order of arrival.
  func records(
    of vehicle: Int64, _ selection: RecordSelection, _ stretch: Stretch
  ) async throws(StorageError) -> Page<FleetRecord>
  /// Contents that were set aside, by their numbers.
  func conflicts(of vehicle: Int64, _ stretch: Stretch) async throws(StorageError) -> Page<FleetConflict>
  /// Runs of sequences that the vehicle declared lost, by stream and sequence.
  func losses(of vehicle: Int64, after place: FleetLoss.Place, limit: Int) async throws(StorageError) -> Page<FleetLoss>
  /// The retained health as the vehicle sent it, JSON text, and when it came; nil while none did.
  func health(of vehicle: Int64) async throws(StorageError) -> (json: String, received: Int64)?
  /// Sums over the fleet.
  /// - Parameter heardSince: who says online and was not heard since then, ns since 1970, counts as silent.
  func totals(heardSince: Int64) async throws(StorageError) -> FleetTotals
}

/// Where a receiver's records are kept; the one place that knows which kinds of storage there are.
public enum StorageLocation: Hashable, Sendable {
  /// A file; made when it is missing.
  case sqlite(path: String)

  /// Reads `sqlite:PATH`; nil for anything else.
  public init?(_ text: String) {
    guard text.hasPrefix("sqlite:"), text.utf8.count > 7 else { return nil }
    self = .sqlite(path: String(text.dropFirst(7)))
  }

  /// Looks at all of it and changes nothing: one line that says that it is right.
  func check() throws(ReceiverError) -> String {
    switch self {
    case .sqlite(let path): try checkDatabase(at: path)
    }
  }

  /// Opens the writing side, and makes or migrates the tables.
  func openStorage() throws(ReceiverError) -> any ReceiverStorage {
    switch self {
    case .sqlite(let path): try SQLiteStorage(path: path)
    }
  }

  /// Opens the reading side of a storage whose tables are there.
  func openReader() throws(ReceiverError) -> any FleetReader {
    switch self {
    case .sqlite(let path): try SQLiteReader(path: path)
    }
  }
}

/// Why the storage did not do what was asked. One line, which names the mend where there is one.
struct StorageError: Error, CustomStringConvertible, Sendable {
  var description: String
  /// The database is damaged: trying again is of no use.
  var isDamage = false
}
