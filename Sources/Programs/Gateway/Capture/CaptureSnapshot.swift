// What diagnostics may see of capture: a copy, renewed a few times a second, that can never hold capture up.
import Alerting
import Decoding
import Pipeline
import Synchronization
import VehicleBus
import Vocabulary

/// A moment of the capture thread.
struct CaptureSnapshot {
  var stamp: Timestamp
  var counters = FrameDecoder.Counters()
  var lostRecords: UInt64 = 0
  var trips: UInt32 = 0
  var totalKm = 0.0
  var trip: Trip?
  var reports: PerComponent<HealthReport>
  var alerts = AlertBook()
  /// What control units said about themselves; the first `diagnosticCount` count.
  var diagnostics: [DiagnosticRecord] = []
  var diagnosticCount = 0
  /// Of the book that they were copied from.
  var diagnosticRevision: UInt64?
  /// The VIN that stands.
  var vehicleIdentification: ShortText?
  var diagnosticTraffic = DiagnosticDecoder.Counters()
  var diagnosticBook = DiagnosticBook.Counters()
  var readings: [SignalReading]
  var sources: [SourceSnapshot] = []

  init(signals: Int, stamp: Timestamp) {
    self.stamp = stamp
    reports = InlineArray(repeating: HealthReport(unknown: .engineOil, because: .none, at: stamp))
    readings = Array(repeating: .never, count: signals)
  }
}

extension CaptureSnapshot {
  fileprivate var detached: CaptureSnapshot {
    var copy = self
    copy.readings = readings.map { $0 }
    copy.sources = sources.map { $0 }
    copy.diagnostics = diagnostics.prefix(diagnosticCount).map { $0 }
    return copy
  }
}

struct SourceSnapshot {
  var name: String
  var kind: String
  var state: SourceState
  var counters: SourceCounters
  var problem: String?
  /// Of the last hour.
  var quality = DataQuality()
  /// Of a bus.
  var signs = BusSigns()
  var errors = BusErrorCounts()
  var lastError: (frame: BusErrorFrame, time: Instant)?
  var blindSince: Instant?
}

/// The one place where capture leaves its snapshot and others pick it up.
final class SnapshotBoard: Sendable {
  private let snapshot: Mutex<CaptureSnapshot>

  init(signals: Int, stamp: Timestamp) {
    snapshot = Mutex(CaptureSnapshot(signals: signals, stamp: stamp))
  }

  /// Renews the snapshot unless somebody is reading it this instant: capture never waits here.
  func renewIfFree(_ body: (inout CaptureSnapshot) -> Void) { _ = snapshot.withLockIfAvailable { body(&$0) } }

  /// Renews the snapshot, waiting for readers: for the end of a run only.
  func renew(_ body: (inout CaptureSnapshot) -> Void) { snapshot.withLock { body(&$0) } }

  /// A copy that shares no storage with the board's: capture would have to allocate to write to what a reader holds.
  func read() -> CaptureSnapshot { snapshot.withLock { $0.detached } }

  /// The sources alone, for whoever looks often.
  func sources() -> [SourceSnapshot] { snapshot.withLock { $0.sources.map { $0 } } }
}
