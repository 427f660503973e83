// Where a signal lies in a frame and how its bits become a number: what a decoder table is made from.

public import Vocabulary

/// The order of a signal's bytes.
public enum ByteOrder: UInt8, BitwiseCopyable, Sendable {
  /// Intel: the start bit is the least significant one.
  case little
  /// Motorola: the start bit is the most significant one.
  case big
}

/// What a signal's bits stand for.
public enum SignalFormat: UInt8, BitwiseCopyable, Sendable {
  case unsigned
  /// Two's complement.
  case signed
  /// IEEE 754 binary32; the signal is 32 bits long.
  case float32
  /// IEEE 754 binary64; the signal is 64 bits long.
  case float64

  var isFloat: Bool { self == .float32 || self == .float64 }
}

extension DecoderTable {
  /// A frame that the table knows.
  public struct Message: Sendable {
    /// Nil: on every bus. A message of one bus goes before one of every bus.
    public var bus: UInt8?
    /// Remote and error flags do not count.
    public var id: CANID
    /// Which frames are this message.
    public var matching: Matching
    /// Data bytes of a whole frame; a frame with fewer is decoded as far as it goes and called short.
    public var length: Int
    public var signals: [Signal]

    public init(
      bus: UInt8? = nil, id: CANID, matching: Matching = .identifier, length: Int, signals: [Signal]
    ) {
      self.bus = bus
      self.id = id
      self.matching = matching
      self.length = length
      self.signals = signals
    }
  }

  /// How a frame's identifier is compared with a message's.
  public enum Matching: UInt8, BitwiseCopyable, Sendable {
    /// All 11 or 29 bits.
    case identifier
    /// The parameter group number of a 29-bit identifier (SAE J1939-21): priority and source address do not count, nor
    /// does the destination where the PDU format is below 240. A message of the whole identifier goes before.
    /// An 11-bit identifier has no such number and is compared whole.
    case parameterGroup
  }

  /// Raw values that are no measurement.
  public enum ReservedValues: UInt8, BitwiseCopyable, Sendable {
    case none
    /// SAE J1939-71, tables 1 and 3. The top byte of a signal of 8 bits or more: 0xFF not available, 0xFE error,
    /// 0xFB...0xFD reserved. Of 2 to 7 bits: all ones not available, one below it error. A single bit has none, neither
    /// have IEEE numbers and multiplexors, of which every code is meant.
    case j1939
  }

  /// A run of bits in a message. The value is `Double(raw) * scale + offset`, one multiplication, one addition.
  public struct Signal: Sendable {
    /// Nil for a multiplexor that only selects and gives no sample.
    public var signal: SignalID?
    /// As DBC numbers bits: bit `b` of byte `n` is `8 * n + b`, and `byteOrder` says which end of the signal it is.
    public var startBit: Int
    /// Bits, 1...64.
    public var length: Int
    public var byteOrder: ByteOrder
    public var format: SignalFormat
    public var scale: Double
    public var offset: Double
    /// Scaled values outside it are given as `Validity.outOfRange`; NaN and the infinities are outside of every range,
    /// also of the widest.
    public var range: ClosedRange<Double>
    /// Values of these codes are given as `Validity.notAvailable`, `.error` or (reserved ones) `.outOfRange`.
    public var reserved: ReservedValues
    public var presence: Presence

    public init(
      signal: SignalID?, startBit: Int, length: Int, byteOrder: ByteOrder = .little, format: SignalFormat = .unsigned,
      scale: Double = 1, offset: Double = 0, range: ClosedRange<Double> = -Double.infinity...Double.infinity,
      reserved: ReservedValues = .none, presence: Presence = .always
    ) {
      self.signal = signal
      self.startBit = startBit
      self.length = length
      self.byteOrder = byteOrder
      self.format = format
      self.scale = scale
      self.offset = offset
      self.range = range
      self.reserved = reserved
      self.presence = presence
    }
  }

  /// Which frames hold a signal.
  public enum Presence: Sendable {
    case always
    /// Those in which the raw, unsigned value of `signals[multiplexor]` lies in one of `values`. A multiplexor may be
    /// multiplexed itself (DBC's extended multiplexing).
    case selected(multiplexor: Int, values: [ClosedRange<UInt32>])
  }

  /// What a table could not take over. All the rest of its messages is in it.
  public struct Problem: Equatable, Sendable {
    /// Index in the messages the table was built from.
    public var message: Int
    /// Index in that message's signals; nil when it is the message itself.
    public var signal: Int?
    public var reason: Reason

    public init(message: Int, signal: Int?, reason: Reason) {
      self.message = message
      self.signal = signal
      self.reason = reason
    }

    public enum Reason: Equatable, Sendable {
      case lengthNotIn1To64
      /// Only the 64 bytes of a CAN FD frame can hold a signal.
      case outsideOf64Bytes
      /// IEEE numbers have 32 or 64 bits.
      case lengthNotThatOfFloat
      /// The multiplexor is absent, longer than 32 bits, an IEEE number, itself refused, or selects itself in a ring.
      case unusableMultiplexor
      /// More than eight multiplexors below each other.
      case nestedTooDeep
      /// The bus has this identifier, or this parameter group, already; the first message stays.
      case duplicateMessage
      /// More than 65,534 messages.
      case tooManyMessages
    }
  }
}

extension DecoderTable.Signal {
  /// Why no table can decode this signal; nil when one can.
  public var defect: DecoderTable.Problem.Reason? {
    guard (1...64).contains(length) else { return .lengthNotIn1To64 }
    guard startBit >= 0, startBit < 512, firstBit + length <= 512 else { return .outsideOf64Bytes }
    guard !format.isFloat || length == (format == .float32 ? 32 : 64) else { return .lengthNotThatOfFloat }
    return nil
  }

  /// Distance from the frame's first bit, counted in the signal's own order: up from the least significant bit of
  /// byte 0 for little endian, down from its most significant bit for big endian.
  var firstBit: Int { byteOrder == .little ? startBit : startBit / 8 * 8 + 7 - startBit % 8 }

  /// What stands above a signal of the first 64 bits in their word.
  var firstBitFromTop: Int { byteOrder == .little ? 64 - firstBit - length : firstBit }

  /// Data bytes that a frame must have for the signal to be whole.
  var bytesNeeded: Int { (firstBit + length + 7) / 8 }

  /// Whether one shift to the left and one to the right of the first data word give the raw value.
  var isNarrow: Bool {
    firstBit + length <= 64 && !format.isFloat && !(length == 64 && format == .unsigned)
  }
}
