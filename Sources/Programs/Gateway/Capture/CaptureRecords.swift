// What capture hands to the recorder, and the rings that carry it.
import Alerting
import Health
import Pipeline
import Vocabulary

/// One element of the way from capture to recorder. Plain values: text is made on the recorder's side.
enum CaptureRecord: BitwiseCopyable {
  /// Leaves the vehicle; the recorder also keeps what follows from it: an alert's state, a trip, a health history.
  case event(Event)
  /// Something that a control unit said about itself, to be kept.
  case diagnostic(DiagnosticRecord)
  /// What is stored about this is void.
  case forgotten(DiagnosticRecord)
  /// An interval is over: this many roll-ups wait in the ring beside.
  case interval(stamp: Timestamp, startWall: Int64, signals: Int)
  /// A checkpoint waits in the ring beside.
  case checkpoint
  /// The gateway has another vehicle before it: the last checkpoint is that of the one it left.
  case vehicleChanged(from: ShortText, to: ShortText)
  /// Nothing follows: what waits for company goes now.
  case ended(stamp: Timestamp)
  /// What came since the last boundary belongs into one transaction.
  case boundary
}

/// What must outlive a restart, as one block of plain memory.
///
/// The layout is part of the store: raise `version` with every change to a state that it holds.
struct GatewayCheckpoint: BitwiseCopyable {
  static let version: Int32 = 2

  var health: HealthMonitor.Checkpoint
  var alerts: AlertBook
  var trips: TripObserver
  /// Identification number of the vehicle; nil while none is known.
  var vehicle: ShortText?
  /// A trip has ended whose reports are not made yet.
  var owesReports = false
  /// Control units have told a list of trouble codes since the last trip ended.
  var wereCodesRead = false
  /// When it was made, as the clock said then.
  var made: Timestamp

  /// The block as bytes.
  var bytes: [UInt8] { withUnsafeBytes(of: self) { Array($0) } }

  /// Reads a stored block. Nil when it has another version or size; the checksum has been verified by the store, so its
  /// bytes are those of a block that this layout wrote.
  init?(version: Int32, bytes: [UInt8]) {
    guard version == GatewayCheckpoint.version, bytes.count == MemoryLayout<GatewayCheckpoint>.size else { return nil }
    self = bytes.withUnsafeBytes { $0.loadUnaligned(as: GatewayCheckpoint.self) }
  }

  init(
    health: HealthMonitor.Checkpoint, alerts: AlertBook, trips: TripObserver, vehicle: ShortText? = nil,
    owesReports: Bool = false, wereCodesRead: Bool = false, made: Timestamp = .unknown
  ) {
    self.health = health
    self.alerts = alerts
    self.trips = trips
    self.vehicle = vehicle
    self.owesReports = owesReports
    self.wereCodesRead = wereCodesRead
    self.made = made
  }
}

/// The rings between capture and recorder. Capture is the one producer, the recorder the one consumer.
final class CaptureRings: Sendable {
  let records: Ring<CaptureRecord>
  let rollUps: Ring<RollUp>
  let checkpoints: Ring<GatewayCheckpoint>
  /// The other way: the health of a vehicle that the gateway is back in.
  let returning: Ring<GatewayCheckpoint>

  /// Records that one frame can cause at the most: the end of a minute and of a trip, with all that follows from it,
  /// and what control units said in a second.
  static let perFrame = 160

  init(signals: Int) {
    records = Ring(capacity: 512)
    rollUps = Ring(capacity: max(256, signals * 16))
    checkpoints = Ring(capacity: 4)
    returning = Ring(capacity: 1)
  }

  /// Whether everything that one more frame can cause has room.
  func haveRoom(signals: Int) -> Bool {
    records.capacity - records.count >= CaptureRings.perFrame && rollUps.capacity - rollUps.count >= 2 * signals
      && checkpoints.capacity - checkpoints.count >= 2
  }
}
