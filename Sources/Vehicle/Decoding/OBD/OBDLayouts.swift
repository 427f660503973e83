// The table of parameters as the decoder reads it: numbers alone, found by the parameter identifier at once.

/// Where a value is in a parameter's data and how it is scaled.
struct OBDLayout: BitwiseCopyable, Sendable {
  private var first: UInt8
  private var count: UInt8
  private var lowestBit: UInt8
  private var bitCount: UInt8
  private var isSigned: Bool
  private var isAbsentAllOnes: Bool
  /// Bits of data byte A that must be set, and those that must not be.
  private var needed: UInt8
  private var forbidden: UInt8
  private var scale: Double
  private var offset: Double

  init(_ value: OBDValue) {
    first = UInt8(value.firstByte)
    count = UInt8(value.byteCount)
    lowestBit = UInt8(value.lowestBit)
    bitCount = UInt8(value.bitCount)
    isSigned = value.isSigned
    isAbsentAllOnes = value.isAbsentAllOnes
    needed = value.support.map { 1 << UInt8($0) } ?? 0
    forbidden = value.absence.map { 1 << UInt8($0) } ?? 0
    scale = value.scale
    offset = value.offset
  }

  /// Whether data of so many bytes hold the value.
  @inline(__always) func isIn(_ dataBytes: Int) -> Bool { Int(first) &+ Int(count) <= dataBytes }

  /// The value in the table's unit; NaN where the unit says that it has none.
  /// - Parameter start: where in `message` the parameter's data begin. They must be long enough (`isIn`).
  func number(_ message: Span<UInt8>, at start: Int) -> Double {
    if needed | forbidden != 0 {
      let head = message[start]
      guard head & needed == needed, head & forbidden == 0 else { return .nan }
    }
    var raw: UInt32 = 0
    for i in 0..<Int(count) { raw = raw &<< 8 | UInt32(message[start &+ Int(first) &+ i]) }
    // What is left of the number falls off, whether its upper end is that of a byte or within one.
    let spare = UInt32(32 &- bitCount)
    raw = (raw &>> UInt32(lowestBit)) &<< spare
    guard !isAbsentAllOnes || raw &>> spare != .max &>> spare else { return .nan }
    let number = isSigned ? Double(Int32(bitPattern: raw) &>> Int32(spare)) : Double(raw &>> spare)
    return number * scale + offset
  }
}

/// All layouts, in the table's order.
struct OBDLayouts: Sendable {
  /// One entry for each of the 256 parameter identifiers.
  struct Entry: BitwiseCopyable {
    /// 0 for a parameter that the table does not know.
    var dataBytes: UInt8 = 0
    /// The length of cars with other banks; `dataBytes` where there is no other.
    var otherDataBytes: UInt8 = 0
    /// The parameter's values in `layouts`.
    var first: UInt16 = 0
    var count: UInt8 = 0
  }

  private(set) var entries = [Entry](repeating: Entry(), count: 256)
  private(set) var layouts: [OBDLayout] = []

  /// Read once, since adapter packs are tried out by the dozen.
  static let shared = OBDLayouts()

  private init() {
    for parameter in OBDParameter.all {
      entries[Int(parameter.pid)] = Entry(
        dataBytes: UInt8(parameter.dataBytes),
        otherDataBytes: UInt8(parameter.otherDataBytes ?? parameter.dataBytes), first: UInt16(layouts.count),
        count: UInt8(parameter.values.count))
      for value in parameter.values { layouts.append(OBDLayout(value)) }
    }
  }

  var memoryBytes: Int {
    entries.capacity * MemoryLayout<Entry>.stride + layouts.capacity * MemoryLayout<OBDLayout>.stride
  }
}
