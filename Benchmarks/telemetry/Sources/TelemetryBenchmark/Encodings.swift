// The same roll-ups in the forms that are compared.
import CZstd
import Documents
import FleetContract
import Vocabulary

/// One form of some consecutive seconds.
enum Encoding: String, CaseIterable {
  /// An object a second, a member a signal: what a program without a schema of its own would send.
  case jsonRows = "json-rows"
  /// A message a roll-up: number of the signal, time, count and four doubles; names once per batch.
  case protobufRows = "protobuf-rows"
  case columns

  func encode(_ seconds: ArraySlice<RollUpSet.Second>, _ catalogue: SignalCatalogue) throws -> [UInt8] {
    switch self {
    case .jsonRows: Encoding.json(seconds, catalogue)
    case .protobufRows: Encoding.protobuf(seconds, catalogue)
    case .columns: try Encoding.batch(of: Encoding.chunks(seconds), catalogue)
    }
  }

  static func chunks(_ seconds: ArraySlice<RollUpSet.Second>) throws -> [[UInt8]] {
    try seconds.map { second in
      try columnChunk(seconds: 1, interval: second.interval, second.rollUps) { UInt32($0.rawValue) }
    }
  }

  static func batch(of chunks: [[UInt8]], _ catalogue: SignalCatalogue) throws -> [UInt8] {
    try columnBatch(of: chunks) { number in
      let signal = catalogue[SignalID(rawValue: UInt16(number))]
      return SignalName(path: signal.path, unit: signal.unit)
    }
  }

  private static func json(_ seconds: ArraySlice<RollUpSet.Second>, _ catalogue: SignalCatalogue) -> [UInt8] {
    var json = JSONText(reserving: 1 << 20)
    json.beginArray()
    for second in seconds {
      json.beginObject()
      json.member("start", second.interval)
      json.key("signals")
      json.beginObject()
      for rollUp in second.rollUps {
        json.key(catalogue[rollUp.signal].path)
        json.beginObject()
        json.member("n", Int64(rollUp.count))
        for (name, value) in [
          ("min", rollUp.minimum), ("max", rollUp.maximum), ("mean", rollUp.sum / Double(rollUp.count)),
          ("last", rollUp.last),
        ] {
          json.key(name)
          json.value(value)
        }
        json.endObject()
      }
      json.endObject()
      json.endObject()
    }
    json.endArray()
    return json.bytes
  }

  private static func protobuf(_ seconds: ArraySlice<RollUpSet.Second>, _ catalogue: SignalCatalogue) -> [UInt8] {
    var message: [UInt8] = []
    var isNamed = Array(repeating: false, count: catalogue.count)
    for second in seconds {
      for rollUp in second.rollUps {
        var row = ProtobufWriter(reserving: 64)
        row.field(1, UInt64(rollUp.signal.rawValue))
        row.field(2, UInt64(second.interval))
        row.field(3, UInt64(rollUp.count))
        var bytes = row.bytes
        for (field, value) in [rollUp.minimum, rollUp.maximum, rollUp.sum, rollUp.last].enumerated() {
          bytes.append(UInt8((field + 4) << 3 | 1))
          withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        var outer = ProtobufWriter()
        if !isNamed[rollUp.signal.index] {
          isNamed[rollUp.signal.index] = true
          outer.field(1, catalogue[rollUp.signal].path.utf8)
          outer.field(2, catalogue[rollUp.signal].unit.utf8)
        }
        outer.field(3, bytes)
        message += outer.bytes
      }
    }
    return message
  }
}

/// Size of a zstd frame, with the library's own settings for the level.
func zstdSize(_ bytes: [UInt8], level: Int32) -> Int {
  var frame = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
  return ZSTD_compress(&frame, frame.count, bytes, bytes.count, level)
}
