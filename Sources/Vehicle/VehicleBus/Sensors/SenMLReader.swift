// From the JSON representation of SenML (RFC 8428, section 5) to resolved records.
import Documents

/// Reads one pack of SenML in JSON, within limits that hold for hostile text too. What comes out is all of a pack or
/// nothing of it.
///
/// Fields that are not known are passed over, unless their name ends in `_` and so says that they must be understood.
/// Of versions 10 is known, and 26, which adds secondary units (RFC 9100).
public enum SenMLReader {
  /// Bytes.
  public static let largestPack = 65_536
  public static let mostRecords = 256
  /// Arrays and objects within each other, in fields that are passed over.
  public static let deepest = 8

  /// - Throws: `SenMLError`.
  public static func read(_ text: [UInt8]) throws(SenMLError) -> [SenMLRecord] {
    guard text.count <= largestPack else {
      throw SenMLError(.tooLarge, at: largestPack, "longer than \(largestPack) bytes")
    }
    var cursor = try JSONCursor<SenMLError>(text)
    var base = Base()
    var records: [SenMLRecord] = []
    var count = 0
    cursor.skipSpace()
    guard cursor.next == UInt8(ascii: "[") || cursor.next == nil else {
      throw SenMLError(.notSenML, at: cursor.position, "a pack is an array of records")
    }
    try cursor.elements { cursor throws(SenMLError) in
      guard count < mostRecords else {
        throw SenMLError(.tooManyRecords, at: cursor.position, "more than \(mostRecords) records")
      }
      count += 1
      guard cursor.next == UInt8(ascii: "{") || cursor.next == nil else {
        throw SenMLError(.notSenML, at: cursor.position, "a record is an object")
      }
      let start = cursor.position
      var fields = Fields()
      try cursor.members { cursor, name throws(SenMLError) in try fields.take(name, &cursor) }
      base.adopt(fields)
      if let record = try base.resolve(fields, at: start) { records.append(record) }
    }
    cursor.skipSpace()
    guard cursor.next == nil else { throw cursor.malformed("something follows the pack") }
    guard count > 0 else { throw SenMLError(.notSenML, at: 0, "a pack without a record") }
    return records
  }
}

/// Labels of the standard's table 1.
private enum Label: UInt8 {
  case bn, bt, bu, bv, bs, bver, n, u, v, vs, vb, vd, s, t, ut

  /// Nil for one that is not known.
  init?(name: ArraySlice<UInt8>) {
    // The longest has four letters; no text is made of a longer one.
    guard name.count <= 4 else { return nil }
    switch String(decoding: name, as: UTF8.self) {
    case "bn": self = .bn
    case "bt": self = .bt
    case "bu": self = .bu
    case "bv": self = .bv
    case "bs": self = .bs
    case "bver": self = .bver
    case "n": self = .n
    case "u": self = .u
    case "v": self = .v
    case "vs": self = .vs
    case "vb": self = .vb
    case "vd": self = .vd
    case "s": self = .s
    case "t": self = .t
    case "ut": self = .ut
    default: return nil
    }
  }
}

/// The fields of one record as they stand there.
private struct Fields {
  private(set) var baseName: ArraySlice<UInt8>?
  private(set) var baseTime: Double?
  private(set) var baseUnit: String?
  private(set) var baseValue: Double?
  private(set) var baseSum: Double?
  private(set) var name: ArraySlice<UInt8>?
  private(set) var unit: String?
  private(set) var value: SenMLRecord.Value?
  private(set) var sum: Double?
  private(set) var time: Double?
  private(set) var updateTime: Double?
  /// One bit for each label.
  private var seen: UInt16 = 0

  mutating func take(_ name: ArraySlice<UInt8>, _ cursor: inout JSONCursor<SenMLError>) throws(SenMLError) {
    let start = cursor.position
    guard let label = Label(name: name) else {
      guard name.last != UInt8(ascii: "_") else {
        throw SenMLError(.notUnderstood, at: start, "a field that must be understood, and is not")
      }
      return try cursor.skipValue(depth: SenMLReader.deepest)
    }
    let bit: UInt16 = 1 << UInt16(label.rawValue)
    guard seen & bit == 0 else { throw SenMLError(.notSenML, at: start, "the field \(label) a second time") }
    seen |= bit
    switch label {
    case .bn: baseName = try string(label, &cursor)
    case .bt: baseTime = try number(label, &cursor)
    case .bu: baseUnit = String(decoding: try string(label, &cursor), as: UTF8.self)
    case .bv: baseValue = try number(label, &cursor)
    case .bs: baseSum = try number(label, &cursor)
    case .bver: try checkVersion(try number(label, &cursor), at: start)
    case .n: self.name = try string(label, &cursor)
    case .u: unit = String(decoding: try string(label, &cursor), as: UTF8.self)
    case .v: try set(.number(try number(label, &cursor)), at: start)
    case .vs, .vd:
      _ = try string(label, &cursor)
      try set(.text, at: start)
    case .vb:
      guard cursor.next == UInt8(ascii: "t") || cursor.next == UInt8(ascii: "f") else {
        throw SenMLError(.notSenML, at: start, "the field vb is true or false")
      }
      try set(.truth(try cursor.truth()), at: start)
    case .s: sum = try number(label, &cursor)
    case .t: time = try number(label, &cursor)
    case .ut: updateTime = try number(label, &cursor)
    }
  }

  private mutating func set(_ value: SenMLRecord.Value, at offset: Int) throws(SenMLError) {
    guard self.value == nil else { throw SenMLError(.notSenML, at: offset, "a second value in one record") }
    self.value = value
  }

  private func checkVersion(_ version: Double, at offset: Int) throws(SenMLError) {
    guard version == 10 || version == 26 else {
      throw SenMLError(.notUnderstood, at: offset, "a version of SenML that is not known; 10 and 26 are")
    }
  }

  private func string(_ label: Label, _ cursor: inout JSONCursor<SenMLError>) throws(SenMLError) -> ArraySlice<UInt8> {
    guard cursor.next == UInt8(ascii: "\"") else {
      throw SenMLError(.notSenML, at: cursor.position, "the field \(label) is a string")
    }
    return try cursor.string()
  }

  private func number(_ label: Label, _ cursor: inout JSONCursor<SenMLError>) throws(SenMLError) -> Double {
    switch cursor.next {
    case UInt8(ascii: "-")?, (0x30...0x39)?: return try cursor.number()
    default: throw SenMLError(.notSenML, at: cursor.position, "the field \(label) is a number")
    }
  }
}

/// The base fields that hold from some record on.
private struct Base {
  private var name: ArraySlice<UInt8> = []
  private var time = 0.0
  private var unit: String?
  private var value = 0.0
  private var sum: Double?

  mutating func adopt(_ fields: Fields) {
    name = fields.baseName ?? name
    time = fields.baseTime ?? time
    unit = fields.baseUnit ?? unit
    value = fields.baseValue ?? value
    sum = fields.baseSum ?? sum
  }

  /// Nil for a record that only sets base fields.
  func resolve(_ fields: Fields, at offset: Int) throws(SenMLError) -> SenMLRecord? {
    guard fields.value != nil || fields.sum != nil else {
      guard fields.name == nil, fields.unit == nil, fields.time == nil, fields.updateTime == nil else {
        throw SenMLError(.notSenML, at: offset, "a record without a value")
      }
      return nil
    }
    let whole = name + (fields.name ?? [])
    guard SenMLRecord.isName(whole) else {
      throw SenMLError(
        .notSenML, at: offset,
        whole.isEmpty ? "a record without a name" : "a name with other characters than A-Z a-z 0-9 - : . / _")
    }
    var value = fields.value ?? .none
    if case .number(let number) = value { value = .number(self.value + number) }
    return SenMLRecord(
      name: String(decoding: whole, as: UTF8.self), unit: fields.unit ?? unit, value: value,
      sum: fields.sum.map { $0 + (sum ?? 0) }, time: time + (fields.time ?? 0), updateTime: fields.updateTime)
  }
}
