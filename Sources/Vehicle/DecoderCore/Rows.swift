// The rows of a decoder table that lead from a frame's identifier to its signals.

import Vocabulary

/// Signals that are decoded together, and for those that are always there the message: a place of the hash table.
/// 32 bytes: half a cache line has all there is to know of a message without multiplexors.
///
/// All messages of one key lie on one probe sequence, those of one bus first.
struct Section: BitwiseCopyable {
  static let noMessage = UInt16.max
  static let anyBus = UInt16.max

  /// How a frame that is whole is decoded.
  enum Plan: UInt8, BitwiseCopyable {
    /// By the section's operations.
    case operations
    /// By the section behind its one multiplexor; where the value selects none, by its own operations.
    case selection
    /// As `DecoderTable.decodeChecked` does it, which decodes everything.
    case checked
  }

  var key: UInt32 = 0
  var bus = Section.anyBus
  /// Index in the descriptions the table was built from.
  var message = Section.noMessage
  /// Of `little` little-endian operations, then `big` big-endian ones.
  var firstOperation: UInt32 = 0
  var firstWide: UInt32 = 0
  var firstSelector: UInt32 = 0
  var little: UInt16 = 0
  var big: UInt16 = 0
  var wide: UInt16 = 0
  var selectorCount: UInt16 = 0
  /// Data bytes with which all of the section's signals are whole.
  var bytesNeeded: UInt8 = 0
  /// Data bytes of a whole frame of the message.
  var length: UInt8 = 0
  var plan = Plan.operations
  /// Has one multiplexor, and the sections behind it have this section's operations as well.
  var selectsOne = false

  var narrow: Int { Int(little) &+ Int(big) }
}

/// A multiplexor: its values below `directCount` are looked up by index, greater ones among the cases.
struct Selector: BitwiseCopyable {
  var field: BitField
  var bytesNeeded: UInt8
  /// In the table of sections by value; `noSection` where there is none.
  var firstDirect: UInt32 = 0
  var directCount: UInt32 = 0
  /// Ascending, without overlap.
  var firstCase: UInt32 = 0
  var caseCount: UInt32 = 0

  static let noSection = UInt32.max
}

/// The section behind a range of a multiplexor's values.
struct Case: BitwiseCopyable {
  var low: UInt32
  var high: UInt32
  var section: UInt32
}

/// Multiplicative hashing: the upper bits of the product are the well-mixed ones.
struct KeyHash: BitwiseCopyable {
  var factor: UInt32
  /// 32 minus the bits of a place.
  var shift: UInt32

  @inline(__always) func place(of key: UInt32) -> Int { Int((key &* factor) &>> shift) }
}

extension CANID {
  /// Never that of an identifier, whose keys have bit 30 clear.
  private static let parameterGroupFlag: UInt32 = 0x4000_0000

  /// What the parameter group of a 29-bit identifier is looked up by (SAE J1939-21): extended data page, data page, PDU
  /// format and, where that is 240 or more, the group extension. Below 240 that byte is the destination's address.
  @inline(__always) var parameterGroupKey: UInt32 {
    let number = value &>> 8 & 0x3FFFF
    let isAddressed = number &>> 8 & 0xFF < 240
    return CANID.parameterGroupFlag | (isAddressed ? number & 0x3FF00 : number)
  }
}
