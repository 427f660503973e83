// A frame as it stood on a bus (ISO 11898-1), classic or FD.

/// The identifier with the flag bits that Linux keeps in the same word (`linux/can.h`).
public struct CANID: Hashable, BitwiseCopyable, Sendable {
  /// Bit 31 extended frame format, bit 30 remote request, bit 29 error frame, then 29 or 11 identifier bits.
  public var rawValue: UInt32

  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// A standard identifier, 0...0x7FF; higher bits are dropped.
  @inlinable public init(standard value: UInt32) { rawValue = value & 0x7FF }
  /// An extended identifier, 0...0x1FFF_FFFF; higher bits are dropped.
  @inlinable public init(extended value: UInt32) { rawValue = value & 0x1FFF_FFFF | CANID.extendedFlag }

  public static let extendedFlag: UInt32 = 0x8000_0000
  public static let remoteFlag: UInt32 = 0x4000_0000
  public static let errorFlag: UInt32 = 0x2000_0000

  @inlinable public var isExtended: Bool { rawValue & 0x8000_0000 != 0 }
  @inlinable public var isRemoteRequest: Bool { rawValue & 0x4000_0000 != 0 }
  @inlinable public var isErrorFrame: Bool { rawValue & 0x2000_0000 != 0 }
  /// The 11 or 29 identifier bits alone.
  @inlinable public var value: UInt32 { rawValue & (isExtended ? 0x1FFF_FFFF : 0x7FF) }
  /// What a decoder table is keyed by: the identifier bits and the format, without remote and error flags.
  @inlinable public var key: UInt32 { value | rawValue & 0x8000_0000 }
  /// The parameter group number of a 29-bit identifier (SAE J1939-21), 0...0x3FFFF: extended data page, data page, PDU
  /// format and, where that is 240 or more, the group extension. Below 240 that byte is the destination's address and
  /// counts as 0.
  @inlinable public var parameterGroup: UInt32 {
    let number = value &>> 8 & 0x3FFFF
    return number &>> 8 & 0xFF < 240 ? number & 0x3FF00 : number
  }
}

/// Up to 64 data bytes in eight words; byte `i` is bits `8 * (i % 8)` of word `i / 8`, whatever the machine.
public struct CANPayload: BitwiseCopyable, Sendable {
  public var words: InlineArray<8, UInt64>

  @inlinable public init() { words = InlineArray(repeating: 0) }
  @inlinable public init(word: UInt64) {
    words = InlineArray(repeating: 0)
    words[0] = word
  }

  /// Byte `index`, 0...63.
  @inlinable public subscript(index: Int) -> UInt8 {
    get { UInt8(truncatingIfNeeded: words[index &>> 3] &>> UInt64((index & 7) &* 8)) }
    set {
      let shift = UInt64((index & 7) &* 8)
      words[index &>> 3] = words[index &>> 3] & ~(0xFF &<< shift) | UInt64(newValue) &<< shift
    }
  }
}

/// One frame on one bus. Bytes beyond `length` are zero.
public struct CANFrame: BitwiseCopyable, Sendable {
  /// When it was received, on the BOOTTIME axis of the running boot (for a recording, the recording's axis).
  public var time: Instant
  public var id: CANID
  /// Which of the daemon's open buses, counted from 0 in the order of the configuration.
  public var bus: UInt8
  /// Data bytes, 0...8 for classic frames, 0...64 for FD.
  public var length: UInt8
  public var flags: Flags
  public var payload: CANPayload

  public struct Flags: OptionSet, BitwiseCopyable, Sendable {
    public var rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let bitRateSwitch = Flags(rawValue: 0x01)
    public static let errorStateIndicator = Flags(rawValue: 0x02)
    public static let flexibleDataRate = Flags(rawValue: 0x04)
  }

  @inlinable public init(
    time: Instant, id: CANID, bus: UInt8 = 0, length: UInt8, flags: Flags = [], payload: CANPayload
  ) {
    self.time = time
    self.id = id
    self.bus = bus
    self.length = length
    self.flags = flags
    self.payload = payload
  }

  /// A classic frame from at most eight bytes; more are dropped.
  public init(time: Instant, id: CANID, bus: UInt8 = 0, bytes: [UInt8]) {
    var payload = CANPayload()
    let count = min(bytes.count, 8)
    for i in 0..<count { payload[i] = bytes[i] }
    self.init(time: time, id: id, bus: bus, length: UInt8(count), payload: payload)
  }

  @inlinable public subscript(index: Int) -> UInt8 { payload[index] }
}
