// Which frames the kernel hands to a CAN socket.
public import Vocabulary

/// A filter as `linux/can.h` has it: a frame passes when its identifier word and `id` are alike in all bits of `mask`.
/// A frame that one of a socket's filters passes is received.
public struct CANFilter: Hashable, BitwiseCopyable, Sendable {
  public var id: UInt32
  public var mask: UInt32

  /// Most filters that a socket takes.
  public static let mostPerSocket = 512
  /// Passes all but error frames, which are asked for by a setting of their own.
  public static let everything = CANFilter(id: 0, mask: 0)

  /// The error flag is left out of the mask: it would make this a filter of error frames.
  public init(id: UInt32, mask: UInt32) {
    self.mask = mask & ~CANID.errorFlag
    self.id = id & self.mask
  }

  /// Data frames of this identifier. The kernel finds such a filter by table, all others one after the other.
  public init(exactly id: CANID) {
    self.init(
      id: id.key, mask: CANID.extendedFlag | CANID.remoteFlag | (id.isExtended ? 0x1FFF_FFFF : 0x7FF))
  }

  /// Data frames of a parameter group of SAE J1939, whatever their priority and source, and where the group has one
  /// their destination.
  public init(parameterGroup: UInt32) {
    let hasDestination = parameterGroup >> 8 & 0xFF < 240
    self.init(
      id: CANID.extendedFlag | (parameterGroup & 0x3FFFF) << 8,
      mask: CANID.extendedFlag | CANID.remoteFlag | (hasDestination ? 0x3FF_0000 : 0x3FF_FF00))
  }

  public func passes(_ id: CANID) -> Bool {
    !id.isErrorFrame && (id.rawValue ^ self.id) & mask == 0
  }
}
