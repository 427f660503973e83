// One record on the air: CloudEvents 1.0 in structured JSON, with the sequence extension and what dates a record when
// no wall clock can be trusted.
import Documents
public import Vocabulary

/// A CloudEvents 1.0 event of a vehicle.
///
/// `data` is carried as the JSON text it was stored as, never decoded and encoded again: what the vehicle committed is
/// byte for byte what the receiver commits, so that a redelivery can be told from a conflict.
public struct CloudEvent: Hashable, Sendable {
  public var vehicle: VehicleID
  /// Identity of the outbox, 32 lower-case hexadecimal digits.
  public var epoch: String
  public var lane: Lane
  /// From 1, gapless per epoch and lane.
  public var sequence: Int64
  /// Of a tombstone: the first of the sequences, up to `sequence`, that the vehicle no longer has. Nil: a record.
  public var firstSequence: Int64?
  /// Unique within the vehicle; `<epoch>.<lane>.<sequence>` when this software made it, of a tombstone
  /// `<epoch>.<lane>.<first>-<sequence>`.
  public var id: String
  public var type: String
  public var subject: String?
  /// RFC 3339, only as good as `clockQuality`.
  public var time: String
  /// 32 lower-case hexadecimal digits of the boot in which it happened.
  public var boot: String
  /// BOOTTIME of that boot, nanoseconds.
  public var uptime: Int64
  public var clockQuality: ClockQuality
  /// JSON text.
  public var data: [UInt8]

  /// Largest encoded event that is taken, bytes.
  public static let sizeLimit = 256 * 1024
  /// Highest sequence that is taken: no vehicle comes near it, and sums over many stay within 64 bits.
  public static let sequenceLimit: Int64 = 1 << 48

  public init(
    vehicle: VehicleID, epoch: String, lane: Lane, sequence: Int64, firstSequence: Int64? = nil, type: String,
    subject: String?, time: Timestamp, data: [UInt8]
  ) {
    self.vehicle = vehicle
    self.epoch = epoch
    self.lane = lane
    self.sequence = sequence
    self.firstSequence = firstSequence
    id = epoch + "." + lane.name + "." + (firstSequence.map { String($0) + "-" } ?? "") + String(sequence)
    self.type = type
    self.subject = subject
    self.time = time.rfc3339
    boot = time.boot.description
    uptime = time.uptime.nanoseconds
    clockQuality = time.quality
    self.data = data
  }

  /// The event's bytes on the wire.
  public var encoded: [UInt8] {
    var json = JSONText(reserving: data.count + 512)
    json.beginObject()
    json.member("specversion", "1.0")
    json.member("id", id)
    json.member("source", source)
    json.member("type", type)
    if let subject { json.member("subject", subject) }
    json.member("time", time)
    json.member("datacontenttype", "application/json")
    json.member("epoch", epoch)
    json.member("lane", lane.name)
    json.member("sequence", nineteenDigits(sequence))
    if let firstSequence { json.member("firstsequence", nineteenDigits(firstSequence)) }
    json.member("boot", boot)
    json.member("uptime", String(uptime))
    json.member("clockquality", clockQuality.name)
    json.key("data")
    json.raw(data)
    json.endObject()
    return json.bytes
  }

  var source: String { "/" + Topic.prefix + vehicle.description }
}

/// The sequence extension compares as text: zeros in front make text order number order.
private func nineteenDigits(_ sequence: Int64) -> String {
  let digits = String(sequence)
  return String(repeating: "0", count: max(0, 19 - digits.utf8.count)) + digits
}

/// Why a message is no event of this contract. What a stranger sent is quoted shortened.
public enum CloudEventError: Error, Equatable, CustomStringConvertible, Sendable {
  case notJSON(JSONError)
  case notAnObject
  case duplicateAttribute(String)
  case missing(String)
  /// An attribute of the wrong kind or out of its range, and what was expected.
  case invalid(attribute: String, expected: String)
  /// An attribute that contradicts the topic it came on.
  case mismatch(attribute: String, found: String, topic: String)

  public var description: String {
    switch self {
    case .notJSON(let error): "event: " + error.description
    case .notAnObject: "event: not a JSON object"
    case .duplicateAttribute(let name): "event: attribute '\(shortened(name))' stands twice"
    case .missing(let name): "event: attribute '\(name)' is missing"
    case .invalid(let attribute, let expected): "event: attribute '\(attribute)' must be \(expected)"
    case .mismatch(let attribute, let found, let topic):
      "event: attribute '\(attribute)' is '\(shortened(found))', which contradicts the topic \(topic)"
    }
  }

  /// A few words for counters and log lines that are kept once per kind.
  public var kind: String {
    switch self {
    case .notJSON(.tooLarge): "too-large"
    case .notJSON(.tooDeep): "too-deep"
    case .notJSON, .notAnObject: "not-json"
    case .duplicateAttribute, .missing, .invalid: "bad-attribute"
    case .mismatch: "wrong-topic"
    }
  }
}

/// At most 40 characters, the unprintable ones replaced.
func shortened(_ text: String) -> String {
  let printable = text.unicodeScalars.prefix(40).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) }
  return String(printable) + (text.unicodeScalars.count > 40 ? "…" : "")
}
