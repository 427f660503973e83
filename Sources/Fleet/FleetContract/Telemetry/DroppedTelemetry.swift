// What a tombstone of the telemetry lane says about the batches it stands for.
import Documents

/// Why batches are gone, and how many.
public struct DroppedTelemetry: Hashable, Sendable {
  /// `quota` or `damage`; other reasons of a later version are kept as they are. 1 to 64 bytes.
  public var reason: String
  /// Batches that were dropped; nil: not known.
  public var count: Int64?

  public init(reason: String, count: Int64?) {
    self.reason = reason
    self.count = count
  }

  /// Reads the data of a tombstone as the outbox keeps it: `{"first":1,"last":9,"count":9,"reason":"quota",…}`.
  /// Nil when it is none.
  public init?(data: [UInt8]) {
    guard let root = try? JSONSlice(data, limit: 4096),
      let reason = root["reason"]?.string, DroppedTelemetry.isReason(reason)
    else { return nil }
    let count = root["count"]?.int64
    guard count.map({ $0 >= 0 }) ?? true else { return nil }
    self.init(reason: reason, count: count)
  }

  /// The same data again, as every lane's tombstones have it.
  public func data(first: Int64, last: Int64) -> [UInt8] {
    var json = JSONText(reserving: 128)
    json.beginObject()
    json.member("first", first)
    json.member("last", last)
    json.key("count")
    if let count { json.value(count) } else { json.null() }
    json.member("reason", reason)
    json.member("lane", "telemetry")
    json.endObject()
    return json.bytes
  }

  private static func isReason(_ text: String) -> Bool {
    1...64 ~= text.utf8.count && text.utf8.allSatisfy { $0 >= 0x20 }
  }
}

extension DroppedTelemetry {
  var message: [UInt8] {
    var message = ProtobufWriter()
    message.field(1, reason.utf8)
    // 0 stands for a count that is not known.
    if let count { message.field(2, UInt64(count) + 1) }
    return message.bytes
  }

  init(_ payload: [UInt8], in range: Range<Int>) throws(TelemetryError) {
    var text: String?
    var oneMore: UInt64 = 0
    do throws(ProtobufError) {
      var reader = ProtobufReader(payload, in: range)
      while let field = try reader.next() {
        switch field.number {
        case 1: text = String(validating: payload[try field.content()], as: UTF8.self)
        case 2: oneMore = try field.unsigned()
        default: break
        }
      }
    } catch { throw .notProtobuf(error) }
    guard let reason = text, DroppedTelemetry.isReason(reason) else { throw .invalid(field: "dropped.reason") }
    guard oneMore <= UInt64(CloudEvent.sequenceLimit) else { throw .invalid(field: "dropped.count_and_one") }
    self.init(reason: reason, count: oneMore == 0 ? nil : Int64(oneMore) - 1)
  }
}
