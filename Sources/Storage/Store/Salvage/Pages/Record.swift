// A row's values as SQLite packs them.
import SQLite

enum Record {
  /// The values of a record; nil when it is none.
  static func values(_ record: [UInt8]) -> [Value]? {
    var offset = 0
    guard let size = varint(record, &offset), size <= UInt64(record.count) else { return nil }
    var place = Int(size)
    var values: [Value] = []
    while offset < Int(size) {
      guard let type = varint(record, &offset), let value = value(type, record, &place) else { return nil }
      values.append(value)
    }
    return offset == Int(size) && place == record.count ? values : nil
  }

  private static func value(_ type: UInt64, _ record: [UInt8], _ place: inout Int) -> Value? {
    let sizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]
    guard type != 10, type != 11, type < UInt64(2 * record.count + 14) else { return nil }
    let size = type < 10 ? sizes[Int(type)] : (Int(type) - 12) / 2
    guard place + size <= record.count else { return nil }
    let bytes = record[place..<place + size]
    place += size
    switch type {
    case 0: return .null
    case 7: return .real(Double(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) }))
    case 8: return .integer(0)
    case 9: return .integer(1)
    case 1...6:
      let sign: Int64 = bytes.first.map { $0 >= 0x80 } == true ? -1 : 0
      return .integer(bytes.reduce(sign) { $0 << 8 | Int64($1) })
    default: return type % 2 == 0 ? .blob(Array(bytes)) : .text(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// A number of one to nine bytes; nil where the bytes end before it does.
  static func varint(_ bytes: [UInt8], _ offset: inout Int) -> UInt64? {
    var value: UInt64 = 0
    for i in 0..<9 {
      guard offset < bytes.count else { return nil }
      let byte = bytes[offset]
      offset += 1
      if i == 8 { return value << 8 | UInt64(byte) }
      value = value << 7 | UInt64(byte & 0x7F)
      if byte < 0x80 { return value }
    }
    return value
  }
}
