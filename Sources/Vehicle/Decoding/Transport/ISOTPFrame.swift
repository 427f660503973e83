// What the first bytes of a frame say in ISO 15765-2:2016 with normal addressing.

import Vocabulary

/// The protocol control information of one frame.
enum ISOTPFrame: BitwiseCopyable {
  /// A whole message: `count` bytes from byte `start` on.
  case single(start: Int, count: Int)
  /// The beginning of a message of `length` bytes; the frame is filled with its data from byte `start` on.
  case first(length: UInt32, start: Int)
  /// Data from byte 1 on. `number` 0...15 counts up, and begins at 1 after the first frame.
  case consecutive(number: UInt8)
  case flowControl(FlowStatus)

  enum FlowStatus: UInt8, BitwiseCopyable {
    case continueToSend = 0
    case wait = 1
    case overflow = 2
  }

  /// Most data bytes that one frame has (CAN FD).
  static let largestFrame = 64

  /// Nil for a frame that breaks the protocol's rules, and that a receiver has to ignore.
  init?(_ frame: borrowing CANFrame) {
    let length = min(Int(frame.length), ISOTPFrame.largestFrame)
    guard length > 0 else { return nil }
    let control = frame[0]
    switch control &>> 4 {
    case 0:
      // More than eight bytes: the nibble is zero, and the next byte has the length.
      let start = length <= 8 ? 1 : 2
      let count = length <= 8 ? Int(control) : Int(frame[1])
      guard length <= 8 || control == 0, count > 0, start + count <= length else { return nil }
      self = .single(start: start, count: count)
    case 1:
      guard length >= 8 else { return nil }
      let short = UInt32(control & 0xF) &<< 8 | UInt32(frame[1])
      if short != 0 {
        // What a single frame can hold must come in one.
        guard short > (length == 8 ? 7 : UInt32(length) - 2) else { return nil }
        self = .first(length: short, start: 2)
      } else {
        var long: UInt32 = 0
        for i in 2..<6 { long = long &<< 8 | UInt32(frame[i]) }
        guard long > 0xFFF else { return nil }
        self = .first(length: long, start: 6)
      }
    case 2:
      guard length > 1 else { return nil }
      self = .consecutive(number: control & 0xF)
    case 3:
      guard length >= 3, let status = FlowStatus(rawValue: control & 0xF) else { return nil }
      self = .flowControl(status)
    default:
      return nil
    }
  }
}

/// The beginning of a message, as far as it tells a request or a reply from chance.
struct ISOTPBeginning: BitwiseCopyable {
  /// Up to seven bytes, the first one in the lowest bits.
  private var word: UInt64 = 0
  /// How many bytes of `word` are known.
  let count: Int
  /// Bytes of the whole message.
  let length: UInt32

  /// - Parameter available: bytes of the message that the frame has from `start` on.
  init(_ frame: borrowing CANFrame, start: Int, available: Int, length: UInt32) {
    count = min(available, 7)
    self.length = length
    for i in 0..<count { word |= UInt64(frame[start + i]) &<< UInt64(8 &* i) }
  }

  /// All of a message of at most seven bytes is here.
  var isWhole: Bool { UInt32(count) == length }

  /// 0 for a byte that is not known.
  subscript(index: Int) -> UInt8 { UInt8(truncatingIfNeeded: word &>> UInt64(8 &* (index & 7))) }

  var service: UInt8 { self[0] }

  /// By bit 6, which all replies of ISO 14229 and ISO 15031-5 have and no request has.
  var isRequest: Bool { service & 0x40 == 0 && service != 0 }
  /// Refusals (7F) included.
  var isReply: Bool { service & 0x40 != 0 && service != 0x40 }
}
