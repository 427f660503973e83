// The rows of a decoder table and the arithmetic on one signal.

import Vocabulary

/// A place of the hash table. All messages of one identifier lie on one probe sequence, those of one bus first.
struct Slot: BitwiseCopyable {
  static let free = UInt16.max
  static let anyBus = UInt16.max

  var key: UInt32 = 0
  var bus: UInt16 = 0
  var entry: UInt16 = Slot.free

  /// Fibonacci hashing: the upper bits of the product are the well-mixed ones.
  @inline(__always) static func hash(_ key: UInt32, shift: UInt32) -> UInt32 { (key &* 0x9E37_79B1) &>> shift }
}

struct Entry: BitwiseCopyable {
  var section: UInt32
  var length: UInt16
  /// Index in the descriptions the table was built from.
  var source: UInt16
}

/// Signals that are there together: `little`, `big` and `wide` operations in this order.
struct Section: BitwiseCopyable {
  var firstOperation: UInt32 = 0
  var firstSelector: UInt32 = 0
  var little: UInt16 = 0
  var big: UInt16 = 0
  var wide: UInt16 = 0
  var selectorCount: UInt16 = 0
  /// Data bytes with which all of the section's signals are whole.
  var bytesNeeded: UInt8 = 0
}

/// A multiplexor; its operation is laid out as a wide one.
struct Selector: BitwiseCopyable {
  var operation: Operation
  var firstCase: UInt32
  var caseCount: UInt32
}

/// The section behind a range of a multiplexor's values.
struct Case: BitwiseCopyable {
  var low: UInt32
  var high: UInt32
  var section: UInt32
}

/// How one signal is taken from a frame and becomes a sample.
struct Operation: BitwiseCopyable {
  var scale: Double
  var offset: Double
  var low: Double
  var high: Double
  /// The sign's place in the right-aligned raw value; 0 for unsigned signals.
  var signBit: UInt64
  var signal: UInt16
  /// Narrow: what stands above the signal in the word. Wide: the signal's distance from the word's first bit.
  var shift: UInt8
  /// 64 minus the signal's length.
  var unused: UInt8
  var bytesNeeded: UInt8
  /// Wide only: the payload word in which the signal begins.
  var word: UInt8
  var byteOrder: ByteOrder
  var format: SignalFormat

  init(_ description: DecoderTable.Signal, wide: Bool) {
    let first = description.firstBit
    let length = description.length
    scale = description.scale
    offset = description.offset
    low = description.range.lowerBound
    high = description.range.upperBound
    signBit = description.format == .signed ? 1 << UInt64(length - 1) : 0
    signal = description.signal?.rawValue ?? 0
    unused = UInt8(64 - length)
    bytesNeeded = UInt8(description.bytesNeeded)
    byteOrder = description.byteOrder
    format = description.format
    if wide {
      shift = UInt8(first % 64)
      word = UInt8(first / 64)
    } else {
      shift = UInt8(byteOrder == .little ? 64 - first - length : first)
      word = 0
    }
  }

  @inline(__always) func sample(_ value: Double, at time: Instant) -> Sample {
    Sample(
      time: time, value: value, signal: SignalID(rawValue: signal),
      validity: value >= low && value <= high ? .valid : .outOfRange)
  }

  /// `word` holds the signal's bits in descending order of significance: the payload's first word, or for big endian
  /// that word with its bytes swapped.
  @inline(__always) func narrowValue(_ word: UInt64) -> Double {
    let raw = (word &<< UInt64(shift)) &>> UInt64(unused)
    return Double(Int64(bitPattern: (raw ^ signBit) &- signBit)) * scale + offset
  }

  func wideValue(_ payload: CANPayload) -> Double {
    let raw = rightAligned(payload)
    let number =
      switch format {
      case .unsigned: Double(raw)
      case .signed: Double(Int64(bitPattern: (raw ^ signBit) &- signBit))
      case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw)))
      case .float64: Double(bitPattern: raw)
      }
    return number * scale + offset
  }

  /// The raw bits of a wide signal, which may lie across two payload words.
  func rightAligned(_ payload: CANPayload) -> UInt64 {
    let index = Int(word)
    let shift = UInt64(shift)
    let isSplit = shift + 64 - UInt64(unused) > 64
    switch byteOrder {
    case .little:
      var bits = payload.words[index] >> shift
      if isSplit { bits |= payload.words[index + 1] << (64 - shift) }
      return (bits &<< UInt64(unused)) &>> UInt64(unused)
    case .big:
      var bits = payload.words[index].byteSwapped << shift
      if isSplit { bits |= payload.words[index + 1].byteSwapped >> (64 - shift) }
      return bits &>> UInt64(unused)
    }
  }
}
