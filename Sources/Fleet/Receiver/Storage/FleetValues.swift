// What reads of the storage give: vehicles, the ledgers of their streams, records, sums.
import Vocabulary

/// A stream in the gap ledger. Each sequence from 1 to `last` is received, lost or missing.
struct StreamLedger: Sendable {
  /// By which a vehicle's streams are ordered: later ones have greater numbers.
  var number: Int64
  var epoch: String
  /// Nil while the epoch's first event has not come.
  var origin: EpochOrigin?
  var lane: Lane
  /// The lowest sequence that is received or lost; 0 when none is.
  var first: Int64
  /// The highest sequence known to have been given.
  var last: Int64
  /// Every sequence from 1 to this one is received or lost; 0 when 1 is missing.
  var contiguous: Int64
  var received: Int64
  var lost: Int64
  var duplicates: Int64
  var conflicts: Int64
  /// Records received that nobody can read.
  var malformed: Int64
  /// Runs of missing sequences.
  var gaps: Int64
  /// A later epoch names this one as its predecessor: no sequence beyond `last` will be given.
  var isClosed: Bool
  /// Runs that are missing between 1 and `last`, ascending, the first so many.
  var missingRuns: [ClosedRange<Int64>] = []

  /// Each count is at most 2^48.
  var missing: Int64 { last - received - lost }
}

/// How a vehicle's outbox began, as its first event says.
struct EpochOrigin: Sendable {
  /// `fresh`, `salvaged`, `cloned` or `conflict`; another word from a later version.
  var reason: String
  var predecessor: String?
}

/// Whether a vehicle is there.
enum Liveness: String, Sendable, CaseIterable {
  /// Its status says online, and it was heard within three periods of the status.
  case online
  /// Its status says online, but nothing has come for longer.
  case silent
  /// It said goodbye, or the broker published its last will.
  case offline
  /// No status was seen.
  case unknown

  /// How often a vehicle repeats its status, ns.
  static let statusPeriod: Int64 = 60_000_000_000
  /// How long one that says online need not be heard.
  static let patience = 3 * statusPeriod
}

struct FleetVehicle: Sendable {
  var id: Int64
  var name: String
  // Receiver's wall clock, ns since 1970.
  var firstSeen: Int64
  /// Nil while only retained messages were seen.
  var lastSeen: Int64?
  /// Nil while no status was seen.
  var isOnline: Bool?
  /// When a status came last, retained or not, and since when it has said the same.
  var statusAt: Int64?
  var statusSince: Int64?
  /// The newest ones, ascending.
  var epochs: [String] = []
  /// Sums over all its epochs, by `Lane.rawValue`.
  var lanes = Lane.allCases.map { _ in LaneTotals() }

  /// What it is at `now`, and since when; nil for a vehicle without a status.
  func liveness(at now: Int64) -> (state: Liveness, since: Int64?) {
    guard let isOnline else { return (.unknown, nil) }
    guard isOnline else { return (.offline, statusSince) }
    let silentFrom = max(lastSeen ?? 0, statusAt ?? 0) + Liveness.patience
    return now > silentFrom ? (.silent, silentFrom) : (.online, statusSince)
  }

  /// A count of all lanes together.
  func total(_ count: (LaneTotals) -> Int64) -> Int64 { lanes.reduce(0) { saturatingSum($0, count($1)) } }
}

/// Sums over the streams of one lane.
struct LaneTotals: Sendable {
  var received: Int64 = 0
  var lost: Int64 = 0
  var missing: Int64 = 0
  /// Runs of missing sequences.
  var gaps: Int64 = 0
  var duplicates: Int64 = 0
  var conflicts: Int64 = 0
  var malformed: Int64 = 0

  mutating func add(_ other: LaneTotals) {
    received = saturatingSum(received, other.received)
    lost = saturatingSum(lost, other.lost)
    missing = saturatingSum(missing, other.missing)
    gaps = saturatingSum(gaps, other.gaps)
    duplicates = saturatingSum(duplicates, other.duplicates)
    conflicts = saturatingSum(conflicts, other.conflicts)
    malformed = saturatingSum(malformed, other.malformed)
  }
}

/// What a vehicle sent under one key, as it came.
struct ReceivedEvent: Sendable {
  /// Its place among the vehicle's records, or among its conflicts.
  var number: Int64
  var id: String
  var type: String
  var subject: String?
  var time: String
  var epoch: String
  var lane: Lane
  var sequence: Int64
  /// The receiver's wall clock, ns since 1970.
  var received: Int64
  var data: RecordData
}

struct FleetRecord: Sendable {
  var event: ReceivedEvent
  var clockQuality: ClockQuality
  /// Why nobody can read the data; nil when it was found to be as it should or nobody looked.
  var malformation: String?
}

enum RecordData: Sendable {
  /// JSON text.
  case json([UInt8])
  /// A telemetry batch, as the vehicle packed it.
  case frame([UInt8])

  var size: Int {
    switch self {
    case .json(let bytes), .frame(let bytes): bytes.count
    }
  }
}

/// A content that came under a key that another one has.
struct FleetConflict: Sendable {
  var event: ReceivedEvent
  /// The number of the record that has the key.
  var holder: Int64?
}

/// A run of sequences that the vehicle declared lost and that have not come.
struct FleetLoss: Sendable {
  /// Where in the order of losses it stands.
  struct Place: Sendable {
    var stream: Int64
    var first: Int64
    static let beginning = Place(stream: 0, first: 0)
  }

  var stream: Int64
  var epoch: String
  var lane: Lane
  var range: ClosedRange<Int64>
  /// The vehicle's word for it, for example `quota` or `damage`.
  var reason: String
  /// When the vehicle dropped them by its own clock, RFC 3339.
  var time: String
  var received: Int64
}

/// Which records of a vehicle.
enum RecordSelection: Sendable {
  case lane(Lane)
  case trips
  /// Those that nobody can read.
  case malformed
  /// The last word on each alert that is not resolved.
  case openAlerts
}

/// Sums over the fleet.
struct FleetTotals: Sendable {
  var vehicles: [Liveness: Int64] = [:]
  /// By `Lane.rawValue`.
  var lanes = Lane.allCases.map { _ in LaneTotals() }
  var databaseBytes: Int64 = 0
}

/// A sum that stays at the greatest number: what vehicles claim must not make it overflow.
func saturatingSum(_ a: Int64, _ b: Int64) -> Int64 {
  let (sum, overflows) = a.addingReportingOverflow(b)
  return overflows ? (b < 0 ? .min : .max) : sum
}
