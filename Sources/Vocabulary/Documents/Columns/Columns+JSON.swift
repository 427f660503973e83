// A batch for people: the same roll-ups as JSON.
import Vocabulary

/// A batch of columns as a JSON object.
///
///     {"seconds":1,"signals":[{"path":"Vehicle.Speed","unit":"km/h","times":["2026-11-21T02:28:00.000Z"],
///      "count":[10],"last":[50.1],"min":[49.8],"max":[50.1],"mean":[49.95]}]}
///
/// A signal of a batch without a dictionary has a `number` instead of `path` and `unit`. What JSON cannot say (not a
/// number, infinite) is null.
/// - Parameter limit: How large the text may become, bytes; a batch that gives more is refused. The text is many times
///   as large as the columns, so a stranger's batch needs a limit.
public func columnsJSON(_ batch: [UInt8], limit: Int = 8 * 1024 * 1024) throws(ColumnError) -> [UInt8] {
  var decoder = try ColumnDecoder(batch)
  let times = decoder.intervals.map { rfc3339UTC(wallNanoseconds: $0 * decoder.seconds * 1_000_000_000) }
  var json = JSONText()
  json.beginObject()
  json.member("seconds", decoder.seconds)
  json.key("signals")
  json.beginArray()
  var signal = SignalColumn()
  while try decoder.next(&signal) {
    json.beginObject()
    if let name = signal.name {
      json.member("path", name.path)
      json.member("unit", name.unit)
    } else {
      json.member("number", Int64(signal.number))
    }
    json.array("times", signal.rows) { json, row in json.value(times[row.position]) }
    json.array("count", signal.rows) { json, row in json.value(row.count) }
    json.array("last", signal.rows) { json, row in json.value(row.last) }
    json.array("min", signal.rows) { json, row in json.value(row.minimum) }
    json.array("max", signal.rows) { json, row in json.value(row.maximum) }
    json.array("mean", signal.rows) { json, row in json.value(row.sum / Double(row.count)) }
    json.endObject()
    guard json.bytes.count <= limit else { throw .tooMany("bytes of JSON", limit: limit) }
  }
  json.endArray()
  json.endObject()
  return json.bytes
}

extension JSONText {
  fileprivate mutating func array(
    _ name: String, _ rows: [ColumnRow], _ element: (inout JSONText, ColumnRow) -> Void
  ) {
    key(name)
    beginArray()
    for row in rows { element(&self, row) }
    endArray()
  }
}
