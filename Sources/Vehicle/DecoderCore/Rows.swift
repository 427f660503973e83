// The rows of a decoder table that lead from a frame's identifier to its operations.

/// Signals that are decoded together. A message's first section is a place of the hash table; all messages of one key
/// lie on one probe sequence, those of one bus before those of every bus.
///
/// 16 bytes that never lie across two cache lines: all that a message without multiplexors takes.
struct Section: BitwiseCopyable {
  /// Of a free place; no identifier has it.
  static let noKey = UInt32.max
  static let anyBus = UInt16.max
  /// A number of `bytesNeeded` that no frame has.
  static let notPlain = UInt8.max

  var key = Section.noKey
  /// Of `little` little-endian operations, then `big` big-endian ones.
  var firstOperation: UInt32 = 0
  var bus = Section.anyBus
  /// Index in the descriptions the table was built from.
  var message: UInt16 = 0
  var little: UInt8 = 0
  var big: UInt8 = 0
  /// Data bytes with which the operations give all there is; `notPlain` where they do not, or have both byte orders.
  var bytesNeeded: UInt8 = 0
  /// Data bytes of a whole frame of the message.
  var length: UInt8 = 0

  var narrow: Int { Int(little) &+ Int(big) }
}

/// What a section has beside operations.
struct SectionExtras: BitwiseCopyable {
  var firstWide: UInt32 = 0
  var firstSelector: UInt32 = 0
  var wide: UInt16 = 0
  var selectorCount: UInt16 = 0
  /// Data bytes with which the operations' signals are whole.
  var bytesNeeded: UInt8 = 0
  /// Has one multiplexor, and the sections behind it have this section's operations as well.
  var selectsOne = false
  /// Nothing wide, and no multiplexor but the one of `selectsOne`, which lies in the first word.
  var isQuick = true
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
