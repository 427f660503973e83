// One record of the telemetry lane on the air: a small protobuf envelope around compressed columns.
// docs/telemetry.proto is the published schema.
import Documents
public import Vocabulary

/// A batch of roll-ups, or a range of batches that the vehicle no longer has.
///
/// The content is carried as the bytes it was stored as, never opened and packed again: what the vehicle committed is
/// byte for byte what the receiver commits, so that a redelivery can be told from a conflict.
public struct TelemetryMessage: Hashable, Sendable {
  public enum Content: Hashable, Sendable {
    /// A zstd frame of a `RollUpColumns` message: `TelemetryCompressor` packs it, `decompressTelemetry` opens it.
    case columns([UInt8])
    /// A tombstone for the sequences from `first` to the message's own.
    case dropped(DroppedTelemetry, first: Int64)
  }

  public var vehicle: VehicleID
  /// Identity of the outbox, 32 lower-case hexadecimal digits.
  public var epoch: String
  /// From 1, gapless per epoch and lane.
  public var sequence: Int64
  /// When the batch was written. The intervals in it have times of their own, on the same wall clock.
  public var time: Timestamp
  public var content: Content

  /// Largest encoded message that is taken, bytes.
  public static let sizeLimit = CloudEvent.sizeLimit
  /// Of all but the content, bytes: what the content leaves of `sizeLimit`.
  public static let envelopeLimit = 128

  public init(vehicle: VehicleID, epoch: String, sequence: Int64, time: Timestamp, content: Content) {
    self.vehicle = vehicle
    self.epoch = epoch
    self.sequence = sequence
    self.time = time
    self.content = content
  }

  /// Of a tombstone: the first of its sequences.
  // Inlined into a caller that looks at the content too, Swift 6.3.1 does not get past its own ownership verifier.
  @inline(never)
  public var firstSequence: Int64? {
    switch content {
    case .columns: nil
    case .dropped(_, let first): first
    }
  }

  /// Unique within the vehicle: `<epoch>.telemetry.<sequence>`, of a tombstone `<epoch>.telemetry.<first>-<sequence>`.
  public var id: String {
    epoch + "." + Lane.telemetry.name + "." + (firstSequence.map { String($0) + "-" } ?? "") + String(sequence)
  }

  /// The message's bytes on the wire.
  public var encoded: [UInt8] {
    var message = ProtobufWriter()
    message.field(1, bytes(ofIdentity: epoch))
    message.field(2, UInt64(sequence))
    if let firstSequence { message.field(3, UInt64(firstSequence)) }
    message.field(4, bytes(ofIdentity: time.boot.description))
    message.field(5, UInt64(time.uptime.nanoseconds))
    message.field(6, signed: time.wallNanoseconds)
    message.field(7, UInt64(time.quality.rawValue))
    switch content {
    case .columns(let frame): message.field(8, frame)
    case .dropped(let dropped, _): message.field(9, dropped.message)
    }
    return message.bytes
  }

  /// Reads `payload`, which came on `topic`, and checks all that storage and acknowledgement rely on. The content is
  /// not opened.
  public init(decoding payload: [UInt8], from topic: Topic) throws(TelemetryError) {
    guard payload.count <= TelemetryMessage.sizeLimit else { throw .tooLarge(bytes: payload.count) }
    guard topic.channel == .lane(.telemetry) else { throw .wrongTopic(topic.description) }
    var fields = Fields()
    do throws(ProtobufError) { try fields.read(payload) } catch { throw .notProtobuf(error) }
    guard let epoch = identity(payload[fields.epoch]) else { throw .invalid(field: "epoch") }
    guard let boot = identity(payload[fields.boot]).flatMap(BootID.init) else { throw .invalid(field: "boot") }
    guard let sequence = Int64(exactly: fields.sequence), 1...CloudEvent.sequenceLimit ~= sequence else {
      throw .invalid(field: "sequence")
    }
    guard let uptime = Int64(exactly: fields.uptime) else { throw .invalid(field: "uptime") }
    guard let quality = UInt8(exactly: fields.quality).flatMap(ClockQuality.init) else {
      throw .invalid(field: "clock_quality")
    }
    switch (fields.columns, fields.dropped) {
    case (let frame?, nil):
      guard fields.first == 0 else { throw .invalid(field: "first_sequence") }
      guard !frame.isEmpty else { throw .invalid(field: "columns") }
      content = .columns(Array(payload[frame]))
    case (nil, let range?):
      guard let first = Int64(exactly: fields.first), 1...sequence ~= first else {
        throw .invalid(field: "first_sequence")
      }
      content = .dropped(try DroppedTelemetry(payload, in: range), first: first)
    default: throw .invalid(field: "content")
    }
    self.epoch = epoch
    self.sequence = sequence
    vehicle = topic.vehicle
    time = Timestamp(
      boot: boot, uptime: Instant(nanoseconds: uptime), wallNanoseconds: fields.wall, quality: quality)
  }
}

/// A message's fields as they come; of one that stands twice, the last counts, as everywhere in protobuf.
private struct Fields {
  var epoch = 0..<0
  var sequence: UInt64 = 0
  var first: UInt64 = 0
  var boot = 0..<0
  var uptime: UInt64 = 0
  var wall: Int64 = 0
  var quality: UInt64 = 0
  var columns: Range<Int>?
  var dropped: Range<Int>?

  mutating func read(_ payload: [UInt8]) throws(ProtobufError) {
    var reader = ProtobufReader(payload)
    while let field = try reader.next() {
      switch field.number {
      case 1: epoch = try field.content()
      case 2: sequence = try field.unsigned()
      case 3: first = try field.unsigned()
      case 4: boot = try field.content()
      case 5: uptime = try field.unsigned()
      case 6: wall = try field.signed()
      case 7: quality = try field.unsigned()
      case 8: columns = try field.content()
      case 9: dropped = try field.content()
      default: break
      }
    }
  }
}

/// 16 bytes as 32 hexadecimal digits; nil for another number of bytes.
private func identity(_ bytes: ArraySlice<UInt8>) -> String? {
  guard bytes.count == 16 else { return nil }
  var halves: [UInt64] = [0, 0]
  for (i, byte) in bytes.enumerated() { halves[i / 8] = halves[i / 8] << 8 | UInt64(byte) }
  return hexadecimal(halves[0]) + hexadecimal(halves[1])
}

/// The digits' bytes; what is no digit counts as 0, and another number of digits makes a message that nobody takes.
private func bytes(ofIdentity text: String) -> [UInt8] {
  let digits = text.utf8.map { hexDigit($0) ?? 0 }
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
