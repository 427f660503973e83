// The 29-bit identifier as SAE J1939-21 divides it.

public import Vocabulary

/// Priority, parameter group and addresses of a J1939 frame.
public struct J1939Identifier: Hashable, BitwiseCopyable, Sendable {
  /// The destination address of what goes to everybody.
  public static let everybody: UInt8 = 0xFF
  /// The source address of a unit that has none.
  public static let nobody: UInt8 = 0xFE

  /// 0...7; 0 is the most urgent.
  public var priority: UInt8
  /// As `CANID.parameterGroup`: 0...0x3FFFF, the lowest byte 0 where the frame has a destination.
  public var parameterGroup: UInt32
  public var source: UInt8
  /// 255, everybody, for a parameter group that has no destination.
  public var destination: UInt8

  /// Higher bits of `priority` and `parameterGroup` than they have are dropped, as is the destination where the group
  /// has none.
  public init(priority: UInt8 = 6, parameterGroup: UInt32, source: UInt8, destination: UInt8 = everybody) {
    let hasDestination = J1939Identifier.hasDestination(parameterGroup)
    self.priority = priority & 7
    self.parameterGroup = parameterGroup & (hasDestination ? 0x3FF00 : 0x3FFFF)
    self.source = source
    self.destination = hasDestination ? destination : J1939Identifier.everybody
  }

  /// Nil unless `id` is that of a 29-bit data frame.
  @inline(__always) public init?(_ id: CANID) {
    guard id.rawValue &>> 29 == 0b100 else { return nil }
    priority = UInt8(truncatingIfNeeded: id.rawValue &>> 26) & 7
    parameterGroup = id.parameterGroup
    source = UInt8(truncatingIfNeeded: id.rawValue)
    destination =
      J1939Identifier.hasDestination(parameterGroup)
      ? UInt8(truncatingIfNeeded: id.rawValue &>> 8) : J1939Identifier.everybody
  }

  public var id: CANID {
    let group = J1939Identifier.hasDestination(parameterGroup) ? parameterGroup | UInt32(destination) : parameterGroup
    return CANID(extended: UInt32(priority) &<< 26 | group &<< 8 | UInt32(source))
  }

  /// PDU1: a PDU format below 240.
  @inline(__always) public static func hasDestination(_ parameterGroup: UInt32) -> Bool {
    parameterGroup &>> 8 & 0xFF < 0xF0
  }
}
