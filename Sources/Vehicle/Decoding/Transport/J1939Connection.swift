// What TP.CM says: connection management of the transport protocol (SAE J1939-21, 5.10).

import Vocabulary

enum J1939Connection: BitwiseCopyable {
  /// To everybody; packets follow without being asked for.
  case broadcast(Announcement)
  case requestToSend(Announcement)
  /// `packets` 0: wait.
  case clearToSend(parameterGroup: UInt32, packets: UInt8, next: UInt8)
  case endOfMessage(parameterGroup: UInt32)
  case abort(parameterGroup: UInt32, reason: UInt8)

  struct Announcement: BitwiseCopyable {
    var parameterGroup: UInt32
    /// 9...1785 bytes.
    var length: UInt16
    /// 2...255; seven bytes each.
    var packets: UInt8
  }

  static let lengths: ClosedRange<UInt16> = 9...1785

  /// Nil for a frame that breaks the protocol's rules.
  init?(_ frame: borrowing CANFrame, to destination: UInt8) {
    guard frame.length >= 8 else { return nil }
    let number = UInt32(frame[7]) &<< 16 | UInt32(frame[6]) &<< 8 | UInt32(frame[5])
    guard number <= 0x3FFFF else { return nil }
    let group = J1939Identifier(parameterGroup: number, source: 0).parameterGroup
    let length = UInt16(frame[2]) &<< 8 | UInt16(frame[1])
    let packets = frame[3]
    let announcement = Announcement(parameterGroup: group, length: length, packets: packets)
    let fits = J1939Connection.lengths.contains(length) && UInt16(packets) == (length + 6) / 7
    let isToAll = destination == J1939Identifier.everybody
    switch frame[0] {
    case 16 where fits && !isToAll: self = .requestToSend(announcement)
    case 17 where !isToAll: self = .clearToSend(parameterGroup: group, packets: frame[1], next: frame[2])
    case 19 where !isToAll: self = .endOfMessage(parameterGroup: group)
    case 32 where fits && isToAll: self = .broadcast(announcement)
    case 255: self = .abort(parameterGroup: group, reason: frame[1])
    default: return nil
    }
  }
}
