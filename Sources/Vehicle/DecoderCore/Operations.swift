// The rows of a decoder table that turn bits into numbers, and their arithmetic.

import Vocabulary

/// How a signal that lies in a frame's first 64 bits becomes a number, and which numbers are measurements.
///
/// `word` is everywhere the payload's first word, or for big endian that word with its bytes swapped: it holds the
/// signal's bits in descending order of significance.
struct Operation: BitwiseCopyable {
  var scale: Double
  var offset: Double
  /// A power of two: to multiply by it moves the signal up to the word's top. Cheaper than a shift by a variable.
  var lift: UInt64
  /// What remains of the bits after the shift down, which extends a sign: all, or for an unsigned signal its own.
  var mask: UInt64
  /// The lowest code that is a measurement, and how far above it the highest one lies.
  var lowestCode: UInt64
  var codeSpan: UInt64
  var signal: UInt16
  /// 64 minus the signal's length.
  var unused: UInt8
  var bytesNeeded: UInt8
  var reserved: DecoderTable.ReservedValues

  init(_ description: DecoderTable.Signal, codes: ClosedRange<Int64>, reserved: DecoderTable.ReservedValues) {
    scale = description.scale
    offset = description.offset
    lift = 1 << UInt64(description.firstBitFromTop)
    mask = description.format == .signed ? .max : .max >> UInt64(64 - description.length)
    lowestCode = UInt64(bitPattern: codes.lowerBound)
    codeSpan = UInt64(bitPattern: codes.upperBound &- codes.lowerBound)
    signal = description.signal?.rawValue ?? 0
    unused = UInt8(64 - description.length)
    bytesNeeded = UInt8(description.bytesNeeded)
    self.reserved = reserved
  }

  /// The raw value, its sign extended.
  @inline(__always) func code(_ word: UInt64) -> UInt64 {
    UInt64(bitPattern: Int64(bitPattern: word &* lift) &>> Int64(unused)) & mask
  }

  @inline(__always) func value(_ code: UInt64) -> Double { Double(Int64(bitPattern: code)) * scale + offset }

  /// One comparison of whole numbers, which need not wait for the value.
  @inline(__always) func isMeasurement(_ code: UInt64) -> Bool { code &- lowestCode <= codeSpan }

  func validity(_ code: UInt64) -> Validity {
    if isMeasurement(code) { return .valid }
    return reserved.meaning(of: code & .max >> UInt64(unused), length: 64 - Int(unused)) ?? .outOfRange
  }
}

/// The same for a signal of any place in 64 bytes and any format.
struct WideOperation: BitwiseCopyable {
  var scale: Double
  var offset: Double
  var low: Double
  var high: Double
  var field: BitField
  var signal: UInt16
  var bytesNeeded: UInt8
  var format: SignalFormat
  var reserved: DecoderTable.ReservedValues

  init(_ description: DecoderTable.Signal, reserved: DecoderTable.ReservedValues) {
    scale = description.scale
    offset = description.offset
    low = description.finiteRange.lowerBound
    high = description.finiteRange.upperBound
    field = BitField(description)
    signal = description.signal?.rawValue ?? 0
    bytesNeeded = UInt8(description.bytesNeeded)
    format = description.format
    self.reserved = reserved
  }

  func sample(_ payload: CANPayload, at time: Instant) -> Sample {
    let raw = field.rightAligned(payload)
    let number =
      switch format {
      case .unsigned: Double(raw)
      case .signed: Double(Int64(bitPattern: raw &<< UInt64(field.unused)) &>> Int64(field.unused))
      case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw)))
      case .float64: Double(bitPattern: raw)
      }
    let value = number * scale + offset
    return Sample(
      time: time, value: value, signal: SignalID(rawValue: signal),
      validity: reserved.meaning(of: raw, length: field.length)
        ?? (value >= low && value <= high ? .valid : .outOfRange))
  }
}

/// A run of bits anywhere in 64 bytes.
struct BitField: BitwiseCopyable {
  /// The payload word in which it begins.
  var word: UInt8
  /// Its distance from that word's first bit.
  var shift: UInt8
  /// 64 minus its length.
  var unused: UInt8
  var byteOrder: ByteOrder

  init(_ description: DecoderTable.Signal) {
    word = UInt8(description.firstBit / 64)
    shift = UInt8(description.firstBit % 64)
    unused = UInt8(64 - description.length)
    byteOrder = description.byteOrder
  }

  var length: Int { 64 - Int(unused) }

  /// Of a field that begins and ends in the first word.
  @inline(__always) func rightAligned(_ firstWord: UInt64) -> UInt64 {
    byteOrder == .little
      ? ((firstWord &>> UInt64(shift)) &<< UInt64(unused)) &>> UInt64(unused)
      : (firstWord.byteSwapped &<< UInt64(shift)) &>> UInt64(unused)
  }

  func rightAligned(_ payload: CANPayload) -> UInt64 {
    let index = Int(word)
    let isSplit = shift > unused
    switch byteOrder {
    case .little:
      var bits = payload.words[index] &>> UInt64(shift)
      if isSplit { bits |= payload.words[index + 1] &<< UInt64(64 - shift) }
      return (bits &<< UInt64(unused)) &>> UInt64(unused)
    case .big:
      var bits = payload.words[index].byteSwapped &<< UInt64(shift)
      if isSplit { bits |= payload.words[index + 1].byteSwapped &>> UInt64(64 - shift) }
      return bits &>> UInt64(unused)
    }
  }
}
